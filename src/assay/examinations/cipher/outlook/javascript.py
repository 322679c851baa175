"""The text of JavaScript and TypeScript: modules by their names in quotes, and text that a bundler or a minifier made.

In minified or bundled text libraries lose their names and modules become numbers. What is found there counts; that
nothing is found says nothing, so such a file is never a completed attempt.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.core import late
from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of, shape_of, word_of
from assay.examinations.cipher.outlook.base import Outlook, line_of, once
from assay.examinations.cipher.ways import Ways, ways
from assay.lab.identifiers import places, words
from assay.source.javascript_modules import package_of
from assay.source.parsed import Parsed
from assay.source.places import Site

LONG_LINE = 1000  # bytes; nobody writes such lines
_SMALL = 512  # bytes of a file in which long lines say nothing
_SOURCE_MAP = late.expression(rb"\n//[#@] sourceMappingURL=data:[\w/;,:=+.-]*\s*\Z")
_SETTING = late.expression(rb"[\"'`]?\s*\]?\s*(?:[:,})(]|=(?!=))")
_CALLED = late.expression(rb"\s*(?:\?\.)?\s*[(<]")
_AFTER_MEMBER = late.expression(rb"\s*(?:\?\.|!?\.)\s*[A-Za-z_$#]")
# Members that are named as they stand, and end there: `asn1.Type.SEQUENCE,`
_MEMBERS = late.expression(rb"((?:\.[A-Za-z_$][\w$]*)+)\s*[(),;:=}\]{&|<>+*-]")
_OF_ANY = frozenset({b"bind", b"call", b"apply", b"default"})  # what stands before them is meant
_COMPUTED = late.expression(rb"\s*\(\s*(?:[\"'][^\"']*[\"']\s*[^\"'\s),]|`[^`]*\$\{|[^\"'`\s)/])")
_LOADED = late.expression(rb"(?:require|import|from)\s*\(?\s*[\"'`](?:node:)?([^\"'`\r\n]+)[\"'`]")
_PASSED_ON = late.expression(
    rb"export\s*(?:\*(?:\s*as\s+\w+)?|\{[^}]*\})\s*from\s*[\"'](?:node:)?([^\"']+)[\"']"
    rb"|import\s*\(\s*[\"'](?:node:)?([^\"']+)[\"']\s*\)\s*\.\s*then"
    rb"|(?:module\.)?exports(?:\.\w+)?\s*=\s*require\s*\(\s*[\"'](?:node:)?([^\"']+)[\"']\s*\)\s*(?=[;,\r\n}]|$)"
)
_PASSING = (re.compile(rb"export"), re.compile(rb"import"))
_MODULE = b"module."
_GIVEN = frozenset({b"CryptoJS", b"forge", b"KJUR", b"KEYUTIL", b"nacl", b"sodium", b"subtle"})  # known by their names
_PARAMETER = (
    rb"(?:\bfunction\b[^()]{0,60}|[=,(]\s*(?:async\s*)?|\b\w+\s*)\([^()]{0,300}(?<![\w.$])%b(?![\w$])[^()]{0,300}\)"
    rb"\s*(?:=>|\{|:)"
)
_MOST_PARAMETERS = 301  # bytes before a name, with the bracket
_NEAR = 800  # bytes around a name in which nearly every `_PARAMETER` ends
_BODY = late.expression(rb"[^()]{0,300}\)\s*(?:=>|\{|:)")  # the end of `_PARAMETER`
_LOAD = 60  # bytes before the name of a module in which the word that loads it stands
_LOADING = late.expression(rb"\b(?:require|import|from)\b[^;]*\Z")
# `{ [name]: made } = require("crypto")`, and `{ [name]: false }` where options of TLS could be meant
_OPENING = late.expression(rb"\{\s*\[|,\s*\[[^\]\n]*\]\s*:")
_KEYED = late.expression(rb"\]\s*:")  # begins with a literal, which is found natively
_BY_KEY = late.expression(
    rb"\{[^{}\n]{0,200}\[[^\]\n]{1,80}\]\s*:[^{}\n]{0,200}\}\s*=\s*(?:await\s+import|require)\s*\(\s*[\"'](?:node:)?(?:crypto|tls|https)[\"']"
    rb"|[{,]\s*\[(?![^\]\n]*Symbol\.)[^\]\n]{1,80}\]\s*:\s*(?:false|!1)\b(?=[^;]{0,400}\b(?:https|tls)\b)"
)
_MARKS = (
    b"__webpack_require__", b"webpackJsonp", b"webpackChunk", b"parcelRequire", b"__turbopack_", b"System.register",
    b"MODULE_NOT_FOUND",
)  # fmt: skip
_BUNDLED = late.expression(
    rb"function\s+__webpack_require__\b|,\s*__webpack_require__\s*\)\s*(?:=>|\{)|=\s*__webpack_require__\("
    rb"|[\].\"']webpack(?:Jsonp|Chunk)\w*[\"']?\]?\s*(?:=|\|\|)|\bparcelRequire\w*\s*[=(\[]|\b__turbopack_\w+__\(|System\.register\(\["
    rb"|\{\s*var\s+\w+\s*=\s*(?:new\s+)?Error\([^)]*\)[^}]{0,60}MODULE_NOT_FOUND"
)
_ESCAPED = late.expression(
    rb"(?:\\u00[2-7][0-9a-fA-F]|\\u\{0*[2-7][0-9a-fA-F]\}|\\x[2-7][0-9a-fA-F])"
    rb"(?:[\w$]|\\u00[2-7][0-9a-fA-F]|\\u\{0*[2-7][0-9a-fA-F]\}|\\x[2-7][0-9a-fA-F])*"
)
_AHEAD = late.expression(rb"[\w$]*\Z")
_LONGEST_WORD = 64
_ONE_ESCAPE = late.expression(r"\\u\{0*([0-9a-fA-F]+)\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_HANDING = frozenset(
    {"arguments", "pair", "return_statement", "array", "spread_element", "assignment_expression", "export_statement",
     "export_specifier", "arrow_function", "sequence_expression", "assignment_pattern", "jsx_expression", "object"}
)  # fmt: skip


class JavaScriptText(Outlook):
    language = "JavaScript"

    def module_of(self, meta: FileMeta) -> str:
        """The name of the file, or of its folder where the file stands for it."""
        folder, _, file = meta.logical.rpartition("/")
        stem = file.partition(".")[0]
        return folder.rpartition("/")[2] if stem in {"__init__", "index"} else stem

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no module, or one whose name stands anywhere in the text."""
        anywhere, roots = {"setting", "method"}, _roots(self.language)
        there: dict[bytes, bool] = {}

        def named(root: bytes) -> bool:
            if root not in there:
                there[root] = root in content
            return there[root]

        wanted = {
            word
            for word in {hit.literal for hit in hits}
            if not anywhere.isdisjoint(catalogue.shapes[word]) or any(map(named, roots[word]))
        }
        return [hit for hit in hits if hit.literal in wanted]

    def own(self, module: str, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:  # noqa: ARG002
        """Files of a library load each other by relative paths, and call their own functions."""
        name = package_of(module).encode()
        if name not in _named_packages(self.language):
            return []
        roots = _roots(self.language)
        return [hit for hit in hits if any(root == name or root.startswith(name + b"/") for root in roots[hit.literal])]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        end, before = hit.offset + len(hit.literal), content[hit.offset - 1 : hit.offset]
        if "setting" in shapes and _SETTING.match(content, end):
            return True
        if "method" in shapes and before == b"." and _CALLED.match(content, end):
            return True
        if "bare" in shapes and (before in {b"'", b'"', b"`", b"/", b"-"} or _CALLED.match(content, end)):
            return True
        return "any" in shapes and self.used(content, hit)

    def used(self, content: bytes, hit: Hit) -> bool:
        line, ahead = line_of(content, hit)
        if line.startswith((b"//", b"* ", b"/*")):
            return False
        return not line.startswith(b"import ") or b";" in ahead or b" as " in line or b"'" in ahead or b'"' in ahead

    def left_for_others(self, parsed: Parsed) -> Iterator[tuple[str, str]]:
        for alias, path in parsed.imports.names.items():
            if alias.isidentifier() and once(alias, parsed.content):
                yield alias, path

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        return re.compile(rb"\b%b\b[\"']?\s*(?::[^=\n,]+=|[:=])(?!=)" % re.escape(constant.encode()))

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:
        """The module that a path means, by its last name, or the class or enumeration of a name."""
        module, *holders = owner.rpartition("/")[2].split(".")
        holder = holders[-1] if holders else module
        parts = re.sub(r"\.[cm]?[jt]sx?$", "", meta.logical).removesuffix("/index").split("/")
        if parts[-1] == module:
            return True
        named = b" " + holder.encode()
        at = content.find(named)
        while at >= 0 and not content.endswith((b"class", b"enum", b"namespace"), 0, at):
            at = content.find(named, at + 1)
        return at >= 0

    # Ways out of sight

    def literals(self) -> frozenset[bytes]:
        return frozenset(modules(self.language)) | _GIVEN

    def strangers(self, content: bytes, hits: Sequence[Hit], here: Ways) -> Iterator[tuple[int, str]]:
        """One search for all that is loaded: a word such as sm2 may stand a thousand times in a text."""
        if here.strangers.keys().isdisjoint({hit.literal for hit in hits}):
            return
        known = _known_strangers(self.language)
        for found in _LOADED.finditer(content):
            parts = found[1].decode("utf-8", "replace").split("/")
            whole = "/".join(parts[: 2 if parts[0].startswith("@") else 1])
            name = next((name for name in (whole, parts[0]) if name in known), "")
            if name:
                yield found.start(), name

    def imported(self, content: bytes) -> set[bytes]:
        return words(content)

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:
        end, before = hit.offset + len(hit.literal), content[hit.offset - 1 : hit.offset]
        quoted = before in {b"'", b'"', b"`", b"/", b":", b"-"}
        named = modules(self.language).get(hit.literal, ())
        if named and quoted:  # loaded: what its local names are used for shows in the tree
            return _LOADING.search(content, max(0, hit.offset - _LOAD), hit.offset) is not None
        if named and not _AFTER_MEMBER.match(content, end) and any(_root(name) <= imported for name in named):
            return True
        for name in here.words.get(hit.literal, ()):
            if name in {"require", "import"}:
                if _COMPUTED.match(content, end) and before != b".":
                    return True
            elif hit.literal == b"Function":
                if _CALLED.match(content, end):
                    return True
            elif not quoted and shape_of(name) == "any":
                if _root(name) <= imported:
                    return True
            elif not quoted and (shape_of(name) == "method") == (before == b"."):
                return True
        return False

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """Modules of the catalogue that are passed on to other files, or to a function, as a whole."""
        known = _module_names(self.language)
        for found in _passed_on(view.content):
            name = next(group for group in found.groups() if group).decode("utf-8", "replace")
            if re.sub(r"\.[cm]?js$", "", name) in known:
                yield found.start(), f"{name} passed on"
        opening = _KEYED.search(view.content) is not None and _OPENING.search(view.content) is not None
        for found in _BY_KEY.finditer(view.content) if opening else ():
            yield found.start(), "a member by a name that is computed"
        for word in {hit.literal for hit in hits} & _GIVEN:
            at = next((at for at in places(view.content, word) if _is_bracketed(view.content, at, at + len(word))), -1)
            given = re.compile(_PARAMETER % word)
            near = given.search(view.content, max(0, at - _NEAR), at + _NEAR) if at >= 0 else None
            found_given = near or (given.search(view.content) if at >= 0 else None)
            if found_given is not None:
                yield found_given.start(), f"{word.decode()} as a parameter"

    def may_lead(self, content: bytes, hit: Hit) -> bool:
        """A member that is named ends the name of its site, save what JavaScript itself gives to every function."""
        found = _MEMBERS.match(content, hit.offset + len(hit.literal))
        return found is None or not _leading(self.language).isdisjoint(found[1].split(b"."))

    def handed_on(self, parsed: Parsed, site: Site) -> str:  # noqa: ARG002
        above = site.node.parent
        setting = site.names[:1] and site.names[0].startswith("=")
        if above is None or (site.arguments is not None and not setting):
            return ""
        for name in site.names:
            if name.endswith(".*") and name[:-2] in modules(self.language).get(_word(name[:-2]), ()):
                return name
            target = above.type == "assignment_expression" and above.child_by_field_name("right") != site.node
            if not target and above.type in _HANDING and name in modules(self.language).get(_word(name), ()):
                return name
        return ""

    def made(self, content: bytes) -> str:
        """Why a text shows that no person wrote it as it stands; '' when a person may have."""
        if len(content) > _SMALL:
            written = _SOURCE_MAP.sub(b"", content)  # a comment that says nothing of the text before it
            long = sum(size for size in map(len, written.split(b"\n")) if size > LONG_LINE)
            if long * 4 > len(written):
                return "minified text"
        return "a bundle" if any(mark in content for mark in _MARKS) and _BUNDLED.search(content) else ""

    def disguised(self, content: bytes) -> int:
        """Offset of a word of the catalogue or of a way out that is written with escapes, -1 when there is none."""
        if b"\\u" in content or b"\\x" in content:
            for found in _ESCAPED.finditer(content):
                ahead = _AHEAD.search(content, max(0, found.start() - _LONGEST_WORD), found.start())
                written = (ahead[0] if ahead is not None else b"") + found[0]
                word = _ONE_ESCAPE.sub(_character, written.decode("ascii", "replace")).encode()
                if word in catalogue_of(self.language).words or word in ways(self.language).literals:
                    return found.start()
        return -1


def _passed_on(content: bytes) -> Iterator[re.Match[bytes]]:
    """Matches of `_PASSED_ON`, each of which holds a word that is found natively."""
    past = 0
    for at in sorted(found.start() for word in _PASSING for found in word.finditer(content)):
        if at < past:
            continue
        owned = content.endswith(_MODULE, past, at)
        found = _PASSED_ON.match(content, at - len(_MODULE)) if owned else None
        found = found or _PASSED_ON.match(content, at)
        if found is not None:
            yield found
            past = found.end()


def _is_bracketed(content: bytes, start: int, end: int) -> bool:
    """Whether a name may stand where `_PARAMETER` looks for it."""
    before = content[max(0, start - _MOST_PARAMETERS) : start]
    return before.rfind(b"(") > before.rfind(b")") and _BODY.match(content, end) is not None


class TypeScriptText(JavaScriptText):
    language = "TypeScript"


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1] or found[2] or found[3], 16))


@lru_cache(maxsize=1024)
def _root(name: str) -> frozenset[bytes]:
    """The words of a module's name."""
    return frozenset(word.encode() for word in re.findall(r"\w+", name.partition(".")[0]))


@lru_cache(maxsize=4)
def _roots(language: str) -> Mapping[bytes, frozenset[bytes]]:
    """Modules, and other names for them, by the words of the catalogue; one that is called itself is its own."""
    catalogue = catalogue_of(language)
    others: dict[str, set[bytes]] = {}
    for alias, root in catalogue.aliases.items():
        others.setdefault(root, set()).add(alias.encode())
    found: dict[bytes, set[bytes]] = {}
    for call in (*catalogue.entries, *catalogue.blind):
        root = call.partition(".")[0]
        word = word_of(call, language).encode()
        found.setdefault(word, set()).update({root.encode()} | others.get(root, set()) if root else ())
    return {word: frozenset(names) for word, names in found.items()}


@lru_cache(maxsize=4)
def _named_packages(language: str) -> frozenset[bytes]:
    roots = (root.decode() for found in _roots(language).values() for root in found)
    return frozenset(package_of(root).encode() for root in roots)


@lru_cache(maxsize=4)
def _module_names(language: str) -> frozenset[str]:
    return frozenset(name for names in modules(language).values() for name in names)


@lru_cache(maxsize=4)
def _known_strangers(language: str) -> frozenset[str]:
    return frozenset(name for names in ways(language).strangers.values() for name in names)


@lru_cache(maxsize=4)
def _leading(language: str) -> frozenset[bytes]:
    """Members behind which a way out, or a module that leads to an entry, can be."""
    here = ways(language)
    names = (*_module_names(language), *here.foreign, *here.by_name, *here.commands, *here.owned)
    return _OF_ANY | {word.encode() for name in names for word in re.findall(r"[\w$]+", name)}


@lru_cache(maxsize=4096)
def _word(name: str) -> bytes:
    return re.findall(r"\w+", name)[-1].encode() if re.search(r"\w", name) else b""


@lru_cache(maxsize=4)
def modules(language: str) -> Mapping[bytes, frozenset[str]]:
    """Modules and their members that lead to an entry which states a use, by their last word."""
    found: dict[bytes, set[str]] = {}
    for call, rows in catalogue_of(language).entries.items():
        states = call[:1] not in {"=", "."} and rows[0].misuse is None and rows[0].protocol is None
        parts = call.split(".") if states else []
        for end in range(1, len(parts)):
            name = ".".join(parts[:end])
            found.setdefault(_word(name), set()).add(name)
    return {word: frozenset(names) for word, names in found.items()}
