"""How far a deposit was verified, on one page: the five levels and what is missing for each, then what was seen.

Facts state what is missing in English words of `handover.levels.LACKS`, which this page says in its reader's language.
"""

from collections.abc import Iterable, Sequence
from types import MappingProxyType

from assay.core.attempts import Attempt
from assay.core.facts import Fact
from assay.core.text import Lang, Text
from assay.examinations.handover.levels import KIND, LACKS, LEVELS, reached
from assay.report.escape import terminal
from assay.report.reasons import REASONS

MOST = 40  # lines of one heading; the rest is counted
NAMES = MappingProxyType(
    {
        "readable": Text("readable, and checked for viruses", "可读并经病毒检查"),
        "inventory": Text("inventory, signed", "已签名清单"),
        "complete": Text("complete, with build instructions", "内容完整并含构建说明"),
        "built": Text("built in a clean room", "已在净室构建"),
        "compared": Text("compared with what the licensee runs", "已与被许可方所用产品比对"),
    }
)
_STATES = MappingProxyType(
    {"reached": Text("reached", "达到"), "missed": Text("missed", "未达到"), None: Text("open", "待定")}
)
_HIGHEST = Text("Level reached, with all below it: {level}", "已达到的最高级别（其下各级均已达到）：{level}")
_NONE = Text("none", "无")
_MISSING = Text("missing: {what}", "尚缺：{what}")
_MORE = Text("and {n} more; see assay facts", "另有 {n} 项，见 assay facts")
_HEADINGS = MappingProxyType(
    {
        "deposit.scan": Text("Virus check", "病毒检查"),
        "deposit.hit": Text("Found by the scanner", "扫描程序的发现"),
        "deposit.input": Text("Needed and not there, or not seen to be", "需要而缺失或无法确认之物"),
        "deposit.tool": Text("Programs of the build", "构建所用程序"),
        "deposit.build": Text("Build", "构建"),
        "deposit.request": Text("Asked of the network", "向网络请求"),
        "deposit.comparison": Text("Compared, and not equal", "比对结果不一致者"),
    }
)
_NOT_DONE = Text("Not done", "未完成")
_SCAN = Text(
    "{scanner} {version}, {database} of {dated}, {signatures} signatures: {scanned} of {files} files, {hits} found",
    "{scanner} {version}，特征库 {database}（{dated}，{signatures} 条）：已查 {scanned}/{files} 个文件，{hits} 个有毒",
)
_BUILD = Text(
    "{recipe} in /{folder}: {outcome}; {outputs} files; built again: {again}",
    "{recipe}，目录 /{folder}：{outcome}；产出 {outputs} 个文件；再次构建：{again}",
)


def page(facts: Iterable[Fact], attempts: Iterable[Attempt], lang: Lang) -> str:
    """Levels first. Hostile text is escaped for a terminal."""
    facts = list(facts)
    by_level = {str(fact.value["level"]): fact for fact in facts if fact.kind == KIND}
    highest = reached(facts)
    lines = [_HIGHEST.fill(level=NAMES[highest].to(lang) if highest else _NONE.to(lang)).to(lang)]
    for level in LEVELS:
        if level in by_level:
            lines += _level(by_level[level], lang)
    for kind, title in _HEADINGS.items():
        told = sorted(_told(fact, lang) for fact in facts if fact.kind == kind and _worth(fact))
        lines += _block(title, told, lang)
    lines += _block(_NOT_DONE, [_gap(attempt, lang) for attempt in attempts if _short(attempt)], lang)
    return "".join(f"{terminal(line)}\n" for line in lines)


def _level(fact: Fact, lang: Lang) -> list[str]:
    state = fact.value["state"]
    shown = _STATES["reached" if state == "reached" else "missed" if state == "missed" else None].to(lang)
    lines = [f"  {NAMES[str(fact.value['level'])].to(lang)}: {shown}"]
    if fact.value["missing"]:
        lines.append(f"    {_MISSING.fill(what=lacking(str(fact.value['missing']), lang)).to(lang)}")
    return lines


def lacking(missing: str, lang: Lang) -> str:
    """What a fact says is missing, in a language."""
    words = {text.en: text.to(lang) for text in LACKS.values()}
    said = []
    for part in missing.split("; "):
        for known in sorted(words, key=len, reverse=True):
            if part == known or part.startswith(f"{known}: "):
                part = words[known] + part[len(known) :]  # noqa: PLW2901
                break
        said.append(part)
    return "; ".join(said)


def _worth(fact: Fact) -> bool:
    """Only what stands in the way is listed of what is long."""
    if fact.kind == "deposit.input":
        return fact.value["state"] != "present"
    if fact.kind == "deposit.comparison":
        return fact.value["result"] not in ("equal", "equal-but-for")
    return True


def _told(fact: Fact, lang: Lang) -> str:
    value = {key: "?" if item is None else item for key, item in fact.value.items()}
    match fact.kind:
        case "deposit.scan":
            return _SCAN.fill(**value).to(lang)
        case "deposit.build":
            why = "".join(f"\n      {line}" for place in fact.evidence for line in place.excerpt.splitlines())
            return _BUILD.fill(**value).to(lang) + why
        case "deposit.hit":
            return f"{fact.subject.path}: {value['signature']}"
        case "deposit.request":
            return f"{value['name']}:{value['port']}" if value["port"] else str(value["name"])
        case "deposit.tool":
            return f"{value['program']}: {value['version'] or value['state']} ({value['package']})"
        case "deposit.comparison":
            return f"{fact.subject.path}: {value['result']} {value['what']}".rstrip()
    where = f" ({fact.evidence[0].path})" if fact.evidence else ""
    return f"{value['input']} {value['name']} {value.get('version', '')}: {value['state']}{where}"


def _block(title: Text, lines: Sequence[str], lang: Lang) -> list[str]:
    if not lines:
        return []
    shown = [f"  {part}" for line in lines[:MOST] for part in line.split("\n")]
    if len(lines) > MOST:
        shown.append(f"  {_MORE.fill(n=len(lines) - MOST).to(lang)}")
    return [f"{title.to(lang)} ({len(lines)})", *shown]


def _short(attempt: Attempt) -> bool:
    own = attempt.by.startswith("handover.") and attempt.status != "completed"
    return own and attempt.by.partition("@")[0].rpartition(".")[2] not in LEVELS


def _gap(attempt: Attempt, lang: Lang) -> str:
    reason = REASONS[attempt.reason].title.to(lang) if attempt.reason else attempt.status
    where = f" {attempt.path}:" if attempt.path else ""
    return f"{attempt.by.partition('@')[0]}:{where} {reason} ({attempt.detail})"
