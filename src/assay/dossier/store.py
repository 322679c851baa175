"""Opening a dossier and reading its reviews.

A review streams: facts are read kind by kind, one verified segment at a time. A review whose writer was killed opens
with the streams that were complete, and `missing` names the others; reading one of those is an error, never an empty
answer, because nothing seen must not pass for nothing there.
"""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from assay.core.attempts import Attempt
from assay.core.errors import InputError, refused
from assay.core.facts import Fact
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier import records
from assay.dossier.durable import PARTIAL, read_plain, write_durably
from assay.dossier.records import FileRecord, Glimpse
from assay.dossier.sealed import (
    FORMAT,
    Judging,
    Layout,
    ReviewRecord,
    SealedJudging,
    SealedReview,
    open_sealed,
    read_journal,
    refuse_newer,
)
from assay.dossier.segments import Segment, read_lines, verified

T = TypeVar("T")

FACTS, ATTEMPTS, FILES, JUDGEMENTS = "facts", "attempts", "files", "judgements"

MARK, LOCK, SEGMENTS, REVIEWS, LEDGER = "dossier.json", "lock", "segments", "reviews", "ledger"
SEALED, JOURNAL = "review.json", "journal"
_NUMBER = re.compile(r"[0-9]{4,9}", re.ASCII)
_LARGEST_JOURNAL = 64 << 20


class Dossier:
    """A folder of reviews. Opening it writes nothing, so it may lie on a read-only medium."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def open(cls, path: Path) -> "Dossier":
        """Raises InputError when `path` is no dossier, was written by a newer assay, or cannot be read."""
        try:
            content = read_plain(path / MARK, 4096)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise _no_dossier(path) from error
        except OSError as error:
            raise refused(path, error) from error
        refuse_newer(content, "dossier", str(path))
        try:
            records.decode(Layout, content, MARK)
        except InputError as error:
            raise _no_dossier(path) from error
        return cls(path)

    @classmethod
    def create_or_open(cls, path: Path) -> "Dossier":
        """Make an empty dossier where nothing or an empty folder is. Never writes into a folder of other things."""
        try:
            path.mkdir(parents=True, exist_ok=True)
            fresh = all(entry.name == LOCK or entry.name.endswith(PARTIAL) for entry in path.iterdir())
            if fresh:
                write_durably(path / MARK, records.encode(Layout(FORMAT)) + b"\n")
        except FileNotFoundError as error:  # another process that made it at the same time was first
            if not (path / MARK).exists():
                raise refused(path, error) from error
        except OSError as error:
            raise refused(path, error) from error
        return cls.open(path)

    def reviews(self) -> list[int]:
        """Numbers of the reviews, oldest first, complete or not."""
        folder = self.path / REVIEWS
        try:
            names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        except OSError as error:
            raise refused(folder, error) from error
        return sorted(int(name) for name in names if _NUMBER.fullmatch(name))

    def review(self, number: int) -> "Review":
        """Raises InputError when there is no such review, NotVerifiedError when its manifest is damaged."""
        if number not in self.reviews():
            message = Text("{path} has no review {number}", "{path} 中没有第 {number} 次审查")
            known = ", ".join(map(str, self.reviews())) or "-"
            advice = Text("reviews in it: {known}", "其中的审查：{known}")
            raise InputError(message.fill(path=self.path, number=number), advice.fill(known=known))
        return Review(self, number)

    def sealed(self) -> list[int]:
        """Numbers of the reviews that were completed, oldest first: all but those whose writer ended before."""
        return [number for number in self.reviews() if not _begun_only(self.review_folder(number))]

    def unfinished(self) -> int | None:
        """The newest review, when its writer still runs or was killed and `latest` is an earlier one."""
        number = max(self.reviews(), default=0)
        return number if self.sealed() and number not in self.sealed() else None

    def latest(self) -> "Review":
        """The newest complete review; where none is complete, the newest. Raises InputError when there is none.

        One that was begun and not finished says less than what is there: it never stands before a complete one.
        """
        numbers = self.sealed() or self.reviews()
        if not numbers:
            message = Text("{path} holds no review yet", "{path} 中尚无审查")
            raise InputError(message.fill(path=self.path), Text("run: assay review PATH", "请运行：assay review PATH"))
        return Review(self, numbers[-1])

    def review_folder(self, number: int) -> Path:
        return self.path / REVIEWS / f"{number:04}"

    def judgements_folder(self, number: int) -> Path:
        return self.path / JUDGEMENTS / f"{number:04}"

    @property
    def ledger(self) -> Path:
        """The folder of the ledger and of what its entries are digests of."""
        return self.path / LEDGER

    def relative(self, path: Path) -> str:
        """A path inside the dossier, as messages name it."""
        return f"{self.path.name}/{path.relative_to(self.path).as_posix()}"


class Review:
    """One review of a dossier. `record` is None until the review was sealed."""

    def __init__(self, dossier: Dossier, number: int) -> None:
        self.dossier = dossier
        self.number = number
        self.record: ReviewRecord | None = None
        self.missing: tuple[str, ...] = ()
        self.streams: Mapping[str, tuple[Segment, ...]] = {}
        self._segments = dossier.path / SEGMENTS
        folder = dossier.review_folder(number)
        if _begun_only(folder):
            self._recover(folder / JOURNAL)
        else:
            sealed = open_sealed(SealedReview, folder / SEALED, dossier.relative(folder / SEALED))
            self.record, self.streams = sealed.review, sealed.streams

    def _recover(self, path: Path) -> None:
        """What a review that was never sealed had complete."""
        try:
            entries, intact = read_journal(read_plain(path, _LARGEST_JOURNAL))
        except OSError as error:
            raise refused(path, error) from error
        self.streams = {entry.stream: entry.segments for entry in entries if entry.stream}
        planned = [name for entry in entries for name in entry.planned]
        lost = () if intact and planned else (JOURNAL,)
        self.missing = (*(name for name in planned if name not in self.streams), *lost, "seal")

    @property
    def complete(self) -> bool:
        return not self.missing

    def lines(self, stream: str) -> Iterator[bytes]:
        """The records of a stream as JSON, one a line, without newlines. Each segment is verified before it is read."""
        for segment in self._of(stream):
            yield from read_lines(self._segments, segment)

    def fact_lines(self, kind: str | None = None) -> Iterator[bytes]:
        """Facts as JSON lines in dossier order; with `kind`, only segments that hold such facts are read."""
        return (line for line, _, _ in self._fact_lines(kind))

    def facts(self, kind: str | None = None) -> Iterator[Fact]:
        return (records.decode_fact(line, name, number) for line, name, number in self._fact_lines(kind))

    def glimpses(self, kind: str | None = None) -> Iterator[Glimpse]:
        """What `core.judge.judge_all` needs of each fact, at a third of the cost of decoding all of it."""
        return (records.glimpse(line, name, number) for line, name, number in self._fact_lines(kind))

    def attempts(self) -> Iterator[Attempt]:
        return self._decoded(Attempt, self._of(ATTEMPTS))

    def files(self) -> Iterator[FileRecord]:
        return self._decoded(FileRecord, self._of(FILES))

    def judgements(self, judging: Judging | None = None) -> Iterator[Judgement]:
        """Judgements of the review itself, or those added later under `judging`."""
        return self._decoded(Judgement, self._of(JUDGEMENTS) if judging is None else self._judged(judging).segments)

    def judgings(self) -> list[Judging]:
        """Under what the review was judged again after it was sealed, by day, then rulebooks."""
        folder = self.dossier.judgements_folder(self.number)
        paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        found = [open_sealed(SealedJudging, path, self.dossier.relative(path)).judging for path in paths]
        return sorted(found, key=lambda judging: (judging.as_of, judging.key))

    def kinds(self) -> dict[str, int]:
        """How many facts of each kind, from the manifest alone."""
        total: Counter[str] = Counter()
        for segment in self._of(FACTS):
            total.update(segment.kinds)
        return dict(sorted(total.items()))

    def count(self, stream: str) -> int:
        """How many records a stream has, from the manifest alone."""
        return sum(segment.lines for segment in self._of(stream))

    def paths(self) -> list[str]:
        """Every file of a sealed review, relative to the dossier; judgements made later are not among them."""
        return self._with_segments(self.dossier.review_folder(self.number) / SEALED, *self.streams.values())

    def judged_paths(self, judging: Judging) -> list[str]:
        """Every file of judgements that were made later."""
        path = self.dossier.judgements_folder(self.number) / f"{judging.key}.json"
        return self._with_segments(path, self._judged(judging).segments)

    def _with_segments(self, path: Path, *streams: Sequence[Segment]) -> list[str]:
        names = {f"{SEGMENTS}/{segment.name}" for segments in streams for segment in segments}
        return [path.relative_to(self.dossier.path).as_posix(), *sorted(names)]

    def verify(self) -> None:
        """Read every segment of the review. Raises NotVerifiedError at the first that is not what it should be."""
        later = [segment for judging in self.judgings() for segment in self._judged(judging).segments]
        for segment in [*(item for segments in self.streams.values() for item in segments), *later]:
            verified(self._segments, segment)

    def _judged(self, judging: Judging) -> SealedJudging:
        path = self.dossier.judgements_folder(self.number) / f"{judging.key}.json"
        if not path.exists():
            message = Text("review {n} was not judged so", "第 {n} 次审查未作此评判").fill(n=self.number)
            raise InputError(message, Text("run: assay judge DOSSIER", "请运行：assay judge DOSSIER"))
        return open_sealed(SealedJudging, path, self.dossier.relative(path))

    def _of(self, stream: str) -> Sequence[Segment]:
        segments = self.streams.get(stream)
        if segments is None:
            message = Text("review {n} holds no {stream}", "第 {n} 次审查中没有 {stream}")
            advice = (
                Text(
                    "it was interrupted before they were written; review the product again",
                    "写入前审查被中断；请重新审查",
                )
                if stream in self.missing
                else Text("that step was not part of it", "该次审查不包含此步骤")
            )
            raise InputError(message.fill(n=self.number, stream=stream), advice)
        return segments

    def _fact_lines(self, kind: str | None) -> Iterator[tuple[bytes, str, int]]:
        """Each fact's line with its segment's name and its number there."""
        for segment in self._of(FACTS):
            if kind is not None and kind not in segment.kinds:
                continue
            every = kind is None or len(segment.kinds) == 1
            for number, line in enumerate(read_lines(self._segments, segment), 1):
                if every or records.kind_of(line, segment.name, number) == kind:
                    yield line, segment.name, number

    def _decoded(self, type_: type[T], segments: Sequence[Segment]) -> Iterator[T]:
        for segment in segments:
            for number, line in enumerate(read_lines(self._segments, segment), 1):
                yield records.decode(type_, line, segment.name, number)


def _begun_only(folder: Path) -> bool:
    """Whether a review has a journal and no manifest. One that has neither was damaged, which must be said."""
    return os.path.lexists(folder / JOURNAL) and not os.path.lexists(folder / SEALED)


def _no_dossier(path: Path) -> InputError:
    message = Text("{path} is not a dossier", "{path} 不是卷宗").fill(path=path)
    advice = Text(
        "name the folder that assay review wrote (NAME.assay), or one that does not exist yet",
        "请指定 assay review 写出的文件夹（NAME.assay），或一个尚不存在的文件夹",
    )
    return InputError(message, advice)
