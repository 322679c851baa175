"""Grounds of a judgement in words: what we saw, and what would decide what is open.

The judge quotes fact ids and counts; this module shows the first few places of each group of facts and explains each
group of missing attempts once, from `reasons.py`.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from assay.core.attempts import Status
from assay.core.facts import Evidence, Fact
from assay.core.kinds import KINDS
from assay.core.rules import Ground, Judgement, Matched, Rule, Unseen
from assay.core.text import Lang, Text
from assay.report.levels import NAMES, lacking
from assay.report.reasons import REASONS
from assay.report.seen import Amount, Gap, Place, Saw, Seen, Value
from assay.report.words import CLASSES, CODED, KEYS, LABELS, MISUSES, SCOPES, VALUES, number, singular

GROUPS = 12  # groups of facts shown per ground
PLACES = 5  # places shown per group
PATHS = 5  # paths shown per gap
EXCERPT = 200  # characters of an excerpt; it arrives masked

SENTENCES: Mapping[str, Text] = {
    "not-in-force": Text("The rule is not in force on {key}.", "该规则在 {key} 并不施行。"),
    "attribute-undeclared": Text(
        "The rule applies to some products only, and nobody declared this product's '{key}'.",
        "该规则仅适用于部分产品，而本产品的“{key}”无人申报。",
    ),
    "attribute-excludes": Text(
        "The product's declared '{key}' puts it outside this rule.", "产品申报的“{key}”使其不在该规则适用范围内。"
    ),
    "informative": Text("Printed for information, never judged.", "仅供参考，不作判断。"),
    "forbidden-seen": Text("Seen, though this rule forbids it: {n} facts.", "规则所禁止者，见 {n} 项事实。"),
    "required-seen": Text("What this rule requires was seen: {n} facts.", "规则所要求者，见 {n} 项事实。"),
    "required-absent": Text(
        "Everything that could hold it was examined, and what this rule requires was not there.",
        "凡可能包含者均已检查，未见规则所要求的内容。",
    ),
    "forbidden-absent": Text(
        "Everything that could hold it was examined, and nothing that this rule forbids was there.",
        "凡可能包含者均已检查，未见规则所禁止的内容。",
    ),
    "perhaps": Text(
        "{n} facts may decide this rule, but a value that decides could not be determined.",
        "{n} 项事实可能影响结论，但起决定作用的取值未能确定。",
    ),
    "nobody-looked": Text("Nobody looked yet: {kind}.", "尚无人检查：{kind}。"),
    "nobody-stated": Text("Nobody stated it: {key}.", "尚无人声明：{key}。"),
    "not-completed": Text(
        "Not, or not wholly, examined: {n} files that could hold it.", "{n} 个可能包含者的文件未检查或未检查完全。"
    ),
    "answered": Text(
        "This rests on the word of {key}, who read in the program's stead: {n} files.",
        "此结论依赖于 {key} 的陈述，其代替程序阅读了 {n} 个文件。",
    ),
    "determined": Text(
        "{key} determined what the program could not: {n} facts.", "程序未能确定的取值由 {key} 确定：{n} 项事实。"
    ),
    "contradicted": Text(
        "An answer says otherwise than what was seen ({key}) and does not count: {n} facts.",
        "有一项答复与所见不符（{key}），不予采纳：{n} 项事实。",
    ),
    "withheld": Text("{n} files were withheld by their owner.", "{n} 个文件被其所有者拒绝提交。"),
}
_IN_REVIEW = Text("Such gaps in this review: {n}.", "本次审查有 {n} 处此类缺口。")
_LOOK = Text("Have this examined: {kind}. No examination of it ran.", "请安排检查：{kind}。本次未进行此项检查。")
_DECLARE = Text(
    "Declare '{key}' in the manifest that the operator gives with --manifest.",
    "请在操作者以 --manifest 提供的清单中申报“{key}”。",
)
_STATE = Text(
    "Have whoever knows state '{key}' in the manifest given with --manifest, with the hash of the document.",
    "请由知情者在以 --manifest 提供的清单中声明“{key}”，并附文件摘要。",
)
_DETERMINE = Text(
    "Show which value is in force at the places listed with the rule, or write it as a constant there.",
    "请说明规则所列位置实际采用的取值，或在该处写为常量。",
)
_RECONCILE = Text(
    "Take back the answer that says otherwise than what was seen ({key}), or report the value as read wrongly.",
    "请撤回与所见不符的答复（{key}），或指出程序读错了该取值。",
)
_ADVICE = Text("{advice} ({title}: {n} files).", "{advice}（{title}：{n} 个文件）。")


def ids_to_show(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Ids of the facts whose evidence `saw` may show, each once."""
    grounds = (ground for judgement in judgements for ground in judgement.grounds)
    groups = (matched for ground in grounds for matched in ground.matched[:GROUPS])
    return tuple(dict.fromkeys(id_ for matched in groups for id_ in matched.facts[:PLACES]))


def saw(ground: Ground, found: Mapping[str, Fact], *, about_review: bool = False) -> Saw:
    """A ground in words. Facts that `found` does not hold are counted but have no place."""
    rest = ground.matched[GROUPS:]
    return Saw(
        ground.because,
        in_words(ground, about_review=about_review),
        tuple(_seen(matched, found) for matched in ground.matched[:GROUPS]),
        tuple(gap_of(unseen) for unseen in ground.unseen),
        len(rest),
        sum(matched.count for matched in rest),
    )


def in_words(ground: Ground, *, about_review: bool = False) -> Text:
    """The sentence of a ground; what a rule about the review forbids is a gap of this review."""
    facts = sum(matched.count for matched in ground.matched)
    files = sum(unseen.files for unseen in ground.unseen)
    kind = KINDS[ground.key].title if ground.key in KINDS else Text(ground.key, ground.key)
    limit = about_review and ground.because == "forbidden-seen"
    sentence = _IN_REVIEW if limit else SENTENCES[ground.because]
    counted = number(facts or files)
    english = sentence.en.format(key=ground.key, kind=kind.en, n=counted)
    return Text(singular(english), sentence.zh.format(key=ground.key, kind=kind.zh, n=counted))


def todo(rule: Rule, judgement: Judgement) -> tuple[Text, ...]:
    """What to do: the remedy of a broken rule; for an open one, what would decide it."""
    if judgement.outcome == "broken":
        return (rule.remedy,)
    if judgement.outcome != "open":
        return ()
    steps = [step.words for ground in judgement.grounds for step in deciding(ground)]
    return tuple(dict.fromkeys(steps))


class Step(NamedTuple):
    """What would settle an open ground. Rules with the same `about` wait for the same thing."""

    about: str
    words: Text
    files: int = 0


def deciding(ground: Ground) -> tuple[Step, ...]:
    """The steps that would settle an open ground, one per distinct reason."""
    about = f"{ground.because} {ground.key}"
    match ground.because:
        case "nobody-looked":
            kind = KINDS[ground.key].title if ground.key in KINDS else Text(ground.key, ground.key)
            return (Step(about, Text(_LOOK.en.format(kind=kind.en), _LOOK.zh.format(kind=kind.zh))),)
        case "nobody-stated":
            return (Step(about, _STATE.fill(key=ground.key)),)
        case "attribute-undeclared":
            return (Step(about, _DECLARE.fill(key=ground.key)),)
        case "perhaps":
            return (Step(about, _DETERMINE),)
        case "contradicted":
            return (Step(about, _RECONCILE.fill(key=ground.key)),)
        case "not-completed" | "withheld":
            files: dict[str, int] = {}
            for unseen in ground.unseen:
                files[unseen.reason] = files.get(unseen.reason, 0) + unseen.files
            return tuple(Step(f"reason {reason}", _advice(reason, n), n) for reason, n in files.items())
        case _:
            return ()


def place(fact: Fact, evidence: Evidence, id_: str = "") -> Place:
    """One place of a fact, its excerpt capped."""
    return Place(
        evidence.path,
        evidence.line,
        excerpt(evidence.excerpt),
        excerpt(evidence.expression),
        evidence.address,
        fact.subject.name,
        what(fact),
        id_,
        evidence.origin,
    )


def what(fact: Fact) -> str:
    """The thing seen, in the catalogue's words: algorithm, misuse or protocol, and the library."""
    value = fact.value
    named = value.get("algorithm") or value.get("misuse") or value.get("claim") or value.get("family")
    if fact.kind == "crypto.misuse":
        named = value.get("misuse")
    if fact.kind == "crypto.protocol":
        named = " ".join(str(value[key]) for key in ("protocol", "version") if value.get(key) is not None)
    parts = [str(part) for part in (named, value.get("library")) if part]
    return " · ".join(parts)


def excerpt(text: str, most: int = EXCERPT) -> str:
    """At most `most` characters, tabs as spaces, never cut between a letter and its marks."""
    line = text.replace("\t", " ").strip()
    if len(line) <= most:
        return line
    end = most - 1
    while end > 0 and unicodedata.combining(line[end]):
        end -= 1
    return line[:end].rstrip() + "…"


def title_of(reason: str) -> Text:
    known = REASONS.get(reason)
    return known.title if known else Text(reason, reason)


def advice_of(reason: str) -> Text:
    known = REASONS.get(reason)
    if known is None:
        return Text("", "")
    return Text(known.advice.en[:1].upper() + known.advice.en[1:], known.advice.zh)


def gap_of(unseen: Unseen) -> Gap:
    status: Status = unseen.status  # type: ignore[assignment]
    formats = (unseen.format,) if unseen.format else ()
    return Gap(
        status,
        unseen.reason,
        title_of(unseen.reason),
        advice_of(unseen.reason),
        Amount(unseen.files, unseen.bytes),
        unseen.paths[:PATHS],
        formats,
        unseen.owner,
        unseen.law,
    )


def _seen(matched: Matched, found: Mapping[str, Fact]) -> Seen:
    order = [*KINDS[matched.kind].keys] if matched.kind in KINDS else []
    ranked = sorted(matched.values, key=lambda key: (order.index(key) if key in order else len(order), key))
    values = tuple(Value(key, matched.values[key]) for key in ranked)
    places: list[Place] = []
    for id_ in matched.facts[:PLACES]:
        fact = found.get(id_)
        if fact is not None:
            places += [place(fact, evidence, id_) for evidence in fact.evidence[:PLACES]]
    return Seen(matched.kind, values, _described(values), matched.count, tuple(places[:PLACES]))


def _described(values: Sequence[Value]) -> Text:
    """The deciding values in words; what goes without saying (certain reach) is not said."""
    shown = [value for value in values if not (value.key == "reach" and value.value == "certain")]
    return Text(", ".join(_pair(value, "en") for value in shown), "，".join(_pair(value, "zh") for value in shown))


def _pair(value: Value, lang: Lang) -> str:
    name = KEYS[value.key].to(lang) if value.key in KEYS else value.key
    item = value.value
    if item is None:
        return f"{name}：未能确定" if lang == "zh" else f"{name} not determined"
    if isinstance(item, bool):
        return f"{name} {LABELS['yes' if item else 'no'].to(lang)}"
    table = {"scope": SCOPES, "misuse": MISUSES, "class": CLASSES}.get(value.key, VALUES if value.key in CODED else {})
    if value.key == "missing":
        item = lacking(str(item), lang)
    if value.key == "level" and item in NAMES:
        item = NAMES[str(item)].to(lang)
    known = table.get(str(item))
    if known is None and value.key == "reason" and item in REASONS:
        known = REASONS[str(item)].title
    return f"{name} {known.to(lang) if known else item}"


def _advice(reason: str, files: int) -> Text:
    title, advice = title_of(reason), advice_of(reason)
    n = number(files)
    english = _ADVICE.en.format(advice=advice.en, title=title.en, n=n)
    return Text(singular(english), _ADVICE.zh.format(advice=advice.zh, title=title.zh, n=n))
