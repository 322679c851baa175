"""Writes and reads `docs/vectors/chunked-encryption`: sealed messages, each with one thing wrong, or nothing.

    python -m tests.deposit.vectors        writes them anew, by `oracle` and not by the container of assay

The form is that of C2SP's CCTV vectors for age: lines of `key: value`, an empty line, the sealed message, which may be
compressed. README.md beside them says what each key means.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.deposit.oracle import AES_256, CHUNK, SM4, Instance, Parts, derived, parts

FOLDER = Path(__file__).parents[2] / "docs/vectors/chunked-encryption"
INSTANCES = {"aes-256-gcm": AES_256, "sm4-gcm": SM4}
CONTEXT = b"vector"
EXPECTED = ("success", "header failure", "truncated", "commitment failure", "chunk failure")
COMPRESSED_FROM = 2_000


@dataclass(frozen=True)
class Vector:
    """`released` is what a reader that streams may have given out before it noticed."""

    name: str
    expect: str
    comment: str
    instance: Instance
    key: bytes
    context: bytes
    sealed: bytes
    released: bytes

    def written(self) -> bytes:
        lines = {
            "expect": self.expect,
            "aead": self.instance.aead,
            "hash": self.instance.hash,
            "key": self.key.hex(),
            "context": self.context.hex(),
            "payload": hashlib.sha256(self.released).hexdigest(),
            "comment": self.comment,
        }
        body = self.sealed
        if len(body) > COMPRESSED_FROM:
            lines["compressed"] = "zlib"
            body = zlib.compress(body, 9)
        return "".join(f"{key}: {value}\n" for key, value in lines.items()).encode() + b"\n" + body


@dataclass(frozen=True)
class Read:
    """A vector as a stranger reads it."""

    header: dict[str, str]
    sealed: bytes


def read(path: Path) -> Read:
    head, _, body = path.read_bytes().partition(b"\n\n")
    header = dict(line.split(": ", 1) for line in head.decode().splitlines())
    return Read(header, zlib.decompress(body) if header.get("compressed") == "zlib" else body)


def _message(instance: Instance, key: bytes, salt: bytes, size: int) -> bytes:
    """A message that is sealed as zeros, in the context of the vectors: compressed files are short."""
    own, base, _ = derived(instance, key, salt, CONTEXT)
    numbers = range(size // CHUNK + 1)
    stream = (instance.seal(own, (base ^ number).to_bytes(12, "big"), bytes(CHUNK))[:CHUNK] for number in numbers)
    return b"".join(stream)[:size]


def _of(instance: Instance) -> Iterator[Vector]:
    key = hashlib.sha256(b"key").digest()[: instance.key_size]
    salt = hashlib.sha256(b"salt").digest()[:24]

    def made(message: bytes, context: bytes = CONTEXT, **how: object) -> Parts:
        return parts(instance, key, context, message, salt, **how)  # type: ignore[arg-type]

    def vector(name: str, expect: str, comment: str, sealed: bytes, released: bytes = b"") -> Vector:
        return Vector(name, expect, comment, instance, key, CONTEXT, sealed, released)

    long = _message(instance, key, salt, 2 * CHUNK + 999)
    for size, name in [
        (0, "empty"), (1, "one_byte"), (CHUNK - 1, "one_less_than_a_chunk"), (CHUNK, "one_chunk"),
        (CHUNK + 1, "one_more_than_a_chunk"), (2 * CHUNK, "two_chunks"), (2 * CHUNK + 999, "two_chunks_and_more"),
    ]:  # fmt: skip
        text = long[:size]
        yield vector(name, "success", f"a message of {size} bytes", made(text).joined(), text)
    text = long[:100]
    yield replace(vector("no_context", "success", "an empty context", made(text, b"").joined(), text), context=b"")
    for name, (expect, comment, sealed) in _headers(made(text), made(text, b"other")).items():
        yield vector(name, expect, comment, sealed)
    other = hashlib.sha256(b"another key").digest()[: instance.key_size]
    yield replace(vector("wrong_key", "commitment failure", "another key", made(text).joined()), key=other)
    for name, (expect, comment, sealed, chunks) in _chunks(made, long).items():
        yield vector(name, expect, comment, sealed, long[: chunks * CHUNK])


def _headers(whole: Parts, elsewhere: Parts) -> dict[str, tuple[str, str, bytes]]:
    """Names, what is expected, why, and the message: faults of the header, of a message of 100 bytes."""
    sealed, last = whole.joined(), len(whole.chunks[0])
    return {
        "nothing": ("header failure", "no byte at all", b""),
        "half_a_salt": ("header failure", "cut inside of the salt", sealed[:12]),
        "salt_only": ("header failure", "cut behind the salt", sealed[:24]),
        "half_a_commitment": ("header failure", "cut inside of the commitment", sealed[:55]),
        "header_only": ("truncated", "no chunk", sealed[:56]),
        "half_a_tag": ("truncated", "the only chunk is shorter than a tag", sealed[:64]),
        "no_tag": ("truncated", "the only chunk is one byte shorter than a tag", sealed[:71]),
        "tag_cut": ("chunk failure", "the last byte is missing", sealed[:-1]),
        "salt_flipped": ("commitment failure", "one bit of the salt", _flipped(sealed, 3)),
        "commitment_flipped_first": ("commitment failure", "the first bit of the commitment", _flipped(sealed, 24)),
        "commitment_flipped_last": ("commitment failure", "the last byte of the commitment", _flipped(sealed, 55)),
        "commitment_zero": ("commitment failure", "zeros", replace(whole, commitment=bytes(32)).joined()),
        "other_context": ("commitment failure", "sealed in another context", elsewhere.joined()),
        "other_context_own_commitment": (
            "chunk failure", "chunks of another context behind the right header",
            replace(whole, chunks=elsewhere.chunks).joined(),
        ),
        "body_flipped": ("chunk failure", "one bit of the ciphertext", _flipped(sealed, 60)),
        "tag_flipped": ("chunk failure", "one bit of the tag", _flipped(sealed, len(sealed) - 1)),
        "garbage_behind": ("chunk failure", "one byte behind the last chunk", sealed + b"\0"),
        "twice": ("chunk failure", "the only chunk stands there twice", sealed + sealed[-last:]),
    }  # fmt: skip


def _chunks(made: Callable[..., Parts], text: bytes) -> dict[str, tuple[str, str, bytes, int]]:
    """The same for a message of two full chunks and 999 bytes, and how many full chunks may be released before."""
    whole = made(text)
    first, second, last = whole.chunks
    empty = made(text[:CHUNK]).chunks[1]

    short = made(text, cut=(16_000, CHUNK, 1_383)).joined()
    long = made(text, cut=(CHUNK + 1, CHUNK, 998)).joined()

    def of(*chunks: bytes) -> bytes:
        return replace(whole, chunks=chunks).joined()

    return {
        "truncated_at_the_last_chunk": ("truncated", "the short last chunk is missing", of(first, second), 2),
        "truncated_at_the_second_chunk": ("truncated", "one full chunk is left", of(first), 1),
        "truncated_in_the_last_chunk": ("chunk failure", "half of the last chunk", of(first, second, last[:500]), 2),
        "truncated_in_the_last_tag": ("truncated", "15 bytes of the last chunk", of(first, second, last[:15]), 2),
        "truncated_in_the_second_chunk": ("chunk failure", "half of the second chunk", of(first, second[:9000]), 1),
        "first_missing": ("chunk failure", "the first chunk is missing", of(second, last), 0),
        "middle_missing": ("chunk failure", "the second chunk is missing", of(first, last), 1),
        "swapped": ("chunk failure", "the full chunks are swapped", of(second, first, last), 0),
        "doubled": ("chunk failure", "the first chunk stands there twice", of(first, first, second, last), 1),
        "first_for_second": ("chunk failure", "the first chunk in place of the second", of(first, first, last), 1),
        "ended_early": ("chunk failure", "an empty chunk of another number ends it", of(first, second, empty), 2),
        "first_flipped": ("chunk failure", "one bit of the first chunk", of(_flipped(first, 100), second, last), 0),
        "second_flipped": ("chunk failure", "one bit of the second chunk", of(first, _flipped(second, 100), last), 1),
        "last_flipped": ("chunk failure", "one bit of the last chunk", of(first, second, _flipped(last, 100)), 2),
        "last_tag_flipped": ("chunk failure", "a bit of the last tag", of(first, second, _flipped(last, -1)), 2),
        "short_chunk_in_the_middle": ("chunk failure", "a chunk of 16,000 bytes before others", short, 0),
        "long_chunk": ("chunk failure", "a first chunk of 16,385 bytes", long, 0),
        "counted_from_one": ("chunk failure", "chunks are numbered from one", made(text, first=1).joined(), 0),
        "nothing_behind": ("chunk failure", "an empty chunk behind the last one", of(first, second, last, empty), 2),
    }  # fmt: skip


def _flipped(content: bytes, at: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1
    return bytes(changed)


def vectors() -> Iterator[tuple[Path, Vector]]:
    for folder, instance in INSTANCES.items():
        for vector in _of(instance):
            yield FOLDER / folder / vector.name, vector


def main() -> None:
    for path, vector in vectors():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(vector.written())


if __name__ == "__main__":
    main()
