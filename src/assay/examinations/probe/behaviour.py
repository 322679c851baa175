"""What was recorded in a run becomes facts: one per thing, not per event, with ids that the next version keeps.

A name stands for its address, because addresses are the cage's own. Parts of a path that change from run to run
(process numbers, dates, random endings) are `*`. A listener on a port that the system chose has no port. Loopback
traffic is the product talking to itself and no contact. What the operator's own command started is no fact of its own.
"""

import ipaddress
import json
import posixpath
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.probe import suites
from assay.examinations.probe.run import Record
from assay.lab.cage.session import Event
from assay.lab.cage.spec import MACHINE, RESOLVER

BY = "probe.run@1"
KINDS = (
    "run.listener", "run.contact", "run.name", "run.file", "run.process", "run.privilege", "run.cipher",
)  # fmt: skip
BOTH = frozenset({"run.listener", "run.contact", "run.name"})  # what shows whether or not a run is traced
_EPHEMERAL = range(32768, 61000)
_SHOWN = 3
_POWERS: Mapping[str, str] = {
    "setuid": "identity", "setgid": "identity", "setreuid": "identity", "setregid": "identity",
    "setresuid": "identity", "setresgid": "identity", "setgroups": "identity", "setfsuid": "identity",
    "setfsgid": "identity", "capset": "capabilities", "ptrace": "debug-others", "process_vm_writev": "debug-others",
    "process_vm_readv": "debug-others", "mount": "mount", "umount2": "mount", "pivot_root": "mount",
    "chroot": "change-root", "unshare": "namespaces", "setns": "namespaces", "reboot": "reboot", "swapon": "swap",
    "swapoff": "swap", "settimeofday": "set-clock", "clock_settime": "set-clock", "sethostname": "host-name",
    "syslog": "kernel-log", "mknod": "device-files", "mknodat": "device-files", "raw-socket": "raw-network",
    "bpf": "kernel-programs", "io_uring_setup": "io-uring", "init_module": "kernel-modules",
    "finit_module": "kernel-modules", "kexec_load": "kernel-modules", "kexec_file_load": "kernel-modules",
    "userfaultfd": "userfaultfd", "perf_event_open": "performance-events", "add_key": "kernel-keys",
    "request_key": "kernel-keys", "keyctl": "kernel-keys", "socket": "unusual-sockets", "acct": "accounting",
    "open_by_handle_at": "file-handles", "iopl": "hardware-ports", "ioperm": "hardware-ports",
}  # fmt: skip
_VARYING = (
    (re.compile(r"/__pycache__/.*"), "/__pycache__/*"),
    (re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE), "*"),
    (re.compile(r"(?<![0-9a-z])[0-9a-f]{12,}(?![0-9a-z])", re.IGNORECASE), "*"),
    (re.compile(r"(?<=tmp)[A-Za-z0-9_]{6,12}(?=$|[./])"), "*"),
    (re.compile(r"(?<=[._-])(?=[A-Za-z]*[0-9A-Z])[A-Za-z0-9]{6,8}$"), "*"),
    (re.compile(r"\d{4,}"), "*"),
)
_TEMPORARY = re.compile(r"^/(?:tmp|var/tmp|dev/shm|run)/")
_IN_TEMPORARY = ((re.compile(r"\d+"), "*"), (re.compile(r"(?<=/)[A-Za-z0-9]{8,12}$"), "*"))
_QUIET = re.compile(
    r"^/dev/(?:null|zero|full|tty|ptmx|u?random|pts/.*|stdout|stderr|fd/.*)$|^/proc/(?:self|thread-self|\d+)(?:/|$)"
)
_FAKETIME = re.compile(r"/dev/shm/(?:faketime_|sem\.)")  # noqa: S108  (libfaketime's own, where the clock is moved)


class _Thing(Struct, dict=True):
    """One fact in the making."""

    value: dict[str, Scalar]
    phases: list[str] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    places: list[Evidence] = field(default_factory=list)


class Gathered:
    """Things by kind and identity."""

    def __init__(self) -> None:
        self._things: dict[tuple[str, str], _Thing] = {}

    def add(self, kind: str, event: Event, identity: Mapping[str, Scalar], **measures: Scalar) -> None:
        key = (kind, json.dumps(identity, sort_keys=True))
        thing = self._things.setdefault(key, _Thing(dict(identity)))
        for name, value in measures.items():
            known = thing.value.get(name)
            if known is None or (name == "certificate_checked" and value is False):
                thing.value[name] = value
            elif name == "type" and isinstance(known, str) and isinstance(value, str) and value not in known.split():
                thing.value[name] = " ".join(sorted({*known.split(), value}))
        phase, run = str(event.get("phase", "")), str(event.get("run", ""))
        thing.runs.add(run)
        if phase not in thing.phases:
            thing.phases.append(phase)
        if len(thing.places) < _SHOWN:
            thing.places.append(Evidence(f"run/{phase}/{run}", excerpt=_excerpt(event)))

    def facts(self, component: str, consent: str) -> Iterator[Fact]:
        for (kind, _), thing in sorted(self._things.items()):
            seen = "both" if len(thing.runs) > 1 else next(iter(thing.runs))
            value = {**thing.value, "phase": thing.phases[0], "seen": seen, "consent": consent, "declared": None}
            yield Fact(kind, Subject(component, "", "", "shipped"), value, BY, tuple(sorted(set(thing.places))))


def facts_of(records: Iterable[Record], component: str, consent: str) -> list[Fact]:
    """The facts of all runs together. `declared` is None; `compare` sets it."""
    gathered = Gathered()
    for record in records:
        starts = {str(event["program"]) for event in record.events if event["kind"] == "exec" and event.get("first")}
        for event in record.events:
            _event(gathered, event, starts)
        _files(gathered, record)
        for phase, conduct, what in record.conduct:
            told: Event = {"phase": phase, "run": record.run, "kind": "conduct", "what": what, "conduct": conduct}
            limit = {"limit": what} if conduct == "over-limit" else {"program": what}
            gathered.add("run.process", told, {"conduct": conduct, **limit})
    return list(gathered.facts(component, consent))


def _event(gathered: Gathered, event: Event, starts: set[str]) -> None:
    match event["kind"]:
        case "listener" | "bind":
            _listening(gathered, event)
        case "answer":
            _answer(gathered, event)
        case "contact" | "packet":
            _contact(gathered, event)
        case "connect":
            _local(gathered, event)
        case "name":
            _name(gathered, event)
        case "exec":
            _exec(gathered, event, starts)
        case "exec-refused":
            gathered.add("run.process", event, {"program": normal(str(event["program"])), "conduct": "refused"})
        case "limit":
            gathered.add("run.process", event, {"conduct": "over-limit", "limit": str(event["what"])})
        case "power" | "refused" | "kernel-crypto" | "set-id":
            _power(gathered, event)


def _listening(gathered: Gathered, event: Event) -> None:
    """A socket in the kernel's list, or a unix socket that was bound and may be gone already."""
    if event["kind"] == "listener":
        _listener(gathered, event, str(event["transport"]), str(event["address"]), int(event["port"]))
    elif event["transport"] == "unix" and not event["error"] and event["address"]:
        _listener(gathered, event, "unix", str(event["address"]), 0)


def _local(gathered: Gathered, event: Event) -> None:
    """A connection to a unix socket; the C library's look for a name service cache is not the product's."""
    if event["transport"] == "unix" and "/nscd/" not in event["address"]:
        identity: dict[str, Scalar] = {"transport": "unix", "destination": normal(str(event["address"]))}
        gathered.add("run.contact", event, identity, named=True)


def _listener(gathered: Gathered, event: Event, transport: str, address: str, port: int) -> None:
    if transport == "unix":
        program = {"program": str(event["program"])} if event.get("program") else {}
        gathered.add("run.listener", event, {"transport": "unix", "name": normal(address)}, **program)
        return
    if transport == "udp" and port in _EPHEMERAL:
        return  # a client's own end: what it sends is a contact
    identity: dict[str, Scalar] = {"transport": transport, "address": where(address)}
    if port not in _EPHEMERAL:
        identity["port"] = port
    gathered.add("run.listener", event, identity, program=str(event["program"]))


def _answer(gathered: Gathered, event: Event) -> None:
    identity: dict[str, Scalar] = {"transport": "tcp", "address": where(str(event["address"]))}
    if int(event["port"]) not in _EPHEMERAL:
        identity["port"] = int(event["port"])
    gathered.add("run.listener", event, identity, protocol=str(event["protocol"]))
    if event.get("suite"):
        place = f"listener {identity.get('port', 'dynamic')}"
        chosen = {"role": "chosen", "place": place, "protocol": "TLS"}
        gathered.add("run.cipher", event, {**chosen, "algorithm": _iana(str(event["suite"]))})
        gathered.add("run.cipher", event, {**chosen, "algorithm": str(event["version"])})


def _contact(gathered: Gathered, event: Event) -> None:
    name, address, port = str(event.get("name") or ""), str(event["destination"]), int(event["port"])
    if not name and (not address or ipaddress.ip_address(address).is_loopback or address == MACHINE):
        return
    transport = str(event.get("transport") or event["protocol"])
    if transport == "udp" and port == 53 and address == RESOLVER:
        return
    if transport == "icmpv6" and 130 <= int(event.get("type", -1)) <= 143:
        return  # neighbours and multicast listeners: the kernel's own
    identity: dict[str, Scalar] = {"transport": transport, "destination": name or address}
    if transport in ("tcp", "udp", "sctp", "dccp", "udplite"):
        identity["port"] = port
    if event.get("via"):
        identity["via"] = str(event["via"]).rpartition(" ")[2]
    measures: dict[str, Scalar] = {"named": bool(name)}
    if event["kind"] == "contact":
        measures["protocol"] = str(event["protocol"])
        if event["protocol"] in ("tls", "tlcp"):
            measures["certificate_checked"] = not event["accepted"]
            _offered(gathered, event, name or address)
    elif event.get("application"):  # QUIC: TLS 1.3 that the sink does not answer
        measures["protocol"] = str(event["application"])
        _offered(gathered, event, name or address)
    gathered.add("run.contact", event, identity, **measures)


def _offered(gathered: Gathered, event: Event, place: str) -> None:
    protocol = "TLCP" if event["protocol"] == "tlcp" else "TLS"
    for number in (event.get("hello") or {}).get("suites", ()):
        suite = suites.name(str(number))
        if suite:
            gathered.add("run.cipher", event, {"algorithm": suite, "role": "offered", "protocol": protocol})
    if event.get("cipher"):
        identity: dict[str, Scalar] = {"algorithm": _iana(str(event["cipher"])), "role": "agreed", "protocol": protocol}
        gathered.add("run.cipher", event, {**identity, "place": place})


def _name(gathered: Gathered, event: Event) -> None:
    resolver = str(event["resolver"])
    identity: dict[str, Scalar] = {
        "name": str(event["name"]),
        "resolver": "system" if resolver == RESOLVER else resolver,
    }
    gathered.add("run.name", event, identity, type=str(event["type"]), transport=str(event["transport"]))
    if event["transport"] == "udp" and resolver != RESOLVER and where(resolver) != "loopback":
        gathered.add("run.contact", event, {"transport": "udp", "destination": resolver, "port": 53}, named=False)


def _exec(gathered: Gathered, event: Event, starts: set[str]) -> None:
    program = str(event["program"])
    if event.get("first") or (program in starts and not event["by"]):
        return
    if re.match(r"/(?:proc/\w+|dev)/fd/|/?memfd:", program):
        identity: dict[str, Scalar] = {"privilege": "run-from-memory", "outcome": "granted"}
        gathered.add("run.privilege", event, identity, call="execve")
    gathered.add("run.process", event, {"program": normal(program), "conduct": "started"})


def _power(gathered: Gathered, event: Event) -> None:
    kind = event["kind"]
    if kind == "set-id":
        refused, power, call = bool(event["error"]), "set-id-file", "chmod"
    elif kind == "kernel-crypto":
        gathered.add("run.cipher", event, {"algorithm": "kernel", "role": "called", "place": "AF_ALG"})
        return
    elif kind == "refused":
        refused, call = not event["allowed"], str(event["call"])
        power = _POWERS.get(call, call)
    else:
        refused, call = bool(event["error"]), str(event["call"])
        power = _POWERS.get(call, call)
        if call == "chroot" and '"/"' in str(event["arguments"]):
            return
    identity: dict[str, Scalar] = {"privilege": power, "outcome": "refused" if refused else "granted"}
    gathered.add("run.privilege", event, identity, call=call)


def _files(gathered: Gathered, record: Record) -> None:
    """Files that differ at the end, then those that were only there for a while, then what was refused."""
    paths = {str(change["path"]) for change in record.changes}
    lasting = {normal(path) for path in paths}
    parents = {posixpath.dirname(path) for path in paths}
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[Event, dict[str, Scalar]]] = {}

    def note(path: str, operation: str, event: Event, **measures: Scalar) -> None:
        key = (normal(path), operation)
        counts[key] += 1
        first.setdefault(key, (event, measures))

    for change in record.changes:
        path = str(change["path"])
        if change["type"] == "folder" and path in parents:
            continue
        event: Event = {"phase": "whole", "run": record.run, **change}
        note(path, str(change["how"]), event, type=str(change["type"]) or None, mode=str(change["mode"]) or None)
        if change["type"] == "file" and int(str(change["mode"] or "0"), 8) & 0o6000:
            identity: dict[str, Scalar] = {"privilege": "set-id-file", "outcome": "granted"}
            gathered.add("run.privilege", event, identity, call="open")
    seen: dict[str, set[str]] = defaultdict(set)
    for event in record.events:
        if event["kind"] not in ("write", "denied", "read"):
            continue
        path = posixpath.normpath(str(event["path"]))
        operation = {"write": "written", "read": "read"}.get(str(event["kind"])) or (
            "read-refused" if event["how"] == "read" else "write-refused"
        )
        if str(event["phase"]).startswith("clock") and _FAKETIME.match(path):
            continue
        if normal(path) in lasting and operation == "written":
            continue  # a file that was written under a passing name
        if path not in paths and not _QUIET.search(path) and path not in seen[operation]:
            seen[operation].add(path)
            note(path, operation, event)
    for (path, operation), (event, measures) in first.items():
        known = {name: value for name, value in measures.items() if value is not None}
        gathered.add("run.file", event, {"path": path, "operation": operation}, count=counts[path, operation], **known)


def normal(path: str) -> str:
    """A path with the parts that differ from run to run as `*`."""
    rules = (*_VARYING, *_IN_TEMPORARY) if _TEMPORARY.match(path) else _VARYING
    for pattern, sign in rules:
        path = pattern.sub(sign, path)
    return re.sub(r"\*(?:[-_.]?\*)+", "*", path)


def where(address: str) -> str:
    """any, loopback, or the address."""
    parsed = ipaddress.ip_address(address)
    return "any" if parsed.is_unspecified else "loopback" if parsed.is_loopback else address


def _iana(suite: str) -> str:
    """OpenSSL's name of a suite where it is another one: left as it is when no rule covers it."""
    if suite.startswith(("TLS_", "ECC_", "ECDHE_SM4")):
        return suite
    guess = suite.replace("-", "_").replace("AES128", "AES_128").replace("AES256", "AES_256")
    for exchange in ("ECDHE_ECDSA", "ECDHE_RSA", "DHE_RSA"):
        if guess.startswith(exchange + "_"):
            rest = guess.removeprefix(exchange + "_")
            name = f"TLS_{exchange}_WITH_{rest}"
            break
    else:
        name = f"TLS_RSA_WITH_{guess}"
    if "CHACHA20" in name and not name.endswith("SHA256"):
        name += "_SHA256"
    if "_GCM_" not in name and "AES_" in name and "_CBC" not in name:
        name = name.replace("_SHA", "_CBC_SHA")
    return name if name in suites.NAMES.values() else suite


def _excerpt(event: Event) -> str:
    left_out = {"at", "phase", "run", "hello", "whole"}
    shown = {key: item for key, item in event.items() if key not in left_out and item not in ("", None, [])}
    return json.dumps(shown, sort_keys=True, ensure_ascii=False)[:400]
