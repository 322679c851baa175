"""Java's and Kotlin's text: packages, members imported by themselves, properties that configure cryptography."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of, shape_of, word_of
from assay.examinations.cipher.outlook.base import _CALLED, DOTTED, Outlook, line_of, owners
from assay.examinations.cipher.ways import Ways

_STATIC_STAR = re.compile(rb"^[ \t]*import\s+static\s+([\w.]+)\.\*\s*;", re.MULTILINE)
_BLOCK = re.compile(rb"\s*\{")
_MEMBER_STAR = re.compile(rb"^[ \t]*import\s+([\w.]+)\.\*", re.MULTILINE)
_PROPERTIES = re.compile(
    r"https\.(protocols|cipherSuites)|jdk\.(tls|certpath|security|jar)|javax\.net\.ssl|com\.sun\.net\.ssl"
)


class JavaText(Outlook):
    language = "Java"
    importing = (b"import ", b"package ", b"//")
    any_way = re.compile(rb"\s*(?:[.<(,;){:>]|/\*|\w)")
    star = _STATIC_STAR

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no package, or one of whose packages is named: each part of it stands somewhere."""
        named: dict[tuple[bytes, ...], bool] = {}

        def is_named(package: tuple[bytes, ...]) -> bool:
            if package not in named:
                named[package] = all(part in content for part in package)
            return named[package]

        packages = _packages(self.language)
        return [
            hit
            for hit in hits
            if catalogue.shapes[hit.literal] != DOTTED or any(map(is_named, packages.get(hit.literal, ((),))))
        ]

    def used(self, content: bytes, hit: Hit) -> bool:
        return super().used(content, hit) or line_of(content, hit)[0].startswith(b"import static ")

    @property
    def shares(self) -> frozenset[str]:
        return frozenset({"Java", "Kotlin"})

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        """A constant of a class or object, or of a Kotlin package, which stands in any file of it."""
        holder = owner.rpartition(".")[2]
        if holder[:1].isupper():
            return super().declares(owner, meta, content) or f"object {holder}".encode() in content
        return f"package {owner}".encode() in content

    def told_by(self, owner: str) -> str:
        return owner.rpartition(".")[2]

    def literals(self) -> frozenset[bytes]:
        return catalogue_of(self.language).words

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        dotted, called = content[hit.offset - 1 : hit.offset] == b".", _CALLED.match(content, end) is not None
        for name in here.words.get(hit.literal, ()):
            shape, parts = shape_of(name), name.strip(".").split(".")
            if shape == "any" and parts[-1] != "<init>":
                owner = parts[-2].encode()
                if owner in content[max(0, hit.offset - len(owner) - 24) : hit.offset] or b"import static" in content:
                    return True
            elif called and (shape == "any" or (shape == "method") == dotted or b" extends " in content):
                return True
        return False

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:  # noqa: ARG002
        """Every static member of a class of the catalogue imported at once."""
        for found in self.star.finditer(view.content) if b".*" in view.content else ():
            if found[1].decode() in _owners(self.language) and found[1].rpartition(b".")[2][:1].isupper():
                yield found.start(), f"everything of {found[1].decode()} imported"

    def opens(self, text: str) -> bool:
        return _PROPERTIES.match(text) is not None


class KotlinText(JavaText):
    """Kotlin imports classes, members and functions alike, also under other names, and hands functions on by `::`."""

    language = "Kotlin"
    any_way = re.compile(b"")
    star = _MEMBER_STAR

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        """Also of a call whose only argument is a block behind it."""
        block = not DOTTED.issuperset(shapes) and _BLOCK.match(content, hit.offset + len(hit.literal)) is not None
        return block or super().promising(content, hit, shapes)

    def used(self, content: bytes, hit: Hit) -> bool:
        line, _ = line_of(content, hit)
        if Outlook.used(self, content, hit):
            return True
        after = content[hit.offset + len(hit.literal) :][:1]
        return line.startswith(b"import ") and (b" as " in line.partition(b"\n")[0] or after == b".")

    def disguised(self, content: bytes) -> int:  # noqa: ARG002
        """Kotlin has escapes in texts only."""
        return -1


@lru_cache(maxsize=4)
def _owners(language: str) -> frozenset[str]:
    return owners(catalogue_of(language).entries)


@lru_cache(maxsize=4)
def _packages(language: str) -> Mapping[bytes, frozenset[tuple[bytes, ...]]]:
    """The packages of which one must be named for a word of shape `any` to count; none for `java.lang`."""
    found: dict[bytes, set[tuple[bytes, ...]]] = {}
    catalogue = catalogue_of(language)
    for call in (*catalogue.entries, *catalogue.blind):
        if shape_of(call) == "any":
            parts = call.split(".")
            end = next((place for place, part in enumerate(parts) if not part[:1].islower()), len(parts) - 1)
            package = tuple(part.encode() for part in parts[:end]) if parts[:2] != ["java", "lang"] else ()
            found.setdefault(word_of(call, language).encode(), set()).add(package)
    return {word: frozenset(row) for word, row in found.items()}
