"""Configuration that a script writes: the here-documents that it puts into files.

`cat > /etc/ipsec.conf <<EOF` and `... | tee /etc/nginx/conf.d/tls.conf` hold settings as a delivered file does, and are
read by the grammar of the program that the file's name shows; a text whose file only the running script knows is read
by what stands in it. `echo` and `printf` into a file count where all that they write is known.

*It cannot see* what `sed` changes in a file, and settings in a variable that is written later.
"""

import re
from collections.abc import Iterator

from msgspec.structs import replace

from assay.core import late
from assay.core.examination import FileMeta, FileView, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.settings.entries import decoded
from assay.examinations.cipher.settings.mentions import anywhere
from assay.examinations.cipher.settings.software import read_as, software_of
from assay.examinations.cipher.settings.stating import Stating, stated
from assay.examinations.cipher.shell.commands import Script

_FORMATS = {
    "json": "JSON", "yaml": "YAML", "yml": "YAML", "toml": "TOML", "xml": "XML", "properties": "properties",
    "env": "environment",
}  # fmt: skip
_SETS = late.expression(r"^\s*[\w.-]+(?:\s*[=:]|\s+\S)", re.MULTILINE)  # a key and a value
_SETTING = late.expression(r"\s*[A-Za-z][\w.-]*\s*=\s*\S")
_TELLING = frozenset({"echo", "printf"})


def settings(view: FileView, script: Script, by: str) -> Iterator[Fact | Shortfall]:
    """What a script writes into files, or keeps to write: facts of the script, and what stayed unread."""
    for text, file, line in (*_written(script), *_kept(script)):
        if not anywhere(text.encode()):
            continue
        written = FileMeta(
            view.meta.path, file, len(text), "configuration", _format(file),
            view.meta.component, view.meta.scope, view.meta.locator,
        )  # fmt: skip
        stating = Stating(written, software_of(written, decoded(text.encode())), by)
        stating.read(read_as(stating.software, written, text.encode()))
        yield from _placed(view, stated(stating.facts), line - 1)
        for one in stating.shortfalls():
            yield replace(one, detail=f"what is written from line {line}: {one.detail}")


def _written(script: Script) -> Iterator[tuple[str, str, int]]:
    """Texts that go into files, the names of these, and the lines on which the texts begin."""
    for command in script.commands:
        if command.writes is None:
            continue
        said = [word for word in command.words[1:] if word is not None]
        text = " ".join(said).replace("\\n", "\n")
        whole = command.program in _TELLING and len(said) == len(command.words) - 1 and _SETS.search(text)
        if command.fed is not None or whole:
            yield (text if command.fed is None else command.fed), command.writes, command.fed_line


def _kept(script: Script) -> Iterator[tuple[str, str, int]]:
    """Texts of variables that are settings: where they will be written nobody knows."""
    return ((text, "", line) for text, line in script.assigned if _SETTING.match(text))


def _format(path: str) -> str:
    return _FORMATS.get(path.rpartition(".")[2].lower(), "settings")


def _placed(view: FileView, facts: Iterator[Fact], ahead: int) -> Iterator[Fact]:
    """The same, said by the script."""
    for fact in facts:
        rows = tuple(
            Evidence(view.meta.path, (row.line or 1) + ahead, row.excerpt, row.address, row.expression, row.origin)
            for row in fact.evidence
        )
        yield Fact(fact.kind, view.meta.subject(fact.subject.name), fact.value, fact.by, rows)
