"""Books from folders: what is read, what is refused, what the digest covers, what is judged by default."""

import pickle
import shutil
from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import InputError, UsageError
from assay.rulebooks import default_books, load, loader, shipped
from assay.rulebooks.strict_yaml import PlaceError
from tests.rulebooks.books import HEAD, RULE, book


def test_shipped_books_come_in_judging_order() -> None:
    assert shipped()[:2] == ("limits", "baseline")
    assert [load(id_).id for id_ in shipped()] == list(shipped())


def test_a_folder_is_a_book(tmp_path: Path) -> None:
    loaded = load(book(tmp_path))
    assert (loaded.id, loaded.status, loaded.about) == ("mine", "draft", "product")
    assert [rule.id for rule in loaded.rules] == ["x.rc4"]
    assert all(rule.book == "mine" for rule in loaded.rules)


@pytest.mark.parametrize("name", ["no-such-book", "", "\0", "x" * 5000, "/", "../baseline", "\ud800"])
def test_no_such_book(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(name)
    assert "baseline" in (caught.value.advice or caught.value.message).en


def test_digest_covers_names_and_bytes(tmp_path: Path) -> None:
    path = Path(book(tmp_path))
    first = load(str(path)).digest
    shutil.copytree(path, tmp_path / "elsewhere" / "mine")
    assert load(str(tmp_path / "elsewhere" / "mine")).digest == first
    (path / "area").rename(path / "other")
    assert load(str(path)).digest != first
    (path / "other").rename(path / "area")
    (path / "area" / "x.rc4.yaml").write_text(RULE + "# a comment\n", encoding="utf-8")
    assert load(str(path)).digest != first


def test_digest_ignores_what_is_not_read(tmp_path: Path) -> None:
    path = Path(book(tmp_path))
    first = load(str(path)).digest
    (path / "area" / "notes.txt").write_text("x", encoding="utf-8")
    assert load(str(path)).digest == first


@pytest.mark.parametrize("name", ["x.rc4.yaml", "a/b/x.rc4.yaml", "area/x.rc4.yml"])
def test_a_rule_in_the_wrong_place(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlaceError, match="not where a rule belongs"):
        load(book(tmp_path, RULE, names=(name,)))


def test_file_name_and_id_must_agree(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="differs from the file name"):
        load(book(tmp_path, RULE, names=("area/x.rc5.yaml",)))


def test_one_id_once(tmp_path: Path) -> None:
    with pytest.raises(PlaceError, match="exists twice"):
        load(book(tmp_path, RULE, RULE, names=("a/x.rc4.yaml", "b/x.rc4.yaml")))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("grammar: 1", "grammar: 2", "grammar 2 is not known"),
        ("grammar: 1", "grammar: true", "whole number"),
        ("status: draft", "status: binding", "status"),
        ("owner: me", "owner: 5", "owner: must be text"),
        ("owner: me", "owner: me\nabout: weather", "about"),
        ("owner: me", "owner: me\nrules: []", "rules: unknown key"),
    ],
)
def test_heads_are_strict(tmp_path: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PlaceError, match=says):
        load(book(tmp_path, head=HEAD.replace(old, new)))


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = Path(book(tmp_path))
    (path / "area" / "gone.yaml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"gone\.yaml: No such file"):
        load(str(path))


def test_place_errors_survive_a_process_boundary() -> None:
    with pytest.raises(PlaceError) as caught:
        loader.read_head(b"id: x\nid: y", "book.yaml")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.file, again.line, again.message) == ("book.yaml", 2, caught.value.message)
    assert again.advice == caught.value.advice


LAW = HEAD.replace("status: draft", "status: law")


@pytest.mark.parametrize(
    ("head", "product", "judged"),
    [
        (HEAD, {}, False),
        (HEAD.replace("draft", "standard"), {}, False),
        (HEAD.replace("draft", "history"), {}, False),
        (LAW, {}, True),
        (LAW + "applies: {product: {sector: banking}}\n", {}, True),
        (LAW + "applies: {product: {sector: banking}}\n", {"sector": "banking"}, True),
        (LAW + "applies: {product: {sector: banking}}\n", {"sector": "retail"}, False),
        (LAW + "in_force: {from: 2026-11-22}\n", {}, False),
        (LAW + "in_force: {from: 2026-11-21}\n", {}, True),
        (LAW + "in_force: {until: 2026-11-20}\n", {}, False),
    ],
)
def test_default_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, head: str, product: dict[str, str], judged: bool
) -> None:
    shutil.copytree(loader.BOOKS, tmp_path / "books")
    book(tmp_path / "books", head=head)
    monkeypatch.setattr(loader, "BOOKS", tmp_path / "books")
    ids = [found.id for found in default_books(product, date(2026, 11, 21))]
    assert ids[:2] == ["limits", "baseline"]
    assert ("mine" in ids) is judged
