"""What a product did in its run, on one page: undeclared first, then what was declared and absent, then the rest.

Two versions side by side take the same lines: what only one of them does. What a phase did not cover is said, since a
behaviour that is gone may only be unseen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from assay.core.attempts import Attempt
from assay.core.facts import Fact, fact_id
from assay.core.text import Lang, Text
from assay.report.escape import terminal
from assay.report.reasons import REASONS

MOST = 60  # lines of one heading; the rest is counted
_BY = "probe."
_UNDECLARED = Text("Undeclared", "未声明")
_UNSTATED = Text("Seen; that part was not declared", "已观察；该部分未作声明")
_DECLARED = Text("As declared", "与声明一致")
_ABSENT = Text("Declared, and absent from the run", "已声明而运行中未出现")
_EVASION = Text("Otherwise when traced", "被跟踪时行为不同")
_GAPS = Text("Not covered", "未覆盖")
_NOTHING = Text("nothing was seen of it", "未观察到任何行为")
_MORE = Text("and {n} more; see assay facts", "另有 {n} 项，见 assay facts")
_OFFERED = Text("offers {n} suites of {protocol}:", "提供 {protocol} 套件 {n} 种：")
_NEW = Text("Only the new version", "仅新版本")
_GONE = Text("Only the old version", "仅旧版本")
_SAME = Text("the same in both: {n}", "两者相同：{n} 项")
_UNSURE = Text(
    "gone may mean unseen: the new run did not cover {what}", "“消失”可能只是未观察到：新的运行未覆盖 {what}"
)


def page(facts: Iterable[Fact], attempts: Iterable[Attempt], lang: Lang) -> str:
    """The page of one run."""
    of_run = [fact for fact in facts if fact.kind.startswith("run.")]
    seen = [fact for fact in of_run if fact.kind in _LINES]
    absent = [fact for fact in of_run if fact.kind == "run.declaration" and fact.value["state"] == "absent"]
    evading = [fact for fact in of_run if fact.kind == "run.evasion"]
    blocks = [
        (_UNDECLARED, _lines((fact for fact in seen if fact.value.get("declared") == "undeclared"), lang)),
        (_EVASION, [f"{fact.value['only']}: {fact.value['kind']} {fact.value['content']}" for fact in evading]),
        (_ABSENT, [f"{fact.value['part']}: {fact.value['content']}" for fact in absent]),
        (_UNSTATED, _lines((fact for fact in seen if fact.value.get("declared") is None), lang)),
        (_DECLARED, _lines((fact for fact in seen if fact.value.get("declared") == "declared"), lang)),
        (_GAPS, [_gap(attempt, lang) for attempt in attempts if _short(attempt)]),
    ]
    return _printed(blocks, lang) or f"{_NOTHING.to(lang)}\n"


def difference(
    old: Sequence[Fact], new: Sequence[Fact], old_tries: Sequence[Attempt], new_tries: Sequence[Attempt], lang: Lang
) -> str:
    """The page of two versions. Compared by identity: counts, phases and timing are no difference."""
    before, after = _by_id(old), _by_id(new)
    gone = _lines((before[key] for key in before if key not in after), lang)
    covered = {attempt.path for attempt in old_tries if _short(attempt)}
    short = [attempt for attempt in new_tries if _short(attempt) and attempt.path not in covered]
    notes = []
    if gone and short:
        what = ", ".join(attempt.path.removeprefix("run/") for attempt in short)
        notes.append(_UNSURE.fill(what=what).to(lang))
    notes.append(_SAME.fill(n=len(before.keys() & after.keys())).to(lang))
    blocks = [(_NEW, _lines((after[key] for key in after if key not in before), lang)), (_GONE, gone)]
    return _printed(blocks, lang) + "".join(f"{terminal(note)}\n" for note in notes)


def _lines(facts: Iterable[Fact], lang: Lang) -> list[str]:
    """One line each; the suites that a client offers are one line together."""
    lines, offered = [], dict[str, list[str]]()
    for fact in facts:
        if fact.value.get("role") == "offered":
            offered.setdefault(str(fact.value.get("protocol")), []).append(str(fact.value["algorithm"]))
        else:
            lines.append(line(fact, lang))
    for protocol, suites in sorted(offered.items()):
        lines.append(f"{_OFFERED.fill(protocol=protocol, n=len(suites)).to(lang)} {', '.join(sorted(suites))}")
    return sorted(lines)


def line(fact: Fact, lang: Lang) -> str:
    """One fact on one line, without what only counts or times."""
    title, shown = _LINES[fact.kind]
    words = [str(word) for word in shown(fact.value) if word not in (None, "")]
    return f"{title.to(lang)} {' '.join(words)}"


def _printed(blocks: Iterable[tuple[Text, Sequence[str]]], lang: Lang) -> str:
    printed = []
    for title, lines in blocks:
        if lines:
            shown = [f"  {terminal(text)}\n" for text in lines[:MOST]]
            if len(lines) > MOST:
                shown.append(f"  {_MORE.fill(n=len(lines) - MOST).to(lang)}\n")
            printed.append(f"{title.to(lang)} ({len(lines)})\n{''.join(shown)}")
    return "".join(printed)


def _short(attempt: Attempt) -> bool:
    return attempt.by.startswith(_BY) and attempt.status != "completed"


def _gap(attempt: Attempt, lang: Lang) -> str:
    reason = REASONS[attempt.reason].title.to(lang) if attempt.reason else attempt.status
    return f"{attempt.path.removeprefix('run/')}: {reason} ({attempt.detail})"


def _by_id(facts: Iterable[Fact]) -> dict[str, Fact]:
    return {fact_id(fact): fact for fact in facts if fact.kind in _LINES}


Value = Mapping[str, object]


def _contact(value: Value) -> list[object]:
    port = f":{value['port']}" if value.get("port") else ""
    via = f"via {value['via']}" if value.get("via") else ""
    careless = "accepts any certificate" if value.get("certificate_checked") is False else ""
    return [f"{value['transport']} {value['destination']}{port}", value.get("protocol"), via, careless]


def _listener(value: Value) -> list[object]:
    if value["transport"] == "unix":
        return ["unix", value.get("name")]
    port = value.get("port", "dynamic")
    return [f"{value['transport']} {value['address']}:{port}", value.get("protocol")]


_LINES: Mapping[str, tuple[Text, Callable[[Value], list[object]]]] = MappingProxyType(
    {
        "run.listener": (Text("listens", "监听"), _listener),
        "run.contact": (Text("contacts", "联络"), _contact),
        "run.name": (Text("looks up", "查询"), lambda value: [value["name"], _resolver(value)]),
        "run.file": (Text("file", "文件"), lambda value: [value["operation"], value["path"], _mode(value)]),
        "run.process": (
            Text("process", "进程"),
            lambda value: [value["conduct"], value.get("program"), value.get("limit")],
        ),
        "run.privilege": (
            Text("privilege", "特权"),
            lambda value: [value["privilege"], value["outcome"], value.get("call")],
        ),
        "run.cipher": (
            Text("cryptography", "密码"),
            lambda value: [value["role"], value["algorithm"], value.get("protocol"), value.get("place")],
        ),
    }
)


def _resolver(value: Value) -> str:
    return "" if value["resolver"] == "system" else f"by {value['resolver']}"


def _mode(value: Value) -> str:
    mode = str(value.get("mode") or "")
    return f"mode {mode}" if mode[:1] not in ("", "0") else ""
