"""The vocabulary of a case's report and of its verbs: headings, labels and sentences, in English and Chinese.

As in `words`, nothing here may say that anything is certified, approved or safe.
"""

from assay.core.text import Lang, Text, texts
from assay.report.words import OUTCOMES

STANDINGS = texts(
    {
        "open": ("open", "待答"),
        "late": ("late", "逾期"),
        "answered": ("answered", "已答复"),
        "withheld": ("withheld", "拒绝提交"),
        "withdrawn": ("withdrawn", "已撤回"),
        "upheld": ("upheld", "支持"),
        "dismissed": ("dismissed", "驳回"),
        "stands": ("stands", "有效"),
        "proposed": ("signed by one, waits for the second signature", "一人已签署，等待第二人签署"),
        "superseded": ("does not stand any more", "已不再有效"),
    }
)
RULES = {
    **{outcome: OUTCOMES[outcome] for outcome in ("broken", "open", "waived")},
    **texts(
        {
            "": ("no verdict on this delivery yet", "对该交付尚无结论"),
            "settled": ("met, or does not apply", "符合或不适用"),
        }
    ),
}
MARKS = texts(
    {
        "void": ("void", "无效"),
        "withdrawn": ("withdrawn", "已撤回"),
        "no-receipt": ("without receipt", "无回执"),
        "clock": ("dated before what it has seen", "日期早于其所见"),
        "unseen": ("not seen by the decision", "决定未见"),
    }
)
LABELS = texts(
    {
        "report": ("Report of a case", "案件报告"),
        "case": ("Case", "案件"),
        "product": ("Product", "产品"),
        "convener": ("Opened by", "立案方"),
        "voucher": ("Vouches for new keys", "新密钥担保方"),
        "as-of": ("As of", "基准日"),
        "state": ("State", "状态"),
        "reopened": ("reopened", "已重启"),
        "none": ("None.", "无。"),
        "parties": ("Parties", "当事方"),
        "delivered": ("What was delivered", "交付内容"),
        "consents": ("Consent to tests", "测试授权"),
        "withheld": ("What was withheld", "拒绝提交的内容"),
        "asked": ("What was asked and answered", "提问与答复"),
        "found": ("What was examined and found", "检查与结论"),
        "remedies": ("What the vendor says it mended", "供应商声明的整改"),
        "objections": ("Objections", "异议"),
        "decided": ("What was decided, and by whom", "决定及决定人"),
        "limits": ("Limits, delays and contradictions", "局限、逾期与矛盾"),
        "record": ("The record", "记录"),
        "provable": ("How to verify", "如何核验"),
        "role": ("Role", "角色"),
        "keys": ("Keys", "密钥"),
        "former-keys": ("Former keys", "曾用密钥"),
        "act": ("Act", "行为"),
        "acts": ("Acts", "行为数"),
        "by": ("By", "作出方"),
        "at": ("Dated", "日期"),
        "to": ("Asked of", "被问方"),
        "until": ("Until", "期限"),
        "rule": ("Rule", "规则"),
        "answer": ("Answer", "答复"),
        "answered-by": ("Answered by", "答复方"),
        "evidence": ("Evidence", "证据"),
        "digest": ("Digest", "摘要"),
        "files": ("Files", "文件"),
        "current": ("current", "当前"),
        "reason": ("Reason", "理由"),
        "law": ("Law cited", "所引法律"),
        "no-law": ("none", "无"),
        "tests": ("Tests", "测试"),
        "addresses": ("Addresses", "地址"),
        "review": ("Review", "审查"),
        "books": ("Rulebooks", "规则集"),
        "broken": ("Broken", "违反"),
        "open": ("Open", "待定"),
        "waived": ("Waived", "已豁免"),
        "rules": ("Rules", "规则"),
        "examined": ("Examined", "检查范围"),
        "acknowledged": ("Acknowledged by the vendor", "供应商已确认知悉"),
        "not-acknowledged": ("no", "否"),
        "checked": ("Checked here", "在此核对"),
        "checked-yes": (
            "the review travels with this copy; its facts and judgements are what the act says",
            "审查随此副本一并传送；其事实与判定与该行为所述一致",
        ),
        "checked-no": ("no: the review does not travel with this copy", "否：审查未随此副本传送"),
        "now": ("Stands now", "目前"),
        "about": ("About", "针对"),
        "outcome": ("Decision", "决定"),
        "person": ("Signed by", "签署人"),
        "second": ("And by", "第二签署人"),
        "nobody-yet": ("nobody yet", "尚无"),
        "verdict": ("On the verdict", "依据结论"),
        "follows": ("Follows", "遵循"),
        "departs": ("Departs from", "偏离"),
        "conditions": ("Conditions", "条件"),
        "number": ("No.", "序号"),
        "words": ("Words", "内容"),
        "marks": ("Marks", "标记"),
        "heads": ("Last acts", "最新行为"),
    }
)
_SENTENCES = texts(
    {
        "not-a-verdict": (
            "A verdict is what the program derived from facts; a decision is what the persons named here answer for.",
            "结论由程序依据事实得出；决定由此处署名的人员负责。",
        ),
        "dates": (
            "Dates are what each party states; the order of acts is proven by what each had seen.",
            "日期由各方自述；行为的先后由各方所见加以证明。",
        ),
        "verify": (
            "assay case status FILE verifies all signatures, receipts, digests and the order of acts, offline.",
            "assay case status 文件 可离线核验全部签名、回执、摘要与行为次序。",
        ),
        "two-files": (
            "With the files of two parties it shows what one of them left out. Compare the keys with their owners.",
            "并列两方的文件，可见其中一方所删去的内容。请与所有者核对密钥。",
        ),
        "late-open": (
            "{party} is late: {act} was to be answered by {until}",
            "{party} 逾期：{act} 的答复期限为 {until}",
        ),
        "late-answered": (
            "{party} was late: {act} was to be answered by {until} and was on {day}",
            "{party} 曾逾期：{act} 的答复期限为 {until}，实际于 {day} 答复",
        ),
        "clock": (
            "{later} is dated {seconds} s before {earlier}, which it had seen: one of the two clocks is wrong",
            "{later} 的日期比其已见的 {earlier} 早 {seconds} 秒：两方时钟之一有误",
        ),
        "unseen": (
            "the last decision had not seen {act}; it does not stand until it is signed again in view of that",
            "最近的决定未见 {act}；在知悉该行为并重新签署之前，该决定无效",
        ),
        "unheard": (
            "when {act} was signed, no act of the vendor showed that it had seen the verdict; its day was over",
            "签署 {act} 时，供应商尚无任何行为表明其已见结论；其陈述期已届满",
        ),
        "contradicting": (
            "two decisions contradict each other and neither stands: {act}",
            "存在相互矛盾的决定，均无效：{act}",
        ),
        "vouched": (
            "the keys of {party} were revoked by another party: {by}; ask {party} whether it knows",
            "{party} 的密钥由另一方吊销：{by}；请向 {party} 核实",
        ),
        "void": (
            "{act} is void: a key signed it, or its party's invitation, that was revoked by who had not seen that",
            "{act} 无效：签署该行为或邀请其当事方的密钥已被吊销，且吊销时未见其事",
        ),
        "no-receipt": (
            "{act} travels without the receipt of its party's ledger",
            "{act} 未附其当事方账本的回执",
        ),
        "lacking": (
            "{name} ({digest}) does not travel with this copy; nobody can say here what is in it",
            "{name}（{digest}）未随此副本传送；其内容在此无从判断",
        ),
        "coverage": (
            "{examined} files examined, {partly} partly, {unexamined} not, {inert} with nothing to examine",
            "已检查 {examined} 个文件，部分检查 {partly} 个，未检查 {unexamined} 个，无需检查 {inert} 个",
        ),
        "tally": (
            "{broken} broken, {open} open, {waived} waived, {met} met",
            "违反 {broken} 条，待定 {open} 条，豁免 {waived} 条，符合 {met} 条",
        ),
        "as-delivered": ("review {n}, as of {day}", "第 {n} 次审查，基准日 {day}"),
    }
)


def said(key: str, **values: object) -> Text:
    return _SENTENCES[key].fill(**values)


def label(key: str, lang: Lang) -> str:
    return LABELS[key].to(lang)


ALL = (STANDINGS, RULES, MARKS, LABELS, _SENTENCES)
