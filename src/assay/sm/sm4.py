"""SM4-GCM (GB/T 32907, RFC 8998) over whole messages, as the deposit seals its chunks.

    key = Key(sixteen_bytes)          sealed = key.seal(nonce, message, associated)
                                      message = key.open(nonce, sealed, associated)      or NotVerifiedError

A nonce has 12 bytes and is used once under a key; who calls counts them. `sealed` is the ciphertext and a tag of 16
bytes. Nothing of a message is given out before its tag is checked; what does not fit in memory the caller cuts up.
"""

import secrets

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm import choice
from assay.sm.backend import KEY_SIZE, MESSAGE_LIMIT, NONCE_SIZE, TAG_SIZE, Octets, exactly

_KEY, _NONCE = Text("The SM4 key", "SM4 密钥"), Text("The SM4-GCM nonce", "SM4-GCM 随机数")


class Key:
    """One SM4 key. May be used by several threads at once, which then run in parallel."""

    def __init__(self, key: bytes) -> None:
        self._gcm = choice.seals().sm4_gcm(exactly(_KEY, key, KEY_SIZE))

    def seal(self, nonce: bytes, message: Octets, associated: bytes = b"") -> bytes:
        if len(message) > MESSAGE_LIMIT:
            raise InputError(
                Text("The message is too long for SM4-GCM", "报文过长，无法用 SM4-GCM 加密"),
                Text(
                    f"Cut it into messages of at most {MESSAGE_LIMIT} bytes.",
                    f"请切分为不超过 {MESSAGE_LIMIT} 字节的报文。",
                ),
            )
        return self._gcm.seal(exactly(_NONCE, nonce, NONCE_SIZE), message, associated)

    def open(self, nonce: bytes, sealed: Octets, associated: bytes = b"") -> bytes:
        nonce = exactly(_NONCE, nonce, NONCE_SIZE)
        fits = TAG_SIZE <= len(sealed) <= MESSAGE_LIMIT + TAG_SIZE
        message = self._gcm.open(nonce, sealed, associated) if fits else None
        if message is None:
            raise NotVerifiedError(
                Text("What was sealed with SM4-GCM does not verify", "SM4-GCM 密文校验不通过"),
                Text("It was changed or truncated, or the key is another.", "密文被改动或截断，或密钥不同。"),
            )
        return message


def generate() -> bytes:
    """A new key."""
    return secrets.token_bytes(KEY_SIZE)
