"""The kinds of fact, each key declared as identity or measure. Docs, schemas and the fact browser come from here.

Identity keys say *what* is stated and enter the fact's id; measures say how much or in what state and do not.
`carriers` names the file classes that could hold such a fact: a file of such a class that nobody examined leaves
every rule on the kind open. `demand` is the row of the report's first table that a rule on the kind answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from assay.core.text import Text

FileClass = Literal["source", "binary", "configuration", "material", "archive", "data", "text", "media", "unknown"]
Demand = Literal["source", "testing", "cryptography", "data", "origin", "card"]

DEMANDS: Mapping[Demand, Text] = MappingProxyType(
    {
        "source": Text("Source code filed for review", "提交源代码备查"),
        "testing": Text("Intrusive security testing", "侵入式安全测试"),
        "cryptography": Text("Cryptography", "密码应用"),
        "data": Text("Personal and commercial data, cross-border flows", "个人与商业数据及其跨境流动"),
        "origin": Text("Origin and purchasing", "产地与采购"),
        "card": Text("Chip cards", "芯片卡"),
    }
)


@dataclass(frozen=True, slots=True)
class Key:
    """A value key: its type, whether it is part of the identity, and the values it may take ('' is any)."""

    type: type[str] | type[int] | type[bool]
    identity: bool
    about: Text
    choices: tuple[str, ...] = ()

    def admits(self, item: str | int | bool) -> bool:
        return type(item) is self.type and (not self.choices or item in self.choices)


@dataclass(frozen=True, slots=True)
class Kind:
    title: Text
    keys: Mapping[str, Key]
    carriers: frozenset[FileClass]
    demand: Demand
    identity: frozenset[str]


def _kind(title: Text, demand: Demand, carriers: tuple[FileClass, ...], **keys: Key) -> Kind:
    identity = frozenset(name for name, key in keys.items() if key.identity)
    return Kind(title, MappingProxyType(keys), frozenset(carriers), demand, identity)


def _id(en: str, zh: str, *choices: str) -> Key:
    return Key(str, True, Text(en, zh), choices)


def _is(en: str, zh: str, *choices: str) -> Key:
    return Key(str, False, Text(en, zh), choices)


def _count(en: str, zh: str, *, identity: bool = False) -> Key:
    return Key(int, identity, Text(en, zh))


def _flag(en: str, zh: str) -> Key:
    return Key(bool, False, Text(en, zh))


_CROSSING: Mapping[str, Key] = MappingProxyType(
    {
        "year": _count("calendar year, counted from 1 January", "日历年度，自 1 月 1 日起累计", identity=True),
        "persons": _count("distinct persons so far", "迄今去重人数"),
        "exact": _flag("counted, not estimated", "为计数而非估计"),
        "reach": _id(
            "possible: only if a claimed exemption does not hold, or columns are what they seem",
            "possible：仅当所主张的豁免不成立，或字段如其所示时",
            "certain",
            "possible",
        ),
    }
)

PRIMITIVES = (
    "drbg",
    "mac",
    "block-cipher",
    "stream-cipher",
    "signature",
    "hash",
    "pke",
    "xof",
    "kdf",
    "key-agree",
    "kem",
    "ae",
    "combiner",
    "key-wrap",
    "other",
)
PURPOSES = (
    "encryption",
    "decryption",
    "signature",
    "verification",
    "key-agreement",
    "key-generation",
    "key-wrap",
    "mac",
    "digest",
    "password-hash",
    "key-derivation",
    "random",
    "checksum",
    "certificate",
)
SETTINGS = (
    "protocols",
    "min-protocol",
    "max-protocol",
    "ciphers",
    "groups",
    "signature-algorithms",
    "mac",
    "key-exchange",
    "host-key",
    "algorithm",
    "disabled-algorithms",
    "prefer-server-order",
    "verification",
    "host-name-check",
    "client-verification",
    "certificate",
    "private-key",
    "keystore",
    "keystore-password",
    "secret",
    "parameters",
    "provider",
    "random",
    "switch",
    "include",
)
_CODE: tuple[FileClass, ...] = ("source", "binary", "configuration", "material", "archive", "unknown")
_RUNNING: tuple[FileClass, ...] = ("source", "binary", "configuration", "archive", "unknown")  # a key does nothing
_SEEN = ("call", "config", "constant", "symbol", "certificate", "handshake")

_library = _id("catalogue id of the library that is called", "所调用密码库在目录中的标识")
_seen = _id("what was seen", "所见形式", *_SEEN)
_state = _is("whether the result is used", "结果是否被使用", "used", "unused", "overwritten")
_reach = _is(
    "certain: the only value; possible: one of several",
    "certain：唯一取值；possible：若干取值之一",
    "certain",
    "possible",
)
_purpose = _id("what the call is for, as far as the call shows", "调用的用途（以调用本身可见为限）", *PURPOSES)
_family = _id("CycloneDX 1.7 algorithm family", "CycloneDX 1.7 算法族")

# What every observation of a run carries beside itself.
_RUN: Mapping[str, Key] = MappingProxyType(
    {
        "declared": _is(
            "whether the vendor's declaration covers it; null when that part was not declared, or only drafted",
            "供应方声明是否涵盖；该部分未声明或仅为草稿时为 null",
            "declared",
            "undeclared",
        ),
        "consent": _is(
            "owner: run by the owner's consent; self-asserted: --i-own-this",
            "owner：经所有者同意；self-asserted：由 --i-own-this 自称",
            "owner",
            "self-asserted",
        ),
        "phase": _is("phase in which it first showed", "首次出现的阶段"),
        "seen": _is("in which run it showed", "出现于何种运行", "traced", "untraced", "both"),
    }
)

_DATA: tuple[FileClass, ...] = ("data", "text", "configuration", "archive", "unknown")
_GRADES = {
    "grade_financial": _is(
        "class of personal financial information, JR/T 0171-2020",
        "个人金融信息类别（JR/T 0171-2020）",
        "C1",
        "C2",
        "C3",
    ),
    "grade_level": _count("level of financial data, 1 to 5, JR/T 0197-2020", "金融数据级别，1 至 5（JR/T 0197-2020）"),
    "grade_nfra": _is(
        "class of the NFRA measures, as far as a program can tell",
        "金融监管总局办法的类别（以程序可判断者为限）",
        "sensitive",
        "other",
    ),
    "grade_pipl": _is("personal information law", "个人信息保护法分类", "sensitive", "personal"),
}

# What only a party can say: where nobody did, nothing follows.
STATED = frozenset({"statement"})

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "crypto.use": _kind(
            Text("A use of a cryptographic algorithm", "密码算法的使用"),
            "cryptography",
            _CODE,
            algorithm=_id("name by the CycloneDX registry pattern, e.g. SM4-GCM", "按 CycloneDX 命名，例如 SM4-GCM"),
            family=_family,
            primitive=_id("CycloneDX primitive", "CycloneDX 密码原语", *PRIMITIVES),
            mode=_id("mode of operation, lower case", "工作模式（小写）"),
            padding=_id("padding scheme, lower case", "填充方式（小写）"),
            key_bits=_count("key or modulus size in bits", "密钥或模数长度（比特）", identity=True),
            curve=_id("curve by the CycloneDX list, e.g. oscaa/SM2", "CycloneDX 曲线名，例如 oscaa/SM2"),
            purpose=_purpose,
            library=_library,
            seen=_seen,
            iterations=_count("iterations of a key derivation", "密钥派生的迭代次数"),
            oid=_is("object identifier, dotted", "对象标识符（点分）"),
            state=_state,
            reach=_reach,
            quantum_vulnerable=_flag("broken by Shor's algorithm", "可被 Shor 算法攻破"),
        ),
        "crypto.protocol": _kind(
            Text("A cryptographic protocol that is switched on", "启用的密码协议"),
            "cryptography",
            _RUNNING,
            protocol=_id("protocol", "协议", "TLS", "DTLS", "SSL", "TLCP", "SSH", "IPsec"),
            version=_id(
                "version, e.g. 1.2; 'negotiated' when the highest common one is taken",
                "版本，例如 1.2；协商时为 negotiated",
            ),
            library=_library,
            seen=_seen,
            state=_state,
            reach=_reach,
        ),
        "crypto.misuse": _kind(
            Text("A cryptographic call with a dangerous argument", "参数危险的密码调用"),
            "cryptography",
            _RUNNING,
            misuse=_id(
                "which misuse",
                "误用类别",
                "hard-coded-key",
                "hard-coded-password",
                "static-iv",
                "static-salt",
                "certificate-check-off",
                "host-name-check-off",
                "weak-random",
                "predictable-seed",
                "ecb-mode",
                "short-key",
                "few-iterations",
            ),
            cwe=_count("CWE number", "CWE 编号", identity=True),
            algorithm=_id("algorithm of the call, where it has one", "该调用的算法（如有）"),
            library=_library,
            seen=_seen,
            state=_state,
            reach=_reach,
        ),
        "crypto.setting": _kind(
            Text("A setting of configuration that decides about cryptography", "决定密码使用的配置项"),
            "cryptography",
            ("configuration", "archive", "unknown"),
            software=_id(
                "whose configuration it is, e.g. nginx; 'generic' when that does not show",
                "所属软件，例如 nginx；无法判断时为 generic",
            ),
            meaning=_id("what the setting decides", "该项决定的内容", *SETTINGS),
            directive=_id("name of the setting as written", "配置项名称（原样）"),
            place=_id(
                "where it stands: a section, a host or a path, e.g. server example.com:443",
                "所在位置：节、主机或路径，例如 server example.com:443",
            ),
            content=_is("its value, secrets masked; null when it is a variable", "取值（秘密已遮蔽）；为变量时为 null"),
            default=_flag("not written: the software takes its own default", "未写明：取软件自身的默认值"),
        ),
        "crypto.material": _kind(
            Text("A certificate, key or keystore in the delivery", "交付物中的证书、密钥或密钥库"),
            "cryptography",
            _CODE,
            material=_id(
                "what it is",
                "材料类型",
                "certificate",
                "certificate-request",
                "revocation-list",
                "public-key",
                "private-key",
                "secret-key",
                "keystore",
                "parameters",
                "message",
            ),
            format=_id(
                "form, e.g. X.509, PKCS#8, PKCS#12, JKS, OpenSSH", "格式，例如 X.509、PKCS#8、PKCS#12、JKS、OpenSSH"
            ),
            algorithm=_id("algorithm of the key, by the CycloneDX registry", "密钥算法，按 CycloneDX 命名"),
            family=_family,
            key_bits=_count("key or modulus size in bits", "密钥或模数长度（比特）", identity=True),
            curve=_id("curve by the CycloneDX list, e.g. oscaa/SM2", "CycloneDX 曲线名，例如 oscaa/SM2"),
            signature_algorithm=_id("algorithm that signed it", "对其签名的算法"),
            signature_hash=_id("hash inside that signature", "该签名所用的散列算法"),
            fingerprint=_id(
                "SHA-256 of the certificate, request or list; of the SubjectPublicKeyInfo of a key",
                "证书、证书请求或吊销列表的 SHA-256；密钥则为其 SubjectPublicKeyInfo 的 SHA-256",
            ),
            encoding=_is("how it is written", "编码方式", "PEM", "DER", "text", "binary"),
            protection=_is(
                "none: in clear, or opened with no password; encrypted: closed by a password",
                "none：明文或空口令即可打开；encrypted：由口令保护",
                "none",
                "encrypted",
            ),
            encryption=_is("cipher or scheme of that protection", "保护所用的加密算法或方案"),
            kdf=_is("how its key is made of the password", "由口令派生密钥的方法"),
            iterations=_count("iterations of that derivation", "该派生的迭代次数"),
            mac=_is("algorithm of the integrity check", "完整性校验算法"),
            mac_kdf=_is("how the key of that check is made of the password", "校验密钥的派生方法"),
            mac_iterations=_count("iterations of that derivation", "该派生的迭代次数"),
            not_before=_is("first day of validity, or day of issue", "生效日期或签发日期"),
            not_after=_is("last day of validity, or day of the next issue", "失效日期或下次签发日期"),
            authority=_flag("may issue certificates", "可签发证书"),
            self_signed=_flag("names itself as its issuer", "签发者即自身"),
            key_usage=_is("what the key may be used for, as the certificate says", "证书所载密钥用途"),
            entries=_count("entries of a keystore, a revocation list or a message", "密钥库、吊销列表或消息的条目数"),
        ),
        "run.listener": _kind(
            Text("A port or socket that the running product listens on", "产品运行时监听的端口或套接字"),
            "testing",
            (),
            transport=_id("tcp, udp or unix", "tcp、udp 或 unix"),
            address=_id("any, loopback, or the address itself", "any、loopback 或具体地址"),
            port=_count("port; absent when the system chose it", "端口；由系统分配时不出现", identity=True),
            name=_id("path or abstract name of a unix socket", "unix 套接字的路径或抽象名"),
            program=_is("the program that listens", "监听的程序"),
            protocol=_is("what it answered to a plain request", "对普通请求的应答协议"),
            **_RUN,
        ),
        "run.contact": _kind(
            Text("A destination that the running product contacted", "产品运行时联络的目的地"),
            "testing",
            (),
            transport=_id("tcp, udp, icmp, unix or another protocol", "tcp、udp、icmp、unix 或其他协议"),
            destination=_id("name if one is known, else address", "已知名称则为名称，否则为地址"),
            port=_count("port, where the protocol has one", "端口（协议有端口时）", identity=True),
            via=_id("proxy that was to carry it", "所经代理"),
            named=_flag("the name is known", "已知其名称"),
            protocol=_is("protocol that was spoken", "所用协议"),
            certificate_checked=_flag(
                "the client refused a certificate that nobody vouches for", "客户端拒绝了无人担保的证书"
            ),
            **_RUN,
        ),
        "run.name": _kind(
            Text("A name that the running product looked up", "产品运行时查询的域名"),
            "testing",
            (),
            name=_id("the name", "域名"),
            resolver=_id("system, or the resolver that it went to by itself", "system，或其自行选用的解析器"),
            type=_is("record types asked for", "查询的记录类型"),
            transport=_is("udp, tcp, tls or https", "udp、tcp、tls 或 https"),
            **_RUN,
        ),
        "run.file": _kind(
            Text("A file that the running product changed or was refused", "产品运行时改动或被拒访问的文件"),
            "testing",
            (),
            path=_id("path; parts that differ from run to run are *", "路径；随运行变化的部分记为 *"),
            operation=_id(
                "what was done",
                "操作",
                "created",
                "changed",
                "deleted",
                "written",
                "read",
                "read-refused",
                "write-refused",
            ),
            type=_is("file, folder, link, pipe, socket or device", "文件、目录、链接、管道、套接字或设备"),
            mode=_is("permissions in octal", "权限（八进制）"),
            count=_count("how many such paths", "此类路径的数目"),
            **_RUN,
        ),
        "run.process": _kind(
            Text(
                "A program that the running product started, or how it behaved as one", "产品运行时启动的程序或进程行为"
            ),
            "testing",
            (),
            program=_id("path of the program", "程序路径"),
            conduct=_id(
                "what it did",
                "行为",
                "started",
                "refused",
                "left-behind",
                "ignored-stop",
                "over-limit",
                "needs-display",
            ),
            limit=_id("the limit that it ran into", "触及的上限"),
            **_RUN,
        ),
        "run.privilege": _kind(
            Text("A power that the running product used or asked for", "产品运行时使用或请求的特权"),
            "testing",
            (),
            privilege=_id("which power", "何种特权"),
            outcome=_id("granted or refused in the cage", "在牢笼中被准许或拒绝", "granted", "refused"),
            call=_is("system call", "系统调用"),
            **_RUN,
        ),
        "run.cipher": _kind(
            Text("Cryptography that the running product used or offered", "产品运行时使用或提供的密码"),
            "testing",
            (),
            algorithm=_id("algorithm or cipher suite", "算法或密码套件"),
            role=_id(
                "offered, chosen, accepted by the peer, or called",
                "提供、选定、被对端接受或被调用",
                "offered",
                "chosen",
                "agreed",
                "called",
            ),
            place=_id("listener or destination; the library for a call", "监听处或目的地；调用时为所在库"),
            protocol=_id("TLS, TLCP, SSH; absent for a call", "TLS、TLCP、SSH；调用时不出现"),
            **_RUN,
        ),
        "run.evasion": _kind(
            Text("Behaviour that shows only untraced, or only traced", "仅在未跟踪（或仅在被跟踪）时出现的行为"),
            "testing",
            (),
            kind=_id("kind of the fact", "事实种类"),
            content=_id("what differs", "差异内容"),
            only=_id("in which run it showed, both times", "两次均只出现于何种运行", "traced", "untraced"),
            consent=_RUN["consent"],
        ),
        "run.declaration": _kind(
            Text("Something that the vendor declared, held against the run", "供应方声明事项与运行结果的对照"),
            "testing",
            (),
            part=_id("which part of the declaration", "声明的部分"),
            content=_id("what is declared", "声明内容"),
            state=_is("whether it was seen in the run", "运行中是否出现", "seen", "absent"),
            trust=_is(
                "operator: said by the operator or by whom it names; claim: by the delivery alone",
                "operator：操作者或其指明者所言；claim：仅交付物自称",
                "operator",
                "claim",
            ),
            consent=_RUN["consent"],
        ),
        "crossing.recipient": _kind(
            Text("Where an export of data goes", "数据出境的接收方所在地"),
            "data",
            (),
            country=_id("country or region, ISO 3166-1 alpha-2", "国家或地区（ISO 3166-1 两位代码）"),
            recipient=_id("who receives it", "接收方"),
            year=_count("calendar year", "日历年度", identity=True),
            outside=_flag(
                "whether that is outside the border: Hong Kong, Macao and Taiwan are", "是否属于境外：港澳台属于境外"
            ),
            personal=_flag("whether personal information goes there", "是否含个人信息"),
        ),
        "crossing.persons": _kind(
            Text("Persons whose ordinary personal information leaves", "一般个人信息出境所涉人数"),
            "data",
            (),
            **_CROSSING,
        ),
        "crossing.sensitive": _kind(
            Text("Persons whose sensitive personal information leaves", "敏感个人信息出境所涉人数"),
            "data",
            (),
            **_CROSSING,
        ),
        "crossing.important": _kind(
            Text(
                "Whether data that leaves is important data, as its handler states",
                "出境数据是否含重要数据（据处理者陈述）",
            ),
            "data",
            (),
            year=_count("calendar year", "日历年度", identity=True),
            contained=_flag("contains data notified or published as important", "含有被告知或公布为重要数据的数据"),
            who=_is("who states it", "陈述人"),
        ),
        "crossing.exemption_claimed": _kind(
            Text("An exemption that is claimed for an export", "就出境活动主张的豁免情形"),
            "data",
            (),
            exemption=_id("which exemption", "豁免情形"),
            year=_count("calendar year", "日历年度", identity=True),
            confirmed=_flag("a named person confirms its facts", "有具名人员确认其事实"),
            who=_is("who confirms it", "确认人"),
        ),
        "data.field": _kind(
            Text("A class of personal or commercial data in a column or a text", "某列或某文本中的一类个人或商业数据"),
            "data",
            _DATA,
            column=_id("name of the column; empty for running text", "列名；普通文本为空"),
            **{"class": _id("class of data, e.g. resident_id", "数据类别，例如 resident_id")},
            cells=_count("cells (or lines) that hold anything", "非空单元格数（或行数）"),
            valid=_count("of these, how many pass their checksum or range", "其中通过校验或范围检查者"),
            plausible=_count("how many more are likely by name, label or form", "依列名、标签或形式判断为疑似者"),
            share=_count("valid and plausible together, parts per million", "二者合计占比（百万分率）"),
            named=_flag("the name of the column says the class too", "列名亦表明该类别"),
            clear=_count(
                "of authentication data: cells in clear; null when that cannot be said",
                "鉴别信息中以明文出现的单元格数；无法判断时为 null",
            ),
            place=_is("what kind of file it stands in", "所在文件的种类", "table", "log", "text", "configuration"),
            **_GRADES,
        ),
        "data.set": _kind(
            Text("A table, sheet or text that was read for data", "已读取的数据表、工作表或文本"),
            "data",
            _DATA,
            form=_id("a table, or running text", "数据表或普通文本", "table", "text"),
            rows=_count("rows or lines", "行数"),
            columns=_count("columns", "列数"),
            personal=_count("classes of personal data, over all columns", "各列个人数据类别合计数"),
            whole=_flag("all of the file could be read", "该文件全部可读"),
            unkeyed=_flag(
                "names or addresses without any identifier: its persons are not counted",
                "仅有姓名或地址而无标识：未计入人数",
            ),
            **_GRADES,
        ),
        "data.persons": _kind(
            Text("Distinct natural persons in a set, or in all of a delivery", "某数据集或整个交付物中的自然人人数"),
            "data",
            _DATA,
            of=_id("one set, or all of the delivery", "单个数据集或整个交付物", "set", "delivery"),
            persons=_count("distinct persons", "去重后人数"),
            exact=_flag("counted, not estimated (up to about two million)", "为精确计数而非估计（约二百万以内）"),
            basis=_is("the identifiers by which they are told apart", "区分所依据的标识"),
            sensitive=_flag("the set holds sensitive personal information", "该数据集含敏感个人信息"),
        ),
        "intake.content": _kind(
            Text("What a delivery contains, by class and format", "交付物内容（按类别与格式）"),
            "source",
            _CODE,
            **{"class": _id("file class", "文件类别")},
            format=_id("language or format", "语言或格式"),
            files=_count("number of files", "文件数"),
            bytes=_count("bytes", "字节数"),
        ),
        "deposit.draw": _kind(
            Text("Facts that a vendor submitted, checked on files drawn by lot", "供应商提交的事实，经抽签文件核对"),
            "source",
            (),
            deposit=_id("id of the deposit", "保管件编号"),
            statement=_id("SHA-256 of the vendor's signed statement", "供应商签名声明的 SHA-256"),
            seed=_is("what was drawn follows from it and the manifest (SHA-256)", "抽签种子（SHA-256）"),
            files=_count("files of the manifest", "清单中的文件数"),
            drawn=_count("files that were drawn", "抽取的文件数"),
            agree=_count("files that say what was submitted", "与提交一致的文件数"),
            differ=_count("files that say otherwise, or were not shown", "与提交不一致或未出示的文件数"),
            unclear=_count("files in which something submitted was not found again", "所提交事实未能复现的文件数"),
            confidence=_count("confidence of `at_most`, in parts per million", "at_most 的置信度（百万分之）"),
            at_most=_count("files that may say otherwise, at that confidence", "在该置信度下至多不一致的文件数"),
            one_percent=_count(
                "chance that this draw shows one, were 1 % of all files false, in parts per million",
                "若 1% 的文件不实，此次抽取发现其一的概率（百万分之）",
            ),
        ),
        "deposit.level": _kind(
            Text("A verification level of a deposit, as escrow agents sell them", "保管件的核验级别（托管行业惯例）"),
            "source",
            (),
            level=_id("which level", "级别", "readable", "inventory", "complete", "built", "compared"),
            state=_is(
                "whether it was reached; null when nobody tried", "是否达到；尚未尝试为 null", "reached", "missed"
            ),
            missing=_is("what is missing for it, '' for nothing", "尚缺事项，无则为空"),
            files=_count("files that it rests on", "所依据的文件数"),
        ),
        "deposit.source": _kind(
            Text("Sealed source that was examined in place", "就地审查的封存源代码"),
            "source",
            (),
            deposit=_id("id of the deposit", "保管件编号"),
            vendor=_id("who sealed it", "封存方"),
            host=_id("on whose machine it was opened", "在何方的主机上开启"),
            role=_is("role of that party", "该方角色", "vendor", "neutral", "reviewer"),
            version=_count("number of the sealed version", "封存版本号"),
            statement=_is("SHA-256 of the vendor's signed statement", "供应商签名声明的 SHA-256"),
            manifest=_is("SHA-256 of the signed manifest", "已签名清单的 SHA-256"),
            suite=_is("what it is sealed with", "封存所用密码套件", "aes", "sm"),
            lines=_count("lines that a fact may quote", "每项事实可引用的行数"),
            files=_count("files of the version", "该版本的文件数"),
            withheld=_count("files that the terms keep back", "条款不予开放的文件数"),
        ),
        "review.gap": _kind(
            Text("Something that this review did not or could not look at", "本次审查未能查看的内容"),
            "source",
            (),
            reason=_id("why it was not examined", "未审查的原因"),
            **{"class": _id("file class", "文件类别")},
            format=_id("language or format", "语言或格式"),
            files=_count("number of files", "文件数"),
            bytes=_count("bytes", "字节数"),
        ),
        "statement": _kind(
            Text("A statement by a party, not verified", "某一方未经核实的声明"),
            "source",
            (),
            claim=_id("what is stated", "声明事项"),
            content=_id("the stated value", "声明内容"),
            who=_id("who states it", "声明人"),
            role=_id("role of the party", "声明人角色"),
            document=_id("SHA-256 of the supporting document", "支持文件的 SHA-256"),
            date=_is("date of the statement", "声明日期"),
            expires=_is("date until which it is valid", "有效期至"),
            trust=_is(
                "operator: given by the operator; claim: found inside the delivery",
                "operator：操作者给出；claim：交付物自称",
                "operator",
                "claim",
            ),
        ),
    }
)
