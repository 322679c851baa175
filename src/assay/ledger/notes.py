"""Signed notes: text, an empty line, and one line for each signature (c2sp.org/signed-note).

The text is nothing until a trusted key's signature over it was verified: `open_note` is the only way from bytes to
text that anybody may believe. Signatures of unknown keys are ignored, one bad signature of a known key refuses the
note. A cosignature (type 0x04) carries a time and covers it (c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import struct
from collections.abc import Iterable, Sequence

from msgspec import Struct

from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.ledger.signing import COSIGNATURE, NamedKey, Signer, named

LARGEST = 1 << 20
MOST_SIGNATURES = 100
_DASH = "\u2014 "


class Signature(Struct, frozen=True):
    """One signature line. `key_id` and `raw` are what the base64 holds."""

    name: str
    key_id: bytes
    raw: bytes

    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.raw).decode()}\n"

    @property
    def time(self) -> int:
        """POSIX seconds of a cosignature."""
        return int(struct.unpack(">Q", self.raw[:8])[0])


class Note(Struct, frozen=True):
    """A note as parsed; nothing in it is verified."""

    text: str
    signatures: tuple[Signature, ...]

    def render(self) -> bytes:
        return f"{self.text}\n{''.join(signature.line() for signature in self.signatures)}".encode()

    def joined(self, more: Iterable[Signature]) -> "Note":
        """With these signatures too; one key's later line takes the place of its earlier one."""
        lines = {(item.name, item.key_id): item for item in (*self.signatures, *more)}
        return Note(self.text, tuple(lines.values()))


class Opened(Struct, frozen=True):
    """A note whose text may be believed as far as `by` is trusted."""

    note: Note
    by: tuple[tuple[NamedKey, Signature], ...]

    @property
    def text(self) -> str:
        return self.note.text


def sign_note(text: str, name: str, signers: Sequence[Signer]) -> Note:
    """Sign a text, all signers under one name. Raises ValueError when it is no text of a note."""
    if not text.endswith("\n") or any(ord(character) < 0x20 and character != "\n" for character in text):
        raise ValueError("the text of a note ends in a newline and holds no control characters")
    message = text.encode()
    return Note(text, tuple(Signature(name, named(signer, name).id, signer.sign(message)) for signer in signers))


def cosign(text: str, name: str, signer: Signer, time: int) -> Signature:
    """A statement that at `time` this was the largest consistent tree that the signer had seen."""
    key = NamedKey(name, COSIGNATURE, signer.public)
    return Signature(name, key.id, struct.pack(">Q", time) + signer.sign(_cosigned(text, time)))


def check(key: NamedKey, signature: Signature, text: str) -> bool:
    """Whether `signature` is this key's over `text`. Raises LookupError when it cannot be checked here."""
    if (signature.name, signature.key_id) != (key.name, key.id):
        return False
    if key.kind == COSIGNATURE:
        if len(signature.raw) != 72 or signature.time >= 1 << 63:
            return False
        return key.verify(signature.raw[8:], _cosigned(text, signature.time))
    return key.verify(signature.raw, text.encode())


def parse_note(content: bytes, what: str) -> Note:
    """Raises NotVerifiedError when these bytes are no signed note; `what` names them in it."""
    try:
        return Note(*_parsed(content))
    except (ValueError, binascii.Error) as error:
        raise unverified(what, f"it is no signed note ({error})", f"不是签名文本（{error}）") from error


def open_note(content: bytes, keys: Sequence[NamedKey], what: str) -> Opened:
    """Parse and verify. Raises NotVerifiedError: malformed, a known key's signature is bad, or no key is known."""
    note = parse_note(content, what)
    by: list[tuple[NamedKey, Signature]] = []
    unchecked = []
    for signature in note.signatures:
        for key in keys:
            if (signature.name, signature.key_id) != (key.name, key.id) or any(key == other for other, _ in by):
                continue
            try:
                good = check(key, signature, note.text)
            except LookupError:
                unchecked.append(key.label)
                continue
            if not good:
                raise unverified(what, f"the signature of {key.label} is wrong", f"{key.label} 的签名错误")
            by.append((key, signature))
    if not by:
        signed = ", ".join(f"{item.name}+{item.key_id.hex()}" for item in note.signatures)
        if unchecked:
            keys_ = ", ".join(unchecked)
            raise unverified(what, f"SM2 signature of {keys_} present, not checked", f"{keys_} 的 SM2 签名存在，未校验")
        raise unverified(what, f"no known key signed it (signed by {signed})", f"没有已知公钥的签名（签名者 {signed}）")
    return Opened(note, tuple(by))


def unverified(what: str, en: str, zh: str, advice: Text | None = None) -> NotVerifiedError:
    """What does not verify, why, and where to get another copy."""
    usual = Text(
        "do not rely on it; take it from the other party's copy, and compare keys with its owner",
        "请勿采信；请从另一方的副本取回，并与所有者核对公钥",
    )
    return NotVerifiedError(Text(f"{what} does not verify: {en}", f"{what} 校验失败：{zh}"), advice or usual)


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _parsed(content: bytes) -> tuple[str, tuple[Signature, ...]]:
    if len(content) > LARGEST:
        raise ValueError("too large")
    whole = content.decode()
    if any(ord(character) < 0x20 and character != "\n" for character in whole):
        raise ValueError("control character")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not text or not lines.endswith("\n"):
        raise ValueError("no signature lines after an empty line")
    found = tuple(_line(line) for line in lines[:-1].split("\n"))
    if len(found) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    return text + "\n", found


def _line(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not name or not space:
        raise ValueError("malformed signature line")
    if "+" in name or any(character.isspace() for character in name):
        raise ValueError("malformed key name")
    packed = base64.b64decode(encoded, validate=True)
    if len(packed) < 5 or base64.b64encode(packed).decode() != encoded:
        raise ValueError("malformed signature")
    return Signature(name, packed[:4], packed[4:])
