import hashlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from assay.core.errors import AssayError
from assay.core.examination import Examination, FileExamination, FileMeta, Limits
from assay.core.kinds import FileClass
from assay.dossier.runs import merge_runs, write_run
from assay.lab import bench
from assay.lab.bench import BenchResult
from assay.lab.index import Index

from .lab_examinations import MISDEEDS, SMALL, Anywhere, Exploited, Total, Trouble, Words, meta_of, open_path
from .test_walls import needs_walls

ALL: tuple[FileExamination, ...] = (Words(), Trouble(), Anywhere())


class Delivery:
    """A folder to fill, and the bench over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "delivery"
        self.folder.mkdir()
        self.scratch = folder / "scratch"
        self.metas: list[FileMeta] = []
        self._runs = 0

    def add(self, name: str, content: bytes, file_class: FileClass = "source", format_: str = "java") -> None:
        path = self.folder / name
        path.write_bytes(content)
        self.metas.append(meta_of(path, file_class, format_))

    def run(
        self,
        singles: Sequence[FileExamination] = ALL,
        wholes: Sequence[Examination] = (),
        jobs: int = 1,
        limits: Limits = SMALL,
        **more: Any,
    ) -> BenchResult:
        self._runs += 1
        scratch = self.scratch / str(self._runs)
        return bench.run(
            self.metas,
            singles,
            wholes,
            open_member=open_path,
            write_run=write_run,
            scratch=scratch,
            jobs=jobs,
            limits=limits,
            **more,
        )


@pytest.fixture(scope="module", autouse=True)
def _workers_do_not_import_pytest() -> Iterator[None]:
    """A spawned process imports the parent's main module again; here that is the test runner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(sys.modules["__main__"], "__file__", raising=False)
        patch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
        yield


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(tmp_path)


def facts_of(result: BenchResult) -> list[dict[str, Any]]:
    return [json.loads(line) for line in merge_runs(result.runs)]


def names(result: BenchResult, kind: str) -> list[tuple[str, str, object]]:
    """(path, name, first value) of the facts of a kind."""
    return sorted(
        (fact["subject"]["path"], fact["subject"].get("name", ""), next(iter(fact["value"].values())))
        for fact in facts_of(result)
        if fact["kind"] == kind
    )


def told(result: BenchResult, path: str) -> list[tuple[str, tuple[str, ...], str, str]]:
    return [(a.by, a.kinds, a.status, a.reason) for a in result.attempts if a.path == path]


def test_every_file_is_hashed_and_accounted_for(delivery: Delivery) -> None:
    delivery.add("a.java", b"int x = MD5;\nuse(SHA1, MD5withRSA, MD5x);")
    delivery.add("b.java", b"nothing")
    delivery.add("c.c", b"MD5", format_="c")
    delivery.add("d.pl", b"MD5", format_="perl")
    classes: tuple[FileClass, ...] = ("binary", "configuration", "archive", "unknown", "text", "media")
    for file_class in classes:
        delivery.add(f"some.{file_class}", b"MD5 \0", file_class, "")
    delivery.add("key.pem", b"abc", "material", "pem")
    result = delivery.run()
    assert names(result, "crypto.use") == [
        ("a.java", "line1", "MD5"),
        ("a.java", "line2", "MD5withRSA"),
        ("a.java", "line2", "SHA1"),
        ("c.c", "line1", "MD5"),
    ]
    assert names(result, "crypto.misuse") == [("key.pem", "", 3)]
    assert list(result.digests) == [
        hashlib.sha256((delivery.folder / meta.path).read_bytes()).hexdigest() for meta in delivery.metas
    ]
    assert result.bytes_read == sum(meta.size for meta in delivery.metas)
    completed = {(a.by, a.file_class, a.format): (a.files, a.bytes) for a in result.attempts if a.status == "completed"}
    size = delivery.metas[0].size + delivery.metas[1].size
    assert completed == {
        ("test.words@1", "source", "java"): (2, size),
        ("test.words@1", "source", "c"): (1, 3),
        ("test.trouble@1", "source", "java"): (2, size),
        ("test.anywhere@1", "material", "pem"): (1, 3),
    }
    every = ("crypto.misuse", "crypto.protocol", "crypto.use")
    # nobody looks for misuse in source here, so source is skipped for it
    assert told(result, "a.java") == [("lab@1", ("crypto.misuse",), "skipped", "no-reader")]
    assert told(result, "d.pl") == [("lab@1", every, "skipped", "no-reader")]
    assert told(result, "key.pem") == [("lab@1", ("crypto.use",), "skipped", "material")]
    reasons = {file_class: [item[3] for item in told(result, f"some.{file_class}")] for file_class in classes}
    assert reasons == {
        "binary": ["binary"],
        "configuration": ["configuration"],
        "archive": ["not-unpacked"],
        "unknown": ["unknown-format"],
        "text": [],
        "media": [],
    }
    assert all(attempt.ran == "worker" for attempt in result.attempts)
    assert result.peak_memory > 1 << 20
    assert result.spent.read + result.spent.prefilter + result.spent.examine > 0


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Delivery, BenchResult, BenchResult]:
    """One file for each misdeed among honest ones, with one job and with eight."""
    delivery = Delivery(tmp_path_factory.mktemp("hostile"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("assay.lab.shards.PIECE_FILES", 5)
        for number, misdeed in enumerate(sorted(MISDEEDS)):
            delivery.add(f"{number:02}-{misdeed.decode()}.java", b"%b MD5 common" % misdeed)
            delivery.add(f"{number:02}-honest.java", b"do_fine SHA1 common")
        for name in ("accept-kills.java", "accept-raises.java", "opening-fails.java", "opening-kills.java"):
            delivery.add(name, b"do_fine MD5")
        delivery.add("last.java", b"do_fine MD5")
        return delivery, delivery.run(wholes=[Total()]), delivery.run(wholes=[Total()], jobs=8)


def test_whatever_a_file_does_the_others_are_intact(hostile: tuple[Delivery, BenchResult, BenchResult]) -> None:
    delivery, result, _ = hostile
    readable = [meta.path for meta in delivery.metas if "opening" not in meta.path]
    assert [path for path, _, _ in names(result, "crypto.use")] == sorted(readable)
    fine = [path for path in readable if "honest" in path or "do_fine" in path or "last" in path]
    assert [path for path, _, _ in names(result, "crypto.protocol")] == sorted(fine)
    assert [bool(digest) for digest in result.digests] == [meta.path in readable for meta in delivery.metas]
    assert not any(told(result, path) for path in fine)


def test_each_misdeed_is_charged_to_who_did_it(hostile: tuple[Delivery, BenchResult, BenchResult]) -> None:
    _, result, _ = hostile
    charged = {
        attempt.path.removesuffix(".java").partition("-")[2]: (attempt.status, attempt.reason)
        for attempt in result.attempts
        if attempt.by == "test.trouble@1" and attempt.path and "short" not in attempt.path
    }
    failed = "failed"
    assert charged == {
        "do_sleep": (failed, "hang"),
        "do_spin": (failed, "hang"),
        "do_abort": (failed, "crash"),
        "do_null": (failed, "crash"),
        "do_vanish": (failed, "crash"),
        "do_eat": (failed, "memory"),
        "do_raise": (failed, "fault"),
        "do_exit": (failed, "fault"),
        "do_recurse": (failed, "fault"),
        "do_lie": (failed, "fault"),
        "kills": (failed, "crash"),
        "raises": (failed, "fault"),
    }
    short = [a for a in result.attempts if "short" in a.path and a.by == "test.trouble@1"]
    assert sorted((a.status, a.reason, a.detail) for a in short) == [
        ("partial", "blind-spot", "b"),
        ("partial", "syntax", "a (and 1 more)"),
    ]
    everything = ("crypto.misuse", "crypto.protocol", "crypto.use")
    assert told(result, "opening-kills.java") == [("lab@1", everything, "failed", "crash")]
    assert told(result, "opening-fails.java") == [("lab@1", everything, "failed", "unreadable")]
    assert result.workers_lost >= 7


def test_no_word_of_the_product_gets_into_a_fault(hostile: tuple[Delivery, BenchResult, BenchResult]) -> None:
    details = [attempt.detail for attempt in hostile[1].attempts if attempt.reason == "fault"]
    assert any(detail.startswith("ValueError at assay.lab.") for detail in details)
    assert not any("product" in detail or "common" in detail for detail in details)


def test_one_job_and_eight_give_the_same_bytes(hostile: tuple[Delivery, BenchResult, BenchResult]) -> None:
    _, one, eight = hostile
    assert one.attempts == eight.attempts
    assert one.digests == eight.digests
    assert list(merge_runs(one.runs)) == list(merge_runs(eight.runs))
    assert one.bytes_read == eight.bytes_read


def test_honest_work_gives_the_same_runs_with_any_number_of_jobs(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.lab.shards.PIECE_FILES", 2)
    for number in range(9):
        delivery.add(f"{number}.java", b"MD5\n" * number)
    calm = replace(SMALL, watchdog_seconds=60.0)
    one, three = delivery.run([Words()], limits=calm), delivery.run([Words()], jobs=3, limits=calm)
    assert [path.name for path in one.runs] == [path.name for path in three.runs]
    assert [path.read_bytes() for path in one.runs] == [path.read_bytes() for path in three.runs]
    assert len(one.runs) == 5
    assert one.attempts == three.attempts


def test_every_file_may_kill_its_worker(delivery: Delivery) -> None:
    for number in range(6):
        delivery.add(f"{number}.java", b"do_vanish")
    result = delivery.run([Trouble(), replace(Trouble(), id="test.again@1")], jobs=2)
    assert [a.reason for a in result.attempts if a.by == "test.trouble@1"] == ["crash"] * 6
    assert [a.reason for a in result.attempts if a.by == "test.again@1"] == ["crash"] * 6
    assert all(result.digests)


def test_a_large_file_is_examined_in_regions(delivery: Delivery) -> None:
    lines = [b"filler line %d\n" % number for number in range(2000)]
    lines[3] = b"MD5\n"
    lines[1500] = b"call(SHA1)\n"
    delivery.add("large.java", b"".join(lines))
    delivery.add("dull.java", b"".join(lines).replace(b"MD5", b"").replace(b"SHA1", b""))
    delivery.add("dense.java", b"MD5 " * 1000)
    result = delivery.run([Words()])
    found = [item for item in names(result, "crypto.use") if item[0] == "large.java"]
    assert found == [("large.java", "line1501", "SHA1"), ("large.java", "line4", "MD5")]
    evidence = [f["evidence"][0] for f in facts_of(result) if f["subject"]["path"] == "large.java"]
    content = (delivery.folder / "large.java").read_bytes()
    assert all(content[e["address"] :].startswith(e["excerpt"].encode()) for e in evidence)
    assert told(result, "large.java") == [("test.words@1", ("crypto.use",), "partial", "too-large")]
    assert told(result, "dull.java") == []
    assert told(result, "dense.java") == [("test.words@1", ("crypto.use",), "partial", "too-many-places")]
    assert [a.files for a in result.attempts if a.status == "completed"] == [1]


def test_a_very_long_line_takes_little_memory(delivery: Delivery) -> None:
    path = delivery.folder / "line.java"
    with path.open("wb") as file:
        for _ in range(64):
            file.write(b"x" * (1 << 20))
        file.write(b" MD5")
    delivery.metas.append(meta_of(path))
    delivery.add("little.java", b"MD5")
    small = delivery.run([Words()], limits=replace(SMALL, unit_bytes=1 << 20, watchdog_seconds=20))
    assert small.peak_memory < 120 << 20
    assert [item[0] for item in names(small, "crypto.use")] == ["line.java", "little.java"]


def test_what_is_not_text_is_not_examined(delivery: Delivery) -> None:
    delivery.add("random.java", b"MD5 \0")
    delivery.add("utf16.java", "国密 MD5".encode("utf-16"))
    delivery.add("late.java", b"MD5\n" * 2000 + b"\0")
    result = delivery.run([Words()])
    assert told(result, "random.java") == [("lab@1", ("crypto.use",), "failed", "not-text")]
    assert told(result, "late.java") == [("lab@1", ("crypto.use",), "failed", "not-text")]
    assert ("utf16.java", "line1", "MD5") in names(result, "crypto.use")
    assert all(result.digests)


def test_a_file_that_changed_since_intake_is_damaged(delivery: Delivery) -> None:
    delivery.add("changed.java", b"MD5")
    (delivery.folder / "changed.java").write_bytes(b"MD5 and more")
    delivery.add("vanished.java", b"MD5")
    (delivery.folder / "vanished.java").unlink()
    result = delivery.run([Words()])
    assert told(result, "changed.java") == [("lab@1", ("crypto.use",), "failed", "damaged")]
    assert told(result, "vanished.java") == [("lab@1", ("crypto.use",), "failed", "unreadable")]
    assert result.digests == ("", "")
    assert facts_of(result) == []


def test_a_whole_examination_concludes_from_summaries_and_the_index(delivery: Delivery) -> None:
    delivery.add("a.java", b"MD5 SHA1 common")
    delivery.add("b.java", b"common reflective")
    delivery.add("c.java", b"MD5" + b" filler" * 1000 + b" common MD5")
    seen: list[tuple[str, int, int]] = []
    result = delivery.run([Words()], [Total()], progress=lambda *step: seen.append(step))
    values = {fact["subject"]["path"]: fact["value"] for fact in facts_of(result) if fact["kind"] == "crypto.misuse"}
    assert values == {
        "a.java": {"algorithm": "a.java,b.java", "cwe": 2},
        "c.java": {"algorithm": "a.java,b.java", "cwe": 2},
    }
    assert (
        result.bytes_read == sum(meta.size for meta in delivery.metas) + delivery.metas[0].size + delivery.metas[1].size
    )
    # a partial first pass is partial for what builds on it
    assert told(result, "c.java") == [("test.words@1", ("crypto.misuse", "crypto.use"), "partial", "too-large")]
    assert told(result, "b.java") == [("test.total@1", ("crypto.misuse",), "partial", "blind-spot")]
    completed = {a.by: a.files for a in result.attempts if a.status == "completed"}
    assert completed == {"test.words@1": 2, "test.total@1": 1}
    assert seen == [("files", 3, 3), ("test.total@1", 1, 1)]


def test_a_whole_examination_without_summaries_is_not_asked(delivery: Delivery) -> None:
    delivery.add("a.java", b"nothing of interest")
    seen: list[tuple[str, int, int]] = []
    result = delivery.run([Words()], [Total(misdeed="do_raise")], progress=lambda *step: seen.append(step))
    completed = {a.by: a.files for a in result.attempts if a.status == "completed"}
    assert completed == {"test.words@1": 1, "test.total@1": 1}
    assert [attempt for attempt in result.attempts if attempt.status != "completed"] == []
    assert seen == [("files", 1, 1), ("test.total@1", 1, 1)]


@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [("do_sleep", "hang"), ("do_abort", "crash"), ("do_eat", "memory"), ("do_raise", "fault"), ("do_exit", "fault")],
)
def test_a_conclusion_that_fails_is_a_failed_attempt(delivery: Delivery, misdeed: str, reason: str) -> None:
    delivery.add("a.java", b"MD5")
    delivery.add("b.java", b"MD5")
    result = delivery.run([Words()], [Total(misdeed=misdeed)])
    assert len(names(result, "crypto.use")) == 2
    (failed,) = [attempt for attempt in result.attempts if attempt.by == "test.total@1"]
    assert (failed.status, failed.reason, failed.files, failed.kinds) == ("failed", reason, 2, ("crypto.misuse",))


def test_examinations_that_contradict_each_other_are_refused(delivery: Delivery) -> None:
    with pytest.raises(ValueError, match="builds on"):
        delivery.run([], [Total()])
    with pytest.raises(ValueError, match="one id"):
        delivery.run([Words(), Words()])


def test_nothing_to_do_starts_no_worker(delivery: Delivery) -> None:
    def refuse(workers: int) -> ProcessPoolExecutor:
        raise AssertionError(workers)

    result = delivery.run(make_executor=refuse)
    assert (result.runs, result.attempts, result.digests) == ((), (), ())


def test_another_executor_may_be_named_but_not_threads(delivery: Delivery) -> None:
    delivery.add("a.java", b"MD5")
    context = multiprocessing.get_context("spawn")
    result = delivery.run([Words()], make_executor=lambda workers: ProcessPoolExecutor(workers, mp_context=context))
    assert names(result, "crypto.use") == [("a.java", "line1", "MD5")]
    with pytest.raises(RuntimeError, match="processes of their own"):
        delivery.run([Words()], make_executor=ThreadPoolExecutor)


def test_workers_that_cannot_start_are_an_error_with_advice(delivery: Delivery) -> None:
    delivery.add("a.java", b"MD5")
    with pytest.raises(AssayError) as caught:
        delivery.run([Words()], limits=replace(SMALL, memory_bytes=1 << 20))
    assert caught.value.advice is not None


INTERRUPTED = """
import os, sys
from pathlib import Path
sys.path[:0] = sys.argv[1].split(os.pathsep)
from MODULE import SMALL, Trouble, meta_of, open_path, write_run
from msgspec.structs import replace
from assay.lab import bench
if __name__ == "__main__":
    files = [meta_of(Path(name)) for name in sys.argv[3:]]
    bench.run(files, [Trouble()], [], open_member=open_path, write_run=write_run, scratch=Path(sys.argv[2]), jobs=2,
              limits=replace(SMALL, watchdog_seconds=600.0))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_the_bench(tmp_path: Path, sent: signal.Signals) -> None:
    script, hanging = tmp_path / "script.py", tmp_path / "hang.java"
    script.write_text(INTERRUPTED.replace("MODULE", Words.__module__))
    hanging.write_bytes(b"do_spin")
    command = [sys.executable, str(script), os.pathsep.join(sys.path), str(tmp_path / "scratch"), str(hanging)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        children = _within(15, lambda: _workers(tmp_path / "scratch", process.pid))
        process.send_signal(sent)
        process.wait(10)
    _within(10, lambda: not any(Path(f"/proc/{child}").exists() for child in children))


def _workers(scratch: Path, parent: int) -> list[int]:
    """Children of the bench, once one of them has begun a file."""
    if not (scratch / "lanes" / "000" / "journal").exists():
        return []
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def _within(seconds: float, probe: Any) -> Any:
    end = time.monotonic() + seconds
    while not (answer := probe()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return answer


def test_late_files_wait_until_the_words_of_the_others_are_known(delivery: Delivery) -> None:
    delivery.add("a.java", b"MD5 needs helper")
    delivery.add("b.java", b"SHA1")
    delivery.metas.append(replace(meta_of(_written(delivery, "helper.java", b"MD5"), "source", "java"), scope="test"))
    delivery.metas.append(replace(meta_of(_written(delivery, "other.java", b"SHA1"), "source", "java"), scope="test"))
    asked: list[list[str]] = []

    def settle(index: Index) -> tuple[list[FileMeta], int]:
        asked.append([meta.path for word in (b"helper", b"other", b"SHA1") for meta in index.files_with(word)])
        return [replace(delivery.metas[2], scope="shipped"), delivery.metas[3]], 7

    plain, late = delivery.run(), delivery.run(late=bench.Late(2, settle))
    assert asked == [["a.java", "b.java"]]
    assert [meta.scope for meta in late.files] == ["shipped", "shipped", "shipped", "test"]
    scopes = {fact["subject"]["path"]: fact["subject"]["scope"] for fact in facts_of(late)}
    assert (scopes["helper.java"], scopes["other.java"]) == ("shipped", "test")
    assert late.bytes_read == plain.bytes_read + 7
    assert late.digests == plain.digests
    counts = {a.scope: a.files for a in late.attempts if a.status == "completed" and a.by == Words().id}
    assert counts == {"shipped": 3, "test": 1}
    assert delivery.run(late=bench.Late(2, settle), jobs=3).attempts == late.attempts


def test_files_of_formats_that_nobody_asks_for_are_examined_and_not_indexed(delivery: Delivery) -> None:
    delivery.add("a.java", b"MD5 helper")
    delivery.add("b.c", b"MD5 helper", format_="c")
    delivery.add("c.java", b"SHA1")
    asked: list[str] = []

    def settle(index: Index) -> tuple[list[FileMeta], int]:
        asked.extend(meta.path for meta in index.files_with(b"helper"))
        return delivery.metas[2:], 0

    late = bench.Late(1, settle)
    every, some = delivery.run(late=late), delivery.run(late=late, indexed=frozenset({"java"}))
    assert asked == ["a.java", "b.c", "a.java"]
    assert facts_of(every) == facts_of(some)
    assert every.attempts == some.attempts
    assert {fact["subject"]["path"] for fact in facts_of(some)} == {"a.java", "b.c", "c.java"}


def _written(delivery: Delivery, name: str, content: bytes) -> Path:
    (delivery.folder / name).write_bytes(content)
    return delivery.folder / name


@needs_walls
def test_a_parser_that_was_taken_over_is_held_and_the_attempt_says_by_what(
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_KEY_PASSPHRASE", "not for parsers")
    delivery.add("a.java", b"exploit")
    open_to_all = delivery.run([Exploited()])
    assert {name for _, name, _ in names(open_to_all, "crypto.use")} >= {"passwd", "beside", "connect", "forks"}
    assert {attempt.ran for attempt in open_to_all.attempts} == {"worker"}
    (delivery.folder.parent / "taken").unlink()
    held = delivery.run([Exploited(), Words()], readable=(delivery.folder,))
    assert names(held, "crypto.use") == []
    assert {(attempt.ran, attempt.status) for attempt in held.attempts} == {("cage", "completed")}
    assert not (delivery.folder.parent / "taken").exists()
    assert os.environ["ASSAY_KEY_PASSPHRASE"] == "not for parsers"
    assert "secret" not in {name for _, name, _ in names(open_to_all, "crypto.use")}


@needs_walls
def test_workers_behind_walls_find_what_others_find(delivery: Delivery) -> None:
    for number in range(30):
        delivery.add(f"{number}.java", b"MD5 SHA1 do_raise" if number % 3 else b"MD5withRSA")
    plain, held = (delivery.run(jobs=2, readable=readable) for readable in (None, (delivery.folder,)))
    assert facts_of(plain) == facts_of(held)
    assert [replace(attempt, ran="cage") for attempt in plain.attempts] == list(held.attempts)
