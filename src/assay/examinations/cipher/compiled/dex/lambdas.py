"""Classes that D8 writes in the place of a lambda or a method reference.

Such a class keeps what the lambda catches in its fields, and its one method passes them on to the method that holds
the code. Where it does no more, the lambda is put back where its object is made (`transcript.py`).

*It cannot see* lambdas whose code R8 moved into the class itself: those are classes like others.
"""

import re
import struct

from msgspec import Struct

from assay.examinations.cipher.compiled.classfile import STATIC
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.dexfile import DexFile
from assay.examinations.cipher.compiled.dex.instructions import INVOKES, MOVES, RESULTS, RETURNS, instructions

_NAMED = re.compile(r"\$\$(?:ExternalSynthetic)?Lambda[$\d]")
_PASSING = MOVES | RESULTS | RETURNS | {0, 0x1F, *range(0x52, 0x59)}  # reads of its fields, casts
_BOXED = re.compile(r"valueOf|(?:boolean|byte|char|short|int|long|float|double)Value")


class Lambda(Struct, frozen=True):
    """The method that holds the code, whether it is static, and what the lambda is to those that call it."""

    target: tuple[str, str, str]
    static: bool
    interfaces: tuple[str, ...]


class Lambdas:
    """Those of one file."""

    def __init__(self, of: DexFile) -> None:
        self.of = of
        self._rows: dict[str, int] = {}
        self._known: dict[str, Lambda | None] = {}

    def put(self, index: int, name: str) -> bool:
        """Whether a class, by its row and its name, is called like one; it is remembered."""
        if _NAMED.search(name) is None:
            return False
        self._rows[name] = index
        return True

    def get(self, owner: str) -> Lambda | None:
        """The lambda that a class stands for, None where it is another class."""
        if owner not in self._rows:
            return None
        if owner not in self._known:
            try:
                self._known[owner] = self._told(self._rows[owner])
            except (DamagedError, struct.error, IndexError):
                self._known[owner] = None
        return self._known[owner]

    def _told(self, index: int) -> Lambda | None:
        row = self.of.row(index)
        bodies = [(self.of.method(at), access, code) for at, access, code in self.of.bodies(row) if code is not None]
        called = [one for one in bodies if one[0][1] not in {"<init>", "<clinit>"} and not one[1] & STATIC]
        if len(called) != 1 or not row.interfaces:
            return None
        found: list[tuple[int, tuple[str, str, str]]] = []
        for step in instructions(self.of.code(called[0][2])):
            if step.operation in INVOKES:
                member = self.of.method(step.number)
                if not (member[0].startswith("java/lang/") and _BOXED.fullmatch(member[1])):
                    found.append((step.operation, member))
            elif step.operation not in _PASSING:
                return None
        if len(found) != 1:
            return None
        return Lambda(found[0][1], found[0][0] in {0x71, 0x77}, row.interfaces)
