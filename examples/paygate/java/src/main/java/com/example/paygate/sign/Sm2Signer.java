package com.example.paygate.sign;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.crypto.digests.SM3Digest;
import org.bouncycastle.jcajce.spec.SM2ParameterSpec;

/** Signs settlement orders for domestic banks: SM2 with SM3, under the identifier that the bank agreed to. */
public final class Sm2Signer {

    private final byte[] signerId;

    public Sm2Signer(byte[] signerId) {
        this.signerId = signerId.clone();
    }

    public static KeyPair newKeyPair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC", "BC");
        generator.initialize(new ECGenParameterSpec("sm2p256v1"));
        return generator.generateKeyPair();
    }

    public byte[] sign(PrivateKey key, byte[] order) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SM3withSM2", "BC");
        signature.setParameter(new SM2ParameterSpec(signerId));
        signature.initSign(key);
        signature.update(order);
        return signature.sign();
    }

    public boolean verify(PublicKey key, byte[] order, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SM3withSM2", "BC");
        signature.setParameter(new SM2ParameterSpec(signerId));
        signature.initVerify(key);
        signature.update(order);
        return signature.verify(signed);
    }

    /** Fingerprint that two clerks compare by telephone when a key is exchanged. */
    public static byte[] fingerprint(PublicKey key) {
        byte[] encoded = key.getEncoded();
        SM3Digest digest = new SM3Digest();
        digest.update(encoded, 0, encoded.length);
        byte[] out = new byte[digest.getDigestSize()];
        digest.doFinal(out, 0);
        return out;
    }
}
