package com.example.paygate.sm;

import java.security.Security;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Registers the provider of SM2, SM3 and SM4 once, before the first use. */
public final class SmProvider {

    private SmProvider() {
    }

    public static void install() {
        if (Security.getProvider(BouncyCastleProvider.PROVIDER_NAME) == null) {
            Security.addProvider(new BouncyCastleProvider());
        }
    }
}
