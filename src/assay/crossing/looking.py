"""What an export holds: its columns by class, its persons as sketches, and what could not be read.

A set counts as sensitive when a class that PIPL Art. 28 calls sensitive is certain in it: by valid values, or by the
column's name. What is only plausible moves the possible counts, not the certain ones. Persons of a set are told apart
by the strongest identifier of a row (`examinations.border.counting`); the same person by two identifiers in two files
counts twice. In a table that names persons, every row that may be without an identifier counts as one more person in
the possible counts, so that those never come out too low.

Where some weaker identifier, or the names, has half as many values again as there are persons, each of these counts as
one more in the possible counts: the number of one clerk in all rows makes nobody fewer. *It cannot see* fewer second
persons in a row than that, such as a contact beside some customers.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from msgspec import Struct, field

from assay.core.errors import NothingToExamineError, UsageError
from assay.core.text import Text
from assay.crossing.register import Column, Unread
from assay.examinations.border.classes import CLASSES
from assay.examinations.border.columns import Verdict
from assay.examinations.border.counting import RECURRING, Counted
from assay.examinations.border.files import READING_ENDS, count
from assay.examinations.border.grades import grades
from assay.examinations.border.persons import Sketch, Words, merged, of_width
from assay.examinations.border.readers.formats import reader_of
from assay.intake import Delivery, open_locator

_CHUNK = 1 << 20
Progress = Callable[[str], None]


class Looked(Struct):
    """`ordinary` and `sensitive` are certain; the possible ones hold what is only plausible as well."""

    ordinary: Sketch
    sensitive: Sketch
    possible_ordinary: Sketch
    possible_sensitive: Sketch
    columns: list[Column] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


def look(
    paths: Sequence[Path], key: bytes, empty: Callable[[], Sketch], scratch: Path, progress: Progress | None = None
) -> Looked:
    """Read all files, archives too. `empty` makes a sketch of `key`. Raises UsageError for a path that is not there."""
    looked = Looked(empty(), empty(), empty(), empty())
    for number, path in enumerate(paths):
        if not path.exists():
            raise UsageError(Text(f"{path} is not there", f"{path} 不存在"), Text("check the path", "请检查路径"))
        looked.files += _digests(path)
        folder = scratch / str(number)
        folder.mkdir(parents=True)
        whole = hashlib.sha256("".join(looked.files).encode()).digest()
        for name, sets in _sets(path, folder, key, looked.unread, progress):
            for held in sets:
                set_ = f"{name}#{held.name}" if held.name else name
                _take(looked, set_, held, _rows_of_nobody(key, whole + set_.encode(), held), empty)
    if not (looked.files or looked.unread):
        raise NothingToExamineError(
            Text("there is no file in what is to leave", "拟出境的内容中没有任何文件"),
            Text("name the files or the folder that leaves", "请指定实际出境的文件或文件夹"),
        )
    return looked


def certain(verdict: Verdict) -> bool:
    """Whether a column holds its class for sure: by values that pass their check, or by what it is called."""
    return verdict.valid > 0 or verdict.by_name


def _sets(
    path: Path, scratch: Path, key: bytes, unread: list[Unread], progress: Progress | None
) -> Iterator[tuple[str, Iterable[Counted]]]:
    delivery = Delivery(path, scratch)
    for seen in delivery.walk():
        member, identity = seen.member, seen.identity
        if progress is not None:
            progress(member.path)
        reader = reader_of(identity.file_class, identity.format, member.path)
        if reader is None:
            unread.append(Unread(member.path, "no-reader"))
            continue
        try:
            with open_locator(member.locator) as stream:
                counted = count(reader(stream, member.path), key)
        except READING_ENDS:
            unread.append(Unread(member.path, "damaged"))
            continue
        unread += [Unread(member.path, shortfall.reason) for shortfall in counted.shortfalls]
        yield member.path, counted.sets.values()
    unread += [Unread(refused.path, refused.reason or "no-reader") for refused in delivery.refused]


def _rows_of_nobody(key: bytes, label: bytes, held: Counted) -> Words:
    """A hash for every row of a table that may speak of a person whom no identifier tells: the same ones every time.

    An identifier that is no key tells nobody; what else stands in its rows is counted by `Counted.most`.
    """
    verdicts = list(held.verdicts())
    named = max((one.cells for one in verdicts if CLASSES[one.class_].personal), default=0)
    rows = min(held.rows - (held.told if held.keyed or held.every else 0), named)
    if rows <= 0:
        return np.empty(0, np.uint64)
    numbers = np.arange(rows, dtype=np.uint64).view(np.uint8).reshape(rows, 8)
    label_ = np.frombuffer(hashlib.sha256(label).digest()[:16], np.uint8)
    return of_width(key, np.concatenate([np.broadcast_to(label_, (rows, 16)), numbers], axis=1))


def _take(looked: Looked, name: str, held: Counted, unknown: Words, empty: Callable[[], Sketch]) -> None:
    verdicts = list(held.verdicts())
    persons = merged([empty(), *held.sketches.values()])
    most = held.most()
    more = most is not None and most.count() > RECURRING * persons.count()
    possible = merged([persons, most]) if most is not None and more else merged([persons])
    possible.add(unknown)
    personal = [one for one in verdicts if CLASSES[one.class_].personal]
    sensitive = [one for one in verdicts if grades()[one.class_].pipl == "sensitive"]
    looked.columns += [
        Column(name, one.column, one.class_, grades()[one.class_].pipl == "sensitive", certain(one)) for one in verdicts
    ]
    if any(certain(one) for one in sensitive):
        looked.sensitive = merged([looked.sensitive, persons])
    elif any(certain(one) for one in personal):
        looked.ordinary = merged([looked.ordinary, persons])
    if sensitive:
        looked.possible_sensitive = merged([looked.possible_sensitive, possible])
    if personal and not any(certain(one) for one in sensitive):
        looked.possible_ordinary = merged([looked.possible_ordinary, possible])
    if personal and not possible.count():  # names and addresses alone: somebody is there, nobody can be counted
        looked.unread.append(Unread(name, "blind-spot"))


def _digests(path: Path) -> list[str]:
    """SHA-256 of every delivered file, in order of path."""
    found = []
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            digest = hashlib.sha256()
            with file.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
            found.append(digest.hexdigest())
    return found
