"""A virus check: every file is told of, nothing is clean that the scanner did not call so, signatures have a day."""

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import BinaryIO

import pytest
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import UsageError
from assay.core.facts import Fact, check
from assay.examinations.handover import scan
from assay.examinations.handover.scan import Item, read_signatures, scanned, scanner
from assay.lab.cage import tools
from tests.examinations.handover.made import zipped
from tests.examinations.handover.scanning import DAY, NAME, eicar, inert, needs_scanner, signatures
from tests.lab.cage.caged import needs_cage


def item(path: str, content: bytes) -> Item:
    return Item(path, len(content), lambda: io.BytesIO(content))


def told(tmp_path: Path, contents: Mapping[str, bytes], base: Path | None = None) -> tuple[list[Fact], list[Attempt]]:
    by = scanner("clamscan", base or signatures(tmp_path / "signatures"))
    assert by is not None
    facts, attempts = scanned([item(*pair) for pair in contents.items()], by, "product", tmp_path)
    for fact in facts:
        check(fact)
    assert not (tmp_path / "scan").exists()
    return facts, attempts


FILES = {"src/a.c": b"int x;", "empty": b"", "src/\n1: OK": b"y", "tool.bin": b"xx" + inert() + b"yy"}


@needs_scanner
@needs_cage
def test_every_file_is_told_of_in_the_cage(tmp_path: Path) -> None:
    facts, attempts = told(tmp_path, {**FILES, "packed.zip": zipped({"x": inert()}), "test.com": eicar()})
    summary, *hits = facts
    assert {key: summary.value[key] for key in ("scanner", "files", "scanned", "hits", "dated")} == {
        "scanner": "clamscan", "files": 6, "scanned": 6, "hits": 3, "dated": DAY.isoformat(),
    }  # fmt: skip
    assert int(str(summary.value["signatures"])) > 10_000
    assert {(hit.subject.path, hit.value["signature"]) for hit in hits} == {
        ("tool.bin", NAME), ("packed.zip", NAME), ("test.com", "Assay.Eicar.UNOFFICIAL"),
    }  # fmt: skip
    assert [(one.status, one.files, one.ran) for one in attempts] == [("completed", 6, "cage")]


@needs_scanner
def test_without_a_cage_it_runs_in_a_process_with_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    facts, attempts = told(tmp_path, FILES)
    assert [hit.subject.path for hit in facts[1:]] == ["tool.bin"]
    assert attempts[-1].ran == "worker"


@needs_scanner
def test_what_it_did_not_look_at_is_no_clean_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    monkeypatch.setattr(scan, "_LARGEST", 4000)

    def broken() -> BinaryIO:
        raise OSError("damaged")

    locked = bytearray(zipped({"x": b"secret"}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        locked[locked.index(mark) + at] |= 1
    by = scanner("clamscan", signatures(tmp_path / "signatures"))
    assert by is not None
    items = [item("large", b"x" * 5000), item("locked.zip", bytes(locked)), Item("gone", 1, broken), item("a", b"1"),
             item("bomb.zip", zipped({"x": bytes(9000)}))]  # fmt: skip
    facts, attempts = scanned(items, by, "product", tmp_path)
    assert {one.path: one.reason for one in attempts if one.status == "skipped"} == {
        "large": "too-large", "locked.zip": "encrypted", "gone": "unreadable", "bomb.zip": "too-large",
    }  # fmt: skip
    assert (facts[0].value["scanned"], facts[0].value["files"], len(facts)) == (1, 5, 1)


@needs_scanner
def test_signatures_that_do_not_load_leave_everything_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    base = tmp_path / "base"
    base.mkdir()
    (base / "own.ndb").write_text("not a signature\n")
    facts, attempts = told(tmp_path, FILES, base)
    assert facts[0].value["scanned"] == 0
    assert [(one.status, one.files) for one in attempts] == [("failed", len(FILES))]


def test_no_signatures_no_scan(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    by = scan.Scanner("clamscan", "/nonexistent", tmp_path / "base")
    facts, attempts = scanned([item("a", b"")], by, "product", tmp_path)
    assert not facts
    assert "holds no signatures of clamscan" in attempts[0].detail


def test_a_scanner_that_runs_out_of_time_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nprintf '/x/00000000: OK\\n'\nexec sleep 30\n")
    slow.chmod(0o755)
    by = replace(scan.Scanner("clamscan", str(slow), signatures(tmp_path / "base", count=1)), wall=1)
    facts, attempts = scanned([item("a", b""), item("b", b"")], by, "product", tmp_path)
    assert facts[0].value["scanned"] == 1
    assert [(one.path, one.reason) for one in attempts if one.status == "skipped"] == [("b", "hang")]


def test_a_report_cannot_speak_of_what_was_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    odd = tmp_path / "odd"
    odd.write_text("#!/bin/sh\nprintf '/x/00000009: OK\\n/x/1: OK\\nx OK\\n/x/00000000: bad thing ERROR\\n'\n")
    odd.chmod(0o755)
    by = scan.Scanner("clamscan", str(odd), signatures(tmp_path / "base", count=1))
    facts, attempts = scanned([item("a", b"")], by, "product", tmp_path)
    assert facts[0].value["scanned"] == 0
    assert attempts[0].detail == "bad thing"


def test_what_the_scanner_excluded_is_no_clean_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "missing", lambda: iter([("bwrap", "bubblewrap")]))
    picky = tmp_path / "picky"
    picky.write_text("#!/bin/sh\nprintf '/x/00000000: Excluded\\n/x/00000001: OK\\n'\n")
    picky.chmod(0o755)
    by = scan.Scanner("clamscan", str(picky), signatures(tmp_path / "base", count=1))
    facts, attempts = scanned([item("a", b""), item("b", b"")], by, "product", tmp_path)
    assert facts[0].value["scanned"] == 1
    assert [one.path for one in attempts if one.status == "skipped"] == ["a"]


def test_the_day_of_official_signatures_is_in_their_header(tmp_path: Path) -> None:
    def official(name: str, version: int, seconds: int) -> None:
        head = f"ClamAV-VDB:17 Sep 2025 08-55 -0400:{version}:1234:90:{'0' * 32}:sig:builder:{seconds}"
        (tmp_path / name).write_bytes(head.encode().ljust(512))

    official("main.cvd", 62, 1_600_000_000)
    official("daily.cld", 27_765, 1_790_000_000)
    (tmp_path / "own.ndb").write_text("")
    (tmp_path / "odd.cvd").write_bytes(b"nothing")
    found = read_signatures(tmp_path)
    assert found.name.startswith("daily 27765, main 62, 1 of one's own (")
    assert found.day == date(2026, 9, 21)
    assert read_signatures(tmp_path / "nowhere").day is None


def test_only_known_scanners(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no scanner 'rm -rf' is known"):
        scanner("rm -rf")
