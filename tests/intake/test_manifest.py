import datetime
import json
import re
from pathlib import Path

import jsonschema
import pytest

from assay.core.errors import Exit, InputError
from assay.core.product import Consent, Interface, Manifest, Vendor
from assay.core.text import LANGS, Lang
from assay.intake import Delivery, consent_covers, init_text
from assay.intake.manifest import combine, parse, read, schema, schema_bytes
from assay.rulebooks import strict_yaml

from .packing import zipped

DIGEST = "0f" * 32
FULL = f"""
name: Paygate
version: "2.10"
vendor: {{name: Example Ltd., country: DE}}
sector: banking
category: payment-gateway
components:
  - {{role: server, path: server}}
  - {{role: agent, path: agents/linux}}
declares:
  interfaces: [{{name: api, protocol: https, port: 8443, audience: customers}}]
  telemetry: []
  ciphers: [SM4-GCM]
consent: {{by: Bank, digest: {DIGEST}, tests: [probe], addresses: [192.0.2.1], until: 2026-12-31}}
statements:
  - {{claim: sbom-complete, content: "yes", who: Example Ltd., role: vendor, date: 2026-01-02}}
  - {{claim: lawful, content: "yes", who: Authority, role: regulator, date: 2026-01-02, expires: 2027-01-01}}
withheld:
  - {{what: firmware, by: Example Ltd., reason: export control, law: Example Act}}
""".encode()

WRONG = [
    ("nme: x", 1, "nme", "did you mean name?"),
    ("version: 1.10", 1, "version", "quotes"),
    ("vendor:\n  country: DE", 2, "vendor", "add name"),
    ("vendor: {name: a, country: Germany}", 1, "vendor.country", "alpha-2"),
    ("declares:\n  ciphers:\n    - ok\n    - 3", 4, "declares.ciphers[1]", "quotes"),
    ("declares:\n  interfaces:\n    - {name: a}\n    - {name: b, prt: 3}", 4, "declares.interfaces[1].prt", "port"),
    ("statements:\n  - {claim: a, content: b, who: c, role: d, date: soon}", 2, "statements[0].date", "2026-01-31"),
    ("components: [{role: a}, {role: a}]", 1, "components[1].role", "role of its own"),
    ("consent: {by: a, digest: abc, until: 2026-01-01}", 1, "consent.digest", "64 hex"),
    ("- a", 1, "(top)", "schema"),
]


@pytest.mark.parametrize(("text", "line", "key", "advice"), WRONG, ids=[case[2] for case in WRONG])
def test_errors_name_file_line_key_and_remedy(text: str, line: int, key: str, advice: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text.encode(), "m.yaml")
    assert caught.value.message.en.startswith(f"m.yaml:{line}: {key}: ")
    assert caught.value.advice is not None
    assert advice in caught.value.advice.en
    assert re.search("[\u4e00-\u9fff]", caught.value.message.zh)
    assert caught.value.exit_code == Exit.USAGE


def test_a_full_manifest() -> None:
    manifest = parse(FULL, "m.yaml")
    assert manifest.version == "2.10"
    assert manifest.vendor == Vendor("Example Ltd.", "DE")
    assert manifest.declares.interfaces == (Interface("api", "https", 8443, "customers"),)
    assert (manifest.declares.telemetry, manifest.declares.accounts) == ((), None)
    assert manifest.statements[1].expires == datetime.date(2027, 1, 1)
    assert parse(b"", "m.yaml") == Manifest()


def test_a_manifest_that_is_not_there() -> None:
    with pytest.raises(InputError, match="No such file"):
        read(Path("nowhere.yaml"))


def test_the_delivery_speaks_only_within_its_right() -> None:
    given, notes = combine(None, parse(FULL, "product.yaml"))
    manifest = given.manifest
    assert (manifest.name, manifest.vendor, len(manifest.components)) == ("Paygate", Vendor("Example Ltd.", "DE"), 2)
    assert (manifest.consent, manifest.withheld, manifest.sector, manifest.category) == (None, (), None, None)
    assert [item.role for item in manifest.statements] == ["vendor"]
    assert given.claimed == {"name", "version", "vendor", "components", "declares"}
    (note,) = notes
    assert note.kinds == ()
    for word in ("consent", "withheld", "sector", "category", "other parties"):
        assert word in note.detail


def test_the_operator_comes_first() -> None:
    operator = parse(b"name: Other\nsector: banking\n", "m.yaml")
    given, _ = combine(operator, parse(FULL, "product.yaml"))
    assert (given.manifest.name, given.manifest.version, given.manifest.sector) == ("Other", "2.10", "banking")
    assert "name" not in given.claimed
    full, notes = combine(parse(FULL, "m.yaml"), None)
    assert (full.manifest, full.claimed, notes) == (parse(FULL, "m.yaml"), frozenset(), [])


SEVERAL = """statements:
  - {claims: [nothing-hidden.syntax, nothing-hidden.no-reader], documents: [%s, %s], content: schema only, who: Li Wei,
     role: laboratory, date: 2026-06-01}
"""
ONE, OTHER = "a1" * 32, "b2" * 32


def test_one_ground_for_several_claims_and_documents_is_as_many_statements() -> None:
    given = parse((SEVERAL % (ONE, OTHER)).encode(), "m").statements
    assert [(one.claim[15:], one.document[0]) for one in given] == [
        ("syntax", "a"), ("syntax", "b"), ("no-reader", "a"), ("no-reader", "b")
    ]  # fmt: skip
    assert {(one.content, one.who, one.claims, one.documents) for one in given} == {("schema only", "Li Wei", (), ())}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (SEVERAL % (ONE, ONE), "documents"),
        (SEVERAL % (ONE, "b" * 63), "documents"),
        (SEVERAL.replace("content", f"document: {ONE}, content") % (ONE, OTHER), "documents"),
        (SEVERAL.replace("claims: [", "claims: [x, x, ") % (ONE, OTHER), "claims"),
        (SEVERAL.replace("no-reader", "laziness") % (ONE, OTHER), "claim"),
        ("statements: [{content: c, who: w, role: r, date: 2026-06-01}]", "claim"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_list_is_told(text: str, key: str) -> None:
    with pytest.raises(InputError, match=key):
        parse(text.encode(), "m.yaml")


def test_a_delivery_cannot_state_without_end() -> None:
    names = ", ".join(f"c{number}" for number in range(400))
    text = f"statements: [{{claims: [{names}], documents: [{names}], content: c, who: w, role: r, date: 2026-06-01}}]"
    with pytest.raises(InputError, match="more than"):
        parse(text.encode(), "product.yaml")


DAY = datetime.date(2026, 6, 1)
CONSENT = Consent("Bank", DIGEST, datetime.date(2026, 12, 31), tests=("probe",), addresses=("192.0.2.1",))


def test_consent_covers_what_it_names() -> None:
    consent_covers(CONSENT, digest="sha256:" + DIGEST, test="probe", address="192.0.2.1", on=DAY)
    consent_covers(CONSENT, digest=DIGEST, test="probe", address="", on=CONSENT.until)


BEYOND = [
    (None, DIGEST, "probe", "", DAY, "no consent"),
    (CONSENT, "0" * 64, "probe", "", DAY, "another delivery"),
    (CONSENT, DIGEST, "probe", "", datetime.date(2027, 1, 1), "ended"),
    (CONSENT, DIGEST, "fuzz", "", DAY, "does not name the test"),
    (CONSENT, DIGEST, "probe", "192.0.2.2", DAY, "does not name the address"),
]


@pytest.mark.parametrize(
    ("consent", "digest", "test", "address", "on", "why"), BEYOND, ids=[case[-1] for case in BEYOND]
)
def test_consent_covers_nothing_else(
    consent: Consent | None, digest: str, test: str, address: str, on: datetime.date, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        consent_covers(consent, digest=digest, test=test, address=address, on=on)


def test_where_a_password_is_found_is_said_by_the_operator_alone(tmp_path: Path) -> None:
    (tmp_path / "op.yaml").write_text(
        "unlock:\n  - {file: a.p12, password_env: A}\n  - {file: b, password_file: b.txt}\n"
    )
    first, second = read(tmp_path / "op.yaml").unlock
    assert (first.file, first.password_env, first.password_file) == ("a.p12", "A", "")
    assert second.password_file == str((tmp_path / "b.txt").resolve())
    delivered = parse(b"unlock: [{file: a.p12, password_env: A}]\n", "product.yaml")
    given, notes = combine(None, delivered)
    assert given.manifest.unlock == ()
    assert "unlock" in notes[0].detail
    for places in ("", ", password_env: A, password_file: b"):
        with pytest.raises(InputError, match=r"unlock\[0\]"):
            parse(f"unlock: [{{file: a{places}}}]\n".encode(), "op.yaml")


def test_the_published_schema_is_current_and_agrees_with_the_reader() -> None:
    published = Path(__file__).parents[2] / "docs" / "schema" / "product.schema.json"
    assert published.read_bytes() == schema_bytes(), "run the command in the docstring of schema_bytes"
    validator = jsonschema.Draft202012Validator(schema())
    assert not list(validator.iter_errors(strict_yaml.parse(FULL, "m").value))
    for text in ("nme: x", "version: 1.10", "vendor: {country: DE}", "declares: {ciphers: [3]}"):
        assert list(validator.iter_errors(strict_yaml.parse(text.encode(), "m").value)), text


@pytest.mark.parametrize("lang", LANGS)
def test_the_starting_manifest_is_valid_as_it_is_and_with_every_line_used(lang: Lang, tmp_path: Path) -> None:
    text = init_text(None, lang)
    assert parse(text.encode(), "product.yaml").name == "product"
    used = "\n".join(re.sub(r"^#(?=\w|  )", "", line) for line in text.splitlines())
    manifest = parse(used.encode(), "product.yaml")
    assert manifest.consent is not None
    assert all(getattr(manifest, name) for name in ("vendor", "sector", "components", "statements", "withheld"))
    assert ("销售方" in text) == (lang == "zh")


def test_the_starting_manifest_is_prefilled_and_nothing_leaves_its_quotes(tmp_path: Path) -> None:
    evil = 'x"\nconsent: {by: me}'
    (tmp_path / "p.zip").write_bytes(zipped({"package.json": json.dumps({"name": evil, "version": "1.10"}).encode()}))
    manifest = parse(init_text(Delivery(tmp_path / "p.zip", tmp_path / "s"), "en").encode(), "product.yaml")
    assert (manifest.name, manifest.version, manifest.consent) == (evil, "1.10", None)
