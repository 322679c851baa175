"""SM2 of GmSSL, by the package `gmssl-pyx`: there wherever it has a wheel (x86-64), with no system library.

Only its functions on a digest are used: its `sm2_sign` on a message prepares 32 nonces for each signature. GmSSL's
multiplication by a number branches on the digits of that number: not constant time. It prints where in its source it
refused something to the process's standard error, so that is turned away while it decides.
"""

import importlib.metadata
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from assay.sm.backend import DIGEST_SIZE

_TURNED = threading.Lock()


@contextmanager
def _silence() -> Iterator[None]:
    """Standard error goes nowhere, for all threads, while GmSSL decides (about a millisecond)."""
    with _TURNED:
        try:
            kept = os.dup(2)
        except OSError:  # there is none
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(nowhere)
            os.close(kept)


class _Private:
    def __init__(self, number: bytes) -> None:
        self._number = number

    def sign(self, digest: bytes) -> bytes:
        import gmssl_pyx  # noqa: PLC0415  (not on every platform)

        r, s = decode_dss_signature(gmssl_pyx.sm2_sign_sm3_digest(self._number, digest))
        return r.to_bytes(DIGEST_SIZE) + s.to_bytes(DIGEST_SIZE)

    def decrypt(self, ciphertext: bytes) -> bytes | None:
        import gmssl_pyx  # noqa: PLC0415

        try:
            with _silence():
                return bytes(gmssl_pyx.sm2_decrypt(self._number, ciphertext))
        except (gmssl_pyx.GmsslInnerError, gmssl_pyx.InvalidValueError):
            return None


class _Public:
    def __init__(self, point: bytes) -> None:
        self._point = point[1:]

    def verify(self, digest: bytes, signature: bytes) -> bool:
        import gmssl_pyx  # noqa: PLC0415

        r, s = int.from_bytes(signature[:DIGEST_SIZE]), int.from_bytes(signature[DIGEST_SIZE:])
        with _silence():
            return bool(gmssl_pyx.sm2_verify_sm3_digest(self._point, digest, encode_dss_signature(r, s)))

    def encrypt(self, message: bytes) -> bytes:
        import gmssl_pyx  # noqa: PLC0415

        return bytes(gmssl_pyx.sm2_encrypt(self._point, message))


class Gmssl:
    """Signs."""

    def __init__(self) -> None:
        self.name = f"gmssl-pyx {importlib.metadata.version('gmssl-pyx')}"

    def generate(self) -> tuple[bytes, bytes]:
        import gmssl_pyx  # noqa: PLC0415

        point, number = gmssl_pyx.sm2_key_generate()
        return number, b"\4" + point

    def private(self, number: bytes, point: bytes) -> _Private:  # noqa: ARG002  (derived again inside)
        return _Private(number)

    def public(self, point: bytes) -> _Public:
        return _Public(point)


def find() -> Gmssl | None:
    try:
        import gmssl_pyx  # noqa: F401, PLC0415
    except ImportError:
        return None
    return Gmssl()
