"""Which cryptography a running product calls: uprobes on libcrypto and its kin, where the kernel and the user allow.

Each library of this machine is copied, and the product sees the copy in its place; the kernel watches the copy, so that
nothing but the cage is seen and nothing is injected. Needs root and bpftrace. Watched are initialisations of ciphers
and ends of digests: to fetch an algorithm is not to use it, and OpenSSL's own random generator is left out by whether
its call came from within the library.

What it cannot see: cryptography linked into a program (Go, Rust, most of Java), a library that the product brings
along, handwritten code. "No visible library" is not "no cryptography": it is a partial attempt. One that saw a library
covers the libraries that it watched, and nothing else.

Source: OpenSSL 3.0 `crypto/evp.h` (the number of an algorithm is the first field of EVP_CIPHER and EVP_MD), libgcrypt
`gcrypt.h`, GnuTLS `crypto.h`.
"""

import contextlib
import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.probe.run import Plan, Record
from assay.lab.cage.namespaces import NOBODY
from assay.lab.cage.tools import found
from assay.lab.scratch import scratch_folder

BY = "probe.calls@1"
_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib")
_READY = 120.0  # seconds for one that hangs: what is waited for is its word or its end, however busy the machine is
_AGAIN = 1.0  # seconds until it is told again to end
_RANDOM = frozenset({"AES-256-CTR", "AES-256-ECB"})
_COUNTED = re.compile(r"@c\[(\d+), (\w+), (-?\d+), (\d)\]: (\d+)")
_FROM_INSIDE = '(*reg("sp") - reg("ip") + 0x800000) < 0x1000000'
_NUMBER = {"cipher": "*(int32 *)arg1", "digest": "*(int32 *)(*(uint64 *)arg0)", "argument": "(int32)arg1"}


class _Library(Struct, frozen=True):
    """`probed` are functions with where the number of the algorithm is; `named` gives its name from the number."""

    soname: str
    probed: tuple[tuple[str, str], ...]
    named: str


_LIBRARIES = (
    _Library(
        "libcrypto.so.3",
        tuple((name, "cipher") for name in (
            "EVP_CipherInit_ex", "EVP_CipherInit_ex2", "EVP_EncryptInit_ex", "EVP_EncryptInit_ex2",
            "EVP_DecryptInit_ex", "EVP_DecryptInit_ex2",
        )) + tuple((name, "digest") for name in ("EVP_DigestFinal_ex", "EVP_DigestFinalXOF")),
        "OBJ_nid2ln",
    ),
    _Library("libgcrypt.so.20", (("gcry_cipher_open", "argument"),), "gcry_cipher_algo_name"),
    _Library("libgnutls.so.30", (("gnutls_cipher_init", "argument"),), "gnutls_cipher_get_name"),
)  # fmt: skip


class Watched:
    """Copies of the libraries, watched from now until `close`. Without root or bpftrace: nothing, and it says so."""

    def __init__(self, plan: Plan) -> None:
        self._why = _impossible(plan)
        self._counts: dict[tuple[str, str, str], int] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._closing = ExitStack()
        self.libraries: tuple[tuple[Path, Path], ...] = ()  # where the product sees it, and the copy
        self._known: list[_Library] = []
        if not self._why:
            self._begin()

    def _begin(self) -> None:
        scratch = self._closing.enter_context(scratch_folder())
        scratch.chmod(0o711)
        self._folder = scratch / "calls"
        self._folder.mkdir(mode=0o700)
        os.chown(self._folder, NOBODY, NOBODY)
        pairs = []
        for library in _LIBRARIES:
            paths = [path for folder in _FOLDERS if (path := Path(folder, library.soname)).exists()]
            for path in paths[:1]:
                copy = self._folder / library.soname
                shutil.copyfile(path, copy)
                copy.chmod(0o755)
                pairs.append((path, copy))
                self._known.append(library)
        script = self._folder / "watch.bt"
        script.write_text(_script(self._folder, self._known))
        watch = "mount -t tracefs nodev /sys/kernel/tracing 2>/dev/null; "
        watch += f'exec {found("setpriv")} --pdeathsig KILL {found("bpftrace")} -B line "$0"'  # it ends when we do
        self._process = subprocess.Popen(  # noqa: S603
            [str(found("unshare")), "-m", "sh", "-c", watch, str(script)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
        )
        if self._ready():
            self.libraries = tuple(pairs)
        else:
            self._why = "bpftrace could not attach to the libraries"

    def _ready(self) -> bool:
        until, said = time.monotonic() + _READY, b""
        stream = self._process.stdout if self._process is not None else None
        while stream is not None and b"ready" not in said and (left := until - time.monotonic()) > 0:
            if select.select([stream], [], [], left)[0]:
                piece = os.read(stream.fileno(), 4096)
                if not piece:
                    break
                said += piece
        return b"ready" in said

    def close(self) -> None:
        """Read what was counted, and stop watching."""
        if self._process is not None:
            said = ended(self._process)
            if said is None:
                self._why = "bpftrace did not end"
            self._count((said or b"").decode("ascii", "replace"))
            self._process = None
        self._closing.close()

    def _count(self, said: str) -> None:
        for place, function, number, inside, count in _COUNTED.findall(said):
            library = self._known[int(place)]
            name = _name(library, int(number))
            own = library.soname.startswith("libcrypto") and inside == "1" and name in _RANDOM
            if name and not own:
                key = (library.soname, name, function)
                self._counts[key] = self._counts.get(key, 0) + int(count)

    def facts(self, component: str, consent: str) -> list[Fact]:
        """One for each algorithm and library; call `close` first."""
        found_: dict[tuple[str, str], list[Evidence]] = {}
        for (soname, name, function), count in sorted(self._counts.items()):
            often = "once" if count == 1 else "repeatedly"
            place = Evidence(f"run/calls/{soname}", excerpt=f"{function} {name}, {often}")
            found_.setdefault((soname, name), []).append(place)
        facts = []
        for (soname, name), places in found_.items():
            value: dict[str, Scalar] = {"algorithm": name, "role": "called", "place": soname, "declared": None}
            value |= {"consent": consent, "phase": "whole", "seen": "both"}
            facts.append(Fact("run.cipher", Subject(component, "", "", "shipped"), value, BY, tuple(places)))
        return facts

    def attempts(self, component: str, records: Sequence[Record]) -> Iterator[Attempt]:
        """Whether calls of cryptography could be seen at all."""
        visible = _visible(records, self._known) | {soname for soname, _, _ in self._counts}
        why = self._why or ("" if visible else "no visible library, which is not the same as no cryptography")
        if why:
            yield Attempt(
                BY, ("run.cipher",), "partial", "no-library", "binary", "run", component, "shipped", "run/calls", why,
                ran="cage",
            )  # fmt: skip
        else:
            yield Attempt(BY, ("run.cipher",), "completed", "", "binary", "run", component, "shipped", ran="cage")


def ended(process: subprocess.Popen[bytes]) -> bytes | None:
    """What bpftrace said until its end; None if it had to be killed.

    It hears a signal only while it waits for events, and forgets one that comes between (`poll_perf_events` of 0.17):
    it is told until it ends.
    """
    for _ in range(int(_READY / _AGAIN)):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=_AGAIN)[0]
    process.kill()
    process.communicate()
    return None


def _impossible(plan: Plan) -> str:
    if os.geteuid() != 0:
        return "library calls can be watched by root alone"
    if any(found(tool) is None for tool in ("bpftrace", "unshare", "setpriv")):
        return "the Debian package bpftrace is not here"
    if plan.recipe.emulated:
        return "the libraries in sight are the emulator's, not the program's"
    if plan.recipe.name == "container root":
        return "a container brings its own libraries, which are not watched"
    return ""


def _visible(records: Iterable[Record], known: Iterable[_Library]) -> set[str]:
    names = {Path(path).name for record in records for path in record.mapped}
    return {library.soname for library in known if any(name.startswith(library.soname) for name in names)}


def _script(folder: Path, libraries: Sequence[_Library]) -> str:
    lines = []
    for place, library in enumerate(libraries):
        for function, how in library.probed:
            condition = "/arg0/" if how == "digest" else "/arg1/"
            counted = f'@c[{place}, "{function}", {_NUMBER[how]}, $in] = count();'
            probe = f"uprobe:{folder / library.soname}:{function} {condition}"
            lines.append(f"{probe} {{ $in = {_FROM_INSIDE} ? 1 : 0; {counted} }}")
    return "\n".join([*lines, 'BEGIN { printf("ready\\n"); }', ""])


def _name(library: _Library, number: int) -> str:
    """By the library of this machine itself."""
    if number <= 0:
        return ""
    with contextlib.suppress(OSError, AttributeError):
        function = getattr(ctypes.CDLL(library.soname), library.named)
        function.restype = ctypes.c_char_p
        name: bytes | None = function(number)
        return name.decode("ascii", "replace").upper() if name and name not in (b"undefined", b"?", b"unknown") else ""
    return ""
