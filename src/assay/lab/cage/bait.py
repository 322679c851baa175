"""Files that a product has no business with, put where such files lie, and watched: who opens one is seen.

Opening a file for reading leaves no trace in the files, and stopping a program at each open costs ten times what the
open itself does (docs/adr/0025-cage.md). So the keys, passwords and histories that are stolen most often are there,
with nothing in them, and inotify tells the keeper of each that is opened: in traced and untraced runs, by whatever
call, io_uring included. A container's root keeps its own files of these names; they are watched the same.

What it cannot see: which program it was; a look for a file that is not there, or that is refused (the launches that
trace opens see both); a process that reads another's memory.
"""

import contextlib
import ctypes
import os
import threading
from pathlib import Path

from assay.lab.cage.events import Teller
from assay.lab.cage.spec import HOME

_OPEN, _CLOEXEC, _OVERFLOW = 0x20, 0o2000000, 0x4000
_EVENT = 16  # bytes: watch, mask, cookie, length of the name
_KEYS = (
    ".ssh/id_rsa", ".ssh/id_ed25519", ".ssh/known_hosts", ".aws/credentials", ".gnupg/secring.gpg", ".netrc",
    ".git-credentials", ".docker/config.json", ".kube/config", ".pgpass", ".my.cnf", ".bash_history",
)  # fmt: skip
PLACES = (
    "/etc/shadow", "/etc/gshadow", "/etc/sudoers",
    *(f"/{home}/{key}" for home in (HOME.lstrip("/"), "root", "home/operator") for key in _KEYS),
)  # fmt: skip
_libc = ctypes.CDLL(None, use_errno=True)


def folders(skeleton: Path) -> None:
    """The folders for them, in the lowest layer."""
    for place in PLACES:
        (skeleton / place.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)


def put(root: Path) -> None:
    """Made in the upper layer: a second name for a file of a lower one would be a copy, which nobody watches."""
    for place in PLACES:
        path = root / place.lstrip("/")
        with contextlib.suppress(FileExistsError):  # the product delivers one itself
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def watch(root: Path, teller: Teller) -> None:
    """Tell of each opening below this root, which nobody has run in yet, from now on. Raises OSError."""
    notices = _libc.inotify_init1(_CLOEXEC)
    if notices < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    places: dict[int, str] = {}
    for place in PLACES:
        path = root / place.lstrip("/")
        if path.is_file() and path.resolve() == path:  # a container's own link is not followed out of its root
            number = _libc.inotify_add_watch(notices, os.fsencode(path), _OPEN)
            if number < 0:
                raise OSError(ctypes.get_errno(), f"inotify_add_watch {place}")
            places[number] = place
    threading.Thread(target=_read, args=(notices, places, teller), daemon=True).start()


def _read(notices: int, places: dict[int, str], teller: Teller) -> None:
    """Watches of files carry no name, so each event is of the same size."""
    while piece := os.read(notices, _EVENT * 256):
        for at in range(0, len(piece), _EVENT):
            number = int.from_bytes(piece[at : at + 4], "little", signed=True)
            mask = int.from_bytes(piece[at + 4 : at + 8], "little")
            if mask & _OPEN and number in places:
                teller.tell("read", path=places[number], error="")
            elif mask & _OVERFLOW:
                teller.tell("limit", what="events")
