package com.example.paygate.hsm;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;

/** Stands in front of the security module: keys leave it wrapped, never in the clear. */
public final class KeyCustody {

    private final SecretKey masterKey;

    public KeyCustody(SecretKey masterKey) {
        this.masterKey = masterKey;
    }

    public static SecretKey newMasterKey() throws GeneralSecurityException {
        KeyGenerator generator = KeyGenerator.getInstance("AES");
        generator.init(256, SecureRandom.getInstanceStrong());
        return generator.generateKey();
    }

    public static KeyPair newTransportKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(3072);
        return generator.generateKeyPair();
    }

    public static KeyPair newWebhookKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public byte[] wrap(SecretKey key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.WRAP_MODE, masterKey);
        return cipher.wrap(key);
    }

    public SecretKey unwrap(byte[] wrapped, String algorithm) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.UNWRAP_MODE, masterKey);
        return (SecretKey) cipher.unwrap(wrapped, algorithm, Cipher.SECRET_KEY);
    }

    /** For partners whose module takes keys under RSA. */
    public static byte[] export(SecretKey key, PublicKey partner) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPWithSHA-256AndMGF1Padding");
        cipher.init(Cipher.WRAP_MODE, partner);
        return cipher.wrap(key);
    }

    /** The module of the 3.x partners. */
    public static byte[] exportLegacy(SecretKey key, PublicKey partner) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.WRAP_MODE, partner);
        return cipher.wrap(key);
    }
}
