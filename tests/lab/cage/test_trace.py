"""strace's lines as events, forged and cut ones too."""

import socket
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.lab.cage.events import Teller
from assay.lab.cage.trace import Trace, feed, unquoted

HEAD = [
    b'10 execve("/usr/bin/bwrap", ["/usr/bin/bwrap"], 0x7ffd /* 2 vars */) = 0',
    b'10 openat(AT_FDCWD, "/sandbox", O_WRONLY|O_CREAT) = 3',
    b'11 mount("proc", "/newroot/proc", "proc", 0, NULL) = 0',
    b'12 execve("/product/app", ["/product/app", "-v"], 0x7ffd /* 3 vars */) = 0',
]


class Kept(Teller):
    """Keeps what is told."""

    def __init__(self) -> None:
        near, far = socket.socketpair()
        far.close()
        near.close()
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.phase = self.run = ""

    def tell(self, kind: str, **values: object) -> None:
        self.told.append((kind, values))


def told(*lines: bytes) -> list[tuple[str, dict[str, Any]]]:
    kept = Kept()
    assert feed([*HEAD, *lines], kept, "/product").unread == 0
    return kept.told[1:]


def test_what_the_sandbox_does_is_left_out() -> None:
    kept = Kept()
    trace = feed(HEAD, kept)
    assert trace.started
    assert kept.told == [
        ("exec", {"program": "/product/app", "arguments": ["/product/app", "-v"], "by": "", "first": True})
    ]
    assert not feed(HEAD[:3], Kept()).started


def test_files_are_told_by_what_became_of_them() -> None:
    assert told(
        b'12 openat(AT_FDCWD, "state.db", O_RDWR|O_CREAT, 0644) = 3',
        b'12 openat(AT_FDCWD, "/usr/lib/x.so", O_RDONLY) = 3',
        b'12 openat(AT_FDCWD, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)',
        b'12 openat(AT_FDCWD, "/var/home/app/.ssh/id_rsa", O_RDONLY) = -1 ENOENT (No such file)',
        b'12 unlink("/usr/bin/ls") = -1 EROFS (Read-only file system)',
    ) == [
        ("write", {"path": "/product/state.db", "by": "/product/app"}),
        ("denied", {"path": "/etc/shadow", "how": "read"}),
        ("read", {"path": "/var/home/app/.ssh/id_rsa", "error": "ENOENT"}),
        ("denied", {"path": "/usr/bin/ls", "how": "unlink"}),
    ]


def test_a_name_that_is_gone_was_there() -> None:
    assert told(
        b'12 unlinkat(AT_FDCWD</tmp>, "drop", 0) = 0',
        b'12 rename("/tmp/new", "/tmp/old") = 0',
        b'12 unlinkat(AT_FDCWD</tmp>, "folder", AT_REMOVEDIR) = 0',
        b'12 unlink("/tmp/absent") = -1 ENOENT (No such file or directory)',
        b'12 bind(3, {sa_family=AF_UNIX, sun_path="/run/x.sock"}, 14) = 0',
        b'12 unlink("/run/x.sock") = 0',
    )[:2] == [
        ("write", {"path": "/tmp/drop", "by": "/product/app"}),
        ("write", {"path": "/tmp/new", "by": "/product/app"}),
    ]


def test_a_relative_name_counts_from_where_the_process_went() -> None:
    lines = (
        b'12 unlink("a") = 0',
        b'12 chdir("/var/lib") = 0',
        b'13 chdir("/nowhere") = -1 ENOENT (No such file or directory)',
        b'14 unlink("a") = 0',
        b"15 fchdir(4</opt>) = 0",
        b'12 chdir("app") = 0',
        b'12 unlink("a") = 0',
        b'15 rename("a", "b") = 0',
    )
    paths = ["/product/a", "/var/lib/a", "/var/lib/app/a", "/opt/a"]
    assert [values["path"] for _, values in told(*lines)] == paths


def test_what_is_said_again_is_told_once_in_each_phase() -> None:
    kept, line = Kept(), b'12 unlink("/tmp/x") = 0'
    trace = feed([*HEAD, line, line], kept, "/product")
    kept.phase = "idle"
    trace.read([line])
    assert [kind for kind, _ in kept.told] == ["exec", "write", "write"]


def test_a_name_is_taken_from_where_its_descriptor_leads() -> None:
    assert told(
        rb'12 openat(AT_FDCWD</var/lib>, "state", O_WRONLY|O_CREAT, 0600) = 3</var/lib/state>',
        rb'12 openat(5</tmp/a\"b\74c\76>, "x", O_WRONLY) = -1 EACCES (Permission denied)',
        rb'12 openat(AT_FDCWD</product>, "<odd> \"name", O_WRONLY|O_CREAT, 0600) = 3</product/\74odd\76 \"name>',
        rb"12 fchmod(7</product/x>, 06755) = 0",
        rb'12 connect(4<socket:[9]>, {sa_family=AF_UNIX, sun_path="/run/y"}, 9) = 0',
    ) == [
        ("write", {"path": "/var/lib/state", "by": "/product/app"}),
        ("denied", {"path": '/tmp/a"b<c>/x', "how": "write"}),
        ("write", {"path": '/product/<odd> "name', "by": "/product/app"}),
        ("set-id", {"path": "/product/x", "mode": "6755", "error": ""}),
        ("connect", {"transport": "unix", "address": "/run/y", "port": 0, "error": ""}),
    ]


def test_sockets_of_every_kind_are_told() -> None:
    inet = {"transport": "inet", "address": "203.0.113.5", "port": 80, "error": ""}
    assert told(
        b'12 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("203.0.113.5")}, 16) = 0',
        b"12 bind(3, {sa_family=AF_INET6, sin6_port=htons(90), sin6_flowinfo=htonl(0), "
        b'inet_pton(AF_INET6, "::", &sin6_addr), sin6_scope_id=0}, 28) = 0',
        b'12 connect(3, {sa_family=AF_UNIX, sun_path=@"hidden"}, 9) = -1 ECONNREFUSED (refused)',
    ) == [
        ("connect", inet),
        ("bind", {**inet, "address": "::", "port": 90}),
        ("connect", {"transport": "unix", "address": "@hidden", "port": 0, "error": "ECONNREFUSED"}),
    ]


def test_powers_and_set_id_bits_are_told() -> None:
    assert told(
        b"12 ptrace(PTRACE_ATTACH, 1) = -1 EPERM (Operation not permitted)",
        b'12 chmod("/product/x", 04755) = 0',
        b'12 chmod("/product/y", 0755) = 0',
    ) == [
        ("power", {"call": "ptrace", "arguments": "PTRACE_ATTACH, 1", "error": "EPERM"}),
        ("set-id", {"path": "/product/x", "mode": "4755", "error": ""}),
    ]


def test_a_call_that_was_interrupted_is_joined() -> None:
    assert told(
        b'12 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 9 <unfinished ...>',
        b'13 openat(AT_FDCWD, "/tmp/y", O_WRONLY|O_CREAT <unfinished ...>',
        b"12 <... connect resumed>) = 0",
        b"13 <... openat resumed>, 0600) = 5",
    ) == [
        ("connect", {"transport": "unix", "address": "/run/x", "port": 0, "error": ""}),
        ("write", {"path": "/tmp/y", "by": ""}),
    ]


def test_a_forged_line_stays_inside_its_string() -> None:
    forged = rb'12 openat(AT_FDCWD, "/tmp/a\n9 execve(\"/bin/evil\", [], 0) = 0", O_WRONLY|O_CREAT) = 3'
    assert told(forged) == [("write", {"path": '/tmp/a\n9 execve("/bin/evil", [], 0) = 0', "by": "/product/app"})]


def test_escapes_of_strace_become_bytes() -> None:
    assert unquoted(rb"a\n\t\\\"\33[2J\302\240\x1b") == b'a\n\t\\"\x1b[2J\xc2\xa0\x1b'


@given(st.lists(st.binary(max_size=120), max_size=20))
def test_no_line_raises(lines: list[bytes]) -> None:
    trace = Trace(Kept(), "/")
    trace.read(
        [*HEAD, *lines, *(b"12 " + line for line in lines), *(b"12 openat(" + line + b") = 3" for line in lines)]
    )


@given(st.binary(max_size=60))
def test_any_name_comes_through_strace_whole(name: bytes) -> None:
    quoted = b"".join(b"\\%o" % byte if not 48 < byte < 57 else bytes([byte]) for byte in name)
    padded = b"".join(b"\\%03o" % byte for byte in name)
    assert unquoted(padded) == name
    unquoted(quoted)
