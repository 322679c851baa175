"""A private key in source text is a hard-coded key; code that only knows the header is not."""

import base64
import random

import pytest

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, check
from assay.examinations.cipher.embedded import EmbeddedKeys

BODY = base64.b64encode(random.Random(1).randbytes(300)).decode()
ROWS = [BODY[at : at + 64] for at in range(0, len(BODY), 64)]
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"


class _Lab:
    limits = Limits()


def facts(text: str) -> tuple[Fact, ...]:
    content = text.encode()
    meta = FileMeta("a", "a", len(content), "source", "Python", "product", "shipped", Locator("file", "a"))
    found = EmbeddedKeys().examine(FileView(meta, content), (), _Lab()).facts
    for fact in found:
        check(fact)
        assert not any(row[:20] in place.excerpt for row in ROWS for place in fact.evidence)
    return found


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
    (fact,) = facts("\n\n" + text)
    assert fact.value["misuse"] == "hard-coded-key"
    assert 3 <= fact.evidence[0].line <= 4


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
