package com.example.paygate.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** TLS contexts for the three kinds of peer. */
public final class TlsContexts {

    private TlsContexts() {
    }

    /** For the acquirer: TLS 1.3, certificates checked against the bank's own root. */
    public static SSLContext forAcquirer(KeyStore roots) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(roots);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, factory.getTrustManagers(), new SecureRandom());
        return context;
    }

    /** For terminals of the 3.x generation. */
    public static SSLContext forLegacyTerminals() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1");
        context.init(null, new TrustManager[] {new FieldTrust()}, new SecureRandom());
        return context;
    }
}
