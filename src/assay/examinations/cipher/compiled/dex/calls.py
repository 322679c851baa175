"""Calls of a method of a DEX file: constructors, texts that are put together, what is linked at run time.

An object is there when it goes through its constructor, and begins its variable then.
Source: Android Open Source Project, Dalvik bytecode.
"""

from collections.abc import Sequence
from typing import Protocol

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.debug import Debug
from assay.examinations.cipher.compiled.dex.dexfile import Code, DexFile
from assay.examinations.cipher.compiled.dex.instructions import CUSTOM, POLYMORPHIC, Instruction
from assay.examinations.cipher.compiled.dex.registers import Registers
from assay.examinations.cipher.compiled.expressions import Expression
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import Around, Statements, Way

_STATIC, _SPECIAL = frozenset({0x71, 0x77}), frozenset({0x6F, 0x70, 0x75, 0x76})


class Linking(Around, Protocol):
    """The class around a method, which also knows what is linked at run time and what stands for a lambda."""

    def linked(self, machine: Statements, site: int, values: list[Expression]) -> None:
        """A call that is linked at run time."""
        ...

    def instance(self, machine: Statements, owner: str) -> Expression | None:
        """The lambda that the only object of a class stands for, None where it is none."""
        ...


class Calls(Registers):
    """The registers of a method, and what its calls do to them."""

    def __init__(self, around: Linking, of: DexFile, code: Code, debug: Debug, prefix: str, mark: str) -> None:
        super().__init__(around, of, code, debug, prefix, mark)
        self.linking = around
        self.called: Expression | None = None  # what the last call gave
        self.kept: int | None = None  # the variable of a text that the last call put something to

    def invoke(self, row: Instruction) -> None:
        if row.operation in CUSTOM:
            self.linking.linked(self, row.number, self.values(row, *self._arguments(row, self._site(row.number))))
            self.called = self.stack.pop() if self.stack else None
            return
        owner, name, descriptor = self.of.method(row.number)
        if row.operation in POLYMORPHIC:
            descriptor = self.of.proto(row.other)
        way: Way = "static" if row.operation in _STATIC else "special" if row.operation in _SPECIAL else "virtual"
        if way != "static" and not row.registers:
            raise DamagedError("a call on nothing")
        member = owner, name, descriptor
        given = spelling.signature(descriptor)[0]
        if way == "static":
            self.stack = self.values(row, *self._arguments(row, given))
            self.around.call(self, way, member)
        elif name == "<init>":
            self._construct(row, member)
            return
        elif not self._put_together(row, member):
            first, *others = row.registers
            self.stack = self.values(row, first, *self._arguments(row, given, others))
            self.around.call(self, way, member)
        self.called = self.stack.pop() if self.stack else None

    def _site(self, index: int) -> Sequence[Type]:
        values = self.of.call_site(index)
        if len(values) < 3 or values[2][0] != "proto":
            raise DamagedError("a call that is linked by nothing")
        return spelling.signature(str(values[2][1]))[0]

    @staticmethod
    def _arguments(row: Instruction, given: Sequence[Type], registers: Sequence[int] | None = None) -> list[int]:
        """The first register of each argument."""
        waiting = list(row.registers if registers is None else registers)[::-1]
        found = []
        for told in given:
            found.append(waiting.pop())
            if told.wide:
                waiting.pop()
        if waiting:
            raise DamagedError("a call with more registers than parameters")
        return found

    def _construct(self, row: Instruction, member: tuple[str, str, str]) -> None:
        first, *others = row.registers
        arguments = self._arguments(row, spelling.signature(member[2])[0], others)
        variable = self.holder(row, first)
        if self.is_this(variable):
            self.stack = self.values(row, first, *arguments)
            self.around.call(self, "special", member)
            return
        self.use(variable)
        made = Expression(member[0], spelling.qualified(member[0]), kind="made")
        self.stack = [made, made, *self.values(row, *arguments)]
        self.around.call(self, "special", member)
        self.give(variable, self.stack.pop())

    def _put_together(self, row: Instruction, member: tuple[str, str, str]) -> bool:
        """A call on a text that is being put together; it may be read under another name from then on."""
        variable = self.holder(row, row.registers[0])
        known = self.waiting.get(variable)
        if known is None or known.kind != "text" or member[1] not in {"append", "toString"}:
            return False
        arguments = self._arguments(row, spelling.signature(member[2])[0], row.registers[1:])
        if len(arguments) != (member[1] == "append") or (member[1] == "toString" and self.left(variable) > 1):
            return False
        values = self.values(row, *arguments)
        if variable not in self.waiting:  # it had to be written before what is appended
            self.use(variable)
            self.stack = [self.name(variable), *values]
            self.around.call(self, "virtual", member)
            return True
        self.use(variable)
        self.stack = [known, *values]
        self.around.call(self, "virtual", member)
        if member[1] == "append" and self.stack and self.stack[-1].kind == "text":
            self.grow(variable, self.stack.pop(), values[0])
            self.kept = variable
        elif member[1] == "toString":
            self.drop(variable)
        return True
