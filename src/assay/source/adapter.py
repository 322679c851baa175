"""The contract of a language adapter: what assay must know about one language to reach places in its text.

Node kinds are the grammar's. What stands in `Adapter` fits a grammar with the usual fields; an adapter overrides what
its own grammar does otherwise.
"""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.answers import unescape
from assay.source.places import Arguments, Binding, Call, Imports, Objects, Piece, Site


class Unit(Protocol):
    """What an adapter may ask of a parsed unit: `parsed.Parsed`, whose docstrings say what each gives."""

    content: bytes
    first_line: int
    module: str
    root: Node
    notes: dict[object, object]

    @property
    def adapter(self) -> "Adapter": ...
    @property
    def imports(self) -> Imports: ...
    @property
    def assignments(self) -> list[dict[str, list[Node]]]: ...
    def text(self, node: Node) -> str: ...
    def line(self, node: Node) -> int: ...
    def matches(self, query: str, node: Node, depth: int | None = None) -> list[dict[str, list[Node]]]: ...
    def at(self, offset: int, length: int) -> Node | None: ...
    def function_of(self, node: Node) -> Node | None: ...
    def function_around(self, function: Node) -> Node | None: ...
    def above(self, node: Node) -> list[Node]: ...
    def name_of(self, node: Node) -> str: ...
    def bindings(self, scope: Node) -> Mapping[str, tuple[Binding, ...]]: ...
    def parameter(self, function: Node, name: str) -> tuple[bool, Node | None]: ...
    def mentions(self, name: str, scope: Node) -> Iterator[Node]: ...
    def assigned_to(self, node: Node) -> str: ...
    def __hash__(self) -> int: ...


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
    binds_at_once: bool = False  # whether all assignments of a file are found once, those of its functions among them
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

    def grammar(self) -> Grammar:
        raise NotImplementedError

    def plain(self, content: bytes) -> bytes:
        """The text without what keeps a parser from following it, each byte in its place; itself when nothing does."""
        return content

    @property
    def variants(self) -> tuple["Adapter", ...]:
        """Grammars to try on a text that this one does not parse."""
        return ()

    def imports(self, parsed: Unit) -> Imports:
        raise NotImplementedError

    def imported_words(self, content: bytes) -> set[bytes] | None:  # noqa: ARG002
        """Words of the imports of a text, read without parsing; None where the language cannot tell."""
        return None

    def absent(self, parsed: Unit, node: Node) -> bool:  # noqa: ARG002
        """Whether a node stands where no delivered build has code."""
        return False

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:
        """The site of the identifier `word`; None in a declaration, an import, a comment or a string."""
        raise NotImplementedError

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:  # noqa: ARG002
        """Local names under which imported `words` are used (aliases, static imports)."""
        return frozenset()

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        """Possible qualified names of an expression that is a name, a member or a call; () when it is none."""
        raise NotImplementedError

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:  # noqa: ARG002
        given = node.named_children if node is not None else ()
        return Arguments(tuple(child for child in given if not child.is_extra))

    def declared_name(self, parsed: Unit, node: Node) -> str:
        """Name of a declaration node, '' when the node declares nothing that qualifies a name."""
        raise NotImplementedError

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        """Whether `name` is a parameter of the function, and its default value."""
        raise NotImplementedError

    def parameters(self, parsed: Unit, function: Node) -> tuple[str, ...]:
        """Names of the parameters in order, '' for one without a plain name; the object itself is none."""
        listed = function.child_by_field_name("parameters") or function.child_by_field_name("parameter")
        listed = listed or next((child for child in function.named_children if child.type in _LISTED), None)
        if listed is None or not listed.named_children:
            return (parsed.text(listed),) if listed is not None and listed.type == "identifier" else ()
        rows = [row for child in listed.named_children if _declares(child, listed) for row in _parameters(child)]
        names = tuple(parsed.text(row) if row is not None else "" for row in rows)
        return names[1:] if names[:1] in {("self",), ("cls",)} else names

    def closed(self, parsed: Unit, function: Node) -> str:  # noqa: ARG002
        """Who may call a function: `unit`, only what stands in the file; `program`, nobody outside of the product, for
        it is a program that is started and no library; '' anybody."""
        return ""

    declaring: frozenset[str] = frozenset()  # places of assignments that declare the name; none where each one does
    private: str = r"\bprivate\b[^;={{}}()\n]*\b{}\b\s*[;=,]"  # a field that only its own file assigns, by its name

    def size_of(self, parsed: Unit, value: Node) -> int | None:  # noqa: ARG002
        """Size in bytes of a new array that begins as zeros; None for any other expression."""
        return None

    def may_bind(self, content: bytes, name: str) -> bool:  # noqa: ARG002
        """Whether a text may assign to a name anywhere: seen without a query, and in doubt it may."""
        return True

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        """Name, place and value of one match of `binding_query`; fields of the instance are named `self.x`."""
        raise NotImplementedError

    def elsewhere(self, parsed: Unit, node: Node) -> str:
        """The name under which another file may declare a constant; '' when none can."""
        names = self.qualified(parsed, node)
        return names[0] if names else ""

    def spellings(self, call: str) -> tuple[str, ...]:  # noqa: ARG002
        """Other forms in which the language writes a call of a catalogue, such as a property for a setter."""
        return ()

    def setter(self, name: str) -> str:
        """The method that an assignment to a property calls, in `Call`."""
        return name

    def declares(self, content: bytes, start: int) -> bool | None:  # noqa: ARG002
        """Whether a word with a bracket behind it declares a function, or else may call one; None where that is not
        seen without parsing."""
        return None

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

    hands_makers = False  # whether a function that only makes something is handed on in the place of what it makes

    def function(self, parsed: Unit, name: str) -> Node | None:  # noqa: ARG002
        """A function of the unit that is handed on by its name; None where the language does not."""
        return None

    # Calls and members by the fields of the grammar

    def parts(self, member: Node) -> tuple[Node | None, Node | None]:
        """Object and name of `object.name`; None twice for anything else."""
        fields = self.members.get(member.type)
        if fields is None:
            return None, None
        return member.child_by_field_name(fields[0]), member.child_by_field_name(fields[1])

    def scoped(self, parsed: Unit, call: Node) -> Iterator[Call]:  # noqa: ARG002
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

    def objects(self, parsed: Unit, node: Node) -> Objects | None:  # noqa: ARG002
        """What a declaration declares whose type the node names; None for anything else."""
        return None

    def is_local(self, parsed: Unit, node: Node) -> bool:
        """Whether a local variable or parameter hides what an import calls by the same name."""
        name, function = parsed.text(node), parsed.function_of(node)
        while function is not None:
            places = (item.place for item in parsed.bindings(function).get(name, ()))
            if any(place is not None and place.end_byte <= node.start_byte for place in places):
                return True
            if parsed.parameter(function, name)[0]:
                return True
            function = parsed.function_around(function)
        return False

    def is_shared(self, parsed: Unit, name: str, function: Node) -> bool:  # noqa: ARG002
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

    def pieces(self, parsed: Unit, node: Node) -> list[Piece] | None:  # noqa: ARG002
        """The parts of a string literal that has expressions in it; None for one without, or that is not followed."""
        return None

    def member_value(self, parsed: Unit, node: Node) -> Node | None:  # noqa: ARG002
        """The value of a member of a literal that a name stands for; None where it is not followed."""
        return None

    def items(self, node: Node) -> list[Node]:
        """The values of a list literal."""
        return [child for child in node.named_children if not child.is_extra]

    def keyed(self, node: Node) -> Node | None:  # noqa: ARG002
        """The key of a pair of key and value."""
        return None

    def zeroes(self, parsed: Unit, node: Node) -> int | None:  # noqa: ARG002
        """Size in bytes of a new array that nothing can have filled where it stands; None for any other expression."""
        return None


_LISTED = frozenset({"function_value_parameters", "lambda_parameters"})  # Kotlin's, in which defaults stand apart


def _declares(node: Node, listed: Node) -> bool:
    """Whether what stands in a list of parameters is one that is given; the object itself is not."""
    own = node.type == "parameter" or listed.type != "function_value_parameters"
    return own and not node.is_extra and node.type not in {"self_parameter", "attribute_item", "attribute_list"}


def _parameters(node: Node) -> list[Node | None]:
    """The names that a declaration of parameters gives: Go's gives several of one type."""
    several = node.children_by_field_name("name")
    return list(several) if len(several) > 1 else [_parameter(node)]


def _parameter(node: Node) -> Node | None:
    """The name that a parameter declares."""
    found: Node | None = node
    for _ in range(4):
        if found is None or found.type in {"identifier", "variable_name", "simple_identifier"}:
            return found
        fields = (found.child_by_field_name(field) for field in ("name", "pattern", "left", "declarator"))
        inner = next((field for field in fields if field is not None), None)
        found = inner or next((child for child in found.named_children if child.type == "identifier"), None)
    return found


_EQUALS = frozenset({b"equals", b"Equals"})
