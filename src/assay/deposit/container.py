"""Chunked encryption as c2sp.org/chunked-encryption specifies it: a message of any length, read at any place.

    salt (24)  commitment (32)  chunk 0  chunk 1  ...      each chunk 16,384 bytes and a tag; the last one shorter

    seal(suite, key, context, message)               the whole message, for what fits in memory
    sealed_chunks(suite, key, context, read)         the same, as a stream
    unseal(suite, key, context, sealed, what)        the whole message, or NotVerifiedError and nothing of it
    Reader(suite, key, context, read, size, what)    any range of it

`key` is used for this message alone, or the salt keeps its messages apart; `context` says what the message is, and a
message sealed as something else does not open. Nothing is given out before its chunk verified. A message that was cut
off has no short last chunk or one that does not verify: `Reader` looks at the last chunk before it reads any other, so
that not even the beginning of a truncated message is released (the specification leaves that to the application).

What it does not hide: the length of the message, to the byte.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from typing import Literal

from assay.core.errors import NotVerifiedError
from assay.core.text import Text
from assay.deposit.suites import NONCE, TAG, Cipher, Octets, Suite

CHUNK = 16_384
SALT, COMMITMENT = 24, 32
HEADER = SALT + COMMITMENT
MOST_CHUNKS = 1 << 38
_LABEL = b"c2sp.org/chunked-encryption@v1+"
_STEP = CHUNK + TAG

Fault = Literal["header", "truncated", "commitment", "chunk"]


class SealError(NotVerifiedError):
    """A sealed message does not verify. `fault` says how: its form, a missing end, another key, a changed chunk."""

    def __init__(self, message: Text, advice: Text | None = None, fault: Fault = "chunk") -> None:
        super().__init__(message, advice)
        self.fault: Fault = fault

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.advice, self.fault))


def sealed_size(size: int) -> int:
    """How long a message of `size` bytes is when it is sealed."""
    return HEADER + size + TAG * (size // CHUNK + 1)


def message_size(sealed: int, what: str) -> int:
    """How long the message in `sealed` bytes is. Raises SealError for a length that no message has."""
    if sealed < HEADER:
        raise _fault("header", what, "it is shorter than its header", "其长度不足一个头部")
    full, last = divmod(sealed - HEADER, _STEP)
    if last == 0:
        raise _fault("truncated", what, "its last chunk is missing", "缺少最后一个数据块")
    if last < TAG:
        raise _fault("truncated", what, f"its last chunk has {last} bytes, less than a tag", f"最后一块仅 {last} 字节")
    if full >= MOST_CHUNKS:
        raise _fault("header", what, "it has more chunks than a message may have", "数据块数量超过上限")
    return full * CHUNK + last - TAG


def sealed_chunks(
    suite: Suite, key: bytes, context: bytes, read: Callable[[int], bytes], salt: bytes = b""
) -> Iterator[bytes]:
    """Header and chunks of what `read(size)` gives until it gives less than asked for; it must not give less before."""
    salt = salt or os.urandom(SALT)
    cipher, base, commitment = _derived(suite, key, context, salt)
    yield salt + commitment
    number = 0
    while True:
        chunk = read(CHUNK)
        yield cipher.seal((base ^ number).to_bytes(NONCE), chunk)
        number += 1
        if len(chunk) < CHUNK:
            return
        if number == MOST_CHUNKS:
            raise ValueError("a message has at most 2^38 chunks")


def seal(suite: Suite, key: bytes, context: bytes, message: Octets, salt: bytes = b"") -> bytearray:
    """The sealed message. `salt` is for test vectors; it is random otherwise."""
    salt = salt or os.urandom(SALT)
    cipher, base, commitment = _derived(suite, key, context, salt)
    sealed = bytearray(sealed_size(len(message)))
    sealed[:HEADER] = salt + commitment
    source, out = memoryview(message), memoryview(sealed)[HEADER:]
    for number in range(len(source) // CHUNK + 1):
        chunk = source[number * CHUNK : (number + 1) * CHUNK]
        at = number * _STEP
        cipher.seal_into((base ^ number).to_bytes(NONCE), chunk, out[at : at + len(chunk) + TAG])
    return sealed


def unseal(suite: Suite, key: bytes, context: bytes, sealed: Octets, what: str) -> bytearray:
    """The message, all of it verified. Raises SealError that names `what` and the chunk."""
    size = message_size(len(sealed), what)
    view, message = memoryview(sealed), bytearray(size)
    out = memoryview(message)
    cipher, base = _opened(suite, key, context, bytes(view[:HEADER]), what)
    for number in range(size // CHUNK + 1):
        at, room = HEADER + number * _STEP, out[number * CHUNK : (number + 1) * CHUNK]
        if not cipher.open_into((base ^ number).to_bytes(NONCE), view[at : at + _STEP], room):
            raise _bad_chunk(what, number)
    return message


class Reader:
    """Any range of a sealed message of `sealed` bytes. `read(at, size)` gives its bytes. Threads may share it.

    Raises SealError when it is made, if the key is wrong or the end is missing.
    """

    def __init__(
        self, suite: Suite, key: bytes, context: bytes, read: Callable[[int, int], bytes], sealed: int, what: str
    ) -> None:
        self.size = message_size(sealed, what)
        self._read, self._what = read, what
        self._cipher, self._base = _opened(suite, key, context, self._exactly(0, HEADER), what)
        self._last = self.size // CHUNK
        self._chunk(self._last, self._exactly(HEADER + self._last * _STEP, sealed - HEADER - self._last * _STEP))

    def read(self, at: int, size: int) -> bytes:
        """Up to `size` bytes of the message at `at`; fewer at its end, none behind it."""
        stop = min(at + size, self.size)
        if at < 0 or stop <= at:
            return b""
        first, last = at // CHUNK, (stop - 1) // CHUNK
        length = min((last + 1) * CHUNK, self.size) - first * CHUNK
        sealed = memoryview(self._exactly(HEADER + first * _STEP, length + TAG * (last - first + 1)))
        chunks = [self._chunk(first + place, sealed[place * _STEP :][:_STEP]) for place in range(last - first + 1)]
        return b"".join(chunks)[at - first * CHUNK : stop - first * CHUNK]

    def _chunk(self, number: int, sealed: Octets) -> bytes:
        chunk = self._cipher.open((self._base ^ number).to_bytes(NONCE), sealed)
        if chunk is None:
            raise _bad_chunk(self._what, number)
        return chunk

    def _exactly(self, at: int, size: int) -> bytes:
        content = self._read(at, size)
        if len(content) != size:
            raise _fault(
                "truncated", self._what, f"it ends before byte {at + size}", f"内容在第 {at + size} 字节前结束"
            )
        return content


def _derived(suite: Suite, key: bytes, context: bytes, salt: bytes) -> tuple[Cipher, int, bytes]:
    """The cipher under the message's own key, its base nonce as a number, its commitment."""
    if len(key) != suite.key_size or len(salt) != SALT:
        raise ValueError(f"{suite.name} takes keys of {suite.key_size} bytes and a salt of {SALT}")
    info = b"%b%b\0%b%b" % (_LABEL, suite.aead, salt, context)
    derived = suite.expand(key, info, suite.key_size + NONCE + COMMITMENT)
    own, nonce = derived[: suite.key_size], derived[suite.key_size : -COMMITMENT]
    return suite.cipher(own), int.from_bytes(nonce), derived[-COMMITMENT:]


def _opened(suite: Suite, key: bytes, context: bytes, header: bytes, what: str) -> tuple[Cipher, int]:
    cipher, base, commitment = _derived(suite, key, context, header[:SALT])
    if not hmac.compare_digest(commitment, header[SALT:]):
        raise _fault("commitment", what, "the key is another, or its header was changed", "密钥不符，或其头部被改动")
    return cipher, base


def _bad_chunk(what: str, number: int) -> SealError:
    return _fault("chunk", what, f"chunk {number} was changed or moved", f"第 {number} 块被改动或移位")


def _fault(fault: Fault, what: str, en: str, zh: str) -> SealError:
    return SealError(
        Text(f"{what} does not verify: {en}", f"{what} 校验不通过：{zh}"),
        Text(
            "Take it from another copy of the deposit; if the key is another, ask who sealed it.",
            "请从保管件的另一副本取回；若密钥不符，请询问封存方。",
        ),
        fault,
    )
