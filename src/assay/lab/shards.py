"""The files cut into pieces of work, by count and bytes in delivery order, never by how many workers there are.

When a piece kills its worker it is split around the file that did it, so that work is redone at most once per death
and every death takes something out of what is left: the bench ends whatever the files do.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from assay.core.examination import FileMeta

PIECE_BYTES = 8 << 20
PIECE_FILES = 400


class Piece(Struct, frozen=True):
    """Files [start, stop) of the delivery.

    `without` are positions of examinations that already failed on the one file of this piece; `alone` says that the
    file runs by itself in a fresh worker after all others, so that what goes wrong is its own doing.
    """

    start: int
    stop: int
    without: frozenset[int] = frozenset()
    alone: bool = False

    @property
    def name(self) -> str:
        """Unique within a run: file names of what the piece writes are built from it."""
        tried = "".join(f"-{which}" for which in sorted(self.without))
        return f"{self.start:08d}-{self.stop:08d}{'-alone' if self.alone else ''}{tried}"


def pieces(files: Sequence[FileMeta], first: int = 0) -> Iterator[Piece]:
    """The files from `first` on. A file that does not fit begins the next piece, however large it is."""
    start, held = first, 0
    for position, meta in enumerate(islice(files, first, None), first):
        if position > start and (held + meta.size > PIECE_BYTES or position - start >= PIECE_FILES):
            yield Piece(start, position)
            start, held = position, 0
        held += meta.size
    if start < len(files):
        yield Piece(start, len(files))


def split(piece: Piece, at: int) -> tuple[list[Piece], Piece, list[Piece]]:
    """What lies before the file at `at`, that file alone, and what lies after it."""
    before = [Piece(piece.start, at)] if at > piece.start else []
    after = [Piece(at + 1, piece.stop)] if at + 1 < piece.stop else []
    return before, replace(piece, start=at, stop=at + 1, alone=True), after


def halves(piece: Piece) -> list[Piece]:
    """For a piece of several files that were all seen but whose facts could not be written."""
    middle = (piece.start + piece.stop) // 2
    return [Piece(piece.start, middle), Piece(middle, piece.stop)]
