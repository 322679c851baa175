"""The deposit built in a clean room: in the cage, from nothing but itself and the programs of this machine.

    lay out    the source is unpacked in the cage, what was delivered beside it into /beside
    tools      each program that the recipe uses is asked for its version; without one of them nothing is built
    build      the command, once; what it laid into /out is the result, else what it made or changed in the source
    again      the same in a second cage: the same bytes or others

States `deposit.build` (the command, how it ended), `deposit.tool`, `deposit.request` (what it asked the network for:
nothing is there, each name gets an address and each connection ends in the sink) and `deposit.output` with SHA-256 and
SM3 of each file. The lines of its log that say why it failed are evidence, as far as the terms let them leave.

Both builds run at the same path, under the same user, with SOURCE_DATE_EPOCH set: equal bytes say that this build
repeats here, not that it would anywhere. What it cannot see: whether a build that asked the network used the answer.
Source: the compile level of escrow agents; SOURCE_DATE_EPOCH and the definition of reproducible-builds.org.
"""

import hashlib
import ipaddress
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from assay.core.attempts import Attempt, ReasonCode, Status
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.handover.systems import DECLARED, OUT, Recipe
from assay.lab.cage.cage import Cage
from assay.lab.cage.session import Ended
from assay.lab.cage.spec import MACHINE, RESOLVER, CageLimits, Launch
from assay.sm.sm3 import Sm3

BY = "handover.build@1"
KINDS = ("deposit.build", "deposit.output", "deposit.request", "deposit.tool")
LOG = "build.log"
BESIDE = "/beside"
_LOG, _TOOLS, _HOME = "/var/tmp/build.log", "/var/tmp/tools.txt", "/var/tmp/home"  # noqa: S108  (paths of the cage)
LIMITS = CageLimits(
    processes=1024, disk=2 << 30, memory=4 << 30, private=8 << 30, cpu=1800, wall=1800.0, session=3900.0
)
_MOST_SEEN, _MOST_TOLD = 50_000, 2_000
_LARGEST = 256 << 20  # bytes of one output, and below of all that are kept
_MOST_KEPT = 1 << 30
_LOG_BYTES = 4 << 20
_LINES = 12
_STAGING, _ASKING, _GRACE = 300.0, 60.0, 10.0
_SAYS_WHY = re.compile(
    r"error|fatal|cannot|could not|can't|not found|no such|no rule|denied|missing|failed", re.IGNORECASE
)
_PLACE = re.compile(r"(?:/product/|\./)?([\w.+/-]{1,300}):(\d{1,7})(?::\d+)?: ")
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_BETWEEN = re.compile(
    r".*\.(o|lo|d|gcda|gcno|tmp|log|cache|pyc)|config\.(log|status|cache)|\.deps|\.libs|CMakeFiles|autom4te\.cache"
    r"|node_modules|\.cargo|\.gradle|__pycache__|.*\.egg-info|stamp-h\d*|incremental|deps|\.fingerprint"
)
_LAY_OUT = """
mkdir -p /stage/product /stage/out /stage/beside
[ ! -d /in/beside ] || cp -a /in/beside/. /stage/beside
if [ -d /in/source ]; then cp -a /in/source/. /stage/product
else python3 -c "$1" /in/source /stage/product 2>/dev/null || tar -xf /in/source -C /stage/product --no-same-owner; fi
cd /stage/product && set -- $(ls -A | grep -vx .git)
[ $# = 1 ] && [ -d "$1" ] && [ ! -L "$1" ] || exit 0
mv "$1" /stage/.top && rm -rf /stage/product && mv /stage/.top /stage/product
"""
_UNZIP = """
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        path = archive.extract(entry, sys.argv[2])
        if entry.external_attr >> 16 & 0o111 and not entry.is_dir():
            os.chmod(path, 0o755)
"""
_ASK = """
for one in "$@"; do
  case $one in go) said=$(go version);; *) said=$($one --version 2>&1);; esac
  command -v $one >/dev/null && printf '%s\\t%s\\n' $one "$(printf '%s' "$said" | head -n1 | cut -c1-120)"
done > /var/tmp/tools.txt 2>/dev/null
true
"""
_ENV = {
    "LC_ALL": "C.UTF-8", "TZ": "UTC", "CI": "1", "GOTOOLCHAIN": "local", "GOTELEMETRY": "off", "PIP_RETRIES": "0",
    "PIP_DEFAULT_TIMEOUT": "5", "PIP_NO_INPUT": "1", "npm_config_fetch_retries": "0",
    "npm_config_update_notifier": "false", "CARGO_NET_RETRY": "0", "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "HOME": _HOME, "OUT": OUT, "BESIDE": BESIDE,
}  # fmt: skip


class Plan(Struct, frozen=True):
    """What to build. `source` is a folder or archive, which is moved into the cage when `move`; `beside` a folder.

    `keep` is where copies of the outputs go, `place` where the cages' folders are made, `epoch` POSIX seconds, `files`
    the delivered path of each file by its logical one.
    """

    source: Path
    recipe: Recipe
    keep: Path
    epoch: int
    component: str
    beside: Path | None = None
    place: Path | None = None
    twice: bool = True
    limits: CageLimits = LIMITS
    files: Mapping[str, str] = field(default_factory=dict)


class Output(Struct, frozen=True):
    """A file that was built. `copy` is where its bytes are kept, None for one that was too large."""

    path: str
    size: int
    sha256: str
    sm3: str
    copy: Path | None


class _Run(Struct):
    tools: dict[str, str] = field(default_factory=dict)
    ended: Ended | None = None
    outputs: dict[str, Output] = field(default_factory=dict)
    requests: set[tuple[str, int]] = field(default_factory=set)
    log: str = ""
    shorts: list[tuple[ReasonCode, str]] = field(default_factory=list)


class Built(Struct, frozen=True):
    facts: tuple[Fact, ...]
    attempts: tuple[Attempt, ...]
    outputs: tuple[Output, ...] = ()


def built(plan: Plan) -> Built:
    """Build it. Raises CageError or UsageError where there is no cage: nothing was run then."""
    first = _once(plan, "first")
    second = _once(plan, "second") if plan.twice and first.ended is not None and first.outputs else None
    return _told(plan, first, second)


def not_built(component: str, why: str, status: Status = "skipped", reason: ReasonCode = "not-verified") -> Built:
    """Nothing was run, and why."""
    return Built((), (_attempt(component, status, reason, why),))


def _once(plan: Plan, name: str) -> _Run:
    run = _Run()
    with Cage(plan.limits, place=plan.place) as cage:
        cage.put(plan.source, "source")
        if plan.beside is not None:
            cage.put(plan.beside, "beside")
        cage.assemble()
        cage.phase("stage")
        lay_out = Launch(("/bin/sh", "-ec", _LAY_OUT, "sh", _UNZIP), cwd="/", traced=False, staging=True)
        if cage.run(lay_out, _STAGING).code != 0:
            said = " ".join(str(event["text"]) for event in cage.told("output"))
            run.shorts.append(("damaged", f"cannot be laid out: {said[-200:]}"))
            return run
        cage.assemble()
        cage.phase("tools")
        programs = [program for program, _ in plan.recipe.tools]
        cage.run(Launch(("/bin/sh", "-c", _ASK, "sh", *programs), cwd="/tmp", traced=False), _ASKING)  # noqa: S108
        told = b"".join(cage.read(_TOOLS, 1 << 16)).decode("utf-8", "replace")
        run.tools = dict(_COLOUR.sub("", line).split("\t", 1) for line in told.splitlines() if "\t" in line)
        if plan.recipe.name == DECLARED or len(run.tools) == len(programs):
            _build(plan, cage, run, plan.keep / name)
    return run


def _build(plan: Plan, cage: Cage, run: _Run, keep: Path) -> None:
    cage.phase("build")
    folder = f"/product/{plan.recipe.folder}".rstrip("/")
    line = f"mkdir {_HOME}; {{ {plan.recipe.command}\n}} > {_LOG} 2>&1"
    env = {**_ENV, "SOURCE_DATE_EPOCH": str(plan.epoch)}
    run.ended = cage.run(Launch(("/bin/sh", "-ec", line), env, folder, traced=False), plan.limits.wall + _GRACE)
    cage.flush()
    run.log = _COLOUR.sub("", b"".join(cage.read(_LOG, _LOG_BYTES)).decode("utf-8", "replace"))
    run.requests = set(_requests(event for event in cage.events if event["phase"] == "build"))
    if run.ended.over or run.ended.ignored:
        run.shorts.append(("limit", f"ended at the limit: {run.ended.over or 'time'}"))
    if not cage.whole:
        run.shorts.append(("too-many", "it asked the network for more than is kept"))
    keep.mkdir()
    for top in (OUT, "/product"):
        changes, whole = cage.written(top, _MOST_SEEN)
        if not whole:
            run.shorts.append(("too-many", f"it made more than {_MOST_SEEN} files"))
        made = [change for change in changes if _is_output(change, top)]
        if made:
            _collect(made, top, cage, run, keep)
            break


def _requests(events: Iterable[Any]) -> Iterator[tuple[str, int]]:
    """Names and addresses outside of the machine."""
    for event in events:
        if event["kind"] == "name":
            yield str(event["name"]).rstrip(".").lower()[:253], 0
        elif event["kind"] in ("contact", "packet"):
            name, address = str(event.get("name") or ""), str(event["destination"])
            own = not address or address == MACHINE or ipaddress.ip_address(address).is_loopback
            neighbours = event.get("protocol") == "icmpv6" and 130 <= int(event.get("type", -1)) <= 143
            resolver = address == RESOLVER and int(event.get("port") or 0) == 53
            if name or not (own or neighbours or resolver):
                yield (name or address)[:253], int(event.get("port") or 0)


def _is_output(change: dict[str, Any], top: str) -> bool:
    """A plain file; below the source none that a build makes on its way."""
    if change["type"] != "file" or change["how"] == "deleted":
        return False
    return top == OUT or not any(_BETWEEN.fullmatch(part) for part in change["path"].split("/")[2:])


def _collect(made: Sequence[dict[str, Any]], top: str, cage: Cage, run: _Run, keep: Path) -> None:
    """Read each output once, digest it, keep a copy under a number: its name is the product's."""
    left = _MOST_KEPT
    for number, change in enumerate(made):
        path, size = str(change["path"]), int(change["size"])
        sha256, sm3, count = hashlib.sha256(), Sm3(), 0
        copy = keep / f"{number:08}" if size <= min(_LARGEST, left) else None
        with open(copy or "/dev/null", "wb") as file:  # noqa: PTH123
            for piece in cage.read(path, size):
                sha256.update(piece)
                sm3.update(piece)
                count += len(piece)
                file.write(piece)
        if count != size:
            run.shorts.append(("unreadable", f"an output cannot be read: {path[:200]}"))
            continue
        if copy is None:
            run.shorts.append(("too-large", f"an output is too large to be compared: {path[:200]}"))
        else:
            left -= size
        shown = path.removeprefix(top).lstrip("/")
        run.outputs[shown] = Output(shown, size, sha256.hexdigest(), sm3.hexdigest(), copy)


def _told(plan: Plan, first: _Run, second: _Run | None) -> Built:
    subject = Subject(plan.component, "", "", "unknown")
    packages = dict(plan.recipe.tools)
    facts = [
        Fact("deposit.tool", subject, _tool(program, package, first), BY, ()) for program, package in packages.items()
    ]
    names = sorted(first.requests | (second.requests if second is not None else set()))
    named = {name for name, _ in names}
    facts += [Fact("deposit.request", subject, {"name": name, "port": port}, BY, ()) for name, port in names]
    same = {path: _again(path, first, second) for path in sorted(first.outputs.keys() | _outputs(second))}
    told = sorted(first.outputs.values(), key=lambda one: one.path)
    for output in told[:_MOST_TOLD]:
        value: dict[str, Scalar] = {"sha256": output.sha256, "sm3": output.sm3, "size": output.size}
        facts.append(
            Fact("deposit.output", Subject(plan.component, output.path, "", "unknown"),
                 {**value, "again": same[output.path]}, BY, ())
        )  # fmt: skip
    outcome, code = _outcome(first)
    build: dict[str, Scalar] = {
        "recipe": plan.recipe.name,
        "command": plan.recipe.command,
        "folder": plan.recipe.folder,
        "outcome": outcome,
        "outputs": len(first.outputs),
        "requests": len(named),
        "again": None if second is None else "different" if "different" in same.values() else "same",
    }
    if code is not None:
        build["code"] = code
    evidence = _evidence(plan, first) if outcome == "failed" else ()
    facts.append(Fact("deposit.build", subject, build, BY, evidence))
    return Built(tuple(facts), tuple(_attempts(plan, first, second, len(told))), tuple(told))


def _tool(program: str, package: str, run: _Run) -> dict[str, Scalar]:
    here = program in run.tools
    return {
        "program": program,
        "state": "present" if here else "missing",
        "version": run.tools.get(program, "").strip(),
        "package": package,
    }


def _outputs(run: _Run | None) -> set[str]:
    return set(run.outputs) if run is not None else set()


def _again(path: str, first: _Run, second: _Run | None) -> str | None:
    if second is None:
        return None
    one, other = first.outputs.get(path), second.outputs.get(path)
    return "same" if one is not None and other is not None and one.sha256 == other.sha256 else "different"


def _outcome(run: _Run) -> tuple[str | None, int | None]:
    if run.ended is None:
        return None, None
    if run.ended.code != 0 or run.ended.over or run.ended.ignored:
        return "failed", run.ended.code
    return ("built" if run.outputs else "nothing-made"), 0


def _evidence(plan: Plan, run: _Run) -> tuple[Evidence, ...]:
    """Lines of the log that say why, its last lines where none does; what names a place of the source is told there."""
    lines = [(number, line.strip()[:300]) for number, line in enumerate(run.log.splitlines(), 1) if line.strip()]
    found, rest = list[Evidence](), list[tuple[int, str]]()
    for number, line in [pair for pair in lines if _SAYS_WHY.search(pair[1])][-_LINES:] or lines[-_LINES:]:
        place = _PLACE.match(line)
        path = posixpath.normpath(posixpath.join(plan.recipe.folder, place[1])) if place else ""
        if place and path in plan.files:
            found.append(Evidence(plan.files[path], int(place[2]), line))
        else:
            rest.append((number, line))
    if rest:
        found.append(Evidence(LOG, rest[0][0], "\n".join(line for _, line in rest)))
    return tuple(sorted(found))


def _attempts(plan: Plan, first: _Run, second: _Run | None, outputs: int) -> Iterator[Attempt]:
    shorts = dict.fromkeys([*first.shorts, *(second.shorts if second is not None else ())])
    yield from (_attempt(plan.component, "partial", reason, detail) for reason, detail in shorts)
    if outputs > _MOST_TOLD:
        yield _attempt(plan.component, "partial", "too-many", f"{outputs} files were made; {_MOST_TOLD} are listed")
    if plan.recipe.others:
        others = ", ".join(plan.recipe.others[:8])
        yield _attempt(
            plan.component, "partial", "not-verified", f"other folders that could be built were not: {others}"
        )
    if first.ended is not None:
        yield _attempt(plan.component, "completed", "", "")
    elif not first.shorts:
        missing = ", ".join(f"{program} (Debian: {package})" for program, package in plan.recipe.tools
                            if program not in first.tools)  # fmt: skip
        yield _attempt(plan.component, "skipped", "not-verified", f"not installed here: {missing}")


def _attempt(component: str, status: Status, reason: ReasonCode | Any, detail: str) -> Attempt:
    return Attempt(BY, KINDS, status, reason, "unknown", "", component, "unknown", "", detail, ran="cage")
