"""The handler's profile: what it says, what it leaves unsaid, what is refused with its line."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import AssayError, InputError
from assay.crossing.profile import Profile, read_profile

WHOLE = """\
handler: Example Bank
home: CN
sector: banking
critical: false
important_data: false
stated_by: Li Wei
exemptions:
  - {id: contract-with-individual, confirmed_by: Anna Roth}
held:
  - {route: contract-or-certification, country: SG, recipient: Desk, until: 2029-01-01, confirmed_by: Anna Roth}
"""


def read(folder: Path, text: str) -> Profile:
    path = folder / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    return read_profile(path)


def test_a_profile_says_what_it_says(tmp_path: Path) -> None:
    profile = read(tmp_path, WHOLE)
    assert profile.attributes == {"home": "CN", "sector": "banking", "critical": False}
    assert profile.confirms("contract-with-individual") is not None
    assert profile.holds("contract-or-certification", "SG", "Desk", date(2029, 1, 1)) is not None
    assert profile.holds("contract-or-certification", "SG", "Desk", date(2029, 1, 2)) is None
    assert profile.holds("contract-or-certification", "SG", "", date(2029, 1, 1)) is None


def test_what_is_not_said_is_not_known(tmp_path: Path) -> None:
    profile = read(tmp_path, "handler: X\nhome: CN\n")
    assert profile.attributes == {"home": "CN"}
    assert (profile.critical, profile.important_data) == (None, None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("home: CN\n", "handler"),
        ("handler: X\nhome: China\n", "home"),
        ("handler: X\nhome: CN\ncritical: maybe\n", "critical"),
        ("handler: X\nhome: CN\ncritical: true\n", "states"),
        ("handler: X\nhome: CN\nheld:\n  - {route: x, confirmed_by: A}\n", "until"),
        ("handler: X\nhome: CN\nheld:\n  - {route: x, until: 2029-01-01, confirmed_by: A}\n", "country"),
        ("handler: X\nhome: CN\nexemptions:\n  - {id: x, confirmed_by: A, document: abc}\n", "document"),
        ("handler: X\nhome: CN\nexempt: x\n", "exempt"),
        ("[", "profile.yaml:2"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, wrong: str, named: str) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, wrong)
    assert named in str(refused.value)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with suppress(AssayError):
        read_profile(path)
