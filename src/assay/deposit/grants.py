"""Grants: one file, one examiner, until a moment. What a grant opens is that file, and nothing else of the deposit.

When an order for reading is opened, the host derives the key of each file that the order names, seals it to the key of
its room, enters the grant, and forgets the root. A grant counts only in the room whose log holds it: one that was
copied from elsewhere, altered, revoked, or has run out opens nothing (`in_force`). Any party of the terms may revoke an
order or a single grant (`revocation`); what was read before cannot be unread.
"""

import secrets
from collections.abc import Sequence

from assay.deposit.acts import Acts
from assay.deposit.deposits import FileKey
from assay.deposit.documents import Document, is_digest, open_signed, sha256, written
from assay.deposit.manifest import Row
from assay.deposit.orders import Order
from assay.deposit.terms import Terms
from assay.deposit.wrapping import SealingKey, SealingPair
from assay.ledger.envelope import seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party

REVOCATION = "application/vnd.assay.deposit-revocation+json"


class Grant(Document, frozen=True, kw_only=True):
    """`order` is the SHA-256 of the order, `of` the bytes that the terms allow in all."""

    deposit: str
    order: str
    version: int
    path: str
    size: int
    sha256: str
    examiner: str
    until: int
    of: int
    serial: str


class Revocation(Document, frozen=True, kw_only=True):
    """Ends an order (`order`), or one grant under it (`grant`), both by SHA-256."""

    deposit: str
    order: str
    grant: str = ""
    at: int


def grant(order: Order, digest: str, row: Row, of: int) -> Grant:
    """A grant of one file under an order with this digest."""
    return Grant(
        deposit=order.deposit,
        order=digest,
        version=order.version,
        path=row.path,
        size=row.size,
        sha256=row.sha256,
        examiner=order.examiner,
        until=order.until,
        of=of,
        serial=secrets.token_hex(16),
    )


def in_force(given: Grant, acts: Acts, examiner: str, now: int) -> None:
    """Raises NotVerifiedError naming why this grant opens nothing here and now."""
    what, digest = f"the grant for {given.path}", f"sha256:{sha256(written(given))}"
    # 1. It was entered here: a forged grant, or one of another room, was not.
    if given.deposit != acts.deposit_id or acts.find("grant", "grant", digest) is None:
        raise unverified(
            what, "this room never entered it: forged, or of another room", "本阅览室从未登记：伪造或属于别处"
        )
    # 2. Neither it nor its order was revoked, and the deposit is not closed.
    for _, entry in acts.entered("revoke"):
        if entry.digests.get("grant") == digest or (
            "grant" not in entry.digests and entry.digests.get("order") == f"sha256:{given.order}"
        ):
            raise unverified(what, f"it was revoked at {entry.at}", f"已于 {entry.at} 撤销")
    if next(acts.entered("close"), None) is not None:
        raise unverified(what, "the room was closed", "阅览室已关闭")
    # 3. It has not run out.
    if now >= given.until:
        raise unverified(what, f"it expired at {given.until} (now {now})", f"已于 {given.until} 到期（现在 {now}）")
    # 4. It is for who asks.
    if given.examiner != examiner:
        raise unverified(
            what, f"it is for {given.examiner}, not for {examiner}", f"它授予 {given.examiner}，而非 {examiner}"
        )


def sealed_key(given: Grant, file_key: FileKey, room: SealingKey) -> bytes:
    """The key of the file, for this grant in this room. It lies beside the grant; a revocation deletes it."""
    return room.seal(file_key.encode(), _context(given))


def file_key(given: Grant, sealed: bytes, room: SealingPair) -> FileKey:
    """What opens the file. Raises NotVerifiedError when it was not sealed for this room and grant."""
    return FileKey.decode(room.open(sealed, _context(given), f"the grant for {given.path}"))


def revocation(order: str, deposit: str, party: Party, now: int, grant_digest: str = "") -> bytes:
    """Signed by a party of the terms, for the host to obey and enter."""
    body = written(Revocation(deposit=deposit, order=order, grant=grant_digest, at=now))
    return seal(REVOCATION, body, party.name, party.signers)


def open_revocation(envelope: bytes, deposit: str, terms: Terms) -> tuple[Revocation, Sequence[str]]:
    """A revocation and who signed it. Raises NotVerifiedError."""
    read, payload = open_signed(Revocation, REVOCATION, envelope, terms.all_keys, "the revocation")
    if read.deposit != deposit:
        raise unverified("the revocation", f"it is of deposit {read.deposit}", f"它属于托管 {read.deposit}")
    if not is_digest(read.order) or (read.grant and not is_digest(read.grant)):
        raise unverified("the revocation", "it names no order by its digest", "未以摘要写明命令")
    return read, [key.label for key in payload.by]


def _context(given: Grant) -> bytes:
    return b"assay deposit grant v1\n" + written(given)
