"""Which files hold which identifier, written by the first pass and searched natively by later ones.

Per piece one scratch file: the words of its files, one a line, in delivery order. A question is a bytes search for
`\\nword\\n`, so no word ever becomes an entry of a dictionary. A file of several units repeats words; that is harmless.
"""

import mmap
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from ahocorasick_rs import BytesAhoCorasick
from msgspec import Struct

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.lab.identifiers import is_one_word
from assay.lab.units import TEXT_CLASSES, Reading

_FEW = 32  # words that are searched one by one


class WordsShard(Struct, frozen=True):
    """The words of one piece: `starts[i]` is where those of file `files[i]` begin."""

    path: Path
    files: tuple[int, ...]
    starts: tuple[int, ...]


class WordsWriter:
    """Writes one WordsShard; files must come in delivery order. Nothing is created before the first word."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._files: list[int] = []
        self._starts: list[int] = []
        self._end = 0

    def add(self, position: int, distinct: set[bytes]) -> None:
        if not distinct:
            return
        if self._file is None:
            self._file = self._path.open("wb")
        if not self._files or self._files[-1] != position:
            self._files.append(position)
            self._starts.append(self._end)
        self._end += self._file.write(b"\n%b\n" % b"\n".join(distinct))

    def close(self) -> WordsShard | None:
        if self._file is None:
            return None
        self._file.close()
        return WordsShard(self._path, tuple(self._files), tuple(self._starts))


class Index:
    """Answers `core.examination.Index`. `bytes_read` counts what views read again; `alive` is called at each question.

    Picklable as long as `alive` is; workers make their own.
    """

    def __init__(
        self,
        files: Sequence[FileMeta],
        shards: Sequence[WordsShard],
        open_member: Callable[[Locator], BinaryIO],
        limits: Limits,
        alive: Callable[[], None] | None = None,
    ) -> None:
        self._files = files
        self._shards = shards
        self._open = open_member
        self._limits = limits
        self._alive = alive
        self._parts: dict[frozenset[str], list[list[slice]]] = {}  # one or two: those of the language that asks
        self.bytes_read = 0

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        """Raises ValueError for something that is not one word: it would be in no file."""
        if not is_one_word(identifier):
            raise ValueError(f"{identifier!r} is not an identifier")
        for shard in self._shards:
            if self._alive is not None:
                self._alive()
            for position in _holding(shard, b"\n%b\n" % identifier):
                yield self._files[position]

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        """Each file that holds one of the words, with the word: one native pass over the index for all of them, or one
        for each of a few, which is thirty times as fast. Of files of other `formats` nothing is searched.

        Files come in delivery order, words of a file in no order. Raises ValueError as `files_with` does.
        """
        wanted = sorted(words)
        for word in wanted:
            if not is_one_word(word):
                raise ValueError(f"{word!r} is not an identifier")
        if not wanted:
            return
        together = len(wanted) if len(wanted) > _FEW else 1
        searches = [
            (start, BytesAhoCorasick([b"\n%b\n" % word for word in wanted[start : start + together]]))
            for start in range(0, len(wanted), together)
        ]
        for shard, parts in zip(self._shards, self._parts_of(formats), strict=True):
            if self._alive is not None:
                self._alive()
            if not parts:
                continue
            with _lines(shard) as lines:
                found = [
                    (part.start + at, start + which)
                    for part in parts
                    for start, search in searches
                    for which, at, _ in search.find_matches_as_indexes(lines[part], overlapping=True)
                ]
            for at, which in sorted(found) if together == 1 else found:
                yield self._files[shard.files[bisect_right(shard.starts, at) - 1]], wanted[which]

    def _parts_of(self, formats: frozenset[str] | None) -> list[list[slice]]:
        """Where the words of files of some formats stand in each shard."""
        if formats is None:
            return [[slice(0, None)] for _ in self._shards]
        known = self._parts.get(formats)
        if known is None:
            known = self._parts[formats] = [self._of_formats(shard, formats) for shard in self._shards]
        return known

    def _of_formats(self, shard: WordsShard, formats: frozenset[str]) -> list[slice]:
        ends = (*shard.starts[1:], None)
        runs = groupby(
            zip(shard.files, shard.starts, ends, strict=True), lambda row: self._files[row[0]].format in formats
        )
        rows = (list(run) for meant, run in runs if meant)
        return [slice(run[0][1], run[-1][2]) for run in rows]

    def view(self, meta: FileMeta) -> FileView | None:
        """None for a file of more than one unit. Raises what reading raises; the bench makes an attempt of it."""
        if self._alive is not None:
            self._alive()
        if meta.size > self._limits.unit_bytes:
            return None
        with self._open(meta.locator) as stream:
            reading = Reading(stream, meta.size)
            unit = next(reading.units(self._limits.unit_bytes, text=meta.file_class in TEXT_CLASSES))
            self.bytes_read += reading.bytes_read
        return FileView(meta, unit.content, unit.first_line, unit.offset) if unit.whole else None


@contextmanager
def _lines(shard: WordsShard) -> Iterator[mmap.mmap]:
    with shard.path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        yield lines


def _holding(shard: WordsShard, line: bytes) -> Iterator[int]:
    with _lines(shard) as lines:
        at = lines.find(line)
        while at >= 0:
            which = bisect_right(shard.starts, at) - 1
            yield shard.files[which]
            if which + 1 == len(shard.starts):
                return
            at = lines.find(line, shard.starts[which + 1])
