"""Product manifests: `product.yaml` inside a delivery, and the operator's `--manifest`.

Both have one form (`core.product.Manifest`, published as `docs/schema/product.schema.json`); who wrote it decides
what counts. A file inside the delivery is the vendor's claim: name, version, vendor, components, declarations and the
vendor's own statements. Consent, what is withheld, sector, category and markets, where passwords are found
(`unlock`), and statements of other parties count only from the operator. What a delivered file claims beyond its
right is ignored, and recorded.

Errors name file, line, key and remedy. Source: design, section 5, "The product does not control its own review".
"""

import datetime
import difflib
import inspect
import json
import re
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import asdict, replace

from assay.core.answers import ANSWERABLE, CLAIM, SEEN, VALUE, faults
from assay.core.attempts import Attempt
from assay.core.errors import InputError
from assay.core.product import Consent, Declaration, Manifest, SignedDeclaration, Statement, Unlock
from assay.core.text import Text
from assay.dossier.durable import read_given
from assay.intake.entries import BY
from assay.rulebooks import strict_yaml

NAME = "product.yaml"
OPERATOR_ONLY = ("consent", "withheld", "sector", "category", "markets", "critical", "unlock", "declaration")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_EXPECTED = re.compile(r"Expected `([^`]*)`, got `([^`]*)`")
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")
_ANSWERS = Text(
    "write nothing-hidden.REASON (one of {reasons}), or determined.FACT with 16 characters of the fact's id and"
    " `key=value: ground` or `never: ground` as content",
    "写作 nothing-hidden.原因（{reasons} 之一），或 determined.事实标识（至少 16 个字符），内容为 `key=value: 依据`"
    " 或 `never: 依据`",
)
MOST_STATEMENTS = 100_000  # of all claims and documents
_UNSAID = (None, "", (), Declaration())
Steps = tuple[str | int, ...]


class Given(Struct, frozen=True):
    """The manifest that counts, and which of its parts are only claimed by the delivery."""

    manifest: Manifest
    claimed: frozenset[str] = frozenset()
    claimed_statements: int = 0  # the last so many of `manifest.statements`


def read(path: Path) -> Manifest:
    """The operator's manifest. Raises InputError."""
    advice = Text("check the path given with --manifest", "请检查 --manifest 给出的路径")
    content = read_given(path, strict_yaml.MAX_BYTES, advice)
    manifest = parse(content, str(path))
    return replace(manifest, unlock=tuple(_from_here(one, path.parent) for one in manifest.unlock))


def _from_here(entry: Unlock, folder: Path) -> Unlock:
    """With the password's file beside the manifest, wherever the program runs."""
    return replace(entry, password_file=str((folder / entry.password_file).resolve())) if entry.password_file else entry


def parse(content: bytes, name: str) -> Manifest:
    """Check and convert. Raises InputError naming line, key and remedy."""
    import msgspec  # noqa: PLC0415  imported on first use: most commands read no manifest

    parsed = strict_yaml.parse(content, name)
    value = {} if parsed.value is None else parsed.value
    for steps, known in _unknown_keys(value, Manifest, ()):
        close = difflib.get_close_matches(str(steps[-1]), known, 1)
        raise _error(
            name,
            parsed,
            steps,
            Text("unknown key", "未知的键"),
            Text(f"did you mean {close[0]}?", f"是否为 {close[0]}？")
            if close
            else Text(f"known here: {', '.join(known)}", f"此处可用：{', '.join(known)}"),
        )
    try:
        manifest = msgspec.convert(value, Manifest)
    except msgspec.ValidationError as fault:
        steps, what, advice = _explained(str(fault))
        raise _error(name, parsed, steps, what, advice) from fault
    for steps, what, advice in _faults(manifest):
        raise _error(name, parsed, steps, what, advice)
    return replace(manifest, statements=tuple(one for statement in manifest.statements for one in each(statement)))


def _error(name: str, parsed: strict_yaml.Parsed, steps: Steps, what: Text, advice: Text) -> InputError:
    line = _line(parsed, steps)
    key = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".") or "(top)"
    return InputError(Text(f"{name}:{line}: {key}: {what.en}", f"{name}:{line}: {key}：{what.zh}"), advice)


def _line(parsed: strict_yaml.Parsed, steps: Steps) -> int:
    """The line of the value, or of what it is missing from."""
    while steps:
        try:
            return parsed.line(steps)
        except KeyError:
            steps = steps[:-1]
    return 1


def _unknown_keys(value: object, of: Any, at: Steps) -> Iterator[tuple[Steps, list[str]]]:
    """Keys that no field of the type has; conversion alone would drop them silently."""
    if isinstance(of, types.UnionType):
        of = next(part for part in get_args(of) if part is not types.NoneType)
    if isinstance(of, type) and issubclass(of, Struct) and isinstance(value, dict):
        hints = get_type_hints(of)
        for key, item in value.items():
            if key in hints:
                yield from _unknown_keys(item, hints[key], (*at, key))
            else:
                yield (*at, key), list(hints)
    elif get_origin(of) is tuple and isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_keys(item, get_args(of)[0], (*at, index))


def _explained(message: str) -> tuple[Steps, Text, Text]:
    what, _, place = message.partition(" - at `$")
    steps: Steps = tuple(key or int(index) for key, index in _STEP.findall(place))
    expected = _EXPECTED.match(what)
    if expected and "str" in expected[1] and expected[2] in ("int", "float", "bool"):
        zh = f"应为文本，实为 {expected[2]}"
        return steps, Text(f"expected text, got {expected[2]}", zh), Text("put the value in quotes", "请给该值加引号")
    if expected:
        zh = f"应为 {expected[1]}，实为 {expected[2]}"
        text = Text(f"expected {expected[1]}, got {expected[2]}", zh)
        return steps, text, Text("see docs/schema/product.schema.json", "参见 docs/schema/product.schema.json")
    missing = re.match(r"Object missing required field `(\w+)`", what)
    if missing:
        text = Text(f"the key {missing[1]} is missing", f"缺少键 {missing[1]}")
        return steps, text, Text(f"add {missing[1]}", f"请补充 {missing[1]}")
    advice = Text("see docs/schema/product.schema.json", "参见 docs/schema/product.schema.json")
    if what.startswith("Invalid RFC3339"):
        return steps, Text("not a date", "不是日期"), Text("write it as 2026-01-31", "请写成 2026-01-31 的形式")
    return steps, Text(what, f"不符合格式：{what}"), advice


def _faults(manifest: Manifest) -> Iterator[tuple[Steps, Text, Text]]:
    """What types cannot say."""
    if manifest.name is not None and not manifest.name.strip():
        yield ("name",), Text("is empty", "为空"), Text("give the product's name", "请填写产品名称")
    country = manifest.vendor.country if manifest.vendor else None
    if country is not None and not re.fullmatch(r"[A-Z]{2}", country):
        text = Text(f"{country!r} is not a country code", f"{country!r} 不是国家代码")
        yield (
            ("vendor", "country"),
            text,
            Text("use ISO 3166-1 alpha-2, e.g. DE", "请使用 ISO 3166-1 二字母代码，如 CN"),
        )
    roles = [component.role for component in manifest.components]
    for index, role in enumerate(roles):
        if not role.strip() or role in roles[:index]:
            text = Text("is empty or given twice", "为空或重复")
            yield (
                ("components", index, "role"),
                text,
                Text("give each component a role of its own", "每个组件须有唯一角色"),
            )
    if manifest.consent is not None and not _DIGEST.fullmatch(manifest.consent.digest):
        text = Text("is not a SHA-256 digest", "不是 SHA-256 摘要")
        yield ("consent", "digest"), text, Text("64 hexadecimal digits, lower case", "应为 64 位小写十六进制数")
    if manifest.declaration is not None:
        yield from _signature_faults(manifest.declaration)
    for index, entry in enumerate(manifest.unlock):
        if bool(entry.password_env) is bool(entry.password_file):
            text = Text("names no place of the password, or two", "未写明口令的来源，或写了两处")
            advice = Text(
                "give password_env or password_file, one of them", "请给出 password_env 或 password_file 之一"
            )
            yield ("unlock", index), text, advice
    if sum(len(_all(one.claims)) * len(_all(one.documents)) for one in manifest.statements) > MOST_STATEMENTS:
        text = Text(f"more than {MOST_STATEMENTS} statements", f"声明超过 {MOST_STATEMENTS} 项")
        yield ("statements",), text, Text("list fewer claims or documents", "请减少所列的主张或文件")
    for index, statement in enumerate(manifest.statements):
        yield from _statement_faults(statement, ("statements", index))


def _statement_faults(statement: Statement, at: Steps) -> Iterator[tuple[Steps, Text, Text]]:
    for one, several in (("claim", "claims"), ("document", "documents")):
        given, listed = getattr(statement, one), getattr(statement, several)
        if (given and listed) or (one == "claim" and not given and not listed):
            text = Text(f"names no {one}, or in two places", f"未写明 {one}，或写了两处")
            advice = Text(f"give {one} or {several}", f"请给出 {one} 或 {several}")
            yield (*at, several if listed else one), text, advice
        if len(set(listed)) < len(listed):
            yield (*at, several), Text("names one twice", "有重复项"), Text("name each once", "每项只写一次")
    for single in each(statement):
        if single.claim.startswith((CLAIM, VALUE, SEEN)):
            yield from _answer_faults(single, at)
        if single.document and not _DIGEST.fullmatch(single.document):
            said = repr(single.document[:80])
            text = Text(f"{said} is not a SHA-256 digest", f"{said} 不是 SHA-256 摘要")
            advice = Text("64 hexadecimal digits, lower case", "应为 64 位小写十六进制数")
            yield (*at, "documents" if statement.documents else "document"), text, advice


def each(statement: Statement) -> Iterator[Statement]:
    """One for each claim about each document."""
    for claim in statement.claims or (statement.claim,):
        for document in statement.documents or (statement.document,):
            yield replace(statement, claim=claim, document=document, claims=(), documents=())


def _all(listed: tuple[str, ...]) -> tuple[str, ...]:
    return listed or ("",)


def _signature_faults(signature: SignedDeclaration) -> Iterator[tuple[Steps, Text, Text]]:
    if bool(signature.file) is bool(signature.digest):
        text = Text("names no signed declaration, or two", "未写明签名声明，或写了两处")
        yield ("declaration",), text, Text("give file and keys, or digest", "请给出 file 与 keys，或给出 digest")
    elif signature.digest and not _DIGEST.fullmatch(signature.digest):
        text = Text("is not a SHA-256 digest", "不是 SHA-256 摘要")
        yield ("declaration", "digest"), text, Text("64 hexadecimal digits, lower case", "应为 64 位小写十六进制数")


def _answer_faults(statement: Statement, at: Steps) -> Iterator[tuple[Steps, Text, Text]]:
    """An answer that names no file, no reason or no ground would count for nothing, and nobody would be told."""
    wrong = faults(statement.claim, statement.content)
    if wrong:
        text = Text(
            "answers for nothing: no such reason, fact or value is named", "不构成答复：未写明可答复的原因、事实或取值"
        )
        yield (*at, wrong), text, _ANSWERS.fill(reasons=", ".join(sorted(ANSWERABLE)))
    for key in ("document", "content", "who"):
        if not getattr(statement, key).strip():
            text = Text("an answer needs it", "答复须填写此项")
            advice = Text(
                "document: SHA-256 of the file, for a value of the delivery; content: what was seen; who: who read it",
                "document：文件的 SHA-256，答复取值时为交付物的摘要；content：所见内容；who：阅读者",
            )
            yield (*at, key), text, advice


def combine(operator: Manifest | None, embedded: Manifest | None) -> tuple[Given, list[Attempt]]:
    """The operator's word first; the delivery's own word where the operator is silent and it may speak at all."""
    if embedded is None:
        return Given(operator or Manifest()), []
    own, others = _by_speaker(embedded)
    ignored = [key for key in OPERATOR_ONLY if getattr(embedded, key)]
    ignored += ["statements of other parties"] if others else []
    base = operator or Manifest()
    filled: dict[str, object] = {}
    for key in ("name", "version", "vendor", "components", "declares", "build"):
        if getattr(base, key) in _UNSAID and getattr(embedded, key) not in _UNSAID:
            filled[key] = getattr(embedded, key)
    manifest = replace(base, **filled, statements=(*base.statements, *own))
    notes = [_ignored(", ".join(ignored))] if ignored else []
    return Given(manifest, frozenset(filled), len(own)), notes


def _by_speaker(manifest: Manifest) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    own = tuple(item for item in manifest.statements if item.role == "vendor")
    return own, tuple(item for item in manifest.statements if item.role != "vendor")


def _ignored(what: str) -> Attempt:
    """Recorded, but it opens no rule: what was ignored is a claim, not evidence."""
    detail = f"ignored, since only the operator may say it: {what}"
    return Attempt(
        BY, (), "skipped", "left-out", "configuration", "YAML", "product", "unknown", NAME, detail, ran="inline"
    )


def consent_covers(consent: Consent | None, *, digest: str, test: str, address: str, on: datetime.date) -> None:
    """Raise InputError unless the consent allows this test of this delivery at this address on this day.

    Steps: 1 there is a consent, 2 it is for this delivery, 3 it has not run out, 4 it names the test, 5 the address.
    """
    if consent is None:  # 1
        raise _refused(Text("no consent was given", "未获授权同意"))
    if consent.digest.removeprefix("sha256:") != digest.removeprefix("sha256:"):  # 2
        raise _refused(Text("the consent is for another delivery", "授权同意针对的是另一份交付物"))
    if on > consent.until:  # 3
        raise _refused(Text(f"the consent ended on {consent.until}", f"授权同意已于 {consent.until} 到期"))
    if test not in consent.tests:  # 4
        raise _refused(Text(f"the consent does not name the test {test}", f"授权同意未包含测试 {test}"))
    if address and address not in consent.addresses:  # 5
        raise _refused(Text(f"the consent does not name the address {address}", f"授权同意未包含地址 {address}"))


def _refused(what: Text) -> InputError:
    return InputError(
        what, Text("have the owner give consent in the operator's manifest", "请由所有者在操作者清单中给出同意")
    )


def schema() -> dict[str, Any]:
    """JSON Schema of a manifest, made from the types; `docs/schema/product.schema.json` is this, written out."""
    import msgspec  # noqa: PLC0415

    made: dict[str, Any] = msgspec.json.schema(Manifest)
    for definition in made.get("$defs", {}).values():
        if definition.get("type") == "object":
            definition["additionalProperties"] = False
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "assay product manifest", **made}


def schema_bytes() -> bytes:
    """The published form: `python -c "from assay.intake.manifest import schema_bytes as s; print(s().decode())"`."""
    return (json.dumps(_even(schema()), indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def _even(item: Any) -> Any:
    """Descriptions without the indent of their docstring, which Python keeps up to 3.12 and drops from 3.13 on."""
    if isinstance(item, dict):
        return {
            key: inspect.cleandoc(value) if key == "description" and isinstance(value, str) else _even(value)
            for key, value in item.items()
        }
    return [_even(one) for one in item] if isinstance(item, list) else item


def declared(declaration: Declaration) -> Mapping[str, tuple[str, ...]]:
    """What is declared, as text; a key that was not declared is absent, an empty tuple is "declared: none"."""
    found: dict[str, tuple[str, ...]] = {}
    for name, value in asdict(declaration).items():
        if value is None or declaration.draft or name == "draft":  # a draft is nobody's word
            continue
        texts = (f"{one.name} {one.protocol} {one.port or ''} {one.audience}" for one in value)
        found[name] = tuple(" ".join(text.split()) for text in (texts if name == "interfaces" else value))
    return found
