"""Cipher suites and cipher lists: what a line of configuration switches on by name.

`suite_readings` takes one suite or a list in OpenSSL's grammar. What is switched off (`!RC4`, `-SSLv3`), moved
(`+3DES`) or a class (`HIGH`, `DEFAULT`, `@STRENGTH`) gives nothing. The order inside a suite is key exchange,
authentication, cipher, hash: an HMAC for CBC, stream and NULL suites, the hash itself for authenticated ciphers.
A NULL cipher gives `eNULL`, an anonymous suite `aNULL`, by OpenSSL's words.

What it cannot see: which members of a class a library would choose, and the key exchange of TLS 1.3, which its
suites do not name.

Sources: RFC 5246, 8446, 8998; `openssl ciphers`; GB/T 38636-2020 for TLCP, where ECC is SM2 encryption, ECDHE the SM2
exchange, and IBC and IBSDH are the same with SM9.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.reading import Reading, digest_of, squeeze
from assay.examinations.cipher.names.stems import words
from assay.examinations.cipher.names.symmetric import cipher

MOST_TOKENS: Final = 512
LONGEST_TOKEN: Final = 80


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Rows `what it is | spelling spelling`; "=" is the empty spelling, "-" names nothing."""
    table: dict[str, tuple[str, ...]] = {}
    for row in filter(None, text.splitlines()):
        said, _, spellings = row.partition("|")
        names = tuple(name for name in words(said) if name != "-")
        table.update(("" if spelling == "=" else spelling, names) for spelling in words(spellings))
    return table


# Key exchange and authentication. kRSA encrypts with PKCS#1 v1.5; aRSA signs with a padding that TLS 1.2 leaves open.
_EXCHANGES: Final = _table("""
kRSA | = rsa rsaexport rsaexport1024 rsafips rsapsk exp exp1024
- | psk krb5 krb5export
FFDHE aRSA | dhersa edhrsa expedhrsa expdhersa exp1024dhersa dhersaexport
FFDHE DSA | dhedss edhdss expedhdss expdhedss exp1024dhedss dhedssexport dhedssexport1024
FFDHE | dhepsk pskdhe
FFDHE aNULL | dhanon dheanon adh expadh dhanonexport
FFDH aRSA | dhrsa dhrsaexport
FFDH DSA | dhdss dhdssexport
ECDHE aRSA | ecdhersa eecdhrsa ecdhe
ECDHE ECDSA | ecdheecdsa eecdhecdsa
ECDHE | ecdhepsk eccpwd
ECDHE aNULL | ecdhanon aecdh
ECDH aRSA | ecdhrsa
ECDH ECDSA | ecdhecdsa
SRP-6 | srp srpsha
SRP-6 aRSA | srprsa srpsharsa
SRP-6 DSA | srpdss srpshadss
SM2-ENC aSM2 | ecc eccsm2 sm2 sm2ecc
SM2-KEX aSM2 | ecdhesm2 ecdhesm2dsa sm2dhe
SM9-ENC SM9-SIG | ibc ibcsm9
SM9-KEX SM9-SIG | ibsdh ibsdhsm9
GOSTR3410 | gostr341112256 gostr341001 gostr341094 gost2012 gost2001
aNULL | null
""")
# Words of OpenSSL's grammar that name an algorithm.
_KEYWORDS: Final = _table("""
RC4 | rc4
RC2 | rc2
DES | des
3DES | 3des
IDEA | idea
SEED | seed
AES | aes
AES-128 | aes128
AES-256 | aes256
AES-CBC | aescbc
AES-GCM | aesgcm
AES-CCM | aesccm
AES-CCM8 | aesccm8
ChaCha20-Poly1305 | chacha20 chacha20poly1305
CAMELLIA | camellia
CAMELLIA-128 | camellia128
CAMELLIA-256 | camellia256
ARIA | aria
ARIA-128 | aria128
ARIA-256 | aria256
ARIA-GCM | ariagcm
GOST28147 | gost89
SM4 | sm4
SM4-GCM | sm4gcm
SM4-CCM | sm4ccm
SM3 | sm3
SM2 | sm2
SM9 | sm9
HMAC-MD5 | md5
HMAC-SHA-1 | sha sha1
SHA-256 | sha256
SHA-384 | sha384
kRSA | krsa
aRSA | arsa rsa
FFDHE | kdhe kedh dhe edh dh
FFDHE aNULL | adh
ECDHE | keecdh kecdhe ecdhe eecdh ecdh
ECDHE aNULL | aecdh
ECDSA | aecdsa ecdsa
DSA | adss dss
SRP-6 | srp ksrp
eNULL | enull null
aNULL | anull
""")
_CIPHERS: Final = _table("""
eNULL | null
RC4-128 | rc4
3DES-168-CBC | descbc3 3desedecbc
DES-40-CBC | des40cbc descbc40
GOST28147-CTR | gost89gost89 28147cnt 28147cntimit
Kuznyechik-CTR | kuznyechikctromac
Magma-CTR | magmactromac
""")
_SPECIAL: Final[Mapping[str, Reading]] = {
    "kRSA": Reading("rsa-encrypt"),
    "aRSA": Reading("rsa", primitive="signature"),
    "aSM2": Reading("sm2-sign"),
    "eNULL": Reading("enull"),
    "aNULL": Reading("anull"),
}
_EXPORT: Final = {"rc4": "RC4-40", "rc2": "RC2-40-CBC", "des": "DES-40-CBC"}
_PROTOCOLS: Final = ("TLS_", "SSL_", "TLCP_", "NTLS_", "GMTLS_")
_SEPARATORS: Final = re.compile(r"[:,;\s]+")
_SWITCHED_ON: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+.-]*")  # not !x, -x, +x or @x


def suite_readings(text: str) -> tuple[Reading, ...]:
    """Everything that `text` switches on by name, each once, in order; () when it names no suite."""
    found: dict[tuple[object, ...], Reading] = {}
    for token in _SEPARATORS.split(text)[:MOST_TOKENS]:
        if len(token) > LONGEST_TOKEN or not _SWITCHED_ON.fullmatch(token):
            continue
        for reading in _named_by(token):
            fields = reading.fields()
            found.setdefault((fields["algorithm"], fields["family"], fields["primitive"]), reading)
    return tuple(found.values())


@lru_cache(maxsize=4096)  # texts that are no list of suites have their words in common
def _named_by(token: str) -> tuple[Reading, ...]:
    return one_suite(token) or tuple(_keywords(token))


def one_suite(token: str) -> tuple[Reading, ...]:
    """One suite by the name of IANA, of OpenSSL or of GB/T 38636."""
    upper = token.upper().replace("-", "_")
    if not upper.startswith(_PROTOCOLS):
        return _split(upper.split("_"))
    upper = upper.partition("_")[2]
    exchange, with_, rest = upper.partition("_WITH_")
    if with_:
        names = _EXCHANGES.get(squeeze(exchange)) if exchange else None
        return _assembled(names, rest.split("_"), export="EXPORT" in exchange) if names is not None else ()
    return _assembled((), upper.split("_")) or _split(upper.split("_"))


def _split(parts: list[str]) -> tuple[Reading, ...]:
    """No WITH: the longest beginning that is a key exchange, as in ECDHE-RSA-AES128-SHA and ECC_SM4_CBC_SM3."""
    for cut in range(min(len(parts) - 1, 4), -1, -1):
        names = _EXCHANGES.get(squeeze("".join(parts[:cut])))
        if names is None or not all(parts[:cut]):
            continue
        if cut == 0 and not digest_of(squeeze(parts[-1])) and parts[-1] not in {"CCM", "CCM8"}:
            continue  # "AES128-SHA" is a suite, "AES256" is not
        if parts[:cut] == ["ECDHE"] and parts[cut] == "SM4":
            names = ("SM2-KEX", "aSM2")
        found = _assembled(names, parts[cut:], export="EXP" in parts[:cut])
        if found:
            return found
    return ()


def _assembled(names: tuple[str, ...], parts: list[str], *, export: bool = False) -> tuple[Reading, ...]:
    """Key exchange and authentication with the cipher and the hash that `parts` name; () unless all of it is known."""
    hash_ = digest_of(squeeze(parts[-1])) if len(parts) > 1 else ""
    enciphering = _enciphering(squeeze("".join(parts[:-1] if hash_ else parts)), export=export)
    if enciphering is None:
        return ()
    readings = [*(_member(name) for name in names), enciphering]
    if hash_:
        authenticated = enciphering.fields()["primitive"] == "ae"
        readings.append(Reading(hash_) if authenticated else Reading("hmac", digest=hash_))
    return tuple(readings)


def _enciphering(key: str, *, export: bool) -> Reading | None:
    """The cipher of a suite, in CBC when it does not say."""
    if key in _CIPHERS:
        found: Reading | None = _member(_CIPHERS[key][0])
    else:
        found = read(key)
    if found is None or (found.stem != "enull" and found.fields()["primitive"] not in _ENCIPHER):
        return None
    if found.is_block and "mode" not in found.given:
        found = cipher(f"{key}cbc") or found
    return read(_EXPORT[found.stem]) if export and found.stem in _EXPORT else found


_ENCIPHER: Final = frozenset(("block-cipher", "stream-cipher", "ae"))


def _member(name: str) -> Reading:
    found = _SPECIAL.get(name) or read(name)
    if found is None:
        raise LookupError(f"the tables of names_suites name {name}, which names_readers does not read")
    return found


def _keywords(token: str) -> Iterator[Reading]:
    """A class of OpenSSL by name, or several that must hold together: `ECDHE+AESGCM`."""
    for word in token.split("+"):
        yield from map(_member, _KEYWORDS.get(squeeze(word), ()))
