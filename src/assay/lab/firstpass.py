"""The first pass: every file of a piece is opened once, read, hashed, prefiltered, indexed and examined."""

import io
import pickle
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, cast

from assay.core.examination import Examined, FileExamination, FileMeta, FileView, Hit, Shortfall, StreamExamination
from assay.lab import journal
from assay.lab.confine import peak_memory
from assay.lab.coverage import LAB, Group, Tally, count, of_file, of_shortfalls
from assay.lab.hits import Found
from assay.lab.identifiers import words
from assay.lab.index import WordsWriter
from assay.lab.place import Clock, Lab, Outcome, Place, Raised, Runs, check_facts, fault, place_of
from assay.lab.shards import Piece
from assay.lab.units import TEXT_CLASSES, Reading, Unit, is_text

_IN_REGIONS = Shortfall("too-large", "examined in regions")


def examine_piece(lane: Path, serial: int, setup_file: Path, piece: Piece, files: Sequence[FileMeta]) -> Outcome:
    """Read each file of the piece once. Raises MemoryError when the piece should be tried in a fresh worker."""
    place = place_of(setup_file, lane)
    work = _PieceWork(place, serial, piece)
    try:
        for position, meta in enumerate(files, piece.start):
            work.see(position, meta)
        place.journal.begin(serial, piece.stop - 1, journal.WRITING)
        place.confinement.alive()
        outcome = work.ended()
    finally:
        place.confinement.rest()
    place.journal.begin(serial, 0, journal.NOTHING)
    return outcome


class _PieceWork:
    """One piece in progress."""

    def __init__(self, place: Place, serial: int, piece: Piece) -> None:
        self.place = place
        self.serial = serial
        self.piece = piece
        self.outcome = Outcome()
        self.clock = Clock()
        self.base = place.setup.scratch / "pieces" / piece.name
        self.words = WordsWriter(self.base.with_name(f"{self.base.name}.words"))
        self.facts = Runs(self.base, place.setup.write_run, self.outcome.runs)
        self.summaries: dict[int, BinaryIO] = {}
        self.completed: dict[tuple[tuple[int, ...], Group], Tally] = {}  # by what completed a file
        self._by_format: dict[tuple[str, str], tuple[list[int], dict[int, Raised]]] = {}

    def see(self, position: int, meta: FileMeta) -> None:
        outcome, roster = self.outcome, self.place.roster
        self.place.journal.begin(self.serial, position, journal.READING)
        self.place.confinement.alive()
        accepting, failed = self._accepting(position, meta)
        file = _FileWork(self, position, meta, accepting)
        refused = file.run()
        outcome.digests.append(file.digest)
        outcome.bytes_read += file.bytes_read
        file.settle(refused=refused is not None)
        asked = (*accepting, *failed, *self.piece.without)
        skipped = roster.skipped(meta, asked)
        if refused is not None:
            kinds_lost = roster.accepted(set(accepting) - file.streamed) | skipped
            outcome.attempts.append(of_file(meta, LAB, kinds_lost, refused))
        elif skipped:
            unread = self.place.setup.unread(meta)
            outcome.attempts.append(of_file(meta, LAB, skipped, Shortfall(unread, "", "skipped")))

    def _accepting(self, position: int, meta: FileMeta) -> tuple[tuple[int, ...], list[int]]:
        """Which examinations accept the file, and which could not even say."""
        like = (meta.file_class, meta.format)
        if like not in self._by_format:
            self._by_format[like] = self._asked(position, meta, self.place.roster.by_format)
        accepting, errors = self._by_format[like]
        own, others = self._asked(position, meta, self.place.roster.one_by_one)
        for which, error in (*errors.items(), *others.items()):
            kinds = self.place.roster.answers[which]
            self.outcome.attempts.append(of_file(meta, self.place.setup.singles[which].id, kinds, fault(error)))
        return tuple(sorted((*accepting, *own))), [*errors, *others]

    def _asked(self, position: int, meta: FileMeta, whiches: Sequence[int]) -> tuple[list[int], dict[int, Raised]]:
        """Which of the examinations accept a file, and what kept the others from saying."""
        accepting: list[int] = []
        errors: dict[int, Raised] = {}
        for which in whiches:
            if which in self.piece.without:
                continue
            self.place.journal.begin(self.serial, position, which)
            single = self.place.setup.singles[which]
            accepts, error = self.place.guarded(single.accepts, meta, alone=self.piece.alone)
            if error is not None:
                errors[which] = error
            elif accepts:
                accepting.append(which)
        self.place.journal.begin(self.serial, position, journal.READING)
        return accepting, errors

    def keep_summary(self, which: int, path: str, pickled: bytes) -> None:
        file = self.summaries.get(which)
        if file is None:
            name = self.base.with_name(f"{self.base.name}.{which:04d}.summaries")
            file = self.summaries[which] = name.open("wb")
            self.outcome.summaries[which] = name
        pickle.dump((path, pickled), file)

    def ended(self) -> Outcome:
        for (whiches, group), tally in self.completed.items():
            for which in whiches:
                count(self.outcome.completed.setdefault(which, {}), group, *tally)
        self.facts.flush()
        self.outcome.words = self.words.close()
        for file in self.summaries.values():
            file.close()
        self.outcome.spent.examine += self.clock.lap()
        self.outcome.peak_memory, self.outcome.walled = peak_memory(), self.place.confinement.walled
        return self.outcome


class _FileWork:
    """One file in progress: its units, and what each examination made of them."""

    def __init__(self, work: _PieceWork, position: int, meta: FileMeta, accepting: tuple[int, ...]) -> None:
        self.work = work
        self.place = work.place
        self.position = position
        self.meta = meta
        self.accepting = accepting
        self.streaming, self.asking = work.place.roster.parted(accepting)
        self.streamed: set[int] = set()
        self.shortfalls: defaultdict[int, list[Shortfall]] = defaultdict(list)
        self.failed: set[int] = set()
        self.digest = ""
        self.bytes_read = 0

    def run(self) -> Shortfall | None:
        """Why the file as a whole could not be examined, None when it was."""
        alone = self.work.piece.alone
        stream, error = self.place.guarded(self.place.setup.open_member, self.meta.locator, alone=alone)
        if stream is None:
            return _unreadable(error)
        reading, refused = Reading(stream, self.meta.size), None
        try:
            if self.meta.size <= self.place.setup.limits.unit_bytes:
                _, error = self.place.guarded(reading.fill, alone=alone)
            if error is None and (self.asking or self.meta.file_class == "source"):
                refused, error = self._units(reading)
            if error is None and not reading.ended:
                _, error = self.place.guarded(reading.drain, self.place.confinement.alive, alone=alone)
        finally:
            self.place.guarded(stream.close, alone=True)
        self.bytes_read = reading.bytes_read
        if error is not None:
            return _unreadable(error)
        self.digest = reading.digest()
        for which in self.streaming:
            self._stream(which, reading.whole)
        return refused

    def _stream(self, which: int, whole: bytes | None) -> None:
        """Let an examination read the file by itself: again, unless all of it is at hand."""
        single, lane = cast(StreamExamination, self.place.setup.singles[which]), self.work
        self.place.journal.begin(lane.serial, self.position, which)
        self.place.confinement.alive()
        result, error = self.place.guarded(_read, single, self.meta, self.place, whole, alone=lane.piece.alone)
        self.streamed.add(which)
        self.bytes_read += self.meta.size if whole is None else 0
        if result is None:
            self.shortfalls[which].append(fault(error))
        else:
            self._keep(which, *result)
        self.place.journal.begin(lane.serial, self.position, journal.READING)
        lane.outcome.spent.examine += lane.clock.lap()

    def _units(self, reading: Reading) -> tuple[Shortfall | None, Raised | None]:
        """Why the rest of the text is not examined, and what went wrong while reading."""
        setup, spent, clock = self.place.setup, self.work.outcome.spent, self.work.clock
        text = self.meta.file_class in TEXT_CLASSES
        indexed = text and (setup.indexed is None or self.meta.format in setup.indexed)
        units = reading.units(setup.limits.unit_bytes, text=text)
        while True:
            unit, error = self.place.guarded(next, units, None, alone=self.work.piece.alone)
            if unit is None:
                return None, error
            spent.read += clock.lap()  # asking for the time costs as much as a small file
            if not unit.whole:
                self.place.confinement.alive()
            if text and not is_text(unit.content):
                return Shortfall("not-text", status="failed"), None
            distinct = words(unit.content) if indexed else None
            if distinct is not None:
                self.work.words.add(self.position, distinct)
            asking = tuple(which for which in self.asking if which not in self.failed) if self.failed else self.asking
            interested = self.place.prefilter.interested(unit.content, asking, distinct)
            del distinct
            spent.prefilter += clock.lap()
            if interested:
                self._examine(unit, interested)
                spent.examine += clock.lap()
            if unit.whole:
                return None, None

    def _examine(self, unit: Unit, interested: Mapping[int, Found]) -> None:
        view = FileView(self.meta, unit.content, unit.first_line, unit.offset, unit.whole)
        place, serial, alone = self.place, self.work.serial, self.work.piece.alone
        for which, found in interested.items():
            place.journal.begin(serial, self.position, which)
            place.confinement.alive()
            single = place.setup.singles[which]
            result, error = place.guarded(_sound, single, view, found.hits, place.lab, alone=alone)
            if result is None:
                self.failed.add(which)
                self.shortfalls[which].append(fault(error))
                continue
            self._keep(which, *result)
            if not unit.whole:
                self.shortfalls[which].append(_IN_REGIONS)
            if found.capped:
                self.shortfalls[which].append(Shortfall("too-many-places", f"more than {len(found.hits)}"))
        place.journal.begin(serial, self.position, journal.READING)

    def _keep(self, which: int, examined: Examined, pickled: bytes | None) -> None:
        if examined.facts:
            self.work.facts.add(examined.facts)
        if pickled is not None:
            self.work.keep_summary(which, self.meta.path, pickled)
        if examined.shortfalls:
            self.shortfalls[which].extend(examined.shortfalls)

    def settle(self, *, refused: bool) -> None:
        """Count what was completed; an attempt for the rest. Of a refused file only what read it by itself counts."""
        settled = tuple(sorted(self.streamed)) if refused else self.accepting
        for which, shortfalls in self.shortfalls.items():
            if which in settled:
                by, kinds = self.place.setup.singles[which].id, self.place.roster.answers[which]
                self.work.outcome.attempts.extend(of_shortfalls(self.meta, by, kinds, shortfalls))
        if self.shortfalls:
            settled = tuple(which for which in settled if which not in self.shortfalls)
        count(self.work.completed, (settled, Group.of(self.meta)), 1, self.meta.size)


def _sound(single: FileExamination, view: FileView, hits: Sequence[Hit], lab: Lab) -> tuple[Examined, bytes | None]:
    """Examine, and raise for anything that could not be stored: it is the examination's fault, not the dossier's."""
    return _storable(single, single.examine(view, hits, lab))


def _read(
    single: StreamExamination, meta: FileMeta, place: Place, whole: bytes | None
) -> tuple[Examined, bytes | None]:
    with place.setup.open_member(meta.locator) if whole is None else io.BytesIO(whole) as stream:
        return _storable(single, single.read(meta, stream, place.lab, place.confinement.alive))


def _storable(single: FileExamination, examined: Examined) -> tuple[Examined, bytes | None]:
    check_facts(examined.facts, single.kinds)
    return examined, None if examined.summary is None else pickle.dumps(examined.summary)


def _unreadable(error: BaseException | None) -> Shortfall:
    if isinstance(error, MemoryError):
        return fault(error)
    unreadable = isinstance(error, OSError) and not type(error).__name__.startswith("Bad")  # BadGzipFile is an OSError
    return Shortfall("unreadable" if unreadable else "damaged", type(error).__name__, "failed")
