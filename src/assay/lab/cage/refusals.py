"""System calls that no product needs and that reach past a cage: refused, and each attempt told, traced or not.

A filter with a listener is put on the process that will become the sandbox; the kernel asks the keeper before it does
anything. Refused: kernel keyrings, BPF, modules, kexec, userfaultfd, performance events, and sockets of families that
know no network namespace (vsock reaches a hypervisor). Let through and told: io_uring, which system-call tracing does
not see, though the network and the files of the cage do; raw and packet sockets, which the kernel then refuses to who
has no right to them; sockets of the kernel's cryptography. Calls of another instruction set are refused whole.

Source: seccomp(2), seccomp_unotify(2), `linux/seccomp.h`, `linux/filter.h`.
"""

import ctypes
import errno
import fcntl
import os
import platform
import select
import struct
import threading

from assay.lab.cage.events import Teller

_SET_FILTER, _NEW_LISTENER, _NO_NEW_PRIVS = 1, 1 << 3, 38
_NOTIFY, _ALLOW, _ERRNO = 0x7FC00000, 0x7FFF0000, 0x00050000
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1
_INET, _INET6, _PACKET, _ALG = 2, 10, 17, 38
_QUIET = (0, 1, 16)  # families: unspec, unix, netlink
_KNOWN = (_INET, _INET6, _PACKET, _ALG)  # let through, whatever their type
_RAW = 3
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SOCKET = {"x86_64": 41, "aarch64": 198}
_NAMES = {
    "x86_64": {
        248: "add_key", 249: "request_key", 250: "keyctl", 321: "bpf", 175: "init_module", 313: "finit_module",
        246: "kexec_load", 320: "kexec_file_load", 323: "userfaultfd", 298: "perf_event_open", 425: "io_uring_setup",
        304: "open_by_handle_at", 212: "lookup_dcookie", 163: "acct", 172: "iopl", 173: "ioperm",
    },
    "aarch64": {
        217: "add_key", 218: "request_key", 219: "keyctl", 280: "bpf", 105: "init_module", 273: "finit_module",
        104: "kexec_load", 294: "kexec_file_load", 282: "userfaultfd", 241: "perf_event_open", 425: "io_uring_setup",
        265: "open_by_handle_at", 18: "lookup_dcookie", 89: "acct",
    },
}  # fmt: skip
_LET_THROUGH = {"io_uring_setup"}


def machine() -> str:
    """Raises OSError on an instruction set for which the numbers of the calls are not known here."""
    name = platform.machine()
    if name not in _NAMES:
        raise OSError(errno.ENOSYS, f"no list of system calls for {name}")
    return name


def _op(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)


def program(name: str) -> bytes:
    """The filter, in classic BPF: load, compare, return."""
    load, equal, above, lowest, end = 0x20, 0x15, 0x35, 0x54, 0x06
    watched = sorted(_NAMES[name])
    lines = [_op(load, 4), _op(equal, _ARCH[name], 1, 0), _op(end, _ERRNO | errno.ENOSYS), _op(load, 0)]
    if name == "x86_64":
        lines += [_op(above, 0x40000000, 0, 1), _op(end, _ERRNO | errno.ENOSYS)]
    lines += [line for number in watched for line in (_op(equal, number, 0, 1), _op(end, _NOTIFY))]
    lines += [_op(equal, _SOCKET[name], 1, 0), _op(end, _ALLOW), _op(load, 16)]
    lines += [line for family in _QUIET for line in (_op(equal, family, 0, 1), _op(end, _ALLOW))]
    lines += [_op(equal, _INET, 1, 0), _op(equal, _INET6, 0, 3), _op(load, 24), _op(lowest, 15), _op(equal, _RAW, 0, 1)]
    return b"".join([*lines, _op(end, _NOTIFY), _op(end, _ALLOW)])


def install() -> int:
    """Put the filter on this process and all that it starts; returns the listener. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    content = ctypes.create_string_buffer(program(machine()))
    header = struct.pack("=HxxxxxxQ", (len(content) - 1) // 8, ctypes.addressof(content))
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    listener: int = libc.syscall(_SECCOMP[machine()], _SET_FILTER, _NEW_LISTENER, ctypes.c_char_p(header))
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def listen(listener: int, teller: Teller, *, raw: bool) -> None:
    """Answer until the last filtered process is gone. `raw`: whether the kernel will grant raw sockets."""
    threading.Thread(target=_answer, args=(listener, teller, raw), daemon=True).start()


def _program(process: int) -> str:
    """Of a process that is stopped in the call, so it is still there."""
    try:
        return os.readlink(f"/proc/{process}/exe")  # noqa: PTH115  (bytes of the product, not a path to follow)
    except OSError:
        return ""


def _answer(listener: int, teller: Teller, raw: bool) -> None:
    names, socket = _NAMES[machine()], _SOCKET[machine()]
    waiting = select.poll()
    waiting.register(listener, select.POLLIN)
    try:
        while True:
            if waiting.poll()[0][1] & select.POLLHUP:  # nobody is under the filter any more
                break
            notice = bytearray(80)
            try:
                fcntl.ioctl(listener, _RECEIVE, notice)
            except (InterruptedError, FileNotFoundError):  # the process died before it was asked about
                continue
            number, process = struct.unpack_from("=Q", notice, 0)[0], struct.unpack_from("=I", notice, 8)[0]
            call = struct.unpack_from("=i", notice, 16)[0]
            first = struct.unpack_from("=I", notice, 32)[0]
            name = names.get(call, "socket" if call == socket else str(call))
            allowed = name in _LET_THROUGH or (name == "socket" and first in _KNOWN)
            if name == "socket" and first == _ALG:
                teller.tell("kernel-crypto")
            elif name == "socket" and allowed:
                teller.tell("power", call="raw-socket", arguments=f"family {first}", error="" if raw else "EPERM")
            else:
                teller.tell("refused", call=name, argument=first, program=_program(process), allowed=allowed)
            reply = struct.pack("=QqiI", number, 0, 0 if allowed else -errno.EPERM, _CONTINUE if allowed else 0)
            try:
                fcntl.ioctl(listener, _SEND, bytearray(reply))
            except FileNotFoundError:
                continue
    finally:
        os.close(listener)
