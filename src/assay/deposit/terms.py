"""Terms: under what a vendor hands its source over. They are data, and the code of this room obeys them.

A `terms.yaml` names the parties with their keys, who hosts the opened source (`host`: vendor, neutral or reviewer), how
many shares of which groups open it, who must have seen an order before a share is given, under which named conditions
it may be opened and for how long, who reads which paths at what pace, how much may be quoted, and which tools may run.
The vendor signs the SHA-256 of these very bytes in the header of the deposit.

Refused: terms under which one party alone holds enough shares, unless `opening.alone` names exactly that party, in the
bytes that the vendor signs; terms without a witness of openings, or with one of the reviewer's; more in `soundness`.
Errors name file, line and key.

What terms cannot do: bind whoever holds plaintext on a machine of their own. The host sees what is opened there; that
is why it is named, and why the report states it.
"""

import re
import unicodedata
from datetime import date
from functools import cache, cached_property
from pathlib import Path

import msgspec

from assay.core.text import Text
from assay.deposit.documents import sha256
from assay.deposit.form import HOSTS, ROLES, Condition, Form, Group, Role, TermsParty
from assay.deposit.soundness import faults
from assay.dossier.durable import read_given
from assay.ledger.signing import NamedKey, read_key
from assay.rulebooks import strict_yaml
from assay.rulebooks.strict_yaml import Key, Parsed, PlaceError

LARGEST = 256 << 10
_PLACE = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_EXPECTED = re.compile(r"Expected `([^`]*)`(?:, got `([^`]*)`)?")


class Terms(msgspec.Struct, frozen=True, dict=True):
    """Terms that were read, with the bytes that they were read from (`canonical`): their digest is what is signed."""

    form: Form
    canonical: bytes

    def lines(self) -> list[Text]:
        """What they come to, for people: one line each."""
        form, reading, left = self.form, self.form.reading, self.form.excerpts
        groups = ", ".join(f"{group.name} {group.needs}/{group.of}" for group in self.groups)
        conditions = ", ".join(f"{item.id} ({' + '.join(item.signed_by)}, {item.days} d)" for item in form.conditions)
        lines = [
            Text(
                f"{form.title}: opened at the {form.host} ({self.host.name}), until {form.until}",
                f"{form.title}：开启于 {self.host.name}（{form.host}），有效至 {form.until}",
            ),
            Text(
                f"opens with {form.opening.groups_needed} of these groups: {groups}",
                f"需以下组中的 {form.opening.groups_needed} 组：{groups}",
            ),
            Text(f"conditions: {conditions}", f"情形：{conditions}"),
            Text(
                f"reading: {reading.page_lines} lines a page, {reading.lines_per_hour} an hour, "
                f"{reading.file_percent} % of a file, {reading.total_percent} % of all, "
                f"an alarm each {reading.alarm_percent} %",
                f"阅览：每页 {reading.page_lines} 行，每小时 {reading.lines_per_hour} 行，"
                f"每文件 {reading.file_percent}%，总计 {reading.total_percent}%，每 {reading.alarm_percent}% 报警",
            ),
            Text(
                f"excerpts: {left.lines} lines, {left.file_percent} % of a file, {left.total_percent} % of all",
                f"摘录：{left.lines} 行，每文件 {left.file_percent}%，总计 {left.total_percent}%",
            ),
            Text(f"tools: {', '.join(self.tools) or '-'}", f"工具：{', '.join(self.tools) or '-'}"),
        ]
        if form.opening.alone:
            who = ", ".join(form.opening.alone)
            lines.append(
                Text(f"{who} ALONE can open it: sign only if you mean it", f"{who} 可单独开启：确有此意方可签署")
            )
        return lines

    @property
    def digest(self) -> str:
        """SHA-256, hex."""
        return sha256(self.canonical)

    @property
    def excerpt_lines(self) -> int:
        """Lines of source that a fact may quote for one piece of evidence; 0 is none."""
        return self.form.excerpts.lines

    @property
    def tools(self) -> tuple[str, ...]:
        """Ids or families of examinations that may run over the source; `*` is all, none named is none."""
        return self.form.tools

    @property
    def until(self) -> int:
        """POSIX seconds of the end of the last day, UTC."""
        return (self.form.until.toordinal() + 1 - date(1970, 1, 1).toordinal()) * 86_400

    @property
    def host_role(self) -> Role:
        return HOSTS[self.form.host]

    @property
    def host(self) -> TermsParty:
        party = self.party(self.host_role)
        if party is None:
            raise ValueError("checked when the terms were read")
        return party

    @property
    def groups(self) -> tuple[Group, ...]:
        return self.form.opening.groups

    def party(self, role: Role) -> TermsParty | None:
        return {
            "vendor": self.form.parties.vendor,
            "reviewer": self.form.parties.reviewer,
            "agent": self.form.parties.agent,
        }[role]

    def keys(self, role: Role) -> list[NamedKey]:
        party = self.party(role)
        return [read_key(key) for key in party.keys] if party is not None else []

    @cached_property
    def all_keys(self) -> list[NamedKey]:
        """Verifier keys of all parties."""
        return [key for role in ROLES for key in self.keys(role)]

    @cached_property
    def witnesses(self) -> list[NamedKey]:
        return [read_key(key) for key in self.form.opening.witnesses]

    def condition(self, id_: str) -> Condition | None:
        return next((item for item in self.form.conditions if item.id == id_), None)

    def examiner(self, label: str) -> NamedKey | None:
        """The key of an examiner by its label, NAME+ID."""
        keys = (read_key(item.key) for item in self.form.reading.examiners)
        return next((key for key in keys if key.label == label), None)

    def allows(self, path: str) -> bool:
        """Whether a path may be read at all: allowed by one pattern, denied by none.

        A denied folder keeps back what lies below it. Case and the composition of letters, which file systems change,
        let nothing pass that is denied.
        """
        paths = self.form.reading.paths
        if not any(glob(pattern).fullmatch(path) for pattern in paths.allow):
            return False
        parts = _plain(path).split("/")
        ways = ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
        denied = [glob(_plain(pattern).strip("/")) for pattern in paths.deny]
        return not any(pattern.fullmatch(way) for pattern in denied for way in ways)


def read_terms(path: Path) -> Terms:
    """Raises InputError naming file, line, key and remedy."""
    content = read_given(path, LARGEST, Text("check the path given with --terms", "请检查 --terms 给出的路径"))
    return parse_terms(content, str(path))


def parse_terms(content: bytes, name: str) -> Terms:
    """As `read_terms`, from bytes; also what a deposit keeps as its terms."""
    parsed = strict_yaml.parse(content, name, max_bytes=LARGEST)
    try:
        form = msgspec.convert(parsed.value, Form)
    except msgspec.ValidationError as error:
        raise _misshapen(parsed, str(error)) from error
    for place, what, advice in faults(form):
        raise _at(parsed, place, what, advice)
    return Terms(form, content)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@cache
def glob(pattern: str) -> re.Pattern[str]:
    """`*` and `?` stay within a folder, `**` crosses them; nothing else is special."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    spelled = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(spelled.get(part) or re.escape(part) for part in parts), re.DOTALL)


def _misshapen(parsed: Parsed, message: str) -> PlaceError:
    what, _, where = message.partition(" - at `$")
    place = tuple(key or int(index) for key, index in _PLACE.findall(where) if key or index.isdigit())
    expected = _EXPECTED.match(what)
    unknown = re.search(r"unknown field `(\w+)`", what)
    missing = re.search(r"missing required field `(\w+)`", what)
    if unknown:
        return _at(parsed, (*place, unknown[1]), Text("is not known here", "未知的键"), _SEE)
    if missing:
        return _at(parsed, place, Text(f"lacks {missing[1]}", f"缺少 {missing[1]}"), _SEE)
    if expected:
        got = expected[2] or "?"
        return _at(parsed, place, Text(f"expected {expected[1]}, got {got}", f"应为 {expected[1]}，实为 {got}"), _SEE)
    return _at(parsed, place, Text(what[:1].lower() + what[1:], f"不符合格式：{what}"), _SEE)


_SEE = Text("see docs/deposit.md", "参见 docs/deposit.zh.md")


def _at(parsed: Parsed, place: tuple[Key, ...], what: Text, advice: Text) -> PlaceError:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).lstrip(".") or "(top)"
    return PlaceError(parsed.name, parsed.line(place), Text(f"{shown}: {what.en}", f"{shown}：{what.zh}"), advice)
