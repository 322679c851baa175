"""What archives hold, for comparing two of them: zip (jar, wheel, NuGet), tar, ar (deb, library), gzip, bzip2, xz.

    opened(content) -> Container | None      None for what is no archive known here

A container keeps what comparing may put aside apart from what it may not: times, order, compression and owners are
`aside`; bytes that belong to no member (in front, between, behind, comments) are `outside` and must be equal.
Bounded by a budget of bytes and members; raises UndecidedError where an archive cannot be read to its end.
Source: APPNOTE.TXT (zip), POSIX pax and ustar, ar(5), RFC 1952.
"""

import bz2
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

_LARGEST = 256 << 20
_PIECE = 1 << 20
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
    NotImplementedError, RuntimeError, struct.error, KeyError, IndexError, OverflowError,
)  # fmt: skip


class UndecidedError(Exception):
    """Not all of it can be seen, so nothing is said of whether it is equal."""


class Budget(Struct):
    """Bytes and members that may still be expanded, on both sides together."""

    bytes: int = 1 << 30
    members: int = 200_000

    def spend(self, size: int) -> None:
        self.bytes -= size
        self.members -= 1
        if self.bytes < 0 or self.members < 0 or size > _LARGEST:
            raise UndecidedError("more is packed in it than is compared")


class Member(Struct, frozen=True):
    """`mode` are permission bits, 0 where the archive has none; `target` of a link; `kind` is file, link or other.

    `attributes` is what pax headers say beside names, sizes, times and owners: capabilities among them.
    """

    kind: str
    mode: int
    content: bytes
    target: str = ""
    attributes: str = ""


class Container(Struct):
    """`aside` is by name of what may be put aside; members of a compressed stream have the name ''."""

    format: str
    members: dict[str, Member] = field(default_factory=dict)
    aside: dict[str, list[object]] = field(default_factory=dict)
    outside: bytes = b""

    def add(self, name: str, member: Member, aside: Mapping[str, object]) -> None:
        if name in self.members:
            raise UndecidedError(f"two members are called {name[:100]!a}")
        self.members[name] = member
        self.aside.setdefault("archive-order", []).append(name)
        for what, value in aside.items():
            self.aside.setdefault(what, []).append((name, value))


def opened(content: bytes, budget: Budget) -> Container | None:
    """Raises UndecidedError for an archive that is damaged, locked or too large."""
    try:
        if content[:4] in (b"PK\3\4", b"PK\5\6"):
            return _zip(content, budget)
        if content[257:262] == b"ustar":
            return _tar(content, budget)
        if content[:8] == b"!<arch>\n":
            return _ar(content, budget)
        if content[:2] == b"\x1f\x8b":
            return _gzip(content, budget)
        if content[:3] == b"BZh":
            return _stream("bzip2", b"".join(_pieces(bz2.BZ2Decompressor(), content)), budget)
        if content[:6] == b"\xfd7zXZ\0":
            return _stream("xz", b"".join(_pieces(lzma.LZMADecompressor(), content)), budget)
    except _DAMAGED as error:
        raise UndecidedError(f"it cannot be read as an archive: {error}"[:200]) from error
    return None


def _stream(form: str, content: bytes, budget: Budget) -> Container:
    budget.spend(len(content))
    container = Container(form)
    container.add("", Member("file", 0, content), {})
    return container


def _pieces(decompressor: "bz2.BZ2Decompressor | lzma.LZMADecompressor", content: bytes) -> Iterator[bytes]:
    left = _LARGEST
    piece = decompressor.decompress(content, _PIECE)
    while True:
        left -= len(piece)
        if left < 0:
            raise UndecidedError("more is packed in it than is compared")
        yield piece
        if decompressor.eof:
            break
        if not piece and decompressor.needs_input:
            raise EOFError("it ends in the middle")
        piece = decompressor.decompress(b"", _PIECE)
    if decompressor.unused_data.strip(b"\0"):
        raise UndecidedError("bytes stand behind its end")


def _gzip(content: bytes, budget: Budget) -> Container:
    decompressor = zlib.decompressobj(31)
    unpacked = decompressor.decompress(content, _LARGEST + 1)
    if len(unpacked) > _LARGEST or not decompressor.eof or decompressor.unused_data.strip(b"\0"):
        raise UndecidedError("it is too large, ends in the middle, or bytes stand behind its end")
    container = _stream("gzip", unpacked, budget)
    container.aside["archive-times"] = [content[4:8]]
    container.aside["archive-compression"] = [content[8:10]]
    container.aside["archive-names"] = [content[3:4]]
    return container


def _zip(content: bytes, budget: Budget) -> Container:
    container = Container("zip")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        for entry in entries:
            if entry.flag_bits & 1:
                raise UndecidedError("a member is encrypted")
            budget.spend(entry.file_size)
            mode = entry.external_attr >> 16
            kind = "folder" if entry.is_dir() else "link" if stat.S_ISLNK(mode) else "file"
            with archive.open(entry) as file:
                inner = file.read(entry.file_size + 1)
            aside = {
                "archive-times": entry.date_time,
                "archive-compression": (
                    entry.compress_type,
                    entry.create_system,
                    entry.create_version,
                    entry.flag_bits,
                ),
                "archive-extra": entry.extra,
            }
            target = inner.decode("utf-8", "replace") if kind == "link" else ""
            container.add(entry.filename, Member(kind, stat.S_IMODE(mode), b"" if target else inner, target), aside)
        container.outside = archive.comment + b"".join(entry.comment for entry in entries)
        container.outside += _between(content, entries, archive.start_dir)
    return container


def _between(content: bytes, entries: list[zipfile.ZipInfo], directory: int) -> bytes:
    """Bytes in front of the first member and between members that no member accounts for."""
    found, at = [], 0
    for entry in sorted(entries, key=lambda one: one.header_offset):
        found.append(content[at : entry.header_offset])
        name, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
        at = entry.header_offset + 30 + name + extra + entry.compress_size
        if entry.flag_bits & 8:  # a data descriptor follows, with or without its mark, of 32 or 64 bits
            at += 16 if content[at : at + 4] == b"PK\7\10" else 12
    found.append(content[at:directory])
    return b"".join(found)


def _tar(content: bytes, budget: Budget) -> Container:
    container = Container("tar")
    stream = io.BytesIO(content)
    with tarfile.open(fileobj=stream, mode="r:") as archive:
        for entry in archive:
            budget.spend(entry.size if entry.isreg() else 0)
            kind = (
                "file"
                if entry.isreg()
                else "link"
                if entry.issym() or entry.islnk()
                else "folder"
                if entry.isdir()
                else "other"
            )
            file = archive.extractfile(entry) if entry.isreg() else None
            inner = file.read() if file is not None else b""
            target = (
                entry.linkname if kind == "link" else f"{entry.devmajor}:{entry.devminor}" if kind == "other" else ""
            )
            owner = (entry.uid, entry.gid, entry.uname, entry.gname)
            aside = {"archive-times": int(entry.mtime), "archive-owners": owner}
            name = entry.name.removeprefix("./")
            container.add(name, Member(kind, entry.mode & 0o7777, inner, target, _attributes(entry)), aside)
        container.outside = content[archive.offset :].strip(b"\0")
    return container


def _attributes(entry: tarfile.TarInfo) -> str:
    told = {"path", "linkpath", "size", "mtime", "atime", "ctime", "uid", "gid", "uname", "gname", "hdrcharset"}
    return "\n".join(sorted(f"{key}={value}" for key, value in entry.pax_headers.items() if key not in told))


def _ar(content: bytes, budget: Budget) -> Container:
    container, at, names = Container("ar"), 8, b""
    while at + 60 <= len(content):
        header = content[at : at + 60]
        if header[58:60] != b"`\n":
            raise UndecidedError("a header of a member is damaged")
        size = int(header[48:58])
        inner = content[at + 60 : at + 60 + size]
        if size < 0 or len(inner) != size:
            raise UndecidedError("it ends in the middle")
        budget.spend(size)
        name = header[:16].decode("latin-1").rstrip()
        if name == "//":
            names = inner
        elif name[:1] == "/" and name[1:].isdigit():
            name = names[int(name[1:]) :].split(b"\n")[0].decode("latin-1")
        aside = {"archive-times": header[16:28].strip(), "archive-owners": header[28:40].strip()}
        mode = int(header[40:48].strip() or b"0", 8) & 0o7777
        own = name if name in ("/", "//") else name.rstrip("/")
        number = sum(1 for other in container.members if other.partition("\0")[0] == own)
        container.add(f"{own}\0{number}" if number else own, Member("file", mode, inner), aside)
        at += 60 + size + size % 2
    container.outside = content[at:].strip(b"\n")
    return container
