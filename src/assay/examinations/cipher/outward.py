"""Where cryptography may be used out of sight of the catalogue: each such place makes the attempt partial.

States no fact. Four kinds of place, listed by language in `outward.yaml`. A call that finds code by name (`eval`,
`Class.forName`, `dlsym`) when that name cannot be determined, or is one that the catalogue knows. A call into foreign
code (`ctypes.CDLL`, `System.loadLibrary`), whatever it is given. A call that starts a program, when the command cannot
be determined, names a cryptographic tool, or hands a script to a shell. An import of a *stranger*, a library that
offers cryptography and has no entries. A Python file in an encoding that hides its words is one more.

*It cannot see* a stranger that is not listed, a program that a harmless looking command starts, such as `make` or the
product's own script, or calls of these functions through another name than an import gives them.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache

from tree_sitter import Node

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher.catalogue import catalogue_of, shape_of
from assay.examinations.cipher.ways import Ways, modules, stems, ways
from assay.source.answers import Answer, Value
from assay.source.languages import parsed as parsed_unit
from assay.source.parsed import Parsed, Site
from assay.source.python import imported_words
from assay.source.values import Resolver

_TOOLS = re.compile(
    r"(?<![\w-])(openssl|gmssl|tongsuo|bssl|gpg2?|gpgv|gpgsm|gpgconf|pgp|age|cfssl|keytool|jarsigner|certutil|certtool|"
    r"p11tool|pkcs\d+-tool|signtool|osslsigncode|cosign|sops|mcrypt|ccrypt|htpasswd|mkpasswd|chpasswd|passwd|"
    r"cryptsetup|stunnel|ssh(-\w+)?|scp|sftp|(md[245]|sha\d*|b2)(sum|deep)?|zip|7za?|curl|wget)(?![\w-])",
    re.IGNORECASE,
)
_SHELLS = re.compile(
    r"(^|[/\\])((ba|da|z|k|c|tc)?sh|cmd|powershell|pwsh|python[\d.]*|perl|ruby|node|java|env|sudo|xargs)(\.exe)?$"
)
_WORD = re.compile(r"\w+")
_CALLED = re.compile(rb"\s*[(<),;]")
_STAR = re.compile(rb"[ \t]+import[ \t(]*\*")
_MEMBER = re.compile(rb"[ \t]*\.[ \t]*(?!__)\w")
_PROPERTIES = re.compile(
    r"https\.(protocols|cipherSuites)|jdk\.(tls|certpath|security|jar)|javax\.net\.ssl|com\.sun\.net\.ssl"
)
_HANDING = frozenset(
    {"argument_list", "assignment", "return_statement", "pair", "keyword_argument", "default_parameter", "tuple",
     "list", "expression_list", "named_expression", "call", "attribute", "subscript"}
)  # fmt: skip
_CODING = re.compile(rb"#.*?coding[:=][ \t]*([-\w.]+)")
_OPEN_CODINGS = re.compile(
    rb"utf-?8.*|u8|ascii|us-ascii|latin-?1|iso-?8859.*|cp\d+|windows-\d+|gbk|gb2312|gb18030|big5.*|euc.*|koi8.*|shift_?jis"
    rb"|mac.*|raw",
    re.IGNORECASE,
)


class OutOfSight:
    """A `FileExamination` of one language: the words of another would open files for nothing."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    fold_case = False

    def __init__(self, language: str) -> None:
        self.language = language
        self.id = f"cipher.outward.{language.lower()}@1"

    @cached_property
    def literals(self) -> frozenset[bytes]:
        own: dict[str, frozenset[bytes]] = {
            "Python": frozenset({b"coding", b"modules"}).union(modules()),
            "Java": catalogue_of("Java").words,
            "C": stems(),
        }
        return own[self.language] | ways()[self.language].literals

    def __reduce__(self) -> tuple[type["OutOfSight"], tuple[str]]:
        return (type(self), (self.language,))

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format == self.language

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        language, content = view.meta.format, view.content
        if not view.whole and b"\n" not in content:
            return Examined()  # a line longer than one unit: the other examination of the file says so
        here = ways()[language]
        found: dict[tuple[int, str], None] = {}
        around = _around_the_catalogue(language, content)
        for offset, name in (
            *_strangers(language, content, hits, here),
            *_encoded(view),
            *_pasted(view, hits),
            *around,
        ):
            found[view.first_line + content.count(b"\n", 0, offset), name] = None
        imported = imported_words(content) if language == "Python" else set()
        calls = [hit for hit in hits if _promising(language, content, hit, here, imported)]
        if calls:
            for line, name in _calls(view, calls, here, lab.limits.steps_per_value):
                found[line, name] = None
        return Examined(
            shortfalls=tuple(Shortfall("blind-spot", f"line {line}: {name}") for line, name in sorted(found))
        )


def _encoded(view: FileView) -> Iterator[tuple[int, str]]:
    """A Python file whose first two lines name an encoding in which words are not as they are read."""
    if view.meta.format == "Python" and view.offset == 0:
        for line in view.content[:1000].splitlines()[:2]:
            coding = _CODING.match(line.lstrip(b" \t\f\xef\xbb\xbf"))
            if coding is not None and _OPEN_CODINGS.fullmatch(coding[1]) is None:
                yield 0, f"encoding {coding[1].decode('ascii', 'replace')}"


def _pasted(view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
    """Parts of names that a macro pastes together."""
    if view.meta.format != "C" or b"##" not in view.content:
        return
    for hit in hits:
        after, before = view.content[hit.offset + len(hit.literal) :][:16], view.content[: hit.offset][-16:]
        pasted = after.lstrip(b" \t").startswith(b"##") or before.rstrip(b" \t").endswith(b"##")
        if pasted and hit.literal in stems():
            yield hit.offset, f"a name pasted together with {hit.literal.decode()}"


_MODULES = re.compile(rb"\bsys\.modules\s*(?:\[|\.get\s*\()\s*[frbu]{0,2}([\"'])([\w.]*)\1")
_STATIC_STAR = re.compile(rb"^[ \t]*import\s+static\s+([\w.]+)\.\*\s*;", re.MULTILINE)


def _around_the_catalogue(language: str, content: bytes) -> Iterator[tuple[int, str]]:
    """`sys.modules["hashlib"]`, and every static member of a class of the catalogue imported at once."""
    if language == "Python" and b"sys.modules" in content:
        for found in _MODULES.finditer(content):
            if any(found[2].decode() in names for names in modules().values()):
                yield found.start(), f"sys.modules[{found[2].decode()}]"
    if language == "Java" and b"import static" in content:
        known = {call.rpartition(".")[0] for call in catalogue_of("Java").entries}
        for found in _STATIC_STAR.finditer(content):
            if found[1].decode() in known:
                yield found.start(), f"everything of {found[1].decode()} imported"


def _strangers(language: str, content: bytes, hits: Sequence[Hit], here: Ways) -> Iterator[tuple[int, str]]:
    """Libraries that the text imports, includes or calls by their full name."""
    for hit in hits:
        for name in here.strangers.get(hit.literal, ()):
            if _imported(language, content, hit, name.encode()):
                yield hit.offset, name


def _imported(language: str, content: bytes, hit: Hit, wanted: bytes) -> bool:
    start = content.rfind(b"\n", max(0, hit.offset - 1000), hit.offset) + 1
    end = content.find(b"\n", hit.offset, hit.offset + 1000)
    line = b" ".join(content[start : end if end >= 0 else hit.offset + 1000].split())
    name = re.escape(wanted)
    if language == "C" and b"/" not in wanted and not wanted.endswith(b".h"):
        return re.match(rb"# ?include ?[<\"][^>\"]+\." + name + rb"[>\"]", line) is not None
    if language == "C":
        return (
            re.match(rb"# ?(include|import|include_next) ?[<\"](?!openssl/|gmssl/)([\w./+-]*/)?" + name, line)
            is not None
        )
    if language == "Java":
        return re.search(rb"(?<![\w.])" + name + rb"(?!\w)", line) is not None
    parent, _, last = name.rpartition(rb"\.")
    listed = rb"(?:[\w.]+(?: as \w+)?, ?)*"
    forms = [rb"from " + name + rb"(?:\.[\w.]+)? import\b", rb"import " + listed + name + rb"(?!\w)"]
    forms += [rb"from " + parent + rb" import .*(?<!\w)" + last + rb"(?!\w)"] if parent else []
    if parent and re.search(rb"['\"]" + name + rb"\b", line):
        return True  # named in a setting
    return re.search(rb"(?:^|[;:] ?)(?:" + rb"|".join(forms) + rb")", line) is not None


def _promising(language: str, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:
    """Whether a hit could be such a call, judged by the bytes around it. A Python module must be imported."""
    end = hit.offset + len(hit.literal)
    dotted = content[hit.offset - 1 : hit.offset] == b"."
    named = modules().get(hit.literal, frozenset()) if language == "Python" else frozenset()
    if any(name.partition(".")[0].encode() in imported for name in named) and _as_value(content, hit.offset, end):
        return True
    for name in here.words.get(hit.literal, ()):
        shape, parts = shape_of(name), name.strip(".").split(".")
        if (shape == "method") != dotted and shape != "any":
            continue
        if language == "Python" and shape == "any":
            if parts[0].encode() in imported:
                return True
        elif language == "Java" and shape == "any" and parts[-1] != "<init>":
            owner = parts[-2].encode()
            if owner in content[max(0, hit.offset - len(owner) - 24) : hit.offset] or b"import static" in content:
                return True
        elif language == "Python" or _CALLED.match(content, end):
            return True
    return False


def _as_value(content: bytes, start: int, end: int) -> bool:
    """Whether a module is named where its members are not simply taken: handed on, or imported with a star."""
    line = content[content.rfind(b"\n", 0, start) + 1 : start].lstrip()
    if _STAR.match(content, end):
        return line.startswith(b"from ")
    importing = line.startswith((b"import ", b"from ")) and b";" not in line
    if importing:
        return b" as " in content[end : end + 32]
    return _MEMBER.match(content, end) is None


def _calls(view: FileView, hits: Sequence[Hit], here: Ways, steps: int) -> Iterator[tuple[int, str]]:
    """Lines and names of calls that hide what they reach. A reference that is handed on hides it too."""
    parsed = parsed_unit(view)
    if parsed.hopeless:
        return  # the other examination of the file says so
    catalogue = catalogue_of(view.meta.format)
    resolver = Resolver(parsed, catalogue.known, steps)
    words = frozenset(hit.literal for hit in hits)
    aliases = sorted(parsed.adapter.other_names(parsed, words))
    again = [
        Hit(alias, at.start()) for alias in aliases for at in re.finditer(rb"(?<!\w)%b(?!\w)" % alias, view.content)
    ]
    for star in parsed.imports.stars if view.meta.format == "Python" else ():
        if star in modules().get(star.rpartition(".")[2].encode(), ()):
            yield view.first_line, f"everything of {star} imported"
    for hit in (*hits, *again):
        node = parsed.at(hit.offset, len(hit.literal))
        site = parsed.adapter.site(parsed, node, hit.literal.decode()) if node is not None else None
        if site is not None and view.meta.format == "Python" and (module := _handed_on(parsed, site)):
            yield parsed.line(site.node), f"{module} handed on"
        name = next((name for name in _names(site.names, here)), "") if site is not None else ""
        if site is None or not name:
            continue
        if name in here.foreign or _owned(name, here) or site.arguments is None:
            yield parsed.line(site.node), name
            continue
        at = here.by_name[name] if name in here.by_name else here.commands[name]
        position = at if isinstance(at, tuple) else (at, None)
        node = site.arguments.get(*position) if site.arguments is not None else None
        answer = resolver.resolve(node) if node is not None else None
        if name in here.commands:
            hidden = _starts(
                _whole(answer, site.arguments.positional[position[0] :], resolver) if site.arguments else None
            )
        elif name in catalogue.blind and (answer is None or not answer.complete):
            hidden = False  # the other examination says so
        else:
            hidden = _reaches(answer, view.meta.format)
        if hidden:
            yield parsed.line(site.node), name


def _whole(first: Answer | None, given: Sequence[Node], resolver: Resolver) -> Answer | None:
    """A command given word by word, as to `execlp` or `ProcessBuilder`: all of it where the first word is certain."""
    if first is None or not first.certain or first.values[0].kind != "text" or len(given) < 2:
        return first
    others = [resolver.resolve(node) for node in given[1:]]
    words = [value for answer in others for value in answer.values if value.kind == "text"]
    return Answer((Value("list", items=(first.values[0], *words)),))


def _names(names: Sequence[str], here: Ways) -> Iterator[str]:
    for name in names:
        if _owned(name, here) or name in here.foreign or name in here.by_name or name in here.commands:
            yield name


def _owned(name: str, here: Ways) -> bool:
    """Whether it is a member, of any depth, of what is foreign as a whole."""
    parts = name.split(".")
    return any(f"{'.'.join(parts[:end])}.*" in here.foreign for end in range(1, len(parts)))


def _handed_on(parsed: Parsed, site: Site) -> str:
    """The module or class of the catalogue that a reference hands on, so that any member may be taken from it."""
    above = site.node.parent
    imported = parsed.imports.names.values()
    for name in site.names:
        if not any(name == path or name.startswith(f"{path}.") or path.startswith(f"{name}.") for path in imported):
            continue  # a variable of the same name
        owner, _, last = catalogue_of("Python").canonical(name).rpartition(".")
        if site.arguments is not None or above is None or above.type not in _HANDING:
            last = last if last.startswith("__") else ""
        if last.startswith("__") and owner in modules().get(owner.rpartition(".")[2].encode(), ()):
            return owner
        whole = f"{owner}.{last}" if owner else last
        if above is not None and whole in modules().get(last.encode(), ()) and not _harmless(parsed, site.node, above):
            return whole
    return ""


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


def _reaches(answer: Answer | None, language: str) -> bool:
    """Whether what a call finds by name may be cryptography that is not stated otherwise."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(item.kind != "text" or _mentions(item.text, language) for item in answer.values)


def _mentions(text: str, language: str) -> bool:
    """Whether a text holds a name of the catalogue, the start of one, or a way out."""
    entries = catalogue_of(language).entries
    if language == "Java" and _PROPERTIES.match(text):
        return True
    if text in entries or any(name.startswith((f"{text}.", f"{text}/")) for name in entries):
        return True
    words = {word.encode() for word in _WORD.findall(text)}
    return not words.isdisjoint(_telling(language))


@lru_cache(maxsize=8)
def _telling(language: str) -> frozenset[bytes]:
    """Words that lead to the catalogue: its own, the top modules, and the ways out."""
    catalogue = catalogue_of(language)
    roots = {name.partition(".")[0] for name in catalogue.entries if "." in name[1:]} | set(catalogue.aliases)
    return (
        catalogue.words | ways()[language].literals | {root.encode() for root in roots - {"java", "javax", "org", ""}}
    )


def _starts(answer: Answer | None) -> bool:
    """Whether a command is not a plain literal, names a cryptographic tool, or is a script for a shell."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(_starts_tool(item) for item in answer.values)


def _starts_tool(command: Value) -> bool:
    words = [part.text for part in command.items] if command.kind == "list" else [command.text]
    if command.kind not in {"text", "list"} or not words[0]:
        return True
    if command.kind == "list" and _SHELLS.search(words[0]):
        return True
    return any(_TOOLS.search(word) for word in words)
