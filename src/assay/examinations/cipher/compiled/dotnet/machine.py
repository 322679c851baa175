"""The code of one .NET method, read back into statements of C#.

As `compiled/machine.py` does for classes: the stack is followed as expressions, control flow is given up in the one
direction that loses no value, each assignment declares its variable anew. A variable whose address is handed on may be
assigned there. Fields in which the compiler keeps variables of a closure, an iterator or an asynchronous method are
variables again (`frames.py`).

*It cannot see* names of variables, for they stand in a file of their own; what is written through pointers.
Source: ECMA-335, 6th edition, partition III.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from msgspec.structs import replace

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import il, values
from assay.examinations.cipher.compiled.dotnet.assembly import STATIC, Assembly, Body, Handler, Member, Method
from assay.examinations.cipher.compiled.dotnet.frames import Frame
from assay.examinations.cipher.compiled.dotnet.metadata import FIELD, METHOD_SPEC, TYPE_REF, TYPE_SPEC
from assay.examinations.cipher.compiled.dotnet.signatures import Reader, Signature
from assay.examinations.cipher.compiled.expressions import WIDEST, Expression
from assay.examinations.cipher.compiled.flow import Block, Variables, opening
from assay.examinations.cipher.compiled.stacked import Stacked

MAYBE = "maybe__"  # nobody knows; a name that no compiler leaves
HANDED = "handed"  # a frame that another method hands in
SILENT = frozenset({"closure", "resumed", "builder"})  # kinds of what only the compiler needs
_HELD = frozenset({"made", "array", "name", "literal", "lambda", "address", "function", "token", *SILENT})
_ARITHMETIC = {
    0x58: "+", 0x59: "-", 0x5A: "*", 0x5B: "/", 0x5C: "/", 0x5D: "%", 0x5E: "%", 0x5F: "&", 0x60: "|", 0x61: "^",
    0x62: "<<", 0x63: ">>", 0x64: ">>", 0xD6: "+", 0xD7: "+", 0xD8: "*", 0xD9: "*", 0xDA: "-", 0xDB: "-",
    0xFE01: "==", 0xFE02: ">", 0xFE03: ">", 0xFE04: "<", 0xFE05: "<",
}  # fmt: skip
_COMPARED = ("==", ">=", ">", "<=", "<", "!=", ">=", ">", "<=", "<")
_CONVERTED = {0x67: "sbyte", 0x68: "short", 0xD1: "ushort", 0xD2: "byte"}
_NARROW = frozenset({*range(0x67, 0x6F), 0x76, *range(0x82, 0x8C), *range(0xB3, 0xBB), *range(0xD1, 0xD6), 0xE0})
_LOADED = {0x90: "sbyte", 0x91: "byte", 0x92: "short", 0x93: "ushort", 0x94: "int", 0x95: "uint", 0x96: "long"}
_IGNORED = frozenset({0x00, 0x01, 0xC3, 0xFE12, 0xFE13, 0xFE14, 0xFE16, 0xFE19, 0xFE1E})  # of no meaning here
_CASTS = frozenset({0x74, 0x75, 0x79, 0x8C, 0xA5})
_OBJECTS = (0x65, 0x66, *_CASTS, 0xD0, 0xFE06, 0xFE07, 0xFE15, 0xFE0F, il.CALLI, 0xFE1C, 0x70, 0xFE17, 0xFE18)
_POPPED = {0x70: 2, 0xFE17: 3, 0xFE18: 3}  # copies of memory


class Around(Protocol):
    """The type around a method: what calls in it mean, and what cannot be shown of it."""

    of: Assembly

    def call(self, machine: "Machine", row: il.Instruction) -> None:
        """A call of a method or constructor: holder and arguments are on the stack."""
        ...

    def field(self, machine: "Machine", row: il.Instruction) -> None:
        """A field is read, written, or its address taken."""
        ...

    def hides(self, line: int, what: str) -> None: ...

    def is_frame(self, name: str) -> bool:
        """Whether a type holds variables of a method."""
        ...


class Machine(Stacked):
    """One method. `statements` raises DamagedError for code that is not followed."""

    maybe, anything = MAYBE, "object"

    def __init__(
        self, around: Around, method: Method, body: Body, told: Signature, prefix: str = "", mark: str = "",
        frame: Frame | None = None,
    ) -> None:  # fmt: skip
        """`prefix` is the name of variables; `mark` tells those of a lambda from others around it; `frame` is where the
        compiler keeps the variables of this method, when `this` is that and not an object of the source."""
        super().__init__(mark)
        self.around, self.of, self.method, self.body, self.told = around, around.of, method, body, told
        self.prefix, self.frame = prefix, frame
        self.this = 0 if method.flags & STATIC or not told.this else 1
        self.result = told.result
        self.parts: dict[str, list[Expression]] = {}  # of texts that the block at hand puts together, by variable
        self.aliases: dict[str, Expression] = {}  # variables that are nothing but `this`
        self.handed: dict[int, Expression] = {}  # functions that stand here already, by their tokens
        self.before = ""  # what a constructor hands to that of the parent
        self.steps = False  # whether it is called again and again, and returns no more than whether it goes on

    def statements(self) -> list[tuple[int, str]]:
        try:
            blocks = self._prepared()
            always = opening(blocks)
            caught = {row[3]: row for row in self.body.handlers}
            filters = {row[5] for row in self.body.handlers if row[5]}
            for block in sorted(blocks.values(), key=lambda one: one.start):
                self.enter(block, self._caught(block.start, caught, filters))
                if block.start in caught and caught[block.start][0] in {il.FINALLY, il.FAULT}:
                    self.stack = []
                self.aside = block.start not in always
                self.parts.clear()
                for row in block.body:
                    self._step(row)
                self.leave(block, blocks)
        except (struct.error, IndexError, KeyError, RecursionError) as error:
            raise DamagedError(f"code that is not followed ({type(error).__name__})") from error
        if any(target <= block.start for block in blocks.values() for target in block.after):
            self.rows = [(0, f"while ({MAYBE}) {{"), *self.rows, (0, "}")]
        return self.rows

    def held(self, value: Expression) -> Expression:
        return value if value.kind in _HELD else super().held(value)

    # Variables

    def _prepared(self) -> dict[int, Block[il.Instruction]]:
        count = self.this + len(self.told.given)
        blocks = il.blocks_of(self.body, count, self._lends)
        live = il.reached(blocks)
        for start in blocks.keys() - live:
            for target in blocks.pop(start).after:
                if target in live:
                    blocks[target].before -= 1
        self.variables = Variables(blocks, range(count))
        return blocks

    def _lends(self, following: il.Instruction) -> bool:
        """Whether what follows an address may write there: not a field that is read, nor a call without arguments."""
        if following.operation == il.CALL:
            told = self.of.signature(self.of.member(following.operands[0]).blob)
            return not (told.this and not told.given)
        return following.operation not in {0x7B, 0xFE16}

    def _variable(self, row: il.Instruction, *, assigned: bool) -> tuple[int, str, str]:
        """A variable, its name and its type."""
        slot = row.slot or 0
        number = self.variables.assigned(row.at) if assigned else self.variables.read(row.at, slot)
        at = slot - self.this
        if 0 <= at < len(self.told.given):
            kind, name = self.told.given[at], self.method.parameter(at, self.prefix, self.mark)
            name += "" if number in {None, self.variables.parameter(slot)} else f"_{number}"
        elif slot < self.this:
            kind, name = "object", "this"
        else:
            kind = self.body.variables[at - len(self.told.given)]
            name = f"{self.prefix or 'v'}_{self.mark}{slot}" + (f"_{number}" if number is not None else "")
        return -1 if number is None else number, name, kind.rstrip("&")

    def _touch(self, row: il.Instruction) -> None:
        operation = row.operation
        if operation in {il.LDARG, il.LDARGA} and self.this and row.slot == 0:
            own = Expression("this", "", kind="closure" if self.frame is not None else "name")
            self.stack.append(own)
        elif operation in {il.STARG, il.STLOC}:
            self.assign(row, self.stack.pop())
        else:
            _, name, kind = self._variable(row, assigned=row.writes is not None)
            if name in self.aliases:
                self.stack.append(self.aliases[name])
            elif self.around.is_frame(kind):
                given = 0 <= (row.slot or 0) - self.this < len(self.told.given)
                self.stack.append(Expression(HANDED if given else "closure", kind, kind="closure"))
            else:
                address = operation in {il.LDARGA, il.LDLOCA}
                self.stack.append(Expression(name, kind, kind="address" if address else "name"))

    def assign(self, row: il.Instruction, value: Expression) -> None:
        """A variable is given a value."""
        number, name, kind = self._variable(row, assigned=True)
        value = self.lent(values.adapted(self, value, kind))
        if value.kind in SILENT or self.around.is_frame(kind):
            return
        if self.variables.assignments(number) == 1 and value.text == "this" and value.kind == "name":
            self.aliases[name] = value
        elif self.variables.assignments(number) == 1:
            self.say(f"{kind} {name} = {value.bare};")
        else:
            self.say(f"if ({MAYBE}) {{ {kind} {name} = {value.bare}; }}")

    def lent(self, value: Expression) -> Expression:
        """A value that is kept: through an address anything may be written to what it leads to."""
        if value.kind != "address":
            return value
        whole, item, _ = value.text.partition("[")
        self.say(f"lent__({whole});" if item else f"lent__(ref {whole});")
        return replace(value, kind="name")

    def _caught(self, at: int, caught: Mapping[int, Handler], filters: set[int]) -> Expression | None:
        if at in filters:
            return Expression(f"caught_{self.mark}{at}", "System.Exception", kind="name")
        if at not in caught:
            return None
        return Expression(f"caught_{self.mark}{at}", caught[at][6] or "System.Exception", kind="name")

    # Instructions

    def _step(self, row: il.Instruction) -> None:
        if row.slot is not None:
            self._touch(row)
        elif row.operation in _STEPS:
            _STEPS[row.operation](self, row)
        elif row.operation not in _IGNORED:
            raise DamagedError(f"operation {row.operation:#x}")

    def loaded(self, row: il.Instruction) -> None:  # noqa: ARG002
        """What an address leads to."""
        value = self.stack.pop()
        self.stack.append(replace(value, kind="name") if value.kind == "address" else value)

    def stored(self, row: il.Instruction) -> None:  # noqa: ARG002
        value, place = self.stack.pop(), self.stack.pop()
        self.store(place, value)

    def arranged(self, row: il.Instruction) -> None:
        """What is on the stack stands there twice, or no more."""
        if row.operation == il.DUP:
            self.stack.append(self.held(self.stack.pop()))
            self.stack.append(self.stack[-1])
        elif row.operation == il.POP:
            self.dropped(self.stack.pop())
        else:
            self.stack.clear()

    def store(self, place: Expression, value: Expression) -> None:
        """A value is put where an address leads."""
        value = self.lent(values.adapted(self, value, place.type.rstrip("&")))
        if place.kind in {"sum", "call", "either"}:  # where a number leads, or what a call returns
            self.say(f"stored__({place.bare}, {value.bare});")
        elif place.kind not in SILENT and value.kind not in SILENT:
            maybe = place.kind == "address" and place.text.isidentifier()
            self.say(f"if ({MAYBE}) {{ {place} = {value.bare}; }}" if maybe else f"{place} = {value.bare};")

    def constant(self, row: il.Instruction) -> None:
        operation = row.operation
        if operation == il.LDNULL:
            self.literal("null", "")
        elif operation == il.LDSTR:
            self.push(values.literal(self.of.of.text(row.operands[0] & 0xFFFFFF)))
        elif operation <= 0x1E:
            self.whole(operation - 0x16)
        elif operation in {0x22, 0x23}:
            self.literal(repr(float(row.operands[0])), "float" if operation == 0x22 else "double")
        else:
            self.whole(row.operands[0], "long" if operation == 0x21 else "int")

    def arithmetic(self, row: il.Instruction) -> None:
        sign, compares = _ARITHMETIC[row.operation], row.operation >= 0xFE00
        right, left = self.lent(self.stack.pop()), self.lent(self.stack.pop())
        if compares and left.type == "bool":
            right = values.adapted(self, right, "bool")
            if sign == "==" and right.text == "false":
                self.push(Expression(f"(!{left})", "bool", fixed=left.fixed))
                return
        kind = "bool" if compares else left.type
        self.push(Expression(f"({left} {sign} {right})", kind, False, "sum", left.fixed and right.fixed))

    def converted(self, row: il.Instruction) -> None:
        value = self.stack.pop()
        told = _CONVERTED.get(row.operation)
        if value.kind == "literal" and value.number is not None and told is not None:
            self.push(values.number(value.number, told))
        else:
            self.push(value)

    def decide(self, row: il.Instruction) -> None:
        operation, stack = row.operation, self.stack
        if operation in {il.LEAVE, il.LEAVE_S}:
            stack.clear()
        elif operation == il.RET:
            if self.result != "void" and stack and not self.steps:
                self.returned(stack.pop(), last=row.end >= len(self.body.code))
        elif operation == il.THROW:
            self.say(f"if ({MAYBE}) {{ throw {stack.pop()}; }}")
        elif operation == il.SWITCH:
            self.say(f"if ({stack.pop()} == 0) {{ }}")
        elif operation in il.BRANCHES and operation not in il.JUMPS:
            place = operation - 0x2C if operation < 0x38 else operation - 0x39
            if place < 2:  # brfalse, brtrue
                value = stack.pop()
                if value.kind not in SILENT | {"lambda"}:
                    self.say(f"if ({value}) {{ }}")
            else:
                right, left = stack.pop(), stack.pop()
                self.say(f"if ({left} {_COMPARED[place - 2]} {right}) {{ }}")

    def returned(self, value: Expression, *, last: bool) -> None:
        value = self.lent(values.adapted(self, value, self.result))
        sole = last and not any("return " in text for _, text in self.rows)
        self.say(f"return {value.bare};" if sole else f"if ({MAYBE}) {{ return {value.bare}; }}")

    def array(self, row: il.Instruction) -> None:
        operation, stack = row.operation, self.stack
        if operation == 0x8D:
            size, told = stack.pop(), self.of.type_name(row.operands[0])
            bare, _, rest = told.partition("[")
            text = f"new {bare}[{size.bare}]{'[' + rest if rest else ''}"
            stack.append(Expression(text, f"{told}[]", kind="array", fixed=size.fixed, size=size.number))
        elif operation == 0x8E:
            stack.append(Expression(f"{stack.pop()}.Length", "int"))
        elif operation == 0x8F:
            at, array = stack.pop(), stack.pop()
            stack.append(Expression(f"{array}[{at.bare}]", array.type.removesuffix("[]"), kind="address"))
        elif operation <= 0x9A or operation == 0xA3:
            at, array = stack.pop(), stack.pop()
            kind = array.type.removesuffix("[]") if array.type.endswith("[]") else _LOADED.get(operation, "")
            self.push(Expression(f"{array}[{at.bare}]", kind))
        else:
            self._put(stack.pop(), stack.pop(), stack.pop())

    def _put(self, value: Expression, at: Expression, array: Expression) -> None:
        value = values.adapted(self, value, array.type.removesuffix("[]"))
        fresh = array.kind == "array" and any(array is other for other in self.stack)
        if fresh and at.number is not None and 0 <= at.number < WIDEST:
            array.items[at.number] = value
        else:
            self.say(f"{array}[{at.bare}] = {value.bare};")

    def other(self, row: il.Instruction) -> None:
        operation, stack = row.operation, self.stack
        if operation in {0x65, 0x66}:
            value = stack.pop()
            self.push(Expression(f"({'-' if operation == 0x65 else '~'}{value})", value.type, fixed=value.fixed))
        elif operation in _CASTS:
            self._cast(operation, self.of.type_name(row.operands[0]))
        elif operation == 0xD0:
            self._token(row.operands[0])
        elif operation in {0xFE06, 0xFE07}:
            if operation == 0xFE07:
                stack.pop()
            stack.append(Expression("function", "", kind="function", number=row.operands[0]))
        elif operation == 0xFE15:  # a value of nothing but zeros
            place, told = stack.pop(), self.of.type_name(row.operands[0])
            if place.kind not in SILENT and place.text.isidentifier() and place.kind == "address":
                self.say(f"if ({MAYBE}) {{ {told} {place} = default({told}); }}")
        elif operation == 0xFE0F:
            size = stack.pop()
            stack.append(Expression(f"stackalloc byte[{size.bare}]", "byte[]"))
        elif operation == il.CALLI:
            self._through_pointer(row.operands[0])
        elif operation == 0xFE1C:
            stack.append(Expression("sizeof(int)", "int"))
        else:
            del stack[len(stack) - _POPPED[operation] :]

    def _cast(self, operation: int, told: str) -> None:
        value = self.stack.pop()
        if operation == 0x8C:
            self.push(values.adapted(self, value, told))
        elif operation == 0x75:
            self.push(Expression(f"({value} as {told})", told, kind="call"))
        else:
            plain = (
                told in {"string", "object"} or "." not in told or value.kind in {"array", "literal", "lambda", *SILENT}
            )
            self.push(replace(value, type=told) if plain else Expression(f"(({told}) {value})", told, kind=value.kind))

    def _token(self, token: int) -> None:
        table = token >> 24
        if table in {1, 2, TYPE_REF, TYPE_SPEC}:
            name = self.of.type_name(token)
            self.stack.append(Expression(f"typeof({name})", "System.Type", kind="token", fixed=True))
            return
        member: Member = self.of.member(token)
        if table == FIELD and member.own:
            self.stack.append(Expression("field", "", kind="token", number=member.own))
        else:
            self.around.hides(0, f"a handle of {member.name}" if table != METHOD_SPEC else "a handle of a method")
            self.stack.append(Expression(MAYBE))

    def _through_pointer(self, token: int) -> None:
        blob = self.of.of.row(token >> 24, token & 0xFFFFFF)[0]
        told = Reader(self.of.of.blob(blob), self.of.type_name).method()
        self.stack.pop()
        given: Sequence[Expression] = [self.stack.pop() for _ in range(len(told.given) + told.this)]
        self.around.hides(0, f"{self.method.name}: a function of which only the address is known is called")
        made = Expression(f"called__({', '.join(map(str, given[::-1]))})", told.result, kind="call")
        if told.result == "void":
            self.dropped(made)
        else:
            self.push(made)


_STEPS: Mapping[int, Callable[[Machine, il.Instruction], None]] = {
    **dict.fromkeys((il.CALL, il.CALLVIRT, il.NEWOBJ), lambda machine, row: machine.around.call(machine, row)),
    **dict.fromkeys(range(0x7B, 0x81), lambda machine, row: machine.around.field(machine, row)),
    **dict.fromkeys((*range(0x14, 0x24), il.LDSTR), Machine.constant),
    **dict.fromkeys(_ARITHMETIC, Machine.arithmetic),
    **dict.fromkeys(_NARROW, Machine.converted),
    **dict.fromkeys((*range(0x46, 0x51), 0x71), Machine.loaded),
    **dict.fromkeys((*range(0x51, 0x58), 0x81, 0xDF), Machine.stored),
    **dict.fromkeys((0x8D, *range(0x8E, 0xA5)), Machine.array),
    **dict.fromkeys((*il.BRANCHES, il.SWITCH, il.RET, il.THROW, il.RETHROW), Machine.decide),
    **dict.fromkeys((il.DUP, il.POP, il.ENDFINALLY, il.ENDFILTER), Machine.arranged),
    **dict.fromkeys(_OBJECTS, Machine.other),
}
