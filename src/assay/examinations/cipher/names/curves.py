"""Elliptic curves: every spelling and object identifier to one CycloneDX name `group/name`.

The registry lists one curve under several groups; the name written here is the first of nist, secg, x962, wtls that
has it, so that one key is never counted twice. Bits are those of the field, which is what people call the size; for
Curve25519 that is 255. Not listed: curves nobody names in code (NUMS, MNT, BADA55, SafeCurves research curves).

Source: CycloneDX `cryptography-defs` as updated 2026-02-24; X25519, X448, Ed25519, Ed448 by RFC 8410.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

LONGEST = 80


class CurveName(Struct, frozen=True):
    name: str
    bits: int
    oid: str | None


# name, bits, object identifier, other spellings (squeezed)
_ROWS = """
nist/P-192 192 1.2.840.10045.3.1.1 secp192r1 prime192v1 p192 nistp192
nist/P-224 224 1.3.132.0.33 secp224r1 ansip224r1 wtls12 p224 nistp224
nist/P-256 256 1.2.840.10045.3.1.7 secp256r1 prime256v1 ansip256r1 p256 nistp256
nist/P-384 384 1.3.132.0.34 secp384r1 ansip384r1 p384 nistp384
nist/P-521 521 1.3.132.0.35 secp521r1 ansip521r1 p521 nistp521
nist/B-163 163 1.3.132.0.15 sect163r2 ansit163r2 b163 nistb163
nist/B-233 233 1.3.132.0.27 sect233r1 ansit233r1 wtls11 b233 nistb233
nist/B-283 283 1.3.132.0.17 sect283r1 ansit283r1 b283 nistb283
nist/B-409 409 1.3.132.0.37 sect409r1 ansit409r1 b409 nistb409
nist/B-571 571 1.3.132.0.39 sect571r1 ansit571r1 b571 nistb571
nist/K-163 163 1.3.132.0.1 sect163k1 ansit163k1 wtls3 k163 nistk163
nist/K-233 233 1.3.132.0.26 sect233k1 ansit233k1 wtls10 k233 nistk233
nist/K-283 283 1.3.132.0.16 sect283k1 ansit283k1 k283 nistk283
nist/K-409 409 1.3.132.0.36 sect409k1 ansit409k1 k409 nistk409
nist/K-571 571 1.3.132.0.38 sect571k1 ansit571k1 k571 nistk571
secg/secp112r1 112 1.3.132.0.6 wtls6
secg/secp112r2 112 1.3.132.0.7
secg/secp128r1 128 1.3.132.0.28
secg/secp128r2 128 1.3.132.0.29
secg/secp160k1 160 1.3.132.0.9 ansip160k1
secg/secp160r1 160 1.3.132.0.8 ansip160r1 wtls7
secg/secp160r2 160 1.3.132.0.30 ansip160r2
secg/secp192k1 192 1.3.132.0.31 ansip192k1
secg/secp224k1 224 1.3.132.0.32 ansip224k1
secg/secp256k1 256 1.3.132.0.10 ansip256k1
secg/sect113r1 113 1.3.132.0.4 wtls4
secg/sect113r2 113 1.3.132.0.5
secg/sect131r1 131 1.3.132.0.22
secg/sect131r2 131 1.3.132.0.23
secg/sect163r1 163 1.3.132.0.2 ansit163r1
secg/sect193r1 193 1.3.132.0.24 ansit193r1
secg/sect193r2 193 1.3.132.0.25 ansit193r2
secg/sect239k1 239 1.3.132.0.3 ansit239k1
x962/prime192v2 192 1.2.840.10045.3.1.2
x962/prime192v3 192 1.2.840.10045.3.1.3
x962/prime239v1 239 1.2.840.10045.3.1.4
x962/prime239v2 239 1.2.840.10045.3.1.5
x962/prime239v3 239 1.2.840.10045.3.1.6
x962/c2pnb163v1 163 1.2.840.10045.3.0.1 wtls5
x962/c2pnb163v2 163 1.2.840.10045.3.0.2
x962/c2pnb163v3 163 1.2.840.10045.3.0.3
x962/c2pnb176w1 176 1.2.840.10045.3.0.4 c2pnb176v1
x962/c2tnb191v1 191 1.2.840.10045.3.0.5
x962/c2tnb191v2 191 1.2.840.10045.3.0.6
x962/c2tnb191v3 191 1.2.840.10045.3.0.7
x962/c2pnb208w1 208 1.2.840.10045.3.0.10
x962/c2tnb239v1 239 1.2.840.10045.3.0.11
x962/c2tnb239v2 239 1.2.840.10045.3.0.12
x962/c2tnb239v3 239 1.2.840.10045.3.0.13
x962/c2pnb272w1 272 1.2.840.10045.3.0.16
x962/c2pnb304w1 304 1.2.840.10045.3.0.17
x962/c2tnb359v1 359 1.2.840.10045.3.0.18
x962/c2pnb368w1 368 1.2.840.10045.3.0.19
x962/c2tnb431r1 431 1.2.840.10045.3.0.20
wtls/wap-wsg-idm-ecid-wtls1 113 2.23.43.1.4.1 wtls1
wtls/wap-wsg-idm-ecid-wtls8 112 2.23.43.1.4.8 wtls8
wtls/wap-wsg-idm-ecid-wtls9 160 2.23.43.1.4.9 wtls9
anssi/FRP256v1 256 1.2.250.1.223.101.256.1
oscaa/SM2 256 1.2.156.10197.1.301 sm2p256v1 curvesm2 sm2p256
other/Curve25519 255 1.3.101.110 x25519
other/Curve448 448 1.3.101.111 x448
other/Ed25519 255 1.3.101.112 ed25519ph ed25519ctx edwards25519
other/Ed448 448 1.3.101.113 ed448ph edwards448 ed448goldilocks
bls/BLS12-377 377 -
bls/BLS12-381 381 - bls12381g1 bls12381g2
bn/bn254 254 - fp254bnb altbn128 bn128 bnp254
gost/id-GostR3410-2001-CryptoPro-A-ParamSet 256 - gostr34102001cryptoproa
gost/id-GostR3410-2001-CryptoPro-B-ParamSet 256 - gostr34102001cryptoprob
gost/id-GostR3410-2001-CryptoPro-C-ParamSet 256 - gostr34102001cryptoproc
gost/id-tc26-gost-3410-12-512-paramSetA 512 - tc26gost341012512paramseta
gost/id-tc26-gost-3410-12-512-paramSetB 512 - tc26gost341012512paramsetb
gost/id-tc26-gost-3410-2012-256-paramSetA 256 - tc26gost34102012256paramseta
gost/id-tc26-gost-3410-2012-512-paramSetC 512 - tc26gost34102012512paramsetc
"""


def _rows() -> Iterator[tuple[CurveName, list[str]]]:
    for line in _ROWS.split("\n"):
        if line:
            name, bits, oid, *others = line.split()
            yield CurveName(name, int(bits), None if oid == "-" else oid), others
    brainpool = (f"P{bits}{kind}" for bits in (160, 192, 224, 256, 320, 384, 512) for kind in ("r1", "t1"))
    for number, suffix in enumerate(brainpool, 1):
        oid = f"1.3.36.3.3.2.8.1.1.{number}"
        yield (
            CurveName(f"brainpool/brainpool{suffix}", int(suffix[1:4]), oid),
            [f"bp{suffix[1:]}", f"bp{suffix.lower()}"],
        )


def _squeeze(text: str) -> str:
    lower = text.lower()
    return lower if lower.isalnum() else "".join(filter(str.isalnum, lower))


def _index() -> dict[str, CurveName]:
    index: dict[str, CurveName] = {}
    for row, others in _rows():
        group, _, short = row.name.partition("/")
        for spelling in (short, row.name, *others, *(f"{group}{other}" for other in others)):
            index[_squeeze(spelling)] = row
        if row.oid is not None:
            index[row.oid] = row
    for spelling in [key for key in index if "wtls" in key]:
        index[f"wapwsgidmecid{spelling.removeprefix('wtls')}"] = index[spelling]
        index["wapwsgidmecid" + spelling[spelling.index("wtls") :]] = index[spelling]
    return index


_INDEX: Mapping[str, CurveName] = _index()
_PREFIXES = ("nistcurve", "nidx962", "nid", "snx962", "sn", "x962", "x963", "secg", "evp", "curve", "ec")


def curve(text: str) -> CurveName | None:
    """The curve that `text` names, in any library's spelling or as an object identifier; None when it names none."""
    if len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        return None
    return _curve(text)


@lru_cache(maxsize=1024)
def _curve(text: str) -> CurveName | None:
    # Java prints "secp256r1 [NIST P-256, X9.62 prime256v1] (1.2.840.10045.3.1.7)"
    text = text.split(" [", 1)[0].strip().removeprefix("OID.")
    if text in _INDEX:
        return _INDEX[text]
    for candidate in (text, text.rsplit(".", 1)[-1]) if "." in text else (text,):
        key = _squeeze(candidate)
        if key in _INDEX:
            return _INDEX[key]
        for prefix in _PREFIXES if key.startswith(_PREFIXES) else ():
            rest = key.removeprefix(prefix)
            if rest != key and rest in _INDEX:
                return _INDEX[rest]
    return None
