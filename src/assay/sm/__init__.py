"""SM2, SM3 and SM4: China's commercial cryptography, as the ledger signs and the deposit seals with it.

    sm3       digest, Sm3 (streaming), hmac, hkdf, kdf                    GB/T 32905
    sm4       Key.seal, Key.open: SM4-GCM over whole messages             GB/T 32907, RFC 8998
    sm2       PrivateKey, PublicKey: sign, verify, encrypt, decrypt       GB/T 32918
    keys      PEM and DER of keys: SubjectPublicKeyInfo, PKCS#8, encrypted with a passphrase
    choice    which library serves what, and the proof of it

No primitive is written here. Four libraries are spoken to (`pyca`, `gmssl`, `gcrypt`, `openssl`) through the three
protocols of `backend`; the fastest one found serves, after it gave the known answers of `known`, once per process. A
library that is not there is passed over; one that answers wrongly ends the work, as nothing it says can be believed.

What this room does not do: choose nonces (the caller's duty: used twice under one key, they give both messages away),
store keys, wipe memory (Python copies bytes freely), or promise constant time beyond what the libraries do; ADR 13.
"""
