"""The commented manifest that `assay intake init` writes, prefilled with what the product's packages say."""

import json
from collections.abc import Mapping

from assay.core.text import Lang, Text
from assay.intake.delivery import Delivery
from assay.intake.logical import logical_paths
from assay.intake.metadata import naming

_LINES: tuple[tuple[str, Text], ...] = (
    (
        "",
        Text(
            "The product under review. Everything is optional; delete what you do not want to state.",
            "被审查的产品。所有字段均可省略；不愿声明的请删除。",
        ),
    ),
    (
        "",
        Text(
            "Inside a delivery this file is the vendor's claim; given with --manifest it is the operator's word.",
            "放在交付物内时，本文件是供应商的声明；由 --manifest 给出时，则为操作者的说明。",
        ),
    ),
    ("name: {name}", Text("the product's name", "产品名称")),
    ("version: {version}", Text("in quotes: 1.10 is not 1.1", "请加引号：1.10 不同于 1.1")),
    ("#vendor:", Text("who sells it; never guessed", "销售方；从不推测")),
    ("#  name: Example Ltd.", Text("", "")),
    (
        "#  country: CN",
        Text(
            "ISO 3166-1 alpha-2; judgements do not depend on it unless a clause names it",
            "ISO 3166-1 二字母代码；除条款明确规定外，不影响结论",
        ),
    ),
    (
        "#sector: banking",
        Text("decides which rulebooks apply; counts only from the operator", "决定适用的规则集；仅操作者的填写有效"),
    ),
    ("#category: payment-gateway", Text("counts only from the operator", "仅操作者的填写有效")),
    ("#markets: [CN, EU]", Text("where its buyers are; decides which laws apply", "购买者所在地，决定适用的法规")),
    (
        "#critical: true",
        Text("they operate critical information infrastructure", "购买者属于关键信息基础设施运营者"),
    ),
    (
        "#components:",
        Text("parts with a role of their own, and the folder each lives in", "具有独立角色的组成部分及其所在目录"),
    ),
    ("#  - role: server", Text("", "")),
    ("#    path: server", Text("", "")),
    (
        "#declares:",
        Text("what the product does; an empty list [] declares: none", "产品的行为；空列表 [] 表示“声明：无”"),
    ),
    ("#  interfaces:", Text("what listens, where, for whom", "对外监听的接口、端口及对象")),
    ("#    - {{name: api, protocol: https, port: 8443, audience: customers}}", Text("", "")),
    ("#  destinations: [api.bank.example]", Text("hosts that it connects to", "主动连接的主机")),
    ("#  files: [/var/lib/product]", Text("places that it writes to", "写入的位置")),
    ("#  accounts: [admin]", Text("accounts that it creates or ships with", "创建或自带的账户")),
    ("#  privileges: [CAP_NET_BIND_SERVICE]", Text("privileges that it needs", "所需特权")),
    ("#  ciphers: [SM4-GCM, AES-256-GCM]", Text("algorithms that it uses", "使用的算法")),
    ("#  telemetry: []", Text("what it reports home", "回传的数据")),
    (
        "#statements:",
        Text("what a party states; reported as stated, never as seen", "某一方的声明；按声明呈现，不视为已核实"),
    ),
    ('#  - {{claim: sbom-complete, content: "yes", who: Example Ltd., role: vendor, date: 2026-01-31}}', Text("", "")),
    (
        "#consent:",
        Text("the owner's permission to test; counts only from the operator", "所有者的测试授权；仅操作者的填写有效"),
    ),
    ("#  by: Example Bank", Text("", "")),
    ("#  digest: sha256:" + "0" * 64, Text("SHA-256 of the delivery that may be tested", "可测试的交付物的 SHA-256")),
    ("#  tests: [probe]", Text("", "")),
    ("#  addresses: [192.0.2.10]", Text("", "")),
    ("#  until: 2026-12-31", Text("", "")),
    (
        "#withheld:",
        Text(
            "what an owner does not hand over, and by which law; counts only from the operator",
            "所有者未提交的内容及所引法律；仅操作者的填写有效",
        ),
    ),
    ('#  - {{what: crypto.use, by: Example Ltd., reason: export control, law: ""}}', Text("", "")),
)


def init_text(tree: Delivery | None, lang: Lang) -> str:
    """A manifest in YAML with comments in one language, valid as it stands."""
    values: Mapping[str, str] = {"name": json.dumps("product"), "version": json.dumps("")}
    if tree is not None:
        members = list(tree.members())
        logical = logical_paths((member.path for member in members), tree.containers)
        named = naming(members, logical, tree.name, folder=tree.is_folder)
        values = {"name": _quoted(named.name), "version": _quoted(named.version or "")}
    lines = []
    for line, comment in _LINES:
        text, said = line.format_map(values), comment.to(lang)
        lines.append(f"{text}  # {said}" if text and said else text or f"# {said}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON's escapes are YAML's, and nothing a product is called can leave the quotes."""
    return json.dumps(text, ensure_ascii=True)
