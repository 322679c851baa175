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
        "intake.content": _kind(
            Text("What a delivery contains, by class and format", "交付物内容（按类别与格式）"),
            "source",
            _CODE,
            **{"class": _id("file class", "文件类别")},
            format=_id("language or format", "语言或格式"),
            files=_count("number of files", "文件数"),
            bytes=_count("bytes", "字节数"),
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
