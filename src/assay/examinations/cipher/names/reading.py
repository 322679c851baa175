"""A reading: what a name says, and the registry name that says it back.

A `Reading` is a stem with what was said about it. `Reading.name` renders it by the registry's pattern, and
`names_readers.read` reads that name to the same family again, which is what lets `names.compose` add to a name that
was made earlier.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.facts import Scalar
from assay.examinations.cipher.names.families import VULNERABLE
from assay.examinations.cipher.names.oids import WRITTEN
from assay.examinations.cipher.names.stems import STEMS, Stem
from assay.examinations.cipher.names.tables import AE_MODES, DIGESTS, MAC_MODES, RSA_PADDINGS, USES, WRAP_MODES

_BLOCK_SHAPES = frozenset(("cipher", "fixed"))
_LONGEST_DIGEST = max(map(len, DIGESTS)) + 5  # room for "and" in the pair of TLS 1.0


class Reading(Struct, frozen=True):
    """`given` holds key_bits, mode, padding and curve as far as said; None there means "could not be determined"."""

    stem: str
    given: Mapping[str, Scalar] = field(default_factory=dict)
    digest: str = ""  # stem of the digest
    variant: str = ""  # CFB width, CCM tag bits, group of a Diffie-Hellman
    inner: "Reading | None" = None  # the cipher inside a CMAC or a password-based scheme
    primitive: str | None = None  # a use that the stem alone does not say
    parts: tuple["Reading", ...] = ()
    oid: str = ""
    shielded: bool = False  # part of a hybrid: broken alone, it gives nothing away

    @property
    def row(self) -> Stem:
        return STEMS[self.stem]

    @property
    def is_block(self) -> bool:
        return self.row.shape in _BLOCK_SHAPES

    def name(self, *, bare: bool = False) -> str:
        """By the registry's pattern; `bare` leaves out what an object identifier does not cover."""
        row, given = self.row, self.given
        digest = STEMS[self.digest].name if self.digest in STEMS else self.digest.upper()
        bits = str(given.get("key_bits") or "")
        short = str(given.get("curve") or "").rpartition("/")[2]
        rest: tuple[str, ...] = ()
        match row.shape:
            case "cipher" | "fixed":
                padding = str(given.get("padding") or "").upper()
                sized = bits if row.shape == "cipher" else ""
                rest = (sized, _mode_name(given.get("mode"), self.variant), "" if bare else padding)
            case "rsa":
                rest = (digest, "" if bare else bits)
            case "dsa":
                rest = ("" if bare else bits, digest)
            case "ec":
                rest = ("" if bare else short, digest)
            case "digest":
                rest = (digest,)
            case "length":
                rest = (bits,)
            case "group":
                rest = ("" if bare else self.variant,)
            case "inner":
                rest = (self.inner.name(bare=True) if self.inner else "", digest)
            case "plain" if bare and self.stem == "sm2-sign":
                rest = (digest or "sign",)  # the identifier of the bare name is that of the key
        return "-".join((row.name, *filter(None, rest)))

    def fields(self) -> dict[str, Scalar]:
        row = self.row
        fields: dict[str, Scalar] = {"algorithm": self.name(), "family": row.family, "primitive": self._primitive()}
        if row.padding:
            fields["padding"] = row.padding
        if row.bits:
            fields["key_bits"] = row.bits
        if row.curve:
            fields["curve"] = row.curve
        fields |= self.given
        oid = self.oid or WRITTEN.get(self.name(bare=True))
        if oid:
            fields["oid"] = oid
        broken = row.family in VULNERABLE or self.stem == "gostr3410"
        fields["quantum_vulnerable"] = broken and not self.shielded
        return fields

    def _primitive(self) -> str | None:
        if not self.is_block:
            return self.primitive or self.row.primitive
        if "mode" in self.given and self.given["mode"] is None:
            return None  # it may be an authenticated mode, and it may not
        mode = str(self.given.get("mode", ""))
        kinds = ((AE_MODES, "ae"), (WRAP_MODES, "key-wrap"), (MAC_MODES, "mac"))
        return next((primitive for modes, primitive in kinds if mode in modes), "block-cipher")

    def used_as(self, primitive: str) -> "Reading":
        """The same key or cipher, now that its use is known; unchanged where the use says nothing new."""
        stem = USES.get((self.stem, primitive), self.stem)
        if STEMS[stem].primitive is None:
            return replace(self, stem=stem, primitive=primitive)
        return replace(self, stem=stem, primitive=None)

    def padded(self, padding: str) -> "Reading":
        """With a padding of `PADDINGS`: on RSA it decides the scheme, on a block cipher "none" says nothing."""
        if self.row.shape == "rsa":
            stem = RSA_PADDINGS.get("raw" if padding == "none" else padding)
            if stem is None or self.row.primitive is not None:
                return self
            reading = replace(self, stem=stem, primitive=None)
            use = self.primitive or ("signature" if self.digest and stem == "rsa-pkcs1" else "")
            return reading.used_as(use) if use else reading
        if self.is_block and padding not in {"none", "raw", *RSA_PADDINGS}:
            return replace(self, given={**self.given, "padding": padding})
        return self


def _mode_name(mode: Scalar, variant: str) -> str:
    if not isinstance(mode, str):
        return ""
    if mode in {"cfb", "ofb"}:
        return mode.upper() + variant
    return f"{mode.upper()}-{variant}" if variant else mode.upper()


def squeeze(text: str) -> str:
    lower = text.lower()
    return lower if lower.isalnum() else "".join(filter(str.isalnum, lower))


def digest_of(key: str) -> str:
    """Stem of the digest that squeezed text names, "" when none. The pair of TLS 1.0 is "md5-sha-1"."""
    return DIGESTS.get(key, "md5-sha-1" if key in {"md5sha1", "md5andsha1"} else "")


def digest_parts(stem: str) -> tuple[Reading, ...]:
    names = ("md5", "sha-1") if stem == "md5-sha-1" else (stem,)
    return tuple(Reading(name) for name in names if name in STEMS)


def leading_digest(key: str) -> tuple[str, str]:
    """The longest digest that `key` begins with, and the rest."""
    for length in range(min(len(key), _LONGEST_DIGEST), 1, -1):
        stem = digest_of(key[:length])
        if stem:
            return stem, key[length:]
    return "", key


_CURVE_STEMS: Final[Mapping[tuple[str, str], str]] = {
    ("ec", "oscaa/SM2"): "sm2",
    **{(stem, "other/Curve25519"): "x25519" for stem in ("ec", "ecdh", "ecdhe")},
    **{(stem, "other/Curve448"): "x448" for stem in ("ec", "ecdh", "ecdhe")},
    **{(stem, "other/Ed25519"): "ed25519" for stem in ("ec", "eddsa")},
    **{(stem, "other/Ed448"): "ed448" for stem in ("ec", "eddsa")},
}


def on_curve(reading: Reading, name: str, bits: int) -> Reading:
    """On a curve of the registry, its size being the key's; some curves decide the algorithm."""
    stem = _CURVE_STEMS.get((reading.stem, name), reading.stem)
    return replace(reading, stem=stem, given={**reading.given, "key_bits": bits, "curve": name})
