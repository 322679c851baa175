"""The vendor's signature of what its product does: a DSSE envelope over a `product.yaml` that declares something.

Signed are the bytes of the file, so that the vendor reads what it signs. The operator names the keys that it knows as
the vendor's; the envelope's own hint is never believed. What is signed must name its product, be no draft, and declare
at least one part. What this cannot see: whether the declaration is true, and whether its key was stolen.
"""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.product import Declaration, Manifest, SignedDeclaration
from assay.core.text import Text
from assay.dossier.durable import read_given
from assay.intake import manifest as manifests
from assay.ledger.envelope import open_envelope, seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.signing import NamedKey, read_key

TYPE = "application/vnd.assay.declaration+yaml"
LARGEST = 1 << 20


def check(content: bytes, name: str) -> Manifest:
    """What a file declares. Raises InputError for what a vendor cannot sign; `name` is the file's, for messages."""
    said = manifests.parse(content, name)
    if fault := _fault(said):
        what, advice = fault
        raise InputError(Text(f"{name}: {what.en}", f"{name}：{what.zh}"), advice)
    return said


def signed(content: bytes, party: Party) -> bytes:
    """The envelope over a file that was checked."""
    return seal(TYPE, content, party.name, party.signers)


def opened(envelope: bytes, keys: Sequence[NamedKey], name: str) -> Manifest:
    """What was signed by one of `keys`. Raises NotVerifiedError, and InputError for what is no declaration."""
    payload = open_envelope(envelope, keys, name)
    if payload.type != TYPE:
        raise unverified(name, f"it is signed as {payload.type[:80]}", f"其签名类型为 {payload.type[:80]}")
    return check(payload.content, name)


def vouched(operator: Manifest, folder: Path) -> Manifest:
    """The operator's manifest with what the vendor signed in place of its own declaration.

    `folder` is where the manifest lies. Raises as `opened`, and InputError when the envelope cannot be read, when no
    key was named, when the operator declares something too, or when it is for another product or version.
    """
    wanted = operator.declaration or SignedDeclaration()
    path = folder / wanted.file
    if not wanted.keys:
        raise InputError(
            Text(f"{path}: no key of the vendor was named", f"{path}：未写明供应方的公钥"),
            Text("give the vendor's key: --key, or keys: in declaration:", "请以 --key 或 declaration: 的 keys: 给出"),
        )
    if operator.declares != Declaration():
        raise InputError(
            Text(
                "two declarations were given: the operator's own and a signed one", "给出了两份声明：操作者的与签名的"
            ),
            Text("remove declares: from the manifest, or the signed one", "请从清单删去 declares:，或删去签名声明"),
        )
    advice = Text("give the file that `assay probe sign` wrote", "请给出 assay probe sign 写出的文件")
    envelope = read_given(path, LARGEST, advice)
    said = opened(envelope, [read_key(key) for key in wanted.keys], str(path))
    for key in ("name", "version"):
        ours, theirs = getattr(operator, key), getattr(said, key)
        if ours and theirs and ours != theirs:
            raise InputError(
                Text(
                    f"{path}: it is for {key} {theirs!r}, not {ours!r}",
                    f"{path}：其 {key} 为 {theirs!r}，而非 {ours!r}",
                ),
                Text("ask the vendor for the declaration of this product", "请向供应方索取本产品的声明"),
            )
    known = {key: getattr(operator, key) or getattr(said, key) for key in ("name", "version", "vendor")}
    from_here = replace(wanted, file=str(path.resolve()))
    return replace(operator, **known, declares=said.declares, declaration=from_here)


def _fault(said: Manifest) -> tuple[Text, Text] | None:
    """Why this is no declaration, and what to do."""
    if said.declares.draft:
        advice = Text('go through it, then remove the line "draft: true"', "请逐行核对后删去 “draft: true” 一行")
        return Text("it is a draft", "仍为草稿"), advice
    if not said.name:
        advice = Text("add name:, and version: when it is for one", "请补充 name:；仅适用于某一版本时补充 version:")
        return Text("it does not say of which product", "未写明所属产品"), advice
    if said.declares == Declaration():
        advice = Text("add declares:; an empty list [] declares: none", "请补充 declares:；空列表 [] 表示“声明：无”")
        return Text("it declares nothing", "没有声明任何内容"), advice
    return None
