"""A virus check of every file of a deposit by a scanner that the operator names, and what it is worth.

    items      every file as it was delivered, and every file inside of its archives, as intake unpacked them
    scanned    what the scanner said of each: clean, a signature, or why it was not looked at to the end

States `deposit.scan` (which program, which signatures and of what day, how many files) and a `deposit.hit` for each
file and signature. A file that the scanner left (too large, encrypted, in error) is a skipped attempt. The files go to
the scanner under numbers, so that no name can be taken for a line of its report. It runs in the cage where there is
one, which also keeps it from asking anybody; else in a process with limits.

What it cannot see: what no signature describes. The day of a signature base of one's own is that of its newest file.
ClamAV's daemon is not spoken to: what its own limits make it leave out it calls clean, and they cannot be seen.
Source: clamscan(1); the header of ClamAV's database files ("ClamAV-VDB", documentation of ClamAV, "Signatures").
"""

import datetime
import hashlib
import re
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Literal

from msgspec import Struct
from msgspec.structs import replace

from assay.core.attempts import Attempt, ReasonCode
from assay.core.errors import UsageError, said
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.text import Text
from assay.lab.cage import tools
from assay.lab.cage.cage import Cage
from assay.lab.cage.spec import CageLimits, Launch

KIND, HIT = "deposit.scan", "deposit.hit"
BY = "handover.scan@1"
PACKAGES: Mapping[str, str] = MappingProxyType({"clamscan": "clamav"})
SIGNATURES = Path("/var/lib/clamav")
_LARGEST = 1 << 30  # bytes of one file
_SHOWN = 1_000  # hits
_LOG = "/var/tmp/scan.log"  # noqa: S108  (a path of the cage)
_LOG_BYTES = 256 << 20
_TREES = (".cvd", ".cld", ".cud")
_TEXTS = (
    ".ndb",
    ".ndu",
    ".hdb",
    ".hsb",
    ".hdu",
    ".hsu",
    ".mdb",
    ".msb",
    ".ldb",
    ".ldu",
    ".yar",
    ".yara",
    ".cdb",
    ".sdb",
)
_HEADER = re.compile(rb"ClamAV-VDB:[^:]*:(\d+):(\d+):\d+:[^:]*:[^:]*:[^:]*:(\d+)")
_LINE = re.compile(r"^.*?/(\d{8}): (?:(OK|Empty file)|(\S.*) FOUND|(.*) ERROR)$")
_LIMITS: Mapping[str, ReasonCode] = MappingProxyType(
    {
        "Heuristics.Limits.Exceeded.MaxScanTime": "hang",
        "Heuristics.Limits.Exceeded": "too-large",
        "Heuristics.Encrypted": "encrypted",
    }
)


class Item(Struct, frozen=True):
    """A file to be scanned: its path as delivered, its size, and how it is read (may raise OSError)."""

    path: str
    size: int
    open: Callable[[], BinaryIO]


class Scanner(Struct, frozen=True):
    """A scanner that was found. `memory` and `wall` bound it: bytes and seconds."""

    name: str
    program: str
    signatures: Path = SIGNATURES
    memory: int = 4 << 30
    wall: float = 3600.0


class Signatures(Struct, frozen=True):
    """`name` tells the files and their versions; `day` is None where nothing tells it."""

    name: str
    day: datetime.date | None


def scanner(name: str, signatures: Path | None = None) -> Scanner | None:
    """The scanner of that name, None where it is not installed. Raises UsageError for a name that is not known."""
    if name not in PACKAGES:
        known = ", ".join(PACKAGES)
        raise UsageError(
            Text(f"no scanner {name!a} is known", f"未知的扫描程序 {name!a}"), Text(f"known: {known}", f"可用：{known}")
        )
    program = tools.found(name)
    return Scanner(name, program, signatures or SIGNATURES) if program is not None else None


def read_signatures(folder: Path) -> Signatures:
    """What lies in a folder of signatures. Of official ones the newest day counts, else that of the newest file."""
    official: list[tuple[str, datetime.date]] = []
    own: list[tuple[Path, datetime.date]] = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.suffix in _TREES:
            with path.open("rb") as file:
                found = _HEADER.match(file.read(512))
            if found:
                official.append((f"{path.stem} {int(found[1])}", _day(int(found[3]))))
        elif path.suffix in _TEXTS and path.is_file():
            own.append((path, _day(int(path.stat().st_mtime))))
    digest = hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path, _ in own)).hexdigest()
    names = [name for name, _ in official] + ([f"{len(own)} of one's own ({digest[:16]})"] if own else [])
    days = [day for _, day in official] or [day for _, day in own]
    return Signatures(", ".join(names), max(days, default=None))


def _day(seconds: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(min(seconds, 1 << 33), datetime.UTC).date()


def scanned(
    items: Sequence[Item], by: Scanner, component: str, scratch: Path, place: Path | None = None
) -> tuple[list[Fact], list[Attempt]]:
    """Have all items scanned. Copies lie in `scratch`, then in a cage that is made in `place`."""
    signatures = read_signatures(by.signatures)
    if not signatures.name:
        detail = f"{by.signatures} holds no signatures of {by.name}"
        nothing = Attempt(BY, (HIT,), "skipped", "not-verified", "unknown", "", component, "unknown", "", detail)
        return [], [replace(nothing, files=len(items), ran="inline")]
    told = _Told(items, component)
    folder = scratch / "scan"
    folder.mkdir()
    try:
        for number, item in enumerate(items):
            told.copied(number, item, folder / f"{number:08}")
        if list(tools.missing()):
            report, ended = _alone(by, folder, scratch)
        else:
            report, ended = _in_cage(by, folder, place)
            told.ran = "cage"
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return told.read(report, ended, by, signatures)


def _arguments(by: Scanner, signatures: str, folder: str) -> list[str]:
    sizes = [f"--max-filesize={_LARGEST}", f"--max-scansize={2 * _LARGEST - 1}", "--max-files=1000000"]
    alerts = ["--alert-exceeds-max=yes", "--alert-encrypted=yes", "--allmatch=yes"]
    return [by.program, f"--database={signatures}", "--stdout", *alerts, *sizes, "--max-scantime=600000", folder]


def _in_cage(by: Scanner, folder: Path, place: Path | None) -> tuple[str, str]:
    limits = CageLimits(
        disk=2 << 30, memory=by.memory, private=2 * by.memory, cpu=int(by.wall), wall=by.wall, session=by.wall + 120
    )
    with Cage(limits, place=place) as cage:
        cage.put(folder, "files", move=True)
        cage.put(by.signatures, "signatures")
        cage.assemble()
        cage.phase("scan")
        line = " ".join(_arguments(by, "/in/signatures", "/in/files"))
        launch = Launch(("/bin/sh", "-c", f"{line} > {_LOG} 2>&1"), cwd="/", traced=False, staging=True)
        ended = cage.run(launch, by.wall)
        report = b"".join(cage.read(_LOG, _LOG_BYTES)).decode("utf-8", "replace")
    return report, f"ended at the limit: {ended.over}" if ended.over else ""


def _alone(by: Scanner, folder: Path, scratch: Path) -> tuple[str, str]:
    """A process with limits, where no cage can be made."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 * by.memory, 2 * by.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (int(by.wall), int(by.wall)))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    arguments = _arguments(by, str(by.signatures), str(folder))
    with (scratch / "scan.log").open("w+b") as log:
        try:
            subprocess.run(  # noqa: S603
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, timeout=by.wall,
                env={"PATH": tools.PATH, "LC_ALL": "C"}, cwd="/", check=False, preexec_fn=bound,
            )  # fmt: skip
            ended = ""
        except subprocess.TimeoutExpired:
            ended = "ended at the limit: time"
        log.seek(0)
        return log.read(_LOG_BYTES).decode("utf-8", "replace"), ended


Left = tuple[ReasonCode, str]


class _Told:
    """What is known of each item; nothing is clean that the scanner did not call so."""

    def __init__(self, items: Sequence[Item], component: str) -> None:
        self._items, self._component = items, component
        self._left: dict[int, Left] = {}
        self._clean: set[int] = set()
        self._hits: dict[int, list[str]] = {}
        self.ran: Literal["worker", "cage"] = "worker"

    def copied(self, number: int, item: Item, target: Path) -> None:
        if item.size > _LARGEST:
            self._left[number] = ("too-large", f"larger than {_LARGEST} bytes")
            return
        try:
            with item.open() as source, target.open("xb") as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
        except OSError as error:
            target.unlink(missing_ok=True)
            self._left[number] = ("unreadable", said(error).en[:200])

    def read(self, report: str, ended: str, by: Scanner, signatures: Signatures) -> tuple[list[Fact], list[Attempt]]:
        known = re.search(r"^Known viruses: (\d+)$", report, re.MULTILINE)
        version = re.search(r"^Engine version: (\S+)$", report, re.MULTILINE)
        for line in report.splitlines():
            self._line(line)
        said = ended or ("" if known else " ".join(report.split())[-200:])
        silent: Left = ("hang" if "time" in ended else "fault", f"the scanner said nothing of it: {said}")
        for number in range(len(self._items)):
            if number not in self._clean and number not in self._hits:
                self._left.setdefault(number, silent)
        looked = len(self._items) - len(self._left)
        value: dict[str, Scalar] = {
            "scanner": by.name,
            "version": version[1] if version else "",
            "database": signatures.name,
            "dated": signatures.day.isoformat() if signatures.day else None,
            "signatures": int(known[1]) if known else 0,
            "files": len(self._items),
            "scanned": looked,
            "hits": len(self._hits),
        }
        subject = Subject(self._component, "", "", "unknown")
        return [Fact(KIND, subject, value, BY, ()), *self._found(by)], self._attempts()

    def _line(self, line: str) -> None:
        found = _LINE.match(line)
        if found is None or int(found[1]) >= len(self._items):
            return
        number = int(found[1])
        if found[3]:
            reason = next((why for start, why in _LIMITS.items() if found[3].startswith(start)), None)
            if reason is not None:
                self._left.setdefault(number, (reason, found[3][:200]))
            else:
                self._hits.setdefault(number, []).append(found[3][:200])
        elif found[4] is not None:
            self._left.setdefault(number, ("fault", found[4][:200]))
        else:
            self._clean.add(number)

    def _found(self, by: Scanner) -> Iterable[Fact]:
        for number, names in sorted(self._hits.items())[:_SHOWN]:
            path = self._items[number].path
            for name in sorted(set(names)):
                value: dict[str, Scalar] = {"scanner": by.name, "signature": name}
                yield Fact(HIT, Subject(self._component, path, "", "unknown"), value, BY, (Evidence(path),))

    def _attempts(self) -> list[Attempt]:
        whole = Attempt(BY, (HIT,), "completed", "", "unknown", "", self._component, "unknown", ran=self.ran)
        every = sum(item.size for item in self._items)
        if len(self._left) == len(self._items) and len(set(self._left.values())) == 1:
            reason, detail = self._left[0]
            count = len(self._items)
            return [replace(whole, status="failed", reason=reason, detail=detail, files=count, bytes=every)]
        tried = []
        for number, (reason, detail) in sorted(self._left.items()):
            item = self._items[number]
            own = replace(whole, path=item.path, detail=detail, bytes=item.size)
            tried.append(replace(own, status="skipped", reason=reason))
        left = sum(attempt.bytes for attempt in tried)
        return [*tried, replace(whole, files=len(self._items) - len(tried), bytes=every - left)]
