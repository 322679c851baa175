package com.example.paygate;

/** Names that several packages share, so that a change of algorithm is one line. */
public final class Algorithms {

    /** Provider that offers the SM algorithms. */
    public static final String SM_PROVIDER = "BC";

    /** Envelope of stored card tokens. */
    public static final String VAULT_CIPHER = "SM4/GCM/NoPadding";

    /** Link to terminals of the 3.x generation, which know nothing else. */
    public static final String LEGACY_LINK_CIPHER = "DESede/CBC/PKCS5Padding";

    private Algorithms() {
    }
}
