"""Seals a report for domestic banks: SM4 under a fresh key stream position, HMAC over SM3, SM2 signature."""

import hmac
import secrets

from gmssl import func, sm2, sm3
from gmssl.sm4 import SM4_ENCRYPT, CryptSM4


def report_digest(body: bytes) -> str:
    return sm3.sm3_hash(func.bytes_to_list(body))


def sign_report(body: bytes, private_key: str, public_key: str) -> str:
    """SM2 over SM3, as the bank's gateway verifies it; both keys in hexadecimal."""
    signer = sm2.CryptSM2(private_key=private_key, public_key=public_key)
    return signer.sign_with_sm3(body)


def seal(body: bytes, key: bytes, mac_key: bytes) -> bytes:
    """Encrypt, then authenticate: iv, ciphertext, tag."""
    iv = secrets.token_bytes(16)
    cipher = CryptSM4()
    cipher.set_key(key, SM4_ENCRYPT)
    sealed = iv + cipher.crypt_cbc(iv, body)
    return sealed + hmac.new(mac_key, sealed, "sm3").digest()
