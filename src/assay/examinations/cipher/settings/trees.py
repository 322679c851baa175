"""YAML and JSON as products write them, with the line of every value.

Rule files pass through `rulebooks.strict_yaml`; a product's YAML may use anchors, aliases, merge keys, tags and
several documents, so this reader takes PyYAML's events itself. An alias is read again at each use, on a budget of
values for the whole file: a bomb is refused by counting, before anything is built. A key given twice is given twice.
Tags of functions (`!Ref`, `!vault`, `!ENV`) make a value unknown. JSON is read with comments and trailing commas, by
its tokens.

*It cannot see* what a template would put in: text with template marks is first filled in by `templates`.
"""

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from assay.core import late
from assay.examinations.cipher.settings.entries import MOST_ENTRIES, Reading

if TYPE_CHECKING:
    from assay.rulebooks import events as yaml
else:
    yaml = late.module("assay.rulebooks.events")

MOST_DEPTH = 60
MOST_REPEATED = 20_000
LONGEST_LINE = 2_000
UNKNOWN = "${}"
_ITEM = "[]"


def read_yaml(text: str) -> Reading:
    """Every scalar under its keys. What PyYAML refuses breaks the reading at that line; what came before is kept."""
    reading = Reading()
    try:
        parser = yaml.Parser(text)
        while parser.check_event():
            event = parser.get_event()
            if isinstance(event, yaml.DocumentStartEvent):
                _Document(reading, parser).read()
    except _StopError as stop:
        reading.broken = (stop.line, stop.why)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reading.broken = (mark.line + 1 if mark else 1, "not valid YAML")
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        reading.broken = (1, "not valid YAML")
    return reading


class _StopError(Exception):
    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


class _Document:
    """One document: its events, and the nodes that were given a name."""

    def __init__(self, reading: Reading, parser: Any) -> None:
        self.reading = reading
        self.parser = parser
        self.named: dict[str, list[Any]] = {}
        self.recording: list[list[Any]] = []
        self.repeated = 0

    def read(self) -> None:
        self._node(self._next(), (), "", 0)

    def _next(self, replay: Iterator[Any] | None = None) -> Any:
        """The next event; what is replayed was recorded before."""
        if replay is not None:
            return next(replay)
        event = self.parser.get_event()
        for record in self.recording:
            record.append(event)
        return event

    def _node(
        self, event: Any, path: tuple[str, ...], key: str, depth: int, replay: Iterator[Any] | None = None
    ) -> None:
        line = _line(event)
        if depth > MOST_DEPTH:
            raise _StopError(line, f"nested deeper than {MOST_DEPTH}")
        if replay is not None:
            self.repeated += 1
            if self.repeated > MOST_REPEATED:
                raise _StopError(line, f"aliases repeat more than {MOST_REPEATED} values")
        if isinstance(event, yaml.AliasEvent):
            kept = self.named.get(str(event.anchor))
            if kept is None:
                raise _StopError(line, "an alias within its own anchor, or of none")
            again = iter(kept)
            self._node(next(again), path, key, depth + 1, again)
            return
        record: list[Any] | None = None
        if event.anchor and replay is None:
            record = [event]
            self.recording.append(record)
        if isinstance(event, yaml.ScalarEvent):
            self.reading.add(path, key, (_scalar(event),), line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._sequence(path, key, depth, line, replay)
        else:
            self._mapping((*path, key) if key else path, depth, replay)
        if record is not None:
            self.recording = [other for other in self.recording if other is not record]
            self.named[event.anchor] = record

    def _mapping(self, path: tuple[str, ...], depth: int, replay: Iterator[Any] | None) -> None:
        while not isinstance(event := self._next(replay), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._node(event, path, "?", depth + 1, replay)
                self._node(self._next(replay), path, "?", depth + 1, replay)
                continue
            if event.anchor and replay is None:
                self.named[event.anchor] = [event]
            key = "" if event.value == "<<" and event.implicit[0] else event.value
            self._node(self._next(replay), path, key, depth + 1, replay)

    def _sequence(self, path: tuple[str, ...], key: str, depth: int, line: int, replay: Iterator[Any] | None) -> None:
        """A list of plain values is one entry at its first line; other items are read each by itself."""
        plain: list[str] = []
        first = line
        while not isinstance(event := self._next(replay), yaml.SequenceEndEvent):
            if isinstance(event, yaml.ScalarEvent) and not event.anchor:
                first = first if plain else _line(event)
                plain.append(_scalar(event))
                if len(plain) > MOST_ENTRIES:
                    raise _StopError(first, "a list too long")
            else:
                self._node(event, path, key + _ITEM, depth + 1, replay)
        if plain:
            self.reading.add(path, key, plain, first)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> str:
    text = str(event.value)
    tag = event.tag or ""
    if tag.startswith("!") and tag != "!":
        return UNKNOWN + text
    return text


_JSON = late.expression(
    r"[ \t\n\r]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"
    r"""|(?P<string>"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*')"""
    r"""|(?P<mark>[{}\[\]:,])|(?P<word>[^\s{}\[\]:,"']+)|(?P<bad>.)"""
)


class _Open:
    """An object or a list that is not closed yet: its name, what closes it, where it began, and its plain values."""

    def __init__(self, name: str, closing: str, line: int) -> None:
        self.name = name
        self.closing = closing
        self.line = line
        self.plain: list[str] = []


class _Json:
    """One text in progress. `valued` is set behind a colon, `alone` behind a key."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.open: list[_Open] = []
        self.key = ""
        self.valued = False
        self.alone = False
        self.line = 1

    def read(self, text: str) -> Reading:
        at = 0
        for found in _JSON.finditer(text):
            kind = found.lastgroup
            if kind is None:
                continue
            self.line, at = self.line + text.count("\n", at, found.start()), found.start()
            if kind == "mark":
                self._mark(found[0])
            elif kind == "bad":
                self._broken("not valid JSON")
            else:
                self._value(_unquoted(found[0]) if kind == "string" else found[0])
            if self.reading.broken is not None:
                return self.reading
        if self.open:
            self._broken("not valid JSON")
        return self.reading

    def _broken(self, why: str) -> None:
        self.reading.broken = self.reading.broken or (self.line, why)

    def _value(self, value: str) -> None:
        inside = self.open[-1] if self.open else None
        if inside is not None and inside.closing == "]":
            inside.plain.append(value)
        elif inside is not None and not self.valued:
            if self.alone:
                self._broken("not valid JSON")
            self.key, self.alone = value, True
        else:
            self.reading.add((one.name for one in self.open), self.key, (value,), self.line)

    def _mark(self, mark: str) -> None:
        if self.alone and mark != ":":
            self._broken("not valid JSON")
        self.alone = False
        if mark in {":", ","}:
            self.valued = mark == ":"
        elif mark in {"{", "["}:
            if len(self.open) >= MOST_DEPTH:
                self._broken(f"nested deeper than {MOST_DEPTH}")
                return
            listed = bool(self.open) and self.open[-1].closing == "]"
            name = _ITEM if listed else self.key if self.open else ""
            self.open.append(_Open(name, "}" if mark == "{" else "]", self.line))
            self.key, self.valued = "", False
        elif not self.open or self.open[-1].closing != mark:
            self._broken("not valid JSON")
        else:
            ended = self.open.pop()
            if ended.plain:
                self.reading.add((one.name for one in self.open), ended.name, ended.plain, ended.line)
            self.valued = False


def read_json(text: str) -> Reading:
    """Objects and lists by their tokens."""
    return _Json().read(text)


def _unquoted(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    try:
        return str(json.loads('"' + token[1:-1].replace('"', '\\"').replace('\\\\"', '\\"') + '"', strict=False))
    except ValueError:
        return token[1:-1]


_PAIR = late.expression(
    r"""(?P<item>(?:-\s+)*)(?P<key>"[^"]+"|'[^']+'|[^\s:#{}\[\]"'][^:#{}]*?)\s*:(?:\s+(?P<value>.*))?$"""
)
_LIST = late.expression(r"-\s+(.+)$")


def read_loosely(text: str) -> Reading:
    """YAML that is none, as what is left of a template: line by line, place by indentation."""
    reading = Reading()
    above: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        depth = len(line) - len(line.lstrip())
        above = [(other, key) for other, key in above if other < depth]
        path = tuple(key for _, key in above)
        if len(bare) > LONGEST_LINE:
            reading.stray.append((number, bare))
            continue
        pair, item = _PAIR.match(bare), _LIST.match(bare)
        if pair is not None:
            key = pair["key"].strip("\"' ")
            depth += len(pair["item"])
            value = _plain_scalar(pair["value"] or "")
            if value:
                reading.add(path, key, (value,), number)
            else:
                above.append((depth, key))
        elif item is not None:
            reading.add(path[:-1], path[-1] if path else "", (_plain_scalar(item[1]),), number)
        else:
            reading.stray.append((number, bare))
    return reading


def _plain_scalar(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1]
    return re.split(r"\s#", text, maxsplit=1)[0].rstrip()
