"""Witnessing: each party remembers the last checkpoint that it saw of a log, and cosigns only what continues it.

Parties exchange the files of c2sp.org/tlog-witness: a request (the size last seen, a consistency proof, a checkpoint)
and, for answer, cosignature lines. A log that shows two sides two histories, that was rolled back, or that was
restored from an old backup cannot get both sides' cosignatures; it is refused, and the refusal says which it is.
"""

import base64
import binascii
import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assay.core.errors import NotVerifiedError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain, write_durably
from assay.ledger.checkpoints import Believed, Checkpoint, open_checkpoint, read_checkpoint
from assay.ledger.log import Log, forked
from assay.ledger.merkle import consistent
from assay.ledger.notes import Note, Signature, cosign, parse_note, unverified
from assay.ledger.signing import COSIGNATURE, NamedKey, Signer
from assay.ledger.tiles import HASH

_LARGEST = 1 << 20
_MOST_HASHES = 63


class Seen:
    """What this party has seen of logs: one file for each, in a folder of its own, away from the logs themselves.

    Losing the folder loses the protection against rollback, nothing else; restoring it from a backup weakens it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def last(self, origin: str) -> Checkpoint | None:
        """Raises NotVerifiedError when what was remembered is damaged."""
        note = self._read(origin)
        return None if note is None else read_checkpoint(note.text, self._path(origin).name)

    def last_time(self, origin: str, key: NamedKey) -> int:
        """When `key` last cosigned this log; 0 for never."""
        note = self._read(origin)
        times = (
            [item.time for item in note.signatures if (item.name, item.key_id) == (key.name, key.id)] if note else []
        )
        return max(times, default=0)

    def remember(self, believed: Believed, continues: Callable[[Checkpoint], None]) -> None:
        """Keep this checkpoint unless a larger one is kept.

        `continues` raises NotVerifiedError when the log is not the continuation of the one that is kept; both happen
        under the lock, so that two copies of a log cannot pass each other by.
        """
        with self.locked():
            last = self.last(believed.checkpoint.origin)
            if last is not None:
                continues(last)
            self._keep(believed.checkpoint, believed.note)

    def _keep(self, checkpoint: Checkpoint, note: Note) -> None:
        """Under the lock, with a checkpoint that continues the one that is kept, or is older."""
        kept = self._read(checkpoint.origin)
        last = self.last(checkpoint.origin)
        if kept is not None and last is not None:
            if last.size > checkpoint.size:
                return
            if last.size == checkpoint.size:
                if last.root != checkpoint.root:
                    raise forked("this checkpoint", checkpoint.origin, last.size)
                note = kept.joined(note.signatures)
                if note == kept:
                    return
        try:
            write_durably(self._path(checkpoint.origin), note.render())
        except OSError as error:
            raise refused(self._folder, error) from error

    def _read(self, origin: str) -> Note | None:
        path = self._path(origin)
        try:
            content = read_plain(path, _LARGEST)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(path, error) from error
        note = parse_note(content, path.name)
        if read_checkpoint(note.text, path.name).origin != origin:
            raise unverified(path.name, "it is of another log", "它属于另一日志")
        return note

    def _path(self, origin: str) -> Path:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.checkpoint"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time compares and writes, or a smaller tree could take the place of a larger one."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise refused(self._folder, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Witness:
    """A party that cosigns logs whose keys it knows. `clock` gives POSIX seconds."""

    def __init__(
        self, name: str, signer: Signer, log_keys: Sequence[NamedKey], seen: Seen, clock: Callable[[], float]
    ) -> None:
        self.key = NamedKey(name, COSIGNATURE, signer.public)
        self._signer = signer
        self._log_keys = tuple(log_keys)
        self._seen = seen
        self._clock = clock

    def answer(self, request: bytes) -> bytes:
        """Cosignature lines for a request. Raises NotVerifiedError naming why there are none."""
        # 1. The form of the request, and the checkpoint: its origin and signature by a key that we know.
        old, proof, content = read_request(request)
        believed = open_checkpoint(content, self._log_keys, "the checkpoint in the request")
        new = believed.checkpoint
        with self._seen.locked():
            # 2. The size that the other side takes for the last is the last that we saw.
            last = self._seen.last(new.origin) or Checkpoint(new.origin, 0, hashlib.sha256(b"").digest())
            if new.size < last.size:
                raise _rolled_back(new, last.size)
            if old != last.size:
                raise _wrong_size(new, old, last.size)
            # 3. The new tree begins with the one that we saw.
            if not consistent(last.size, last.root, new.size, new.root, proof):
                raise forked("the checkpoint in the request", new.origin, last.size)
            # 4. Our clock did not go back: the times of our cosignatures would contradict each other.
            now, before = int(self._clock()), self._seen.last_time(new.origin, self.key)
            if now < before:
                raise _clock_set_back(now, before)
            # 5. Remember, on disk, before anybody sees the cosignature.
            signature = cosign(believed.note.text, self.key.name, self._signer, now)
            self._seen._keep(new, believed.note.joined([signature]))  # noqa: SLF001  (the lock is held)
        return signature.line().encode()


def request(log: Log, old: int) -> bytes:
    """Ask a witness that last saw `old` entries to cosign this log's checkpoint."""
    signed, proof = log.consistency(old)
    lines = [f"old {old}", *(base64.b64encode(item).decode() for item in proof), "", ""]
    return "\n".join(lines).encode() + signed.note.render()


def read_request(content: bytes) -> tuple[int, list[bytes], bytes]:
    """Old size, proof, and the checkpoint's bytes. Raises NotVerifiedError when the bytes are no request."""
    try:
        head, blank, checkpoint = content.partition(b"\n\n")
        first, *lines = head.decode("ascii").split("\n")
        number = first.removeprefix("old ")
        if not blank or number == first or not number.isdigit() or len(number) > 19 or str(int(number)) != number:
            raise ValueError("it does not begin with the old size")
        proof = [base64.b64decode(line, validate=True) for line in lines]
        if len(proof) > _MOST_HASHES or any(len(item) != HASH for item in proof):
            raise ValueError("a line is no hash")
    except (ValueError, binascii.Error) as error:
        raise unverified("the request", f"it is none ({error})", f"不是有效请求（{error}）") from error
    return int(number), proof, checkpoint


def joined(checkpoint: bytes, answer: bytes, what: str) -> bytes:
    """A checkpoint with the lines that a witness answered. Nothing is verified: `Log.cosigned` does."""
    note = parse_note(checkpoint, what)
    lines: tuple[Signature, ...] = parse_note(note.text.encode() + b"\n" + answer, what).signatures
    return note.joined(lines).render()


def _rolled_back(new: Checkpoint, seen: int) -> NotVerifiedError:
    return unverified(
        f"the checkpoint of {new.origin}",
        f"it has {new.size} entries, {seen} were cosigned here: rolled back, or restored from an old backup",
        f"它有 {new.size} 条，而此处已会签 {seen} 条：日志被回滚，或由旧备份恢复",
        Text(
            "its owner must go on from the newest copy; we can give back the checkpoint that we cosigned",
            "其所有者须由最新副本继续；我方可提供已会签的检查点",
        ),
    )


def _wrong_size(new: Checkpoint, old: int, seen: int) -> NotVerifiedError:
    return unverified(
        f"the request of {new.origin}",
        f"it proves from {old} entries, {seen} were cosigned here",
        f"其证明自 {old} 条起，而此处已会签 {seen} 条",
        Text(f"ask again with the old size {seen}", f"请以旧大小 {seen} 重新请求"),
    )


def _clock_set_back(now: int, before: int) -> NotVerifiedError:
    return unverified(
        "this machine's clock",
        f"it says {now}, but we cosigned this log at {before}: it was set back",
        f"当前为 {now}，但我方曾于 {before} 会签此日志：时钟被回拨",
        Text("set the clock right and try again; nothing was cosigned", "请校正时钟后重试；未作会签"),
    )
