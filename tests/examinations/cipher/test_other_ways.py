"""A value that may come by another way than the one in sight is never certain: references, copies, maps of one file."""

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Locator
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.use import Waiting
from assay.lab.identifiers import places, words
from tests.examinations.cipher.snippets_run import Bench
from tests.examinations.cipher.test_callers import stated

HEAD = "package app; import java.security.*; import java.util.*; class A {{ {} }}"
ASKS = 'return MessageDigest.getInstance(m.get("a"));'
REFERRED = """interface Maker { Object of(String name) throws Exception; }
private static Object make(String name) throws Exception { return MessageDigest.getInstance(name); }
Object f() throws Exception { Maker maker = A::make; make("SHA-256"); return maker.of("MD5"); }"""
COPIED = """private String name = "SHA-256"; Object f() throws Exception { return MessageDigest.getInstance(name); }
static A old() { A copy = new A(); copy.name = "MD5"; return copy; }"""


def digests(body: str) -> set[tuple[object, object]]:
    found = stated({"A.java": HEAD.format(body)})
    return {(fact.value["algorithm"], fact.value["reach"]) for fact in found if fact.kind == "crypto.use"}


@pytest.mark.parametrize("body", [REFERRED, COPIED])
def test_what_another_way_brings_is_not_determined(body: str) -> None:
    assert digests(body) == {("SHA-256", "possible"), (None, "possible")}


def test_what_no_other_way_brings_is_certain() -> None:
    assert digests(REFERRED.replace("A::make", "null")) == {("SHA-256", "certain")}
    assert digests(COPIED.replace("copy.name", "String name")) == {("SHA-256", "certain")}


def filled(puts: str) -> set[tuple[object, object]]:
    return digests(f"Object f(boolean b, Map<String, String> m) throws Exception {{ {puts} {ASKS} }}")


def test_the_last_of_two_puts_counts() -> None:
    assert filled('m.put("a", "MD5"); m.put("a", "SHA-256");') == {("SHA-256", "certain")}


@pytest.mark.parametrize(
    "puts",
    [
        'm.put("a", "MD5"); if (b) m.put("a", "SHA-256");',
        'm.put("a", "MD5"); m.putIfAbsent("a", "SHA-256");',
        'm.put("a", "MD5"); try { go(); m.put("a", "SHA-256"); } catch (Exception e) { }',
    ],
)
def test_a_put_on_one_way_leaves_the_other(puts: str) -> None:
    assert filled(puts) == {("SHA-256", "possible"), ("MD5", "possible")}


@pytest.mark.parametrize(
    "puts", ['m.putIfAbsent("a", "SHA-256");', 'm.put("a", "SHA-256"); fill(m);', 'if (b) m.put("a", "SHA-256");']
)
def test_a_map_that_others_fill_is_not_determined(puts: str) -> None:
    assert filled(puts) == {("SHA-256", "possible"), (None, "possible")}


def test_a_map_is_filled_again_in_a_loop() -> None:
    body = f'while (b) {{ MessageDigest.getInstance(m.get("a")); m.put("a", "MD5"); }} {ASKS}'
    assert ("MD5", "possible") in filled('m.put("a", "SHA-256"); ' + body)


@pytest.mark.parametrize(("put", "known"), [("table.make = make; ", False), ("", True)])
def test_a_static_function_of_c_that_is_handed_on(put: str, known: bool) -> None:
    text = f"""#include <openssl/evp.h>
static const EVP_MD *make(const char *name) {{ return EVP_get_digestbyname(name); }}
const EVP_MD *f(void) {{ {put}return make("SHA256"); }}""".encode()
    one = SourceCryptography("C")
    meta = FileMeta("a.c", "a.c", len(text), "source", "C", "main", "shipped", Locator("file", "a.c"))
    hits = sorted(Hit(word, at) for word in one.literals & words(text) for at in places(text, word))
    found = one.examine(FileView(meta, text), hits, Bench())
    waiting = found.summary.uses if isinstance(found.summary, Waiting) else ()
    complete = [answer.complete for use in waiting for answer in use.answers.values()]
    assert ([fact.value["algorithm"] for fact in found.facts], complete) == (
        (["SHA-256"], []) if known else ([], [False])
    )
