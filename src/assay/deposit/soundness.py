"""Whether terms can be kept: what the types of `form` cannot say. Each fault has its place, what is wrong, a remedy.

The two that matter most: no party may be able to open a deposit alone, unless the vendor says so in the bytes that it
signs; and nobody may open one unseen, so a witness of openings is never the reviewer's own.
"""

import re
from collections.abc import Iterator

from assay.core.errors import InputError
from assay.core.text import Text
from assay.deposit.form import ROLES, Form, Opening, Role, TermsParty
from assay.ledger.signing import COSIGNATURE, NamedKey, read_key
from assay.rulebooks.strict_yaml import Key

MOST = 16  # groups, and members of one, in SLIP-39
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)


def alone(opening: Opening) -> set[Role]:
    """The parties that hold enough groups to open without anybody else."""
    roles: set[Role] = {group.party for group in opening.groups}
    return {role for role in roles if sum(group.party == role for group in opening.groups) >= opening.groups_needed}


_Fault = tuple[tuple[Key, ...], Text, Text]


def faults(form: Form) -> Iterator[_Fault]:
    """What types cannot say."""
    if form.terms != 1:
        yield (
            ("terms",),
            Text("is not 1", "不是 1"),
            Text("write terms: 1, or update assay", "请写 terms: 1 或更新 assay"),
        )
    if form.host == "neutral" and form.parties.agent is None:
        what = Text("is neutral, but there is no agent", "为中立方，但未列出 agent")
        yield ("host",), what, Text("name the agent among the parties", "请在 parties 中列出 agent")
    yield from _party_faults(form)
    yield from _opening_faults(form)
    yield from _condition_faults(form)
    yield from _limit_faults(form)


def _party_faults(form: Form) -> Iterator[_Fault]:
    names: set[str] = set()
    publics: set[bytes] = set()
    own: set[bytes] = set()
    for role in ROLES:
        party: TermsParty | None = getattr(form.parties, role)
        if party is None:
            continue
        at = ("parties", role)
        if party.name in names:
            yield (*at, "name"), Text("is another party's too", "与另一方同名"), _OWN
        names.add(party.name)
        publics, own = own | publics, {key.public for key in (_key(text)[0] for text in party.keys) if key is not None}
        if not party.keys:
            yield (*at, "keys"), Text("is empty", "为空"), Text("give its verifier key", "请给出其验证公钥")
        for index, text in enumerate(party.keys):
            key, fault = _key(text)
            if key is None or key.kind == COSIGNATURE:
                yield (*at, "keys", index), fault or Text("is a cosigning key", "是会签公钥"), _VKEY
            elif key.public in publics:
                yield (*at, "keys", index), Text("is another party's too", "与另一方相同"), _OWN
            elif key.name != party.name:
                what = Text(
                    f"is the key of {key.name}, not of {party.name}", f"是 {key.name} 的公钥，不是 {party.name}"
                )
                yield (*at, "keys", index), what, _VKEY
    for index, examiner in enumerate(form.reading.examiners):
        key, fault = _key(examiner.key)
        if key is None or key.kind == COSIGNATURE:
            yield ("reading", "examiners", index, "key"), fault or Text("is a cosigning key", "是会签公钥"), _VKEY


def _opening_faults(form: Form) -> Iterator[_Fault]:
    opening = form.opening
    at: tuple[Key, ...] = ("opening", "groups")
    if not 1 <= len(opening.groups) <= MOST:
        yield at, Text(f"has {len(opening.groups)} groups", f"有 {len(opening.groups)} 组"), Text("1 to 16", "1 至 16")
    if not 1 <= opening.groups_needed <= len(opening.groups):
        what = Text("is not between 1 and the number of groups", "不在 1 与组数之间")
        yield ("opening", "groups_needed"), what, Text("how many groups open it?", "需要几组方可开启？")
    for index, group in enumerate(opening.groups):
        if not NAME.fullmatch(group.name) or any(group.name == other.name for other in opening.groups[:index]):
            yield (*at, index, "name"), Text("is no plain name, or given twice", "不是简单名称，或重复"), _PLAIN
        if getattr(form.parties, group.party) is None:
            yield (*at, index, "party"), Text("is not among the parties", "未列于 parties"), _OWN
        if not 1 <= group.needs <= group.of <= MOST:
            yield (
                (*at, index, "needs"),
                Text("is not between 1 and `of`", "不在 1 与 of 之间"),
                Text("1 to 16", "1 至 16"),
            )
        if group.needs == 1 and group.of > 1:
            what = Text("would make every share of the group the same", "将使该组各份额相同")
            advice = Text("1 of 1, or at least 2 (SLIP-39)", "请用 1/1，或至少 2（SLIP-39）")
            yield (*at, index, "needs"), what, advice
    said, held = set(opening.alone), alone(opening)
    for role in sorted(held - said):
        what = Text(f"the {role} alone could open the deposit", f"{role} 一方即可单独开启")
        advice = Text(
            f"ask for more groups; if the vendor wants exactly this, it signs alone: [{role}]",
            f"请增加所需组数；若供应方确要如此，须签署 alone: [{role}]",
        )
        yield ("opening", "groups_needed"), what, advice
    for role in sorted(said - held):
        what = Text(f"names the {role}, which cannot open alone", f"列出了 {role}，但其无法单独开启")
        yield ("opening", "alone"), what, Text("remove it", "请删除")
    yield from _witness_faults(form)


def _witness_faults(form: Form) -> Iterator[_Fault]:
    at: tuple[Key, ...] = ("opening", "witnesses")
    if not form.opening.witnesses:
        what = Text("is empty: an opening could be hidden from the vendor", "为空：开启可能不为供应方所知")
        yield at, what, Text("give the vendor's cosigning key", "请给出供应方的会签公钥")
    reviewer = form.parties.reviewer
    theirs = {key.public for key in (_key(text)[0] for text in reviewer.keys) if key is not None}
    for index, text in enumerate(form.opening.witnesses):
        key, fault = _key(text)
        if key is None or key.kind != COSIGNATURE:
            yield (*at, index), fault or Text("is no cosigning key", "不是会签公钥"), _VKEY
        elif key.public in theirs or key.speaks_for(reviewer.name) or key.name.startswith(reviewer.name + "/"):
            what = Text("is the reviewer's: it would witness for itself", "属于审查方：等于自我见证")
            yield (*at, index), what, Text("name the vendor's, or a third party's", "请列供应方或第三方的公钥")


def _condition_faults(form: Form) -> Iterator[_Fault]:
    if not form.conditions:
        what = Text("is empty: nothing could ever open it", "为空：将永远无法开启")
        yield ("conditions",), what, Text("name when it may be opened", "请写明何种情形可开启")
    for index, condition in enumerate(form.conditions):
        at = ("conditions", index)
        if not NAME.fullmatch(condition.id) or any(condition.id == item.id for item in form.conditions[:index]):
            yield (*at, "id"), Text("is no plain name, or given twice", "不是简单名称，或重复"), _PLAIN
        if not {"en", "zh"} <= set(condition.what):
            yield (
                (*at, "what"),
                Text("lacks a language", "缺少一种语言"),
                Text("say it in en and zh", "请以 en 与 zh 写明"),
            )
        if not condition.signed_by or any(getattr(form.parties, role) is None for role in condition.signed_by):
            yield (*at, "signed_by"), Text("names no party of these terms", "未列出本条款中的一方"), _OWN
        if not 1 <= condition.days <= 3660:
            yield (*at, "days"), Text("is not 1 to 3660", "不在 1 至 3660"), Text("for how many days?", "有效多少天？")


def _limit_faults(form: Form) -> Iterator[_Fault]:
    shares = ("file_percent", "total_percent", "alarm_percent")
    for name in ("reading", "excerpts"):
        part = getattr(form, name)
        for key in shares:
            if not 0 <= getattr(part, key, 0) <= 100:
                yield (name, key), Text("is no percentage", "不是百分比"), Text("0 to 100", "0 至 100")
    for key in ("page_lines", "lines_per_hour", "unseen_views", "alarm_percent"):
        if getattr(form.reading, key) < 1:
            yield ("reading", key), Text("is less than 1", "小于 1"), Text("give a number above 0", "请给出大于 0 的数")
    if form.excerpts.lines < 0:
        yield ("excerpts", "lines"), Text("is negative", "为负数"), Text("0 is none", "0 表示不得摘录")


_OWN = Text("give each party once, with a name of its own", "每方列一次，名称唯一")
_VKEY = Text(
    "it reads NAME+ID+BASE64, as `assay ledger key` prints it", "形式为 名称+编号+BASE64，见 `assay ledger key`"
)
_PLAIN = Text("lower-case letters, digits, dots and dashes, each once", "小写字母、数字、点与连字符，且不重复")


def _key(text: str) -> tuple[NamedKey | None, Text | None]:
    try:
        return read_key(text), None
    except InputError as error:
        return None, error.message
