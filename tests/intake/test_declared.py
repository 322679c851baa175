"""A declaration counts when a key that the operator names signed it; every other one is refused or a claim."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError
from assay.core.product import Manifest, SignedDeclaration
from assay.intake import IntakeLimits, take_in
from assay.intake.declared import TYPE, check, opened, signed, vouched
from assay.intake.manifest import parse
from assay.ledger.envelope import seal
from assay.ledger.party import Party
from assay.ledger.signing import ephemeral

DECLARED = b"name: Pay\nversion: '4.2'\ndeclares: {processes: [/usr/bin/gzip], files: []}\n"
VENDOR = Party("vendor.example", (ephemeral(),))
STRANGER = Party("vendor.example", (ephemeral(),))  # the same name, another key


def envelope(folder: Path, content: bytes = DECLARED, party: Party = VENDOR) -> Path:
    path = folder / "pay.dsse.json"
    path.write_bytes(signed(content, party))
    return path


def named(*parties: Party, file: str = "pay.dsse.json") -> SignedDeclaration:
    return SignedDeclaration(file, tuple(str(key) for party in parties for key in party.keys))


def test_what_the_vendor_signed_stands_where_the_operator_is_silent(tmp_path: Path) -> None:
    envelope(tmp_path)
    said = vouched(Manifest(sector="bank", declaration=named(STRANGER, VENDOR)), tmp_path)
    assert (said.name, said.version, said.sector) == ("Pay", "4.2", "bank")
    assert (said.declares.processes, said.declares.files, said.declares.ciphers) == (("/usr/bin/gzip",), (), None)


def test_nobody_else_signs_for_the_vendor(tmp_path: Path) -> None:
    path = envelope(tmp_path, party=STRANGER)
    with pytest.raises(NotVerifiedError, match="no known key signed it"):
        vouched(Manifest(declaration=named(VENDOR)), tmp_path)
    path.write_bytes(seal("text/plain", DECLARED, VENDOR.name, VENDOR.signers))
    with pytest.raises(NotVerifiedError, match="signed as text/plain"):
        vouched(Manifest(declaration=named(VENDOR)), tmp_path)
    path.write_bytes(DECLARED)
    with pytest.raises(NotVerifiedError, match="no DSSE envelope"):
        vouched(Manifest(declaration=named(VENDOR)), tmp_path)


@given(st.integers(0, 1 << 20), st.integers(1, 255))
def test_a_changed_byte_is_never_believed(at: int, by: int) -> None:
    whole = bytearray(signed(DECLARED, VENDOR))
    whole[at % len(whole)] ^= by
    try:
        said = opened(bytes(whole), VENDOR.keys, "x")
    except (InputError, NotVerifiedError):
        return
    assert said == parse(DECLARED, "x")


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        (Manifest(declaration=SignedDeclaration("pay.dsse.json")), "no key of the vendor"),
        (Manifest(declaration=named(VENDOR, file="none.json")), "none.json: No such file"),
        (Manifest(name="Other", declaration=named(VENDOR)), "is for name 'Pay', not 'Other'"),
        (Manifest(version="5", declaration=named(VENDOR)), "is for version '4.2', not '5'"),
        (parse(b"declares: {files: []}\ndeclaration: {file: pay.dsse.json, keys: [k]}\n", "m"), "two declarations"),
    ],
)
def test_a_signature_is_used_for_what_it_is_for(tmp_path: Path, manifest: Manifest, why: str) -> None:
    envelope(tmp_path)
    with pytest.raises(InputError, match=why):
        vouched(manifest, tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"name: Pay\ndeclares: {draft: true, files: []}\n", "it is a draft"),
        (b"declares: {files: []}\n", "of which product"),
        (b"name: Pay\n", "declares nothing"),
        (b"\xff\xfe", "x"),
    ],
)
def test_what_no_vendor_can_sign(content: bytes, why: str) -> None:
    with pytest.raises(InputError, match=why):
        check(content, "x")
    with pytest.raises(InputError):  # signed by another program, it is read by the same rules
        opened(seal(TYPE, content, VENDOR.name, VENDOR.signers), VENDOR.keys, "x")


def _claimed(product: Path, scratch: Path, lines: Sequence[str] = ()) -> tuple[set[str], set[object]]:
    manifest = None
    if lines:
        manifest = scratch.with_name("operator.yaml")
        manifest.write_text("\n".join(lines))
    scratch.mkdir()
    taken = take_in(product, manifest=manifest, scratch=scratch, limits=IntakeLimits())
    trust: set[object] = {
        fact.value["trust"] for fact in taken.facts if str(fact.value.get("claim")).startswith("declares.")
    }
    return set(taken.claimed), trust


def test_a_delivery_only_claims_and_cannot_name_its_own_key(tmp_path: Path) -> None:
    product = tmp_path / "product"
    product.mkdir()
    (product / "a.py").write_text("x = 1\n")
    envelope(product)
    key = str(VENDOR.keys[0])
    said = f"name: Pay\ndeclares: {{files: []}}\ndeclaration: {{file: pay.dsse.json, keys: ['{key}']}}\n"
    (product / "product.yaml").write_text(said)
    assert _claimed(product, tmp_path / "a") == ({"name", "declares"}, {"claim"})
    lines = ["declaration:", "  file: product/pay.dsse.json", f"  keys: ['{key}']"]
    assert _claimed(product, tmp_path / "b", lines) == (set(), {"operator"})
    wrong = [*lines[:-1], f"  keys: ['{STRANGER.keys[0]}']"]
    with pytest.raises(NotVerifiedError):
        _claimed(product, tmp_path / "c", wrong)
