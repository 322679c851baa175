"""Which reader a file has, by its class and format as intake tells them."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO

from assay.core.kinds import FileClass

if TYPE_CHECKING:
    from assay.examinations.border.readers.batches import Read, Reader

_MODULES = {
    "CSV": ("delimited", "read_delimited"),
    "JSON lines": ("jsons", "read_json"),
    "JSON": ("jsons", "read_json"),
    "Parquet": ("arrows", "read_parquet"),
    "Arrow": ("arrows", "read_arrow"),
    "SQLite": ("databases", "read_sqlite"),
    "SQL": ("dumps", "read_dump"),
}
_BINARY = frozenset(
    "HDF5 NumPy GGUF pickle pcap pcapng PDF OLE2 EPUB RTF PostScript OpenDocument".split()  # noqa: SIM905
) | {"Java serialized object", "time zone", "gettext catalogue", "git index", "AppleDouble", "document"}
_WORKBOOKS = (".xlsx", ".xlsb", ".xls", ".ods", ".xlsm", ".xltx")
_NAMED = frozenset(
    {"text", "CSV", "JSON lines", "JSON", "log", "LDIF", "Arrow"}
)  # UTF-16 without a mark looks like no text
_READ_CLASSES = frozenset({"data", "text", "configuration", "unknown"})


def reader_of(file_class: FileClass, format_: str, path: str) -> "Reader | None":
    """None where nobody reads the format."""
    if format_ in {"Office Open XML", "OLE2", "OpenDocument", "document", "zip"} and path.lower().endswith(_WORKBOOKS):
        return _lazily("excel", "read_excel")
    if file_class == "source":
        return _lazily(*_MODULES["SQL"]) if format_ in ("SQL", "PL/SQL") else None
    if file_class not in _READ_CLASSES or format_ in _BINARY or format_ == "Office Open XML":
        return None
    if file_class == "unknown" and format_ not in _NAMED:
        return None
    module, function = _MODULES.get(format_, ("texts", "read_text"))
    return _lazily(module, function)


def is_running_text(file_class: FileClass, format_: str, path: str) -> bool:
    """Whether the file is read as lines of text."""
    reader = reader_of(file_class, format_, path)
    return (
        reader is not None
        and file_class != "source"
        and format_ not in _MODULES
        and not path.lower().endswith(_WORKBOOKS)
    )


def _lazily(module: str, function: str) -> "Reader":
    def read(stream: BinaryIO, path: str) -> "Iterator[Read]":
        return _loaded(module, function)(stream, path)

    return read


@cache
def _loaded(module: str, function: str) -> "Reader":
    reader: Reader = getattr(import_module(f"assay.examinations.border.readers.{module}"), function)
    return reader
