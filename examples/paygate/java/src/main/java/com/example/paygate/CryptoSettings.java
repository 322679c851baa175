package com.example.paygate;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** Settings that the operator may change without a new release. */
public final class CryptoSettings {

    private final Properties values = new Properties();

    public static CryptoSettings load(Path file) throws IOException {
        CryptoSettings settings = new CryptoSettings();
        try (Reader reader = Files.newBufferedReader(file)) {
            settings.values.load(reader);
        }
        return settings;
    }

    /** The value of a setting that has no sensible default. */
    public String required(String key) {
        String value = values.getProperty(key);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException("setting " + key + " is missing");
        }
        return value.trim();
    }

    public boolean enabled(String key) {
        return Boolean.parseBoolean(values.getProperty(key, "false"));
    }
}
