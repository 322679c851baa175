"""Counting the sets of one file, and the facts that follow. See `examination` for what is looked at."""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.examination import FileMeta, Shortfall
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.border.classes import CLASSES, CREDENTIAL_CLASSES, PERSONS
from assay.examinations.border.columns import Verdict
from assay.examinations.border.counting import Counted
from assay.examinations.border.grades import Grade, grades, highest
from assay.examinations.border.persons import Sketch
from assay.examinations.border.readers.batches import MOST_COLUMNS, MOST_SETS, TOO_MANY, Batch, Read

PPM = 1_000_000
READING_ENDS = (OSError, EOFError, zlib.error, struct.error)


class FileCount(Struct):
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
                counted.shortfalls.append(TOO_MANY)
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


def facts_of(held: Counted, meta: FileMeta, by: str, *, whole: bool) -> Iterator[Fact]:
    """The facts of one set of a file. Text is a set only if it holds any data."""
    verdicts = list(held.verdicts())
    running = held.text and not held.columns
    subject, evidence = meta.subject(held.name), (Evidence(meta.path, int(running)),)
    place = _place(meta, running=running)
    for verdict in verdicts:
        yield Fact("data.field", subject, {**field_value(verdict), "place": place}, by, evidence)
    if not (held.columns or verdicts):
        return
    of = [grades()[verdict.class_] for verdict in verdicts]
    value: dict[str, Scalar] = {
        "form": "text" if running else "table",
        "rows": held.rows,
        "columns": len(held.columns),
        "personal": sum(CLASSES[verdict.class_].personal for verdict in verdicts),
        "whole": whole,
        "unkeyed": not held.sketches and any(verdict.class_ in ("person_name", "address") for verdict in verdicts),
    }
    top = highest(of)
    yield Fact("data.set", subject, {**value, **_graded(top)}, by, evidence)
    if any(sketch.count() for sketch in held.sketches.values()):
        fact = persons_of(held.sketches, subject, evidence, by, keyed=held.keyed)
        sensitive = top is not None and top.pipl == "sensitive"
        yield replace(fact, value={**fact.value, "sensitive": sensitive})


def field_value(verdict: Verdict) -> dict[str, Scalar]:
    """The value of a `data.field`, but for its place."""
    clear = verdict.clear or (None if verdict.unclear else 0)
    return {
        "column": verdict.column,
        "class": verdict.class_,
        "cells": verdict.cells,
        "valid": verdict.valid,
        "plausible": verdict.plausible,
        "share": (verdict.valid + verdict.plausible) * PPM // max(verdict.cells, 1),
        "named": verdict.by_name,
        **({"clear": clear} if verdict.class_ in CREDENTIAL_CLASSES else {}),
        **grades()[verdict.class_].values(),
    }


def _place(meta: FileMeta, *, running: bool) -> str:
    if meta.file_class == "configuration":
        return "configuration"
    return "log" if meta.format == "log" else "text" if running else "table"


def _graded(grade: Grade | None) -> dict[str, str | int]:
    return grade.values() if grade is not None else {}


def persons_of(
    sketches: Mapping[str, Sketch], subject: Subject, evidence: tuple[Evidence, ...], by: str, *, keyed: bool
) -> Fact:
    """Identifiers of different classes are different persons here: a row is counted by one of them only. The count is
    not exact where they are no keys of persons (`Counted.keyed`)."""
    present = [class_ for class_ in PERSONS if class_ in sketches and sketches[class_].count()]
    value: dict[str, Scalar] = {
        "of": "set" if evidence else "delivery",
        "basis": ", ".join(present),
        "persons": sum(sketches[class_].count() for class_ in present),
        "exact": keyed and all(sketches[class_].exact for class_ in present),
    }
    return Fact("data.persons", subject, value, by, evidence)
