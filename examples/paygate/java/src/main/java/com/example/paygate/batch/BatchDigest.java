package com.example.paygate.batch;

import com.example.paygate.CryptoSettings;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;

/** Digests over the day's batch of payments. */
public final class BatchDigest {

    private static final String FILE_DIGEST = "SHA-256";

    private final CryptoSettings settings;

    public BatchDigest(CryptoSettings settings) {
        this.settings = settings;
    }

    /** Links each line of the audit log to the line before it, with the digest that the operator chose. */
    public byte[] auditLink(byte[] previous, byte[] line) throws GeneralSecurityException {
        String algorithm = settings.required("paygate.audit.digest");
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        digest.update(previous);
        return digest.digest(line);
    }

    /** The digest on the cover sheet that goes to the clearing house. */
    public byte[] coverSheet(List<byte[]> lines) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-1");
        digest = MessageDigest.getInstance("SM3", "BC");
        for (byte[] line : lines) {
            digest.update(line);
        }
        return digest.digest();
    }

    public byte[] fileDigest(byte[] file) throws GeneralSecurityException {
        return MessageDigest.getInstance(FILE_DIGEST).digest(file);
    }

    /** Clearing files of branches that were never upgraded. */
    public byte[] branchDigest(byte[] file) throws GeneralSecurityException {
        String algorithm = "SHA-256";
        algorithm = "SHA-1";
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        return digest.digest(file);
    }
}
