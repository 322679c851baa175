package com.example.paygate.sign;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class WebhookTokenTest {

    private static final byte[] KEY = "test-only-key-0123456789abcdef00".getBytes(StandardCharsets.US_ASCII);

    private final WebhookToken tokens = new WebhookToken(new SecretKeySpec(KEY, "HmacSHA256"));

    @Test
    void ownTokenIsAccepted() throws Exception {
        assertTrue(tokens.accepts(tokens.issue(Map.of("merchant", "m-1"), Instant.EPOCH)));
    }

    @Test
    void changedTokenIsRefused() throws Exception {
        String token = tokens.issue(Map.of("merchant", "m-1"), Instant.EPOCH);
        assertFalse(tokens.accepts("x" + token));
    }
}
