"""The libraries found on this machine, by what they serve: every test of a primitive runs on all of them."""

from assay.sm import gcrypt, gmssl, openssl, pyca
from assay.sm.backend import Digests, Seals, Signs

DIGESTS: list[Digests] = [library for library in (gcrypt.find(), pyca.find()) if library]
SEALS: list[Seals] = [library for library in (gcrypt.find(), pyca.find()) if library]
SIGNS: list[Signs] = [library for library in (openssl.find(), gmssl.find()) if library]


def name(library: object) -> str:
    return type(library).__name__.lower()
