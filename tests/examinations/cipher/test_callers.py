"""What other files pass, return and set: uses stated where they call."""

from collections.abc import Collection, Iterator

from assay.core.examination import Artifact, FileMeta, FileView, Hit, Locator
from assay.core.facts import Fact
from assay.examinations.cipher.constants import CrossFileConstants
from assay.examinations.cipher.source import SourceCryptography
from assay.lab.identifiers import places, words
from tests.examinations.cipher.snippets_run import Bench

BOX = """package app;
import javax.crypto.Cipher; import javax.crypto.spec.*;
public class Box {{ public static byte[] seal(byte[] d, String key, String name) throws Exception {{
  Cipher c = Cipher.getInstance({0});
  c.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key.getBytes(), "AES"));
  return c.doFinal(d); }} }}
"""
USE = "package app; class Use {{ byte[] go(byte[] d) throws Exception {{ return Box.seal(d, {0}); }} }}"


class _Files:
    def __init__(self, files: dict[str, str]) -> None:
        self.content = {path: text.encode() for path, text in files.items()}
        self.metas = [self._meta(path) for path in files]

    def _meta(self, path: str) -> FileMeta:
        java = path.endswith(".java")
        kind, form = ("source", "Java") if java else ("configuration", "properties")
        scope = "test" if path.startswith("test/") else "shipped"
        size, locator = len(self.content[path]), Locator("file", path)
        return FileMeta(path, path, size, kind, form, "main", scope, locator)  # type: ignore[arg-type]

    def files_with(self, identifier: bytes) -> Iterator[FileMeta]:
        return (meta for meta in self.metas if identifier in words(self.content[meta.path]))

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView:
        return FileView(meta, self.content[meta.path])


def stated(files: dict[str, str]) -> list[Fact]:
    index, one = _Files(files), SourceCryptography("Java")
    facts: list[Fact] = []
    summaries: dict[str, list[object]] = {}
    for meta in index.metas:
        if meta.format == "Java":
            content = index.content[meta.path]
            hits = sorted(Hit(word, at) for word in one.literals & words(content) for at in places(content, word))
            found = one.examine(index.view(meta), hits, Bench())
            facts += found.facts
            summaries |= {meta.path: [found.summary]} if found.summary is not None else {}
    return [*facts, *CrossFileConstants("Java").conclude(Artifact(index.metas), summaries, index, Bench()).facts]


def test_what_an_heir_gives_to_the_maker_of_its_parent_is_used_there() -> None:
    base = """package app; import javax.crypto.Cipher;
abstract class Base { private final String how; Base(String how) { this.how = how; }
  byte[] go(java.security.Key k, byte[] d) throws Exception {
    Cipher c = Cipher.getInstance(how); c.init(1, k); return c.doFinal(d); } }
"""
    heir = """package app; class Heir extends Base {
  static final String HOW = "DES/ECB/PKCS5Padding"; Heir() { super(HOW); } }
"""
    other = "package app; class Other extends Base { Other(String how) { super(how); } }"
    facts = stated({"Base.java": base, "Heir.java": heir, "Other.java": other})
    told = {(fact.subject.name, fact.value["algorithm"]) for fact in facts if fact.kind == "crypto.use"}
    assert told == {("Base.go", None), ("Heir", "DES-ECB-PKCS5")}
    assert [fact.subject.path for fact in facts if fact.value.get("misuse") == "ecb-mode"] == ["Heir.java"]


def test_a_literal_key_that_another_file_passes_is_hard_coded_there() -> None:
    facts = stated({"Box.java": BOX.format("name"), "Use.java": USE.format('"k8s9f7s6d5f4g3h2", "AES/GCM/NoPadding"')})
    there = {
        (fact.kind, fact.value.get("misuse"), fact.value["reach"]) for fact in facts if fact.subject.path == "Use.java"
    }
    assert ("crypto.misuse", "hard-coded-key", "certain") in there
    assert "AES-GCM" in {fact.value.get("algorithm") for fact in facts if fact.subject.path == "Use.java"}
    open_ones = [fact for fact in facts if fact.subject.path == "Box.java" and fact.value.get("algorithm") is None]
    assert open_ones, "a public method may be called by others: its own fact stays open"


def test_a_caller_in_a_test_says_nothing_of_shipped_code() -> None:
    facts = stated({"Box.java": BOX.format("name"), "test/Use.java": USE.format('"k8s9f7s6d5f4g3h2", "DES"')})
    assert {fact.subject.path for fact in facts} == {"Box.java"}


def test_a_setting_of_the_delivery_and_the_default_without_one() -> None:
    box = BOX.format('System.getProperties().getProperty("box.cipher", "DES")')
    algorithms = {
        fact.value.get("algorithm")
        for fact in stated({"Box.java": box, "a.properties": "box.cipher=AES/GCM/NoPadding\n"})
    }
    assert "AES-GCM" in algorithms
    assert not any(str(name).startswith("DES") for name in algorithms)
    assert any(str(fact.value.get("algorithm")).startswith("DES") for fact in stated({"Box.java": box}))
