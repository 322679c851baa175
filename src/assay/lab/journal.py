"""What a worker had begun when it died, and what it died of.

Each lane of the bench has a folder: `journal` holds one record, overwritten in place (it is mapped, and what is written
to a shared page outlives the process), `fault` what faulthandler wrote, `stderr` what native code printed. Product text
never gets into a detail: only phrases of this module do.
"""

import mmap
import os
import struct
from pathlib import Path
from typing import Final

from msgspec import Struct

from assay.core.attempts import ReasonCode

NOTHING: Final = -2  # nothing begun, or everything ended
READING: Final = -1  # the bench's own part: opening, reading, prefilter
WRITING: Final = -3  # all files were seen; the piece's facts are being written

_RECORD = struct.Struct("<qqq")
_TAIL = 64 << 10
_SIGNALS = (b"Segmentation fault", b"Aborted", b"Bus error", b"Illegal instruction", b"Floating-point exception")
# A grammar does not look whether it was given the memory that it asked for.
_PERHAPS = {b"Segmentation fault": "; in a large file that is a lack of memory as often as a fault of its reader"}
_OUT_OF_MEMORY = (b"memory allocation of", b"failed to allocate", b"bad_alloc", b"ut of memory", b"MemoryError")


class Begun(Struct, frozen=True):
    """`serial` names the task; `file` is a position in the delivery; `examination` a position or a constant above."""

    serial: int
    file: int
    examination: int


class Death(Struct, frozen=True):
    """Why a task did not end, and what it was doing."""

    reason: ReasonCode
    detail: str
    begun: Begun


class Journal:
    """The worker's side. One worker at a time owns a lane's folder."""

    def __init__(self, lane: Path) -> None:
        descriptor = os.open(lane / "journal", os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(descriptor, _RECORD.size)
        self._page = mmap.mmap(descriptor, _RECORD.size)
        os.close(descriptor)

    def begin(self, serial: int, file: int, examination: int) -> None:
        _RECORD.pack_into(self._page, 0, serial, file, examination)


def read(lane: Path, serial: int) -> Begun:
    """What the last worker of this lane had begun of this task."""
    try:
        begun = Begun(*_RECORD.unpack((lane / "journal").read_bytes()))
    except (FileNotFoundError, struct.error):
        return Begun(serial, 0, NOTHING)
    return begun if begun.serial == serial else Begun(serial, 0, NOTHING)


def post_mortem(lane: Path, serial: int) -> Death:
    """What ended the worker of this lane, from its own last words."""
    fault, printed = _tail(lane / "fault"), _tail(lane / "stderr")
    begun = read(lane, serial)
    if fault.startswith(b"Timeout (") or b"\nTimeout (" in fault:
        return Death("hang", "no progress before the watchdog's time", begun)
    if any(phrase in printed or phrase in fault for phrase in _OUT_OF_MEMORY):
        return Death("memory", "native code could not get memory", begun)
    signal = next((name for name in _SIGNALS if name in fault), b"the process ended without a trace")
    return Death("crash", signal.decode("ascii") + _PERHAPS.get(signal, ""), begun)


def _tail(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _TAIL, 0))
            return file.read()
    except FileNotFoundError:
        return b""
