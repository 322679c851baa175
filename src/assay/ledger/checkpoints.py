"""Checkpoints: a log's name, size and root, signed (c2sp.org/tlog-checkpoint), and cosigned by who saw it.

Checkpoints of this ledger carry no extension lines; those of others may, and are kept as they are.
"""

import base64
import binascii
from collections.abc import Sequence

from msgspec import Struct

from assay.core.errors import NotVerifiedError
from assay.ledger.merkle import EMPTY
from assay.ledger.notes import Note, Signature, open_note, parse_note, sign_note, unverified
from assay.ledger.signing import COSIGNATURE, NamedKey, Signer

_MOST_DIGITS = 19


class Checkpoint(Struct, frozen=True):
    """What a log says of itself. `extra` are extension lines."""

    origin: str
    size: int
    root: bytes
    extra: tuple[str, ...] = ()

    def text(self) -> str:
        lines = (self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extra)
        return "".join(f"{line}\n" for line in lines)


class Believed(Struct, frozen=True):
    """A checkpoint that keys of its log signed, and who cosigned it, with the time that each states."""

    checkpoint: Checkpoint
    note: Note
    by: tuple[NamedKey, ...]
    cosigned: tuple[tuple[NamedKey, int], ...] = ()


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[Signer]) -> Note:
    return sign_note(checkpoint.text(), checkpoint.origin, signers)


def read_checkpoint(text: str, what: str) -> Checkpoint:
    """The three lines and what follows. Raises NotVerifiedError; says nothing about signatures."""
    lines = text.split("\n")
    try:
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ValueError("it has not three lines")
        origin, number, encoded, *extra = lines[:-1]
        root = base64.b64decode(encoded, validate=True)
        size = int(number) if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS else -1
        if str(size) != number:
            raise ValueError("the size is no number")
        if len(root) != 32 or base64.b64encode(root).decode() != encoded or (size == 0 and root != EMPTY):
            raise ValueError("the root is no hash of such a tree")
    except (ValueError, binascii.Error) as error:
        raise unverified(what, f"it is no checkpoint ({error})", f"不是有效检查点（{error}）") from error
    return Checkpoint(origin, size, root, tuple(extra))


def open_checkpoint(
    content: bytes, log_keys: Sequence[NamedKey], what: str, witnesses: Sequence[NamedKey] = ()
) -> Believed:
    """A checkpoint signed by one of `log_keys`; cosignatures by `witnesses` are verified, others are kept unseen.

    Raises NotVerifiedError when it is malformed, when no key that speaks for its origin signed it, or when a
    signature of a known key is wrong.
    """
    unopened = parse_note(content, what)
    origin = read_checkpoint(unopened.text, what).origin
    speaking = [key.renamed(origin) for key in log_keys if key.kind != COSIGNATURE and key.speaks_for(origin)]
    if not speaking:
        raise _stranger(what, origin, log_keys)
    opened = open_note(content, speaking, what)
    cosigned = tuple((key, signature.time) for key, signature in _cosignatures(content, witnesses, what))
    return Believed(read_checkpoint(opened.text, what), opened.note, tuple(key for key, _ in opened.by), cosigned)


def signed_by(content: bytes, origin: str, log_keys: Sequence[NamedKey], what: str) -> bool:
    """Whether it bears the signature, right or wrong, of a key that speaks for this log."""
    present = {(item.name, item.key_id) for item in parse_note(content, what).signatures}
    return any(key.speaks_for(origin) and (origin, key.renamed(origin).id) in present for key in log_keys)


def _cosignatures(content: bytes, witnesses: Sequence[NamedKey], what: str) -> Sequence[tuple[NamedKey, Signature]]:
    present = {(item.name, item.key_id) for item in parse_note(content, what).signatures}
    known = [key for key in witnesses if key.kind == COSIGNATURE and (key.name, key.id) in present]
    return open_note(content, known, what).by if known else ()


def _stranger(what: str, origin: str, keys: Sequence[NamedKey]) -> NotVerifiedError:
    known = ", ".join(key.name for key in keys) or "-"
    return unverified(
        what,
        f"it is of the log {origin!r}, for which no known key speaks (known: {known})",
        f"其日志为 {origin!r}，没有已知公钥可代表该日志（已知：{known}）",
    )
