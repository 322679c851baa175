"""The prepared form of a library is the library, and counts for its own bytes alone."""

from collections.abc import Iterator, Mapping

import msgspec
import pytest

from assay.examinations.cipher import prepared
from assay.examinations.cipher.library import Library, load_library

YAML = b"id: one\ntitle: {en: One, zh: \xe4\xb8\x80}\nlanguage: C\nentries:\n- {call: '%s_digest', algorithm: MD5}\n"


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    """A catalogue of the files that a test puts in, under the rows prepared for `YAML % old`."""
    files: dict[str, bytes] = {"one.yaml": YAML % b"old"}
    monkeypatch.setattr(prepared, "texts", lambda: files)
    rows = {row.name: row for row in msgspec.json.Decoder(prepared._Row).decode_lines(prepared.prepared())}
    monkeypatch.setattr(prepared, "_rows", lambda: rows)
    prepared.library.cache_clear()
    yield files
    prepared.library.cache_clear()


def test_what_is_prepared_is_what_the_yaml_says() -> None:
    rows: Mapping[str, prepared._Row] = {
        row.name: row for row in msgspec.json.Decoder(prepared._Row).decode_lines(prepared.prepared())
    }
    assert list(rows) == list(prepared.texts())
    for name, content in prepared.texts().items():
        read = msgspec.json.decode(rows[name].library, type=Library)
        assert read == load_library(content, name)


def test_a_prepared_row_is_used(only: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "load_library", None)
    assert prepared.library("one.yaml").entries[0].calls == ("old_digest",)


def test_a_changed_file_is_read_as_it_is(only: dict[str, bytes]) -> None:
    only["one.yaml"] = YAML % b"new"
    assert prepared.library("one.yaml").entries[0].calls == ("new_digest",)


def test_a_file_that_nobody_prepared_is_read(only: dict[str, bytes]) -> None:
    only["two.yaml"] = YAML % b"two"
    assert prepared.library("two.yaml").entries[0].calls == ("two_digest",)
