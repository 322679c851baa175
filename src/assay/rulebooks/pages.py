"""docs/rules.md and docs/kinds.md in both languages, written from the books and from `core.kinds`.

`python -m assay.rulebooks.pages [DIR]` rewrites the four files in DIR (default `docs`). The pages hold no date and no
digest, so that they change only when a rule or a kind does. They show what a rule says, not its examples.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from assay.core.kinds import DEMANDS, KINDS, Key, Kind
from assay.core.rules import Base, Clause, Comparison, Known, Operator, Pattern, Reckoned, Rule, Rulebook, Target
from assay.core.text import LANGS, Lang, Text
from assay.rulebooks.conditions import choices_of
from assay.rulebooks.loader import load, shipped

COMMAND = "python -m assay.rulebooks.pages"

_WRITTEN = Text(f"Written by `{COMMAND}`; do not edit.", f"由 `{COMMAND}` 生成，请勿手工修改。")
_KNOWN: Mapping[Known, Text] = {
    "text": Text("the issuer's text was read", "已阅读发布者原文"),
    "copy": Text("a copy or quotation was read", "已阅读副本或引文"),
    "press": Text("known from reports about it", "据相关报道得知"),
    "memory": Text("cited from memory; nobody opened it for this rule", "凭记忆引用；未为此规则查阅原文"),
    "own": Text("assay's own requirement on a review", "assay 对审查自身的要求"),
}
_OPERATORS: Mapping[Operator, Text] = {
    "in": Text("one of (a plain value or list means the same)", "取其一（直接写值或列表含义相同）"),
    "not": Text("none of", "均不是"),
    "at_least": Text("a number, or more", "不小于某数"),
    "at_most": Text("a number, or less", "不大于某数"),
    "before": Text("a date before", "早于某日"),
    "after": Text("a date after", "晚于某日"),
    "matches": Text("an RE2 expression that matches the whole value", "整个值与 RE2 表达式匹配"),
    "perhaps": Text(
        "values that do not decide the key: they leave the rule open", "不足以判定该键的值：出现时规则待定"
    ),
}
_RECKONED: Mapping[Reckoned, Text] = {
    "purchases": Text("of that year's purchases", "占当年采购"),
    "use": Text("of all bought up to then", "占截至当时的全部采购"),
}
_BASES: Mapping[Base | None, Text] = {
    "count": Text("by number", "按数量"),
    "value": Text("by value", "按金额"),
    None: Text("by number or value: not stated", "按数量或金额：未说明"),
}
_RULES_HEAD = Text(
    """A rule is one YAML file, `<book>/<area>/<rule-id>.yaml`, named like its id. It has `forbid` or `require`, each a
list of `{fact: KIND, where: {key: condition}}`; all conditions of one `where` must hold, any item of the list counts.
`scope` inside `where` says which part of the product is meant. Kinds and keys: [kinds.md](kinds.md). A key that a fact
does not have never matches; a value that could not be determined leaves the rule open, and so does everything that
nobody looked at. Each rule carries examples of *broken*, *met* and *open*, and `assay rules lint` runs them.""",
    """每条规则是一个 YAML 文件 `<规则集>/<分区>/<规则标识>.yaml`，文件名即标识。规则含 `forbid` 或 `require` 之一，均为
`{fact: 事实种类, where: {键: 条件}}` 的列表；同一 `where` 的条件须全部成立，列表中任一项成立即可。`where` 内的 `scope`
限定产品的范围。种类与键见 [kinds.zh.md](kinds.zh.md)。事实没有的键不会匹配；无法确定的值使规则待定，无人查看之处亦然。
每条规则附有 *违反*、*符合*、*待定* 的示例，由 `assay rules lint` 执行。""",
)
_KINDS_HEAD = Text(
    """An examination states facts of these kinds, and rules name them. *Identity* keys say what is stated and enter a
fact's id; *measures* say how much or in what state and do not. An absent key does not apply; null could not be
determined. A file of a class that could carry a kind, and nobody examined for it, leaves every rule on it open.""",
    """检查以下列种类陈述事实，规则引用这些种类。*标识*键说明所陈述的内容并计入事实 id；*度量*键说明数量或状态，不计入。
键缺失表示不适用；null 表示无法确定。可能承载某种类的文件若无人检查，则该种类的所有规则待定。""",
)


def render_rules(lang: Lang) -> str:
    """The page of all shipped books, Markdown."""
    return _page(_rules(lang))


def render_kinds(lang: Lang) -> str:
    """The page of all kinds of fact, Markdown."""
    return _page(_kinds(lang))


def file_name(page: str, lang: Lang) -> str:
    return f"{page}.md" if lang == "en" else f"{page}.{lang}.md"


def _page(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _rules(lang: Lang) -> Iterator[str]:
    yield f"# {Text('Rulebooks', '规则集').to(lang)}\n"
    yield f"{_WRITTEN.to(lang)}\n\n{_RULES_HEAD.to(lang)}\n"
    yield from _table(lang, Text("condition", "条件"), {f"`{name}`": text for name, text in _OPERATORS.items()})
    yield from _table(lang, Text("known", "知悉程度"), {f"`{name}`": text for name, text in _KNOWN.items()})
    for id_ in shipped():
        yield from _book(load(id_), lang)


def _table(lang: Lang, head: Text, rows: Mapping[str, Text]) -> Iterator[str]:
    yield f"| {head.to(lang)} | {Text('meaning', '含义').to(lang)} |\n| --- | --- |"
    yield from (f"| {name} | {text.to(lang)} |" for name, text in rows.items())
    yield ""


def _book(book: Rulebook, lang: Lang) -> Iterator[str]:
    rules = Text("rules", "条规则").to(lang)
    yield f"## {book.title.to(lang)}\n"
    yield f"`{book.id}` · {book.status} · {len(book.rules)} {rules}\n\n{book.source.to(lang)}\n"
    for target in book.targets:
        yield from _target(target, lang)
    for rule in book.rules:
        yield from _rule(rule, lang)


def _target(target: Target, lang: Lang) -> Iterator[str]:
    base = _BASES[target.base].to(lang)
    category = f"`{target.category}`" if target.category else Text("all categories", "全部类别").to(lang)
    yield f"### {Text('Target', '目标').to(lang)}: {target.title.to(lang)}\n"
    share = f"≥ {target.share / 10_000:g} %"
    yield f"`{target.id}` · {category} · {share} · {_RECKONED[target.of].to(lang)} · {base} · {target.by}\n"
    yield f"- {_clause(target.clause, lang)}\n\n{target.because.to(lang)}\n"


def _rule(rule: Rule, lang: Lang) -> Iterator[str]:
    weaknesses = "".join(f" · CWE-{number}" for number in rule.cwe)
    yield f"### {rule.title.to(lang)}\n"
    yield f"`{rule.id}` · {rule.severity}{weaknesses}{_span(rule, lang)}\n"
    yield from (f"- {_clause(clause, lang)}" for clause in (rule.clause, *rule.also))
    verb = Text("Forbids", "禁止") if rule.forbid else Text("Requires", "要求")
    yield from (f"- {verb.to(lang)} {_pattern(pattern)}" for pattern in rule.patterns)
    yield f"\n{rule.because.to(lang)}\n\n**{Text('What to do', '如何处理').to(lang)}**: {rule.remedy.to(lang)}\n"


def _span(rule: Rule, lang: Lang) -> str:
    start = f" · {Text('from', '自').to(lang)} {rule.in_force_from}" if rule.in_force_from else ""
    end = f" · {Text('until', '至').to(lang)} {rule.in_force_until}" if rule.in_force_until else ""
    return start + end


def _clause(clause: Clause, lang: Lang) -> str:
    document = f"[{clause.document}]({clause.url})" if clause.url else clause.document
    return f"{document}, {clause.at} ({_KNOWN[clause.known].to(lang)})"


def _pattern(pattern: Pattern) -> str:
    scope = f"; scope: {', '.join(sorted(pattern.scope))}" if pattern.scope else ""
    tests = "; ".join(f"{key}: {_condition(comparisons)}" for key, comparisons in pattern.where.items())
    return f"`{pattern.kind}` where `{tests}{scope}`"


def _condition(comparisons: tuple[Comparison, ...]) -> str:
    shown = []
    for comparison in comparisons:
        operand = ", ".join(str(item) for item in comparison.operand)
        shown.append(operand if comparison.operator == "in" else f"{comparison.operator} {operand}")
    return " and ".join(shown)


def _kinds(lang: Lang) -> Iterator[str]:
    yield f"# {Text('Kinds of fact', '事实种类').to(lang)}\n"
    yield f"{_WRITTEN.to(lang)}\n\n{_KINDS_HEAD.to(lang)}\n"
    for name, kind in KINDS.items():
        yield from _kind(name, kind, lang)


def _kind(name: str, kind: Kind, lang: Lang) -> Iterator[str]:
    carriers = ", ".join(sorted(kind.carriers)) or Text("no file: derived by the review", "无：由审查推导").to(lang)
    yield f"## `{name}`\n"
    yield f"{kind.title.to(lang)}\n"
    yield f"- {Text('Demand', '对应要求').to(lang)}: {DEMANDS[kind.demand].to(lang)}"
    yield f"- {Text('Carried by', '承载文件类别').to(lang)}: {carriers}\n"
    heads = ("key", "type", "role", "about", "values") if lang == "en" else ("键", "类型", "角色", "含义", "取值")
    yield f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}"
    for key, declared in kind.keys.items():
        yield f"| {' | '.join(_key(name, key, declared, lang))} |"
    yield ""


def _key(kind: str, name: str, key: Key, lang: Lang) -> tuple[str, ...]:
    role = Text("identity", "标识") if key.identity else Text("measure", "度量")
    return f"`{name}`", key.type.__name__, role.to(lang), key.about.to(lang), ", ".join(choices_of(kind, name))


def main(folder: str) -> None:
    """Rewrite the four pages in `folder`."""
    for lang in LANGS:
        for page, render in (("rules", render_rules), ("kinds", render_kinds)):
            Path(folder, file_name(page, lang)).write_text(render(lang), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
