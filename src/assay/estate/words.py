"""What the estate's outputs say, in English and Chinese. No entry praises a product (design, section 9)."""

from decimal import Decimal

from assay.core.text import Lang, texts
from assay.report.words import number

WORDS = texts({
    "shares": ("Shares of the register", "登记册占比"),
    "weighing": ("Weighing of a rulebook", "规则集影响评估"),
    "register": ("Register", "登记册"),
    "book": ("Rulebook", "规则集"),
    "digest": ("Its digest", "其摘要"),
    "in-force": ("In force", "施行期间"),
    "as-of": ("As of", "基准日"),
    "counted-by": ("Counted by", "计算依据"),
    "by-verdict": (
        "verdict: every clause of the book that applies is met, none is open",
        "判定：规则集中适用的条款全部符合，无一待定",
    ),
    "by-decision": ("decision: what was signed; with conditions: unknown", "决定：以已签署者为准；附条件者未知"),
    "rates": ("Rates, as stated by the caller", "汇率（由使用者给出）"),
    "rows": ("Rows counted", "计入行数"),
    "not-in-force": (
        "The rulebook is not in force on this day; it is weighed as if it were.",
        "规则集在基准日并未施行，此处按假定施行计算。",
    ),
    "targets": ("Targets", "目标"),
    "groups": ("By category and year", "按类别与年份"),
    "plot": ("Shares; an upright line is a target. The tables hold the figures.", "占比；竖线为目标。数据见表。"),
    "no-targets": ("This rulebook holds no target.", "该规则集没有目标。"),
    "target": ("Target", "目标"),
    "wanted": ("Asked", "要求"),
    "by-day": ("By", "期限"),
    "base": ("Base", "基数"),
    "share": ("Share", "占比"),
    "for": ("For", "达标"),
    "against": ("Against", "未达标"),
    "unknown": ("Unknown", "未知"),
    "perhaps": ("May belong", "可能计入"),
    "unsized": ("No figure", "缺数值"),
    "row-count": ("Rows", "行数"),
    "state": ("State", "状态"),
    "category": ("Category", "类别"),
    "year": ("Year", "年份"),
    "all": ("all", "全部"),
    "all-years": ("all years", "各年"),
    "count": ("number", "数量"),
    "value": ("value", "金额"),
    "purchases": ("bought in {year}", "{year} 年采购"),
    "use": ("bought up to {year}", "截至 {year} 年采购"),
    "met": ("met", "达到"),
    "missed": ("missed", "未达到"),
    "open": ("open", "待定"),
    "nothing-bought": ("nothing to divide by", "无可计算"),
    "not-due": ("not due yet", "未到期"),
    "unrated": ("not added up: {currencies}", "未相加：{currencies}"),
    "both-bases": (
        "{target}: the source does not say whether number or value counts; both are shown.",
        "{target}：来源未说明按数量还是按金额计算，两者均列出。",
    ),
    "source": ("{target}: {document}, {at}, {known}. {because}", "{target}：{document}，{at}，{known}。{because}"),
    "ended-before": (
        "{target}: due after the last day on which the rulebook was in force ({end}).",
        "{target}：期限晚于规则集施行的最后一日（{end}）。",
    ),
    "interval": (
        "A share is an interval: from for / (for + against + unknown) to (for + unknown) / (for + against + unknown).",
        "占比为区间：自 达标 /（达标 + 未达标 + 未知）至（达标 + 未知）/（达标 + 未达标 + 未知）。",
    ),
    "widened": (
        "A row without category or year may belong to any of them; one without the figure may weigh anything.",
        "未填类别或年份的行可能属于任何一类或一年；缺少数值的行可能为任意大小。",
    ),
    "no-country": (
        "No share looks at a country. What counts is the verdict or the decision on a product.",
        "任何占比均不看国别，只看对产品的判定或决定。",
    ),
    "mixed": (
        "Values in several currencies are not added up without a rate for {currencies}; state it with --rate.",
        "多种货币的金额在未给出 {currencies} 的汇率时不予相加；请用 --rate 给出。",
    ),
    "unstated": ("Rows that do not state {column}: {n}.", "未填 {column} 的行：{n}。"),
    "later": ("Rows of a later year, not counted: {n} ({rows}).", "年份晚于基准日、未计入的行：{n}（{rows}）。"),
    "use-blind": (
        "The register does not say what was taken out of use: everything bought up to that year counts.",
        "登记册未记载停用情况：截至该年采购的全部产品均计入。",
    ),
    "unknown-none": ("Unknown, because no dossier is linked: {n} rows.", "未知，未关联卷宗：{n} 行。"),
    "unknown-unjudged": ("Unknown, because the dossier could not be judged: {n} rows.", "未知，卷宗无法判定：{n} 行。"),
    "unknown-open": ("Unknown, because a clause is open: {n} rows.", "未知，有条款待定：{n} 行。"),
    "unknown-untouched": ("Unknown, because no clause applies: {n} rows.", "未知，没有适用的条款：{n} 行。"),
    "contradictions": ("Contradictions", "矛盾之处"),
    "contradict": (
        "Each row counts as it stands; nothing was chosen between them.",
        "各行均按所载内容计入，未作取舍。",
    ),
    "rows-named": ("Rows", "行"),
    "column": ("Column", "列"),
    "what": ("What", "内容"),
    "remarks": ("What to know", "说明"),
    "unjudged": ("Not judged", "未判定"),
    "product": ("Product", "产品"),
    "why": ("Why", "原因"),
    "more": ("and {n} more", "另有 {n} 项"),
    "compared-stored": (
        "the judgements that each review holds",
        "各次审查所存的判定",
    ),
    "compared": ("Compared with", "对照"),
    "status": ("Status", "性质"),
    "products": ("Products", "产品"),
    "judged-of": ("{judged} judged of {products}", "{products} 个中判定 {judged} 个"),
    "breadth": ("Breadth: products that fall", "广度：会违反的产品"),
    "breadth-sum": (
        "{fall} of {products} break a clause; {undecided} more are open, {left} could not be judged: at most {most}",
        "{products} 个中有 {fall} 个违反条款；另有 {undecided} 个待定、{left} 个无法判定：至多 {most} 个",
    ),
    "opacity": ("Opacity: clauses that no evidence decides", "不明度：任何证据都无法判定的条款"),
    "opacity-sum": (
        "{part} of {whole} clauses that apply to some product are open for every one of them",
        "{whole} 条适用的条款中，有 {part} 条对所有产品均为待定",
    ),
    "disparity": (
        "Disparity: judgements that flip when only the vendor's country is swapped",
        "差异度：仅替换供应商国别即改变的判定",
    ),
    "disparity-sum": (
        "{part} of {whole} judgements ({clauses} clauses, {judged} products), swapped to {countries}",
        "{whole} 项判定（{clauses} 条、{judged} 个产品）中有 {part} 项；替换为 {countries}",
    ),
    "none-names": (
        "No clause of this rulebook names a vendor's country.",
        "该规则集没有条款点名供应商国别。",
    ),
    "names": (
        "{rule} names the vendor's country ({document}, {at}, {known}): {flips} of {judged} judgements flip with it.",
        "{rule} 点名供应商国别（{document}，{at}，{known}）：{judged} 项判定中有 {flips} 项随之改变。",
    ),
    "clauses": ("By clause", "按条款"),
    "clause-plot": ("Products by outcome of each clause; the table holds the figures.", "各条款的判定结果；数据见表。"),
    "clause": ("Clause", "条款"),
    "broken": ("Broken", "违反"),
    "met-head": ("Met", "符合"),
    "open-head": ("Open", "待定"),
    "na": ("N/A", "不适用"),
    "newly-broken": ("+Broken", "新增违反"),
    "newly-met": ("+Met", "新增符合"),
    "newly-open": ("+Open", "新增待定"),
    "plus": ("+: products that come to this outcome and did not have it.", "“新增”指此前不是该结果、现在是的产品数。"),
    "flips": ("Flips", "随国别改变"),
    "newly-falling": ("Products that fall, and did not on the other side: {n}", "对照一方未违反、现违反的产品：{n}"),
    "opaque": ("Clauses open for every product: {rules}", "对所有产品均待定的条款：{rules}"),
    "why-open": ("Why clauses are open", "条款待定的原因"),
    "times": ("Judgements", "判定数"),
    "dropped": ("Clauses of {book} that this book has no more: {rules}", "{book} 中有、该规则集已无的条款：{rules}"),
    "informative": ("Clauses that are only reported, never judged: {rules}", "仅转述、不作判定的条款：{rules}"),
    "untouched": ("Products to which no clause applies: {n}", "没有条款适用的产品：{n}"),
    "waivers": (
        "Waivers are not looked at: the rule is weighed, not a product.",
        "不考虑豁免：评估的是规则，而非产品。",
    ),
    "known-by-clause": ("{rule}: {document}, {at}, {known}", "{rule}：{document}，{at}，{known}"),
    "sources": ("How well each clause is known", "各条款来源的可靠程度"),
    "why-attribute-undeclared": (
        "the clause applies to some products only, and nobody declared whether to this one",
        "条款仅适用于部分产品，而无人声明是否适用于该产品",
    ),
    "why-perhaps": ("what was found may decide it, but a value could not be determined", "已有线索，但关键值无法确定"),
    "why-nobody-looked": ("no examination looks for it", "没有检查项针对该内容"),
    "why-nobody-stated": ("only a person can state it, and nobody did", "只能由人声明，而无人声明"),
    "why-not-completed": ("something that could decide was not examined to the end", "可能起决定作用的内容未检查完"),
    "why-contradicted": ("a person says otherwise than what was seen", "有人所述与所见不符"),
    "why-withheld": ("what could decide was withheld", "可能起决定作用的内容未予提交"),
    "listed": ("{n} rows", "{n} 行"),
    "from-dossier": ("manifest of the dossier", "卷宗中的产品清单"),
    "differs": (
        "row {row}: {column} is {register}, but the review of its dossier says {dossier}",
        "第 {row} 行：{column} 为 {register}，而其卷宗的审查记为 {dossier}",
    ),
})  # fmt: skip


def say(key: str, lang: Lang, **fields: object) -> str:
    """An entry of `WORDS` in one language; integers are grouped by thousands."""
    said = WORDS[key]
    shown = {name: number(item) if isinstance(item, int) else item for name, item in fields.items()}
    return (said.fill(**shown) if fields else said).to(lang)


def tenths(ppm: int, *, up: bool) -> str:
    """Per cent with one digit; the low end of a share is rounded down, the high end up."""
    found = -(-ppm // 1000) if up else ppm // 1000
    return f"{found // 10}.{found % 10}"


def span(low: int, high: int) -> str:
    """An interval of parts per million as per cent."""
    ends = [tenths(low, up=False), tenths(high, up=True)]
    return f"{ends[0]} %" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]} %"


def amount(item: Decimal) -> str:
    """Grouped by thousands, without zeros at the end."""
    text = f"{item:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
