from pathlib import Path

import pytest

from assay.intake import IntakeLimits, take_in

from .packing import tarred, zipped

POM = b"""<?xml version="1.0"?><project xmlns="http://maven.apache.org/POM/4.0.0"><parent><artifactId>up</artifactId>
<version>9</version></parent><groupId>org.x</groupId><artifactId>gate</artifactId>
<dependencies><dependency><artifactId>no</artifactId><version>1</version></dependency></dependencies></project>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>
<project><artifactId>&b;</artifactId></project>"""
JAR = b"Manifest-Version: 1.0\r\nImplementation-Title: Pay\r\n gate\r\nImplementation-Version: 4.5\r\n\r\nName: x\r\n"

METADATA = b"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n\nName: no\n"

NAMED = [
    ({"foo/a.py": b"", "foo-1.0.dist-info/METADATA": METADATA}, ("foo", "1.0")),
    ({"t/PKG-INFO": b"Name: sd\nVersion: 2\n", "t/pyproject.toml": b"[project]\nname='no'\n"}, ("sd", "2")),
    ({"t/pyproject.toml": b"[project]\nname = 'pp'\ndynamic = ['version']\n", "t/a.py": b""}, ("pp", None)),
    ({"t/pyproject.toml": b"[project]\nname = ", "t/package.json": b'{"name": "js", "version": "3"}'}, ("js", "3")),
    ({"t/pom.xml": POM, "t/a": b""}, ("gate", "9")),
    ({"t/pom.xml": LAUGHS, "t/a": b""}, ("delivery", "1.2")),
    ({"META-INF/MANIFEST.MF": JAR, "A.class": b""}, ("Paygate", "4.5")),
    ({"t/package.json": b"[" * 100_000, "t/a": b""}, ("delivery", "1.2")),
    ({"t/package.json": b'{"name": 5}', "t/a": b""}, ("delivery", "1.2")),
    ({"t/sub/pom.xml": POM, "t/a": b""}, ("delivery", "1.2")),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), NAMED)
def test_name_and_version(tmp_path: Path, files: dict[str, bytes], expected: tuple[str, str | None]) -> None:
    for pack in (zipped, tarred):
        (tmp_path / "delivery-1.2.zip").write_bytes(pack(files))
        product = take_in(
            tmp_path / "delivery-1.2.zip", manifest=None, scratch=tmp_path / "s", limits=IntakeLimits()
        ).product
        assert (product.name, product.version, product.vendor) == (*expected, None)


def test_the_name_of_the_file_is_the_last_resort(tmp_path: Path) -> None:
    for name, expected in (
        ("libx_1.10.1.orig.tar.gz", ("libx", "1.10.1")), ("run.py", ("run", None)), ("tool", ("tool", None)),
        ("paygate.zip", ("paygate", None)),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(zipped({"a.py": b"1"}) if "." in name and "py" not in name else b"print(1)\n")
        product = take_in(tmp_path / name, manifest=None, scratch=tmp_path / "s", limits=IntakeLimits()).product
        assert (product.name, product.version) == expected
