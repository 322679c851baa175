"""What names of a JavaScript or TypeScript file stand for: modules, their members, further names for those.

The names are of the whole file, whatever the scope: of two of one name the first counts.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.javascript_places import MEMBERS, THROUGH, last_name
from assay.source.trail import noted

_RELATIVE = re.compile(r"((?:\.\.?/)*(?:\.\.?|(?:[^/]+/)*[^/.]+))(?:\.(.*))?")
LOADS = re.compile(rb"\b(?:require|import)\b")
_LOADING = (re.compile(rb"require\b"), re.compile(rb"import\b"))
_IN_WORD = re.compile(rb"\w")
_ENDING = re.compile(r"(?:/index)?(?:\.[cm]?[jt]sx?)?$")
WRAPPERS = frozenset(
    {"__importStar", "__importDefault", "_interopRequireDefault", "_interopRequireWildcard", "__toESM",
     "_interop_require_default", "_interop_require_wildcard", "_interopDefault", "_interopNamespace"}
)  # fmt: skip
_NAMING = frozenset(
    {"identifier", "member_expression", "subscript_expression", "binary_expression", "await_expression",
     "parenthesized_expression"}
)  # fmt: skip
_CHANGING = frozenset({"augmented_assignment_expression", "update_expression"})


def loading(content: bytes) -> list[tuple[int, int]]:
    """Where `LOADS` matches: each form begins with a literal, which is found natively."""
    spans = (found.span() for form in _LOADING for found in form.finditer(content))
    return sorted(span for span in spans if _IN_WORD.match(content[span[0] - 1 : span[0]]) is None)


def module_name(text: str) -> str:
    """A module as qualified names spell it: `node:crypto` is crypto, `x/lib/index.js` is x/lib."""
    return _ENDING.sub("", text.removeprefix("node:"))


def package_of(module: str) -> str:
    """The package of a module, which may have a scope: `@scope/name` of `@scope/name/src/index.js`."""
    return "/".join(module.split("/")[: 2 if module.startswith("@") else 1])


@lru_cache(maxsize=1024)
def outside_names(module: str, path: str) -> tuple[str, ...]:
    """What others may call the member of another file of the same package: a relative path, with members behind it.

    The main file hands the members of the others on, under their own names or under that of the file; other files
    are published where they are, or below what the sources are in. `module` is what the package calls the file itself.
    """
    found = _RELATIVE.fullmatch(path)
    package = package_of(module)
    if found is None or not package:
        return ()
    folder = module[len(package) + 1 :].rpartition("/")[0]
    file = posixpath.normpath(posixpath.join(folder, found[1]))
    if file.startswith(".."):
        return ()
    members = [part for part in (found[2] or "").split(".") if part not in {"", "default"}]
    inside = "/".join(file.split("/")[1:])
    last = [file.rpartition("/")[2]] if file != "." else []
    rows = [[package, *members], [package, *last, *members]]
    rows += [[f"{package}/{place}", *members] for place in (file, inside) if place not in {"", "."}]
    return tuple(dict.fromkeys(".".join(row) for row in rows))


def outside_name_of(parsed: Unit, name: str) -> tuple[str, ...]:
    """What others may call a function that the file itself declares."""
    if name not in _top_functions(parsed):
        return ()
    file = parsed.module.rpartition("/")[2].partition(".")[0]
    return outside_names(parsed.module, f".{'' if file == 'index' else '/' + file}.{name}")


def loaded(parsed: Unit, call: Node) -> str:
    """The module that `require("x")` or `import("x")` loads, '' for any other call."""
    callee, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    if callee is None or given is None or parsed.text(callee) not in {"require", "import"}:
        return ""
    first = given.named_children[0] if given.named_children else None
    if first is None or first.type not in {"string", "template_string"} or b"${" in (first.text or b""):
        return ""
    return module_name(parsed.text(first)[1:-1])


def imported(parsed: Unit, statement: Node, names: dict[str, str]) -> None:
    """The names that an `import` statement brings."""
    clause = next((child for child in statement.named_children if child.type.endswith("_clause")), None)
    source = statement.child_by_field_name("source") or (clause.child_by_field_name("source") if clause else None)
    if clause is None or source is None:
        return
    path = module_name(parsed.text(source)[1:-1])
    for child in clause.named_children:
        if child.type == "identifier":
            names.setdefault(parsed.text(child), path)
        elif child.type == "namespace_import":
            names.setdefault(parsed.text(child.named_children[0]), path)
        for item in child.named_children if child.type == "named_imports" else ():
            name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
            if name is not None:
                names.setdefault(parsed.text(alias or name), f"{path}.{parsed.text(name)}")


def bind(parsed: Unit, node: Node, path: str, names: dict[str, str]) -> None:
    """The names that an expression which yields a module is given."""
    while (parent := node.parent) is not None:
        if parent.type in MEMBERS and parent.child_by_field_name("object") == node:
            path = f"{path}.{last_name(parsed, parent)}"
        elif parent.type == "arguments" and _wraps(parsed, parent):
            parent = parent.parent or parent
        elif parent.type not in THROUGH and parent.type != "binary_expression":
            break
        node = parent
    if parent is None or parent.type not in {"variable_declarator", "assignment_expression"}:
        return
    target = parent.child_by_field_name("name") or parent.child_by_field_name("left")
    if target is None or target == node:
        return
    if target.type == "object_pattern":
        for name, member in taken_apart(parsed, target):
            names.setdefault(name, f"{path}.{member}")
    elif target.type == "identifier" or parsed.text(target).startswith("this."):
        names.setdefault("".join(parsed.text(target).split()), path)


def imports_name(parsed: Unit, node: Node) -> bool:
    """Whether an expression is a member of a module as it is loaded, and goes into a name that stands for it."""
    loading, above = node, node.parent
    while loading.type in MEMBERS and (holder := loading.child_by_field_name("object")) is not None:
        loading = holder
    target = above.child_by_field_name("name") if above is not None and above.type == "variable_declarator" else None
    return target is not None and parsed.text(target) in parsed.imports.names and bool(loaded(parsed, loading))


def _wraps(parsed: Unit, arguments: Node) -> bool:
    callee = arguments.parent.child_by_field_name("function") if arguments.parent is not None else None
    return callee is not None and parsed.text(callee).rpartition(".")[2] in WRAPPERS


def taken_apart(parsed: Unit, pattern: Node) -> Iterator[tuple[str, str]]:
    """Local name and member of each part of `{ a, b: c, d = 1, e: { f } }`."""
    for child in pattern.named_children:
        match child.type:
            case "shorthand_property_identifier_pattern":
                yield parsed.text(child), parsed.text(child)
            case "object_assignment_pattern":
                left = child.child_by_field_name("left")
                if left is not None:
                    yield parsed.text(left), parsed.text(left)
            case "pair_pattern":
                key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
                if key is None or value is None:
                    continue
                if value.type == "object_pattern":
                    yield from ((name, f"{parsed.text(key)}.{rest}") for name, rest in taken_apart(parsed, value))
                else:
                    value = value.child_by_field_name("left") or value
                    yield parsed.text(value), parsed.text(key).strip("\"'")


class _Names(Struct, frozen=True):
    aliases: Mapping[str, tuple[Node, str]]
    declared: frozenset[str]
    reassigned: frozenset[str]


@noted
def _names(parsed: Unit) -> _Names:
    """What the three questions that follow are answered from: one walk through the assignments for all of them."""
    found: dict[str, tuple[Node, str]] = {}
    declared: set[str] = set()
    reassigned: set[str] = set()
    for row in parsed.assignments:
        if "declared" in row or "empty" in row:
            name = parsed.text(row["left"][0])
            declared.add(name)
            if "value" in row and row["value"][0].type in _NAMING:
                found.setdefault(name, (row["value"][0], ""))
        elif "assignment" in row:
            if row["left"][0].type == "identifier":
                reassigned.add(parsed.text(row["left"][0]))
        elif "changed" in row:
            node = row["changed"][0]
            if node.type == "shorthand_property_identifier_pattern":
                declared.add(parsed.text(node))
            elif node.parent is not None and node.parent.type in _CHANGING:
                reassigned.add(parsed.text(node))
        elif "apart" in row:
            for local, member in taken_apart(parsed, row["apart"][0]):
                found.setdefault(local, (row["value"][0], member))
        elif "named" in row:
            declared.add(parsed.text(row["named"][0]))
    imported = parsed.imports.names
    aliased = {name: row for name, row in found.items() if name not in imported}
    return _Names(aliased, frozenset(declared), frozenset(reassigned))


def aliases(parsed: Unit) -> Mapping[str, tuple[Node, str]]:
    """Further names for what other expressions name: the expression, and the member that is taken of it."""
    return _names(parsed).aliases


def declared(parsed: Unit) -> frozenset[str]:
    """Names that the unit declares anywhere: none of them is a global."""
    return _names(parsed).declared


@noted
def _top_functions(parsed: Unit) -> frozenset[str]:
    """Functions that the unit declares for all of itself."""
    rows = parsed.matches("(program (function_declaration name: (identifier) @name))", parsed.root, depth=1)
    return frozenset(parsed.text(row["name"][0]) for row in rows)


def constant(parsed: Unit, declaration: Node, name: str) -> bool:
    word = declaration.child(0)
    return (word is not None and word.type == "const") or name not in _names(parsed).reassigned
