"""A masked copy of a file: the same columns, types and order of rows, written as it is read.

Two passes: the first finds what each column holds, over all of it; the second writes. CSV and its kin, Parquet and
Arrow are copied. A part that cannot be read is not in the copy, and the copy says so; a format that cannot be written
is refused. The copy appears under its name when it is whole.

*What no scan reads* does not leave: bytes that are not text, and types that no reader knows, become empty. Names of
columns and fields that could be values, and what metadata says, stay behind.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet
from msgspec import Struct, field

from assay.core.errors import UsageError, refused
from assay.core.text import Text
from assay.crossing.mask.anonymity import Groups, not_comparable
from assay.crossing.mask.columns import Masker, looked_at, looked_type
from assay.crossing.mask.planning import Masked, not_readable, planned, same_name
from assay.crossing.mask.policy import Policy
from assay.examinations.border.readers.arrows import read_arrow, read_parquet
from assay.examinations.border.readers.batches import Batch, Read, Reader
from assay.examinations.border.readers.delimited import ahead, form_of, read_delimited
from assay.examinations.border.readers.encodings import Utf8Stream
from assay.examinations.border.readers.naming import shown, unique

_ROWS = 1 << 16
_FIRST = 1 << 14
_PARTIAL = ".partial"
_FAST = frozenset({"snappy", "lz4"})
_FAULTS = (pa.ArrowException, ValueError, OSError)  # what pyarrow raises for damaged files
Array = Any  # pyarrow.Array
Apply = Callable[[str, Array], Array]


class Copied(Struct):
    """One copy: what was done with each column, rows written, what of the source is not in it."""

    source: Path
    output: Path
    columns: list[Masked]
    rows: int = 0
    missing: list[str] = field(default_factory=list)
    groups: Groups | None = None


def copy(source: Path, output: Path, masker: Masker, policy: Policy, quasi: Sequence[str] = ()) -> Copied:
    """Write the masked copy of a file. `quasi` are columns of the copy over which groups are counted.

    Raises UsageError for a format that cannot be copied, a column that is not there, an output that exists or is the
    source; InputError when nothing can be read or the disk refuses.
    """
    kind = _kind(source)
    if output.exists():
        raise UsageError(
            Text(f"{output} exists", f"{output} 已存在"), Text("choose another --output", "请另选 --output")
        )
    reader, write = _FORMATS[kind]
    copied = Copied(source, output, planned(source, reader, policy))
    if quasi:
        missing = [name for name in quasi if name not in {one.column for one in copied.columns}]
        if missing:
            raise UsageError(
                Text(f"{source} has no column {missing[0]}", f"{source} 没有字段 {missing[0]}"),
                Text("name columns as they are listed without --quasi", "请按不带 --quasi 时列出的名称给出"),
            )
        copied.groups = Groups(tuple(quasi))
    actions = {one.column: (one.action, one.classes[0] if one.classes else "") for one in copied.columns}

    def apply(name: str, array: Array) -> Array:
        action, class_ = actions.get(name, ("remove", ""))
        if policy.columns.get(name) != "keep":
            array = looked_at(array)
        return masker.apply(action, class_, array)

    partial = output.with_name(output.name + _PARTIAL)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write(source, partial, apply, copied)
        partial.replace(output)
    except OSError as error:
        raise refused(output, error) from error
    except pa.ArrowException as error:
        raise not_readable(source, error) from None  # what it says may quote a value
    finally:
        partial.unlink(missing_ok=True)
    return copied


def _kind(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in _KINDS:
        known = ", ".join(sorted(_KINDS))
        raise UsageError(
            Text(f"{path}: no masked copy of this format can be written", f"{path}：无法写出此格式的脱敏副本"),
            Text(f"export it as one of {known} first", f"请先导出为 {known} 之一"),
        )
    return _KINDS[suffix]


def _write_delimited(source: Path, output: Path, apply: Apply, copied: Copied) -> None:
    with source.open("rb") as stream, output.open("wb") as target:
        form = form_of(ahead(Utf8Stream(stream)), source.name)
        stream.seek(0)
        writer: Any = None
        for read in _read_delimited(stream, source.name):
            if not isinstance(read, Batch):
                copied.missing.append(read.detail or read.reason)
            elif not read.text:
                batch = _applied(read.names, read.arrays, apply)
                if writer is None:
                    options = pyarrow.csv.WriteOptions(
                        include_header=form.header, delimiter=form.separator, quoting_style="needed"
                    )
                    writer = pyarrow.csv.CSVWriter(target, batch.schema, write_options=options)
                writer.write_batch(batch)
                _counted(copied, batch)
        if writer is not None:
            writer.close()


def _read_delimited(stream: BinaryIO, path: str) -> Iterator[Read]:
    return read_delimited(stream, path, in_arrow=True)


def _write_parquet(source: Path, output: Path, apply: Apply, copied: Copied) -> None:
    try:
        file = pyarrow.parquet.ParquetFile(source, page_checksum_verification=True)
    except _FAULTS as error:
        raise not_readable(source, error) from error
    names = unique([shown(str(name), place) for place, name in enumerate(file.schema_arrow.names, 1)])
    schema = _schema(names, file.schema_arrow)
    with ExitStack() as stack:
        writer: Any = None
        for batch in _groups(file, copied):
            masked = _rebuilt(names, batch, apply)
            writer = writer or stack.enter_context(_parquet_writer(output, schema, file, copied, masked))
            writer.write_batch(masked.cast(schema) if masked.schema != schema else masked)
            _counted(copied, masked)
        if writer is None:
            stack.enter_context(pyarrow.parquet.ParquetWriter(output, schema, compression=_compression(file)))


def _parquet_writer(output: Path, schema: Any, file: Any, copied: Copied, first: Any) -> Any:
    """With the compression of the source but for hexadecimal pseudonyms, in which nothing recurs that fast methods
    could use, and with dictionaries for the columns whose values do recur in the first rows."""
    usual = _compression(file)
    hashed = {one.column for one in copied.columns if one.action == "pseudonym"}
    return pyarrow.parquet.ParquetWriter(
        output,
        schema,
        compression={name: "none" if usual in _FAST and name in hashed else usual for name in schema.names},
        use_dictionary=[name for name in schema.names if name not in hashed and _recurs(first.column(name))] or False,
    )


def _recurs(values: Array) -> bool:
    """Whether a dictionary of the values is worth its work. Only text and numbers are looked at."""
    if pa.types.is_nested(values.type):
        return False
    values = values[:_FIRST]
    return bool(pa.types.is_dictionary(values.type) or 2 * pa.compute.count_distinct(values).as_py() <= len(values))


def _groups(file: Any, copied: Copied) -> Iterator[Any]:
    """Batches of every row group that can be read."""
    for group in range(file.num_row_groups):
        try:
            yield from file.iter_batches(batch_size=_ROWS, row_groups=[group], use_threads=False)
        except _FAULTS as error:
            copied.missing.append(f"row group {group + 1} of {file.num_row_groups}: {type(error).__name__}")


def _write_arrow(source: Path, output: Path, apply: Apply, copied: Copied) -> None:
    with source.open("rb") as stream:
        try:
            file = pyarrow.ipc.open_file(stream)
        except _FAULTS as error:
            raise not_readable(source, error) from error
        names = unique([shown(str(name), place) for place, name in enumerate(file.schema.names, 1)])
        schema = _schema(names, file.schema)
        with pyarrow.ipc.new_file(output, schema) as writer:
            for place in range(file.num_record_batches):
                try:
                    batch = file.get_batch(place)
                    batch.validate(full=True)
                except _FAULTS as error:  # as in the first pass, which looked at nothing behind it either
                    copied.missing.append(f"batch {place + 1} and all that follow: {type(error).__name__}")
                    break
                for start in range(0, batch.num_rows, _ROWS):
                    masked = _rebuilt(names, batch.slice(start, _ROWS), apply)
                    writer.write_batch(masked.cast(schema) if masked.schema != schema else masked)
                    _counted(copied, masked)


def _applied(names: Sequence[str], arrays: Sequence[Array], apply: Apply) -> Any:
    return pa.record_batch([apply(name, array) for name, array in zip(names, arrays, strict=True)], list(names))


def _rebuilt(names: Sequence[str], batch: Any, apply: Apply) -> Any:
    arrays = [_nested(name, column, apply) for name, column in zip(names, batch.columns, strict=True)]
    return pa.record_batch(arrays, names=list(names))


def _schema(names: Sequence[str], source: Any) -> Any:
    """Names and types only: metadata may hold values, and a field that is never null could not be emptied."""
    leaves = [leaf for name, field_ in zip(names, source, strict=True) for leaf in _leaves(name, field_.type)]
    if len(set(leaves)) < len(leaves):
        raise same_name(next(leaf for leaf in leaves if leaves.count(leaf) > 1))
    return pa.schema([pa.field(name, _type(field_.type)) for name, field_ in zip(names, source, strict=True)])


def _leaves(name: str, kind: Any) -> Iterator[str]:
    """The columns of a type, as the reader names them."""
    if pa.types.is_struct(kind):
        for at in range(kind.num_fields):
            yield from _leaves(_inner(name, kind, at), kind.field(at).type)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(name, kind.value_type)
    else:
        yield name


def _inner(name: str, kind: Any, at: int) -> str:
    return f"{name}.{shown(str(kind.field(at).name), at + 1)}"


def _fields(kind: Any) -> list[Any]:
    names = unique([shown(str(kind.field(at).name), at + 1) for at in range(kind.num_fields)])
    return [pa.field(name, _type(kind.field(at).type)) for at, name in enumerate(names)]


def _type(kind: Any) -> Any:
    """The type in the copy: that of the source, where the copy can have anything of it."""
    if pa.types.is_struct(kind):
        return pa.struct(_fields(kind))
    if pa.types.is_list(kind):
        return pa.list_(_type(kind.value_type))
    if pa.types.is_large_list(kind):
        return pa.large_list(_type(kind.value_type))
    if pa.types.is_map(kind):
        return pa.map_(_type(kind.key_type), _type(kind.item_type))
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(_type(kind.value_type), kind.list_size)
    return looked_type(kind)


def _nested(name: str, array: Array, apply: Apply) -> Array:
    """Structures and lists are rebuilt around their masked values; their names are those that the reader gives."""
    kind = array.type
    if pa.types.is_struct(kind):
        inner = [_nested(_inner(name, kind, at), values, apply) for at, values in enumerate(array.flatten())]
        return pa.StructArray.from_arrays(inner, fields=_fields(kind), mask=array.is_null())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        made = pa.ListArray if pa.types.is_list(kind) else pa.LargeListArray
        lengths = array.value_lengths().fill_null(0)
        offsets = pa.concat_arrays([pa.array([0], lengths.type), pa.compute.cumulative_sum(lengths)])
        whole = made.from_arrays(offsets, _nested(name, array.flatten(), apply)).cast(_type(kind))
        return pa.compute.if_else(array.is_null(), None, whole) if array.null_count else whole
    if pa.types.is_map(kind) or pa.types.is_fixed_size_list(kind):
        return pa.nulls(len(array), _type(kind))  # nothing of it leaves
    return apply(name, array)


def _counted(copied: Copied, batch: Any) -> None:
    copied.rows += batch.num_rows
    if copied.groups is not None:
        places = [batch.schema.get_field_index(name) for name in copied.groups.columns]
        if min(places) < 0:
            raise not_comparable(copied.groups.columns[places.index(-1)])
        copied.groups.add([batch.column(place) for place in places])


def _compression(file: Any) -> str:
    if not file.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    used = str(file.metadata.row_group(0).column(0).compression).lower()
    return used if used in ("snappy", "gzip", "brotli", "zstd", "lz4") else "none"


_KINDS: Mapping[str, str] = {
    ".csv": "delimited", ".tsv": "delimited", ".txt": "delimited", ".psv": "delimited",
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow",
}  # fmt: skip
_FORMATS: Mapping[str, tuple[Reader, Callable[[Path, Path, Apply, Copied], None]]] = {
    "delimited": (_read_delimited, _write_delimited),
    "parquet": (read_parquet, _write_parquet),
    "arrow": (read_arrow, _write_arrow),
}
