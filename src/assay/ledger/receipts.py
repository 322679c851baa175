"""Receipts: one `.tlog-proof` file that proves offline that an entry is in a log (c2sp.org/tlog-proof).

`NAME.tlog-proof` lies beside the entry's bytes, `NAME`; or it carries the entry as its `extra`, and lies beside the
file that this entry is a digest of.
"""

import base64
import binascii
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from assay.ledger.checkpoints import Believed, open_checkpoint
from assay.ledger.merkle import leaf_hash, root_of_inclusion
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey

SUFFIX = ".tlog-proof"
LARGEST = 1 << 20
_HEAD = "c2sp.org/tlog-proof@v1"
_MOST_HASHES = 63


class Receipt(Struct, frozen=True):
    """A proof as parsed; nothing in it is verified. `checkpoint` are the bytes of a signed note."""

    position: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def carrying(self, entry: bytes) -> "Receipt":
        """The same with the entry in it, for a file that the entry is a digest of."""
        return replace(self, extra=entry)

    def render(self) -> bytes:
        lines = [_HEAD]
        if self.extra is not None:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines += [f"index {self.position}", *(base64.b64encode(item).decode() for item in self.proof), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def read_receipt(content: bytes, what: str) -> Receipt:
    """Raises NotVerifiedError when these bytes are no receipt."""
    try:
        return _parsed(content)
    except (ValueError, binascii.Error) as error:
        raise unverified(what, f"it is no receipt ({error})", f"不是有效回执（{error}）") from error


def open_receipt(
    content: bytes, entry: bytes, log_keys: Sequence[NamedKey], what: str, witnesses: Sequence[NamedKey] = ()
) -> tuple[int, Believed]:
    """Position of the entry, and the checkpoint that the proof leads to. Raises NotVerifiedError."""
    # 1. The form.
    receipt = read_receipt(content, what)
    # 2. The checkpoint: origin, signature, cosignatures.
    believed = open_checkpoint(receipt.checkpoint, log_keys, what, witnesses)
    # 3. The proof leads from these bytes of the entry to the root.
    try:
        root = root_of_inclusion(receipt.position, believed.checkpoint.size, leaf_hash(entry), receipt.proof)
    except ValueError as error:
        raise unverified(what, str(error), f"证明与树不符：{error}") from error
    if root != believed.checkpoint.root:
        raise unverified(
            what,
            f"this entry is not entry {receipt.position} of the log, or either was changed",
            f"该条目并非日志第 {receipt.position} 条，或其中之一已被更改",
        )
    return receipt.position, believed


def _parsed(content: bytes) -> Receipt:
    if len(content) > LARGEST:
        raise ValueError("too large")
    head, blank, checkpoint = content.partition(b"\n\n")
    first, *lines = head.decode("ascii").split("\n")
    if first != _HEAD or not blank or not lines:
        raise ValueError(f"it does not begin with {_HEAD}, lines and an empty line")
    extra = None
    if lines[0].startswith("extra "):
        extra = base64.b64decode(lines.pop(0).removeprefix("extra "), validate=True)
    number = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
    if not number.isdigit() or len(number) > 19 or str(int(number)) != number:
        raise ValueError("it names no index")
    proof = tuple(base64.b64decode(line, validate=True) for line in lines)
    if len(proof) > _MOST_HASHES or any(len(item) != 32 for item in proof):
        raise ValueError("a line is no hash")
    if [base64.b64encode(item).decode() for item in proof] != lines:
        raise ValueError("a hash is not spelled as base64 spells it")
    return Receipt(int(number), proof, checkpoint, extra)
