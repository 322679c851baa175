package com.example.paygate.sm;

import com.example.paygate.Algorithms;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** Seals small records: nonce, ciphertext and tag in one byte string. */
public final class Sm4Envelope {

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final SecretKey key;
    private final SecureRandom random = new SecureRandom();

    public Sm4Envelope(SecretKey key) {
        this.key = key;
    }

    public static SecretKey newKey() throws GeneralSecurityException {
        KeyGenerator generator = KeyGenerator.getInstance("SM4", "BC");
        generator.init(128);
        return generator.generateKey();
    }

    public byte[] seal(byte[] plain, byte[] context) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        Cipher cipher = Cipher.getInstance("SM4/GCM/NoPadding", "BC");
        cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(context);
        byte[] sealed = cipher.doFinal(plain);
        return ByteBuffer.allocate(nonce.length + sealed.length).put(nonce).put(sealed).array();
    }

    public byte[] open(byte[] envelope, byte[] context) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(Algorithms.VAULT_CIPHER, Algorithms.SM_PROVIDER);
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(TAG_BITS, envelope, 0, NONCE_BYTES));
        cipher.updateAAD(context);
        return cipher.doFinal(envelope, NONCE_BYTES, envelope.length - NONCE_BYTES);
    }
}
