"""A class says what its source would: the same entries, the same facts, the lines of the source."""

import re
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, check
from assay.examinations.cipher.compiled import transcript
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.compiled.classfile import UTF8, class_of, pool_of, text_of
from assay.examinations.cipher.compiled.classlike import ClassTranscript
from tests.review.hidden_in_classes import CLASSES

FOLDER = Path(__file__).parents[3] / "fixtures" / "compiled"
SOURCE = (FOLDER / "Hidden.java").read_text(encoding="utf-8").splitlines()


class _Lab:
    limits = Limits()


def examined(content: bytes) -> Examined:
    meta = FileMeta(
        "a.jar!A.class", "A.class", len(content), "binary", "Java class", "p", "shipped", Locator("file", "")
    )
    found = CompiledJava().examine(FileView(meta, content), (), _Lab())
    for fact in found.facts:
        check(fact)
        assert fact.by == CompiledJava.id
    return found


def facts(name: str, kind: str = "crypto.use") -> list[Fact]:
    return [fact for fact in examined(CLASSES[f"{name}.class"]).facts if fact.kind == kind]


def text(name: str) -> str:
    content = CLASSES[f"{name}.class"]
    pool = pool_of(content)
    raw = frozenset(entry[1] for entry in pool.entries if entry is not None and entry[0] == UTF8)
    return ClassTranscript(class_of(content, pool), raw).written().text


@pytest.mark.parametrize("name", ["Plain", "Builder", "Slots", "Lambda", "Joined", "Layers"])
def test_a_name_that_the_compiler_left_is_certain(name: str) -> None:
    found = [fact for fact in facts(name) if fact.value["algorithm"] == "MD5"]
    assert [(fact.value["reach"], fact.value["seen"]) for fact in found] == [("certain", "call")]
    place = found[0].evidence[0]
    assert "getInstance" in place.excerpt
    assert "getInstance" in SOURCE[place.line - 1]


@pytest.mark.parametrize("name", ["Chosen", "Switched", "Later", "Caught", "Passed", "Filled"])
def test_every_name_that_can_arrive_is_possible(name: str) -> None:
    found = facts(name)
    assert {fact.value["reach"] for fact in found if fact.value["algorithm"] == "MD5"} == {"possible"}
    assert len({fact.value["algorithm"] for fact in found}) > 1


@pytest.mark.parametrize(
    "name", ["Given", "Looped", "Elsewhere", "Nest", "Written", "Initialised", "Refilled", "Lent", "Copied"]
)
def test_what_cannot_be_followed_is_not_determined(name: str) -> None:
    assert None in {fact.value["algorithm"] for fact in facts(name)}


def test_variables_that_share_a_slot_stay_apart() -> None:
    assert {fact.value["algorithm"]: fact.value["reach"] for fact in facts("Slots")} == {
        "SHA-256": "certain",
        "MD5": "certain",
    }


@pytest.mark.parametrize(
    ("name", "misuse", "reach"),
    [
        ("Verifier", "host-name-check-off", "certain"),
        ("Trusting", "certificate-check-off", "certain"),
        ("Key", "hard-coded-key", "certain"),
        ("Blocks", "ecb-mode", "certain"),
        ("Token", "weak-random", "certain"),
    ],
)
def test_misuse(name: str, misuse: str, reach: str) -> None:
    found = facts(name, "crypto.misuse")
    assert {(fact.value["misuse"], fact.value["reach"]) for fact in found} == {(misuse, reach)}


@pytest.mark.parametrize(
    ("name", "told"), [("Xor", "homemade-cipher"), ("Halves", "homemade-cipher"), ("Stream", "RC4")]
)
def test_ciphers_without_tables_are_possible(name: str, told: str) -> None:
    found = examined(CLASSES[f"{name}.class"]).facts
    assert told in {fact.value.get("misuse") or fact.value.get("algorithm") for fact in found}
    assert {fact.value["reach"] for fact in found} == {"possible"}


def test_constants_of_the_library_are_put_back() -> None:
    (use,) = facts("Key")
    assert (use.value["algorithm"], use.value["purpose"]) == ("AES-CBC-PKCS5", "encryption")
    assert use.subject.name == "Key.f"


@pytest.mark.parametrize("name", ["Own", "Table"])
def test_tables_are_possible(name: str) -> None:
    assert {(fact.value["seen"], fact.value["reach"]) for fact in facts(name)} == {("constant", "possible")}


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("Reflected", "Class.forName"),
        ("Native", "native method digest"),
        ("Loader", "defineClass"),
        ("Script", "eval"),
        ("Command", "exec"),
        ("Property", "setProperty"),
        ("Handle", "java.security.MessageDigest.class handed on"),
    ],
)
def test_ways_out_of_sight(name: str, detail: str) -> None:
    assert any(detail in one.detail for one in examined(CLASSES[f"{name}.class"]).shortfalls)


@pytest.mark.parametrize("name", ["Digest", "Either", "Sealed", "Busy", "Request", "Private", "Busy$Pair"])
def test_plain_code_is_examined_whole(name: str) -> None:
    assert examined(CLASSES[f"{name}.class"]).shortfalls == ()


def test_the_text_keeps_what_the_source_said() -> None:
    assert 'cipher_4 = javax.crypto.Cipher.getInstance("AES/CBC/PKCS5Padding");' in text("Key").replace("_3 =", "_4 =")
    assert "private static final byte[] KEY = new byte[] {1, 2, 3" in text("Key")
    assert re.search(r"\(host\w+, session\w+\) -> \{\n(?:return true;)\n\};", text("Verifier"))
    assert "{0}" not in text("Busy")
    assert '"x" + ' in text("Busy")
    assert "while (maybe$_) {" in text("Looped")


@given(st.integers(min_value=0, max_value=len(CLASSES["Busy.class"]) - 1))
def test_a_class_cut_short_is_damaged(size: int) -> None:
    assert {one.status for one in examined(CLASSES["Busy.class"][:size]).shortfalls} == {"failed"}


@given(
    st.sampled_from(["Key.class", "Busy.class", "Caught.class", "Builder.class", "Verifier.class"]),
    st.lists(st.tuples(st.integers(min_value=10, max_value=1 << 16), st.binary(min_size=1, max_size=4)), max_size=4),
)
def test_hostile_bytes_give_an_answer(name: str, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(CLASSES[name])
    for at, put in changes:
        at %= len(content)  # noqa: PLW2901
        content[at : at + len(put)] = put
    examined(bytes(content))


@given(st.binary(max_size=64))
def test_text_of_a_pool_is_text(content: bytes) -> None:
    text_of(content).encode("utf-8")


@pytest.mark.skipif(shutil.which("javac") is None, reason="no javac (Debian: default-jdk-headless)")
def test_the_classes_are_those_of_the_sources(tmp_path: Path) -> None:
    command = ["javac", "-g", "--release", "17", "-d", str(tmp_path), *map(str, sorted(FOLDER.glob("*.java")))]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.rglob("*.class")}
    assert made.keys() == CLASSES.keys()
    for name in ("Plain.class", "Chosen.class", "Key.class"):
        assert [fact.value for fact in examined(made[name]).facts] == [
            fact.value for fact in examined(CLASSES[name]).facts
        ]


def test_what_extends_a_cipher_is_one() -> None:
    parent, digest = b"java/lang/ClassLoader", b"org/bouncycastle/crypto/digests/MD5Digest"
    before, after = (len(name).to_bytes(2) + name for name in (parent, digest))
    found = examined(CLASSES["Loader.class"].replace(before, after)).facts
    assert ("MD5", "certain") in {(fact.value["algorithm"], fact.value["reach"]) for fact in found}


def assembled(bodies: Sequence[bytes]) -> bytes:
    """A class of static methods without parameters. Constants: 2 Object, 4 Object[], 6 "MD5", 10 `getInstance`."""
    texts = {
        1: b"java/lang/Object",
        3: b"[Ljava/lang/Object;",
        5: b"MD5",
        7: b"java/security/MessageDigest",
        11: b"getInstance",
        12: b"(Ljava/lang/String;)Ljava/security/MessageDigest;",
        13: b"Code",
        14: b"()V",
    }
    tagged = {2: b"\7\0\1", 4: b"\7\0\3", 6: b"\x08\0\5", 8: b"\7\0\7", 9: b"\x0c\0\x0b\0\x0c", 10: b"\x0a\0\x08\0\x09"}
    names = {15 + at: b"m%d" % at for at in range(len(bodies))}
    pool = {**{at: b"\1" + len(text).to_bytes(2) + text for at, text in (texts | names).items()}, **tagged}
    methods = b"".join(
        struct.pack(">HHHHHIHHI", 9, 15 + at, 14, 1, 13, 12 + len(code), 9, 9, len(code)) + code + bytes(4)
        for at, code in enumerate(bodies)
    )
    head = b"\xca\xfe\xba\xbe" + struct.pack(">HHH", 0, 52, len(pool) + 1)
    tail = struct.pack(">HHHHHH", 1, 2, 0, 0, 0, len(bodies)) + methods + bytes(2)
    return head + b"".join(pool[at] for at in sorted(pool)) + tail


MD5 = b"\x12\x06\xb8\0\x0a\x57"  # ldc "MD5"; invokestatic getInstance; pop
DOUBLED = b"\x59\x05\xbd\0\4\x5a\x5f\3\x5f\x53\x5a\x5f\4\x5f\x53"  # from an array: a new one that holds it twice
ARRAY = b"\4\xbd\0\4\x59\3\x12\6\x53"  # new Object[] {"MD5"}


def test_a_class_is_read_to_its_last_method_or_partial(monkeypatch: pytest.MonkeyPatch) -> None:
    content = assembled([MD5 + b"\xb1"] * 3)
    assert (len(examined(content).facts), examined(content).shortfalls) == (3, ())
    monkeypatch.setattr(transcript, "MOST_TEXT", 20)
    found = examined(content)
    assert len(found.facts) == 1
    assert [one.detail for one in found.shortfalls] == ["line 0: m1 and what follows: more text than any source"]


@pytest.mark.parametrize("times", [40, 400])
def test_an_array_that_holds_itself_many_times_over_is_not_spelt(times: int) -> None:
    found = examined(assembled([ARRAY + DOUBLED * times + b"\x4b" + MD5 + b"\xb1"]))
    assert ["array that no source could spell" in one.detail for one in found.shortfalls] == [True]
    assert examined(assembled([ARRAY + DOUBLED * 4 + b"\x4b" + MD5 + b"\xb1"])).shortfalls == ()
