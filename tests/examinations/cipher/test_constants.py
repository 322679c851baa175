"""Constants of other files: what is no constant leaves the use open, and never breaks the reading."""

from collections.abc import Collection, Iterable, Iterator

import pytest

from assay.core.examination import FileMeta, FileView
from assay.examinations.cipher.constants import _Declarations
from assay.lab.identifiers import is_one_word


class _Index:
    """As the index of a review: it refuses what is not one word."""

    def files_with(self, word: bytes) -> Iterable[FileMeta]:
        assert is_one_word(word)
        return ()

    def holding(self, words: Collection[bytes]) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        raise AssertionError(meta)


@pytest.mark.parametrize("name", ["./util.ALGORITHMS.*", "./util.default", "./util.naïve", "./util."])
def test_a_member_that_has_no_name_is_not_followed(name: str) -> None:
    index = _Index()
    answer, places = _Declarations("JavaScript", [name], {}, index).read(index, 100)[name]
    assert not answer.complete
    assert answer.values == ()
    assert places == ()
