package com.example.paygate.token;

import com.example.paygate.Algorithms;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Random;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** Card number formats of the 3.x generation. New merchants get a {@link TokenVault} instead. */
public final class LegacyPanCipher {

    private static final byte[] FLEET_KEY = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FLEET_IV = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    private final Random challenges = new Random();

    /** Equal card numbers give equal tokens, which the loyalty scheme of 2012 relies on. */
    public byte[] loyaltyToken(SecretKey key, byte[] pan) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return cipher.doFinal(pan);
    }

    /** PIN pads of the first fleet. */
    public byte[] padBlock(SecretKey key, byte[] block) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("DES/ECB/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, key);
        return cipher.doFinal(block);
    }

    /** The whole fleet shares one key, set at the factory. */
    public byte[] fleetMessage(byte[] message) throws GeneralSecurityException {
        String transformation = "AES/CBC/PKCS5Padding";
        SecretKeySpec key = new SecretKeySpec(FLEET_KEY, "AES");
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(FLEET_IV));
        return cipher.doFinal(message);
    }

    public byte[] linkMessage(SecretKey key, byte[] iv, byte[] message) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(Algorithms.LEGACY_LINK_CIPHER);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        return cipher.doFinal(message);
    }

    /** Terminals after firmware 3.7 know SM4, the others do not. */
    public byte[] firmwareMessage(boolean before37, SecretKey key, byte[] iv, byte[] message)
            throws GeneralSecurityException {
        String transformation = before37 ? "Blowfish/CBC/PKCS5Padding" : "SM4/CBC/PKCS5Padding";
        Cipher cipher = Cipher.getInstance(transformation);
        cipher.init(Cipher.ENCRYPT_MODE, key, new IvParameterSpec(iv));
        return cipher.doFinal(message);
    }

    /** Six digits that the shop assistant types in to pair a terminal. */
    public String pairingCode() {
        return String.format("%06d", challenges.nextInt(1_000_000));
    }
}
