"""Packages and images built by hand to their published formats, for the tests of this folder."""

import bz2
import gzip
import hashlib
import io
import json
import lzma
import struct
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import zstandard

from .packing import tarred, zipped

PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": lambda content: gzip.compress(content, mtime=0),
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.compress,
    ".lzma": lambda content: lzma.compress(content, format=lzma.FORMAT_ALONE),
}


def ar(members: Mapping[str, bytes]) -> bytes:
    out = b"!<arch>\n"
    for name, content in members.items():
        out += b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (name.encode(), 0, 0, 0, b"100644", len(content))
        out += content + b"\n" * (len(content) & 1)
    return out


def deb(files: Mapping[str, bytes], packing: str = ".xz", control: bytes = b"Package: gate\nVersion: 1.2\n") -> bytes:
    inner = {f"./{name}": content for name, content in files.items()}
    pack = PACKERS[packing]
    return ar(
        {
            "debian-binary": b"2.0\n",
            f"control.tar{packing}": pack(tarred({"./control": control, "./postinst": b"#!/bin/sh\n"})),
            f"data.tar{packing}": pack(tarred(inner)),
        }
    )


def cpio(files: Mapping[str, bytes], *, odc: bool = False, mode: int = 0o100644) -> bytes:
    out = b""
    for number, (name, content) in enumerate([*files.items(), ("TRAILER!!!", b"")], 1):
        raw = name.encode() + b"\0"
        kind = mode if name != "TRAILER!!!" else 0
        if odc:
            out += b"070707%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (
                0, number, kind, 0, 0, 1, 0, 0, len(raw), len(content),
            ) + raw + content  # fmt: skip
            continue
        fields = (number, kind, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        out += head + bytes(-len(head) % 4) + content + bytes(-len(content) % 4)
    return out


def rpm(files: Mapping[str, bytes], packing: str = ".gz", scripts: Mapping[int, bytes] | None = None) -> bytes:
    """`scripts` are string tags of the header: 1024 is %post, 1086 the program that runs it."""
    lead = struct.pack(">4sBBHH66sHH16x", b"\xed\xab\xee\xdb", 3, 0, 0, 1, b"gate-1.2-1", 1, 5)
    signature = _rpm_header({1000: b"gate"})
    payload = cpio({f"./{name}": content for name, content in files.items()})
    header = _rpm_header({1000: b"gate", **(scripts or {})})
    return lead + signature + bytes(-len(signature) % 8) + header + PACKERS[packing](payload)


def _rpm_header(strings: Mapping[int, bytes]) -> bytes:
    index, store = b"", b""
    for tag, text in strings.items():
        index += struct.pack(">IIII", tag, 6, len(store), 1)
        store += text + b"\0"
    return b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", len(strings), len(store)) + index + store


def alpine(files: Mapping[str, bytes]) -> bytes:
    """Three gzip members; the first two without an end mark, so that together they are one tar."""

    def cut(content: bytes) -> bytes:
        return content[: len(content.rstrip(b"\0")) + (-len(content.rstrip(b"\0")) % 512)]

    parts = cut(tarred({".SIGN.RSA.x.rsa.pub": b"sig"})), cut(tarred({".PKGINFO": b"pkgname = gate\n"})), tarred(files)
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def gem(files: Mapping[str, bytes]) -> bytes:
    return tarred(
        {
            "metadata.gz": gzip.compress(b"--- !ruby/object:Gem::Specification\nname: gate\n", mtime=0),
            "data.tar.gz": gzip.compress(tarred(files), mtime=0),
            "checksums.yaml.gz": gzip.compress(b"---\nSHA256: {}\n", mtime=0),
        }
    )


def nupkg(files: Mapping[str, bytes]) -> bytes:
    return zipped({"[Content_Types].xml": b"<Types/>", "Gate.nuspec": b"<package/>", **files})


def npm(files: Mapping[str, bytes], package: bytes = b'{"name": "gate", "version": "1.2.0"}') -> bytes:
    inner = {f"package/{name}": content for name, content in files.items()}
    return gzip.compress(tarred({"package/package.json": package, **inner}), mtime=0)


def layer(files: Mapping[str, bytes | None], links: Mapping[str, str] | None = None) -> bytes:
    """A layer; None whites the name out, a name that ends in `/` with None its whole folder."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, target in (links or {}).items():
            item = tarfile.TarInfo(name)
            item.type, item.linkname = tarfile.SYMTYPE, target
            archive.addfile(item)
        for name, content in files.items():
            folder, _, last = name.rpartition("/")
            white = f"{folder}/.wh.{last}" if last else f"{folder}/.wh..wh..opq"
            item = tarfile.TarInfo(name if content is not None else white.lstrip("/"))
            item.size = len(content or b"")
            archive.addfile(item, io.BytesIO(content or b""))
    return out.getvalue()


def docker_save(layers: Sequence[bytes]) -> bytes:
    """The old form: one folder per layer."""
    names = [f"{hashlib.sha256(content).hexdigest()}/layer.tar" for content in layers]
    manifest = [{"Config": "c.json", "RepoTags": ["gate:1"], "Layers": names}]
    return tarred(
        {**dict(zip(names, layers, strict=True)), "c.json": b"{}", "manifest.json": json.dumps(manifest).encode()}
    )


def oci_files(layers: Sequence[bytes], packing: str = ".gz") -> dict[str, bytes]:
    """An OCI layout whose index leads to an index, as the images of several platforms do."""
    blobs: dict[str, bytes] = {}

    def put(content: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(content)}

    listed = [put(PACKERS[packing](content), f"layer.v1.tar{packing.replace('.', '+')}") for content in layers]
    manifest = {"schemaVersion": 2, "config": put(b"{}", "config.v1+json"), "layers": listed}
    inner = {"schemaVersion": 2, "manifests": [put(json.dumps(manifest).encode(), "manifest.v1+json")]}
    index = {"schemaVersion": 2, "manifests": [put(json.dumps(inner).encode(), "index.v1+json")]}
    return {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', "index.json": json.dumps(index).encode(), **blobs}


def written(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def by_libarchive(format_: str, files: Mapping[str, bytes], filter_: str | None = None) -> bytes:
    """7zip, iso9660, xar and more, as libarchive writes them."""
    import libarchive

    out: list[bytes] = []

    def write(piece: bytes) -> int:
        out.append(bytes(piece))
        return len(piece)

    with libarchive.custom_writer(write, format_, filter_) as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)
    return b"".join(out)
