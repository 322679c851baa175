"""What static fields of other types begin with, where nothing else is ever put into them.

A class of settings is a type of its own, and what it says is read where it is used: a field that keeps what it begins
with, that the type's static constructor assigns once and whose address nobody takes. All code is searched for that.

*It cannot see* fields that may be assigned again, and what begins with the result of a call or of another object.
"""

import re
from collections.abc import Callable, Mapping

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet.assembly import INIT_ONLY, LITERAL, STATIC, Assembly, Kind
from assay.examinations.cipher.compiled.dotnet.metadata import FIELD
from assay.examinations.cipher.compiled.expressions import Expression

MOST = 4 << 30  # bytes that are searched for assignments
LONGEST = 4_000  # characters of a value that is written at each use
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_LDSFLDA, _STSFLD = b"\x7f", b"\x80"


class Statics:
    """Of one assembly. `begun` gives what the fields of a type begin with, by their names in the text."""

    def __init__(self, of: Assembly, begun: Callable[[Kind], Mapping[str, str]]) -> None:
        self.of = of
        self._begun = begun
        self._of_kinds: dict[int, Mapping[str, str]] = {}
        self._searched = 0
        self._known: dict[int, Expression | None] = {}

    def value(self, index: int, kind: int, name: str) -> Expression | None:
        """Of a field by its index, that of its type, and its name in the text; None where it is not certain."""
        if index not in self._known:
            self._known[index] = None  # while it is looked for: one that begins with itself is not certain
            self._known[index] = self._value(index, kind, name)
        return self._known[index]

    def _value(self, index: int, kind: int, name: str) -> Expression | None:
        one = self.of.field(index)
        if one.flags & (STATIC | INIT_ONLY | LITERAL) != STATIC | INIT_ONLY:
            return None
        if kind not in self._of_kinds:
            self._of_kinds[kind] = {}
            try:
                self._of_kinds[kind] = self._begun(self.of.kinds[kind - 1])
            except DamagedError:
                return None
        text = self._of_kinds[kind].get(name, "")
        if len(text) > LONGEST or not _is_plain(text) or not self._is_assigned_once(index):
            return None
        return Expression(text, self.of.field_type(one.blob), kind="literal", fixed=True)

    def _is_assigned_once(self, index: int) -> bool:
        """Bytes that look like an assignment by chance make it uncertain, and no more than that."""
        self._searched += len(self.of.of.content)
        token, content = (FIELD << 24 | index).to_bytes(4, "little"), self.of.of.content
        return self._searched <= MOST and content.count(_STSFLD + token) == 1 and content.count(_LDSFLDA + token) == 0


def _is_plain(text: str) -> bool:
    """Texts, numbers, constants by their full names, and arrays with items; one without any is filled by somebody."""
    rest = _TEXT.sub("", text.removeprefix("(").removesuffix(")"))
    return bool(text) and "(" not in rest and "this." not in rest and ("[" not in rest or "{" in rest)
