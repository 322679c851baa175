"""Go's text: a use needs the import of its package, whose path stands in quotes at the head of the file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import re2

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of
from assay.examinations.cipher.outlook.base import Outlook, line_of
from assay.examinations.cipher.ways import Ways
from assay.source.go_names import import_paths, outside_paths, package_of, split
from assay.source.languages import BY_NAME

_FOLLOWED = re.compile(rb"\s*(?:[.(:=,]|//|/\*)")
_RENAMED = re.compile(rb"(?<!\w)(?!import\b)(?:[A-Za-z]\w*|\.)[ \t]+[\"`][\w./~@+-]*$")
_CGO = re.compile(rb'^[ \t]*(?:import[ \t(]+)?(?:_[ \t]+)?["`]C["`]', re.MULTILINE)
_DOT = re.compile(rb"^[ \t]*(?:.*[\s;(])?\.[ \t]+[\"`]([^\"`\n]+)[\"`]", re.MULTILINE)
_ANY = b"*"  # instead of a path: a setting that needs no package
_A_DOT = re2.compile(rb"\.[ \t]+[\"`]")
_LINKED = re.compile(rb"^//go:linkname[ \t]+\w+[ \t]+([\w./-]+)", re.MULTILINE)


class GoText(Outlook):
    language = "Go"

    def module_of(self, meta: FileMeta) -> str:
        """The folder, by which other packages call it."""
        return meta.logical.rpartition("/")[0].rpartition("/")[2]

    importing = (b"//", b"import ", b'"', b"_ ")

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:  # noqa: ARG002
        """Hits whose word leads to a package that the file imports, or may import where its head is not seen."""
        if not hits:
            return []
        imported = import_paths(content)
        if not imported and b"package " not in content:
            return list(hits)
        if any(b"/internal/" in path for path in imported):
            imported |= {outside_paths(path.decode())[-1].encode() for path in imported}
        paths = _paths()
        return [hit for hit in hits if _ANY in paths[hit.literal] or not paths[hit.literal].isdisjoint(imported)]

    def own(self, module: str, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:  # noqa: ARG002
        """Methods and functions of the package that the file is in: the latter are called without a package's name."""
        paths, members = _paths(), _members()
        own = {path.encode() for path in outside_paths(module)}
        called = next((members[path] for path in own if path in members), None)
        if called is None:
            return []
        found = [hit for hit in hits if not paths[hit.literal].isdisjoint(own)]
        return found + [Hit(place[1], place.start(1)) for place in called.finditer(content)]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:  # noqa: ARG002
        if _FOLLOWED.match(content, hit.offset + len(hit.literal)) is None:
            return _RENAMED.search(line_of(content, hit)[1]) is not None
        return self.used(content, hit)

    # Constants of other files: of the same package, or of the package that the last part of the path names

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        name = re.escape(constant.encode())
        return re.compile(rb"^\s*(?:(?:const|var)\s+)?%b\b[^\n:=(]*=[^=]|^func %b\(" % (name, name), re.MULTILINE)

    def may_declare(self, owner: str, meta: FileMeta) -> bool:
        if not meta.module or owner.startswith("./"):
            return True
        return meta.module == owner or meta.module.endswith(f"/vendor/{owner}")

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        if meta.module and not owner.startswith("./"):
            return self.may_declare(owner, meta)
        package = package_of(owner.removeprefix("./")).encode()
        folder = meta.logical.rpartition("/")[0]
        named = re.search(rb"^package\s+%b\b" % re.escape(package), content, re.MULTILINE) is not None
        return named or (not owner.startswith("./") and folder.endswith(owner.rpartition("/")[2]))

    # Ways out of sight

    def literals(self) -> frozenset[bytes]:
        return frozenset({b"C", b"linkname"}) | frozenset(_packages())

    def stranger(self, line: bytes, name: bytes) -> bool:
        return name in line and re.search(rb"[\"`]" + re.escape(name) + rb"(?:/[^\"`]*)?[\"`]", line) is not None

    def imported(self, content: bytes) -> set[bytes]:
        return import_paths(content)

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:
        if _FOLLOWED.match(content, hit.offset + len(hit.literal)) is None:
            return False
        names = here.words.get(hit.literal, ())
        return any(name.startswith(".") or split(name)[0].encode() in imported for name in names)

    def disguised(self, content: bytes) -> int:  # noqa: ARG002
        return -1

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """C code called through cgo, functions linked by name, and everything of a package imported at once."""
        if view.offset > 0:
            yield 0, "a part of a file whose imports stand in another part"
        found = {hit.literal for hit in hits}
        quoted = b"C" in found and (b'"C"' in view.content or b"`C`" in view.content)
        if quoted and (cgo := _CGO.search(view.content)) is not None:
            yield cgo.start(), 'import "C"'
        if b"linkname" in found:
            for linked in _LINKED.finditer(view.content):
                if linked[1].decode().partition(".")[0].split("/")[0] in {"crypto", "golang"}:
                    yield linked.start(), f"linked to {linked[1].decode()}"
        for star in _dots(view.content):
            if star[1].decode() in _packages().get(package_of(star[1].decode()).encode(), ()):
                yield star.start(), f"everything of {star[1].decode()} imported"


def _dots(content: bytes) -> Iterator[re.Match[bytes]]:
    """Matches of `_DOT`, looked for only in lines with such a dot, and in those ahead, at whose end one may begin."""
    past = 0
    for dot in _A_DOT.finditer(content):
        line = content.rfind(b"\n", 0, dot.start()) + 1
        ahead = content.rfind(b"\n", 0, line - 1) + 1 if line and line == dot.start() else line
        for start in dict.fromkeys((ahead, line)):
            found = _DOT.match(content, start) if start >= past else None
            if found is not None:
                past = found.end()
                yield found


@lru_cache(maxsize=1)
def _packages() -> Mapping[bytes, frozenset[str]]:
    """Packages of the catalogue that lead to an entry which states a use, by name."""
    found: dict[bytes, set[str]] = {}
    for call, rows in catalogue_of("Go").entries.items():
        if call[:1] != "=" and any(row.use and row.misuse is None for row in rows):
            path = split(call)[0]
            found.setdefault(package_of(path).encode(), set()).add(path)
    return {word: frozenset(paths) for word, paths in found.items()}


@lru_cache(maxsize=1)
def _members() -> Mapping[bytes, re.Pattern[bytes]]:
    """Calls of the functions of each package of the catalogue, and literals of its types, without a name before."""
    found: dict[bytes, set[str]] = {}
    for call in catalogue_of("Go").entries:
        path, _, member = split(call)
        if member.isidentifier():
            found.setdefault(path.encode(), set()).add(member)
    form = r"(?<!func )(?<![\w.])(%s)\s*[({]"
    return {path: re.compile((form % "|".join(sorted(names))).encode()) for path, names in found.items()}


@lru_cache(maxsize=1)
def _paths() -> Mapping[bytes, frozenset[bytes]]:
    """The packages through which each word of the catalogue is reached."""
    catalogue, adapter = catalogue_of("Go"), BY_NAME["Go"]
    found: dict[bytes, set[bytes]] = {}
    for call, rows in catalogue.entries.items():
        setting = call.startswith("=")
        paths = {need for row in rows for need in row.needs or (_ANY.decode(),)} if setting else {split(call)[0]}
        word = call[1:] if setting else adapter.word(call)
        found.setdefault(word.encode(), set()).update(path.encode() for path in paths)
    return {word: frozenset(paths) for word, paths in found.items()}
