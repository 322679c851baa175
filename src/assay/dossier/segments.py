"""Segments: records as compressed JSON lines, named by the SHA-256 of the uncompressed bytes.

The name says what is inside, whatever compressor wrote it, so that reviews of one dossier share equal segments. A
stream of records is cut into segments of about 16 MB: two million facts are some sixty files, and a reader holds one
segment at a time. No line of a segment is given out before the whole segment matched its name.
"""

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import zstandard
from msgspec import Struct, field

from assay.core.errors import NotVerifiedError, said
from assay.core.text import Text
from assay.dossier import records
from assay.dossier.durable import read_plain, write_durably

SIZE = 16 << 20  # uncompressed bytes after which a segment is cut; a longer line is a segment of its own
LARGEST = 1 << 30  # no segment is larger, so that a forged one cannot fill the memory of its reader
_LEVEL = 3
_WINDOW = 8 << 20  # more than level 3 asks for


class Segment(Struct, frozen=True):
    """What a manifest says of a segment. `kinds` counts the facts of each kind; empty when it holds no facts."""

    digest: str
    bytes: int
    lines: int
    kinds: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.digest}.jsonl.zst"


def write_segments(folder: Path, lines: Iterable[bytes], *, of_facts: bool, size: int = SIZE) -> Iterator[Segment]:
    """Write lines (each without newline) as segments, yielding each once it is on disk.

    Raises OSError, and ValueError on an empty line, one that holds a newline, or one that no reader would accept.
    """
    held: list[bytes] = []
    held_bytes = 0
    for line in lines:
        if not line or b"\n" in line or len(line) >= LARGEST:
            raise ValueError("a record is empty, longer than a segment may be, or holds a newline")
        if held and held_bytes + len(line) + 1 > size:
            yield _write(folder, held, of_facts)
            held, held_bytes = [], 0
        held.append(line)
        held_bytes += len(line) + 1
    if held:
        yield _write(folder, held, of_facts)


def _write(folder: Path, lines: list[bytes], of_facts: bool) -> Segment:
    kinds = Counter(map(records.kind_of, lines)) if of_facts else {}
    content = b"\n".join([*lines, b""])
    digest = hashlib.sha256(content).hexdigest()
    segment = Segment(digest, len(content), len(lines), dict(kinds))
    if not _holds(folder, segment):
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        write_durably(folder / segment.name, compressor.compress(content))
    return segment


def _holds(folder: Path, segment: Segment) -> bool:
    """Whether the folder has the segment intact. A damaged one is written again: its name says what it must hold."""
    try:
        verified(folder, segment)
    except NotVerifiedError:
        return False
    return True


def read_lines(folder: Path, segment: Segment) -> Iterator[bytes]:
    """The lines of a segment, without newlines, after all of it was verified. Raises NotVerifiedError."""
    for line in io.BytesIO(verified(folder, segment)):
        yield line[:-1]


def verified(folder: Path, segment: Segment) -> bytes:
    """The uncompressed bytes of a segment, or NotVerifiedError that names it.

    1. the manifest's claim must be a possible one: its digest becomes a file name, its size a limit
    2. the file is a plain file and no larger than such a segment can be
    3. it decompresses to exactly the claimed size, with nothing after it
    4. the bytes have the digest that is the segment's name
    5. they are the claimed number of whole lines
    """
    # 1.
    if len(segment.digest) != 64 or not set(segment.digest) <= set("0123456789abcdef"):
        raise _unverified(repr(segment.digest), "its name is not a SHA-256", "名称不是 SHA-256")
    name = f"{folder.parent.name}/{folder.name}/{segment.name}"
    if not 0 < segment.bytes <= LARGEST:
        raise _unverified(name, "its manifest states an impossible size", "清单所载大小不可能")
    # 2.
    try:
        raw = read_plain(folder / segment.name, segment.bytes + (1 << 20))
    except FileNotFoundError as error:
        raise _unverified(name, "it is missing", "文件缺失") from error
    except OSError as error:
        raise _unverified(name, f"it cannot be read: {said(error).en}", f"文件无法读取：{said(error).zh}") from error
    # 3.
    decompressor = zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    try:
        with decompressor.stream_reader(raw, read_across_frames=True) as stream:
            content = stream.read(segment.bytes + 1)
    except zstandard.ZstdError as error:
        raise _unverified(name, f"it is damaged: {error}", "文件损坏") from error
    if len(content) != segment.bytes:
        raise _unverified(name, "it does not have the size its manifest states", "大小与清单不符")
    # 4.
    if hashlib.sha256(content).hexdigest() != segment.digest:
        raise _unverified(name, "its content does not match its name", "内容与名称不符")
    # 5.
    if not content.endswith(b"\n") or content.count(b"\n") != segment.lines:
        raise _unverified(name, "it does not have the lines its manifest states", "行数与清单不符")
    return content


def _unverified(name: str, why_en: str, why_zh: str) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"segment {name} does not verify: {why_en}", f"数据段 {name} 校验失败：{why_zh}"),
        Text("take this file from another copy of the dossier", "请从该卷宗的其他副本取回此文件"),
    )
