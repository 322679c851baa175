"""How names, types and constants of a class file are written in Java."""

import math
import re
from functools import lru_cache

from msgspec import Struct

from assay.examinations.cipher.compiled.damage import DamagedError

_KEYWORD = re.compile(
    "abstract|assert|boolean|break|byte|case|catch|char|class|const|continue|default|do|double|else|enum|extends|false|"
    "final|finally|float|for|goto|if|implements|import|instanceof|int|interface|long|native|new|null|package|private|"
    "protected|public|return|short|static|strictfp|super|switch|synchronized|this|throw|throws|transient|true|try|void|"
    "volatile|while"
)
_NO_NAME = re.compile(r"[^\w$]", re.ASCII)
_PRIMITIVE = {
    "B": "byte", "C": "char", "D": "double", "F": "float", "I": "int", "J": "long", "S": "short", "Z": "boolean",
    "V": "void",
}  # fmt: skip
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f\x85\u2028\u2029]')
_TYPE = re.compile(r"(\[*)(?:L([^;]+);|([BCDFIJSZV]))")
MOST_DIMENSIONS = 255


class Type(Struct, frozen=True):
    """A type as written; `wide` takes two places on the stack and in the variables."""

    text: str
    wide: bool = False


@lru_cache(maxsize=8192)
def name(raw: str) -> str:
    """An identifier: what no source could hold becomes a low line."""
    word = _NO_NAME.sub("_", raw)
    return f"_{word}" if not word or word[0].isdigit() or _KEYWORD.fullmatch(word) else word


@lru_cache(maxsize=8192)
def qualified(raw: str) -> str:
    """A class by its internal name; classes inside of others are parts of them."""
    if raw.startswith("["):
        return types_of(raw)[0].text
    return ".".join(name(part) for part in re.split(r"[/$](?=.)", raw.strip("/")) if part)


@lru_cache(maxsize=8192)
def types_of(descriptor: str) -> tuple[Type, ...]:
    """The types that follow each other in a descriptor. Raises DamagedError."""
    found, at = [], 0
    while at < len(descriptor):
        row = _TYPE.match(descriptor, at)
        if row is None or len(row[1]) > MOST_DIMENSIONS:
            raise DamagedError("a descriptor that names no types")
        base = qualified(row[2]) if row[2] else _PRIMITIVE[row[3]]
        found.append(Type(base + "[]" * len(row[1]), not row[1] and row[3] in {"J", "D"}))
        at = row.end()
    return tuple(found)


@lru_cache(maxsize=8192)
def signature(descriptor: str) -> tuple[tuple[Type, ...], Type]:
    """Parameters and result of a method. Raises DamagedError."""
    given, close, result = descriptor.partition(")")
    results = types_of(result)
    if not given.startswith("(") or not close or len(results) != 1:
        raise DamagedError("a descriptor of no method")
    return types_of(given[1:]), results[0]


def text(content: str) -> str:
    """A string literal."""
    escaped = _ESCAPED.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}", content)
    return f'"{escaped}"'


def number(value: int | float) -> str:
    """A number; a large one as 32 or 64 bits in hexadecimal, as tables of constants are written."""
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else "(0.0 / 0.0)"
    if -0x10000 < value < 0x10000:
        return str(value)
    bits = 32 if -(1 << 31) <= value < 1 << 31 else 64
    return f"0x{value % (1 << bits):0{bits // 4}x}" + ("L" if bits == 64 else "")
