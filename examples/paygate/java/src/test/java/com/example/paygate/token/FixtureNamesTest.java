package com.example.paygate.token;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Recorded answers of the acquirer are stored under the digest of the request. */
class FixtureNamesTest {

    static String fixtureName(String request) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        byte[] name = digest.digest(request.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(name) + ".json";
    }

    @Test
    void nameIsStable() throws Exception {
        assertEquals("900150983cd24fb0d6963f7d28e17f72.json", fixtureName("abc"));
    }
}
