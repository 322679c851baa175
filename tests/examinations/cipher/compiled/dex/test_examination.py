"""A DEX says what its source would: the same entries, the same facts, the lines of the source."""

import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, check
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.compiled.dex import examination
from assay.examinations.cipher.compiled.dex.dexfile import DexFile
from assay.examinations.cipher.compiled.dex.examination import AndroidCode
from assay.examinations.cipher.compiled.dex.lambdas import Lambdas
from assay.examinations.cipher.compiled.dex.transcript import DexTranscript
from assay.examinations.cipher.compiled.unlisted import Named
from tests.review.hidden_in_classes import CLASSES
from tests.review.hidden_in_dex import DEXES

FOLDER = Path(__file__).parents[4] / "fixtures" / "compiled"
SOURCE = (FOLDER / "Hidden.java").read_text(encoding="utf-8").splitlines()
SHARED = sorted({name.removesuffix(".dex") for name in DEXES} & {name.removesuffix(".class") for name in CLASSES})
BETTER = {"Blocks"}  # of which the class file tells less, for two ways meet on its stack


class _Lab:
    limits = Limits()


def examined(content: bytes) -> Examined:
    place = Locator("file", "")
    meta = FileMeta("a.apk!classes.dex", "classes.dex", len(content), "binary", "DEX", "p", "shipped", place)
    found = AndroidCode().read(meta, io.BytesIO(content), _Lab(), lambda: None)
    for fact in found.facts:
        check(fact)
        assert fact.by == AndroidCode.id
    return found


def facts(name: str, kind: str = "crypto.use") -> list[Fact]:
    return [fact for fact in examined(DEXES[f"{name}.dex"]).facts if fact.kind == kind]


def text(name: str) -> str:
    of = DexFile(DEXES[f"{name}.dex"])
    lambdas, rows = Lambdas(of), [of.row(index) for index in range(of.classes)]
    for index, row in enumerate(rows):
        lambdas.put(index, row.name)
    found = next(row for row in rows if row.name == f"hidden/{name}")
    return DexTranscript(of, of.declared(found), lambdas, None, random=False).written().text


def said(found: Sequence[Fact]) -> set[tuple[str, str, tuple[tuple[str, object], ...]]]:
    """Facts by what they say, without the package that a class file does not need to tell."""
    return {
        (fact.kind, fact.subject.name.removeprefix("hidden."), tuple(sorted(fact.value.items(), key=str)))
        for fact in found
    }


def of_classes(name: str) -> list[Fact]:
    found = list[Fact]()
    for key, content in CLASSES.items():
        if re.match(rf"{name}[.$]", key):
            meta = FileMeta(key, key, len(content), "binary", "Java class", "p", "shipped", Locator("file", ""))
            found += CompiledJava().examine(FileView(meta, content), (), _Lab()).facts
    return found


@pytest.mark.parametrize("name", [name for name in SHARED if name not in BETTER])
def test_it_says_what_the_class_says(name: str) -> None:
    of_file = {(kind, subject or name, value) for kind, subject, value in said(of_classes(name))}
    assert said(examined(DEXES[f"{name}.dex"]).facts) == of_file


@pytest.mark.parametrize("name", ["Plain", "Builder", "Lambda", "Joined", "Layers", "Slots"])
def test_a_name_that_the_compiler_left_is_certain(name: str) -> None:
    found = [fact for fact in facts(name) if fact.value["algorithm"] == "MD5"]
    assert [(fact.value["reach"], fact.value["seen"]) for fact in found] == [("certain", "call")]
    place = found[0].evidence[0]
    assert "getInstance" in place.excerpt
    assert "getInstance" in SOURCE[place.line - 1]
    assert found[0].subject.name.startswith(f"hidden.{name}.")


@pytest.mark.parametrize(
    ("name", "misuse"),
    [
        ("Page", "certificate-check-off"),
        ("Insecure", "certificate-check-off"),
        ("Trusting", "certificate-check-off"),
        ("Kept", "ecb-mode"),
        ("Desugared", "host-name-check-off"),
        ("Verifier", "host-name-check-off"),
        ("Key", "hard-coded-key"),
        ("Fixed", "static-iv"),
        ("Token", "weak-random"),
        ("Blocks", "ecb-mode"),
    ],
)
def test_misuse_is_certain(name: str, misuse: str) -> None:
    assert {(fact.value["misuse"], fact.value["reach"]) for fact in facts(name, "crypto.misuse")} == {
        (misuse, "certain")
    }


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("Added", "hidden.Added, line 39: dalvik.system.DexClassLoader.<init>"),
        ("Renamed", "org.spongycastle"),
        ("Native", "native method digest"),
        ("Reflected", "Class.forName"),
        ("Handle", "java.security.MessageDigest.class handed on"),
        ("Referred", "handed on uncalled"),
        ("Command", ".exec"),
    ],
)
def test_ways_out_of_sight(name: str, detail: str) -> None:
    assert any(detail in one.detail for one in examined(DEXES[f"{name}.dex"]).shortfalls)


@pytest.mark.parametrize("name", ["Store", "Gallery", "Whole"])
def test_plain_code_is_examined_whole(name: str) -> None:
    found = examined(DEXES[f"{name}.dex"])
    assert found.shortfalls == ()
    assert {fact.kind for fact in found.facts} <= {"crypto.use"}


def test_objects_that_meet_where_they_are_returned_stay_apart() -> None:
    assert {fact.value["algorithm"]: fact.value["reach"] for fact in facts("Meeting")} == {
        "SHA-256": "certain",
        "MD5": "certain",
    }
    assert "java.security.MessageDigest two_8 = " in text("Meeting")
    assert "if (maybe$_) { java.security.MessageDigest one_5 = two_8; }" in text("Meeting")


def test_what_a_copy_brings_is_possible() -> None:
    assert {fact.value["algorithm"]: fact.value["reach"] for fact in facts("Copies")} == {
        None: "possible",
        "SHA-256": "possible",
    }


def test_a_class_without_a_name_is_told_by_its_number() -> None:
    (fact,) = facts("Anonymous", "crypto.misuse")
    assert fact.subject.name == "hidden.Anonymous.1"
    assert fact.evidence[0].excerpt.startswith("hidden.Anonymous.1: void checkServerTrusted")


def test_a_library_that_nobody_has_listed_is_handed_on() -> None:
    assert examined(DEXES["Bought.dex"]).summary == Named(("com.example.sm2.Engine",), ())
    assert examined(DEXES["Store.dex"]).summary is None


def test_the_text_keeps_what_the_source_said() -> None:
    assert "private static final byte[] KEY = new byte[] {1, 2, 3" in text("Key")
    assert "new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255, 254" not in text("Fixed")
    assert "(byte) 255, (byte) 254, (byte) 253, (byte) 252}" in text("Fixed")
    assert re.search(r"\(host\w+, session\w+\) -> \{\n(?:\w[\w. ]* = \w+;\n)?return true;\n\};", text("Desugared"))
    assert "static final double RATIO = 0.5;" in text("Held")
    assert "static final boolean OLD = false;" in text("Held")
    assert "while (maybe$_) {" in text("Looped")
    assert '"M" + ' in text("Joined")


def test_code_that_is_not_followed_is_hidden() -> None:
    content = bytearray(DEXES["Plain.dex"])
    at = bytes(content).index(b"\x1a\x00")  # const-string v0
    content[at] = 0x73  # an operation that there is not
    assert any("unknown operation 115" in one.detail for one in examined(bytes(content)).shortfalls)


@pytest.mark.parametrize("magic", [b"cdex001\0", b"dey\n036\0"])
def test_what_a_run_time_has_changed_is_not_read(magic: bytes) -> None:
    found = examined(magic + DEXES["Plain.dex"][8:])
    assert [(one.reason, one.status) for one in found.shortfalls] == [("binary", "skipped")]


def test_versions() -> None:
    content = DEXES["Plain.dex"]
    assert len(examined(content[:4] + b"041" + content[7:]).facts) == 1
    assert [one.status for one in examined(content[:4] + b"099" + content[7:]).shortfalls] == ["failed"]


def test_damage_keeps_what_was_read_before() -> None:
    content = DEXES["Plain.dex"]
    found = examined(content[:4] + b"041" + content[7:] + b"more")
    assert (len(found.facts), [one.status for one in found.shortfalls]) == (1, ["failed"])


def test_text_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "MOST_TEXT", -1)
    monkeypatch.setattr(examination, "LEAST_TEXT", 0)
    found = examined(DEXES["Plain.dex"])
    assert [one.reason for one in found.shortfalls] == ["too-large"]


def test_a_large_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examination, "LARGEST", 100)
    assert [one.reason for one in examined(DEXES["Plain.dex"]).shortfalls] == ["too-large"]


@given(st.integers(min_value=0, max_value=len(DEXES["Gallery.dex"]) - 1))
def test_a_file_cut_short_is_damaged(size: int) -> None:
    assert {one.status for one in examined(DEXES["Gallery.dex"][:size]).shortfalls} & {"failed", "skipped"}


@given(
    st.sampled_from(["Held.dex", "Gallery.dex", "Caught.dex", "Desugared.dex", "Lambda.dex", "Meeting.dex"]),
    st.lists(st.tuples(st.integers(min_value=8, max_value=1 << 16), st.binary(min_size=1, max_size=4)), max_size=5),
)
def test_hostile_bytes_give_an_answer(name: str, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(DEXES[name])
    for at, put in changes:
        at %= len(content)  # noqa: PLW2901
        content[at : at + len(put)] = put
    examined(bytes(content))
