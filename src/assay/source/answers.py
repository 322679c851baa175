"""Values, answers, and what is made of them: unions, joined text, small arithmetic, literals."""

import re
from collections.abc import Callable, Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

ValueKind = Literal["text", "number", "bytes", "reference", "boolean", "null", "list", "yields", "zeros"]
MOST_VALUES = 16
MOST_ITEMS = 64
MOST_NESTED = 96  # expressions in expressions, each some frames of the interpreter's stack


class Value(Struct, frozen=True):
    """`text` holds the literal, the decimal number, or the qualified name; of bytes only `size` is kept.

    A list holds `items`. A function is `yields`, with the literal as text when yielding it is all that it does.
    `zeros` is a new array that a function elsewhere gives, into which whoever called it may put something.
    """

    kind: ValueKind
    text: str = ""
    size: int = -1
    names: tuple[str, ...] = ()  # a reference's possible qualified names
    items: tuple["Value", ...] = ()


class Answer(Struct, frozen=True):
    """`origins` are the byte offsets of the expressions that gave the values: the path that led there.

    `pending` is a name of another file that the value is, `within` are such names that it is made with.
    """

    values: tuple[Value, ...] = ()
    complete: bool = True
    reason: str = ""
    expression: str = ""
    pending: str = ""
    origins: tuple[int, ...] = ()
    within: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        return self.complete and len(self.values) == 1

    def placed(self, offset: int) -> "Answer":
        """The same, told by the expression at an offset. Asked for every expression, so that it names the fields."""
        return Answer(self.values, self.complete, self.reason, self.expression, self.pending, (offset,), self.within)

    def made_with(self) -> tuple[str, ...]:
        """Every name of another file that the value hangs on."""
        return (*((self.pending,) if self.pending else ()), *self.within)

    def altered(self) -> "Answer":
        """The same, of an expression that makes something else of the value: what is pending is now only a part."""
        return replace(self, pending="", within=self.made_with()) if self.pending else self


def unknown(reason: str, expression: str = "", pending: str = "") -> Answer:
    return Answer((), False, reason, expression, pending)


def either(answers: Iterable[Answer]) -> Answer:
    """The union: complete only if all are."""
    items = tuple(answers)
    values = tuple(dict.fromkeys(value for item in items for value in item.values))
    origins = tuple(sorted({origin for item in items for origin in item.origins}))
    lacking = next((item for item in items if not item.complete), None)
    if len(values) > MOST_VALUES:
        return Answer(values[:MOST_VALUES], False, "more values than are followed", origins=origins)
    if lacking is None:
        return Answer(values, True, origins=origins)
    if len(items) == 1:
        return replace(lacking, values=values, origins=origins)
    within = tuple(dict.fromkeys(name for item in items for name in item.made_with()))
    whole = lacking.pending if not values and set(within) <= {lacking.pending} else ""
    return replace(lacking, values=values, origins=origins, pending=whole, within=() if whole else within)


def repeated(answers: list[Answer]) -> Answer | None:
    """`b"\\0" * 16`: bytes of a known size."""
    if not all(answer.certain for answer in answers):
        return None
    left, right = sorted((answer.values[0] for answer in answers), key=lambda value: value.kind)  # bytes, number, text
    content, times = (left, right) if right.kind == "number" else (right, left)
    if content.kind not in {"bytes", "text"} or times.kind != "number" or not times.text.isdigit():
        return None
    size = content.size * int(times.text)
    return Answer((Value("bytes", "", size),)) if 0 < size < 1 << 20 else None


def combined(answers: list[Answer], join: Callable[[list[str]], Value | None]) -> Answer:
    rows: list[list[str]] = [[]]
    for answer in answers:
        if not answer.values:
            within = tuple(dict.fromkeys(name for item in answers for name in item.made_with()))
            reason = answer.reason or "built at run time"
            return replace(answer, complete=False, reason=reason, pending="", within=within)
        rows = [[*row, value.text] for row in rows for value in answer.values][: MOST_VALUES + 1]
    joined = tuple(dict.fromkeys(value for row in rows if (value := join(row)) is not None))
    complete = all(answer.complete for answer in answers) and len(rows) <= MOST_VALUES and len(joined) > 0
    origins = tuple(sorted({origin for answer in answers for origin in answer.origins}))
    within = tuple(dict.fromkeys(name for answer in answers for name in answer.made_with()))
    reason = "" if complete else "built at run time"
    return Answer(joined[:MOST_VALUES], complete, reason, origins=origins, within=within)


def flags(texts: list[str]) -> Value:
    """Flags joined by `|`: what they are together has no name, but it is known that there are several."""
    if all(text.isdigit() for text in texts):
        return Value("number", str(int(texts[0]) | int(texts[1])))
    return Value("reference", "|".join(texts), names=("|".join(texts),))


def arithmetic(sign: str, texts: list[str]) -> Value | None:
    try:
        left, right = (int(text) for text in texts)
    except ValueError:
        return None
    if abs(left) >= 1 << 53 or abs(right) >= 1 << 53 or (sign == "<<" and not 0 <= right <= 52):
        return None
    if sign in {"/", "//"}:
        return Value("number", str(left // right)) if right else None
    outcome = {"*": left * right, "+": left + right, "-": left - right, "<<": left << right if sign == "<<" else 0}[
        sign
    ]
    return Value("number", str(outcome)) if abs(outcome) < 1 << 53 else None


_NUMBER = re.compile(r"(0[xob])?([0-9a-f]+?)(?:[iu](?:8|16|32|64|128|size)|[uln]*)", re.IGNORECASE)
_BASES = {"0x": 16, "0o": 8, "0b": 2, "": 10}


def number(text: str) -> Answer:
    """An integer literal of any of the languages, without its digit separators and suffix."""
    found = _NUMBER.fullmatch(text.replace("_", "").replace("'", ""))
    if found is None:
        return unknown("not an integer")
    digits, base = found[2], _BASES[(found[1] or "").lower()]
    if base == 10 and len(digits) > 1 and digits[0] == "0" and digits.isdigit():
        base = 8  # C, Java, Go, PHP
    try:
        outcome = int(digits, base)
    except ValueError:
        return unknown("not an integer")
    return Answer((Value("number", str(outcome)),)) if abs(outcome) < 1 << 53 else unknown("too large an integer")


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'", "b": "\b", "f": "\f"}


def unescape(body: str) -> str:
    """The common escapes of C, Java and Python; an unknown one is kept as written."""
    out: list[str] = []
    index = 0
    while index < len(body):
        char = body[index]
        follow = body[index + 1 : index + 2]
        if char != "\\" or not follow:
            out.append(char)
            index += 1
            continue
        width = {"x": 2, "u": 4}.get(follow, 0)
        digits = body[index + 2 : index + 2 + width]
        if width and len(digits) == width and all(digit in "0123456789abcdefABCDEF" for digit in digits):
            out.append(chr(int(digits, 16)))
            index += 2 + width
        elif follow in _ESCAPES:
            out.append(_ESCAPES[follow])
            index += 2
        else:
            out.append(char + follow)
            index += 2
    return "".join(out)
