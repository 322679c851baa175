import bz2
import gzip
import io
import lzma
import os
import random
import socket
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.intake import Delivery, IntakeLimits, open_locator
from assay.intake.entries import kinds_for
from assay.intake.inflate import BadContentError

from .packing import RawZip, link, reasons, tar_of, tarred, walked, zipped

FILES = {"src/a.py": b"import hashlib\n", "b/" + "x" * 120 + ".c": b"int x;\n" * 5000, "empty.java": b""}
PACKERS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "zip": zipped,
    "stored": lambda files: zipped(files, zipfile.ZIP_STORED),
    "zip-bzip2": lambda files: zipped(files, zipfile.ZIP_BZIP2),
    "zip-lzma": lambda files: zipped(files, zipfile.ZIP_LZMA),
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.bz2": lambda files: bz2.compress(tarred(files)),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
    "tar.zst": lambda files: zstandard.compress(tarred(files)),
}


@pytest.mark.parametrize("packer", PACKERS)
def test_every_archive_gives_back_its_files_whatever_it_is_called(tmp_path: Path, packer: str) -> None:
    found, refused, _ = walked(tmp_path, PACKERS[packer](FILES), "notes.txt")
    assert found == FILES
    assert refused == []


@pytest.mark.parametrize("inner", PACKERS)
@pytest.mark.parametrize("outer", ["zip", "stored", "tar", "tar.gz"])
def test_archives_inside_archives(tmp_path: Path, inner: str, outer: str) -> None:
    found, refused, _ = walked(tmp_path, PACKERS[outer]({"lib/in": PACKERS[inner](FILES), "z.md": b"z"}))
    assert found == {"z.md": b"z"} | {f"lib/in!{name}": content for name, content in FILES.items()}
    assert refused == []


class _Pipe(io.RawIOBase):
    """A place to write to that cannot be rewound: zipfile then puts sizes behind the data."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        self.written += bytes(content)  # type: ignore[call-overload]
        return len(content)  # type: ignore[arg-type]


def test_streamed_wide_prefixed_and_commented_zips(tmp_path: Path) -> None:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"PK\5\6 not the end"
        for name, content in FILES.items():
            with archive.open(name, "w", force_zip64=name.endswith(".c")) as stream:
                stream.write(content)
    for content in (pipe.written, b"#!/bin/sh\nexec java -jar $0\n" + pipe.written):
        found, refused, _ = walked(tmp_path, content, "x.zip")
        assert found == FILES
        assert refused == []


def test_a_stored_zip_is_read_in_place_and_a_tar_is_expanded_once(tmp_path: Path) -> None:
    _, _, delivery = walked(tmp_path, tarred({"a.zip": zipped(FILES, zipfile.ZIP_STORED)}))
    assert not (tmp_path / "scratch").exists()
    assert {member.locator.path for member in delivery.members()} == {str(tmp_path / "product.bin")}
    walked(tmp_path, gzip.compress(tarred({f"{number}.py": b"x" for number in range(50)})), "other.tgz")
    assert len(list((tmp_path / "scratch").iterdir())) == 1


def test_single_compressed_files_take_the_name_without_the_ending(tmp_path: Path) -> None:
    found, _, _ = walked(tmp_path, gzip.compress(b"import os\n"), "run.py.gz")
    assert found == {"run.py": b"import os\n"}
    found, _, _ = walked(tmp_path, tarred({"d/run.py.xz": lzma.compress(b"x=1\n")}))
    assert found == {"d/run.py.xz!run.py": b"x=1\n"}
    found, _, _ = walked(tmp_path, b"print(1)\n", "one.py")
    assert found == {"one.py": b"print(1)\n"}


def test_joined_members_are_read_to_the_end_and_foreign_bytes_behind_them_are_reported(tmp_path: Path) -> None:
    for pack in (gzip.compress, bz2.compress, lzma.compress, zstandard.compress):
        found, refused, _ = walked(tmp_path, pack(b"one ") + pack(b"two"), "x.txt.gz")
        assert (found, refused) == ({"x.txt": b"one two"}, [])
    found, refused, _ = walked(tmp_path, gzip.compress(b"one") + b"#!/bin/sh", "x.txt.gz")
    assert found == {"x.txt": b"one"}
    assert reasons(refused) == [("x.txt.gz", "damaged")]


def test_a_zip_behind_an_executable_or_a_script_is_opened(tmp_path: Path) -> None:
    found, _, _ = walked(tmp_path, b"#!/usr/bin/env python3\n" + zipped({"__main__.py": b"1"}), "app.pyz")
    assert found == {"__main__.py": b"1"}
    found, _, _ = walked(tmp_path, b"MZ" + bytes(62) + zipped({"a.py": b"1"}), "setup.exe")
    assert found["a.py"] == b"1"
    assert "setup.exe" in found


NAMES = [
    b"../../etc/passwd",
    b"/etc/passwd",
    b"C:\\evil.py",
    b"a/../../b.py",
    b"..\\..\\evil.py",
    b"\\\\host\\x",
    b"a\0.py",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_leave_are_refused_and_the_rest_is_examined(tmp_path: Path, name: bytes) -> None:
    found, refused, _ = walked(tmp_path, RawZip().add(name, b"x").add(b"good.py", b"y").bytes())
    assert found == {"good.py": b"y"}
    assert [attempt.reason for attempt in refused] == ["traversal"]
    assert refused[0].kinds == kinds_for("unknown")
    if b"\0" not in name:
        item = tarfile.TarInfo(name.decode())
        found, refused, _ = walked(tmp_path, tar_of(item, tarfile.TarInfo("good.py"), content=b"y"))
        assert found == {"good.py": b"y"}
        assert [attempt.reason for attempt in refused] == ["traversal"]


def test_names_keep_their_bytes(tmp_path: Path) -> None:
    gbk = "测试/密码.py".encode("gbk")
    raw = RawZip().add(gbk, b"1").add("测试.py".encode(), b"2").add(b"a\\b.py", b"3").add(b"a\\x5cb.py", b"4")
    found, _, _ = walked(tmp_path, raw.bytes())
    assert found == {
        "\\xb2\\xe2\\xca\\xd4/\\xc3\\xdc\\xc2\\xeb.py": b"1",
        "测试.py": b"2",
        "a\\x5cb.py": b"3",
        "a\\x5cx5cb.py": b"4",
    }


def test_duplicates_are_all_examined_and_said(tmp_path: Path) -> None:
    raw = RawZip().add(b"a.py", b"1").add(b"./a.py", b"2").add(b"a.py#2", b"3").add(b"a.py", b"4")
    found, refused, _ = walked(tmp_path, raw.bytes())
    assert sorted(found.values()) == [b"1", b"2", b"3", b"4"]
    assert found["a.py"] == b"1"
    assert {attempt.reason for attempt in refused} == {"duplicate-name"}
    (tmp_path / "twice.zip").write_bytes(raw.bytes())
    seen = {item.member.path: item.identity for item in Delivery(tmp_path / "twice.zip", tmp_path / "s").walk()}
    assert {path: item.file_class for path, item in seen.items()} == {
        "a.py": "source", "a.py#2": "source", "a.py#2#2": "unknown", "a.py#3": "source"}  # fmt: skip
    found, refused, _ = walked(tmp_path, tar_of(tarfile.TarInfo("a.py"), tarfile.TarInfo("a.py"), content=b"x"))
    assert list(found) == ["a.py", "a.py#2"]
    assert [(item.status, item.reason) for item in refused] == [("partial", "duplicate-name")]


def test_links_inside_add_nothing_and_links_out_are_refused(tmp_path: Path) -> None:
    items = (
        tarfile.TarInfo("d/real.py"), link("d/again.py", "real.py"), link("also.py", "d/again.py"), link("dir", "d"),
        link("hard.py", "d/real.py", tarfile.LNKTYPE), link("d/up.py", "../d/real.py"),
        link("out.py", "../../etc/passwd"), link("abs.py", "/etc/passwd"), link("gone.py", "nowhere.py"),
        link("one", "two"), link("two", "one"), link("d/loop", ".."), link("hard-out", "../x", tarfile.LNKTYPE),
    )  # fmt: skip
    found, refused, _ = walked(tmp_path, tar_of(*items, content=b"x"))
    assert found == {"d/real.py": b"x"}
    assert sorted(reasons(refused)) == [
        (name, "link-out") for name in ("abs.py", "d/loop", "gone.py", "hard-out", "one", "out.py", "two")
    ]
    raw = RawZip().add(b"a.py", b"x").add(b"in", b"a.py", mode=0o120777).add(b"out", b"/etc/passwd", mode=0o120777)
    found, refused, _ = walked(tmp_path, raw.bytes())
    assert (found, reasons(refused)) == ({"a.py": b"x"}, [("out", "link-out")])


def test_a_folder_with_links_devices_and_version_control(tmp_path: Path) -> None:
    root = tmp_path / "product"
    (root / "d").mkdir(parents=True)
    (root / ".git" / "objects").mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (root / "sub").mkdir()
    (root / "sub" / ".git").write_text("gitdir: ../.git/modules/sub\n")
    (root / "d" / "a.py").write_text("x")
    (root / "d" / "in.py").symlink_to("a.py")
    (root / "out.py").symlink_to("/etc/passwd")
    (root / "gone.py").symlink_to("nowhere")
    (root / "self").symlink_to("self")
    (root / "d" / "up").symlink_to("..")
    (root / "head").symlink_to(".git/HEAD")
    os.mkfifo(root / "pipe")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(root / "socket"))
    listener.close()
    (tmp_path / "product" / "old.assay").mkdir()
    (tmp_path / "product" / "old.assay" / "facts").write_text("{}")
    (root / os.fsdecode("密码.py".encode("gbk"))).write_text("y")
    delivery = Delivery(root, tmp_path / "scratch", None, [root / "old.assay"])
    assert [member.path for member in delivery.members()] == ["\\xc3\\xdc\\xc2\\xeb.py", "d/a.py"]
    assert sorted(reasons(delivery.refused)) == [
        (".git", "left-out"), ("d/up", "link-out"), ("gone.py", "link-out"), ("head", "link-out"),
        ("old.assay", "left-out"), ("out.py", "link-out"), ("pipe", "special"), ("self", "link-out"),
        ("socket", "special"), ("sub/.git", "left-out"),
    ]  # fmt: skip
    assert all(attempt.kinds == () for attempt in delivery.refused if attempt.reason == "left-out")


def test_a_folder_called_git_that_is_none_is_examined(tmp_path: Path) -> None:
    (tmp_path / "p" / ".git").mkdir(parents=True)
    (tmp_path / "p" / ".git" / "hidden.py").write_text("x")
    assert [member.path for member in Delivery(tmp_path / "p", tmp_path / "s").members()] == [".git/hidden.py"]
    found, refused, _ = walked(tmp_path, zipped({"w/.git/HEAD": b"ref", "w/.git/objects/1": b"x", "w/a.py": b"1"}))
    assert (list(found), reasons(refused)) == (["w/a.py"], [("w/.git", "left-out")])
    assert refused[0].files == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "p" / "closed").mkdir(parents=True)
    (tmp_path / "p" / "a.py").write_text("x")
    (tmp_path / "p" / "a.py").chmod(0)
    (tmp_path / "p" / "closed").chmod(0)
    delivery = Delivery(tmp_path / "p", tmp_path / "s")
    assert list(delivery.members()) == []
    assert sorted(reasons(delivery.refused)) == [("a.py", "unreadable"), ("closed", "unreadable")]


def test_a_file_that_cannot_be_opened_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text("x")
    (tmp_path / "p" / "b.py").write_text("x")
    opened = os.open

    def closed(path: str, flags: int, *rest: int) -> int:
        if str(path).endswith("a.py"):
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, *rest)

    monkeypatch.setattr(os, "open", closed)
    delivery = Delivery(tmp_path / "p", tmp_path / "s")
    assert [member.path for member in delivery.members()] == ["b.py"]
    assert [(item.path, item.reason, item.detail) for item in delivery.refused] == [
        ("a.py", "unreadable", "Permission denied")
    ]


LIMITS = IntakeLimits(total_bytes=1 << 20, member_bytes=1 << 19, ratio=100, ratio_above=1 << 17)


def test_bombs_are_stopped_by_size_ratio_and_total(tmp_path: Path) -> None:
    for bomb in (b"\0" * (1 << 20), b"\0" * (1 << 18)):
        found, refused, _ = walked(tmp_path, zipped({"bomb.c": bomb, "good.py": b"1"}), limits=LIMITS)
        assert (found, reasons(refused)) == ({"good.py": b"1"}, [("bomb.c", "bomb")])
    many = {f"{number}.c": os.urandom(300_000) for number in range(5)}
    found, refused, _ = walked(tmp_path, zipped(many), limits=LIMITS)
    assert (len(found), {item.reason for item in refused}) == (3, {"bomb"})
    for pack in (gzip.compress, bz2.compress, lzma.compress, zstandard.compress):
        found, refused, _ = walked(tmp_path, pack(tarred({"a.py": b"1", "big": bytes(1 << 22)})), "x.tgz", LIMITS)
        assert found["a.py"] == b"1"
        assert ("x.tgz", "bomb") in reasons(refused)
        assert sum(path.stat().st_size for path in (tmp_path / "scratch").iterdir()) < 2 << 20


def test_a_lying_size_cannot_become_a_bomb(tmp_path: Path) -> None:
    raw = RawZip().add(b"a.py", b"\0" * (64 << 20), size=5000).add(b"small.py", b"x" * 900, size=10).bytes()
    path = tmp_path / "x.zip"
    path.write_bytes(raw)
    delivery = Delivery(path, tmp_path / "s")
    (member,) = delivery.members()
    assert reasons(delivery.refused) == [("small.py", "damaged")]
    with pytest.raises(BadContentError, match="longer"), delivery.open(member) as stream:
        stream.read()


def test_overlapping_entries_are_refused(tmp_path: Path) -> None:
    raw = RawZip().add(b"a.py", os.urandom(2000))
    for number in range(50):
        raw.add(f"{number}.py".encode(), b"", method=0, at=0)
    found, refused, _ = walked(tmp_path, raw.bytes())
    assert list(found) in (["a.py"], [])
    assert {item.reason for item in refused} == {"lying-header"}
    assert len(refused) >= 50


LIES = {
    "name": {"local_name": b"b.py"},
    "size": {"local_size": 5},
    "method": {"local_method": 0},
    "crc": {"crc": 1},
    "encrypted": {"flags": 1},
    "strange": {"method": 97},
}
TOLD = {"name": "lying-header", "size": "lying-header", "method": "lying-header", "crc": "damaged",
        "encrypted": "encrypted", "strange": "not-unpacked"}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lies_and_locks_cost_one_entry(tmp_path: Path, lie: str) -> None:
    raw = RawZip().add(b"good.py", b"1").add(b"a.py", b"evil", **LIES[lie]).add(b"last.py", b"2")  # type: ignore[arg-type]
    found, refused, _ = walked(tmp_path, raw.bytes())
    assert found == {"good.py": b"1", "last.py": b"2"}
    assert reasons(refused) == [("a.py", TOLD[lie])]


def test_an_entry_that_the_directory_hides_is_reported(tmp_path: Path) -> None:
    raw = RawZip().add(b"hidden.py", b"evil")
    raw.directory, raw.count = b"", 0
    found, refused, _ = walked(tmp_path, raw.add(b"a.py", b"1").bytes())
    assert (found, reasons(refused)) == ({"a.py": b"1"}, [("hidden.py", "lying-header")])
    found, refused, _ = walked(tmp_path, RawZip().add(b"a.py", b"1").bytes(count=7))
    assert (found, [item.reason for item in refused]) == ({"a.py": b"1"}, ["lying-header"])


def test_a_bad_checksum_of_a_large_member_shows_when_it_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(RawZip().add(b"a.py", os.urandom(3 << 20), crc=1).bytes())
    (member,) = Delivery(tmp_path / "x.zip", tmp_path / "s").members()
    with open_locator(member.locator) as stream:
        assert len(stream.read(1 << 16)) == 1 << 16
        with pytest.raises(BadContentError, match="checksum"):
            stream.read()


@pytest.mark.parametrize("packer", ["zip", "stored", "tar", "tar.gz", "tar.xz", "tar.zst", "tar.bz2"])
def test_what_a_truncated_archive_still_holds_is_examined(tmp_path: Path, packer: str) -> None:
    files = {f"{number}.py": os.urandom(200_000) for number in range(12)}  # bzip2 works in blocks of 900 kB
    whole = PACKERS[packer](files)
    found, refused, _ = walked(tmp_path, whole[: len(whole) - 50_000])
    assert 3 < len(found) < 12
    assert found.items() <= files.items()
    assert "damaged" in {item.reason for item in refused}
    assert all(item.status == "failed" for item in refused)


def test_an_archive_of_which_nothing_is_left_stays_a_file_of_the_delivery(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, tmp_path / "scratch")
    (tmp_path / "x.zip").write_bytes(b"PK\3\4" + random.Random(1).randbytes(100))
    (tmp_path / "x.gz").write_bytes(b"\x1f\x8b\x08" + random.Random(2).randbytes(100))
    seen = list(delivery.walk())
    assert [(item.member.path, item.identity.file_class) for item in seen] == [
        ("x.gz", "archive"),
        ("x.zip", "archive"),
    ]
    assert {item.path for item in delivery.refused} >= {"x.gz", "x.zip"}


def test_devices_sparse_files_and_giant_headers_in_a_tar(tmp_path: Path) -> None:
    device = tarfile.TarInfo("dev")
    device.type = tarfile.CHRTYPE
    pax = tarfile.TarInfo("sparse.img")
    pax.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.realsize": "99999999999"}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(device)
        archive.addfile(pax)
        giant = tarfile.TarInfo("giant")
        giant.type, giant.size = tarfile.XHDTYPE, 2 << 20
        archive.fileobj.write(giant.tobuf() + bytes(2 << 20))
        archive.addfile(tarfile.TarInfo("good.py"))
    found, refused, _ = walked(tmp_path, out.getvalue())
    assert list(found) == ["good.py"]
    assert reasons(refused) == [("dev", "special"), ("sparse.img", "not-unpacked"), ("giant", "bomb")]


def test_bytes_behind_the_end_of_a_tar_are_reported_and_entries_among_them_read(tmp_path: Path) -> None:
    found, refused, _ = walked(tmp_path, tarred({"a.py": b"1"}) + tarred({"b.py": b"2"}))
    assert (found, [item.reason for item in refused]) == ({"a.py": b"1", "b.py": b"2"}, ["lying-header"])
    found, refused, _ = walked(tmp_path, tarred({"a.py": b"1"}) + b"no header" + bytes(600))
    assert (found, [item.reason for item in refused]) == ({"a.py": b"1"}, ["lying-header"])


def test_depth_and_counts_are_limited(tmp_path: Path) -> None:
    inner = zipped({"deep.py": b"1"})
    for _ in range(6):
        inner = zipped({"in.zip": inner, "beside.py": b"2"})
    found, refused, _ = walked(tmp_path, inner)
    assert len([path for path in found if path.endswith("beside.py")]) == 5
    assert [item.reason for item in refused] == ["nested-too-deep"]
    few = IntakeLimits(entries=10)
    for packer in ("zip", "tar"):
        found, refused, _ = walked(tmp_path, PACKERS[packer]({f"{n}.py": b"" for n in range(50)}), limits=few)
        assert (len(found), [item.reason for item in refused]) == (10, ["too-many"])
    found, refused, _ = walked(tmp_path, zipped({f"../{n}": b"" for n in range(50)}), limits=few)
    assert [item.reason for item in refused].count("too-many") == 1
    assert len(refused) == 11


def test_an_archive_of_too_many_entries_hides_no_file_that_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    (folder / "many.zip").write_bytes(zipped({f"{n}.py": b"" for n in range(50)}))
    (folder / "z.py").write_bytes(b"1")
    delivery = Delivery(folder, tmp_path / "scratch", IntakeLimits(entries=10))
    found = [member.path for member in delivery.members()]
    assert (len(found), found[-1]) == (11, "z.py")
    assert reasons(delivery.refused) == [("many.zip", "too-many")]


VALID = tuple(
    PACKERS[packer]({"d/a.py": b"import os\n" * 40, "b.zip": zipped({"c.c": b"int x;"}), "e": b""})
    for packer in ("zip", "stored", "tar", "tar.gz", "tar.xz", "tar.zst")
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8), st.data())
def test_no_damage_crashes_intake_or_makes_it_write_elsewhere(
    tmp_path: Path, archive: bytes, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    mutated = bytearray(archive)
    for at, byte in changes:
        mutated[at % len(mutated)] = byte
    cut = data.draw(st.integers(0, 60))
    content = bytes(mutated[: len(mutated) - cut])
    folder = tmp_path / "only"
    folder.mkdir(exist_ok=True)
    (folder / "in.bin").write_bytes(content)
    delivery = Delivery(folder, tmp_path / "scratch", IntakeLimits(total_bytes=1 << 22, member_bytes=1 << 21))
    for member in delivery.members():
        try:
            with delivery.open(member) as stream:
                assert len(stream.read()) <= max(member.size, len(content))
        except OSError:
            pass
    assert {path.name for path in tmp_path.iterdir()} <= {"only", "scratch"}
    assert {path.name for path in folder.iterdir()} == {"in.bin"}
