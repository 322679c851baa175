"""nginx and what is written like it: `directive word word;` and `directive word { ... }`.

Words may be quoted with ' or ", a backslash keeps the next character, # begins a comment between words only. A
directive may run over many lines. `server` blocks are named by their names and addresses, so that a place survives a
new server above it. An `if` block makes its directives doubtful.

*It cannot see* into blocks of Lua or Perl: they are skipped by their braces and reported as stray text.
Source: nginx's own ngx_conf_file.c, read for its tokens.
"""

import re
from collections.abc import Iterator

from assay.examinations.cipher.settings.entries import Include, Reading

MOST_DEPTH = 60
_TOKEN = re.compile(
    r"""[ \t\n\f\v]+|\#[^\n]*|(?P<mark>[;{}])|"(?P<double>(?:\\.|[^"\\])*)"|'(?P<single>(?:\\.|[^'\\])*)'"""
    r"""|(?P<word>(?!["'])(?:\\.|\$\{[^}\n]{0,200}\}|[^ \t\n\f\v;{}\\])+)|(?P<bad>.)""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CODE = re.compile(r"(\w+_by_lua_block|perl_set|js_\w*block)$")


class _Block:
    """An open block. A server learns its name from what stands in it."""

    def __init__(self, words: list[str]) -> None:
        self.words = words
        self.doubt = bool(words) and words[0] == "if"
        self.names: dict[str, str] = {}

    @property
    def title(self) -> str:
        return " ".join((*self.words, *filter(None, (self.names.get("server_name"), self.names.get("listen")))))


class _Reader:
    """One text in progress."""

    def __init__(self, text: str) -> None:
        self.reading = Reading()
        self.tokens = _tokens(text)
        self.stack: list[_Block] = []
        self.words: list[str] = []
        self.first = 1
        self.found: list[tuple[tuple[_Block, ...], list[str], int]] = []
        self.last_line = text.count("\n") + 1

    def read(self) -> Reading:
        for kind, word, line in self.tokens:
            if kind == "word":
                self.first = self.first if self.words else line
                self.words.append(word)
            elif kind == "bad":
                self.reading.broken = (line, "an unfinished quotation")
                break
            elif not self._mark(word, line):
                break
        self._stray()
        if self.stack and self.reading.broken is None:
            self.reading.broken = (self.last_line, "a block is not closed")
        for blocks, words, line in self.found:
            path = tuple(block.title for block in blocks)
            if words[0] == "include" and len(words) == 2:
                self.reading.includes.append(Include(words[1], line, path))
            self.reading.add(path, words[0], words[1:], line, doubt=any(block.doubt for block in blocks))
        return self.reading

    def _mark(self, mark: str, line: int) -> bool:
        """One of ; { }. False when reading on makes no sense."""
        if mark == ";":
            if self.words:
                self.found.append((tuple(self.stack), self.words, self.first))
                if self.stack and self.stack[-1].words == ["server"] and len(self.words) > 1:
                    self.stack[-1].names.setdefault(self.words[0], self.words[1])
            self.words = []
        elif mark == "{":
            if self.words and _CODE.search(self.words[0]):
                self._stray()
                self.reading.stray.extend(_skipped(self.tokens))
            elif len(self.stack) >= MOST_DEPTH:
                self.reading.broken = (line, f"blocks nested deeper than {MOST_DEPTH}")
                return False
            else:
                self.stack.append(_Block(self.words))
            self.words = []
        else:
            self._stray()
            if not self.stack:
                self.reading.broken = self.reading.broken or (line, "a closing brace too many")
            else:
                self.stack.pop()
        return True

    def _stray(self) -> None:
        if self.words:
            self.reading.stray.append((self.first, " ".join(self.words)))
        self.words = []


def read_blocks(text: str) -> Reading:
    """Everything that stands in braces or before a semicolon."""
    return _Reader(text).read()


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup
        if kind == "word":
            yield "word", _ESCAPED.sub(r"\1", found[0]) if "\\" in found[0] else found[0], line
        elif kind in {"double", "single"}:
            yield "word", _ESCAPED.sub(r"\1", found[kind]), line
        elif kind is not None:
            yield kind, found[0], line
        line += found[0].count("\n")


def _skipped(tokens: Iterator[tuple[str, str, int]]) -> Iterator[tuple[int, str]]:
    """The words of a block in another language, up to its closing brace."""
    depth = 1
    for kind, word, line in tokens:
        depth += {"{": 1, "}": -1}.get(word, 0) if kind == "mark" else 0
        if depth == 0:
            return
        yield line, word
