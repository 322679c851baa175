"""Counting a file or a table: columns, rows and persons, batch by batch, in any order, over any number of workers.

A person is counted by the strongest identifier of the row: identity number, passport, permit, customer number, mobile
number, e-mail, card, account (`classes.PERSONS`), as the first batch shows which columns hold them; a row without is
counted by none of the others' rules and adds nobody. Where rows do not hold together (JSON, lists, text) every distinct
value of the strongest class that occurs is a person. Values are made equal first: blanks, case, the prefix 86.

Where the same persons recur, the other identifiers and the names of their rows are counted as well (`every`): a table
in which one number stands in all rows, and another in each, is of more persons than the first tells. An identifier in
whose rows other names stand is no key of persons (`keyed`); nor is, unless what else stands there recurs with it, one
that stands in all rows, or in more than `_SHARED` on average: it is a hotline's or a branch's.

*It cannot see* persons who appear by name alone: they are not counted, and the set says so (`unkeyed`).
"""

import importlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from msgspec import Struct, field

from assay.examinations.border.cells import Cells, Rows
from assay.examinations.border.classes import CLASSES, CODES, CREDENTIAL_CLASSES, PERSONS, VALID
from assay.examinations.border.clear import standing
from assay.examinations.border.columns import Column, Verdict, as_text, bytes_of, cut
from assay.examinations.border.persons import Sketch, Words, hashed, key_id, merged, of_width
from assay.examinations.border.readers.batches import Lines
from assay.examinations.border.scanned import Hits, Scanned
from assay.examinations.border.semantics import called
from assay.examinations.border.text import Hit, find

_TEXT_AT_ONCE = 1 << 20
_DIGITS = {"email": 0, "person_name": 0, "customer_id": 1}  # of a value that tells anybody; else 3: ****** does not
_MOBILE = 11
_NUMBER = re.compile(r".*([0-9]{11})")
_ODD = re.compile(r"[^0-9A-Za-z@._+*]")
RECURRING = 1.5  # rows for each person from which somebody else may stand in them
_SHARED = 100  # rows for each identifier from which it is hardly one person's
_FEW = 4096
_PLAIN = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@._+*"
_NO_CAPITAL = bytes((*range(97, 123), *range(128, 256)))
_SHORTEST = 4  # bytes of a value that tells anybody
_LABEL = 24  # characters before a value in which its label stands


class Counted(Struct):
    """One set: its columns in order, its rows, and a sketch of persons for each class that identifies one.

    Under an empty key no persons are counted.
    """

    name: str
    key: bytes
    text: bool = False
    rows: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)  # of text: (class, confidence) -> lines
    clear: int = 0  # lines of text with authentication data in clear
    unclear: int = 0  # and those where that cannot be said
    sketches: dict[str, Sketch] = field(default_factory=dict)
    every: dict[str, Sketch] = field(default_factory=dict)  # all that tells anybody, names too, once persons recur
    told: int = 0  # rows in which a person was told by an identifier
    few: dict[str, Sketch] = field(default_factory=dict)  # the same as `sketches`, small: whether persons recur

    def add(self, names: Iterable[str], arrays: Iterable[Any], *, text: bool = False, loose: bool = False) -> None:
        """Count a batch. With `text` its one column is lines of running text; `loose` see `readers.Batch`."""
        self.text = self.text or text
        scanned: list[tuple[str, Any, Scanned]] = []
        rows = 0
        for name, array in zip(names, arrays, strict=True):
            rows = max(rows, len(array))
            if text:
                self._lines(array)
                continue
            column = self.columns.setdefault(name, Column(name))
            if (values := as_text(array)) is not None:
                scanned.append((name, values, column.add_text(values)))
        self.rows += 0 if loose else rows
        if not text and self.key:
            self._persons(scanned, loose=loose)

    def _lines(self, lines: Sequence[str] | Lines) -> None:
        """Lines by what `find` sees; persons by every value of the strongest class of a line."""
        if isinstance(lines, Lines):
            if len(lines.text) <= _TEXT_AT_ONCE:
                self._piece(lines, find(lines.text, sifted=lines.sifted))
                return
            lines = lines.apart
        plain = "\n".join(lines).count("\n") < len(lines)
        texts = list(lines) if plain else [one.replace("\n", " ") for one in lines]
        ends = list(accumulate(map(len, texts)))
        start = 0
        while start < len(texts):
            done = ends[start - 1] if start else 0
            stop = min(bisect_left(ends, done + _TEXT_AT_ONCE, start) + 1, len(texts))
            piece = texts[start:stop]
            self._piece(piece, find("\n".join(piece)))
            start = stop

    def _piece(self, texts: Sequence[str] | Lines, hits: Iterable[Hit]) -> None:
        seen: set[tuple[int, str, str]] = set()
        persons: dict[int, dict[str, set[bytes]]] = {}
        stands: dict[int, set[bool | None]] = {}
        for hit in hits:
            seen.add((hit.line, hit.class_, hit.confidence))
            if hit.class_ in CREDENTIAL_CLASSES:
                line = texts[hit.line - 1]
                before = line[max(hit.start - _LABEL, 0) : hit.start]
                stands.setdefault(hit.line, set()).add(standing(before, line[hit.start : hit.end]))
            if self.key and hit.class_ in PERSONS and hit.confidence == "valid":
                value = texts[hit.line - 1][hit.start : hit.end]
                persons.setdefault(hit.line, {}).setdefault(hit.class_, set()).add(normal(hit.class_, value))
        for _, class_, confidence in seen:
            self.lines[class_, confidence] = self.lines.get((class_, confidence), 0) + 1
        self.clear += sum(True in line for line in stands.values())
        self.unclear += sum(True not in line and None in line for line in stands.values())
        by_class: dict[str, set[bytes]] = {}
        for classes in persons.values():
            strongest = min(classes, key=PERSONS.index)
            by_class.setdefault(strongest, set()).update(classes[strongest])
        for class_, values in by_class.items():
            self._sketch(class_).add(hashed(self.key, [class_.encode() + b":" + value for value in sorted(values)]))

    def _sketch(self, class_: str) -> Sketch:
        return self.sketches.setdefault(class_, Sketch(key_id(self.key)))

    def _persons(self, scanned: list[tuple[str, Any, Scanned]], *, loose: bool) -> None:
        """One class per row, the strongest that it holds; of loose columns every value."""
        free: bytearray | None = None  # by row: 1 as long as nobody took it
        for class_ in (*PERSONS, "person_name"):
            for name, values, found in scanned:
                if not self._identifies(class_, name, found):
                    continue
                recurring = free is not None and not loose and self._recur(free)
                if class_ not in PERSONS and not recurring:
                    continue
                if free is None or loose:
                    free = bytearray(b"\1" * len(values))
                rows = self._take(class_, values, free, recurring=recurring)
                if not loose and class_ in PERSONS:
                    _strike(free, rows)
        for name, _, found in scanned:  # identifiers inside longer cells
            self._inside(name, found, scanned, free if not loose else None)
        self.told += 0 if loose or free is None else free.count(0)

    def _identifies(self, class_: str, name: str, found: Scanned) -> bool:
        if called(name) == class_:
            return True
        if class_ not in CODES:
            return False
        code = CODES.index(class_) * 4 + VALID
        return found.whole[code] > 0 and 2 * found.whole[code] >= max(found.cells) and called(name) == ""

    def _recur(self, free: bytearray) -> bool:
        """Whether the rows told so far are of so few persons that somebody else may stand in them."""
        told = self.told + free.count(0)
        return told > RECURRING * sum(sketch.count() for sketch in self.few.values())

    def _take(self, class_: str, values: Any, free: bytearray, *, recurring: bool = False) -> Rows:
        """Hash the cells of rows that nobody took yet, where persons recur those of all rows. Which rows held a value
        that tells anybody."""
        rows, hashes = _told(self.key, class_, normalised(class_, values), None if recurring else free)
        if not len(rows):
            return rows
        if recurring:
            self.every.setdefault(class_, Sketch(key_id(self.key))).add(hashes)
        if class_ in PERSONS:
            own = _still(hashes, rows, free) if recurring else hashes
            self._sketch(class_).add(own)
            self.few.setdefault(class_, Sketch(key_id(self.key), _FEW)).add(own)
        return rows

    def _inside(
        self, name: str, found: Scanned, scanned: list[tuple[str, Any, Scanned]], free: bytearray | None
    ) -> None:
        """Valid identifiers within running text of a column, where the row is nobody's yet."""
        for class_ in PERSONS:
            if class_ not in CODES or called(name):
                continue
            code = CODES.index(class_) * 4 + VALID
            if found.cells[code] == found.whole[code]:
                continue
            hits = found.of(code)
            if free is not None:
                hits = _still(hits, _rows_of(hits), free)
            if len(hits):
                values = next(values for one, values, _ in scanned if one == name)
                starts, ends, *_ = zip(*hits, strict=True) if isinstance(hits, list) else hits.T
                self._take(class_, cut(bytes_of(values)[0], starts, ends), bytearray(b"\1" * len(hits)))
            if free is not None:
                _strike(free, _rows_of(hits))

    def merge(self, other: "Counted") -> None:
        """The other's counts as well: another part of the same set, under the same key."""
        self.rows += other.rows
        self.text = self.text or other.text
        self.clear += other.clear
        self.unclear += other.unclear
        for name, column in other.columns.items():
            self.columns.setdefault(name, Column(name)).merge(column)
        for at, count in other.lines.items():
            self.lines[at] = self.lines.get(at, 0) + count
        self.told += other.told
        pairs = ((self.sketches, other.sketches), (self.every, other.every), (self.few, other.few))
        for own, others in pairs:
            for class_, sketch in others.items():
                own[class_] = merged([own.get(class_) or Sketch(key_id(self.key), sketch.size), sketch])

    def most(self) -> Sketch | None:
        """The distinct values of the class that has most where persons recur: whoever else stands in their rows."""
        return max(self.every.values(), key=Sketch.count, default=None)

    @property
    def keyed(self) -> bool:
        """Whether each identifier counted is one person's. Where not, the count is the least number of persons."""
        persons = sum(sketch.count() for sketch in self.sketches.values())
        if self.told <= RECURRING * persons:
            return True
        if (names := self.every.get("person_name")) is not None:
            return names.count() <= RECURRING * persons
        if (most := self.most()) is not None and most.count() <= RECURRING * persons:
            return True
        return persons > 1 and self.told <= _SHARED * persons

    def verdicts(self) -> Iterator[Verdict]:
        """Of columns in order, then of running text, whose column is ''."""
        for column in self.columns.values():
            yield from column.verdicts()
        told = {class_ for class_, _ in self.lines}
        for class_ in CLASSES if told else ():
            if class_ in told:
                valid, plausible = (self.lines.get((class_, sort), 0) for sort in ("valid", "plausible"))
                stands = (self.clear, self.unclear) if class_ in CREDENTIAL_CLASSES else (0, 0)
                yield Verdict("", class_, max(self.rows, valid + plausible), valid, plausible, False, *stands)


def normal(class_: str, value: str) -> bytes:
    """A value as it is compared: the same person written in two ways is one."""
    plain = "".join(char for char in value if char.isalnum() or char in "@._+*")
    if class_ == "mobile":
        digits = "".join(char for char in plain if char.isdigit())
        plain = digits[-11:]
    return (plain.lower() if class_ == "email" else plain.upper()).encode("utf-8", "replace")


def _compared(class_: str, plain: str) -> str:
    if class_ == "mobile" and (found := _NUMBER.fullmatch(plain)) is not None:
        return found[1]
    return plain.lower() if class_ == "email" else plain.upper()


def normalised(class_: str, values: Any) -> Any:
    """The same for a column; values that need nothing are not copied, which their bytes tell."""
    if isinstance(values, Cells):
        texts = values.to_pylist()
        if all(text is None or text.isascii() for text in texts):
            return Cells([text and _compared(class_, _ODD.sub("", text)) for text in texts])
        values = values.arrow()
    pc: Any = importlib.import_module("pyarrow.compute")
    buffer, edges = bytes_of(values)
    content = bytes(buffer[edges[0] : edges[-1]])
    if content.translate(None, _PLAIN):
        values = pc.replace_substring_regex(values, r"[^0-9A-Za-z@._+*\pL]", "")
    if class_ == "mobile" and bool((edges[1:] - edges[:-1] > _MOBILE).any()):
        values = pc.replace_substring_regex(values, r"^.*?([0-9]{11})$", r"\1")
    if class_ == "email":
        return pc.ascii_lower(values)
    return pc.utf8_upper(values) if len(content.translate(None, _NO_CAPITAL)) < len(content) else values


def _told(key: bytes, class_: str, values: Any, free: bytearray | None) -> tuple[Rows, Words]:
    """Of the free rows, all where none are given, those whose cell tells anybody, and the hashes of these cells."""
    prefix, least = class_.encode() + b":", _DIGITS.get(class_, 3)
    if isinstance(values, Cells):
        cells = {row: text.encode() for row, text in enumerate(values.to_pylist()) if text is not None}
        rows = [
            row
            for row, cell in cells.items()
            if (free is None or free[row])
            and len(cell) >= _SHORTEST
            and len(cell) - len(cell.translate(None, b"0123456789")) >= least
        ]
        return rows, hashed(key, [prefix + cells[row] for row in rows])
    import numpy as np  # noqa: PLC0415

    buffer, edges = bytes_of(values)
    lengths = np.diff(edges)
    digits = np.concatenate([[0], np.cumsum((buffer - 48) < 10, dtype=np.int32)])  # uint8: what is below 48 wraps
    wanted = (lengths >= _SHORTEST) & (np.diff(digits[edges]) >= least)
    if values.null_count:
        wanted &= np.asarray(values.is_valid().to_numpy(zero_copy_only=False))
    if free is not None:
        wanted &= np.frombuffer(free, bool)[: len(values)]
    places = np.flatnonzero(wanted)
    hashes = np.empty(len(places), np.uint64)
    for length in np.unique(lengths[places]).tolist():
        at = lengths[places] == length
        of_length = places[at]
        table = np.empty((len(of_length), len(prefix) + length), np.uint8)
        table[:, : len(prefix)] = np.frombuffer(prefix, np.uint8)
        if len(of_length) == len(values):  # all of one length: they lie side by side
            table[:, len(prefix) :] = buffer[edges[0] : edges[-1]].reshape(-1, length)
        else:
            table[:, len(prefix) :] = buffer[edges[:-1][of_length][:, None] + np.arange(length)]
        hashes[at] = of_width(key, table)
    return places, hashes


def _rows_of(hits: Hits) -> Rows:
    return [hit[3] for hit in hits] if isinstance(hits, list) else hits[:, 3]


def _still(items: Any, rows: Rows, free: bytearray) -> Any:
    """The items, one for each of the rows, whose row nobody took."""
    if isinstance(items, list):
        return [item for item, row in zip(items, rows, strict=True) if free[row]]
    import numpy as np  # noqa: PLC0415

    return items[np.frombuffer(free, bool)[rows]]


def _strike(free: bytearray, rows: Rows) -> None:
    """Nobody else takes these rows."""
    if isinstance(rows, list):
        for row in rows:
            free[row] = 0
        return
    import numpy as np  # noqa: PLC0415

    np.frombuffer(free, np.uint8)[rows] = 0
