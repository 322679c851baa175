"""Python's text: imports, modules handed on as values, encodings that hide words."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from functools import lru_cache

from msgspec import Struct
from tree_sitter import Node

from assay.core import late
from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import catalogue_of, shape_of
from assay.examinations.cipher.outlook.base import Outlook, called_as, line_of, once
from assay.examinations.cipher.outlook.python_programs import doubted
from assay.examinations.cipher.outlook.python_ways import bounded
from assay.examinations.cipher.outlook.python_words import is_aliased, leads_to, may_refer
from assay.examinations.cipher.ways import Ways, ways
from assay.lab.identifiers import places
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.python import imported_words
from assay.source.python_types import READ_BACK, is_for_checkers, is_own_variable, taken_back
from assay.source.values import Resolver

_MEMBERS = late.expression(rb"[ \t]+import\b")
_STAR = late.expression(rb"[ \t]+import[ \t(]*\*")
_MEMBER = late.expression(rb"[ \t]*\.[ \t]*(?!__)\w")
_MODULES = late.expression(
    rb"\bmodules\s*(?:\[|\.(?:get|__getitem__)\s*\()\s*(?:[frbu]{0,2}([\"'])([\w.]*)\1\s*[\]),]|([^\]\n]{1,80})(\]\s*=[^=])?)"
)
_OWN_MODULE = late.expression(rb"__name__\b|__package__\b|[\w.]+\.__module__\b|[\w.]+\.__name__\b")
_OF_SYSTEM = late.expression(rb"\bsys\b[^\n]*\bmodules\b|\bfrom sys import\b[^\n]*\bmodules\b|\bimport sys as\b")
_MEMBER_OF = late.expression(rb"\bgetattr\(\s*(?:getattr\(\s*)?(\w+)\s*,\s*[A-Za-z_][\w.]*\s*\)\s*(?:\.\s*\w+\s*\(|,)")
_TABLE_OF = late.expression(
    rb"\b(?:globals|locals|vars)\s*\(\s*\)\s*(?:\[|\.get\s*\()\s*(?:([\"'])(\w+)\1\s*[\]),]|([^\]\n]{1,80})(\]\s*=[^=])?)"
)
_TABLES = frozenset({b"globals", b"locals", b"vars"})
_TAKING = _TABLES | {b"getattr", b"random", b"modules"}
_ALIASED = late.expression(rb"^[ \t]*\w+[ \t]*=[ \t]*random[ \t]*(?:#.*)?$", re.MULTILINE)
_OF_A_SECRET = late.expression(rb"(?i)token|passw|secret|nonce|salt|otp|session|captcha|csrf")
_QUOTED = late.expression(rb"[\"'][ \t]*[:,][ \t]*[^\s,}\])]")
_HANDING = frozenset(
    {"argument_list", "assignment", "return_statement", "pair", "keyword_argument", "default_parameter", "tuple",
     "list", "expression_list", "named_expression", "call", "attribute", "subscript"}
)  # fmt: skip
_TELLING_NOTHING = frozenset({"__version__", "__name__", "__file__", "__doc__", "__path__", "__author__"})
# Classes that a setting may name and that the library uses as the catalogue has them, none of them weak.
_SOUND_SETTING = late.expression(
    rb"django\.contrib\.auth\.hashers\.(?:PBKDF2|Argon2|BCrypt|BCryptSHA256|Scrypt)PasswordHasher"
    rb"|django\.core\.signing\.(?:Timestamp)?Signer"
)
_OWNER = late.expression(rb"(\w+)\.$")
_FROM = late.expression(rb"from[ \t]+([\w.]+)[ \t]+import\b")
_CODING = late.expression(rb"#.*?coding[:=][ \t]*([-\w.]+)")
_OPEN_CODINGS = late.expression(
    rb"utf-?8.*|u8|ascii|us-ascii|latin-?1|iso-?8859.*|cp\d+|windows-\d+|gbk|gb2312|gb18030|big5.*|euc.*|koi8.*|shift_?jis"
    rb"|mac.*|raw",
    re.IGNORECASE,
)


class PythonText(Outlook):
    language = "Python"

    def module_of(self, meta: FileMeta) -> str:
        """The name of the file, or of its folder where the file stands for it."""
        folder, _, file = meta.logical.rpartition("/")
        stem = file.partition(".")[0]
        return folder.rpartition("/")[2] if stem in {"__init__", "index"} else stem

    importing = (b"import ", b"from ", b"package ", b"//")

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        end = hit.offset + len(hit.literal)
        if called_as(content, hit, shapes):
            return may_refer(content, hit.offset, end)
        if "setting" in shapes and _QUOTED.match(content, end):
            return True  # setattr(context, "verify_mode", ...) and {"verify": ...}
        if "any" not in shapes:
            return False
        line, ahead = line_of(content, hit)
        if line.startswith(b"from ") and _MEMBERS.match(content, end):
            return True  # the members of the word may be used without it
        if not line.startswith(self.importing) or b";" in ahead:  # code may follow an import on its line
            return may_refer(content, hit.offset, end) and (b";" in ahead or _leads_on(content, hit))
        if line.startswith(b"from ") and once(hit.literal.decode(), content):
            return True  # imported for other modules
        return b" as " in line

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        holder = owner.rpartition(".")[2]
        parts = meta.logical.removesuffix(".py").removesuffix("/__init__").split("/")
        return parts[-1] == holder or f"class {holder}".encode() in content

    def literals(self) -> frozenset[bytes]:
        return frozenset({b"coding", *_TAKING, *READ_BACK}).union(modules())

    def stranger(self, line: bytes, name: bytes) -> bool:
        imported, quoted = _stranger(name)
        if quoted is not None and any(_SOUND_SETTING.fullmatch(one) is None for one in quoted.findall(line)):
            return True
        return imported is not None and b"import" in line and imported.search(line) is not None

    def may_be_own(self, view: FileView, name: str) -> bool:
        """A file that is run as a program finds the installed package, and not the one around it."""
        folders = view.meta.path.split("/")[:-1]
        return name.partition(".")[0] in folders and b"__main__" not in view.content and view.content[:2] != b"#!"

    def calling(self, content: bytes, hits: Sequence[Hit], here: Ways) -> list[Hit]:  # noqa: ARG002
        """A module must be imported."""
        imported, known = imported_words(content), _ways_out()
        out = {word: known[word].from_modules(imported) for word in {hit.literal for hit in hits} if word in known}
        return [hit for hit in hits if hit.literal in out and _calls_out(content, hit, out[hit.literal])]

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """An encoding in which words are not as they are read, `sys.modules["hashlib"]`, and a module of the catalogue
        that is taken from another module: `from compat import hashlib`, `import compat` and `compat.hashlib.md5`."""
        roots = [hit for hit in hits if hit.literal in _roots()]
        imported = imported_words(view.content) if roots else set()
        for hit in roots:
            if _taken_from(view.content, hit, imported):
                yield hit.offset, f"{hit.literal.decode()} taken from another module"
        if view.offset == 0:
            for line in view.content[:1000].splitlines()[:2]:
                coding = _CODING.match(line.lstrip(b" \t\f\xef\xbb\xbf"))
                if coding is not None and _OPEN_CODINGS.fullmatch(coding[1]) is None:
                    yield 0, f"encoding {coding[1].decode('ascii', 'replace')}"
        words = {hit.literal for hit in hits}
        for offset in taken_back(view.content, words):
            yield offset, "a type taken back as a value"
        if not words.isdisjoint(_TAKING):
            yield from _by_name(view.content, hits)

    def starred(self, parsed: Parsed) -> Iterator[str]:
        for star in parsed.imports.stars:
            if star in modules().get(star.rpartition(".")[2].encode(), ()):
                yield star

    def handed_on(self, parsed: Parsed, site: Site) -> str:
        above = site.node.parent
        if not site.settled or is_own_variable(parsed, site.node):
            return ""
        for name in site.names:
            owner, _, last = catalogue_of("Python").canonical(name).rpartition(".")
            if site.arguments is not None or above is None or above.type not in _HANDING:
                last = last if last.startswith("__") else ""
            own = last.startswith("__") and last not in _TELLING_NOTHING
            if own and owner in modules().get(owner.rpartition(".")[2].encode(), ()):
                return owner
            whole = f"{owner}.{last}" if owner else last
            leads = above is not None and whole in modules().get(last.encode(), ())
            if leads and above is not None and not _harmless(parsed, site.node, above):
                return whole
        return ""

    def bounded(self, parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
        return bounded(parsed, resolver, site, name)

    def doubted(self, parsed: Parsed, site: Site) -> bool:
        return doubted(parsed, site)

    def leads(self, path: str) -> bool:
        return path in modules().get(path.rpartition(".")[2].encode(), ())

    def leaves(self, parsed: Parsed, alias: str, typed: int) -> bool:
        named = sum(1 for _ in places(parsed.content, alias.encode()))
        return named == 1 + typed and not is_for_checkers(parsed, alias)


@lru_cache(maxsize=512)
def _stranger(name: bytes) -> tuple[re.Pattern[bytes] | None, re.Pattern[bytes] | None]:
    """How a line imports a stranger that the catalogue does not have, and how one names a part of a package."""
    catalogued = name.decode() in modules().get(name.rpartition(b".")[2], ())
    name = re.escape(name)
    parent, _, last = name.rpartition(rb"\.")
    listed = rb"(?:[\w.]+(?: as \w+)?, ?)*"
    forms = [rb"from " + name + rb"(?:\.[\w.]+)? import\b", rb"import " + listed + name + rb"(?!\w)"]
    forms += [rb"from " + parent + rb" import .*(?<!\w)" + last + rb"(?!\w)"] if parent else []
    imported = re.compile(rb"(?:^|[;:] ?)(?:" + rb"|".join(forms) + rb")") if not catalogued else None
    return imported, re.compile(rb"['\"](" + name + rb"\b[\w.]*)") if parent else None


def _leads_on(content: bytes, hit: Hit) -> bool:
    """Whether the chain that a word stands in may begin with one of the packages of the catalogue that hold it."""
    roots = catalogue_of("Python").roots.get(hit.literal)
    return roots is None or leads_to(content, hit.offset, roots)


def _by_name(content: bytes, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
    """Members and modules that are taken by a name that is built, and modules of the catalogue out of `sys.modules`."""
    for found in _beginning(content, hits, frozenset({b"getattr"}), _MEMBER_OF):
        if found[1] in imported_words(content):
            yield found.start(), f"a member of {found[1].decode()} by a name that is built"
    for found in _beginning(content, hits, _TABLES, _TABLE_OF):
        if (found[3] is not None and found[4] is None) or (found[2] or b"") in _roots():
            yield found.start(), "a variable by a name that is built"
    lines = {content.rfind(b"\n", 0, hit.offset) + 1: None for hit in hits if hit.literal == b"random"}
    aliased = [start for start in lines if _ALIASED.match(content, start)]
    for start in aliased if aliased and _OF_A_SECRET.search(content) else ():
        yield start, "random handed on"
    looked_up = list(_beginning(content, hits, frozenset({b"modules"}), _MODULES))
    for found in looked_up if looked_up and _OF_SYSTEM.search(content) else ():
        named, key = (found[2] or b"").decode(), found[3]
        if key is not None and found[4] is None and _OWN_MODULE.match(key) is None:
            yield found.start(), "sys.modules by a name that is built"
        elif named and any(named in names for names in modules().values()):
            yield found.start(), f"sys.modules[{named}]"


def _beginning(
    content: bytes, hits: Sequence[Hit], words: Set[bytes], pattern: re.Pattern[bytes]
) -> Iterator[re.Match[bytes]]:
    """Matches of a pattern that begin with one of some words, none inside another."""
    past = 0
    for hit in hits:
        found = pattern.match(content, hit.offset) if hit.literal in words and hit.offset >= past else None
        if found is not None:
            past = found.end()
            yield found


@lru_cache(maxsize=1)
def _roots() -> frozenset[bytes]:
    """Modules of the catalogue that stand in no package."""
    return frozenset(word for word, names in modules().items() if word.decode() in names)


def _taken_from(content: bytes, hit: Hit, imported: set[bytes]) -> bool:
    """Whether the module is reached through one that imports it."""
    dotted = content[hit.offset - 1 : hit.offset] == b"."
    before = _OWNER.search(content[max(0, hit.offset - 80) : hit.offset]) if dotted else None
    if before is not None:
        return (
            before[1] in imported and before[1] not in _roots() and content[hit.offset + len(hit.literal) :][:1] == b"."
        )
    line, ahead = line_of(content, hit)
    origin = _FROM.match(line)
    if origin is None or b"import" not in ahead:
        return False
    return origin[1].lstrip(b".").partition(b".")[0] not in _roots()


@lru_cache(maxsize=1)
def modules() -> Mapping[bytes, frozenset[str]]:
    """Modules and classes that lead to an entry which states a use, by their last name."""
    found: dict[bytes, set[str]] = {}
    for call, rows in catalogue_of("Python").entries.items():
        parts = call.split(".") if call[:1] not in {"=", "."} and rows[0].misuse is None else []
        for end in range(1, len(parts)):
            found.setdefault(parts[end - 1].encode(), set()).add(".".join(parts[:end]))
    return {word: frozenset(names) for word, names in found.items()}


class _WaysOut(Struct, frozen=True):
    """How a word may lead out of sight: the packages from which it must come when it is handed on as a value, or stands
    in any way, and the shapes that need none."""

    as_value: frozenset[bytes] = frozenset()
    as_word: frozenset[bytes] = frozenset()
    shapes: frozenset[str] = frozenset()  # behind a dot a method, otherwise bare

    def from_modules(self, imported: Set[bytes]) -> "_WaysOut":
        """The ways that are left in a text which imports these."""
        return _WaysOut(self.as_value & imported, self.as_word & imported, self.shapes)


_BARE = {"setting": "bare"}


def _calls_out(content: bytes, hit: Hit, out: _WaysOut) -> bool:
    end = hit.offset + len(hit.literal)
    shaped = bool(out.shapes) and ("method" if content[hit.offset - 1 : hit.offset] == b"." else "bare") in out.shapes
    if not (shaped or out.as_value or out.as_word) or not may_refer(content, hit.offset, end):
        return False
    if shaped or (out.as_value and _as_value(content, hit.offset, end) and leads(content, hit, out.as_value)):
        return True
    return bool(out.as_word) and leads(content, hit, out.as_word)


@lru_cache(maxsize=1)
def _ways_out() -> Mapping[bytes, _WaysOut]:
    named, out = modules(), ways("Python").words
    return {
        word: _WaysOut(
            _packages(named.get(word, ())),
            _packages(name for name in out.get(word, ()) if shape_of(name) == "any"),
            frozenset(_BARE.get(shape, shape) for shape in map(shape_of, out.get(word, ()))) - {"any"},
        )
        for word in {*named, *out}
    }


def _packages(names: Iterable[str]) -> frozenset[bytes]:
    return frozenset(name.partition(".")[0].encode() for name in names)


def leads(content: bytes, hit: Hit, roots: Set[bytes]) -> bool:
    """Whether a word may lead to one of the packages where it stands; in an import, under another name."""
    line, ahead = line_of(content, hit)
    if line.startswith((b"import ", b"from ")) and b";" not in ahead:
        return (
            is_aliased(content, hit.offset + len(hit.literal))
            or _STAR.match(content, hit.offset + len(hit.literal)) is not None
        )
    return leads_to(content, hit.offset, roots)


def _as_value(content: bytes, start: int, end: int) -> bool:
    """Whether a module is named where its members are not simply taken: handed on, or imported with a star."""
    line = content[content.rfind(b"\n", 0, start) + 1 : start].lstrip()
    if _STAR.match(content, end):
        return line.startswith(b"from ")
    importing = line.startswith((b"import ", b"from ")) and b";" not in line
    if importing:
        return b" as " in content[end : end + 32]
    return _MEMBER.match(content, end) is None


def _harmless(parsed: Parsed, node: Node, above: Node) -> bool:
    """`hasattr(ssl, ...)` and the like, and the assigned side of an assignment."""
    if above.type in {"assignment", "named_expression", "default_parameter", "keyword_argument"}:
        return (above.child_by_field_name("right") or above.child_by_field_name("value")) != node
    if above.type in {"attribute", "subscript", "call"}:
        return node.type != "call" and above.type != "subscript"
    function = above.parent.child_by_field_name("function") if above.parent is not None else None
    return function is not None and parsed.text(function) in {
        "hasattr",
        "isinstance",
        "issubclass",
        "patch.object",
        "reload",
    }
