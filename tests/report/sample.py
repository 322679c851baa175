"""A review made by hand, judged by the real judge: every section of a report has something in it, much of it hostile.

`hostile=False` gives the same review with ordinary strings, for looking at.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact, Scalar, Scope, Subject, fact_id
from assay.core.judge import judge_all
from assay.core.product import Product, Vendor
from assay.core.rules import Clause, Comparison, Pattern, Rule, Rulebook
from assay.core.text import Text
from assay.report.compose import compose
from assay.report.document import Document

AS_OF = date(2026, 11, 21)
EVIL = "<img src=x onerror=alert(1)>\"'&{{7*7}}\x1b[31m\x00\x7f\x9b2J\u202eoow\u2066\u200b\u2028\n\t</style></script>"
_SHIPPED = frozenset({"shipped", "vendored"})


def is_in(*items: Scalar) -> tuple[Comparison, ...]:
    return (Comparison("in", items),)


def rule(id_: str, title: Text, clause: Clause, pattern: Pattern, **more: object) -> Rule:
    fields: dict[str, object] = {
        "book": "sample",
        "also": (),
        "applies": {},
        "severity": "high",
        "forbid": (pattern,),
        "require": (),
        "because": Text(
            "Whoever can do this can read what was meant to stay secret.", "攻击者由此可读取本应保密的内容。"
        ),
        "remedy": Text("Use an authenticated mode with a current cipher.", "请改用现行算法的认证加密模式。"),
        "examples": {},
    }
    fields.update(more)
    return Rule(id=id_, title=title, clause=clause, **fields)  # type: ignore[arg-type]


def use(path: str, line: int, excerpt: str, *, name: str = "", scope: Scope = "shipped", **value: Scalar) -> Fact:
    value = {"library": "jca", "seen": "call", "state": "used", "reach": "certain", **value}
    subject = Subject("product", path, name, scope)
    expression = excerpt if value.get("algorithm", "") is None else ""
    return Fact("crypto.use", subject, value, "cipher.source@1", (Evidence(path, line, excerpt, -1, expression),))


def facts(*, hostile: bool) -> list[Fact]:
    evil = EVIL if hostile else ""
    java = "gateway/src/main/java/example/pay/"
    found = [
        use(f"{java}Digests{evil}.java", 20 + n, f'MessageDigest.getInstance("MD5") // {n}{evil}',
            name=f"example.pay.Digests.sum{n}{evil}", algorithm="MD5", family="MD5", primitive="hash",
            purpose="signature", quantum_vulnerable=False)
        for n in range(9)
    ]  # fmt: skip
    found += [
        use(f"{java}Cards.java", 61, 'Cipher.getInstance("DESede/ECB/PKCS5Padding")', name="example.pay.Cards.seal",
            algorithm="3DES-ECB", family="3DES", primitive="block-cipher", mode="ecb", key_bits=168,
            purpose="encryption", quantum_vulnerable=False),
        use(f"{java}Keys.java", 33, 'KeyPairGenerator.getInstance("RSA").initialize(1024)',
            name="example.pay.Keys.pair", algorithm="RSA", family="RSA", primitive="pke", key_bits=1024,
            purpose="key-generation", quantum_vulnerable=True),
        use("agent/seal.c", 140, "EVP_EncryptInit_ex(ctx, EVP_sm4_gcm(), NULL, key, iv)", name="seal_record",
            algorithm="SM4-GCM", family="SM4", primitive="ae", mode="gcm", key_bits=128, purpose="encryption",
            library="openssl", quantum_vulnerable=False),
        use("agent/sign.c", 77, "EVP_DigestSignInit(ctx, NULL, EVP_sm3(), NULL, sm2)", name="sign_batch",
            algorithm="SM2-SM3", family="SM2", primitive="signature", curve="oscaa/SM2", purpose="signature",
            library="openssl", quantum_vulnerable=True),
        use("console/app/tokens.py", 12, "hashlib.sha256(token.encode())", name="tokens.digest", algorithm="SHA-256",
            family="SHA-2", primitive="hash", purpose="digest", library="hashlib", quantum_vulnerable=False),
        use("console/tests/test_tokens.py", 8, "hashlib.sha256(b'x')", name="test_digest", scope="test",
            algorithm="SHA-256", family="SHA-2", primitive="hash", purpose="digest", library="hashlib",
            quantum_vulnerable=False),
        use(f"{java}Config.java", 88, f"Cipher.getInstance(settings.get(\"cipher\")){evil}",
            name="example.pay.Config.cipher", algorithm=None, family=None, purpose="encryption",
            quantum_vulnerable=None),
    ]  # fmt: skip
    subject = Subject("product", "console/app/settings.py", "settings", "shipped")
    misuse: dict[str, Scalar] = {"misuse": "hard-coded-key", "cwe": 321, "library": "pyca", "seen": "call",
                                 "state": "used", "reach": "certain"}  # fmt: skip
    found.append(Fact("crypto.misuse", subject, misuse, "cipher.source@1",
                      (Evidence("console/app/settings.py", 5, "KEY = b'****'"),)))  # fmt: skip
    tls: dict[str, Scalar] = {"protocol": "TLS", "version": "1.0", "library": "ssl", "seen": "call", "state": "used",
                              "reach": "certain"}  # fmt: skip
    found.append(Fact("crypto.protocol", subject, tls, "cipher.source@1",
                      (Evidence("console/app/settings.py", 19, "ssl.PROTOCOL_TLSv1"),)))  # fmt: skip
    said: dict[str, Scalar] = {
        "claim": f"source-complete{evil}", "content": f"yes{evil}", "who": f"Example Payments Ltd{evil}",
        "role": "vendor", "date": "2026-11-01", "expires": "2027-11-01", "trust": "operator",
    }  # fmt: skip
    found.append(Fact("statement", Subject("product", "", "", "unknown"), said, "intake.statements@1", ()))
    gap: dict[str, Scalar] = {"reason": "binary", "class": "binary", "format": "elf", "files": 1, "bytes": 48_000}
    found.append(Fact("review.gap", Subject("product", "", "", "shipped"), gap, "intake.gaps@1",
                      (Evidence("agent/libseal.so"),)))  # fmt: skip
    return found


def attempts(*, hostile: bool) -> list[Attempt]:
    evil = EVIL if hostile else ""
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    cipher = "cipher.source@1"
    return [
        Attempt("intake@1", ("intake.content", "review.gap", "statement"), "completed", "", "text", "markdown",
                "product", "shipped", files=14, bytes=90_000),
        Attempt(cipher, kinds, "completed", "", "source", "java", "product", "shipped", files=210, bytes=2_400_000),
        Attempt(cipher, kinds, "completed", "", "source", "python", "product", "shipped", files=80, bytes=700_000),
        Attempt(cipher, kinds, "completed", "", "source", "c", "product", "shipped", files=31, bytes=410_000),
        Attempt(cipher, kinds, "partial", "blind-spot", "source", "java", "product", "shipped",
                f"gateway/src/main/java/example/pay/Reflect{evil}.java", f"Class.forName{evil}", 1, 9_000),
        Attempt(cipher, kinds, "skipped", "no-reader", "source", "go", "product", "shipped", f"relay/main{evil}.go",
                "", 1, 18_000),
        Attempt(cipher, kinds, "skipped", "binary", "binary", "elf", "product", "shipped", "agent/libseal.so", "", 1,
                48_000),
        Attempt(cipher, kinds, "withheld", "withheld", "source", "c", "product", "shipped", "agent/licence.c", "", 1,
                7_000, owner=f"Example Payments Ltd{evil}", law=f"trade secret{evil}"),
        Attempt("intake@1", kinds, "failed", "traversal", "unknown", "", "product", "unknown",
                f"../../etc/passwd{evil}", "", 1, 120),
    ]  # fmt: skip


def books() -> list[Rulebook]:
    nist = Clause("NIST SP 800-131A Rev. 2", "table 8", "press", numbered_as_of=date(2019, 3, 1))
    rfc = Clause("RFC 8996", "section 4", "text", "https://www.rfc-editor.org/rfc/rfc8996")
    owasp = Clause("CWE-321", "description", "memory")
    own = Clause("assay", "limits", "own")
    keys = Text(
        "Read keys from a key store or HSM, and replace the exposed one.",
        "请从密钥库或密码机读取密钥，并更换已暴露的密钥。",
    )
    rules = (
        rule("sample.no-md5-signature", Text("No signature rests on MD5", "签名不得使用 MD5"), nist,
             Pattern("crypto.use", {"family": is_in("MD5"), "purpose": is_in("signature")}, _SHIPPED), cwe=(328,),
             also=(Clause("RFC 6151", "section 2", "copy"),)),
        rule("sample.no-short-rsa", Text("RSA keys have at least 2048 bits", "RSA 密钥不少于 2048 位"), nist,
             Pattern("crypto.use", {"family": is_in("RSA"), "key_bits": (Comparison("at_most", (2047,)),)}, _SHIPPED),
             cwe=(326,), severity="medium"),
        rule("sample.no-hard-coded-key", Text("No key is written in the source", "源代码中不得写入密钥"), owasp,
             Pattern("crypto.misuse", {"misuse": is_in("hard-coded-key")}, _SHIPPED), severity="critical", cwe=(321,),
             remedy=keys),
        rule("sample.no-rc4", Text("RC4 is not used", "不得使用 RC4"), nist,
             Pattern("crypto.use", {"family": is_in("RC4")}, _SHIPPED)),
        rule("sample.examples", Text("Examples show current cryptography", "示例使用现行密码算法"), own,
             Pattern("crypto.use", {"family": is_in("MD5")}, frozenset({"example"})), severity="low"),
        rule("sample.sector", Text("Banks use commercial cryptography", "银行业使用商用密码"), nist,
             Pattern("crypto.use", {"family": is_in("AES")}, frozenset()), applies={"category": is_in("core-banking")}),
        rule("sample.later", Text("From 2030 on, SHA-1 is not used at all", "2030 年起全面停用 SHA-1"), nist,
             Pattern("crypto.use", {"family": is_in("SHA-1")}, _SHIPPED), in_force_from=date(2031, 1, 1)),
        rule("sample.stated", Text("The vendor states that the source is complete", "供应商声明源代码完整"), own,
             Pattern("statement", {}, frozenset()), forbid=(), require=(Pattern("statement", {}, frozenset()),),
             severity="note"),
        rule("sample.tls", Text("TLS 1.2 or later is used", "使用 TLS 1.2 或更高版本"), rfc,
             Pattern("crypto.protocol", {"protocol": is_in("TLS"), "version": is_in("1.0", "1.1")}, _SHIPPED)),
    )  # fmt: skip
    limits = (
        rule("limits.binaries", Text("Compiled code was not examined", "编译后的代码未被检查"), own,
             Pattern("review.gap", {"reason": is_in("binary")}, frozenset()), book="limits", severity="high",
             because=Text("What runs is the compiled code.", "实际运行的是编译后的代码。"),
             remedy=Text("Deliver the source it was built from.", "请提交其源代码。")),
        rule("limits.encrypted", Text("Encrypted content was not read", "加密内容未被读取"), own,
             Pattern("review.gap", {"reason": is_in("encrypted")}, frozenset()), book="limits"),
    )  # fmt: skip
    source = Text("Written by hand for tests", "为测试手工编写")
    return [
        Rulebook("limits", Text("Limits of a review", "审查的局限"), 1, source, "standard", "assay", "review", {},
                 limits, "sha256:" + "1" * 64),
        Rulebook("sample", Text("Sample rules on cryptography", "密码应用示例规则"), 1, source, "standard", "assay",
                 "product", {}, rules, "sha256:" + "2" * 64, date(2026, 1, 1)),
    ]  # fmt: skip


FILES = [
    ("source", "java", "shipped", 211, 2_409_000),
    ("source", "python", "shipped", 76, 690_000),
    ("source", "python", "test", 4, 10_000),
    ("source", "c", "shipped", 32, 417_000),
    ("source", "go", "shipped", 1, 18_000),
    ("binary", "elf", "shipped", 1, 48_000),
    ("text", "markdown", "shipped", 14, 90_000),
    ("media", "png", "shipped", 6, 310_000),
]


def finder(known: Sequence[Fact]) -> Mapping[str, Fact]:
    found: dict[str, Fact] = {}
    for fact in known:
        found.setdefault(fact_id(fact), fact)
    return found


def sample(*, hostile: bool = True, country: str | None = "CN") -> Document:
    evil = EVIL if hostile else ""
    known, tried, shelf = facts(hostile=hostile), attempts(hostile=hostile), books()
    product = Product(f"PayGate{evil}", f"2.4.1{evil}", Vendor(f"Example Payments Ltd{evil}", country), {})
    judgements = [
        judgement for book in shelf for judgement in judge_all(book.rules, product.attributes, known, tried, AS_OF)
    ]
    by_id = finder(known)
    return compose(
        product,
        artifact_digest="sha256:" + "ab" * 32,
        as_of=AS_OF,
        version="0.1.0",
        books=shelf,
        judgements=judgements,
        facts=iter(known),
        attempts=iter(tried),
        files=FILES,
        find_facts=lambda ids: {id_: by_id[id_] for id_ in ids},
    )
