"""Java's text: fully qualified names, static imports, and properties that configure the platform's cryptography."""

import re
from collections.abc import Iterator, Sequence

from assay.core.examination import FileView, Hit
from assay.examinations.cipher.catalogue import catalogue_of, shape_of
from assay.examinations.cipher.outlook.base import _CALLED, Outlook, line_of, owners
from assay.examinations.cipher.ways import Ways

_STATIC_STAR = re.compile(rb"^[ \t]*import\s+static\s+([\w.]+)\.\*\s*;", re.MULTILINE)
_PROPERTIES = re.compile(
    r"https\.(protocols|cipherSuites)|jdk\.(tls|certpath|security|jar)|javax\.net\.ssl|com\.sun\.net\.ssl"
)


class JavaText(Outlook):
    language = "Java"
    importing = (b"import ", b"package ", b"//")
    any_way = re.compile(rb"\s*(?:[.<(,;){:>]|/\*|\w)")

    def used(self, content: bytes, hit: Hit) -> bool:
        return super().used(content, hit) or line_of(content, hit)[0].startswith(b"import static ")

    def literals(self) -> frozenset[bytes]:
        return catalogue_of("Java").words

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        dotted = content[hit.offset - 1 : hit.offset] == b"."
        for name in here.words.get(hit.literal, ()):
            shape, parts = shape_of(name), name.strip(".").split(".")
            if shape == "any" and parts[-1] != "<init>":
                owner = parts[-2].encode()
                if owner in content[max(0, hit.offset - len(owner) - 24) : hit.offset] or b"import static" in content:
                    return True
            elif (shape == "any" or (shape == "method") == dotted) and _CALLED.match(content, end):
                return True
        return False

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:  # noqa: ARG002
        """Every static member of a class of the catalogue imported at once."""
        if b"import static" not in view.content:
            return
        known = owners(catalogue_of("Java").entries)
        for found in _STATIC_STAR.finditer(view.content):
            if found[1].decode() in known:
                yield found.start(), f"everything of {found[1].decode()} imported"

    def opens(self, text: str) -> bool:
        return _PROPERTIES.match(text) is not None
