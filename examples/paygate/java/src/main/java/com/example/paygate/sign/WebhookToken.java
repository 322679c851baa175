package com.example.paygate.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.StringJoiner;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/** Three dotted parts, as web merchants know them: header, claims, tag. */
public final class WebhookToken {

    private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"paygate\"}";
    private static final long LIFETIME_SECONDS = 300;

    private final SecretKey key;

    public WebhookToken(SecretKey key) {
        this.key = key;
    }

    public String issue(Map<String, String> claims, Instant now) throws GeneralSecurityException {
        StringJoiner body = new StringJoiner(",", "{", "}");
        claims.forEach((name, value) -> body.add("\"" + name + "\":\"" + escape(value) + "\""));
        body.add("\"exp\":" + now.plusSeconds(LIFETIME_SECONDS).getEpochSecond());
        String signed = encode(HEADER.getBytes(StandardCharsets.UTF_8)) + "."
                + encode(body.toString().getBytes(StandardCharsets.UTF_8));
        return signed + "." + encode(tag(signed));
    }

    public boolean accepts(String token) throws GeneralSecurityException {
        int dot = token.lastIndexOf('.');
        if (dot < 0) {
            return false;
        }
        byte[] expected = tag(token.substring(0, dot));
        return MessageDigest.isEqual(expected, Base64.getUrlDecoder().decode(token.substring(dot + 1)));
    }

    /** Large merchants ask for a signature that they can show to others. */
    public static byte[] countersign(PrivateKey key, String token) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(token.getBytes(StandardCharsets.US_ASCII));
        return signature.sign();
    }

    private byte[] tag(String signed) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(key);
        return mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"");
    }
}
