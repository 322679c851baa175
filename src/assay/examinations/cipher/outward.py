"""Where cryptography may be used out of sight of the catalogue: each such place makes the attempt partial.

States no fact. Five kinds of place, four of them listed by language in `outward.yaml`. A call that finds code by name
(`eval`, `Class.forName`, `dlsym`) when that name cannot be determined, or is one that the catalogue knows. A call into
foreign code (`ctypes.CDLL`, `System.loadLibrary`), whatever it is given. A call that starts a program, when the command
cannot be determined, names a cryptographic tool, or hands a script to a shell. An import of a *stranger*, a library
that offers cryptography and has no entries. And an import that speaks of cryptography and is listed nowhere
(`unlisted.py`). What hides a use in one language alone is found by its outlook.

*It cannot see* a stranger that is not listed and whose name says nothing, a program that a harmless looking command
starts, such as `make` or the product's own script, or calls of these functions through another name than an import
gives them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from tree_sitter import Node

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher import unlisted
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.ways import TOOLS, Ways, ways
from assay.lab.identifiers import places
from assay.source.answers import Answer, Value
from assay.source.languages import FOLDING, slug_of
from assay.source.languages import parsed as parsed_unit
from assay.source.places import Arguments
from assay.source.values import Resolver

_SHELLS = re.compile(
    r"(^|[/\\])((ba|da|z|k|c|tc)?sh|cmd|powershell|pwsh|python[\d.]*|perl|ruby|node|java|env|sudo|xargs)(\.exe)?$"
)
_WORD = re.compile(r"\w+")
_PART = re.compile(r"[./]")
_LITERAL = re.compile(rb"\s*\(\s*([\"'])([A-Za-z_][\w.-]*)\1\s*[,)]")


class OutOfSight:
    """A `FileExamination` of one language: the words of another would open files for nothing."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    by_format = True

    def __init__(self, language: str) -> None:
        self.language = language
        self.fold_case = language in FOLDING
        self.id = f"cipher.outward.{slug_of(language)}@1"

    @cached_property
    def literals(self) -> frozenset[bytes]:
        return OUTLOOKS[self.language].literals() | ways(self.language).literals | unlisted.literals(self.language)

    def __reduce__(self) -> tuple[type["OutOfSight"], tuple[str]]:
        return (type(self), (self.language,))

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format == self.language

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        language, content = view.meta.format, view.content
        if not view.whole and b"\n" not in content:
            return Examined()  # a line longer than one unit: the other examination of the file says so
        here, outlook = ways(language), OUTLOOKS[language]
        found: dict[tuple[int, str], None] = {}
        own: dict[tuple[int, str], None] = {}
        for offset, name in outlook.strangers(content, hits, here):
            waits = own if outlook.may_be_own(view, name) else found
            waits[view.first_line + content.count(b"\n", 0, offset), name] = None
        for offset, name in unlisted.unlisted(language, content, hits):
            own[view.first_line + content.count(b"\n", 0, offset), name] = None
        for offset, name in outlook.around(view, hits):
            found[view.first_line + content.count(b"\n", 0, offset), name] = None
        out = outlook.calling(content, hits, here)
        calls = [hit for hit in out if not _names_harmless(content, hit, language)]
        if calls:
            for line, name in _calls(view, calls, here, lab.limits.steps_per_value):
                found[line, name] = None
        return Examined(
            summary=tuple(own) or None,
            shortfalls=tuple(Shortfall("blind-spot", f"line {line}: {name}") for line, name in sorted(found)),
        )


def _names_harmless(content: bytes, hit: Hit, language: str) -> bool:
    """Whether a call finds by a plain literal what leads nowhere: seen without parsing."""
    if hit.literal not in _naming_first(language):
        return False
    given = _LITERAL.match(content, hit.offset + len(hit.literal))
    return given is not None and not _mentions(given[2].decode(), language)


@lru_cache(maxsize=16)
def _naming_first(language: str) -> frozenset[bytes]:
    """Words of nothing but calls that find things by their first argument."""
    here, others = ways(language), OUTLOOKS[language].literals()
    return frozenset(
        word for word, names in here.words.items()
        if word not in others and all(here.by_name.get(name) == 0 for name in names)
    )  # fmt: skip


def _calls(view: FileView, hits: Sequence[Hit], here: Ways, steps: int) -> Iterator[tuple[int, str]]:
    """Lines and names of calls that hide what they reach. A reference that is handed on hides it too."""
    parsed = parsed_unit(view)
    if parsed.hopeless:
        return  # the other examination of the file says so
    catalogue = catalogue_of(view.meta.format)
    resolver = Resolver(parsed, catalogue.known, steps)
    words = frozenset(hit.literal for hit in hits)
    aliases = sorted(parsed.adapter.other_names(parsed, words))
    outlook = OUTLOOKS[view.meta.format]
    renamed = (Hit(alias, at) for alias in aliases for at in places(view.content, alias))
    again = [hit for hit in renamed if outlook.may_lead(view.content, hit)]
    for star in outlook.starred(parsed):
        yield view.first_line, f"everything of {star} imported"
    for hit in (*hits, *again):
        node = parsed.at(hit.offset, len(hit.literal))
        site = parsed.adapter.site(parsed, node, hit.literal.decode()) if node is not None else None
        module = outlook.handed_on(parsed, site) if site is not None else ""
        if site is not None and module and not catalogue.plain(module):
            yield parsed.line(site.node), f"{module} handed on"
        name = next((name for name in _names(site.names, here)), "") if site is not None else ""
        if site is None or not name or (name.startswith(".") and any(map(catalogue.known, site.names))):
            continue  # a method of an object that the catalogue knows is stated by the other examination
        if outlook.bounded(parsed, resolver, site, name):
            continue
        if name in here.foreign or name.startswith(here.owned) or site.arguments is None:
            yield parsed.line(site.node), name
            continue
        if name in here.by_name and site.arguments == Arguments():
            continue  # what is given no name finds nothing by it
        at = here.by_name[name] if name in here.by_name else here.commands[name]
        position = at if isinstance(at, tuple) else (at, None)
        node = site.arguments.get(*position) if site.arguments is not None else None
        answer = resolver.resolve(node) if node is not None else None
        if name in here.commands:
            hidden = outlook.doubted(parsed, site) or _starts(
                _whole(answer, site.arguments.positional[position[0] :], resolver) if site.arguments else None
            )
        elif name in catalogue.blind and (answer is None or not answer.complete):
            hidden = False  # the other examination says so
        else:
            hidden = _reaches(answer, view.meta.format)
        if hidden:
            yield parsed.line(site.node), name
    resolver.forget()


def _whole(first: Answer | None, given: Sequence[Node], resolver: Resolver) -> Answer | None:
    """A command given word by word, as to `execlp` or `ProcessBuilder`: all of it where the first word is certain."""
    if first is None or not first.certain or first.values[0].kind != "text" or len(given) < 2:
        return first
    others = [resolver.resolve(node) for node in given[1:]]
    words = [value for answer in others for value in answer.values if value.kind == "text"]
    return Answer((Value("list", items=(first.values[0], *words)),))


def _names(names: Sequence[str], here: Ways) -> Iterator[str]:
    for name in names:
        if name.startswith(here.owned) or name in here.foreign or name in here.by_name or name in here.commands:
            yield name


def _reaches(answer: Answer | None, language: str) -> bool:
    """Whether what a call finds by name may be cryptography that is not stated otherwise."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(_leads(item, language) for item in answer.values)


def _leads(item: Value, language: str) -> bool:
    """Whether a value is no plain text, or one that leads to cryptography. A provider of the names that the catalogue
    knows brings no others."""
    values = catalogue_of(language).values
    if item.kind == "reference" and any(values.get(name) == "provider" for name in item.names):
        return False
    return item.kind != "text" or _mentions(item.text, language)


def _mentions(text: str, language: str) -> bool:
    """Whether a text holds a name of the catalogue, the start of one, or a way out."""
    if OUTLOOKS[language].opens(text) or text in _around(language):
        return True
    words = {word.encode() for word in _WORD.findall(text)}
    return not words.isdisjoint(_telling(language))


@lru_cache(maxsize=8)
def _around(language: str) -> frozenset[str]:
    """The names of the catalogue, and all that one of them begins with up to a dot or a slash."""
    names = catalogue_of(language).entries
    return frozenset(names) | {name[: end.start()] for name in names for end in _PART.finditer(name)}


@lru_cache(maxsize=8)
def _telling(language: str) -> frozenset[bytes]:
    """Words that lead to the catalogue: its own, the top modules, and the ways out."""
    catalogue = catalogue_of(language)
    roots = {name.partition(".")[0] for name in catalogue.entries if "." in name[1:]} | set(catalogue.aliases)
    return catalogue.words | ways(language).literals | {root.encode() for root in roots - {"java", "javax", "org", ""}}


def _starts(answer: Answer | None) -> bool:
    """Whether a command is not a plain literal, names a cryptographic tool, or is a script for a shell."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(_starts_tool(item) for item in answer.values)


def _starts_tool(command: Value) -> bool:
    words = [part.text for part in command.items] if command.kind == "list" else [command.text]
    if command.kind not in {"text", "list"} or not words[0]:
        return True
    if _SHELLS.search(words[0]):  # of a single word too: its arguments may be given by other calls
        return True
    return any(TOOLS.search(word) for word in words)
