"""What the document says: demands, limits, findings, actions; and that no country ever matters."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest
from msgspec import structs

from assay.core.attempts import Attempt
from assay.core.facts import Fact
from assay.core.judge import judge_all
from assay.core.product import Product, Vendor
from assay.core.rules import Rulebook
from assay.report.compose import compose
from assay.report.coverage import FileRow
from assay.report.document import Document, summary

from .sample import AS_OF, FILES, attempts, books, facts, finder, sample

ALL = frozenset({"source", "testing", "cryptography", "data", "origin", "card"})


def composed(
    *,
    shelf: Sequence[Rulebook] = (),
    known: Sequence[Fact] = (),
    tried: Sequence[Attempt] = (),
    files: Sequence[FileRow] = (),
    as_of: date = AS_OF,
) -> Document:
    judgements = [item for book in shelf for item in judge_all(book.rules, {}, known, tried, as_of)]

    def find(ids: Sequence[str]) -> Mapping[str, Fact]:
        found = finder(known)
        return {id_: found[id_] for id_ in ids}

    return compose(
        Product("p", None, None, {}),
        artifact_digest="d",
        as_of=as_of,
        version="0",
        books=shelf,
        judgements=judgements,
        facts=iter(known),
        attempts=iter(tried),
        files=files,
        find_facts=find,
    )


def nothing(ids: Sequence[str]) -> Mapping[str, Fact]:
    return {}


def states(document: Document) -> dict[str, tuple[str, str]]:
    return {row.demand: (row.state, row.words.en) for row in document.demands}


def test_the_demands_stand_in_their_order_and_untouched_ones_are_open() -> None:
    document = composed()
    assert {row.demand for row in document.demands} == ALL
    assert document.demands[0].demand == "source"
    said = states(document)
    assert said["testing"] == ("open", "Nobody looked yet.")
    assert said["cryptography"] == ("open", "Nobody looked yet.")
    assert said["source"] == ("open", "No source code was delivered.")


def test_examined_but_unjudged_is_open_as_well() -> None:
    tried = [Attempt("c@1", ("crypto.use",), "completed", "", "source", "java", "product", "shipped", files=3)]
    assert states(composed(tried=tried))["cryptography"][0] == "open"
    assert "no rule" in states(composed(tried=tried))["cryptography"][1]


@pytest.mark.parametrize(
    ("files", "withheld", "state"),
    [
        ([("source", "c", "shipped", 2, 10)], False, "met"),
        ([("source", "c", "shipped", 2, 10), ("binary", "elf", "shipped", 1, 10)], False, "open"),
        ([("source", "c", "shipped", 2, 10)], True, "open"),
        ([("binary", "elf", "shipped", 1, 10)], False, "open"),
    ],
)
def test_the_source_demand(files: list[FileRow], withheld: bool, state: str) -> None:
    gone = Attempt("i@1", ("crypto.use",), "withheld", "withheld", "source", "c", "product", "shipped", "a.c")
    assert states(composed(files=files, tried=[gone] if withheld else []))["source"][0] == state


def test_broken_rules_of_the_review_are_limits_and_convict_nobody() -> None:
    limits_only = books()[:1]
    document = composed(shelf=limits_only, known=facts(hostile=False), tried=attempts(hostile=False), files=FILES)
    assert [finding.outcome for finding in document.limits] == ["broken", "met"]
    assert document.findings == ()
    assert document.rules.broken == 0
    assert all(row.state != "broken" for row in document.demands)
    assert structs.astuple(summary(document)) == (0, 0, 1, 0)


def test_summary_counts_product_rules() -> None:
    said = summary(sample())
    assert (said.broken, said.open, said.limits) == (4, 3, 1)


def test_findings_come_worst_first_and_keep_their_clause() -> None:
    document = sample(hostile=False)
    assert [finding.rule for finding in document.worst("broken")] == [
        "sample.no-hard-coded-key", "sample.no-md5-signature", "sample.tls", "sample.no-short-rsa",
    ]  # fmt: skip
    clauses = document.findings[0].clauses
    assert (clauses[0].document, clauses[0].findings[0].severity) == ("CWE-321", "critical")
    assert clauses[1].findings[0].source.known_words.en == "known from reports about it"
    assert all(f.source.at == clause.at for clause in clauses for f in clause.findings)


def test_what_we_saw_holds_the_first_places_and_the_count() -> None:
    document = sample(hostile=False)
    finding = next(item for item in document.each_finding() if item.rule == "sample.no-md5-signature")
    seen = finding.saw[0].seen[0]
    assert seen.facts == 9
    assert len(seen.places) == 5
    assert seen.places[0].path.endswith("Digests.java")
    assert seen.places[0].line == 20
    assert "MD5" in seen.places[0].excerpt
    assert len(seen.places[0].fact) == 64


def test_open_rules_say_what_would_decide_them() -> None:
    document = sample(hostile=False)
    todo = {finding.rule: [step.en for step in finding.todo] for finding in document.each_finding()}
    assert any("Deliver the source" in step for step in todo["sample.no-rc4"])
    assert todo["sample.sector"] == ["Declare 'category' in the manifest that the operator gives with --manifest."]
    assert todo["sample.stated"] == []


def test_one_remedy_of_several_rules_is_one_action() -> None:
    first = sample(hostile=False).first
    broken = [action for action in first if action.outcome == "broken"]
    assert sum(action.settles for action in broken) == 4
    assert len({action.words for action in broken}) == len(broken)
    assert broken[0].rule == "sample.no-hard-coded-key"


def test_the_country_is_shown_and_changes_nothing_else() -> None:
    here, there, nowhere = (sample(country=country) for country in ("CN", "US", None))
    assert (here.product.country, there.product.country, nowhere.product.country) == ("CN", "US", None)
    same = here.product
    assert structs.replace(there, product=same) == here == structs.replace(nowhere, product=same)


def test_unknown_ids_are_counted_without_a_place() -> None:
    shelf, known, tried = books()[1:], facts(hostile=False), attempts(hostile=False)
    judgements = judge_all(shelf[0].rules, {}, known, tried, AS_OF)
    document = compose(
        Product("p", None, Vendor("v"), {}), artifact_digest="d", as_of=AS_OF, version="0", books=shelf,
        judgements=judgements, facts=known, attempts=tried, files=FILES, find_facts=nothing,
    )  # fmt: skip
    seen = document.worst("broken")[0].saw[0].seen[0]
    assert (seen.facts, seen.places) == (1, ())


def test_a_name_does_not_fill_the_first_page() -> None:
    product = Product("n" * 5000, "v" * 5000, Vendor("w" * 5000, "c" * 5000), {})
    document = compose(
        product, artifact_digest="d", as_of=AS_OF, version="0", books=(), judgements=(), facts=(), attempts=(),
        files=(), find_facts=nothing,
    )  # fmt: skip
    assert max(map(len, filter(None, structs.astuple(document.product)))) <= 200
