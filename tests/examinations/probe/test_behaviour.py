"""Events become facts: one per thing, with ids that survive the next run."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import check, fact_id
from assay.examinations.probe.behaviour import facts_of, normal
from assay.examinations.probe.run import Record
from tests.examinations.probe.observed import contact, event, listener, one, stated


def changed(path: str, how: str = "created", type_: str = "file", mode: str = "0644") -> dict[str, Any]:
    return {"path": path, "how": how, "type": type_, "size": 1, "mode": mode, "sha256": ""}


def test_a_name_stands_for_its_address() -> None:
    first = one(contact("198.18.0.1", 443, "pay.example", protocol="tls", accepted=False))
    other = one(contact("198.18.0.9", 443, "pay.example", protocol="tls", accepted=False))
    assert fact_id(first) == fact_id(other)
    assert (first.value["destination"], first.value["certificate_checked"]) == ("pay.example", True)


def test_a_client_that_takes_any_certificate_once_is_careless() -> None:
    checked = contact("198.18.0.1", 443, "a.example", protocol="tls", accepted=False)
    careless = contact("198.18.0.1", 443, "a.example", protocol="tls", accepted=True)
    for events in ((checked, careless), (careless, checked)):
        assert one(*events).value["certificate_checked"] is False


def test_the_loopback_and_the_kernels_own_are_no_contact() -> None:
    packet = {"protocol": "icmpv6", "destination": "ff02::2", "port": 0, "name": "", "type": 133, "first": ""}
    assert stated(contact("127.0.0.1", 80), contact("198.51.100.1", 80), event("packet", **packet)) == []


def test_a_resolver_of_its_own_is_a_contact_too() -> None:
    asked = {"name": "x.example", "type": "TXT", "transport": "udp"}
    facts = stated(event("name", resolver="8.8.8.8", **asked), event("name", resolver="198.51.100.53", **asked))
    assert [(fact.kind, fact.value.get("resolver"), fact.value.get("destination")) for fact in facts] == [
        ("run.contact", None, "8.8.8.8"),
        ("run.name", "8.8.8.8", None),
        ("run.name", "system", None),
    ]


def test_a_port_that_the_system_chose_has_no_number() -> None:
    assert "port" not in listener(45_000).value
    assert fact_id(listener(45_000)) == fact_id(listener(50_001)) != fact_id(listener(8080))
    client = event("listener", transport="udp", address="0.0.0.0", port=45_000, program="x")
    assert stated(client) == []


def test_what_a_listener_answers_is_the_same_fact() -> None:
    fact = one(
        event("listener", transport="tcp", address="::", port=8443, program="/a"),
        event("answer", phase="use", address="::", port=8443, protocol="http", first=""),
    )
    assert (fact.value["address"], fact.value["protocol"], fact.value["phase"]) == ("any", "http", "start")


def test_ciphers_are_named_as_the_registry_does() -> None:
    hello = {"suites": ["1301", "0005", "0a0a", "00ff", "fafb"]}
    facts = stated(
        contact("198.18.0.1", 443, "a.example", protocol="tls", accepted=True, hello=hello, cipher="AES128-SHA"),
        event(
            "answer",
            address="0.0.0.0",
            port=443,
            protocol="tls",
            suite="ECDHE-RSA-AES256-GCM-SHA384",
            version="TLSv1.2",
        ),
    )
    assert {(fact.value["algorithm"], fact.value["role"]) for fact in facts if fact.kind == "run.cipher"} == {
        ("TLS_AES_128_GCM_SHA256", "offered"),
        ("TLS_RSA_WITH_RC4_128_SHA", "offered"),
        ("0xfafb", "offered"),
        ("TLS_RSA_WITH_AES_128_CBC_SHA", "agreed"),
        ("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "chosen"),
        ("TLSv1.2", "chosen"),
    }


def test_programs_are_facts_and_the_operators_own_command_is_not() -> None:
    base = {"arguments": [], "first": False}
    facts = stated(
        event("exec", program="/usr/bin/app", by="", **{**base, "first": True}),
        event("exec", program="/bin/sh", by="/usr/bin/app", **base),
        event("exec", program="/proc/self/fd/7", by="/usr/bin/app", **base),
        event("exec-refused", program="/usr/bin/su", error="EACCES"),
    )
    assert {(fact.value.get("program"), fact.value.get("conduct") or fact.value["privilege"]) for fact in facts} == {
        (None, "run-from-memory"),
        ("/bin/sh", "started"),
        ("/proc/self/fd/7", "started"),
        ("/usr/bin/su", "refused"),
    }


@pytest.mark.parametrize(
    ("happened", "privilege", "outcome"),
    [
        (event("power", call="ptrace", arguments="PTRACE_ATTACH, 1", error="EPERM"), "debug-others", "refused"),
        (event("power", call="setresuid", arguments="33, 33, 33", error=""), "identity", "granted"),
        (event("refused", call="bpf", argument=0, allowed=False, program="x"), "kernel-programs", "refused"),
        (event("refused", call="io_uring_setup", argument=4, allowed=True, program="x"), "io-uring", "granted"),
        (event("set-id", path="/product/x", mode="4755", error=""), "set-id-file", "granted"),
    ],
)
def test_powers_have_names(happened: dict[str, Any], privilege: str, outcome: str) -> None:
    fact = one(happened)
    assert (fact.value["privilege"], fact.value["outcome"]) == (privilege, outcome)


def test_files_are_told_once_and_by_what_became_of_them() -> None:
    facts = stated(
        event("write", path="/var/log/a.log", by="x"),
        event("write", path="/var/tmp/passing", by="x"),
        event("write", path="/dev/null", by="x"),
        event("denied", path="/etc/shadow", how="read"),
        event("write", phase="clock-year", path="/dev/shm/sem.faketime_sem_12", by="x"),
        changes=[changed("/var/log", type_="folder"), changed("/var/log/a.log"), changed("/opt/x", mode="4755")],
    )
    assert sorted((fact.value["operation"], fact.value["path"]) for fact in facts if fact.kind == "run.file") == [
        ("created", "/opt/x"),
        ("created", "/var/log/a.log"),
        ("read-refused", "/etc/shadow"),
        ("written", "/var/tmp/passing"),
    ]
    assert [fact.value["privilege"] for fact in facts if fact.kind == "run.privilege"] == ["set-id-file"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/var/tmp/tmpab12cd_x/file", "/var/tmp/tmpzz99yyxx/file"),
        ("/var/log/app-20260101.log", "/var/log/app-20271231.log"),
        ("/run/app.1234.sock", "/run/app.98.sock"),
        ("/var/tmp/hsperfdata_app/17", "/var/tmp/hsperfdata_app/3"),
        ("/var/cache/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/var/cache/11111111-2222-3333-4444-555555555555"),
        ("/product/.cache/0123456789abcdef", "/product/.cache/fedcba9876543210"),
    ],
)
def test_what_differs_from_run_to_run_is_a_star(first: str, second: str) -> None:
    assert normal(first) == normal(second)
    assert "*" in normal(first)


@pytest.mark.parametrize("path", ["/usr/bin/python3.11", "/etc/shadow", "/product/node_modules/left-pad/index.js"])
def test_a_plain_path_stays(path: str) -> None:
    assert normal(path) == path


def test_both_runs_make_one_fact_that_says_so() -> None:
    runs = [Record(run, [contact("203.0.113.1", 80, run=run)]) for run in ("traced", "untraced")]
    (fact,) = facts_of(runs, "product", "self-asserted")
    assert (fact.value["seen"], fact.value["consent"], fact.value["declared"]) == ("both", "self-asserted", None)
    assert {place.path for place in fact.evidence} == {"run/start/traced", "run/start/untraced"}


def test_conduct_is_a_fact() -> None:
    record = Record("traced", [event("limit", what="disk")])
    record.conduct = [("stop", "ignored-stop", "/product/x"), ("idle", "over-limit", "memory")]
    facts = facts_of([record], "product", "owner")
    assert {(fact.value["conduct"], fact.value.get("limit"), fact.value.get("program")) for fact in facts} == {
        ("over-limit", "disk", None), ("over-limit", "memory", None), ("ignored-stop", None, "/product/x"),
    }  # fmt: skip


@given(st.text(max_size=60))
def test_any_text_of_a_product_makes_a_fact_of_the_right_form(text: str) -> None:
    clean = text.encode("utf-8", "backslashreplace").decode()
    facts = stated(
        event("name", name=clean, type="A", resolver="198.51.100.53", transport="udp"),
        event("exec", program="/" + clean, arguments=[], by="/x", first=False),
        event("write", path="/" + clean, by="x"),
        contact("203.0.113.9", 1, clean, first=clean),
        event("bind", transport="unix", address="@" + clean, port=0, error=""),
    )
    for fact in facts:
        check(fact)
        fact_id(fact)
