"""How values are written in C#: what a type asks for, texts that are put together."""

import re
import struct
from collections.abc import Sequence

from msgspec.structs import replace

from assay.examinations.cipher.compiled import expressions, spelling
from assay.examinations.cipher.compiled.dotnet import constants
from assay.examinations.cipher.compiled.dotnet.signatures import SIZES
from assay.examinations.cipher.compiled.expressions import Expression
from assay.examinations.cipher.compiled.stacked import Stacked

_PLACE = re.compile(r"\{(\d{1,2})\}|\{\{|\}\}|[{}]")
_CUT = {"byte": 8, "ushort": 16, "char": 16, "uint": 32, "ulong": 64}
MOST_PUT = 1 << 17  # characters of a text that is put together


def literal(content: str) -> Expression:
    return replace(expressions.literal(content), type="string")


def adapted(machine: Stacked, value: Expression, told: str) -> Expression:
    """A value where its type is told: numbers that stand for true, a character, a constant of the framework."""
    if value.kind == "either" and (told in {"bool", "char"} or told in constants.ENUMS):
        ways = [adapted(machine, way, told) for way in value.items.values()]
        if all(way.kind == "literal" for way in ways):
            return machine.either(f"{value.text}_{len(machine.rows)}", told, ways)
        return value
    if value.kind != "literal" or value.number is None:
        return value
    if told == "bool" and value.number in {0, 1}:
        return Expression("true" if value.number else "false", "bool", kind="literal", fixed=True, number=value.number)
    if told == "char" and 0 <= value.number < 0xD800:
        body = spelling.text(chr(value.number))[1:-1].replace('\\"', '"').replace("'", "\\'")
        return Expression(f"'{body}'", "char", kind="literal", fixed=True, number=value.number)
    name = constants.named(told, value.number) if told in constants.ENUMS else ""
    return Expression(name, told, kind="literal", fixed=True, number=value.number) if name else value


def number(value: int, kind: str) -> Expression:
    """A number of a type, without a sign where the type has none."""
    told = value % (1 << _CUT[kind]) if kind in _CUT else value
    bits = _CUT.get(kind, 0)
    large = bits > 16 and told >= 0x10000  # as tables of constants are written
    text = f"0x{told:0{bits // 4}x}" + ("L" if bits == 64 else "") if large else spelling.number(told)
    return Expression(text, kind, kind="literal", fixed=True, number=told)


def as_text(value: Expression) -> Expression:
    """A part of a text; a character as what it says, a number as its digits."""
    if value.kind != "literal" or value.number is None:
        return value
    if value.type == "char":
        return literal(chr(value.number))
    return literal(value.text if value.type == "bool" else str(value.number))


def joined(parts: Sequence[Expression]) -> Expression:
    if sum(len(part.text) for part in parts) > MOST_PUT:
        return Expression("string.Concat()", "string", kind="call")
    return replace(expressions.joined([as_text(part) for part in parts]), type="string")


def formatted(form: Expression, values: Sequence[Expression]) -> Expression | None:
    """`string.Format` with a literal form that does no more than put values in."""
    if form.kind != "literal" or not form.text.startswith('"') or "\\" in form.text:
        return None
    found, plain, at = list[Expression](), "", 0
    content = form.text[1:-1]
    for row in _PLACE.finditer(content):
        plain, at = plain + content[at : row.start()], row.end()
        if row[0] in {"{{", "}}"}:
            plain += row[0][0]
        elif row[1] is None or int(row[1]) >= len(values):
            return None
        else:
            found += [literal(plain), values[int(row[1])]] if plain else [values[int(row[1])]]
            plain = ""
    plain += content[at:]
    return joined([*found, *([literal(plain)] if plain else [])])


def size_of(told: str) -> int:
    """Bytes of a number of a type, 0 for other types."""
    return struct.calcsize(SIZES[told]) if told in SIZES else 0
