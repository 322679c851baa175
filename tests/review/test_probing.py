"""Running a product: who may, what is entered first, what is kept, what is judged."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.dossier.store import Dossier
from assay.examinations.probe.run import Plan as RunPlan
from assay.examinations.probe.run import Record, Waiting, observe
from assay.lab.cage.spec import CageLimits
from assay.ledger.party import open_party
from assay.ledger.sqlite import NAME, SqliteStore
from assay.review import probing
from assay.review.acts import Acts
from assay.review.probing import Probe, probe
from assay.review.steps import Plan, examine_only
from tests.lab.cage.caged import FIXTURES, PYTHON, needs_cage

DAY = date(2026, 11, 22)
QUICK = Waiting(settle=2, idle=0.3, clock=0.5, grace=2)
SMALL = CageLimits(wall=20, memory=400 << 20, disk=64 << 20, session=200)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    folder.mkdir()
    (folder / "breaches.py").write_bytes((FIXTURES / "breaches.py").read_bytes())
    return folder


@pytest.fixture
def asked(product: Path, tmp_path: Path) -> Probe:
    return Probe(
        product, DAY, dossier=tmp_path / "d", command=(PYTHON, "breaches.py", "process"), phases=("start", "stop"),
        marker=True, waiting=QUICK, limits=SMALL,
    )  # fmt: skip


def entering(tmp_path: Path, opened: list[Acts]) -> Callable[[Dossier], Acts]:
    def enter(dossier: Dossier) -> Acts:
        opened.append(Acts(dossier, open_party({}, tmp_path, lambda _: None), lambda: 1_800_000_000.0))
        return opened[-1]

    return enter


def acts_of(folder: Path) -> list[str]:
    """The acts entered so far, signed or not."""
    with closing(SqliteStore(folder / "ledger" / NAME, writable=False)) as store:
        return [json.loads(body)["act"] for _, body, _ in store.rows(0, 1 << 30)]


def manifest(tmp_path: Path, digest: str, **changes: str) -> Path:
    said = {"until": "2026-12-31", "tests": "[probe.run]", **changes}
    path = tmp_path / "operator.yaml"
    path.write_text(
        f"consent: {{by: Example Vendor, digest: {digest}, until: {said['until']}, tests: {said['tests']}}}\n"
        "declares:\n  interfaces: [{name: web, protocol: http, port: 8080}]\n  processes: [/bin/true]\n"
    )
    return path


def digest_of(product: Path, tmp_path: Path) -> str:
    dossier, _ = examine_only(Plan(product, DAY, dossier=tmp_path / "static"))
    record = dossier.latest().record
    assert record is not None
    return record.artifact


def test_nobody_runs_what_nobody_allowed(asked: Probe, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no consent"):
        probe(asked, entering(tmp_path, []))
    digest = digest_of(asked.path, tmp_path)
    for changes, why in (
        ({"until": "2026-11-21"}, "ended"),
        ({"tests": "[fuzz]"}, "does not name the test"),
        ({"digest": "ab" * 32}, "another delivery"),
    ):
        given = {"digest": digest, **changes}
        path = manifest(tmp_path, given.pop("digest"), **given)
        with pytest.raises(InputError, match=why) as refused:
            probe(replace(asked, manifest=path), entering(tmp_path, []))
        assert refused.value.advice is not None
        assert digest in refused.value.advice.en
    assert not (tmp_path / "d").exists()


def test_a_product_gives_no_consent_to_its_own_run(asked: Probe, tmp_path: Path) -> None:
    inside = asked.path / "product.yaml"
    inside.write_text("name: x\nconsent: {by: Me, digest: 00, until: 2026-12-31, tests: [probe.run]}\n")
    with pytest.raises(InputError, match="no consent"):
        probe(asked)


def test_an_unknown_phase_is_refused_before_anything(asked: Probe) -> None:
    with pytest.raises(UsageError, match="unknown phase: attack"):
        probe(replace(asked, phases=("start", "attack"), own=True))


@needs_cage
def test_consent_is_entered_before_anything_runs(asked: Probe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_start: list[list[str]] = []

    def spied(plan: RunPlan) -> tuple[Record, ...]:
        at_start.append(acts_of(tmp_path / "d"))
        return observe(plan)

    monkeypatch.setattr(probing, "observe", spied)
    path = manifest(tmp_path, digest_of(asked.path, tmp_path))
    opened: list[Acts] = []
    dossier, _ = probe(replace(asked, manifest=path), entering(tmp_path, opened))
    with opened[0]:
        pass
    assert at_start[0] == ["intake", "consent", "probe"]
    facts = [fact for fact in dossier.latest().facts() if fact.kind.startswith("run.")]
    assert {fact.value["consent"] for fact in facts} == {"owner"}
    started = {
        fact.value["program"]: fact.value["declared"] for fact in facts if fact.value.get("conduct") == "started"
    }
    assert started["/bin/true"] == "declared"
    assert started["/bin/sh"] == "undeclared"
    outcomes = {judgement.rule: judgement.outcome for judgement in dossier.latest().judgements()}
    assert outcomes["declared.processes"] == "broken"
    assert outcomes["declared.interfaces"] == "open"  # phases were left out
    assert outcomes["declared.files"] == "open"
    assert (outcomes["limits.run-whole"]) == "broken"


@needs_cage
def test_a_self_asserted_run_says_so_and_keeps_what_others_stated(asked: Probe, tmp_path: Path) -> None:
    (asked.path / "weak.py").write_text("import hashlib\nhashlib.md5(b'x').hexdigest()\n")
    before, _ = examine_only(Plan(asked.path, DAY, dossier=tmp_path / "d"))
    stated = {kind: count for kind, count in before.latest().kinds().items() if kind.startswith("crypto.")}
    assert stated
    dossier, _ = probe(replace(asked, own=True))
    latest = dossier.latest()
    kinds = latest.kinds()
    assert {kind: kinds[kind] for kind in stated} == stated
    assert latest.number == 2
    assert {fact.value["consent"] for fact in latest.facts() if fact.kind == "run.process"} == {"self-asserted"}
    assert latest.record is not None
    assert "probe.run@1" in latest.record.examinations


CLAIM = "name: x\ndeclares: {processes: [/bin/true, /bin/sh], interfaces: [{name: a, protocol: tcp, port: 9}]}\n"


def declared(dossier: Dossier) -> tuple[dict[str, object], dict[str, str]]:
    """What the declaration says of each program that was started, and how its rules stand."""
    facts = dossier.latest().facts("run.process")
    outcomes: dict[str, str] = {item.rule: item.outcome for item in dossier.latest().judgements()}
    return {str(f.value["program"]): f.value["declared"] for f in facts if "program" in f.value}, outcomes


@needs_cage
def test_what_only_the_delivery_declares_convicts_and_never_acquits(asked: Probe) -> None:
    (asked.path / "product.yaml").write_text(CLAIM)
    dossier, _ = probe(replace(asked, own=True))
    programs, outcomes = declared(dossier)
    assert programs["/bin/true"] is None
    assert programs["/usr/bin/id"] == "undeclared"
    assert outcomes["declared.processes"] == "broken"
    said = {f.value["content"]: (f.value["state"], f.value["trust"]) for f in dossier.latest().facts("run.declaration")}
    assert said["a tcp 9"] == ("absent", "claim")
    assert said["/bin/true"] == (None, "claim")


@needs_cage
def test_the_delivery_that_the_vendor_submitted_in_a_case_is_its_word(asked: Probe, tmp_path: Path) -> None:
    (asked.path / "product.yaml").write_text(CLAIM)
    path = tmp_path / "operator.yaml"
    path.write_text(f"declaration: {{digest: {digest_of(asked.path, tmp_path)}}}\n")
    programs, _ = declared(probe(replace(asked, own=True, manifest=path))[0])
    assert (programs["/bin/true"], programs["/usr/bin/id"]) == ("declared", "undeclared")
    (asked.path / "more.py").write_text("")
    with pytest.raises(NotVerifiedError, match="signed it for the delivery"):
        probe(replace(asked, own=True, manifest=path))


@needs_cage
def test_a_second_run_takes_the_place_of_the_first(asked: Probe) -> None:
    probe(replace(asked, own=True))
    dossier, _ = probe(replace(asked, own=True, command=(PYTHON, "breaches.py")))
    started = {fact.value["program"] for fact in dossier.latest().facts("run.process") if "program" in fact.value}
    assert started == {"/bin/true"}
    assert [attempt for attempt in dossier.review(1).attempts() if attempt.by == "probe.run@1"]


@needs_cage
def test_what_cannot_start_is_failed_never_met(asked: Probe) -> None:
    dossier, _ = probe(replace(asked, own=True, command=("/product/missing",)))
    failed = [attempt for attempt in dossier.latest().attempts() if attempt.by == "probe.run@1"]
    assert {(item.path, item.status, item.reason) for item in failed} >= {("run/start", "failed", "no-start")}
    outcomes = {judgement.rule: judgement.outcome for judgement in dossier.latest().judgements()}
    assert not {rule for rule, outcome in outcomes.items() if rule.startswith("declared.") and outcome == "met"}


@needs_cage
def test_evasion_is_found_by_a_second_pair_of_runs(asked: Probe) -> None:
    (asked.path / "hostile.py").write_bytes((FIXTURES / "hostile.py").read_bytes())
    command = (PYTHON, "hostile.py", "detects")
    dossier, _ = probe(replace(asked, own=True, command=command))
    facts = list(dossier.latest().facts("run.evasion"))
    assert {(fact.value["kind"], fact.value["only"]) for fact in facts} == {
        ("run.contact", "untraced"), ("run.name", "untraced"),
    }  # fmt: skip
    outcomes = {judgement.rule: judgement.outcome for judgement in dossier.latest().judgements()}
    assert outcomes["declared.evasion"] == "broken"
