"""Rust's text: a use needs the name of its crate; foreign functions and included text are out of sight."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of
from assay.examinations.cipher.outlook.base import DOTTED, Outlook, called_as, line_of
from assay.examinations.cipher.ways import Ways
from assay.source.rust_names import used

_GIVEN_ON = re.compile(rb"^[ \t]*pub(?:\s*\([^)]*\))?\s+use\s+([^;]+);", re.MULTILINE)
_FOREIGN = re.compile(rb'\bextern\s+(?:"[\w-]+"\s*)?\{')
_INCLUDED = re.compile(rb"\binclude!\s*[({\[]")
_CRATE = re.compile(rb"\b(?:use|crate)\s+([A-Za-z_]\w*)")
_LAST = re.compile(rb"\w+(?=\s*$)")
_LONGEST = 40  # bytes of the name of a crate
_PASTED = re.compile(rb"\[<[^\n>]*>\]")


class RustText(Outlook):
    language = "Rust"
    importing = (b"//", b"use ", b"pub mod ", b"mod ")

    def used(self, content: bytes, hit: Hit) -> bool:
        """Also where an import gives the word another name."""
        line, _ = line_of(content, hit)
        return super().used(content, hit) or (line.startswith(b"use ") and b" as " in line)

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no crate, or one that the text names."""
        named: dict[bytes, bool] = {}
        for root in {root for hit in hits for root in catalogue.roots.get(hit.literal, ())}:
            named[root] = _names(content, root)
        return [
            hit
            for hit in hits
            if catalogue.shapes[hit.literal] != DOTTED or any(named[root] for root in catalogue.roots[hit.literal])
        ]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        if called_as(content, hit, shapes):
            return True
        if "any" not in shapes:
            return False
        return self.used(content, hit)

    # Constants of other files

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        return re.compile(rb"\b(?:const|static)\s+(?:mut\s+)?%b\s*:" % re.escape(constant.encode()))

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        holder = owner.removeprefix("./").rpartition(".")[2]
        stem = meta.logical.removesuffix(".rs").removesuffix("/mod").rpartition("/")[2]
        if holder in {"crate", "self", "super"}:
            return True
        return (
            stem == holder
            or re.search(rb"\b(?:mod|impl|trait)\s+%b\b" % re.escape(holder.encode()), content) is not None
        )

    # Ways out of sight

    def literals(self) -> frozenset[bytes]:
        return frozenset({b"extern", b"include", b"paste"}) | _crates()

    def stranger(self, line: bytes, name: bytes) -> bool:
        path = re.escape(name)
        return re.search(
            rb"(?<![\w:.\"])(?:::)?" + path + rb"(?: ?::| ?;| as )", line
        ) is not None and not line.startswith(b"//")

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        roots = {name.partition(".")[0].encode() for name in here.words.get(hit.literal, ())}
        return self.used(content, hit) and any(_names(content, root) for root in roots)

    def disguised(self, content: bytes) -> int:  # noqa: ARG002
        return -1

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """Foreign functions that are declared, included text, names pasted together, and what `pub use` gives on under
        another path."""
        if view.offset > 0:
            yield 0, "a part of a file whose imports stand in another part"
        if b"use" in view.content and not _crates().isdisjoint(hit.literal for hit in hits):
            for found in _GIVEN_ON.finditer(view.content):
                for _, path in used(found[1].decode("utf-8", "replace")):
                    if _leads(path):
                        yield found.start(), f"{path} imported for other modules"
        for hit in hits:
            if hit.literal == b"extern" and _FOREIGN.match(view.content, hit.offset):
                yield hit.offset, "foreign functions declared"
            if hit.literal == b"include" and _INCLUDED.match(view.content, hit.offset):
                yield hit.offset, "include!"
            if hit.literal == b"paste" and any(_names(view.content, crate) for crate in _crates()):
                pasted = _PASTED.search(view.content, hit.offset)
                if pasted is not None:
                    yield pasted.start(), "a name pasted together"


def _names(content: bytes, crate: bytes) -> bool:
    return crate in _heads(content)


@lru_cache(maxsize=2)
def _heads(content: bytes) -> frozenset[bytes]:
    """What stands before `::`, and behind `use` and `extern crate`."""
    before = {part[-_LONGEST:] for part in content.split(b"::")}
    found = {head[0] for part in before if (head := _LAST.search(part))}
    return frozenset(found.union(_CRATE.findall(content)))


def _leads(path: str) -> bool:
    """Whether a path is, or holds, something of the catalogue whose use is stated."""
    return any(
        (call == path or call.startswith(f"{path}.")) and any(row.use and row.misuse is None for row in rows)
        for call, rows in catalogue_of("Rust").entries.items()
    )


@lru_cache(maxsize=1)
def _crates() -> frozenset[bytes]:
    return frozenset(root for roots in catalogue_of("Rust").roots.values() for root in roots)
