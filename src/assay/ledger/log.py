"""A log: append entries durably, sign what it holds, prove it.

An entry that `append` returned is on disk. It is the writer's to prove from the next signed checkpoint on, which
`checkpoint`, `prove` and leaving the `with` block make; a writer that was killed signs what it had acknowledged when
the log is opened for writing again. Nothing is given out before it was verified against a signed checkpoint, and a
log refuses to be signed when it is not the continuation of what was signed or seen before.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Protocol

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.ledger.audit import Whole, audit, bundle_mark
from assay.ledger.checkpoints import Believed, Checkpoint, open_checkpoint, sign_checkpoint
from assay.ledger.entries import Entry, read_entry
from assay.ledger.merkle import consistency_proof, inclusion_proof, leaf_hash, root_of_inclusion
from assay.ledger.notes import parse_note, unverified
from assay.ledger.receipts import Receipt
from assay.ledger.signing import NamedKey, Signer, named, read_key
from assay.ledger.store import OvertakenError, Row, Store, Tile, damaged
from assay.ledger.tiles import HASH, WIDTH, Edge, TileTree

_TRIES = 100


class Memory(Protocol):
    """What a party remembers of logs, apart from any copy of them (`witness.Seen`)."""

    def last(self, origin: str) -> Checkpoint | None: ...

    def remember(self, believed: Believed, continues: Callable[[Checkpoint], None]) -> None:
        """Keep it, unless a larger one is kept. `continues` raises NotVerifiedError when the log does not."""


class Log:
    """One writer or reader of a log. Signers sign under the log's own name; without any it is read only.

        with Log(SqliteStore(path), signers, memory) as log:
            log.append(Entry("intake", review, now, {"manifest": digest(body)}))

    `trusted` are the keys that count; without them, those with which the log says that it was signed: then it is known
    to be whole, not whose it is. A known signer goes on only from what it, or a trusted key, signed: `adopt` is for who
    takes over a log, and knows whose it was. Any method may raise what `store.Store` raises. NotVerifiedError: the log
    is damaged, forked, somebody else's, or shorter than what was signed or seen; nothing is signed then. The store is
    the log's to close.
    """

    def __init__(
        self,
        store: Store,
        signers: Sequence[Signer] = (),
        memory: Memory | None = None,
        trusted: Sequence[NamedKey] = (),
        *,
        adopt: bool = False,
    ) -> None:
        self._store = store
        self._signers = tuple(signers)
        self._memory = memory
        self._trusted = tuple(trusted)
        with ExitStack() as refused:
            refused.callback(store.close)
            self.origin = store.origin()
            self._signed = self._last_signed()
            if not adopt:
                self._must_be_ours()
            self._edge = self._verified_edge()
            if memory is not None and (seen := memory.last(self.origin)) is not None:
                self.must_continue(seen)
            refused.pop_all()

    @classmethod
    def create(cls, store: Store, origin: str, signers: Sequence[Signer], memory: Memory | None = None) -> "Log":
        """Begin a log. Its name is a URL without scheme, below the name under which its owner's key is known."""
        if not signers:
            raise ValueError("a log is begun with a key")
        with ExitStack() as refused:
            refused.callback(store.close)
            for signer in signers:
                named(signer, origin)  # raises ValueError for a name that no key may have
            if memory is not None and (seen := memory.last(origin)) is not None and seen.size:
                raise _shorter(store.place, origin, 0, seen.size)
            store.found(origin)
            log = cls(store, signers, memory)
            log.checkpoint()
            refused.pop_all()
        return log

    def close(self) -> None:
        """Without signing: what was appended is kept, and signed when the log is next opened for writing."""
        self._store.close()

    def __enter__(self) -> "Log":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if self._signers and kind is None:
                self.checkpoint()
        finally:
            self.close()

    @property
    def size(self) -> int:
        """Entries acknowledged or found, signed or not."""
        return self._edge.size

    @property
    def signs(self) -> bool:
        """Whether a key is here, so that what was appended can be proven."""
        return bool(self._signers)

    @property
    def keys(self) -> list[NamedKey]:
        """The keys that count; see `trusted`."""
        return list(self._trusted) or self.claimed

    @property
    def claimed(self) -> list[NamedKey]:
        """The keys with which the log says that it was signed."""
        return [read_key(key) for key in self._store.known_keys()]

    def append(self, *entries: Entry) -> range:
        """Append a batch, all or nothing; returns the positions. On disk when it returns."""
        bodies = [entry.canonical() for entry in entries]
        for _ in range(_TRIES if bodies else 0):
            grown = self._edge.copy()
            rows, tiles = _grow(grown, bodies)
            try:
                self._store.append(self._edge.size, rows, tiles)
            except OvertakenError:
                self._catch_up(self._edge)
                continue
            self._edge = grown
            return range(grown.size - len(bodies), grown.size)
        if bodies:
            raise damaged(self._store.place, "its positions are taken over and over")
        return range(self.size, self.size)

    def checkpoint(self) -> Believed:
        """The signed checkpoint of all entries; signs it when that was not done yet and a key is here."""
        self._catch_up(self._edge)
        if self._memory is not None and (seen := self._memory.last(self.origin)) is not None:
            self.must_continue(seen)  # another process may have shown another copy meanwhile
        mine = {named(signer, self.origin) for signer in self._signers}
        signed = self._signed
        if mine and (signed is None or signed.checkpoint.size < self._edge.size or not mine <= set(signed.by)):
            signed = self._signed = self._sign(self._edge, mine)
        if signed is None:
            raise unverified(self._store.place, "it was never signed", "从未签名")
        if self._memory is not None:
            self._memory.remember(signed, self.must_continue)
        return signed

    def cosigned(self, content: bytes, witnesses: Sequence[NamedKey]) -> Believed:
        """Keep a checkpoint of this log that came back with cosignatures; returns it verified."""
        what = f"the cosigned checkpoint of {self.origin}"
        believed = open_checkpoint(content, self.keys, what, witnesses)
        self.must_continue(believed.checkpoint)
        kept = dict(self._store.checkpoints()).get(believed.checkpoint.size)
        note = believed.note if kept is None else parse_note(kept, what).joined(believed.note.signatures)
        believed = open_checkpoint(note.render(), self.keys, what, witnesses)
        self._store.keep(believed.checkpoint.size, note.render(), ())
        self._signed = self._last_signed()
        return believed

    def prove(self, position: int) -> tuple[bytes, Receipt]:
        """The bytes of an entry and its receipt. Both were verified as any reader will."""
        signed = self.checkpoint()
        size = signed.checkpoint.size
        if not 0 <= position < size:
            raise _absent(self._store.place, position, size)
        tree = TileTree(size, self._read_tile)
        body = next((body for _, body, _ in self._store.rows(position, position + 1)), None)
        try:
            proof = inclusion_proof(position, size, tree.subtree)
        except LookupError as error:
            raise self._missing(error) from error
        if body is None or root_of_inclusion(position, size, leaf_hash(body), proof) != signed.checkpoint.root:
            self.verify()  # names what is wrong
            raise damaged(self._store.place, f"entry {position}")
        return body, Receipt(position, tuple(proof), signed.note.render())

    def entry(self, position: int) -> Entry:
        """One entry, proven before it is given out."""
        return read_entry(self.prove(position)[0], position)

    def entries(self) -> Iterator[tuple[int, Entry]]:
        """All signed entries; the whole log was verified before the first is given out."""
        return ((position, read_entry(body, position)) for position, body in self.bodies())

    def bodies(self) -> Iterator[tuple[int, bytes]]:
        """As `entries`, in the bytes that are hashed."""
        whole = self.verify()
        for number, mark in enumerate(whole.marks):
            stop = min(whole.signed, (number + 1) * WIDTH)
            rows = [(position, body) for position, body, _ in self._store.rows(number * WIDTH, stop)]
            if bundle_mark([leaf_hash(body) for _, body in rows]) != mark:
                raise damaged(self._store.place, f"entries {number * WIDTH} to {stop - 1} changed while they were read")
            yield from rows

    def consistency(self, old: int) -> tuple[Believed, list[bytes]]:
        """The signed checkpoint, and the proof that it continues the tree of `old` entries."""
        signed = self.checkpoint()
        size = signed.checkpoint.size
        if old > size:
            raise _shorter(self._store.place, self.origin, size, old)
        try:
            return signed, consistency_proof(old, size, TileTree(size, self._read_tile).subtree)
        except LookupError as error:
            raise self._missing(error) from error

    def verify(self) -> Whole:
        """Read everything and compare all with all. Raises NotVerifiedError naming the first thing that is wrong."""
        return audit(self._store, self.origin, self.keys)

    def must_continue(self, seen: Checkpoint) -> None:
        """Raise NotVerifiedError when this log is not the continuation of a checkpoint that somebody saw."""
        if self._signed is not None and seen == self._signed.checkpoint:
            return
        if seen.size > self.size:
            raise _shorter(self._store.place, self.origin, self.size, seen.size)
        if self._root(seen.size) != seen.root:
            self.verify()  # when it is damage, names it
            raise forked(self._store.place, self.origin, seen.size)

    def _must_be_ours(self) -> None:
        """A forged log in the place of ours is not gone on with."""
        known = {named(signer, self.origin) for signer in self._signers if signer.known}
        if known and not self._trusted and self._signed is not None and not known & set(self._signed.by):
            raise _not_ours(self._store.place, ", ".join(key.label for key in self._signed.by))

    def _last_signed(self) -> Believed | None:
        last = self._store.last_checkpoint()
        if last is None:
            return None
        what = f"the checkpoint of {last[0]} entries in {self._store.place}"
        believed = open_checkpoint(last[1], self.keys, what)
        if (believed.checkpoint.origin, believed.checkpoint.size) != (self.origin, last[0]):
            raise unverified(what, "it is of another log or size", "它属于另一日志或另一大小")
        return believed

    def _verified_edge(self) -> Edge:
        """The edge of the signed tree, whose root its checkpoint names, and from there by hashing what was appended."""
        signed = Checkpoint(self.origin, 0, b"") if self._signed is None else self._signed.checkpoint
        if signed.size > self._store.size():
            raise _lost(self._store.place, self._store.size(), signed.size)
        try:
            edge = TileTree(signed.size, self._read_tile).edge()
        except LookupError as error:
            raise self._missing(error) from error
        if self._signed is not None and edge.root() != signed.root:
            self.verify()
            raise damaged(self._store.place, "its tiles are not those that were signed")
        self._catch_up(edge)
        return edge

    def _catch_up(self, edge: Edge) -> None:
        for position, body, kept in self._store.rows(edge.size, 1 << 62):
            leaf = leaf_hash(body)
            if position != edge.size or leaf != kept:
                what = "is missing" if position != edge.size else "is not what was appended"
                raise damaged(self._store.place, f"entry {edge.size} {what}")
            edge.push(leaf)

    def _sign(self, edge: Edge, keys: set[NamedKey]) -> Believed:
        note = sign_checkpoint(Checkpoint(self.origin, edge.size, edge.root()), self._signers)
        believed = open_checkpoint(note.render(), list(keys), f"what the key of {self.origin} signed")
        last = self._store.last_checkpoint()
        if last is not None and last[0] == edge.size:
            note = parse_note(last[1], self.origin).joined(note.signatures)
        self._store.keep(edge.size, note.render(), sorted(map(str, keys)))
        return Believed(believed.checkpoint, note, believed.by)

    def _root(self, size: int) -> bytes:
        try:
            return TileTree(size, self._read_tile).root()
        except LookupError as error:
            raise self._missing(error) from error

    def _missing(self, error: LookupError) -> NotVerifiedError:
        self.verify()  # names it better
        return damaged(self._store.place, f"{error} is missing")

    def _read_tile(self, level: int, number: int, width: int) -> bytes:
        if level == 0 and width < WIDTH:
            rows = self._store.rows(number * WIDTH, number * WIDTH + width)
            hashes = b"".join(leaf_hash(body) for _, body, _ in rows)
        else:
            hashes = self._store.tile(level, number)[: width * HASH]
        if len(hashes) != width * HASH:
            raise LookupError(f"part of tile {level}/{number}")
        return hashes


def _grow(edge: Edge, bodies: Sequence[bytes]) -> tuple[list[Row], list[Tile]]:
    """Push entries; returns their rows, the tiles that became full, and the partial ones above level 0 that grew."""
    rows, tiles = [], []
    for body in bodies:
        leaf = leaf_hash(body)
        rows.append((body, leaf))
        tiles += edge.push(leaf)
    if tiles:
        partial = ((level, row) for level, row in enumerate(edge.rows) if level and row)
        tiles += [(level, edge.size >> 8 * (level + 1), b"".join(row)) for level, row in partial]
    return rows, tiles


def forked(place: str, origin: str, size: int) -> NotVerifiedError:
    """Two histories of one log: somebody shows each side its own."""
    return NotVerifiedError(
        Text(
            f"{place} is a fork of {origin}: its first {size} entries are not those that were signed and seen before",
            f"{place} 是 {origin} 的分叉：其前 {size} 条与先前已签名并见过的不同",
        ),
        Text(
            "keep both copies and both checkpoints as evidence; sign nothing; ask the other party for its copy",
            "请保留两份副本与两个检查点作为证据；不要签名；请向另一方索取其副本",
        ),
    )


def _shorter(place: str, origin: str, size: int, seen: int) -> NotVerifiedError:
    return NotVerifiedError(
        Text(
            f"{place} has {size} entries, but {seen} of {origin} were signed and seen before: "
            "it was rolled back, or restored from an old backup",
            f"{place} 有 {size} 条，但 {origin} 先前已有 {seen} 条被签名并见过：它被回滚，或由旧备份恢复",
        ),
        Text(
            "take the newest copy (an export, the other party's); a log that goes on from here would be a fork",
            "请取最新的副本（导出目录或另一方的副本）；若由此继续追加，日志将产生分叉",
        ),
    )


def _not_ours(place: str, by: str) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"{place} was last signed by {by}, not by your key", f"{place} 的最后签名者是 {by}，不是您的密钥"),
        Text(
            "if you know that key, and that the log was its, begin your own after it: assay ledger take-over DOSSIER; "
            "otherwise ask for the right copy",
            "若您认识该密钥且日志确属于它，可在其后开始己方账本：assay ledger take-over 卷宗；否则请索取正确的副本",
        ),
    )


def _lost(place: str, size: int, signed: int) -> NotVerifiedError:
    return damaged(place, f"{signed} entries were signed, {size} are there")


def _absent(place: str, position: int, size: int) -> InputError:
    return InputError(
        Text(f"{place} has no signed entry {position}", f"{place} 中没有已签名的第 {position} 条"),
        Text(f"entries are counted from 0; {size} are signed", f"条目从 0 计数；已签名 {size} 条"),
    )
