"""What a worker hands back, read as the word of a stranger: it parsed hostile bytes, and may have been taken over.

Results come as pickles, and reading a pickle calls what it names. Named may be the records and named tuples of
`core` and `lab`, the pool's own envelope, built-in exceptions and paths: classes that hold values. Anything else ends
the worker, as a crash does, and files that it names outside of the bench's folder are refused. Behind walls (`walls`) a
worker that was taken over then has nobody to hand anything to but lies about the files that it read. An executor of the
caller's own has a way of its own to hand results back, and is trusted.
"""

import builtins
import io
import pickle
import sys
from collections.abc import Iterable
from multiprocessing.context import BaseContext
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any

from msgspec import Struct

from assay.core.errors import AssayError
from assay.core.text import Text

_ROOMS = ("assay.core.", "assay.lab.")
_PLAIN = frozenset(
    {
        ("concurrent.futures.process", "_ResultItem"),
        ("concurrent.futures.process", "_rebuild_exc"),
        ("concurrent.futures.process", "_ExceptionWithTraceback"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
        ("pathlib._local", "PosixPath"),
        ("pathlib._local", "WindowsPath"),
        ("builtins", "set"),
        ("builtins", "frozenset"),
    }
)


class _Values(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if "." not in name and (module == "builtins" or module.startswith(_ROOMS)):
            found = getattr(builtins if module == "builtins" else sys.modules.get(module), name, None)
            if isinstance(found, type) and found.__module__ == module and _holds_values(found):
                return found
        raise pickle.UnpicklingError(f"a worker handed back {module}.{name}"[:200])


def _holds_values(found: type) -> bool:
    return issubclass(found, Struct | Exception) or hasattr(found, "_fields")


def loads(content: bytes | memoryview) -> Any:
    """Raises UnpicklingError for what names anything but values."""
    return _Values(io.BytesIO(content)).load()


class _Reader:
    """A connection that unpickles nothing but values."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def recv(self) -> Any:
        return loads(self._connection.recv_bytes())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Results(SimpleQueue[Any]):
    """The queue of a pool's results, with the reading end for the bench."""

    def __init__(self, context: BaseContext) -> None:
        super().__init__(ctx=context)
        self._reader = _Reader(self._reader)  # type: ignore[has-type]

    def __getstate__(self) -> Any:
        """For the worker, which only writes."""
        reader, self._reader = self._reader, self._reader._connection  # noqa: SLF001
        try:
            return super().__getstate__()
        finally:
            self._reader = reader


def inside(paths: Iterable[Path], folder: Path) -> None:
    """Raises AssayError when a path leaves the folder that workers write to."""
    for path in paths:
        if ".." in path.parts or not path.is_relative_to(folder):
            raise AssayError(
                Text(f"a worker named a file that is not its own: {path}", f"工作进程指明了不属于它的文件：{path}"),
                Text("the delivery may hold an attack on a parser", "交付物可能含有针对解析器的攻击"),
            )
