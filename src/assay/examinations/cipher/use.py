"""A use: everything that one entry of the catalogue says at one place, the values of its arguments as answers.

Plain and picklable, so that an answer that waits for another file can be filled in later.
"""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace
from tree_sitter import Node

from assay.core.examination import FileMeta, Hit
from assay.core.facts import Evidence
from assay.examinations.cipher.library import Entry
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.zeros import filled
from assay.source.answers import Answer
from assay.source.calls import name_of, sizes
from assay.source.values import Resolver


class Asked(Struct, frozen=True):
    """A function whose parameters decide a use and may be given by other files: its place, name and how many
    arguments it takes, the class, module or package that callers name, and whether it is part of a program.
    """

    at: int
    name: str
    least: int
    most: int
    owner: str
    program: bool


class Use(Struct, frozen=True):
    entry: Entry
    answers: Mapping[str, Answer]
    name: str
    evidence: tuple[Evidence, ...]
    called: bool
    state: str = "used"
    places: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)  # of roles that a part lent
    at: int = -1  # byte offset of the site
    asked: tuple[Asked, ...] = ()
    hangs: tuple[str, ...] = ()  # names of other files on which its state hangs
    parts: tuple["Use", ...] = ()  # what lent it something
    lends: tuple[int, ...] = ()  # arguments, or `RESULT`, in which only callers in other files can make it a use
    heir: bool = False  # whether a class is only made from it: who makes one of that class was not seen

    @property
    def key(self) -> tuple[int, str, int]:
        """What one unit knows it by, however often it is read."""
        return self.at, self.entry.library, self.entry.index

    def pending(self) -> Iterator[tuple[str, str]]:
        """Roles whose value is a name of another file, with the name."""
        for role, answer in self.answers.items():
            if not answer.complete and answer.pending:
                yield role, answer.pending

    def names(self) -> Iterator[str]:
        """Every name of another file that it hangs on."""
        for answer in self.answers.values():
            yield from answer.made_with() if not answer.complete else ()
        yield from self.hangs

    def again(self) -> bool:
        """Whether its unit has to be read again once the names are known: none of them is a value as it stands."""
        return bool((self.asked and not self.lends) or self.hangs) or any(
            not answer.complete and answer.within for answer in self.answers.values()
        )

    def waits(self) -> bool:
        return bool(self.lends) or self.again() or any(self.pending())

    def with_answer(self, role: str, answer: Answer) -> "Use":
        """The use with what another file tells of a role."""
        told = filled(answer, self.answers[role])
        return replace(self, answers={**self.answers, role: told})


def asked_of(function: Node, resolver: Resolver, meta: FileMeta) -> Asked:
    """A function as other files call it."""
    parsed = resolver.parsed
    name, (least, most) = name_of(parsed, function), sizes(parsed, function)
    owner = OUTLOOKS[meta.format].owner(parsed, meta, function)
    return Asked(function.start_byte, name, least, most, owner, resolver.closed(function) == "program")


class Waiting(Struct, frozen=True):
    """The uses of one file that wait for others, and the hits by which they were found."""

    uses: tuple[Use, ...]
    hits: tuple[Hit, ...]
