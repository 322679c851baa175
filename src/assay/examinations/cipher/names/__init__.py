"""Names of cryptography as code spells them, to the names of the CycloneDX registry.

`recognise` turns a name into algorithms: the one that is named first, then the parts that the name itself spells
out. SHA256withRSA is RSA-PKCS1-1.5-SHA-256 followed by SHA-256; X25519MLKEM768 is the hybrid followed by both members.
A part serves the purpose of the whole: SHA-1 inside SHA1withRSA is SHA-1 in a signature. A password-based derivation
is followed by its HMAC and never by a bare hash, which would read as a bare hash over a password. A member of a hybrid
is not `quantum_vulnerable`: broken alone, it gives nothing away.

What a name does not say is absent: there is no key size in AES/GCM/NoPadding. Whoever knows that the call should have
shown one states None through `compose`. `recognise` states None in one place only, the primitive of an RSA, EC, SM2
or SM9 key whose use the name does not tell; `compose(..., purpose=...)` settles it.

Dialects differ where the same word means different things:

    jca-cipher    algorithm[/mode/padding]. Without mode and padding a block cipher is ECB with PKCS5 and RSA is PKCS#1
                  v1.5: the documentation of javax.crypto.Cipher leaves both to the provider, and SunJCE and Bouncy
                  Castle's block ciphers choose these (Bouncy Castle's bare "RSA" does not pad). The ECB of
                  RSA/ECB/... is no mode. NoPadding is "raw" on RSA and nothing on a block cipher.
    jca-digest, jca-mac, jca-signature, jca-agreement, jca-secretkeyfactory, jca-keygen (KeyGenerator, KeyPairGenerator,
                  KeyFactory, SecretKeySpec). "DSA" as a signature is SHA1withDSA, as in the JDK.
    openssl       EVP and command-line names, any case. A bare "aes128", "sm4" or "bf" is CBC, "des-ede3" is ECB.
    hashlib       names of Python's hashlib.new
    kernel, botan names with brackets and slashes: rfc4106(gcm(aes)), AES-256/GCM(16), EMSA4(SHA-256)
    jose          names of RFC 7518; "none" is no signature at all
    any           configuration and unknown places: every spelling above without a dialect's defaults, JOSE and SSH
                  names, XML-security URIs and cipher suites, but no ordinary word ("seed", "des", "EC", "sm-4").

`algorithm` follows the registry's patterns. A key size is in the name where the pattern has it and the algorithm has
more than one (AES-128-CBC, RSA-PSS-SHA-256-2048, but SM4-CBC); the curve and the group of a key agreement by their
short names; MGF1 never, for there is no other. PKCS#12 schemes are PBES1 with their cipher and digest.

What it cannot see: names built at run time, and names that no table lists; both give ().

Sources: CycloneDX cryptography-defs (2026-02-24); JCA Standard Algorithm Names; openssl-list(1); RFC 7518; RFC 9142;
FIPS 203-205; GM/T 0006. A family that CycloneDX lacks is one of `OWN_FAMILIES`.
"""

from collections.abc import Mapping
from functools import lru_cache
from string import ascii_letters, digits
from types import MappingProxyType

from msgspec import Struct

from assay.core.facts import Scalar
from assay.examinations.cipher.names.composing import compose
from assay.examinations.cipher.names.curves import CurveName, curve
from assay.examinations.cipher.names.dialects import DIALECTS
from assay.examinations.cipher.names.families import FAMILIES, OWN_FAMILIES
from assay.examinations.cipher.names.priorities import priority as read_priority
from assay.examinations.cipher.names.protocols import protocol_version
from assay.examinations.cipher.names.reading import Reading
from assay.examinations.cipher.names.suites import suite_readings

__all__ = [
    "DIALECTS",
    "FAMILIES",
    "OWN_FAMILIES",
    "Algorithm",
    "CurveName",
    "compose",
    "curve",
    "priority",
    "protocol",
    "recognise",
    "suite",
]

LONGEST = 120
LONGEST_LIST = 20_000
_IN_TEMPLATES = frozenset(ascii_letters + digits + "-_/.+(), ")
_LEGIBLE = frozenset(ascii_letters + digits + "-_/.+:#@ ")  # all that a name of any library holds


class Algorithm(Struct, frozen=True):
    """Keys of a crypto.use fact: algorithm, family, primitive, mode, padding, key_bits, curve, oid, quantum_vulnerable.

    A key that does not apply, or of which the name says nothing, is absent.
    """

    fields: Mapping[str, Scalar]


def recognise(text: str, dialect: str) -> tuple[Algorithm, ...]:
    """The algorithms that `text` names, the whole first and then its parts; () when it names none.

    Never raises on any text. Raises ValueError for a dialect that is not one of `DIALECTS`.
    """
    if dialect not in DIALECTS:
        raise ValueError(f"unknown dialect {dialect!r}")
    if len(text) > LONGEST:
        return ()
    text = text.strip()
    legible = _IN_TEMPLATES if dialect in {"kernel", "botan"} else _LEGIBLE
    return _recognise(text, dialect) if legible.issuperset(text) else ()


@lru_cache(maxsize=4096)
def _recognise(text: str, dialect: str) -> tuple[Algorithm, ...]:
    return _algorithms(DIALECTS[dialect](text))


def _algorithms(readings: tuple[Reading, ...]) -> tuple[Algorithm, ...]:
    return tuple(Algorithm(MappingProxyType(reading.fields())) for reading in readings)


def suite(text: str) -> tuple[Algorithm, ...]:
    """What a cipher suite, or a list of them in OpenSSL's grammar, switches on by name. See `names_suites`."""
    return _suite(text) if len(text) <= LONGEST_LIST else ()


@lru_cache(maxsize=512)
def _suite(text: str) -> tuple[Algorithm, ...]:
    return _algorithms(suite_readings(text))


def priority(text: str) -> tuple[tuple[str, ...], tuple[Algorithm, ...], bool]:
    """Protocols and algorithms that a priority string of GnuTLS switches on, and whether it does so by class."""
    protocols, readings, by_class = read_priority(text[:LONGEST_LIST])
    return protocols, _algorithms(readings), by_class


def protocol(text: str) -> tuple[str, str] | None:
    """("TLS", "1.2") of TLSv1.2; the version is "negotiated" where the highest common one is taken.

    "SSL" and "SSLv23" negotiate TLS. A protocol that is switched off (`-SSLv3`) gives None, and so does SSLv2Hello,
    which is a greeting and no version.
    """
    return protocol_version(text)
