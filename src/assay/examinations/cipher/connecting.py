"""Connection strings in source: `Server=db;TrustServerCertificate=True`, `jdbc:sqlserver://h;trustServerCertificate=true`,
`postgres://h/d?sslmode=disable`; and `builder["TrustServerCertificate"] = true`.

A setting of a connection string stands in a text, behind its beginning, `;`, `?` or `&`, and what it makes of the check
of the server's certificate is read as in configuration (`settings/`). A value that the program fills in may turn the
check off: a possible misuse. In configuration files the same settings are read by `cipher.settings`.

*It cannot see* a string put together from a key and a value, or keys that are looked up in a table; comments and
documentation count for nothing.
Sources: Microsoft.Data.SqlClient (`TrustServerCertificate`), Npgsql (`Trust Server Certificate`, `SSL Mode`), libpq
(`sslmode`), Connector/J (`verifyServerCertificate`, `sslMode`), the JDBC driver for SQL Server; CWE-295. From memory.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact, Scalar
from assay.examinations.cipher.settings.checks import check
from assay.examinations.cipher.settings.meanings import meaning_of
from assay.source.languages import BY_NAME, parsed

_SETTING = re.compile(
    rb"[;?&\"'`]\s*(Trust ?Server ?Certificate|VerifyServerCertificate|SSL ?Mode)(?:[\"']\])?\s*=\s*"
    rb"([^;&\"'`\s\\]+|\\?\"[^\"]*\")",
    re.IGNORECASE,
)
SPEAKS = re.compile(rb"(?:Server ?Certificate|SSL ?Mode)=", re.IGNORECASE)  # as a text of a compiled class may
_SPELT = ("TrustServerCertificate", "VerifyServerCertificate", "SslMode")
_FILLED_IN = re.compile(r"[{}%$<>#@+]")
_BEFORE = 64


class Connections:
    """A `FileExamination` over the source languages that are read."""

    id = "cipher.connections@1"
    kinds = ("crypto.misuse",)
    literals = frozenset(
        form.encode()
        for name in (*_SPELT, "SSLMode")
        for form in (name, name[0].lower() + name[1:], name.lower(), name.upper())
    ) | {b"Trust", b"trust", b"Mode", b"mode"}  # of `Trust Server Certificate` and `SSL Mode`
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        return Examined(tuple(fact for hit in hits for fact in self._stated(view, hit)))

    def _stated(self, view: FileView, hit: Hit) -> Iterator[Fact]:
        content, start = view.content, max(0, hit.offset - _BEFORE)
        found = _SETTING.search(content, start, hit.offset + 4 * _BEFORE)
        while found is not None and found.end(1) <= hit.offset:
            found = _SETTING.search(content, found.end(1), hit.offset + 4 * _BEFORE)
        if found is None or found.start(1) > hit.offset or _is_told(view, found.start(1)):
            return
        name = found[1].decode().replace(" ", "")
        given = found[2].decode("utf-8", "replace").strip('\\"')
        line = view.first_line + content.count(b"\n", 0, hit.offset)
        for misuse in self._misuses(name, given):
            value = {**misuse, "seen": "constant", "state": "used"}
            shown = f"{name}={given[:40]}"
            yield Fact("crypto.misuse", view.meta.subject(), value, self.id, (Evidence(view.meta.path, line, shown),))

    def _misuses(self, name: str, given: str) -> list[dict[str, Scalar]]:
        if _FILLED_IN.search(given) is not None:
            return [{"misuse": "certificate-check-off", "cwe": 295, "reach": "possible"}]
        meaning = meaning_of("generic", name)
        told = check(given, meaning) if meaning is not None else None
        return [dict(misuse) for misuse in told.facts] if told is not None else []


def _is_told(view: FileView, at: int) -> bool:
    """Whether a place stands in a comment, or in a text that is for readers alone."""
    unit = parsed(view)
    node = unit.at(at, 1)
    around = [node, *unit.above(node)] if node is not None else []
    strings = (one for one in around if "string" in one.type and one.parent is not None)
    documents = any(one.parent.type == "expression_statement" for one in strings if one.parent is not None)
    return documents or any("comment" in one.type for one in around)
