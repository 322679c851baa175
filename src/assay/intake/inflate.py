"""Decompression in bounded steps, with one exception for every kind of damage.

No step holds more than about 16 MiB of output, whatever the input says about itself. Streams of several members
(`cat a.gz b.gz`) are read to the end; bytes that follow the last member are damage, since unpackers disagree on them.
"""

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Literal, Protocol

Codec = Literal["gzip", "bzip2", "xz", "zstd", "lzma", "zip-deflate", "zip-bzip2", "zip-lzma", "zip-zstd"]
CHUNK = 1 << 16
_XZ_MEMORY = 512 << 20
_ZSTD_WINDOW = 1 << 27
_ZSTD_STEP = 512  # input bytes per step: a block of 4 bytes may yield 128 KiB
MAGIC: dict[Codec, bytes] = {
    "gzip": b"\x1f\x8b\x08",
    "bzip2": b"BZh",
    "xz": b"\xfd7zXZ\0",
    "zstd": b"\x28\xb5\x2f\xfd",
    "lzma": b"\x5d\0\0",
}


class BadContentError(OSError):
    """The bytes are not what they claim to be: truncated, corrupt, or longer than declared."""


class _Decoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


class _Zlib:
    def __init__(self, window_bits: int) -> None:
        self._inner = zlib.decompressobj(window_bits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = CHUNK) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Zstd:
    def __init__(self) -> None:
        import zstandard  # noqa: PLC0415  a native library, imported on first use

        self._fault = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        self._pending = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._pending

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._pending

    def decompress(self, data: bytes, max_length: int = CHUNK) -> bytes:
        """May exceed `max_length` by what one step yields."""
        view, out, size, at = memoryview(self._pending + data), [], 0, 0
        try:
            while at < len(view) and size < max_length and not self._inner.eof:
                out.append(self._inner.decompress(view[at : at + _ZSTD_STEP]))
                size += len(out[-1])
                at += _ZSTD_STEP
        except self._fault as fault:
            raise BadContentError(str(fault)) from fault
        self._pending = bytes(view[at:])
        return b"".join(out)


class _ZipLzma:
    """LZMA inside zip: two bytes of version, two of length, then the filter's properties, then raw data."""

    def __init__(self) -> None:
        self._inner: lzma.LZMADecompressor | None = None
        self._head = b""

    @property
    def eof(self) -> bool:
        return self._inner is not None and self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner is None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return b"" if self._inner is None else self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = CHUNK) -> bytes:
        if self._inner is None:
            self._head += data
            if len(self._head) < 9:
                return b""
            data, self._inner = self._head[9:], lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_filter(self._head)])
        return self._inner.decompress(data, max_length)


def _filter(head: bytes) -> dict[str, int]:
    if head[2:4] != b"\x05\x00" or head[4] >= 225:
        raise BadContentError("not an LZMA entry")
    rest, lc = divmod(head[4], 9)
    pb, lp = divmod(rest, 5)
    size = int.from_bytes(head[5:9], "little")
    if size > _XZ_MEMORY or lc + lp > 4:
        raise BadContentError("LZMA parameters out of range")
    return {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb, "dict_size": max(size, 4096)}


_DECODERS: dict[Codec, Callable[[], _Decoder]] = {
    "gzip": lambda: _Zlib(31),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_XZ_MEMORY),
    "zstd": _Zstd,
    "lzma": lambda: lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_XZ_MEMORY),
    "zip-deflate": lambda: _Zlib(-15),
    "zip-bzip2": bz2.BZ2Decompressor,
    "zip-lzma": _ZipLzma,
    "zip-zstd": _Zstd,
}


def _next_member(data: bytes, read: Callable[[int], bytes], magic: bytes) -> bytes:
    """The start of a further member behind the one that ended, b'' when nothing but padding follows."""
    while not data.lstrip(b"\0") and (more := read(CHUNK)):
        data = more
    data = data.lstrip(b"\0")
    if not data:
        return b""
    data += read(len(magic))
    if not data.startswith(magic):
        raise BadContentError("bytes follow the end of the compressed data")
    return data


def inflated(codec: Codec, read: Callable[[int], bytes], chunk: int = CHUNK) -> Iterator[bytes]:
    """Output in pieces. Raises BadContentError behind the last good piece when input is damaged or cut."""
    decoder, data = _DECODERS[codec](), b""
    magic = MAGIC.get(codec)
    while True:
        if decoder.eof:
            data = b"" if magic is None else _next_member(decoder.unused_data, read, magic)
            if not data:
                return
            decoder = _DECODERS[codec]()
        elif not data and decoder.needs_input:
            data = read(chunk)
            if not data and codec != "zip-lzma":
                raise BadContentError("the compressed data ends too early")
            if not data:
                return  # LZMA in zip may lack an end mark; the size check of the reader decides
        try:
            out = decoder.decompress(data, chunk)
        except BadContentError:
            raise
        except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as fault:
            raise BadContentError(str(fault)) from fault
        data = b""
        if out:
            yield out
