import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.intake.logical import cut_version, logical_paths, without_version

NAMES = [
    ("foo-1.2.3.jar", "foo.jar"), ("foo-1.2.3-SNAPSHOT.jar", "foo.jar"), ("foo-1.2.3-sources.jar", "foo-sources.jar"),
    ("guava-31.1-jre.jar", "guava-jre.jar"), ("log4j-1.2-api-2.17.1.jar", "log4j-1.2-api.jar"),
    ("commons-lang3-3.12.0.jar", "commons-lang3.jar"), ("foo-1.0-beta-2.jar", "foo.jar"),
    ("foo-bar.zip", "foo-bar.zip"), ("foo_1.2.3.tar.gz", "foo.tar.gz"), ("foo.1.2.3.zip", "foo.zip"),
    ("foo-v18.2.0-linux-x64.tar.xz", "foo-linux-x64.tar.xz"), ("spring-5.3.4.RELEASE.jar", "spring.jar"),
    ("a-1.0-py3-none-any.whl", "a-py3-none-any.whl"), ("foo-1.2.3.py", "foo-1.2.3.py"), (".tar.gz", ".tar.gz"),
    ("2048.jar", "2048.jar"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_versions_are_cut_from_archives_only(name: str, expected: str) -> None:
    assert without_version(name) == expected


def test_one_top_folder_is_dropped_at_every_level() -> None:
    containers = ("", "foo-1/lib/x-2.zip!", "foo-1/lib/x-2.zip!in/y-3.jar!")
    paths = ["foo-1/a.c", "foo-1/lib/x-2.zip!x-2/b.c", "foo-1/lib/x-2.zip!in/y-3.jar!C.class"]
    assert logical_paths(paths, containers) == {
        "foo-1/a.c": "a.c",
        "foo-1/lib/x-2.zip!x-2/b.c": "lib/x.zip!x-2/b.c",
        "foo-1/lib/x-2.zip!in/y-3.jar!C.class": "lib/x.zip!in/y.jar!C.class",
    }
    assert logical_paths(["x-2.zip!x-2/b.c", "r"], ("", "x-2.zip!")) == {"x-2.zip!x-2/b.c": "x.zip!b.c", "r": "r"}
    assert logical_paths(["a/x", "b/x"], ("",)) == {"a/x": "a/x", "b/x": "b/x"}
    assert logical_paths(["p/f-1.0.dist-info/RECORD", "q"], ("",))["p/f-1.0.dist-info/RECORD"] == "p/f.dist-info/RECORD"
    assert logical_paths(["a!b.c"], ("",)) == {"a!b.c": "a!b.c"}


_part = st.from_regex(re.compile(r"[a-z]{1,8}"), fullmatch=True)
_version = st.lists(st.integers(0, 99), min_size=2, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(st.lists(st.tuples(_part, _part), min_size=1, max_size=8), _part, _part, _version, _version)
def test_two_version_names_of_one_tree_give_equal_logical_paths(
    tree: list[tuple[str, str]], product: str, library: str, one: str, other: str
) -> None:
    def packed(version: str) -> list[str]:
        top, inner = f"{product}-{version}", f"{product}-{version}/lib/{library}-{version}.jar!"
        paths = [f"{top}/{folder}/{name}.c" for folder, name in tree]
        paths += [f"{inner}{library}-{version}/{folder}/{name}" for folder, name in tree]
        return list(logical_paths(paths, ("", inner)).values())

    assert packed(one) == packed(other)
    assert not any(one in path for path in packed(one))


@given(st.text(max_size=60))
def test_any_name_keeps_something(name: str) -> None:
    assert bool(without_version(name)) == bool(name)
    assert bool(cut_version(name)[0]) == bool(name)
