"""The report's own vocabulary: what each code is called, and the headings, in English and Chinese.

No entry may say that anything is certified, approved or safe (design, sections 1 and 9); a test reads them all.
"""

import re

from assay.core.text import Lang, Text, texts

OUTCOMES = texts(
    {
        "broken": ("broken", "违反"),
        "open": ("open", "待定"),
        "waived": ("waived", "已豁免"),
        "met": ("met", "符合"),
        "not-applicable": ("not applicable", "不适用"),
    }
)
WAIVERS = texts(
    {
        "applied": ("applied", "生效"),
        "expired": ("expired: not applied", "已过期，不生效"),
        "not-yet": ("granted later than this day: not applied", "同意日晚于基准日，不生效"),
        "stale": ("stale: what it names breaks the rule no longer; not applied", "所指事项已不再违反该规则，不生效"),
    }
)
# A rule about the review convicts nobody: a "broken" one is a limit.
LIMIT_OUTCOMES = texts(
    {
        "broken": ("limit", "受限"),
        "open": ("open", "待定"),
        "waived": ("limit, waived", "受限，已豁免"),
        "met": ("no limit", "未受限"),
        "not-applicable": ("not applicable", "不适用"),
    }
)
SEVERITIES = texts(
    {
        "critical": ("critical", "严重"),
        "high": ("high", "高"),
        "medium": ("medium", "中"),
        "low": ("low", "低"),
        "note": ("note", "提示"),
    }
)
KNOWN = texts(
    {
        "text": ("the issuer's text was read", "已查阅发布机构原文"),
        "copy": ("known from a quotation of it", "据引文得知"),
        "press": ("known from reports about it", "据新闻报道得知"),
        "memory": ("from memory: nobody opened the document for this rule", "凭记忆编写，未核对原文"),
        "own": ("assay's own requirement on a review", "assay 对审查本身的要求"),
    }
)
STATUSES = texts(
    {
        "law": ("law", "法规"),
        "standard": ("standard", "标准"),
        "draft": ("draft, does not bind", "草案，无约束力"),
        "history": ("history, no longer binds", "历史文本，已失效"),
    }
)
CLASSES = texts(
    {
        "source": ("source code", "源代码"),
        "binary": ("binaries", "二进制文件"),
        "configuration": ("configuration", "配置"),
        "material": ("keys and certificates", "密钥与证书"),
        "archive": ("archives", "归档"),
        "data": ("data", "数据"),
        "text": ("prose", "文本"),
        "media": ("media", "媒体"),
        "unknown": ("unknown", "未知"),
    }
)
SCOPES = texts(
    {
        "shipped": ("shipped", "随产品交付"),
        "test": ("test", "测试"),
        "example": ("example", "示例"),
        "build": ("build", "构建"),
        "vendored": ("vendored", "内置第三方"),
        "unknown": ("unknown", "未知"),
    }
)
ATTEMPTS = texts(
    {
        "partial": ("partly", "部分"),
        "failed": ("failed", "失败"),
        "skipped": ("not examined", "未检查"),
        "withheld": ("withheld", "拒绝提交"),
        "completed": ("answered", "已答复"),
    }
)
KEYS = texts(
    {
        "algorithm": ("algorithm", "算法"),
        "family": ("family", "算法族"),
        "primitive": ("primitive", "原语"),
        "mode": ("mode", "模式"),
        "padding": ("padding", "填充"),
        "key_bits": ("key bits", "密钥位数"),
        "curve": ("curve", "曲线"),
        "purpose": ("purpose", "用途"),
        "library": ("library", "密码库"),
        "seen": ("seen as", "所见形式"),
        "iterations": ("iterations", "迭代次数"),
        "state": ("state", "状态"),
        "level": ("level", "级别"),
        "missing": ("missing", "尚缺"),
        "reach": ("reach", "可达性"),
        "quantum_vulnerable": ("quantum-vulnerable", "易受量子攻击"),
        "protocol": ("protocol", "协议"),
        "version": ("version", "版本"),
        "misuse": ("misuse", "误用"),
        "scope": ("scope", "范围"),
        "class": ("class", "类别"),
        "format": ("format", "格式"),
        "reason": ("reason", "原因"),
        "files": ("files", "文件数"),
        "bytes": ("bytes", "字节数"),
    }
)
# Values of a fact's keys that are codes; others (names of algorithms, libraries, modes) are shown as they are.
VALUES = texts(
    {
        "used": ("used", "已使用"),
        "reached": ("reached", "达到"),
        "missed": ("missed", "未达到"),
        "unused": ("unused", "未使用"),
        "overwritten": ("overwritten", "被覆盖"),
        "certain": ("certain", "唯一"),
        "possible": ("possible", "可能"),
        "call": ("call", "调用"),
        "config": ("configuration", "配置"),
        "constant": ("constant", "常量"),
        "symbol": ("symbol", "符号"),
        "certificate": ("certificate", "证书"),
        "handshake": ("handshake", "握手"),
        "encryption": ("encryption", "加密"),
        "decryption": ("decryption", "解密"),
        "signature": ("signature", "签名"),
        "verification": ("verification", "验签"),
        "key-agreement": ("key agreement", "密钥协商"),
        "key-generation": ("key generation", "密钥生成"),
        "key-wrap": ("key wrap", "密钥封装"),
        "mac": ("MAC", "消息鉴别码"),
        "digest": ("digest", "摘要"),
        "password-hash": ("password hash", "口令散列"),
        "key-derivation": ("key derivation", "密钥派生"),
        "random": ("random numbers", "随机数"),
        "checksum": ("checksum", "校验和"),
        "drbg": ("random generator", "随机数发生器"),
        "block-cipher": ("block cipher", "分组密码"),
        "stream-cipher": ("stream cipher", "序列密码"),
        "hash": ("hash", "散列"),
        "pke": ("public-key encryption", "公钥加密"),
        "xof": ("extendable-output hash", "可扩展输出函数"),
        "kdf": ("key derivation", "密钥派生"),
        "key-agree": ("key agreement", "密钥协商"),
        "kem": ("key encapsulation", "密钥封装机制"),
        "ae": ("authenticated encryption", "认证加密"),
        "combiner": ("combiner", "组合器"),
        "other": ("other", "其他"),
        "negotiated": ("negotiated", "协商"),
    }
)
CODED = ("state", "reach", "seen", "purpose", "primitive")  # keys whose values VALUES names
MISUSES = texts(
    {
        "hard-coded-key": ("hard-coded key", "硬编码密钥"),
        "hard-coded-password": ("hard-coded password", "硬编码口令"),
        "static-iv": ("static IV or nonce", "固定 IV 或随机数"),
        "static-salt": ("static salt", "固定盐值"),
        "certificate-check-off": ("certificate check switched off", "关闭证书校验"),
        "host-name-check-off": ("host name check switched off", "关闭主机名校验"),
        "weak-random": ("predictable random numbers", "可预测的随机数"),
        "predictable-seed": ("random generator seeded with a constant", "随机数发生器使用固定种子"),
        "ecb-mode": ("ECB mode", "ECB 工作模式"),
        "short-key": ("key too short", "密钥长度不足"),
        "few-iterations": ("too few iterations", "迭代次数过少"),
        "missing-authentication": ("encrypted, but not authenticated", "仅加密而未认证"),
        "homemade-cipher": ("a cipher of the product's own", "产品自创的密码"),
    }
)

LABELS = texts(
    {
        "report": ("Review report", "审查报告"),
        "skip": ("Skip to the findings", "跳至审查结果"),
        "contents": ("Contents", "目录"),
        "glance": ("At a glance", "概览"),
        "what-broken": ("What is broken", "哪些规则被违反"),
        "what-open": ("What is open", "哪些尚待定"),
        "what-first": ("What to do first", "首先应做"),
        "demands": ("The six demands of a review", "审查的六项要求"),
        "demand": ("Demand", "要求"),
        "state": ("State", "状态"),
        "reason": ("Reason", "原因"),
        "reasons": ("Why", "理由"),
        "rules": ("Rules", "规则"),
        "rules-by-clause": ("Rules, by clause", "规则（按条款）"),
        "by-demand": ("Rules by demand", "按要求统计的规则"),
        "by-severity": ("Rules by severity", "按严重程度统计的规则"),
        "severity": ("Severity", "严重程度"),
        "why": ("Why it matters", "为何重要"),
        "saw": ("What we saw", "所见事实"),
        "do": ("What to do", "应做何事"),
        "decide": ("What would decide it", "如何得出结论"),
        "coverage": ("Coverage", "检查范围"),
        "coverage-by-class": ("Coverage by class, in files", "按类别统计的检查范围（文件数）"),
        "coverage-by-format": ("Coverage by class and format", "按类别与格式统计的检查范围"),
        "gaps": ("What was not examined, and why", "未检查的内容及原因"),
        "by-scope": ("Files by scope", "按范围统计的文件"),
        "class": ("Class", "类别"),
        "format": ("Format", "格式"),
        "scope": ("Scope", "范围"),
        "files": ("Files", "文件数"),
        "bytes": ("Size", "大小"),
        "share": ("Share", "占比"),
        "examined": ("examined", "已检查"),
        "partly": ("partly examined", "部分检查"),
        "unexamined": ("not examined", "未检查"),
        "inert": ("nothing to examine", "无需检查"),
        "advice": ("What would get it examined", "如何使其得到检查"),
        "paths": ("First paths", "前几个路径"),
        "inventory": ("Inventory of cryptography", "密码应用清单"),
        "algorithms": ("Algorithms", "算法"),
        "by-family": ("Uses by algorithm family", "按算法族统计的使用"),
        "quantum": ("Against a quantum computer", "量子计算机的影响"),
        "vulnerable": ("broken by a quantum computer", "可被量子计算机攻破"),
        "unaffected": ("not known to be broken", "未知可被攻破"),
        "undetermined": ("not determined", "未能确定"),
        "libraries": ("Libraries", "密码库"),
        "key-sizes": ("Key sizes", "密钥长度"),
        "protocols": ("Protocols", "协议"),
        "misuses": ("Dangerous arguments", "危险参数"),
        "algorithm": ("Algorithm", "算法"),
        "family": ("Family", "算法族"),
        "primitive": ("Primitive", "原语"),
        "purpose": ("Purpose", "用途"),
        "uses": ("Uses", "使用次数"),
        "shipped": ("Of these shipped", "其中随产品交付"),
        "places": ("Places", "位置数"),
        "first-place": ("First place", "首个位置"),
        "library": ("Library", "密码库"),
        "bits": ("Bits", "位数"),
        "protocol": ("Protocol", "协议"),
        "version": ("Version", "版本"),
        "misuse": ("Misuse", "误用"),
        "expression": ("Expression", "表达式"),
        "place": ("Place", "位置"),
        "unresolved": ("Uses whose algorithm could not be determined", "未能确定算法的使用"),
        "statements": ("Statements", "声明"),
        "claim": ("Claim", "事项"),
        "content": ("Stated", "声明内容"),
        "standing": ("Standing", "性质"),
        "dated": ("Dated", "日期"),
        "expires": ("Until", "有效期至"),
        "waivers": ("Waivers", "豁免"),
        "waiver": ("Waiver", "豁免"),
        "rule": ("Rule", "规则"),
        "what-waived": ("What is waived?", "哪些规则获豁免？"),
        "limits": ("Limits of this review", "本次审查的局限"),
        "limits-intro": (
            "What this review could not do. A limit convicts nobody; it says where the report is silent.",
            "本次审查未能做到的事。局限不构成对产品的判定，仅说明报告在何处没有结论。",
        ),
        "books": ("Rulebooks judged", "所依据的规则集"),
        "book": ("Rulebook", "规则集"),
        "status": ("Status", "性质"),
        "digest": ("Digest", "摘要"),
        "owner": ("Owner", "维护者"),
        "about": ("About this report", "关于本报告"),
        "about-seen": (
            "This report states what was seen, which rules that breaks, and what nobody could tell.",
            "本报告陈述所见事实、被违反的规则以及无法判断之处。",
        ),
        "about-partial": (
            "Partial evidence can convict; it can never acquit: where nobody looked, or nobody could, a rule is open.",
            "部分证据足以认定违反，但不足以认定符合：无人检查或无法检查之处，规则即为待定。",
        ),
        "about-decision": (
            "The report is no decision. A decision is a named person's act that cites it.",
            "本报告不是决定；决定须由具名人员援引本报告作出。",
        ),
        "product": ("Product", "产品"),
        "vendor": ("Vendor", "供应商"),
        "country": ("Country, as stated", "国别（据声明）"),
        "delivery": ("Delivery", "交付物"),
        "as-of": ("Judged as of", "判断基准日"),
        "by-assay": ("Made with assay", "生成工具 assay"),
        "ledger": ("The ledger of this review: ", "本次审查的账本："),
        "not-stated": ("not stated", "未说明"),
        "undetermined-value": ("not determined", "未能确定"),
        "none": ("None.", "无。"),
        "no-rules": ("No rule about the product was judged.", "未依据任何产品规则作出判断。"),
        "nothing-broken": ("No judged rule was seen to be broken.", "未见任何规则被违反。"),
        "nothing-open": ("No judged rule is open.", "没有待定的规则。"),
        "also": ("See also", "另见"),
        "yes": ("yes", "是"),
        "no": ("no", "否"),
        "total": ("Total", "合计"),
        "met-rules": ("Met and not applicable", "符合与不适用"),
        "in-force": ("in force", "施行期"),
    }
)

# Sentences with fields, filled by the renderers through `sentence`.
SENTENCES = texts(
    {
        "facts": ("{n} facts", "{n} 项事实"),
        "shown": ("{n} facts, the first places:", "共 {n} 项事实，前几处："),
        "files-bytes": ("{files} files, {bytes}", "{files} 个文件，{bytes}"),
        "more-groups": ("and {groups} more groups with {facts} facts", "另有 {groups} 组，共 {facts} 项事实"),
        "more": ("and {n} more", "另有 {n} 项"),
        "settles": ("{n} rules wait for this", "{n} 条规则有待于此"),
        "withheld-by": ("withheld by {owner}", "由 {owner} 拒绝提交"),
        "answered-by": ("read by {owner}, who answers for it", "由 {owner} 阅读并作出答复"),
        "citing": ("citing {law}", "援引 {law}"),
        "unlisted": (
            "{n} facts are counted in the totals only: they had too many distinct values to list.",
            "有 {n} 项事实取值过于分散，仅计入总数，未逐一列出。",
        ),
        "origin": ("The value is set at {place}.", "取值见 {place}。"),
        "standing": (
            "{broken} broken, {open} open, {met} met, {na} not applicable",
            "违反 {broken} 条，待定 {open} 条，符合 {met} 条，不适用 {na} 条",
        ),
        "standing-waived": ("{waived} waived", "豁免 {waived} 条"),
        "waiver": (
            "{reason} — asked by {asked}, granted by {granted} on {day}, until {until}; {covers} of {facts} facts",
            "{reason}——申请人 {asked}，同意人 {granted}，同意日 {day}，至 {until}；涉及 {covers}/{facts} 项事实",
        ),
        "waiver-days": ("{n} days left", "剩余 {n} 天"),
        "waiver-elsewhere": (
            "granted for another delivery: look again whether the reason still holds",
            "系针对另一次交付所作，请核对理由是否仍然成立",
        ),
        "quantum": (
            "{n} of {all} uses rest on mathematics that a large quantum computer would break.",
            "{all} 次使用中有 {n} 次所依赖的数学难题可被大型量子计算机攻破。",
        ),
        "met-count": ("{n} rules met or not applicable", "{n} 条规则符合或不适用"),
        "limits-met": ("{n} further rules about the review found no limit.", "另有 {n} 条审查规则未发现局限。"),
        "numbered": ("numbered as of {day}", "条款编号截至 {day}"),
        "chart": ("Bar chart: {title}. The table beside it holds the figures.", "条形图：{title}。数据见所附表格。"),
        "also-settles": ("and {n} more rules with the same remedy", "另有 {n} 条规则可同法解决"),
    }
)


def sentence(key: str, lang: Lang, **fields: object) -> str:
    """A sentence of `SENTENCES` with its fields; integers are grouped by thousands."""
    return filled(SENTENCES[key], **fields).to(lang)


def filled(text: Text, **fields: object) -> Text:
    """One of our sentences with its fields; integers are grouped by thousands, one thing is not called several."""
    said = text.fill(**{name: number(item) if isinstance(item, int) else item for name, item in fields.items()})
    return Text(singular(said.en), said.zh)


_PLURAL = re.compile(r"(?<![\d,.])1 ((?:[a-z]+ )?(?:file|fact|group|rule|use|limit))s( were| are| wait)?\b")
_VERBS = {" were": " was", " are": " is", " wait": " waits", None: ""}


def singular(english: str) -> str:
    """One of our sentences with "1 files were" put right; excerpts and paths never come here."""
    return _PLURAL.sub(lambda found: f"1 {found[1]}{_VERBS[found[2]]}", english)


def number(item: int) -> str:
    return f"{item:,}"


def size(count: int) -> str:
    """Bytes for people: decimal units, one digit, integer arithmetic so that every machine prints the same."""
    if count < 1000:
        return f"{count} B"
    units = (("kB", 10**3), ("MB", 10**6), ("GB", 10**9))
    unit, scale = next((row for row in units if count < 999_950 * row[1] // 1000), ("TB", 10**12))
    tenths = (count * 10 + scale // 2) // scale
    return f"{tenths // 10:,}.{tenths % 10} {unit}"


def percent(part: int, whole: int) -> str:
    """A share for people. Something is never shown as 0 %, and less than everything never as 100 %."""
    if whole <= 0 or part <= 0:
        return "0 %"
    if part >= whole:
        return "100 %"
    return f"{min(max((part * 200 + whole) // (2 * whole), 1), 99)} %"
