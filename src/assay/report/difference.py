"""What differs between two reviews, and how it is laid out as text and as JSON.

`unlooked` is a fact that is gone only because the new review did not look where it was.
"""

import json
from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, to_builtins

from assay.core.rules import Outcome
from assay.core.text import Lang, Text
from assay.report import escape
from assay.report.layout import Page
from assay.report.reasons import REASONS
from assay.report.words import ATTEMPTS, OUTCOMES, number

Change = Literal["new", "gone", "unlooked", "changed", "same"]
_ORDER: tuple[Change, ...] = ("new", "changed", "gone", "unlooked", "same")


class FactChange(Struct, frozen=True):
    """`before` and `after` hold the measures that differ; both are empty unless the fact is changed."""

    change: Change
    id: str
    kind: str
    place: str
    name: str
    values: Mapping[str, object]
    before: Mapping[str, object]
    after: Mapping[str, object]


class RuleChange(Struct, frozen=True):
    """None where the rule was not judged. `broken` counts facts that break it now and did not, `mended` the reverse."""

    book: str
    rule: str
    before: Outcome | None
    after: Outcome | None
    broken: int
    mended: int


class CoverageChange(Struct, frozen=True):
    """Files that an examination did not complete for a reason, before and after."""

    by: str
    status: str
    reason: str
    format: str
    before: int
    after: int


class Difference(Struct, frozen=True):
    """`counts` by kind, then by change (`same` included). `facts` are the first of each kind and change."""

    counts: Mapping[str, Mapping[str, int]]
    facts: tuple[FactChange, ...]
    rules: tuple[RuleChange, ...]
    coverage: tuple[CoverageChange, ...]

    @property
    def empty(self) -> bool:
        changed = any(count for row in self.counts.values() for change, count in row.items() if change != "same")
        return not (changed or self.rules or self.coverage)


_WORDS: Mapping[str, Text] = {
    "new": Text("new", "新增"),
    "changed": Text("changed", "变化"),
    "gone": Text("gone", "消失"),
    "unlooked": Text("no longer looked at", "不再被检查"),
    "same": Text("same", "相同"),
    "rules": Text("Rules", "规则"),
    "facts": Text("Facts", "事实"),
    "coverage": Text("Files not examined, or only partly", "未检查或仅部分检查的文件"),
    "nothing": Text("Nothing differs.", "没有差异。"),
    "unjudged": Text("not judged", "未评判"),
    "kind": Text("Kind", "种类"),
    "more": Text("and {n} more", "另有 {n} 项"),
    "breaks": Text("{n} more facts break it", "新增 {n} 项事实违反"),
    "mended": Text("{n} facts break it no longer", "{n} 项事实不再违反"),
}
_MARKS = {"new": "+", "changed": "~", "gone": "-", "unlooked": "?"}
_SHOWN = 40  # facts of a kind that the text lists; JSON holds all that were kept


def render_json(difference: Difference) -> bytes:
    return (escape.json(json.dumps(to_builtins(difference), ensure_ascii=False, indent=2)) + "\n").encode()


def render_text(difference: Difference, lang: Lang, *, width: int = 100, color: bool = False) -> bytes:
    page = Page(width, color, [])
    if difference.empty:
        page.put(_WORDS["nothing"].to(lang))
    _rules(difference, page, lang)
    _facts(difference, page, lang)
    _coverage(difference, page, lang)
    return page.render()


def _rules(difference: Difference, page: Page, lang: Lang) -> None:
    if not difference.rules:
        return
    page.heading(_WORDS["rules"].to(lang))
    for rule in difference.rules:
        was, now = (_outcome(item, lang) for item in (rule.before, rule.after))
        moved = f"{was} → {now}" if was != now else now
        notes = [
            _WORDS[key].fill(n=number(n)).to(lang) for key, n in (("breaks", rule.broken), ("mended", rule.mended)) if n
        ]
        page.put(f"{rule.book}/{rule.rule}: {'; '.join((moved, *notes))}", first="• ", style=rule.after or "dim")


def _outcome(outcome: Outcome | None, lang: Lang) -> str:
    return (OUTCOMES[outcome] if outcome is not None else _WORDS["unjudged"]).to(lang)


def _facts(difference: Difference, page: Page, lang: Lang) -> None:
    if not difference.counts:
        return
    page.heading(_WORDS["facts"].to(lang))
    head = [_WORDS["kind"].to(lang), *(_WORDS[change].to(lang) for change in _ORDER)]
    rows = [[kind, *(number(row.get(change, 0)) for change in _ORDER)] for kind, row in difference.counts.items()]
    page.table(head, rows, right=range(1, len(head)))
    for kind, counts in difference.counts.items():
        shown = [item for item in difference.facts if item.kind == kind][:_SHOWN]
        for item in shown:
            values = ", ".join(f"{key}={'?' if value is None else value}" for key, value in item.values.items())
            page.put(f"{kind} {item.place} {item.name} {{{values}}}", first=f"{_MARKS[item.change]} ")
            for key in {**item.before, **item.after}:
                page.put(f"{key}: {item.before.get(key, '–')} → {item.after.get(key, '–')}", indent=4, style="dim")
        rest = sum(count for change, count in counts.items() if change != "same") - len(shown)
        if rest > 0:
            page.put(_WORDS["more"].fill(n=number(rest)).to(lang), indent=2)


def _coverage(difference: Difference, page: Page, lang: Lang) -> None:
    if not difference.coverage:
        return
    page.heading(_WORDS["coverage"].to(lang))
    for row in difference.coverage:
        status, reason = ATTEMPTS[row.status].to(lang), REASONS[row.reason].title.to(lang)
        page.put(f"{row.by}, {row.format}: {status}: {reason}: {number(row.before)} → {number(row.after)}", first="• ")
