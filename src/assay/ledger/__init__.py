"""The ledger: every act of a review, append-only, signed, and provable to a stranger offline.

Formats are public ones, so that standard tools read them: signed notes, checkpoints, tiles, proofs and cosignatures as
c2sp.org specifies them, DSSE envelopes with in-toto statements. Read in this order: `entries`, `signing`, `notes`,
`merkle`, `tiles`, `checkpoints`, `receipts`, then `log` (the writer), `witness`, `export`, and `verify`, which an
auditor runs alone.
"""
