"""What YAML files that assay ships say, in a form that loads at once: rules and tables, by the digest of their bytes.

A row of `prepared.jsonl` holds for any file with these very bytes, so that nothing is ever stale; what is not in it is
read as YAML. `python -m assay.examinations.prepare` writes it anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

import msgspec
from msgspec import Struct

FILE = "prepared.jsonl"


class _Row(Struct, frozen=True):
    sha256: str
    value: msgspec.Raw


def found(content: bytes) -> msgspec.Raw | None:
    """The value of a file as JSON; None where it is not prepared."""
    rows = _rows()
    return rows.get(_digest(content)) if rows else None


def prepared(documents: Iterable[tuple[bytes, object]]) -> bytes:
    """A line of JSON for each file, of its bytes and what they say; none for a value that JSON does not give back."""
    encoder, lines = msgspec.json.Encoder(), []
    for content, value in documents:
        written = encoder.encode(value)
        if msgspec.json.decode(written) == value:
            lines.append(encoder.encode(_Row(_digest(content), msgspec.Raw(written))) + b"\n")
    return b"".join(lines)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, msgspec.Raw]:
    file = files(__package__) / FILE
    rows = msgspec.json.Decoder(_Row).decode_lines(file.read_bytes()) if file.is_file() else []
    return {row.sha256: row.value for row in rows}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
