"""Normal forms: what of a file two honest builds of the same source may differ in, put aside by name.

    normal(path, content) -> Normal(content, aside)      equal contents: the files are equal but for what is aside

    build-id            the note of ELF files that is a digest of the rest
    not-loaded          symbols and debug information of ELF files, which no loader maps
    pe-times            time stamp and checksum of PE files, identity of their debug data
    pyc-source          time and size of the source in a .pyc file
    record-digests      digests, sizes and place of licences in a wheel's RECORD (the files themselves are compared)
    generator           the builder's own name in a wheel's WHEEL file
    metadata-form       the version of the form of a wheel's METADATA, and what only newer forms tell
    manifest-build      who built a jar, with what and when, in its manifest
    properties-date     comment lines of pom.properties

What is put aside is never code: of an ELF file every loaded byte must be equal but the build-id and where its table of
sections lies, and every byte behind what the tables account for. Where a form is damaged nothing is put aside.
Source: the stabilisers of oss-rebuild (by name); ELF-64 and ELF-32 object file format; Microsoft PE format; PEP 552.
"""

import re
import struct
from collections.abc import Callable

from msgspec import Struct

_PYC = 16
_LONGEST_ID = 32  # bytes of a build-id
_MOST_DEBUG = 16  # entries of debug data in a PE file
_NOT_LOADED = re.compile(
    rb"\.(debug_.*|zdebug_.*|comment|symtab|strtab|shstrtab|gnu_debuglink|gnu_debugaltlink|gdb_index|stab.*|line)"
)
_BUILD = re.compile(
    rb"^(Created-By|Build-Jdk|Build-Jdk-Spec|Built-By|Build-Time|Build-Date|Bnd-LastModified|Archiver-Version"
    rb"|Implementation-Build-Date):[^\n]*\n(?: [^\n]*\n)*",
    re.MULTILINE | re.IGNORECASE,
)


class Normal(Struct, frozen=True):
    content: bytes
    aside: frozenset[str] = frozenset()


def normal(path: str, content: bytes) -> Normal:
    """The normal form of a file; the file itself where none is known, or where it is not what it seems."""
    for known, form in _FORMS:
        if known(path, content):
            try:
                return form(content)
            except (struct.error, IndexError, ValueError, OverflowError):
                return Normal(content)
    return Normal(content)


def _elf(content: bytes) -> Normal:
    """Loaded bytes with the build-id blanked; what is not loaded, by section; what lies behind everything."""
    wide, order = content[4] == 2, "<" if content[5] == 1 else ">"
    word = "Q" if wide else "I"
    head = struct.unpack_from(f"{order}HHI3{word}I6H", content, 16)
    if head[0] == 1:  # an object file: its symbols and relocations are what it means
        return Normal(content)
    phoff, shoff, phsize, phnum, shsize, shnum, shstr = head[4], head[5], head[8], head[9], head[10], head[11], head[12]
    image = bytearray(content)
    at = 40 if wide else 32
    image[at : at + struct.calcsize(word)] = bytes(struct.calcsize(word))  # e_shoff
    image[-4 + (64 if wide else 52) : 64 if wide else 52] = bytes(4)  # e_shnum, e_shstrndx
    aside = {"not-loaded"}
    loaded: list[tuple[int, int]] = []
    for number in range(phnum):
        kind, offset, size = _segment(content, phoff + number * phsize, order, wide=wide)
        if kind == 1:
            loaded.append((offset, offset + size))
        elif kind == 4 and "build-id" not in aside and _blank_id(image, offset, size, order):
            aside.add("build-id")
    kept, covered = [], [*loaded, (0, 64 if wide else 52), (phoff, phoff + phnum * phsize)]
    covered.append((shoff, shoff + shnum * shsize))
    sections = [_section(content, shoff + number * shsize, order, wide=wide) for number in range(shnum)]
    names = sections[shstr][2] if shnum and shstr < shnum else 0
    for name, kind, offset, size, flags in sections:
        within = any(start <= offset and offset + size <= end for start, end in loaded)
        if kind == 8 or (flags & 2 and within):  # nothing in the file, or loaded
            continue
        covered.append((offset, offset + size))
        end = content.index(b"\0", names + name) if names else 0
        title = content[names + name : end]
        if flags & 2 or not _NOT_LOADED.fullmatch(title):
            kept.append(title + b"\0" + content[offset : offset + size])
    parts = [bytes(image[start:end]) for start, end in sorted(loaded)]
    table = bytes(image[: 64 if wide else 52]) + content[phoff : phoff + phnum * phsize]
    return Normal(b"\0\0".join([table, *parts, *sorted(kept), _uncovered(content, covered)]), frozenset(aside))


def _segment(content: bytes, at: int, order: str, *, wide: bool) -> tuple[int, int, int]:
    """Type, offset and size in the file."""
    if wide:
        kind, _, offset, _, _, size = struct.unpack_from(f"{order}IIQQQQ", content, at)
    else:
        kind, offset, _, _, size = struct.unpack_from(f"{order}IIIII", content, at)
    return kind, offset, size


def _section(content: bytes, at: int, order: str, *, wide: bool) -> tuple[int, int, int, int, int]:
    """Name, type, offset, size, flags."""
    if wide:
        name, kind, flags, _, offset, size = struct.unpack_from(f"{order}IIQQQQ", content, at)
    else:
        name, kind, flags, _, offset, size = struct.unpack_from(f"{order}IIIIII", content, at)
    return name, kind, offset, size, flags


def _blank_id(image: bytearray, offset: int, size: int, order: str) -> bool:
    """Blank the digest of the first GNU build-id note here; one that is longer than any digest may cover code."""
    at, end = offset, min(offset + size, len(image))
    while at + 12 <= end:
        names, desc, kind = struct.unpack_from(f"{order}III", image, at)
        start = at + 12 + (names + 3 & ~3)
        if kind == 3 and image[at + 12 : at + 16] == b"GNU\0" and desc <= _LONGEST_ID and start + desc <= end:
            image[start : start + desc] = bytes(desc)
            return True
        at = start + (desc + 3 & ~3)
    return False


def _uncovered(content: bytes, covered: list[tuple[int, int]]) -> bytes:
    """Bytes that no table accounts for, without the zeros that align; an appended payload is one."""
    found, at = [], 0
    for start, end in sorted(covered):
        if start > at:
            found.append(content[at:start].strip(b"\0"))
        at = max(at, end)
    found.append(content[at:].strip(b"\0"))
    return b"\0".join(piece for piece in found if piece)


def _pe(content: bytes) -> Normal:
    image = bytearray(content)
    at = struct.unpack_from("<I", content, 60)[0]
    sections, optional = struct.unpack_from("<H", content, at + 6)[0], struct.unpack_from("<H", content, at + 20)[0]
    wide = struct.unpack_from("<H", content, at + 24)[0] == 0x20B
    _blank(image, at + 8, 4)
    _blank(image, at + 24 + 64, 4)
    directories = at + 24 + (112 if wide else 96)
    tables = [struct.unpack_from("<IIII", content, at + 24 + optional + number * 40 + 8) for number in range(sections)]

    def place(address: int) -> int:
        return next(
            (
                offset + address - start
                for size, start, raw, offset in tables
                if start <= address < start + max(size, raw)
            ),
            0,
        )

    address, size = struct.unpack_from("<II", content, directories + 6 * 8)
    if size > 28 * _MOST_DEBUG:
        raise ValueError("more debug data than any linker writes")
    for entry in range(place(address), place(address) + size, 28) if address and place(address) else ():
        _blank(image, entry + 4, 4)
        kind, length, _, offset = struct.unpack_from("<IIII", content, entry + 12)
        if kind == 2 and content[offset : offset + 4] == b"RSDS" and length >= 24:
            _blank(image, offset + 4, 20)
    export = struct.unpack_from("<I", content, directories)[0]
    if export and place(export):
        _blank(image, place(export) + 4, 4)
    return Normal(bytes(image), frozenset({"pe-times"}))


def _blank(image: bytearray, at: int, size: int) -> None:
    if at + size > len(image):
        raise ValueError("outside of the file")
    image[at : at + size] = bytes(size)


def _pyc(content: bytes) -> Normal:
    """By PEP 552: with no flag set, the header holds time and size of the source."""
    if struct.unpack_from("<I", content, 4)[0] != 0:
        return Normal(content)
    return Normal(content[:8] + bytes(8) + content[_PYC:], frozenset({"pyc-source"}))


def _record(content: bytes) -> Normal:
    names = sorted(line.rsplit(b",", 2)[0] for line in content.splitlines() if line.strip())
    names = [name.replace(b".dist-info/licenses/", b".dist-info/") for name in names]
    return Normal(b"\n".join(names), frozenset({"record-digests"}))


def _wheel(content: bytes) -> Normal:
    kept = [line for line in content.splitlines() if not line.startswith(b"Generator:")]
    return Normal(b"\n".join(kept), frozenset({"generator"}))


def _metadata(content: bytes) -> Normal:
    head, blank, text = content.replace(b"\r\n", b"\n").partition(b"\n\n")
    newer = (b"Metadata-Version:", b"Dynamic:", b"License-File:")
    kept = [line for line in head.splitlines() if not line.startswith(newer)]
    return Normal(b"\n".join(kept) + blank + text, frozenset({"metadata-form"}))


def _manifest(content: bytes) -> Normal:
    return Normal(_BUILD.sub(b"", content.replace(b"\r\n", b"\n")), frozenset({"manifest-build"}))


def _properties(content: bytes) -> Normal:
    kept = [line for line in content.splitlines() if not line.startswith(b"#")]
    return Normal(b"\n".join(kept), frozenset({"properties-date"}))


def _called(*ends: str) -> Callable[[str, bytes], bool]:
    return lambda path, _: path.endswith(ends)


_FORMS: tuple[tuple[Callable[[str, bytes], bool], Callable[[bytes], Normal]], ...] = (
    (lambda _, content: content[:4] == b"\x7fELF", _elf),
    (lambda _, content: content[:2] == b"MZ", _pe),
    (_called(".pyc"), _pyc),
    (_called(".dist-info/RECORD"), _record),
    (_called(".dist-info/WHEEL"), _wheel),
    (_called(".dist-info/METADATA"), _metadata),
    (_called("META-INF/MANIFEST.MF"), _manifest),
    (_called("/pom.properties"), _properties),
)
