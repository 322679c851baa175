"""What an adapter finds in a text: places that name something, their arguments, assignments, calls and imports."""

from collections.abc import Mapping

from msgspec import Struct, field
from tree_sitter import Node


class Imports(Struct, frozen=True):
    """Local name -> qualified name, and the modules or packages imported with a star."""

    names: Mapping[str, str]
    stars: tuple[str, ...] = ()
    package: str = ""


class Arguments(Struct, frozen=True):
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


class Site(Struct, frozen=True):
    """A place that names something: `names` are its possible qualified names, `node` the call or the reference.

    `arguments` is None for a reference that is not called. `settled` is false where the text only compares or deletes
    the name, so that it has no effect.
    """

    names: tuple[str, ...]
    node: Node
    arguments: Arguments | None
    settled: bool = True
    at: int | None = None  # byte offset of the name, where the node is no more than the text around it
    inherited: bool = False  # whether it names what a class is made from


class Binding(Struct, frozen=True):
    """One assignment to a name. `value` is None when the value cannot be read (a loop variable, `x += 1`, ...), and
    the binding final when it is a declaration that gives none. `filled` is an array that a call fills anew.

    `place` is the assignment; an adapter leaves it to `Parsed.bindings`.
    """

    value: Node | None
    final: bool = False
    place: Node | None = None
    filled: bool = False


class Piece(Struct, frozen=True):
    """A part of a string with expressions in it: text as it is, an expression, or the name of a variable."""

    text: str = ""
    node: Node | None = None
    name: str = ""


class Call(Struct, frozen=True):
    """A call of a method on an object that is followed."""

    method: str
    node: Node


class Objects(Struct, frozen=True):
    """Variables, fields or parameters that are declared with a type: the names of its constructor, the variables as
    they are written, and where they hold."""

    constructors: tuple[str, ...]
    names: tuple[str, ...]
    scope: Node
