"""Leaving the machine: privileges dropped, then new user, network, mount, process, IPC and host-name namespaces.

The steps are the same for root and for an ordinary user, because root first becomes nobody: the limit on processes
does not bind root's own user, and nothing of a product should ever run as it. What remains is one user id that owns
the session. Source: user_namespaces(7), unshare(2), mount(2), prctl(2).
"""

import ctypes
import os
import signal
from pathlib import Path

NOBODY = 65534
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x00020000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_MS_REC, _MS_PRIVATE = 0x4000, 1 << 18
_MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 2, 4, 8
_DUMPABLE, _DEATHSIG = 4, 1

_libc = ctypes.CDLL(None, use_errno=True)


def owner() -> tuple[int, int]:
    """The user and group outside that a cage made by this process belongs to."""
    return (NOBODY, NOBODY) if os.geteuid() == 0 else (os.geteuid(), os.getegid())


def leave() -> None:
    """Drop privileges and enter new namespaces; the next fork is their first process. Raises OSError."""
    user, group = owner()
    # 1. root becomes nobody
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        _checked(_libc.prctl(_DUMPABLE, 1, 0, 0, 0), "prctl")  # else /proc/self still belongs to root
    # 2. namespaces, in one call: the network belongs to the new user namespace
    _checked(_libc.unshare(_NEWUSER | _NEWNET | _NEWNS | _NEWPID | _NEWIPC | _NEWUTS), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    # 3. no mount made from here on is seen outside
    mount("", "/", "", _MS_REC | _MS_PRIVATE)


def settle() -> None:
    """What the first process of the namespaces does: it ends with its parent, and sees only its own processes."""
    die_with_parent()
    mount("proc", "/proc", "proc", _MS_NOSUID | _MS_NODEV | _MS_NOEXEC)


def die_with_parent() -> None:
    _checked(_libc.prctl(_DEATHSIG, int(signal.SIGKILL), 0, 0, 0), "prctl")


def mount(source: str, target: str, kind: str, flags: int = 0, options: str = "") -> None:
    """Raises OSError naming the target."""
    arguments = (source.encode(), target.encode(), kind.encode(), flags, options.encode())
    _checked(_libc.mount(*arguments), f"mount {kind} {target}")


def _checked(outcome: int, what: str) -> None:
    if outcome != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
