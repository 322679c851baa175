"""The code of one method, read back into statements of Java.

The stack of the machine is followed as expressions; what is assigned, called, compared, returned and thrown becomes a
statement. The order of statements is that of the code, and its ways are given up: an assignment that is not the only
one to its variable stands in `if (maybe$_)`, all of a method that goes back in `while (maybe$_)`, so that every value
which can reach a use is among those that do in the text, and more may be. Each assignment declares its variable anew,
for a name that is never declared would be a field. Texts that are put together with
`StringBuilder` or `makeConcatWithConstants` become sums again, arrays and lambdas what they were.

*It cannot see* what the compiler worked out and left away: names of constants that it put in, conditions, comments.
Source: The Java Virtual Machine Specification, Java SE 21, chapter 6; java.lang.invoke.StringConcatFactory.
"""

import struct
from typing import Protocol

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.bytecode import IINC, LOADS, STORES, Instruction, blocks_of
from assay.examinations.cipher.compiled.classfile import (
    CLASS,
    DOUBLE,
    DYNAMIC,
    FLOAT,
    INTEGER,
    LONG,
    STATIC,
    STRING,
    ClassFile,
    Code,
    Member,
)
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.expressions import MAYBE, NEW, WIDEST, Expression, cast
from assay.examinations.cipher.compiled.flow import Block, Variables, opening
from assay.examinations.cipher.compiled.stacked import Stacked
from assay.examinations.cipher.compiled.statements import Around, Statements, Way, name_at

_ARITHMETIC = ("+", "-", "*", "/", "%", "", "<<", ">>", ">>>", "&", "|", "^")
_WIDENING = frozenset({133, 135, 138, 140, 141, 143})
_COMPARED = ("==", "!=", "<", ">=", ">", "<=")


class Linking(Around, Protocol):
    """The class file around a method, which also knows what is linked at run time."""

    def dynamic(self, machine: Statements, index: int) -> None:
        """A lambda, a text put together, or a call that another language resolves."""
        ...


class Machine(Stacked):
    """One method. `statements` raises DamagedError for code that no machine would run."""

    def __init__(self, around: Linking, of: ClassFile, member: Member, code: Code, prefix: str, mark: str = "") -> None:
        """`prefix` is the name of variables that have none; `mark` tells those of a lambda from others around it."""
        super().__init__(mark)
        self.around, self.of, self.member, self.code, self.prefix = around, of, member, code, prefix
        self.pool = of.pool
        self.given, self.result = spelling.signature(member.descriptor)
        self._lines = dict(code.lines)
        self._names: dict[int, str] = {}

    def statements(self) -> list[tuple[int, str]]:
        """Lines of the source, 0 where it is not told, and statements."""
        try:
            blocks = blocks_of(self.code)
            self._prepare(blocks)
            always = opening(blocks)
            caught = {handler: kind for _, _, handler, kind in self.code.handlers}
            for block in sorted(blocks.values(), key=lambda one: one.start):
                self.enter(block, self._caught(block, caught))
                self.aside = block.start not in always
                for row in block.body:
                    self.line = self._lines.get(row.at, self.line)
                    self._step(row)
                self.leave(block, blocks)
        except (struct.error, IndexError, KeyError, RecursionError) as error:
            raise DamagedError(f"code that is not followed ({type(error).__name__})") from error
        if any(target <= block.start for block in blocks.values() for target in block.after):
            first = self.rows[0][0] if self.rows else 0
            self.rows = [(first, f"while ({MAYBE}) {{"), *self.rows, (self.line, "}")]
        return self.rows

    def parameters(self) -> list[tuple[str, str]]:
        """Types and names of the parameters."""
        first = 0 if self.member.access & STATIC else 1
        names = (self._name(self.variables.parameter(first + at)) for at in range(len(self.given)))
        return [(told.text, name) for told, name in zip(self.given, names, strict=True)]

    # Variables

    def _prepare(self, blocks: dict[int, Block[Instruction]]) -> None:
        static = bool(self.member.access & STATIC)
        slots, at = [] if static else [0], 0 if static else 1
        for told in self.given:
            slots.append(at)
            at += 2 if told.wide else 1
        self.variables = Variables(blocks, slots)
        self._this = None if static else self.variables.parameter(0)
        written: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, slot, named in self.code.names:
            written.setdefault(slot, []).append((start, end, named))
        for number, slot in enumerate(slots):
            self._call(self.variables.parameter(number), name_at(written, slot, 0), "p")
        for block in blocks.values():
            for row in block.body:
                if row.slot is not None:
                    assigns = row.writes is not None
                    one = self.variables.assigned(row.at) if assigns else self.variables.read(row.at, row.slot)
                    if one is not None:
                        self._call(one, name_at(written, row.slot, row.end if assigns else row.at), "v")

    def _call(self, variable: int, told: str, kind: str) -> None:
        if told or variable not in self._names:
            known = self._names.get(variable, "")
            if told or not known:
                self._names[variable] = f"{spelling.name(told) if told else self.prefix or kind}_{self.mark}{variable}"

    def _name(self, variable: int) -> str:
        return self._names[variable]

    # Blocks

    def _caught(self, block: Block[Instruction], caught: dict[int, str]) -> Expression | None:
        """The exception that a handler begins with; None for other blocks."""
        if block.start not in caught:
            return None
        kind = spelling.qualified(caught[block.start] or "java/lang/Throwable")
        return Expression(f"caught_{self.mark}{block.start}", kind)

    # Instructions

    def _step(self, row: Instruction) -> None:
        operation = row.operation
        if operation in LOADS:
            self._load(row)
        elif operation in STORES:
            self._store(row, self.stack.pop())
        elif 46 <= operation <= 53:
            at, array = self.stack.pop(), self.stack.pop()
            self.push(Expression(f"{array}[{at.bare}]", array.type.removesuffix("[]"), operation in {47, 49}))
        elif 79 <= operation <= 86:
            self._put(self.stack.pop(), self.stack.pop(), self.stack.pop())
        elif 87 <= operation <= 95:
            self._shuffle(operation)
        elif 96 <= operation <= 131:
            self._arithmetic(operation)
        elif operation == IINC:
            name = self._name(self.variables.assigned(row.at))
            self.say(f"if ({MAYBE}) {{ {name} += {row.operands[1]}; }}")
        elif operation <= 20 or 133 <= operation <= 147:
            self._constant(row)
        elif 148 <= operation <= 166 or 170 <= operation <= 177 or operation in {198, 199}:
            self._decide(row)
        elif operation == 186:
            self.around.dynamic(self, row.operands[0])
        elif 178 <= operation <= 185:
            self._member(row)
        else:
            self._object(row)

    def _load(self, row: Instruction) -> None:
        variable = self.variables.read(row.at, row.slot or 0)
        if variable is None:
            raise DamagedError("a variable that nothing fills is read")
        kind = row.operation - 21 if row.operation < 26 else (row.operation - 26) // 4
        if variable == self._this and self.variables.assignments(variable) == 1:
            self.push(Expression("this", spelling.qualified(self.of.name), kind="name"))
        else:
            name = self._name(variable)
            self.push(Expression(name, self.types.get(name, ""), kind in {1, 3}, "name"))

    def _store(self, row: Instruction, value: Expression) -> None:
        variable = self.variables.assigned(row.at)
        name, kind = self._name(variable), value.type or "java.lang.Object"
        if value.kind == "made":
            return  # only what goes through a constructor is there
        if self.variables.assignments(variable) == 1:
            self.say(f"{kind} {name} = {value.bare};")
        else:
            self.types.setdefault(name, kind)
            self.say(f"if ({MAYBE}) {{ {kind} {name} = {value.bare}; }}")

    def _put(self, value: Expression, at: Expression, array: Expression) -> None:
        fresh = array.kind == "array" and any(array is other for other in self.stack)
        if fresh and at.number is not None and 0 <= at.number < WIDEST:
            array.items[at.number] = value
        else:
            self.say(f"{array}[{at.bare}] = {value.bare};")

    def _shuffle(self, operation: int) -> None:
        stack = self.stack
        if operation in {87, 88}:  # pop, pop2
            for _ in range(1 if operation == 87 or stack[-1].wide else 2):
                self.dropped(stack.pop())
        elif operation == 95:
            stack[-1], stack[-2] = stack[-2], stack[-1]
        else:
            double = operation >= 92 and not stack[-1].wide
            top = [self.held(stack.pop()) for _ in range(2 if double else 1)][::-1]
            under = 0 if operation in {89, 92} else 1
            if operation in {91, 94} and not stack[-1].wide:
                under = 2
            below = [stack.pop() for _ in range(under)][::-1]
            stack += [*top, *below, *top]

    def _arithmetic(self, operation: int) -> None:
        if operation < 120:
            sign, wide = _ARITHMETIC[(operation - 96) // 4], (operation - 96) % 4 in {1, 3}
        else:
            sign, wide = _ARITHMETIC[6 + (operation - 120) // 2], bool(operation % 2)
        right = self.stack.pop()
        if not sign:
            self.push(Expression(f"(-{right})", right.type, wide, fixed=right.fixed))
            return
        left = self.stack.pop()
        fixed = left.fixed and right.fixed
        self.push(Expression(f"({left} {sign} {right})", left.type, wide, "sum", fixed))

    def _constant(self, row: Instruction) -> None:
        operation = row.operation
        if operation > 20:  # a conversion
            value = self.stack.pop()
            wide = operation in _WIDENING
            self.push(Expression(str(value), value.type, wide, value.kind, value.fixed, value.number))
        elif operation == 1:
            self.literal("null", "")
        elif operation <= 8:
            self.whole(operation - 3)
        elif operation <= 10:
            self.whole(operation - 9, "long", wide=True)
        elif operation <= 15:
            single = operation <= 13
            self.literal(f"{operation - (11 if single else 14)}.0", "float" if single else "double", wide=not single)
        elif operation <= 17:
            self.whole(row.operands[0])
        elif operation <= 20:
            self._pooled(row.operands[0], wide=operation == 20)

    def _pooled(self, index: int, *, wide: bool) -> None:
        entry = self.pool.entries[index]
        tag, value = (entry[0], entry[1]) if entry is not None else (0, None)
        if tag in {INTEGER, LONG} and isinstance(value, int):
            self.whole(value, "int" if tag == INTEGER else "long", wide=wide)
        elif tag in {FLOAT, DOUBLE} and isinstance(value, float):
            self.literal(spelling.number(value), "float" if tag == FLOAT else "double", wide=wide)
        elif tag == STRING:
            self.literal(spelling.text(self.pool.named(index, STRING)), "java.lang.String")
        elif tag == CLASS:
            self.literal(f"{spelling.qualified(self.pool.klass(index))}.class", "java.lang.Class")
        else:
            self.around.hides(self.line, "a constant that a method makes" if tag == DYNAMIC else "a method handle")
            self.push(Expression(MAYBE, wide=wide))

    def _decide(self, row: Instruction) -> None:
        operation, stack = row.operation, self.stack
        if operation <= 152:  # a comparison whose outcome is a number
            right, left = stack.pop(), stack.pop()
            self.push(Expression(f"({left} == {right})", "int"))
        elif 159 <= operation <= 166:
            right, left = stack.pop(), stack.pop()
            self.say(f"if ({left} {_COMPARED[(operation - 159) % 6]} {right}) {{ }}")
        elif operation <= 158:
            value = stack.pop()
            self.say(f"if ({value}) {{ }}" if value.type == "boolean" else f"if ({value} == 0) {{ }}")
        elif operation in {170, 171, 198, 199}:
            self.say(f"if ({stack.pop()} == {'null' if operation > 190 else '0'}) {{ }}")
        elif operation != 177:
            value = self.adapted(stack.pop(), self.result)
            last = row.end >= len(self.code.content) and not any(text.startswith("return") for _, text in self.rows)
            self.say(f"return {value};" if last else f"if ({MAYBE}) {{ return {value}; }}")

    def _member(self, row: Instruction) -> None:
        owner, name, descriptor = self.pool.member(row.operands[0])
        if row.operation > 181:
            way: Way = "static" if row.operation == 184 else "special" if row.operation == 183 else "virtual"
            self.around.call(self, way, (owner, name, descriptor))
            return
        told = spelling.types_of(descriptor)[0]
        value = self.adapted(self.stack.pop(), told) if row.operation in {179, 181} else None
        holder = self.stack.pop() if row.operation >= 180 else None
        whose = "this" if owner == self.of.name and (holder is None or holder.text == "this") else ""
        whose = whose or (str(holder) if holder is not None else spelling.qualified(owner))
        text = f"{whose}.{spelling.name(name)}"
        if value is None:
            self.push(Expression(text, told.text, told.wide, "field", fixed=holder is None))
            return
        self.say(f"{text} = {value};")
        if whose == "this" and holder is None and self.member.name == "<clinit>":
            self.around.begins(name, self.line, value)

    def _object(self, row: Instruction) -> None:
        operation, stack = row.operation, self.stack
        if operation == 187:
            made = self.pool.klass(row.operands[0])
            stack.append(Expression(made, spelling.qualified(made), kind="made"))
        elif operation in {188, 189}:
            of = NEW[row.operands[0]] if operation == 188 else spelling.qualified(self.pool.klass(row.operands[0]))
            size = stack.pop()
            bare, depth = of.rstrip("[]"), of.count("[]")
            text = f"new {bare}[{size}]{'[]' * depth}"
            stack.append(Expression(text, f"{of}[]", kind="array", fixed=size.fixed, size=size.number))
        elif operation == 190:
            stack.append(Expression(f"{stack.pop()}.length", "int"))
        elif operation == 191:
            self.say(f"if ({MAYBE}) {{ throw {stack.pop()}; }}")
        elif operation == 192:
            stack.append(cast(stack.pop(), spelling.qualified(self.pool.klass(row.operands[0]))))
        elif operation == 193:
            of, value = spelling.qualified(self.pool.klass(row.operands[0])), stack.pop()
            stack.append(Expression(f"({value} instanceof {of})", "boolean", kind="call"))
        elif operation in {194, 195}:
            self.dropped(stack.pop())
        elif operation == 197:
            sizes = [stack.pop() for _ in range(row.operands[1])][::-1]
            of = spelling.qualified(self.pool.klass(row.operands[0]))
            given = "".join(f"[{size}]" for size in sizes)
            stack.append(Expression(f"new {of.rstrip('[]')}{given}{'[]' * (of.count('[]') - len(sizes))}", of))
        elif operation not in {0, 167, 200}:
            raise DamagedError(f"operation {operation}")
