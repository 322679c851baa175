"""Checkpoints and receipts: own cases in the manner of sigstore-conformance, one thing wrong in each."""

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import NotVerifiedError
from assay.ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from assay.ledger.merkle import EMPTY
from assay.ledger.notes import Note, Signature, cosign, parse_note, sign_note
from assay.ledger.receipts import Receipt, open_receipt, read_receipt
from assay.ledger.signing import COSIGNATURE, NamedKey
from tests.ledger.made import AT, ORIGIN, entry, key, made, signer, witness_key

ROOT = base64.b64encode(bytes(range(32))).decode()


def signed(text: str, name: str = ORIGIN, by: str = "bank") -> bytes:
    return sign_note(text, name, [signer(by)]).render()


GOOD = [
    ("plain", f"{ORIGIN}\n5\n{ROOT}\n"),
    ("extension-lines", f"{ORIGIN}\n5\n{ROOT}\nmore\neven more\n"),
    ("empty-tree", f"{ORIGIN}\n0\n{base64.b64encode(EMPTY).decode()}\n"),
    ("largest-size", f"{ORIGIN}\n{10**19 - 1}\n{ROOT}\n"),
]
BAD = [
    ("missing-origin", f"5\n{ROOT}\n", "no checkpoint"),
    ("empty-origin", f"\n5\n{ROOT}\n", "no checkpoint"),
    ("origin-not-first", f"5\n{ORIGIN}\n{ROOT}\n", "no checkpoint"),
    ("missing-size", f"{ORIGIN}\n{ROOT}\n", "no checkpoint"),
    ("missing-root", f"{ORIGIN}\n5\n", "no checkpoint"),
    ("empty-root", f"{ORIGIN}\n5\n\n", "no checkpoint"),
    ("negative-size", f"{ORIGIN}\n-5\n{ROOT}\n", "the size is no number"),
    ("leading-zero", f"{ORIGIN}\n05\n{ROOT}\n", "the size is no number"),
    ("plus-sign", f"{ORIGIN}\n+5\n{ROOT}\n", "the size is no number"),
    ("size-in-hex", f"{ORIGIN}\n0x5\n{ROOT}\n", "the size is no number"),
    ("size-with-space", f"{ORIGIN}\n5 \n{ROOT}\n", "the size is no number"),
    ("size-in-arabic-digits", f"{ORIGIN}\n٥\n{ROOT}\n", "the size is no number"),
    ("size-beyond-all", f"{ORIGIN}\n{10**19}\n{ROOT}\n", "the size is no number"),
    ("short-root", f"{ORIGIN}\n5\n{ROOT[4:]}\n", "the root is no hash"),
    ("root-not-base64", f"{ORIGIN}\n5\n{ROOT[:-2]}!=\n", "no checkpoint"),
    ("root-of-url-alphabet", f"{ORIGIN}\n5\n{'_' * 43}=\n", "no checkpoint"),
    ("root-with-loose-bits", f"{ORIGIN}\n5\n{ROOT[:-2]}9=\n", "the root is no hash"),
    ("empty-tree-with-a-root", f"{ORIGIN}\n0\n{ROOT}\n", "the root is no hash of such a tree"),
    ("empty-extension-line", f"{ORIGIN}\n5\n{ROOT}\n\nmore\n", "no checkpoint"),
]


@pytest.mark.parametrize("text", [text for _, text in GOOD], ids=[name for name, _ in GOOD])
def test_good_checkpoints(text: str) -> None:
    believed = open_checkpoint(signed(text), [key()], "x")
    assert believed.checkpoint.text() == text
    assert believed.by == (key(),)


@pytest.mark.parametrize(("text", "why"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_bad_checkpoints(text: str, why: str) -> None:
    """Signed as they stand, by whatever origin they have: only the form is wrong."""
    with pytest.raises(NotVerifiedError, match=why):
        open_checkpoint(signed(text, text.partition("\n")[0] or ORIGIN), [key()], "x")


def _changed(change: Callable[[Note], Note]) -> bytes:
    return change(sign_checkpoint(Checkpoint(ORIGIN, 5, bytes(range(32))), [signer()])).render()


SIGNATURES = [
    ("missing-log-signature", lambda note: Note(note.text, (Signature("w.example", b"1234", bytes(64)),)), "no known"),
    (
        "bad-keyhint",
        lambda note: Note(note.text, (Signature(ORIGIN, b"1234", note.signatures[0].raw),)),
        "no known key signed it",
    ),
    (
        "name-of-another",
        lambda note: Note(note.text, (Signature("other.example", key().id, note.signatures[0].raw),)),
        "no known key signed it",
    ),
    (
        "invalid-signature",
        lambda note: Note(note.text, (Signature(ORIGIN, key().id, bytes(64)),)),
        "the signature of .* is wrong",
    ),
    (
        "short-signature",
        lambda note: Note(note.text, (Signature(ORIGIN, key().id, note.signatures[0].raw[:-1]),)),
        "the signature of .* is wrong",
    ),
    (
        "two-signatures-one-wrong",
        lambda note: Note(note.text, (*note.signatures, Signature(ORIGIN, key("bank-2").id, bytes(64)))),
        "the signature of .* is wrong",
    ),
    ("wrong-root", lambda note: Note(note.text.replace(ROOT, ROOT[::-1].replace("=", "") + "="), note.signatures), "."),
    ("wrong-size", lambda note: Note(note.text.replace("\n5\n", "\n6\n"), note.signatures), "is wrong"),
    ("wrong-origin", lambda note: Note(note.text.replace("/7", "/8"), note.signatures), "no known key speaks"),
    ("stranger", lambda note: Note(note.text.replace("bank", "rank"), note.signatures), "no known key speaks"),
    (
        "cosignature-for-a-signature",
        lambda note: Note(note.text, (cosign(note.text, ORIGIN, signer(), AT),)),
        "no known key signed it",
    ),
]


@pytest.mark.parametrize(("change", "why"), [case[1:] for case in SIGNATURES], ids=[case[0] for case in SIGNATURES])
def test_signatures_that_do_not_do(change: Callable[[Note], Note], why: str) -> None:
    cosigner = NamedKey(ORIGIN, COSIGNATURE, signer().public)
    with pytest.raises(NotVerifiedError, match=why):
        open_checkpoint(_changed(change), [key(), key("bank-2"), cosigner], "x")


def test_cosigned() -> None:
    vendor = witness_key("vendor")
    line = cosign(f"{ORIGIN}\n5\n{ROOT}\n", vendor.name, signer("vendor"), AT)
    stranger = Signature("w.example/w", b"1234", bytes(72))
    note = _changed(lambda note: note.joined([line, stranger]))
    assert open_checkpoint(note, [key()], "x", [vendor, witness_key("other")]).cosigned == ((vendor, AT),)
    assert open_checkpoint(note, [key()], "x").cosigned == ()
    bad = _changed(lambda note: note.joined([Signature(line.name, line.key_id, bytes(72))]))
    assert open_checkpoint(bad, [key()], "x").cosigned == ()
    with pytest.raises(NotVerifiedError, match=r"vendor.example/witness\+\w+ is wrong"):
        open_checkpoint(bad, [key()], "x", [vendor])


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    log = made(tmp_path_factory.mktemp("log") / "ledger.sqlite", [70])
    body, proof = log.prove(17)
    return body, proof.render()


def test_a_receipt_is_what_the_specification_draws(receipt: tuple[bytes, bytes]) -> None:
    body, content = receipt
    lines = content.decode().split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1] == "index 17"
    assert len(lines[2:9]) == 7
    assert lines[9:12] == ["", ORIGIN, "70"]
    assert read_receipt(content, "x").render() == content
    position, believed = open_receipt(content, body, [key()], "x")
    assert (position, believed.checkpoint.size) == (17, 70)


def test_extra_is_carried_and_never_believed(receipt: tuple[bytes, bytes]) -> None:
    body, content = receipt
    parsed = read_receipt(content, "x")
    more = Receipt(parsed.position, parsed.proof, parsed.checkpoint, b"anything")
    assert more.render().split(b"\n")[1] == b"extra YW55dGhpbmc="
    assert read_receipt(more.render(), "x") == more
    assert open_receipt(more.render(), body, [key()], "x")[0] == 17


def _swapped(lines: list[bytes]) -> bytes:
    return b"\n".join([*lines[:2], lines[3], lines[2], *lines[4:]])


CHANGES: list[tuple[str, Callable[[bytes], bytes], str]] = [
    ("corrupted-hash", lambda c: c.replace(c.split(b"\n")[3], base64.b64encode(bytes(32))), "not entry 17"),
    ("missing-hash", lambda c: c.replace(c.split(b"\n")[3] + b"\n", b""), "cannot be the proof"),
    ("additional-hash", lambda c: c.replace(b"\n\n", b"\n" + c.split(b"\n")[3] + b"\n\n", 1), "cannot be the proof"),
    ("swapped-hashes", lambda c: _swapped(c.split(b"\n")), "not entry"),
    ("short-hash", lambda c: c.replace(c.split(b"\n")[3], b"AAAA"), "no hash"),
    ("loose-bits", lambda c: c.replace(c.split(b"\n")[3], c.split(b"\n")[3][:-2] + b"B="), "base64"),
    ("wrong-index", lambda c: c.replace(b"index 17", b"index 16"), "not entry 16"),
    ("index-beyond", lambda c: c.replace(b"index 17", b"index 70"), "no entry 70"),
    ("negative-index", lambda c: c.replace(b"index 17", b"index -1"), "no index"),
    ("index-with-zero", lambda c: c.replace(b"index 17", b"index 017"), "no index"),
    ("no-index", lambda c: c.replace(b"index 17\n", b""), "no index"),
    ("no-head", lambda c: c.partition(b"\n")[2], "does not begin"),
    ("newer-version", lambda c: c.replace(b"@v1", b"@v2"), "does not begin"),
    ("no-checkpoint", lambda c: c.partition(b"\n\n")[0] + b"\n\n", "no signed note"),
    ("no-empty-line", lambda c: c.replace(b"\n\n", b"\n", 1), "no receipt"),
    ("bad-extra", lambda c: c.replace(b"index", b"extra ***\nindex"), "no receipt"),
    ("not-ascii", lambda c: c.replace(b"index", b"\xffindex"), "no receipt"),
    ("too-many", lambda c: c.replace(b"\n\n", (b"\n" + c.split(b"\n")[3]) * 60 + b"\n\n", 1), "no hash"),
    ("empty", lambda _: b"", "no receipt"),
]


@pytest.mark.parametrize(("change", "why"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_receipts_that_do_not_do(receipt: tuple[bytes, bytes], change: Callable[[bytes], bytes], why: str) -> None:
    body, content = receipt
    changed = change(content)
    assert changed != content
    with pytest.raises(NotVerifiedError, match=why):
        open_receipt(changed, body, [key()], "x")


def test_another_entry(receipt: tuple[bytes, bytes]) -> None:
    with pytest.raises(NotVerifiedError, match="not entry 17 of the log, or either was changed"):
        open_receipt(receipt[1], entry(18).canonical(), [key()], "x")


def test_a_receipt_of_another_log(receipt: tuple[bytes, bytes], tmp_path: Path) -> None:
    """The checkpoint of another log of the same owner: same keys, same size, other entries."""
    other = made(tmp_path / "ledger.sqlite")
    other.append(*[entry(number, 5) for number in range(70)])
    parsed = read_receipt(receipt[1], "x")
    mixed = Receipt(parsed.position, parsed.proof, other.checkpoint().note.render())
    with pytest.raises(NotVerifiedError, match="not entry 17"):
        open_receipt(mixed.render(), receipt[0], [key()], "x")


@given(st.data())
def test_any_changed_byte_is_refused(receipt: tuple[bytes, bytes], data: st.DataObject) -> None:
    body, content = receipt
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NotVerifiedError):
        open_receipt(bytes(changed), body, [key()], "x")


@given(st.data())
def test_any_truncation_is_refused(receipt: tuple[bytes, bytes], data: st.DataObject) -> None:
    body, content = receipt
    with pytest.raises(NotVerifiedError):
        open_receipt(content[: data.draw(st.integers(0, len(content) - 1))], body, [key()], "x")


def test_parse_is_total() -> None:
    assert parse_note(signed("text\n"), "x").text == "text\n"


def test_a_log_with_a_name_that_no_key_may_bear_is_nobodys() -> None:
    checkpoint = f"bank.example/reviews+7\n5\n{ROOT}\n"
    content = Note(checkpoint, parse_note(signed(checkpoint), "it").signatures).render()
    with pytest.raises(NotVerifiedError, match="no known key speaks"):
        open_checkpoint(content, [key(known_as="bank.example")], "it")
