package com.example.paygate;

import java.util.Currency;
import java.util.Objects;

/** One payment as the merchant asked for it. Amounts are in the smallest unit of the currency. */
public record Payment(String merchantId, String pan, long minorUnits, String currencyCode, String note) {

    public Payment {
        Objects.requireNonNull(merchantId, "merchantId");
        if (!pan.matches("[0-9]{12,19}")) {
            throw new IllegalArgumentException("a card number has 12 to 19 digits");
        }
        if (minorUnits <= 0) {
            throw new IllegalArgumentException("amount must be positive");
        }
    }

    /** Number of decimals that a receipt shows. */
    public int decimals() {
        return Currency.getInstance(currencyCode).getDefaultFractionDigits();
    }

    /** The first six and last four digits: all that a log or a receipt may show. */
    public String maskedPan() {
        int hidden = pan.length() - 10;
        return pan.substring(0, 6) + "*".repeat(hidden) + pan.substring(pan.length() - 4);
    }
}
