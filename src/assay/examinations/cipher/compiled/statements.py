"""The statements of a method while they are written, and the stack of the machine that they come from.

What is kept of an expression that is long, or that stands on the stack more than once, goes into a variable of its own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.expressions import MAYBE, MOST_TEXT, Expression
from assay.examinations.cipher.compiled.spelling import Type
from assay.source.holding import PUTTING

Way = Literal["static", "special", "virtual"]  # of a call; special is of the parent, or of a constructor
LONGEST = 4_000  # characters of an expression, after which it goes into a variable of its own
_FILLS = re.compile(rf"\.(?:{'|'.join(sorted(PUTTING))})\(")


class Statements:
    """Of one method. `rows` are lines of the source, 0 where it is not told, and statements."""

    maybe, anything = MAYBE, "java.lang.Object"  # what nobody knows, and a type where none is known

    def __init__(self, mark: str) -> None:
        """`mark` tells the variables of a lambda from others around it."""
        self.mark = mark
        self.rows, self.stack = list[tuple[int, str]](), list[Expression]()
        self.line, self.aside = 0, False  # of the block at hand; whether it is not on every way
        self._count = self._spent = 0

    def say(self, text: str) -> None:
        self._spent += len(text)
        if self._spent > MOST_TEXT:
            raise DamagedError("more text than any source")
        self.rows.append((self.line, text))

    def held(self, value: Expression) -> Expression:
        """The value in a variable of its own, where it is more than a name or a literal."""
        if value.kind in {"made", "array", "name", "literal"}:
            return value
        self._count += 1
        name = f"held_{self.mark}{self._count}"
        self.say(f"{value.type or self.anything} {name} = {value};")
        return Expression(name, value.type, value.wide, "name")

    def push(self, value: Expression) -> None:
        self.stack.append(self.held(value) if len(value.text) > LONGEST and value.kind != "literal" else value)

    def literal(self, text: str, kind: str, *, wide: bool = False, number: int | None = None) -> None:
        self.push(Expression(text, kind, wide, "literal", fixed=True, number=number))

    def whole(self, value: int, kind: str = "int", *, wide: bool = False) -> None:
        self.literal(spelling.number(value), kind, wide=wide, number=value)

    def dropped(self, value: Expression) -> None:
        """An expression of which nothing is kept but what it does; what fills a map on one way of several may not."""
        aside = self.aside and _FILLS.search(value.text) is not None
        if value.kind == "call":
            self.say(f"if ({self.maybe}) {{ {value}; }}" if aside else f"{value};")

    @staticmethod
    def adapted(value: Expression, told: Type) -> Expression:
        """A number where the type asks for true or false."""
        if told.text == "boolean" and value.number in {0, 1}:
            return Expression("true" if value.number else "false", "boolean", kind="literal", fixed=True)
        return value


class Around(Protocol):
    """The class around a method: what the calls in it mean, and what cannot be shown of it."""

    def call(self, machine: Statements, way: Way, member: tuple[str, str, str]) -> None:
        """A call of a method or constructor by class, name and descriptor: holder and arguments are on the stack."""
        ...

    def hides(self, line: int, what: str) -> None: ...

    def begins(self, name: str, line: int, value: Expression) -> None:
        """A static field gets its first value."""
        ...


def name_at(written: Mapping[int, Sequence[tuple[int, int, str]]], slot: int, at: int) -> str:
    """The name of the variable in a slot or register at a place, '' where the compiler left none.

    `written` are start, end and name of each, by their slot.
    """
    return next((told for start, end, told in written.get(slot, ()) if start <= at < end), "")
