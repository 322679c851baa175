"""Data in a delivery: what classes it holds, at which grade, of how many persons.

States `data.field`, one fact per class in each column of each set (table, sheet, or the file itself), `data.set`, one
per set, and `data.persons`, distinct persons per set; `PersonsInAll` states those of the whole delivery. Files of class
data, text, configuration and unknown text are read, SQL as dumps, workbooks by cells. No value enters a fact, a
shortfall or a log; names of columns that could be values are replaced (`readers/naming.py`).

Every fault of a file is a shortfall, and what was read before it counts. *It cannot see* data in source code other than
SQL, in pictures, PDF and office documents but workbooks, in encrypted or compressed columns, and what the modules of
this package say of themselves. Sources: JR/T 0171-2020, JR/T 0197-2020, PIPL Art. 28 (`grades.yaml`).
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from assay.core.examination import (
    Artifact,
    Concluded,
    Examined,
    FileMeta,
    FileView,
    Hit,
    Index,
    Lab,
    Shortfall,
)
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.border.classes import CLASSES, PERSONS
from assay.examinations.border.columns import Verdict
from assay.examinations.border.counting import Counted
from assay.examinations.border.grades import Grade, grades, highest
from assay.examinations.border.persons import KEY_BYTES, Sketch, merged
from assay.examinations.border.readers import Batch, Read, reader_of

MOST_SETS = 2_000
MOST_COLUMNS = 5_000
PPM = 1_000_000
READING_ENDS = (OSError, EOFError, zlib.error, struct.error)


@dataclass(slots=True)
class FileCount:
    """What one file holds: its sets by name, and what of it could not be read."""

    sets: dict[str, Counted] = field(default_factory=dict)
    shortfalls: list[Shortfall] = field(default_factory=list)


def count(reads: Iterator[Read], key: bytes, alive: Callable[[], None] = lambda: None) -> FileCount:
    """Count all that a reader yields. A fault of the stream ends the reading and is a shortfall."""
    counted = FileCount()
    columns = 0
    try:
        for read in reads:
            alive()
            if isinstance(read, Shortfall):
                counted.shortfalls.append(read)
                continue
            columns += len(read.names) if read.set not in counted.sets else 0
            if len(counted.sets) >= MOST_SETS or columns > MOST_COLUMNS:
                counted.shortfalls.append(
                    Shortfall("too-many", f"more than {MOST_SETS} sets or {MOST_COLUMNS} columns")
                )
                break
            _into(counted, read, key)
    except READING_ENDS as fault:
        counted.shortfalls.append(Shortfall("damaged", f"the rest could not be read: {type(fault).__name__}"))
    if not counted.sets and counted.shortfalls:
        counted.shortfalls = [
            replace(one, status="failed") if one.status == "partial" else one for one in counted.shortfalls
        ]
    return counted


def _into(counted: FileCount, batch: Batch, key: bytes) -> None:
    held = counted.sets.setdefault(batch.set, Counted(batch.set, key))
    held.add(batch.names, batch.arrays, text=batch.text, loose=batch.loose)


class DataFiles:
    """A `StreamExamination`. `key` hashes persons; one run has one, so that files can be counted together."""

    id = "border.fields@1"
    kinds = ("data.field", "data.set", "data.persons")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = False

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("the key must have 16 bytes")
        self.key = key

    def accepts(self, meta: FileMeta) -> bool:
        return reader_of(meta.file_class, meta.format, meta.path) is not None

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError("reads files by itself")

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:  # noqa: ARG002
        reader = reader_of(meta.file_class, meta.format, meta.path)
        if reader is None:
            return Examined(shortfalls=(Shortfall("no-reader", "", "skipped"),))
        counted = count(reader(stream, meta.path), self.key, alive)
        facts: list[Fact] = []
        for held in counted.sets.values():
            facts += facts_of(held, meta.subject(held.name), meta.path, self.id, whole=not counted.shortfalls)
        sketches = [
            (class_, sketch.to_bytes()) for held in counted.sets.values() for class_, sketch in held.sketches.items()
        ]
        return Examined(tuple(facts), tuple(sketches) or None, tuple(counted.shortfalls))


class PersonsInAll:
    """An `Examination`: distinct persons of the whole delivery, each identifier once however many files hold it."""

    id = "border.persons@1"
    kinds = ("data.persons",)
    summaries_of = "border.fields@1"

    def conclude(
        self,
        artifact: Artifact,
        summaries: Mapping[str, Sequence[object]],
        index: Index,  # noqa: ARG002
        lab: Lab,  # noqa: ARG002
    ) -> Concluded:
        together: dict[str, Sketch] = {}
        files = 0
        for parts in summaries.values():
            files += 1
            for part in parts:
                for class_, content in part:  # type: ignore[attr-defined]
                    sketch = Sketch.from_bytes(content)
                    held = together.get(class_)
                    together[class_] = sketch if held is None else merged([held, sketch])
        if files < 2 or not together:
            return Concluded()
        component = artifact.files[0].component if artifact.files else ""
        subject = Subject(component, "", "", "unknown")
        return Concluded((_persons(together, subject, (), self.id),))


def facts_of(held: Counted, subject: Subject, path: str, by: str, *, whole: bool) -> Iterator[Fact]:
    """The facts of one set, which lies at `path` as delivered. Text is a set only if it holds any data."""
    verdicts = list(held.verdicts())
    evidence = (Evidence(path, 1 if held.text and not held.columns else 0),)
    for verdict in verdicts:
        yield Fact("data.field", subject, field_value(verdict), by, evidence)
    if not (held.columns or verdicts):
        return
    of = [grades()[verdict.class_] for verdict in verdicts]
    value: dict[str, Scalar] = {
        "form": "text" if held.text and not held.columns else "table",
        "rows": held.rows,
        "columns": len(held.columns),
        "personal": sum(CLASSES[verdict.class_].personal for verdict in verdicts),
        "whole": whole,
        "unkeyed": not held.sketches and any(verdict.class_ in ("person_name", "address") for verdict in verdicts),
    }
    top = highest(of)
    yield Fact("data.set", subject, {**value, **_graded(top)}, by, evidence)
    if any(sketch.count() for sketch in held.sketches.values()):
        fact = _persons(held.sketches, subject, evidence, by)
        sensitive = top is not None and top.pipl == "sensitive"
        yield replace(fact, value={**fact.value, "sensitive": sensitive})


def field_value(verdict: Verdict) -> dict[str, Scalar]:
    """The value of a `data.field`."""
    return {
        "column": verdict.column,
        "class": verdict.class_,
        "cells": verdict.cells,
        "valid": verdict.valid,
        "plausible": verdict.plausible,
        "share": (verdict.valid + verdict.plausible) * PPM // max(verdict.cells, 1),
        "named": verdict.by_name,
        **grades()[verdict.class_].values(),
    }


def _graded(grade: Grade | None) -> dict[str, str | int]:
    return grade.values() if grade is not None else {}


def _persons(sketches: Mapping[str, Sketch], subject: Subject, evidence: tuple[Evidence, ...], by: str) -> Fact:
    """Identifiers of different classes are different persons here: a row is counted by one of them only."""
    present = [class_ for class_ in PERSONS if class_ in sketches and sketches[class_].count()]
    value: dict[str, Scalar] = {
        "of": "set" if evidence else "delivery",
        "basis": ", ".join(present),
        "persons": sum(sketches[class_].count() for class_ in present),
        "exact": all(sketches[class_].exact for class_ in present),
    }
    return Fact("data.persons", subject, value, by, evidence)
