"""How far a deposit was verified, in the five levels that escrow agents sell, each stated as a fact of its own.

    readable    every file can be read, none is locked, damaged or of unknown form; a virus scanner saw them (`scan`)
    inventory   there is a list with digests that the vendor signed
    complete    instructions, recipe, list of third-party parts, documents, and the parts themselves (`inputs`)
    built       it was built in a clean room, without a network (`build`)
    compared    what was built was compared with what the licensee runs (`compare`)

`levels` concludes from facts that examinations stated and from attempts. A level that was not tried is a fact whose
state is undetermined, and a skipped attempt with the reason, never silence. A level says nothing of those above, with
one exception: what reading cannot tell of a part (the machine is asked for it, it may be generated, it is not
delivered) a build settles that needed nothing but the deposit and the named programs.

A virus check counts for `readable` only when it saw every file, with signatures no older than `OLDEST` days and no
fewer than `FEWEST`. What was asked of the network in vain or not keeps `built` from being reached.

What it cannot see: whether instructions are right (that is what `built` is for), or parts that no file names.
Source: the published levels of escrow agents, in their common order.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.text import Text

State = Literal["reached", "missed"] | None
KIND = "deposit.level"
BY = "handover.levels@1"
LEVELS = ("readable", "inventory", "complete", "built", "compared")
OLDEST = 7  # days
FEWEST = 10_000  # signatures; the official base has millions
_UNREADABLE: frozenset[str] = frozenset(
    {"encrypted", "damaged", "unreadable", "unknown-format", "bomb", "lying-header"}
)
_UNOPENED: frozenset[str] = frozenset({"not-unpacked", "nested-too-deep", "too-many", "too-large", "traversal"})
_SHOWN = 20
_NAMES = 8
LACKS: Mapping[str, Text] = MappingProxyType(
    {
        "unreadable": Text("unreadable files", "无法读取的文件"),
        "withheld": Text("files that their owner keeps back", "所有者扣留的文件"),
        "unopened": Text("archives that were not opened to the end", "未完全打开的归档"),
        "hits": Text("files in which the virus scanner found something", "病毒扫描程序有发现的文件"),
        "virus": Text("virus check", "病毒检查"),
        "few": Text("virus signatures that are complete", "完整的病毒特征库"),
        "old": Text("virus signatures that are not old", "未过期的病毒特征库"),
        "unscanned": Text("files that the virus scanner did not look at", "病毒扫描程序未检查的文件"),
        "signed": Text("signed manifest", "已签名清单"),
        "unread": Text("what its build files ask for was not read", "未读取构建文件所需之物"),
        "instructions": Text("build instructions", "构建说明"),
        "recipe": Text("build recipe", "构建方案"),
        "parts-list": Text("list of third-party parts", "第三方组成清单"),
        "documents": Text("documents", "文档"),
        "dependency": Text("third-party parts", "第三方组成部分"),
        "submodule": Text("submodules", "子模块"),
        "large-file": Text("large files, of which only pointers are there", "仅有指针的大文件"),
        "include": Text("headers, unless the build makes them", "头文件（除非由构建生成）"),
        "import": Text("modules, unless the build makes them", "模块（除非由构建生成）"),
        "partly": Text("files that ask for parts and could not be read", "列有所需组成而无法读取的文件"),
        "build": Text("clean-room build", "净室构建"),
        "tools": Text("programs on this machine", "本机缺少的程序"),
        "network": Text("parts that the build asked the network for", "构建时向网络请求的部分"),
        "failed": Text("a build that succeeds, not one that ended with", "成功的构建（实际退出码）"),
        "nothing": Text("any file that the build made", "构建产出的任何文件"),
        "short": Text("the whole of it", "完整过程"),
        "comparison": Text("binary comparison", "二进制比对"),
        "differs": Text("equality with what was delivered, other than of", "与交付物一致（以下有差异）"),
        "only-delivered": Text("an origin of delivered files", "交付文件的来源"),
        "undecided": Text("a comparison of all that was delivered", "全部交付文件的比对"),
    }
)
Lack = tuple[str, str]  # key of LACKS, and which
Found = tuple[State, list[Lack]]


def levels(
    files: Sequence[FileMeta],
    attempts: Iterable[Attempt],
    *,
    signed: bool,
    component: str,
    stated: Iterable[Fact] = (),
    as_of: datetime.date | None = None,
) -> tuple[tuple[Fact, ...], tuple[Attempt, ...]]:
    """Facts and attempts of all five. `signed`: the files are those of a manifest that their vendor signed.

    `stated` are facts of the examinations of this folder, `as_of` the day by which signatures are old; without it any
    are.
    """
    attempts = list(attempts)
    facts = _by_kind(stated)
    locked = sorted({item.path for item in attempts if item.reason in _UNREADABLE and item.path and _of_intake(item)})
    unseen = list(_unseen(attempts))
    built = _built(facts, attempts)
    states: dict[str, Found] = {
        "readable": _readable(facts, locked, unseen, as_of),
        "inventory": ("reached", []) if signed else ("missed", [("signed", "")]),
        "complete": _complete(facts, attempts, unseen, built[0] == "reached"),
        "built": built,
        "compared": _compared(facts, attempts),
    }
    subject = Subject(component, "", "", "unknown")
    places = tuple(Evidence(path) for path in locked[:_SHOWN])
    told, tried = [], [_attempt("levels", (KIND,), "completed", "", component)]
    for level, (state, lacks) in states.items():
        missing = "; ".join(f"{LACKS[key].en}: {which}" if which else LACKS[key].en for key, which in lacks)
        value: dict[str, Scalar] = {"level": level, "state": state, "missing": missing, "files": len(files)}
        told.append(Fact(KIND, subject, value, BY, places if level == "readable" else ()))
        if state is None:
            tried.append(_attempt(level, (), "skipped", f"not shown here: {missing}", component))
    return tuple(told), tuple(tried)


def _unseen(attempts: Sequence[Attempt]) -> Iterator[Lack]:
    """What intake did not see: files kept back, and archives it did not open."""
    own = [item for item in attempts if item.by.startswith("intake@")]
    withheld = sum(item.files for item in own if item.status == "withheld")
    if withheld:
        yield "withheld", str(withheld)
    unopened = sorted({item.path for item in own if item.reason in _UNOPENED and item.path})
    if unopened:
        yield "unopened", _listed(unopened)


def _readable(
    facts: Mapping[str, list[Fact]], locked: Sequence[str], unseen: Sequence[Lack], as_of: datetime.date | None
) -> Found:
    lacks: list[Lack] = [("unreadable", "")] if locked else []
    hits = sorted({fact.subject.path for fact in facts.get("deposit.hit", ())})
    if hits:
        lacks.append(("hits", _listed(hits)))
    unsure = [*unseen, *_unsure_scan(facts.get("deposit.scan", ()), as_of)]
    return ("missed", lacks + unsure) if lacks else (None, unsure) if unsure else ("reached", [])


def _unsure_scan(scans: Sequence[Fact], as_of: datetime.date | None) -> Iterator[Lack]:
    if not scans:
        yield "virus", ""
    for scan in scans:
        value = scan.value
        dated = value.get("dated")
        day = datetime.date.fromisoformat(dated) if isinstance(dated, str) else None
        if int(value["signatures"] or 0) < FEWEST:
            yield "few", f"{value['scanner']} knew {value['signatures']}"
        if day is None or as_of is None or (as_of - day).days > OLDEST:
            yield "old", f"they are of {day or '?'}"
        unseen = int(value["files"] or 0) - int(value["scanned"] or 0)
        if unseen:
            yield "unscanned", str(unseen)


def _complete(
    facts: Mapping[str, list[Fact]], attempts: Sequence[Attempt], unseen: Sequence[Lack], built: bool
) -> Found:
    inputs = facts.get("deposit.input", [])
    if not inputs:
        return None, [("unread", "")]
    gone, unsure = dict[str, list[str]](), dict[str, list[str]]()
    for fact in inputs:
        what, state = str(fact.value["input"]), fact.value["state"]
        settled = built and what in ("dependency", "include", "import")
        if state != "present" and not settled:
            (unsure if state is None else gone).setdefault(what, []).append(str(fact.value["name"]))
    if _fell_short(attempts, "handover.inputs@") and not built:
        unsure["partly"] = [item.path for item in attempts if item.by.startswith("handover.inputs@") and item.path]
    lacks = [
        (what, "" if group[what] == [what] else _listed(sorted(group[what])))
        for group in (gone, unsure) for what in LACKS if what in group
    ]  # fmt: skip
    lacks += [lack for lack in unseen if lack[0] == "withheld"]
    return ("missed" if gone else None if lacks else "reached"), lacks


def _built(facts: Mapping[str, list[Fact]], attempts: Sequence[Attempt]) -> Found:
    lacking = [fact for fact in facts.get("deposit.tool", ()) if fact.value["state"] == "missing"]
    asked = sorted({str(fact.value["name"]) for fact in facts.get("deposit.request", ())})
    lacks: list[Lack] = []
    for build in facts.get("deposit.build", ()):
        if build.value["outcome"] is None and lacking:
            lacks.append(
                ("tools", ", ".join(f"{one.value['program']} (Debian: {one.value['package']})" for one in lacking))
            )
        elif build.value["outcome"] is None:
            lacks.append(("build", ""))
        if asked:
            lacks.append(("network", _listed(asked)))
        if build.value["outcome"] == "failed":
            lacks.append(("failed", str(build.value["code"])))
        elif build.value["outcome"] == "nothing-made":
            lacks.append(("nothing", ""))
        if build.value["outcome"] in ("failed", "nothing-made") or asked:
            return "missed", lacks
    if not facts.get("deposit.build"):
        lacks.append(("build", ""))
    if _fell_short(attempts, "handover.build@") and not lacking:
        details = [item.detail for item in attempts if item.by.startswith("handover.build@") and item.detail]
        lacks.append(("short", _listed(sorted(details))))
    return (None, lacks) if lacks else ("reached", [])


def _compared(facts: Mapping[str, list[Fact]], attempts: Sequence[Attempt]) -> Found:
    compared = facts.get("deposit.comparison", [])
    results = {
        result: sorted(fact.subject.path for fact in compared if fact.value["result"] == result) for result in _WRONG
    }
    lacks = [(result, _listed(paths)) for result, paths in results.items() if paths]
    if lacks:
        return "missed", lacks
    undecided = [fact.subject.path for fact in compared if fact.value["result"] is None]
    if undecided or (compared and _fell_short(attempts, "handover.compare@")):
        return None, [("undecided", _listed(undecided))]
    delivered = [fact for fact in compared if fact.value["result"] != "only-built"]
    return ("reached", []) if delivered else (None, [("comparison", "")])


_WRONG = ("differs", "only-delivered")


def _fell_short(attempts: Iterable[Attempt], by: str) -> bool:
    return any(item.by.startswith(by) and item.status != "completed" for item in attempts)


def _of_intake(attempt: Attempt) -> bool:
    return not attempt.by.startswith("handover.")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMES])
    return f"{shown} and {len(names) - _NAMES} more" if len(names) > _NAMES else shown


def _by_kind(facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.kind, []).append(fact)
    return found


def reached(facts: Iterable[Fact]) -> str:
    """The highest level that was reached with all those below it, '' for none."""
    states = {str(fact.value["level"]): fact.value["state"] for fact in facts if fact.kind == KIND}
    highest = ""
    for level in LEVELS:
        if states.get(level) != "reached":
            break
        highest = level
    return highest


def _attempt(name: str, kinds: tuple[str, ...], status: Status, detail: str, component: str) -> Attempt:
    """One that was skipped covers no kind: it is told, and leaves the other levels alone."""
    reason: ReasonCode | Literal[""] = "not-verified" if status == "skipped" else ""
    by = f"handover.{name}@1"
    return Attempt(by, kinds, status, reason, "unknown", "", component, "unknown", "", detail, ran="inline")
