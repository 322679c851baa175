"""Machine code: what it names convicts, what it holds is possible, and nothing acquits it."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import Examined, FileMeta, Limits, Locator
from assay.core.facts import check
from assay.examinations.cipher.compiled.native import NativeCode

with zipfile.ZipFile(Path(__file__).parents[3] / "fixtures" / "compiled" / "natives.zip") as _archive:
    WEAK, QUIET = _archive.read("weak.so"), _archive.read("quiet.so")


class _Lab:
    limits = Limits()


def examined(content: bytes, form: str = "ELF") -> Examined:
    meta = FileMeta("a.so", "a.so", len(content), "binary", form, "p", "shipped", Locator("file", ""))
    found = NativeCode().read(meta, io.BytesIO(content), _Lab(), lambda: None)
    for fact in found.facts:
        check(fact)
    assert any(one.reason in {"binary", "too-large"} for one in found.shortfalls)  # never acquitted
    return found


def told(content: bytes) -> set[tuple[object, object, object]]:
    return {
        (fact.value.get("algorithm") or fact.value.get("version"), fact.value["seen"], fact.value["reach"])
        for fact in examined(content).facts
        if fact.kind != "crypto.material"
    }


def test_names_convict_and_tables_do_not() -> None:
    assert told(WEAK) >= {
        ("MD5", "symbol", "certain"),
        ("RC4", "symbol", "certain"),
        ("MD5", "symbol", "possible"),  # EVP_md5 only hands out a description
        ("3.0", "symbol", "certain"),
        ("AES", "constant", "possible"),
    }


def test_a_key_among_the_texts() -> None:
    kinds = {fact.kind for fact in examined(WEAK).facts}
    assert {"crypto.material", "crypto.misuse"} <= kinds


def test_code_that_names_nothing_is_still_not_examined() -> None:
    assert examined(QUIET).facts == ()


def test_functions_of_a_go_program_are_possible() -> None:
    content = QUIET + b"\xff Go buildinf:" + b"\0crypto/md5.New\0crypto/des.NewCipher\0"
    assert told(content) == {("MD5", "symbol", "possible"), ("DES", "symbol", "possible")}


def test_halves_of_the_words_of_sha_512_are_no_words_of_sha_256() -> None:
    words = [bytes.fromhex(digits) for digits in ("428a2f98d728ae22", "7137449123ef65cd")]
    upper = b"".join(word[3::-1] for word in words)
    assert told(QUIET + b"".join(word[::-1] for word in words)) == {("SHA-512", "constant", "possible")}
    assert told(QUIET + b"".join(words)) == {("SHA-512", "constant", "possible")}
    assert told(QUIET + upper) == {("SHA-256", "constant", "possible")}
    both = {("SHA-256", "constant", "possible"), ("SHA-512", "constant", "possible")}
    assert told(QUIET + b"".join(words) + upper) == both


def test_one_word_of_an_algorithm_is_chance() -> None:
    assert told(QUIET + bytes.fromhex("78a46ad7")) == set()
    assert told(QUIET + bytes.fromhex("78a46ad7") + b"x" + bytes.fromhex("56b7c7e8")) == {
        ("MD5", "constant", "possible")
    }


@pytest.mark.parametrize("form", ["ELF", "PE", "Mach-O", "COFF", "static library"])
def test_what_is_no_such_file(form: str) -> None:
    assert examined(b"\x7fELF" + bytes(90), form).facts == ()


@given(st.integers(min_value=0, max_value=len(WEAK)))
def test_a_file_cut_short(size: int) -> None:
    examined(WEAK[:size])


@given(
    st.lists(
        st.tuples(st.integers(min_value=4, max_value=len(WEAK) - 8), st.binary(min_size=1, max_size=8)), max_size=6
    )
)
def test_hostile_bytes(changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(WEAK)
    for at, put in changes:
        content[at : at + len(put)] = put
    examined(bytes(content))
