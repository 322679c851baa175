from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.lab.shards import PIECE_BYTES, PIECE_FILES, Piece, halves, pieces, split

from .lab_examinations import meta_of

META = meta_of(Path("absent.java"))
sizes = st.lists(st.sampled_from([0, 10, PIECE_BYTES // 2, PIECE_BYTES, 3 * PIECE_BYTES]), max_size=30)


@given(sizes)
def test_pieces_cover_the_files_in_order_within_the_limit(found: list[int]) -> None:
    files = [replace(META, size=size) for size in found]
    cut = list(pieces(files))
    assert [n for piece in cut for n in range(piece.start, piece.stop)] == list(range(len(files)))
    for piece in cut:
        assert piece.stop - piece.start == 1 or sum(found[piece.start : piece.stop]) <= PIECE_BYTES


def test_pieces_are_bounded_by_count() -> None:
    cut = list(pieces([META] * (PIECE_FILES + 1)))
    assert [piece.stop - piece.start for piece in cut] == [PIECE_FILES, 1]


@given(st.integers(0, 9), st.integers(1, 9), st.integers(0, 8))
def test_a_split_loses_nothing(start: int, count: int, offset: int) -> None:
    piece = Piece(start, start + count)
    at = start + min(offset, count - 1)
    before, culprit, after = split(piece, at)
    parts = [*before, culprit, *after]
    assert [n for part in parts for n in range(part.start, part.stop)] == list(range(start, start + count))
    assert (culprit.start, culprit.stop, culprit.alone) == (at, at + 1, True)
    assert len({part.name for part in (piece, *parts)}) == len(parts) + 1
    divided = halves(replace(piece, stop=piece.stop + 1))
    assert [n for part in divided for n in range(part.start, part.stop)] == list(range(start, start + count + 1))
    assert all(part.stop > part.start for part in divided)
