"""A folder's name is the vendor's word: what shipped code imports is judged as shipped."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from assay.core.rules import Judgement
from assay.dossier.records import FileRecord
from assay.review.steps import Plan, review

DES = "from Crypto.Cipher import DES\n\n\ndef seal(key, data):\n    return DES.new(key, DES.MODE_ECB).encrypt(data)\n"
FILES = {
    "app/__init__.py": "",
    "app/main.py": "from app.tests import seals\n\nprint(seals.seal(b'x', b'y'))\n",
    "app/tests/__init__.py": "",
    "app/tests/seals.py": DES,
    "app/tests/unused.py": DES,
}


@pytest.fixture(autouse=True)
def _no_test_runner_in_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A spawned process imports the parent's main module again; here that is the test runner."""
    import sys

    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)


def reviewed(
    tmp_path: Path, files: dict[str, str], name: str
) -> tuple[dict[str, FileRecord], list[Judgement], set[str]]:
    with zipfile.ZipFile(tmp_path / f"{name}.zip", "w") as archive:
        for path, text in {**files, "other/zz": ""}.items():
            archive.writestr(path, text)
    dossier, _ = review(Plan(tmp_path / f"{name}.zip", date(2026, 1, 1), dossier=tmp_path / f"{name}.assay"))
    kept = dossier.latest()
    facts = {
        fact.subject.path for fact in kept.facts() if fact.kind == "crypto.use" and fact.subject.scope == "shipped"
    }
    return {record.path: record for record in kept.files()}, list(kept.judgements()), facts


def test_a_test_folder_that_shipped_code_imports_convicts(tmp_path: Path) -> None:
    files, judgements, shipped = reviewed(tmp_path, FILES, "used")
    assert files["app/tests/seals.py"].scope == "shipped"
    assert files["app/tests/seals.py"].scope_from == "imported by app/main.py:1, in spite of its path name tests/"
    assert files["app/tests/unused.py"].scope == "test"
    assert files["app/tests/seals.py"].sha256
    assert shipped == {"app/main.py", "app/tests/seals.py"}, "the call of a wrapper states it again"
    idle, unmoved, none = reviewed(tmp_path, {**FILES, "app/main.py": "print(1)\n"}, "idle")
    assert idle["app/tests/seals.py"].scope == "test"
    assert none == set()
    broken = {item.rule for item in judgements if item.outcome == "broken"}
    assert broken > {item.rule for item in unmoved if item.outcome == "broken"}


def test_files_that_wait_come_last_and_nothing_is_lost(tmp_path: Path) -> None:
    files, _, _ = reviewed(tmp_path, FILES, "order")
    assert list(files) == sorted(files)
    assert set(files) == {*FILES, "other/zz"}
