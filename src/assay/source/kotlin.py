"""Kotlin, by the tree-sitter-kotlin grammar (Kotlin 2).

The grammar gives few fields, so that parts are found by their place. A Java setter that is written as a property,
`parameters.protocols = x`, is read as the call of `setProtocols`; calls in the block of `apply`, `also`, `let` and
`run` count as calls on the object before it.

*It cannot see* inherited members, what a delegate other than `lazy` yields, `with`, infix calls, or code that a
compiler plug-in generates; a call with type arguments that the grammar takes for a comparison is not read.
"""

import re
from collections.abc import Iterator, Mapping

from tree_sitter import Language as Grammar
from tree_sitter import Node

from assay.source.adapter import Unit
from assay.source.kotlin_values import KotlinValues
from assay.source.places import Arguments, Binding, Call, Imports, Site

_IMPORTS = "(import) @import (package_header) @package (type_alias) @alias"
_OWN_BLOCK = frozenset({"apply", "run"})  # the object is `this` in their block
_HANDED_BLOCK = frozenset({"also", "let"})  # and here it is `it`
_INSIDE = """
  (call_expression . (identifier) @method) @call
  (call_expression . (navigation_expression . (_) @object (identifier) @method .)) @call
  (assignment left: (identifier) @property) @call
  (assignment left: (navigation_expression . (_) @object (identifier) @property .)) @call
"""


class Kotlin(KotlinValues):
    name = "Kotlin"
    functions = frozenset(
        {"function_declaration", "lambda_literal", "anonymous_function", "secondary_constructor", "getter", "setter",
         "anonymous_initializer"}
    )  # fmt: skip
    binding_query = """
      (property_declaration) @declaration
      (class_parameter) @parameter
      (assignment left: (_) @left right: (_) @value) @assignment
      (for_statement (variable_declaration (identifier) @changed))
      (unary_expression argument: (identifier) @changed operator: ["++" "--"])
    """
    calls_query = """
      (call_expression . (navigation_expression . (_) @object (identifier) @method .)) @call
      (assignment left: (navigation_expression . (_) @object (identifier) @property .)) @call
    """
    blocks = frozenset({"block", "source_file", "class_body", "lambda_literal"})
    statements = frozenset[str]()
    loops = frozenset({"for_statement", "while_statement", "do_while_statement"})
    transparent = frozenset({"parenthesized_expression", "as_expression", "unary_expression"})
    assigning = frozenset({"property_declaration", "assignment"})
    lists = frozenset({"value_arguments"})
    around_arguments = frozenset({"value_argument"})
    calls: Mapping[str, str] = {"call_expression": ""}
    members: Mapping[str, tuple[str, str]] = {"navigation_expression": ("", "")}

    def grammar(self) -> Grammar:
        import tree_sitter_kotlin  # noqa: PLC0415  (native, on first use)

        return Grammar(tree_sitter_kotlin.language())

    # Names

    def imports(self, parsed: Unit) -> Imports:
        names: dict[str, str] = {}
        stars: list[str] = []
        package = ""
        for captures in parsed.matches(_IMPORTS, parsed.root, depth=1):
            for node in captures.get("package", ()):
                package = _path(parsed, node)
            for node in captures.get("import", ()):
                path = _path(parsed, node)
                alias = node.named_children[-1]
                if any(child.type == "*" for child in node.children):
                    stars.append(path)
                else:
                    names[parsed.text(alias) if alias.type == "identifier" else path.rpartition(".")[2]] = path
            for node in captures.get("alias", ()):
                named, of = node.child_by_field_name("type"), node.named_children[-1]
                text = "".join(parsed.text(of).split())
                if named is not None and text.replace(".", "").isidentifier():
                    names[parsed.text(named)] = names.get(text, text)
        return Imports(names, (*stars, "java.lang", "kotlin", "kotlin.collections", "kotlin.text"), package)

    def other_names(self, parsed: Unit, words: frozenset[bytes]) -> frozenset[bytes]:
        return frozenset(
            name.encode()
            for name, path in parsed.imports.names.items()
            if name.encode() not in words and any(part.encode() in words for part in path.split("."))
        )

    def spellings(self, call: str) -> tuple[str, ...]:
        """`.setProtocols` is also written `x.protocols = `."""
        name = call.removeprefix(".set") if call.startswith(".set") else ""
        return (f"={name[0].lower()}{name[1:]}",) if name[:1].isupper() else ()

    def setter(self, name: str) -> str:
        return f"set{name[:1].upper()}{name[1:]}"

    def qualified(self, parsed: Unit, node: Node) -> tuple[str, ...]:
        match node.type:
            case "identifier":
                return self._type(parsed, parsed.text(node))
            case "navigation_expression" | "user_type":
                return self._dotted(parsed, _dots(parsed, node))
            case "call_expression":
                callee = self.callee(node)
                return self._called(parsed, callee) if callee is not None else ()
        return ()

    def _called(self, parsed: Unit, callee: Node) -> tuple[str, ...]:
        """Names of what a call calls: a constructor where the last name begins with a capital."""
        if callee.type == "identifier":
            names, last = self._type(parsed, parsed.text(callee)), parsed.text(callee)
            also = self.own_members(parsed, callee) if last[:1].islower() else ()
        elif callee.type == "navigation_expression":
            names, last = self._dotted(parsed, _dots(parsed, callee)), _last(parsed, callee)
            also = (f".{last}",)
        else:
            return ()
        return (*(f"{name}.<init>" for name in names if last[:1].isupper()), *names, *also)

    def _dotted(self, parsed: Unit, text: str) -> tuple[str, ...]:
        head, _, rest = text.partition(".")
        if not head.isidentifier() or not text.replace(".", "").isidentifier():
            return ()
        if head[:1].islower() and head not in parsed.imports.names:
            return (text,)  # a package: fully qualified
        return tuple(f"{name}.{rest}" if rest else name for name in self._type(parsed, head))

    def _type(self, parsed: Unit, name: str) -> tuple[str, ...]:
        imports = parsed.imports
        if name in imports.names:
            return (imports.names[name],)
        own = f"{imports.package}.{name}" if imports.package else name
        return (own, *(f"{star}.{name}" for star in imports.stars))

    # Places

    def site(self, parsed: Unit, node: Node, word: str) -> Site | None:  # noqa: ARG002
        if node.type != "identifier":
            return None
        at = node.start_byte
        while (parent := node.parent) is not None and parent.type == "navigation_expression":
            if node.type == "navigation_expression" and (_handing(node) or _is_constant(parsed, node)):
                break
            node = parent
        if parent is None:
            return None
        match parent.type:
            case "call_expression" if parent.named_children[0] == node:
                call = _whole(parent)
                return Site(self.qualified(parsed, call), call, self.arguments(parsed, call))
            case "assignment" if parent.child_by_field_name("left") == node:
                return self._set(parsed, parent, node)
            case "user_type" if parent.parent is not None and parent.parent.type == "callable_reference":
                return self._handed_on(parsed, parent.parent)
            case "user_type":
                return self._typed(parsed, parent)
            case "function_declaration" if parent.child_by_field_name("name") == node:
                return Site((parsed.text(node),), parent, None, at=at)
            case "callable_reference":
                return self._handed_on(parsed, parent)
        if node.type == "navigation_expression":
            return Site(self._dotted(parsed, _dots(parsed, node)), node, None, settled=not self.compared(node))
        imported = parsed.imports.names.get(parsed.text(node))
        return Site((imported,), node, None) if imported is not None and parent.type not in _NAMING else None

    def _handed_on(self, parsed: Unit, reference: Node) -> Site:
        """`T::method` and `::function`, where the grammar does not take them for a member."""
        names = self._dotted(parsed, _dots(parsed, reference).removeprefix("."))
        return Site((*names, *(f"{name}.<init>" for name in names)), reference, None)

    def _set(self, parsed: Unit, assignment: Node, left: Node) -> Site | None:
        """`x.name = value`, and `name = value` in a block whose object it may be a property of."""
        value, function = assignment.child_by_field_name("right"), parsed.function_of(assignment)
        if left.type == "identifier" and (function is None or function.type != "lambda_literal"):
            return None
        name = left if left.type == "identifier" else left.named_children[-1]
        return Site((f"={parsed.text(name)}",), assignment, Arguments((value,))) if value is not None else None

    def _typed(self, parsed: Unit, node: Node) -> Site | None:
        """A type: of a class or object that implements it, or of a variable that is given a value."""
        above = node.parent
        if above is not None and above.type == "constructor_invocation":
            above = above.parent
        if above is not None and above.type == "delegation_specifier" and above.parent is not None:
            holder = above.parent.parent
            body = (
                next((child for child in holder.named_children if child.type == "class_body"), None) if holder else None
            )
            names = self.qualified(parsed, node)
            made = node.parent is not None and node.parent.type == "constructor_invocation"
            given = Arguments(named=_methods(parsed, body)) if body else None
            inits = tuple(f"{name}.<init>" for name in names if made)
            return Site((*names, *inits), node, given, inherited=True) if made or body else None
        holder = above.parent if above is not None and above.type == "variable_declaration" else None
        value = _value(holder) if holder is not None and holder.type == "property_declaration" else None
        return Site(self.qualified(parsed, node), node, Arguments((value,))) if value is not None else None

    # Calls, by the place of their parts

    def callee(self, call: Node) -> Node | None:
        if call.type != "call_expression" or not call.named_children:
            return None
        first = call.named_children[0]
        return self.callee(first) if first.type == "call_expression" and _lambda_of(call) is not None else first

    def parts(self, member: Node) -> tuple[Node | None, Node | None]:
        if member.type != "navigation_expression" or len(member.named_children) < 2:
            return None, None
        return member.named_children[0], member.named_children[-1]

    def argument_list(self, call: Node) -> Node | None:
        return call

    def arguments(self, parsed: Unit, node: Node | None) -> Arguments:
        """Of a call, whose block is its last argument, or of an assignment to a property."""
        if node is None:
            return Arguments()
        if node.type == "assignment":
            value = node.child_by_field_name("right")
            return Arguments((value,) if value is not None else ())
        positional: list[Node] = []
        named: dict[str, Node] = {}
        spread = False
        first = node.named_children[0] if node.named_children else None
        if first is not None and first.type == "call_expression" and _lambda_of(node) is not None:
            inner = self.arguments(parsed, first)
            positional, named, spread = list(inner.positional), dict(inner.named), inner.spread
        for child in node.named_children:
            for item in child.named_children if child.type == "value_arguments" else ():
                if item.type != "value_argument" or not item.named_children:
                    continue
                value = item.named_children[-1]
                if any(part.type == "=" for part in item.children):
                    named[parsed.text(item.named_children[0])] = value
                elif value.type == "spread_expression":
                    spread = True
                else:
                    positional.append(value)
        block = _lambda_of(node)
        return Arguments((*positional, block) if block is not None else tuple(positional), named, spread)

    def scoped(self, parsed: Unit, call: Node) -> Iterator[Call]:
        """`x.apply { init(a) }` and `x.also { it.init(a) }`."""
        method, block = self.method(call), _lambda_of(call)
        name = parsed.text(method) if method is not None else ""
        if block is None or name not in _OWN_BLOCK | _HANDED_BLOCK:
            return
        wanted = {"", "this"} if name in _OWN_BLOCK else {_given(parsed, block)}
        for row in parsed.matches(_INSIDE, block):
            owner = parsed.text(row["object"][0]).rstrip("!?") if "object" in row else ""
            if owner in wanted:
                found = (
                    parsed.text(row["method"][0]) if "method" in row else self.setter(parsed.text(row["property"][0]))
                )
                yield Call(found, row["call"][0])

    # Declarations

    def declared_name(self, parsed: Unit, node: Node) -> str:
        if node.type in _DECLARATIONS:
            name = node.child_by_field_name("name")
            return parsed.text(name) if name is not None else ""
        return ""

    def parameter(self, parsed: Unit, function: Node, name: str) -> tuple[bool, Node | None]:
        if function.type == "lambda_literal":
            own = next((child for child in function.named_children if child.type == "lambda_parameters"), None)
            named = [child.named_children[0] for child in own.named_children if child.named_children] if own else []
            return any(parsed.text(child) == name for child in named) or (own is None and name == "it"), None
        listed = next((child for child in function.named_children if child.type == "function_value_parameters"), None)
        taken = False
        for child in listed.children if listed is not None else ():
            if child.type == "parameter":
                if taken:
                    return True, None
                taken = parsed.text(child.named_children[0]) == name if child.named_children else False
            elif child.is_named and taken:
                return True, child  # a default value stands behind its parameter
        return taken, None

    def binding(self, parsed: Unit, captures: Mapping[str, list[Node]]) -> tuple[str, Node, Binding] | None:
        if "changed" in captures:
            node = captures["changed"][0]
            return parsed.text(node), node, Binding(None)
        if "parameter" in captures:
            node = captures["parameter"][0]
            name = next((child for child in node.named_children if child.type == "identifier"), None)
            return (parsed.text(name), node, Binding(_value(node))) if name is not None else None
        if "declaration" in captures:
            return self._declared(parsed, captures["declaration"][0])
        node, left = captures["assignment"][0], captures["left"][0]
        operator = node.child_by_field_name("operator")
        value = captures["value"][0] if operator is None or parsed.text(operator) == "=" else None
        text = "".join(parsed.text(left).split())
        if text.startswith("this."):
            return "self." + text.removeprefix("this."), node, Binding(value)
        return (text, node, Binding(value)) if left.type == "identifier" else None

    def _declared(self, parsed: Unit, node: Node) -> tuple[str, Node, Binding] | None:
        declared = next((child for child in node.named_children if child.type == "variable_declaration"), None)
        if declared is None or not declared.named_children:
            return None
        name, fixed = parsed.text(declared.named_children[0]), any(child.type == "val" for child in node.children)
        value, delegate = _value(node), next((child for child in node.named_children if child.type in _LATER), None)
        if value is None and delegate is not None:
            inside = self.body(delegate) if delegate.type == "getter" else _lazy(delegate)
            return name, node, Binding(inside[0] if inside is not None and len(inside) == 1 else None, fixed)
        return name, node, Binding(value, fixed or value is None)

    def assigned(self, place: Node) -> Node | None:
        if place.type == "assignment":
            return place.child_by_field_name("left")
        declared = next((child for child in place.named_children if child.type == "variable_declaration"), None)
        return declared.named_children[0] if declared is not None and declared.named_children else None


_DECLARATIONS = frozenset({"class_declaration", "object_declaration", "function_declaration"})
_LATER = frozenset({"property_delegate", "getter"})
_NAMING = frozenset({"qualified_identifier", "import", "package_header", "variable_declaration", "parameter",
                     "class_parameter", "type_alias", "value_argument_label"})  # fmt: skip


def _path(parsed: Unit, node: Node) -> str:
    path = next((child for child in node.named_children if child.type == "qualified_identifier"), None)
    return "".join(parsed.text(path).split()).replace("`", "") if path is not None else ""


def _dots(parsed: Unit, node: Node) -> str:
    """A dotted name; `?.`, `!!` and `::` written as dots, type arguments and companions left out."""
    text = "".join(parsed.text(node).split()).replace("?.", ".").replace("!!", "").replace("::", ".")
    return re.sub(r"<.*>", "", text).replace(".Companion.", ".").replace("`", "")


def _last(parsed: Unit, node: Node) -> str:
    return parsed.text(node.named_children[-1]) if node.named_children else ""


def _handing(node: Node) -> bool:
    """`T::method` and `T::class`."""
    return any(child.type == "::" for child in node.children)


def _is_constant(parsed: Unit, node: Node) -> bool:
    """`Holder.CONSTANT` or `Holder.constant`, as against `package.Holder` and `Holder.Inner`."""
    owner, _, field = _dots(parsed, node).rpartition(".")
    nested = field[:1].isupper() and field[1:2].islower()
    return owner.rpartition(".")[2][:1].isupper() and not nested


def _whole(call: Node) -> Node:
    """The call with the block that follows its arguments."""
    above = call.parent
    has_block = above is not None and above.type == "call_expression" and _lambda_of(above) is not None
    return above if above is not None and has_block and above.named_children[0] == call else call


def _lambda_of(call: Node) -> Node | None:
    last = call.named_children[-1] if call.type == "call_expression" and call.named_children else None
    if last is None or last.type != "annotated_lambda":
        return None
    return next((child for child in last.named_children if child.type == "lambda_literal"), None)


def _given(parsed: Unit, block: Node) -> str:
    """The name under which a block knows what it is given."""
    own = next((child for child in block.named_children if child.type == "lambda_parameters"), None)
    return parsed.text(own.named_children[0]).partition(":")[0].strip() if own is not None else "it"


def _value(declaration: Node) -> Node | None:
    """What stands behind the sign of equality."""
    children = declaration.children
    at = next((place for place, child in enumerate(children) if child.type == "="), None)
    return next((child for child in children[at + 1 :] if child.is_named), None) if at is not None else None


def _lazy(delegate: Node) -> list[Node] | None:
    """The statements of `by lazy { ... }`."""
    call = delegate.named_children[0] if delegate.named_children else None
    block = _lambda_of(call) if call is not None and call.text is not None and call.text.startswith(b"lazy") else None
    return block.named_children if block is not None else None


def _methods(parsed: Unit, body: Node) -> dict[str, Node]:
    """The methods of a class body by name."""
    named = (
        (child, child.child_by_field_name("name"))
        for child in body.named_children
        if child.type == "function_declaration"
    )
    return {parsed.text(name): child for child, name in named if name is not None}
