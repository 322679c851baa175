"""A review end to end: equal for any number of jobs, equal ids under another version name, country weighs nothing."""

import io
import os
import tarfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import InputError, NothingToExamineError
from assay.core.rules import Judgement
from assay.dossier.store import Dossier
from assay.review.reading import stored_document
from assay.review.steps import Plan, books_for, examine_only, judge_again, review

DAY = date(2026, 1, 1)
PAYGATE = Path(__file__).parents[2] / "examples" / "paygate"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _ids(dossier: Dossier) -> set[str]:
    return {line.split(b'"', 4)[3].decode() for kind in ("crypto.use", "crypto.misuse", "crypto.protocol")
            for line in dossier.latest().fact_lines(kind)}  # fmt: skip


def _judged(dossier: Dossier, book: str) -> list[Judgement]:
    return [item for item in dossier.latest().judgements() if item.book == book]


def test_one_job_and_eight_jobs_write_the_same_bytes(tmp_path: Path) -> None:
    for jobs in (1, 8):
        review(Plan(PAYGATE, DAY, dossier=tmp_path / f"{jobs}.assay", jobs=jobs))
    assert _bytes(tmp_path / "1.assay") == _bytes(tmp_path / "8.assay")


def test_the_document_that_was_sealed_is_the_one_that_was_returned(tmp_path: Path) -> None:
    dossier, document = review(Plan(PAYGATE, DAY, dossier=tmp_path / "p.assay"))
    assert stored_document(dossier.latest()) == document


def test_judging_again_on_the_same_day_gives_the_same_document(tmp_path: Path) -> None:
    dossier, document = review(Plan(PAYGATE, DAY, dossier=tmp_path / "p.assay"))
    sealed = dossier.latest()
    assert sealed.record is not None
    product = sealed.record.product
    again = judge_again(sealed, product, books_for(product, (), DAY), DAY, sealed.record.artifact)
    assert again == document


def test_the_same_product_again_adds_a_review(tmp_path: Path) -> None:
    for _ in range(2):
        dossier, _ = review(Plan(PAYGATE, DAY, dossier=tmp_path / "p.assay"))
    assert dossier.reviews() == [1, 2]
    assert len(list((tmp_path / "p.assay" / "segments").iterdir())) == 5


def test_without_rulebooks_nothing_is_judged(tmp_path: Path) -> None:
    dossier, document = examine_only(Plan(PAYGATE, DAY, dossier=tmp_path / "p.assay"))
    assert list(dossier.latest().judgements()) == []
    assert document.books == ()
    assert dossier.latest().kinds()["crypto.use"] > 0


def _packed(tmp_path: Path, version: str) -> Iterator[Path]:
    """paygate as tar.gz, zip, and zip inside zip, each under names that carry the version."""
    files = [path for path in sorted(PAYGATE.rglob("*")) if path.is_file()]
    top = f"paygate-{version}"
    plain = tmp_path / f"{top}.tar.gz"
    with tarfile.open(plain, "w:gz") as tar:
        for path in files:
            tar.add(path, f"{top}/{path.relative_to(PAYGATE)}")
    yield plain
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for path in files:
            archive.write(path, f"{top}/{path.relative_to(PAYGATE)}")
    outer = tmp_path / f"bundle-{version}.zip"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr(f"bundle-{version}/lib/{top}.zip", inner.getvalue())
        archive.writestr(f"bundle-{version}/README", "paygate")
    yield outer


def test_the_same_tree_under_two_version_names_has_equal_ids(tmp_path: Path) -> None:
    older = [
        _ids(review(Plan(path, DAY, dossier=tmp_path / f"{path.name}.assay"))[0]) for path in _packed(tmp_path, "1.0.2")
    ]
    newer = [
        _ids(review(Plan(path, DAY, dossier=tmp_path / f"{path.name}.assay"))[0]) for path in _packed(tmp_path, "2.11")
    ]
    assert older == newer
    assert all(older)


def test_a_moved_line_keeps_every_id(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    code = b"import hashlib\n\ndef f(x):\n    return hashlib.md5(x)\n"
    ids = []
    for moved in (code, b"# a comment\n\n\n" + code):
        (folder / "a.py").write_bytes(moved)
        ids.append(_ids(review(Plan(folder, DAY, dossier=tmp_path / f"{len(moved)}.assay"))[0]))
    assert ids[0] == ids[1] != set()


@pytest.mark.parametrize("country", ["CN", "US", "SG", None])
def test_the_vendors_country_changes_no_judgement(tmp_path: Path, country: str | None) -> None:
    manifest = tmp_path / "operator.yaml"
    stated = f"\n  country: {country}" if country else ""
    manifest.write_text(f"name: PayGate\nvendor:\n  name: Somebody{stated}\nsector: banking\n", encoding="utf-8")
    dossier, _ = review(Plan(PAYGATE, DAY, manifest=manifest, dossier=tmp_path / "p.assay"))
    plain, _ = review(Plan(PAYGATE, DAY, dossier=tmp_path / "plain.assay"))
    assert _judged(dossier, "baseline") == _judged(plain, "baseline")


def test_one_binary_keeps_every_cryptography_rule_from_being_met(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "a.py").write_text("import hashlib\nhashlib.sha256(b'')\n")
    dossier, _ = review(Plan(folder, DAY, dossier=tmp_path / "a.assay"))
    assert {item.outcome for item in _judged(dossier, "baseline")} >= {"met"}
    (folder / "lib.so").write_bytes(b"\x7fELF\x02\x01\x01" + b"\0" * 200)
    dossier, _ = review(Plan(folder, DAY, dossier=tmp_path / "b.assay"))
    assert "met" not in {item.outcome for item in _judged(dossier, "baseline")}


def test_the_dossier_inside_the_delivery_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "a.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    first, _ = review(Plan(folder, DAY, dossier=folder / "own.assay"))
    second, _ = review(Plan(folder, DAY, dossier=folder / "own.assay"))
    assert [item.path for item in second.latest().files()] == ["a.py"]
    assert first.path == second.path


def test_a_review_of_the_current_folder_does_not_swallow_its_own_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    monkeypatch.chdir(tmp_path)
    digests = []
    for _ in range(2):
        dossier, document = review(Plan(Path(), DAY, output=Path("r.html")))
        Path("r.html").write_text("a report")
        digests.append(document.delivery.digest)
    assert digests[0] == digests[1]
    assert dossier.path.parent == Path()
    assert [item.path for item in dossier.latest().files()] == ["a.py"]


def test_an_empty_delivery_has_nothing_to_examine(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NothingToExamineError):
        review(Plan(tmp_path / "empty", DAY, dossier=tmp_path / "e.assay"))


def test_a_wrong_manifest_names_file_line_and_key(tmp_path: Path) -> None:
    manifest = tmp_path / "operator.yaml"
    manifest.write_text("name: x\nsektor: banking\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"operator\.yaml.*2.*sektor"):
        review(Plan(PAYGATE, DAY, manifest=manifest, dossier=tmp_path / "p.assay"))


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions")
def test_nothing_is_written_beside_the_dossier(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "a.py").write_text("import hashlib\nhashlib.md5(b'')\n")
    before = _bytes(folder)
    review(Plan(folder, DAY, dossier=tmp_path / "a.assay"))
    assert _bytes(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.assay", "delivery"]


def test_a_rule_that_is_broken_shows_the_place_of_the_certain_fact(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "client.py").write_text(
        "import pycurl\nclass Client:\n    def call(self, handle):\n"
        "        handle.setopt(self.module.NOSIGNAL, 1)\n        handle.setopt(self.module.SSL_VERIFYHOST, 0)\n"
    )
    _, document = review(Plan(folder, DAY, dossier=tmp_path / "c.assay"))
    (finding,) = [item for item in document.each_finding() if item.rule == "crypto.host-name-check-off"]
    assert finding.outcome == "broken"
    assert [place.line for place in finding.saw[0].seen[0].places] == [5]
