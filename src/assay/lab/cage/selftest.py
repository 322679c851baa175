"""Every wall of a cage is tried before a product is let in. A cage that degrades in silence would be the worst defect.

One script runs in the sandbox with nothing but bash and getent, and tries what must work (a name, TCP and UDP to
addresses of the documentation ranges must reach the sink) and what must not (the machine's files, processes and
listeners, more processes than allowed, capabilities, further namespaces). What it prints is held against what the
keeper saw; both must agree. The tokens are random: an old record cannot pass for this test.
"""

import secrets
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from assay.core.text import Text
from assay.lab.cage.namespaces import owner
from assay.lab.cage.network import namespace
from assay.lab.cage.session import CageError, Session
from assay.lab.cage.spec import Launch

_SCRIPT = r"""
token=$1 outside=$2 port=$3
say() { printf '%s=%s\n' "$1" "$2"; }
say name "$(getent ahostsv4 "$token.invalid" | head -n1 | cut -d' ' -f1)"
exec 3<>/dev/tcp/203.0.113.9/4444 && printf 'four %s\n' "$token" >&3; exec 3>&-
exec 3<>/dev/tcp/2001:db8::9/4444 && printf 'six %s\n' "$token" >&3; exec 3>&-
exec 3<>/dev/udp/203.0.113.9/12345 && printf 'udp %s\n' "$token" >&3; exec 3>&-
printf '%s\n' "$token" > /tmp/written
say written "$(cat /tmp/written)"
printf x > /tmp/passing; rm /tmp/passing
if read -r line < /etc/shadow; then say bait found; else say bait empty; fi
if [ "$4" = False ]; then rm /tmp/written; fi
if [ -e "$outside" ]; then say files open; else say files shut; fi
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then say listener open; else say listener shut; fi
say interfaces "$(sed -n 's/^ *\([^:]*\):.*/\1/p' /proc/net/dev | tr '\n' ' ')"
say powers "$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)"
say bounding "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)"
say newprivs "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' /proc/self/status)"
say seccomp "$(sed -n 's/^Seccomp:[[:space:]]*//p' /proc/self/status)"
say processes "$(ls -d /proc/[0-9]* | wc -l)"
say most "$(ulimit -u)"
if (ulimit -u 1; exec /bin/sh -c '/bin/true && exit 0; exit 1') 2>/dev/null
then say forks open; else say forks shut; fi
if unshare -U true 2>/dev/null; then say namespaces open; else say namespaces shut; fi
if (printf x > /dev/assay) 2>/dev/null; then say devices open; else say devices shut; fi
say done "$token"
"""
_TELLING = 10.0  # seconds at most; it goes on as soon as all is told
_RAW = 1 << 13  # CAP_NET_RAW


def prove(cage: Session) -> None:
    """Raises CageError with every wall that does not hold."""
    token = secrets.token_hex(12)
    cage.phase("selftest")
    outside = cage.folder / "outside"
    outside.write_text(token)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        said: dict[str, str] = {}
        for traced in (True, False):
            cage.phase("selftest", "traced" if traced else "untraced")
            arguments = ("/bin/bash", "-c", _SCRIPT, "selftest", token, str(outside), str(port), str(traced))
            ended = cage.run(Launch(arguments, cwd="/", traced=traced), 20, testing=True)
            _told(cage, token, traced=traced)
            said = _said(cage, "traced" if traced else "untraced")
            faults = list(_faults(cage, said, token, traced=traced))
            if not ended.started:
                faults.insert(0, "the sandbox did not start")
            if faults:
                raise _error(faults, cage)
    facts = cage.ask("facts")
    if facts["namespace"] == namespace() or facts["interfaces"] != ["lo"] or facts["user"] != 0:
        raise _error([f"the network is not apart: {facts['namespace']}, {facts['interfaces']}"], cage)
    if facts["map"] != ["0", str(owner()[0]), "1"] or owner()[0] == 0:
        raise _error([f"the user is not apart: {facts['map']}"], cage)
    outside.unlink()
    cage.events = [event for event in cage.events if event["phase"] != "selftest"]
    cage.phase("")


def _told(cage: Session, token: str, *, traced: bool) -> None:
    """Wait until what happened was told: the sink and the packet log have threads of their own."""
    run = "traced" if traced else "untraced"
    cage.flush(_TELLING)
    for _ in range(int(_TELLING / 0.1)):
        events = [event for event in cage.events if event["run"] == run]
        if all(seen for _, seen in _records(events, token, traced=traced)):
            return
        cage.watch(0.1)


def _said(cage: Session, run: str) -> dict[str, str]:
    texts = [str(event["text"]) for event in cage.told("output") if event["run"] == run]
    return dict(line.split("=", 1) for text in texts for line in text.splitlines() if "=" in line)


def _faults(cage: Session, said: Mapping[str, str], token: str, *, traced: bool) -> Iterator[str]:
    """What does not hold, in words."""
    run = "traced" if traced else "untraced"
    events = [event for event in cage.events if event["run"] == run]
    raw = bool(cage.spec.raw)
    expected = {
        "written": token,
        "bait": "empty",
        "files": "shut",
        "listener": "shut",
        "interfaces": "lo ",
        "newprivs": "1",
        "seccomp": "2",
        "most": str(cage.limits.processes),
        "forks": "shut",
        "namespaces": "shut",
        "devices": "shut",
        "done": token,
    }
    for name, wanted in expected.items():
        if said.get(name) != wanted:
            yield f"{name} is {said.get(name, 'unknown')!r}, not {wanted!r}"
    for name in ("powers", "bounding"):
        if int(said.get(name) or "-1", 16) not in ((0, _RAW) if raw else (0,)):
            yield f"{name} is {said.get(name)!r}"
    if not 0 < int(said.get("processes") or 0) < 8:
        yield "processes of the machine can be seen"
    if not said.get("name", "").startswith("198.18."):
        yield f"the name was answered by {said.get('name') or 'nobody'!r}"
    yield from (f"not recorded: {what}" for what, seen in _records(events, token, traced=traced) if not seen)
    if traced != any(change["path"] == "/tmp/written" for change in cage.difference()):  # noqa: S108
        yield "the difference of files is wrong about a file that was written, then removed"


def _records(events: list[Mapping[str, Any]], token: str, *, traced: bool) -> Iterator[tuple[str, bool]]:
    def seen(kind: str, **wanted: object) -> bool:
        return any(
            event["kind"] == kind and all(str(value) in str(event.get(key)) for key, value in wanted.items())
            for event in events
        )

    yield "a name that was looked up", seen("name", name=f"{token}.invalid")
    yield "TCP over IPv4", seen("contact", destination="203.0.113.9", port=4444, first=f"four {token}")
    yield "TCP over IPv6", seen("contact", destination="2001:db8::9", port=4444, first=f"six {token}")
    yield "UDP", seen("packet", destination="203.0.113.9", port=12345, first=f"udp {token}")
    yield "a file that nobody should read", seen("read", path="/etc/shadow")
    if traced:
        yield "a program that was started", seen("exec", program="/bin/bash")
        yield "a file that passed by", seen("write", path="/tmp/passing")  # noqa: S108
        yield "a connection", seen("connect", address="203.0.113.9", port=4444)


def _error(faults: list[str], cage: Session) -> CageError:
    why = "; ".join(faults[:6])
    output = " ".join(str(event["text"])[:300] for event in cage.told("output") if "=" not in str(event["text"])[:40])
    return CageError(
        Text(f"the cage failed its self-test: {why} {output}".strip(), f"牢笼自检失败：{why} {output}".strip()),
        Text(
            "nothing of the product was run; this machine must allow what docs/probe.md lists",
            "未运行产品的任何部分；本机须满足 docs/probe.zh.md 所列条件",
        ),
    )
