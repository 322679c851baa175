package com.example.paygate.operator;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Passwords of the people who operate the gateway, in the three formats found in customers' databases. */
public final class OperatorPasswords {

    private static final int ROUNDS = 600_000;

    private OperatorPasswords() {
    }

    /** Format 1, written until 2.x; verified so that nobody is locked out by an upgrade. */
    public static String format1(String password) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        return HexFormat.of().formatHex(digest.digest(password.getBytes(StandardCharsets.UTF_8)));
    }

    /** Format 2, written until 3.x. */
    public static byte[] format2(char[] password, byte[] salt) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password, salt, 500, 160);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA1").generateSecret(spec).getEncoded();
    }

    /** Format 3, the only one written today. */
    public static byte[] format3(char[] password, byte[] salt) throws GeneralSecurityException {
        PBEKeySpec spec = new PBEKeySpec(password, salt, ROUNDS, 256);
        return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    }
}
