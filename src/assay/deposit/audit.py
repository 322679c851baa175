"""The audit of a deposit that has ended: two files, the keys that the auditor had from their owners, and no network.

    found = audit(log, certificate, vendor=[...], host=[...])        or NotVerifiedError naming the first thing wrong

The certificate carries every document that the log names; the log says in which order things were done. What is
checked, in this order, each step marked in the code:

    1. the vendor signed the header, and with it the terms and the custody; it signed every version
    2. host and vendor signed the certificate; it is about these versions
    3. the log is whole, the host's, and ends where the certificate says; a witness of the terms cosigned its end
    4. replay: each act is what the terms allowed at that moment, after what had to come first (`replay`)

With the manifests, which the vendor has, each grant is also held to the file that it names; without, a host could have
opened another file under that name.

What it cannot show: what was read outside of the room, and that a share or a page of which the parties say that it was
destroyed is gone.
"""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from assay.core.text import Text
from assay.deposit.certificate import PREDICATE, Record
from assay.deposit.documents import sha256
from assay.deposit.manifest import Header, Manifest, Version, read_header, read_manifest, read_version
from assay.deposit.orders import Target
from assay.deposit.replay import Replay
from assay.deposit.shares import Custody, digest, read_custody
from assay.deposit.terms import Terms, parse_terms
from assay.dossier.durable import read_given
from assay.ledger.checkpoints import open_checkpoint
from assay.ledger.envelope import Payload, open_envelope
from assay.ledger.log import Log
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey
from assay.ledger.sqlite import SqliteStore
from assay.ledger.statements import read_statement

WHAT = "the certificate"
LARGEST = 16 << 20


class Audited(Struct, frozen=True):
    """What verified. `by` are the labels of the keys that signed the certificate."""

    record: Record
    terms: Terms
    by: tuple[str, ...]
    replay: Replay

    def lines(self) -> list[Text]:
        """For people: one line each."""
        counts, record = self.replay.counts, self.record
        shown, of = self.replay.allowance.shown.shown, max(self.replay.of, 1)
        erased = Text("too few shares are left to open it", "剩余份额不足以开启")
        left = Text("the shares that are left can still open it", "剩余份额仍可开启")
        return [
            Text(
                f"deposit {record.deposit}, versions {len(record.versions)}, opened at the {self.terms.form.host}"
                f" ({self.terms.host.name})",
                f"托管 {record.deposit}，版本 {len(record.versions)} 个，开启于 {self.terms.host.name}"
                f"（{self.terms.form.host}）",
            ),
            Text(
                f"{record.entries} entries, all signed and witnessed; certificate signed by {', '.join(self.by)}",
                f"{record.entries} 条记录均已签名并见证；证书签名者：{', '.join(self.by)}",
            ),
            Text(
                f"orders {counts['order']}, openings {counts['opening']}, drills {counts['drill']}, "
                f"files granted {counts['grant']}, tool runs {counts['review']}",
                f"命令 {counts['order']}，开启 {counts['opening']}，演练 {counts['drill']}，"
                f"授权文件 {counts['grant']}，工具检查 {counts['review']}",
            ),
            Text(
                f"views {counts['view']}, searches {counts['search']}, excerpts {counts['excerpt']}, "
                f"reviews that quote {counts['facts']}, draws {counts['draw']}, alarms {counts['alarm']}; "
                f"shown {shown} of {self.replay.of} bytes ({100 * shown // of} %)",
                f"查看 {counts['view']}，检索 {counts['search']}，摘录 {counts['excerpt']}，"
                f"带引文的审查 {counts['facts']}，抽签 {counts['draw']}，警报 {counts['alarm']}；"
                f"已给出 {shown}/{self.replay.of} 字节（{100 * shown // of}%）",
            ),
            Text(
                f"shares destroyed {record.shares_destroyed}: {erased.en if record.erased else left.en}; "
                f"objects removed {record.objects_removed}, kept by the store {record.objects_kept}",
                f"已销毁份额 {record.shares_destroyed}：{erased.zh if record.erased else left.zh}；"
                f"已移除对象 {record.objects_removed}，存储保留 {record.objects_kept}",
            ),
        ]


def audit(
    log: Path,
    certificate: Path,
    *,
    vendor: Sequence[NamedKey],
    host: Sequence[NamedKey],
    countersigned: bool = True,
    manifests: Sequence[bytes] = (),
) -> Audited:
    """`countersigned` is False for the vendor, who looks before it signs; it has the `manifests` of its versions too.

    Raises NotVerifiedError naming the first thing that is wrong, InputError when a file cannot be read.
    """
    envelope = read_given(certificate, LARGEST, Text("give the certificate's file", "请给出证书文件"))
    payload = open_envelope(envelope, [*vendor, *host], WHAT)
    record = _record(payload)
    # 1. What the vendor signed.
    terms, custody, versions = signed_by_vendor(record, vendor)
    # 2. Who signed the certificate, and what it is about.
    for keys, en, zh in ((vendor, "the vendor", "供应方"), (host, "the host", "主机方")):
        if not set(keys) & set(payload.by) and (countersigned or keys is host):
            raise unverified(WHAT, f"{en} has not signed it", f"{zh}未签名")
    if not set(host) & set(terms.keys(terms.host_role)):
        raise unverified(WHAT, "the terms name another host than yours", "条款所列主机方与您给出的不同")
    if record.log != f"{terms.host.name}/{record.deposit}":
        raise unverified(WHAT, f"it is about another log, {record.log}", f"它针对另一日志 {record.log}")
    statement = read_statement(payload.type, payload.content, WHAT)
    if sorted(statement.subjects) != sorted(version.sha256 for version in versions):
        raise unverified(WHAT, "it is about other versions", "它针对其他版本")
    # 3. The log.
    named = dict(_named(content, versions) for content in manifests)
    replay = Replay(terms, custody, _targets(record, terms, versions), _bodies(record), named)
    store = SqliteStore(log, writable=False)
    try:
        opened = Log(store, trusted=host)
        signed = opened.checkpoint().checkpoint
        if (opened.origin, signed.size, signed.root) != (record.log, record.entries, _decoded(record.root)):
            raise unverified(str(log), "it does not end as the certificate says", "其终点与证书所述不符")
        notes = list(store.checkpoints())
        what = f"a checkpoint of {opened.origin}"
        seen = [size for size, note in notes if open_checkpoint(note, host, what, terms.witnesses).cosigned]
        if record.entries not in seen:
            raise unverified(str(log), "no witness of the terms has cosigned its end", "其终点未经条款见证方会签")
        # 4. Replay.
        replay.run(opened.entries(), opened.origin, seen)
    finally:
        store.close()
    if (record.shares_destroyed, record.erased) != (replay.destroyed, replay.erased):
        raise unverified(WHAT, "it counts other destroyed shares than were stated", "其销毁份额数与声明不符")
    return Audited(record, terms, tuple(key.label for key in payload.by), replay)


def signed_by_vendor(record: Record, vendor: Sequence[NamedKey]) -> tuple[Terms, Custody, list[Version]]:
    """Terms, custody and versions, held to the header that the vendor's key signed. Raises NotVerifiedError."""
    header: Header = read_header(_decoded(record.header), record.deposit, vendor)
    content, held = _decoded(record.terms), _decoded(record.custody)
    if (sha256(content), sha256(held)) != (header.terms, header.custody):
        raise unverified(
            WHAT, "its terms or custody are not those that the vendor signed", "条款或保管名册非供应方所签"
        )
    terms = parse_terms(content, "the terms")
    if not set(header.signed_by) & set(terms.keys("vendor")):
        raise unverified(WHAT, "the terms name another vendor than yours", "条款所列供应方与您给出的不同")
    versions = [
        read_version(_decoded(item), record.deposit, number, header.signing)
        for number, item in enumerate(record.versions, 1)
    ]
    return terms, read_custody(held, record.deposit, terms), versions


def _record(payload: Payload) -> Record:
    statement = read_statement(payload.type, payload.content, WHAT)
    if statement.predicate_type != PREDICATE:
        raise unverified(WHAT, f"it is a {statement.predicate_type}", f"其类型为 {statement.predicate_type}")
    try:
        return msgspec.convert(statement.predicate, Record)
    except msgspec.ValidationError as error:
        raise unverified(WHAT, str(error), str(error)) from error


def _targets(record: Record, terms: Terms, versions: Sequence[Version]) -> dict[int, Target]:
    held = digest(_decoded(record.custody))
    return {item.number: Target(record.deposit, item.number, item.digest, terms, held) for item in versions}


def _named(content: bytes, versions: Sequence[Version]) -> tuple[int, Manifest]:
    """The number of the version whose manifest this is, and what it lists."""
    version = next((item for item in versions if item.sha256 == sha256(content)), None)
    if version is None:
        raise unverified("the manifest", "it is of no version of this deposit", "不属于该保管件的任何版本")
    return version.number, read_manifest(content, version)


def _bodies(record: Record) -> dict[str, bytes]:
    return {name: _decoded(body) for name, body in record.bodies.items()}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unverified(WHAT, "a part of it is not base64", "其中有部分不是 base64") from error
