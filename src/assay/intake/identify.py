"""What a file is, from its first bytes and its name: a class and a format.

Content decides over the name wherever it carries a signature: an ELF called `notes.txt` is a binary. Where it carries
none, the name decides: a `.py` full of NUL bytes is still source in Python, and its reader will say that it is not
text. Text without a telling name, and in no telling place (`systems.py`), is of class unknown, not inert: it may be
code of a language that is not in the tables, and nobody looked. HTML is source unless all of it is in view and holds no
script.

Cannot see: what starts after those bytes (`head_size`), a second format appended to a first one (a zip behind an
executable), a language that shares another one's ending (`.m`, `.v`, `.inc`), code inside documents (macros).
"""

import re
from typing import Literal

from msgspec import Struct

from assay.core.kinds import FileClass
from assay.intake import languages
from assay.intake.names import last
from assay.intake.signatures import OPENED, PEM_MARK, ROWS
from assay.intake.systems import in_view, is_manual, placed
from assay.intake.tars import is_header

HEAD = 1536
_SOURCE_HEAD = 512  # of a file whose name says what it is: enough for what else it could be, a tar as well
_HEADER = 8192  # of a C header, whose first declaration may stand behind a long licence
JSON_DATA = 1 << 20  # a JSON file above this is data, not configuration
UNKNOWN = "unknown"
_STARTS = {first: tuple(row for row in ROWS if row[0] == 0 and row[1][0] == first) for first in range(256)}
_LATER = tuple(row for row in ROWS if row[0] > 0)
_PEM_LEADS = (b"Certificate:", b"Bag Attributes", b"-----BEGIN ", b"subject=", b"Certificate Request:")
_SHEBANG = re.compile(r"#!\s*(?:\S*/)?(?:env\s+(?:-\S+\s+)*(?:\w+=\S*\s+)*)?(?:\S*/)?([A-Za-z_-]+)")
_SECTION = re.compile(r"[1-9][a-z]{0,6}|man|mdoc")
_APPLET = re.compile(r"[ \t]+([A-Za-z_-]+)")
_SSH_KEY = re.compile(rb"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d+|sk-[a-z0-9-]+@openssh\.com) AAAA")
_OFFICE = ("docx", "xlsx", "pptx", "dotx", "xltx", "potx")
_OLD_OFFICE = ("doc", "xls", "ppt", "dot", "msg", "vsd", "mpp", "pub")
_ACTIVE = re.compile(
    r"\son\w+\s*=|javascript:|\{\{|\{%|\$\{|#\{|<%|<\?(?!xml)|\s(th|v|ng|data-ng):?[-\w]*\s*=", re.IGNORECASE
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


_TOLD = frozenset(
    ending
    for ending, (file_class, format_) in languages.BY_ENDING.items()
    if file_class == "source" and format_ not in {"HTML", "JavaScript"}
)
"""Endings of source that nothing but a signature or the first line can correct."""


class Identity(Struct, frozen=True):
    """`note` is set when what the head shows is a shell around something else: packed or minified."""

    file_class: FileClass
    format: str
    note: Literal["", "packed"] = ""


def head_size(name: str) -> int:
    """How many bytes of a file decide what it is."""
    ending = name.rpartition(".")[2].lower()
    if ending == "h":
        return _HEADER
    return _SOURCE_HEAD if ending in _TOLD else in_view(name) or HEAD


def identify(name: str, head: bytes, size: int) -> Identity:
    """Class and format of a file. `name` is the delivered path or its last part, `head` its first `HEAD` bytes."""
    path, service = name, "META-INF/services/" in name
    name = last(name).lower()
    ending = name.rpartition(".")[2] if "." in name else ""
    by_content = _by_signature(head, ending)
    if by_content is not None:
        return by_content
    text = decoded(head)
    material = _material(head, ending, size)
    if material is not None:
        return material
    named: tuple[FileClass, str] | None = ("configuration", "Java services") if service else _by_name(name, ending)
    if named in {None, languages.MANUAL} and text is not None and _SECTION.fullmatch(ending):
        named = languages.MANUAL if is_manual(text) else None  # a number behind a dot stands in other names as well
    elif named == languages.MANUAL:
        named = None
    if named is not None and (named[0] == "source" or text is not None or not head):
        return _refined(named, text, head, ending, size)
    if text is None:
        return Identity("unknown", UNKNOWN) if named is None else Identity("unknown", named[1])
    if not head:
        return Identity("text", "empty")
    told = _by_text(text, name)
    if told.file_class == "unknown" and (found := placed(path, text, cut=size > len(head))) is not None:
        return Identity(*found)
    return told


def decoded(head: bytes) -> str | None:
    """The head as text (UTF-8, UTF-16 or an 8-bit encoding), None when it is not text."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) & ~1].decode("utf-16", "replace")
    if b"\0" in head:
        return _wide(head)
    try:
        return head.decode("utf-8")
    except UnicodeDecodeError as fault:
        if fault.start >= len(head) - 3 and len(head) >= _SOURCE_HEAD:
            return head[: fault.start].decode("utf-8")
    controls = len(_CONTROL.findall(head))
    return head.decode("latin-1") if controls == 0 else None


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: nearly every other byte is NUL, as in Latin text."""
    half = len(head) // 2
    if half >= 8 and not head[0::2].count(0) and head[1::2].count(0) > half * 0.9:
        return head[: half * 2].decode("utf-16-le", "replace")
    if half >= 8 and not head[1::2].count(0) and head[0::2].count(0) > half * 0.9:
        return head[: half * 2].decode("utf-16-be", "replace")
    return None


def _by_signature(head: bytes, ending: str) -> Identity | None:
    if not head:
        return None
    for _, magic, format_, file_class in _STARTS[head[0]]:
        if head.startswith(magic):
            return _signed(format_, file_class, head, ending)
    special = _compiled(head, ending) or _image(head, ending)
    if special is not None:
        return special
    for offset, magic, format_, file_class in _LATER:
        if head.startswith(magic, offset):
            if format_ == "tar" and not is_header(head[:512]):
                continue
            return Identity(file_class, format_)
    if head.startswith(b"BZh") and head[3:4] in b"123456789" and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return Identity("archive", "bzip2")
    if len(head) >= 512 and head[0] and is_header(head[:512]):  # the first tars had no magic
        return Identity("archive", "tar")
    return None


def _signed(format_: str, file_class: FileClass, head: bytes, ending: str) -> Identity:
    named = languages.BY_ENDING.get(ending)
    if file_class in {"text", "media", "data"} and named is not None and named[0] == "source":
        return Identity(*named)  # `GIF89a = 1` begins a program as well as a picture
    if format_ == "ELF" and b"UPX!" in head:
        return Identity("binary", "ELF", "packed")
    if format_ == "zip":
        return _zip_flavour(head, ending)
    if format_ == "OLE2":
        if ending in _OLD_OFFICE:
            return Identity("text", "OLE2")
        return Identity("archive", "MSI" if ending in ("msi", "msp") else "OLE2")
    return Identity(file_class, format_)


def _zip_flavour(head: bytes, ending: str) -> Identity:
    """Office documents and books are documents; every other zip is opened."""
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    if (
        first == b"mimetype"
        and b"application/" in head[:128]
        and (b"opendocument" in head[:160] or b"epub" in head[:160])
    ):
        return Identity("text", "EPUB" if b"epub" in head[:160] else "OpenDocument")
    if ending in _OFFICE and first in (b"[Content_Types].xml", b"_rels/.rels"):
        return Identity("text", "Office Open XML")
    return Identity("archive", "zip")


def _compiled(head: bytes, ending: str) -> Identity | None:
    """Compiled code whose signature is too short to be believed alone."""
    if head.startswith(b"\xca\xfe\xba\xbe") and len(head) >= 8:
        return Identity("binary", "Mach-O" if int.from_bytes(head[4:8], "big") < 45 else "Java class")
    if head.startswith(b"\xca\xfe\xd0\x0d"):
        return Identity("binary", "Java class")
    if head.startswith(b"MZ"):
        at = int.from_bytes(head[60:64], "little")
        if head[at : at + 4] == b"PE\0\0":
            form = ".NET assembly" if _is_managed(head, at) else "PE"
            return Identity("binary", form, "packed" if b"UPX0" in head or b"UPX!" in head else "")
        if ending in ("exe", "dll", "sys", "com", "ocx", "efi") or (at >= 64 and head[24:26] == b"@\0"):
            return Identity("binary", "DOS or PE")
    if head[2:4] == b"\r\n" and (
        ending in ("pyc", "pyo") or (len(head) > 16 and head[16:17] in b"\xe3c" and head[1] < 16)
    ):
        return Identity("binary", "Python bytecode")
    if ending in ("o", "obj") and head[:2] in (b"\x64\x86", b"\x4c\x01", b"\x64\xaa"):
        return Identity("binary", "COFF")
    if head[:3] in (b"FWS", b"CWS", b"ZWS") and len(head) > 8 and head[3] < 64:
        return Identity("binary", "Flash")
    if head[:1] == b":" and ending in ("hex", "ihex", "ihx") and re.match(rb":[0-9A-Fa-f]{10,}\r?\n", head):
        return Identity("binary", "Intel HEX")
    if ending in ("srec", "s19", "s28", "s37", "mot") and re.match(rb"S[0-9][0-9A-F]{6,}", head):
        return Identity("binary", "S-record")
    return None


def _is_managed(head: bytes, at: int) -> bool:
    """Whether the fifteenth directory of a PE, the header of the .NET runtime, is there."""
    first = at + 24 + (112 if head[at + 24 : at + 26] == b"\x0b\x02" else 96)
    listed = int.from_bytes(head[first - 4 : first], "little")
    return listed > 14 and any(head[first + 14 * 8 : first + 15 * 8])


def _image(head: bytes, ending: str) -> Identity | None:
    """Images and archives that need more than a fixed signature."""
    if head[:4] == b"\xd0\x0d\xfe\xed":
        fit = ending in ("itb", "fit") or b"\0images\0" in head or b"timestamp" in head
        return Identity("archive" if fit else "configuration", "FIT" if fit else "device tree blob")
    if head[1080:1082] == b"\x53\xef" and head[1082:1084] in (b"\1\0", b"\2\0", b"\4\0", b"\0\0"):
        return Identity("archive", "ext")
    if head[:2] in (b"\xc7\x71", b"\x71\xc7") and (ending in ("cpio", "img", "") and len(head) > 26):
        return Identity("archive", "cpio")
    if head[:3] == b"\x5d\0\0" and len(head) > 13 and (ending in ("lzma", "tlz") or head[5:13] == b"\xff" * 8):
        return Identity("archive", "lzma")
    if head[:2] == b"\x1f\x9d" and ending in ("z", "taz"):
        return Identity("archive", "compress")
    if head[:2] in (b"\x85\x19", b"\x19\x85") and ending in ("jffs2", "img", "bin"):
        return Identity("archive", "JFFS2")
    if head[510:512] == b"\x55\xaa" and head[:1] in (b"\xeb", b"\xe9", b"\x33", b"\xfa"):
        return Identity("archive", "disk image")
    if head[:2] == b"BM" and ending in ("bmp", "dib"):
        return Identity("media", "BMP")
    if head[:2] in (b"\xff\xfb", b"\xff\xf3", b"\xff\xf2") and ending == "mp3":
        return Identity("media", "MP3")
    if head[:1] == b"\x47" and head[188:189] == b"\x47" and head[376:377] == b"\x47":
        return Identity("media", "MPEG transport stream")
    if ending in ("iso", "dmg", "vdi"):
        return Identity("archive", {"iso": "ISO 9660", "dmg": "Apple disk image", "vdi": "VDI"}[ending])
    return None


def _material(head: bytes, ending: str, size: int) -> Identity | None:
    """Certificates and keys, as text or DER. What is named source stays source: a program may begin with a block."""
    named = languages.BY_ENDING.get(ending)
    if named is not None and named[0] == "source":
        return None
    lead = head.lstrip()[:32]
    of_ending = languages.MATERIAL_ENDINGS.get(ending)
    told = lead.startswith(_PEM_LEADS)  # the block itself may begin behind the head
    if lead.startswith(_PEM_LEADS[1:3]) or sum((PEM_MARK in head, of_ending is not None, told)) >= 2:
        return Identity("material", "OpenPGP" if b"BEGIN PGP" in head else "PEM")
    if _SSH_KEY.match(lead + head[32:64]) or lead.startswith(b"PuTTY-User-Key-File"):
        return Identity("material", "SSH key")
    if head[:1] == b"\x30" and len(head) > 8:
        if _der_size(head) == size and (of_ending or head[4:5] in (b"\x30", b"\x02", b"\x06")):
            return Identity("material", "PKCS#12" if head[4:7] == b"\2\1\3" else "DER")
        if head[1:2] == b"\x80" and of_ending:
            return Identity("material", "DER")
    if ending in ("gpg", "pgp", "kbx", "sig") and head[:1] and head[0] & 0x80:
        return Identity("material", "OpenPGP")
    if of_ending and ending in (
        "jks",
        "bks",
        "keystore",
        "truststore",
        "p12",
        "pfx",
        "p8",
        "pk8",
        "ppk",
        "uber",
        "bcfks",
    ):
        return Identity("material", of_ending)
    return None


def _der_size(head: bytes) -> int:
    first = head[1]
    if first < 0x80:
        return first + 2
    count = first & 0x7F
    return int.from_bytes(head[2 : 2 + count], "big") + 2 + count if 1 <= count <= 4 else -1


def _by_name(name: str, ending: str) -> tuple[FileClass, str] | None:
    if name in languages.BY_NAME:
        return languages.BY_NAME[name]
    if name.startswith(("dockerfile.", "makefile.", "jenkinsfile.")):
        return languages.BY_NAME[name.partition(".")[0]]
    name = name.removesuffix("-tpl")
    inner = name.rpartition(".")[0]
    ending = name.rpartition(".")[2] if inner else ending
    if ending in languages.TEMPLATES and "." in inner:
        hidden = _by_name(inner, inner.rpartition(".")[2])
        if hidden is not None:
            return hidden
    if name.startswith("requirements") and ending == "txt":
        return "configuration", "requirements"
    if name.endswith((".js.map", ".css.map", ".mjs.map")):
        return "data", "source map"
    found = languages.BY_ENDING.get(ending)
    if (found is None or found[0] in ("text", "data")) and languages.TEXT_NAMES.fullmatch(name):
        return "text", "text"
    if found is None and name.startswith(".") and name.endswith(("rc", "ignore", "config")):
        return "configuration", "settings"
    return found


def _refined(named: tuple[FileClass, str], text: str | None, head: bytes, ending: str, size: int) -> Identity:
    """A name's class, corrected by what the head shows."""
    file_class, format_ = named
    start = (text or "").lstrip("\ufeff \t\r\n")[:512]
    if format_ == "HTML":
        script = size > len(head) or "<script" in (text or "").lower() or _ACTIVE.search(text or "") is not None
        return Identity("source" if script else "text", "HTML")
    if format_ == "SVG":
        return Identity("source", "HTML") if "<script" in (text or "").lower() else Identity("media", "SVG")
    if format_ == "TypeScript" and start.startswith("<"):
        return Identity("data", "translation")
    if format_ == "C" and ending == "h":
        return Identity("source", languages.header_language(text or ""))
    if format_ == "C" and ending == "inc" and start.startswith("<?php"):
        return Identity("source", "PHP")
    if format_ == "Objective-C" and re.match(r"%|function\b|classdef\b", start):
        return Identity("source", "MATLAB")
    if format_ == "V":
        coq = re.search(r"\b(Require|Theorem|Lemma|Definition)\b", start)
        return Identity("source", "Coq" if coq else "V" if "fn " in start else "Verilog")
    if format_ == "JSON" and size > JSON_DATA:
        return Identity("data", "JSON")
    if format_ == "JavaScript" and len(head) >= HEAD and not re.search(rb"[\r\n]", head[512:]):
        return Identity("source", format_, "packed")
    if file_class in {"text", "data"} and start.startswith("#!"):
        return _by_text(text or "", "")
    if format_ == "Shell":  # whoever may run it by its name calls it .sh: the interpreter is what `#!` says
        return Identity("source", _interpreted(text or "") or format_)
    return Identity(file_class, format_)


def _interpreted(text: str) -> str | None:
    """The language of the program that `#!` names, where it is a known one."""
    shebang = _SHEBANG.match(text.lstrip("\ufeff"))
    if shebang is None:
        return None
    applet = _APPLET.match(text, shebang.end()) if shebang[1] == "busybox" else None
    program = applet[1] if applet else shebang[1]
    return languages.INTERPRETERS.get(program.lower().rstrip("-_"))


def _by_text(text: str, name: str) -> Identity:
    """Text whose name says nothing."""
    start = text.lstrip("\ufeff \t\r\n")
    if _SHEBANG.match(text.lstrip("\ufeff")):
        return Identity("source", _interpreted(text) or "script")
    lower = start[:256].lower()
    if lower.startswith(("<!doctype html", "<html")):
        return Identity("source", "HTML")
    if lower.startswith("<?php"):
        return Identity("source", "PHP")
    if lower.startswith("<?xml"):
        return Identity("configuration", "XML")
    if languages.TEXT_NAMES.fullmatch(name):
        return Identity("text", "text")
    if start.startswith(("{", "[")) and re.match(r'[{\[]\s*(["{\[\]}]|-?\d)', start):
        return Identity("configuration", "JSON")
    return Identity("unknown", "text")


def opened(identity: Identity) -> bool:
    """Whether intake opens this format."""
    return identity.file_class == "archive" and identity.format in OPENED
