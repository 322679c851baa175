import bz2
import gzip
import io
import os
import tarfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.attempts import REASON_CODES
from assay.core.errors import Exit, InputError, NothingToExamineError
from assay.core.facts import check, fact_id
from assay.core.text import Text
from assay.intake import Intake, IntakeLimits, take_in
from assay.intake.entries import kinds_for
from assay.intake.identify import HEAD

from .packing import RawZip, tarred, zipped

MANIFEST = b"""
name: Gate
sector: banking
vendor: {name: Example Ltd., country: DE}
components: [{role: server, path: server}, {role: console}]
declares: {telemetry: [], ciphers: [SM4-GCM]}
statements: [{claim: c, content: d, who: Lab, role: laboratory, date: 2026-01-02}]
withheld: [{what: crypto.use, by: Example Ltd., reason: secret, law: Act}, {what: server/fw, by: B, reason: r}]
"""
TREE = {
    "p-1.0/server/a.py": b"import os\n",
    "p-1.0/server/b.py": b"import os\n",
    "p-1.0/server/lib-2.0.jar": zipped({"META-INF/MANIFEST.MF": b"", "A.class": b"\xca\xfe\xba\xbe\0\0\0\x34"}),
    "p-1.0/tests/t.py": b"x",
    "p-1.0/fw.sqfs": b"hsqs" + bytes(100),
    "p-1.0/app.min.js": b"x=1;" * 2000,
    "p-1.0/README": b"hello",
}


def take(tmp_path: Path, content: bytes, name: str = "p.tar", manifest: bytes | None = None) -> Intake:
    (tmp_path / name).write_bytes(content)
    if manifest is not None:
        (tmp_path / "m.yaml").write_bytes(manifest)
    given = tmp_path / "m.yaml" if manifest is not None else None
    return take_in(tmp_path / name, manifest=given, scratch=tmp_path / "scratch", limits=IntakeLimits())


def test_files_are_sorted_placed_and_counted(tmp_path: Path) -> None:
    taken = take(tmp_path, tarred(TREE), manifest=MANIFEST)
    files = {meta.path: meta for meta in taken.artifact.files}
    assert list(files) == sorted(files)
    inner = files["p-1.0/server/lib-2.0.jar!A.class"]
    assert (inner.logical, inner.component, inner.scope) == ("server/lib.jar!A.class", "server", "shipped")
    assert files["p-1.0/README"].component == "console"
    assert "p-1.0/server/lib-2.0.jar" not in files
    facts = [fact for fact in taken.facts if fact.kind == "intake.content"]
    python = next(fact for fact in facts if fact.value["format"] == "Python" and fact.subject.scope == "shipped")
    assert python.value == {"class": "source", "format": "Python", "files": 2, "bytes": 20}
    assert sum(int(str(fact.value["files"])) for fact in facts) == len(files)
    for fact in taken.facts:
        check(fact)


def test_what_was_not_opened_is_an_attempt(tmp_path: Path) -> None:
    taken = take(tmp_path, tarred(TREE), manifest=MANIFEST)
    rest = {(item.path, item.status, item.reason, item.kinds) for item in taken.attempts if item.status != "completed"}
    assert rest == {
        ("p-1.0/fw.sqfs", "skipped", "not-unpacked", kinds_for("archive")),
        ("p-1.0/app.min.js", "skipped", "packed", kinds_for("source")),
        ("crypto.use", "withheld", "withheld", ("crypto.use",)),
        ("server/fw", "withheld", "withheld", kinds_for("unknown")),
    }
    withheld = next(item for item in taken.attempts if item.path == "crypto.use")
    assert (withheld.owner, withheld.law, withheld.detail) == ("Example Ltd.", "Act", "secret")
    done = {item.scope: item.files for item in taken.attempts if item.status == "completed"}
    assert done == {"shipped": 7, "test": 1, "unknown": 0}
    assert all(
        item.kinds == ("intake.content", "review.gap", "statement") for item in taken.attempts if not item.reason
    )
    assert all(item.reason in ("", *REASON_CODES) for item in taken.attempts)


def test_only_the_operator_gives_attributes(tmp_path: Path) -> None:
    claimed = take(tmp_path, tarred({**TREE, "p-1.0/product.yaml": MANIFEST}))
    assert dict(claimed.product.attributes) == {}
    assert (claimed.product.name, claimed.manifest.withheld) == ("Gate", ())
    said = [fact.value for fact in claimed.facts if fact.kind == "statement"]
    assert {(item["claim"], item["content"], item["trust"]) for item in said} == {
        ("declares.telemetry", "", "claim"), ("declares.ciphers", "SM4-GCM", "claim"),
    }  # fmt: skip
    ignored = [item for item in claimed.attempts if item.path == "product.yaml"]
    assert [item.kinds for item in ignored] == [()]
    given = take(tmp_path, tarred(TREE), manifest=MANIFEST)
    assert given.product.attributes == {"sector": "banking", "vendor.country": "DE"}
    assert {fact.value["trust"] for fact in given.facts if fact.kind == "statement"} == {"operator"}


def test_a_wrong_manifest_stops_the_operator_but_not_the_review_of_the_delivery(tmp_path: Path) -> None:
    taken = take(tmp_path, tarred({**TREE, "p-1.0/product.yaml": b"name: [\n"}))
    failed = [item for item in taken.attempts if item.path == "p-1.0/product.yaml"]
    assert [(item.status, item.reason, item.kinds) for item in failed] == [("failed", "syntax", ("statement",))]
    with pytest.raises(InputError):
        take(tmp_path, tarred(TREE), manifest=b"name: [\n")


def test_nothing_to_examine(tmp_path: Path) -> None:
    for content in (RawZip().bytes(), zipped({}), tarred({})[:0]):
        (tmp_path / "empty").mkdir(exist_ok=True)
        (tmp_path / "empty" / "in.zip").write_bytes(content)
        if not content:
            (tmp_path / "empty" / "in.zip").unlink()
        with pytest.raises(NothingToExamineError) as caught:
            take_in(tmp_path / "empty", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits())
        assert caught.value.exit_code == Exit.NOTHING_TO_EXAMINE
        assert caught.value.advice == Text("there is not one file in it", "其中没有任何文件")
    for number in range(7):
        (tmp_path / "empty" / f"link{number}").symlink_to("/etc/passwd")
    with pytest.raises(NothingToExamineError) as caught:
        take_in(tmp_path / "empty", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits())
    assert caught.value.advice is not None
    assert caught.value.advice.en.startswith("refused: link0 (")  # no dossier is written in which they could be read
    assert caught.value.advice.en.endswith(", and 2 more")


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        take_in(tmp_path / "nowhere", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits())


def stripped(taken: Intake) -> tuple[object, ...]:
    """Everything but where the bytes lie on this machine, and what the file was called."""
    files = [replace(meta, locator=None) for meta in taken.artifact.files]
    return files, taken.attempts, taken.facts, taken.product.attributes


def test_the_same_content_gives_the_same_result_whatever_it_is_packed_in(tmp_path: Path) -> None:
    root = tmp_path / "folder"
    for name, content in reversed(TREE.items()):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    results = [stripped(take_in(root, manifest=None, scratch=tmp_path / "s", limits=IntakeLimits()))]
    archives = (zipped(TREE), tarred(dict(reversed(TREE.items()))), gzip.compress(tarred(TREE)))
    results += [stripped(take(tmp_path, content)) for content in archives]
    assert all(result == results[0] for result in results)


def test_two_version_names_give_equal_ids(tmp_path: Path) -> None:
    other = {name.replace("1.0", "1.10-rc1").replace("2.0", "2.1"): content for name, content in TREE.items()}
    one, two = take(tmp_path, tarred(TREE)), take(tmp_path, tarred(other))
    assert [meta.logical for meta in one.artifact.files] == [meta.logical for meta in two.artifact.files]
    assert [fact_id(fact) for fact in one.facts] == [fact_id(fact) for fact in two.facts]


def test_little_is_read(tmp_path: Path) -> None:
    (tmp_path / "f").mkdir()
    for number in range(20):
        (tmp_path / "f" / f"{number}.c").write_bytes(os.urandom(1 << 17))
    seen: list[int] = []
    taken = take_in(tmp_path / "f", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits(), progress=seen.append)
    assert taken.bytes_read <= 20 * HEAD
    assert seen == [20]


def test_a_truncated_tar_of_the_oldest_form_keeps_what_came_before(tmp_path: Path) -> None:
    """Version 7 archives have no magic, and a cut leaves any length: the header's checksum alone tells."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in ("a.c", "b.c"):
            member = tarfile.TarInfo(name)
            member.size = 2000
            archive.addfile(member, io.BytesIO(b"int x;" + b"\n" * 1994))
    content = bytearray(whole.getvalue())
    for start in (0, 512 + 2048):  # without magic and version; the checksum made anew
        content[start + 257 : start + 265] = bytes(8)
        content[start + 148 : start + 156] = b" " * 8
        content[start + 148 : start + 156] = b"%06o\0 " % sum(content[start : start + 512])
    for number, (name, packed) in enumerate(
        (("t.tar", bytes(content[:4001])), ("t.tar.bz2", bz2.compress(bytes(content[:4001]))))
    ):
        (tmp_path / name).write_bytes(packed)
        scratch = tmp_path / f"scratch{number}"
        taken = take_in(tmp_path / name, manifest=None, scratch=scratch, limits=IntakeLimits())
        assert next(meta.path for meta in taken.artifact.files) == "a.c"
        assert any(item.reason == "damaged" for item in taken.attempts)
