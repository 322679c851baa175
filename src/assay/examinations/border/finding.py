"""`find` over a file of any kind: hits of a text with their places, verdicts of tables, and what could not be read.

The delivery is opened as a review opens it, archives too. Text keeps its lines and characters; with `as_text` every
file that is text is read so, tables in text form too.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assay.core.examination import Shortfall
from assay.examinations.border.columns import Verdict
from assay.examinations.border.files import READING_ENDS, count
from assay.examinations.border.readers.databases import read_database
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.readers.formats import is_running_text, reader_of
from assay.examinations.border.readers.texts import pieces, undecoded
from assay.examinations.border.text import Hit, find
from assay.intake import Delivery, open_locator


class FoundText(Struct, frozen=True):
    """A hit in running text. `content` is what stands there: for a caller that may show it, and nobody else."""

    file: str
    hit: Hit
    content: str


class FoundField(Struct, frozen=True):
    """A verdict on one column of a set of a file."""

    file: str
    set: str
    verdict: Verdict


class Unread(Struct, frozen=True):
    """What of a file was not read."""

    file: str
    shortfall: Shortfall


Found = FoundText | FoundField | Unread


def find_in(path: Path, scratch: Path, key: bytes, *, as_text: bool = False) -> Iterator[Found]:
    """All that is found in a file, a folder or an archive. Raises InputError for `path` itself."""
    delivery = Delivery(path, scratch)
    for seen in delivery.walk():
        member, identity = seen.member, seen.identity
        reader = reader_of(identity.file_class, identity.format, member.path)
        if reader is None:
            yield Unread(member.path, Shortfall("no-reader", identity.format, "skipped"))
            continue
        try:
            with open_locator(member.locator) as stream:
                if is_running_text(identity.file_class, identity.format, member.path) or as_text:
                    yield from _in_text(member.path, Utf8Stream(stream))
                else:
                    counted = count(reader(stream, member.path), key)
                    for held in counted.sets.values():
                        yield from (FoundField(member.path, held.name, verdict) for verdict in held.verdicts())
                    yield from (Unread(member.path, shortfall) for shortfall in counted.shortfalls)
        except READING_ENDS as fault:
            yield Unread(member.path, Shortfall("damaged", f"the rest could not be read: {type(fault).__name__}"))
    for refused in delivery.refused:
        yield Unread(refused.path, Shortfall(refused.reason or "no-reader", refused.detail))


def _in_text(file: str, text: Utf8Stream) -> Iterator[Found]:
    for piece in pieces(text):
        lines = piece.text.split("\n")
        for hit in find(piece.text):
            content = lines[hit.line - 1][hit.start : hit.end]
            moved = piece.start if hit.line == 1 else 0
            at = replace(hit, line=hit.line + piece.line - 1, start=hit.start + moved, end=hit.end + moved)
            yield FoundText(file, at, content)
    if (missing := undecoded(text)) is not None:
        yield Unread(file, missing)


def find_in_database(url: str, schemas: Sequence[str], key: bytes) -> Iterator[Found]:
    """The same for a live database; the sets are its tables. Raises what `read_database` raises."""
    counted = count(read_database(url, schemas), key)
    for held in counted.sets.values():
        yield from (FoundField("", held.name, verdict) for verdict in held.verdicts())
    yield from (Unread("", shortfall) for shortfall in counted.shortfalls)
