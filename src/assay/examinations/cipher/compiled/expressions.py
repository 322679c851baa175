"""Expressions on the stack of a method that is read back into text."""

from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.damage import DamagedError

MAYBE = "maybe$_"  # nobody knows; no name of a product holds it
WIDEST = 70_000  # items of an array
DEEPEST = 100  # arrays in arrays
MOST_TEXT = 16 << 20  # characters of an array, of a method, of the methods of a class
NEW = {4: "boolean", 5: "char", 6: "float", 7: "double", 8: "byte", 9: "short", 10: "int", 11: "long"}
_NUMERIC = frozenset(f"{name}[]" for name in NEW.values())


class Expression(Struct, eq=False):
    """Something on the stack. `fixed` hangs on no variable; `number` is known of a literal one; `items` are those of a
    new array, or the parts of a text that is put together; a `made` object has not been through its constructor."""

    text: str
    type: str = ""
    wide: bool = False
    kind: str = ""
    fixed: bool = False
    number: int | None = None
    items: dict[int, "Expression"] = field(default_factory=dict)
    size: int | None = None

    def __str__(self) -> str:
        """Raises DamagedError for an array that holds itself, or so many that no source could spell it."""
        return "".join(self._spelt(0, [MOST_TEXT])) if self.kind == "array" and self.items else self.text

    def _spelt(self, depth: int, left: list[int]) -> Iterator[str]:
        """Piece by piece, for what stands in an array many times is spelt as often."""
        several = self.kind == "array" and bool(self.items)
        most = 0
        if several:
            most = self.size if self.size is not None and self.size <= WIDEST else max(self.items) + 1
        left[0] -= 3 * most if several else len(self.text)
        if depth > DEEPEST or left[0] < 0:
            raise DamagedError("an array that no source could spell")
        if not several:
            yield self.text
            return
        none = "0" if self.type in _NUMERIC else "null"
        yield f"new {self.type} {{"
        for at in range(most):
            yield ", " if at else ""
            item = self.items.get(at)
            if item is None:
                yield none
            elif self.type == "byte[]" and item.number is not None and -128 <= item.number < 0:
                yield f"(byte) {item.number + 256}"  # above 127 as it is written in tables
            else:
                yield from item._spelt(depth + 1, left)  # noqa: SLF001  (of its own class)
        yield "}"

    @property
    def bare(self) -> str:
        """Without the brackets that a sum carries, where nothing stands beside it."""
        return self.text[1:-1] if self.kind == "sum" else str(self)

    @property
    def whole(self) -> bool:
        """Whether it hangs on no variable, its items neither."""
        waiting, seen = [self], {id(self)}
        while waiting:
            one = waiting.pop()
            if not one.fixed:
                return False
            waiting += (more := [item for item in one.items.values() if id(item) not in seen])
            seen.update(map(id, more))
        return True


def cast(value: Expression, of: str) -> Expression:
    """A value as one of a type; the class of an array is known from what it holds."""
    if value.kind == "array":
        return value
    plain = of.startswith("java.lang.") or of.endswith("[]") or value.kind == "literal"
    return replace(value, type=of, text=str(value) if plain else f"(({of}) {value})")


def literal(content: str) -> Expression:
    return Expression(spelling.text(content), "java.lang.String", kind="literal", fixed=True)


def as_text(value: Expression, told: spelling.Type) -> Expression:
    """A number, character or truth as what it becomes in a text."""
    if value.number is None or value.kind != "literal":
        return value
    if told.text == "char" and 0 <= value.number < 0xD800:
        return literal(chr(value.number))
    if told.text == "boolean":
        return literal("true" if value.number else "false")
    return literal(str(value.number))


def joined(parts: Sequence[Expression]) -> Expression:
    """Texts joined; the first is one, so that all of them are."""
    first = [] if parts and parts[0].text.startswith('"') else [literal("")]
    text = " + ".join(str(part) for part in (*first, *parts))
    return Expression(f"({text})", "java.lang.String", kind="sum", fixed=all(part.fixed for part in parts))
