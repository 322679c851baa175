package com.example.paygate.sign;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Receipts in the 3.x format. The printers of that generation verify one algorithm only. */
public final class LegacyReceiptSigner {

    private static final String RECEIPT_ALGORITHM = "SHA1withRSA";
    private static final int RECEIPT_KEY_BITS = 1024;

    public static KeyPair newPrinterKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(RECEIPT_KEY_BITS);
        return generator.generateKeyPair();
    }

    public byte[] sign(PrivateKey key, byte[] receipt) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA1withRSA");
        signature.initSign(key);
        signature.update(receipt);
        return signature.sign();
    }

    public boolean verify(PublicKey key, byte[] receipt, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(RECEIPT_ALGORITHM);
        signature.initVerify(key);
        signature.update(receipt);
        return signature.verify(signed);
    }
}
