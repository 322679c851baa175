"""Parquet and Arrow (IPC files and streams, Feather), batch by batch; only columns that hold text or numbers are read.

Pages that cannot be read cost their row group, and the rest is read. Nested columns are flattened to `outer.inner`;
lists and unions are read as the values they hold, so persons are counted by value there.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc
import pyarrow.parquet

from assay.core.examination import Shortfall
from assay.examinations.border.readers.batches import ROWS, Batch, Read
from assay.examinations.border.readers.naming import shown, unique
from assay.examinations.border.readers.seeking import seekable

_DEEPEST = 20
_LISTS = (pa.ListType, pa.LargeListType, pa.FixedSizeListType, pa.ListViewType, pa.LargeListViewType)
_FAULTS = (pa.ArrowException, OSError, ValueError, KeyError)  # what pyarrow raises for damaged files


def read_parquet(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of rows by row group."""
    with seekable(stream) as source:
        try:
            file = pyarrow.parquet.ParquetFile(pa.PythonFile(source, mode="r"), page_checksum_verification=True)
            schema = file.schema_arrow
            count, rows = file.num_row_groups, file.metadata.num_rows
        except _FAULTS as fault:
            yield Shortfall("damaged", f"no Parquet file can be read: {type(fault).__name__}", "failed")
            return
        names = _names(schema)
        read = 0
        for group in range(count):
            try:
                for batch in file.iter_batches(batch_size=ROWS, row_groups=[group], use_threads=False):
                    read += batch.num_rows
                    yield from _batches(names, batch)
            except _FAULTS as fault:
                yield Shortfall(
                    "damaged", f"row group {group + 1} of {count} could not be read: {type(fault).__name__}"
                )
        if read < rows:
            yield Shortfall("damaged", f"rows read: {read} of {rows}")


def read_arrow(stream: BinaryIO, path: str) -> Iterator[Read]:  # noqa: ARG001
    """Batches of an IPC file or stream."""
    with seekable(stream) as source:
        try:
            mark = source.read(6)
            source.seek(0)
            opened = pyarrow.ipc.open_file if mark == b"ARROW1" else pyarrow.ipc.open_stream
            reader = opened(pa.PythonFile(source, mode="r"))
            names = _names(reader.schema)
            count = reader.num_record_batches if mark == b"ARROW1" else None
        except _FAULTS as fault:
            yield Shortfall("damaged", f"no Arrow file can be read: {type(fault).__name__}", "failed")
            return
        try:
            for batch in reader if count is None else (reader.get_batch(place) for place in range(count)):
                batch.validate(full=True)
                for start in range(0, max(batch.num_rows, 1), ROWS):
                    yield from _batches(names, batch.slice(start, ROWS))
        except _FAULTS as fault:
            yield Shortfall("damaged", f"a batch could not be read: {type(fault).__name__}")


def _names(schema: Any) -> list[str]:
    return unique([shown(str(name), place) for place, name in enumerate(schema.names, 1)])


def _batches(names: list[str], batch: Any) -> Iterator[Read]:
    plain: list[tuple[str, Any]] = []
    for name, column in zip(names, batch.columns, strict=True):
        for inner, values, loose in _flat(name, column, 0):
            if values is None:
                yield Shortfall("nested-too-deep", f"a column is nested deeper than {_DEEPEST}")
            elif loose:
                yield Batch("", (inner,), (values,), loose=True)
            else:
                plain.append((inner, values))
    if plain:
        yield Batch("", tuple(name for name, _ in plain), tuple(values for _, values in plain))


def _flat(name: str, column: Any, depth: int) -> Iterator[tuple[str, Any, bool]]:
    kind = column.type
    if depth > _DEEPEST:
        yield name, None, True
    elif pa.types.is_struct(kind):
        for place, inner in enumerate(column.flatten()):
            yield from _flat(f"{name}.{shown(str(kind.field(place).name), place + 1)}", inner, depth + 1)
    elif pa.types.is_map(kind):
        yield from ((inner, values, True) for inner, values, _ in _flat(f"{name}.*", column.items, depth + 1))
    elif pa.types.is_union(kind):  # values of other kinds in the same rows are read with them
        for place in range(kind.num_fields):
            yield from ((inner, values, True) for inner, values, _ in _flat(name, column.field(place), depth + 1))
    elif isinstance(kind, _LISTS):
        yield from ((inner, values, True) for inner, values, _ in _flat(name, pc.list_flatten(column), depth + 1))
    elif pa.types.is_run_end_encoded(kind):
        yield from _flat(name, pc.run_end_decode(column), depth + 1)
    elif isinstance(kind, pa.BaseExtensionType):
        yield from _flat(name, column.storage, depth + 1)
    else:
        yield name, column, False
