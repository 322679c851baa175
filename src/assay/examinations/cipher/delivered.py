"""Settings that the delivered configuration holds under a key that source asks for.

Read are properties, `.env` and ini files line by line, JSON and YAML by their nesting, the parts of a key joined by
dots. A key that one file of the delivery sets has that value; several files (profiles) give several possible
ones. What an operator sets instead is not in the delivery. Files of tests do not count.
"""

import json
import re
from collections.abc import Iterable, Iterator

from assay.core.examination import FileMeta
from assay.examinations.cipher.opened import Opened
from assay.lab.identifiers import is_one_word
from assay.source.answers import Answer, Value, either, unknown

MOST_FILES = 64
_WORD = re.compile(r"\w+")
_YAML = re.compile(rb"^( *)(?:- )?[\"']?([\w.-]+)[\"']?:(?:[ \t]+(.*?))?[ \t]*(?:#.*)?$", re.MULTILINE)
_ENDINGS = (".properties", ".env", ".ini", ".cfg", ".conf", ".yml", ".yaml", ".json", ".toml")


def settings_of(names: Iterable[str], opened: Opened) -> dict[str, tuple[Answer, tuple[str, ...]]]:
    """Values by name (`?key`) and where they are set."""
    words = {name: parts[-1] for name in names if (parts := _WORD.findall(name)) and is_one_word(parts[-1].encode())}
    holders: dict[str, list[FileMeta]] = {}
    for meta, word in opened.index.holding(sorted({word.encode() for word in words.values()})) if words else ():
        rows = holders.setdefault(word.decode(), [])
        if meta.path.lower().endswith(_ENDINGS) and meta.scope != "test" and meta not in rows:
            rows.append(meta)
    found = {}
    for name, word in words.items():
        values, places = [], []
        for meta in holders.get(word, [])[:MOST_FILES]:
            view = opened.view(meta.path)
            for line, text in _set_in(name[1:], meta, view.content) if view is not None else ():
                values.append(Answer((Value("text", text, len(text)),)) if "${" not in text else unknown("a reference"))
                places.append(f"{meta.path}:{line}")
        answer = either(values) if values else unknown("set nowhere in the delivery")
        found[name] = (answer, tuple(places))
    return found


def _set_in(key: str, meta: FileMeta, content: bytes) -> Iterator[tuple[int, str]]:
    """Lines and texts of a key in one file."""
    path = meta.path.lower()
    if path.endswith((".yml", ".yaml")):
        yield from _in_yaml(key, content)
    elif path.endswith(".json"):
        try:
            tree = json.loads(content)
        except (ValueError, RecursionError):
            return
        for part in key.split("."):
            tree = tree.get(part) if isinstance(tree, dict) else None
        if isinstance(tree, str | int):
            yield 1, str(tree)
    else:
        form = re.compile(
            rb"^[ \t]*(?:export[ \t]+)?%b[ \t]*[=:][ \t]*(.*?)[ \t\r]*$" % re.escape(key.encode()), re.MULTILINE
        )
        for row in form.finditer(content):
            yield content.count(b"\n", 0, row.start()) + 1, _plain(row[1])


def _in_yaml(key: str, content: bytes) -> Iterator[tuple[int, str]]:
    above: list[tuple[int, str]] = []
    for row in _YAML.finditer(content):
        indent, name = len(row[1]), row[2].decode()
        above = [(depth, held) for depth, held in above if depth < indent]
        if row[3] and ".".join((*(held for _, held in above), name)) == key:
            yield content.count(b"\n", 0, row.start()) + 1, _plain(row[3])
        above.append((indent, name))


def _plain(text: bytes) -> str:
    told = text.decode("utf-8", "replace")
    return told[1:-1] if len(told) > 1 and told[0] == told[-1] and told[0] in "\"'" else told
