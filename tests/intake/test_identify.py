import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.intake import languages
from assay.intake.identify import HEAD, Identity, identify
from assay.intake.signatures import ROWS

from .packing import tarred, zipped


def of(name: str, head: bytes, size: int | None = None) -> tuple[str, str]:
    found = identify(name, head[:HEAD], len(head) if size is None else size)
    return found.file_class, found.format


PE = b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"
DER = b"\x30\x82\x01\x00\x30\x81" + bytes(254)


def managed(magic: int, directories: int = 16) -> bytes:
    """What follows the mark of a PE: the header, of 32 or 64 bits, with a directory of the .NET runtime."""
    before = 92 if magic == 0x10B else 108
    listed = bytes(14 * 8) + struct.pack("<II", 0x2008, 72) + bytes(8)
    return bytes(20) + struct.pack("<H", magic) + bytes(before - 2) + struct.pack("<I", directories) + listed


CASES = [
    ("notes.txt", b"\x7fELF\2\1\1" + bytes(60), ("binary", "ELF")),
    ("a.py", b"\x7fELF\2\1\1" + bytes(60), ("binary", "ELF")),
    ("a.py", b"import os\0\0\0", ("source", "Python")),
    ("a.py", b"", ("source", "Python")),
    ("A.class", b"\xca\xfe\xba\xbe\0\0\0\x34", ("binary", "Java class")),
    ("fat", b"\xca\xfe\xba\xbe\0\0\0\x02", ("binary", "Mach-O")),
    ("x", PE, ("binary", "PE")),
    ("x.dll", PE + managed(0x10B), ("binary", ".NET assembly")),
    ("x.dll", PE + managed(0x20B), ("binary", ".NET assembly")),
    ("x.dll", PE + managed(0x10B, directories=14), ("binary", "PE")),
    ("MZ.py", b"MZ = 1\n", ("source", "Python")),
    ("BM.c", b"BMP_SIZE(x)\n", ("source", "C")),
    ("p.pyc", b"\xa7\r\r\n" + bytes(12) + b"\xe3", ("binary", "Python bytecode")),
    ("x.docx", zipped({"[Content_Types].xml": b"x"}), ("text", "Office Open XML")),
    ("x.nupkg", zipped({"[Content_Types].xml": b"x"}), ("archive", "zip")),
    ("x.bin", tarred({"a": b"x"}), ("archive", "tar")),
    ("lib.a", b"!<arch>\nfoo.o/   ", ("binary", "static library")),
    ("x.deb", b"!<arch>\ndebian-binary   ", ("archive", "deb")),
    ("fs.img", bytes(1080) + b"\x53\xef\1\0" + bytes(100), ("archive", "ext")),
    ("fw", bytes(16) + bytes(24) + b"_FVH", ("archive", "UEFI firmware volume")),
    ("k", b"\x27\x05\x19\x56" + bytes(60), ("archive", "uImage")),
    ("x.dtb", b"\xd0\x0d\xfe\xed" + bytes(60), ("configuration", "device tree blob")),
    ("x.itb", b"\xd0\x0d\xfe\xed" + bytes(60), ("archive", "FIT")),
    ("r.bz2", b"BZh91AY&SY" + bytes(10), ("archive", "bzip2")),
    ("BZh.md", b"BZh is a magic", ("text", "Markdown")),
    ("c.pem", b"-----BEGIN CERTIFICATE-----\nMII", ("material", "PEM")),
    ("c.pem", b"Certificate:\n    Data:\n        Version: 3 (0x2)\n", ("material", "PEM")),
    ("c.php", b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n<?php", ("source", "PHP")),
    ("c.crt", b"Certificate:\n  Data:\n-----BEGIN CERTIFICATE-----\n", ("material", "PEM")),
    ("k", b"-----BEGIN OPENSSH PRIVATE KEY-----\n", ("material", "PEM")),
    ("pem.py", b'KEY = """-----BEGIN RSA PRIVATE KEY-----"""', ("source", "Python")),
    ("c.der", DER, ("material", "DER")),
    ("k.p12", b"\x30\x82\x01\x00\2\1\3\x30" + bytes(252), ("material", "PKCS#12")),
    ("ks", b"\xfe\xed\xfe\xed\0\0\0\2", ("material", "JKS")),
    ("id.pub", b"ssh-ed25519 AAAAC3Nz", ("material", "SSH key")),
    ("run", b"#!/usr/bin/env python3\nimport os\n", ("source", "Python")),
    ("run", b"#! /bin/sh -e\n", ("source", "Shell")),
    ("run", b"#!/usr/bin/env -S node --x\n", ("source", "JavaScript")),
    ("clean.sh", b"#!/usr/bin/env php\n<?php\n", ("source", "PHP")),
    ("clean.sh", b"#!/opt/own/runner\n", ("source", "Shell")),
    ("clean.sh", b"echo x\n", ("source", "Shell")),
    ("a.h", b"int x;", ("source", "C")),
    ("a.h", b"#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(struct class_of *x);\n", ("source", "C")),
    ("a.h", b"// licence\n#include <vector>\n", ("source", "C++")),
    ("a.h", b"#pragma once\nclass A;\n", ("source", "C++")),
    ("a.h", b"/* licence */\nvoid f(std::string x);\n", ("source", "C++")),
    ("a.h", b"#import <Foundation/Foundation.h>\n@interface A\n@end\n", ("source", "Objective-C")),
    ("a.hpp", b"int x;", ("source", "C++")),
    ("a.h.in", b"int x;", ("source", "C")),
    ("models.py-tpl", b"x = 1", ("source", "Python")),
    ("a.pyx", b"cdef int x", ("source", "Cython")),
    ("PAY.CBL", b"       IDENTIFICATION DIVISION.", ("source", "COBOL")),
    ("a.m", b"@interface A", ("source", "Objective-C")),
    ("a.m", b"function y = f(x)", ("source", "MATLAB")),
    ("w.py", "import os\n".encode("utf-16"), ("source", "Python")),
    ("run", "#!/bin/sh\n".encode("utf-16"), ("source", "Shell")),
    ("x.html", b"<p>no code</p>", ("text", "HTML")),
    ("x.html", b"<script>f()</script>", ("source", "HTML")),
    ("x.html", b"<p onclick='f()'>", ("source", "HTML")),
    ("x.svg", b"<svg><script>f()</script></svg>", ("source", "HTML")),
    ("x.json", b"{}", ("configuration", "JSON")),
    ("tr.ts", b"<?xml version='1.0'?><!DOCTYPE TS>", ("data", "translation")),
    ("a.ts", b"const x: number = 1", ("source", "TypeScript")),
    ("Dockerfile", b"FROM x", ("configuration", "Dockerfile")),
    ("x/META-INF/services/java.security.Provider", b"a.B\n", ("configuration", "Java services")),
    ("LICENSE", b"text", ("text", "text")),
    ("README.rst", b"text", ("text", "text")),
    ("LICENSE", b"#!/bin/sh\nrm", ("source", "Shell")),
    ("strange", b"words of an unknown language", ("unknown", "text")),
    ("strange", b"\x01\x02\x80\x00\xff", ("unknown", "unknown")),
    ("fake.png", b"\x01\x02\x80\x00\xff", ("unknown", "unknown")),
    ("fake.csv", b"\x01\x02\x80\x00\xff", ("unknown", "CSV")),
    ("p.png", b"\x89PNG\r\n\x1a\n", ("media", "PNG")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "head", "expected"), CASES, ids=[f"{case[0]}-{case[2][1]}" for case in CASES])
def test_content_before_name(name: str, head: bytes, expected: tuple[str, str]) -> None:
    assert of(name, head) == expected


def test_size_tells_configuration_from_data_and_a_head_from_a_whole() -> None:
    assert of("x.json", b"{}", 5 << 20) == ("data", "JSON")
    assert of("x.html", b"<p>" * 1000, 9000) == ("source", "HTML")


def test_packed_code_is_noted() -> None:
    assert identify("a.js", b"x=1;" * 1024, 90_000) == Identity("source", "JavaScript", "packed")
    assert identify("a.js", b"x=1;\n" * 1024, 90_000).note == ""
    assert identify("a", b"\x7fELF" + bytes(200) + b"UPX!", 9000) == Identity("binary", "ELF", "packed")
    assert identify("a.exe", PE + bytes(100) + b"UPX0", 9000).note == "packed"


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[2]}-{row[0]}-{row[1].hex()}" for row in ROWS])
def test_each_signature_is_reached(row: tuple[int, bytes, str, str]) -> None:
    offset, magic, format_, file_class = row
    if format_ in ("tar", "zip"):
        return
    assert of("x", bytes(offset) + magic + bytes(64)) == (file_class, format_)


@pytest.mark.parametrize("ending", sorted(languages.SOURCE_ENDINGS))
def test_every_language_ending_is_source(ending: str) -> None:
    expected = "text" if ending in ("html", "htm", "xhtml", "shtml") else "source"
    assert of(f"name.{ending}", b"some words\n")[0] == expected


def test_no_ending_is_claimed_twice() -> None:
    tables = [languages.SOURCE_ENDINGS, languages.CONFIGURATION_ENDINGS, languages.DATA_ENDINGS]
    tables += [languages.TEXT_ENDINGS, languages.MEDIA_ENDINGS]
    claimed = [ending for table in tables for ending in table]
    assert sorted(claimed) == sorted(set(claimed))


@given(st.text(max_size=30), st.binary(max_size=700), st.integers(0, 1 << 40))
def test_any_content_is_identified(name: str, head: bytes, size: int) -> None:
    found = identify(name, head, max(size, len(head)))
    assert found.format


@given(st.sampled_from(["py", "java", "c"]), st.binary(min_size=1, max_size=300))
def test_junk_named_source_is_never_inert(ending: str, junk: bytes) -> None:
    assert of(f"a.{ending}", junk)[0] not in {"text", "media", "data"}


@pytest.mark.parametrize("magic", [b"GIF89a = 1\n", b"%PDF-1\n", b"BM = 2\n"])
def test_a_picture_named_source_is_source(magic: bytes) -> None:
    assert of("a.py", magic + b"import hashlib\n")[:2] == ("source", "Python")


def test_a_zip_is_a_zip_whatever_its_method() -> None:
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        assert of("x.txt", zipped({"a": b"b"}, method)) == ("archive", "zip")


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("a.1", b".TH A 1\n.SH NAME\n", ("text", "manual page")),
        ("a.3pm", b'.\\" made by hand\n.Dd today\n', ("text", "manual page")),
        ("regex.3type", b"'\\\" t\n.TH regex 3type\n", ("text", "manual page")),
        ("a.1", b"", ("text", "empty")),
        ("run.1", b"openssl md5 x\n", ("unknown", "text")),
        ("part.1", b"\0\1\2\3PAR1" + bytes(60), ("unknown", "unknown")),
        ("a.man", b"key = value\n", ("unknown", "text")),
    ],
)
def test_a_manual_page_is_one_by_its_content(name: str, head: bytes, expected: tuple[str, str]) -> None:
    assert of(name, head) == expected
