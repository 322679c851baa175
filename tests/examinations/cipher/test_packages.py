"""When an import of a stranger's name is one of the delivery's own package."""

import pytest

from assay.core.examination import Artifact, FileMeta, Limits, Locator
from assay.examinations.cipher.packages import OwnPackages, is_own

PATHS = {"x/jose/__init__.py", "x/jose/jwk.py", "x/jose/backends/__init__.py", "x/jose/backends/base.py", "y/jose/a.py"}


@pytest.mark.parametrize(
    ("path", "name", "own"),
    [
        ("x/jose/jwk.py", "jose.backends", True),
        ("x/jose/backends/base.py", "jose.jwk", True),
        ("x/jose/jwk.py", "jose", True),
        ("x/jose/jwk.py", "jose.jws", False),  # not there: another distribution brings it
        ("y/jose/a.py", "jose.jwk", False),  # a folder that is no package
        ("x/other/a.py", "jose.jwk", False),
        ("jose.py", "jose.jwk", False),
    ],
)
def test_a_package_is_its_own_only_where_it_holds_the_module(path: str, name: str, own: bool) -> None:
    assert is_own(path, name, PATHS) is own


def test_any_other_is_a_blind_spot_of_its_file() -> None:
    metas = [
        FileMeta(path, path, 1, "source", "Python", "product", "shipped", Locator("file", path))
        for path in sorted(PATHS)
    ]

    class _Lab:
        limits = Limits()

    summaries = {"x/jose/jwk.py": [((3, "jose.backends"),)], "y/jose/a.py": [((4, "jose.jwk"), (9, "jose.backends"))]}
    found = OwnPackages("Python").conclude(Artifact(tuple(metas)), summaries, None, _Lab())  # type: ignore[arg-type]
    assert [(meta.path, short.detail) for meta, short in found.shortfalls] == [
        ("y/jose/a.py", "line 4: jose.jwk"),
        ("y/jose/a.py", "line 9: jose.backends"),
    ]
