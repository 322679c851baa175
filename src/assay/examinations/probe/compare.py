"""What a run showed, held against what the vendor declared: undeclared, as declared, declared but absent.

    interfaces    ports and sockets: name, protocol, port, audience (local: not reachable from another machine)
    destinations  HOST, *.HOST, HOST:PORT, an address or network, any of them as udp://...; telemetry likewise
    files         paths with * (within one folder), ** (any depth), or a folder with a final /
    processes     paths or base names of programs;  privileges, ciphers: the names that facts use

A part that was not declared says nothing: its facts stay undetermined and no rule is met by them. So does a line that
covers nearly everything (/etc/**, 0.0.0.0/0, *.com, an interface without a port where the product chose a fixed one),
and a draft, until the vendor makes it its own. A declaration of nothing (an empty list) is a declaration. One that only
the delivery itself carries, signed by nobody, can convict and never acquit: what it covers stays undetermined.
"""

import ipaddress
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec.structs import replace

from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.product import Declaration, Interface
from assay.examinations.probe.behaviour import BY

_LOCAL = frozenset({"local", "loopback", "localhost", "internal-process", "本机"})
_DESTINATION = re.compile(
    r"(?:(?P<scheme>[a-z0-9]+)://)?(?P<host>\[[^\]]+\]|[^:/\s]+(?:/\d+)?|[^\s]+?)(?::(?P<port>\d+))?/?"
)
_UDP = frozenset({"udp", "quic", "ntp", "dtls", "snmp", "syslog"})
_INSTALLED = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/", "/product/")
_SYSTEM = frozenset(
    {"bin", "boot", "dev", "etc", "home", "lib", "lib64", "proc", "root", "sbin", "sys", "usr", "var"}
)  # fmt: skip
_UNJUDGED = frozenset({"left-behind", "ignored-stop", "over-limit", "needs-display"})  # conduct, not a program


def compared(facts: Iterable[Fact], declaration: Declaration, *, claimed: bool = False) -> list[Fact]:
    """The facts with `declared` set, and one `run.declaration` for each thing that is declared.

    `claimed`: nobody but the delivery says so.
    """
    facts = list(facts)
    if declaration.draft:
        declaration = Declaration()
    told = [_told(fact, declaration, claimed=claimed) for fact in facts]
    return [*told, *_declarations(told, declaration, "claim" if claimed else "operator")]


def _told(fact: Fact, declaration: Declaration, *, claimed: bool) -> Fact:
    rows = _rows(fact, declaration)
    if rows is None:
        return fact
    covering = [(part, row) for part, row in rows if _covers(fact, part, row)]
    if covering and (claimed or all(_boundless(fact, part, row) for part, row in covering)):
        return fact
    return replace(fact, value={**fact.value, "declared": "declared" if covering else "undeclared"})


Row = str | Interface


def _rows(fact: Fact, declaration: Declaration) -> Sequence[tuple[str, Row]] | None:
    """What of the declaration could cover this fact; None when that part was not declared."""
    if fact.kind not in _PARTS or (fact.kind == "run.process" and fact.value.get("conduct") in _UNJUDGED):
        return None
    parts = {part: getattr(declaration, part) for part in _PARTS[fact.kind]}
    if all(rows is None for rows in parts.values()):
        return None
    return [(part, row) for part, rows in parts.items() for row in rows or ()]


def _covers(fact: Fact, part: str, row: Row) -> bool:
    return _COVERS[part](fact, row)


def _declarations(facts: Sequence[Fact], declaration: Declaration, trust: str) -> Iterator[Fact]:
    """What is declared, each with whether the run showed it."""
    consent = next((fact.value.get("consent") for fact in facts), None)
    component = facts[0].subject.component if facts else "product"
    for part in _COVERS:
        for row in getattr(declaration, part) or ():
            covered = [fact for fact in facts if part in _PARTS.get(fact.kind, ()) and _covers(fact, part, row)]
            meant = trust == "operator" and not all(_boundless(fact, part, row) for fact in covered)
            state = "absent" if not covered else "seen" if meant else None  # a claim meets no rule
            value: dict[str, Scalar] = {"part": part, "content": written(row), "state": state, "trust": trust}
            if consent is not None:
                value["consent"] = consent
            yield Fact(
                "run.declaration", Subject(component, "", "", "shipped"), value, BY, (Evidence("declaration"),)
            )  # fmt: skip


def written(row: Row) -> str:
    """One line of a declaration."""
    if isinstance(row, str):
        return row
    return " ".join(str(item) for item in (row.name, row.protocol, row.port or "", row.audience) if item)


def _interface(fact: Fact, row: Row) -> bool:
    if not isinstance(row, Interface):
        return False
    value = fact.value
    protocol = row.protocol.lower()
    if value["transport"] == "unix":
        return protocol in ("unix", "") and row.name == value.get("name")
    if (value["transport"] == "udp") != (protocol in _UDP) and protocol:
        return False
    if row.port is not None and row.port != value.get("port"):
        return False
    return row.audience.lower() not in _LOCAL or value.get("address") == "loopback"


def _destination(fact: Fact, row: Row) -> bool:
    match = _DESTINATION.fullmatch(row.lower()) if isinstance(row, str) else None
    if match is None:
        return False
    host = match["host"].strip("[]")
    if fact.kind == "run.name":
        return _host(host, str(fact.value["name"]))
    value = fact.value
    if value["transport"] == "unix":
        return match["scheme"] == "unix" or row == value["destination"]
    if match["port"] and int(match["port"]) != value.get("port"):
        return False
    scheme, transport = match["scheme"] or "", str(value["transport"])
    if scheme in ("icmp", "sctp") or transport not in ("tcp", "udp"):
        fits = scheme in ("", transport)
    else:
        fits = not scheme or (scheme in _UDP) == (transport == "udp")
    return fits and _host(host, str(value["destination"]).lower())


def _host(wanted: str, seen: str) -> bool:
    if wanted.startswith("*."):
        return seen.endswith(wanted[1:]) and seen != wanted[2:]
    try:
        return ipaddress.ip_address(seen) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return wanted == seen


def _path(fact: Fact, row: Row) -> bool:
    if not isinstance(row, str):
        return False
    pattern = row + "**" if row.endswith("/") else row
    parts = re.split(r"(\*\*|\*)", pattern)
    regex = "".join({"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in parts)
    path = str(fact.value["path"])
    return bool(re.fullmatch(regex, path, re.DOTALL)) or path + "/" == row


def _program(fact: Fact, row: Row) -> bool:
    """A bare name is a program of the system or of the product, not one of that name in a folder of passing files."""
    program = str(fact.value.get("program", ""))
    return isinstance(row, str) and (
        row == program or (row == posixpath.basename(program) and program.startswith(_INSTALLED))
    )


def _boundless(fact: Fact, part: str, row: Row) -> bool:
    """Whether a line says so little that nobody can be held to it."""
    if not isinstance(row, str):
        return row.port is None and "port" in fact.value
    if part == "files":
        first, *more = f"{row}**".split("/")[1:] if row.endswith("/") else row.split("/")[1:] or [row]
        return "*" in first or (first in _SYSTEM and bool(more) and "*" in more[0])
    match = _DESTINATION.fullmatch(row.lower()) if part in ("destinations", "telemetry") else None
    if match is None:
        return False
    host = match["host"].strip("[]")
    try:
        network = ipaddress.ip_network(host, strict=False)
    except ValueError:
        return host.startswith("*.") and "." not in host[2:]
    return network.prefixlen < (8 if network.version == 4 else 16)


def _named(key: str) -> Callable[[Fact, Row], bool]:
    return lambda fact, row: isinstance(row, str) and row.lower() == str(fact.value.get(key, "")).lower()


_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "run.listener": ("interfaces",),
        "run.contact": ("destinations", "telemetry"),
        "run.name": ("destinations", "telemetry"),
        "run.file": ("files",),
        "run.process": ("processes",),
        "run.privilege": ("privileges",),
        "run.cipher": ("ciphers",),
    }
)
_COVERS: Mapping[str, Callable[[Fact, Row], bool]] = MappingProxyType(
    {
        "interfaces": _interface,
        "destinations": _destination,
        "telemetry": _destination,
        "files": _path,
        "processes": _program,
        "privileges": _named("privilege"),
        "ciphers": _named("algorithm"),
    }
)
