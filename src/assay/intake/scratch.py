"""The private folder where archives that cannot be read in place are expanded, each once.

Files are named by the SHA-256 of the archive they came from (with the ending `.out`: what it expands to; `.all`: named
by the contents themselves), written under a temporary name and renamed when complete, so that nothing that lay there
before is ever trusted. Names of the product never become names here, so no entry can choose where it is written. The
caller owns the folder and removes it.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from assay.core.attempts import ReasonCode
from assay.intake.inflate import CHUNK, BadContentError, Codec, inflated
from assay.intake.limits import Budget


class Kept(Struct, frozen=True):
    """A scratch file. With a `reason`, only the first `size` bytes could be had, and why."""

    path: str
    size: int
    reason: ReasonCode | None = None
    detail: str = ""


class Scratch:
    def __init__(self, folder: Path, budget: Budget) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self._budget = folder, budget

    def copy(self, source: BinaryIO) -> Kept:
        """Copy a nested archive out of its compressed place; named by its own digest."""
        digest = hashlib.sha256()

        def pieces() -> Iterator[bytes]:
            while piece := source.read(CHUNK):
                digest.update(piece)
                yield piece

        return self._keep(pieces(), digest.hexdigest, lambda: 1 << 62)

    def gather(self, pieces: Iterator[bytes], packed: int) -> Kept:
        """Keep contents that another program hands over, one after the other; named by the digest of them all."""
        digest = hashlib.sha256()

        def counted() -> Iterator[bytes]:
            for piece in pieces:
                digest.update(piece)
                yield piece

        return self._keep(counted(), lambda: f"{digest.hexdigest()}.all", lambda: packed)

    def expand(self, source: BinaryIO, codec: Codec) -> Kept:
        """Decompress a whole archive; named by the digest of the compressed bytes."""
        digest, taken = hashlib.sha256(), 0

        def read(size: int) -> bytes:
            nonlocal taken
            piece = source.read(size)
            digest.update(piece)
            taken += len(piece)
            self._budget.read += len(piece)
            return piece

        def name() -> str:
            while read(CHUNK):
                pass
            return f"{digest.hexdigest()}.out"

        return self._keep(inflated(codec, read), name, lambda: taken)

    def _keep(self, pieces: Iterator[bytes], name: Callable[[], str], packed: Callable[[], int]) -> Kept:
        """1 write while within limits, 2 on damage keep what came before, 3 rename to the content's name."""
        limits, size = self._budget.limits, 0
        reason: ReasonCode | None = None
        detail = ""
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix="partial-")
        try:
            with os.fdopen(descriptor, "wb") as out:
                try:
                    for piece in _small(pieces):  # 1
                        size += len(piece)
                        if limits.is_bomb(packed(), size) or not self._budget.expand(len(piece)):
                            size -= len(piece)
                            reason, detail = "bomb", f"expands beyond the limit after {size} bytes"
                            break
                        out.write(piece)
                    final = name()
                except BadContentError as fault:  # 2
                    reason, detail = "damaged", str(fault)
                    final = name()
            path = self.folder / final
            Path(temporary).replace(path)  # 3
        finally:
            Path(temporary).unlink(missing_ok=True)  # gone already when it was renamed
        return Kept(str(path), size, reason, detail)


def _small(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of at most CHUNK, so that a limit cuts where it stands and not a whole piece before."""
    for piece in pieces:
        for at in range(0, len(piece), CHUNK):
            yield piece[at : at + CHUNK]
