"""What a run covered, as attempts: each phase that came to its end, and each that did not, with why.

A phase counts as completed when both of its runs were whole. Cryptography seen on the wire is covered by the phases;
what happens inside a process is an attempt of its own (`calls`), because "no visible library" is not "no
cryptography".
"""

from collections.abc import Iterable, Iterator

from assay.core.attempts import Attempt
from assay.examinations.probe.behaviour import BY, KINDS
from assay.examinations.probe.run import PHASES, Record, Short

COVERED = (*KINDS, "run.declaration", "run.evasion")
FORMAT = "run"
_WORST = {"failed": 0, "partial": 1, "skipped": 2}


def attempts_of(records: Iterable[Record], component: str) -> Iterator[Attempt]:
    """One attempt for each phase that is short of something, and one for all that are whole."""
    shorts = _united([record.shorts for record in records])
    for phase, short in sorted(shorts.items()):
        yield Attempt(
            BY, COVERED, short.status, short.reason, "binary", FORMAT, component, "shipped",  # type: ignore[arg-type]
            f"run/{phase or 'whole'}", short.detail, ran="cage",
        )  # fmt: skip
    whole = sum(phase not in shorts for phase in PHASES)
    if whole:
        yield Attempt(
            BY, COVERED, "completed", "", "binary", FORMAT, component, "shipped", files=whole, ran="cage"
        )  # fmt: skip


def _united(runs: list[list[Short]]) -> dict[str, Short]:
    """The worst of each phase. That a clock was not moved counts only when no run could see it move."""
    found: dict[str, Short] = {}
    still = [{short.phase for short in shorts if short.reason == "clock"} for shorts in runs]
    unmoved = set.intersection(*still) if still else set()
    for short in (short for shorts in runs for short in shorts):
        if short.reason == "clock" and short.phase not in unmoved:
            continue
        known = found.get(short.phase)
        if known is None or _WORST[short.status] < _WORST[known.status]:
            found[short.phase] = short
    return found
