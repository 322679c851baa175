"""C#'s text: namespaces, using directives, native imports, types under a `global using` of another file."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of, shape_of, word_of
from assay.examinations.cipher.outlook.base import DOTTED, Outlook, line_of, owners
from assay.examinations.cipher.ways import Ways

_USING = re.compile(rb"(?:global\s+)?using\s+[\w.:]+\s*;")
_STATIC = re.compile(rb"^[ \t]*(?:global\s+)?using\s+static\s+([\w.]+)\s*;", re.MULTILINE)
_ADDING = re.compile(rb"\s*(?:\+|\||\?\?)=")
_NAMED = re.compile(rb"System\.Security\.Cryptography\.\w")
_NATIVE = re.compile(rb"\[\s*(?:DllImport|LibraryImport|DllImportAttribute)\s*\(\s*(@?\"[^\"\n]*\")?")
_WINDOWS_OF_SCREENS = re.compile(  # system libraries without cryptography, or ways to it
    rb"@?\"(?:user32|gdi32|dwmapi|uxtheme|shell32|shlwapi|winmm|comctl32|comdlg32|psapi|libX11(?:\.so\.\d)?)(?:\.dll)?\"",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    rb"\"\"\".*?\"\"\"|@\"(?:[^\"]|\"\")*\"|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//[^\n]*|/\*.*?\*/", re.DOTALL
)
_ESCAPED = re.compile(rb"\\(?:u00|U000000)[2-7][0-9a-fA-F]")
_MADE = re.compile(rb"\bnew\s+$")
_MEMBER = re.compile(rb"\s*\.\s*(\w+)")
_SYSTEM = ((b"System",), ())  # namespaces that the SDK opens by itself


class CSharpText(Outlook):
    language = "C#"
    importing = (b"namespace ", b"//")

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no namespace, or one of whose namespaces is named: each part of it stands somewhere."""
        named: dict[tuple[bytes, ...], bool] = {}
        spaces = _spaces(self.language)
        return [
            hit
            for hit in hits
            if catalogue.shapes[hit.literal] != DOTTED
            or any(_is_named(space, content, named) for space in spaces.get(hit.literal, ((),)))
        ]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        """Also of `+=`, by which callbacks are added, and `|=`, by which flags are."""
        adds = "setting" in shapes and _ADDING.match(content, hit.offset + len(hit.literal)) is not None
        return adds or super().promising(content, hit, shapes)

    def used(self, content: bytes, hit: Hit) -> bool:
        """Code may stand behind the brace of a namespace."""
        line, ahead = line_of(content, hit)
        return (super().used(content, hit) and _USING.match(line) is None) or b"{" in ahead

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        holder = owner.rpartition(".")[2]
        return super().declares(owner, meta, content) or f"struct {holder}".encode() in content

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        return re.compile(rb"\b%b\b\s*(=[^=]|\{|=>)" % re.escape(constant.encode()))

    def literals(self) -> frozenset[bytes]:
        return catalogue_of(self.language).words | {b"DllImport", b"LibraryImport", b"DllImportAttribute"}

    def stranger(self, line: bytes, name: bytes) -> bool:
        """A namespace in a `using`, or in a full name; a name of one word is a word of others too."""
        named = re.escape(name)
        if re.search(rb"\busing (?:static )?(?:\w+ ?= ?)?(?:global::)?" + named + rb"(?!\w)", line) is not None:
            return True
        return b"." in name and re.search(rb"(?<![\w.])" + named + rb"\.\w", line) is not None

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        """The word of a full name is its class: its member must follow, unless the class is made or named otherwise."""
        dotted = content[hit.offset - 1 : hit.offset] == b"."
        member = _MEMBER.match(content, hit.offset + len(hit.literal))
        for name in here.words.get(hit.literal, ()):
            last = name.rpartition(".")[2].encode()
            if shape_of(name) != "any":
                if dotted == (shape_of(name) == "method"):
                    return True
            elif last in {b"<init>", b"*"} or (member is not None and member[1] == last):
                return True
            elif line_of(content, hit)[0].startswith((b"using ", b"global using ")):
                return True  # under another name, or its members without it
        return False

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """Native imports, types named in a text, and types of the catalogue that no `using` of the file explains."""
        content = view.content
        for found in _NATIVE.finditer(content) if b"Import" in content else ():
            if found[1] is None or _WINDOWS_OF_SCREENS.fullmatch(found[1]) is None:
                yield found.start(), "a function of a native library"
        for found in _IN_TEXT.finditer(content) if b"System.Security.Cryptography." in content else ():
            if found[0].startswith((b'"', b"@")) and _NAMED.search(found[0]) is not None:
                yield found.start(), "a type named in a text"
        for found in _STATIC.finditer(content) if b"static" in content else ():
            if found[1].decode() in _owners(self.language):
                yield found.start(), f"everything of {found[1].decode()} imported"
        named: dict[tuple[bytes, ...], bool] = {}
        members, spaces = _members(self.language), _spaces(self.language)
        for hit in hits:
            if hit.literal not in members or any(_is_named(space, content, named) for space in spaces[hit.literal]):
                continue
            end = hit.offset + len(hit.literal)
            member = _MEMBER.match(content, end)
            made = _MADE.search(content, max(0, hit.offset - 16), hit.offset) is not None
            if (made and b"<init>" in members[hit.literal]) or (member and member[1] in members[hit.literal]):
                line, _ = line_of(content, hit)
                if not line.startswith(b"//") and b"class " + hit.literal not in content:
                    yield hit.offset, f"{hit.literal.decode()} of a namespace that this file does not name"

    def disguised(self, content: bytes) -> int:
        if b"\\u" not in content and b"\\U" not in content:
            return -1
        found = _ESCAPED.search(_IN_TEXT.sub(lambda text: b" " * len(text[0]), content))
        return found.start() if found is not None else -1


def _is_named(space: tuple[bytes, ...], content: bytes, named: dict[tuple[bytes, ...], bool]) -> bool:
    if space not in named:
        named[space] = space in _SYSTEM or all(part in content for part in space)
    return named[space]


@lru_cache(maxsize=1)
def _owners(language: str) -> frozenset[str]:
    return owners(catalogue_of(language).entries)


@lru_cache(maxsize=1)
def _spaces(language: str) -> Mapping[bytes, frozenset[tuple[bytes, ...]]]:
    """The namespaces of which one must be named for a word of shape `any` to count."""
    found: dict[bytes, set[tuple[bytes, ...]]] = {}
    for call in _dotted(language):
        word, parts = word_of(call, language), call.split(".")
        found.setdefault(word.encode(), set()).add(tuple(part.encode() for part in parts[: parts.index(word)]))
    return {word: frozenset(row) for word, row in found.items()}


@lru_cache(maxsize=1)
def _members(language: str) -> Mapping[bytes, frozenset[bytes]]:
    """The members of each class of the catalogue that state a use or a misuse."""
    found: dict[bytes, set[bytes]] = {}
    for call in _dotted(language):
        found.setdefault(word_of(call, language).encode(), set()).add(call.rpartition(".")[2].encode())
    return {word: frozenset(row) for word, row in found.items()}


def _dotted(language: str) -> Iterator[str]:
    catalogue = catalogue_of(language)
    return (call for call in (*catalogue.entries, *catalogue.blind) if shape_of(call) == "any")
