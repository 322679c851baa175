"""The end of a deposit at its host: keys and grants destroyed, shares given up, source returned, and a certificate.

    statement = gave_up(...)                 a party says which of its custodians destroyed their shares, and signs
    close(host, statements, remove)          what lies in the room is deleted, objects of the store are removed, entered
    a witness cosigns the log                so that nothing can be added or taken away afterwards
    certificate(host, party)                 all that the log names, in one signed file; vendor and agent countersign

The certificate is an in-toto statement about the manifests that the vendor signed. With the log beside it, it is all
that an auditor needs (`audit`). `erased` is true when so many shares were given up that those left cannot open the
deposit.

What a certificate cannot show: that nobody kept a copy of a share, a key or a page. It shows who says so, and signed
it.
"""

import base64
from collections.abc import Iterable, Sequence

import msgspec

from assay.core.errors import InputError
from assay.core.facts import canonical
from assay.core.text import Text
from assay.deposit.disclosures import FOLDERS
from assay.deposit.documents import Document, open_signed, sha256, written
from assay.deposit.opening import GRANTS, ORDERS, RELEASES, REVOCATIONS, Host
from assay.deposit.packs import header_path
from assay.deposit.shares import Custody
from assay.deposit.storage import Storage
from assay.deposit.terms import Terms
from assay.ledger.envelope import LARGEST, countersigned, open_envelope, seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.statements import PAYLOAD_TYPE, STATEMENT

GAVE_UP = "application/vnd.assay.deposit-shares-destroyed+json"
PREDICATE = "https://assay.invalid/deposit-certificate/v1"
STATEMENTS = "statements"
_BODIES = (
    ("grant", "grant", GRANTS),
    *((act, act, folder) for act, folder in FOLDERS.items()),
    ("revoke", "revocation", REVOCATIONS),
)
"""Act, the name of its digest, and the folder of the room that holds the body."""


class GaveUp(Document, frozen=True, kw_only=True):
    """`holders` (labels of keys) of one group have destroyed their shares, their party says. `at` in POSIX seconds."""

    deposit: str
    group: str
    holders: tuple[str, ...]
    at: int


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The predicate. `bodies` are base64 by SHA-256; an order stands under the digest of what was signed."""

    deposit: str
    header: str
    terms: str
    custody: str
    versions: tuple[str, ...]
    log: str
    entries: int
    root: str
    shares_destroyed: int
    erased: bool
    objects_removed: int
    objects_kept: int
    bodies: dict[str, str]


def gave_up(custody: Custody, group: str, holders: Sequence[str], party: Party, now: int) -> bytes:
    """Signed by the party whose custodians they are."""
    body = written(GaveUp(deposit=custody.deposit, group=group, holders=tuple(holders), at=now))
    return seal(GAVE_UP, body, party.name, party.signers)


def open_gave_up(envelope: bytes, custody: Custody, terms: Terms) -> GaveUp:
    """Raises NotVerifiedError: not signed by the group's party, or not its custodians."""
    what = "the statement on destroyed shares"
    said, payload = open_signed(GaveUp, GAVE_UP, envelope, terms.all_keys, what)
    group = next((item for item in custody.groups if item.name == said.group), None)
    role = next((item.party for item in terms.groups if item.name == said.group), None)
    if said.deposit != custody.deposit or group is None or role is None:
        raise unverified(what, "it is of another deposit or group", "它属于另一托管或另一组")
    if not set(terms.keys(role)) & set(payload.by):
        raise unverified(what, f"the {role} has not signed it", f"{role} 未签署")
    known = {held.label for held in group.held}
    if not set(said.holders) <= known:
        raise unverified(what, "it names others than the group's custodians", "所列并非该组保管人")
    return said


def erased(custody: Custody, gone: Iterable[GaveUp]) -> bool:
    """Whether the shares that are left cannot open the deposit."""
    lost = {(said.group, holder) for said in gone for holder in said.holders}
    whole = sum(
        sum((group.name, held.label) not in lost for held in group.held) >= group.needs for group in custody.groups
    )
    return whole < custody.groups_needed


def close(host: Host, statements: Sequence[bytes], remove: Storage | None = None) -> None:
    """End the room: entered first, then keys, grants and releases are deleted, and the packs of `remove` as well.

    Object lock may keep packs; they are counted. Signed records (orders, views) stay: they are the evidence.
    """
    gone = [open_gave_up(envelope, host.custody, host.terms) for envelope in statements]
    for envelope in statements:
        host.keep(STATEMENTS, envelope)
    digests = {f"statement-{number}": f"sha256:{sha256(item)}" for number, item in enumerate(statements, 1)}
    counts = {"shares": sum(len(said.holders) for said in gone), "erased": int(erased(host.custody, gone))}
    host.acts.enter("destroy", digests, counts)
    for folder, pattern in (
        (ORDERS, "*.key"),
        (ORDERS, "*.pub"),
        (RELEASES, "*/*"),
        (GRANTS, "*.key"),
        (".", "room.*"),
    ):
        for path in (host.folder / folder).glob(pattern):
            path.unlink()
    removed, kept = _removed(remove, host.deposit.id) if remove is not None else (0, 0)
    returned = {f"version-{version.number}": f"sha256:{version.digest}" for version in host.deposit.versions}
    host.acts.enter("return", returned, {"removed": removed, "kept": kept})
    host.acts.enter("close", {"terms": f"sha256:{host.terms.digest}"}, {"entries": host.acts.size})


def certificate(host: Host, party: Party) -> bytes:
    """The certificate, signed by the host. Raises NotVerifiedError before the room is closed and a witness saw it."""
    closed = next((position for position, _ in host.acts.entered("close")), None)
    if closed is None or host.acts.seen(host.terms.witnesses) <= closed:
        raise unverified(
            "the certificate",
            "the room is not closed, or no witness has cosigned its end",
            "阅览室尚未关闭，或其终结尚未经见证方会签",
        )
    *_, (_, destroyed) = host.acts.entered("destroy")  # the last: a closing that was killed is done again
    *_, (_, returned) = host.acts.entered("return")
    size, root = host.acts.head()
    record = Record(
        deposit=host.deposit.id,
        header=_encoded(host.deposit.storage.read(header_path(host.deposit.id))),
        terms=_encoded(host.terms.canonical),
        custody=_encoded(host.deposit.custody),
        versions=tuple(_encoded(version.statement) for version in host.deposit.versions),
        log=host.acts.origin,
        entries=size,
        root=_encoded(root),
        shares_destroyed=destroyed.counts["shares"],
        erased=bool(destroyed.counts["erased"]),
        objects_removed=returned.counts["removed"],
        objects_kept=returned.counts["kept"],
        bodies=dict(_bodies(host)),
    )
    subject = [
        {"name": f"deposit:{host.deposit.id}@{version.number}", "digest": {"sha256": version.sha256}}
        for version in host.deposit.versions
    ]
    body = {
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": PREDICATE,
        "predicate": msgspec.json.decode(msgspec.json.encode(record)),
    }
    sealed = seal(PAYLOAD_TYPE, canonical(body), party.name, party.signers)
    if len(sealed) > LARGEST // 2:  # others add their signatures, and every reader must be able to open it
        message = Text("the room holds more records than one certificate", "阅览室记录过多，一份证书无法容纳")
        raise InputError(message, Text("keep the whole folder of the room as the record", "请保留阅览室整个目录"))
    return sealed


def countersign(envelope: bytes, terms: Terms, party: Party) -> bytes:
    """A certificate of the host with this party's signatures too. Whoever signs has audited it first (`audit.audit`).

    Raises NotVerifiedError when the host has not signed it.
    """
    open_envelope(envelope, terms.keys(terms.host_role), "the certificate")
    return countersigned(envelope, party.name, party.signers, "the certificate")


def _bodies(host: Host) -> Iterable[tuple[str, str]]:
    """Every body that an entry names, by its digest."""
    for _, entry in host.acts.entered("order"):
        digest = entry.digests["order"].removeprefix("sha256:")
        yield digest, _encoded(host.envelope(digest))
    named = [(folder, entry.digests[name]) for act, name, folder in _BODIES for _, entry in host.acts.entered(act)]
    named += [(STATEMENTS, item) for _, entry in host.acts.entered("destroy") for item in entry.digests.values()]
    for folder, digest in named:
        yield digest.removeprefix("sha256:"), _encoded(host.kept(folder, digest))


def _removed(storage: Storage, deposit: str) -> tuple[int, int]:
    removed = kept = 0
    for part in ("packs", "objects"):
        for name in list(storage.names(f"{deposit}/{part}")):
            try:
                storage.remove(name)
                removed += 1
            except PermissionError:
                kept += 1
    return removed, kept


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
