"""Private keys written into source text: PEM blocks in string literals and comments.

States `crypto.misuse` hard-coded-key where the header of a private key is followed by its content. A header alone, as
in code that reads key files, is none. Nothing of the key is kept.

*It cannot see* a key in another encoding, or a block whose content is put together from parts; key files of their own
are `material`, which is not read yet.
Source: RFC 7468; CWE-321.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact, Scalar
from assay.source.languages import BY_NAME

_HEADER = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ )*)PRIVATE KEY(?: BLOCK)?-----")
_NOISE = re.compile(rb"\\[nrt]|[\s\"'+,();*/#\\]|(?:Proc-Type|DEK-Info)[^\n\"\\]*")
_CONTENT = re.compile(rb"[A-Za-z0-9=]{40}")
_LOOKED_AT = 600  # bytes behind a header


class EmbeddedKeys:
    """A `FileExamination` over the source languages that are read."""

    id = "cipher.embedded@1"
    kinds = ("crypto.misuse",)
    literals = frozenset({b"PRIVATE"})
    fold_case = False

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        return Examined(tuple(self._facts(view)))

    def _facts(self, view: FileView) -> Iterator[Fact]:
        for header in _HEADER.finditer(view.content):
            behind = _NOISE.sub(b"", view.content[header.end() : header.end() + _LOOKED_AT])
            if _CONTENT.match(behind.replace(b"+", b"").replace(b"/", b"")) is None:
                continue
            line = view.first_line + view.content.count(b"\n", 0, header.start())
            value: dict[str, Scalar] = {
                "misuse": "hard-coded-key",
                "cwe": 321,
                "algorithm": None,
                "seen": "constant",
                "state": "used",
                "reach": "certain",
            }
            evidence = Evidence(view.meta.path, line, header[0].decode("ascii"))
            yield Fact("crypto.misuse", view.meta.subject(), value, self.id, (evidence,))
