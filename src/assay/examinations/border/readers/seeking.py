"""A stream that can be sought in, or a path: for formats that have their directory at the end."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from assay.lab.scratch import scratch_folder

_IN_MEMORY = 32 << 20


@contextmanager
def seekable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself, or its copy in memory or in a temporary file. Raises OSError where the stream does."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
        copy.seek(0)
        yield cast(BinaryIO, copy)


@contextmanager
def on_disk(stream: BinaryIO) -> Iterator[Path]:
    """A private copy of the stream as a file, for libraries that want a path."""
    with scratch_folder() as folder:
        path = folder / "copy"
        with path.open("wb") as copy:
            shutil.copyfileobj(stream, copy, 1 << 20)
        yield path
