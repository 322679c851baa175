"""One parsed unit of source text.

Nothing here walks a tree node by node: places are reached by byte offset, and declarations, imports and assignments by
compiled tree-sitter queries that run natively. Trees of broken text are used as they come; a region around an error
still gives sites.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Query, QueryCursor

from assay.source.adapter import Adapter
from assay.source.assigned import Assigned
from assay.source.names import standing
from assay.source.order import reaching, within
from assay.source.places import Binding, Call, Imports, Objects
from assay.source.trail import Trail

DEEPEST = 400  # levels of a syntax tree that are followed
WIDEST_ERROR = 10_000  # tokens in one error node; a query over more of them takes time in the square of their number


def _is_hopeless(root: Node) -> bool:
    """Whether the text is so broken that queries must not be run over it. Looks at the root and its children only."""
    if not root.has_error:
        return False
    if root.type == "ERROR" and root.child_count > WIDEST_ERROR:
        return True
    return any(child.type == "ERROR" and child.child_count > WIDEST_ERROR for child in root.children)


def _broken(root: Node) -> int:
    """Bytes in regions that did not parse. Goes only where there are any: a query would go through the whole tree."""
    found, waiting = 0, [root]
    while waiting:
        node = waiting.pop()
        wrong = node.type == "ERROR"
        found += node.end_byte - node.start_byte if wrong else 0
        waiting += (child for child in node.children if wrong or child.has_error)
    return found


@lru_cache(maxsize=16)
def _grammar(adapter: Adapter) -> Grammar:
    return adapter.grammar()


@lru_cache(maxsize=64)
def _compiled(adapter: Adapter, text: str) -> Query:
    return Query(_grammar(adapter), text)


@lru_cache(maxsize=16)
def _parser(adapter: Adapter) -> Parser:
    return Parser(_grammar(adapter))


class Parsed(Assigned):
    """A unit of source: its bytes, its tree and what was already looked up in it.

    `module` is what its own package calls it, '' when nothing tells.
    """

    def __init__(self, adapter: Adapter, content: bytes, first_line: int = 1, module: str = "") -> None:
        super().__init__()
        self.adapter = adapter
        self.content = content
        self.first_line = first_line
        self.module = module
        self.root = _parser(adapter).parse(content).root_node
        if (
            self.root.has_error
            and not _is_hopeless(self.root)
            and _broken(self.root) > _MOST_BROKEN
            and (plain := adapter.plain(content)) != content
        ):
            other = _parser(adapter).parse(plain).root_node
            self.root = min((self.root, other), key=_broken)
        for variant in adapter.variants if self.root.has_error else ():
            other = _parser(variant).parse(content).root_node
            if not other.has_error or _is_hopeless(self.root):
                self.adapter, self.root = variant, other
                break
        self.too_deep = 0
        self.hopeless = _is_hopeless(self.root)
        self._calls: dict[int, Mapping[str, list[Call]]] = {}
        self._functions: dict[int, Node | None] = {}
        self._taken: dict[tuple[int, str], tuple[bool, Node | None]] = {}
        self._outer: dict[int, Node | None] = {}
        self._names: dict[int, str] = {}
        self._places: dict[tuple[int, int], Node] = {}
        self._counted = 0, 0  # a place, and the lines that end before it
        self._trail = Trail(self.root, self.adapter.functions)
        self.notes: dict[object, object] = {}  # of `trail.noted`

    @cached_property
    def imports(self) -> Imports:
        return self.adapter.imports(self)

    def text(self, node: Node) -> str:
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def line(self, node: Node) -> int:
        """Line of the node, from 1, in the whole file."""
        return node.start_point.row + self.first_line

    def line_at(self, offset: int) -> int:
        """Line of a byte offset, from 1, in the whole file. Counted from the place that was asked for last."""
        at, line = self._counted
        line += self.content.count(b"\n", at, offset) if offset >= at else -self.content.count(b"\n", offset, at)
        self._counted = offset, line
        return self.first_line + line

    def matches(self, query: str, node: Node, depth: int | None = None) -> list[dict[str, list[Node]]]:
        """Captures of a query below a node, in order of text; `depth` bounds how far below a match may begin."""
        cursor = QueryCursor(_compiled(self.adapter, query))
        if depth is not None:
            cursor.set_max_start_depth(depth)
        return [captures for _, captures in cursor.matches(node)]

    def matches_at(self, query: str, places: Iterable[tuple[int, int]]) -> list[dict[str, list[Node]]]:
        """Captures of a query in the whole file that touch one of some byte ranges, each once."""
        cursor = QueryCursor(_compiled(self.adapter, query))
        found: dict[tuple[int, ...], dict[str, list[Node]]] = {}
        for start, end in places:
            cursor.set_byte_range(start, end)
            for _, captures in cursor.matches(self.root):
                found[tuple(node.id for nodes in captures.values() for node in nodes)] = captures
        return list(found.values())

    def _binding(self, captures: dict[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        return self.adapter.binding(self, captures)

    def at(self, offset: int, length: int) -> Node | None:
        """The smallest named node over a byte range; None, and counted, where the tree is deeper than `DEEPEST`.

        Reading upwards costs the depth at every step, so a chain of 100,000 operators would never end.
        """
        known = self._places.get((offset, length))
        if known is not None:
            return known
        found = self.root.named_descendant_for_byte_range(offset, offset + length)
        if found is None:
            return None
        if self._trail.reach(found, DEEPEST):
            self._places[offset, length] = found
            return found
        self.too_deep += 1
        return None

    def function_of(self, node: Node) -> Node | None:
        """The innermost function around a node."""
        try:
            return self._functions[node.id]
        except KeyError:
            found = self._functions[node.id] = self._trail.function_of(node)
            return found

    def function_around(self, function: Node) -> Node | None:
        """The innermost function around a function."""
        try:
            return self._outer[function.id]
        except KeyError:
            above = function.parent
            found = self._outer[function.id] = self.function_of(above) if above is not None else None
            return found

    def above(self, node: Node) -> list[Node]:
        """The nodes around a node, innermost first."""
        return self._trail.above(node)

    def name_of(self, node: Node) -> str:
        """Qualified name of the declaration around a node, '' at file level."""
        name = self._names.get(node.id)
        if name is None:
            names = [self.adapter.declared_name(self, above) for above in reversed(self.above(node))]
            name = self._names[node.id] = ".".join(filter(None, names))
        return name

    def parameter(self, function: Node, name: str) -> tuple[bool, Node | None]:
        """Whether a name is a parameter of a function, and its default value: `Adapter.parameter`, asked once."""
        key = (function.id, name)
        if key not in self._taken:
            self._taken[key] = self.adapter.parameter(self, function, name)
        return self._taken[key]

    def is_field(self, function: Node, name: str) -> bool:
        """Whether a function assigns a name without declaring it, in a language where that means a field."""
        declaring = self.adapter.declaring
        if not declaring or self.parameter(function, name)[0]:
            return False
        rows = self.bindings(function).get(name, ())
        elsewhere = bool(rows) and all(row.place is not None and row.place.type not in declaring for row in rows)
        return elsewhere and not self._declares_empty(name, function)

    def _declares_empty(self, name: str, function: Node) -> bool:
        """Whether a function declares a name and gives it no value there: `String name;`."""
        around = ((node, node.parent) for node in self.mentions(name, function))
        return any(
            above is not None and above.type in self.adapter.declaring and above.child_by_field_name("name") == node
            for node, above in around
        )

    def fields(self, name: str) -> tuple[Binding, ...]:
        """Assignments to a constant or field: of the file or class, of an object, and in functions by its bare name."""
        if self.root.id not in self._bindings and not self.adapter.may_bind(self.content, name):
            return ()
        declared, inner = self._declared(name)
        found = declared.get(name) or declared.get(f"self.{name}") or ()
        for item in inner if self.adapter.declaring else ():
            function = self.function_of(item.place) if item.place is not None else None
            if function is not None and self.is_field(function, name):
                found = (*found, item)
        both = (*found, *declared.get(f"self.{name}", ())) if name in declared else found
        return tuple(dict.fromkeys(both))

    def is_private(self, bound: Sequence[Binding]) -> bool:
        """Whether only this file assigns a field."""
        place = next((item.place for item in bound if item.place is not None), None)
        target = self.adapter.assigned(place) if place is not None else None
        name = self.text(target).rpartition(".")[2] if target is not None else ""
        form = self.adapter.private.format(re.escape(name)) if name.isidentifier() else ""
        return bool(form) and re.search(form.encode(), self.content, re.MULTILINE) is not None

    def mentions(self, name: str, scope: Node) -> Iterator[Node]:
        """Every place in a scope where a name stands by itself."""
        for at in standing(self.content, name, scope.start_byte, scope.end_byte):
            node = self.at(at, len(name))
            if node is not None and self.text(node) == name:
                yield node

    def calls_of_name(self, name: str, scope: Node) -> list["Call"]:
        """Calls on a variable of a function, or on a field, by its name as written."""
        return list(self._calls_in(scope).get(name, ())) or list(self._calls_in(self.root).get(name, ()))

    def later_calls(self, node: Node) -> list["Call"]:
        """Calls on the object that an expression yields: chained to it, or on the variable that it is assigned to."""
        calls: list[Call] = []
        adapter, made = self.adapter, node
        while (parent := node.parent) is not None:
            call = self._called_on(node, parent)
            if call is not None:
                method = adapter.method(call)
                calls.append(Call(self.text(method) if method is not None else "", call))
            elif parent.type not in adapter.transparent and adapter.parts(parent)[0] != node:
                break
            node = parent
        name = self.assigned_to(node)
        if name.startswith(("self.", "this.", "$this->")):
            rows = self._calls_in(self.root)
            calls += [*rows.get(name, ()), *rows.get(name.removeprefix("this."), ())]
        elif name:
            scope = self.function_of(node) or self.root
            bound = self.bindings(scope).get(name, ())
            own = next((item for item in bound if within(node, item.place)), None)
            later = list(self._calls_in(scope).get(name, ()))
            if scope == self.root:
                later += self._calls_in(scope).get(f"this.{name}", ())
            elif self.is_field(scope, name):
                rows = self._calls_in(self.root)
                later += [row for row in (*rows.get(name, ()), *rows.get(f"this.{name}", ())) if row not in later]
            calls += [call for call in later if own is None or own in reaching(self, bound, call.node)]
        held = (made, *(call.node for call in calls))
        return [*calls, *(inner for node in held for inner in adapter.scoped(self, node))]

    def calls_of(self, objects: Objects) -> list["Call"]:
        """Calls on variables by their names, wherever these come from."""
        rows = self._calls_in(objects.scope)
        return [call for name in objects.names for call in rows.get(name, ())]

    def calls_on(self, pointer: Node, node: Node) -> list["Call"]:
        """Calls with a variable as their object that a call has filled through a pointer, as in `init(&context)`.

        The same call on the same variable begins another object. A member is also looked for in other functions.
        """
        name = self.text(pointer).replace(" ", "").lstrip("&*(").rstrip(")")
        method = self.adapter.method(node)
        for scope in (self.function_of(node), self.root):
            rows = self._calls_in(scope) if scope is not None else {}
            found = [*rows.get(name, ()), *rows.get(f"&{name}", ()), *rows.get(f"*{name}", ())]
            own = [call for call in found if call.node.start_byte > node.start_byte or scope == self.root]
            again = (call for call in own if method is not None and call.method == self.text(method))
            end = min((call.node.start_byte for call in again if call.node.start_byte > node.start_byte), default=None)
            calls = [call for call in own if call.node != node and (end is None or call.node.start_byte < end)]
            shared = scope is not None and scope != self.root and self.adapter.is_shared(self, name, scope)
            if (calls or name.isidentifier()) and not shared:
                return sorted(calls, key=lambda call: call.node.start_byte)
        return []

    def _called_on(self, node: Node, parent: Node) -> Node | None:
        """The call of a method whose object the node is, or of the member that the node is."""
        adapter = self.adapter
        if parent.type not in adapter.calls:
            return None
        if parent.type in adapter.members:
            return parent if adapter.parts(parent)[0] == node else None
        return parent if node.type in adapter.members and adapter.callee(parent) == node else None

    def call_around(self, node: Node) -> Call | None:
        """The call of which the node is an argument as it stands, and the last name of what is called."""
        arguments, adapter = node.parent, self.adapter
        while arguments is not None and (
            arguments.type in adapter.around_arguments or arguments.type in adapter.transparent
        ):
            arguments = arguments.parent
        call = arguments.parent if arguments is not None and arguments.type in adapter.lists else None
        method = adapter.method(call) if call is not None else None
        return Call(self.text(method), call) if call is not None and method is not None else None

    def assigned_to(self, node: Node) -> str:
        """The variable or member that an expression is assigned to as it stands, as written; '' when there is none."""
        parent, own = node.parent, self.adapter.constructed(node)
        if own is not None:
            return self.text(own)
        if parent is None or parent.type not in self.adapter.assigning:
            return ""
        target = self.adapter.assigned(parent)
        return "".join(self.text(target).split()).lstrip("*") if target is not None and target != node else ""

    def destination(self, node: Node) -> str:
        """The variable, member or key that takes a value, also as a part of an expression; '' when there is none."""
        while node.parent is not None and node.parent.type in self.adapter.carrying:
            node = node.parent
        key = self.adapter.keyed(node.parent) if node.parent is not None else None
        return self.text(key) if key is not None and key != node else self.assigned_to(node)

    def _calls_in(self, scope: Node) -> Mapping[str, list["Call"]]:
        known = self._calls.get(scope.id)
        if known is None:
            known = {}
            for row in self.matches(self.adapter.calls_query, scope) if self.adapter.calls_query else ():
                owner = "".join(self.text(row["object"][0]).split()).rstrip("!?")
                at = row["property" if "property" in row else "method"][0]
                name = self.adapter.setter(self.text(at)) if "property" in row else self.text(at)
                known.setdefault(owner, []).append(Call(name, row["call"][0]))
            self._calls[scope.id] = known
        return known


_MOST_BROKEN = 256  # bytes; a tree with more is worth a second parse
