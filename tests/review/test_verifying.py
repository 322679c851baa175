"""How far a deposit was verified: who may let it be built, what is kept, what sealed source lets leave."""

import json
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from assay.core.errors import InputError, UsageError
from assay.core.facts import Fact
from assay.dossier.store import Dossier
from assay.examinations.handover import build
from assay.examinations.handover.build import Built
from assay.examinations.handover.build import built as built_in_cage
from assay.lab.cage.spec import CageLimits
from assay.ledger.party import open_party
from assay.ledger.sqlite import NAME, SqliteStore
from assay.report.levels import page
from assay.review.acts import Acts
from assay.review.sealed import memory_folder, sealed_plan
from assay.review.steps import Plan
from assay.review.verifying import Wanted, verify
from tests.deposit.parties import TERMS
from tests.deposit.test_tree import everything, opened_deposit, reviewed
from tests.examinations.handover.made import tarred
from tests.examinations.handover.scanning import DAY, inert, needs_scanner, signatures
from tests.lab.cage.caged import needs_cage

LIMITS = CageLimits(wall=30, memory=600 << 20, disk=64 << 20, session=120)
FILES = {
    "Makefile": "all:\n\tcat a.txt b.txt > $(OUT)/app\n",
    "a.txt": "one\n", "b.txt": "two\n", "README.md": "Run make to build.\n", "bom.json": "{}\n",
}  # fmt: skip


def laid(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def wanted(tmp_path: Path) -> Wanted:
    source = laid(tmp_path / "source", FILES)
    command = "cat a.txt b.txt > /out/app"
    return Wanted(Plan(source, DAY, dossier=tmp_path / "d"), command=command, own=True, limits=LIMITS, twice=False)


def levels(dossier: Dossier) -> dict[str, str | None]:
    return {str(one.value["level"]): one.value["state"] for one in facts(dossier, "level")}  # type: ignore[misc]


def facts(dossier: Dossier, kind: str) -> list[Fact]:
    return [one for one in dossier.latest().facts() if one.kind == f"deposit.{kind}"]


def test_reading_alone_says_what_it_shows(wanted: Wanted) -> None:
    dossier, _ = verify(wanted)
    assert levels(dossier) == {
        "readable": None, "inventory": "missed", "complete": "reached", "built": None, "compared": None,
    }  # fmt: skip
    assert "hand-over" in {judgement.book for judgement in dossier.latest().judgements()}
    shown = page(dossier.latest().facts(), dossier.latest().attempts(), "en")
    assert "Level reached, with all below it: none" in shown
    assert "missing: virus check" in shown
    assert "尚缺：病毒检查" in page(dossier.latest().facts(), dossier.latest().attempts(), "zh")


def test_nobody_builds_what_nobody_allowed(wanted: Wanted, tmp_path: Path) -> None:
    asked = replace(wanted, build=True, own=False)
    with pytest.raises(InputError, match="no consent") as refused:
        verify(asked)
    assert refused.value.advice is not None
    digest = refused.value.advice.en.partition("digest: ")[2].partition(",")[0]
    manifest = tmp_path / "operator.yaml"
    for tests, matched in (("probe.run", "does not name the test deposit.build"), ("deposit.build", "")):
        manifest.write_text(f"consent: {{by: V, digest: {digest}, until: 2026-12-31, tests: [{tests}]}}\n")
        given = replace(asked, plan=replace(asked.plan, manifest=manifest))
        if matched:
            with pytest.raises(InputError, match=matched):
                verify(given)
    assert not (tmp_path / "d").exists()


def test_the_source_gives_no_consent_to_its_own_build(wanted: Wanted) -> None:
    own = "name: x\nbuild: touch /out/a\nconsent: {by: Me, digest: 00, until: 2026-12-31, tests: [deposit.build]}\n"
    laid(Path(str(wanted.plan.path)), {"product.yaml": own})
    with pytest.raises(InputError, match="no consent"):
        verify(replace(wanted, build=True, own=False))


@needs_cage
def test_all_levels_but_the_signed_list_and_the_ledger_before_the_build(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before: list[list[str]] = []

    def acts() -> list[str]:
        with closing(SqliteStore(tmp_path / "d/ledger" / NAME, writable=False)) as store:
            return [json.loads(body)["act"] for _, body, _ in store.rows(0, 1 << 30)]

    def spied(plan: build.Plan) -> Built:
        before.append(acts())
        return built_in_cage(plan)

    monkeypatch.setattr(build, "built", spied)
    opened: list[Acts] = []

    def enter(dossier: Dossier) -> Acts:
        opened.append(Acts(dossier, open_party({}, tmp_path, lambda _: None), lambda: 1_800_000_000.0))
        return opened[-1]

    delivered = laid(tmp_path / "delivered", {"opt/app": "one\ntwo\n", "app.tar": tarred({"usr/app": b"one\ntwo\n"})})
    dossier, _ = verify(replace(wanted, build=True, twice=True, delivered=delivered), enter)
    with opened[0]:
        pass
    assert before == [["intake", "probe"]]
    assert levels(dossier) == {
        "readable": None, "inventory": "missed", "complete": "reached", "built": "reached", "compared": "reached",
    }  # fmt: skip
    assert facts(dossier, "build")[0].value["again"] == "same"
    assert {one.subject.path: one.value["result"] for one in facts(dossier, "comparison")} == {
        "opt/app": "equal", "app.tar!usr/app": "equal",
    }  # fmt: skip


@needs_cage
def test_a_link_that_leads_out_of_what_was_delivered_leaves_it_open(wanted: Wanted, tmp_path: Path) -> None:
    delivered = laid(tmp_path / "delivered", {"app": "one\ntwo\n"})
    (delivered / "inside").symlink_to("app")
    asked = replace(wanted, build=True, delivered=delivered)
    assert levels(verify(asked)[0])["compared"] == "reached"
    (delivered / "outside").symlink_to("/etc/hostname")
    assert levels(verify(asked)[0])["compared"] is None


@needs_cage
def test_the_command_of_the_manifest_is_run(wanted: Wanted) -> None:
    laid(Path(str(wanted.plan.path)), {"product.yaml": "name: x\nbuild: cp a.txt /out/declared\n"})
    dossier, _ = verify(replace(wanted, build=True, command=""))
    assert [one.subject.path for one in facts(dossier, "output")] == ["declared"]


@needs_cage
@needs_scanner
def test_what_was_verified_before_is_kept_for_the_same_source_only(wanted: Wanted, tmp_path: Path) -> None:
    base = signatures(tmp_path / "signatures")
    verify(replace(wanted, build=True))
    dossier, _ = verify(replace(wanted, scanner="clamscan", signatures=base))
    assert (levels(dossier)["readable"], levels(dossier)["built"]) == ("reached", "reached")
    later = replace(wanted.plan, as_of=DAY + timedelta(days=30))
    dossier, _ = verify(replace(wanted, plan=later))
    assert (levels(dossier)["readable"], levels(dossier)["built"]) == (None, "reached")
    assert len(facts(dossier, "level")) == 5
    laid(Path(str(wanted.plan.path)), {"evil.bin": inert()})
    dossier, _ = verify(replace(wanted, scanner="clamscan", signatures=base))
    assert (levels(dossier)["readable"], levels(dossier)["built"]) == ("missed", None)
    assert [one.subject.path for one in facts(dossier, "hit")] == ["evil.bin"]


@needs_scanner
@needs_cage
def test_files_inside_archives_are_scanned_one_by_one(wanted: Wanted, tmp_path: Path) -> None:
    laid(Path(str(wanted.plan.path)), {"in.tar": tarred({"deep.tar": tarred({"x": inert()})})})
    dossier, _ = verify(replace(wanted, scanner="clamscan", signatures=signatures(tmp_path / "signatures")))
    assert "in.tar!deep.tar!x" in {one.subject.path for one in facts(dossier, "hit")}
    assert facts(dossier, "scan")[0].value["files"] == len(FILES) + 2


def test_what_is_not_installed_is_named_and_open(wanted: Wanted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assay.lab.cage.tools.PATH", "/nonexistent")
    dossier, _ = verify(replace(wanted, scanner="clamscan"))
    assert levels(dossier)["readable"] is None
    details = [one.detail for one in dossier.latest().attempts() if one.by == "handover.scan@1"]
    assert details == ["clamscan is not installed here (Debian: clamav)"]
    dossier, _ = verify(replace(wanted, build=True))
    assert levels(dossier)["built"] is None
    details = [one.detail for one in dossier.latest().attempts() if one.by == "handover.build@1"]
    assert details[0].startswith("there is no cage here without bwrap (Debian: bubblewrap)")


YAML = b"""name: x
build: "cat src/pay.c > /out/app; echo 'src/pay.c:2: error: int pay(void)'; cat src/pay.c; exit 1"
"""
BUILDABLE = {
    **{path: text.encode() for path, text in FILES.items()},
    "product.yaml": YAML,
    "src/pay.c": b'#include "secret/tables.h"\nint pay(void) { return 1; }\n' + b"/* padding */\n" * 40,
}


def terms(tools: str, deny: str = "[]") -> str:
    return TERMS.replace('tools: ["cipher"]', f"tools: {tools}").replace(
        'paths: {allow: ["src/**"], deny: ["src/secret/**"]}', f'paths: {{allow: ["**"], deny: {deny}}}'
    )


def sealed(tmp_path: Path, text: str, wanted: Wanted, files: Mapping[str, bytes] = BUILDABLE) -> Dossier:
    made = opened_deposit(tmp_path / "sealed", dict(files), text)
    with sealed_plan(wanted.plan, made.deposit, made.deposit.version(1), made.opened) as plan:
        dossier, _ = verify(replace(wanted, plan=plan))
    return dossier


def test_terms_let_sealed_source_be_built_or_they_do_not(wanted: Wanted, tmp_path: Path) -> None:
    asked = replace(wanted, build=True, command="")
    with pytest.raises(InputError, match="do not let it be built"):
        sealed(tmp_path / "all", terms('["*"]'), asked)
    with pytest.raises(UsageError, match="not by another"):
        sealed(tmp_path / "named", terms('["handover"]'), replace(asked, command="cat src/pay.c"))


@needs_cage
def test_sealed_source_is_built_in_memory_and_does_not_leave(
    wanted: Wanted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TemporaryDirectory(dir=memory_folder()) as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr("assay.review.sealed.memory_folder", lambda: Path(folder))
        dossier = sealed(tmp_path, terms('["handover"]'), replace(wanted, build=True, command=""))
        assert not list(Path(folder).iterdir())
    (failed,) = facts(dossier, "build")
    assert failed.value["outcome"] == "failed"
    assert [(one.path, one.excerpt) for one in failed.evidence] == [("src/pay.c", "src/pay.c:2: error: int pay(void)")]
    assert [one.subject.path for one in facts(dossier, "output")] == ["app"]
    assert levels(dossier)["inventory"] == "reached"
    assert b"return 1" not in everything(tmp_path / "d")
    assert all(isinstance(one.value["missing"], str) for one in facts(dossier, "level"))


def test_source_with_files_kept_back_is_not_built_and_they_are_not_named(wanted: Wanted, tmp_path: Path) -> None:
    files = {**BUILDABLE, "src/secret/tables.h": b"#define KEY 1\n"}
    asked = replace(wanted, build=True, command="", own=False)
    dossier = sealed(tmp_path, terms('["handover"]', '["src/secret/**"]'), asked, files)
    refused = [one for one in dossier.latest().attempts() if one.by == "handover.build@1"]
    assert [(one.status, one.owner) for one in refused] == [("withheld", "vendor.example")]
    assert levels(dossier)["built"] is None
    told = [*facts(dossier, "input"), *facts(dossier, "level")]
    assert not [one for one in told if "tables" in json.dumps(dict(one.value))]


@needs_scanner
@needs_cage
def test_every_sealed_file_is_scanned(wanted: Wanted, tmp_path: Path) -> None:
    files = {**BUILDABLE, "bin/tool": inert(), "in.tar": tarred({"x": inert()})}
    asked = replace(wanted, scanner="clamscan", signatures=signatures(tmp_path / "signatures"))
    dossier = sealed(tmp_path, terms('["handover.scan"]'), asked, files)
    assert {one.subject.path for one in facts(dossier, "hit")} >= {"bin/tool", "in.tar", "in.tar!x"}
    scan = facts(dossier, "scan")[0].value
    assert scan["files"] == scan["scanned"] == len(files) + 1
    assert levels(dossier)["complete"] is None  # the terms do not let its build files be read for that


def test_a_review_in_place_says_what_is_missing_too(tmp_path: Path) -> None:
    files = {**BUILDABLE, "requirements.txt": b"certifi==1\n"}
    made = opened_deposit(tmp_path / "sealed", files, terms('["handover"]'))
    told = {str(one.value["level"]): one.value["missing"] for one in facts(reviewed(made, tmp_path / "d"), "level")}
    assert told["inventory"] == ""
    assert str(told["complete"]).startswith("third-party parts: certifi")
    assert (told["readable"], told["built"]) == ("virus check", "clean-room build")
