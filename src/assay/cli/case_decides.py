"""The acts of who examines and decides in `assay case`, and what becomes of keys; see `case_acts`."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli import options
from assay.cli.case_acts import CASE, deadline, done, read_keys, signed, until_option
from assay.cli.dossiers import dossier_at
from assay.cli.words import say
from assay.core.errors import UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.case.contents import Departure, Outcome


@click.command(
    "ask", help=say(Text("Ask a party a question, the vendor if none is named.", "向一方提问，默认向供应商。"))
)
@click.argument("case", type=CASE)
@click.argument("text")
@click.option("--to", default="", metavar="PARTY", help=say(Text("Whom to ask.", "提问对象。")))
@click.option("--rule", default="", metavar="BOOK/RULE", help=say(Text("The rule that it is about.", "所涉规则。")))
@until_option
@options.lang
def _ask(case: Path, text: str, to: str, rule: str, until: date | None) -> int:
    from assay.case.contents import Question  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    return signed(opened, Question(to or opened.view.vendor, text, deadline(opened, until), rule))


@click.command(
    "disclose",
    short_help=say(Text("Disclose a review as the verdict.", "将审查作为结论披露。")),
    help=say(
        Text(
            "Disclose the newest review of a dossier as the verdict: every judgement and fact, to all parties.",
            "将卷宗的最新审查作为结论披露：向各方公开全部判定与事实。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("dossier", type=click.Path(path_type=Path))
@click.option("--review", "number", type=int, help=say(Text("Another review than the newest.", "指定其他审查。")))
@until_option
@options.lang
def _disclose(case: Path, dossier: Path, number: int | None, until: date | None) -> int:
    from assay.case.folder import Case  # noqa: PLC0415
    from assay.case.verdict import disclosure  # noqa: PLC0415

    opened, kept = Case.open(case), dossier_at(dossier)
    review = kept.latest() if number is None else kept.review(number)
    content, attached = disclosure(opened, review, deadline(opened, until, opened.view.charter.objection_days))
    return signed(opened, content, attached)


@click.command(
    "decide",
    short_help=say(Text("Sign a decision on the verdict.", "就结论签署决定。")),
    help=say(
        Text(
            "Sign a decision on the last verdict, as a named person; two persons of two parties sign. To admit departs "
            "from each broken or open rule, with a reason (open=REASON for all open ones).",
            "以署名人员身份就最新结论签署决定；须由两方的两人签署。准予采用即偏离各条违反或待定的规则，"
            "须逐一说明理由（open=理由 适用于全部待定规则）。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.option("--person", required=True, metavar="NAME", help=say(Text("Who decides.", "决定人。")))
@click.option(
    "--outcome",
    type=click.Choice(["admit", "admit-with-conditions", "decline"]),
    help=say(Text("What is decided.", "决定内容。")),
)
@click.option("--reason", default="", help=say(Text("Why.", "理由。")))
@click.option(
    "--follow", "follows", multiple=True, metavar="BOOK/RULE", help=say(Text("A rule it follows.", "所遵循的规则。"))
)
@click.option(
    "--depart",
    "departs",
    multiple=True,
    metavar="BOOK/RULE=REASON",
    help=say(Text("A rule it departs from, and why.", "所偏离的规则及理由。")),
)
@click.option("--condition", "conditions", multiple=True, help=say(Text("A condition, repeatable.", "条件，可重复。")))
@click.option(
    "--concur",
    default="",
    metavar="ACT",
    help=say(Text("The decision that you sign as the second.", "以第二人身份签署的决定。")),
)
@until_option
@options.lang
def _decide(
    case: Path,
    person: str,
    outcome: "Outcome | None",
    reason: str,
    follows: tuple[str, ...],
    departs: tuple[str, ...],
    conditions: tuple[str, ...],
    concur: str,
    until: date | None,
) -> int:
    from assay.case.contents import Decision  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415
    from assay.case.verdict import check  # noqa: PLC0415

    opened = Case.open(case)
    verdict = opened.view.verdict
    if verdict is None or not (outcome or concur):
        raise _wrong_decision()
    check(opened, *verdict)  # nobody signs about what they cannot read, or what does not verify
    if concur:
        first = opened.find(concur)
        if isinstance(first.content, Decision):
            said = first.content
            return signed(
                opened,
                Decision(said.verdict, said.outcome, person, reason or said.reason, said.until, concurs=first.id),
            )
        raise _wrong_decision()
    if outcome is None:
        raise _wrong_decision()
    content = Decision(
        verdict[0].id,
        outcome,
        person,
        reason,
        deadline(opened, until, opened.view.charter.objection_days),
        follows,
        _departures(departs, verdict[1].open),
        conditions,
    )
    return signed(opened, content)


def _departures(given: Sequence[str], open_: Sequence[str]) -> "tuple[Departure, ...]":
    from assay.case.contents import Departure  # noqa: PLC0415

    named = {rule: reason for rule, _, reason in (item.partition("=") for item in given)}
    for_open = named.pop("open", None)
    if for_open is not None:
        named = {**dict.fromkeys(open_, for_open), **named}
    return tuple(Departure(rule, reason) for rule, reason in sorted(named.items()))


def _wrong_decision() -> UsageError:
    return UsageError(
        Text(
            "a decision has an outcome and a verdict, or concurs in another",
            "决定须有内容与所依据的结论，或为对另一决定的第二签署",
        ),
        Text(
            "see assay case status, then --outcome or --concur",
            "请查看 assay case status，然后使用 --outcome 或 --concur",
        ),
    )


@click.command(
    "revoke",
    short_help=say(Text("Revoke keys that are lost or stolen.", "吊销遗失或被盗的密钥。")),
    help=say(
        Text(
            "Revoke keys of a party, all of them if none is named: your own when lost or stolen, or as the party that "
            "vouches, with new ones in their place.",
            "吊销一方的密钥，未指明时为其全部：己方密钥遗失或被盗时，或作为担保方吊销并登记新密钥。",
        )
    ),
)
@click.argument("case", type=CASE)
@click.argument("name", metavar="PARTY")
@click.option("--reason", required=True, help=say(Text("Why.", "理由。")))
@click.option(
    "--key", "keys", multiple=True, help=say(Text("A key that counts no more, repeatable.", "失效的密钥，可重复。"))
)
@click.option(
    "--new", "fresh", multiple=True, help=say(Text("A key in its place, repeatable.", "替代的密钥，可重复。"))
)
@options.lang
def _revoke(case: Path, name: str, reason: str, keys: tuple[str, ...], fresh: tuple[str, ...]) -> int:
    from assay.case.contents import Revocation  # noqa: PLC0415
    from assay.case.folder import Case  # noqa: PLC0415

    opened = Case.open(case)
    member = opened.view.parties.get(name)
    old = read_keys(keys) if keys else member.keys if member is not None else []
    new = read_keys(fresh)
    return signed(opened, Revocation(name, tuple(map(str, old)), reason, tuple(map(str, new))))


@click.command(
    "close",
    help=say(Text("Close a case that is decided, or was never delivered.", "对已作决定或从未交付的案件予以结案。")),
)
@click.argument("case", type=CASE)
@click.option("--reason", required=True, help=say(Text("Why.", "理由。")))
@options.lang
def _close(case: Path, reason: str) -> int:
    from assay.case.contents import Closing  # noqa: PLC0415

    return done(case, Closing(reason))


COMMANDS = (_ask, _disclose, _decide, _revoke, _close)
