"""Variants of a benchmark: the same program written in another way, each line in its place.

A program whose values all stand beside their use can be folded without understanding anything. Each variant keeps what
the program does and takes one crutch away:

- `renamed`: local variables, parameters and private fields get names that mean nothing.
- `elsewhere`: texts and numbers inside of functions become constants of another file.
- `configured`: texts inside of functions are read from a properties file.
- `wrapped`: library calls that take a name (`getInstance`, `hashlib.new`) go through functions of another file.
- `library`: no `main`; what was the program is a method that anybody may call.

In `library`, a condition on a parameter of a public method is no longer decided by the one call that the benchmark has:
both sides run for some caller. `trees` names those files, and their cases are left out.

Edits are made at the places of syntax nodes; a file that does not parse is copied as it is.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tree_sitter import Node

from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed

Edit = tuple[int, int, bytes]
_LANGUAGES = {".java": "Java", ".py": "Python", ".go": "Go", ".c": "C"}


class _Moved:
    """Constants taken out of the files, in order."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    def name(self, literal: str) -> str:
        self.rows.append((f"V{len(self.rows)}", literal))
        return self.rows[-1][0]


def _nodes(parsed: Parsed, query: str, name: str) -> list[Node]:
    return [node for row in parsed.matches(query, parsed.root) for node in row.get(name, ())]


def _inside(parsed: Parsed, node: Node, without: frozenset[str]) -> bool:
    """Whether a literal stands in a function, and not where only a literal may stand."""
    above = parsed.above(node)
    return parsed.function_of(node) is not None and not any(item.type in without for item in above)


_LITERALS = {
    "Java": "[(string_literal) (decimal_integer_literal)] @literal",
    "Python": "[(string) (integer)] @literal",
    "Go": "[(interpreted_string_literal) (int_literal)] @literal",
    "C": "(call_expression arguments: (argument_list [(identifier) (number_literal)] @literal))",
}
_FIXED = frozenset(
    {"annotation", "switch_label", "case_statement", "concatenated_string", "interpolation", "dimensions_expr",
     "expression_statement>string", "import_declaration", "array_initializer", "type_parameters", "literal_element"}
)  # fmt: skip
_NAMING = frozenset({"import_declaration", "package_declaration", "scoped_identifier", "scoped_type_identifier",
                     "dotted_name", "import_spec"})  # fmt: skip
_CALLS = {  # method or function -> arguments that it may have
    "Java": re.compile(
        r"(?:java\.security\.|javax\.crypto\.)?(MessageDigest|Cipher|KeyGenerator|KeyPairGenerator|Mac|Signature|SecretKeyFactory)"
        r"\.getInstance"
    ),
    "Python": re.compile(r"hashlib\.new"),
}


def _renamed(parsed: Parsed, moved: _Moved) -> Iterator[Edit]:  # noqa: ARG001
    names: dict[str, str] = {}
    queries = {
        "Java": "(local_variable_declaration (variable_declarator name: (identifier) @name)) "
        "(formal_parameter name: (identifier) @name)",
        "Python": "(assignment left: (identifier) @name)",
        "Go": "(short_var_declaration left: (expression_list (identifier) @name))",
        "C": "(declaration declarator: (identifier) @name)",
    }
    for node in _nodes(parsed, queries[parsed.adapter.name], "name"):
        if parsed.function_of(node) is not None:
            names.setdefault(parsed.text(node), f"z{len(names)}")
    names.pop("_", None)
    kept = {"Java": ("field_access", "method_invocation"), "Python": ("attribute", "keyword_argument"),
            "Go": ("selector_expression", "package_identifier"), "C": ("field_expression",)}  # fmt: skip
    fields = {parsed.text(node) for node in _nodes(parsed, "(field_declaration (variable_declarator name: (_) @name))",
                                                   "name")} if parsed.adapter.name == "Java" else set()  # fmt: skip
    imported = set(parsed.imports.names)
    for node in _nodes(parsed, "(identifier) @name", "name"):
        text, parent = parsed.text(node), node.parent
        if text not in names or text in fields or text in imported or parent is None:
            continue
        last = parent.child_by_field_name("field") or parent.child_by_field_name("attribute")
        last = last or (parent.child_by_field_name("name") if parent.type in kept[parsed.adapter.name] else None)
        if any(above.type in _NAMING for above in parsed.above(node)[:4]):
            continue
        declares = parent.type in {"method_declaration", "function_definition", "class_declaration", "keyword_argument"}
        if (last == node and parent.type in kept[parsed.adapter.name]) or (declares and _named(parent) == node):
            continue
        yield node.start_byte, node.end_byte, names[text].encode()


def _named(node: Node) -> Node | None:
    return node.child_by_field_name("name")


def _literals(parsed: Parsed) -> Iterator[tuple[Node, str]]:
    for node in _nodes(parsed, _LITERALS[parsed.adapter.name], "literal"):
        text = parsed.text(node)
        plain = (
            text.isascii() and "\n" not in text and "\\" not in text and not text.startswith(('f"', "f'", '"""', "'''"))
        )
        if node.parent is None or not plain or not _inside(parsed, node, _FIXED):
            continue
        if parsed.adapter.name == "C" and re.fullmatch(r"CALG_\w+", text) is None:
            continue
        if parsed.adapter.name == "Python" and node.parent.type == "expression_statement":
            continue
        yield node, text


def _elsewhere(parsed: Parsed, moved: _Moved) -> Iterator[Edit]:
    owner = {"Java": "moved.Elsewhere.", "Python": "elsewhere.", "Go": "elsewhere.", "C": "ELSEWHERE_"}
    for node, text in _literals(parsed):
        cast = node.parent is not None and node.parent.type == "cast_expression"
        if not cast:
            yield node.start_byte, node.end_byte, f"{owner[parsed.adapter.name]}{moved.name(text)}".encode()


def _configured(parsed: Parsed, moved: _Moved) -> Iterator[Edit]:
    for node, text in _literals(parsed):
        if text[0] in "\"'":
            asked = (
                'moved.Elsewhere.SETTINGS.getProperty("{}")'
                if parsed.adapter.name == "Java"
                else 'elsewhere.SETTINGS.get("{}")'
            )
            yield node.start_byte, node.end_byte, asked.format(moved.name(text)).encode()


def _wrapped(parsed: Parsed, moved: _Moved) -> Iterator[Edit]:  # noqa: ARG001
    form = _CALLS.get(parsed.adapter.name)
    if form is None:
        return
    for found in form.finditer(parsed.content.decode("utf-8", "replace")):
        node = parsed.at(found.start(), found.end() - found.start())
        if node is not None and node.type in {"method_invocation", "attribute", "call"} and found.string.isascii():
            of = found[1] if found.groups() else "new"
            yield found.start(), found.end(), f"{'moved.E' if form.groups else 'e'}lsewhere.make{of}".encode()


def _library(parsed: Parsed, moved: _Moved) -> Iterator[Edit]:  # noqa: ARG001
    for found in re.finditer(rb"\bmain(?=\s*\()", parsed.content):
        yield found.start(), found.end(), b"perform"


VARIANTS: Mapping[str, Callable[[Parsed, _Moved], Iterator[Edit]]] = {
    "renamed": _renamed, "elsewhere": _elsewhere, "configured": _configured, "wrapped": _wrapped, "library": _library,
}  # fmt: skip
JAVA = ("renamed", "elsewhere", "configured", "wrapped", "library")
PYTHON = ("renamed", "elsewhere", "configured", "wrapped")
LINES = ("renamed", "elsewhere")
C = ("renamed", "elsewhere")


def trees(
    source: Path, scratch: Path, asked: str | None, known: Sequence[str]
) -> Iterator[tuple[str, Path, frozenset[str]]]:
    """Name, folder and undecided files: of the benchmark itself, or of one or each of its variants after it."""
    yield "as published", source, frozenset()
    for name in known if asked == "all" else [asked] if asked else []:
        target = scratch / name
        yield name, target, write(source, target, name)


def write(source: Path, target: Path, name: str) -> frozenset[str]:
    """Write a variant; the names of files whose truth it leaves to their callers."""
    moved, undecided = _Moved(), set()
    languages: dict[str, list[Path]] = {}
    for path in sorted(item for item in source.rglob("*") if item.is_file()):
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        language = _LANGUAGES.get(path.suffix)
        parsed = Parsed(BY_NAME[language], path.read_bytes()) if language is not None else None
        if parsed is None or parsed.root.has_error:
            shutil.copy(path, copied)
            continue
        edits = sorted(set(VARIANTS[name](parsed, moved)), reverse=True)
        content = parsed.content
        for start, end, text in edits:
            content = content[:start] + text + content[end:]
        if edits and name in {"elsewhere", "configured", "wrapped"}:
            content = _importing(content, parsed.adapter.name)
            languages.setdefault(parsed.adapter.name, []).append(copied.parent)
        copied.write_bytes(content)
        if name == "library" and _hangs_on_callers(parsed):
            undecided.add(path.name)
    for language, folders in languages.items():  # beside the cases, so that it is as much a test as they are
        beside = Path(os.path.commonpath(folders)) if language == "Java" else target
        _write_elsewhere(beside, name, language, moved)
    return frozenset(undecided)


def _hangs_on_callers(parsed: Parsed) -> bool:
    """Whether a public method decides by one of its parameters which of two values it takes."""
    for node in _nodes(parsed, "(if_statement condition: (_) @condition)", "condition"):
        function = parsed.function_of(node)
        words = re.findall(r"[A-Za-z_]\w*", parsed.text(node))
        if function is not None and any(parsed.adapter.parameter(parsed, function, word)[0] for word in words):
            return True
    return False


def _importing(content: bytes, language: str) -> bytes:
    """With what reaches the other file, on the first line that can hold it."""
    match language:
        case "Python":
            found = re.search(rb"^(import|from) ", content, re.MULTILINE)
            at = found.start() if found is not None else 0
            return content[:at] + b"import elsewhere; " + content[at:]
        case "Go":
            if re.search(rb"^import \(", content, re.MULTILINE) is not None:
                return re.sub(rb"^(import \()", rb'\1 "elsewhere";', content, count=1, flags=re.MULTILINE)
            return re.sub(rb"^import ", b'import "elsewhere"; import ', content, count=1, flags=re.MULTILINE)
        case "C":
            return b'#include "elsewhere.h"\n' + content  # every line one lower: functions are compared, not lines
    return content


def _write_elsewhere(target: Path, name: str, language: str, moved: _Moved) -> None:
    """The other file, and the properties file where texts come from one."""
    if name == "configured":
        rows = "".join(f"{key}={text.strip(chr(34) + chr(39))}\n" for key, text in moved.rows)
        place = target / "resources" / "settings.properties"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(rows, "utf-8")
    match language:
        case "Java":
            _write(target / "moved" / "Elsewhere.java", "\n".join(_java(name, moved)))
        case "Python":
            _write(target / "elsewhere.py", "\n".join(_python(name, moved)))
        case "Go":
            rows = "\n".join(f"const {key} = {text}" for key, text in moved.rows)
            _write(target / "elsewhere" / "elsewhere.go", f"package elsewhere\n\n{rows}\n")
        case "C":
            _write(target / "elsewhere.h", "".join(f"#define ELSEWHERE_{key} {text}\n" for key, text in moved.rows))


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text + "\n", "utf-8")


def _java(name: str, moved: _Moved) -> Iterator[str]:
    yield "package moved;"
    yield "public final class Elsewhere {"
    match name:
        case "elsewhere":
            for key, text in moved.rows:
                kind = "String" if text.startswith('"') else "int"
                yield f"    public static final {kind} {key} = {text};"
        case "configured":
            yield "    public static final java.util.Properties SETTINGS = new java.util.Properties();"
            yield "    static {"
            yield '        try { SETTINGS.load(Elsewhere.class.getResourceAsStream("/settings.properties")); }'
            yield "        catch (java.io.IOException problem) { throw new IllegalStateException(problem); }"
            yield "    }"
        case _:
            where = {
                "MessageDigest": "java.security",
                "KeyPairGenerator": "java.security",
                "Signature": "java.security",
            }
            for of in (
                "MessageDigest",
                "Cipher",
                "KeyGenerator",
                "KeyPairGenerator",
                "Mac",
                "Signature",
                "SecretKeyFactory",
            ):
                made = f"{where.get(of, 'javax.crypto')}.{of}"
                for kind in ("String", "java.security.Provider", ""):
                    more, passed = (f", {kind} provider", ", provider") if kind else ("", "")
                    yield f"    public static {made} make{of}(String asked{more}) throws Exception {{"
                    yield f"        return {made}.getInstance(asked{passed});"
                    yield "    }"
    yield "}"


def _python(name: str, moved: _Moved) -> Iterator[str]:
    match name:
        case "elsewhere":
            for key, text in moved.rows:
                yield f"{key} = {text}"
        case "configured":
            yield "import configparser"
            yield "_read = configparser.ConfigParser()"
            yield 'with open("resources/settings.properties") as _file:'
            yield '    _read.read_string("[all]\\n" + _file.read())'
            yield 'SETTINGS = _read["all"]'
        case _:
            yield "import hashlib"
            yield "def makenew(asked, *more):"
            yield "    return hashlib.new(asked, *more)"
