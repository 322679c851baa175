"""The contracts between a product, the lab and the examinations.

Read the two protocols at the end first. A `FileExamination` sees one file at a time, in any order, in a worker that
may be killed; an `Examination` concludes once all files were seen, in a worker as well. Both must be picklable, must
not keep state between calls, and may raise anything: the bench turns it into a failed attempt.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple, Protocol

from msgspec import Struct, field

from assay.core.attempts import Attempt, ReasonCode
from assay.core.facts import Fact, Scope, Subject
from assay.core.kinds import FileClass


class Locator(Struct, frozen=True):
    """Where the bytes of a member are; a worker reopens it with `intake.open_locator`. Picklable and small.

    `scheme` is file (a path), slice (a path, offset and size) or zip (offset and size of the compressed bytes, and in
    `entry` the offset of the directory record that describes them). Offsets count from the start of the file.
    """

    scheme: str
    path: str
    offset: int = 0
    size: int = -1
    entry: int = -1


class Member(Struct, frozen=True):
    """One file of a tree. `path` is as delivered, bytes that are not UTF-8 written as `\\xNN`."""

    path: str
    size: int
    locator: Locator


class Tree(Protocol):
    """A delivered folder or archive. What it refuses is an attempt, never an exception."""

    refused: list[Attempt]

    def members(self) -> Iterator[Member]:
        """Every readable file once, in a stable order."""

    def open(self, member: Member) -> BinaryIO:
        """Raises OSError, or zlib/zipfile errors on damage."""


class FileMeta(Struct, frozen=True):
    """What intake knows of a file before anybody reads it whole. `format` is a language or a format name.

    `module` is what its own package calls the file, '' when nothing tells: see `intake.modules`.
    """

    path: str
    logical: str
    size: int
    file_class: FileClass
    format: str
    component: str
    scope: Scope
    locator: Locator
    scope_from: str = ""  # what decided the scope, e.g. "wheel RECORD" or "path name"
    module: str = ""

    def subject(self, name: str = "") -> Subject:
        return Subject(self.component, self.logical, name, self.scope)


class FileView(Struct, frozen=True):
    """One unit of a file: the whole of it, or a region of at most `Limits.unit_bytes` of a larger one."""

    meta: FileMeta
    content: bytes
    first_line: int = 1
    offset: int = 0
    whole: bool = True


class Hit(NamedTuple):
    """A literal of an examination, standing as a whole word at a byte offset of the unit."""

    literal: bytes
    offset: int


class Shortfall(Struct, frozen=True):
    """Part of a file that an examination could not follow: its attempt becomes partial (or failed, skipped)."""

    reason: ReasonCode
    detail: str = ""
    status: str = "partial"


class Examined(Struct, frozen=True):
    """What one unit gave: facts, an opaque picklable summary for `conclude` (None is nothing), and shortfalls."""

    facts: tuple[Fact, ...] = ()
    summary: object = None
    shortfalls: tuple[Shortfall, ...] = ()


class Limits(Struct, frozen=True):
    """What shapes facts counts bytes, nodes and steps, never seconds; seconds are only the watchdog's."""

    unit_bytes: int = 4 << 20
    hits_per_unit: int = 5_000
    steps_per_value: int = 2_000
    watchdog_seconds: float = 60.0
    memory_bytes: int = 3 << 30


class Lab(Protocol):
    """What a running examination may use of the place it runs in."""

    limits: Limits


class Artifact(Struct, frozen=True):
    """A delivered product after intake. `digest` covers path, size and SHA-256 of every file that was read."""

    files: Sequence[FileMeta] = field(default_factory=tuple)


class Index(Protocol):
    """Which files hold which identifier, from the first pass."""

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        """Files in delivery order whose text holds the identifier as a whole word."""

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        """Each file that holds one of the words, with the word, perhaps more than once: one pass for all of them.
        Files come in delivery order. Those of other `formats` may be left out."""

    def view(self, meta: FileMeta) -> FileView | None:
        """The file reopened, None when it is larger than one unit. Counts towards the budget of bytes read."""


class Concluded(Struct, frozen=True):
    """`shortfalls` name the file they are about."""

    facts: tuple[Fact, ...] = ()
    shortfalls: tuple[tuple[FileMeta, Shortfall], ...] = ()


class _Named(Protocol):
    """What every examination declares: `id` is `family.name@version`; `kinds` is all that it may state."""

    @property
    def id(self) -> str: ...

    @property
    def kinds(self) -> tuple[str, ...]: ...


class FileExamination(_Named, Protocol):
    """Looks at single files. `literals` are whole words; a file without any of them is completed unread, and an
    examination without literals sees every file that it accepts. With `fold_case` words are lower case and match in
    any case. With `by_format` it accepts by nothing but class and format, and is asked once for each.
    """

    @property
    def literals(self) -> frozenset[bytes]: ...

    @property
    def fold_case(self) -> bool: ...
    @property
    def by_format(self) -> bool: ...

    def accepts(self, meta: FileMeta) -> bool: ...

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined: ...


class StreamExamination(FileExamination, Protocol):
    """A `FileExamination` that reads a file itself, of any size, binary or text: `read` is called once per file that it
    accepts and `examine` never; the lab knows it by that method. `alive` is to be called between steps, ten times a
    watchdog's period or more often.
    """

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined: ...


class Examination(_Named, Protocol):
    """Concludes from the summaries of `summaries_of` (a FileExamination's id), reopening files that the index names.

    Where the first pass left no summary it is not asked, and has completed what the first pass completed.
    """

    @property
    def summaries_of(self) -> str: ...

    def conclude(
        self, artifact: Artifact, summaries: Mapping[str, Sequence[object]], index: Index, lab: Lab
    ) -> Concluded: ...
