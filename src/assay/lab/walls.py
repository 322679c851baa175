"""The walls around a parser, which its own process puts up before it reads a byte of a product.

A cage is too dear for every file, so the worker that parses many goes behind walls of the same kind: it opens nothing
but what it was named (Landlock), makes no socket, no process and no ring, signals and traces nobody, and changes the
rights of no file (a seccomp filter). Root and an ordinary user are held alike; nothing can be undone; nothing is to be
installed. The walls are tried before `raised` says that they stand, for a wall that is quietly missing is the worst.

What it is not: a name space of processes, so others can be counted, not touched; a limit on memory or time (see
`lab.confine`). What the process held open or in memory before stays in its hands. Threads that were there already would
stay outside, so with a second one there are no walls. Where the kernel has no Landlock (before 5.13), on instruction
sets whose calls are not listed, and inside containers that refuse either, the parser runs as a worker with limits.

Source: landlock(7), seccomp(2), `linux/landlock.h`, `linux/filter.h`, `asm/unistd.h`.
"""

import contextlib
import ctypes
import errno
import os
import platform
import signal
import socket
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT = 444, 445, 446
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_OF_A_FILE = 1 << 0 | 1 << 1 | _READ_FILE | 1 << 14 | 1 << 15
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}  # how many rights each version knows; 16 from version 5 on
# To run; to make devices, sockets, pipes and links; ioctl.
_NEVER = 1 << 0 | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 15
_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE, _NO_CALL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_THREAD = 0x00010000  # CLONE_THREAD
# Numbers on x86_64 and aarch64; 0 where the call does not exist.
_REFUSED: dict[str, tuple[int, int]] = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "execve": (59, 221), "execveat": (322, 281),
    "fork": (57, 0), "vfork": (58, 0), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "pidfd_open": (434, 434), "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "bpf": (321, 280), "keyctl": (250, 219),
    "add_key": (248, 217), "request_key": (249, 218), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "init_module": (175, 105),
    "finit_module": (313, 273), "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171), "sethostname": (170, 161),
    "setrlimit": (160, 164), "mknod": (133, 0), "mknodat": (259, 33), "chmod": (90, 0), "fchmod": (91, 52),
    "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, 0), "lchown": (94, 0), "fchown": (93, 55),
    "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "iopl": (172, 0),
    "ioperm": (173, 0), "shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190),
}  # fmt: skip
_CLONE, _CLONE3, _KILL, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (62, 129), (234, 131), (302, 261)
_SYSTEM = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/timezone", "/dev/null", "/dev/urandom",
    "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
)  # fmt: skip
_libc = ctypes.CDLL(None, use_errno=True)


def raised(readable: Iterable[Path] = (), writable: Iterable[Path] = ()) -> bool:
    """Put the walls up around this process, for good; whether all of them stand.

    `readable` and `writable` are files and folders that it needs beside Python itself. Call it before threads start.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _ARCH:
        return False
    with contextlib.suppress(OSError):
        if len(os.listdir("/proc/self/task")) == 1:  # noqa: PTH208
            _only_files(readable, writable)
            _only_calls(machine)
            return _stand()
    return False


def _only_files(readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """Landlock. Raises OSError where the kernel has none."""
    version = _checked(_libc.syscall(_CREATE_RULESET, None, 0, 1), "Landlock")
    every = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("=QQQ", every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = _checked(_libc.syscall(_CREATE_RULESET, ctypes.c_char_p(attributes), size, 0), "ruleset")
    try:
        for path in (*_python(), *readable):
            _allow(rules, path, _READ_FILE | _READ_FOLDER)
        for path in writable:
            _allow(rules, path, every & ~_NEVER)
        _checked(_libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
        _checked(_libc.syscall(_RESTRICT, rules, 0), "restrict")
    finally:
        os.close(rules)


def _python() -> Iterator[Path]:
    """What the interpreter may still have to read: its own files, and the system's libraries."""
    roots = {sys.prefix, sys.base_prefix, sys.exec_prefix, *(path for path in sys.path if path), *_SYSTEM}
    return (Path(root) for root in roots if Path(root).resolve() != Path("/"))


def _allow(rules: int, path: Path, rights: int) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # not here: nothing to open either
    try:
        rights &= -1 if os.path.isdir(path) else _OF_A_FILE  # noqa: PTH112
        rule = struct.pack("=Qi", rights, at)
        _checked(_libc.syscall(_ADD_RULE, rules, 1, ctypes.c_char_p(rule), 0), "rule")
    finally:
        os.close(at)


def program(machine: str) -> bytes:
    """The filter, in classic BPF."""
    which = ("x86_64", "aarch64").index(machine)
    load, equal, above, bits, end = 0x20, 0x15, 0x35, 0x45, 0x06

    def op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
        return struct.pack("=HBBI", code, yes, no, value)

    lines = [op(load, 4), op(equal, _ARCH[machine], 1, 0), op(end, _NO_CALL), op(load, 0)]
    if machine == "x86_64":
        lines += [op(above, 0x40000000, 0, 1), op(end, _NO_CALL)]
    lines += [op(equal, _CLONE3[which], 0, 1), op(end, _NO_CALL)]  # its flags are out of sight; libraries fall back
    for number in sorted(numbers[which] for numbers in _REFUSED.values() if numbers[which]):
        lines += [op(equal, number, 0, 1), op(end, _REFUSE)]
    lines += [op(equal, _CLONE[which], 0, 4), op(load, 16), op(bits, _THREAD, 0, 1), op(end, _ALLOW), op(end, _REFUSE)]
    for call in (_KILL, _TGKILL):  # to itself, as `abort` does
        own = [op(load, 16), op(equal, os.getpid(), 0, 1), op(end, _ALLOW), op(end, _REFUSE)]
        lines += [op(equal, call[which], 0, len(own)), *own]
    unset = [op(load, 32), op(equal, 0, 0, 1), op(end, _ALLOW), op(end, _REFUSE)]  # asking is allowed, setting is not
    lines += [op(equal, _PRLIMIT[which], 0, len(unset)), *unset]
    return b"".join([*lines, op(end, _ALLOW)])


def _only_calls(machine: str) -> None:
    content = ctypes.create_string_buffer(program(machine))
    header = struct.pack("=HxxxxxxQ", (len(content) - 1) // 8, ctypes.addressof(content))
    _checked(_libc.prctl(_SET_SECCOMP, _FILTER, ctypes.c_char_p(header), 0, 0), "seccomp")


def _stand() -> bool:
    """Each wall is leaned on once, by what an exploit would do first."""
    with contextlib.suppress(OSError):
        os.close(os.open("/etc/passwd", os.O_RDONLY))
        return False
    with contextlib.suppress(OSError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
        return False
    with contextlib.suppress(OSError):
        os.kill(os.getppid(), 0)
        return False
    child: int = _libc.syscall(_CLONE[("x86_64", "aarch64").index(platform.machine())], signal.SIGCHLD, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        os.waitpid(child, 0)
    return child < 0


def _checked(outcome: int, what: str) -> int:
    if outcome < 0:
        raise OSError(ctypes.get_errno(), what)
    return outcome
