"""The log of what is done with a deposit: one owner, entries before deeds, moments that do not go back.

The vendor enters what it seals, the host of a room enters orders, openings, grants, views, excerpts, alarms, drills,
revocations and the end; each in a log of its own (`NAME/DEPOSIT/sealed`, `NAME/DEPOSIT`), for they may be one party.
What an entry is a digest of lies beside the log, in the room's folder, and carries a salt where it could be guessed.
Acts are entered as `deposit.ACT`.

A witness of the terms cosigns the checkpoint (`request`, `cosigned`): from then on nothing before it can be taken back
without showing. What was entered since is the host's word; the room stops when that becomes too much (`room`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from assay.core.errors import InputError, UsageError, refused
from assay.core.text import Text
from assay.ledger.checkpoints import open_checkpoint
from assay.ledger.entries import Entry, read_entry
from assay.ledger.log import Log, Memory
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.receipts import open_receipt, read_receipt
from assay.ledger.signing import NamedKey
from assay.ledger.sqlite import NAME, SqliteStore
from assay.ledger.witness import joined, request

PREFIX = "deposit."
Clock = Callable[[], float]


class Acts:
    """One party's log of one deposit, for writing. Close it, or leave the `with` block, to sign.

    Opening raises NotVerifiedError when the log is damaged, forked, rolled back, somebody else's, or of another
    deposit.
    """

    def __init__(self, path: Path, deposit_id: str, party: Party, clock: Clock, origin: str = "") -> None:
        origin = origin or f"{party.name}/{deposit_id}"
        self._clock = clock
        self.deposit_id, self.path = deposit_id, path
        if path.exists():
            self._store = SqliteStore(path)
            self._log = Log(self._store, party.signers, party.memory)
        else:
            _made(path.parent)
            self._store = SqliteStore(path)
            self._log = Log.create(self._store, origin, party.signers, party.memory)
        self._entries: list[Entry] = []
        self._acts: dict[str, list[int]] = {}
        self._named: dict[tuple[str, str, str], int] = {}
        self._seen: dict[tuple[NamedKey, ...], int] = {}
        with ExitStack() as refused:
            refused.callback(self._log.close)
            if (found := self._log.origin) != origin:
                raise unverified(
                    str(path), f"it is the log of {found}, not of {origin}", f"它是 {found} 的日志，不是 {origin} 的"
                )
            self._log.checkpoint()  # a writer that was killed had entered more than it signed
            self._learn([entry for _, entry in self._log.entries()])
            refused.pop_all()

    @property
    def origin(self) -> str:
        return self._log.origin

    @property
    def size(self) -> int:
        return len(self._entries)

    def __enter__(self) -> "Acts":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._log:
            if kind is None:
                self._log.checkpoint()

    def now(self) -> int:
        """The clock. Raises NotVerifiedError when it stands before what was entered already."""
        now = int(self._clock())
        last = self._entries[-1].at if self._entries else 0
        if now < last:
            raise unverified(
                "this machine's clock",
                f"it says {now}, but the last act was entered at {last}: it was set back",
                f"当前为 {now}，而上一条记录为 {last}：时钟被回拨",
                Text("set it right and try again; nothing was done", "请校正后重试；未作任何操作"),
            )
        return now

    def enter(self, act: str, digests: Mapping[str, str], counts: Mapping[str, int] | None = None, by: str = "") -> int:
        """One act, on disk when it returns its position; what it announces is done afterwards."""
        (position,) = self.enter_all([self.entry(act, digests, counts, by)])
        return position

    def entry(
        self, act: str, digests: Mapping[str, str], counts: Mapping[str, int] | None = None, by: str = ""
    ) -> Entry:
        return Entry(PREFIX + act, self.deposit_id, self.now(), digests, counts or {}, by)

    def enter_all(self, entries: Sequence[Entry]) -> range:
        """All or nothing. Raises UsageError in a room that was closed: an act after its end is what cheats leave."""
        self.must_be_open()
        positions = self._log.append(*entries)
        if positions.start != len(self._entries):
            message = Text("another process writes to the log of this room", "另一个进程正在写入此阅览室的日志")
            raise InputError(message, Text("close it and open the room again", "请关闭后重新打开阅览室"))
        self._learn(entries)
        return positions

    def _learn(self, entries: Sequence[Entry]) -> None:
        """Where each act stands, and where each digest was first named: a room asks this for every page."""
        for position, entry in enumerate(entries, len(self._entries)):
            self._acts.setdefault(entry.act, []).append(position)
            for name, digest in entry.digests.items():
                self._named.setdefault((entry.act, name, digest), position)
        self._entries += entries

    def must_be_open(self) -> None:
        """Raises UsageError when the room was closed."""
        if next(self.entered("close"), None) is not None:
            message = Text("the room was closed; nothing is done in it any more", "阅览室已关闭，不再进行任何操作")
            raise UsageError(message, Text("its certificate is what is left", "仅可出具其证书"))

    def entered(self, act: str) -> Iterator[tuple[int, Entry]]:
        """All entries of one act, in order; the log was verified as a whole when it was opened."""
        return ((position, self._entries[position]) for position in self._acts.get(PREFIX + act, ()))

    def find(self, act: str, name: str, digest: str) -> int | None:
        """Where an act names this digest."""
        return self._named.get((PREFIX + act, name, digest))

    def request(self, old: int) -> bytes:
        """Ask a witness that last saw `old` entries to cosign: the file of c2sp.org/tlog-witness."""
        return request(self._log, old)

    def cosigned(self, answer: bytes, witnesses: Sequence[NamedKey]) -> int:
        """Keep what a witness answered to the last request. Raises NotVerifiedError when it is no cosignature."""
        what = f"the cosigned checkpoint of {self.origin}"
        believed = self._log.cosigned(joined(self._log.checkpoint().note.render(), answer, what), witnesses)
        if not believed.cosigned:
            raise unverified(what, "no witness of the terms cosigned it", "没有条款所列见证方的会签")
        self._seen.clear()
        return believed.checkpoint.size

    def seen(self, witnesses: Sequence[NamedKey]) -> int:
        """How many entries a witness has cosigned."""
        if tuple(witnesses) in self._seen:
            return self._seen[tuple(witnesses)]
        what = f"a checkpoint of {self.origin}"
        sizes = (
            size
            for size, note in self._store.checkpoints()
            if open_checkpoint(note, self._log.keys, what, witnesses).cosigned
        )
        self._seen[tuple(witnesses)] = size = max(sizes, default=0)
        return size

    def head(self) -> tuple[int, bytes]:
        """Size and root of the signed log."""
        signed = self._log.checkpoint().checkpoint
        return signed.size, signed.root

    def receipt(self, position: int) -> bytes:
        """That an entry is in the log, with the entry inside; carries the cosignatures of the newest checkpoint."""
        body, receipt = self._log.prove(position)
        return receipt.carrying(body).render()


def open_notice(notice: bytes, host: Sequence[NamedKey], witnesses: Sequence[NamedKey]) -> tuple[Entry, str, int]:
    """An entry that the host entered and a witness saw, the log's name, and when the witness cosigned.

    Raises NotVerifiedError.
    """
    what = "the notice"
    # 1. The receipt brings its entry.
    body = read_receipt(notice, what).extra
    if body is None:
        raise unverified(what, "it does not carry its entry", "其中没有条目")
    # 2. The host's log holds it.
    position, believed = open_receipt(notice, body, host, what, witnesses)
    # 3. A witness of the terms cosigned that checkpoint.
    if not believed.cosigned:
        raise unverified(
            what,
            "no witness of the terms has seen it: the opening could be hidden",
            "条款所列见证方均未会签：开启可能被隐瞒",
            Text("have a witness cosign the ledger, then give no share before", "请先由见证方会签账本，再给出份额"),
        )
    return read_entry(body, position), believed.checkpoint.origin, max(time for _, time in believed.cosigned)


def record(
    path: Path,
    act: str,
    deposit_id: str,
    at: int,
    digests: Mapping[str, str],
    counts: Mapping[str, int],
    party: Party,
) -> int:
    """One act in the vendor's log at `path`, which is made when there is none; returns its position."""
    with Acts(path, deposit_id, party, lambda: at, f"{party.name}/{deposit_id}/sealed") as acts:
        return acts.enter(act, digests, counts)


def sealed_log(address: str, deposit_id: str, kept: Path) -> Path:
    """Where a vendor's log of a deposit lies: beside it in a folder, else among the vendor's own things (`kept`)."""
    return kept / "deposits" / f"{deposit_id}.sqlite" if "://" in address else Path(address, deposit_id, NAME)


def sealed_statements(log: Path, origin: str, memory: Memory | None) -> list[str]:
    """SHA-256 of each statement that a vendor's log says was sealed; none where there never was a log.

    `memory` is what the vendor has seen of it. Raises NotVerifiedError when the log is gone, or was taken back.
    """
    last = memory.last(origin) if memory is not None else None
    if not log.exists():
        if last is not None:
            raise unverified(str(log), f"it had {last.size} entries and is gone", f"曾有 {last.size} 条记录，现已不在")
        return []
    store = SqliteStore(log, writable=False)
    try:
        opened = Log(store)
        if last is not None:
            opened.must_continue(last)
        entries = [entry for _, entry in opened.entries() if entry.act == f"{PREFIX}seal"]
        return [entry.digests["statement"].removeprefix("sha256:") for entry in entries]
    finally:
        store.close()


def ledger(folder: Path) -> Path:
    """Where the log of a room lies."""
    return folder / NAME


def _made(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, error) from error
