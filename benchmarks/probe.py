"""What the probe finds: ways out, breaches of a declaration, false ones on honest products, versions, cost.

    python benchmarks/probe.py                  routes, breaches, versions, cost
    python benchmarks/probe.py routes|breaches|versions|cost
    python benchmarks/probe.py honest FOLDER    the real products in FOLDER (see `REAL`), beside seeded honest ones

The products are fixtures of this repository, which start only in a cage, and public packages fetched by their own
clients. Truth is written beside each. CPU seconds count the product and everything that records it.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from assay.core.facts import Fact
from assay.core.product import Declaration, Interface
from assay.examinations.probe import calls
from assay.examinations.probe.behaviour import facts_of
from assay.examinations.probe.compare import compared
from assay.examinations.probe.coverage import attempts_of
from assay.examinations.probe.recipes import recipe_for
from assay.examinations.probe.run import PHASES, Plan, Record, Waiting, observe
from assay.intake import IntakeLimits, take_in
from assay.lab.cage.cage import Cage
from assay.lab.cage.packets import parse
from assay.lab.cage.spec import CageLimits, Launch
from assay.report.behaviour import difference

FIXTURES = Path(__file__).parents[1] / "tests" / "fixtures" / "probe"
PYTHON = "/usr/bin/python3"
LIVE = ("install", "start", "idle", "use", "stop")
QUICK = Waiting(settle=4, idle=1, clock=1.5, grace=3)


@contextmanager
def product(*files: str) -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        place = Path(folder) / "product"
        place.mkdir()
        for name in files:
            (place / name).write_bytes((FIXTURES / name).read_bytes())
        yield place


def planned(path: Path, command: tuple[str, ...], phases: tuple[str, ...] = LIVE, waiting: Waiting = QUICK) -> Plan:
    with TemporaryDirectory() as scratch:
        files = take_in(path, manifest=None, scratch=Path(scratch), limits=IntakeLimits()).artifact.files
        recipe = recipe_for(path, files, command)
    now = datetime.now(UTC).replace(tzinfo=None)
    return Plan(path, recipe, now, phases, waiting, replace(CageLimits(), wall=150), marker=True)


def seen(plan: Plan) -> tuple[list[Fact], tuple[Record, ...]]:
    records = observe(plan)
    return facts_of(records, "product", "owner"), records


class Outside:
    """Counts packets on this machine's own interfaces that are for the addresses or names of the routes."""

    def __init__(self) -> None:
        self.count, self.seen, self._done = 0, 0, threading.Event()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self._socket.settimeout(0.2)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._done.is_set():
            try:
                frame = self._socket.recv(65535)
            except TimeoutError:
                continue
            packet = parse(frame)
            self.seen += 1
            ours = packet is not None and any(ip_address(packet.destination) in net for net in _RESERVED)
            self.count += ours or b"\x05route\x07invalid" in frame or b"route.invalid" in frame

    def close(self) -> None:
        self._done.set()
        self._thread.join()
        self._socket.close()


_RESERVED = [ip_network(text) for text in ("203.0.113.0/24", "198.18.0.0/15", "198.51.100.0/24", "2001:db8::/32")]


# Route: what must be stated. A string is a name that was looked up; a triple is a contact.
TCP = "tcp"
ROUTES: dict[str, tuple[object, ...]] = {
    "dns": ("dns.route.invalid",),
    "aaaa": ((TCP, "aaaa.route.invalid", 8080),),
    "http": ((TCP, "http.route.invalid", 80),),
    "https": ((TCP, "https.route.invalid", 443),),
    "four": ((TCP, "203.0.113.77", 4444),),
    "six": ((TCP, "2001:db8:77::1", 8443),),
    "udp": (("udp", "udp.route.invalid", 123),),
    "quic": (("udp", "quic.route.invalid", 443),),
    "icmp": (("icmp", "icmp.route.invalid", None),),
    "tcp53": ("inside.tcp53.route.invalid", (TCP, "tcp53.route.invalid", 53)),
    "dot": ("inside.dot.route.invalid", (TCP, "dot.route.invalid", 853)),
    "doh": ("inside.doh.route.invalid", (TCP, "doh.route.invalid", 443)),
    "proxy": ((TCP, "proxy.route.invalid", 443), (TCP, "proxy.vendor.invalid", 3128)),
    "socks": ((TCP, "socks.route.invalid", 6667), (TCP, "socks.vendor.invalid", 1080)),
    "tunnel": ("bwfya2vy.tunnel.route.invalid", ("udp", "203.0.113.53", 53)),
    "abstract": (("unix", "@abstract.route.invalid", None),),
    "raw": (("ip-253", "raw.route.invalid", None),),
    "ring": ((TCP, "ring.route.invalid", 7001),),
    "daemon": ((TCP, "daemon.route.invalid", 7005),),
    "leaving": ((TCP, "leaving.route.invalid", 7004),),
    "clock": ((TCP, "clock.route.invalid", 7003),),
    "delayed": ((TCP, "delayed.route.invalid", 7002),),
    "static": ((TCP, "static.route.invalid", 7006),),
}
_GO = """package main
import ("net"; "os")
func main() {
	if _, err := os.Stat("/etc/assay-cage"); err != nil { os.Exit(1) }
	out, err := net.Dial("tcp", "static.route.invalid:7006")
	if err == nil { out.Write([]byte("marker\\n")); out.Close() }
}
"""


def routes() -> bool:
    """Every route in one product, then the ones that want a phase, a privilege or a compiler of their own."""
    outside = Outside() if os.geteuid() == 0 else None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        control.sendto(b"heard", ("127.0.0.1", 9))  # proves that the count outside listens
    cpu, facts = time.process_time(), list[Fact]()
    alone = ("raw", "clock", "delayed", "static", "leaving")
    with product("routes.py") as place:
        together = tuple(route for route in ROUTES if route not in alone)
        facts += seen(planned(place, (PYTHON, "routes.py", *together)))[0]
        facts += seen(planned(place, (PYTHON, "routes.py", "leaving"), ("start", "stop")))[0]
        facts += seen(replace(planned(place, (PYTHON, "routes.py", "raw"), ("start",)), raw=True, uid=0))[0]
        facts += seen(planned(place, (PYTHON, "routes.py", "clock"), ("clock-year",)))[0]
        waiting = replace(QUICK, idle=63)
        facts += seen(planned(place, (PYTHON, "routes.py", "delayed"), ("start", "idle"), waiting))[0]
        if built := _go(place):
            facts += seen(planned(place, (f"/product/{built}",), ("start",)))[0]
    names = {fact.value["name"] for fact in facts if fact.kind == "run.name"}
    contacts = {
        (fact.value["transport"], fact.value["destination"], fact.value.get("port"))
        for fact in facts
        if fact.kind == "run.contact"
    }
    found = {route: all(want in names or want in contacts for want in wants) for route, wants in ROUTES.items()}
    named = [route for route in ROUTES if found[route] and route not in ("four", "six")]
    left = 0
    if outside is not None:
        outside.close()
        left = outside.count
    print(f"routes: {sum(found.values())} of {len(ROUTES)} with the right destination, the name known for {len(named)}")
    print(f"missed: {', '.join(route for route in ROUTES if not found[route]) or 'none'}")
    counted = f"{left} of {outside.seen} packets" if outside is not None else "not counted: that needs root"
    print(f"packets of these routes on the machine's own interfaces: {counted}; CPU of this process {_spent(cpu)}")
    listened = outside is None or outside.seen > 0
    return sum(found.values()) >= 20 and len(named) >= 18 and left == 0 and listened


def _go(place: Path) -> str:
    import shutil
    import subprocess

    if shutil.which("go") is None:
        print("static: the Debian package golang-go is not here")
        return ""
    source = place.parent / "static.go"
    source.write_text(_GO)
    environ = {"CGO_ENABLED": "0", "PATH": "/usr/bin:/bin", "HOME": str(place.parent), "GOFLAGS": "-mod=mod"}
    subprocess.run(["go", "build", "-o", str(place / "static"), str(source)], check=True, env=environ)
    return "static"


DECLARED = Declaration(
    interfaces=(Interface("web", "http", 8080),),
    destinations=("updates.vendor.invalid:443",),
    files=("/var/log/honest.log",),
    privileges=(),
    ciphers=(),
    processes=("/bin/true",),
    telemetry=(),
)
BREACHES: dict[str, tuple[str, tuple[str, ...]]] = {
    "port": ("run.listener", ("31337", "7070", "9001", "5353", "@breach.invalid")),
    "file": (
        "run.file",
        ("/etc/cron.d/breach", "/var/home/app/.ssh/authorized_keys", "/var/tmp/.breach", "/etc/hosts", "/tmp/passing"),
    ),
    "process": ("run.process", ("/bin/sh", "/usr/bin/id", "/usr/bin/env", "/usr/bin/sleep", "/proc/self/fd/*")),
    "privilege": ("run.privilege", ("namespaces", "debug-others", "mount", "raw-network", "kernel-programs")),
    "cipher": (
        "run.cipher",
        ("TLS_RSA_WITH_RC4_128_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", "ECC_SM4_CBC_SM3",
         "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "kernel"),
    ),
    "name": (
        "run.n",
        ("beacon.invalid", "cdn.vendor.invalid.evil.invalid", "notupdates.vendor.invalid", "tunnel.invalid",
         "203.0.113.66"),
    ),
}  # fmt: skip
_SAID = ("port", "name", "path", "program", "privilege", "algorithm", "destination")


def _undeclared(facts: list[Fact]) -> dict[str, set[str]]:
    """By kind, what of undeclared facts could be named."""
    found: dict[str, set[str]] = {}
    for fact in facts:
        if fact.value.get("declared") == "undeclared":
            kind = "run.n" if fact.kind in ("run.name", "run.contact") else fact.kind
            found.setdefault(kind, set()).update(str(fact.value[key]) for key in _SAID if key in fact.value)
    return found


def breaches() -> bool:
    """Thirty acts that the declaration does not cover, and the same product without them."""
    hits, wrong = 0, []
    with product("breaches.py") as place:
        honest = compared(seen(planned(place, (PYTHON, "breaches.py")))[0], DECLARED)
        wrong += [f"honest: {kind} {what}" for kind, what in _undeclared(honest).items()]
        for group, (kind, wanted) in BREACHES.items():
            facts = compared(seen(planned(place, (PYTHON, "breaches.py", group)))[0], DECLARED)
            undeclared = _undeclared(facts).get(kind, set())
            missed = [what for what in wanted if what not in undeclared and what.replace("*", "3") not in undeclared]
            if group == "process" and missed and any(what.startswith("/proc/self/fd/") for what in undeclared):
                missed = [what for what in missed if not what.startswith("/proc/self/fd/")]
            hits += len(wanted) - len(missed)
            print(f"  {group}: {len(wanted) - len(missed)} of {len(wanted)}; missed: {', '.join(missed) or 'none'}")
    total = sum(len(wanted) for _, wanted in BREACHES.values())
    print(f"breaches: {hits} of {total} found; undeclared on the honest twin: {len(wrong)} {wrong or ''}")
    return hits == total and not wrong


def versions() -> bool:
    """The next version opens a port and calls home; nothing else is different."""
    with product("breaches.py") as place:
        pages = []
        for command in ((PYTHON, "breaches.py"), (PYTHON, "breaches.py", "name")):
            facts, records = seen(planned(place, command))
            pages.append((facts, list(attempts_of(records, "product"))))
        page = difference(pages[0][0], pages[1][0], pages[0][1], pages[1][1], "en")
        again, records = seen(planned(place, (PYTHON, "breaches.py")))
        same = difference(pages[0][0], again, pages[0][1], list(attempts_of(records, "product")), "en")
    print(page)
    print("the same version twice:", same.strip())
    return len(page.splitlines()) <= 40 and "Only" not in same


WORK: dict[str, tuple[str, ...]] = {
    "find over /usr/share": ("/usr/bin/find", "/usr/share", "-newer", "/etc/passwd", "-size", "+100k"),
    "du over /usr": ("/usr/bin/du", "-s", "/usr"),
    "200,000 stat calls": (PYTHON, "-c", "import os\nfor _ in range(200000): os.stat('/etc/passwd')"),
    "tar of /usr/share/doc": ("/bin/sh", "-c", "tar -C /usr/share -cf /dev/null doc"),
    "150 processes": ("/bin/bash", "-c", "for i in $(seq 150); do /bin/true; done"),
    "pure computing": (PYTHON, "-c", "sum(i * i for i in range(3_000_000))"),
    "10,000 files made and removed": (
        PYTHON, "-c", "import os\nfor _ in range(10000): os.close(os.open('/tmp/x', 65)); os.unlink('/tmp/x')",
    ),
    "60,000 opens and nothing else": (
        PYTHON, "-c", "import os\nfor _ in range(60000): os.close(os.open('/etc/passwd', 0))",
    ),
}  # fmt: skip


def cost() -> bool:
    """CPU of a launch with its recorder, traced and not: best of three. Files made and removed: the worst, no bar."""
    ratios = {}
    with Cage() as cage:
        cage.assemble()
        for name, argv in WORK.items():
            best = {True: 1e9, False: 1e9}
            for _ in range(3):
                for traced in (True, False):
                    cage.phase(name, str(traced))
                    ended = cage.run(Launch(argv, cwd="/", traced=traced), 60)
                    best[traced] = min(best[traced], ended.cpu)
            ratios[name] = best[True] / best[False]
            print(f"  {name}: {best[False]:.2f} s untraced, {best[True]:.2f} s traced, {ratios[name]:.1f}x")
    return all(ratios[name] <= 2 for name in WORK if name != "10,000 files made and removed")


def _spent(since: float) -> str:
    return f"{time.process_time() - since:.1f} s"


def _says(port: int = 0, protocol: str = "http", **parts: tuple[str, ...]) -> Declaration:
    """A declaration in which every part is declared: what is not named is declared as nothing."""
    none: dict[str, tuple[str, ...]] = dict.fromkeys(
        ("destinations", "files", "privileges", "processes", "telemetry"), ()
    )
    interfaces = (Interface("service", protocol, port),) if port else ()
    return Declaration(interfaces=interfaces, **{**none, "ciphers": ("SHA1", "SHA256", "MD5"), **parts})  # type: ignore[arg-type]


_JVM = ("/tmp/hsperfdata_app/**", "/tmp/hsperfdata_app")
# Real products, each a folder: how it is started, and what its makers say that it does. In FOLDER lie
#   nginx/       the binary of the Debian package nginx and an nginx.conf that listens on 8080 and writes to /var
#   redis/       apt-get download redis-server redis-tools liblzf1 libjemalloc2 liblua5.1-0 lua-cjson lua-bitop
#   pypiserver/  pip install --target pypiserver pypiserver; mkdir pypiserver/packages
#   hsqldb/      hsqldb.jar of the Debian package libhsqldb-java
#   http-server/ npm install http-server; mkdir http-server/public
REAL: dict[str, tuple[tuple[str, ...], Declaration]] = {
    "nginx": (
        ("/product/nginx", "-c", "/product/nginx.conf"),
        _says(8080, files=("/var/log/nginx-*.log", "/var/lib/nginx-*", "/run/nginx.pid")),
    ),
    "redis": (
        (),  # the packages' own scripts and service
        _says(
            6379, "redis", privileges=("set-id-file",),  # chmod 2750 of its log
            files=("/etc/passwd", "/etc/group", "/var/lib/redis/*.rdb", "/var/log/redis/*.log"),
            processes=("adduser", "chmod", "chown", "deb-systemd-helper", "dpkg-maintscript-helper", "find", "mkdir",
                       "dpkg-statoverride", "invoke-rc.d", "redis-server", "update-rc.d"),
        ),
    ),
    "pypiserver": (
        (PYTHON, "-m", "pypiserver", "run", "-p", "8081", "packages"),
        _says(8081, files=("/product/**/__pycache__/*",)),
    ),
    "hsqldb": (
        ("/usr/bin/java", "-cp", "hsqldb.jar", "org.hsqldb.server.Server", "--database.0", "file:/var/lib/bank",
         "--dbname.0", "bank"),
        _says(9001, "hsql", files=("/var/lib/bank.*", *_JVM)),
    ),
    "http-server": (("/usr/bin/node", "node_modules/http-server/bin/http-server", "public", "-p", "8082"), _says(8082)),
}  # fmt: skip
OWN: dict[str, tuple[tuple[str, ...], Declaration]] = {
    "honest twin": ((PYTHON, "breaches.py"), DECLARED),
    "http.server": ((PYTHON, "-m", "http.server", "8090"), _says(8090)),
    "shell": (
        ("/bin/sh", "-c", "echo on > /var/log/on.log; gzip -k /var/log/on.log; exec sleep 30"),
        _says(files=("/var/log/on.*",), processes=("gzip", "sleep")),
    ),
    "node": (("/usr/bin/node", "-e", "require('http').createServer((q, s) => s.end('x')).listen(8091)"), _says(8091)),
    "one shot": (("/usr/bin/sort", "/etc/services"), _says()),
}


def main(arguments: list[str]) -> int:
    steps: dict[str, Callable[[], bool]] = {
        "routes": routes, "breaches": breaches, "versions": versions, "cost": cost,
    }  # fmt: skip
    if arguments[:1] == ["honest"]:
        return 0 if honest(Path(arguments[1])) else 1
    outcomes = {name: steps[name]() for name in arguments or steps}
    print({name: "reached" if outcome else "NOT reached" for name, outcome in outcomes.items()})
    return 0 if all(outcomes.values()) else 1


def honest(folder: Path) -> bool:
    """No undeclared fact on products with a true declaration; the real ones nobody here wrote."""
    wrong = sum(_false(name, folder / name, *REAL[name]) for name in REAL)
    with product("breaches.py") as place:
        wrong += sum(_false(name, place, *OWN[name]) for name in OWN)
    print(f"honest: {wrong} false on {len(REAL) + len(OWN)} products, {len(REAL)} of them real")
    return wrong == 0


def _false(name: str, path: Path, command: tuple[str, ...], declaration: Declaration) -> int:
    plan = planned(path, command, PHASES)
    with closing(calls.Watched(plan)) as watched:
        facts, records = seen(replace(plan, shadows=watched.libraries))
    facts = compared([*facts, *watched.facts("product", "owner")], declaration)
    undeclared = [fact for fact in facts if fact.value.get("declared") == "undeclared"]
    absent = [fact for fact in facts if fact.value.get("state") == "absent" and fact.value["part"] == "interfaces"]
    short = {short.reason for record in records for short in record.shorts}
    print(f"  {name}: {len(facts)} facts, undeclared {len(undeclared)}, absent {len(absent)}, short of {short or '-'}")
    for fact in [*undeclared, *absent]:
        print(f"    {fact.kind} {dict(fact.value)}")
    return len(undeclared)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
