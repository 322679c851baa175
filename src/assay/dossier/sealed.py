"""What a dossier's small files say: a sealed review, judgements made later, and the journal of a review being written.

A sealed file carries the SHA-256 of itself and has exactly one spelling, so that any changed byte shows. The digest is
against damage and mistakes; whoever can rewrite the file can rewrite it too, which is why acts are signed elsewhere.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.errors import InputError, NotVerifiedError, said
from assay.core.facts import canonical
from assay.core.product import Product
from assay.core.text import Text
from assay.core.waivers import Waiver
from assay.dossier import records
from assay.dossier.durable import read_plain
from assay.dossier.segments import Segment

FORMAT = 1
_LARGEST_MANIFEST = 64 << 20


class Layout(Struct, frozen=True):
    """`dossier.json`: that this folder is a dossier, and which version of its layout."""

    dossier: int


class RulebookRef(Struct, frozen=True):
    """A rulebook by its id and the digest of what it said on the day."""

    id: str
    digest: str


class ReviewRecord(Struct, frozen=True):
    """What was reviewed, with what, judged as of which day. `artifact` is the digest of the delivered files."""

    product: Product
    artifact: str
    as_of: date
    limits: Mapping[str, int | float] = field(default_factory=dict)
    examinations: tuple[str, ...] = ()
    rulebooks: tuple[RulebookRef, ...] = ()


class SealedReview(Struct, frozen=True):
    """`review.json`. `streams` names the segments of each stream of records, in order."""

    format: int
    seal: str
    review: ReviewRecord
    streams: Mapping[str, tuple[Segment, ...]]


class Judging(Struct, frozen=True):
    """Under which rulebooks, and as of which day, a sealed review was judged again."""

    as_of: date
    rulebooks: tuple[RulebookRef, ...]

    @property
    def key(self) -> str:
        books = [[book.id, book.digest] for book in self.rulebooks]
        return hashlib.sha256(canonical([self.as_of.isoformat(), books])).hexdigest()


class SealedJudging(Struct, frozen=True):
    """`judgements/<review>/<key>.json`."""

    format: int
    seal: str
    review: int
    judging: Judging
    segments: tuple[Segment, ...]


class SealedWaiver(Struct, frozen=True):
    """`waivers/<number>.json`."""

    format: int
    seal: str
    number: int
    waiver: Waiver


class JournalEntry(Struct, frozen=True):
    """One line of a journal: what is planned, or a stream that is complete and where it is."""

    planned: tuple[str, ...] = ()
    stream: str = ""
    segments: tuple[Segment, ...] = ()


S = TypeVar("S", SealedReview, SealedJudging, SealedWaiver)


def seal(record: S) -> bytes:
    """The bytes of a sealed file: readable JSON whose `seal` covers all the rest."""
    digest = hashlib.sha256(_spelled(replace(record, seal=""))).hexdigest()
    return _spelled(replace(record, seal=digest))


def open_sealed(type_: type[S], path: Path, name: str) -> S:
    """Read a sealed file. Raises NotVerifiedError when it is not as it was written, InputError when it is too new."""
    try:
        content = read_plain(path, _LARGEST_MANIFEST)
    except OSError as error:
        raise _unverified(name, f"it cannot be read: {said(error).en}", f"文件无法读取：{said(error).zh}") from error
    refuse_newer(content, "format", name)
    try:
        record = records.decode(type_, content, name)
        intact = seal(record) == content
    except (InputError, ValueError) as error:
        raise _unverified(name, "it is damaged", "文件损坏") from error
    if not intact:
        raise _unverified(name, "it is not as it was sealed", "与封存时不一致")
    return record


def refuse_newer(content: bytes, key: str, name: str) -> None:
    """Raise InputError when the format number under `key` is one that this assay does not know."""
    try:
        number = msgspec.json.decode(content, type=dict[str, msgspec.Raw]).get(key)
        format_ = msgspec.json.decode(number, type=int) if number is not None else FORMAT
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return  # damaged; who reads the rest says so
    if format_ > FORMAT:
        message = Text("{name} was written by a newer assay (format {n})", "{name} 由更新版本的 assay 写成（格式 {n}）")
        raise InputError(message.fill(name=name, n=format_), Text("update assay", "请更新 assay"))


def journal_line(entry: JournalEntry) -> bytes:
    """One line of a journal. Its short digest tells a line that was cut off or damaged from one that counts."""
    body = records.encode(entry)
    return b"%b %b\n" % (_short(body), body)


def read_journal(content: bytes) -> tuple[list[JournalEntry], bool]:
    """The entries that are intact, and whether all were. A killed writer leaves at most its last line in pieces."""
    entries, intact = [], True
    for line in content.splitlines(keepends=True):
        digest, _, body = line[:-1].partition(b" ")
        if line.endswith(b"\n") and digest == _short(body):
            entries.append(records.decode(JournalEntry, body, "journal"))
        else:
            intact = False
    return entries, intact


def _short(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest()[:16].encode()


def _spelled(record: SealedReview | SealedJudging | SealedWaiver) -> bytes:
    return msgspec.json.format(records.encode(record), indent=2) + b"\n"


def _unverified(name: str, why_en: str, why_zh: str) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{name} does not verify: {why_en}", f"{name} 校验失败：{why_zh}"),
        Text(
            "take this file from another copy of the dossier; the other reviews in it are not affected",
            "请从该卷宗的其他副本取回此文件；其中其他审查不受影响",
        ),
    )
