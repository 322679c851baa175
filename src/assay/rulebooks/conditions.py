"""Conditions of a rule: `where` over the keys of a kind, `applies` over the attributes of a product.

Each key maps to a scalar, a list (any of), or a mapping of operators: in, not, at_least, at_most, before, after,
matches, perhaps. Operators of one key must all hold. Kinds, keys and values are checked against `core.kinds`, so that
a rule which could never match is refused when it is read. `before: as_of` compares with the day of judging. `matches`
is RE2, anchored at both ends, compiled here.
"""

from collections.abc import Mapping
from typing import Any, get_args

import re2

from assay.core.attempts import REASON_CODES
from assay.core.facts import SCOPES
from assay.core.kinds import KINDS, FileClass, Key
from assay.core.rules import AS_OF, Comparison, Operator, Pattern
from assay.core.text import Text
from assay.rulebooks.fields import Fields, as_day

OPERATORS: tuple[Operator, ...] = get_args(Operator)
_BOUNDS = frozenset({"at_least", "at_most"})
_DAYS = frozenset({"before", "after"})
_COUNTED = frozenset({"in", "not", "perhaps"})

# Keys that `core.kinds` leaves open because their values are declared elsewhere in core.
_ELSEWHERE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("review.gap", "reason"): REASON_CODES,
    ("review.gap", "class"): get_args(FileClass),
    ("intake.content", "class"): get_args(FileClass),
}

_QUIET = re2.Options()
_QUIET.log_errors = False


def read_pattern(fields: Fields) -> Pattern:
    """One item of `forbid` or `require`."""
    kind = fields.choice("fact", KINDS)
    declared = KINDS[kind].keys
    where = fields.under("where", ("scope", *declared)) if "where" in fields else None
    if where is None:
        return Pattern(kind, {}, frozenset())
    compared = {key: _comparisons(where, key, (kind, declared[key])) for key in where.value if key != "scope"}
    return Pattern(kind, compared, _scope(where))


def read_applies(fields: Fields) -> dict[str, tuple[Comparison, ...]]:
    """`applies: {product: {...}}`; empty when absent."""
    if "applies" not in fields:
        return {}
    product = fields.under("applies", ("product",)).under("product", None)
    return {key: _comparisons(product, key, None) for key in product.value}


def choices_of(kind: str, key: str) -> tuple[str, ...]:
    """The values that a key may take; empty is any."""
    return _ELSEWHERE.get((kind, key), KINDS[kind].keys[key].choices)


def _scope(where: Fields) -> frozenset[str]:
    if "scope" not in where:
        return frozenset()
    item = where.value["scope"]
    named = item if isinstance(item, list) else [item]
    if not named or not all(isinstance(scope, str) and scope in SCOPES for scope in named):
        listed = ", ".join(SCOPES)
        where.refuse("scope", Text("must list scopes", "必须列出范围"), Text(f"some of: {listed}", f"可选：{listed}"))
    return frozenset(named)


def _comparisons(fields: Fields, key: str, declared: tuple[str, Key] | None) -> tuple[Comparison, ...]:
    item = fields.value[key]
    if not isinstance(item, dict):
        return (_comparison(fields, key, "in", item, declared),)
    operators = fields.under(key, OPERATORS)
    if not item:
        fields.refuse(
            key, Text("compares nothing", "没有任何比较"), Text("write a value or an operator", "请写值或运算符")
        )
    if declared is None and "perhaps" in item:
        fields.refuse(key, Text("perhaps is for facts only", "perhaps 仅用于事实"), Text("remove it", "请删除"))
    return tuple(_comparison(operators, name, name, operand, declared) for name, operand in item.items())


def _comparison(fields: Fields, at: str, name: Any, operand: Any, declared: tuple[str, Key] | None) -> Comparison:
    values = operand if isinstance(operand, list) else [operand]
    if not values or (isinstance(operand, list) and name not in _COUNTED):
        fields.refuse(at, Text("takes one value", "只接受一个值"), Text("write a single value", "请写单个值"))
    for value in values:
        _check_value(fields, at, name, value, declared)
    if name == "matches":
        return Comparison(name, (operand,), _compiled(fields, at, operand))
    return Comparison(name, tuple(values))


def _check_value(fields: Fields, at: str, name: str, value: Any, declared: tuple[str, Key] | None) -> None:
    if value is None:
        fields.refuse(
            at,
            Text("null cannot be compared", "null 不能参与比较"),
            Text("leave the key out: an undetermined value leaves the rule open", "请删去：未确定的值本就使规则待定"),
        )  # fmt: skip
    if not isinstance(value, str | int):
        fields.refuse(
            at,
            Text("must be text, a whole number or a truth value", "必须是文本、整数或真假值"),
            Text("quote it if it is text, e.g. '1.0'", "若为文本请加引号，例如 '1.0'"),
        )
    if name in _BOUNDS and (isinstance(value, bool) or not isinstance(value, int)):
        fields.refuse(
            at,
            Text("needs a whole number", "需要整数"),
            Text("compare dates with before and after", "日期请用 before 与 after"),
        )
    if name in _DAYS and value != AS_OF:
        as_day(fields, at, value)
    if declared is None:
        return
    kind, key = declared
    if type(value) is not key.type:
        wanted = key.type.__name__
        fields.refuse(
            at,
            Text(f"this key holds {wanted}", f"该键的类型是 {wanted}"),
            Text("correct the value or its quotes", "请更正该值或其引号"),
        )
    choices = choices_of(kind, fields.path[-1] if at in OPERATORS else at)  # type: ignore[arg-type]
    if choices and name != "matches" and value not in choices:
        listed = ", ".join(choices)
        fields.refuse(
            at,
            Text(f"{value!a} is no value of this key", f"{value!a} 不是该键的值"),
            Text(f"one of: {listed}", f"可选：{listed}"),
        )


def _compiled(fields: Fields, at: str, pattern: Any) -> Any:
    if not isinstance(pattern, str):
        fields.refuse(at, Text("needs text", "需要文本"), Text("write an RE2 expression", "请写 RE2 表达式"))
    try:
        return re2.compile(pattern, _QUIET).fullmatch
    except re2.error as error:
        problem = error.args[0] if error.args else ""
        shown = problem.decode("utf-8", "replace") if isinstance(problem, bytes) else str(problem)
        fields.refuse(
            at,
            Text(f"not an RE2 expression: {shown}", f"不是 RE2 表达式：{shown}"),
            Text("RE2 has no look-around and no back-references", "RE2 不支持环视与反向引用"),
        )
