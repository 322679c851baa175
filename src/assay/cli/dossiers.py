"""Opening the dossiers that a verb answers from, and saying on stderr when one holds a later review than the answer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assay.cli.words import talk
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.dossier.store import Dossier


def dossier_at(path: Path) -> "Dossier":
    """A dossier to be answered from. Its newest complete review answers; a later one that was begun is told of."""
    from assay.dossier.store import Dossier  # noqa: PLC0415

    dossier = Dossier.open(path)
    number = dossier.unfinished()
    if number is not None:
        at = _begun(dossier, number)
        talk(
            Text(
                f"note: {path}: review {number} was begun{at.en} and is not finished; review {dossier.latest().number} "
                "answers; wait if it still runs, else review the product again",
                f"注意：{path}：第 {number} 次审查已开始{at.zh}但未完成，以下依据第 {dossier.latest().number} 次审查。"
                "若其仍在运行请等待，否则请重新审查该产品",
            )
        )
    return dossier


def tell_unfinished(found: Sequence[Path]) -> None:
    """One line for all dossiers of a register that stand by an earlier review."""
    if found:
        talk(
            Text(
                f"note: dossiers that stand by an earlier review, a later one being begun and not finished: "
                f"{len(found)}, the first is {found[0]}",
                f"注意：有 {len(found)} 份卷宗以较早的审查为准，因其后的审查已开始但未完成；首份为 {found[0]}",
            )
        )


def _begun(dossier: "Dossier", number: int) -> Text:
    from assay.cli.ledger_witness import moment  # noqa: PLC0415
    from assay.review.reading import begun  # noqa: PLC0415

    at = begun(dossier, number)
    return Text("", "") if at is None else Text(f" at {moment(at)}", f"（{moment(at)}）")
