"""C++'s text: C's, with names in namespaces and classes.

A word that stands for a member of a namespace or a class is a use only where the text also holds the name of that
namespace or class. A header that opens such a namespace to whoever includes it is therefore a blind spot.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of
from assay.examinations.cipher.outlook.base import DOTTED
from assay.examinations.cipher.outlook.c import CText, ends_macro, in_brackets
from assay.examinations.cipher.ways import Ways

_FOLLOWED = re.compile(rb"\s*(?:[(,;})<{\]>:?|]|[&*]*\s*\w)")
_OPENED = re.compile(rb"^[ \t]*using[ \t]+namespace[ \t]+(?:::)?(\w+)", re.MULTILINE)
_HEADER = re.compile(r"\.(?:h|hh|hpp|hxx|h\+\+|ipp|inl|tpp|txx)$", re.IGNORECASE)


class CppText(CText):
    language = "C++"

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        there: dict[bytes, bool] = {}

        def holds(root: bytes) -> bool:
            if root not in there:
                there[root] = root in content
            return there[root]

        return [
            hit
            for hit in super().reachable(content, hits, catalogue)
            if catalogue.shapes[hit.literal] != DOTTED or any(map(holds, catalogue.roots[hit.literal]))
        ]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        if hit.literal in catalogue_of(self.language).only_passed:
            return in_brackets(content, hit.offset)
        return _FOLLOWED.match(content, end) is not None or ends_macro(content, hit.offset, end)

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        return hit.literal in here.words and _FOLLOWED.match(content, hit.offset + len(hit.literal)) is not None

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:  # noqa: ARG002
        holder = owner.rpartition(".")[2].encode()
        words = (b"namespace", b"class", b"struct", b"enum", b"::")
        return not holder or (holder in content and any(word in content for word in words))

    def literals(self) -> frozenset[bytes]:
        return super().literals() | {b"using"}

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        yield from super().around(view, hits)
        if _HEADER.search(view.meta.logical):
            for found in _OPENED.finditer(view.content):
                if found[1] in namespaces():
                    yield found.start(), f"namespace {found[1].decode()} opened for other files"


@lru_cache(maxsize=1)
def namespaces() -> frozenset[bytes]:
    """The top namespaces of the catalogue."""
    names = (call for call in catalogue_of("C++").entries if call[:1] not in {"=", "."} and "." in call)
    return frozenset(name.partition(".")[0].encode() for name in names) - {b"std"}
