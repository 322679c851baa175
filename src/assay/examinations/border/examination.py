"""Data in a delivery: what classes it holds, at which grade, of how many persons.

States `data.field`, one fact per class in each column of each set (table, sheet, or the file itself), `data.set`, one
per set, and `data.persons`, distinct persons per set; `PersonsInAll` states those of the whole delivery. Files of class
data, text, configuration and unknown text are read, SQL as dumps, workbooks by cells. No value enters a fact, a
shortfall or a log; names of columns that could be values are replaced (`readers/naming.py`).

Every fault of a file is a shortfall, and what was read before it counts. *It cannot see* data in source code other than
SQL, in pictures, PDF and office documents but workbooks, in encrypted or compressed columns, and what the modules of
this package say of themselves. What reads and counts is imported on first use. Sources: JR/T 0171-2020, JR/T 0197-2020,
PIPL Art. 28 (`grades.yaml`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO

from assay.core.examination import Artifact, Concluded, Examined, FileMeta, FileView, Hit, Index, Lab, Shortfall
from assay.core.facts import Fact, Subject
from assay.examinations.border.readers.formats import is_running_text, reader_of

KEY_BYTES = 16
_AT_ONCE = 1 << 20  # bytes of a text that is held as a whole: one native pass tells most that nothing is in them


class DataFiles:
    """A `StreamExamination`. `key` hashes persons; one run has one, so that files can be counted together."""

    id = "border.fields@1"
    kinds = ("data.field", "data.set", "data.persons")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = False

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the key must have {KEY_BYTES} bytes")
        self.key = key

    def accepts(self, meta: FileMeta) -> bool:
        return reader_of(meta.file_class, meta.format, meta.path) is not None

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError("reads files by itself")

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:  # noqa: ARG002
        reader = reader_of(meta.file_class, meta.format, meta.path)
        if reader is None:
            return Examined(shortfalls=(Shortfall("no-reader", "", "skipped"),))
        reads = reader(stream, meta.path)
        if meta.size <= _AT_ONCE and stream.seekable() and is_running_text(meta.file_class, meta.format, meta.path):
            from assay.examinations.border.readers.texts import WholeText  # noqa: PLC0415

            text = WholeText(stream)
            if not text.may_hold:
                return Examined(shortfalls=() if text.missing is None else (text.missing,))
            reads = text.read()
        from assay.examinations.border.files import count, facts_of  # noqa: PLC0415

        counted = count(reads, self.key, alive)
        facts: list[Fact] = []
        for held in counted.sets.values():
            facts += facts_of(held, meta, self.id, whole=not counted.shortfalls)
        sketches = [
            (class_, sketch.to_bytes(), held.keyed)
            for held in counted.sets.values()
            for class_, sketch in held.sketches.items()
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
        if len(summaries) < 2:
            return Concluded()
        from assay.examinations.border.files import persons_of  # noqa: PLC0415
        from assay.examinations.border.persons import Sketch  # noqa: PLC0415

        together: dict[str, Sketch] = {}
        keyed = True
        for parts in summaries.values():
            for part in parts:
                for class_, content, key in part:  # type: ignore[attr-defined]
                    keyed = keyed and key
                    sketch = Sketch.from_bytes(content)
                    together.setdefault(class_, Sketch(sketch.of, sketch.size)).take(sketch)
        if not together:
            return Concluded()
        component = artifact.files[0].component if artifact.files else ""
        subject = Subject(component, "", "", "unknown")
        return Concluded((persons_of(together, subject, (), self.id, keyed=keyed),))
