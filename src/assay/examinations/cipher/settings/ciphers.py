"""What a list of cipher suites switches on, in OpenSSL's grammar, IANA's names, or those of TLCP.

A suite by its name, or a word that is an algorithm (`RC4`), is *certain* unless a later `!` or `-` takes it out. What
a class brings in (`HIGH`, `DEFAULT`, `kRSA`) depends on the version of the library: its members are *possible*. They
come from one table, `openssl_suites.txt`, of OpenSSL 3.0.22, widened to what older versions did, for the product's
version is not known: suites with 3DES are HIGH (until 1.0.1u, 1.0.2i and 1.1.0, by CHANGES.md), and DEFAULT holds
what 3.0 leaves out of it but for anonymous, NULL, LOW and EXPORT suites. The order of suites is not followed, and
@SECLEVEL takes nothing out.

*It cannot see* names of suites that neither the table nor `names` knows, GnuTLS priority strings, and
`PROFILE=SYSTEM`: they are `unknown`. Sources: openssl-ciphers(1); ssl/ssl_ciph.c of OpenSSL 3.0.22 for the meaning of
the words.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from msgspec import Struct

from assay.core.facts import Scalar
from assay.examinations.cipher.names import suite

MOST_TOKENS = 512
_SEPARATORS = re.compile(r"[:,;\s|]+")
_NEGATIVE = ("!", "-")
_NAME = re.compile(r"[A-Za-z0-9][\w+.\-]*")
_WITH = re.compile(r"-WITH-SMS?4-(?:(GCM|CCM|CBC)-)?")


class _Suite(NamedTuple):
    exchange: str
    authentication: str
    cipher: str
    mac: str
    strength: str
    protocol: str
    name: str


class Chosen(Struct, frozen=True):
    """Algorithms with whether each is certain, and the words that nobody here knows."""

    algorithms: tuple[tuple[Mapping[str, Scalar], bool], ...]
    unknown: tuple[str, ...]


_Choice = Callable[[_Suite], bool]


def _exchange(*names: str, anonymous: bool = True) -> _Choice:
    return lambda row: row.exchange in names and (anonymous or row.authentication != "NULL")


def _authentication(*names: str) -> _Choice:
    return lambda row: row.authentication in names


def _cipher(*names: str) -> _Choice:
    return lambda row: row.cipher.startswith(names)


def _exactly(*names: str) -> _Choice:
    return lambda row: row.cipher in names


def _mac(name: str) -> _Choice:
    return lambda row: row.mac == name


def _strength(*names: str) -> _Choice:
    return lambda row: row.strength in names


def _null(row: _Suite) -> bool:
    return row.cipher == "NULL"


def _default(row: _Suite) -> bool:
    return not _null(row) and row.authentication != "NULL" and row.strength in {"HIGH", "MEDIUM"}


def _rsa(row: _Suite) -> bool:
    return row.exchange == "RSA" and row.authentication == "RSA"


_AES_CCM = ("AES128CCM", "AES256CCM", "AES128CCM8", "AES256CCM8")
_WORDS: Mapping[str, _Choice] = {
    "ALL": lambda row: not _null(row),
    "COMPLEMENTOFALL": _null,
    "COMPLEMENTOFDEFAULT": lambda row: not _null(row) and not _default(row),
    "DEFAULT": _default,
    "HIGH": lambda row: row.strength == "HIGH" or row.cipher == "3DES",
    "FIPS": lambda row: row.strength == "HIGH" and row.cipher.startswith("AES"),
    "FIPS140": lambda row: row.strength == "HIGH" and row.cipher.startswith("AES"),
    **{word: _strength(word) for word in ("MEDIUM", "LOW")},
    **dict.fromkeys(("EXP", "EXPORT", "EXPORT40", "EXPORT56", "EXPORT1024"), _strength("EXP")),
    **dict.fromkeys(("NULL", "ENULL"), _null),
    "ANULL": _authentication("NULL"),
    **dict.fromkeys(("KRSA",), _exchange("RSA")),
    "RSA": _rsa,
    **dict.fromkeys(("KDHE", "KEDH"), _exchange("DHE")),
    **dict.fromkeys(("DHE", "EDH"), _exchange("DHE", anonymous=False)),
    "DH": _exchange("DHE"),
    **dict.fromkeys(("KECDHE", "KEECDH", "ECDH"), _exchange("ECDHE")),
    **dict.fromkeys(("ECDHE", "EECDH"), _exchange("ECDHE", anonymous=False)),
    "ADH": lambda row: row.exchange == "DHE" and row.authentication == "NULL",
    "AECDH": lambda row: row.exchange == "ECDHE" and row.authentication == "NULL",
    "ARSA": _authentication("RSA"),
    **dict.fromkeys(("ADSS", "DSS"), _authentication("DSS")),
    **dict.fromkeys(("AECDSA", "ECDSA"), _authentication("ECDSA")),
    "APSK": _authentication("PSK"),
    "PSK": lambda row: "PSK" in row.exchange,
    "KPSK": _exchange("PSK"),
    "KECDHEPSK": _exchange("ECDHEPSK"),
    "KDHEPSK": _exchange("DHEPSK"),
    "KRSAPSK": _exchange("RSAPSK"),
    **dict.fromkeys(("SRP", "KSRP", "ASRP"), lambda row: "SRP" in row.exchange),
    "AES": _cipher("AES"),
    "AES128": _cipher("AES128"),
    "AES256": _cipher("AES256"),
    "AESGCM": _exactly("AES128GCM", "AES256GCM"),
    "AESCCM": _exactly(*_AES_CCM),
    "AESCCM8": _exactly("AES128CCM8", "AES256CCM8"),
    "CAMELLIA": _cipher("CAMELLIA"),
    "CAMELLIA128": _cipher("CAMELLIA128"),
    "CAMELLIA256": _cipher("CAMELLIA256"),
    "ARIA": _cipher("ARIA"),
    "ARIAGCM": _cipher("ARIA"),
    "ARIA128": _cipher("ARIA128"),
    "ARIA256": _cipher("ARIA256"),
    **{word: _exactly(word) for word in ("3DES", "RC4", "DES", "RC2", "IDEA", "SEED", "CHACHA20")},
    "CBC": lambda row: row.mac != "AEAD" and row.cipher not in {"NULL", "RC4"},
    "MD5": _mac("MD5"),
    "SHA": _mac("SHA1"),
    "SHA1": _mac("SHA1"),
    "SHA256": _mac("SHA256"),
    "SHA384": _mac("SHA384"),
    **dict.fromkeys(("SSLV3", "TLSV1"), lambda row: row.protocol != "TLSv1.2"),
    "TLSV1.0": lambda row: row.protocol == "TLSv1",
    "TLSV1.2": lambda row: row.protocol == "TLSv1.2",
    "KRB5": lambda _: False,
    "GOST": lambda _: False,
    "SSLV2": lambda _: False,
}
# What surely goes where a word is excluded, when versions differ about the word.
_SURELY: Mapping[str, _Choice] = {
    **_WORDS,
    "HIGH": _strength("HIGH"),
    "MEDIUM": lambda row: row.strength == "MEDIUM" and row.cipher != "3DES",
    "SSLV3": lambda row: row.protocol == "SSLv3",
    "TLSV1": lambda row: row.protocol == "TLSv1",
    **dict.fromkeys(("FIPS", "FIPS140"), lambda _: False),
}
_NO_SUITE = frozenset({"STRENGTH", "TLS_FALLBACK_SCSV", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "OFF", "NONE"})


@lru_cache(maxsize=1)
def _suites() -> tuple[_Suite, ...]:
    text = files("assay.examinations.cipher.settings").joinpath("openssl_suites.txt").read_text("ascii")
    return tuple(_Suite(*line.split()) for line in text.splitlines() if not line.startswith("#"))


@lru_cache(maxsize=256)
def _members(words: str, *, surely: bool = False) -> frozenset[_Suite] | None:
    """Suites of a class, or of several that must hold together (`ECDHE+AESGCM`); None when a word is unknown."""
    choices = [(_SURELY if surely else _WORDS).get(word.upper()) for word in words.split("+")]
    known = [choice for choice in choices if choice is not None]
    if len(known) < len(choices):
        return None
    return frozenset(row for row in _suites() if all(choice(row) for choice in known))


@lru_cache(maxsize=512)
def chosen(text: str) -> Chosen:
    """What a list of suites switches on."""
    by_name: dict[str, tuple[Mapping[str, Scalar], ...]] = {}
    words: dict[str, frozenset[_Suite]] = {}
    on: set[_Suite] = set()
    killed: set[_Suite] = set()
    unknown: list[str] = []
    known = {row.name: row for row in _suites()}
    tokens = _SEPARATORS.split(text.strip("\"' \t").replace("@", ":@"))
    for token in tokens[:MOST_TOKENS]:
        sign, name = (token[0], token[1:]) if token[:1] in {"!", "-", "+"} else ("", token)
        plain = _WITH.sub(lambda found: f"-SM4-{found[1] or 'CBC'}-", name)
        if not name or name[0] == "@" or name.upper() in _NO_SUITE:
            continue
        row = known.get(name.upper())
        members = frozenset({row}) if row is not None else _members(name, surely=sign in _NEGATIVE)
        if sign in _NEGATIVE:
            by_name.pop(plain, None)
            on -= members or frozenset()
            killed |= (members or frozenset()) if sign == "!" else frozenset()
        elif members is not None:
            on |= (members - killed) if not sign else frozenset()
            if not sign:
                words[name] = members
        elif "+" not in name and _NAME.fullmatch(plain) and (found := suite(plain)):
            by_name[plain] = tuple(item.fields for item in found)
        elif not sign:
            unknown.append(name)
    unknown += ["..."] * (len(tokens) > MOST_TOKENS)
    sure = [fields for group in by_name.values() for fields in group]
    for name, members in words.items():
        if members & on or not members:
            sure += [item.fields for item in suite(name)]
    perhaps = [item.fields for row in sorted(on) for item in suite(row.name)]
    return Chosen(tuple(_each_once(sure, perhaps)), tuple(unknown))


def _each_once(
    sure: list[Mapping[str, Scalar]], perhaps: list[Mapping[str, Scalar]]
) -> list[tuple[Mapping[str, Scalar], bool]]:
    found: dict[object, tuple[Mapping[str, Scalar], bool]] = {}
    for certain, group in ((True, sure), (False, perhaps)):
        for fields in group:
            found.setdefault(tuple(sorted(fields.items(), key=lambda pair: pair[0])), (fields, certain))
    return list(found.values())
