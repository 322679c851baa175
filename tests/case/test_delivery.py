"""A listing has the digest that a review of the same files has, whatever they are packed in."""

import hashlib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.case.delivery import differences, must_be_delivered, of_records, read_listing, submitted
from assay.core.errors import NotVerifiedError
from assay.core.facts import canonical
from assay.dossier.store import Dossier
from assay.review.steps import Plan, review

FILES = {"a.py": "import os\n", "sub/b.c": "int main;\n", "sub/ünïcode 文件.txt": "x", "empty": ""}


def product(root: Path) -> Path:
    for name, content in FILES.items():
        (root / "product" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "product" / name).write_text(content)
    with zipfile.ZipFile(root / "product" / "inner.zip", "w") as archive:
        archive.writestr("deep/c.py", "import sys\n")
    return root / "product"


@pytest.mark.parametrize("packed", [False, True])
def test_a_listing_has_the_digest_of_a_review(tmp_path: Path, *, packed: bool) -> None:
    path = product(tmp_path)
    if packed:
        with zipfile.ZipFile(tmp_path / "product.zip", "w") as archive:
            for file in sorted(path.rglob("*")):
                archive.write(file, file.relative_to(path))
        path = tmp_path / "product.zip"
    found = submitted(path, tmp_path / "scratch", "P", "1")
    dossier, _ = review(Plan(path, date(2026, 1, 1), None, ("baseline",), tmp_path / "p.assay"))
    record = Dossier.open(dossier.path).latest().record
    assert record is not None
    assert found.content.artifact == record.artifact == hashlib.sha256(found.listing).hexdigest()
    listing = read_listing(found.listing, "it")
    assert listing == of_records(dossier.latest().files())
    assert (found.content.files, found.content.product, found.content.version) == (len(listing), "P", "1")
    must_be_delivered(listing, listing, "it")


def test_what_differs_is_named_and_the_rest_is_counted() -> None:
    delivered = {f"{number}.py": (1, "a" * 64) for number in range(6)}
    assert list(differences(delivered, {**delivered, "0.py": (1, "")})) == []  # unread here: the review leaves it open
    with pytest.raises(NotVerifiedError, match=r"0\.py was delivered and is missing; .* and 3 more"):
        must_be_delivered(delivered, {}, "it")
    with pytest.raises(NotVerifiedError, match=r"1\.py is not the file that was delivered \(a{12} -> b{12}\)"):
        must_be_delivered(delivered, {**delivered, "1.py": (1, "b" * 64)}, "it")
    with pytest.raises(NotVerifiedError, match=r"x\.py was not delivered"):
        must_be_delivered(delivered, {**delivered, "x.py": (1, "b" * 64)}, "it")


@given(st.binary(max_size=200))
def test_junk_is_no_listing(junk: bytes) -> None:
    try:
        read_listing(junk, "it")
    except NotVerifiedError as error:
        assert error.message.zh  # noqa: PT017


@given(st.dictionaries(st.text(max_size=20), st.integers(0, 1 << 40), max_size=5))
def test_any_path_survives(rows: dict[str, int]) -> None:
    try:
        content = b"".join(canonical([path, size, "a" * 64]) + b"\n" for path, size in rows.items())
    except ValueError:
        return
    assert read_listing(content, "it") == {path: (size, "a" * 64) for path, size in rows.items()}
