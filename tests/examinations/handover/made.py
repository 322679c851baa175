"""Small binaries and archives for tests of comparing, made here byte by byte."""

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import datetime


def elf(code: bytes = b"\x90" * 32, build_id: bytes = b"\x11" * 20, debug: bytes = b"", behind: bytes = b"") -> bytes:
    """An ELF-64 program: one loaded segment (header, code, build-id note), debug information, a table of sections."""
    note = struct.pack("<III", 4, len(build_id), 3) + b"GNU\0" + build_id
    names = b"\0.text\0.note\0.debug_info\0.shstrtab\0"
    at_code = 64 + 2 * 56
    at_note = at_code + len(code)
    loaded = at_note + len(note)
    at_names = loaded + len(debug)
    table = at_names + len(names)
    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 2, 62, 1, 0x400000 + at_code, 64, table, 0, 64, 56, 2, 64, 5, 4)
    segments = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x400000, 0x400000, loaded, loaded, 4096)
    segments += struct.pack("<IIQQQQQQ", 4, 4, at_note, 0x400000 + at_note, 0, len(note), len(note), 4)
    rows = [(0, 0, 0, 0, 0), (1, 1, 6, at_code, len(code)), (7, 7, 2, at_note, len(note)),
            (13, 1, 0, loaded, len(debug)), (25, 3, 0, at_names, len(names))]  # fmt: skip
    sections = b"".join(
        struct.pack("<IIQQQQIIQQ", name, kind, flags, 0, at, size, 0, 0, 1, 0) for name, kind, flags, at, size in rows
    )
    return header + segments + code + note + debug + names + sections + behind


def pe(stamp: int = 1, code: bytes = b"\x90" * 16) -> bytes:
    """A PE32+ file: headers, one section, a debug directory with an RSDS record."""
    place, base = 512, 0x1000
    record = b"RSDS" + stamp.to_bytes(16, "little") + struct.pack("<I", stamp) + b"a.pdb\0"
    directory = struct.pack("<IIHHIIII", 0, stamp, 0, 0, 2, len(record), 0, place + len(code) + 28)
    body = code + directory + record
    directories = bytearray(16 * 8)
    struct.pack_into("<II", directories, 6 * 8, base + len(code), 28)
    optional = struct.pack("<H", 0x20B) + bytes(62) + struct.pack("<I", stamp * 7) + bytes(44) + bytes(directories)
    coff = struct.pack("<HHIIIHH", 0x8664, 1, stamp, 0, 0, len(optional), 0)
    section = b".text\0\0\0" + struct.pack("<IIII", len(body), base, len(body), place) + bytes(16)
    head = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0" + coff + optional + section
    return head.ljust(place, b"\0") + body


def zipped(members: Mapping[str, bytes], year: int = 2020, mode: int = 0o644, comment: bytes = b"") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, datetime(year, 1, 2).timetuple()[:6])
            entry.external_attr = mode << 16
            archive.writestr(entry, content)
        archive.comment = comment
    return made.getvalue()


def tarred(
    members: Mapping[str, bytes],
    mtime: int = 1,
    mode: int = 0o644,
    owner: str = "root",
    pax: dict[str, str] | None = None,
) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode, entry.uname = len(content), mtime, mode, owner
            entry.pax_headers = pax or {}
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def gzipped(content: bytes, mtime: int = 1) -> bytes:
    return gzip.compress(content, mtime=mtime)


def ar(members: Mapping[str, bytes], mtime: int = 1) -> bytes:
    made = b"!<arch>\n"
    for name, content in members.items():
        head = f"{name + '/':<16}{mtime:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}".encode() + b"`\n"
        made += head + content + b"\n" * (len(content) % 2)
    return made
