"""Shares: dealt to custodians, true only as the vendor committed to them, and enough or not."""

import json
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError
from assay.deposit.shares import Custody, Share, combine, deal, missing, open_share, read_custody, read_recipients
from assay.deposit.terms import parse_terms
from assay.deposit.wrapping import SealingPair
from tests.deposit.parties import ID, TERMS, Scene, scene
from tests.deposit.slip39 import secret_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return scene(tmp_path_factory.mktemp("deposit"))


def opened(made: Scene) -> tuple[Custody, dict[str, Share]]:
    custody = read_custody(made.dealt.custody, ID, made.terms)
    return custody, {name: open_share(made.share(name), pair, custody, name) for name, pair in made.custodians.items()}


def test_enough_shares_of_enough_groups_give_the_root_and_fewer_do_not(made: Scene) -> None:
    custody, shares = opened(made)
    for names in [("v1", "v2", "b1", "b3"), ("v2", "v3", "e1"), ("b1", "b2", "e1"), tuple(shares)]:
        assert combine([shares[name] for name in names], custody) == made.root
    for names in [("v1", "v2", "v3"), ("v1", "b1", "e1"), ("e1",), ("v1", "v2", "b1"), ("v1", "v1", "e1")]:
        with pytest.raises(NotVerifiedError, match="too few"):
            combine([shares[name] for name in names], custody)
    assert missing(custody, [shares["v1"], shares["e1"]]) == ["vendor: 1"]


def test_another_reading_of_the_standard_comes_to_the_same_root(made: Scene) -> None:
    _, shares = opened(made)
    for vendor in combinations(("v1", "v2", "v3"), 2):
        assert secret_of([shares[name].words for name in (*vendor, "e1")]) == made.root


def test_a_custodian_sees_that_its_share_is_another(made: Scene, tmp_path: Path) -> None:
    custody, _ = opened(made)
    other = scene(tmp_path)
    pair = made.custodians["v1"]
    with pytest.raises(NotVerifiedError, match="was not sealed to"):
        open_share(made.share("v2"), pair, custody, "v2.share")
    # The same holders, another set: dealt again to the same keys.
    again = deal(bytes(32), read_recipients(made.folder / "recipients.yaml", made.terms), tmp_path / "again", ID)
    with pytest.raises(NotVerifiedError, match="of another set"):
        open_share(again.paths[0].read_bytes(), pair, custody, "v1.share")
    moved = json.loads(other.share("v1")) | {"deposit": "f" * 16}
    with pytest.raises(NotVerifiedError):
        open_share(json.dumps(moved).encode(), other.custodians["v1"], custody, "v1.share")


def test_a_custody_of_other_terms_is_refused(made: Scene) -> None:
    with pytest.raises(NotVerifiedError, match="other terms"):
        read_custody(made.dealt.custody, ID, parse_terms(TERMS.replace("2 of 3", "2").encode() + b"\n", "t"))
    with pytest.raises(NotVerifiedError, match="another deposit"):
        read_custody(made.dealt.custody, "f" * 16, made.terms)


def test_shares_are_never_written_over(made: Scene, tmp_path: Path) -> None:
    named = read_recipients(made.folder / "recipients.yaml", made.terms)
    deal(made.root, named, tmp_path / "shares", ID)
    with pytest.raises(InputError, match="vendor-1"):
        deal(made.root, named, tmp_path / "shares", ID)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: rows[:-1], "group escrow has 0 holders"),
        (lambda rows: [*rows, rows[0]], "given twice"),
        (lambda rows: [rows[0].replace("group: vendor", "group: nobody"), *rows[1:]], "not in the terms"),
        (lambda rows: [rows[0].replace("key:", "kay:"), *rows[1:]], "is not name, group and key"),
        (lambda rows: ['- {name: v1, group: vendor, key: "x"}\n', *rows[1:]], "no sealing key"),
        (lambda rows: ["- 1\n", *rows[1:]], "is not name"),
        (lambda _: ["a: 1\n"], "is not name"),
    ],
)
def test_recipients_that_do_not_fit(made: Scene, tmp_path: Path, change: object, why: str) -> None:
    rows = (made.folder / "recipients.yaml").read_text().splitlines(keepends=True)
    path = tmp_path / "recipients.yaml"
    path.write_text("".join(change(rows)))  # type: ignore[operator]
    with pytest.raises(InputError, match=why) as caught:
        read_recipients(path, made.terms)
    assert str(path) in caught.value.message.zh


@given(st.binary(max_size=300))
def test_any_bytes_are_a_share_or_refused(content: bytes) -> None:
    custody = Custody(deposit=ID, terms="", groups_needed=1, groups=())
    with pytest.raises(NotVerifiedError):
        open_share(content, _PAIR, custody, "some.share")


_PAIR = SealingPair.generate("somebody")
