package com.example.paygate.token;

import com.example.paygate.sm.Sm4Envelope;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Replaces card numbers by random tokens; the number itself is kept sealed, bound to its token. */
public final class TokenVault {

    private final Map<String, byte[]> sealed = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final Sm4Envelope envelope;

    public TokenVault(Sm4Envelope envelope) {
        this.envelope = envelope;
    }

    public String store(String pan) throws GeneralSecurityException {
        byte[] raw = new byte[16];
        random.nextBytes(raw);
        String token = HexFormat.of().formatHex(raw);
        sealed.put(token, envelope.seal(bytes(pan), bytes(token)));
        return token;
    }

    public String reveal(String token) throws GeneralSecurityException {
        byte[] stored = sealed.get(token);
        if (stored == null) {
            throw new GeneralSecurityException("no such token");
        }
        return new String(envelope.open(stored, bytes(token)), StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
