"""One rule file -> `core.rules.Rule`. Grammar 1, as docs/rules.md shows it; every misfit names file, line and key."""

from collections.abc import Collection, Mapping
from typing import Any, get_args

from assay.core.attempts import REASON_CODES, Attempt, Status
from assay.core.facts import SCOPES, Evidence, Fact, Subject, check
from assay.core.kinds import KINDS, Demand, FileClass
from assay.core.rules import Clause, Example, Known, Outcome, Pattern, Rule, Severity
from assay.core.text import Text
from assay.rulebooks.conditions import choices_of, read_applies, read_pattern
from assay.rulebooks.fields import Fields
from assay.rulebooks.strict_yaml import Parsed

_RULE = (
    "id", "title", "clause", "also", "applies", "severity", "forbid", "require", "because", "remedy", "examples", "cwe",
    "in_force", "demand",
)  # fmt: skip
CLAUSE = ("document", "at", "known", "url", "numbered_as_of", "demands_delivery", "informative")
_EXAMPLE = ("facts", "attempts", "product", "as_of")
_FACT = ("kind", "value", "scope", "name")
_ATTEMPT = ("kinds", "status", "reason", "class", "format", "scope", "owner", "law")
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
KNOWN: tuple[Known, ...] = get_args(Known)


def read_rule(parsed: Parsed, book: str) -> Rule:
    """Build the rule of one parsed file. Raises PlaceError."""
    fields = Fields(parsed, (), parsed.value, _RULE)
    clause = read_clause(fields.under("clause", CLAUSE))
    forbid, require = _patterns(fields, "forbid"), _patterns(fields, "require")
    _one_of(fields, clause, bool(forbid), bool(require))
    start, end = read_in_force(fields)
    return Rule(
        id=fields.text("id"),
        book=book,
        title=fields.languages("title"),
        clause=clause,
        also=tuple(read_clause(item) for item in fields.each("also", CLAUSE)),
        applies=read_applies(fields),
        severity=fields.choice("severity", SEVERITIES),
        forbid=forbid,
        require=require,
        because=fields.languages("because"),
        remedy=fields.languages("remedy"),
        examples=_examples(fields, tuple(dict.fromkeys(pattern.kind for pattern in forbid or require))),
        cwe=_weaknesses(fields),
        in_force_from=start,
        in_force_until=end,
        asks=fields.choice("demand", get_args(Demand)) if "demand" in fields else None,
    )


def read_in_force(fields: Fields) -> Any:
    """`in_force: {from, until}` as a pair of dates or None."""
    if "in_force" not in fields:
        return None, None
    span = fields.under("in_force", ("from", "until"))
    start, end = span.day("from"), span.day("until")
    if start and end and end < start:
        span.refuse("until", Text("ends before it starts", "终止早于起始"), Text("correct the dates", "请更正日期"))
    return start, end


def _one_of(fields: Fields, clause: Clause, forbids: bool, requires: bool) -> None:
    if forbids and requires:
        fields.refuse(
            "require",
            Text("a rule has forbid or require, not both", "规则只能有 forbid 或 require 之一"),
            Text("make two rules", "请拆为两条规则"),
        )
    if clause.informative and (forbids or requires):
        fields.refuse(
            "clause",
            Text("an informative clause is never judged", "仅供参考的条款不作判定"),
            Text("remove forbid and require", "请删除 forbid 与 require"),
        )
    if not (clause.informative or forbids or requires):
        fields.refuse(
            None, Text("neither forbid nor require", "既无 forbid 也无 require"), Text("add one of them", "请添加其一")
        )


def _patterns(fields: Fields, key: str) -> tuple[Pattern, ...]:
    if key not in fields:
        return ()
    return tuple(read_pattern(item) for item in fields.each(key, ("fact", "where")))


def read_clause(fields: Fields) -> Clause:
    """The mapping that says which sentence of which document is restated, and how well it is known."""
    return Clause(
        document=fields.text("document"),
        at=fields.text("at"),
        known=fields.choice("known", KNOWN),
        url=fields.text("url", ""),
        numbered_as_of=fields.day("numbered_as_of"),
        demands_delivery=fields.flag("demands_delivery"),
        informative=fields.flag("informative"),
    )


def _weaknesses(fields: Fields) -> tuple[int, ...]:
    numbers = fields.list("cwe")
    if not all(type(number) is int and number > 0 for number in numbers):
        fields.refuse(
            "cwe", Text("must list numbers", "必须是编号列表"), Text("write e.g. [327, 328]", "例如 [327, 328]")
        )
    return tuple(numbers)


def _examples(fields: Fields, kinds: tuple[str, ...]) -> Mapping[Outcome, tuple[Example, ...]]:
    if "examples" not in fields:
        return {}
    groups = fields.under("examples", OUTCOMES)
    return {
        outcome: tuple(_example(item, kinds) for item in groups.each(outcome, _EXAMPLE))
        for outcome in OUTCOMES
        if outcome in groups
    }


def _example(fields: Fields, kinds: tuple[str, ...]) -> Example:
    facts = tuple(_fact(item) for item in fields.each("facts", _FACT))
    if "attempts" in fields:
        attempts = tuple(_attempt(item, kinds) for item in fields.each("attempts", _ATTEMPT))
    else:
        attempts = (_attempted(kinds, "completed"),)
    product = fields.under("product", None).value if "product" in fields else {}
    return Example(facts, attempts, product, fields.day("as_of"))


def _fact(fields: Fields) -> Fact:
    kind = fields.choice("kind", KINDS)
    subject = Subject("", "example", fields.text("name", ""), fields.choice("scope", SCOPES, "shipped"))
    value = fields.under("value", KINDS[kind].keys)
    fact = Fact(kind, subject, value.value, "example@1", (Evidence("example"),))
    for key, item in value.value.items():
        choices = choices_of(kind, key)
        if item is not None and choices and item not in choices:
            _not_a_value(value, key, choices)
    try:
        check(fact)
    except ValueError as error:
        value.refuse(
            None,
            Text(f"no such fact: {error}", f"不存在这样的事实：{error}"),
            Text("see docs/kinds.md", "参见 docs/kinds.zh.md"),
        )
    return fact


def _not_a_value(fields: Fields, key: str, choices: Collection[str]) -> None:
    listed = ", ".join(choices)
    fields.refuse(key, Text("is none of its choices", "不在可选值之中"), Text(f"one of: {listed}", f"可选：{listed}"))


def _attempt(fields: Fields, kinds: tuple[str, ...]) -> Attempt:
    named = fields.list("kinds") or list(kinds)
    if not all(isinstance(kind, str) and kind in KINDS for kind in named):
        _not_a_value(fields, "kinds", KINDS)
    return Attempt(
        by="example@1",
        kinds=tuple(named),
        status=fields.choice("status", get_args(Status)),
        reason=fields.choice("reason", ("", *REASON_CODES), ""),
        file_class=fields.choice("class", get_args(FileClass), "source"),
        format=fields.text("format", ""),
        component="",
        scope=fields.choice("scope", SCOPES, "shipped"),
        path="example",
        owner=fields.text("owner", ""),
        law=fields.text("law", ""),
    )


def _attempted(kinds: tuple[str, ...], status: Status) -> Attempt:
    return Attempt("example@1", kinds, status, "", "source", "", "", "shipped", "example")
