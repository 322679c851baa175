"""A clean room: nothing but the deposit and named programs, no network, the same again."""

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.facts import Fact, check
from assay.examinations.handover import build, levels
from assay.examinations.handover.build import Plan, built
from assay.examinations.handover.systems import Recipe
from assay.lab.cage.cage import Cage
from assay.lab.cage.spec import CageLimits, Launch
from tests.lab.cage.caged import SMALL, needs_cage

pytestmark = needs_cage
LIMITS = CageLimits(wall=30, memory=600 << 20, disk=64 << 20, session=120)
SHELL = (("sh", "dash"),)


def source(folder: Path, contents: Mapping[str, str]) -> Path:
    for path, text in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def plan(tmp_path: Path, command: str, contents: Mapping[str, str], **changes: object) -> Plan:
    (tmp_path / "keep").mkdir()
    recipe = Recipe("declared", command, "", SHELL)
    folder, keep = source(tmp_path / "source", contents), tmp_path / "keep"
    made = Plan(folder, recipe, keep, 1_790_000_000, "product", limits=LIMITS)
    return replace(made, **changes)


def of(kind: str, done: build.Built) -> list[Fact]:
    for fact in done.facts:
        check(fact)
    return [fact for fact in done.facts if fact.kind == f"deposit.{kind}"]


def test_outputs_are_digested_and_the_second_build_compared(tmp_path: Path) -> None:
    command = "cat a.txt > /out/same; head -c 8 /dev/urandom > /out/other; mkdir /out/sub; ln -s same /out/sub/link"
    done = built(plan(tmp_path, command, {"a.txt": "abc"}))
    outputs = {fact.subject.path: fact.value for fact in of("output", done)}
    assert outputs.keys() == {"same", "other"}
    assert outputs["same"]["sha256"] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert outputs["same"]["sm3"] == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert (outputs["same"]["again"], outputs["other"]["again"]) == ("same", "different")
    (whole,) = of("build", done)
    assert (whole.value["outcome"], whole.value["again"], whole.value["outputs"]) == ("built", "different", 2)
    copies = {one.path: one.copy for one in done.outputs}
    assert copies["same"] is not None
    assert copies["same"].read_bytes() == b"abc"


def test_the_room_is_clean(tmp_path: Path) -> None:
    """No home of the operator's, no network but the sink, a day that is given, nothing left of another build."""
    command = 'ls -A "$HOME" > /out/home; ls /in > /out/in; echo $SOURCE_DATE_EPOCH > /out/epoch; ls > /out/ls'
    done = built(plan(tmp_path, command, {"a.txt": "", "b/c.txt": ""}, twice=False))
    said = {one.path: one.copy.read_text() for one in done.outputs if one.copy is not None}
    assert said == {"home": "", "in": "", "epoch": "1790000000\n", "ls": "a.txt\nb\n"}
    assert of("build", done)[0].value["again"] is None


def test_what_a_build_asks_the_network_for_is_told_and_keeps_the_level(tmp_path: Path) -> None:
    ask = 'import socket; socket.create_connection(("registry.example.invalid", 443), 3)'
    done = built(plan(tmp_path, f"/usr/bin/python3 -c '{ask}'; echo x > /out/a", {"a": ""}, twice=False))
    asked = {(fact.value["name"], fact.value["port"]) for fact in of("request", done)}
    assert asked == {("registry.example.invalid", 0), ("registry.example.invalid", 443)}
    assert of("build", done)[0].value["outcome"] == "built"
    told, _ = levels.levels((), done.attempts, signed=True, component="product", stated=done.facts)
    state = {fact.value["level"]: fact.value for fact in told}["built"]
    assert (state["state"], "registry.example.invalid" in str(state["missing"])) == ("missed", True)


def test_talk_with_itself_is_no_request(tmp_path: Path) -> None:
    own = ("import socket; s = socket.create_server((\"127.0.0.1\", 7001)); "
           "socket.create_connection((\"localhost\", 7001))")  # fmt: skip
    done = built(plan(tmp_path, f"/usr/bin/python3 -c '{own}' && echo x > /out/a", {"a": ""}, twice=False))
    assert of("build", done)[0].value["outcome"] == "built"
    assert not of("request", done)


def test_a_build_that_fails_says_why(tmp_path: Path) -> None:
    command = "echo fine; printf '\\033[1merror: no such header\\033[0m\\n'; exit 3"
    done = built(plan(tmp_path, command, {"a": ""}))
    (whole,) = of("build", done)
    assert (whole.value["outcome"], whole.value["code"], whole.value["again"]) == ("failed", 3, None)
    assert (whole.evidence[0].path, whole.evidence[0].line, whole.evidence[0].excerpt) == (
        build.LOG, 2, "error: no such header",
    )  # fmt: skip


def test_what_names_a_place_of_the_source_is_told_there(tmp_path: Path) -> None:
    command = "echo 'src/a.c:7:3: error: x'; echo '/product/src/a.c:9: fatal: y'; echo 'b.c:1: error: z'; exit 1"
    asked = plan(tmp_path, command, {"src/a.c": ""}, files={"src/a.c": "top/src/a.c"})
    evidence = of("build", built(asked))[0].evidence
    assert [(one.path, one.line) for one in evidence] == [(build.LOG, 3), ("top/src/a.c", 7), ("top/src/a.c", 9)]


def test_a_step_that_fails_on_the_way_is_a_failure(tmp_path: Path) -> None:
    assert of("build", built(plan(tmp_path, "echo x > /out/a; false; true", {"a": ""})))[0].value["outcome"] == "failed"


def test_one_that_makes_nothing_or_only_passing_files(tmp_path: Path) -> None:
    done = built(plan(tmp_path, "touch a.o config.log; mkdir .deps; touch .deps/x", {"a": ""}))
    assert of("build", done)[0].value["outcome"] == "nothing-made"


def test_changed_and_new_files_count_where_nothing_was_laid_out(tmp_path: Path) -> None:
    done = built(plan(tmp_path, "echo y >> a; echo z > new; touch b.o", {"a": "x", "same": ""}, twice=False))
    assert {one.path for one in done.outputs} == {"a", "new"}


def test_a_limit_ends_it_and_leaves_the_level_open_or_missed(tmp_path: Path) -> None:
    done = built(plan(tmp_path, "sleep 60", {"a": ""}, limits=replace(LIMITS, wall=1)))
    assert of("build", done)[0].value["outcome"] == "failed"
    assert (done.attempts[0].status, done.attempts[0].reason) == ("partial", "limit")


def test_a_program_that_is_not_here_is_named_and_nothing_is_run(tmp_path: Path) -> None:
    recipe = Recipe("Zig", "touch /out/ran", "", (("zig-not-here", "zig"), *SHELL))
    done = built(plan(tmp_path, "", {"a": ""}, recipe=recipe))
    assert {fact.value["program"]: fact.value["state"] for fact in of("tool", done)} == {
        "zig-not-here": "missing", "sh": "present",
    }  # fmt: skip
    assert of("build", done)[0].value["outcome"] is None
    assert done.attempts[0].detail == "not installed here: zig-not-here (Debian: zig)"
    assert all(one.status != "completed" for one in done.attempts)


def test_archives_are_laid_out_without_their_top_folder(tmp_path: Path) -> None:
    made = tmp_path / "source.tar.gz"
    with tarfile.open(made, "w:gz") as archive:
        entry = tarfile.TarInfo("app-1.0/run.sh")
        text = b"#!/bin/sh\necho made > /out/a\n"
        entry.size, entry.mode = len(text), 0o755
        archive.addfile(entry, io.BytesIO(text))
    done = built(plan(tmp_path, "./run.sh", {}, source=made, twice=False))
    assert {one.path for one in done.outputs} == {"a"}
    made.write_bytes(b"no archive")
    (tmp_path / "two").mkdir()
    done = built(plan(tmp_path / "two", "true", {}, source=made, twice=False))
    assert [one.reason for one in done.attempts] == ["damaged"]


def test_what_lies_beside_is_there(tmp_path: Path) -> None:
    beside = source(tmp_path / "beside", {"part.txt": "part"})
    done = built(plan(tmp_path, 'cp "$BESIDE"/part.txt "$OUT"/', {"a": ""}, beside=beside, twice=False))
    assert [one.path for one in done.outputs] == ["part.txt"]


@pytest.mark.skipif(not Path("/usr/bin/make").exists() or not Path("/usr/bin/cc").exists(), reason="needs: make gcc")
def test_a_c_program_by_its_makefile(tmp_path: Path) -> None:
    main = '#include "b.h"\nint main(void) { return B; }\n'
    contents = {"Makefile": "app: a.c b.h\n\tcc -g -o app a.c\n", "a.c": main, "b.h": "#define B 0\n"}
    recipe = Recipe("make", "make", "", (("make", "make"), ("cc", "gcc")))
    done = built(plan(tmp_path, "", contents, recipe=recipe))
    assert {fact.subject.path: fact.value["again"] for fact in of("output", done)} == {"app": "same"}
    versions = {str(fact.value["program"]): str(fact.value["version"]) for fact in of("tool", done)}
    assert versions["make"].startswith("GNU Make")
    assert versions["cc"]


def test_reading_follows_no_link(tmp_path: Path) -> None:
    """What a build leaves is read without following what it put in the way."""
    with Cage(SMALL) as cage:
        cage.put(source(tmp_path / "x", {"a": ""}), "source")
        cage.assemble()
        links = "mkdir -p /w/sub && ln -s /etc/shadow /w/out && ln -s /etc /w/etc && mkfifo /w/pipe"
        assert (
            cage.run(Launch(("/bin/sh", "-c", f"{links} && echo fine > /w/sub/in"), cwd="/", traced=False), 10).code
            == 0
        )
        assert b"".join(cage.read("/w/sub/in", 100)) == b"fine\n"
        assert b"".join(cage.read("/w/sub/in", 2)) == b"fi"
        for path in ("/w/out", "/w/etc/hostname", "/w/../../../../../etc/hostname", "/w/pipe", "/w/none", "", "/w"):
            assert b"".join(cage.read(path, 100)) == b"", path
        changes, whole = cage.written("/w", 100)
        assert whole
        assert {change["path"]: change["type"] for change in changes} == {
            "/w/sub": "folder", "/w/sub/in": "file", "/w/out": "link", "/w/etc": "link", "/w/pipe": "pipe",
        }  # fmt: skip
        assert cage.written("/w", 2)[1] is False
        assert cage.written("/w/etc", 100) == ([], True)
