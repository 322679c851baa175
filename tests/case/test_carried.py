"""The case file against hostile bytes: cut, changed, reordered, replayed, forged, huge."""

import base64
import hashlib
import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.case import carried
from assay.case.acts import LARGEST, make, read
from assay.case.contents import Charter, Question, Reception
from assay.case.exchange import bring_in, opened
from assay.case.folder import Case, convener
from assay.case.history import MOST
from assay.core.errors import AssayError, InputError, NotVerifiedError
from assay.ledger.statements import PAYLOAD_TYPE
from tests.case.made import START, decided, party

DAY = date(2026, 1, 1)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A decided case with a body."""
    vendor, _, _, _ = decided(tmp_path_factory.mktemp("carried"))
    return vendor.sends()


def ended(lines: list[bytes]) -> bytes:
    """Lines with an end that is right for them: what somebody writes who knows the format."""
    whole = b"".join(lines)
    end = {
        "end": hashlib.sha256(whole).hexdigest(),
        "acts": sum(line.startswith(b'{"act"') for line in lines),
        "bodies": sum(line.startswith(b'{"body"') for line in lines),
    }
    return whole + json.dumps(end, separators=(",", ":")).encode() + b"\n"


def lines_of(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)[:-1]


def refused(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "hostile.case"
    path.write_bytes(content)
    with pytest.raises(AssayError) as caught:
        bring_in(tmp_path / "folder", path, None, 0)
    assert not (tmp_path / "folder" / "case.json").exists()
    return caught.value.message.en


def test_what_was_written_is_read(file: Path) -> None:
    brought, history, receipts = opened(file)
    assert ended(lines_of(file)) == file.read_bytes()
    assert set(receipts) == {act.id for act in history.acts()}
    assert [hashlib.sha256(brought.body(name)).hexdigest() for name in brought.bodies] == list(brought.bodies)


def dropped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:8], *lines[9:]]


def without_last_acts(lines: list[bytes]) -> list[bytes]:
    """The last act and the receipt of the one before it, as somebody cuts who does not know who saw what."""
    acts = [line for line in lines if line.startswith(b'{"act"')]
    return [line for line in lines if line not in acts[4:6]]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[4], lines[3], *lines[5:]]


def replayed(lines: list[bytes]) -> list[bytes]:
    return [*lines[:5], lines[4], *lines[5:]]


def of_another_case(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(lines[0][9:17], b"00000000"), *lines[1:]]


def without_beginning(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def body_first(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[-1], *lines[1:-1]]


def body_changed(lines: list[bytes]) -> list[bytes]:
    body = json.loads(lines[-1])
    body["body"] = base64.b64encode(b"another listing").decode()
    return [*lines[:-1], json.dumps(body, separators=(",", ":")).encode() + b"\n"]


def spaced(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b":", b": "), *lines[1:]]


def other_receipt(lines: list[bytes]) -> list[bytes]:
    one, other = json.loads(lines[2]), json.loads(lines[3])
    one["receipt"] = other["receipt"]
    return [*lines[:2], json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode() + b"\n", *lines[3:]]


def signature_of_another(lines: list[bytes]) -> list[bytes]:
    one, other = json.loads(lines[2]), json.loads(lines[3])
    one["act"]["signatures"] = other["act"]["signatures"]
    return [*lines[:2], json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode() + b"\n", *lines[3:]]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (dropped, "an act was dropped"),
        (without_last_acts, "an act was dropped"),
        (swapped, "its acts were reordered"),
        (replayed, "was replayed: it is there twice"),
        (of_another_case, "it is not of the case that it names"),
        (without_beginning, "an act was dropped"),
        (body_first, "a line is damaged"),
        (body_changed, "was changed"),
        (spaced, "does not begin as a case file"),
        (other_receipt, "it is of another entry"),
        (signature_of_another, "is wrong"),
    ],
)
def test_whoever_knows_the_format_is_caught_too(
    file: Path, tmp_path: Path, change: Callable[[list[bytes]], list[bytes]], reason: str
) -> None:
    assert reason in refused(tmp_path, ended(change(lines_of(file))))


def test_something_after_the_end_a_wrong_end_and_a_newer_form_are_refused(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    assert "something follows" in refused(tmp_path, content + b"x")
    assert "it was changed or cut" in refused(tmp_path, content.replace(b'"acts":', b'"acts":1', 1))
    assert "newer assay" in refused(tmp_path, content.replace(b'"format":1', b'"format":9', 1))
    assert "is no case file" in refused(tmp_path, b"")
    with pytest.raises(InputError, match="is no case file"):
        carried.read(tmp_path)


@given(cut=st.integers(0, 1 << 40))
def test_a_file_that_was_cut_anywhere_is_refused(
    file: Path, tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    content = file.read_bytes()
    path = tmp_path_factory.mktemp("cut") / "cut.case"
    path.write_bytes(content[: cut % len(content)])
    with pytest.raises((NotVerifiedError, InputError)):
        opened(path)


@given(place=st.integers(0, 1 << 40), mask=st.integers(min_value=1, max_value=255), right_end=st.booleans())
def test_a_flipped_bit_is_never_believed(
    file: Path, tmp_path_factory: pytest.TempPathFactory, place: int, mask: int, *, right_end: bool
) -> None:
    """Nor with the end that a forger would write."""
    lines = lines_of(file)
    content = bytearray(b"".join(lines) if right_end else file.read_bytes())
    content[place % len(content)] ^= mask
    path = tmp_path_factory.mktemp("flip") / "flip.case"
    path.write_bytes(ended(bytes(content).splitlines(keepends=True)) if right_end else bytes(content))
    with pytest.raises((NotVerifiedError, InputError)):
        opened(path)


_JUNK = st.one_of(st.binary(max_size=80), st.sampled_from([b'{"act":', b'{"body":', b'{"end":']))


@given(head=st.binary(max_size=60), junk=st.lists(_JUNK, max_size=8))
def test_junk_is_refused_in_words(tmp_path_factory: pytest.TempPathFactory, head: bytes, junk: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("junk") / "junk.case"
    for begin in (head, b'{"case":"' + b"0" * 64 + b'","format":1}\n'):
        path.write_bytes(begin + b"\n".join(junk))
        with pytest.raises((NotVerifiedError, InputError)) as caught:
            opened(path)
        assert caught.value.message.zh
        assert caught.value.advice is not None


def test_lines_in_any_order_are_the_file_or_refused(file: Path, tmp_path: Path) -> None:
    lines = lines_of(file)
    chance = random.Random(7)
    for number in range(30):
        mixed = [lines[0], *chance.sample(lines[1:], len(lines) - 1)]
        path = tmp_path / f"{number}.case"
        path.write_bytes(ended(mixed))
        if mixed == lines:
            continue
        with pytest.raises(NotVerifiedError):
            opened(path)


def test_what_is_huge_is_refused_before_it_is_read(file: Path, tmp_path: Path) -> None:
    lines = lines_of(file)
    path = tmp_path / "huge.case"
    with path.open("wb") as sparse:
        sparse.truncate(carried.LARGEST + 1)
    with pytest.raises(InputError, match="larger than"):
        carried.read(path)
    deep = b'{"act":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n"
    assert "does not verify" in refused(tmp_path, ended([lines[0], deep]))
    long = b'{"act":"' + b"x" * (9 << 20) + b'"}\n'
    assert "too long" in refused(tmp_path, ended([lines[0], long]))


def test_more_acts_than_a_case_has_are_refused(tmp_path: Path) -> None:
    me = party("lab.example")
    charter = Charter("t", "p", convener(me, "laboratory"))
    acts = []
    for number in range(MOST + 1):
        act, payload = make("", "lab.example", START, (), f"{number:032x}", charter)
        envelope = {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"sig": "AA==", "keyid": "x"}],
        }
        acts.append(json.dumps({"act": envelope}, separators=(",", ":")).encode() + b"\n")
    head = json.dumps({"case": act.id, "format": 1}, separators=(",", ":")).encode() + b"\n"
    assert f"more than {MOST} acts" in refused(tmp_path, ended([head, *acts]))


def test_a_body_that_no_act_names_is_not_kept(file: Path, tmp_path: Path) -> None:
    stray = base64.b64encode(b"stray").decode()
    line = json.dumps({"body": stray, "sha256": hashlib.sha256(b"stray").hexdigest()}, separators=(",", ":")).encode()
    lines = lines_of(file)
    bodies = sorted(
        [*(item for item in lines if item.startswith(b'{"body"')), line + b"\n"], key=lambda item: item[-67:]
    )
    path = tmp_path / "stray.case"
    path.write_bytes(ended([*(item for item in lines if not item.startswith(b'{"body"')), *bodies]))
    bring_in(tmp_path / "folder", path, None, 0)
    assert len(list((tmp_path / "folder" / "bodies").iterdir())) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.replace(b'"kind":"receive"', b'"kind":"certify"'),
        lambda payload: payload.replace(b'"content":{}', b'"content":{"more":1}'),
        lambda payload: payload.replace(b'"at":', b'"at": '),
        lambda payload: payload.replace(b'"salt":"', b'"salt":"z'),
        lambda payload: payload.replace(b'"name":"case"', b'"name":"charter"'),
        lambda payload: payload.replace(b"in-toto.io", b"in-toto.example"),
        lambda payload: payload[:-1],
        lambda payload: payload + b" " * LARGEST,
        lambda payload: b"\xff" + payload,
    ],
)
def test_an_act_has_one_spelling(change: Callable[[bytes], bytes]) -> None:
    _, payload = make("a" * 64, "lab.example", START, ("b" * 64,), "c" * 32, Reception())
    assert read(PAYLOAD_TYPE, payload, "it").content == Reception()
    with pytest.raises(NotVerifiedError, match="it does not verify"):
        read(PAYLOAD_TYPE, change(payload), "it")
    with pytest.raises(NotVerifiedError):
        read("text/plain", payload, "it")


@given(text=st.text(max_size=200), to=st.text(max_size=40))
def test_any_words_survive_the_way(text: str, to: str) -> None:
    question = Question(to, text, DAY)
    try:
        act, payload = make("a" * 64, "lab.example", START, ("b" * 64,), "c" * 32, question)
    except ValueError:
        assert any(0xD800 <= ord(letter) <= 0xDFFF for letter in text + to)
        return
    assert read(PAYLOAD_TYPE, payload, "it") == act


def test_an_act_too_large_says_so() -> None:
    with pytest.raises(ValueError, match="attach what is long as evidence"):
        make("a" * 64, "l", START, ("b" * 64,), "c" * 32, Question("v", "x" * LARGEST, DAY))


def test_nothing_is_written_by_a_file_that_does_not_fit(file: Path, tmp_path: Path) -> None:
    vendor, laboratory, _, _ = decided(tmp_path)
    before = sorted(path.name for path in laboratory.folder.rglob("*"))
    with pytest.raises(AssayError, match="is of another case"):
        laboratory.takes(file)
    assert sorted(path.name for path in laboratory.folder.rglob("*")) == before
    assert Case.open(vendor.folder).history.case != opened(file)[1].case
