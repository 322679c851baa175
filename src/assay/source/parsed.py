"""One parsed unit of source text, and the contract of a language adapter.

Nothing here walks a tree node by node: places are reached by byte offset, and declarations, imports and assignments by
compiled tree-sitter queries that run natively. Trees of broken text are used as they come; a region around an error
still gives sites.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Protocol

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Query, QueryCursor


@dataclass(frozen=True, slots=True)
class Imports:
    """Local name -> qualified name, and the modules or packages imported with a star."""

    names: Mapping[str, str]
    stars: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments as written. `spread` is true when `*args` or `**kwargs` may add unseen ones."""

    positional: tuple[Node, ...] = ()
    named: Mapping[str, Node] = field(default_factory=dict)
    spread: bool = False

    def get(self, at: int | None, name: str | None) -> Node | None:
        if name is not None and name in self.named:
            return self.named[name]
        if at is not None and at < len(self.positional):
            return self.positional[at]
        return None


@dataclass(frozen=True, slots=True)
class Site:
    """A place that names something: `names` are its possible qualified names, `node` the call or the reference.

    `arguments` is None for a reference that is not called. `settled` is false where the text only compares or deletes
    the name, so that it has no effect.
    """

    names: tuple[str, ...]
    node: Node
    arguments: Arguments | None
    settled: bool = True


@dataclass(frozen=True, slots=True)
class Binding:
    """One assignment to a name. `value` is None when the value cannot be read (a loop variable, `x += 1`, ...)."""

    value: Node | None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method on an object that is followed."""

    method: str
    node: Node


class Adapter(Protocol):
    """What assay must know about one language. Node kinds are the grammar's; generic kinds are those of `values.py`."""

    name: str
    expressions: Mapping[str, str]
    functions: frozenset[str]
    binding_query: str
    calls_query: str  # @call with @object, @method and @arguments; '' when the language has no methods

    def grammar(self) -> Grammar: ...

    def imports(self, parsed: "Parsed") -> Imports: ...

    def site(self, parsed: "Parsed", node: Node, word: str) -> Site | None:
        """The site of the identifier `word`; None in a declaration, an import, a comment or a string."""

    def other_names(self, parsed: "Parsed", words: frozenset[bytes]) -> frozenset[bytes]:
        """Local names under which imported `words` are used (aliases, static imports)."""

    def qualified(self, parsed: "Parsed", node: Node) -> tuple[str, ...]:
        """Possible qualified names of an expression that is a name, a member or a call; () when it is none."""

    def arguments(self, parsed: "Parsed", node: Node | None) -> Arguments: ...

    def declared_name(self, parsed: "Parsed", node: Node) -> str:
        """Name of a declaration node, '' when the node declares nothing that qualifies a name."""

    def parameter(self, parsed: "Parsed", function: Node, name: str) -> tuple[bool, Node | None]:
        """Whether `name` is a parameter of the function, and its default value."""

    def binding(self, parsed: "Parsed", captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        """Name, place and value of one match of `binding_query`; fields of the instance are named `self.x`."""


@lru_cache(maxsize=16)
def _grammar(adapter: Adapter) -> Grammar:
    return adapter.grammar()


@lru_cache(maxsize=64)
def _compiled(adapter: Adapter, text: str) -> Query:
    return Query(_grammar(adapter), text)


@lru_cache(maxsize=16)
def _parser(adapter: Adapter) -> Parser:
    return Parser(_grammar(adapter))


class Parsed:
    """A unit of source: its bytes, its tree and what was already looked up in it."""

    def __init__(self, adapter: Adapter, content: bytes, first_line: int = 1) -> None:
        self.adapter = adapter
        self.content = content
        self.first_line = first_line
        self.root = _parser(adapter).parse(content).root_node
        self._bindings: dict[int, Mapping[str, tuple[Binding, ...]]] = {}
        self._calls: dict[int, Mapping[str, list[Call]]] = {}

    @cached_property
    def imports(self) -> Imports:
        return self.adapter.imports(self)

    def text(self, node: Node) -> str:
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def line(self, node: Node) -> int:
        """Line of the node, from 1, in the whole file."""
        return node.start_point.row + self.first_line

    def matches(self, query: str, node: Node) -> list[dict[str, list[Node]]]:
        cursor = QueryCursor(_compiled(self.adapter, query))
        return [captures for _, captures in cursor.matches(node)]

    def at(self, offset: int, length: int) -> Node | None:
        """The smallest named node over a byte range."""
        return self.root.named_descendant_for_byte_range(offset, offset + length)

    def function_of(self, node: Node) -> Node | None:
        """The innermost function around a node."""
        functions = self.adapter.functions
        current: Node | None = node
        while current is not None and current.type not in functions:
            current = current.parent
        return current

    def name_of(self, node: Node) -> str:
        """Qualified name of the declaration around a node, '' at file level."""
        names: list[str] = []
        current = node.parent
        while current is not None:
            name = self.adapter.declared_name(self, current)
            if name:
                names.append(name)
            current = current.parent
        return ".".join(reversed(names))

    def bindings(self, scope: Node) -> Mapping[str, tuple[Binding, ...]]:
        """Assignments below a scope, by name, in order of text; of the whole file, only constants and fields."""
        known = self._bindings.get(scope.id)
        if known is None:
            rows: dict[str, list[Binding]] = {}
            whole = scope.parent is None
            for captures in self.matches(self.adapter.binding_query, scope):
                found = self.adapter.binding(self, captures)
                if found is None:
                    continue
                name, place, binding = found
                if not whole or name.startswith("self.") or self.function_of(place) is None:
                    rows.setdefault(name, []).append(binding)
            known = self._bindings[scope.id] = {name: tuple(row) for name, row in rows.items()}
        return known

    def later_calls(self, node: Node) -> list["Call"]:
        """Calls on the object that an expression yields: chained to it, or on the variable that it is assigned to."""
        calls: list[Call] = []
        while (parent := node.parent) is not None and parent.type in _TRANSPARENT | {"method_invocation", "attribute", "call"}:
            if parent.type == "method_invocation" and parent.child_by_field_name("object") == node:
                calls.append(Call(self.text(parent.child_by_field_name("name") or parent), parent))
            node = parent
        name = self._assigned_to(node)
        if name:
            scope = self.function_of(node) if not name.startswith(("self.", "this.")) else None
            calls += self._calls_in(scope or self.root).get(name, [])
        return calls

    def _assigned_to(self, node: Node) -> str:
        parent = node.parent
        if parent is None or parent.type not in _ASSIGNING:
            return ""
        target = parent.child_by_field_name("name") or parent.child_by_field_name("left")
        return "".join(self.text(target).split()) if target is not None and target != node else ""

    def _calls_in(self, scope: Node) -> Mapping[str, list["Call"]]:
        known = self._calls.get(scope.id)
        if known is None:
            known = {}
            for row in self.matches(self.adapter.calls_query, scope) if self.adapter.calls_query else ():
                owner = "".join(self.text(row["object"][0]).split())
                known.setdefault(owner, []).append(Call(self.text(row["method"][0]), row["call"][0]))
            self._calls[scope.id] = known
        return known


_TRANSPARENT = {"parenthesized_expression", "cast_expression", "await"}
_ASSIGNING = {"variable_declarator", "assignment_expression", "assignment", "init_declarator", "named_expression"}
