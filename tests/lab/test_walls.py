"""Walls around a parser: what an exploited one tries is refused, and what an honest one needs is there."""

import subprocess
import sys
from pathlib import Path

import pytest

from assay.lab import walls

OUTSIDE = "import sys; from assay.lab.walls import raised; sys.exit(not raised())"
STAND = subprocess.run([sys.executable, "-c", OUTSIDE], check=False).returncode == 0
needs_walls = pytest.mark.skipif(not STAND, reason="needs a Linux kernel with Landlock and seccomp filters")

EXPLOIT = """
import ctypes, os, resource, signal, socket, subprocess, sys, threading
from pathlib import Path
from assay.lab.walls import raised
readable, writable = Path(sys.argv[1]), Path(sys.argv[2])
assert raised([readable], [writable])
parent, libc, gave = os.getppid(), ctypes.CDLL(None, use_errno=True), []
def lean(what, act):
    try:
        if act() not in (-1, None):
            gave.append(what)
    except OSError:
        pass
for path in ("/etc/shadow", "/etc/passwd", f"/proc/{parent}/environ", f"/proc/{parent}/mem"):
    lean(path, lambda: os.open(path, os.O_RDONLY))
for path in ("/", "/home", "/root", str(writable.parent)):
    lean(path, lambda: os.listdir(path))
lean("write below what is readable", lambda: os.open(readable / "x", os.O_WRONLY | os.O_CREAT))
lean("truncate what is readable", lambda: os.open(readable / "a", os.O_RDONLY | os.O_TRUNC))
lean("write beside", lambda: os.open(writable.parent / "x", os.O_WRONLY | os.O_CREAT))
lean("rename out", lambda: os.rename(writable, writable.parent / "other") or 1)
lean("link", lambda: os.symlink("/etc/shadow", writable / "link") or 1)
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, socket.AF_NETLINK, 40):
    lean(f"socket {family}", lambda: socket.socket(family))
def forks():
    for _ in range(3):
        if os.fork() == 0:
            os._exit(0)
    return 1
lean("fork", forks)
lean("vfork by its number", lambda: libc.syscall(58))
lean("clone3", lambda: libc.syscall(435, b"\\0" * 88, 88))
lean("run", lambda: subprocess.call(["/bin/true"]))
lean("a ring", lambda: libc.syscall(425, 8, b"\\0" * 120))
lean("signal", lambda: os.kill(parent, 0) or 1)
lean("signal to all", lambda: os.kill(-1, signal.SIGURG) or 1)
lean("rights", lambda: os.chmod(readable / "a", 0o777) or 1)
lean("ptrace", lambda: libc.ptrace(16, parent, 0, 0))
lean("another's limits", lambda: resource.prlimit(parent, resource.RLIMIT_NOFILE, (1, 1)))
lean("32-bit sockets", lambda: libc.syscall(0x40000000 + 41, 2, 1, 0))
lean("namespaces", lambda: libc.unshare(0x10000000))
def deep():
    thread = threading.Thread(target=lambda: lean("socket in a thread", lambda: socket.socket()))
    thread.start(); thread.join()
deep()
(writable / "made").mkdir(); (writable / "made" / "x").write_text("y"); (writable / "made" / "x").rename(writable / "z")
import numpy, pyarrow.parquet, sqlite3
row = sqlite3.connect(writable / "s.db").execute("select 1").fetchone()
print(gave, (readable / "a").read_text(), row, os.cpu_count() > 0)
"""


@needs_walls
def test_an_exploit_gets_nowhere_and_an_honest_parser_works(tmp_path: Path) -> None:
    readable, writable = tmp_path / "product", tmp_path / "lane"
    readable.mkdir()
    writable.mkdir()
    (readable / "a").write_text("content")
    done = subprocess.run(
        [sys.executable, "-c", EXPLOIT, readable, writable], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[] content (1,) True\n", done.stdout + done.stderr
    assert (readable / "a").read_text() == "content"


@needs_walls
def test_with_a_second_thread_there_are_no_walls() -> None:
    script = "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start(); " + OUTSIDE
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 1


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_no_jump_of_the_filter_leaves_it(machine: str) -> None:
    content = walls.program(machine)
    lines = [content[at : at + 8] for at in range(0, len(content), 8)]
    assert all(at + 1 + max(line[2], line[3]) < len(lines) for at, line in enumerate(lines) if line[0] & 7 == 5)
    assert lines[-1][4:] == (0x7FFF0000).to_bytes(4, "little")
