"""What the vendor submitted is its word on this delivery, and on no other."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import NotVerifiedError
from assay.dossier.store import Dossier
from assay.review.steps import Plan, review

CLAIM = "name: x\nvendor: {name: V}\ndeclares: {processes: [/bin/true], destinations: []}\n"


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    product = tmp_path / "product"
    product.mkdir()
    (product / "a.py").write_text("import hashlib\nhashlib.sha256(b'x')\n")
    (product / "product.yaml").write_text(CLAIM)
    manifest = tmp_path / "operator.yaml"
    manifest.write_text("name: x\n")
    return Plan(product, date(2026, 11, 22), manifest, dossier=tmp_path / "d")


def trusts(dossier: Dossier) -> dict[str, object]:
    facts = dossier.latest().facts("statement")
    return {str(fact.value["claim"]): fact.value["trust"] for fact in facts}


def bound(plan: Plan, digest: str) -> Plan:
    assert plan.manifest is not None
    plan.manifest.write_text(f"name: x\ndeclaration: {{digest: {digest}}}\n")
    return plan


def test_only_the_delivery_that_was_submitted_is_vouched_for(plan: Plan) -> None:
    dossier, _ = review(plan)
    assert set(trusts(dossier).values()) == {"claim"}
    record = dossier.latest().record
    assert record is not None
    dossier, _ = review(bound(plan, record.artifact))
    assert trusts(dossier) == {"declares.processes": "operator", "declares.destinations": "operator"}


def test_a_declaration_of_another_delivery_ends_the_review(plan: Plan) -> None:
    with pytest.raises(NotVerifiedError, match="signed it for the delivery abababababab"):
        review(bound(plan, "ab" * 32))
    assert plan.dossier is not None
    assert not list(Dossier.open(plan.dossier).reviews())
    assert isinstance(plan.path, Path)
    record = review(replace(plan, manifest=None))[0].latest().record
    assert record is not None
    (plan.path / "product.yaml").write_text(CLAIM.replace("/bin/true", "/bin/sh"))
    with pytest.raises(NotVerifiedError):
        review(bound(plan, record.artifact))
