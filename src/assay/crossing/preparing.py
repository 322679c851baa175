"""What a route needs, prepared: the impact assessment filled with what is known, and the list of fields.

Sources: PIPL Art. 55 and 56 (what an impact assessment looks at), CAC Order 16 (2024). The headings are those of the
law, not of an official form. What only a person can say is left blank and marked, never filled by the program.
"""

import csv
import io
from collections.abc import Mapping
from types import MappingProxyType

from assay.core.text import Lang, Text
from assay.crossing.deciding import Decided
from assay.crossing.profile import Profile
from assay.crossing.register import Export, Totals
from assay.examinations.border.classes import CLASSES
from assay.report.escape import terminal

_BLANK = Text("(for a person to state)", "（由相关人员填写）")
_UNSAID = Text("not stated", "未说明")
NEEDS: Mapping[str, Text] = MappingProxyType(
    {
        "impact-assessment": Text("personal information protection impact assessment", "个人信息保护影响评估报告"),
        "field-list": Text("list of the fields that leave", "出境字段清单"),
        "contract": Text("contract with the recipient", "与境外接收方订立的合同"),
        "declaration": Text("declaration to the authority", "向主管部门提交的申报书"),
    }
)


def field_list(export: Export, lang: Lang) -> bytes:
    """CSV in UTF-8 with a byte order mark, so that spreadsheets read the Chinese: one line a column and class."""
    text = io.StringIO()
    rows = csv.writer(text)
    heads = (
        Text("set", "数据集"),
        Text("column", "字段"),
        Text("class", "类别"),
        Text("meaning", "含义"),
        Text("sensitive", "敏感"),
        Text("certain", "确定"),
    )
    rows.writerow([head.to(lang) for head in heads])
    for column in export.columns:
        title = CLASSES[column.class_].title.to(lang) if column.class_ in CLASSES else ""
        marks = [_yes(column.sensitive).to(lang), _yes(column.certain).to(lang)]
        rows.writerow([*(_plain(item) for item in (column.set, column.name, column.class_)), title, *marks])
    return "\ufeff".encode() + text.getvalue().encode()


def impact_assessment(profile: Profile, export: Export, totals: Totals, decided: Decided, lang: Lang) -> bytes:
    """Markdown in UTF-8."""
    lines = [
        f"# {Text('Impact assessment of an export of personal information', '个人信息出境影响评估').to(lang)}",
        "",
        *_facts(profile, export, lang),
        "",
        f"## {Text('Scale', '规模').to(lang)}",
        "",
        *(f"- {line.to(lang)}" for line in arithmetic(totals)),
        "",
        f"## {Text('Data', '数据').to(lang)}",
        "",
        *_columns(export, lang),
        "",
        f"## {Text('Route', '路径').to(lang)}",
        "",
        *(f"- {line.to(lang)}" for line in reasons(decided)),
        "",
    ]
    for heading in _HEADINGS:
        lines += [f"## {heading.to(lang)}", "", _BLANK.to(lang), ""]
    return "\n".join(lines).encode()


def arithmetic(totals: Totals) -> list[Text]:
    """How the counts come about, line by line."""
    lines = []
    for title, sure, perhaps in (
        (Text("ordinary personal information", "一般个人信息"), totals.ordinary, totals.possible_ordinary),
        (Text("sensitive personal information", "敏感个人信息"), totals.sensitive, totals.possible_sensitive),
    ):
        certain, possible = sure.count(), perhaps.count()
        how = (
            Text("counted", "精确计数")
            if sure.exact and perhaps.exact
            else Text("estimated, error 0.07 %", "估计值，误差 0.07%")
        )
        lines.append(
            Text(
                f"{title.en}: {certain:,} distinct persons since 1 January {totals.year} ({how.en})",
                f"{title.zh}：自 {totals.year} 年 1 月 1 日起累计 {certain:,} 人（去重，{how.zh}）",
            )
        )
        if possible > certain:
            lines.append(
                Text(
                    f"{title.en}: up to {possible:,}, if no unconfirmed exemption holds and columns are what they seem",
                    f"{title.zh}：至多 {possible:,} 人，若未经确认的豁免不成立且字段如其所示",
                )
            )
    exempt = [str(one.number) for one in totals.exports if one.exemption and one.confirmed]
    if exempt:
        listed = ", ".join(exempt)
        lines.append(Text(f"not counted, exempt: exports {listed}", f"因豁免未计入：第 {listed} 次出境"))
    lines.append(
        Text(f"exports of the year: {len(totals.exports)}", f"当年出境次数：{len(totals.exports)}"),
    )
    return lines


def reasons(decided: Decided) -> list[Text]:
    """Which route, why, and by which articles."""
    lines = []
    route = decided.route or decided.tried
    article = f"{route.clause.document}, {route.clause.at} [{route.clause.known}]"
    if decided.route is None:
        lines.append(
            Text(
                f"cannot be decided: it may need {route.title.en} ({article})",
                f"无法判定：可能需要{route.title.zh}（{article}）",
            )
        )
    else:
        lines.append(Text(f"{route.title.en} ({article})", f"{route.title.zh}（{article}）"))
    lines += [_rule(rule.title, rule.clause.at, broken=True) for rule in decided.broken]
    lines += [_rule(rule.title, rule.clause.at, broken=False) for rule in decided.open]
    if decided.held is not None:
        until, who = decided.held.until, terminal(decided.held.confirmed_by)
        lines.append(
            Text(f"gone already, until {until}, as {who} confirms", f"已办理，有效至 {until}，由 {who} 确认"),
        )
    return lines


def _rule(title: Text, at: str, *, broken: bool) -> Text:
    said = Text("does not hold", "不成立") if broken else Text("is not known to hold", "是否成立未知")
    return Text(f"“{title.en}” ({at}) {said.en}", f"“{title.zh}”（{at}）{said.zh}")


def _facts(profile: Profile, export: Export, lang: Lang) -> list[str]:
    critical = _UNSAID if profile.critical is None else _yes(profile.critical)
    important = _UNSAID if profile.important_data is None else _yes(profile.important_data)
    rows = (
        (Text("handler", "处理者"), profile.handler),
        (Text("operator of critical information infrastructure", "关键信息基础设施运营者"), critical.to(lang)),
        (Text("important data", "重要数据"), important.to(lang)),
        (Text("stated by", "陈述人"), profile.stated_by or _UNSAID.to(lang)),
        (Text("recipient", "接收方"), f"{export.recipient} ({export.country})"),
        (Text("purpose", "目的"), export.purpose),
        (Text("claimed exemption", "主张的豁免"), export.exemption or Text("none", "无").to(lang)),
        (Text("day", "日期"), export.day.isoformat()),
    )
    return [f"- {title.to(lang)}: {_marked(item)}" for title, item in rows]


def _columns(export: Export, lang: Lang) -> list[str]:
    heads = [Text("set", "数据集"), Text("column", "字段"), Text("class", "类别"), Text("sensitive", "敏感")]
    lines = ["| " + " | ".join(head.to(lang) for head in heads) + " |", "| --- | --- | --- | --- |"]
    for column in export.columns:
        title = CLASSES[column.class_].title.to(lang) if column.class_ in CLASSES else column.class_
        cells = (_marked(column.set), _marked(column.name), title, _yes(column.sensitive).to(lang))
        lines.append("| " + " | ".join(cells) + " |")
    lines += [f"- {Text('not read', '未读').to(lang)}: {_marked(item.path)} ({item.reason})" for item in export.unread]
    return lines


def _yes(item: bool) -> Text:
    return Text("yes", "是") if item else Text("no", "否")


def _marked(item: str) -> str:
    """What came from outside, as Markdown shows it: no line breaks, no markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>()#+!|" else letter for letter in terminal(item))


def _plain(item: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{item}" if item[:1] in {"=", "+", "-", "@", "\t", "\r"} else item


_HEADINGS = (
    Text(
        "Lawfulness, legitimacy and necessity of purpose, scope and manner",
        "处理目的、范围、方式的合法性、正当性、必要性",
    ),
    Text("Obligations of the recipient and its ability to meet them", "境外接收方承诺承担的义务及其履行能力"),
    Text(
        "Risk of leak, damage, alteration, misuse; how persons can exercise their rights",
        "泄露、损毁、篡改、滥用的风险；个人行使权利的渠道",
    ),
    Text("Law and policy of the country of the recipient", "境外接收方所在地的政策法规影响"),
    Text("Measures of protection, and whether they fit the risk", "保护措施及其与风险程度的适应性"),
)
