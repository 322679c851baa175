"""Configuration written line by line: INI, properties, environment, and `keyword value` files of many programs.

One reader for all, told what it meets by a `Dialect`. A line is a section, the beginning or the end of a block, or a
key with a value; the separator is `=`, `:` or white space, whichever comes first. A trailing backslash joins lines
where the dialect has it. Everything else is stray.

*It cannot see* what a program does with a key twice: both are given, each with its line.
Sources: java.util.Properties; Apache's core documentation; haproxy's configuration manual section 2; sshd_config(5);
config(5) of OpenSSL; the TOML 1.0 specification for its strings.
"""

import re

from msgspec import Struct

from assay.core import late
from assay.examinations.cipher.settings.entries import Include, Reading

MOST_DEPTH = 60
LONGEST_JOINED = 400


class Dialect(Struct, frozen=True):
    """`comments` begin a line; `inline` is what begins one behind a value, after white space.

    `sections` are bare words that open a section (haproxy, ssh); `tags` says that <X y> opens a block, `braces` that
    `x {` does. `joined` is a trailing backslash. `spaced` says that white space may separate a key from its value.
    """

    comments: str = "#;"
    inline: str = "#"
    joined: bool = True
    sections: frozenset[str] = frozenset()
    tags: bool = False
    braces: bool = True
    spaced: bool = True
    split: bool = True


PLAIN = Dialect(tags=True, inline="#;")
PROPERTIES = Dialect(comments="#!", inline="", braces=False, split=False)
ENVIRONMENT = Dialect(comments="#", braces=False, spaced=False)
APACHE = Dialect(comments="#", inline="", tags=True, braces=False)
HAPROXY = Dialect(
    comments="#",
    joined=False,
    braces=False,
    sections=frozenset(
        [
            "global",
            "defaults",
            "frontend",
            "backend",
            "listen",
            "peers",
            "userlist",
            "resolvers",
            "mailers",
            "cache",
            "program",
            "ring",
            "http-errors",
            "crt-store",
            "log-forward",
            "fcgi-app",
        ]
    ),
)
SSH = Dialect(comments="#", joined=False, braces=False, sections=frozenset({"host", "match"}))
IPSEC = Dialect(comments="#", joined=False, split=False, sections=frozenset({"conn", "config", "ca"}))
OPENSSL = Dialect(comments="#", braces=False, spaced=False, split=False)

_KEYED = late.expression(r"([^\s=:]+)\s*(?:([=:])\s*|$)?(.*)", re.DOTALL)
_NAME = late.expression(r"[A-Za-z!][\w:.-]*")
_WORD = late.expression(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|((?:\\.|[^\s\\"'])(?:\\.|[^\s\\])*|\\))""")
_INCLUDES = frozenset(
    {"include", "includeoptional", ".include", "!include", "!includedir", "include_dir", "include_if_exists",
     "!include_try", "include_try", "includedir", "conf-dir", "conf-file", "config-file"}
)  # fmt: skip
_OPTIONAL = frozenset({"includeoptional", "include_if_exists", "!include_try", "include_try"})
_CERTAIN_TAGS = late.expression(r"ifmodule\s+(mod_)?(ssl|gnutls|tls)(_module|\.c)?\b", re.IGNORECASE)


class _Reader:
    """One text in progress."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.reading = Reading()
        self.section: tuple[str, ...] = ()
        self.blocks: list[str] = []

    def read(self, text: str) -> Reading:
        for number, line in _logical(text, self.dialect):
            bare = line.strip()
            if not self._opens_or_closes(bare, number):
                self._setting(bare, number)
            if len(self.blocks) > MOST_DEPTH:
                self.reading.broken = (number, f"blocks nested deeper than {MOST_DEPTH}")
                break
        if self.blocks and self.reading.broken is None and self.dialect.tags is not self.dialect.braces:
            self.reading.broken = (text.count("\n") + 1, f"{self.blocks[-1][:40]} is not closed")
        return self.reading

    def _opens_or_closes(self, bare: str, number: int) -> bool:
        dialect = self.dialect
        if bare[0] == "[" and "]" in bare:
            name, _, behind = bare.lstrip("[").partition("]")
            if behind.strip("] \t")[:1] not in {"", "#", ";"}:
                return False
            self.section = (name.strip(),)
        elif dialect.tags and bare[0] == "<" and (tag := _tag(bare)) is not None:
            if tag:
                self.blocks.append(tag)
            else:
                self._close(number)
        elif dialect.braces and bare[-1] == "{" and not {"{", "}"} & set(bare[:-1]):
            self.blocks.append(bare[:-1].rstrip(" \t=:"))
        elif dialect.braces and bare in {"}", "};", "},"}:
            self._close(number)
        else:
            return False
        return True

    def _setting(self, bare: str, number: int) -> None:
        key, values = _keyed(bare, self.dialect)
        lower = key.lower()
        if not key or (not values and "<" in key):
            self.reading.stray.append((number, bare))
            return
        if lower in self.dialect.sections:
            self.section = (" ".join((key, *values)),)
            return
        path = (*self.section, *self.blocks)
        if lower in _INCLUDES:
            self.reading.includes.extend(Include(value, number, path, lower in _OPTIONAL) for value in values)
        self.reading.add(path, key, values, number, doubt=any(map(_doubtful, self.blocks)))

    def _close(self, number: int) -> None:
        if self.blocks:
            self.blocks.pop()
        else:
            self.reading.broken = self.reading.broken or (number, "a block is closed that was not opened")


def read_lines(text: str, dialect: Dialect = PLAIN) -> Reading:
    return _Reader(dialect).read(text)


def _tag(bare: str) -> str | None:
    """What `<IfModule x>` opens; '' when `</IfModule>` closes it, None when the line is something else."""
    inner = bare[1:].removesuffix(">").strip()
    name = _NAME.match(inner.removeprefix("/"))
    if ">" in inner or name is None:
        return None
    return "" if inner[0] == "/" else inner


def _doubtful(block: str) -> bool:
    """A condition that the file does not decide; a module for TLS is taken to be there."""
    lower = block.lower()
    return lower.startswith(("if ", "ifdefine", "ifversion", "ifmodule", "elseif", "else")) and not (
        _CERTAIN_TAGS.match(lower)
    )


def _logical(text: str, dialect: Dialect) -> list[tuple[int, str]]:
    """Lines without comments and blanks, joined where they continue, with the number of their first line."""
    rows: list[tuple[int, str]] = []
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line, first = lines[at], at + 1
        at += 1
        if line.lstrip()[:1] in dialect.comments and line.strip():
            continue
        joined = 0
        while dialect.joined and _continues(line) and at < len(lines) and joined < LONGEST_JOINED:
            line = line[:-1] + lines[at].lstrip()
            at += 1
            joined += 1
        if line.strip():
            rows.append((first, line))
    return rows


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _keyed(line: str, dialect: Dialect) -> tuple[str, list[str]]:
    """The key and the words of its value; '' when the line has no key."""
    if not dialect.spaced:
        key, sign, value = line.partition("=")
        if not sign:
            bare = line.removesuffix(";").split(None, 1)
            return (bare[0], _words(bare[1], dialect)) if len(bare) > 1 and bare[0].lower() in _INCLUDES else ("", [])
        key = key.removesuffix("+").strip().removeprefix("export ").strip("\"' ")
        return key, _words(value.strip(), dialect)
    if line[0] in "\"'":
        quoted = _WORD.match(line)
        if quoted is None or not (quoted[1] or quoted[2]):
            return "", []
        return quoted[1] or quoted[2], _words(line[quoted.end() :].lstrip(" \t=:"), dialect)
    keyed = _KEYED.match(line.removeprefix("export "))
    if keyed is None:
        return "", []
    rest = keyed[3].lstrip()
    rest = rest[1:].lstrip() if not keyed[2] and rest[:1] in {"=", ":"} else rest
    return keyed[1], _words(rest, dialect)


def _words(value: str, dialect: Dialect) -> list[str]:
    """The words of a value, unquoted; in a dialect that does not split, the value as one word."""
    value = value.rstrip().removesuffix(";") if dialect.braces else value.rstrip()
    if not dialect.split:
        return [_cut(value, dialect)] if value else []
    words, at = [], 0
    while found := _WORD.match(value, at):
        if dialect.inline and found[3] and found[3][0] in dialect.inline:
            break
        words.append(next((group for group in found.groups() if group is not None), ""))
        at = found.end()
    if value[at:].strip() and not (found and dialect.inline):
        words.append(value[at:].strip())
    return words


def _cut(value: str, dialect: Dialect) -> str:
    """A value without the comment behind it and without its quotes."""
    if dialect.inline:
        value = re.split(r"(?<!\\)#", value, maxsplit=1)[0].rstrip() if "#" in value else value
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return value
