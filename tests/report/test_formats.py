"""SARIF, CycloneDX, OSCAL and JUnit: valid by the official schemas whatever a product holds, and reproducible."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.core.text import LANGS, Lang
from assay.report import cyclonedx, junit, oscal, sarif
from assay.report.document import Document
from assay.report.record import Record

from . import sample
from .poison import poisoned
from .reviewed import reviewed, waiver, whole
from .schemas import CHECKS, SCHEMAS

FORMATS: dict[str, Callable[[Document, Lang, Record], bytes]] = {
    "sarif": sarif.render,
    "cyclonedx": cyclonedx.render,
    "oscal": oscal.render,
    "junit": lambda document, lang, _: junit.render(document, lang),
}
EVIL = sample.EVIL + "]]>{0}[x](javascript:1)<!--&amp;\u0000\ufffe\U000e0001\\"


def open_only() -> tuple[Document, Record]:
    skipped = Attempt("cipher.source@1", ("crypto.use", "crypto.misuse", "crypto.protocol"), "skipped", "no-reader",
                      "source", "swift", "product", "shipped", "a.swift", "", 1, 10)  # fmt: skip
    return reviewed([], [skipped])


def waived(evil: str = "") -> tuple[Document, Record]:
    rules = ("sample.no-hard-coded-key", "sample.tls")
    ids = [id_ for id_, _, keys in whole(hostile=False)[1].breaking() if {key[1] for key in keys} & set(rules)]
    return whole(hostile=False, waivers=[waiver(rule, ids, evil=evil) for rule in rules])


def poisoned_whole() -> tuple[Document, Record]:
    document, record = whole()
    return poisoned(document, EVIL), record


REVIEWS: dict[str, Callable[[], tuple[Document, Record]]] = {
    "sample": lambda: whole(hostile=False),
    "hostile": whole,
    "poisoned": poisoned_whole,
    "empty": lambda: reviewed([]),
    "no books": lambda: reviewed(sample.facts(hostile=False), books=[]),
    "waived": waived,
    "waived with malice": lambda: waived(EVIL),
    "open only": open_only,
    "document only": lambda: (whole()[0], Record()),
}


@pytest.mark.parametrize("name", REVIEWS)
@pytest.mark.parametrize("form", FORMATS)
def test_it_is_valid_by_the_official_schema(form: str, name: str) -> None:
    document, record = REVIEWS[name]()
    for lang in LANGS:
        assert CHECKS[form](FORMATS[form](document, lang, record)) == []


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_review_gives_the_same_bytes(form: str) -> None:
    for name in ("hostile", "waived"):
        first, second = (
            FORMATS[form](document, "en", record) for document, record in (REVIEWS[name](), REVIEWS[name]())
        )
        assert first == second


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_printed_moves_a_cursor_or_reorders_text(form: str) -> None:
    content = FORMATS[form](*poisoned_whole_in("en")).decode()
    assert re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", content) is None


def poisoned_whole_in(lang: Lang) -> tuple[Document, Lang, Record]:
    document, record = poisoned_whole()
    return document, lang, record


_TEXT = st.text(max_size=30)
_SCALARS = st.one_of(
    st.none(), _TEXT, st.sampled_from(["AES", "SM2", "oscaa/SM2", "gcm", "pkcs1", "2026-02-30", "2026-02-28"])
)
_KEYS = ["algorithm", "family", "mode", "padding", "curve", "purpose", "library", "protocol", "version", "misuse",
         "oid", "material", "format", "fingerprint", "not_before", "not_after", "protection", "encryption"]  # fmt: skip
_VALUE: st.SearchStrategy[dict[str, Scalar]] = st.dictionaries(st.sampled_from(_KEYS), _SCALARS, max_size=8)
_EVIDENCE = st.builds(Evidence, st.text(max_size=40), st.integers(0, 9), _TEXT, st.integers(-1, 5), _TEXT)
_FACT = st.builds(
    Fact,
    st.sampled_from(["crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material"]),
    st.builds(Subject, _TEXT, _TEXT, _TEXT, st.sampled_from(["shipped", "test"])),
    _VALUE,
    st.just("x@1"),
    st.lists(_EVIDENCE, max_size=3).map(tuple),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(_FACT, max_size=6))
def test_any_facts_give_valid_documents(facts: list[Fact]) -> None:
    document, record = reviewed([*facts, *sample.facts(hostile=True)[:2]], sample.attempts(hostile=True))
    for form, render in FORMATS.items():
        assert CHECKS[form](render(document, "en", record)) == []


def test_the_schemas_are_those_of_the_table() -> None:
    table = (SCHEMAS / "ORIGIN.md").read_text(encoding="utf-8")
    files: list[Path] = [path for path in SCHEMAS.glob("*/*") if path.is_file()]
    assert len(files) == 3
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in table
        assert f"`{path.relative_to(SCHEMAS).as_posix()}`" in table
