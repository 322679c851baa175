"""Segments: named by what they hold, cut by size, and never half believed."""

import hashlib
import os
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from assay.core.errors import Exit, NotVerifiedError
from assay.dossier.segments import LARGEST, Segment, read_lines, verified, write_segments

LINES = [b'{"kind":"%s","n":%d}' % (kind, n) for kind in (b"a", b"b") for n in range(50)]


def written(folder: Path, lines: list[bytes] = LINES, size: int = 500) -> list[Segment]:
    return list(write_segments(folder, lines, of_facts=True, size=size))


def test_there_and_back(tmp_path: Path) -> None:
    segments = written(tmp_path)
    assert len(segments) > 2
    assert [line for segment in segments for line in read_lines(tmp_path, segment)] == LINES
    assert all(segment.bytes <= 500 for segment in segments)
    assert sum(segment.lines for segment in segments) == len(LINES)
    assert {kind: sum(segment.kinds.get(kind, 0) for segment in segments) for kind in "ab"} == {"a": 50, "b": 50}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(segment.name for segment in segments)
    for segment in segments:
        assert hashlib.sha256(verified(tmp_path, segment)).hexdigest() == segment.digest


@given(st.lists(st.binary(min_size=1, max_size=30).filter(lambda line: b"\n" not in line)), st.integers(1, 80))
def test_any_lines_and_any_size(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], size: int) -> None:
    folder = tmp_path_factory.getbasetemp()
    segments = list(write_segments(folder, lines, of_facts=False, size=size))
    assert [line for segment in segments for line in read_lines(folder, segment)] == lines
    assert all(segment.bytes <= size or segment.lines == 1 for segment in segments)


@pytest.mark.parametrize("line", [b"", b"a\nb", b"a\n"])
def test_refuses_what_is_no_line(tmp_path: Path, line: bytes) -> None:
    with pytest.raises(ValueError, match="newline"):
        list(write_segments(tmp_path, [b"x", line], of_facts=False))


def test_the_name_does_not_depend_on_the_compressor(tmp_path: Path) -> None:
    (segment,) = written(tmp_path, size=10_000)
    path = tmp_path / segment.name
    path.write_bytes(zstandard.ZstdCompressor(level=19).compress(verified(tmp_path, segment)))
    assert list(read_lines(tmp_path, segment)) == LINES


def test_an_intact_segment_is_not_written_again_and_a_damaged_one_is(tmp_path: Path) -> None:
    (segment,) = written(tmp_path, size=10_000)
    path = tmp_path / segment.name
    before = path.stat()
    assert written(tmp_path, size=10_000) == [segment]
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    path.write_bytes(b"damaged")
    assert written(tmp_path, size=10_000) == [segment]
    assert list(read_lines(tmp_path, segment)) == LINES


def refused(folder: Path, segment: Segment, why: str = "") -> None:
    """Not one line is given out, and the error names the segment."""
    with pytest.raises(NotVerifiedError, match=f"{segment.name}.*{why}") as caught:
        next(read_lines(folder, segment))
    assert caught.value.exit_code == Exit.NOT_VERIFIED
    assert segment.name in caught.value.message.zh


def test_any_flipped_bit_and_any_cut_is_seen(tmp_path: Path) -> None:
    (segment,) = written(tmp_path, size=10_000)
    path = tmp_path / segment.name
    content = path.read_bytes()
    rng = random.Random(7)
    damaged = [content[:size] for size in range(len(content))]
    for _ in range(300):
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        damaged.append(bytes(flipped))
    refusals = 0
    for wrong in damaged:
        path.write_bytes(wrong)
        try:
            given_out = list(read_lines(tmp_path, segment))
        except NotVerifiedError as error:
            refusals += segment.name in error.message.en
        else:
            assert given_out == LINES, "what the compressor's own framing loses does no harm"
    assert refusals > 0.95 * len(damaged)


@pytest.mark.parametrize("more", [b"x", b"\x00" * 100, zstandard.compress(b"{}\n")])
def test_nothing_may_follow(tmp_path: Path, more: bytes) -> None:
    (segment,) = written(tmp_path, size=10_000)
    path = tmp_path / segment.name
    path.write_bytes(path.read_bytes() + more)
    refused(tmp_path, segment)


def test_missing_and_swapped(tmp_path: Path) -> None:
    one, other, *_ = written(tmp_path)
    content = (tmp_path / one.name).read_bytes()
    (tmp_path / one.name).unlink()
    refused(tmp_path, one, "missing")
    (tmp_path / one.name).write_bytes((tmp_path / other.name).read_bytes())
    refused(tmp_path, one)
    (tmp_path / one.name).write_bytes(content)
    assert list(read_lines(tmp_path, one))


def test_only_plain_files_are_read(tmp_path: Path) -> None:
    (segment,) = written(tmp_path, size=10_000)
    path, elsewhere = tmp_path / segment.name, tmp_path / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    refused(tmp_path, segment, "cannot be read")
    path.unlink()
    os.mkfifo(path)
    refused(tmp_path, segment, "not a plain file")
    path.unlink()
    path.mkdir()
    refused(tmp_path, segment, "cannot be read")


def test_a_bomb_is_refused_before_it_unfolds(tmp_path: Path) -> None:
    segment = Segment("0" * 64, 1000, 1)
    (tmp_path / segment.name).write_bytes(zstandard.compress(bytes(200 << 20)))
    refused(tmp_path, segment, "size")


def test_a_manifest_that_lies(tmp_path: Path) -> None:
    (segment,) = written(tmp_path, size=10_000)
    refused(tmp_path, replace(segment, lines=99), "lines")
    refused(tmp_path, replace(segment, bytes=segment.bytes - 1), "size")
    refused(tmp_path, replace(segment, bytes=segment.bytes + 1), "size")
    for impossible in (0, -1, LARGEST + 1):
        refused(tmp_path, replace(segment, bytes=impossible), "impossible")
    for name in ("../" * 10 + "etc/passwd", "", "A" * 64, segment.digest + "\n", "é" * 64):
        with pytest.raises(NotVerifiedError, match="not a SHA-256"):
            verified(tmp_path, replace(segment, digest=name))
