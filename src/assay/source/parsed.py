"""One parsed unit of source text, and the contract of a language adapter.

Nothing here walks a tree node by node: places are reached by byte offset, and declarations, imports and assignments by
compiled tree-sitter queries that run natively. Trees of broken text are used as they come; a region around an error
still gives sites.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Query, QueryCursor

from assay.source.answers import unescape


@dataclass(frozen=True, slots=True)
class Imports:
    """Local name -> qualified name, and the modules or packages imported with a star."""

    names: Mapping[str, str]
    stars: tuple[str, ...] = ()
    package: str = ""


@dataclass(frozen=True, slots=True)
class Arguments:
    """Arguments as written. `spread` is true when `*args` or `**kwargs` may add unseen ones.

    `objects` are positions of literals whose members are all among the named arguments, by `name` and by
    `position.name`: a member that is not there is not given.
    """

    positional: tuple[Node, ...] = ()
    named: Mapping[str, Node] = field(default_factory=dict)
    spread: bool = False
    objects: frozenset[int] = frozenset()

    def get(self, at: int | None, name: str | None) -> Node | None:
        key = name.removeprefix(".") if name is not None else None
        inside = self.named.get(f"{at}.{key}") if at is not None and key is not None else None
        if inside is not None or (name is not None and at in self.objects):
            return inside
        placed = self.objects and at is not None and at < len(self.positional)
        if key is not None and key in self.named and not placed:
            return self.named[key]
        if at is not None and -len(self.positional) <= at < len(self.positional):
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
    at: int | None = None  # byte offset of the name, where the node is no more than the text around it


@dataclass(frozen=True, slots=True)
class Binding:
    """One assignment to a name. `value` is None when the value cannot be read (a loop variable, `x += 1`, ...), and
    the binding final when it is a declaration that gives none.

    `place` is the assignment; an adapter leaves it to `Parsed.bindings`.
    """

    value: Node | None
    final: bool = False
    place: Node | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a string with expressions in it: text as it is, an expression, or the name of a variable."""

    text: str = ""
    node: Node | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a method on an object that is followed."""

    method: str
    node: Node


@dataclass(frozen=True, slots=True)
class Objects:
    """Variables, fields or parameters that are declared with a type: the names of its constructor, the variables as
    they are written, and where they hold."""

    constructors: tuple[str, ...]
    names: tuple[str, ...]
    scope: Node


class Adapter:
    """What assay must know about one language: the base of every adapter.

    Node kinds are the grammar's; the generic kinds that `expressions` maps to are those of `values.py`. What stands
    here fits a grammar with the usual fields; an adapter overrides what its own grammar does otherwise.
    """

    name: str
    expressions: Mapping[str, str]
    functions: frozenset[str]
    binding_query: str
    calls_query: str = ""  # @call with @object, @method and @arguments; '' when the language has no methods
    blocks: frozenset[str] = frozenset({"block"})  # whose statements run one after the other
    statements: frozenset[str] = frozenset({"expression_statement"})  # what may stand between a block and an assignment
    loops: frozenset[str] = frozenset({"for_statement", "while_statement", "do_statement"})
    transparent: frozenset[str] = frozenset({"parenthesized_expression"})  # yield what they hold
    assigning: frozenset[str] = frozenset({"assignment_expression", "variable_declarator"})
    lists: frozenset[str] = frozenset({"argument_list"})  # the arguments of a call
    around_arguments: frozenset[str] = frozenset({"keyword_argument"})  # what may stand between a list and an argument
    calls: Mapping[str, str] = {"call_expression": "function"}  # kinds of calls, and the field of what is called
    members: Mapping[str, tuple[str, str]] = {}  # kinds of `object.name`, and the fields of both
    listing: frozenset[str] = frozenset()  # functions that make a list of their arguments
    returns: str = ""  # the kind that gives back a value, where all of them are followed
    carrying: frozenset[str] = frozenset()  # expressions made of others, whose value goes where they go
    coerces: bool = False  # whether a number that is joined to a text becomes text
    folds: bool = False  # whether names of functions and classes are the same in any case
    conversions: Mapping[str, str] = {}  # calls that keep a value: whether that of the `receiver` or of the `argument`
    # Last names so common that they would open nearly every file; the name before them is searched for instead.
    common: frozenset[str] = frozenset(
        {"new", "<init>", "getInstance", "get", "create", "generate", "construct", "build", "of", "init", "update",
         "encrypt", "decrypt", "sign", "verify", "derive", "key", "hash", "instance", "INSTANCE", "newInstance", "*"}
    )  # fmt: skip

    @property
    def slug(self) -> str:
        """The name as a part of identifiers."""
        return self.name.lower().replace("+", "p").replace("#", "sharp")

    def grammar(self) -> Grammar:
        raise NotImplementedError

    def plain(self, content: bytes) -> bytes:
        """The text without what keeps a parser from following it, each byte in its place; itself when nothing does."""
        return content

    @property
    def variants(self) -> tuple["Adapter", ...]:
        """Grammars to try on a text that this one does not parse."""
        return ()

    def imports(self, parsed: "Parsed") -> Imports:
        raise NotImplementedError

    def imported_words(self, content: bytes) -> set[bytes] | None:  # noqa: ARG002
        """Words of the imports of a text, read without parsing; None where the language cannot tell."""
        return None

    def site(self, parsed: "Parsed", node: Node, word: str) -> Site | None:
        """The site of the identifier `word`; None in a declaration, an import, a comment or a string."""
        raise NotImplementedError

    def other_names(self, parsed: "Parsed", words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        """Local names under which imported `words` are used (aliases, static imports)."""
        return frozenset()

    def qualified(self, parsed: "Parsed", node: Node) -> tuple[str, ...]:
        """Possible qualified names of an expression that is a name, a member or a call; () when it is none."""
        raise NotImplementedError

    def arguments(self, parsed: "Parsed", node: Node | None) -> Arguments:  # noqa: ARG002
        given = node.named_children if node is not None else ()
        return Arguments(tuple(child for child in given if not child.is_extra))

    def declared_name(self, parsed: "Parsed", node: Node) -> str:
        """Name of a declaration node, '' when the node declares nothing that qualifies a name."""
        raise NotImplementedError

    def parameter(self, parsed: "Parsed", function: Node, name: str) -> tuple[bool, Node | None]:
        """Whether `name` is a parameter of the function, and its default value."""
        raise NotImplementedError

    def binding(self, parsed: "Parsed", captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        """Name, place and value of one match of `binding_query`; fields of the instance are named `self.x`."""
        raise NotImplementedError

    def elsewhere(self, parsed: "Parsed", node: Node) -> str:
        """The name under which another file may declare a constant; '' when none can."""
        names = self.qualified(parsed, node)
        return names[0] if names else ""

    def spellings(self, call: str) -> tuple[str, ...]:  # noqa: ARG002
        """Other forms in which the language writes a call of a catalogue, such as a property for a setter."""
        return ()

    def setter(self, name: str) -> str:
        """The method that an assignment to a property calls, in `Call`."""
        return name

    # Expressions and functions by the kinds of the grammar

    def kind(self, node: Node) -> str:
        """The generic kind of an expression; '' for one that is not followed."""
        return self.expressions.get(node.type, "")

    comparing: frozenset[str] = frozenset()  # what a constant that stands in it is only compared with

    def compared(self, node: Node) -> bool:
        """Whether an expression is only compared: by an operator, as a case, or by `equals`."""
        above = node.parent
        if above is not None and above.type == "binary_expression":
            return any(child.type in {"==", "!=", "===", "!=="} for child in above.children)
        if above is None or above.type in self.comparing:
            return above is not None
        while above.type in self.around_arguments and above.parent is not None:
            above = above.parent
        call = above if above.type in self.calls else above.parent
        if call is not None and above.type in self.members and above.type not in self.calls:
            return (name := self.parts(above)[1]) is not None and name.text in _EQUALS
        of_call = call is not None and (above.type in self.lists or above.type in self.calls)
        method = self.method(call) if call is not None and of_call else None
        return method is not None and method.text in _EQUALS

    def branches(self, node: Node) -> list[Node]:
        """What a conditional expression can yield; [] when it is broken."""
        found = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
        kept = [branch for branch in found if branch is not None]
        if len(kept) < len(found):  # Python: value, condition, alternative without field names
            kept = node.named_children[::2] if len(node.named_children) == 3 else []
        return kept

    def inner(self, node: Node) -> Node | None:
        """What a group holds: brackets, a cast, a dereference."""
        held = node.child_by_field_name("value") or node.child_by_field_name("argument")
        return held or next((child for child in node.named_children if not child.is_extra), None)

    def word(self, call: str) -> str:
        """The identifier of a qualified name of the catalogue that is searched for."""
        parts = call.split(".")
        while len(parts) > 1 and parts[-1] in self.common:
            parts.pop()
        return parts[-1]

    def elements(self, node: Node) -> list[Node]:
        """The items of an array; [] where they are not given."""
        found = node.child_by_field_name("value") or node
        if found.type == "array_creation_expression":
            return []
        return [child for child in found.named_children if not child.is_extra]

    def body(self, function: Node) -> list[Node] | None:
        """Statements of a function, or the one expression that it yields; None where it has no body."""
        found = function.child_by_field_name("body")
        if found is None:
            return None
        return [child for child in found.named_children if not child.is_extra] if found.type in self.blocks else [found]

    def function(self, parsed: "Parsed", name: str) -> Node | None:  # noqa: ARG002
        """A function of the unit that is handed on by its name; None where the language does not."""
        return None

    # Calls and members by the fields of the grammar

    def parts(self, member: Node) -> tuple[Node | None, Node | None]:
        """Object and name of `object.name`; None twice for anything else."""
        fields = self.members.get(member.type)
        if fields is None:
            return None, None
        return member.child_by_field_name(fields[0]), member.child_by_field_name(fields[1])

    def scoped(self, parsed: "Parsed", call: Node) -> Iterator[Call]:  # noqa: ARG002
        """Calls on the object of a call that stand in a block which the call is given, or in its initialiser."""
        return iter(())

    def callee(self, call: Node) -> Node | None:
        """What a call calls: a name, or a member; in a grammar where the call is the member, the call's own name."""
        field = self.calls.get(call.type)
        return call.child_by_field_name(field) if field is not None else None

    def method(self, call: Node) -> Node | None:
        """The last name of what a call calls."""
        callee = self.callee(call)
        return (self.parts(callee)[1] or callee) if callee is not None else None

    def receiver(self, call: Node) -> Node | None:
        """The object on which a call calls a method."""
        callee = self.callee(call)
        holder = next((node for node in (call, callee) if node is not None and node.type in self.members), None)
        return self.parts(holder)[0] if holder is not None else None

    def argument_list(self, call: Node) -> Node | None:
        return call.child_by_field_name("arguments")

    def objects(self, parsed: "Parsed", node: Node) -> Objects | None:  # noqa: ARG002
        """What a declaration declares whose type the node names; None for anything else."""
        return None

    def is_shared(self, parsed: "Parsed", name: str, function: Node) -> bool:  # noqa: ARG002
        """Whether a name in a function is a variable of the file or a field, which other functions use too."""
        return False

    def constructed(self, node: Node) -> Node | None:  # noqa: ARG002
        """The variable that a declaration makes, where the declaration itself is the call of a constructor."""
        return None

    def assigned(self, place: Node) -> Node | None:
        """The target of an assignment, of one of the kinds in `assigning`."""
        fields = (place.child_by_field_name(field) for field in ("name", "left", "declarator"))
        return next((field for field in fields if field is not None), None)

    # Literals

    def literal(self, text: str) -> tuple[str, str] | None:
        """Kind (`text` or `bytes`) and content of a string literal as written; None when it is made at run time."""
        prefix = text[: min((text.find(quote) for quote in "\"'`" if quote in text), default=0)].lower()
        body = text[len(prefix) :]
        quote = body[:3] if body[:3] in ('"""', "'''") else body[:1]
        body = body[len(quote) : len(body) - len(quote)]
        if "r" not in prefix and "\\" in body:
            body = unescape(body)
        return ("bytes" if "b" in prefix else "text"), body

    def pieces(self, parsed: "Parsed", node: Node) -> list[Piece] | None:  # noqa: ARG002
        """The parts of a string literal that has expressions in it; None for one without, or that is not followed."""
        return None

    def member_value(self, parsed: "Parsed", node: Node) -> Node | None:  # noqa: ARG002
        """The value of a member of a literal that a name stands for; None where it is not followed."""
        return None

    def items(self, node: Node) -> list[Node]:
        """The values of a list literal."""
        return [child for child in node.named_children if not child.is_extra]

    def keyed(self, node: Node) -> Node | None:  # noqa: ARG002
        """The key of a pair of key and value."""
        return None

    def zeroes(self, parsed: "Parsed", node: Node) -> int | None:  # noqa: ARG002
        """Size in bytes of a new array that nothing can have filled where it stands; None for any other expression."""
        return None


_EQUALS = frozenset({b"equals", b"Equals"})
DEEPEST = 400  # levels of a syntax tree that are followed
MOST_ASSIGNED = 64  # assignments to one name that are told apart
WIDEST_ERROR = 10_000  # tokens in one error node; a query over more of them takes time in the square of their number


def _is_hopeless(root: Node) -> bool:
    """Whether the text is so broken that queries must not be run over it. Looks at the root and its children only."""
    if not root.has_error:
        return False
    if root.type == "ERROR" and root.child_count > WIDEST_ERROR:
        return True
    return any(child.type == "ERROR" and child.child_count > WIDEST_ERROR for child in root.children)


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
    """A unit of source: its bytes, its tree and what was already looked up in it.

    `module` is what its own package calls it, '' when nothing tells.
    """

    def __init__(self, adapter: Adapter, content: bytes, first_line: int = 1, module: str = "") -> None:
        self.adapter = adapter
        self.content = content
        self.first_line = first_line
        self.module = module
        self.root = _parser(adapter).parse(content).root_node
        if (
            self.root.has_error
            and not _is_hopeless(self.root)
            and self._broken(self.root) > _MOST_BROKEN
            and (plain := adapter.plain(content)) != content
        ):
            other = _parser(adapter).parse(plain).root_node
            self.root = min((self.root, other), key=self._broken)
        for variant in adapter.variants if self.root.has_error else ():
            other = _parser(variant).parse(content).root_node
            if not other.has_error or _is_hopeless(self.root):
                self.adapter, self.root = variant, other
                break
        self.too_deep = 0
        self.hopeless = _is_hopeless(self.root)
        self._bindings: dict[int, Mapping[str, tuple[Binding, ...]]] = {}
        self._calls: dict[int, Mapping[str, list[Call]]] = {}

    def _broken(self, root: Node) -> int:
        """Bytes in regions that did not parse."""
        return sum(
            node.end_byte - node.start_byte for row in self.matches("(ERROR) @error", root) for node in row["error"]
        )

    @cached_property
    def imports(self) -> Imports:
        return self.adapter.imports(self)

    def text(self, node: Node) -> str:
        return self.content[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def line(self, node: Node) -> int:
        """Line of the node, from 1, in the whole file."""
        return node.start_point.row + self.first_line

    def line_at(self, offset: int) -> int:
        """Line of a byte offset, from 1, in the whole file."""
        return self.first_line + self.content.count(b"\n", 0, offset)

    def matches(self, query: str, node: Node, depth: int | None = None) -> list[dict[str, list[Node]]]:
        """Captures of a query below a node, in order of text; `depth` bounds how far below a match may begin."""
        cursor = QueryCursor(_compiled(self.adapter, query))
        if depth is not None:
            cursor.set_max_start_depth(depth)
        return [captures for _, captures in cursor.matches(node)]

    def at(self, offset: int, length: int) -> Node | None:
        """The smallest named node over a byte range; None, and counted, where the tree is deeper than `DEEPEST`.

        Reading upwards costs the depth at every step, so a chain of 100,000 operators would never end.
        """
        found = self.root.named_descendant_for_byte_range(offset, offset + length)
        current = self.root if found is not None else None
        for _ in range(DEEPEST):
            if current is None or current == found:
                return found
            current = current.child_with_descendant(found) if found is not None else None
        self.too_deep += 1
        return None

    def function_of(self, node: Node) -> Node | None:
        """The innermost function around a node."""
        functions = self.adapter.functions
        return next((above for above in (node, *self.above(node)) if above.type in functions), None)

    def above(self, node: Node) -> list[Node]:
        """The nodes around a node, innermost first; found from the root, for a step upwards costs the depth."""
        found: list[Node] = []
        current: Node | None = self.root
        while current is not None and current != node:
            found.append(current)
            current = current.child_with_descendant(node)
        return found[::-1]

    def name_of(self, node: Node) -> str:
        """Qualified name of the declaration around a node, '' at file level."""
        names = [self.adapter.declared_name(self, above) for above in reversed(self.above(node))]
        return ".".join(filter(None, names))

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
                    rows.setdefault(name, []).append(replace(binding, place=place))
            known = self._bindings[scope.id] = {name: _assigning(row) for name, row in rows.items()}
        return known

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
            own = next((item for item in bound if _within(node, item.place)), None)
            later = list(self._calls_in(scope).get(name, ()))
            if scope == self.root:
                later += self._calls_in(scope).get(f"this.{name}", ())
            calls += [call for call in later if own is None or own in self.reaching(bound, call.node)]
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

    def reaching(self, bound: Sequence[Binding], use: Node) -> tuple[Binding, ...]:
        """Those of the assignments to a local name whose value a use in the same function can see.

        1. An assignment behind the use reaches it only through a loop around both.
        2. An assignment that every path to the use passes replaces all before it: it stands earlier in a block that
           holds the use.
        """
        function = self.function_of(use) or self.root
        if (
            not 1 < len(bound) <= MOST_ASSIGNED
            or self.content.find(b"goto ", function.start_byte, function.end_byte) >= 0
        ):
            return tuple(bound)
        loops = [above for above in _around(use) if above.type in self.adapter.loops]

        def ahead(item: Binding, past: Node | None) -> bool:
            place = item.place
            if place is None or (place.start_byte < use.start_byte and not _within(use, place)):
                return True
            return any(_within(place, loop) and not (past and _within(past, loop)) for loop in loops)

        seen = [item for item in bound if ahead(item, None)]
        blocks = {above.id for above in _around(use)}
        last = -1
        for index, item in enumerate(seen):
            place = item.place
            if place is None or place.end_byte > use.start_byte or item.value is None:
                continue
            block = self._block_of(place)
            if block is not None and block.id in blocks:
                last = index
        # What follows the replacing assignment in a loop comes round to the use again only past that assignment.
        return tuple(item for item in seen[last:] if ahead(item, seen[last].place)) if last >= 0 else tuple(seen)

    def overwritten(self, node: Node) -> bool:
        """Whether the value goes into a local variable that the same block assigns again before anything reads it."""
        name, function = self.assigned_to(node), self.function_of(node)
        if function is None or not name.isidentifier():
            return False
        bound = self.bindings(function).get(name, ())[:MOST_ASSIGNED]
        own = next((item.place for item in bound if _within(node, item.place)), None)
        if own is None:
            return False
        word = re.compile(rb"(?<![\w.])" + re.escape(name.encode()) + rb"(?!\w)")
        mention = word.search(self.content, own.end_byte, function.end_byte)
        if mention is None:
            return False
        other = next(
            (item for item in bound if item.place is not None and item.place.start_byte == mention.start()), None
        )
        if (
            other is None
            or other.place is None
            or other.value is None
            or self._block_of(other.place) != self._block_of(own)
        ):
            return False
        return word.search(self.content, other.value.start_byte, other.value.end_byte) is None

    def _block_of(self, place: Node) -> Node | None:
        """The block whose statement an assignment is; None when it is only part of one, as in `if ((x = f()))`."""
        above = place.parent
        while above is not None and above.type in self.adapter.statements:
            above = above.parent
        return above if above is not None and above.type in self.adapter.blocks else None

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


def _assigning(row: list[Binding]) -> tuple[Binding, ...]:
    """In order of text. A declaration without a value counts only where nothing is assigned."""
    assigned = [item for item in row if item.value is not None or not item.final]
    return tuple(sorted(assigned or row, key=_start))


def _start(binding: Binding) -> int:
    return binding.place.start_byte if binding.place is not None else 0


def _around(node: Node) -> Iterator[Node]:
    """The nodes around a node, innermost first."""
    above = node.parent
    while above is not None:
        yield above
        above = above.parent


def _within(node: Node, outer: Node | None) -> bool:
    return outer is not None and outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


_MOST_BROKEN = 256  # bytes; a tree with more is worth a second parse
