"""Programs that hide what they do: each is convicted, or leaves the question open. `hidden.yaml` has them, `clean.yaml`
others like them that hide nothing.

A program is silent when the review of it has no misuse, no weak family, nothing undetermined and no partial attempt of
an examination of cryptography: then a rule would be met.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from assay.review.steps import Plan, examine_only
from assay.rulebooks.strict_yaml import parse

Programs = Mapping[str, Mapping[str, str]]


def _written(name: str) -> Programs:
    programs: Programs = parse(Path(__file__).with_name(name).read_bytes(), name).value
    return programs


PROGRAMS, CLEAN = _written("hidden.yaml"), _written("clean.yaml")
_WEAK = frozenset({"MD2", "MD4", "MD5", "SHA-1", "DES", "3DES", "RC2", "RC4", "NULL"})
_DECIDING = ("algorithm", "misuse", "mode")


@lru_cache(maxsize=2)
def _told(written: str) -> Mapping[str, list[str]]:
    """What a review says about each program, for or against it."""
    said: dict[str, list[str]] = defaultdict(list)
    with TemporaryDirectory() as folder:
        root = Path(folder) / "hidden"
        for name, files in _written(written).items():
            for path, text in files.items():
                target = root / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
        plan = Plan(root, date(2026, 1, 1), dossier=Path(folder) / "hidden.assay", jobs=1)
        reviewed = examine_only(plan)[0].latest()
        for kind in ("crypto.use", "crypto.misuse"):
            for fact in reviewed.facts(kind):
                value = fact.value
                open_ = any(key in value and value[key] is None for key in _DECIDING)
                if kind == "crypto.misuse" or value.get("family") in _WEAK or open_:
                    said[fact.evidence[0].path.partition("/")[0]].append(str(dict(value)))
                    said[fact.subject.path.partition("/")[0]].append(str(dict(value)))
        for attempt in reviewed.attempts():
            if attempt.status != "completed" and "crypto.use" in attempt.kinds:
                said[attempt.path.partition("/")[0]].append(f"{attempt.reason}: {attempt.detail}")
    return said


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_that_hides_something_is_not_met(name: str) -> None:
    assert _told("hidden.yaml").get(name), "nothing is said of it"


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_a_program_that_hides_nothing_is_not_accused(name: str) -> None:
    assert not _told("clean.yaml").get(name)
