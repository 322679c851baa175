import gzip
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from assay.core.examination import FileMeta
from assay.intake import Intake, IntakeLimits, take_in
from assay.intake.images import Image, Layers, effective

from . import deliveries as make
from .packing import tarred, zipped

JAR = zipped({"META-INF/MANIFEST.MF": b"", "org/tests/A.class": b"\xca\xfe\xba\xbe\0\0\0\x34"})
BASE = make.layer(
    {
        "usr/lib/a.py": b"old",
        "usr/lib/b.py": b"b",
        "opt/app/c.py": b"c",
        "opt/app/x-1.0.jar": JAR,
        "etc/tests/d.py": b"d",
    },
    {"lib": "usr/lib"},
)
UPPER = make.layer(
    {
        "lib/a.py": b"new",
        "opt/app/": None,
        "opt/app/e.py": b"e",
        "etc/tests/d.py": None,
        "usr/share/doc/p/examples/f.py": b"f",
    }
)


def take(tmp_path: Path, content: bytes | Mapping[str, bytes], name: str = "image-1.0.tar") -> Intake:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        make.written(path, content)
    return take_in(path, manifest=None, scratch=tmp_path / "scratch", limits=IntakeLimits())


def by_logical(taken: Intake) -> dict[str, FileMeta]:
    return {meta.logical: meta for meta in taken.artifact.files if "!" in meta.logical}


FORMS: dict[str, Callable[[], bytes | Mapping[str, bytes]]] = {
    "docker save": lambda: make.docker_save([BASE, UPPER]),
    "OCI tar": lambda: tarred(make.oci_files([BASE, UPPER])),
    "OCI tar, zst": lambda: tarred(make.oci_files([BASE, UPPER], ".zst")),
    "OCI tar, plain": lambda: tarred(make.oci_files([BASE, UPPER], "")),
    "OCI folder": lambda: make.oci_files([BASE, UPPER]),
    "both in one": lambda: tarred(
        {
            **(files := make.oci_files([BASE, UPPER])),
            "manifest.json": json.dumps([{"Config": "x", "Layers": layers_of(files)}]).encode(),
        }
    ),
}


def layers_of(files: Mapping[str, bytes]) -> list[str]:
    return [name for name, content in files.items() if content[:2] == b"\x1f\x8b"]


@pytest.mark.parametrize("form", FORMS)
def test_the_effective_file_system_ships_and_what_lies_below_is_examined(tmp_path: Path, form: str) -> None:
    taken = take(tmp_path, FORMS[form]())
    found = {path: meta.scope for path, meta in by_logical(taken).items()}
    assert found == {
        "lower layer!usr/lib/a.py": "build",
        "rootfs!lib/a.py": "shipped",
        "rootfs!usr/lib/b.py": "shipped",
        "lower layer!opt/app/c.py": "build",
        "lower layer!opt/app/x.jar!META-INF/MANIFEST.MF": "build",
        "lower layer!opt/app/x.jar!org/tests/A.class": "build",
        "rootfs!opt/app/e.py": "shipped",
        "lower layer!etc/tests/d.py": "build",
        "rootfs!usr/share/doc/p/examples/f.py": "example",
    }
    assert [item for item in taken.attempts if item.status != "completed"] == []
    hidden = by_logical(taken)["lower layer!opt/app/c.py"]
    upper = by_logical(taken)["rootfs!opt/app/e.py"]
    assert upper.path.partition("!")[0] in hidden.scope_from
    assert hidden.path.startswith(hidden.path.partition("!")[0])
    assert upper.scope_from == "image layer"


def test_a_file_that_one_of_two_images_ships_is_shipped(tmp_path: Path) -> None:
    top = make.layer({"usr/lib/b.py": None})
    both = make.docker_save([BASE, top])
    only = json.loads(next(content for name, content in _files(both) if name == "manifest.json"))
    only.append({"Config": "y", "Layers": only[0]["Layers"][:1]})
    files = dict(_files(both)) | {"manifest.json": json.dumps(only).encode()}
    assert by_logical(take(tmp_path, tarred(files)))["rootfs!usr/lib/b.py"].scope == "shipped"
    assert "lower layer!usr/lib/b.py" in by_logical(take(tmp_path, both, "other.tar"))


def _files(content: bytes) -> list[tuple[str, bytes]]:
    import io
    import tarfile

    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return [(item.name, archive.extractfile(item).read()) for item in archive if item.isreg()]  # type: ignore[union-attr]


def test_whiteouts_of_the_same_layer_spare_its_own_files(tmp_path: Path) -> None:
    lower, upper = make.layer({"d/old": b"1", "w": b"1"}), make.layer({"d/": None, "d/new": b"2", "w": None})
    found = by_logical(take(tmp_path, make.docker_save([lower, upper])))
    assert {path for path, meta in found.items() if meta.scope == "shipped"} == {"rootfs!d/new"}
    assert set(found) == {"lower layer!d/old", "lower layer!w", "rootfs!d/new"}


def test_a_whiteout_that_holds_something_is_a_file(tmp_path: Path) -> None:
    layer = make.layer({"a.py": b"1", ".wh.hidden.py": b"import hashlib\n"})
    found = by_logical(take(tmp_path, make.docker_save([layer])))
    assert found["rootfs!.wh.hidden.py"].file_class == "source"


def test_an_empty_layer_and_one_that_is_not_there(tmp_path: Path) -> None:
    files = dict(_files(make.docker_save([BASE, make.layer({})])))
    taken = take(tmp_path, tarred(files))
    assert [item for item in taken.attempts if item.status != "completed"] == []
    manifest = json.loads(files["manifest.json"])
    manifest[0]["Layers"].insert(0, "gone/layer.tar")
    taken = take(tmp_path, tarred({**files, "manifest.json": json.dumps(manifest).encode()}), "other.tar")
    (missing,) = [item for item in taken.attempts if item.status != "completed"]
    assert (missing.path, missing.status, missing.reason) == ("gone/layer.tar", "failed", "damaged")
    assert "crypto.use" in missing.kinds
    assert by_logical(taken)["rootfs!usr/lib/b.py"].scope == "shipped"


def test_a_layer_that_is_cut_off_keeps_what_it_has(tmp_path: Path) -> None:
    files = make.oci_files([BASE, UPPER], "")
    first = next(name for name, content in files.items() if content == BASE)
    taken = take(tmp_path, tarred({**files, first: BASE[:1200]}))
    assert {item.reason for item in taken.attempts if item.status != "completed"} == {"damaged"}
    assert "rootfs!lib/a.py" in by_logical(taken)


@pytest.mark.parametrize(
    "manifest",
    [b"{", b"[]", b"[1]", b'[{"Layers": 3}]', b'[{"Layers": [3, null]}]', b'{"name": "an app"}', b"[" * 100_000],
)
def test_a_manifest_of_something_else_is_a_file_like_any_other(tmp_path: Path, manifest: bytes) -> None:
    taken = take(
        tmp_path, tarred({"manifest.json": manifest, "a.py": b"1", "oci-layout": b"{}", "index.json": manifest})
    )
    assert {meta.logical for meta in taken.artifact.files} == {"a.py", "index.json", "manifest.json", "oci-layout"}
    assert [item for item in taken.attempts if item.status != "completed"] == []


@pytest.mark.parametrize("layer", ["../../../etc/passwd", "/etc/passwd", "x/../../y", "", "."])
def test_layers_with_hostile_names_are_not_there(tmp_path: Path, layer: str) -> None:
    manifest = json.dumps([{"Layers": [layer]}]).encode()
    for content in (tarred({"manifest.json": manifest, "a.py": b"1"}), {"manifest.json": manifest, "a.py": b"1"}):
        taken = take(tmp_path, content, f"{len(list(tmp_path.iterdir()))}")
        assert [meta.logical for meta in taken.artifact.files] == ["a.py", "manifest.json"]


def test_two_releases_give_equal_logical_paths(tmp_path: Path) -> None:
    one = by_logical(take(tmp_path, tarred(make.oci_files([BASE, UPPER])), "image-1.0.tar"))
    newer = make.layer({"opt/app/new-2.0.py": b"2"})
    two = by_logical(take(tmp_path, tarred(make.oci_files([BASE, UPPER, newer], ".zst")), "image-2.0.tar"))
    assert set(two) - set(one) == {"rootfs!opt/app/new-2.0.py"}
    assert set(one) <= set(two)


def test_an_image_inside_an_archive_and_a_package_inside_an_image(tmp_path: Path) -> None:
    layer = make.layer({"var/cache/gate_1.2_amd64.deb": make.deb({"usr/a.py": b"1"}), "x.py": None})
    taken = take(tmp_path, zipped({"images/gate-1.2.tar": make.docker_save([layer]), "README.md": b""}), "d.zip")
    found = by_logical(taken)
    assert found["images/gate.tar!rootfs!var/cache/gate.deb!data!usr/a.py"].scope == "shipped"
    packed = gzip.compress(make.docker_save([layer]))
    assert "rootfs!var/cache/gate.deb!data!usr/a.py" in by_logical(take(tmp_path, packed, "d.tar.gz"))


def test_an_index_of_images_without_number_ends(tmp_path: Path) -> None:
    name = "1/layer.tar"
    many = [{"Layers": [name] * (number % 50 + 1) + [f"{number}"]} for number in range(3000)]
    content = tarred(
        {"manifest.json": json.dumps(many).encode(), name: make.layer({f"{n}.py": b"" for n in range(400)})}
    )
    start = time.process_time()
    taken = take(tmp_path, content)
    assert time.process_time() - start < 10
    assert {meta.scope for meta in taken.artifact.files} == {"shipped"}


def test_links_that_run_in_circles_or_climb_end() -> None:
    sizes = {"l!a/x": 1, "l!b/y": 1, "u!loop/z": 1, "u!up/q": 1}
    links = {"l!": {"loop": ("loop", False), "up": ("../../../b", False), "hard": ("a/x", True)}}
    layers = Layers({Image(("l", "u")): None}, {"l", "u"}, links)
    found = effective(layers, sizes, {"l!": "image layer", "u!": "image layer"})
    assert found.hidden == {}


def test_a_hard_link_keeps_what_its_first_name_lost() -> None:
    sizes = {"l!a": 1, "u!.wh.a": 0}
    layers = Layers({Image(("l", "u")): None}, {"l", "u"}, {"l!": {"b": ("a", True)}})
    kinds = {"l!": "image layer", "u!": "image layer"}
    assert effective(layers, sizes, kinds).hidden == {}
    layers.links.clear()
    assert effective(layers, sizes, kinds).hidden == {"l!a": "u"}
