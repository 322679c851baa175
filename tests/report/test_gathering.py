"""One pass over the facts: counts are exact, places few, and a product cannot make the report grow without end."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.facts import Evidence, Fact, Subject
from assay.report import gathering
from assay.report.gathering import gather
from assay.report.grounds import EXCERPT, excerpt

from .sample import facts, use


def many(count: int) -> Iterator[Fact]:
    for n in range(count):
        yield use(f"f{n}.java", n + 1, "x", algorithm="AES-GCM", family="AES", key_bits=(128, 256)[n % 2],
                  purpose="encryption", quantum_vulnerable=False, scope=("shipped", "test")[n % 2])  # fmt: skip


def test_a_stream_is_counted_and_only_the_first_places_kept() -> None:
    inventory = gather(many(10_000)).inventory()
    row = inventory.algorithms[0]
    assert (row.uses, row.shipped, row.places, len(row.first)) == (10_000, 5_000, 10_000, 5)
    assert [(count.name, count.count) for count in row.key_bits] == [(128, 5_000), (256, 5_000)]


def test_more_distinct_rows_than_the_limit_are_counted_in_totals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "ROWS", 3)
    invented = [use("a", 1, "x", algorithm=f"A{n}", family="F", quantum_vulnerable=True) for n in range(10)]
    inventory = gather(invented).inventory()
    assert (len(inventory.algorithms), inventory.unlisted, inventory.uses) == (3, 7, 10)
    assert inventory.quantum.vulnerable == 10


def test_unresolved_uses_keep_expression_and_place() -> None:
    inventory = gather(facts(hostile=False)).inventory()
    assert inventory.unresolved == 1
    assert inventory.unresolved_first[0].expression == 'Cipher.getInstance(settings.get("cipher"))'
    assert "Config.java" in inventory.unresolved_first[0].path


def test_quantum_families_protocols_and_misuses() -> None:
    inventory = gather(facts(hostile=False)).inventory()
    assert (inventory.quantum.vulnerable, inventory.quantum.unaffected, inventory.quantum.undetermined) == (2, 13, 1)
    assert {row.family for row in inventory.families if row.quantum_vulnerable} == {"RSA", "SM2"}
    assert [(row.name, row.detail) for row in inventory.protocols] == [("TLS", "1.0")]
    assert [(row.name, row.detail) for row in inventory.misuses] == [("hard-coded-key", 321)]


def test_statements_are_marked_as_stated() -> None:
    stated = gather(facts(hostile=False)).stated[0]
    assert stated.words.en == "stated by Example Payments Ltd, not verified"
    assert "未经核实" in stated.words.zh
    claim = Fact("statement", Subject("p", "", "", "unknown"), {"claim": "c", "who": "W", "trust": "claim"}, "i@1", ())
    assert "inside the delivery" in gather([claim]).stated[0].words.en


@given(st.text(st.sampled_from("ae\u0301\u0300\t 密"), max_size=500))
def test_excerpts_are_capped_and_never_cut_before_a_mark(text: str) -> None:
    short = excerpt(text)
    assert len(short) <= EXCERPT
    assert "\t" not in short
    if short.endswith("…"):
        rest = text.replace("\t", " ").strip()
        kept = short[:-1]
        assert rest.startswith(kept)


def test_an_excerpt_of_marks_alone_ends() -> None:
    assert excerpt("\u0301" * 500) == "…"
    assert excerpt("e" + "\u0301" * 500) == "…"


def test_evidence_without_lines_is_kept() -> None:
    fact = Fact(
        "crypto.use", Subject("p", "b", "", "shipped"), {"algorithm": None}, "x@1", (Evidence("b", 0, "", 4096),)
    )
    assert gather([fact]).unresolved_first[0].address == 4096
