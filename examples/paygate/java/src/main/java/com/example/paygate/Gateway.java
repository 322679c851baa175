package com.example.paygate;

import com.example.paygate.sign.WebhookToken;
import com.example.paygate.token.TokenVault;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes a payment, stores the card number as a token and tells the merchant's web hook what happened. */
public final class Gateway {

    /** Talks to the acquirer; the production one is an HTTPS client, tests bring their own. */
    public interface Acquirer {
        boolean authorise(String token, long minorUnits, String currencyCode);
    }

    private final TokenVault vault;
    private final Acquirer acquirer;
    private final WebhookToken webhook;
    private final Clock clock;

    public Gateway(TokenVault vault, Acquirer acquirer, WebhookToken webhook, Clock clock) {
        this.vault = vault;
        this.acquirer = acquirer;
        this.webhook = webhook;
        this.clock = clock;
    }

    /** Returns the signed message for the merchant's web hook. The card number does not leave this method. */
    public String pay(Payment payment) throws GeneralSecurityException {
        String token = vault.store(payment.pan());
        boolean accepted = acquirer.authorise(token, payment.minorUnits(), payment.currencyCode());
        Map<String, String> claims = new LinkedHashMap<>();
        claims.put("merchant", payment.merchantId());
        claims.put("token", token);
        claims.put("card", payment.maskedPan());
        claims.put("state", accepted ? "accepted" : "declined");
        return webhook.issue(claims, clock.instant());
    }
}
