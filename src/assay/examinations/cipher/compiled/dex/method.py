"""The code of one method of a DEX file, read back into statements of Java.

As `machine.py` does for class files: what is assigned, called, compared, returned and thrown becomes a statement, in
the order of the code; its ways are given up, in the direction that keeps every value: an assignment that is not the
only one to its variable stands in `if (maybe$_)`, all of a method that goes back in `while (maybe$_)`.

*It cannot see* types of numbers beyond what they are used for, conditions, and what the compiler left away.
Source: Android Open Source Project, Dalvik bytecode.
"""

import struct
from collections.abc import Mapping
from itertools import zip_longest

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.classfile import STATIC
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.calls import Calls, Linking
from assay.examinations.cipher.compiled.dex.debug import debug_of
from assay.examinations.cipher.compiled.dex.dexfile import Code, DexFile, Member
from assay.examinations.cipher.compiled.dex.instructions import (
    CAUGHT,
    CONSTANTS,
    FILL,
    GOTOS,
    INVOKES,
    MOVES,
    PACKED,
    RESULTS,
    RETURNS,
    SPARSE,
    THROW,
    Instruction,
    blocks_of,
    items_of,
)
from assay.examinations.cipher.compiled.dex.registers import PRIMITIVE
from assay.examinations.cipher.compiled.expressions import MAYBE, WIDEST, Expression, cast
from assay.examinations.cipher.compiled.flow import Block, opening
from assay.examinations.cipher.compiled.spelling import Type

_ARITHMETIC = ("+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>")
_LITERAL = ("+", "r", "*", "/", "%", "&", "|", "^", "<<", ">>", ">>>")
_COMPARED = ("==", "!=", "<", ">=", ">", "<=")
_NUMBERS = ("int", "long", "float", "double")
_CONVERTED = (
    "long", "float", "double", "int", "float", "double", "int", "long", "double", "int", "long", "float", "byte",
    "char", "short",
)  # fmt: skip
_ELEMENTS = ("int", "long", "java.lang.Object", "boolean", "byte", "char", "short")  # of `aget`, where nothing tells
_FILLED = {1: "byte", 2: "short", 4: "int", 8: "long"}


class Method(Calls):
    """One method. `statements` raises DamagedError for code that no machine would run."""

    def __init__(
        self, around: Linking, of: DexFile, owner: str, member: Member, code: Code, prefix: str, mark: str = ""
    ) -> None:
        super().__init__(around, of, code, debug_of(of, code), prefix, mark)
        self.owner, self.member = owner, member
        self.given, self.result = spelling.signature(member.descriptor)
        self._caught: dict[int, str] = {}
        self._block, self._last = 0, 0

    def statements(self) -> list[tuple[int, str]]:
        """Lines of the source, 0 where it is not told, and statements."""
        try:
            blocks = blocks_of(self.code)
            static = bool(self.member.access & STATIC)
            self._begin(blocks, static=static)
            self._caught = {handler: kind for _, _, handler, kind in self.code.handlers}
            self._last = max(blocks[max(blocks)].body[-1].at, 0)
            always = opening(blocks)
            for start in sorted(self.variables.reached):
                self.aside, self._block = start not in always, start
                self._block_of(blocks[start])
        except (struct.error, IndexError, KeyError, OverflowError, RecursionError) as error:
            raise DamagedError(f"code that is not followed ({type(error).__name__})") from error
        if any(target <= block.start for block in blocks.values() for target in block.after):
            first = self.rows[0][0] if self.rows else 0
            self.rows = [(first, f"while ({MAYBE}) {{"), *self.rows, (self.line, "}")]
        return self.rows

    def parameters(self) -> list[tuple[str, str]]:
        """Types and names of the parameters."""
        first = 0 if self.member.access & STATIC else 1
        names = (self.name(self.parameter(first + at)).text for at in range(len(self.given)))
        return [(told.text, name) for told, name in zip(self.given, names, strict=True)]

    @property
    def first(self) -> int:
        """The first line of its source, 0 where it is not told."""
        return min(self.debug.lines.values(), default=0)

    def _begin(self, blocks: Mapping[int, Block[Instruction]], *, static: bool) -> None:
        first = 0 if static else 1
        objects = [number + first for number, told in enumerate(self.given) if told.text not in PRIMITIVE]
        slots = self._slots(static=static)
        self.prepare(blocks, slots, objects if static else [0, *objects], None if static else self.owner)
        for number in range(len(slots)):
            self.meets(self.parameter(number), self.given[number - first].text if number >= first else "")

    def _slots(self, *, static: bool) -> list[int]:
        at = self.code.registers - self.code.ins
        slots = [] if static else [at]
        at += 0 if static else 1
        for told in self.given:
            slots.append(at)
            at += 2 if told.wide else 1
        if at != self.code.registers:
            raise DamagedError("other registers than its parameters fill")
        return slots

    def _block_of(self, block: Block[Instruction]) -> None:
        for row, following in zip_longest(block.body, block.body[1:]):
            self.line = self.debug.lines.get(row.at, self.line)
            self._step(row)
            if following is None or following.operation not in RESULTS:
                if self.called is not None:
                    self.dropped(self.called)
                self.called = self.kept = None
        self.settle(whole=True)

    # Instructions

    def _step(self, row: Instruction) -> None:
        operation = row.operation
        if operation in INVOKES:
            self.invoke(row)
        elif operation in RESULTS:
            self._take(row)
        elif self.skips(row) or not operation or operation in GOTOS:
            return
        elif operation in MOVES:
            self._assign(row, self.values(row, row.registers[1])[0])
        elif operation in CONSTANTS:
            self._assign(row, self.constant(row))
        elif operation == CAUGHT:
            kind = spelling.qualified(self._caught.get(self._block) or "java/lang/Throwable")
            self._assign(row, Expression(f"caught_{self.mark}{row.at}", kind))
        elif 0x52 <= operation <= 0x6D:
            self._field(row)
        elif 0x44 <= operation <= 0x51 or operation in {FILL, 0x21, 0x23, 0x24, 0x25}:
            self._array(row)
        elif operation in RETURNS or 0x32 <= operation <= 0x3D or operation in {THROW, PACKED, SPARSE, 0x1D, 0x1E}:
            self._decide(row)
        elif 0x7B <= operation <= 0xE2 or 0x2D <= operation <= 0x31:
            self._arithmetic(row)
        else:
            self._object(row)

    def _take(self, row: Instruction) -> None:
        """The result of a call."""
        value, kept = self.called, self.kept
        self.called = self.kept = None
        if kept is not None:
            if not self.join(self.assigned(row), kept):
                self.settle(whole=True)
                self._assign(row, self.name(kept))
        elif value is None:
            raise DamagedError("the result of no call")
        else:
            self._assign(row, value)

    def _assign(self, row: Instruction, value: Expression) -> None:
        self.give(self.assigned(row), value)

    def _object(self, row: Instruction) -> None:
        operation, number = row.operation, row.number
        if operation == 0x1F:  # check-cast
            self._assign(row, cast(self.values(row, row.registers[0])[0], spelling.qualified(self.of.klass(number))))
        elif operation == 0x20:
            of, value = spelling.qualified(self.of.klass(number)), self.values(row, row.registers[1])[0]
            self._assign(row, Expression(f"({value} instanceof {of})", "boolean", kind="call"))
        elif operation == 0xFE:
            self.around.hides(self.line, "a method handle")
            self._assign(row, Expression(MAYBE))
        elif operation == 0xFF:
            self._assign(row, Expression(MAYBE))
        elif operation != 0x22:  # a new object is there when it goes through its constructor
            raise DamagedError(f"operation {operation}")

    def _field(self, row: Instruction) -> None:
        static, writes = row.operation >= 0x60, (row.operation - 0x52) % 14 >= 7
        owner, name, descriptor = self.of.field(row.number)
        told = spelling.types_of(descriptor)[0]
        values = self.values(row, *row.reads)
        holder = None if static else values[-1]
        if static and not writes and (made := self.linking.instance(self, owner)) is not None:
            self._assign(row, made)
            return
        whose = "this" if owner == self.owner and (holder is None or holder.text == "this") else ""
        whose = whose or (str(holder) if holder is not None else spelling.qualified(owner))
        text = f"{whose}.{spelling.name(name)}"
        if not writes:
            self._assign(row, Expression(text, told.text, told.wide, "field", fixed=holder is None))
            return
        value = self.adapted(values[0], told)
        self.say(f"{text} = {value};")
        if whose == "this" and static and self.member.name == "<clinit>":
            self.around.begins(name, self.line, value)

    def _decide(self, row: Instruction) -> None:
        operation = row.operation
        values = self.values(row, *row.reads)
        if operation in RETURNS:
            if not values:
                return
            value = self.adapted(values[0], self.result)
            last = row.at == self._last and not any(text.startswith("return") for _, text in self.rows)
            self.say(f"return {value};" if last else f"if ({MAYBE}) {{ return {value}; }}")
        elif operation == THROW:
            self.say(f"if ({MAYBE}) {{ throw {values[0]}; }}")
        elif operation in {0x1D, 0x1E}:
            self.dropped(values[0])
        elif operation < 0x32 or operation >= 0x38:
            value = values[0]
            none = "null" if value.type and value.type not in {*_NUMBERS, *_CONVERTED, "boolean"} else "0"
            self.say(f"if ({value}) {{ }}" if value.type == "boolean" else f"if ({value} == {none}) {{ }}")
        else:
            self.say(f"if ({values[0]} {_COMPARED[operation - 0x32]} {values[1]}) {{ }}")

    # Numbers

    def _arithmetic(self, row: Instruction) -> None:
        operation = row.operation
        values = self.values(row, *row.reads)
        if operation <= 0x31:
            self._assign(row, Expression(f"({values[0]} == {values[1]})", "int"))
            return
        if 0x81 <= operation <= 0x8F:
            value, to = values[0], _CONVERTED[operation - 0x81]
            wide = to in {"long", "double"}
            self._assign(row, Expression(str(value), to, wide, value.kind, value.fixed, value.number))
            return
        if operation < 0x81:
            value = values[0]
            text = f"({'~' if operation in {0x7C, 0x7E} else '-'}{value})"
            self._assign(row, Expression(text, value.type, value.wide, fixed=value.fixed))
            return
        sign, kind = self._sign(operation)
        left, right = (values[0], values[1]) if len(values) > 1 else (values[0], _number(row.number))
        if sign == "r":  # from the literal
            sign, left, right = "-", right, left
        if kind in {"float", "double"}:
            left, right = (self.adapted(value, Type(kind)) for value in (left, right))
        text = f"({left} {sign} {right})"
        fixed = left.fixed and right.fixed
        self._assign(row, Expression(text, kind, kind in {"long", "double"}, "sum", fixed))

    @staticmethod
    def _sign(operation: int) -> tuple[str, str]:
        if operation >= 0xD0:
            return _LITERAL[operation - (0xD8 if operation >= 0xD8 else 0xD0)], "int"
        at = (operation - 0x90) % 0x20
        if at < 22:
            return _ARITHMETIC[at % 11], _NUMBERS[at // 11]
        return _ARITHMETIC[(at - 22) % 5], _NUMBERS[2 + (at - 22) // 5]

    # Arrays

    def _array(self, row: Instruction) -> None:
        operation, registers = row.operation, row.registers
        if operation == 0x21:
            self._assign(row, Expression(f"{self.values(row, registers[1])[0]}.length", "int"))
        elif operation == 0x23:
            size = self.values(row, registers[1])[0]
            self._assign(row, self._new(self.of.klass(row.number), size))
        elif operation in {0x24, 0x25}:
            made = self._new(self.of.klass(row.number), _number(len(registers)))
            item = Type(made.type.removesuffix("[]"))
            values = self.values(row, *registers)
            made.items = {at: self.adapted(value, item) for at, value in enumerate(values)}
            self.called = made
        elif operation == FILL:
            self._fill(row)
        elif operation < 0x4B:
            array, at = self.values(row, registers[1], registers[2])
            kind = array.type.removesuffix("[]") if array.type.endswith("[]") else _ELEMENTS[operation - 0x44]
            self._assign(row, Expression(f"{array}[{at.bare}]", kind, operation == 0x45))
        else:
            self._put(row)

    @staticmethod
    def _new(descriptor: str, size: Expression) -> Expression:
        of = spelling.qualified(descriptor)
        if not of.endswith("[]"):
            raise DamagedError("an array of no type")
        bare, depth = of.rstrip("[]"), of.count("[]")
        text = f"new {bare}[{size}]{'[]' * (depth - 1)}"
        return Expression(text, of, kind="array", fixed=size.fixed, size=size.number)

    def _put(self, row: Instruction) -> None:
        put, array, at = row.registers
        variable = self.holder(row, array)
        index, value = self.values(row, at, put)
        known = self.waiting.get(variable)
        if known is not None and known.kind == "array" and index.number is not None and 0 <= index.number < WIDEST:
            self.use(variable)
            known.items[index.number] = self.adapted(value, Type(known.type.removesuffix("[]")))
            self.grow(variable, known, value)
        else:
            holder = self.values(row, array)[0]
            value = self.adapted(value, Type(holder.type.removesuffix("[]") if holder.type else "int"))
            self.say(f"{holder}[{index.bare}] = {value.bare};")

    def _fill(self, row: Instruction) -> None:
        width, items = items_of(self.code, row.at + row.number)
        variable = self.holder(row, row.registers[0])
        known = self.waiting.get(variable)
        waits = known is not None and known.kind == "array"
        kind = known.type if known is not None and waits else self.name(variable).type or f"{_FILLED[width]}[]"
        if len(items) > WIDEST or kind in {"float[]", "double[]"}:
            filled = Expression(MAYBE, kind)
            self.values(row, row.registers[0])
            self.say(f"{self.name(variable)} = {filled};")
            return
        of = Type(kind.removesuffix("[]"))
        made = Expression(f"new {kind}", kind, kind="array", fixed=True, size=len(items))
        made.items = {at: self.adapted(_number(item), of) for at, item in enumerate(items)}
        if waits:
            self.use(variable)
            self.wait(variable, made)
        else:
            self.say(f"{self.values(row, row.registers[0])[0]} = {made};")


def _number(value: int) -> Expression:
    return Expression(spelling.number(value), "int", kind="literal", fixed=True, number=value)
