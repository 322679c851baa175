"""Constants of other files: what is no constant leaves the use open, and never breaks the reading."""

from collections.abc import Collection, Iterator

import pytest

from assay.core.examination import FileMeta, FileView, Locator
from assay.examinations.cipher.opened import Opened
from assay.examinations.cipher.told import MOST_FILES, _Declarations
from assay.lab.identifiers import is_one_word, words


class _Index:
    """As the index of a review: it refuses what is not one word."""

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        assert is_one_word(identifier)
        return iter(())

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        raise AssertionError(meta)


@pytest.mark.parametrize("name", ["./util.ALGORITHMS.*", "./util.default", "./util.naïve", "./util."])
def test_a_member_that_has_no_name_is_not_followed(name: str) -> None:
    index = _Index()
    answer, places = _Declarations("JavaScript", [name], Opened({}, index), {}).read(100)[name]
    assert not answer.complete
    assert answer.values == ()
    assert places == ()


class _Files:
    """An index of files in memory that counts how often each is opened; a content of None is too large to be."""

    def __init__(self, files: dict[str, bytes | None]) -> None:
        self.files = files
        self.metas = {
            path: FileMeta(path, path, 1, "source", "Java", "main", "shipped", Locator("file", path)) for path in files
        }
        self.opened: list[str] = []

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        held = {path: words(content or b"N A B C Big") for path, content in self.files.items()}
        return (meta for path, meta in self.metas.items() if identifier in held[path])

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        self.opened.append(meta.path)
        content = self.files[meta.path]
        return None if content is None else FileView(meta, content)


def _values(index: _Files, *names: str) -> dict[str, tuple[list[str], bool]]:
    found = _Declarations("Java", names, Opened(index.metas, index), {}).read(2_000)
    return {name: ([value.text for value in answer.values], answer.complete) for name, (answer, _) in found.items()}


def test_a_file_is_opened_once_whatever_it_declares() -> None:
    text = b'class A { static final String N = "MD5"; static final String M = "DES"; String o; }'
    index = _Files({"A.java": text, "B.java": b'class B { static final String N = "SHA-256"; }', "U.java": b"N M o"})
    assert _values(index, "A.N", "A.M", "B.N", "A.o") == {
        "A.N": (["MD5"], True),
        "A.M": (["DES"], True),
        "B.N": (["SHA-256"], True),
        "A.o": ([], False),
    }
    assert sorted(index.opened) == ["A.java", "B.java"]  # the third names no class that is asked for


def test_a_file_too_large_to_open_leaves_the_value_open() -> None:
    index = _Files({"A.java": b'class A { static final String N = "MD5"; }', "Big.java": None})
    assert _values(index, "A.N") == {"A.N": (["MD5"], False)}
    assert _values(index, "Big.N") == {"Big.N": ([], False)}


def test_too_many_files_leave_the_value_open() -> None:
    text = b'class A { static final String N = "MD5"; }'
    many: dict[str, bytes | None] = {f"{number:03}.java": text for number in range(MOST_FILES + 1)}
    assert _values(_Files(many), "A.N") == {"A.N": (["MD5"], False)}
