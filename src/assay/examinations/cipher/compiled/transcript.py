"""A class as a text of Java in which every name is qualified, and the lines of the source that it came from.

It is written for the same reader that reads source: calls stand with their arguments, fields with what they begin
with, lambdas where they are handed on. What a compiler puts in the place of a constant of the library is put back
(`_CONSTANTS`). Private members that other classes of the nest may use are not written as private. What a method does
comes from who knows its code: `classlike.py` for class files, `dex/` for Android.

`hidden` are places that the text cannot show: native methods, code that no machine would run or that is not followed,
calls that a language of its own resolves at run time.

*It cannot see* generic types, annotations, and names of variables where the compiler left none: there a variable that
may take a random value is called `key`, for it may be one.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.classfile import FINAL, INTERFACE, NATIVE, PRIVATE, STATIC
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.expressions import MOST_TEXT, Expression, as_text, joined
from assay.examinations.cipher.compiled.reaching import Key
from assay.examinations.cipher.compiled.rereading import Written
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import Statements, Way

# Numbers that stand for constants of the library, by class, method and argument.
_CONSTANTS = {
    ("javax/crypto/Cipher", "init", 0): {
        1: "javax.crypto.Cipher.ENCRYPT_MODE",
        2: "javax.crypto.Cipher.DECRYPT_MODE",
        3: "javax.crypto.Cipher.WRAP_MODE",
        4: "javax.crypto.Cipher.UNWRAP_MODE",
    }
}
_BUILDERS = frozenset({"java/lang/StringBuilder", "java/lang/StringBuffer"})
_BOXES = frozenset({"Boolean", "Byte", "Character", "Short", "Integer", "Long", "Float", "Double"})
_SPREAD = frozenset({"asList", "of", "setBlockModes", "setEncryptionPaddings"})
_PLAIN_PARENTS = frozenset({"java/lang/Object", "java/lang/Enum", "java/lang/Record", ""})
MOST_PUT = 1 << 17  # characters of a text that is put together


class Member(Protocol):
    """A field or method; a method without code has no `body`."""

    @property
    def access(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def descriptor(self) -> str: ...
    @property
    def body(self) -> object: ...


M = TypeVar("M", bound=Member)
M_co = TypeVar("M_co", bound=Member, covariant=True)


class Declared(Protocol[M_co]):
    """A class with its members; names are internal ones. `nested`: other classes may use its private members."""

    @property
    def access(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def interfaces(self) -> Sequence[str]: ...
    @property
    def fields(self) -> Sequence[M_co]: ...
    @property
    def methods(self) -> Sequence[M_co]: ...
    @property
    def nested(self) -> bool: ...


class Inner(Protocol):
    """The code of a lambda."""

    mark: str

    def statements(self) -> list[tuple[int, str]]: ...

    def parameters(self) -> list[tuple[str, str]]: ...


class Body(Struct, frozen=True):
    """What a method does: the first line of its source, types and names of its parameters, and its statements."""

    line: int
    given: list[tuple[str, str]]
    rows: list[tuple[int, str]]


class Transcript(ABC, Generic[M]):
    """One class on its way into text."""

    def __init__(self, of: Declared[M], wanted: frozenset[Key] | None, prefix: str) -> None:
        """`wanted` are the methods to write, None for all; `prefix` is how variables without a name are called."""
        self.declared = of
        self.wanted = wanted
        self.prefix = prefix
        self.hidden: list[tuple[int, str]] = []
        self.methods = {(one.name, one.descriptor): one for one in of.methods}
        self.begun: dict[str, list[tuple[int, Expression]]] = {}
        self._lambdas: set[Key] = set()  # that the method at hand holds where it hands them on
        self._depth = 0
        self._simple = spelling.name(of.name.rpartition("/")[2])

    @abstractmethod
    def constant(self, one: M, told: Type) -> str:
        """What a static field begins with by its declaration, '' where nothing is told."""

    @abstractmethod
    def body(self, one: M) -> Body | None:
        """None where a method has no code. Raises DamagedError for code that no machine would run."""

    def written(self) -> Written:
        """The text of the class. Raises DamagedError where a member's descriptor is none."""
        bodies: list[tuple[Key, list[tuple[int, str]]]] = []
        held: dict[Key, set[Key]] = {}
        spent = 0
        for one in sorted(self.declared.methods, key=lambda one: one.name != "<clinit>"):
            key, self._lambdas = (one.name, one.descriptor), set()
            if not self._is_wanted(one):
                continue
            if spent > MOST_TEXT:  # of the whole class
                self.hides(0, f"{one.name} and what follows: more text than any source")
                break
            body = self._method(one)
            bodies.append((key, body))
            held[key] = self._lambdas if body else set()
            spent += sum(len(text) for _, text in body)
        elsewhere = _told_elsewhere(held)
        rows = [(0, f"package {self._package()};")] if "/" in self.declared.name else []
        rows.append((0, self._head()))
        rows += self._fields()
        for key, body in bodies:
            if key not in elsewhere:
                rows += self._without_begun(body) if key[0] == "<clinit>" else body
        rows.append((0, "}"))
        return Written("\n".join(text for _, text in rows), [0, *(line for line, _ in rows)], self.hidden)

    def _is_wanted(self, one: M) -> bool:
        return self.wanted is None or one.body is None or (one.name, one.descriptor) in self.wanted

    def hides(self, line: int, what: str) -> None:
        self.hidden.append((line, what))

    def begins(self, name: str, line: int, value: Expression) -> None:
        """A static field is assigned before the class is used."""
        self.begun.setdefault(name, []).append((line, value))

    # The parts of a class

    def _package(self) -> str:
        return ".".join(spelling.name(part) for part in self.declared.name.split("/")[:-1])

    def _head(self) -> str:
        above = self.declared.parent
        parent = "" if above in _PLAIN_PARENTS else f" extends {spelling.qualified(above)}"
        own = ", ".join(spelling.qualified(name) for name in self.declared.interfaces)
        kind = "interface" if self.declared.access & INTERFACE else "class"
        listed = f" {'extends' if kind == 'interface' else 'implements'} {own}" if own else ""
        return f"{kind} {self._simple}{'' if kind == 'interface' else parent}{listed} {{"

    def _fields(self) -> list[tuple[int, str]]:
        rows = []
        for one in self.declared.fields:
            told = spelling.types_of(one.descriptor)[0]
            final, static = bool(one.access & FINAL), bool(one.access & STATIC)
            own = final or (one.access & PRIVATE and not self.declared.nested)
            words = [*(["private"] if own else []), *(["static"] if static else []), *(["final"] if final else [])]
            line, value = 0, self.constant(one, told)
            if not value and (begun := self._sole(one.name)) is not None:
                line, value = begun[0], str(begun[1])
            begin = f" = {value}" if value else ""
            rows.append((line, f"{' '.join([*words, told.text, spelling.name(one.name)])}{begin};"))
        return rows

    def _sole(self, name: str) -> tuple[int, Expression] | None:
        """What a final field begins with, where it is told once and hangs on nothing else."""
        begun = self.begun.get(name, [])
        final = any(one.name == name and one.access & FINAL for one in self.declared.fields)
        return begun[0] if final and len(begun) == 1 and begun[0][1].whole else None

    def _without_begun(self, body: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The static initialiser without what the fields themselves tell."""
        told = {
            f"this.{spelling.name(name)} = {sole[1]};" for name in self.begun if (sole := self._sole(name)) is not None
        }
        return [row for row in body if row[1] not in told]

    def _method(self, one: M) -> list[tuple[int, str]]:
        given, result = spelling.signature(one.descriptor)
        if one.access & NATIVE:
            self.hides(0, f"native method {one.name}")
        own = one.access & PRIVATE and not self.declared.nested
        words = f"{'private ' if own else ''}{'static ' if one.access & STATIC else ''}"
        try:
            body = self.body(one)
        except DamagedError as damage:
            self.hides(0, f"{one.name}: {damage}")
            return []
        if body is None:
            listed = ", ".join(f"{told.text} p_{at}" for at, told in enumerate(given))
            return [(0, f"{words}{result.text} {spelling.name(one.name)}({listed});")]
        listed = ", ".join(" ".join(pair) for pair in body.given)
        match one.name:
            case "<clinit>":
                head = "static {"
            case "<init>":
                head = f"{words}{self._simple}({listed}) {{"
            case _:
                head = f"{words}{result.text} {spelling.name(one.name)}({listed}) {{"
        return [(body.line, head), *body.rows, (body.line, "}")]

    # Calls

    def call(self, machine: Statements, way: Way, member: tuple[str, str, str]) -> None:
        """A call of a method or constructor."""
        owner, name, descriptor = member
        given, result = spelling.signature(descriptor)
        values = [machine.stack.pop() for _ in given][::-1]
        values = [
            self._library(member, at, machine.adapted(value, told))
            for at, (value, told) in enumerate(zip(values, given, strict=True))
        ]
        holder = machine.stack.pop() if way != "static" else None
        if name == "<init>" and holder is not None:
            self._constructed(machine, owner, holder, values)
            return
        if holder is not None and owner in _BUILDERS and self._put_together(machine, holder, name, values, given):
            return
        simple = owner.rpartition("/")[2]
        if owner.startswith("java/lang/") and simple in _BOXES:
            if name == "valueOf" and len(values) == 1 and given[0].text != "java.lang.String":
                machine.push(values[0])
                return
            if holder is not None and name.endswith("Value"):
                machine.push(Expression(str(holder), result.text, result.wide, holder.kind, holder.fixed))
                return
        text = f"{self._called(way, member, holder)}{spelling.name(name)}({self._listed(name, values)})"
        fixed = (holder is None or holder.fixed) and all(value.whole for value in values)
        made = Expression(text, result.text, result.wide, "call", fixed)
        if result.text == "void":
            machine.dropped(made)
        else:
            machine.push(made)

    def _called(self, way: Way, member: tuple[str, str, str], holder: Expression | None) -> str:
        """What a method is called on; one that the class inherits is its parent's."""
        owner, name, descriptor = member
        own = owner == self.declared.name and (name, descriptor) in self.methods
        if holder is None:
            return "" if own else f"{spelling.qualified(owner)}."
        if holder.text == "this":
            inherited = way == "special" or owner == self.declared.name
            return "" if own else ("super." if inherited else "this.")
        return f"{holder}."

    @staticmethod
    def _library(member: tuple[str, str, str], at: int, value: Expression) -> Expression:
        known = _CONSTANTS.get((*member[:2], at), {}).get(value.number if value.number is not None else -1)
        return Expression(known, "int", kind="literal", fixed=True) if known is not None else value

    @staticmethod
    def _listed(name: str, values: Sequence[Expression]) -> str:
        """The arguments; an array that a compiler made of several is taken apart."""
        last = values[-1] if values else None
        if name in _SPREAD and last is not None and last.kind == "array" and last.items:
            values = [*values[:-1], *last.items.values()]
        return ", ".join(value.bare for value in values)

    def _constructed(self, machine: Statements, owner: str, holder: Expression, values: Sequence[Expression]) -> None:
        listed = ", ".join(value.bare for value in values)
        if holder.text == "this":
            if owner == self.declared.name:
                machine.dropped(Expression(f"this({listed})", kind="call"))
            elif owner not in _PLAIN_PARENTS:  # what extends a cipher is one
                machine.dropped(Expression(f"new {spelling.qualified(owner)}({listed})", kind="call"))
            return
        if holder.kind != "made":
            raise DamagedError("a constructor is called on what is made")
        fixed = all(value.whole for value in values)
        made = Expression(f"new {spelling.qualified(owner)}({listed})", holder.type, kind="call", fixed=fixed)
        if owner in _BUILDERS and len(values) < 2 and all(value.type == "java.lang.String" for value in values):
            made.kind, made.items = "text", dict(enumerate(values))
        places = [at for at, other in enumerate(machine.stack) if other is holder]
        kept = machine.held(made) if len(places) > 1 else made
        for at in places:
            machine.stack[at] = kept
        if not places:
            machine.dropped(made)

    @staticmethod
    def _put_together(
        machine: Statements, holder: Expression, name: str, values: Sequence[Expression], given: Sequence[Type]
    ) -> bool:
        """`append` and `toString` on a builder that is only on the stack."""
        if holder.kind != "text" or len(holder.text) > MOST_PUT:
            return False
        if name == "append" and len(values) == 1:
            parts = [*holder.items.values(), as_text(values[0], given[0])]
            text = f"{holder.text}.append({values[0]})"
            machine.stack.append(
                Expression(text, holder.type, kind="text", fixed=holder.fixed and values[0].fixed,
                           items=dict(enumerate(parts)))
            )  # fmt: skip
            return True
        if name == "toString" and not values:
            machine.push(joined(list(holder.items.values())))
            return True
        return False

    # Lambdas

    def handed_on(
        self, machine: Statements, key: Key, inner: Inner, caught: Sequence[Expression], result: str
    ) -> Expression:
        """A lambda whose code is a method of this class: it stands where it is handed on, `caught` with it."""
        self._depth += 1
        try:
            rows = inner.statements()
        finally:
            self._depth -= 1
        self._lambdas.add(key)
        given = inner.parameters()
        place = f"lambda_{inner.mark.rstrip('_')}"
        names = ", ".join(pair[1] for pair in given[len(caught) :])
        machine.rows.append((machine.line, f"{result} {place} = ({names}) -> {{"))
        held = zip(given, caught, strict=False)
        machine.rows += [(machine.line, f"{told} {called} = {value};") for (told, called), value in held]
        machine.rows += [*rows, (machine.line, "};")]
        return Expression(place, result, kind="name")

    @property
    def within(self) -> bool:
        """Whether a lambda is being written: those of a lambda are methods of their own."""
        return self._depth > 0


def _told_elsewhere(held: Mapping[Key, set[Key]]) -> set[Key]:
    """Lambdas that stand in a method which is written itself; those of such a lambda are methods of their own again,
    for only one is taken apart at a place."""
    inside = set().union(*held.values())
    shown = [key for key in held if key not in inside]
    seen, found = set(shown), set[Key]()
    for key in shown:
        for inner in held.get(key, set()) - seen:
            found.add(inner)
            deeper = held.get(inner, set()) - seen - {inner}
            seen |= {inner, *deeper}
            shown += sorted(deeper)
    return found
