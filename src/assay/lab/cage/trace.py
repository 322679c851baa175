"""What strace writes, as events: programs started, files opened, sockets, privileges. One line at a time, as it comes.

strace runs outside the sandbox and writes to a pipe that the product cannot reach; every string of the product is
quoted and escaped by strace, so a line cannot be forged from inside. What the sandbox itself does before it starts
the product is left out. Corroboration, not the only evidence: io_uring passes it by, and a product may see that it is
traced; the network and the files of the cage see both.

Source: strace(1) 6.1, output with `-f -o`: `PID call(arguments) = result`, and `<unfinished ...>` / `resumed>` pairs.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import PurePosixPath

from assay.lab.cage.events import Teller, plain
from assay.lab.cage.tools import found

_CALLS = (
    "execve,execveat,chdir,fchdir,bind,connect,setsid,"
    "setuid,setgid,setreuid,setregid,setresuid,setresgid,setgroups,setfsuid,setfsgid,capset,"
    "ptrace,process_vm_writev,process_vm_readv,mount,umount2,pivot_root,chroot,unshare,setns,"
    "reboot,swapon,swapoff,settimeofday,clock_settime,sethostname,syslog,memfd_create,"
    "chmod,fchmod,fchmodat,mknod,mknodat,unlink,unlinkat,rename,renameat,renameat2"
)
_OPENS = "open,openat,openat2,creat"
_LINE = re.compile(
    rb"(\d+)\s+(\w+)\((.*)\)\s+= (?:-?\d+|0x[0-9a-f]+|\?)(?:<([^<>]*)>)?(?:\(deleted\))?(?: (E[A-Z0-9]+))?"
)
_LEAD = re.compile(rb"(?:AT_FDCWD|-?\d+)<([^<>]*)>(?:\(deleted\))?(?:, )?")  # a descriptor and what it is of
_UNFINISHED = re.compile(rb"(\d+)\s+(\w+)\((.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(rb"(\d+)\s+<\.\.\. (\w+) resumed>(.*)$")
_STRING = re.compile(rb'@?"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|x([0-9a-f]{2})|(.))")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}
_INET = re.compile(rb'sin6?_port=htons\((\d+)\).*?(?:inet_addr\("([0-9.]+)"\)|inet_pton\(AF_INET6, "([0-9a-f:.]+)")')
_SENSITIVE = re.compile(
    r"/etc/(?:shadow|gshadow|sudoers)\b|/\.ssh/|/\.gnupg/|/\.aws/|/root/|/home/(?!app/)|"
    r"/proc/(?:\d+/(?:mem|environ)|kcore|kallsyms)|/dev/(?:mem|kmem|port|kmsg|sd|nvme|vd)|/run/docker|/var/run/docker"
)
_TELLING = re.compile(rb"/etc|/\.|/proc|/dev|/root|/home|docker|libfaketime| = -1 E|<unfinished|resumed>")
_OWN = re.compile(
    r"/proc/(?:\d+|self|thread-self)/(?:task/\d+/)?(?:maps|status|stat|cgroup|mountinfo|oom_score_adj|comm)$"
)
_FILES = frozenset({b"open", b"openat", b"openat2", b"creat"})
_IDENTITY = frozenset(
    {b"setuid", b"setgid", b"setreuid", b"setregid", b"setresuid", b"setresgid", b"setgroups", b"setfsuid", b"setfsgid"}
)
_POWERS = frozenset(
    {b"capset", b"ptrace", b"process_vm_writev", b"process_vm_readv", b"mount", b"umount2", b"pivot_root", b"chroot",
     b"unshare", b"setns", b"reboot", b"swapon", b"swapoff", b"settimeofday", b"clock_settime", b"sethostname",
     b"syslog", b"mknod", b"mknodat"}
)  # fmt: skip
_REMOVING = frozenset({b"unlink", b"unlinkat", b"rename", b"renameat", b"renameat2"})
_MODE = re.compile(rb"\b0?([4267][0-7]{3})\b")
_REFUSED = frozenset({b"EACCES", b"EPERM", b"EROFS"})
_MOVING = frozenset({b"chdir", b"fchdir"})
_MOST_UNFINISHED = 4096
_MOST_KNOWN = 100_000


def command(pipe: str, *, opens: bool = False) -> tuple[str, ...]:
    """strace as it is put around the sandbox. Needs `--seccomp-bpf`: without it the cost is ten times as high.

    `opens` stops at each open as well: what most programs do most.
    """
    strace = found("strace")
    if strace is None:
        raise FileNotFoundError("strace")
    return (
        strace,
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-s",
        "400",
        "-y",
        "-o",
        pipe,
        "-e",
        f"trace={_CALLS},{_OPENS}" if opens else f"trace={_CALLS}",
        "-e",
        "signal=none",
    )


def unquoted(quoted: bytes) -> bytes:
    """A C string as strace writes it, as bytes."""

    def one(match: re.Match[bytes]) -> bytes:
        octal, hexadecimal, letter = match.groups()
        if octal:
            return bytes([int(octal, 8) & 255])
        return bytes([int(hexadecimal, 16)]) if hexadecimal else _LETTERS.get(letter, letter)

    return _ESCAPE.sub(one, quoted)


class Trace:
    """Reads one launch's lines. `started` becomes true when the sandbox is the product, by its `birth`-th exec."""

    def __init__(self, teller: Teller, cwd: str, birth: int = 2, where: Callable[[int], str] = lambda _: "") -> None:
        self._teller = teller
        self._where = where
        self._folder = PurePosixPath(cwd)  # the last that any process went to: a child begins where its parent is
        self._folders: dict[bytes, PurePosixPath] = {}
        self._execs = 0
        self._birth = birth
        self._sandbox: set[bytes] = set()
        self._waiting: dict[bytes, bytes] = {}
        self._programs: dict[bytes, str] = {}
        self._known: set[tuple[PurePosixPath, bytes]] = set()
        self._phase = ""
        self._sockets: set[str] = set()
        self.started = False
        self.unread = 0

    def read(self, lines: Iterable[bytes]) -> None:
        if self._phase != self._teller.phase:  # what is told twice is told once, but once in each phase
            self._phase = self._teller.phase
            self._known.clear()
        for line in lines:
            self.line(line.rstrip(b"\n"))

    def line(self, line: bytes) -> None:
        if b"O_RDONLY" in line and b"O_CREAT" not in line and not _TELLING.search(line):
            return  # a plain read that succeeded: most of all lines, and nobody asks for them
        end = line.find(b" ")
        said = self._at(line[:end]), line[end:]
        if said in self._known:
            return
        if line.endswith(b" <unfinished ...>"):
            match = _UNFINISHED.match(line)
            if match and len(self._waiting) < _MOST_UNFINISHED:
                self._waiting[match[1]] = line[: -len(b" <unfinished ...>")]
            return
        resumed = _RESUMED.match(line) if b"<... " in line[:40] else None
        if resumed:
            begun = self._waiting.pop(resumed[1], None)
            if begun is None:
                return
            line = begun + resumed[3]
        match = _LINE.match(line)
        if match is None:
            self.unread += 1
            return
        process, call, arguments, opened, error = match.groups()
        if call in (b"execve", b"execveat"):
            self._exec(process, arguments, error or b"")
        elif not self.started:
            self._sandbox.add(process)
        elif process not in self._sandbox:
            if not resumed and call not in _MOVING and len(self._known) < _MOST_KNOWN:
                self._known.add(said)
            does = self._moved if call in _MOVING else self._call
            does(process, call, arguments, opened or b"", error or b"")

    def _moved(self, process: bytes, call: bytes, arguments: bytes, opened: bytes, error: bytes) -> None:  # noqa: ARG002
        if len(self._folders) >= _MOST_KNOWN:
            self._folders.clear()
        if not error:
            self._folder = self._folders[process] = PurePosixPath(self._first(process, arguments))

    def _exec(self, process: bytes, arguments: bytes, error: bytes) -> None:
        lead = _LEAD.match(arguments)
        strings = [unquoted(item) for item in _STRING.findall(arguments, lead.end() if lead else 0)]
        if not strings:
            return
        self._execs += not error
        if self._execs < self._birth or (not self.started and error):
            return  # the sandbox, or its search for the product along PATH
        first = not self.started
        if first:
            self.started = True
            self._sandbox.discard(process)
        program = str(self._at(process) / plain(strings[0], 1000))
        if not error:
            shown = [plain(item, 300) for item in strings[1:13]]
            by = self._programs.get(process, "")
            self._programs[process] = program
            self._teller.tell("exec", program=program, arguments=shown, by=by, first=first)
        elif error in _REFUSED:
            self._teller.tell("exec-refused", program=program, error=error.decode())

    def _call(self, process: bytes, call: bytes, arguments: bytes, opened: bytes, error: bytes) -> None:
        if call in _FILES:
            self._open(process, arguments, opened, error, created=call == b"creat")
        elif call in (b"bind", b"connect"):
            self._address(process, call.decode(), arguments, error)
        elif call == b"setsid":
            self._teller.tell("detached")
        elif call in _IDENTITY or call in _POWERS:
            shown = plain(arguments, 160)
            self._teller.tell("power", call=call.decode(), arguments=shown, error=error.decode())
        elif call in (b"chmod", b"fchmod", b"fchmodat"):
            mode = _MODE.search(arguments.rpartition(b'"')[2])
            if mode and int(mode[1][:1]) & 6:
                self._teller.tell(
                    "set-id", path=self._first(process, arguments), mode=mode[1].decode(), error=error.decode()
                )
        elif call == b"memfd_create":
            self._teller.tell("memory-file", name=self._first(process, arguments))
        elif error in _REFUSED:
            self._teller.tell("denied", path=self._first(process, arguments), how=call.decode())
        elif call in _REMOVING and not error and b"AT_REMOVEDIR" not in arguments:
            self._passed(process, self._first(process, arguments))

    def _open(self, process: bytes, arguments: bytes, opened: bytes, error: bytes, *, created: bool) -> None:
        if b"libfaketime" in arguments and not error:
            self._teller.tell("preloaded")
        writes = created or b"O_WRONLY" in arguments or b"O_RDWR" in arguments or b"O_CREAT" in arguments
        path = plain(unquoted(opened), 1000) if opened.startswith(b"/") else self._first(process, arguments)
        if _OWN.match(path):
            return
        if error in _REFUSED:
            self._teller.tell("denied", path=path, how="write" if writes else "read")
        elif writes and not error:
            self._teller.tell("write", path=path, by=self._programs.get(process, ""))
        elif _SENSITIVE.search(path):
            self._teller.tell("read", path=path, error=error.decode())

    def _passed(self, process: bytes, path: str) -> None:
        """A name that is gone now, so it was there: what is no loss of the lower layers was written in between."""
        if path not in self._sockets:
            self._teller.tell("write", path=path, by=self._programs.get(process, ""))

    def _address(self, process: bytes, call: str, arguments: bytes, error: bytes) -> None:
        if b"AF_UNIX" in arguments:
            quoted = _STRING.search(arguments)
            if quoted:
                name = plain(unquoted(quoted[1]), 300)
                name = f"@{name}" if quoted[0].startswith(b"@") else name
                if call == "bind" and len(self._sockets) < _MOST_UNFINISHED:
                    self._sockets.add(str(self._at(process) / name))
                self._teller.tell(call, transport="unix", address=name, port=0, error=error.decode())
            return
        match = _INET.search(arguments)
        if match:
            address = (match[2] or match[3]).decode()
            self._teller.tell(call, transport="inet", address=address, port=int(match[1]), error=error.decode())

    def _at(self, process: bytes) -> PurePosixPath:
        """Where a process is: where it went, else where it is found to be, else where the last one went that moved."""
        known = self._folders.get(process)
        if known is None and len(self._folders) > 1 and process.isdigit():
            found = self._where(int(process))
            known = self._folders[process] = PurePosixPath(found) if found.startswith("/") else self._folder
        return known or self._folder

    def _first(self, process: bytes, arguments: bytes) -> str:
        """The first path of a call, from the folder that its descriptor is of."""
        lead = _LEAD.match(arguments)
        quoted = _STRING.search(arguments, lead.end() if lead else 0)
        if quoted is None:
            return plain(unquoted(lead[1]), 1000) if lead else ""
        base = PurePosixPath(plain(unquoted(lead[1]), 1000)) if lead else self._at(process)
        return str(base / plain(unquoted(quoted[1]), 1000))


def feed(lines: Sequence[bytes], teller: Teller, cwd: str = "/") -> Trace:
    """A whole record at once."""
    trace = Trace(teller, cwd)
    trace.read(lines)
    return trace
