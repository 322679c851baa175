"""What the acts, roles and states of a case are called, and why an act is refused, in English and Chinese.

No entry may say that anything is certified, approved or safe (design, sections 1 and 9); a test reads them all.
"""

from assay.core.text import Text, texts

ROLES = texts(
    {
        "vendor": ("vendor", "供应商"),
        "laboratory": ("laboratory", "检测机构"),
        "buyer": ("buyer", "采购方"),
        "authority": ("authority", "主管机构"),
        "auditor": ("auditor", "审计方"),
    }
)
STATES = texts(
    {
        "draft": ("draft: nothing delivered", "草案：尚无交付"),
        "delivered": ("delivered: nobody has begun to examine", "已交付：尚未开始检查"),
        "examining": ("being examined", "检查中"),
        "questions": ("questions are open", "有待答问题"),
        "answered": ("questions are answered", "问题已答复"),
        "judged": ("judged: the verdict is disclosed", "已判定：结论已披露"),
        "decided": ("decided", "已作决定"),
        "closed": ("closed", "已结案"),
    }
)
KINDS = texts(
    {
        "open": ("open", "立案"),
        "invite": ("invite", "邀请"),
        "submit": ("delivery", "交付"),
        "consent": ("consent", "授权同意"),
        "ask": ("question", "提问"),
        "answer": ("answer", "答复"),
        "withhold": ("withholding", "拒绝提交"),
        "withdraw": ("withdrawal", "撤回"),
        "remedy": ("remedy", "整改"),
        "disclose": ("verdict", "结论披露"),
        "acknowledge": ("acknowledgement", "知悉"),
        "decide": ("decision", "决定"),
        "object": ("objection", "异议"),
        "revoke": ("revocation of keys", "吊销密钥"),
        "receive": ("receipt", "收悉"),
        "close": ("closing", "结案"),
    }
)
OUTCOMES = texts(
    {
        "admit": ("admit", "准予采用"),
        "admit-with-conditions": ("admit with conditions", "附条件准予采用"),
        "decline": ("decline", "不予采用"),
    }
)
REFUSALS = texts(
    {
        "stranger": ("{by} is no party of this case", "{by} 不是本案当事方"),
        "closed": (
            "the case is closed; a new delivery or an objection reopens it",
            "案件已结；新的交付或异议可使其重启",
        ),
        "convener": (
            "a case is opened by its convener, who is vendor, laboratory, buyer or authority",
            "案件须由召集方开立，召集方为供应商、检测机构、采购方或主管机构",
        ),
        "empty": ("{what} is empty", "{what} 为空"),
        "days": ("a deadline is 0 to {most} days", "期限须为 0 至 {most} 天"),
        "no-key": ("{party} has no key", "{party} 没有密钥"),
        "key-name": ("the key {key} does not bear the name {party}", "密钥 {key} 的名称不是 {party}"),
        "key-taken": (
            "the key {key} is already that of a party: two parties never have one key",
            "密钥 {key} 已属于某一当事方：两方不得共用一把密钥",
        ),
        "key-twice": ("{party} has two keys of one algorithm", "{party} 有两把同一算法的密钥"),
        "convener-invites": ("only {convener}, who opened the case, invites", "只有立案的 {convener} 可以邀请"),
        "party-twice": ("{party} is a party already", "{party} 已是当事方"),
        "too-many-parties": ("a case has at most {most} parties", "一个案件最多 {most} 个当事方"),
        "second-vendor": (
            "{vendor} is the vendor of this case; another vendor's product is another case",
            "{vendor} 已是本案供应商；其他供应商的产品须另立一案",
        ),
        "vendor-only": ("{what} is the vendor's act", "{what} 只能由供应商作出"),
        "examiner-only": (
            "{what} is an act of the laboratory, the buyer or the authority",
            "{what} 只能由检测机构、采购方或主管机构作出",
        ),
        "owner-only": ("consent is given by the vendor or the buyer, who own", "授权同意只能由供应商或采购方给出"),
        "auditor": ("an auditor reads and asks nothing", "审计方只查阅，不提问"),
        "delivered-already": (
            "this very delivery is the current one already ({act})",
            "该交付物即为当前交付（{act}）",
        ),
        "two-digests": (
            "a delivery has one digest, that of its listing: it states another than the digest of its listing",
            "交付物的摘要即其清单的摘要，而此处所述摘要与清单的摘要不同",
        ),
        "nothing-delivered": ("nothing is delivered yet", "尚无交付"),
        "no-delivery": (
            "it names no delivery of this case, or another digest than that delivery has",
            "所指并非本案的交付，或其摘要与该交付不符",
        ),
        "not-current": (
            "it is not about the current delivery; the vendor delivered anew",
            "所指并非当前交付；供应商已重新交付",
        ),
        "other-artifact": (
            "the review is of {found}, and {delivered} was delivered",
            "该审查针对 {found}，而交付的是 {delivered}",
        ),
        "book-missing": (
            "the case is to be judged by {book} too, and this review is not",
            "本案还须按 {book} 评判，而该审查未作此评判",
        ),
        "no-tests": ("consent names its tests", "授权同意须写明测试"),
        "until-past": ("its day {until} is before {day}", "其期限 {until} 早于 {day}"),
        "addressee": ("{to} is no other party of this case", "{to} 不是本案的其他当事方"),
        "no-question": (
            "{act} is no question or objection that this party has seen",
            "{act} 不是该方已见的问题或异议",
        ),
        "withdrawn": ("{act} was withdrawn", "{act} 已撤回"),
        "answered": ("{act} has its answer already ({by})", "{act} 已有答复（{by}）"),
        "not-asked": ("{act} was asked of {to}", "{act} 是向 {to} 提出的"),
        "upheld-question": ("only an objection is upheld or dismissed", "只有异议才可支持或驳回"),
        "upheld-missing": ("an objection is upheld or dismissed", "对异议须表示支持或驳回"),
        "examiner-answers": (
            "an objection is answered by a laboratory, buyer or authority that did not raise it",
            "异议须由未提出该异议的检测机构、采购方或主管机构答复",
        ),
        "not-yours": ("{act} is no act of this party", "{act} 不是该方的行为"),
        "not-withdrawable": ("a {kind} cannot be withdrawn", "{kind} 不可撤回"),
        "decided-by-two": ("{act} was signed by two; object to it", "{act} 已由两人签署；可提出异议"),
        "no-verdict": ("{act} is no verdict that this party has seen", "{act} 不是该方已见的结论"),
        "remedy-delivery": (
            "a remedy is the current delivery, made after the verdict that it answers",
            "整改须为当前交付，且晚于所针对的结论",
        ),
        "not-in-verdict": (
            "{rule} is not among the broken, open or waived rules of the verdict",
            "{rule} 不在该结论的违反、待定或豁免规则之列",
        ),
        "question-open": (
            "the question {act} has until {until} to be answered",
            "问题 {act} 的答复期限为 {until}，尚未届满",
        ),
        "nothing-to-acknowledge": ("{act} is no verdict or decision", "{act} 不是结论或决定"),
        "acknowledged": ("{act} is acknowledged already", "{act} 已知悉"),
        "no-current-verdict": (
            "a decision cites the last verdict on the current delivery, and this is not it",
            "决定须援引对当前交付的最新结论，而所援引的不是",
        ),
        "decided-already": ("the case is decided", "案件已有决定"),
        "vendor-unheard": (
            "the vendor has until {until} to speak about the verdict {act}, and has not acknowledged it",
            "供应商对结论 {act} 的陈述期至 {until}，且其尚未确认知悉",
        ),
        "objection-open": ("the objection {act} is not answered", "异议 {act} 尚未答复"),
        "proposed-already": (
            "this party has signed a decision on this verdict already; withdraw it first",
            "该方已就此结论签署过决定；请先撤回",
        ),
        "follows-and-departs": ("a rule is followed or departed from, once", "每条规则只能遵循或偏离一次"),
        "departure-reason": ("each departure has its reason", "每项偏离须说明理由"),
        "departure-missing": (
            "to admit departs from {n} rules that the verdict left broken or open, without a reason: {rule} first",
            "准予采用即偏离结论中违反或待定的 {n} 条规则，却未说明理由，首条为 {rule}",
        ),
        "conditions": ("the conditions are missing", "缺少条件"),
        "declines-nothing": (
            "to decline, name a broken or open rule that the decision follows",
            "不予采用须写明所遵循的违反或待定规则",
        ),
        "no-proposal": (
            "{act} is no decision that waits for a second signature",
            "{act} 不是等待第二人签署的决定",
        ),
        "two-persons": ("two persons of two parties sign a decision", "决定须由两方的两人签署"),
        "other-decision": (
            "the second signature is of the very decision {act}, with nothing added",
            "第二签署须针对同一决定 {act}，不得增改",
        ),
        "who-objects": ("the vendor, the buyer or the authority may object", "可提出异议的是供应商、采购方或主管机构"),
        "no-object": ("{act} is nothing that this party can object to", "{act} 不是该方可提出异议的对象"),
        "rules-of-verdict": ("rules are named when the objection is to a verdict", "仅对结论提出异议时可指明规则"),
        "not-its-keys": ("these are not keys of {party} that count", "这些不是 {party} 的有效密钥"),
        "too-many-keys": (
            "{party} would have more than {most} keys in one case",
            "{party} 在一个案件中的密钥将多于 {most} 把",
        ),
        "voucher": (
            "keys of {party} are revoked by itself or by {voucher}; new ones are vouched for by {voucher}",
            "{party} 的密钥由其本身或 {voucher} 吊销；新密钥须由 {voucher} 担保",
        ),
        "not-decided": ("only what is decided, or was never delivered, is closed", "已作决定或从未交付的案件才可结案"),
        "objections-until": (
            "the vendor may object until {until}, and has not acknowledged the decision",
            "供应商可在 {until} 前提出异议，且其尚未确认知悉该决定",
        ),
    }
)  # fmt: skip


def of(refusal: str, **values: object) -> Text:
    """Why an act is refused."""
    return REFUSALS[refusal].fill(**values)


ALL = (ROLES, STATES, KINDS, OUTCOMES, REFUSALS)
