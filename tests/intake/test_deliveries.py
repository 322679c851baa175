import gzip
import lzma
import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.intake import Delivery, Intake, IntakeLimits, foreign, take_in

from . import deliveries as make
from .packing import reasons, tarred, walked, zipped

FILES = {"usr/lib/a.py": b"import hashlib\n", "usr/lib/empty.py": b"", "etc/" + "x" * 120 + ".c": b"int x;\n" * 3000}
HAS_LIBARCHIVE = bool(foreign.version())
needs_libarchive = pytest.mark.skipif(not HAS_LIBARCHIVE, reason=f"needs the Debian package {foreign.PACKAGE}")

WHOLE: dict[str, tuple[Callable[[Mapping[str, bytes]], bytes], str]] = {
    **{f"deb{end}": (partial(make.deb, packing=end), f"data.tar{end}!") for end in (".gz", ".xz", ".zst")},
    **{f"rpm{end}": (partial(make.rpm, packing=end), "") for end in make.PACKERS},
    "newc": (make.cpio, ""),
    "odc": (partial(make.cpio, odc=True), ""),
    "cpio.gz": (lambda files: gzip.compress(make.cpio(files)), ""),
    "apk": (make.alpine, ""),
    "gem": (make.gem, "data.tar.gz!"),
    "nupkg": (make.nupkg, ""),
    "npm": (make.npm, "package/"),
    "lzma": (lambda files: lzma.compress(tarred(files), format=lzma.FORMAT_ALONE), ""),
}
FOREIGN = {"7z": "7zip", "iso": "iso9660"}


def take(tmp_path: Path, content: bytes, name: str = "in") -> Intake:
    (tmp_path / name).write_bytes(content)
    return take_in(tmp_path / name, manifest=None, scratch=tmp_path / "scratch", limits=IntakeLimits())


@pytest.mark.parametrize("kind", WHOLE)
def test_every_package_gives_back_its_files_whatever_it_is_called(tmp_path: Path, kind: str) -> None:
    pack, prefix = WHOLE[kind]
    found, refused, _ = walked(tmp_path, pack(FILES), "notes.txt")
    assert {name: found.get(prefix + name) for name in FILES} == FILES
    assert refused == []


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("outer", ["zip", "tar.gz", "deb"])
def test_packages_inside_packages(tmp_path: Path, kind: str, outer: str) -> None:
    pack, prefix = WHOLE[kind]
    inner = {"opt/p-1.2": pack(FILES), "opt/z.md": b"z"}
    packed = {"zip": zipped, "tar.gz": lambda files: gzip.compress(tarred(files)), "deb": make.deb}[outer](inner)
    found, refused, _ = walked(tmp_path, packed)
    before = "data.tar.xz!" if outer == "deb" else ""
    assert {name: found.get(f"{before}opt/p-1.2!{prefix}{name}") for name in FILES} == FILES
    assert refused == []


@needs_libarchive
@pytest.mark.parametrize("kind", FOREIGN)
def test_what_libarchive_opens(tmp_path: Path, kind: str) -> None:
    packed = make.by_libarchive(FOREIGN[kind], FILES)
    found, refused, delivery = walked(tmp_path, packed, f"p.{kind}")
    assert found == FILES
    assert refused == []
    assert {member.locator.path.rpartition(".")[2] for member in delivery.members()} == {"all"}
    nested, refused, _ = walked(tmp_path, zipped({"d/p": packed, "a": tarred({"in": packed})}))
    assert {name.rpartition("!")[2]: content for name, content in nested.items()} == FILES
    assert sorted(nested) == sorted([f"d/p!{name}" for name in FILES] + [f"a!in!{name}" for name in FILES])


@needs_libarchive
def test_names_of_any_script_and_links_in_a_7z(tmp_path: Path) -> None:
    packed = make.by_libarchive("7zip", {"密码/я.py": b"1", "../up.py": b"2"})
    found, refused, _ = walked(tmp_path, packed)
    assert found == {"密码/я.py": b"1"}
    assert reasons(refused) == [("../up.py", "traversal")]


@needs_libarchive
def test_a_single_file_that_libarchive_unpacks_takes_the_archives_name(tmp_path: Path) -> None:
    lz4 = make.by_libarchive("raw", {"data": b"import os\n"}, "lz4")
    found, refused, _ = walked(tmp_path, lz4, "run.py.lz4")
    assert (found, refused) == ({"run.py": b"import os\n"}, [])
    found, refused, _ = walked(tmp_path, make.by_libarchive("raw", {"data": tarred(FILES)}, "lz4"), "t.tar.lz4")
    assert {name.rpartition("!")[2]: content for name, content in found.items()} == FILES


def test_without_libarchive_the_attempt_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBARCHIVE", str(tmp_path / "nowhere.so"))
    taken = take(tmp_path, zipped({"d/x.7z": b"7z\xbc\xaf\x27\x1c" + bytes(40), "a.py": b"1"}))
    assert [meta.path for meta in taken.artifact.files] == ["a.py", "d/x.7z"]
    (closed,) = [item for item in taken.attempts if item.status != "completed"]
    assert (closed.path, closed.status, closed.reason) == ("d/x.7z", "skipped", "not-unpacked")
    assert foreign.PACKAGE in closed.detail
    assert "crypto.use" in closed.kinds
    assert foreign.version() == ""


FIRMWARE = {
    "squashfs": b"hsqs", "cramfs": b"\x45\x3d\xcd\x28", "UBI": b"UBI#", "uImage": b"\x27\x05\x19\x56",
    "Android boot image": b"ANDROID!", "Android sparse image": b"\x3a\xff\x26\xed",
    "UEFI firmware volume": bytes(40) + b"_FVH", "romfs": b"-rom1fs-", "TRX": b"HDR0",
}  # fmt: skip


@pytest.mark.parametrize("format_", FIRMWARE)
def test_firmware_is_recognised_and_leaves_rules_open(tmp_path: Path, format_: str) -> None:
    taken = take(tmp_path, zipped({"fw/image": FIRMWARE[format_] + bytes(200), "a.py": b"1"}))
    (closed,) = [item for item in taken.attempts if item.status != "completed"]
    assert (closed.path, closed.format, closed.status, closed.reason) == (
        "fw/image",
        format_,
        "skipped",
        "not-unpacked",
    )
    assert "crypto.use" in closed.kinds


@pytest.mark.parametrize("name", ["fw.hex", "fw.itb", "fw.jffs2"])
def test_firmware_known_by_its_ending_is_never_inert(tmp_path: Path, name: str) -> None:
    heads = {"fw.hex": b":10010000214601360121470136007EFE09D2190140\r\n", "fw.itb": b"\xd0\x0d\xfe\xed" + bytes(60),
             "fw.jffs2": b"\x85\x19" + bytes(60)}  # fmt: skip
    taken = take(tmp_path, zipped({name: heads[name]}))
    assert taken.artifact.files[0].file_class in ("binary", "archive")


def test_the_scriptlets_of_an_rpm_are_examined(tmp_path: Path) -> None:
    scripts = {
        1024: b"openssl dgst -md5 /etc/gate\n",
        1023: b"print(1)",
        1085: b"<lua>",
        1025: b"",
        1026: b"x",
        1088: b"/x",
    }
    taken = take(tmp_path, make.rpm(FILES, scripts=scripts))
    found = {
        meta.path: (meta.format, meta.size, meta.scope) for meta in taken.artifact.files if "scriptlet" in meta.path
    }
    assert found == {
        "scriptlet/post.sh": ("Shell", 28, "shipped"),
        "scriptlet/pre.lua": ("Lua", 8, "shipped"),
        "scriptlet/postun": ("text", 1, "shipped"),
    }
    assert len(taken.artifact.files) == len(FILES) + 3
    clash = walked(tmp_path, make.rpm({"scriptlet/post.sh": b"1"}, scripts={1024: b"2"}))[0]
    assert clash == {"scriptlet/post.sh": b"2", "scriptlet/post.sh#2": b"1"}
    alone = make.rpm({}, "", scripts={1024: b"2"})[:-124] + b"zzzzzzzz" * 9
    assert walked(tmp_path, alone)[0].get("scriptlet/post.sh") == b"2"
    taken = take(tmp_path, make.rpm(FILES, scripts={1065: b"x"}))
    assert [(item.path, item.reason) for item in taken.attempts if item.status != "completed"] == [
        ("scriptlet/trigger", "not-unpacked")
    ]


# Links and special files of packages


def test_links_of_a_package_count_from_its_root_and_may_end_outside(tmp_path: Path) -> None:
    links = {
        "usr/bin/sh": "/bin/dash",
        "lib/a.py": "../usr/lib/a.py",
        "up.py": "../../usr/lib/a.py",
        "abs": "/usr/lib/a.py",
    }
    data = make.layer(FILES, links)
    taken = take(tmp_path, make.ar({"debian-binary": b"2.0\n", "data.tar.gz": gzip.compress(data)}))
    rest = [item for item in taken.attempts if item.status != "completed"]
    assert [(item.path, item.reason, item.kinds) for item in rest] == [("data.tar.gz!usr/bin/sh", "link-out", ())]


def test_the_tar_of_an_installed_system_is_a_file_system(tmp_path: Path) -> None:
    links = {"bin": "usr/bin", "etc/mtab": "/proc/self/mounts", "etc/alternatives/awk": "/usr/bin/mawk"}
    taken = take(
        tmp_path, make.layer({"usr/bin/mawk": b"", "./usr/lib/os-release": b"ID=x\n", "opt/tests/a.py": b""}, links)
    )
    rest = [(item.path, item.reason, item.kinds) for item in taken.attempts if item.status != "completed"]
    assert rest == [("etc/mtab", "link-out", ())]
    assert {meta.logical: meta.scope_from for meta in taken.artifact.files}["opt/tests/a.py"] == "root file system"


def test_devices_in_a_package_are_recorded_and_lose_nothing(tmp_path: Path) -> None:
    taken = take(tmp_path, make.cpio({"dev/console": b""}, mode=0o020600)[:-124] + make.cpio({"a.py": b"1"}))
    rest = [item for item in taken.attempts if item.status != "completed"]
    assert [(item.path, item.reason, item.kinds) for item in rest] == [("dev/console", "special", ())]


def test_a_compressed_archive_behind_a_plain_one(tmp_path: Path) -> None:
    """The first file system of a Linux kernel: microcode, then the rest, compressed."""
    packed = make.cpio({"kernel/early.bin": b"\x01\x02\x80"}) + bytes(512)
    found, refused, _ = walked(tmp_path, packed + gzip.compress(make.cpio({"init": b"#!/bin/sh\n"})), "initrd.img")
    assert found == {"kernel/early.bin": b"\x01\x02\x80", "behind-the-trailer!init": b"#!/bin/sh\n"}
    found, refused, _ = walked(tmp_path, packed + make.cpio({"init": b"1"}), "initrd.img")
    assert (list(found), refused) == (["kernel/early.bin", "init"], [])


# Damage and lies


@pytest.mark.parametrize("kind", WHOLE)
def test_what_a_truncated_package_still_holds_is_examined(tmp_path: Path, kind: str) -> None:
    pack, _ = WHOLE[kind]
    files = {f"{number}.py": os.urandom(150_000) for number in range(12)}
    whole = pack(files)
    found, refused, _ = walked(tmp_path, whole[: int(len(whole) * 0.8)])
    names = {path.rpartition("!")[2].rpartition("/")[2]: content for path, content in found.items()}
    assert len(names.keys() & files.keys()) >= 1 or kind in ("rpm.bz2", "gem")
    assert all(files.get(name, content) == content for name, content in names.items())
    assert refused
    assert all(attempt.path for attempt in refused)


@needs_libarchive
def test_a_truncated_disc_gives_what_it_has(tmp_path: Path) -> None:
    files = {f"{number}.py": os.urandom(100_000) for number in range(10)}
    whole = make.by_libarchive("iso9660", files)
    found, refused, _ = walked(tmp_path, whole[: len(whole) * 2 // 3], "d.iso")
    assert 2 <= len(found.keys() & files.keys()) < 10
    assert "damaged" in {item.reason for item in refused}
    found, refused, _ = walked(tmp_path, make.by_libarchive("7zip", files)[:500_000], "x.7z")
    assert reasons(refused)[0] == ("x.7z", "damaged")


LIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "ar size": (
        lambda: make.ar({"debian-binary": b"2.0\n", "x": b"1"}).replace(b"4         `", b"999999999 `"),
        "damaged",
    ),
    "ar size is no number": (
        lambda: make.ar({"debian-binary": b"2.0\n"}).replace(b"4         `", b"-4        `"),
        "damaged",
    ),
    "rpm header": (lambda: make.rpm(FILES)[:104] + b"\xff\xff\xff\xff" + make.rpm(FILES)[108:], "damaged"),
    "rpm without payload": (lambda: make.rpm({}, "")[:180], "damaged"),
    "rpm of another payload": (lambda: make.rpm({}, "")[:-124] + b"zzzzzzzz" * 9, "not-unpacked"),
    "cpio size": (lambda: make.cpio({"a.py": b"1234"}).replace(b"00000004", b"7FFFFFFF", 1), "damaged"),
    "cpio name": (lambda: make.cpio({"a.py": b"1234"}).replace(b"00000005", b"7FFFFFFF", 1), "damaged"),
    "cpio no number": (lambda: make.cpio({"a.py": b"1234"}).replace(b"00000004", b"0000xx04", 1), "damaged"),
}


@pytest.mark.parametrize("lie", LIES)
def test_lies_of_packages_are_attempts(tmp_path: Path, lie: str) -> None:
    content, reason = LIES[lie]
    _, refused, _ = walked(tmp_path, zipped({"p": content(), "good.py": b"1"}))
    assert reason in {item.reason for item in refused}, reasons(refused)
    assert all(item.path.startswith("p") for item in refused)


LIMITS = IntakeLimits(total_bytes=1 << 20, member_bytes=1 << 19, ratio=100, ratio_above=1 << 17, entries=50)


@pytest.mark.parametrize("kind", [kind for kind in WHOLE if kind not in ("newc", "odc", "rpm")])
def test_bombs_in_packages(tmp_path: Path, kind: str) -> None:
    pack, _ = WHOLE[kind]
    _, refused, _ = walked(tmp_path, pack({"bomb.c": bytes(4 << 20)}), limits=LIMITS)
    assert "bomb" in {item.reason for item in refused}
    assert sum(path.stat().st_size for path in (tmp_path / "scratch").glob("*")) < 2 << 20
    _, refused, _ = walked(tmp_path, pack({f"{number}.c": b"" for number in range(200)}), limits=LIMITS)
    assert "too-many" in {item.reason for item in refused}


@needs_libarchive
@pytest.mark.parametrize("kind", FOREIGN)
def test_bombs_behind_libarchive(tmp_path: Path, kind: str) -> None:
    bomb = make.by_libarchive(FOREIGN[kind], {"a.py": b"1", "bomb.c": bytes(4 << 20)})
    _, refused, _ = walked(tmp_path, bomb, limits=LIMITS)
    assert ("bomb.c", "bomb") in reasons(refused)
    assert sum(path.stat().st_size for path in (tmp_path / "scratch").glob("*")) < 2 << 20
    many = make.by_libarchive(FOREIGN[kind], {f"{number}.c": b"" for number in range(200)})
    _, refused, _ = walked(tmp_path, many, limits=LIMITS)
    assert "too-many" in {item.reason for item in refused}


def test_a_package_counts_one_level_whatever_lies_in_it(tmp_path: Path) -> None:
    content = b"1"
    for number in range(7):
        content = make.deb({f"{number}.bin": content, "beside.py": b"2"})
    found, refused, _ = walked(tmp_path, content)
    assert len([path for path in found if path.endswith("beside.py")]) == 5
    assert [item.reason for item in refused] == ["nested-too-deep"]


SMALL = {"d/a.py": b"import os\n" * 4, "e": b"", "b.zip": zipped({"c.c": b"int x;"})}
LAYERS = [
    make.layer({"a.py": b"1", "d/b.py": b"2"}, {"l": "/d"}),
    make.layer({"a.py": None, "d/": None, "l/c.py": b"3"}),
]
VALID = (
    *(pack(SMALL) for pack, _ in WHOLE.values()),
    make.docker_save(LAYERS),
    tarred(make.oci_files(LAYERS)),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(VALID), st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8), st.data())
def test_no_damage_crashes_intake_or_makes_it_write_elsewhere(
    tmp_path: Path, content: bytes, changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    survives(tmp_path, content, changes, data.draw(st.integers(0, 80)))


@needs_libarchive
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(sorted(FOREIGN.values())),
    st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), max_size=8),
    st.integers(0, 80),
)
def test_no_damage_behind_libarchive_crashes_intake(
    tmp_path: Path, kind: str, changes: list[tuple[int, int]], cut: int
) -> None:
    survives(tmp_path, make.by_libarchive(kind, SMALL), changes, cut)


def survives(tmp_path: Path, content: bytes, changes: list[tuple[int, int]], cut: int) -> None:
    mutated = bytearray(content)
    for at, byte in changes:
        mutated[at % len(mutated)] = byte
    folder = tmp_path / "only"
    folder.mkdir(exist_ok=True)
    (folder / "in.bin").write_bytes(mutated[: len(mutated) - cut])
    limits = IntakeLimits(total_bytes=1 << 22, member_bytes=1 << 21)
    taken = take_in(folder, manifest=None, scratch=tmp_path / "scratch", limits=limits)
    delivery = Delivery(folder, tmp_path / "scratch", limits)
    for member in delivery.members():
        try:
            with delivery.open(member) as stream:
                assert len(stream.read()) <= max(member.size, len(content))
        except OSError:
            pass
    assert delivery.budget.expanded <= limits.total_bytes
    assert taken.artifact.files
    assert {path.name for path in tmp_path.iterdir()} <= {"only", "scratch"}
    assert {path.name for path in folder.iterdir()} == {"in.bin"}


def test_zstd_payload_of_several_frames(tmp_path: Path) -> None:
    tar = tarred(FILES)
    packed = zstandard.compress(tar[:9000]) + zstandard.compress(tar[9000:])
    found, refused, _ = walked(tmp_path, make.ar({"debian-binary": b"2.0\n", "data.tar.zst": packed}), "x.deb")
    assert {name: found[f"data.tar.zst!{name}"] for name in FILES} == FILES
    assert refused == []
