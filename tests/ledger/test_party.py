"""Who signs here: names, keys made on first use, and nobody."""

import stat
from pathlib import Path

import pytest

from assay.core.errors import InputError, UsageError
from assay.ledger.party import NOBODY, open_party, open_witness, own_keys
from assay.ledger.signing import COSIGNATURE, ED25519, SM2

KEYS = {"ASSAY_KEY_PASSPHRASE": "correct horse", "ASSAY_PARTY": "bank.example"}


def refuse(_: bool) -> str | None:
    return None


def environ(folder: Path, **more: str) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(folder), **more}


def test_first_use_makes_a_pair_that_is_found_again_and_nobody_else_may_read(tmp_path: Path) -> None:
    party = open_party(environ(tmp_path, **KEYS), tmp_path, refuse)
    assert (party.known, party.name, [key.kind for key in party.keys]) == (True, "bank.example", [ED25519, SM2])
    for path in (tmp_path / "assay").glob("*.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = open_party(environ(tmp_path, ASSAY_KEY_PASSPHRASE="correct horse"), tmp_path, refuse)
    assert again.keys == party.keys
    assert own_keys(environ(tmp_path), tmp_path) == list(party.keys)


def test_without_a_passphrase_nobody_signs_and_nothing_is_written(tmp_path: Path) -> None:
    party = open_party(environ(tmp_path), tmp_path, refuse)
    assert (party.known, party.name, party.memory) == (False, NOBODY, None)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_was_not_chosen_says_nothing(tmp_path: Path) -> None:
    party = open_party(environ(tmp_path, ASSAY_KEY_PASSPHRASE="x"), tmp_path, refuse)
    assert party.name.startswith("party-")
    assert party.name.endswith(".invalid")


def test_another_name_for_a_known_key_is_refused(tmp_path: Path) -> None:
    open_party(environ(tmp_path, **KEYS), tmp_path, refuse)
    with pytest.raises(UsageError, match=r"known as bank\.example"):
        open_party(environ(tmp_path, **{**KEYS, "ASSAY_PARTY": "vendor.example"}), tmp_path, refuse)


@pytest.mark.parametrize("name", ["bank example", "bank+1", "a\nb"])
def test_a_name_that_no_key_may_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no name for a party"):
        open_party(environ(tmp_path, ASSAY_KEY_PASSPHRASE="x", ASSAY_PARTY=name), tmp_path, refuse)
    assert not list(tmp_path.rglob("*.key"))


def test_a_wrong_passphrase_is_refused_not_replaced(tmp_path: Path) -> None:
    open_party(environ(tmp_path, **KEYS), tmp_path, refuse)
    with pytest.raises(UsageError, match="does not open"):
        open_party(environ(tmp_path, ASSAY_KEY_PASSPHRASE="wrong"), tmp_path, refuse)


def test_a_damaged_public_key_is_named(tmp_path: Path) -> None:
    open_party(environ(tmp_path, **KEYS), tmp_path, refuse)
    (tmp_path / "assay" / "signer.vkey").write_text("bank.example+00000000+AAAA\n")
    with pytest.raises(InputError):
        own_keys(environ(tmp_path), tmp_path)


def test_cosignatures_have_a_key_and_a_name_of_their_own(tmp_path: Path) -> None:
    party = open_party(environ(tmp_path, **KEYS), tmp_path, refuse)
    name, signer, _ = open_witness(environ(tmp_path, **KEYS), tmp_path, refuse)
    assert name == "bank.example/witness"
    assert signer.public not in [key.public for key in party.keys]
    assert [key.kind for key in own_keys(environ(tmp_path), tmp_path)] == [ED25519, SM2, COSIGNATURE]
    with pytest.raises(UsageError, match="nobody known"):
        open_witness(environ(tmp_path / "other"), tmp_path, refuse)


def test_a_token_needs_the_name_of_its_party(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ASSAY_PARTY"):
        open_party(environ(tmp_path, ASSAY_KEY="pkcs11:token=x;object=y?module-path=/m.so"), tmp_path, refuse)


def test_a_token_signs_under_the_name_of_its_party(tmp_path: Path, token: str) -> None:
    given = environ(tmp_path, ASSAY_KEY=token, ASSAY_PARTY="bank.example", ASSAY_KEY_PASSPHRASE="1234")
    party = open_party(given, tmp_path, refuse)
    (key,) = party.keys
    assert key.verify(party.signers[0].sign(b"x"), b"x")
    assert party.words.en == f"signed by {key.label}"
    party.signers[0].close()  # type: ignore[attr-defined]
    assert not open_party({**given, "ASSAY_KEY_PASSPHRASE": ""}, tmp_path, refuse).known
