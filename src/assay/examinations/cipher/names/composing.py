"""Adding to a named algorithm what other arguments of the same call say.

The name is read again, the addition made, and everything that follows from it rendered anew. What cannot be added is
ignored: a padding on SM2, a curve on RSA, a second key size on an algorithm that has one.
"""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from assay.core.facts import Scalar
from assay.examinations.cipher.names.curves import curve
from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.reading import Reading, digest_of, on_curve, squeeze
from assay.examinations.cipher.names.symmetric import cipher
from assay.examinations.cipher.names.tables import MODES, PADDINGS, PURPOSE_USES, SIZES, UNPADDED_MODES

_ADDED_IN_ORDER: Final = ("primitive", "purpose", "digest", "cipher", "curve", "key_bits", "mode", "padding")
_DERIVED: Final = frozenset(
    ("algorithm", "family", "primitive", "mode", "padding", "key_bits", "curve", "oid", "quantum_vulnerable")
)
_GIVEN: Final = ("mode", "padding", "key_bits", "curve")
_KEY_USES: Final = frozenset(("signature", "pke", "key-agree", "kem", "mac"))


def compose(base: Mapping[str, Scalar], **more: Scalar) -> Mapping[str, Scalar]:
    """`base`, the fields of an algorithm, with what other arguments of the call say.

    mode, padding, curve, digest and cipher (of a CMAC) take any spelling; key_bits takes bits; purpose and primitive
    tell the use of a key; any other key is passed through. None is "could not be determined", and so is a spelling
    that no table knows. Name, family, primitive, identifier and quantum class are derived again. When `base` names no
    algorithm known here, its keys stay as they are; without anything to add, all do.
    """
    if not more:
        return base
    others = {key: value for key, value in more.items() if key not in _ADDED_IN_ORDER or key == "purpose"}
    reading = _reread(base)
    if reading is None:
        said: dict[str, Scalar] = {key: _spelt(key, more[key]) for key in _GIVEN if key in more}
        return {**base, **said, **others}
    for key in _ADDED_IN_ORDER:
        if key in more:
            reading = _add(reading, key, more[key])
    if "padding" in reading.given and reading.given["padding"] is None and reading.primitive == "pke":
        reading = replace(reading, digest="")  # OAEP's, where it is OAEP
    kept = {key: value for key, value in base.items() if key not in _DERIVED}
    return {**kept, **reading.fields(), **others}


def _reread(base: Mapping[str, Scalar]) -> Reading | None:
    """The reading that rendered `base`. An identifier says more than a name that drops the digest."""
    name, oid = base.get("algorithm"), base.get("oid")
    reading = read(oid) if isinstance(oid, str) else None
    if reading is None or reading.row.family != base.get("family"):
        reading = read(name) if isinstance(name, str) else None
    if reading is None:
        return None
    use = base.get("primitive")
    if reading.row.primitive is None and isinstance(use, str):
        reading = reading.used_as(use)
    given = {key: base[key] for key in _GIVEN if key in base and not (key == "padding" and reading.row.padding)}
    return replace(reading, given=given, oid="", parts=())


def _spelt(key: str, value: Scalar) -> Scalar:
    """The value in the registry's spelling; None when it is unknown."""
    if key == "key_bits":
        return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
    if not isinstance(value, str):
        return None
    if key == "curve":
        found = curve(value)
        return found.name if found else None
    return _mode(value)[0] if key == "mode" else PADDINGS.get(_last(value))


def _last(text: str) -> str:
    """Squeezed and without a qualifier: modes.CBC, MODE_CBC, padding.PKCS7; X9.23 keeps its dot's two sides."""
    whole = squeeze(text)
    key = whole if whole in PADDINGS or "." not in text else squeeze(text.rpartition(".")[2])
    return key.removeprefix("mode") if key.startswith("mode") else key


def _mode(text: str) -> tuple[str | None, str]:
    return MODES.get(_last(text), (None, ""))


def _add(reading: Reading, key: str, value: Scalar) -> Reading:
    match key:
        case "primitive" | "purpose":
            use = PURPOSE_USES.get(value, value) if key == "purpose" and isinstance(value, str) else value
            settles = reading.row.primitive is None and isinstance(use, str) and use in _KEY_USES
            return reading.used_as(str(use)) if settles else reading
        case "digest":
            return _with_digest(reading, value)
        case "cipher":
            inner = cipher(squeeze(value)) if isinstance(value, str) else None
            return replace(reading, inner=inner) if reading.row.shape == "inner" and inner else reading
        case "curve":
            return _with_curve(reading, value)
        case "mode":
            return with_mode(reading, value)
        case "padding":
            return with_padding(reading, value)
        case _:
            return _with_bits(reading, value)


def _with_bits(reading: Reading, value: Scalar) -> Reading:
    row = reading.row
    if reading.stem == "cmac" and reading.inner is not None:
        return replace(reading, inner=_with_bits(reading.inner, value))
    if row.bits or row.shape == "inner" or row.primitive in {"hash", "xof", "combiner"}:
        return reading
    bits = _spelt("key_bits", value)
    if isinstance(bits, int):
        bits = SIZES.get(reading.stem, {}).get(bits, bits)  # 3DES: 192 with parity is 168
    return replace(reading, given={**reading.given, "key_bits": bits})


def with_mode(reading: Reading, value: Scalar) -> Reading:
    """With a mode in any spelling; None when it is unknown. Only block ciphers take one."""
    if not reading.is_block:
        return reading
    mode, variant = _mode(value) if isinstance(value, str) else (None, "")
    if mode == "cmac":
        return Reading(
            "cmac", inner=replace(reading, given={k: v for k, v in reading.given.items() if k == "key_bits"})
        )
    given = {key: said for key, said in reading.given.items() if not (key == "padding" and mode in UNPADDED_MODES)}
    return replace(reading, given={**given, "mode": mode}, variant=variant)


def with_padding(reading: Reading, value: Scalar) -> Reading:
    """With a padding in any spelling; None when it is unknown. Block ciphers take one, and RSA whose scheme is open."""
    if not (reading.is_block or (reading.row.shape == "rsa" and reading.row.primitive is None)):
        return reading
    key = _last(value) if isinstance(value, str) else ""
    if key.startswith("oaepwith"):
        digest = digest_of(key.removeprefix("oaepwith").removesuffix("padding").removesuffix("andmgf1"))
        return replace(reading.padded("oaep"), digest=digest)
    if key not in PADDINGS:
        return replace(reading, given={**reading.given, "padding": None})
    return reading.padded(PADDINGS[key])


def _with_digest(reading: Reading, value: Scalar) -> Reading:
    digest = digest_of(squeeze(value.rpartition(".")[2])) if isinstance(value, str) else ""
    takes = reading.row.shape in {"rsa", "dsa", "ec", "digest"} or reading.stem in {"sm2", "sm2-sign"}
    if not digest or not takes or reading.stem in {"rsa-raw", "rsa-encrypt"}:
        return reading
    reading = replace(reading, digest=digest)
    return reading.used_as("signature") if reading.stem in {"rsa-pkcs1", "sm2"} and not reading.primitive else reading


def _with_curve(reading: Reading, value: Scalar) -> Reading:
    if reading.row.shape != "ec" and reading.stem != "eddsa":
        return reading
    found = curve(value) if isinstance(value, str) else None
    if found is None:
        return replace(reading, given={**reading.given, "curve": None})
    return on_curve(reading, found.name, found.bits)
