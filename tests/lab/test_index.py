import pickle
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.examination import Limits
from assay.lab import index as index_module
from assay.lab.identifiers import words
from assay.lab.index import Index, WordsShard, WordsWriter

from .lab_examinations import meta_of, open_path


def _index(folder: Path, contents: list[bytes]) -> Index:
    metas = []
    shards: list[WordsShard] = []
    for start in range(0, len(contents), 3):
        writer = WordsWriter(folder / f"{start}.words")
        for position in range(start, min(start + 3, len(contents))):
            path = folder / f"{position}.java"
            path.write_bytes(contents[position])
            metas.append(meta_of(path))
            for half in (contents[position][:7], contents[position][7:]):
                writer.add(position, words(half))
        shard = writer.close()
        if shard is not None:
            shards.append(shard)
    return Index(metas, shards, open_path, Limits(unit_bytes=20))


CONTENTS = [b"alpha  beta", b"", b"beta   beta gamma", b"", b"", b"", b"alphabet", b"gamma  alpha", b"x beta x"]


def test_files_are_named_in_delivery_order_once(tmp_path: Path) -> None:
    index = pickle.loads(pickle.dumps(_index(tmp_path, CONTENTS)))
    for word in (b"alpha", b"beta", b"gamma", b"alphabet", b"x", b"nowhere"):
        expected = [
            f"{n}.java" for n, content in enumerate(CONTENTS) if word in words(content[:7]) | words(content[7:])
        ]
        assert [meta.path for meta in index.files_with(word)] == expected


def test_something_that_is_no_word_is_refused(tmp_path: Path) -> None:
    index = _index(tmp_path, CONTENTS)
    for wrong in (b"", b"a\nb", b"a b"):
        with pytest.raises(ValueError, match="not an identifier"):
            list(index.files_with(wrong))


def test_views_are_whole_files_and_counted(tmp_path: Path) -> None:
    index = _index(tmp_path, [b"alpha", b"y" * 21])
    first, second = index._files
    view = index.view(first)
    assert view is not None
    assert view.content == b"alpha"
    assert index.view(second) is None
    assert index.bytes_read == 5


@pytest.mark.parametrize("few", [0, 32])
def test_files_that_hold_any_of_many_words(tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_FEW", few)
    index = _index(tmp_path, CONTENTS)
    wanted = {b"alpha", b"beta", b"gamma", b"x", b"nowhere"}
    found = sorted({(meta.path, word) for meta, word in index.holding(wanted)})
    assert found == sorted((meta.path, word) for word in wanted for meta in index.files_with(word))
    paths = [meta.path for meta, _ in index.holding(wanted)]
    assert paths == sorted(paths, key=[meta.path for meta in index._files].index)
    assert list(index.holding(set())) == []
    with pytest.raises(ValueError, match="not an identifier"):
        list(index.holding({b"a b"}))


@pytest.mark.parametrize("few", [0, 32])
def test_words_of_other_formats_are_left_out(tmp_path: Path, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_module, "_FEW", few)
    made = _index(tmp_path, CONTENTS)
    metas = [replace(meta, format=("C", "C", "Go")[n % 3] if n < 6 else "Java") for n, meta in enumerate(made._files)]
    index = Index(metas, made._shards, open_path, Limits(unit_bytes=20))
    wanted = {b"alpha", b"beta", b"gamma", b"x"}
    for formats in (frozenset({"C"}), frozenset({"Go", "Java"}), frozenset({"Rust"}), frozenset({"C", "Go", "Java"})):
        meant = [(meta, word) for meta, word in index.holding(wanted) if meta.format in formats]
        for _ in range(2):  # asked again, what is kept gives the same
            assert sorted(index.holding(wanted, formats), key=str) == sorted(meant, key=str)
            paths = [meta.path for meta, _ in index.holding(wanted, formats)]
            assert paths == sorted(paths, key=[meta.path for meta in metas].index)
