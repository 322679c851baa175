"""Small files: a sealed one has one spelling, a journal keeps every line that is whole."""

import datetime
import random
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import Exit, InputError, NotVerifiedError
from assay.dossier.sealed import (
    JournalEntry,
    Judging,
    RulebookRef,
    SealedJudging,
    SealedReview,
    journal_line,
    open_sealed,
    read_journal,
    seal,
)
from assay.dossier.segments import Segment
from tests.dossier.made import RECORD

SEGMENT = Segment("ab" * 32, 10, 2, {"crypto.use": 2})
REVIEW = SealedReview(1, "", RECORD, {"files": (), "facts": (SEGMENT,)})


def test_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    path.write_bytes(seal(REVIEW))
    opened = open_sealed(SealedReview, path, "x/review.json")
    assert replace(opened, seal="") == REVIEW
    assert seal(opened) == path.read_bytes()
    judged = SealedJudging(1, "", 3, Judging(datetime.date(2025, 1, 1), (RulebookRef("b", "c"),)), (SEGMENT,))
    path.write_bytes(seal(judged))
    assert replace(open_sealed(SealedJudging, path, "x"), seal="") == judged


def test_any_other_byte_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    content = seal(REVIEW)
    rng = random.Random(3)
    changed = [content[:n] for n in range(0, len(content), 11)] + [content + b"\n", b" " + content, b"", b"{}"]
    for _ in range(400):
        flipped = bytearray(content)
        flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        changed.append(bytes(flipped))
    for wrong in changed:
        path.write_bytes(wrong)
        with pytest.raises((NotVerifiedError, InputError), match=r"x/review\.json"):
            open_sealed(SealedReview, path, "x/review.json")


def test_a_newer_format_says_so(tmp_path: Path) -> None:
    path = tmp_path / "review.json"
    path.write_bytes(b'{"format": 2, "shape": "unheard of"}')
    with pytest.raises(InputError, match="newer assay") as caught:
        open_sealed(SealedReview, path, "x/review.json")
    assert caught.value.exit_code == Exit.USAGE


def test_keys_of_judgings() -> None:
    one = Judging(datetime.date(2025, 1, 1), (RulebookRef("a", "1"), RulebookRef("b", "2")))
    others = [
        replace(one, as_of=datetime.date(2025, 1, 2)),
        replace(one, rulebooks=one.rulebooks[:1]),
        replace(one, rulebooks=(RulebookRef("a", "1"), RulebookRef("b", "3"))),
    ]
    assert len({judging.key for judging in (one, *others)}) == 4
    assert one.key == replace(one).key


ENTRIES = [JournalEntry(("facts", "files")), JournalEntry((), "files", ()), JournalEntry((), "facts", (SEGMENT,))]


def test_a_journal_cut_anywhere_keeps_its_whole_lines() -> None:
    lines = [journal_line(entry) for entry in ENTRIES]
    content = b"".join(lines)
    ends = [len(b"".join(lines[:n])) for n in range(len(lines) + 1)]
    for size in range(len(content) + 1):
        entries, intact = read_journal(content[:size])
        assert entries == ENTRIES[: sum(end <= size for end in ends) - 1]
        assert intact == (size in ends)


def test_a_damaged_line_costs_that_line_only() -> None:
    lines = [journal_line(entry) for entry in ENTRIES]
    rng = random.Random(5)
    for _ in range(200):
        flipped = bytearray(lines[1])
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        entries, intact = read_journal(b"".join([lines[0], bytes(flipped), lines[2]]))
        assert not intact
        assert ENTRIES[0] in entries
        assert ENTRIES[1] not in entries
