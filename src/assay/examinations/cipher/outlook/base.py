"""The base of every outlook: what holds for a language with dotted names, imports and calls in brackets.

Everything here looks at bytes around a word, for parsing costs a hundred times more. An answer that is wrong may only
be wrong by letting too much through: what `promising` refuses is never parsed, and what `stranger` and `calls_out`
refuse is never a blind spot.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from tree_sitter import Node

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, shape_of
from assay.examinations.cipher.ways import Ways
from assay.lab.identifiers import places
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_OPENED = re.compile(rb"\s*(?:(?:::)?<[^();{}]{1,400}>\s*)?\(")  # types may stand before the arguments
_SHAPES = {"setting": re.compile(rb"\s*=(?!=)"), "method": _OPENED, "bare": _OPENED}
_CALLED = re.compile(rb"\s*[(<),;]")
DOTTED = frozenset({"any"})


class Outlook:
    language: str
    importing: tuple[bytes, ...] = (b"import ", b"//")  # how lines begin on which a word is no use
    any_way: re.Pattern[bytes] = re.compile(b"")  # what must follow a word of shape `any`

    # Before parsing

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no module, or one whose name stands in an import of the file."""
        imported = BY_NAME[self.language].imported_words(content)
        if imported is None:
            return list(hits)
        return [
            hit
            for hit in hits
            if catalogue.shapes[hit.literal] != DOTTED or not catalogue.roots[hit.literal].isdisjoint(imported)
        ]

    def own(self, module: str, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:  # noqa: ARG002
        """Hits that are reached without an import, for the file is one of a package of the catalogue, and what its own
        package calls it is `module`."""
        return []

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        """Whether a hit could be a use."""
        end = hit.offset + len(hit.literal)
        return called_as(content, hit, shapes) or (
            "any" in shapes and self.any_way.match(content, end) is not None and self.used(content, hit)
        )

    def used(self, content: bytes, hit: Hit) -> bool:
        """Whether a word stands in more than an import or a comment."""
        line, ahead = line_of(content, hit)
        return not line.startswith(self.importing) or b";" in ahead  # code may follow an import on its line

    # Of a parsed unit

    def may_hand_on(self, parsed: Parsed) -> bool:  # noqa: ARG002
        """Whether a function that is named without being called can be the library's and not somebody's own."""
        return True

    # Constants and callers of other files

    def owner(self, parsed: Parsed, meta: FileMeta, function: Node) -> str:
        """What callers in other files name when they call a function: its class, else its module; '' for nothing."""
        return parsed.name_of(function).rpartition(".")[2] or self.module_of(meta)

    def module_of(self, meta: FileMeta) -> str:  # noqa: ARG002
        """The name under which a file's functions are imported, '' where that is no word."""
        return ""

    @property
    def shares(self) -> frozenset[str]:
        """The languages whose files declare constants for this one."""
        return frozenset({self.language})

    rootless = False  # whether a constant needs no class, module or package before its name

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        """What the text of a declaration must match, so that most files that only use the name are not parsed."""
        return re.compile(rb"\b%b\b\s*(:[^=\n]+)?=[^=]" % re.escape(constant.encode()))

    def may_declare(self, owner: str, meta: FileMeta) -> bool:  # noqa: ARG002
        """Whether a file can be the one that a name's owner means, by where it lies."""
        return True

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:  # noqa: ARG002
        """Whether the file can be the one that the name's owner means."""
        holder = owner.rpartition(".")[2]
        return any(f"{word} {holder}".encode() in content for word in ("class", "interface", "enum", "record"))

    def told_by(self, owner: str) -> str:  # noqa: ARG002
        """A word that stands in every file which can be the one that the owner means, '' when none has to."""
        return ""

    # Ways out of sight

    def literals(self) -> frozenset[bytes]:
        """Words that `around` and `handed_on` want to see, beside those of the ways themselves."""
        return frozenset()

    def strangers(self, content: bytes, hits: Sequence[Hit], here: Ways) -> Iterator[tuple[int, str]]:
        """Libraries that the text imports, includes or calls by their full name."""
        for hit in hits:
            names = here.strangers.get(hit.literal)
            if names is None:
                continue
            start = content.rfind(b"\n", max(0, hit.offset - 1000), hit.offset) + 1
            end = content.find(b"\n", hit.offset, hit.offset + 1000)
            line = b" ".join(content[start : end if end >= 0 else hit.offset + 1000].split())
            for name in names:
                if self.stranger(line, name.encode()):
                    yield hit.offset, name

    def may_be_own(self, view: FileView, name: str) -> bool:  # noqa: ARG002
        """Whether a stranger may be the package that the file itself is in; `packages.py` knows when all is read."""
        return False

    def stranger(self, line: bytes, name: bytes) -> bool:
        """Whether a line, its spaces made single, names a stranger."""
        return name in line and re.search(rb"(?<![\w.])" + re.escape(name) + rb"(?!\w)", line) is not None

    def imported(self, content: bytes) -> set[bytes]:  # noqa: ARG002
        """Words of the imports, given to `calls_out` for every hit of the text."""
        return set()

    def calling(self, content: bytes, hits: Sequence[Hit], here: Ways) -> list[Hit]:
        """Hits that could be calls which lead out of sight."""
        imported = self.imported(content)
        return [hit for hit in hits if self.calls_out(content, hit, here, imported)]

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        """Whether a hit could be a call that leads out of sight."""
        end, dotted = hit.offset + len(hit.literal), content[hit.offset - 1 : hit.offset] == b"."
        return any(
            _CALLED.match(content, end) is not None
            for name in here.words.get(hit.literal, ())
            if shape_of(name) == "any" or (shape_of(name) == "method") == dotted
        )

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:  # noqa: ARG002
        """Offsets and names of what hides a use in a way of this language alone, seen in the text."""
        return iter(())

    def may_lead(self, content: bytes, hit: Hit) -> bool:  # noqa: ARG002
        """Whether a place where an imported word stands under another name may be a way out, as the text has it."""
        return True

    def starred(self, parsed: Parsed) -> Iterator[str]:  # noqa: ARG002
        """Modules of the catalogue all of whose members are imported at once."""
        return iter(())

    def handed_on(self, parsed: Parsed, site: Site) -> str:  # noqa: ARG002
        """The module or class of the catalogue that a reference hands on, so that any member may be taken from it."""
        return ""

    def bounded(self, parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:  # noqa: ARG002
        """Whether what the way out `name` leads to is bounded although its argument is not known, and harmless."""
        return False

    def doubted(self, parsed: Parsed, site: Site) -> bool:  # noqa: ARG002
        """Whether something else than what a call is given may say which program it starts."""
        return False

    def leads(self, path: str) -> bool:  # noqa: ARG002
        """Whether a module or class that is imported leads to an entry which states a use."""
        return False

    def leaves(self, parsed: Parsed, alias: str, typed: int) -> bool:  # noqa: ARG002
        """Whether a module imports a name only for other modules to take it from there. `typed` is how often the text
        names it as a type, or to compare it."""
        return False

    # Names that no search finds

    def made(self, content: bytes) -> str:  # noqa: ARG002
        """Why a text shows that no person wrote it as it stands; '' when a person may have."""
        return ""

    def disguised(self, content: bytes) -> int | None:  # noqa: ARG002
        """Offset of a name that is written so that a search misses it, -1 when there is none; None to look for what
        several languages have in common."""
        return None

    def opens(self, text: str) -> bool:  # noqa: ARG002
        """Whether a text given to a call that finds things by name configures cryptography."""
        return False


def called_as(content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
    """Whether a word stands as one of the shapes demands, `any` aside."""
    end = hit.offset + len(hit.literal)
    dotted = content[hit.offset - 1 : hit.offset] == b"."
    for shape in shapes - DOTTED:
        if (dotted or shape != "method") and not (dotted and shape == "bare") and _SHAPES[shape].match(content, end):
            return True
    return False


def line_of(content: bytes, hit: Hit) -> tuple[bytes, bytes]:
    """The line of a hit to a little behind it, without its indent, and what stands ahead of the hit."""
    start = max(content.rfind(b"\n", 0, hit.offset), content.rfind(b"\r", 0, hit.offset)) + 1
    return content[start : hit.offset + len(hit.literal) + 64].lstrip(), content[start : hit.offset]


def once(name: str, content: bytes) -> bool:
    return len(list(islice(places(content, name.encode()), 2))) == 1


def owners(entries: Mapping[str, object]) -> frozenset[str]:
    """What stands before the last name of the calls of a catalogue."""
    return frozenset(call.rpartition(".")[0] for call in entries)
