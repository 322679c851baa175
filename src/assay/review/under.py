"""What the terms of a deposit mean for a review of it: which examinations run, and how much source may leave.

Facts keep as much source as the terms let leave (`quoting`), and what they keep is an entry of the host's log before
the dossier has it. What may not run is an attempt that says who keeps it back.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.examination import Examination, FileExamination
from assay.core.facts import Fact
from assay.dossier.records import decode_fact
from assay.dossier.runs import write_run
from assay.intake import DEFAULT_COMPONENT

if TYPE_CHECKING:
    from assay.deposit.disclosures import Passages
    from assay.review.quoting import Quoting

_AT_ONCE = 20_000


class Under(Struct, frozen=True):
    """What the terms of a deposit mean for a review of it."""

    quoting: "Quoting"
    tools: tuple[str, ...]
    owner: str
    stated: Fact
    leave: "Callable[[tuple[Passages, ...]], None]"

    def settled(self, facts: Iterable[bytes], folder: Path) -> tuple[Path, ...]:
        """Runs of facts with no more source in them than may leave; what they carry out was entered when it returns.

        Raises UsageError when the terms let nothing leave any more.
        """
        lines, runs = iter(facts), list[Path]()
        while batch := list(islice(lines, _AT_ONCE)):
            runs.append(folder / f"settled-{len(runs)}.run")
            write_run([self.quoting.fact(decode_fact(line)) for line in batch], runs[-1])
        self.leave(self.quoting.left())
        return tuple(runs)

    def allows(self, examination: FileExamination | Examination) -> bool:
        """Whether the terms name this examination: by its id with or without version, by a family, or all by `*`."""
        id_ = examination.id
        parts = id_.partition("@")[0].split(".")
        names = {"*", id_, *(".".join(parts[:end]) for end in range(1, len(parts) + 1))}
        return bool(names & set(self.tools))

    def refused(self, examination: FileExamination | Examination) -> Attempt:
        detail = "the terms of the deposit do not allow this examination"
        attempt = Attempt(
            examination.id, examination.kinds, "withheld", "withheld", "unknown", "", DEFAULT_COMPONENT, "unknown"
        )
        return replace(attempt, detail=detail, owner=self.owner, ran="inline")


def parted(
    under: Under | None, singles: Sequence[FileExamination], wholes: Sequence[Examination]
) -> tuple[tuple[FileExamination, ...], tuple[Examination, ...], tuple[Attempt, ...]]:
    """The examinations that may run, and an attempt for each that may not."""
    if under is None:
        return tuple(singles), tuple(wholes), ()
    running = tuple(single for single in singles if under.allows(single))
    ids = {single.id for single in running}
    concluding = tuple(whole for whole in wholes if whole.summaries_of in ids and under.allows(whole))
    kept = {*ids, *(whole.id for whole in concluding)}
    everything: tuple[FileExamination | Examination, ...] = (*singles, *wholes)
    refused = tuple(under.refused(each) for each in everything if each.id not in kept)
    return running, concluding, refused
