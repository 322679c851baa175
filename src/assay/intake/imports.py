"""What shipped code imports is shipped: the last word on scope, after path names have had theirs.

A file is kept apart as test, example or build because of what its folder or file is called, and that is the vendor's
word. Files of that sort (`hangs_on_name`) are examined last. Once the words of all others are known, the files that
could import one of them are read again, their imports are looked for as text, and what shipped code imports becomes
shipped, with everything that it imports in turn. `scope_from` names the file and line that imports.

Known are imports of Python (absolute, relative, `import_module`), JavaScript and TypeScript (relative ones), Java,
Kotlin, Groovy and Scala (qualified names, names of the same folder), C and C++ (`#include`), Go (by folder), PHP and
Ruby (required files, PHP namespaces). An import in a comment that looks like one counts: the error is towards shipped.

Cannot see: names put together at run time, search paths that a program or a build changes (`sys.path`, path aliases of
a bundler), Rust modules, C# namespaces, C source (not headers) included through a search path, a file that is run and
not imported, imports behind the first 4 MiB of a file.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Protocol

import re2
from msgspec import Struct
from msgspec.structs import replace

from assay.core.examination import FileMeta
from assay.intake.places import open_locator

Group = str
_GROUPS: Mapping[str, Group] = {
    "Python": "py", "Cython": "py", "JavaScript": "js", "TypeScript": "js", "Vue": "js", "Svelte": "js", "Java": "jvm",
    "Kotlin": "jvm", "Groovy": "jvm", "Scala": "jvm", "C": "c", "C++": "c", "Objective-C": "c", "Objective-C++": "c",
    "CUDA": "c", "Go": "go", "PHP": "file", "Ruby": "file",
}  # fmt: skip
"""Language to the group of languages that import each other."""
IMPORTING = frozenset(_GROUPS)
_LONGEST = 4 << 20
_LINE = 400  # how far back the start of a line is looked for
_STEPS = 20_000_000
_NAMED = ("path name", "file name", "build layout")
_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff]+")
_JS_ENDINGS = ("", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_W = r"[\w\x80-\xff]"
_S = r"(?:[ \t]|\\\r?\n)+"
_PATTERNS: Mapping[Group, str] = {
    "py": rf"(?:^|[;:])[ \t]*(?:from{_S}((?:\.|{_W})+){_S}c?import{_S}(\([^()]*\)|[^\n#;]*)"
    rf"|c?import{_S}((?:[., \t]|{_W})+))"
    rf"|(?:import_module|__import__)\(\s*[\"']((?:\.|{_W})+)[\"']",
    "js": r"(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*[\"'`](\.[^\"'`\n]+)[\"'`]",
    "jvm": rf"^[ \t]*import[ \t]+(?:static[ \t]+)?\b({_W}+(?:\.{_W}+)+)(\.\*)?|\b({_W}+(?:\.{_W}+){{2,}})(\.\*)?",
    "c": r"^[ \t]*#[ \t]*(?:include|include_next|import)[ \t]*[<\"]([^>\"\n]+)[>\"]",
    "go": rf"^[ \t]*(?:import[ \t]+)?(?:(?:\.|{_W})+[ \t]+)?\"([^\"\s]+)\"",
    "file": r"\b(?:require|include)(?:_once|_relative)?\b[^;\n\"']{0,200}[\"']([^\"'\n]+)[\"']"
    rf"|^[ \t]*use[ \t]+((?:\\|{_W})+)",
}
"""Imports as RE2 finds them in bytes, in time linear in their number; groups are names."""


@cache
def pattern(group: Group) -> Any:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    return re2.compile(f"(?m){_PATTERNS[group]}".encode("latin-1"), options)


class Words(Protocol):
    """The index of words that the lab's first pass leaves."""

    def holding(self, words: Collection[bytes]) -> Iterator[tuple[FileMeta, bytes]]:
        """Each file that holds one of the words, with the word; in delivery order."""


class Settled(Struct, frozen=True):
    """The waiting files with the scope that stays, and how many bytes were read for it."""

    files: tuple[FileMeta, ...]
    bytes_read: int


def hangs_on_name(meta: FileMeta) -> bool:
    """Whether only a name keeps this source file from being shipped, in a language whose imports are known."""
    return (
        meta.scope in ("test", "example", "build")
        and meta.file_class == "source"
        and meta.format in _GROUPS
        and meta.scope_from.startswith(_NAMED)
    )


def settle(waiting: Sequence[FileMeta], others: Sequence[FileMeta], words: Words) -> Settled:
    """1 which shipped files hold the words that an import needs, 2 what they import, 3 what that imports in turn."""
    candidates = _Candidates(waiting, others)
    needs = candidates.needs()
    held: dict[str, set[bytes]] = defaultdict(set)
    importers: dict[str, FileMeta] = {}
    for meta, word in words.holding(frozenset(word for need in needs for word in need)) if needs else ():  # 1
        if meta.scope in ("shipped", "vendored") and meta.format in _GROUPS:
            held[meta.path].add(word)
            importers[meta.path] = meta
    by_word: dict[bytes, list[frozenset[bytes]]] = defaultdict(list)
    for need in needs:
        by_word[max(need, key=len)].append(need)
    queue = [
        meta
        for path, meta in importers.items()
        if any(need <= held[path] for word in held[path] for need in by_word.get(word, ()))
        or candidates.beside(meta, held[path])
    ]
    became: dict[str, str] = {}
    read = 0
    try:
        while queue:
            importer = queue.pop()
            text = _text(importer)
            read += len(text)
            for meta, line in candidates.imported_by(importer, text):  # 2
                if meta.path not in became:
                    became[meta.path] = f"imported by {importer.path}:{line}, in spite of its {meta.scope_from}"
                    queue.append(meta)  # 3
    except _BeyondError:
        became = {meta.path: "too many imports to follow" for meta in waiting} | became
    files = (
        replace(meta, scope="shipped", scope_from=became[meta.path]) if meta.path in became else meta
        for meta in waiting
    )
    return Settled(tuple(files), read)


class _BeyondError(Exception):
    """More comparisons than any honest product needs; whatever waits then ships."""


def _text(meta: FileMeta) -> bytes:
    """What cannot be read imports nothing; that it could not be read is recorded by whoever examines it."""
    try:
        with open_locator(meta.locator) as stream:
            return stream.read(_LONGEST).removeprefix(b"\xef\xbb\xbf")
    except OSError:
        return b""


def _split(meta: FileMeta) -> tuple[str, str]:
    """The archive a file lies in, and its path there. Code imports only code of its own archive."""
    container, mark, inner = meta.logical.rpartition("!")
    return container + mark, inner


def _stem(path: str) -> str:
    return posixpath.basename(path).partition(".")[0]


class _Candidates:
    """The waiting files, found by what an import says. Keys start with the archive."""

    def __init__(self, waiting: Iterable[FileMeta], others: Iterable[FileMeta]) -> None:
        self._all = list(waiting)
        self._paths: dict[tuple[Group, str, str], FileMeta] = {}
        self._stems: dict[tuple[Group, str, str], list[tuple[str, FileMeta]]] = defaultdict(list)
        self._folders: dict[tuple[str, str], list[tuple[str, FileMeta]]] = defaultdict(list)
        self._beside: dict[tuple[str, str], dict[str, FileMeta]] = defaultdict(dict)
        self._modules: dict[tuple[str, str], FileMeta] = {}
        self._last: set[str] = set()  # last names of modules of Python
        self._steps = 0
        self._known: dict[tuple[str, str, str], tuple[FileMeta, ...]] = {}
        for meta in self._all:
            group, (container, inner) = _GROUPS[meta.format], _split(meta)
            self._paths[group, container, inner] = meta
            self._stems[group, container, _stem(inner)].append((inner, meta))
            folder = posixpath.dirname(inner)
            if group == "py":
                module = inner.rpartition(".")[0].removesuffix("/__init__")
                self._modules[container, module] = meta
                self._last.add(posixpath.basename(module))
            if group == "jvm":
                self._beside[container, folder][_stem(inner)] = meta
            if group == "go":
                self._folders[container, posixpath.basename(folder)].append((folder, meta))
        self._last_words = frozenset(name.encode("utf-8", "replace") for name in self._last)
        names = {posixpath.basename(inner) for (group, _, inner) in self._paths if group == "c"}
        self._shipped_headers: dict[str, list[str]] = defaultdict(list)
        for meta in others if names else ():
            if meta.format in _GROUPS and _GROUPS[meta.format] == "c":
                container, inner = _split(meta)
                if posixpath.basename(inner) in names:
                    self._shipped_headers[container].append(f"/{inner}")

    def _called(self, group: Group, container: str, stem: str) -> list[tuple[str, FileMeta]]:
        found = self._stems.get((group, container, stem), [])
        self._spend(len(found))
        return found

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > _STEPS:
            raise _BeyondError

    def needs(self) -> set[frozenset[bytes]]:
        """For each candidate, words of which an importer must hold all."""
        return {need for meta in self._all if (need := frozenset(_need(meta)))}

    def beside(self, importer: FileMeta, held: Collection[bytes]) -> bool:
        """Whether a class of the importer's own folder is named in it, which needs no import."""
        if _GROUPS[importer.format] != "jvm":
            return False
        container, inner = _split(importer)
        classes = self._beside.get((container, posixpath.dirname(inner)), {})
        return any(word.decode("utf-8", "replace") in classes for word in held)

    def imported_by(self, importer: FileMeta, text: bytes) -> Iterator[tuple[FileMeta, int]]:
        group, (container, inner) = _GROUPS[importer.format], _split(importer)
        line, at = 1, 0
        packages: set[str] = set()
        for match in pattern(group).finditer(text):
            start = match.start(0)
            if group == "py" and self._last_words.isdisjoint(_WORD.findall(match[0])):
                continue  # most of what is imported
            if group == "jvm" and match[3] and _in_comment(text, start):
                continue
            line, at = line + text.count(b"\n", at, start), start
            names = [name.decode("utf-8", "replace") if name else "" for name in match.groups()]
            if group == "jvm" and (names[1] or names[3]):
                packages.add((names[0] or names[2]).replace(".", "/"))
            for meta in self._targets(group, container, inner, names):
                yield meta, line
        if group == "jvm":
            yield from self._unqualified(container, inner, packages, text)

    def _targets(self, group: Group, container: str, inner: str, names: Sequence[str]) -> Iterator[FileMeta]:
        if group == "py":
            yield from self._modules_of(container, posixpath.dirname(inner), names)
            return
        if group == "js":
            paths = _script_paths(posixpath.dirname(inner), names[0])
        elif group == "jvm":
            yield from self._classes(container, names[0] or names[2])
            return
        elif group == "go":
            yield from self._go(container, names[0])
            return
        elif group == "c":
            yield from self._included(container, inner, names[0])
            return
        else:
            paths = self._required(
                container, posixpath.dirname(inner), names[0] or names[1].replace("\\", "/") + ".php"
            )
        for path in paths:
            if meta := self._paths.get((group, container, path)):
                yield meta

    def _modules_of(self, container: str, folder: str, names: Sequence[str]) -> Iterator[FileMeta]:
        relative, dotted = _python_names(names)
        for name in dotted:
            if (found := self._known.get((container, folder, name))) is None:
                if relative:
                    start = "/".join(folder.split("/")[: len(folder.split("/")) - relative + 1])
                    places = [start]
                else:
                    places = ["", "src", "lib", *_above(folder)]
                found = tuple(self._python(container, places, name.lstrip(".").split(".")))
                self._known[container, folder, name] = found
            yield from found

    def _python(self, container: str, places: Sequence[str], parts: Sequence[str]) -> Iterator[FileMeta]:
        """Importing a.b.c runs a and a.b as well."""
        for length in range(1, len(parts) + 1):
            if parts[length - 1] in self._last:
                tail = "/".join(parts[:length])
                for place in places:
                    if meta := self._modules.get((container, f"{place}/{tail}" if place else tail)):
                        yield meta

    def _classes(self, container: str, name: str) -> Iterator[FileMeta]:
        """A class, a member of it, or a class inside it: the last three parts may each be the file."""
        parts = name.split(".")
        for length in range(len(parts), max(1, len(parts) - 3), -1):
            package = "/".join(parts[: length - 1])
            for inner, meta in self._called("jvm", container, parts[length - 1]):
                if f"/{posixpath.dirname(inner)}".endswith(f"/{package}"):
                    yield meta

    def _unqualified(
        self, container: str, inner: str, packages: Collection[str], text: bytes
    ) -> Iterator[tuple[FileMeta, int]]:
        """Names of the same folder and of packages imported whole need no import; comments do not count."""
        beside = dict(self._beside.get((container, posixpath.dirname(inner)), {}))
        for (place, folder), classes in self._beside.items() if packages else ():
            self._spend(len(packages))
            if place == container and any(f"/{folder}".endswith(f"/{package}") for package in packages):
                beside |= classes
        for number, line in enumerate(text.decode("utf-8", "replace").split("\n") if beside else (), 1):
            if beside and not line.lstrip().startswith(("*", "//", "/*")):
                for word in re.findall(r"\w+", line):
                    if word in beside:
                        yield beside[word], number

    def _go(self, container: str, name: str) -> Iterator[FileMeta]:
        """Every file of a folder except its tests, which no import compiles."""
        for folder, meta in self._folders.get((container, posixpath.basename(name)), ()):
            if not meta.logical.endswith("_test.go") and _ends_alike(f"/{name}", folder):
                yield meta

    def _included(self, container: str, inner: str, name: str) -> Iterator[FileMeta]:
        """Beside the file that includes it, or anywhere on a search path unless shipped code has such a file."""
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(inner), name))
        if meta := self._paths.get(("c", container, beside)):
            yield meta
            return
        name = posixpath.normpath(name).lstrip("./")
        if any(path.endswith(f"/{name}") for path in self._shipped_headers.get(container, ())):
            return
        for path, meta in self._called("c", container, _stem(name)):
            if f"/{path}".endswith(f"/{name}"):
                yield meta

    def _required(self, container: str, folder: str, name: str) -> Iterator[str]:
        """A path beside the file, below the root, or the end of a namespace."""
        name = name.lstrip("/")
        for end in ("", ".php", ".rb"):
            yield posixpath.normpath(posixpath.join(folder, name + end))
            yield posixpath.normpath(name + end)
        for inner, _ in self._called("file", container, _stem(name)):
            if "/" in name and f"/{inner}".lower().endswith("/" + name.partition("/")[2].lower()):
                yield inner


def _in_comment(text: bytes, at: int) -> bool:
    before = text[max(0, at - _LINE) : at]
    return before[before.rfind(b"\n") + 1 :].lstrip().startswith((b"*", b"//", b"/*"))


def _need(meta: FileMeta) -> Iterator[bytes]:
    """Words that stand in every import of the file: its stem, and the folder whose name made it what it is.

    A header may be included through a search path, which names no folder; a source file seldom is. A class needs the
    last part of its package, but not for its own folder (`_Candidates.beside`). Nothing imports a test of Go.
    """
    group, (_, inner) = _GROUPS[meta.format], _split(meta)
    if group == "go" and inner.endswith("_test.go"):
        return
    stem, folder = _stem(inner), posixpath.basename(posixpath.dirname(inner))
    named = meta.scope_from.removeprefix("path name ").rstrip("/") if meta.scope_from.startswith("path name") else ""
    if group == "go" or stem in ("__init__", "index"):
        stem = folder
    wanted = [stem]
    source = group == "c" and not posixpath.splitext(inner)[1].lower().startswith(".h")
    if (group in ("py", "js", "go") or source) and named:
        wanted += [part for part in inner.split("/")[:-1] if part.lower() == named][:1]
    if group == "jvm":
        wanted.append(folder)
    for text in wanted:
        yield from sorted(_WORD.findall(text.encode("utf-8", "replace")), key=len)[-1:]


def _python_names(names: Sequence[str]) -> tuple[int, list[str]]:
    """How many dots lead the names, and every dotted name that the statement may import, dots included."""
    if names[2] or names[3]:
        return 0, [name.split()[0] for name in (names[2] or names[3]).split(",") if name.strip()]
    base = names[0] if names[0].endswith(".") else f"{names[0]}."
    relative = len(names[0]) - len(names[0].lstrip("."))
    imported = [name for name in re.findall(r"\w+", names[1]) if name != "as"]
    return relative, [names[0].rstrip("."), *(base + name for name in imported)]


def _above(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def _script_paths(folder: str, name: str) -> Iterator[str]:
    path = posixpath.normpath(posixpath.join(folder, name))
    yield from (path + end for end in _JS_ENDINGS)
    yield from (f"{path}/index{end}" for end in _JS_ENDINGS[1:])
    stem, end = posixpath.splitext(path)
    if end in (".js", ".mjs", ".cjs", ".jsx"):  # TypeScript names what it will be compiled to
        yield from (stem + other for other in (".ts", ".tsx", ".mts", ".cts"))


def _ends_alike(name: str, folder: str) -> bool:
    """Whether an import path ends with the folder, or with it less the leading folders that hold the module."""
    parts = folder.split("/")
    return any(name.endswith("/" + "/".join(parts[start:])) for start in range(max(1, len(parts) - 1)))
