"""A private key in source text is a hard-coded key; code that only knows the header is not."""

import base64
import random
import re

import pytest

from assay.core.examination import Examined, FileMeta, FileView, Hit, Limits, Locator
from assay.core.facts import Fact, check
from assay.core.kinds import FileClass
from assay.examinations.cipher.embedded import EmbeddedKeys, EnclosedMaterial
from tests.examinations.cipher.material.made import certificate, der, ec_key, mark, pem, private

BODY = base64.b64encode(random.Random(1).randbytes(300)).decode()
ROWS = [BODY[at : at + 64] for at in range(0, len(BODY), 64)]
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


class _Lab:
    limits = Limits()


def examined(text: str, examination: EmbeddedKeys | EnclosedMaterial, file_class: FileClass, form: str) -> Examined:
    content = text.encode()
    meta = FileMeta("a", "a", len(content), file_class, form, "product", "shipped", Locator("file", "a"))
    assert examination.accepts(meta)
    hits = [Hit(word[0], word.start()) for word in re.finditer(rb"\w+", content) if word[0] in examination.literals]
    found = examination.examine(FileView(meta, content), hits, _Lab())
    for fact in found.facts:
        check(fact)
        assert not any(row[:20] in place.excerpt for row in ROWS for place in fact.evidence)
    return found


def facts(text: str) -> tuple[Fact, ...]:
    return examined(text, EmbeddedKeys(), "source", "Python").facts


@pytest.mark.parametrize(
    "text",
    [
        'KEY = """' + "\n".join((BEGIN, *ROWS, END)) + '"""',
        "String k = " + " +\n  ".join(f'"{row}\\n"' for row in (BEGIN, *ROWS, END)) + ";",
        "static const char k[] =\n" + "\n".join(f'  "{row}\\n"' for row in (BEGIN, *ROWS, END)) + ";",
        'k = "' + "\\n".join((BEGIN.replace("RSA", "ENCRYPTED"), *ROWS)) + '"',
        "k = '''" + "\n".join((BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00", "", *ROWS)) + "'''",
    ],
)
def test_a_key_in_source(text: str) -> None:
    found = facts("\n\n" + text)
    (fact,) = [fact for fact in found if fact.kind == "crypto.misuse"]
    assert fact.value["misuse"] == "hard-coded-key"
    assert 3 <= fact.evidence[0].line <= 4
    (material,) = [fact for fact in found if fact.kind == "crypto.material"]
    assert material.value["material"] == "private-key"
    assert material.evidence == fact.evidence


@pytest.mark.parametrize(
    "text",
    [
        f'if line == "{BEGIN}":\n    return read(line)\n',
        f'MARK = "{BEGIN}"\nEND = "{END}"\n',
        '"""' + "\n".join(("-----BEGIN PUBLIC KEY-----", *ROWS)) + '"""',
        "# PRIVATE KEY\n" + ROWS[0],
    ],
)
def test_a_header_alone_is_none(text: str) -> None:
    assert facts(text) == ()


KEY = private(ec_key()).decode()
CERTIFICATE = pem("CERTIFICATE", der(certificate(ec_key()))).decode()


@pytest.mark.parametrize(
    ("before", "between", "after"),
    [
        ('"""', "\n", '"""'),
        ('"', "\\n", '"'),
        ('"', '\\n"\n  "', '"'),
        ('"', '\\n" +\n    "', '";'),
        ("'", "\\r\\n'\n . '", "'"),
        ("// ", "\n// ", "\n"),
        (" * ", "\n * ", "\n"),
        ("`", "\n", "`"),
        ('"', '",\n"', '"]'),
        ("", "\\n\\\n", ""),
    ],
)
def test_the_key_is_read_through_quotes_and_comments(before: str, between: str, after: str) -> None:
    found = facts("k = " + before + between.join(KEY.strip().split("\n")) + after)
    assert {fact.value["algorithm"] for fact in found} == {"EC-P-256"}
    (material,) = [fact for fact in found if fact.kind == "crypto.material"]
    assert (material.value["format"], material.value["fingerprint"]) == ("PKCS#8", mark(ec_key()))


def test_a_certificate_in_source() -> None:
    found = facts(f'ROOT = """{CERTIFICATE}"""')
    assert {fact.kind for fact in found} == {"crypto.material", "crypto.use"}


def test_what_does_not_decode_is_not_silent() -> None:
    found = examined('"' + "\\n".join(("-----BEGIN CERTIFICATE-----", *ROWS)) + '"', EmbeddedKeys(), "source", "Java")
    assert not found.facts
    assert [(one.reason, one.status) for one in found.shortfalls] == [("damaged", "partial")]


@pytest.mark.parametrize(
    ("file_class", "form"),
    [("configuration", "YAML"), ("text", "Markdown"), ("unknown", "text"), ("source", "Swift")],
)
def test_other_text(file_class: FileClass, form: str) -> None:
    indented = "    ".join(KEY.splitlines(keepends=True))
    line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI" + "A" * 42 + "B somebody"
    found = examined(f"tls:\n  key: |\n    {indented}\n{CERTIFICATE}\n{line}\n", EnclosedMaterial(), file_class, form)
    assert [fact.value["material"] for fact in found.facts] == ["private-key", "certificate", "public-key"]
    assert {fact.kind for fact in found.facts} == {"crypto.material"}
    assert [fact.evidence[0].line for fact in found.facts] == [3, 9, 9 + CERTIFICATE.count("\n") + 1]


@pytest.mark.parametrize(("file_class", "form"), [("text", "PDF"), ("unknown", "unknown"), ("source", "Python")])
def test_what_is_not_text_is_left_alone(file_class: FileClass, form: str) -> None:
    meta = FileMeta("a", "a", 9, file_class, form, "product", "shipped", Locator("file", "a"))
    assert not EnclosedMaterial().accepts(meta)


@pytest.mark.parametrize("comment", [" * ", "// ", "# "])
def test_what_a_comment_shows_is_an_example_and_its_key_one_that_may_be_used(comment: str) -> None:
    shown = pem("CERTIFICATE", der(certificate(ec_key()))) + private(ec_key())
    found = facts("".join(f"{comment}{line}\n" for line in shown.decode().splitlines()))
    materials = {fact.value["material"]: fact.subject.scope for fact in found if fact.kind == "crypto.material"}
    assert materials == {"certificate": "example", "private-key": "example"}
    (misuse,) = [fact for fact in found if fact.kind == "crypto.misuse"]
    assert (misuse.value["reach"], misuse.subject.scope) == ("possible", "shipped")


def test_a_mark_before_the_first_line_alone_is_no_comment() -> None:
    shown = private(ec_key()).decode()
    found = facts("k = '''\n# " + shown + "'''")
    assert {fact.value["reach"] for fact in found if fact.kind == "crypto.misuse"} == {"certain"}
