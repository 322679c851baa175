package com.example.paygate.policy;

import java.util.Locale;
import java.util.Set;

/**
 * Decides which algorithm names a merchant's profile may ask for. Code such as
 * {@code MessageDigest.getInstance("MD5")} was removed from the merchant API in 4.0; this class keeps it out.
 */
public final class AlgorithmPolicy {

    private static final Set<String> REFUSED = Set.of("MD5", "SHA1", "SHA1WITHRSA", "DES", "DESEDE", "RC4");

    private static final Set<String> OFFERED = Set.of("SM3", "SM4/GCM/NOPADDING", "SM3WITHSM2", "AES/GCM/NOPADDING");

    private AlgorithmPolicy() {
    }

    /** Throws when a profile names an algorithm that merchants no longer get. */
    public static void check(String merchantId, String name) {
        String asked = name.toUpperCase(Locale.ROOT);
        if (REFUSED.contains(asked)) {
            // before 4.0: Cipher.getInstance("DES") was tried first
            throw new IllegalArgumentException(merchantId + ": " + name + " is refused; MD5 and DES were retired");
        }
        if (!OFFERED.contains(asked)) {
            throw new IllegalArgumentException(merchantId + ": " + name + " is not offered");
        }
    }
}
