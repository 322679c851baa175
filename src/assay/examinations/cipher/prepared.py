"""The files of the catalogue, and each library in the form that loads at once beside the YAML that people write.

Reading the YAML of C's libraries takes as long as reviewing ten of its files. A row of `catalogue/prepared.jsonl`
counts only while the digest in it is that of its YAML file: what was written or changed since is read as YAML, so that
nothing is ever stale. `python -m assay.examinations.prepare` writes it anew.
"""

import hashlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from assay.examinations.cipher.library import Library, load_library

FILE = "prepared.jsonl"


class _Row(Struct, frozen=True):
    name: str
    sha256: str
    library: msgspec.Raw


@lru_cache(maxsize=1)
def texts() -> Mapping[str, bytes]:
    """The files of the catalogue, in order of name."""
    folder = files(__package__) / "catalogue"
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    return {item.name: item.read_bytes() for item in found}


@cache
def library(name: str) -> Library:
    """What a file of the catalogue describes. Raises InputError, as `load_library` does."""
    content, row = texts()[name], _rows().get(name)
    if row is None or row.sha256 != _digest(content):
        return load_library(content, name)
    return msgspec.json.decode(row.library, type=Library)


def prepared() -> bytes:
    """A line of JSON for each file of the catalogue."""
    encoder = msgspec.json.Encoder(order="deterministic")
    rows = (
        _Row(name, _digest(content), msgspec.Raw(encoder.encode(load_library(content, name))))
        for name, content in texts().items()
    )
    return b"".join(encoder.encode(row) + b"\n" for row in rows)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, _Row]:
    file = files(__package__) / "catalogue" / FILE
    rows = msgspec.json.Decoder(_Row).decode_lines(file.read_bytes()) if file.is_file() else []
    return {row.name: row for row in rows}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
