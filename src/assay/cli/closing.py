"""How a verb that reviews ends: where the dossier is, by whom it is signed, what was counted, and the exit code."""

from datetime import date

from assay.cli import options
from assay.cli.words import talk
from assay.core.text import Text
from assay.dossier.answering import idle
from assay.dossier.store import Dossier, Review
from assay.report.document import Document, summary
from assay.report.words import singular
from assay.review.comparing import newly_broken_against
from assay.review.reading import another_product

MOST = 10  # answers that change nothing, named


def close(
    kept: Dossier,
    document: Document,
    signed: Text,
    rulebooks: tuple[str, ...],
    as_of: date,
    *,
    fail_on: str,
    earlier: Dossier | None,
) -> int:
    """The last lines on stderr, and the exit code: against `earlier` where the verb was given one."""
    counts = summary(document)
    talk(Text(f"dossier: {kept.path}; {signed.en}", f"卷宗：{kept.path}；{signed.zh}"))
    tell_idle(kept.latest(), as_of)
    other = another_product(kept)
    if other is not None:
        talk(
            Text(
                f"note: this dossier also holds a review of {other}; give each product a dossier of its own",
                f"注意：该卷宗还含有对 {other} 的审查；请为每件产品单独指定卷宗",
            )
        )
    talk(
        Text(
            singular(f"{counts.broken} broken, {counts.open} open, {counts.limits} limits of this review"),
            f"违反 {counts.broken} 条，待定 {counts.open} 条，本次审查的局限 {counts.limits} 条",
        )
    )
    if counts.waived:
        talk(Text(f"broken and waived: {counts.waived}", f"另有 {counts.waived} 条被违反的规则获豁免"))
    if earlier is not None:
        return options.exit_new(newly_broken_against(kept.latest(), earlier, rulebooks, as_of))
    return options.exit_code(fail_on, counts.broken, counts.open + counts.limits)


def tell_idle(review: Review, as_of: date) -> None:
    """Answers that change nothing, on stderr: whoever gave them believes that they count."""
    found = list(idle(review, as_of))
    for one in found[:MOST]:
        talk(
            Text(
                f"answer {one.claim} for {one.digest[:16]} does not count: {one.why.en}",
                f"针对 {one.digest[:16]} 的答复 {one.claim} 不予采纳：{one.why.zh}",
            )
        )
    if len(found) > MOST:
        talk(Text(f"{len(found) - MOST} more answers do not count", f"另有 {len(found) - MOST} 项答复不予采纳"))
