"""Text with the marks of a template engine: Jinja, Go and Helm, ERB, EJS, autoconf.

An expression becomes a variable, `{{ tls | default("TLSv1.2") }}` with the value that stands in it; a line that only
controls what is printed goes, and what it encloses is doubtful. The rest is read in the grammar of its software.

*It cannot see* which branch is taken, nor text that a loop or an included template prints.
"""

from msgspec.structs import replace

from assay.core import late
from assay.examinations.cipher.settings.entries import Reading

_MARKS = late.expression(r"\{\{|\{%|<%")
_LONGEST = 300
_COMMENTS = (("{{/*", "*/}}"), ("{{- /*", "*/ -}}"), ("{#", "#}"), ("<%#", "%>"), ("<!--", "-->"))
_PAIRS = {"{{": "}}", "{%": "%}", "<%": "%>"}
_CONTROL = late.expression(r"[-~+]?\s*(?:(if|range|with|define|block|end|else|template)\b|(\$\w+\s*:?=))")
_WORD = late.expression(r"[-~+=]?\s*([\w}]*)")
_DEFAULT = late.expression(r"default\s*\(?\s*(?:\"([^\"]*)\"|'([^']*)'|([\w.-]+))")
_NOT_A_NAME = late.expression(r"[^\w.]+")
_NOT_PLAIN = late.expression(r"[^\w.+-]+")
_OPENS = frozenset({"if", "range", "with", "define", "block", "for", "macro", "unless", "case", "while"})


def is_template(text: str) -> bool:
    return _MARKS.search(text) is not None


def without(text: str, opening: str, closing: str) -> str:
    """The text without what stands between two marks; its lines stay."""
    parts, at = [], 0
    while (start := text.find(opening, at)) >= 0 and (end := text.find(closing, start + len(opening))) >= 0:
        end += len(closing)
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end
    return "".join((*parts, text[at:]))


class _Filling:
    """One text in progress. Nothing is searched twice: a mark that is not closed once is not closed later either."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts: list[str] = []
        self.opened: list[int] = []
        self.doubtful: set[int] = set()
        self.line = 1
        self.at = 0

    def fill(self) -> tuple[str, frozenset[int]]:
        text, unclosed = self.text, set[str]()
        for found in _MARKS.finditer(text):
            start, mark = found.start(), found[0]
            if start < self.at or mark in unclosed:
                continue
            end = text.find(_PAIRS[mark], start + 2)
            if end < 0:
                unclosed.add(mark)
                continue
            self.line += text.count("\n", self.at, start)
            self.parts.append(text[self.at : start])
            self._tag(mark, text[start + 2 : end])
            self.at = end + 2
        for start in self.opened:
            self.doubtful.update(range(start, text.count("\n") + 2))
        return "".join((*self.parts, text[self.at :])), frozenset(self.doubtful)

    def _tag(self, mark: str, inside: str) -> None:
        word = _controls(mark, inside)
        if word is None:
            self.parts.append(_variable(inside))
        elif word in _OPENS:
            self.opened.append(self.line)
        elif word.startswith(("end", "}")) and self.opened:
            self.doubtful.update(range(self.opened.pop(), self.line + 1))
        lines = inside.count("\n")
        self.parts.append("\n" * lines)
        self.line += lines


def filled(text: str) -> tuple[str, frozenset[int]]:
    """The text without its marks, line for line, and the lines that stand under a condition."""
    for opening, closing in _COMMENTS:
        text = without(text, opening, closing)
    return _Filling(text).fill()


def _controls(mark: str, inside: str) -> str | None:
    """The word of a tag that prints nothing, None for an expression."""
    if mark == "{{":
        found = _CONTROL.match(inside)
        return (found[1] or "set") if found is not None else None
    if mark == "<%" and inside[:1] == "=":
        return None
    word = _WORD.match(inside)
    return word[1] if word is not None else ""


def _variable(inside: str) -> str:
    """An expression as a variable, with the value for the case that nothing is filled in."""
    inside = inside.strip("-~=+ \t\n")[:_LONGEST]
    default = _DEFAULT.search(inside)
    given = next((group for group in default.groups() if group), "") if default is not None else ""
    name = (_NOT_A_NAME if given else _NOT_PLAIN).sub("_", inside)
    return f"${{{name}:-{given}}}" if given else f"${{{name}}}"


def doubted(reading: Reading, doubtful: frozenset[int]) -> Reading:
    if doubtful:
        reading.entries = [
            replace(entry, doubt=True) if entry.line in doubtful and not entry.doubt else entry
            for entry in reading.entries
        ]
    return reading
