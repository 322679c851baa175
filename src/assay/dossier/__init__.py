"""A dossier: reviews of one product on disk, as a plain folder that can be copied, diffed and carried.

    dossier.json                       what this folder is, and the version of its layout
    segments/<sha256>.jsonl.zst        sorted records; the name is the digest of the uncompressed bytes
    reviews/0001/review.json           one sealed review: who, what, when as of, and its segments; written last
    reviews/0001/journal               while a review is written, or was when its writer was killed
    judgements/0001/<sha256>.json      judgements of review 1 under other rulebooks or another day
    lock                               held while something is written

Only this room knows these paths. It holds no time of day and no path of the machine it was made on, so the same
review gives the same bytes. A digest shows damage; it does not show who wrote the dossier: signatures are the ledger's.
"""
