"""A verdict is what its review says, of what was delivered, with what was withheld."""

import hashlib
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.case import compose
from assay.case.contents import Body, Disclosure, Withholding
from assay.case.delivery import NAME, submitted
from assay.case.exchange import export
from assay.case.folder import Attached, Case
from assay.case.manifest import manifest_of, written
from assay.case.verdict import disclosure, materialise
from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.core.product import SignedDeclaration
from assay.core.rules import Judgement
from assay.dossier.records import encode
from assay.dossier.store import Dossier
from assay.dossier.writing import ReviewWriter
from assay.review import steps
from assay.review.reading import sealed_record
from tests.case.made import Desk, opened, passed

DAY = date(2026, 3, 2)
UNTIL = date(2026, 4, 1)
CODE = "from Crypto.Cipher import DES\n\n\ndef f(key, x):\n    return DES.new(key, DES.MODE_CBC, x)\n"
Said = Callable[[Disclosure], Disclosure]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A delivery, and reviews of it: with what the vendor withheld, and without."""
    root = tmp_path_factory.mktemp("verdict")
    (root / "product").mkdir()
    (root / "product" / "a.py").write_text(CODE)
    (root / "operator.yaml").write_text("withheld: [{what: keys/hsm, by: vendor.example, reason: secret}]\n")
    for name, operator in (("told", root / "operator.yaml"), ("untold", None)):
        steps.review(steps.Plan(root / "product", DAY, operator, ("baseline",), root / f"{name}.assay"))
    return root


@pytest.fixture
def desks(place: Path, tmp_path: Path) -> tuple[Desk, Desk]:
    vendor, laboratory, _ = opened(tmp_path)
    found = submitted(place / "product", tmp_path / "scratch")
    vendor.does(found.content, [Attached(NAME, found.listing)])
    passed(vendor, laboratory)
    return vendor, laboratory


def test_a_review_without_what_was_withheld_is_no_verdict(desks: tuple[Desk, Desk], place: Path) -> None:
    vendor, laboratory = desks
    untold = Dossier.open(place / "untold.assay").latest()
    disclosure(laboratory.case, untold, UNTIL)
    vendor.does(Withholding("keys/hsm", "secret"))
    passed(vendor, laboratory)
    with pytest.raises(NotVerifiedError, match="does not record what the vendor withheld: keys/hsm") as caught:
        disclosure(laboratory.case, untold, UNTIL)
    assert caught.value.advice is not None
    assert "--manifest" in caught.value.advice.en
    said, attached = disclosure(laboratory.case, Dossier.open(place / "told.assay").latest(), UNTIL)
    laboratory.does(said, attached)
    passed(laboratory, vendor)
    (row,) = compose.compose(vendor.case, DAY).verdicts
    assert (row.checked, set(row.broken) | set(row.open) > {"baseline/crypto.des"}) == (True, True)


@pytest.mark.parametrize(
    "lie",
    [
        lambda said: replace(said, broken=()),
        lambda said: replace(said, met=said.met + 1),
        lambda said: replace(said, judgements="0" * 64),
        lambda said: replace(said, books=(*said.books[:1], ("baseline", "0" * 64))),
        lambda said: replace(said, as_of=date(2020, 1, 1)),
    ],
)
def test_a_laboratory_that_says_otherwise_than_its_review_is_caught(
    desks: tuple[Desk, Desk], place: Path, lie: Said
) -> None:
    vendor, laboratory = desks
    said, attached = disclosure(laboratory.case, Dossier.open(place / "untold.assay").latest(), UNTIL)
    act = laboratory.does(lie(said), attached)
    passed(laboratory, vendor)
    with pytest.raises(NotVerifiedError, match=f"{act.id[:12]}.* does not say what its review says"):
        compose.compose(vendor.case, DAY)


def test_judgements_without_their_facts_are_caught(desks: tuple[Desk, Desk], place: Path, tmp_path: Path) -> None:
    vendor, laboratory = desks
    review = Dossier.open(place / "untold.assay").latest()
    record = sealed_record(review)
    forged = Dossier.create_or_open(tmp_path / "forged.assay")
    mild = [_mild(judgement) for judgement in review.judgements()]
    books = steps.books_for(record.product, ("baseline",), DAY)
    document = steps.document_of(review, record.product, record.artifact, books=books, judgements=mild, as_of=DAY)
    with ReviewWriter(forged) as writer:
        writer.plan(steps.STREAMS)
        for stream in ("files", "attempts", "facts"):
            writer.write(stream, review.lines(stream))
        writer.write("judgements", map(encode, mild))
        writer.write("document", [encode(document)])
        writer.seal(record)
    said, attached = disclosure(laboratory.case, forged.latest(), UNTIL)
    assert said.broken == ()
    laboratory.does(said, attached)
    passed(laboratory, vendor)
    with pytest.raises(NotVerifiedError, match="facts do not lead to its judgements"):
        compose.compose(vendor.case, DAY)


def _mild(judgement: Judgement) -> Judgement:
    return replace(judgement, outcome="met") if judgement.outcome == "broken" else judgement


def test_no_file_of_a_review_leads_out_of_its_folder(desks: tuple[Desk, Desk], place: Path, tmp_path: Path) -> None:
    _, laboratory = desks
    said, attached = disclosure(laboratory.case, Dossier.open(place / "untold.assay").latest(), UNTIL)
    evil = b"*"
    body = Body("../../evil", hashlib.sha256(evil).hexdigest(), 1)
    laboratory.does(replace(said, files=(*said.files, body)), [*attached, Attached("../../evil", evil)])
    with pytest.raises(NotVerifiedError, match="is no file of a review"):
        compose.compose(laboratory.case, DAY)
    assert not list(tmp_path.rglob("evil"))


def test_a_verdict_that_does_not_travel_is_not_checked_and_says_so(
    desks: tuple[Desk, Desk], place: Path, tmp_path: Path
) -> None:
    vendor, laboratory = desks
    laboratory.does(*disclosure(laboratory.case, Dossier.open(place / "untold.assay").latest(), UNTIL))
    export(laboratory.case, tmp_path / "bare.case", bodies=False)
    vendor.takes(tmp_path / "bare.case")
    document = compose.compose(vendor.case, DAY)
    assert [row.checked for row in document.verdicts] == [False]
    assert any("does not travel with this copy" in text.en for text in document.limits)
    (said,) = [said for _, said in vendor.case.view.of(Disclosure)]
    with pytest.raises(InputError, match="does not travel"):
        materialise(vendor.case, said, tmp_path / "x.assay")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(UsageError, match="is not empty"):
        materialise(laboratory.case, said, tmp_path / "full")


def test_another_assay_with_other_rulebooks_says_that_it_did_not_judge_again(
    desks: tuple[Desk, Desk], place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, laboratory = desks
    laboratory.does(*disclosure(laboratory.case, Dossier.open(place / "untold.assay").latest(), UNTIL))
    monkeypatch.setattr("assay.case.verdict.shipped", tuple)
    limits = compose.compose(laboratory.case, DAY).limits
    assert any("was not judged again" in text.en for text in limits)


def test_a_review_of_other_files_names_them(desks: tuple[Desk, Desk], place: Path, tmp_path: Path) -> None:
    _, laboratory = desks
    shutil.copytree(place / "product", tmp_path / "product")
    (tmp_path / "product" / "b.py").write_text("x = 1\n")
    (tmp_path / "product" / "a.py").unlink()
    dossier, _ = steps.review(steps.Plan(tmp_path / "product", DAY, None, ("baseline",), tmp_path / "other.assay"))
    with pytest.raises(NotVerifiedError, match=r"a\.py was delivered and is missing; b\.py was not delivered"):
        disclosure(laboratory.case, dossier.latest(), UNTIL)
    laboratory.case.body(laboratory.case.view.deliveries[0][1].listing)
    for body in (laboratory.folder / "bodies").iterdir():
        body.unlink()
    with pytest.raises(NotVerifiedError, match="of another delivery"):
        disclosure(Case.open(laboratory.folder), dossier.latest(), UNTIL)


def test_the_manifest_of_a_case_is_read_by_the_reader_of_manifests(desks: tuple[Desk, Desk]) -> None:
    from assay.intake.manifest import parse

    vendor, _ = desks
    vendor.does(Withholding('keys/"hsm": #1\n', "it is ours: {secret}", "法律第 31 条"))
    manifest = manifest_of(vendor.case.view, DAY)
    assert parse(written(manifest), "case.yaml") == manifest
    current = vendor.case.view.current
    assert current is not None
    assert manifest.declaration == SignedDeclaration(digest=current[1].artifact)  # the vendor's act signs all of it
