"""Sealing keys: what they seal opens for one holder in one place, and their files open with one passphrase."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.deposit.wrapping import Kind, SealingPair, passphrase, read_sealing_key

KINDS: tuple[Kind, ...] = ("x25519", "sm2")


@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_opens_for_its_holder_in_its_place(kind: Kind) -> None:
    pair, other = SealingPair.generate("anna", kind), SealingPair.generate("anna", kind)
    sealed = pair.key.seal(b"secret" * 100, b"here")
    assert pair.open(sealed, b"here", "it") == b"secret" * 100
    changed = bytearray(sealed)
    changed[-1] ^= 1
    for pair_, content, place in ((other, sealed, b"here"), (pair, sealed, b"there"), (pair, bytes(changed), b"here")):
        with pytest.raises(NotVerifiedError, match="was not sealed to"):
            pair_.open(content, place, "it")


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_file_opens_with_its_passphrase_alone(tmp_path: Path, kind: Kind) -> None:
    pair = SealingPair.generate("anna", kind)
    pair.save(tmp_path / "anna.key", "right")
    assert SealingPair.load(tmp_path / "anna.key", "right").key == pair.key
    with pytest.raises(UsageError, match="does not open with this passphrase"):
        SealingPair.load(tmp_path / "anna.key", "wrong")
    with pytest.raises(InputError, match="File exists"):
        pair.save(tmp_path / "anna.key", "right")
    (tmp_path / "anna.pub").write_text(str(SealingPair.generate("anna", kind).key))
    with pytest.raises(InputError, match="public half"):
        SealingPair.load(tmp_path / "anna.key", "right")


@pytest.mark.parametrize("kind", KINDS)
def test_a_public_key_reads_back(kind: Kind) -> None:
    key = SealingPair.generate("anna", kind).key
    assert read_sealing_key(f"{key}\n") == key
    for text in ("", "anna", str(key).replace("anna", "ann"), str(key)[:-4], str(key)[:5] + "00000000" + str(key)[13:]):
        with pytest.raises(InputError, match="no sealing key"):
            read_sealing_key(text)


@pytest.mark.parametrize("kind", KINDS)
@given(content=st.binary(max_size=200))
def test_any_bytes_open_or_are_refused(kind: Kind, content: bytes) -> None:
    with pytest.raises(NotVerifiedError):
        _PAIRS[kind].open(content, b"", "it")


def test_a_key_is_never_kept_open() -> None:
    assert passphrase({"ASSAY_KEY_PASSPHRASE": "p"}, lambda _: None, new=True) == "p"
    with pytest.raises(UsageError, match="needs a passphrase"):
        passphrase({}, lambda _: None, new=False)


_PAIRS: dict[Kind, SealingPair] = {kind: SealingPair.generate("x", kind) for kind in KINDS}
