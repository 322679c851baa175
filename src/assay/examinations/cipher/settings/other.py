"""Formats with their own grammar: TOML, Dockerfiles, and what builds a product.

TOML is checked by the standard library, which keeps no lines, and then read line by line; multi-line strings and
arrays are joined. Of a Dockerfile ENV and ARG are settings, other instructions are text.
Makefiles and their like set nothing by themselves: their lines are stray, and judged by the names that stand in them.
"""

import re
import tomllib

from assay.examinations.cipher.settings.entries import Reading
from assay.examinations.cipher.settings.lines import Dialect, read_lines
from assay.examinations.cipher.settings.templates import without

_TOML = Dialect(comments="#", joined=False, braces=False, spaced=False)
_TRIPLE = re.compile(r'"""([\s\S]*?)"""|\'\'\'([\s\S]*?)\'\'\'')
_QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*")
_COMMENT = re.compile(r"(^|\s)#.*")
_INSTRUCTION = re.compile(r"\s*(?:ONBUILD\s+)?([A-Za-z]+)\s+([\s\S]*)")
_ASSIGNED = re.compile(r"""([\w.-]+)=("(?:\\.|[^"\\])*"|'[^']*'|\S*)""")


def read_toml(text: str) -> Reading:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        reading = read_lines(text, _TOML)
        reading.broken = (1, "not valid TOML")
        return reading
    return read_lines(_joined(text), _TOML)


def _joined(text: str) -> str:
    """Multi-line strings and arrays on their first line, blank lines behind them, so that lines keep their numbers."""
    text = _TRIPLE.sub(lambda found: f"'{' '.join(found[0][3:-3].split())}'" + "\n" * found[0].count("\n"), text)
    rows: list[list[str]] = []
    open_, start = 0, 0
    for number, row in enumerate(text.split("\n")):
        bare = _QUOTED.sub("", row)
        opening = bare.count("[") - bare.count("]") + bare.count("{") - bare.count("}")
        if open_ > 0:
            rows[start].append(_COMMENT.sub("", row))
            rows.append([])
        else:
            rows.append([row])
            start = number
        open_ = max(0, open_ + (opening if "=" in row or open_ > 0 else 0))
    return "\n".join(_without_brackets(" ".join(parts)) for parts in rows)


def _without_brackets(row: str) -> str:
    """A list as words."""
    key, sign, value = row.partition("=")
    value = value.strip()
    return f"{key}= {value.strip('[]').replace(',', ' ')}" if sign and value.startswith("[") else row


def read_dockerfile(text: str) -> Reading:
    reading = Reading()
    rows = text.split("\n")
    at = 0
    while at < len(rows):
        first, row = at + 1, rows[at]
        at += 1
        joined = [row]
        while joined[-1].rstrip().endswith("\\") and at < len(rows):
            joined[-1] = joined[-1].rstrip()[:-1]
            while at < len(rows) and rows[at].lstrip().startswith("#"):
                at += 1
            joined += rows[at : at + 1]
            at += 1
        row = " ".join(joined)
        if not row.strip() or row.lstrip().startswith("#"):
            continue
        found = _INSTRUCTION.match(row)
        if found is None:
            reading.stray.append((first, row.strip()))
        elif found[1].upper() in {"ENV", "ARG", "LABEL"}:
            pairs = _ASSIGNED.findall(found[2])
            words = found[2].split(None, 1)
            if not pairs and len(words) == 2:
                pairs = [(words[0], words[1])]
            for key, value in pairs:
                reading.add((found[1].upper(),), key, (value.strip("\"'"),), first)
        else:
            reading.add((), found[1].upper(), (found[2].strip(),), first)
    return reading


_COMMENTS: dict[str, str] = {
    "M4": "dnl", "Gradle": "//", "ASN.1": "--", "linker script": ";", "Windows resource": "//", "Java policy": "//"
}  # fmt: skip

_BLOCKS = frozenset({"Gradle", "linker script", "Windows resource", "Java policy"})  # elsewhere `/*` is a path


def read_text(text: str, format_: str) -> Reading:
    """A format that builds or describes, as Makefiles do: its lines without comments."""
    reading = Reading()
    mark = _COMMENTS.get(format_, "#")
    if format_ in _BLOCKS:
        text = without(text, "/*", "*/")
    for number, row in enumerate(text.split("\n"), 1):
        bare = row.strip()
        if bare and not bare.startswith((mark, "#")):
            reading.stray.append((number, bare))
    return reading
