"""The register of exports: what left, to whom, in which year, of how many persons, without a value of anybody.

A register is a folder of one handler:

    register.json          which handler, and which key its sketches are of (never the key)
    exports/NNNN.json      one export: day, recipient, purpose, columns by class, counts, what was not read
    withdrawn/NNNN.json    that export N did not take place; nothing is ever deleted
    sketches/<sha256>      distinct persons of an export (`persons.Sketch`)
    ledger/ledger.sqlite   an entry for each, signed by whoever exports

What counts is what the ledger says: an export that it names and that is gone or changed is an error, a withdrawal that
it does not name counts for nothing. An export that a killed writer left without its entry counts, and is entered by the
next writer.

Counts of a year are unions: the same person in two exports counts once, so splitting an export lowers nothing. One
writer at a time. The key that hashes persons lies with this user's other keys, away from the register: who has only the
register cannot try a list of numbers against it. Losing the key ends the register's year: counts stay, and no further
export can be added to them.
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from msgspec import Struct, field

from assay.core.errors import InputError, UsageError, refused
from assay.core.text import Text
from assay.crossing.storing import (
    LARGEST,
    T,
    damaged,
    locked,
    no_key,
    note,
    noted,
    older,
    read_record,
    spelled,
    write_key,
)
from assay.dossier.durable import read_plain, write_durably
from assay.dossier.store import LEDGER
from assay.examinations.border.persons import KEY_BYTES, Sketch, key_id, merged, new_key
from assay.ledger.entries import Entry, digest, read_entry, salted
from assay.ledger.log import Log
from assay.ledger.party import Party
from assay.ledger.place import open_log
from assay.ledger.sqlite import NAME as LOG
from assay.ledger.sqlite import SqliteStore

FORMAT = 1
HEAD, EXPORTS, WITHDRAWN, SKETCHES = "register.json", "exports", "withdrawn", "sketches"
_NAME = re.compile(r"([0-9]{4,9})\.json", re.ASCII)
_LARGEST_SKETCH = 32 << 20


class Column(Struct, frozen=True):
    """A column of an export by what it holds, never by a value."""

    set: str
    name: str
    class_: str
    sensitive: bool
    certain: bool


class Unread(Struct, frozen=True):
    """A part of the delivery that was not read, and why (a reason code of `core.attempts`)."""

    path: str
    reason: str


class Counted(Struct, frozen=True):
    """The persons of one export: `ordinary` and `sensitive` are SHA-256 of sketches, "" for nobody.

    `possible_*` count columns that are only plausible as well.
    """

    ordinary: str = ""
    sensitive: str = ""
    possible_ordinary: str = ""
    possible_sensitive: str = ""


class Export(Struct, frozen=True):
    """One export. `exemption` is what was claimed, `confirmed` whether the handler's profile confirmed it that day."""

    number: int
    day: date
    country: str
    recipient: str
    purpose: str
    files: tuple[str, ...]
    columns: tuple[Column, ...]
    counted: Counted
    unread: tuple[Unread, ...] = ()
    exemption: str = ""
    confirmed: bool = False


class Withdrawal(Struct, frozen=True):
    number: int
    day: date
    reason: str


class _Head(Struct, frozen=True):
    format: int
    id: str
    handler: str
    key: str


class Totals(Struct, frozen=True):
    """Distinct persons of a year. `possible` counts claimed exemptions that nobody confirmed, and uncertain columns."""

    year: int
    ordinary: Sketch
    sensitive: Sketch
    possible_ordinary: Sketch
    possible_sensitive: Sketch
    exports: tuple[Export, ...] = field(default=())


class Register:
    """A handler's register. `keys` is the folder where this user keeps the keys of registers."""

    def __init__(self, path: Path, keys: Path) -> None:
        """Open. Raises InputError when there is none, NotVerifiedError when its head is damaged."""
        self.path = path
        self._keys = keys
        self._head = read_record(_Head, path / HEAD)
        if self._head.format > FORMAT:
            raise InputError(
                Text(f"{path} was written by a newer assay", f"{path} 由更新版本的 assay 写成"),
                Text("update assay", "请更新 assay"),
            )

    @classmethod
    def open_or_begin(cls, path: Path, handler: str, keys: Path) -> "Register":
        """Raises UsageError when the register is another handler's, or somebody else is beginning it."""
        if not (path / HEAD).exists():
            try:
                path.mkdir(parents=True, exist_ok=True)
                keys.mkdir(mode=0o700, parents=True, exist_ok=True)
                with locked(path):
                    if not (path / HEAD).exists():
                        key = new_key()
                        head = _Head(FORMAT, secrets.token_hex(8), handler, key_id(key).hex())
                        write_key(keys / f"{head.id}.key", key)
                        write_durably(path / HEAD, spelled(head))
            except OSError as error:
                raise refused(path, error) from error
        register = cls(path, keys)
        if register.handler != handler:
            raise UsageError(
                Text(f"{path} is the register of {register.handler}", f"{path} 是 {register.handler} 的登记册"),
                Text("give each handler a register of its own: --register", "请为每个处理者单独指定 --register"),
            )
        return register

    @property
    def _note(self) -> Path:
        return self._keys / f"{self._head.id}.entries"

    @property
    def handler(self) -> str:
        return self._head.handler

    def key(self) -> bytes:
        """The key of this register's persons. Raises InputError when it is not here, or is another."""
        path = self._keys / f"{self._head.id}.key"
        try:
            key = read_plain(path, KEY_BYTES)
        except OSError as error:
            raise no_key(path) from error
        if len(key) != KEY_BYTES or key_id(key).hex() != self._head.key:
            raise no_key(path)
        return key

    def sketch(self) -> Sketch:
        """An empty sketch of this register's key."""
        return Sketch(bytes.fromhex(self._head.key))

    def exports(self) -> list[Export]:
        """Every export, withdrawn ones too, in order of number. Raises NotVerifiedError for one gone or changed."""
        entered = self._entered(EXPORTS)
        return [
            self._intact(Export, EXPORTS, number, entered) for number in sorted({*entered, *self._numbers(EXPORTS)})
        ]

    def withdrawn(self) -> dict[int, Withdrawal]:
        """What the ledger says did not take place. Raises as `exports`."""
        entered = self._entered(WITHDRAWN)
        return {number: self._intact(Withdrawal, WITHDRAWN, number, entered) for number in entered}

    def totals(self, year: int, more: Sequence[Export] = ()) -> Totals:
        """Distinct persons of all exports of a year that took place and that no confirmed exemption covers."""
        gone = self.withdrawn()
        counted = [one for one in (*self.exports(), *more) if one.day.year == year and one.number not in gone]
        certain = [one for one in counted if not one.exemption]
        possible = [one for one in counted if not (one.exemption and one.confirmed)]
        return Totals(
            year,
            self._union(one.counted.ordinary for one in certain),
            self._union(one.counted.sensitive for one in certain),
            self._union(one.counted.possible_ordinary or one.counted.ordinary for one in possible),
            self._union(one.counted.possible_sensitive or one.counted.sensitive for one in possible),
            tuple(counted),
        )

    def keep(self, sketch: Sketch) -> str:
        """Keep the persons of an export; returns the name, "" for nobody. Known only to who has the key."""
        if not sketch.count():
            return ""
        content = sketch.to_bytes()
        name = hashlib.sha256(content).hexdigest()
        folder = self.path / SKETCHES
        try:
            folder.mkdir(exist_ok=True)
            write_durably(folder / name, content)
        except OSError as error:
            raise refused(folder, error) from error
        return name

    def add(self, make: Callable[[int], Export], party: Party, now: int) -> Export:
        """Enter an export; `make` is given its number. Raises UsageError while another process writes."""
        with self.locked():
            entered = self._entered(EXPORTS)
            for number in sorted({*self._numbers(EXPORTS)} - {*entered}):  # of writers that were killed
                self._enter_export(read_record(Export, self._body(EXPORTS, number)), party, now)
            export = make(max((*entered, *self._numbers(EXPORTS)), default=0) + 1)
            self._enter_export(export, party, now)
        return export

    def withdraw(self, number: int, day: date, reason: str, party: Party, now: int) -> Withdrawal:
        """Say that an export did not take place. Raises InputError for one that there is not, or that is withdrawn."""
        with self.locked():
            if number not in {one.number for one in self.exports()} or number in self._entered(WITHDRAWN):
                raise InputError(
                    Text(
                        f"{self.path} has no export {number} to withdraw",
                        f"{self.path} 中没有可撤回的第 {number} 次出境",
                    ),
                    Text("assay border register lists them", "assay border register 会列出"),
                )
            withdrawal = Withdrawal(number, day, reason)
            self._enter("withdrawal", WITHDRAWN, number, spelled(withdrawal), {}, party, now)
        return withdrawal

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time; the lock ends with its process."""
        with locked(self.path):
            yield

    def _enter_export(self, export: Export, party: Party, now: int) -> None:
        sketches = {f"{SKETCHES}/{name}": f"sha256:{name}" for name in _sketches(export)}
        self._enter("export", EXPORTS, export.number, spelled(export), sketches, party, now)

    def _entered(self, folder: str) -> dict[int, str]:
        """Number and digest of every body of a folder that the ledger names, the last for each."""
        place = self.path / LEDGER / LOG
        if not place.exists():
            if noted(self._note):
                raise older(self.path)
            return {}
        with closing(Log(store := SqliteStore(place, writable=False))) as log:
            log.verify()
            entries = [read_entry(body, position) for position, body, _ in store.rows(0, 1 << 62)]
        if len(entries) < noted(self._note):
            raise older(self.path)
        head = digest(read_plain(self.path / HEAD, LARGEST))
        if any(entry.digests.get(HEAD, head) != head for entry in entries):
            raise damaged(self.path / HEAD)
        digests = {name: one for entry in entries for name, one in entry.digests.items()}
        return {
            int(found[1]): one
            for name, one in digests.items()
            if name.startswith(f"{folder}/") and (found := _NAME.fullmatch(name.removeprefix(f"{folder}/")))
        }

    def _intact(self, type_: type[T], folder: str, number: int, entered: Mapping[int, str]) -> T:
        path = self._body(folder, number)
        if number in entered:
            try:
                body, salt = read_plain(path, LARGEST), read_plain(path.with_name(path.name + ".salt"), LARGEST)
                if salted(body, salt) != entered[number]:
                    raise ValueError("changed")
            except (OSError, ValueError) as error:
                raise damaged(path) from error
        return read_record(type_, path)

    def _body(self, folder: str, number: int) -> Path:
        return self.path / folder / f"{number:04}.json"

    def _enter(
        self, act: str, folder: str, number: int, body: bytes, more: dict[str, str], party: Party, now: int
    ) -> None:
        """The body first, then the entry that vouches for it: a killed writer leaves a body that no entry names."""
        name, salt = f"{folder}/{number:04}.json", secrets.token_bytes(32)
        try:
            (self.path / folder).mkdir(exist_ok=True)
            write_durably(self.path / f"{name}.salt", salt)
            write_durably(self.path / name, body)
        except OSError as error:
            raise refused(self.path / name, error) from error
        head = digest(read_plain(self.path / HEAD, LARGEST))
        with open_log(self.path, party) as log:
            log.append(Entry(act, f"{self._head.id}/{number}", now, {HEAD: head, name: salted(body, salt), **more}))
            size = log.size
        note(self._note, size)

    def _union(self, names: Iterator[str]) -> Sketch:
        sketches = [self._sketch(name) for name in dict.fromkeys(names) if name]
        try:
            return merged([self.sketch(), *sketches])
        except ValueError as error:  # a sketch of another register, put here
            raise damaged(self.path / SKETCHES) from error

    def _sketch(self, name: str) -> Sketch:
        path = self.path / SKETCHES / name
        try:
            content = read_plain(path, _LARGEST_SKETCH)
            if hashlib.sha256(content).hexdigest() != name:
                raise ValueError("changed")
            return Sketch.from_bytes(content)
        except (OSError, ValueError) as error:
            raise damaged(path) from error

    def _numbers(self, folder: str) -> list[int]:
        path = self.path / folder
        names = [entry.name for entry in path.iterdir()] if path.is_dir() else []
        return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def _sketches(export: Export) -> list[str]:
    counted = export.counted
    names = (counted.ordinary, counted.sensitive, counted.possible_ordinary, counted.possible_sensitive)
    return [name for name in dict.fromkeys(names) if name]
