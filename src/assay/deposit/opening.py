"""Opening a deposit at its host: draft an order, enter it, have it witnessed, combine shares, grant files, forget.

    host = Host(folder, deposit, party, clock)         the host's folder for one deposit: log, orders, grants, views
    order = host.draft(...)                            signed by the parties that its condition names (`orders.sign`)
    host.enter(order)                                  entered before anybody gives a share
    acts.request / a witness's answer / acts.cosigned  and seen by a witness of the terms
    host.notice(digest)                                the proof of both, for custodians, who then `orders.release`
    host.open(digest, releases, passphrase)            reading: grants, and the root is forgotten
    host.reopen(digest, passphrase)                    review: the root once more, as long as the order is in force
    host.drill(...)                                    shares proven against the deposit's public key; nothing opened

The root lies on no disk. Between two runs of a review lie the released shares, sealed to a key that was made for this
order and that the passphrase guards; revoking or closing deletes that key. What a host holds in memory, and what its
machine copies of that, is the host's: hence the terms name it.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from assay.core.errors import NotVerifiedError, UsageError, refused
from assay.core.text import Text
from assay.deposit.acts import Acts, Clock, ledger
from assay.deposit.deposits import Deposit, FileKey
from assay.deposit.documents import LARGEST, is_digest, read, sha256, written
from assay.deposit.grants import Grant, file_key, grant, open_revocation, sealed_key
from assay.deposit.orders import Order, Target, Use, check_notice, draft, open_order, received, shown
from assay.deposit.shares import combine, digest, read_custody
from assay.deposit.suites import SM
from assay.deposit.terms import Terms, glob, parse_terms
from assay.deposit.wrapping import Kind, SealingPair, undumped
from assay.dossier.durable import read_given, read_plain, write_durably
from assay.ledger.notes import unverified
from assay.ledger.party import Party

ORDERS, RELEASES, GRANTS, REVOCATIONS, ROOM_KEY = "orders", "releases", "grants", "revocations", "room.key"


class Host:
    """The host's folder for one deposit. Close it, or leave the `with` block, to sign the log.

    Raises NotVerifiedError when the deposit is not what its vendor signed, or the log is not whole; UsageError when
    the terms name another host.
    """

    def __init__(self, folder: Path, deposit: Deposit, party: Party, clock: Clock) -> None:
        self.folder = folder
        self.deposit = deposit
        self.terms = checked_terms(deposit)
        self.custody = read_custody(deposit.custody, deposit.id, self.terms)
        if party.name != self.terms.host.name:
            raise UsageError(
                Text(
                    f"the terms name {self.terms.host.name} as host, you are {party.name}",
                    f"条款指定的主机方为 {self.terms.host.name}，而您是 {party.name}",
                ),
                Text("open it there, or have other terms signed", "请在该方开启，或另行签署条款"),
            )
        undumped()
        self.acts = Acts(ledger(folder), deposit.id, party, clock)
        self._forget_expired(int(clock()))

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        self.acts.__exit__(kind, *rest)

    def target(self, number: int) -> Target:
        return target(self.deposit, self.terms, number)

    def draft(
        self,
        number: int,
        *,
        condition: str,
        use: Use,
        examiner: str = "",
        paths: Sequence[str] = (),
        days: int,
        passphrase: str,
    ) -> bytes:
        """An order to be signed, with a key of its own for the shares. Raises UsageError when the terms forbid it."""
        self.acts.must_be_open()
        self.room_key(passphrase)  # one for the whole room: or shares are given, and the grants cannot be sealed
        pair = SealingPair.generate(f"{self.acts.origin}/order", self._kind)
        order = draft(
            self.target(number),
            condition=condition,
            use=use,
            examiner=examiner,
            paths=paths,
            now=self.acts.now(),
            days=days,
            to=str(pair.key),
            log=self.acts.origin,
        )
        pair.save(self._key(sha256(order)), passphrase)
        return order

    def enter(self, envelope: bytes) -> str:
        """Enter an order that all have signed; returns its digest. Entering it twice changes nothing."""
        order, body = self._order(envelope)
        name = sha256(body)
        if not self._key(name).exists():
            raise unverified("the order", "it was not drafted in this room", "它不是在本阅览室起草的")
        self._write(self.folder / ORDERS / f"{name}.json", envelope)
        if self.acts.find("order", "order", f"sha256:{name}") is None:
            self.acts.enter("order", {"order": f"sha256:{name}", "terms": f"sha256:{order.terms}"})
        return name

    def notice(self, name: str) -> bytes:
        """For custodians: that the order was entered and that a witness saw it. Raises NotVerifiedError before."""
        order, body = self._order(self.envelope(name))
        notice = self.acts.receipt(self._seen(name))
        check_notice(notice, order, body, self.terms, self.acts.now())
        return notice

    def open(self, name: str, releases: Sequence[bytes], passphrase: str) -> tuple[Grant, ...]:
        """Combine released shares under an order that is in force and was seen.

        For reading: a grant for each file, entered before it is written; the root and its way back are forgotten.
        For review: the shares are kept, sealed; `reopen` combines them again. Raises NotVerifiedError.
        """
        order, root = self._root(name, releases, passphrase, "opening")
        if order.use == "review":
            self.deposit.probe(root)
            for content in releases:
                self._write(self.folder / RELEASES / name / f"{sha256(content)}.json", content)
            return ()
        given = self._granted(order, name, root, passphrase)
        self._forget(name)
        return given

    def reopen(self, name: str, passphrase: str) -> tuple[Order, bytes]:
        """The root of an order for review that was opened here; entered as each opening is. Raises NotVerifiedError."""
        releases = [self._read(path) for path in sorted((self.folder / RELEASES / name).glob("*.json"))]
        return self._root(name, releases, passphrase, "opening")

    def open_for_review(self) -> str | None:
        """The digest of an order for review that is in force, with its shares here."""
        found = self.in_force("review")
        return next((item for item in found if any((self.folder / RELEASES / item).glob("*.json"))), None)

    def drill(self, name: str, releases: Iterable[bytes], passphrase: str) -> None:
        """Prove that these shares give the root of this deposit, and forget it. Raises NotVerifiedError if not."""
        _, root = self._root(name, releases, passphrase, "drill")
        self.deposit.probe(root)
        self._forget(name)

    def grants(self) -> list[Grant]:
        """All that lie here, in force or not."""
        folder = self.folder / GRANTS
        paths = sorted(folder.glob("*.json")) if folder.is_dir() else []
        return [read(Grant, self._read(path), path.name) for path in paths]

    def room_key(self, passphrase: str) -> SealingPair:
        """The key to which grants are sealed, made on first use."""
        path = self.folder / ROOM_KEY
        if not path.exists():
            pair = SealingPair.generate(self.acts.origin, self._kind)
            pair.save(path, passphrase)
        return SealingPair.load(path, passphrase)

    def file_key(self, given: Grant, room: SealingPair) -> FileKey:
        """What opens a granted file. Raises NotVerifiedError when it was deleted or is not of this grant."""
        path = self.folder / GRANTS / f"{sha256(written(given))}.key"
        if not path.exists():
            raise unverified(f"the grant for {given.path}", "its key was deleted", "其密钥已删除")
        return file_key(given, self._read(path), room)

    def revoke(self, envelope: bytes) -> None:
        """Obey a revocation that a party of the terms signed: entered, then keys and grants are deleted."""
        revoked, _ = open_revocation(envelope, self.deposit.id, self.terms)
        self.keep(REVOCATIONS, envelope)
        digests = {"order": f"sha256:{revoked.order}", "revocation": f"sha256:{sha256(envelope)}"}
        if revoked.grant:
            digests["grant"] = f"sha256:{revoked.grant}"
        self.acts.enter("revoke", digests)
        for given in self.grants():
            name = sha256(written(given))
            if revoked.grant == name or (not revoked.grant and given.order == revoked.order):
                (self.folder / GRANTS / f"{name}.key").unlink(missing_ok=True)
        if not revoked.grant:
            self._forget(revoked.order)

    def keep(self, kind: str, body: bytes) -> None:
        """A body that an entry will name by its SHA-256, on disk before it is entered."""
        self._write(self.folder / kind / f"{sha256(body)}.json", body)

    def kept(self, kind: str, digest: str) -> bytes:
        """Raises NotVerifiedError when a body that the log names is missing or altered."""
        name = digest.removeprefix("sha256:")
        path = self.folder / kind / f"{name}.json"
        try:
            body = read_plain(path, LARGEST)
        except FileNotFoundError as error:
            raise unverified(str(path), "the log names it and it is gone", "日志载有此项，但文件已不在") from error
        except OSError as error:
            raise refused(path, error) from error
        if sha256(body) != name:
            raise unverified(str(path), "it is not what the log names", "与日志所载不符")
        return body

    def in_force(self, use: Use) -> Iterator[str]:
        """Digests of orders for this use that are entered, seen, not revoked and not expired."""
        seen = self.acts.seen(self.terms.witnesses)
        for position, entry in self.acts.entered("order"):
            name = entry.digests["order"].removeprefix("sha256:")
            if position >= seen or self._revoked(name) or not (self.folder / ORDERS / f"{name}.json").exists():
                continue
            order, _ = open_order(self.envelope(name), self.target_of(name), entry.at)
            if order.use == use and self.acts.now() < order.until:
                yield name

    def target_of(self, name: str) -> Target:
        """What an order that lies here is about; the order itself is verified by who uses it."""
        return self.target(shown(self.envelope(name), self.terms).version)

    def _root(self, name: str, releases: Iterable[bytes], passphrase: str, act: str) -> tuple[Order, bytes]:
        # 1. The order is in force, entered, seen by a witness, and not revoked.
        order, body = self._order(self.envelope(name))
        self._seen(name)
        if self._revoked(name):
            raise unverified("the order", "it was revoked", "已被撤销")
        if (order.use == "drill") != (act == "drill"):  # before it is entered: a mistake is not an act
            raise unverified("the order", f"it is for a {order.use}", f"它用于 {order.use}")
        # 2. Each share is one that was dealt, released for this order.
        pair = SealingPair.load(self._key(name), passphrase)
        given = sorted(releases)
        shares = [
            received(content, pair, body, self.custody, f"share {number}") for number, content in enumerate(given, 1)
        ]
        # 3. Entered before the shares meet.
        digests = {"order": f"sha256:{name}", "releases": f"sha256:{sha256(b''.join(given))}"}
        self.acts.enter(act, digests, {"shares": len(shares)})
        return order, combine(shares, self.custody)

    def _granted(self, order: Order, name: str, root: bytes, passphrase: str) -> tuple[Grant, ...]:
        version = self.deposit.version(order.version)
        unlocked = self.deposit.unlock(root)
        try:
            rows = [row for row in unlocked.manifest(version).rows if not row.link]
            allowed = [row for row in rows if self.terms.allows(row.path)]
            wanted = [row for row in allowed if any(glob(path).fullmatch(row.path) for path in order.paths)]
            if not wanted:
                raise UsageError(
                    Text("the order names no file that the terms allow", "命令未指明条款允许的任何文件"),
                    Text("have an order signed for paths of this version", "请就此版本的路径另签命令"),
                )
            total, key = sum(row.size for row in allowed), self.room_key(passphrase).key
            given = tuple(grant(order, name, row, total) for row in wanted)
            keys = [
                sealed_key(item, unlocked.file_key(version, row), key) for item, row in zip(given, wanted, strict=True)
            ]
        finally:
            unlocked.forget()
        bodies = [written(item) for item in given]
        self.acts.enter_all(
            [
                self.acts.entry(
                    "grant",
                    {"grant": f"sha256:{sha256(body)}", "order": f"sha256:{name}"},
                    {"bytes": item.size, "of": total},
                )
                for item, body in zip(given, bodies, strict=True)
            ]
        )
        for body, sealed in zip(bodies, keys, strict=True):
            self.keep(GRANTS, body)
            self._write(self.folder / GRANTS / f"{sha256(body)}.key", sealed)
        return given

    def _forget(self, name: str) -> None:
        """The way back to the root: the key for shares of this order, and the shares."""
        key = self._key(name)
        for path in (key, key.with_suffix(".pub"), *(self.folder / RELEASES / name).glob("*")):
            path.unlink(missing_ok=True)

    def _forget_expired(self, now: int) -> None:
        for key in (self.folder / ORDERS).glob("*.key"):
            with suppress(
                UsageError, NotVerifiedError
            ):  # a draft that was never entered; a damaged order opens nothing
                if shown(self.envelope(key.stem), self.terms).until <= now:
                    self._forget(key.stem)

    def _seen(self, name: str) -> int:
        """Where an order was entered, when a witness has cosigned that. Raises NotVerifiedError."""
        position = self.acts.find("order", "order", f"sha256:{name}")
        if position is None:
            raise unverified("the order", "it was never entered", "从未登记")
        if self.acts.seen(self.terms.witnesses) <= position:
            raise unverified(
                "the order",
                "no witness of the terms has seen it yet",
                "条款所列见证方尚未会签",
                Text("send it `assay ledger witness ask`, and keep its answer", "请发送账本会签请求，并登记其回复"),
            )
        return position

    def _revoked(self, name: str) -> bool:
        return any(
            entry.digests.get("order") == f"sha256:{name}" and "grant" not in entry.digests
            for _, entry in self.acts.entered("revoke")
        )

    def _order(self, envelope: bytes) -> tuple[Order, bytes]:
        return open_order(envelope, self.target(shown(envelope, self.terms).version), self.acts.now())

    def envelope(self, name: str) -> bytes:
        """An order as it was signed, by its digest. Raises UsageError when none of that name lies here."""
        if not is_digest(name) or not (self.folder / ORDERS / f"{name}.json").exists():
            raise UsageError(
                Text(f"no order {name[:64]} was entered here", f"此处未登记命令 {name[:64]}"),
                Text(
                    "name it by the digest that `assay deposit enter` prints", "请用 `assay deposit enter` 输出的摘要"
                ),
            )
        return self._read(self.folder / ORDERS / f"{name}.json")

    @property
    def _kind(self) -> Kind:
        return "sm2" if self.deposit.suite is SM else "x25519"

    def _key(self, name: str) -> Path:
        return self.folder / ORDERS / f"{name}.key"

    def _read(self, path: Path) -> bytes:
        return read_given(path, LARGEST)

    def _write(self, path: Path, content: bytes) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_durably(path, content)
        except OSError as error:
            raise refused(path, error) from error


def checked_terms(deposit: Deposit) -> Terms:
    """The terms of a deposit whose header a key that they name as the vendor's signed. Raises NotVerifiedError."""
    terms = parse_terms(deposit.terms, f"the terms of deposit {deposit.id}")
    what = f"deposit {deposit.id}"
    if terms.digest != deposit.header.terms:
        raise unverified(what, "its terms are not those that were signed", "其条款不是所签署的条款")
    if not set(deposit.header.signed_by) & set(terms.keys("vendor")):
        raise unverified(
            what,
            "no key of the vendor whom its terms name is known to have signed it",
            "未确认其条款所列供应方公钥的签名",
            Text("give the vendor's verifier key, as you had it from the vendor", "请给出从供应方取得的验证公钥"),
        )
    return terms


def target(deposit: Deposit, terms: Terms, number: int) -> Target:
    """What an order for this version is about."""
    return Target(deposit.id, number, deposit.version(number).digest, terms, digest(deposit.custody))
