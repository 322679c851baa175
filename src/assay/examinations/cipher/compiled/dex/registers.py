"""Which variables the registers of a method hold, what is known of them, and what waits to be written.

A constant that is the only one in its variable stands wherever the variable is read, and a copy is what it is a copy
of. What is read once waits until then and stands in that place, as it did in the source, unless something that may
change it is written first: then it becomes a variable. An array is filled while it waits, a text put together.

A compiler lets objects of several variables meet in one register, to return them at one place. There a place that can
see but one assignment reads that one, under a number below zero, and only places that see several read them all.
"""

import struct
from collections.abc import Mapping, Sequence

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dex.debug import Debug
from assay.examinations.cipher.compiled.dex.dexfile import Code, DexFile
from assay.examinations.cipher.compiled.dex.instructions import CONSTANTS, MOVES, Instruction
from assay.examinations.cipher.compiled.expressions import MAYBE, Expression
from assay.examinations.cipher.compiled.flow import Block, Variables
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import LONGEST, Around, Statements, name_at

PRIMITIVE = frozenset({"boolean", "byte", "char", "short", "int", "long", "float", "double", "void"})
_WIDE_CONSTANTS = frozenset({0x16, 0x17, 0x18, 0x19})
NULL = Expression("null", "", kind="literal", fixed=True)
# Operations that write, and that read, an object in their first register.
_OBJECTS_WRITTEN = frozenset({7, 8, 9, 0x0C, 0x0D, 0x1A, 0x1B, 0x1C, 0x1F, 0x22, 0x23, 0x46, 0x54, 0x62})
_OBJECTS_READ = frozenset({0x11, 0x1D, 0x1E, 0x1F, 0x27, 0x4D, 0x5B, 0x69})


class Registers(Statements):
    """The registers of one method."""

    def __init__(self, around: Around, of: DexFile, code: Code, debug: Debug, prefix: str, mark: str) -> None:
        """`prefix` is the name of variables that have none; `mark` tells those of a lambda from others around it."""
        super().__init__(mark)
        self.around, self.of, self.code, self.debug, self.prefix = around, of, code, debug, prefix
        self.this: int | None = None
        self.waiting: dict[int, Expression] = {}
        self._stamps: dict[int, int] = {}  # of those that wait: 0 where nothing can change them
        self._clock = 0
        self._known: dict[int, Expression] = {}  # constants, by their variable
        self._same: dict[int, int] = {}  # copies
        self._uses: dict[int, int] = {}
        self._used: dict[int, int] = {}
        self._names: dict[int, str] = {}
        self._named: set[int] = set()  # variables whose names the source gave
        self._types: dict[str, str] = {}
        self._objects: set[int] = set()  # variables that some way fills with an object
        self._apart: set[int] = set()  # assignments of objects, by number

    # Before the first statement

    def prepare(
        self, blocks: Mapping[int, Block[Instruction]], slots: Sequence[int], objects: Sequence[int], owner: str | None
    ) -> None:
        """`slots` are the registers that are given, `objects` the numbers of those that hold one; `owner` is the class
        whose object is the first of them."""
        self.variables = Variables(blocks, slots)
        rows = [row for start in sorted(self.variables.reached) for row in blocks[start].body]
        written = (row for row in rows if row.writes is not None and row.operation in _OBJECTS_WRITTEN)
        self._apart = {*objects, *(self.variables.number(row.at) for row in written)}
        if owner is not None:
            self.this = self._of(0)
            if self.times(self.this) == 1:
                self._known[self.this] = Expression("this", spelling.qualified(owner), kind="name")
        self._name_all(rows, slots)
        for row in rows:
            if row.writes is not None:
                self._equal(row, self.assigned(row))
        for row in rows:
            if row.operation in MOVES and self._is_told(to := self.assigned(row)) and to >= 0:
                continue  # a copy is read where it is read itself, or meets others
            for register in row.reads:
                variable = self._variable(row.at, register)
                if variable is not None:
                    self._uses[variable] = self._uses.get(variable, 0) + 1

    def _equal(self, row: Instruction, variable: int) -> None:
        """What a variable that is assigned once is, where it is a constant or a copy."""
        first = row.registers[0]
        if row.operation in _OBJECTS_WRITTEN:
            self._objects.add(self.variables.assigned(row.at))
        if self.times(variable) != 1:
            return
        if row.operation in CONSTANTS and row.writes == first:
            self._known[variable] = self.constant(row)
        elif row.operation in MOVES:
            source = self._variable(row.at, row.registers[1])
            if source is None:
                return
            if source in self._known:
                self._known[variable] = self._known[source]
            elif self.times(source) == 1:
                self._same[variable] = source

    def constant(self, row: Instruction) -> Expression:
        """What a `const` operation puts into its register."""
        operation, number = row.operation, row.number
        if operation in {0x1A, 0x1B}:
            return Expression(spelling.text(self.of.text(number)), "java.lang.String", kind="literal", fixed=True)
        if operation == 0x1C:
            told = spelling.types_of(self.of.type(number))[0]
            return Expression(f"{told.text}.class", "java.lang.Class", kind="literal", fixed=True)
        wide = operation in _WIDE_CONSTANTS
        return Expression(spelling.number(number), "long" if wide else "int", wide, "literal", True, number)

    def _name_all(self, rows: Sequence[Instruction], slots: Sequence[int]) -> None:
        written: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, register, told in self.debug.names:
            written.setdefault(register, []).append((start, end, told))
        given = ("", *self.debug.given) if self.this is not None else self.debug.given
        for number, slot in enumerate(slots):
            told = given[number] if number < len(given) else ""
            self._call(self._of(number), told or name_at(written, slot, 0), "p")
        for row in rows:
            for register in row.reads:
                variable = self._read(row.at, register)
                if variable is not None:
                    self._call(variable, name_at(written, register, row.at), "v")
                    if row.operation in _OBJECTS_READ and register == row.registers[0]:
                        self._objects.add(variable)
            if row.writes is not None:
                for variable in {self.assigned(row), self.variables.assigned(row.at)}:
                    self._call(variable, name_at(written, row.writes, row.end), "v")

    def _call(self, variable: int, told: str, kind: str) -> None:
        if told:
            self._named.add(variable)
        if told or variable not in self._names:
            name = spelling.name(told) if told else self.prefix or kind
            number = variable if variable >= 0 else f"{self.variables.of(~variable)}_{~variable}"
            self._names[variable] = f"{name}_{self.mark}{number}"

    # Reading and assigning

    def _of(self, number: int) -> int:
        """The variable of an assignment by its number: one below zero where it is told apart from others."""
        variable = self.variables.of(number)
        return ~number if number in self._apart and self.variables.assignments(variable) > 1 else variable

    def assigned(self, row: Instruction) -> int:
        return self._of(self.variables.number(row.at))

    def parameter(self, number: int) -> int:
        return self._of(number)

    def times(self, variable: int) -> int:
        """How often a variable is assigned."""
        return self.variables.assignments(variable) if variable >= 0 else 1

    def _read(self, at: int, register: int) -> int | None:
        only = self.variables.only(at, register)
        return self._of(only) if only is not None else self.variables.read(at, register)

    def _root(self, variable: int) -> int:
        while variable in self._same:
            variable = self._same[variable]
        return variable

    def _variable(self, at: int, register: int) -> int | None:
        variable = self._read(at, register)
        return self._root(variable) if variable is not None else None

    def _is_told(self, variable: int) -> bool:
        """Whether nothing has to be written of an assignment: it is a constant or a copy."""
        return variable in self._known or variable in self._same

    def skips(self, row: Instruction) -> bool:
        """Whether nothing is to be done for a constant or a copy but to say where it meets others."""
        if row.writes is None or not self._is_told(variable := self.assigned(row)):
            return False
        if variable < 0:
            root = self._root(variable)
            self.use(root)
            if root in self.waiting:
                self._declare(root)
            self._meet(variable, self._known.get(root) or self.name(root))
        return True

    def is_this(self, variable: int) -> bool:
        known = self._known.get(variable)
        return variable == self.this or (known is not None and known.text == "this")

    def meets(self, variable: int, kind: str) -> None:
        """What is given meets what is assigned to it later."""
        if variable < 0:
            known = self._known.get(variable)
            self._meet(variable, known or Expression(self._names[variable], kind, kind="name"))

    def _meet(self, variable: int, value: Expression) -> None:
        """The value of a variable that is told apart, among those that it meets."""
        self._give_all(self.variables.of(~variable), value)

    def holder(self, row: Instruction, register: int) -> int:
        """The variable that an instruction reads in a register. Raises DamagedError."""
        variable = self._variable(row.at, register)
        if variable is None:
            raise DamagedError("a register that nothing fills is read")
        return variable

    def name(self, variable: int) -> Expression:
        name = self._names[variable]
        return Expression(name, self._types.get(name, ""), kind="name")

    def values(self, row: Instruction, *registers: int) -> list[Expression]:
        """What registers hold, in the order in which they are used."""
        variables = [self.holder(row, register) for register in registers]
        for variable in variables:
            self.use(variable)
        taken = [one for one in variables if self._is_taken(one) and variables.count(one) == 1]
        stamps = [stamp for one in taken if (stamp := self._stamps[one])]
        others = (stamp for one, stamp in self._stamps.items() if one not in taken)
        if stamps != sorted(stamps) or (stamps and max(others, default=0) > stamps[0]):
            self.settle()
        for variable in variables:
            if variable in self.waiting and variable not in taken:
                self._declare(variable)
        return [self._value(variable) for variable in variables]

    def _is_taken(self, variable: int) -> bool:
        """Whether what waits is written where it is read: it is not read again, and had no name in the source."""
        return variable in self.waiting and self.left(variable) == 0 and variable not in self._named

    def _value(self, variable: int) -> Expression:
        if variable in self._known:
            return self._known[variable]
        if variable in self.waiting:
            del self._stamps[variable]
            return self.waiting.pop(variable)
        return self.name(variable)

    def use(self, variable: int) -> None:
        self._used[variable] = self._used.get(variable, 0) + 1

    def left(self, variable: int) -> int:
        """How often a variable is still read."""
        return self._uses.get(variable, 0) - self._used.get(variable, 0)

    def give(self, variable: int, value: Expression) -> None:
        """A variable gets a value."""
        if self.times(variable) > 1:
            self._give_all(variable, value)
        elif variable < 0:
            if self.left(variable) > 0 or len(value.text) > LONGEST:
                self.wait(variable, value)
                self._declare(variable)
                value = self.name(variable)
            self._meet(variable, value)
        elif self.left(variable) <= 0 and (value.kind == "call" or value.fixed or "(" not in value.text):
            self.dropped(value)
        else:
            self.wait(variable, value)
            filled = value.kind in {"array", "text"}
            if ((self.left(variable) != 1 or variable in self._named) and not filled) or len(value.text) > LONGEST:
                self._declare(variable)

    def _give_all(self, variable: int, value: Expression) -> None:
        """A variable that several assignments fill gets one of its values."""
        if variable in self._objects and value.number == 0 and value.kind == "literal":
            value = NULL
        name, kind = self._names[variable], value.type or "java.lang.Object"
        self._types.setdefault(name, kind)
        self.say(f"if ({MAYBE}) {{ {kind} {name} = {value.bare}; }}")

    def wait(self, variable: int, value: Expression) -> None:
        """Keep a value until it is read."""
        self._clock += 1
        self.waiting.pop(variable, None)
        self.waiting[variable] = value
        self._stamps[variable] = 0 if value.kind in {"array", "text", "literal"} and value.whole else self._clock

    def grow(self, variable: int, value: Expression, part: Expression) -> None:
        """What waits holds one part more."""
        self._clock += 1
        stamp = self._stamps.pop(variable) if part.whole else self._clock
        self._stamps.pop(variable, None)
        self._stamps[variable] = stamp
        self.waiting.pop(variable, None)
        self.waiting[variable] = value

    def drop(self, variable: int) -> None:
        """What waits has become something else."""
        del self.waiting[variable], self._stamps[variable]

    def join(self, variable: int, to: int) -> bool:
        """Take one variable for another that it is a copy of; False where others assign it too."""
        if variable < 0 or self.times(variable) != 1 or self._is_told(variable):
            return False
        self._same[variable] = to
        self._uses[to] = self._uses.get(to, 0) + self._uses.get(variable, 0)
        return True

    def _declare(self, variable: int) -> None:
        """What waits becomes a variable, after what waited before it."""
        stamp = self._stamps[variable]
        for one in [one for one, other in self._stamps.items() if 0 < other <= stamp] or [variable]:
            self._write(one)

    def _write(self, variable: int) -> None:
        value = self.waiting.pop(variable)
        del self._stamps[variable]
        name, kind = self._names[variable], value.type or "java.lang.Object"
        self._types[name] = kind
        super().say(f"{kind} {name} = {value.bare};")

    def settle(self, *, whole: bool = False) -> None:
        """What waits and may change becomes a variable; with `whole` all that waits."""
        for one in [one for one, stamp in self._stamps.items() if stamp or whole]:
            self._write(one)

    def say(self, text: str) -> None:
        self.settle()
        super().say(text)

    @staticmethod
    def adapted(value: Expression, told: Type) -> Expression:
        """A number as what the type asks for: registers do not tell null, truth and fractions from numbers."""
        number = value.number
        if number is None or value.kind != "literal":
            return value
        if told.text not in PRIMITIVE:
            return NULL if number == 0 else value
        if told.text in {"float", "double"}:
            wide = told.text == "double"
            raw = number.to_bytes(8, "little", signed=True)[: 8 if wide else 4]
            text = spelling.number(struct.unpack("<d" if wide else "<f", raw)[0])
            return Expression(text, told.text, wide, "literal", fixed=True)
        return Statements.adapted(value, told)
