"""Where the code of a DEX file may name something that a reader of source looks for.

The tables of the file are asked first: which types, methods, fields and texts are of the catalogue, a way out, a table
or a key. Then all code is gone through at once, natively, as units of two bytes: an operation that carries such an
index, a constant of a table, or the shape of a cipher. A unit that only looks like an operation is found as well, which
costs a text that says nothing; none is missed. Of a class in which something was found `touched` tells what its methods
do to each other.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.dexfile import DexClass, DexFile, Member
from assay.examinations.cipher.compiled.dex.instructions import (
    CUSTOM,
    INVOKES,
    POLYMORPHIC,
    beginning,
    instructions,
)
from assay.examinations.cipher.compiled.dex.lambdas import Lambdas
from assay.examinations.cipher.compiled.named import RESOLVING, carries, is_named, owners, strangers
from assay.examinations.cipher.compiled.reaching import Key, Touched, carried
from assay.examinations.cipher.compiled.tables import DELTA, NATIVE_TABLES, NATIVE_WORDS, TEXT_TABLES, WORDS
from assay.examinations.cipher.connecting import SPEAKS
from assay.source.holding import PUTTING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Units = NDArray[np.uint16]

_CHUNK = 1 << 20  # units that are looked at together
_NEAR = 8  # units in which a shape stands
_TYPED = (0x1C, 0x1F, 0x20, 0x22, 0x23, 0x24, 0x25)
_FIELDED, _CALLING = tuple(range(0x52, 0x6E)), (*range(0x6E, 0x73), *range(0x74, 0x79))
_LINKED = (0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF)
_EXCLUSIVE, _KEPT = (0x97, 0xA2, 0xB7, 0xC2), (*range(0x01, 0x07), 0x4B, 0x4C, 0x4F, 0x50, 0x51, 0x8D, 0x8E, 0x8F)
_REMAINDERS, _MASKED = (0x94, 0xB4, 0xD4, 0xDC), (0x95, 0xB5, 0xD5, 0xDD)
_READ, _VIRTUAL = (0x44, 0x48, 0x49, 0x4A), (0x6E, 0x72, 0x74, 0x78)
_RANDOM = ("java/util/Random", "ThreadLocalRandom", "SplittableRandom", "RandomUtils", "RandomStringUtils")
_NUMBERS = frozenset({*WORDS, *DELTA})
_LOWEST = [word & 0xFFFF for word in _NUMBERS]
_CONSTANTS = {0x14: 4, 0x17: 4, 0x18: 8}  # bytes of the number that an operation carries


class Noted(Struct):
    """What the methods of one class name beside what they touch."""

    random: bool = False
    tables: set[str] = set()
    resolving: set[str] = set()
    shaped: set[Key] = set()  # methods that have the shape of a cipher


class Search:
    """Of one file."""

    def __init__(self, of: DexFile, lambdas: Lambdas) -> None:
        """Raises DamagedError where a table leads out of the file."""
        import numpy as np  # noqa: PLC0415  (native, on first use)

        self.of, self.lambdas = of, lambdas
        classes, members = owners()
        foreign = (*strangers(), *RESOLVING)
        self._types: Flags = np.zeros(1 << 16, bool)
        self._whole: Flags = np.zeros(1 << 16, bool)  # types of which every member is named
        of_lang: dict[int, frozenset[bytes]] = {}
        for index in range(min(of.types, 1 << 16)):
            raw = of.raw(of.type_text(index))
            name = raw[1:-1] if raw[:1] == b"L" else raw.lstrip(b"[")[1:-1]
            known = classes.get(name)
            self._types[index] = known is not None or name.startswith(foreign)
            self._whole[index] = self._types[index] and not (known is not None and name.startswith(b"java/lang/"))
            if known is not None and name.startswith(b"java/lang/"):
                of_lang[index] = known
        words, self._texts = self._strings(members)
        self._methods = self._members(of.rows_of_methods(), words, of_lang)
        self._fields = self._members(of.rows_of_fields(), words, of_lang)
        found_steps = list(self._found())
        self._steps: NDArray[np.int64] = np.concatenate([named for named, _ in found_steps])
        self._shaped: NDArray[np.int64] = np.concatenate([shaped for _, shaped in found_steps])
        found = _tables().find_matches_as_indexes(of.content, overlapping=True)
        self._items: NDArray[np.int64] = np.sort(np.fromiter((at for _, at, _ in found), np.int64))
        self._places: NDArray[np.int64] = np.sort(np.concatenate((self._steps, self._shaped, self._items)))

    def _strings(self, members: frozenset[bytes]) -> tuple["Flags", "Flags"]:
        """Which texts are names of members that count on any object, and which say something by themselves."""
        import numpy as np  # noqa: PLC0415

        words, telling = np.zeros(self.of.strings, bool), np.zeros(self.of.strings, bool)
        for index in range(self.of.strings):
            raw = self.of.raw(index)
            if raw in members:
                words[index] = True
            elif len(raw) > 6 and self._says(raw):
                telling[index] = True
        return words, telling

    @staticmethod
    def _says(raw: bytes) -> bool:
        told = b"-----BEGIN" in raw or SPEAKS.search(raw) is not None
        return told or any(table in raw for table in TEXT_TABLES)

    def _members(self, rows: bytes, words: "Flags", of_lang: dict[int, frozenset[bytes]]) -> "Flags":
        """Which fields or methods are named, by their rows."""
        import numpy as np  # noqa: PLC0415

        table = np.frombuffer(rows, [("of", "<u2"), ("as", "<u2"), ("name", "<u4")])
        if len(table) and table["name"].max() >= self.of.strings:
            raise DamagedError("a member without a name")
        named = self._whole[table["of"]] | words[table["name"]] if len(table) else np.zeros(0, bool)
        for owner, known in of_lang.items():
            for index in np.nonzero(table["of"] == owner)[0]:
                named[index] |= self.of.raw(int(table["name"][index])) in known
        found = np.zeros(1 << 16, bool)
        found[: min(len(named), 1 << 16)] = named[: 1 << 16]
        return found

    # Code

    def _found(self) -> "Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]":
        """Offsets in the file: of what is named, and of shapes."""
        import numpy as np  # noqa: PLC0415

        content = self.of.content
        units: Units = np.frombuffer(content, "<u2", len(content) // 2)
        for start in range(0, len(units), _CHUNK):
            piece = units[start : start + _CHUNK + 2 * _NEAR]
            named, shaped = (flags[:_CHUNK] for flags in self._hits(piece))
            yield (
                2 * (start + np.nonzero(named)[0].astype(np.int64)),
                2 * (start + np.nonzero(shaped)[0].astype(np.int64)),
            )

    def _hits(self, units: "Units") -> "tuple[Flags, Flags]":
        import numpy as np  # noqa: PLC0415

        code = (units & 0xFF).astype(np.uint8)
        after = np.append(units[1:], np.uint16(0))
        hits: Flags = np.isin(code, _LINKED)
        for operations, named in (
            (_CALLING, self._methods),
            (_FIELDED, self._fields),
            (_TYPED, self._types),
        ):
            hits |= np.isin(code, operations) & named[after]
        if self._texts.any():
            top = np.append(units[2:], np.zeros(2, np.uint16)).astype(np.uint32) << 16
            hits |= (code == 0x1A) & self._told(after.astype(np.uint32))
            hits |= (code == 0x1B) & self._told(after | top)
        hits |= np.isin(code, list(_CONSTANTS)) & np.isin(after, _LOWEST)
        return hits, self._shapes(code)

    def _told(self, index: Any) -> "Flags":
        import numpy as np  # noqa: PLC0415

        there: Flags = index < len(self._texts)
        told: Flags = there & self._texts[np.where(there, index, 0)]
        return told

    @staticmethod
    def _shapes(code: "NDArray[np.uint8]") -> "Flags":
        """What ciphers without tables do: an exclusive or that goes into an element, is made narrow or changes places
        with another value; an element behind a remainder. Each is looked at again in the text (`structure.py`)."""
        import numpy as np  # noqa: PLC0415

        def behind(operations: Sequence[int]) -> "Flags":
            there = np.isin(code, operations)
            found: Flags = there.copy()
            for step in range(1, _NEAR):
                found[:-step] |= there[step:]
            return found

        mixed = np.isin(code, _EXCLUSIVE) & behind(_KEPT)
        remaining = np.isin(code, _REMAINDERS) & behind((*_READ, *_VIRTUAL))
        return mixed | remaining | (np.isin(code, _MASKED) & behind(_READ))

    def within(self, at: int | None) -> bool:
        """Whether something was found in the code at an offset."""
        return at is not None and len(self._among(self._places, at)) > 0

    def _among(self, places: "NDArray[np.int64]", at: int) -> "NDArray[np.int64]":
        """Those of the places that lie in the code at an offset."""
        start = at + 16
        first, last = places.searchsorted((start, start + 2 * self.of.units(at)))
        return places[first:last]

    def names_method(self, index: int) -> bool:
        return index < len(self._methods) and bool(self._methods[index])

    # Classes

    def touched(self, declared: DexClass, *, whole: bool) -> tuple[dict[Key, Touched], Noted]:
        """What the methods of a class touch; nothing where it names nothing, unless the `whole` of it counts."""
        noted = Noted(tables=set(), resolving=set(), shaped=set())
        own = {(one.name, one.descriptor): one for one in declared.methods if one.body is not None}
        direct = {key for key, one in own.items() if self._names(declared.name, one)}
        noted.shaped = {
            key for key, one in own.items() if key not in direct and self._begin(self._shaped, one.body or 0)
        }
        if not whole and not direct:
            return {}, noted
        touched = {key: self._of(declared.name, one, key in direct, noted) for key, one in own.items()}
        return touched, noted

    def _names(self, owner: str, one: Member) -> bool:
        """Whether a method names something, or fills an array from a table."""
        body = one.body or 0
        if is_named(owner, one.name) or len(self._among(self._items, body)):
            return True
        content = self.of.content
        for at in self._begin(self._steps, body):
            place = body + 16 + 2 * at
            size = _CONSTANTS.get(content[place])
            if size is None or int.from_bytes(content[place + 2 : place + 2 + size], "little", signed=True) in _NUMBERS:
                return True
        return False

    def _begin(self, places: "NDArray[np.int64]", body: int) -> list[int]:
        """Those of the places in some code at which an instruction begins. What only looks like one is none."""
        found = [(int(place) - body - 16) // 2 for place in self._among(places, body)]
        try:
            return beginning(self.of.code(body).content, found) if found else []
        except (struct.error, IndexError) as error:
            raise DamagedError("code that is none") from error

    def _of(self, owner: str, one: Member, direct: bool, noted: Noted) -> Touched:
        found, fills = Touched(direct=direct), False
        try:
            for step in instructions(self.of.code(one.body or 0)):
                if step.operation in INVOKES - CUSTOM - POLYMORPHIC:
                    member = self.of.method(step.number)
                    fills = fills or member[1] in PUTTING
                    self._note(member[0], member[1], noted)
                    self._call(owner, member, found)
                elif 0x52 <= step.operation <= 0x6D:
                    self._field(owner, step.number, step.operation, found)
                elif step.operation in {0x1A, 0x1B} and step.number < len(self._texts) and self._texts[step.number]:
                    raw = self.of.raw(step.number)
                    noted.tables |= {name for table, name in TEXT_TABLES.items() if table in raw}
                elif step.operation in {0x1C, 0x1F, 0x20, 0x22}:
                    self._note(self.of.klass(step.number), "", noted)
        except (DamagedError, struct.error, IndexError):
            found.direct = True  # the transcript says that it is not followed
        if fills:  # what a collection in a field holds is assigned as well
            found.writes |= found.reads
        return found

    def _call(self, owner: str, member: tuple[str, str, str], found: Touched) -> None:
        told = self.lambdas.get(member[0]) if member[1] == "<init>" else None
        if told is not None:
            found.direct |= is_named(*told.target[:2]) or any(is_named(name, "") for name in told.interfaces)
            member = told.target
        if member[0] == owner:
            found.calls.add(member[1:])

    def _field(self, owner: str, index: int, operation: int, found: Touched) -> None:
        of, name, descriptor = self.of.field(index)
        told = self.lambdas.get(of) if of != owner else None
        if told is not None:
            self._call(owner, (of, "<init>", ""), found)
        elif of == owner and carried(descriptor, carries):
            (found.writes if (operation - 0x52) % 14 >= 7 else found.reads).add(name)

    @staticmethod
    def _note(owner: str, member: str, noted: Noted) -> None:
        if any(word in owner for word in _RANDOM) or (owner == "java/lang/Math" and member == "random"):
            noted.random = True
        if owner.encode("utf-8", "replace").startswith(RESOLVING):
            noted.resolving.update(
                word.decode() for word in RESOLVING if owner.encode("utf-8", "replace").startswith(word)
            )


@lru_cache(maxsize=1)
def _tables() -> Any:
    """Tables, and words of them in the order of bytes in which an array is filled."""
    from ahocorasick_rs import BytesAhoCorasick  # noqa: PLC0415  (native, on first use)

    words = (pair[1] for pairs in NATIVE_WORDS.values() for pair in pairs)
    return BytesAhoCorasick([*(table for _, table in NATIVE_TABLES), *dict.fromkeys(words)])
