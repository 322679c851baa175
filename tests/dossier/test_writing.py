"""Writing: whatever happens to the writer, what was complete is there and what is missing is named."""

import datetime
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.errors import Exit, InputError, NotVerifiedError, UsageError
from assay.dossier import durable
from assay.dossier.sealed import Judging, RulebookRef
from assay.dossier.store import Dossier
from assay.dossier.writing import ReviewWriter, add_judgements
from tests.core.made import fact
from tests.dossier.made import FACTS, JUDGEMENT, RECORD, STREAMS, add_review, contents, lines

ROOT = Path(__file__).parents[2]


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier.create_or_open(tmp_path / "pay.assay")


def test_the_same_review_gives_the_same_bytes(tmp_path: Path) -> None:
    made = [Dossier.create_or_open(tmp_path / name / "pay.assay") for name in ("one", "two")]
    for each in made:
        add_review(each, lines(FACTS, tmp_path))
    assert contents(made[0].path) == contents(made[1].path)


def test_a_second_identical_review_adds_no_segment(dossier: Dossier, tmp_path: Path) -> None:
    add_review(dossier, lines(FACTS, tmp_path))
    before = contents(dossier.path)
    review = add_review(dossier, lines(FACTS, tmp_path))
    after = contents(dossier.path)
    assert set(after) - set(before) == {"reviews/0002/review.json"}
    assert {name: after[name] for name in before} == before
    assert review.number == 2
    assert dossier.reviews() == [1, 2]


def test_an_unsealed_review_has_what_was_written(dossier: Dossier, tmp_path: Path) -> None:
    made = lines(FACTS, tmp_path)
    with ReviewWriter(dossier) as writer:
        writer.plan(STREAMS)
        writer.write("facts", made)
        during = dossier.review(writer.number)
        assert list(during.fact_lines()) == made, "what is written can be judged before the review is sealed"
    review = dossier.latest()
    assert not review.complete
    assert review.record is None
    assert review.missing == ("files", "attempts", "judgements", "seal")
    assert list(review.fact_lines()) == made
    with pytest.raises(InputError, match="holds no attempts") as caught:
        list(review.attempts())
    assert caught.value.advice is not None
    assert "interrupted" in caught.value.advice.en
    with pytest.raises(InputError, match="not complete"):
        add_judgements(review, Judging(RECORD.as_of, ()), [])


def test_a_stream_that_ends_in_an_error_is_not_written(dossier: Dossier, tmp_path: Path) -> None:
    def breaking() -> Iterator[bytes]:
        yield from lines(FACTS, tmp_path)
        raise RuntimeError("the merge failed")

    with ReviewWriter(dossier) as writer:
        writer.plan(["facts"])
        with pytest.raises(RuntimeError):
            writer.write("facts", breaking())
    assert dossier.latest().missing == ("facts", "seal")


def test_wrong_order_of_calls(dossier: Dossier) -> None:
    with ReviewWriter(dossier) as writer:
        with pytest.raises(ValueError, match="not planned"):
            writer.write("facts", [])
        for wrong in ([], ["../x"], ["Facts"], [""], "facts/"):
            with pytest.raises(ValueError, match="planned once"):
                writer.plan(wrong)
        with pytest.raises(ValueError, match="no stream is planned"):
            writer.seal(RECORD)
        writer.plan(["facts"])
        with pytest.raises(ValueError, match="planned once"):
            writer.plan(["facts"])
        with pytest.raises(ValueError, match="not planned"):
            writer.write("files", [])
        with pytest.raises(ValueError, match="not written yet"):
            writer.seal(RECORD)
        writer.write("facts", [])
        with pytest.raises(ValueError, match="written already"):
            writer.write("facts", [])


def test_one_writer_at_a_time(dossier: Dossier, tmp_path: Path) -> None:
    review = add_review(dossier, lines(FACTS, tmp_path))
    with ReviewWriter(dossier):
        with pytest.raises(UsageError, match="another process is writing") as caught, ReviewWriter(dossier):
            pass
        with pytest.raises(UsageError, match="another process is writing"):
            add_judgements(review, Judging(RECORD.as_of, ()), [])
        assert list(dossier.latest().facts()), "reading goes on"
    assert caught.value.exit_code == Exit.USAGE
    with ReviewWriter(dossier):
        pass


def test_judging_again_leaves_the_review_alone(dossier: Dossier, tmp_path: Path) -> None:
    review = add_review(dossier, lines(FACTS, tmp_path))
    before = contents(dossier.path)
    draft = Judging(datetime.date(2026, 1, 1), (RulebookRef("draft", "ef" * 32),))
    later = replace(JUDGEMENT, book="draft", outcome="open")
    add_judgements(review, draft, [later, JUDGEMENT])
    after = contents(dossier.path)
    assert {name: after[name] for name in before} == before
    add_judgements(review, draft, [later, JUDGEMENT])
    assert contents(dossier.path) == after, "the same judgements again change nothing"
    review = Dossier.open(dossier.path).latest()
    assert review.judgings() == [draft]
    assert list(review.judgements(draft)) == [later, JUDGEMENT]
    assert list(review.judgements()) == [JUDGEMENT]
    with pytest.raises(InputError, match="was not judged so"):
        list(review.judgements(replace(draft, as_of=RECORD.as_of)))
    (path,) = (dossier.path / "judgements" / "0001").iterdir()
    path.write_bytes(path.read_bytes().replace(b"2026", b"2027"))
    with pytest.raises(NotVerifiedError, match=path.name):
        review.judgings()
    assert list(Dossier.open(dossier.path).latest().judgements()) == [JUDGEMENT]


def run(*arguments: object) -> str:
    command = [sys.executable, "-m", "tests.dossier.killed_writer", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=120).stdout


def same_as_ever(path: Path, made: list[bytes], first: dict[str, bytes]) -> None:
    """The first review is untouched, the second is whole or says what it lacks, and a third can be written."""
    dossier = Dossier.open(path)
    now = contents(path)
    assert {name: now.get(name) for name in first} == first
    whole = {"files": 1, "attempts": 1, "facts": len(made), "judgements": 1}
    for number in dossier.reviews():
        review = dossier.review(number)
        review.verify()
        assert review.complete == (review.record is not None)
        assert {*review.streams, *review.missing} - {"seal"} == set(STREAMS)
        assert {stream: review.count(stream) for stream in review.streams} == {s: whole[s] for s in review.streams}
        assert "facts" not in review.streams or list(review.fact_lines()) == made
    again = add_review(dossier, made)
    assert list(again.fact_lines()) == made
    assert again.number == dossier.reviews()[-1]
    for folder in (path, path / "segments", path / "reviews"):
        assert not list(folder.glob(f"*{durable.PARTIAL}")), "what was left unfinished is cleared away"


def test_a_writer_killed_at_any_point(tmp_path: Path) -> None:
    """SIGKILL at 60 places of writing into a dossier that holds a review, and 20 of writing into nothing."""
    made = lines(FACTS, tmp_path)
    (tmp_path / "lines").write_bytes(b"\n".join(made))
    rng = random.Random(2025)
    source = tmp_path / "pay.assay"
    add_review(Dossier.create_or_open(source), made)
    for folder, count in ((tmp_path / "fresh.assay", 20), (source, 60)):
        first = contents(folder) if folder.exists() else {}
        counted = shutil.copytree(folder, tmp_path / "counted.assay") if first else tmp_path / "uncounted.assay"
        places = sorted(rng.sample(range(1, int(run(counted, tmp_path / "lines")) + 1), count))
        results = [line.split() for line in run(folder, tmp_path / "lines", ",".join(map(str, places))).splitlines()]
        assert [killed for _, killed in results] == ["1"] * count
        missing: set[tuple[str, ...]] = set()
        for name, _ in results:
            path = Path(name)
            if not (path / "dossier.json").exists():
                assert not first
                assert add_review(Dossier.create_or_open(path), made).complete, "an unfinished beginning is taken over"
                continue
            missing.update(review.missing for review in map(Dossier(path).review, Dossier(path).reviews()))
            same_as_ever(path, made, first)
        assert len(missing) > 3, "the places lie all along the writing"


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.03])
def test_a_writer_killed_from_outside(tmp_path: Path, seconds: float) -> None:
    """A writer that would never end by itself, killed while it streams facts."""
    source = (
        "import sys, itertools\nfrom pathlib import Path\nfrom assay.dossier.store import Dossier\n"
        "from assay.dossier.writing import ReviewWriter\nfrom tests.core.made import fact\n"
        "from assay.dossier.records import encode\n"
        "with ReviewWriter(Dossier.create_or_open(Path(sys.argv[1]))) as writer:\n"
        "    writer.plan(['files', 'facts'])\n    writer.write('files', [])\n    print('writing', flush=True)\n"
        "    writer.write('facts', (encode(fact(path=str(n))) for n in itertools.count()))\n"
    )
    path = tmp_path / "pay.assay"
    with subprocess.Popen([sys.executable, "-c", source, path], cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        with pytest.raises(UsageError, match="another process"), ReviewWriter(Dossier.open(path)):
            pass
        time.sleep(seconds)
        child.kill()
    review = Dossier.open(path).latest()
    assert review.missing == ("facts", "seal")
    assert list(review.files()) == []
    with ReviewWriter(Dossier.open(path)) as writer:
        writer.plan(["facts"])
        writer.write("facts", lines([fact()], tmp_path))
        writer.seal(RECORD)
    assert Dossier.open(path).reviews() == [1, 2]


def test_a_full_disk_is_an_error_with_advice(dossier: Dossier, tmp_path: Path) -> None:
    made = lines([fact(path=os.urandom(2000).hex()) for _ in range(40)], tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with ReviewWriter(dossier) as writer:
            writer.plan(["facts"])
            with pytest.raises(InputError, match="File too large") as caught:
                writer.write("facts", made)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.advice is not None
    assert dossier.latest().missing == ("facts", "seal")
    add_review(dossier, made)
    assert not list(dossier.path.rglob(f"*{durable.PARTIAL}"))
