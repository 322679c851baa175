"""Opening and reading: what is there is read exactly, what is not there is never passed off as nothing."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.core.errors import AssayError, Exit, InputError, NotVerifiedError
from assay.core.judge import judge_all
from assay.dossier import segments
from assay.dossier.records import encode_fact
from assay.dossier.store import Dossier
from assay.dossier.writing import ReviewWriter
from tests.core.made import AS_OF, asks, attempt, pattern, rule
from tests.dossier.made import (
    ATTEMPT,
    FACTS,
    FILE,
    JUDGEMENT,
    RECORD,
    STREAMS,
    add_review,
    begin_review,
    contents,
    lines,
)


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    made = Dossier.create_or_open(tmp_path / "pay.assay")
    add_review(made, lines(FACTS, tmp_path))
    return made


def test_a_review_reads_back(dossier: Dossier, tmp_path: Path) -> None:
    review = Dossier.open(dossier.path).latest()
    assert (review.number, review.complete, review.missing, review.record) == (1, True, (), RECORD)
    assert list(review.facts()) == sorted(FACTS, key=lambda fact: (fact.kind, fact.subject.path))
    assert list(review.fact_lines()) == lines(FACTS, tmp_path)
    assert list(review.attempts()) == [ATTEMPT]
    assert list(review.files()) == [FILE]
    assert list(review.judgements()) == [JUDGEMENT]
    assert review.kinds() == {"crypto.misuse": 20, "crypto.use": 60}
    assert {stream: review.count(stream) for stream in STREAMS} == {
        "files": 1,
        "attempts": 1,
        "facts": 80,
        "judgements": 1,
    }
    review.verify()


def test_a_review_that_was_not_finished_does_not_stand_before_a_complete_one(dossier: Dossier, tmp_path: Path) -> None:
    begin_review(dossier)
    assert dossier.reviews() == [1, 2]
    assert dossier.sealed() == [1]
    assert dossier.latest().number == 1
    assert dossier.unfinished() == 2
    begin_review(dossier)
    assert (dossier.latest().number, dossier.unfinished()) == (1, 3)
    add_review(dossier, lines(FACTS, tmp_path))
    assert (dossier.latest().number, dossier.unfinished()) == (4, None)


def test_where_no_review_is_complete_the_newest_stands(tmp_path: Path) -> None:
    dossier = Dossier.create_or_open(tmp_path / "begun.assay")
    for number in (1, 2):
        begin_review(dossier)
        assert (dossier.latest().number, dossier.latest().complete) == (number, False)
    assert (dossier.sealed(), dossier.unfinished()) == ([], None)


def test_a_review_whose_manifest_was_taken_away_does_not_pass_for_unfinished(dossier: Dossier) -> None:
    add_review(dossier, [])
    (dossier.review_folder(2) / "review.json").unlink()
    with pytest.raises(NotVerifiedError, match="0002"):
        dossier.latest()


@pytest.mark.parametrize("size", [200, 2_000, 1 << 20])
def test_one_kind_reads_only_what_holds_it(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults: dict[str, object] = segments.write_segments.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "size", size)
    made = Dossier.create_or_open(tmp_path / "cut.assay")
    review = add_review(made, lines(FACTS, tmp_path))
    for kind in ("crypto.use", "crypto.misuse"):
        holding = [segment for segment in review.streams["facts"] if kind in segment.kinds]
        read: list[segments.Segment] = []
        real = segments.verified

        def watched(folder: Path, segment: segments.Segment, real: object = real, read: object = read) -> bytes:
            read.append(segment)  # type: ignore[attr-defined]
            return real(folder, segment)  # type: ignore[operator, no-any-return]

        with monkeypatch.context() as patched:
            patched.setattr(segments, "verified", watched)
            found = list(review.facts(kind))
        assert found == [fact for fact in review.facts() if fact.kind == kind]
        assert list(review.fact_lines(kind)) == list(map(encode_fact, found))
        assert read == holding
    assert list(review.facts("crypto.protocol")) == []


def test_glimpses_are_judged_like_facts(dossier: Dossier) -> None:
    review = dossier.latest()
    rules = [
        rule(forbid=(pattern(family=asks("in", "MD5"), key_bits=asks("at_least", 30)),)),
        rule(require=(pattern("crypto.misuse", misuse=asks("in", "static-iv")),)),
    ]
    whole, glimpsed = (
        judge_all(rules, {}, stream, [attempt(kinds=("crypto.use", "crypto.misuse"))], AS_OF)
        for stream in (review.facts(), review.glimpses())
    )
    assert [judgement.outcome for judgement in whole] == ["broken", "met"]
    assert whole == glimpsed


def test_reading_writes_nothing(dossier: Dossier) -> None:
    before = contents(dossier.path)
    for path in (*dossier.path.rglob("*"), dossier.path):
        path.chmod(0o555 if path.is_dir() else 0o444)
    review = Dossier.open(dossier.path).latest()
    review.verify()
    assert list(review.facts())
    assert contents(dossier.path) == before


def test_it_can_be_carried_away(dossier: Dossier, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "copy"
    shutil.copytree(dossier.path, moved)
    shutil.rmtree(dossier.path)
    Dossier.open(moved).latest().verify()
    for name, content in contents(moved).items():
        assert str(tmp_path).encode() not in content, name


def advised(call: Callable[[], object], error: type[AssayError], says: str) -> AssayError:
    with pytest.raises(error, match=says) as caught:
        call()
    assert caught.value.advice is not None
    assert caught.value.message.zh
    return caught.value


def test_what_is_no_dossier(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.tex").write_text("precious")
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "nowhere", other, tmp_path / "file"):
        advised(lambda path=path: Dossier.open(path), InputError, "is not a dossier")  # type: ignore[misc]
    advised(lambda: Dossier.create_or_open(other), InputError, "is not a dossier")
    advised(lambda: Dossier.create_or_open(tmp_path / "file"), InputError, "file")
    assert contents(other) == {"thesis.tex": b"precious"}


@pytest.mark.parametrize(
    ("mark", "says"),
    [(b'{"dossier":2}', "newer assay"), (b"", "not a dossier"), (b"{}", "not a dossier"),
     (b'{"dossier":"x"}', "not a dossier"),
     (b"\xff\xfe", "not a dossier"), (b'{"dossier":1,"x":' + b"[" * 4000, "not a dossier"), (b" " * 5000, "larger")],
)  # fmt: skip
def test_a_mark_that_says_something_else(tmp_path: Path, mark: bytes, says: str) -> None:
    (tmp_path / "dossier.json").write_bytes(mark)
    advised(lambda: Dossier.open(tmp_path), InputError, says)


def test_an_empty_one(tmp_path: Path) -> None:
    dossier = Dossier.create_or_open(tmp_path / "a" / "b.assay")
    assert Dossier.create_or_open(dossier.path).reviews() == []
    advised(dossier.latest, InputError, "no review yet")
    advised(lambda: dossier.review(1), InputError, "no review 1")


def test_what_was_not_part_of_a_review_is_not_empty(tmp_path: Path) -> None:
    dossier = Dossier.create_or_open(tmp_path / "x.assay")
    with ReviewWriter(dossier) as writer:
        writer.plan(["facts"])
        writer.write("facts", [])
        review = writer.seal(RECORD)
    assert list(review.facts()) == []
    error = advised(lambda: list(review.judgements()), InputError, "holds no judgements")
    assert error.advice is not None
    assert "not part of it" in error.advice.en


def test_damage_names_the_file_and_costs_nothing_else(dossier: Dossier, tmp_path: Path) -> None:
    """Whatever file of a dossier is cut or flipped, the error names it and every other part still reads."""
    add_review(dossier, lines(FACTS[:10], tmp_path))
    first = {stream: list(dossier.review(1).lines(stream)) for stream in STREAMS}
    used = {segment.name: stream for stream in STREAMS for segment in dossier.review(1).streams[stream]}
    own = dict(used)
    for stream in STREAMS:
        for segment in dossier.review(2).streams[stream]:
            own.pop(segment.name, None)
    assert list(own.values()) == ["facts"], "all but the facts are shared with the second review"
    for name, content in contents(dossier.path).items():
        path = dossier.path / name
        for damaged in (content[: len(content) // 2], bytes([content[0] ^ 1]) + content[1:] if content else b"x"):
            path.write_bytes(damaged)
            if path.name == "dossier.json":
                advised(lambda: Dossier.open(dossier.path), InputError, "dossier")
            elif path.name == "review.json":
                number = int(path.parent.name)
                advised(lambda number=number: dossier.review(number), NotVerifiedError, name)  # type: ignore[misc]
                assert list(dossier.review(3 - number).lines("attempts")) == first["attempts"]
                assert dossier.reviews() == [1, 2]
            elif path.parent.name == "segments" and path.name in used:
                review = dossier.review(1)
                error = advised(review.verify, NotVerifiedError, path.name)
                assert error.exit_code == Exit.NOT_VERIFIED
                for stream in STREAMS:
                    if used[path.name] != stream:
                        assert list(review.lines(stream)) == first[stream]
            path.write_bytes(content)
    dossier.review(1).verify()
    dossier.review(2).verify()


def test_a_review_without_its_manifest(dossier: Dossier) -> None:
    (dossier.path / "reviews" / "0001" / "review.json").unlink()
    advised(dossier.latest, NotVerifiedError, r"reviews/0001/review\.json")


def test_other_names_among_the_reviews_are_ignored(dossier: Dossier) -> None:
    for name in ("notes", "12", "00001.partial", "٠٠٠٢"):
        (dossier.path / "reviews" / name).mkdir()
    assert dossier.reviews() == [1]
