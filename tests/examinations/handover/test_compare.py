"""Comparing what was delivered with what was built: what may be put aside, and what may never be."""

import bz2
import io
import lzma
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import check
from assay.examinations.handover.compare import Finding, Side, compare, compared
from assay.examinations.handover.members import Budget, UndecidedError, opened
from assay.examinations.handover.normal import normal
from tests.examinations.handover.made import ar, elf, gzipped, pe, tarred, zipped

ORDER = {"archive-order", "archive-times", "archive-compression", "archive-extra"}
PYC = b"\xa7\r\r\n" + bytes(4)


def sides(folder: Path, contents: Mapping[str, bytes]) -> list[Side]:
    folder.mkdir()
    made = []
    for number, (path, content) in enumerate(contents.items()):
        (folder / str(number)).write_bytes(content)
        made.append(Side(path, folder / str(number)))
    return made


def found(tmp_path: Path, delivered: Mapping[str, bytes], built: Mapping[str, bytes]) -> dict[str, Finding]:
    findings = compare(sides(tmp_path / "delivered", delivered), sides(tmp_path / "built", built))
    assert len({one.path for one in findings}) == len(findings)
    return {one.path: one for one in findings}


def over_code(differing: bytes) -> bytes:
    """A PE file whose debug directory is said to lie over its code."""
    code = (b"\x90" * 4 + differing + b"\x90" * 20) * 40
    return pe(1, code).replace(struct.pack("<II", 0x1000 + len(code), 28), struct.pack("<II", 0x1000, len(code)))


def one(tmp_path: Path, delivered: bytes, built: bytes, name: str = "app") -> Finding:
    return found(tmp_path, {name: delivered}, {name: built})[name]


@pytest.mark.parametrize(
    ("name", "delivered", "built", "aside"),
    [
        ("a.whl", zipped({"a": b"1"}, 2020), zipped({"a": b"1"}, 2021), {"archive-times"}),
        ("a.zip", zipped({"a": b"1", "b": b"2"}), zipped({"b": b"2", "a": b"1"}), ORDER),
        ("a.tar", tarred({"a": b"1"}, 1), tarred({"a": b"1"}, 2), {"archive-times"}),
        ("a.tar", tarred({"a": b"1"}, mode=0o664), tarred({"a": b"1"}), {"umask"}),
        ("a.tar", tarred({"a": b"1"}, owner="x"), tarred({"a": b"1"}), {"archive-owners"}),
        ("a.tgz", gzipped(tarred({"a": b"1"}, 1)), gzipped(tarred({"a": b"1"}, 2), 3), {"archive-times"}),
        ("a.a", ar({"a.o": b"1"}, 1), ar({"a.o": b"1"}, 2), {"archive-times"}),
        ("app", elf(build_id=b"\1" * 20), elf(build_id=b"\2" * 20), {"build-id", "not-loaded"}),
        ("app", elf(), elf(debug=b"debug"), {"build-id", "not-loaded"}),
        ("a.exe", pe(1), pe(2), {"pe-times"}),
        ("a.pyc", PYC + b"12345678code", PYC + b"87654321code", {"pyc-source"}),
        ("x.dist-info/WHEEL", b"Generator: a\nTag: b\n", b"Generator: c\nTag: b\n", {"generator"}),
        ("x.dist-info/METADATA", b"Metadata-Version: 2\nName: a\n\nx", b"Metadata-Version: 3\nName: a\n\nx",
         {"metadata-form"}),
        ("x.dist-info/RECORD", b"a,sha256=1,1\nb,,\n", b"b,,\na,sha256=2,1\n", {"record-digests"}),
        ("META-INF/MANIFEST.MF", b"A: 1\nBuilt-By: x\n  y\n", b"A: 1\r\nBuilt-By: z\r\n", {"manifest-build"}),
        ("m/pom.properties", b"#Mon\nv=1\n", b"#Tue\nv=1\n", {"properties-date"}),
    ],
)  # fmt: skip
def test_what_two_honest_builds_differ_in(
    tmp_path: Path, name: str, delivered: bytes, built: bytes, aside: set[str]
) -> None:
    finding = one(tmp_path, delivered, built, name)
    assert finding.result == "equal-but-for"
    assert finding.but_for <= aside
    assert finding.but_for


@pytest.mark.parametrize(
    ("name", "delivered", "built"),
    [
        ("a.zip", zipped({"a": b"1"}), zipped({"a": b"2"})),
        ("a.zip", zipped({"a": b"1"}, comment=b"x"), zipped({"a": b"1"})),
        ("a.zip", zipped({"a": b"1"}, mode=0o4755), zipped({"a": b"1"}, mode=0o755)),
        ("a.zip", zipped({"a": b"1"}, mode=0o755), zipped({"a": b"1"})),
        ("a.zip", zipped({"a": b"1", "evil": b""}), zipped({"a": b"1"})),
        ("a.zip", b"PK\3\4"[:0] + zipped({"a": b"1"}), tarred({"a": b"1"})),
        ("a.tar", tarred({"a": b"1"}) + b"payload", tarred({"a": b"1"})),
        ("a.a", ar({"a.o": b"12"}) + b"payload", ar({"a.o": b"12"})),
        ("a.tar", tarred({"a": b"1"}, mode=0o646), tarred({"a": b"1"})),
        ("a.tar", tarred({"a": b"1"}, pax={"SCHILY.xattr.security.capability": "x"}), tarred({"a": b"1"})),
        ("app", elf(code=b"\x90" * 31 + b"\xc3"), elf()),
        ("app", elf(behind=b"payload"), elf()),
        ("app", elf().replace(b"\x02\x00\x3e\x00", b"\x03\x00\x3e\x00", 1), elf()),
        ("app", elf(build_id=b"\x90" * 256), elf(build_id=b"\xcc" * 256)),  # code under the name of a digest
        ("a.exe", over_code(b"\x90" * 4), over_code(b"\xcc" * 4)),
        ("a.exe", pe(1), pe(1, b"\xcc" * 16)),
        ("a.exe", pe(1) + b"payload", pe(1)),
        ("a.pyc", PYC + b"12345678code", PYC + b"12345678evil"),
        ("a.pyc", PYC[:4] + b"\1\0\0\0" + b"12345678code", PYC[:4] + b"\1\0\0\0" + b"87654321code"),
        ("x.dist-info/RECORD", b"a,sha256=1,1\nevil,,\n", b"a,sha256=1,1\n"),
        ("META-INF/MANIFEST.MF", b"Main-Class: a\n", b"Main-Class: b\n"),
        ("a.txt", b"one", b"two"),
    ],
)  # fmt: skip
def test_what_is_never_put_aside(tmp_path: Path, name: str, delivered: bytes, built: bytes) -> None:
    finding = one(tmp_path, delivered, built, name)
    assert finding.result == "differs"
    assert finding.what


def test_a_payload_in_front_of_or_between_members_is_told(tmp_path: Path) -> None:
    plain = zipped({"a": b"1", "b": b"2"})
    assert one(tmp_path, b"PK\3\4" + plain, plain, "a.zip").result in ("differs", "")
    second = plain.index(b"PK\3\4", 4)
    hidden = bytearray(plain[:second] + b"payload" + plain[second:])
    directory = hidden.index(b"PK\1\2")
    struct.pack_into("<I", hidden, hidden.index(b"PK\1\2", directory + 4) + 42, second + 7)
    struct.pack_into("<I", hidden, len(hidden) - 6, directory)
    (tmp_path / "two").mkdir()
    assert one(tmp_path / "two", bytes(hidden), plain, "a.zip").result == "differs"


def test_members_are_told_one_by_one(tmp_path: Path) -> None:
    inner = zipped({"x": b"1", "y": b"2"})
    delivered = zipped({"same": b"", "lib/in.jar": inner, "gone": b"3", "z.so": elf()}, 2020)
    built = zipped(
        {"same": b"", "lib/in.jar": zipped({"x": b"1", "y": b"9"}), "new": b"", "z.so": elf(debug=b"d")}, 2021
    )
    findings = found(tmp_path, {"a.war": delivered}, {"out/a.war": built})
    assert {path: finding.result for path, finding in findings.items()} == {
        "a.war": "differs", "a.war!same": "equal", "a.war!lib/in.jar": "differs", "a.war!lib/in.jar!x": "equal",
        "a.war!lib/in.jar!y": "differs", "a.war!gone": "only-delivered", "a.war!new": "only-built",
        "a.war!z.so": "equal-but-for",
    }  # fmt: skip
    assert "gone (only-delivered)" in findings["a.war"].what


def test_licences_of_a_wheel_may_lie_in_another_folder_and_nothing_else(tmp_path: Path) -> None:
    record = "a-1.dist-info/{}LICENSE.txt,sha256=1,1\n"
    old = zipped({"a-1.dist-info/LICENSE.txt": b"1", "a-1.dist-info/RECORD": record.format("").encode()})
    new = zipped(
        {"a-1.dist-info/licenses/LICENSE.txt": b"1", "a-1.dist-info/RECORD": record.format("licenses/").encode()}
    )
    finding = one(tmp_path, old, new, "a.whl")
    assert finding.result == "equal-but-for"
    assert finding.but_for - ORDER == {"license-path", "record-digests"}
    changed = zipped({"a-1.dist-info/licenses/LICENSE.txt": b"2"})
    (tmp_path / "two").mkdir()
    assert one(tmp_path / "two", zipped({"a-1.dist-info/LICENSE.txt": b"1"}), changed, "a.whl").result == "differs"
    code = zipped({"a-1.dist-info/licenses/a.py": b"1"})
    (tmp_path / "three").mkdir()
    assert one(tmp_path / "three", zipped({"a-1.dist-info/a.py": b"1"}), code, "a.whl").result == "differs"


def test_counterparts_by_bytes_then_by_name_then_by_the_longest_end(tmp_path: Path) -> None:
    built = {"out/bin/app": b"app", "x/lib/data": b"1", "y/lib/data": b"2", "z/data": b"3", "unused": b""}
    findings = found(tmp_path, {"renamed": b"app", "opt/y/lib/data": b"9", "other": b"?"}, built)
    assert findings["renamed"] == Finding("renamed", "equal", "out/bin/app")
    assert findings["opt/y/lib/data"].built == "y/lib/data"
    assert findings["other"].result == "only-delivered"
    assert {path for path, one in findings.items() if one.result == "only-built"} == {"x/lib/data", "z/data", "unused"}


def test_a_package_is_held_against_the_folder_that_a_build_installs(tmp_path: Path) -> None:
    package = ar({
        "debian-binary": b"2.0\n",
        "data.tar.gz": gzipped(tarred({"./usr/bin/app": elf(), "./usr/share/man/app.1.gz": gzipped(b"man", 5)})),
    })  # fmt: skip
    findings = found(tmp_path, {"app.deb": package}, {"usr/bin/app": elf(), "usr/share/man/app.1": b"man"})
    assert {path: finding.result for path, finding in findings.items()} == {
        "app.deb!debian-binary": "only-delivered",
        "app.deb!data.tar.gz!usr/bin/app": "equal",
        "app.deb!data.tar.gz!usr/share/man/app.1.gz": "equal-but-for",
    }


def test_what_a_build_does_not_tell_of_stays_undecided(tmp_path: Path) -> None:
    linked = io.BytesIO()
    with tarfile.open(fileobj=linked, mode="w") as archive:
        link = tarfile.TarInfo("bin/sh")
        link.type, link.linkname = tarfile.SYMTYPE, "/bin/evil"
        archive.addfile(link)
        root = tarfile.TarInfo("bin/su")
        root.mode, root.size = 0o4755, 3
        archive.addfile(root, io.BytesIO(b"app"))
    findings = found(tmp_path, {"x.tar": linked.getvalue()}, {"bin/su": b"app"})
    assert findings["x.tar!bin/sh"].result == findings["x.tar!bin/su"].result == ""


@pytest.mark.parametrize(
    "content",
    [zipped({"a": b"1"})[:-9], gzipped(b"x" * 99)[:-5], gzipped(b"x") + b"payload", tarred({"a": b"1" * 999})[:600],
     ar({"a": b"12"})[:-1], bz2.compress(b"x" * 99)[:-3], lzma.compress(b"x") + b"payload"],
)  # fmt: skip
def test_a_damaged_archive_is_undecided_never_equal(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UndecidedError):
        opened(content, Budget())
    assert one(tmp_path, content, content + b"\0\1").result in ("", "differs")


def test_archives_in_archives_end(tmp_path: Path) -> None:
    nested = b"app"
    for _ in range(30):
        nested = tarred({"in": nested})
    (finding,) = found(tmp_path, {"x.tar": nested}, {}).values()
    assert (finding.result, finding.path.count("!")) == ("", 7)


def test_a_delivered_file_that_is_gone_is_undecided(tmp_path: Path) -> None:
    (finding,) = compare([Side("a", tmp_path / "gone")], [])
    assert (finding.result, finding.what) == ("", "it cannot be read: No such file or directory")


def test_a_name_that_stands_twice_is_undecided() -> None:
    twice = io.BytesIO()
    with tarfile.open(fileobj=twice, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("./a"))
    with pytest.raises(UndecidedError, match="two members"):
        opened(twice.getvalue(), Budget())


def test_a_bomb_ends_at_the_budget() -> None:
    with pytest.raises(UndecidedError, match="more is packed"):
        opened(zipped({"a": bytes(5000)}), Budget(bytes=4000))
    with pytest.raises(UndecidedError, match="more is packed"):
        opened(tarred({str(number): b"" for number in range(20)}), Budget(members=10))


@given(
    st.binary(max_size=200), st.sampled_from([elf(), pe(), zipped({"a": b"1"}), tarred({"a": b"1"}), ar({"a": b"1"})])
)
def test_no_bytes_break_reading_or_normal_forms(noise: bytes, seed: bytes) -> None:
    for content in (noise, seed[:40] + noise, noise.join([seed[:70], seed[70:]])):
        normal("a", content)
        try:
            opened(content, Budget(bytes=1 << 20, members=100))
        except UndecidedError:
            pass


@given(st.integers(0, len(elf(debug=b"debug")) - 1), st.integers(1, 255))
def test_no_changed_byte_of_loaded_code_is_put_aside(at: int, change: int) -> None:
    whole = elf(debug=b"debug")
    changed = bytearray(whole)
    changed[at] ^= change
    one, other = normal("a", whole), normal("a", bytes(changed))
    code = 64 + 2 * 56
    if code <= at < code + 32 or 16 <= at < 40 or 64 <= at < code:
        assert one.content != other.content


def test_object_files_put_nothing_aside() -> None:
    program = bytearray(elf())
    program[16] = 1
    assert not normal("a.o", bytes(program)).aside


def test_facts_and_attempts_of_a_process_of_its_own(tmp_path: Path) -> None:
    delivered = sides(tmp_path / "delivered", {"a": b"1", "b.zip": b"PK\3\4 damaged"})
    built = sides(tmp_path / "built", {"a": b"1", "b.zip": zipped({"a": b""})})
    facts, attempts = compared(delivered, built, "product")
    for fact in facts:
        check(fact)
    assert [(fact.subject.path, fact.value["result"]) for fact in facts] == [("a", "equal"), ("b.zip", None)]
    assert [(item.status, item.path) for item in attempts] == [("partial", "b.zip"), ("completed", "")]
