"""What is done with each column of a copy: its name, all of its values and the policy decide.

A column is looked at whole before anything of it is written. Where name and values leave it open, the stricter is
done; the operator's policy may say otherwise by the column's name.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import InputError, UsageError, refused
from assay.core.text import Text
from assay.crossing.mask.policy import GENERALISED, STRICTNESS, Action, Policy
from assay.examinations.border.classes import CODES
from assay.examinations.border.columns import Column, Verdict, bytes_of
from assay.examinations.border.files import READING_ENDS, count
from assay.examinations.border.readers.batches import Batch, Read, Reader
from assay.examinations.border.semantics import called

_ROWS = 1 << 16
_SENTENCE = r"\S+\s+\S+\s+\S+|\p{Han}{5,}"
_FIRST = 1 << 10
_NEARLY_ALL = 0.9
_MOST = 0.5  # share of the cells from which a class speaks for the whole column
Array = Any  # pyarrow.Array


class Masked(Struct, frozen=True):
    """What was done with one column, and why."""

    column: str
    action: Action
    classes: tuple[str, ...]


def planned(source: Path, reader: Reader, policy: Policy) -> list[Masked]:
    """What is done with each column, from all that it holds. Raises InputError when nothing could be read."""
    wordy: set[str] = set()
    try:
        with source.open("rb") as stream:
            counted = count(_observed(_larger(reader(stream, source.name)), wordy), b"")
    except READING_ENDS as error:
        raise refused(source, error if isinstance(error, OSError) else OSError(type(error).__name__)) from error
    except (pa.ArrowException, csv.Error) as error:
        raise not_readable(source, error) from None  # what it says may quote a value
    if not counted.sets and not counted.shortfalls:
        return []  # a table without rows
    held = counted.sets.get("")
    if held is None or not held.columns:
        raise InputError(
            Text(f"{source} could not be read as a table", f"{source} 无法作为数据表读取"),
            Text(
                "text of one column is no table: export it as Parquet; damaged files are repaired by their own tools",
                "单列文本不是数据表，请导出为 Parquet；损坏的文件请用其自身工具修复",
            ),
        )
    verdicts: dict[str, list[Verdict]] = {}
    for verdict in held.verdicts():
        verdicts.setdefault(verdict.column, []).append(verdict)
    return [
        _action(column, verdicts.get(name, []), policy, wordy=name in wordy) for name, column in held.columns.items()
    ]


def _larger(reads: Iterator[Read]) -> Iterator[Read]:
    """Small batches of one table as large ones: what is looked for in a sample of each costs less."""
    held: list[Batch] = []
    for read in reads:
        table = read if isinstance(read, Batch) and not (read.text or read.loose) else None
        if held and (table is None or table.names != held[0].names or sum(one.rows for one in held) >= _ROWS):
            yield _joined(held)
            held = []
        if table is not None:
            held.append(table)
        else:
            yield read
    if held:
        yield _joined(held)


def _joined(batches: Sequence[Batch]) -> Batch:
    if len(batches) == 1:
        return batches[0]
    arrays = zip(*(one.arrays for one in batches), strict=True)
    return replace(batches[0], arrays=tuple(pa.concat_arrays(list(column)) for column in arrays))


def _observed(reads: Iterator[Read], wordy: set[str]) -> Iterator[Read]:
    """The same, noting the columns of running text: what stands in a sentence is looked for cell by cell."""
    for read in reads:
        if isinstance(read, Batch) and not read.text:
            if len(set(read.names)) < len(read.names):
                raise same_name(next(name for name in read.names if read.names.count(name) > 1))
            wordy.update(
                name
                for name, array in zip(read.names, read.arrays, strict=True)
                if name not in wordy and _sentences(array)
            )
        yield read


def _sentences(array: Array) -> bool:
    """Whether any cell is running text: three words, or five Chinese characters. Bytes tell most columns apart."""
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)) or not len(array):
        return False
    if pa.types.is_string(array.type):
        buffer, edges = bytes_of(array)
        content = buffer[edges[0] : edges[-1]]
        if not bool(np.any(content <= 32)) and not bool(np.any(content >= 0xE3)):
            return False
    return any(
        pa.compute.any(pa.compute.match_substring_regex(some.unique(), _SENTENCE)).as_py()
        for some in (array[:_FIRST], array[_FIRST:])
    )


def _speaks(column: Column, verdict: Verdict) -> bool:
    """Whether a class is what the column is: its name says so, or most cells are such a value and nothing else."""
    if verdict.by_name:
        return True
    if verdict.class_ in CODES:
        place = CODES.index(verdict.class_) * 4
        return sum(column.whole[place : place + 4]) >= _MOST * column.cells
    return verdict.plausible >= _NEARLY_ALL * column.cells and verdict.class_ in ("person_name", "address")


def _action(column: Column, verdicts: Sequence[Verdict], policy: Policy, *, wordy: bool) -> Masked:
    """What the column is decides; what stands inside its texts beside that is redacted."""
    name = column.name
    whole = {one.class_ for one in verdicts if _speaks(column, one)} | _presumed(column)
    order = sorted(whole, key=lambda class_: (-STRICTNESS[policy.classes[class_]], class_))
    action = policy.of(name, tuple(order))
    inside = [one.class_ for one in verdicts if one.class_ not in whole and policy.classes[one.class_] != "keep"]
    if action == "keep" and (inside or wordy) and policy.columns.get(name) != "keep":
        action = "redact"
    if action == "generalise" and not whole & GENERALISED:
        action = "pseudonym"  # no coarser form is known: a hash says less than the value
    return Masked(name, action, tuple(dict.fromkeys([*order, *inside])))


def _presumed(column: Column) -> set[str]:
    """What a verdict may leave out and a copy must not: values of a form that nobody knows under a name that says what
    they are (numbers from abroad), and a few names of persons that recur. `name` alone may be a thing's."""
    class_ = called(column.name)
    if class_ and column.name.strip().lower() not in ("name", "names"):
        return {class_}
    return {"person_name"} if column.cells and column.named >= _NEARLY_ALL * column.cells else set()


def not_readable(path: Path, error: Exception) -> InputError:
    why = type(error).__name__
    return InputError(
        Text(f"{path} cannot be read ({why})", f"{path} 无法读取（{why}）"),
        Text("it is damaged, or not what its name says", "文件已损坏，或与其名称不符"),
    )


def same_name(name: str) -> UsageError:
    return UsageError(
        Text(f"two columns are named {name}", f"有两个字段同名：{name}"),
        Text("give each column a name of its own", "请为每个字段使用不同的名称"),
    )
