"""A draft says what was seen, reads as a manifest, and declares nothing."""

from msgspec.structs import replace

from assay.core.product import Interface
from assay.examinations.probe.compare import compared
from assay.examinations.probe.draft import draft
from assay.intake.manifest import declared, parse
from tests.examinations.probe.observed import contact, event, listener, stated

FACTS = [
    listener(8080),
    *stated(
        contact("198.18.0.1", 443, "a.example", protocol="tls", accepted=False, hello={"suites": ["1301"]}),
        contact("2001:db8::9", 8443),
        event("exec", program="/bin/sh", arguments=[], by="/x", first=False),
        event("power", call="ptrace", arguments="", error="EPERM"),
        event("bind", transport="unix", address='@odd"\n\x1b name', port=0, error=""),
        changes=[{"path": "/var/x: y", "how": "created", "type": "file", "size": 1, "mode": "0644", "sha256": ""}],
    ),
]


def test_a_draft_is_a_manifest_that_declares_nothing() -> None:
    manifest = parse(draft(FACTS).encode(), "product.yaml")
    assert manifest.declares.draft
    assert declared(manifest.declares) == {}
    assert {fact.value["declared"] for fact in compared(FACTS, manifest.declares)} == {None}


def test_once_it_is_the_vendors_own_it_covers_what_was_seen() -> None:
    written = parse(draft(FACTS).encode(), "product.yaml").declares
    own = replace(written, draft=False)
    told = compared(FACTS, own)
    assert {fact.value["declared"] for fact in told if "declared" in fact.value} == {"declared"}
    assert Interface('@odd"\n\x1b name', "unix") in (own.interfaces or ())
    assert own.accounts is None


def test_nothing_seen_is_declared_as_nothing() -> None:
    assert parse(draft([]).encode(), "p").declares.interfaces == ()
