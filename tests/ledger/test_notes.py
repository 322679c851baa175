"""Signed notes, verifier keys, cosignatures: the examples of the specifications, and what must be refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import InputError, NotVerifiedError
from assay.ledger.notes import Note, Signature, cosign, open_note, parse_note, sign_note
from assay.ledger.signing import COSIGNATURE, ED25519, NamedKey, named, read_key
from tests.ledger.made import key, signer, witness_key

# The example of c2sp.org/signed-note.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
""".encode()


def test_the_example_of_the_specification() -> None:
    foo = read_key(VKEY)
    assert str(foo) == VKEY
    assert (foo.name, foo.kind, foo.id.hex()) == ("example.com/foo", ED25519, "530d903a")
    assert open_note(NOTE, [foo], "x").text == "This is an example message.\n"
    assert parse_note(NOTE, "x").render() == NOTE


def test_there_and_back() -> None:
    note = sign_note("one\n\ntwo\n", "a.example", [signer("a"), signer("b")])
    keys = [named(signer("a"), "a.example"), named(signer("b"), "a.example")]
    opened = open_note(note.render(), keys, "x")
    assert opened.text == "one\n\ntwo\n"
    assert [by for by, _ in opened.by] == keys


def test_signatures_of_unknown_keys_are_ignored_and_known_ones_must_be_right() -> None:
    good = sign_note("text\n", "a.example", [signer("a")])
    known = named(signer("a"), "a.example")
    stranger = Signature("b.example", b"1234", b"nonsense")
    same_name = Signature("a.example", b"1234", b"nonsense")
    same_id = Signature("c.example", known.id, b"nonsense")
    assert open_note(good.joined([stranger, same_name, same_id]).render(), [known], "x").by[0][0] == known
    with pytest.raises(NotVerifiedError, match=r"no known key signed it \(signed by a.example\+"):
        open_note(good.render(), [named(signer("a"), "other.example")], "x")
    bad = Note(good.text, (*good.signatures, Signature("a.example", known.id, bytes(64))))
    with pytest.raises(NotVerifiedError, match=r"the signature of a.example\+\w{8} is wrong"):
        open_note(Note(good.text, bad.signatures[::-1]).render(), [known], "x")


def test_sixteen_signatures_and_more() -> None:
    note = sign_note("text\n", "a.example", [signer("a")])
    others = [Signature(f"w{number}.example", b"1234", bytes(2428)) for number in range(99)]
    assert open_note(note.joined(others[:16]).render(), [named(signer("a"), "a.example")], "x")
    assert open_note(note.joined(others).render(), [named(signer("a"), "a.example")], "x")
    with pytest.raises(NotVerifiedError, match="too many"):
        open_note(note.joined([*others, Signature("last.example", b"1234", b"0")]).render(), [], "x")


LINE = NOTE.split(b"\n\n")[1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no signature lines"),
        (b"text\n", "no signature lines"),
        (b"text\n\n", "no signature lines"),
        (b"text" + LINE, "no signature lines"),
        (b"text\n" + LINE, "no signature lines"),
        (b"\n\n" + LINE, "no signature lines"),
        (b"text\n\n" + LINE[:-1], "no signature lines"),
        (b"te\txt\n\n" + LINE, "control character"),
        (b"te\rxt\n\n" + LINE, "control character"),
        (b"te\x00xt\n\n" + LINE, "control character"),
        (b"te\xffxt\n\n" + LINE, "decode"),
        (b"text\n\n" + LINE.replace("—".encode(), b"-"), "signature line"),
        (b"text\n\n" + LINE.replace("— ".encode(), "—".encode()), "signature line"),
        (b"text\n\n" + LINE.replace(b"example.com/foo", b"exa+mple"), "key name"),
        (b"text\n\n" + LINE.replace(b"example.com/foo ", b""), "signature line"),
        (b"text\n\n" + LINE.replace(b"example.com/foo", "exa\u2003mple".encode()), "key name"),
        (b"text\n\n" + LINE.replace(b"=", b""), "padding"),
        (b"text\n\n" + LINE.replace(b"QM=", b"QN="), "malformed signature"),
        (b"text\n\n" + LINE.replace(b"Uw2Q", b"Uw2Q "), "base64"),
        ("text\n\n— example.com/foo Uw2QOg==\n".encode(), "malformed signature"),
        (b"text\n\n" + LINE + b"\n" + LINE, "is wrong"),  # the text is another one
        (b"text\n\n" + LINE + b"more\n", "signature line"),
        (b"x" * (1 << 20) + b"\n\n" + LINE, "too large"),
    ],
)
def test_malformed_notes(content: bytes, why: str) -> None:
    with pytest.raises(NotVerifiedError, match=why) as caught:
        open_note(content, [read_key(VKEY)], "the file x")
    assert caught.value.message.en.startswith("the file x does not verify")
    assert caught.value.exit_code == 12


@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(NOTE) - 1))
    changed = bytearray(NOTE)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(NotVerifiedError):
        open_note(bytes(changed), [read_key(VKEY)], "x")


def test_a_note_holds_no_control_characters() -> None:
    for text in ("no newline", "tab\t\n", "nul\x00\n"):
        with pytest.raises(ValueError, match="the text of a note"):
            sign_note(text, "a.example", [signer("a")])


def test_cosignatures_cover_their_time() -> None:
    """The message is that of c2sp.org/tlog-cosignature, byte for byte."""
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = cosign(text, "w.example/witness", signer("w"), 1_679_315_147)
    covered = ("cosignature/v1\ntime 1679315147\n" + text).encode()
    assert signer("w").sign(covered) == line.raw[8:]
    assert line.raw[:8] == (1_679_315_147).to_bytes(8, "big")
    known = witness_key("w")
    note = Note(text, (line,))
    assert open_note(note.render(), [known], "x").by == ((known, line),)
    later = Signature(line.name, line.key_id, (1_679_315_148).to_bytes(8, "big") + line.raw[8:])
    for wrong in (later, Signature(line.name, line.key_id, line.raw[:-1]), Signature(line.name, line.key_id, b"short")):
        with pytest.raises(NotVerifiedError, match="is wrong"):
            open_note(Note(text, (wrong,)).render(), [known], "x")
    # The same key under the plain type is another key.
    plain = NamedKey(known.name, ED25519, known.public)
    assert plain.id != known.id
    with pytest.raises(NotVerifiedError, match="no known key"):
        open_note(note.render(), [plain], "x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+530d903a",
        "name+530d903a+",
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("530d903a", "530D903A"),
        VKEY.replace("example", "exbmple"),
        VKEY[:-4],
        VKEY.replace("+Ae", "+Be"),
        VKEY.replace("example.com/foo", "exa mple"),
        VKEY.replace("example.com/foo", ""),
        VKEY + "*",
    ],
)
def test_malformed_keys(text: str) -> None:
    with pytest.raises(InputError, match="is no verifier key"):
        read_key(text)


def test_which_logs_a_key_speaks_for() -> None:
    party = key(known_as="bank.example")
    assert party.speaks_for("bank.example")
    assert party.speaks_for("bank.example/reviews/7")
    assert not party.speaks_for("bank.example.evil/7")
    assert not party.speaks_for("bank")
    assert party.renamed("bank.example/reviews/7").id != party.id


def test_every_key_kind_is_told_by_its_first_bytes() -> None:
    for kind in (ED25519, COSIGNATURE):
        made = NamedKey("x", kind, bytes(32))
        assert read_key(str(made)) == made
        assert base64.b64decode(str(made).split("+", 2)[2])[:1] == kind
