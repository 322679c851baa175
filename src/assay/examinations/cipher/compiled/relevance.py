"""Which methods of a class file have to be read.

A method counts by itself when its code uses a constant of the pool that names the catalogue, a way out, a table or a
key, or has the shape of a cipher; `reaching.py` tells what counts with it. Of a class that extends or implements
something of the catalogue every method counts.
"""

import struct
from collections.abc import Callable

from assay.examinations.cipher.compiled.bytecode import instructions
from assay.examinations.cipher.compiled.classfile import (
    FIELD,
    HANDLE,
    PRIVATE,
    STRING,
    ClassFile,
    Member,
)
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.reaching import Key, Touched, carried, reached
from assay.examinations.cipher.compiled.tables import BYTE_TABLES, DELTA, SHAPES, WORDS
from assay.examinations.cipher.connecting import SPEAKS
from assay.source.holding import PUTTING

_POOLED = frozenset({18, 19, 20, *range(178, 188), 189, 192, 193, 197})  # operations with a constant as operand
_READS, _WRITES = frozenset({178, 180}), frozenset({179, 181})
_CALLS = range(182, 186)
_JDK = ("java/lang/invoke/", "java/lang/runtime/")


def relevant(of: ClassFile, names: Callable[[str, str], bool], carries: Callable[[str], bool]) -> frozenset[Key]:
    """Methods by name and descriptor. `names` says whether a class, or a class and a member, is one to look at;
    `carries` whether an object of a class may be a value that is followed.

    Raises DamagedError where the pool is.
    """
    if any(names(name, "") for name in (of.parent, *of.interfaces)):
        return frozenset((one.name, one.descriptor) for one in of.methods)
    told = _Told(of, names, carries)
    touched = {(one.name, one.descriptor): told.touched(one) for one in of.methods if one.body is not None}
    private = {(one.name, one.descriptor) for one in of.methods if one.access & PRIVATE}
    return reached(touched, private, told.carries)


class _Told:
    """What the constants of one pool mean here, worked out once for each."""

    def __init__(self, of: ClassFile, names: Callable[[str, str], bool], object_carries: Callable[[str], bool]) -> None:
        self.of, self.names, self.object_carries = of, names, object_carries
        self._known: dict[int, tuple[bool, Key | None, str]] = {}
        self._filling: dict[int, bool] = {}

    def carries(self, descriptor: str) -> bool:
        """Whether a value of one of the types may be one that is followed."""
        return carried(descriptor, self.object_carries)

    def touched(self, one: Member) -> Touched:
        found = Touched(direct=self.names(self.of.name, one.name))
        code = self.of.code(one)
        content = code.content if code is not None else b""
        found.direct |= SHAPES.search(content) is not None or any(table in content for table in BYTE_TABLES)
        fills = False
        try:
            for row in instructions(content):
                if row.operation not in _POOLED:
                    continue
                direct, call, name = self._constant(row.operands[0])
                found.direct |= direct
                if call is not None:
                    found.calls.add(call)
                fills = fills or (row.operation in _CALLS and self._fills(row.operands[0]))
                if name and row.operation in _READS:
                    found.reads.add(name)
                elif name and row.operation in _WRITES:
                    found.writes.add(name)
        except (DamagedError, struct.error, IndexError):
            found.direct = True  # the transcript says that it is not followed
        if fills:  # what a collection in a field holds is assigned as well
            found.writes |= found.reads
        return found

    def _fills(self, index: int) -> bool:
        """Whether a method is one that puts items into a collection."""
        known = self._filling.get(index)
        if known is None:
            known = self._filling[index] = self.of.pool.member(index)[1] in PUTTING
        return known

    def _constant(self, index: int) -> tuple[bool, Key | None, str]:
        """Whether it is one to look at, the method of this class that it calls, and the field that it means."""
        if index not in self._known:
            self._known[index] = self._worked_out(index)
        return self._known[index]

    def _worked_out(self, index: int) -> tuple[bool, Key | None, str]:
        pool = self.of.pool
        entry = pool.entries[index] if index < len(pool.entries) else None
        match entry[0] if entry is not None else 0:
            case 0 | 15 | 16 | 17:
                return True, None, ""
            case 9 | 10 | 11:
                owner, name, descriptor = pool.member(index)
                own = owner == self.of.name
                method = (name, descriptor) if own and entry is not None and entry[0] != FIELD else None
                read = own and method is None and self.carries(descriptor)
                return self.names(owner, name), method, name if read else ""
            case 7:
                return self.names(pool.klass(index), ""), None, ""
            case 8:
                text = pool.named(index, STRING)
                return "-----BEGIN" in text or SPEAKS.search(text.encode("utf-8", "replace")) is not None, None, ""
            case 3 | 5:
                return entry is not None and entry[1] in WORDS | DELTA, None, ""
            case 18:
                return self._linked(entry[1] if entry is not None else 0)
        return False, None, ""

    def _linked(self, which: int) -> tuple[bool, Key | None, str]:
        """A call that is linked at run time: the method that makes it, and one of this class that it is made of."""
        handle, arguments = self.of.bootstraps[which]
        maker = self.of.pool.member(self.of.pool.of(handle, HANDLE)[2])[0]
        if not maker.startswith(_JDK):
            return True, None, ""
        for index in arguments:
            entry = self.of.pool.entries[index] if index < len(self.of.pool.entries) else None
            if entry is not None and entry[0] == HANDLE:
                owner, name, descriptor = self.of.pool.member(entry[2])
                return self.names(owner, name), (name, descriptor) if owner == self.of.name else None, ""
        return False, None, ""
