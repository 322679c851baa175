"""Orders: why, for whom, which files, until when, and to which host a deposit is opened; signed, entered, witnessed.

An order names a condition of the terms, and all parties that the condition asks for sign it. The host enters it in its
log and a witness of the terms cosigns that; only then does a custodian give a share (`release`), sealed to the key that
the order names and bound to this order: it opens nothing else, for nobody else. So no opening that goes through this
code is unseen by the vendor, a compelled one included. Custodians who agree to do without it, with enough shares
between them, are not stopped by software: that is what the number of shares and the choice of custodians are for.

`use` is `reading` (named files, by a named examiner, in the reading room), `review` (tools that the terms name run over
the source in place) or `drill` (the shares are proven; nothing is opened).
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit.acts import PREFIX, open_notice
from assay.deposit.documents import Document, open_signed, payload_type, read, sha256, written
from assay.deposit.shares import Custody, Share, open_share, unpacked
from assay.deposit.terms import Terms
from assay.deposit.wrapping import SealingPair, read_sealing_key
from assay.ledger.envelope import countersigned, open_envelope, seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party

ORDER = "application/vnd.assay.deposit-order+json"
DAY = 86_400
Use = Literal["reading", "review", "drill"]


class Order(Document, frozen=True, kw_only=True):
    """`statement`, `terms` and `custody` are SHA-256 of what was deposited, on which terms, held by whom.

    `examiner` is the label of a key of the terms, '' when nobody reads; `to` the host's key for shares, made for this
    order alone; `log` the host's log. `issued` and `until` are POSIX seconds.
    """

    deposit: str
    version: int
    statement: str
    terms: str
    custody: str
    condition: str
    use: Use
    examiner: str
    paths: tuple[str, ...]
    issued: int
    until: int
    to: str
    log: str
    serial: str

    def lines(self) -> list[Text]:
        """What it asks for, for whoever is to sign it or to give a share."""
        paths, who = ", ".join(self.paths) or "-", self.examiner or "-"
        days = -(-(self.until - self.issued) // DAY)
        return [
            Text(
                f"deposit {self.deposit}, version {self.version}: {self.use}, condition {self.condition}, {days} days",
                f"保管件 {self.deposit} 第 {self.version} 版：{self.use}，情形 {self.condition}，{days} 天",
            ),
            Text(
                f"files: {paths}; examiner: {who}; host: {self.log}",
                f"文件：{paths}；阅览人：{who}；主机方：{self.log}",
            ),
        ]


class Release(Document, frozen=True, kw_only=True):
    """A custodian's share, sealed to the key of one order (`order`: SHA-256)."""

    deposit: str
    order: str
    group: str
    holder: str
    sealed: str


class Target(Struct, frozen=True):
    """The deposit that an order is about, as the vendor signed it."""

    deposit: str
    version: int
    statement: str
    terms: Terms
    custody: str


def draft(
    target: Target,
    *,
    condition: str,
    use: Use,
    examiner: str,
    paths: Sequence[str],
    now: int,
    days: int,
    to: str,
    log: str,
) -> bytes:
    """An order to be signed. Raises UsageError when the terms would never let it through."""
    order = Order(
        deposit=target.deposit,
        version=target.version,
        statement=target.statement,
        terms=target.terms.digest,
        custody=target.custody,
        condition=condition,
        use=use,
        examiner=examiner,
        paths=tuple(paths),
        issued=now,
        until=min(now + days * DAY, target.terms.until),
        to=to,
        log=log,
        serial=secrets.token_hex(16),
    )
    fault = _against_terms(order, target.terms, now)
    if fault is not None:
        raise UsageError(fault, Text("change the order; the terms stand", "请修改命令；条款不变"))
    return written(order)


def sign(order: bytes, party: Party) -> bytes:
    """An order, or one that others signed already, with this party's signatures."""
    if payload_type(order) == ORDER:
        return countersigned(order, party.name, party.signers, "the order")
    read(Order, order, "the order")
    return seal(ORDER, order, party.name, party.signers)


def shown(envelope: bytes, terms: Terms) -> Order:
    """What an order says, for whoever is asked to sign it: at least one party of the terms signed it."""
    return open_signed(Order, ORDER, envelope, terms.all_keys, "the order")[0]


def about(content: bytes, terms: Terms) -> Order:
    """An order, signed by somebody of the terms or by nobody yet, for whoever is to sign it."""
    return shown(content, terms) if payload_type(content) == ORDER else read(Order, content, "the order")


def open_order(envelope: bytes, target: Target, now: int) -> tuple[Order, bytes]:
    """An order that is in force now, and its bytes. Raises NotVerifiedError naming what is wrong with it."""
    terms, what = target.terms, "the order"
    # 1. The form, and signatures of all whom the condition asks for; a forged one is refused.
    order, payload = open_signed(Order, ORDER, envelope, terms.all_keys, what)
    condition = terms.condition(order.condition)
    if condition is None:
        raise unverified(
            what, f"the terms name no condition {order.condition!r}", f"条款中没有情形 {order.condition!r}"
        )
    for role in condition.signed_by:
        if not set(terms.keys(role)) & set(payload.by):
            raise unverified(
                what,
                f"the {role} has not signed it, as {condition.id} asks",
                f"{role} 未签署，而情形 {condition.id} 要求其签署",
                Text("have it signed by all parties that the terms name", "请由条款所列各方签署"),
            )
    # 2. It is about this deposit, this version, these terms and these custodians.
    own = (order.deposit, order.version, order.statement, order.terms, order.custody)
    if own != (target.deposit, target.version, target.statement, terms.digest, target.custody):
        raise unverified(what, "it is for another deposit, version or terms", "它针对另一托管、版本或条款")
    if order.log != f"{terms.host.name}/{order.deposit}":  # a host has one log, and shows the auditor that one
        raise unverified(
            what, f"it is for another log than the host's, {order.log}", f"它针对主机方以外的日志 {order.log}"
        )
    # 3. Time.
    if now < order.issued:
        raise unverified(what, "it was issued later than this machine's clock", "签发时间晚于本机时钟", _CLOCK)
    if now >= order.until:
        raise unverified(
            what, f"it expired at {order.until} (now {now})", f"已于 {order.until} 到期（现在 {now}）", _NEW
        )
    # 4. What it asks for is within the terms.
    fault = _against_terms(order, terms, order.issued)
    if fault is not None:
        raise unverified(what, fault.en, fault.zh, _NEW)
    return order, payload.content


def check_notice(notice: bytes, order: Order, body: bytes, terms: Terms, now: int) -> None:
    """That the host entered this order and a witness saw it. Raises NotVerifiedError."""
    entry, origin, at = open_notice(notice, terms.keys(terms.host_role), terms.witnesses)
    named = (entry.act, entry.review, entry.digests.get("order"), origin)
    if named != (f"{PREFIX}order", order.deposit, f"sha256:{sha256(body)}", order.log):
        raise unverified("the notice", "it is of another order, or of another log", "它属于另一命令或另一日志")
    if now < at:
        raise unverified(
            "the notice", "it was cosigned later than this machine's clock", "会签时间晚于本机时钟", _CLOCK
        )


def release(
    share: bytes,
    pair: SealingPair,
    envelope: bytes,
    notice: bytes,
    target: Target,
    custody: Custody,
    now: int,
) -> bytes:
    """A custodian's share for one order, sealed to the host. Raises NotVerifiedError; then nothing is given."""
    # 1. The order is signed, in force and within the terms.
    order, body = open_order(envelope, target, now)
    # 2. It stands in the host's log, and a witness of the vendor has seen it.
    check_notice(notice, order, body, target.terms, now)
    # 3. The share is this custodian's, and the one that was dealt.
    own = open_share(share, pair, custody, "your share")
    # 4. Sealed to the order's key, bound to the order.
    digest = sha256(body)
    sealed = read_sealing_key(order.to).seal(own.packed(), _context(digest, own.group, own.holder))
    encoded = base64.b64encode(sealed).decode()
    return written(Release(deposit=order.deposit, order=digest, group=own.group, holder=own.holder, sealed=encoded))


def received(content: bytes, pair: SealingPair, body: bytes, custody: Custody, name: str) -> Share:
    """A released share at its host. Raises NotVerifiedError naming the file."""
    given, digest = read(Release, content, name), sha256(body)
    if (given.deposit, given.order) != (custody.deposit, digest):
        raise unverified(name, "it was released for another order", "它是为另一命令给出的")
    try:
        sealed = base64.b64decode(given.sealed, validate=True)
    except ValueError as error:
        raise unverified(name, "it is not base64", "不是 base64") from error
    packed = pair.open(sealed, _context(digest, given.group, given.holder), name)
    return unpacked(packed, given.group, given.holder, custody, name)


def signers(envelope: bytes, terms: Terms) -> Mapping[str, str]:
    """Who of the terms' parties signed: label -> role. Raises NotVerifiedError."""
    by = open_envelope(envelope, terms.all_keys, "the order").by
    return {key.label: role for role in ("vendor", "reviewer", "agent") for key in terms.keys(role) if key in by}


def _against_terms(order: Order, terms: Terms, issued: int) -> Text | None:
    condition = terms.condition(order.condition)
    if condition is None:
        return Text(f"the terms name no condition {order.condition!r}", f"条款中没有情形 {order.condition!r}")
    if not issued < order.until <= min(issued + condition.days * DAY, terms.until):
        en = f"it would last longer than the {condition.days} days of {condition.id}, or than the terms"
        return Text(en, f"其期限超过情形 {condition.id} 的 {condition.days} 天，或超过条款")
    if order.use == "reading" and terms.examiner(order.examiner) is None:
        return Text(f"the terms name no examiner {order.examiner!r}", f"条款中没有检查人 {order.examiner!r}")
    if order.use == "reading" and not order.paths:
        return Text("it names no file", "未写明文件")
    if order.use != "reading" and order.paths:
        return Text(f"an order for {order.use} names no files", f"用于 {order.use} 的命令不指明文件")
    if order.use == "review" and not terms.tools:
        return Text("the terms let no tool run", "条款不允许运行任何工具")
    return None


def _context(order: str, group: str, holder: str) -> bytes:
    return b"assay deposit release v1\n" + f"{order}\n{group}\n{holder}\n".encode()


_CLOCK = Text("set the clock right and try again", "请校正时钟后重试")
_NEW = Text("have a new order signed", "请另行签署新的命令")
