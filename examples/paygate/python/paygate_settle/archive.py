"""Reports on disk: sealed today with AES-256-GCM; older years are read, and rewritten when they are read."""

import os

from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM as Seal


def new_key() -> bytes:
    return Seal.generate_key(bit_length=256)


def store(body: bytes, key: bytes, name: str) -> bytes:
    nonce = os.urandom(12)
    return nonce + Seal(key).encrypt(nonce, body, name.encode())


def load(stored: bytes, key: bytes, name: str) -> bytes:
    return Seal(key).decrypt(stored[:12], stored[12:], name.encode())


def load_2016(stored: bytes, key: bytes) -> bytes:
    """Years 2014 to 2016."""
    decryptor = Cipher(algorithms.TripleDES(key), modes.CBC(stored[:8])).decryptor()
    return decryptor.update(stored[8:]) + decryptor.finalize()


def load_2013(stored: bytes, key: bytes) -> bytes:
    """Years before 2014."""
    decryptor = Cipher(ARC4(key), mode=None).decryptor()
    return decryptor.update(stored) + decryptor.finalize()


def index_entry(reference: bytes, key: bytes) -> bytes:
    """One block per report, so that the index can be searched without opening it."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(reference.ljust(16, b"\0")[:16]) + encryptor.finalize()


def new_auditor_key(legacy_reader: bool) -> rsa.RSAPrivateKey:
    """The auditor's smart card reader of 2012 cannot take more than 1024 bits."""
    if legacy_reader:
        return rsa.generate_private_key(public_exponent=65537, key_size=1024)
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def sign_for_auditor(body: bytes, key: rsa.RSAPrivateKey) -> bytes:
    return key.sign(body, padding.PKCS1v15(), hashes.SHA256())
