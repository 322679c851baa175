"""Runs: however facts are spread over them, and in whatever order they are merged, the stream is the same."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Fact, fact_id, merged, order_key
from assay.dossier import records
from assay.dossier.records import encode_fact
from assay.dossier.runs import merge_runs, write_run
from tests.core.made import fact, facts


def plainly(given_facts: list[Fact]) -> list[bytes]:
    """The same in memory."""
    keyed = sorted(((order_key(it, fact_id(it)), it) for it in given_facts), key=lambda pair: pair[0])
    return [encode_fact(it) for _, it in merged(keyed)]


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@given(st.lists(facts(), max_size=12), st.integers(1, 6), st.integers(2, 3), st.randoms())
def test_any_spread_gives_the_same_stream(made: list[Fact], parts: int, fan_in: int, rng: random.Random) -> None:
    made = [*made, *made[:4]]  # some occur in several runs, some twice in one
    expected = plainly(made)
    rng.shuffle(made)
    with TemporaryDirectory() as name:
        paths = [Path(name) / f"{part}.run" for part in range(parts)]
        for part, path in enumerate(paths):
            write_run(made[part::parts], path)
        rng.shuffle(paths)
        assert list(merge_runs(paths)) == expected
        assert list(merge_runs(paths, fan_in=fan_in)) == expected
        assert sorted(Path(name).iterdir()) == sorted(paths), "nothing is left behind"


def test_more_runs_than_are_merged_at_once(folder: Path) -> None:
    made = [fact(path=f"{n % 97:03}.py", key_bits=n % 3) for n in range(400)]
    paths = [folder / f"{part}.run" for part in range(150)]
    for part, path in enumerate(paths):
        write_run(made[part::150], path)
    assert list(merge_runs(paths)) == plainly(made)


def test_counts_and_lays_out(folder: Path) -> None:
    assert write_run(iter([fact(path="b"), fact(path="a"), fact(path="b")]), folder / "r") == 2
    keys = [line.split(b"\t") for line in (folder / "r").read_bytes().splitlines()]
    assert [key for key, _ in keys] == [order_key(it, fact_id(it)) for it in (fact(path="a"), fact(path="b"))]
    assert [path.name for path in folder.iterdir()] == ["r"]


def test_facts_that_occur_once_are_not_decoded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_run([fact(path="a"), fact(path="b")], folder / "1")
    write_run([fact(path="b"), fact(path="c")], folder / "2")
    decoded: list[bytes] = []
    real = records.decode_fact

    def watched(line: bytes) -> Fact:
        decoded.append(line)
        return real(line)

    monkeypatch.setattr(records, "decode_fact", watched)
    assert len(list(merge_runs([folder / "1", folder / "2"]))) == 3
    assert decoded == [encode_fact(fact(path="b"))] * 2


@pytest.mark.parametrize("bad", [fact("crypto.magic"), fact(path="\ud800"), fact(iterations=2**60)])
def test_a_run_is_whole_or_absent(folder: Path, bad: Fact) -> None:
    with pytest.raises((KeyError, ValueError)):
        write_run([fact(), bad], folder / "r")
    assert not list(folder.iterdir())


def test_nothing(folder: Path) -> None:
    assert list(merge_runs([])) == []
    write_run([], folder / "r")
    assert list(merge_runs([folder / "r"])) == []
