"""The order in which a name is tried, and reading one name without a dialect."""

from collections.abc import Callable

from msgspec.structs import replace

from assay.examinations.cipher.names import asymmetric, symmetric
from assay.examinations.cipher.names.oids import READ
from assay.examinations.cipher.names.reading import Reading, digest_of, squeeze
from assay.examinations.cipher.names.spellings import ALIASES, SECONDS, STEM_SPELLINGS
from assay.examinations.cipher.names.stems import HYBRIDS, STEMS


def read(text: str) -> Reading | None:
    """What a single name says, with no provider's defaults; None when it is no algorithm known here."""
    oid = text.removeprefix("OID.")
    if oid in READ:
        found = read(READ[oid])
        return replace(found, oid=oid) if found else None
    plus = text.replace("+", "plus")
    key = squeeze(plus)
    reading = _read_squeezed(squeeze(ALIASES[key]) if key in ALIASES else key)
    second = read(SECONDS[key]) if reading is not None and key in SECONDS else None
    return replace(reading, parts=(second,)) if reading is not None and second is not None else reading


def _read_squeezed(key: str) -> Reading | None:
    for reader in _READERS:
        found = reader(key)
        if found is not None:
            return found
    return None


def _plain(key: str) -> Reading | None:
    stem = STEM_SPELLINGS.get(key)
    if stem is None:
        return None
    members = HYBRIDS.get(STEMS[stem].name, ())
    parts = (read(member) for member in members)
    return Reading(stem, parts=tuple(replace(part, shielded=True) for part in parts if part))


def _digest(key: str) -> Reading | None:
    stem = digest_of(key)
    if stem == "md5-sha-1":
        return Reading("md5", parts=(Reading("sha-1"),))
    return Reading(stem) if stem else None


_READERS: tuple[Callable[[str], Reading | None], ...] = (
    _plain,
    _digest,
    symmetric.keyed,
    symmetric.password_based,
    asymmetric.signature,
    symmetric.cipher,
    symmetric.rc4,
    symmetric.cmac,
    asymmetric.rsa,
    asymmetric.dsa,
    asymmetric.elliptic,
    asymmetric.finite_field,
    asymmetric.elgamal,
)
