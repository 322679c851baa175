"""`assay deposit seal | list | show | verify` and `assay review deposit:ID`, as a vendor and a stranger use them."""

import json
from pathlib import Path

import pytest

from assay.core.errors import Exit
from assay.deposit.wrapping import SealingPair
from tests.cli.test_ledger import Side
from tests.deposit.made import tree, written
from tests.deposit.parties import TERMS, key


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Terms that name the vendor's own keys, seven custodians, and two versions of a source."""
    folder = tmp_path_factory.mktemp("deposit")
    vendor = Side(folder, "vendor")
    keys = vendor.ledger("keys")[1].split()
    quoted = ", ".join(f'"{one}"' for one in keys if "witness" not in one)
    (folder / "terms.yaml").write_text(TERMS.replace(f'"{key("vendor")}"', quoted))
    holders = [("v1", "vendor"), ("v2", "vendor"), ("v3", "vendor"), ("b1", "bank"), ("b2", "bank"), ("b3", "bank")]
    rows = [*holders, ("e1", "escrow")]
    lines = (f'- {{name: {name}, group: {group}, key: "{SealingPair.generate(name).key}"}}\n' for name, group in rows)
    (folder / "recipients.yaml").write_text("".join(lines))
    for number in (1, 2):
        written(folder / f"pay-{number}", tree(number))
    return folder


@pytest.fixture(scope="module")
def sealed(place: Path) -> str:
    """The id of the deposit."""
    words = ["seal", "pay-1", "--terms", "terms.yaml", "--recipients", "recipients.yaml", "--manifest", "listed.jsonl"]
    code, said, talk = Side(place, "vendor").run("deposit", *words, "--format", "json")
    assert code == 0, talk
    row = json.loads(said)
    assert (row["version"], row["label"], row["files"]) == (1, "pay-1", len(tree(1)))
    assert talk.count("share: ") == 7
    assert len((place / "listed.jsonl").read_text().splitlines()) == len(tree(1))
    assert len(list((place / f"{row['deposit']}-shares").iterdir())) == 7
    id_: str = row["deposit"]
    return id_


def test_another_version_needs_no_terms_and_shares_what_is_equal(place: Path, sealed: str) -> None:
    vendor = Side(place, "vendor")
    code, said, _ = vendor.run("deposit", "seal", "pay-2", "--deposit", sealed, "--label", "2.0", "--format", "json")
    assert code == 0
    assert json.loads(said)["stored"] < 80_000
    code, said, _ = vendor.run("deposit", "show", sealed, "--format", "json")
    assert [(row["version"], row["label"]) for row in json.loads(said)["versions"]] == [(1, "pay-1"), (2, "2.0")]
    code, said, talk = vendor.run("ledger", "verify", f"deposits/{sealed}/ledger.sqlite")
    assert (code, "2 entries" in said + talk) == (0, True)


def test_a_stranger_lists_shows_and_verifies(place: Path, sealed: str) -> None:
    stranger, vendor = Side(place, "stranger"), Side(place, "vendor")
    assert sealed in stranger.run("deposit", "list")[1]
    code, said, talk = stranger.run("deposit", "show", sealed)
    assert (code, "vendor.example" in said, "whose it is, --key shows" in talk) == (0, True, True)
    assert not any(path in said for path in tree(1))
    keys = [part for one in vendor.ledger("keys")[1].split()[:2] for part in ("--key", one)]
    code, said, _ = stranger.run("deposit", "verify", sealed, *keys)
    assert (code, "0 faults" in said) == (0, True)
    code, _, talk = stranger.run("deposit", "verify", sealed, "--key", str(key("vendor")))
    assert (code, "no known key signed it" in talk) == (Exit.NOT_VERIFIED, True)


def test_damage_ends_12_and_is_named(place: Path, sealed: str) -> None:
    pack = max((place / "deposits" / sealed / "packs").iterdir(), key=lambda path: path.stat().st_size)
    content = pack.read_bytes()
    pack.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    try:
        code, said, _ = Side(place, "stranger").run("deposit", "verify", sealed, "--lang", "zh")
        assert (code, pack.name[:16] in said, "1 处错误" in said) == (Exit.NOT_VERIFIED, True, True)
    finally:
        pack.write_bytes(content)


TERMS_AND_MORE = ["--terms", "terms.yaml", "--recipients", "recipients.yaml"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["seal", "nowhere", *TERMS_AND_MORE], "is no folder"),
        (["seal", "pay-1"], "give --terms with --recipients, or --deposit"),
        (["seal", "pay-1", "--terms", "terms.yaml"], "give --terms with --recipients"),
        (["seal", "pay-1", "--terms", "listed.jsonl", "--recipients", "recipients.yaml"], "listed.jsonl"),
        (["seal", "pay-1", "--deposit", "0" * 16], "holds no deposit"),
        (["seal", "pay-1", *TERMS_AND_MORE, "--store", "ftp://x"], "no such kind of store"),
        (["show", "0" * 16], "holds no deposit"),
        (["show", "../../etc"], "holds no deposit"),
    ],
)
def test_wrong_usage(place: Path, sealed: str, words: list[str], why: str) -> None:
    code, _, talk = Side(place, "vendor").run("deposit", *words)
    assert (code, why in talk) == (Exit.USAGE, True), talk


def test_only_the_vendor_of_the_terms_seals(place: Path) -> None:
    code, _, talk = Side(place, "bank").run("deposit", "seal", "pay-1", *TERMS_AND_MORE)
    assert (code, "the terms name vendor.example as vendor" in talk) == (Exit.USAGE, True)
    nobody = Side(place, "nobody")
    nobody.environ["ASSAY_KEY_PASSPHRASE"] = ""
    code, _, talk = nobody.run("deposit", "seal", "pay-1", *TERMS_AND_MORE)
    assert (code, "no key to sign with" in talk) == (Exit.USAGE, True)


@pytest.mark.parametrize(
    ("path", "why"),
    [("deposit:xyz", "names no deposit"), ("deposit:{id}", "examined under an order"), ("deposit:{id}@1", "--room")],
)
def test_a_review_needs_an_order(place: Path, sealed: str, path: str, why: str) -> None:
    code, _, talk = Side(place, "bank").run("review", path.replace("{id}", sealed))
    assert (code, why in talk) == (Exit.USAGE, True), talk


def test_a_review_without_an_order_in_force(place: Path, sealed: str) -> None:
    code, _, talk = Side(place, "bank").run("review", f"deposit:{sealed}", "--room", "room")
    assert code in (Exit.USAGE, Exit.NOT_VERIFIED), talk
    assert "whose deposit is it" in talk or "no known key signed it" in talk  # never on its own word
    assert not list(place.glob("*.assay"))
