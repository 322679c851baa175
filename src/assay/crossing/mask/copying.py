"""A masked copy of a file: the same columns, types and order of rows, written as it is read.

Two passes: the first finds what each column holds, over all of it; the second writes. CSV and its kin, Parquet and
Arrow are copied. A part that cannot be read is not in the copy, and the copy says so; a format that cannot be written
is refused. The copy appears under its name when it is whole.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

from assay.core.errors import InputError, UsageError
from assay.core.text import Text
from assay.crossing.mask.anonymity import Groups
from assay.crossing.mask.columns import Masker
from assay.crossing.mask.policy import GENERALISED, STRICTNESS, Action, Policy
from assay.dossier.store import unreachable
from assay.examinations.border.classes import CLASSES, CODES
from assay.examinations.border.columns import Column, Verdict
from assay.examinations.border.examination import READING_ENDS, count
from assay.examinations.border.persons import new_key
from assay.examinations.border.readers.arrows import read_arrow, read_parquet
from assay.examinations.border.readers.batches import Batch, Read, Reader
from assay.examinations.border.readers.delimited import read_delimited
from assay.examinations.border.readers.naming import header_of, shown, unique

_ROWS = 1 << 16
_AHEAD = 1 << 18
_SAMPLE = 4_000  # rows of each batch
_SENTENCE = r"\S+\s+\S+\s+\S+|\p{Han}{5,}"
_NEARLY_ALL = 0.9
_MOST = 0.5  # share of the cells from which a class speaks for the whole column
_PARTIAL = ".partial"
_FAULTS = (pa.ArrowException, ValueError, OSError)  # what pyarrow raises for damaged files
Array = Any  # pyarrow.Array
Apply = Callable[[str, Array], Array]


@dataclass(frozen=True, slots=True)
class Masked:
    """What was done with one column, and why."""

    column: str
    action: Action
    classes: tuple[str, ...]


@dataclass(slots=True)
class Copied:
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
    copied = Copied(source, output, _planned(source, reader, policy))
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
        return masker.apply(action, class_, array)

    partial = output.with_name(output.name + _PARTIAL)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write(source, partial, apply, copied)
        partial.replace(output)
    except OSError as error:
        raise unreachable(output, error) from error
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


def _planned(source: Path, reader: Reader, policy: Policy) -> list[Masked]:
    """What is done with each column, from all that it holds. Raises InputError when nothing could be read."""
    wordy: set[str] = set()
    try:
        with source.open("rb") as stream:
            counted = count(_observed(reader(stream, source.name), wordy), new_key())
    except READING_ENDS as error:
        raise unreachable(source, OSError(str(error))) from error
    held = counted.sets.get("")
    if held is None or not held.columns:
        raise InputError(
            Text(f"{source} could not be read as a table", f"{source} 无法作为数据表读取"),
            Text(
                "check the format; damaged files are repaired by their own tools",
                "请检查格式；损坏的文件请用其自身工具修复",
            ),
        )
    verdicts: dict[str, list[Verdict]] = {}
    for verdict in held.verdicts():
        verdicts.setdefault(verdict.column, []).append(verdict)
    return [
        _action(column, verdicts.get(name, []), policy, wordy=name in wordy) for name, column in held.columns.items()
    ]


def _observed(reads: Iterator[Read], wordy: set[str]) -> Iterator[Read]:
    """The same, noting the columns of running text: what stands in a sentence is looked for cell by cell."""
    for read in reads:
        if isinstance(read, Batch) and not read.text:
            for name, array in zip(read.names, read.arrays, strict=True):
                if name not in wordy and (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
                    some = array.slice(0, _SAMPLE)
                    if pa.compute.any(pa.compute.match_substring_regex(some, _SENTENCE)).as_py():
                        wordy.add(name)
        yield read


def _speaks(column: Column, verdict: Verdict) -> bool:
    """Whether a class is what the column is: its name says so, or most cells are such a value and nothing else."""
    if verdict.by_name:
        return True
    if verdict.class_ in CODES:
        place = CODES.index(verdict.class_) * 4
        return bool(column.whole[place : place + 4].sum() >= _MOST * column.cells)
    return verdict.plausible >= _NEARLY_ALL * column.cells and verdict.class_ in ("person_name", "address")


def _action(column: Column, verdicts: Sequence[Verdict], policy: Policy, *, wordy: bool) -> Masked:
    """What the column is decides; what stands inside its texts beside that is redacted."""
    name = column.name
    whole = [one for one in verdicts if _speaks(column, one)]
    whole.sort(key=lambda one: -STRICTNESS[policy.classes[one.class_]])
    action = policy.of(name, tuple(one.class_ for one in whole))
    inside = [one for one in verdicts if one not in whole and policy.classes[one.class_] != "keep"]
    told_to_keep = policy.columns.get(name) == "keep"
    if action == "keep" and (inside or wordy) and not told_to_keep:
        action = "redact"
    if action == "generalise" and not any(one.class_ in GENERALISED for one in whole):
        action = "pseudonym"  # no coarser form is known: a hash says less than the value
    classes = [one.class_ for one in (*whole, *inside)]
    return Masked(name, action, tuple(dict.fromkeys(classes)))


def _write_delimited(source: Path, output: Path, apply: Apply, copied: Copied) -> None:
    with source.open("rb") as stream, output.open("wb") as target:
        head = stream.read(_AHEAD)
        stream.seek(0)
        separator, header = _form(head, source)
        writer: Any = None
        for read in read_delimited(stream, source.name):
            if not isinstance(read, Batch):
                copied.missing.append(read.detail or read.reason)
            elif not read.text:
                batch = _applied(read.names, read.arrays, apply)
                if writer is None:
                    options = pyarrow.csv.WriteOptions(
                        include_header=header, delimiter=separator, quoting_style="needed"
                    )
                    writer = pyarrow.csv.CSVWriter(target, batch.schema, write_options=options)
                writer.write_batch(batch)
                _counted(copied, batch)
        if writer is not None:
            writer.close()


def _form(head: bytes, source: Path) -> tuple[str, bool]:
    """Separator and whether the first row is a header, as the reader finds them."""
    from assay.examinations.border.readers.delimited import separator_of  # noqa: PLC0415
    from assay.examinations.border.readers.encodings import Utf8Stream  # noqa: PLC0415

    sample = Utf8Stream(io.BytesIO(head)).read(_AHEAD).decode("utf-8", "replace").replace("\0", " ")
    separator = "\t" if source.suffix.lower() == ".tsv" and "\t" in sample else separator_of(sample)
    rows = list(csv.reader(io.StringIO(sample), delimiter=separator or ","))[:20]
    return separator or ",", header_of(rows)[1]


def _write_parquet(source: Path, output: Path, apply: Apply, copied: Copied) -> None:
    try:
        file = pyarrow.parquet.ParquetFile(source, page_checksum_verification=True)
    except _FAULTS as error:
        raise _not_readable(source, error) from error
    names = unique([shown(str(name), place) for place, name in enumerate(file.schema_arrow.names, 1)])
    schema = file.schema_arrow.remove_metadata()  # what pandas keeps there may hold values
    schema = pa.schema([schema.field(at).with_name(name) for at, name in enumerate(names)])
    hashed = {
        one.column for one in copied.columns if one.action in ("pseudonym", "format")
    }  # hardly ever twice the same
    repeated = [name for name in names if name not in hashed]
    how = {"compression": _compression(file), "use_dictionary": repeated or False}
    with pyarrow.parquet.ParquetWriter(output, schema, **how) as writer:
        for batch in _groups(file, copied):
            masked = _rebuilt(names, batch, apply)
            writer.write_batch(masked.cast(schema) if masked.schema != schema else masked)
            _counted(copied, masked)


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
            raise _not_readable(source, error) from error
        names = unique([shown(str(name), place) for place, name in enumerate(file.schema.names, 1)])
        schema = pa.schema([file.schema.field(at).with_name(name) for at, name in enumerate(names)])
        with pyarrow.ipc.new_file(output, schema) as writer:
            for place in range(file.num_record_batches):
                try:
                    batch = file.get_batch(place)
                except _FAULTS as error:
                    copied.missing.append(f"batch {place + 1}: {type(error).__name__}")
                    continue
                masked = _rebuilt(names, batch, apply)
                writer.write_batch(masked.cast(schema) if masked.schema != schema else masked)
                _counted(copied, masked)


def _applied(names: Sequence[str], arrays: Sequence[Array], apply: Apply) -> Any:
    return pa.record_batch([apply(name, array) for name, array in zip(names, arrays, strict=True)], list(names))


def _rebuilt(names: Sequence[str], batch: Any, apply: Apply) -> Any:
    arrays = [_nested(name, column, apply) for name, column in zip(names, batch.columns, strict=True)]
    return pa.record_batch(arrays, names=list(names))


def _nested(name: str, array: Array, apply: Apply) -> Array:
    """Structures and lists are rebuilt around their masked values; their names are those that the reader gives."""
    kind = array.type
    if pa.types.is_struct(kind):
        inner = [
            _nested(f"{name}.{shown(str(kind.field(at).name), at + 1)}", values, apply)
            for at, values in enumerate(array.flatten())
        ]
        return pa.StructArray.from_arrays(inner, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        made = pa.ListArray if pa.types.is_list(kind) else pa.LargeListArray
        lengths = array.value_lengths().fill_null(0)
        offsets = pa.concat_arrays([pa.array([0], lengths.type), pa.compute.cumulative_sum(lengths)])
        whole = made.from_arrays(offsets, _nested(name, array.flatten(), apply))
        return pa.compute.if_else(array.is_null(), None, whole.cast(kind)) if array.null_count else whole.cast(kind)
    if pa.types.is_map(kind) or pa.types.is_fixed_size_list(kind) or pa.types.is_union(kind):
        return pa.nulls(len(array), kind)  # nothing of it leaves
    return apply(name, array)


def _counted(copied: Copied, batch: Any) -> None:
    copied.rows += batch.num_rows
    if copied.groups is not None:
        copied.groups.add([batch.column(batch.schema.get_field_index(name)) for name in copied.groups.columns])


def _compression(file: Any) -> str:
    if not file.num_row_groups or not file.metadata.num_columns:
        return "snappy"
    used = str(file.metadata.row_group(0).column(0).compression).lower()
    return used if used in ("snappy", "gzip", "brotli", "zstd", "lz4") else "none"


def _not_readable(path: Path, error: Exception) -> InputError:
    why = type(error).__name__
    return InputError(
        Text(f"{path} cannot be read ({why})", f"{path} 无法读取（{why}）"),
        Text("it is damaged, or not what its name says", "文件已损坏，或与其名称不符"),
    )


def titles(classes: Sequence[str]) -> Iterator[Text]:
    """What people call the classes."""
    return (CLASSES[class_].title for class_ in classes)


_KINDS: Mapping[str, str] = {
    ".csv": "delimited", ".tsv": "delimited", ".txt": "delimited", ".psv": "delimited",
    ".parquet": "parquet", ".pq": "parquet", ".arrow": "arrow", ".feather": "arrow",
}  # fmt: skip
_FORMATS: Mapping[str, tuple[Reader, Callable[[Path, Path, Apply, Copied], None]]] = {
    "delimited": (read_delimited, _write_delimited),
    "parquet": (read_parquet, _write_parquet),
    "arrow": (read_arrow, _write_arrow),
}
