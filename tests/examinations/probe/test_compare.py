"""Facts against a declaration: thirty breaches and their honest twins."""

import pytest
from msgspec.structs import replace

from assay.core.facts import Fact, check
from assay.core.product import Declaration, Interface
from assay.examinations.probe.compare import compared
from tests.examinations.probe.observed import contact, event, listener, one

WEB = Interface("web", "https", 443, "customers")


def outcome(fact: Fact, declaration: Declaration) -> object:
    told = compared([fact], declaration)
    for item in told:
        check(item)
    return told[0].value["declared"]


def interfaces(*rows: Interface) -> Declaration:
    return Declaration(interfaces=rows)


@pytest.mark.parametrize(
    ("fact", "declaration", "declared"),
    [
        (listener(443), interfaces(WEB), "declared"),
        (listener(31337), interfaces(WEB), "undeclared"),
        (listener(31337), interfaces(), "undeclared"),
        (listener(443, transport="udp"), interfaces(WEB), "undeclared"),
        (listener(53, transport="udp"), interfaces(Interface("dns", "udp", 53)), "declared"),
        (listener(9000), interfaces(Interface("admin", "http", 9000, "local")), "undeclared"),
        (listener(9000, "127.0.0.1"), interfaces(Interface("admin", "http", 9000, "local")), "declared"),
        (listener(50_000), interfaces(Interface("data", "tcp", None)), "declared"),
        (listener(50_000), interfaces(WEB), "undeclared"),
    ],
)
def test_interfaces(fact: Fact, declaration: Declaration, declared: str) -> None:
    assert outcome(fact, declaration) == declared


def test_a_socket_of_a_file_is_declared_by_its_name() -> None:
    fact = one(event("bind", transport="unix", address="/run/app.sock", port=0, error=""))
    assert outcome(fact, interfaces(Interface("/run/app.sock", "unix"))) == "declared"
    assert outcome(fact, interfaces(Interface("/run/other.sock", "unix"), WEB)) == "undeclared"


@pytest.mark.parametrize(
    ("destination", "row", "declared"),
    [
        ("api.bank.example", "api.bank.example", True),
        ("api.bank.example", "api.bank.example:443", True),
        ("api.bank.example", "API.Bank.Example", True),
        ("api.bank.example", "*.bank.example", True),
        ("bank.example", "*.bank.example", False),
        ("evilbank.example", "*.bank.example", False),
        ("api.bank.example", "api.bank.example:80", False),
        ("api.bank.example", "bank.example", False),
        ("api.bank.example", "udp://api.bank.example", False),
        ("203.0.113.5", "203.0.113.0/24", True),
        ("203.0.113.5", "203.0.113.5:443", True),
        ("203.0.114.5", "203.0.113.0/24", False),
        ("2001:db8::5", "[2001:db8::]", False),
        ("2001:db8::5", "[2001:db8::/32]", True),
        ("2001:db8::5", "[2001:db8::5]:443", True),
        ("api.bank.example", ".*", False),
        ("api.bank.example", "", False),
    ],
)
def test_destinations(destination: str, row: str, *, declared: bool) -> None:
    name = "" if destination[0].isdigit() else destination
    fact = one(contact(destination if not name else "198.18.0.1", 443, name))
    wanted = "declared" if declared else "undeclared"
    assert outcome(fact, Declaration(destinations=(row,))) == wanted
    assert outcome(fact, Declaration(telemetry=(row,))) == wanted


def test_other_transports_are_named() -> None:
    packet = {"protocol": "udp", "destination": "203.0.113.5", "port": 123, "name": "", "first": "", "type": -1}
    udp, icmp = one(event("packet", **packet)), one(event("packet", **{**packet, "protocol": "icmp", "port": 0}))
    assert outcome(udp, Declaration(destinations=("ntp://203.0.113.5:123",))) == "declared"
    assert outcome(udp, Declaration(destinations=("https://203.0.113.5:123",))) == "undeclared"
    assert outcome(icmp, Declaration(destinations=("icmp://203.0.113.5",))) == "declared"
    assert outcome(icmp, Declaration(destinations=("udp://203.0.113.5",))) == "undeclared"
    local = one(event("connect", transport="unix", address="/run/db.sock", port=0, error=""))
    assert outcome(local, Declaration(destinations=("/run/db.sock",))) == "declared"


@pytest.mark.parametrize(
    ("path", "row", "declared"),
    [
        ("/var/lib/app/x.db", "/var/lib/app/", True),
        ("/var/lib/app/a/b/x.db", "/var/lib/app/**", True),
        ("/var/lib/app/a/x.db", "/var/lib/app/*", False),
        ("/var/lib/app/x.db", "/var/lib/app/*.db", True),
        ("/var/lib/app2/x.db", "/var/lib/app/", False),
        ("/etc/cron.d/x", "/var/**", False),
        ("/etc/cron.d/x", "/etc/cron.d/.*", False),
    ],
)
def test_files(path: str, row: str, *, declared: bool) -> None:
    change = {"path": path, "how": "created", "type": "file", "size": 1, "mode": "0644", "sha256": ""}
    assert outcome(one(changes=[change]), Declaration(files=(row,))) == ("declared" if declared else "undeclared")


def test_programs_powers_and_ciphers_by_name() -> None:
    exec_ = {"arguments": [], "by": "/x", "first": False}
    shell = one(event("exec", program="/usr/bin/gzip", **exec_))
    assert outcome(shell, Declaration(processes=("gzip",))) == "declared"
    assert outcome(shell, Declaration(processes=("/usr/bin/gzip",))) == "declared"
    assert outcome(shell, Declaration(processes=("zip",))) == "undeclared"
    power = one(event("power", call="ptrace", arguments="", error="EPERM"))
    assert outcome(power, Declaration(privileges=("debug-others",))) == "declared"
    assert outcome(power, Declaration(privileges=())) == "undeclared"
    alg = one(event("kernel-crypto"))
    assert outcome(alg, Declaration(ciphers=("kernel",))) == "declared"
    assert outcome(alg, Declaration(ciphers=("AES-256-GCM",))) == "undeclared"


def test_what_was_not_declared_says_nothing_and_neither_does_a_draft() -> None:
    full = Declaration((WEB,), ("a.example",), ("/var/",), (), (), (), (), ("sh",))
    for fact in (listener(443), listener(31337), one(contact("198.18.0.1", 443, "a.example"))):
        assert outcome(fact, Declaration()) is None
        assert outcome(fact, replace(full, draft=True)) is None
    assert not [fact for fact in compared([listener(443)], replace(full, draft=True)) if fact.kind == "run.declaration"]


def test_what_is_declared_and_absent_is_told() -> None:
    declaration = interfaces(WEB, Interface("admin", "http", 9000))
    told = {fact.value["content"]: fact.value["state"] for fact in compared([listener(443)], declaration)[1:]}
    assert told == {"web https 443 customers": "seen", "admin http 9000": "absent"}


def test_how_a_process_ended_is_no_program_to_declare() -> None:
    limit = one(event("limit", what="disk"))
    assert outcome(limit, Declaration(processes=())) is None


def written(path: str) -> Fact:
    return one(changes=[{"path": path, "how": "created", "type": "file", "size": 1, "mode": "0644", "sha256": ""}])


@pytest.mark.parametrize(
    ("fact", "declaration"),
    [
        (listener(31337), interfaces(Interface("any", "tcp"))),
        (one(contact("198.18.0.1", 443, "c2.invalid")), Declaration(destinations=("*.invalid",))),
        (one(contact("203.0.113.9", 443)), Declaration(destinations=("0.0.0.0/0",))),
        (one(contact("2001:db8::9", 443)), Declaration(telemetry=("[::/0]",))),
        (written("/etc/cron.d/x"), Declaration(files=("/**",))),
        (written("/etc/cron.d/x"), Declaration(files=("/etc/",))),
        (written("/etc/cron.d/x"), Declaration(files=("/e*/**",))),
        (written("/etc/cron.d/x"), Declaration(files=("/*/*/*",))),
    ],
)
def test_a_line_that_covers_everything_declares_nothing(fact: Fact, declaration: Declaration) -> None:
    assert outcome(fact, declaration) is None
    rows = [item for item in compared([fact], declaration) if item.kind == "run.declaration"]
    assert [item.value["state"] for item in rows] == [None]


@pytest.mark.parametrize("program", ["/tmp/gzip", "/var/home/app/.cache/gzip", "/dev/shm/gzip"])
def test_a_bare_name_is_a_program_of_the_system_or_the_product(program: str) -> None:
    declaration = Declaration(processes=("gzip",))
    assert outcome(one(event("exec", program=program, arguments=[], by="x", first=False)), declaration) == "undeclared"
    for known in ("/usr/bin/gzip", "/product/bin/gzip"):
        assert outcome(one(event("exec", program=known, arguments=[], by="x", first=False)), declaration) == "declared"
