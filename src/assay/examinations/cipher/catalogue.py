"""All shipped libraries of a language together: entries by qualified name, and the words that lead to them.

One library is a YAML file of `catalogue/`; `library.py` says what may stand in it.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from msgspec import Struct

from assay.examinations.cipher import prepared
from assay.examinations.cipher.library import Entry, Library, Position
from assay.examinations.cipher.names import recognise
from assay.source.languages import BY_NAME

_TOLD = re.compile(rb"^language: *([^\s#][^\n]*)$", re.MULTILINE)


class Catalogue(Struct, frozen=True, dict=True):
    """Every library of one language: entries by qualified name, and the words that lead to them."""

    language: str
    entries: Mapping[str, tuple[Entry, ...]]
    values: Mapping[str, str]
    aliases: Mapping[str, str]
    blind: Mapping[str, Position]
    words: frozenset[bytes]
    shapes: Mapping[bytes, frozenset[str]]  # how a word must stand to be a use: see `shape_of`
    roots: Mapping[bytes, frozenset[bytes]]  # the top modules through which a word of shape "any" is reached
    own: Mapping[tuple[str, str], str]  # what a number or a text means to one library

    def canonical(self, name: str) -> str:
        """A qualified name with the root of an alias replaced."""
        head, dot, rest = name.partition(".")
        return self.aliases.get(head, head) + dot + rest if dot else name

    def known(self, name: str) -> bool:
        name = self.canonical(name)
        return name in self.entries or name in self.values or f"{name}.<init>" in self.entries

    def constant(self, name: str) -> str | None:
        """What a constant of a library means as an argument."""
        return self.values.get(self.canonical(name))

    @cached_property
    def only_passed(self) -> frozenset[bytes]:
        """Words that lead to nothing but constants and texts that count as arguments."""
        adapter = BY_NAME[self.language]
        passed: dict[bytes, bool] = {}
        for call, rows in self.entries.items():
            word = (call[1:] if call[:1] in {"=", "."} else adapter.word(call)).encode()
            passed[word] = passed.get(word, True) and all(row.passed for row in rows)
        return frozenset(word for word, only in passed.items() if only)

    def plain(self, name: str) -> tuple[Entry, ...]:
        """The entries of the members of a class or module, where none of them asks for more than that it is called: all
        that handing it on can hide. () where one does, and where there is none."""
        return _plain(self.language, name)

    def holds(self, name: str) -> bool:
        """Whether a class has entries that state a use."""
        return any(
            call.startswith(f"{name}.") and any(row.use and row.misuse is None for row in rows)
            for call, rows in self.entries.items()
        )

    def offers(self, name: str) -> bool:
        """Whether a class has entries that state a use, or means an algorithm as an argument."""
        return self.holds(name) or bool(recognise(self.values.get(name, ""), "any"))


def shape_of(call: str) -> str:
    """How the word of a call stands in text: `x.word(`, `word =`, `word(` without a dot, or any way."""
    if call.startswith("="):
        return "setting"
    if call.startswith("."):
        return "method"
    return "any" if "." in call else "bare"


def word_of(call: str, language: str) -> str:
    """The identifier of a qualified name that is searched for."""
    return call[1:] if call[:1] in {"=", "."} else BY_NAME[language].word(call)


def libraries() -> tuple[Library, ...]:
    """Every shipped library, by file name."""
    return tuple(prepared.library(name) for name in prepared.texts())


@lru_cache(maxsize=16)
def catalogue_of(language: str) -> Catalogue:
    """What the libraries of a language offer. Those are not loaded whose line of languages tells that they are for
    others."""
    found = (prepared.library(name) for name, content in prepared.texts().items() if _may_be_for(language, content))
    return combined(language, [one for one in found if language in one.languages])


def _may_be_for(language: str, content: bytes) -> bool:
    told = _TOLD.search(content)
    return told is None or language in re.split(r"[\s\[\],'\"]+", told[1].decode())


def combined(language: str, of: Sequence[Library]) -> Catalogue:
    entries: dict[str, tuple[Entry, ...]] = {}
    values: dict[str, str] = {}
    aliases: dict[str, str] = {}
    blind: dict[str, Position] = {}
    adapter = BY_NAME[language]
    spelt_as = str.lower if adapter.folds else str
    for library in of:
        values.update((spelt_as(name), value) for name, value in library.values.items())
        aliases.update(library.aliases)
        blind.update((spelt_as(name), at) for name, at in library.blind.items())
        for entry in library.entries:
            for call in map(spelt_as, entry.calls):
                for spelt in (call, *adapter.spellings(call)):
                    entries[spelt] = (*entries.get(spelt, ()), entry)
    shapes: dict[bytes, set[str]] = {}
    words = {call: word_of(call, language).encode() for call in (*entries, *blind)}
    for call, word in words.items():
        shapes.setdefault(word, set()).add(shape_of(call))
    stand = {word: frozenset(row) for word, row in shapes.items()}
    roots = _roots(words, aliases)
    own = {(library.id, name): said for library in of for name, said in library.values.items()}
    return Catalogue(language, entries, values, aliases, blind, frozenset(shapes), stand, roots, own)


@lru_cache(maxsize=1024)
def _plain(language: str, name: str) -> tuple[Entry, ...]:
    catalogue = catalogue_of(language)
    found = [row for call, rows in catalogue.entries.items() if call.startswith(f"{name}.") for row in rows]
    asking = any(
        row.arguments or row.then or row.within or row.misuse or row.needs or row.algorithm is None or not row.use
        for row in found
    )
    searched = name.rpartition(".")[2].encode() in catalogue.words  # or nobody comes across the name
    return tuple(found) if searched and not asking else ()


def _roots(words: Mapping[str, bytes], aliases: Mapping[str, str]) -> dict[bytes, frozenset[bytes]]:
    others: dict[str, set[str]] = {}
    for alias, root in aliases.items():
        others.setdefault(root.partition(".")[0], set()).add(alias)
    found: dict[bytes, set[bytes]] = {}
    for call, word in words.items():
        if shape_of(call) == "any":
            root = call.partition(".")[0]
            found.setdefault(word, set()).update(name.encode() for name in (root, *others.get(root, ())))
    return {word: frozenset(row) for word, row in found.items()}
