"""Adding to a dossier: a review while it is made, and judgements of a review that is sealed.

The order of writing makes a killed writer harmless: segments first, then a line in the journal for each stream that
is complete, the manifest last, renamed into place. Nothing that was sealed is ever written again. One writer at a
time: a lock that ends with its process.
"""

import fcntl
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import FileIO

from assay.core.errors import InputError, UsageError, refused
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier import records
from assay.dossier.durable import PARTIAL, sync_folder, write_durably
from assay.dossier.sealed import (
    FORMAT,
    JournalEntry,
    Judging,
    ReviewRecord,
    SealedJudging,
    SealedReview,
    journal_line,
    seal,
)
from assay.dossier.segments import Segment, write_segments
from assay.dossier.store import FACTS, JOURNAL, LOCK, REVIEWS, SEALED, SEGMENTS, Dossier, Review

_STREAM = re.compile(r"[a-z][a-z0-9-]{0,40}", re.ASCII)


class ReviewWriter:
    """Writes one review: `plan`, then `write` each stream, then `seal`. Left without `seal`, the review is incomplete.

        with ReviewWriter(dossier) as writer:
            writer.plan(["files", "facts"])
            writer.write("files", lines)
            ...
            writer.seal(record)

    Every method raises InputError when the disk refuses; `plan` also when somebody else is writing to the dossier.
    """

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.number = 0
        self._planned: tuple[str, ...] = ()
        self._written: dict[str, tuple[Segment, ...]] = {}
        self._lock = ExitStack()
        self._journal: FileIO | None = None

    def __enter__(self) -> "ReviewWriter":
        self._lock.enter_context(locked(self.dossier))
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is not None:
            self._journal.close()
        self._lock.close()

    def plan(self, streams: Sequence[str]) -> None:
        """Say which streams the review will have. The review exists from here on."""
        if self._planned or not streams or not all(_STREAM.fullmatch(name) for name in streams):
            raise ValueError(f"a review is planned once, with at least one stream of a plain name: {streams}")
        self._planned = tuple(dict.fromkeys(streams))
        self.number = max(self.dossier.reviews(), default=0) + 1
        folder = self.dossier.review_folder(self.number)
        aside = folder.with_name(folder.name + PARTIAL)
        with _explained(self.dossier):
            (self.dossier.path / SEGMENTS).mkdir(exist_ok=True)
            aside.mkdir(parents=True)
            write_durably(aside / JOURNAL, journal_line(JournalEntry(planned=self._planned)))
            aside.rename(folder)
            sync_folder(folder.parent)
            self._journal = FileIO(folder / JOURNAL, "a")

    def write(self, stream: str, lines: Iterable[bytes]) -> int:
        """Write a planned stream whole, each line one record as JSON without newline; returns how many."""
        if stream not in self._planned or stream in self._written:
            raise ValueError(f"stream {stream!r} is not planned, or is written already")
        with _explained(self.dossier):
            folder = self.dossier.path / SEGMENTS
            segments = tuple(write_segments(folder, lines, of_facts=stream == FACTS))
            sync_folder(folder)
            self._note(JournalEntry(stream=stream, segments=segments))
        self._written[stream] = segments
        return sum(segment.lines for segment in segments)

    def seal(self, record: ReviewRecord) -> Review:
        """Complete the review: every planned stream must have been written. Returns it, opened from disk."""
        missing = [name for name in self._planned if name not in self._written]
        if missing or not self._planned:
            raise ValueError(f"not written yet: {missing or 'no stream is planned'}")
        folder = self.dossier.review_folder(self.number)
        with _explained(self.dossier):
            write_durably(folder / SEALED, seal(SealedReview(FORMAT, "", record, self._written)))
            (folder / JOURNAL).unlink()
            sync_folder(folder)
        return self.dossier.review(self.number)

    def _note(self, entry: JournalEntry) -> None:
        if self._journal is None:
            raise ValueError("plan comes first")
        self._journal.write(journal_line(entry))
        os.fsync(self._journal.fileno())


def add_judgements(review: Review, judging: Judging, judgements: Iterable[Judgement]) -> None:
    """Keep what a sealed review says under other rulebooks or another day. The review itself is not touched.

    The same judgements again change nothing. Raises InputError when the review was never sealed, the disk refuses, or
    somebody else is writing.
    """
    if not review.complete:
        message = Text("review {n} is not complete: {missing} is missing", "第 {n} 次审查不完整：缺少 {missing}")
        advice = Text("review the product again", "请重新审查该产品")
        raise InputError(message.fill(n=review.number, missing=", ".join(review.missing)), advice)
    dossier = review.dossier
    folder = dossier.judgements_folder(review.number)
    with locked(dossier), _explained(dossier):
        lines = map(records.encode, judgements)
        segments = tuple(write_segments(dossier.path / SEGMENTS, lines, of_facts=False))
        folder.mkdir(parents=True, exist_ok=True)
        sealed = SealedJudging(FORMAT, "", review.number, judging, segments)
        write_durably(folder / f"{judging.key}.json", seal(sealed))


@contextmanager
def locked(dossier: Dossier) -> Iterator[None]:
    """Hold the dossier's lock and clear what a killed writer left unfinished. Raises UsageError when it is taken."""
    with _explained(dossier):
        file = (dossier.path / LOCK).open("ab")
    with file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = Text("another process is writing to {path}", "另一个进程正在写入 {path}").fill(path=dossier.path)
            advice = Text("wait for it to end, or choose another --dossier", "请等待其结束，或另行指定 --dossier")
            raise UsageError(message, advice) from error
        with _explained(dossier):
            _clear(dossier)
        yield


def _clear(dossier: Dossier) -> None:
    for folder in (dossier.path, dossier.path / SEGMENTS, dossier.path / REVIEWS):
        for path in folder.glob(f"*{PARTIAL}") if folder.is_dir() else ():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


@contextmanager
def _explained(dossier: Dossier) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise refused(dossier.path, error) from error
