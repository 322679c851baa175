"""Imports by a name that is not wholly known, and why they may be bounded all the same.

1. A name that is known, of a loop over texts or of a mapping that is written out: only a module of the catalogue or of
   the ways out, or a package around one, leads there.
2. A name that begins with a certain package (`f"myapp.backends.{name}"`), or that is relative to the package of the
   file itself: it cannot lead out of that package, whatever follows.
3. An import whose result nobody takes runs no more than an import statement does. A text that looks into `sys.modules`
   takes it.

*It cannot see* what an imported module does by itself, or offers under its own name of what it has imported.
Source: Python documentation of importlib; Python Language Reference, Package relative imports.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.ways import ways
from assay.source.answers import Answer
from assay.source.order import reaching
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_OWN_PACKAGE = frozenset({"__name__", "__package__", "__spec__.parent"})
_FROM_MODULES = re.compile(rb"\bsys\s*\.\s*modules\b|\bimport\b[^\n]*\bmodules\b")
_HOLE = re.compile(r"%(?:\(\w*\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[a-zA-Z]|\{[^{}]*\}")
_LOOPS = frozenset({"for_statement", "for_in_clause"})
_DEEPEST = 4  # names that stand for names


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Modules, functions and classes of the catalogue, of the strangers and of the ways out."""
    catalogue, here = catalogue_of("Python"), ways("Python")
    strangers = {name for names in here.strangers.values() for name in names}
    names = {*catalogue.entries, *catalogue.aliases, *catalogue.values, *here.by_name, *here.foreign, *here.commands}
    return frozenset(name for name in names | strangers if name[:1] not in {"=", "."})


@lru_cache(maxsize=1)
def roots() -> frozenset[str]:
    """Top packages through which a name leads out of sight."""
    return frozenset(
        {*(name.partition(".")[0] for name in _known()), "sys", "six", "pkg_resources", "types", "inspect", "gc", ""}
    )


def _leads(module: str) -> bool:
    """Whether a module is one of those that lead out of sight, is around one, or is below a stranger."""
    around = f"{catalogue_of('Python').canonical(module)}."
    strangers = {name for names in ways("Python").strangers.values() for name in names}
    below = any(module == name or module.startswith(f"{name}.") for name in strangers)
    return below or any(f"{name}.".startswith(around) for name in _known())


def _is_unknown_package(head: str) -> bool:
    """Whether a package is neither of the catalogue nor of the ways out: an import of it would be no way out either."""
    return head.partition(".")[0] not in roots()


def imports_known(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    """Whether what an import finds is bounded."""
    given = site.arguments
    node = given.get(0, "name") if given is not None else None
    if node is None or given is None or given.spread:
        return False
    answer = resolver.resolve(node)
    if answer.complete and answer.values:
        known = [value.text for value in answer.values if value.kind == "text"]
        whole = len(known) == len(answer.values) and name.endswith("import_module")
        return whole and not any(map(_leads, known))  # __import__ gives the package around it
    if site.node.parent is not None and site.node.parent.type == "expression_statement":
        return not _looks_into_modules(parsed.content)
    if (listed := _listed(parsed, resolver, node)) is not None:
        return not any(map(_leads, listed))
    beginnings = list(heads(parsed, node, 0))
    anchor = given.get(1, "package")
    relative = anchor is not None and _is_anchored(parsed, resolver.resolve(anchor), parsed.text(anchor))
    return bool(beginnings) and all(
        (head.startswith(".") and relative) or ("." in head and _is_unknown_package(head)) for head in beginnings
    )


def _is_anchored(parsed: Parsed, answer: Answer, text: str) -> bool:
    """Whether a relative import starts in the package of the file, or in one that is no way out."""
    if text in _OWN_PACKAGE:
        return _untouched(parsed, text)
    return answer.certain and answer.values[0].kind == "text" and _is_unknown_package(answer.values[0].text)


@lru_cache(maxsize=2)
def _looks_into_modules(content: bytes) -> bool:
    return _FROM_MODULES.search(content) is not None


def _listed(parsed: Parsed, resolver: Resolver, node: Node) -> list[str] | None:
    """The texts that a loop goes over, or that a mapping holds, where they stand in the text; None for all else."""
    held: list[Node] | None = None
    if node.type == "identifier":
        held = _looped(parsed, node)
    elif node.type == "subscript":
        held = _mapped(parsed, node.child_by_field_name("value"))
    answers = [resolver.resolve(item) for item in held or ()]
    if not answers or not all(answer.certain and answer.values[0].kind == "text" for answer in answers):
        return None
    return [answer.values[0].text for answer in answers]


def _looped(parsed: Parsed, node: Node) -> list[Node] | None:
    """What a name is given by the loops over lists and tuples that alone assign it."""
    name, scope = parsed.text(node), parsed.function_of(node) or parsed.root
    if scope != parsed.root and parsed.adapter.parameter(parsed, scope, name)[0]:
        return None
    held: list[Node] = []
    for binding in parsed.bindings(scope).get(name, ()):
        loop = binding.place.parent if binding.place is not None else None
        over = loop.child_by_field_name("right") if loop is not None and loop.type in _LOOPS else None
        if (
            loop is None
            or over is None
            or over.type not in {"tuple", "list"}
            or loop.child_by_field_name("left") != binding.place
        ):
            return None
        held += [child for child in over.named_children if not child.is_extra]
    return held


def _mapped(parsed: Parsed, node: Node | None) -> list[Node] | None:
    """The values of a mapping that is written out once, and that nothing in the text changes."""
    name = parsed.text(node) if node is not None and node.type == "identifier" else ""
    bound = parsed.bindings(parsed.root).get(name, ())
    value = bound[0].value if len(bound) == 1 else None
    made = bound[0].place.start_byte if bound and bound[0].place is not None else -1
    function = parsed.function_of(node) if node is not None else None
    own = function is not None and (
        parsed.bindings(function).get(name) or parsed.adapter.parameter(parsed, function, name)[0]
    )
    if value is None or value.type != "dictionary" or own:
        return None
    pairs = [child for child in value.named_children if not child.is_extra]
    if any(pair.type != "pair" for pair in pairs) or _is_changed(parsed.content, name.encode(), made):
        return None
    return [held for pair in pairs if (held := pair.child_by_field_name("value")) is not None]


@lru_cache(maxsize=8)
def _is_changed(content: bytes, name: bytes, made: int) -> bool:
    """Whether a mapping is named for anything but to read from it."""
    read = re.compile(rb"\s*(?:\[[^\]\n]*\](?!\s*(?:[-+*/%|&^@]|//|\*\*|<<|>>)?=(?!=))|\.(?:get|keys|values|items)\b)")
    return any(
        found.start() != made
        and read.match(content, found.end()) is None
        and re.search(rb"\bin\s+$", content[max(0, found.start() - 20) : found.start()]) is None
        for found in re.finditer(rb"(?<![\w.])%b(?!\w)" % re.escape(name), content)
    )


def _untouched(parsed: Parsed, name: str) -> bool:
    """Whether a text leaves the names alone that say which package it is of."""
    given = rb"\b%b\s*=(?!=)|[(,]\s*%b\s*[,)=:]|[\"']%b[\"']"
    word = name.partition(".")[0].encode()
    named = re.finditer(given.replace(b"%b", word), parsed.content)
    return all(place[0].endswith((b",", b")")) and not _declares(parsed, place.start()) for place in named)


def _declares(parsed: Parsed, offset: int) -> bool:
    """Whether a place is among the parameters of a function."""
    line = parsed.content[parsed.content.rfind(b"\n", 0, offset) + 1 : offset]
    return re.search(rb"\b(?:def\s+\w+\s*\(|lambda\b)[^)]*$", line) is not None


def heads(parsed: Parsed, node: Node, depth: int) -> Iterator[str]:
    """What a text certainly begins with, for each value that it can have; '' where nothing is certain."""
    if depth > _DEEPEST:
        yield ""
        return
    inner = node
    while inner.type == "parenthesized_expression" and inner.named_children:
        inner = inner.named_children[0]
    match inner.type:
        case "string":
            yield _literal_head(parsed, inner)
        case "concatenated_string":
            yield _literal_head(parsed, inner.named_children[0])
        case "binary_operator":
            sign, left = inner.child_by_field_name("operator"), inner.child_by_field_name("left")
            found = list(heads(parsed, left, depth + 1)) if left is not None and sign is not None else [""]
            if sign is not None and sign.type == "%":
                found = [_HOLE.split(head)[0].replace("%%", "%") for head in found]
            yield from found if sign is not None and sign.type in {"+", "%"} else [""]
        case "call":
            function = inner.child_by_field_name("function")
            owner = function.child_by_field_name("object") if function is not None else None
            method = function.child_by_field_name("attribute") if function is not None else None
            formats = owner is not None and method is not None and parsed.text(method) == "format"
            yield from (
                (_HOLE.split(head)[0] for head in heads(parsed, owner, depth + 1)) if formats and owner else [""]
            )
        case "conditional_expression":
            for branch in parsed.adapter.branches(inner):
                yield from heads(parsed, branch, depth + 1)
        case "identifier":
            yield from _bound_heads(parsed, inner, depth)
        case _:
            yield ""


def _literal_head(parsed: Parsed, node: Node) -> str:
    """The text of a literal up to the first expression in it."""
    pieces = [child for child in node.named_children if child.type not in {"string_start", "string_end"}]
    if any(child.type == "escape_sequence" for piece in pieces for child in (piece, *piece.named_children)):
        return ""
    head = next((child for child in pieces), None)
    return parsed.text(head) if head is not None and head.type == "string_content" else ""


def _bound_heads(parsed: Parsed, node: Node, depth: int) -> Iterator[str]:
    name, function = parsed.text(node), parsed.function_of(node)
    if function is None or parsed.adapter.parameter(parsed, function, name)[0]:
        yield ""
        return
    bound = reaching(parsed, parsed.bindings(function).get(name, ()), node)
    for binding in bound:
        yield from heads(parsed, binding.value, depth + 1) if binding.value is not None else [""]
    if not bound:
        yield ""
