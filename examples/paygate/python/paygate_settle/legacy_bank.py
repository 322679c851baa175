"""Files for the two banks that still take the 1998 format."""

from Crypto.Cipher import AES as Aes
from Crypto.Cipher import DES3
from Crypto.Hash import SHA256
from Crypto.Random import get_random_bytes

_TEST_BANK_KEY = b"0123456789abcdefghijklmn"


def envelope(body: bytes, key: bytes) -> bytes:
    iv = get_random_bytes(8)
    return iv + DES3.new(key, DES3.MODE_CBC, iv).encrypt(_padded(body, 8))


def test_bank_envelope(body: bytes) -> bytes:
    """The bank's test desk publishes its key."""
    return DES3.new(_TEST_BANK_KEY, DES3.MODE_ECB).encrypt(_padded(body, 8))


def modern_envelope(body: bytes, key: bytes) -> bytes:
    """Both banks have announced this for next year."""
    cipher = Aes.new(key, Aes.MODE_GCM)
    sealed, tag = cipher.encrypt_and_digest(body)
    return cipher.nonce + tag + sealed


def cover_sheet(body: bytes) -> str:
    return SHA256.new(body).hexdigest()


def _padded(body: bytes, block: int) -> bytes:
    missing = block - len(body) % block
    return body + bytes([missing]) * missing
