"""Archives built by hand, honest and hostile, for the tests of this folder."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from assay.core.attempts import Attempt
from assay.intake import Delivery, IntakeLimits


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            archive.addfile(item, io.BytesIO(content))
    return out.getvalue()


def tar_of(*items: tarfile.TarInfo, content: bytes = b"") -> bytes:
    """A tar of bare headers; regular files get `content`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for item in items:
            item.size = len(content) if item.isreg() else 0
            archive.addfile(item, io.BytesIO(content) if item.isreg() else None)
    return out.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    item = tarfile.TarInfo(name)
    item.type, item.linkname = kind, target
    return item


class RawZip:
    """A zip whose every field can lie. `add` takes what the local header and the directory say apart."""

    def __init__(self) -> None:
        self.body, self.directory, self.count = b"", b"", 0

    def add(
        self,
        name: bytes,
        content: bytes,
        *,
        method: int = 8,
        local_name: bytes | None = None,
        local_size: int | None = None,
        local_method: int | None = None,
        size: int | None = None,
        crc: int | None = None,
        flags: int = 0,
        mode: int = 0,
        at: int | None = None,
    ) -> "RawZip":
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(content) + packer.flush() if method == 8 else content
        crc = zlib.crc32(content) if crc is None else crc
        size = len(content) if size is None else size
        local = name if local_name is None else local_name
        offset = len(self.body) if at is None else at
        fields = (len(packed), size if local_size is None else local_size, len(local), 0)
        if at is None:
            how = method if local_method is None else local_method
            self.body += struct.pack("<4sHHHIIIIHH", b"PK\3\4", 20, flags, how, 0, crc, *fields) + local + packed
        head = struct.pack("<4sHHHHIIII", b"PK\1\2", 0x0314, 20, flags, method, 0, crc, len(packed), size)
        self.directory += head + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, mode << 16, offset) + name
        self.count += 1
        return self

    def bytes(self, count: int | None = None) -> bytes:
        count = self.count if count is None else count
        end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, count, count, len(self.directory), len(self.body), 0)
        return self.body + self.directory + end


def walked(
    tmp_path: Path, content: bytes, name: str = "product.bin", limits: IntakeLimits | None = None
) -> tuple[dict[str, bytes], list[Attempt], Delivery]:
    """Every member's bytes by path, what was refused, and the delivery."""
    path = tmp_path / name
    path.write_bytes(content)
    delivery = Delivery(path, tmp_path / "scratch", limits)
    found: dict[str, bytes] = {}
    for member in delivery.members():
        with delivery.open(member) as stream:
            found[member.path] = stream.read()
        assert len(found[member.path]) == member.size
    return found, delivery.refused, delivery


def reasons(refused: list[Attempt]) -> list[tuple[str, str]]:
    return [(attempt.path, attempt.reason) for attempt in refused]
