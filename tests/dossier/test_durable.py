"""Files that are whole or absent, and read only when they are plain files."""

import os
from pathlib import Path

import pytest

from assay.dossier.durable import read_plain, write_durably


def test_there_and_back(tmp_path: Path) -> None:
    for content in (b"one", b"", b"two"):
        write_durably(tmp_path / "x", content)
        assert read_plain(tmp_path / "x", 3) == content
        assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_what_is_not_read(tmp_path: Path) -> None:
    write_durably(tmp_path / "x", b"four")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    os.mkfifo(tmp_path / "pipe")
    for name, why in (
        ("x", "larger than the 3 bytes"),
        ("link", "."),
        ("pipe", "not a plain file"),
        (".", "."),
        ("no", "."),
    ):
        with pytest.raises(OSError, match=why):
            read_plain(tmp_path / name, 3)


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_durably(tmp_path / "x", b"old")

    def fails(_: int) -> None:
        raise OSError("no space")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="no space"):
        write_durably(tmp_path / "x", b"new")
    assert read_plain(tmp_path / "x", 3) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
