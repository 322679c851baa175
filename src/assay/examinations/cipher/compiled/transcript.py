"""A class file as a text of Java in which every name is qualified, and the lines of the source that it came from.

It is written for the same reader that reads source: calls stand with their arguments, fields with what they begin
with, lambdas where they are handed on. What a compiler puts in the place of a constant of the library is put back
(`_CONSTANTS`). Private members that other classes of the nest may use are not written as private.

`hidden` are places that the text cannot show: native methods, code that no machine would run or that is not followed,
calls that a language of its own resolves at run time.

*It cannot see* generic types, annotations, and names of variables where the compiler left none: there a variable that
may take a random value is called `key`, for it may be one.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.classfile import (
    CLASS,
    DOUBLE,
    FINAL,
    FLOAT,
    HANDLE,
    INTEGER,
    INTERFACE,
    INVOKE_DYNAMIC,
    LONG,
    METHOD_TYPE,
    NATIVE,
    PRIVATE,
    STATIC,
    STRING,
    ClassFile,
    DamagedError,
    Member,
)
from assay.examinations.cipher.compiled.expressions import MAYBE, MOST_TEXT, Expression, as_text, joined, literal
from assay.examinations.cipher.compiled.machine import Machine
from assay.examinations.cipher.compiled.spelling import Type
from assay.examinations.cipher.compiled.statements import Statements

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
_SPREAD = frozenset({"asList", "of"})
_PLAIN_PARENTS = frozenset({"java/lang/Object", "java/lang/Enum", "java/lang/Record", ""})
_RANDOM = (b"java/util/Random", b"ThreadLocalRandom", b"SplittableRandom", b"RandomUtils", b"RandomStringUtils")
_MATH_RANDOM = (b"java/lang/Math", b"random")
_JDK = ("java/lang/invoke/", "java/lang/runtime/")
_NUMBERS = (INTEGER, FLOAT, LONG, DOUBLE)
_STATIC_CALLS = frozenset({184, 186})
MOST_PUT = 1 << 17  # characters of a text that is put together
Key = tuple[str, str]  # name and descriptor of a method


class Written(Struct):
    """A text, the lines of the source by its own lines counted from 1, and what it cannot show."""

    text: str
    lines: list[int]
    hidden: list[tuple[int, str]]
    names: frozenset[str] = field(default_factory=frozenset)


class Transcript:
    """One class on its way into text."""

    def __init__(self, of: ClassFile, raw: frozenset[bytes], wanted: frozenset[tuple[str, str]] | None = None) -> None:
        """`raw` are the constants of the pool that are texts or names; `wanted` the methods to write, None for all."""
        self.of = of
        self.wanted = wanted
        self.hidden: list[tuple[int, str]] = []
        self._begun: dict[str, list[tuple[int, Expression]]] = {}
        self._lambdas: set[Key] = set()  # that the method at hand holds where it hands them on
        self._methods = {(one.name, one.descriptor): one for one in of.methods}
        self._depth = 0
        self._simple = spelling.name(of.name.rpartition("/")[2])
        named = any(code is not None and code.names for code in map(of.code, of.methods))
        random = any(any(word in one for word in _RANDOM) for one in raw) or raw.issuperset(_MATH_RANDOM)
        self._prefix = "key" if random and not named else ""

    def written(self) -> Written:
        """The text of the class. Raises DamagedError where a member's descriptor is none."""
        bodies: list[tuple[Key, list[tuple[int, str]]]] = []
        held: dict[Key, set[Key]] = {}
        spent = 0
        for one in sorted(self.of.methods, key=lambda one: one.name != "<clinit>"):
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
        rows = [(0, f"package {self._package()};")] if "/" in self.of.name else []
        rows.append((0, self._head()))
        rows += self._fields()
        for key, body in bodies:
            if key not in elsewhere:
                rows += self._without_begun(body) if key[0] == "<clinit>" else body
        rows.append((0, "}"))
        return Written("\n".join(text for _, text in rows), [0, *(line for line, _ in rows)], self.hidden)

    def _is_wanted(self, one: Member) -> bool:
        return self.wanted is None or one.body is None or (one.name, one.descriptor) in self.wanted

    def hides(self, line: int, what: str) -> None:
        self.hidden.append((line, what))

    def begins(self, name: str, line: int, value: Expression) -> None:
        """A static field is assigned before the class is used."""
        self._begun.setdefault(name, []).append((line, value))

    # The parts of a class

    def _package(self) -> str:
        return ".".join(spelling.name(part) for part in self.of.name.split("/")[:-1])

    def _head(self) -> str:
        parent = "" if self.of.parent in _PLAIN_PARENTS else f" extends {spelling.qualified(self.of.parent)}"
        own = ", ".join(spelling.qualified(name) for name in self.of.interfaces)
        kind = "interface" if self.of.access & INTERFACE else "class"
        listed = f" {'extends' if kind == 'interface' else 'implements'} {own}" if own else ""
        return f"{kind} {self._simple}{'' if kind == 'interface' else parent}{listed} {{"

    def _fields(self) -> list[tuple[int, str]]:
        rows = []
        for one in self.of.fields:
            told = spelling.types_of(one.descriptor)[0]
            final, static = bool(one.access & FINAL), bool(one.access & STATIC)
            own = final or (one.access & PRIVATE and not self.of.nested)
            words = [*(["private"] if own else []), *(["static"] if static else []), *(["final"] if final else [])]
            line, value = 0, self._constant(one, told)
            if not value and (begun := self._sole(one.name)) is not None:
                line, value = begun[0], str(begun[1])
            begin = f" = {value}" if value else ""
            rows.append((line, f"{' '.join([*words, told.text, spelling.name(one.name)])}{begin};"))
        return rows

    def _constant(self, one: Member, told: Type) -> str:
        entry = self.of.pool.entries[one.constant] if 0 < one.constant < len(self.of.pool.entries) else None
        if entry is None or not one.access & STATIC:
            return ""
        if entry[0] == STRING:
            return spelling.text(self.of.pool.named(one.constant, STRING))
        value = entry[1] if isinstance(entry[1], int | float) and entry[0] in _NUMBERS else None
        if value is None:
            return ""
        return spelling.number(value) if told.text != "boolean" else ("true" if value else "false")

    def _sole(self, name: str) -> tuple[int, Expression] | None:
        """What a final field begins with, where it is told once and hangs on nothing else."""
        begun = self._begun.get(name, [])
        final = any(one.name == name and one.access & FINAL for one in self.of.fields)
        return begun[0] if final and len(begun) == 1 and begun[0][1].whole else None

    def _without_begun(self, body: list[tuple[int, str]]) -> list[tuple[int, str]]:
        """The static initialiser without what the fields themselves tell."""
        told = {
            f"this.{spelling.name(name)} = {sole[1]};" for name in self._begun if (sole := self._sole(name)) is not None
        }
        return [row for row in body if row[1] not in told]

    def _method(self, one: Member) -> list[tuple[int, str]]:
        given, result = spelling.signature(one.descriptor)
        if one.access & NATIVE:
            self.hides(0, f"native method {one.name}")
        own = one.access & PRIVATE and not self.of.nested
        words = f"{'private ' if own else ''}{'static ' if one.access & STATIC else ''}"
        code = self.of.code(one)
        if code is None:
            listed = ", ".join(f"{told.text} p_{at}" for at, told in enumerate(given))
            return [(0, f"{words}{result.text} {spelling.name(one.name)}({listed});")]
        first = min((line for _, line in code.lines), default=0)
        try:
            machine = Machine(self, one, code, self._prefix)
            body = machine.statements()
        except DamagedError as damage:
            self.hides(first, f"{one.name}: {damage}")
            return []
        listed = ", ".join(" ".join(pair) for pair in machine.parameters())
        match one.name:
            case "<clinit>":
                head = "static {"
            case "<init>":
                head = f"{words}{self._simple}({listed}) {{"
            case _:
                head = f"{words}{result.text} {spelling.name(one.name)}({listed}) {{"
        return [(first, head), *body, (first, "}")]

    # Calls

    def call(self, machine: Statements, operation: int, member: tuple[str, str, str]) -> None:
        """A call of a method or constructor."""
        owner, name, descriptor = member
        given, result = spelling.signature(descriptor)
        values = [machine.stack.pop() for _ in given][::-1]
        values = [
            self._library(member, at, machine.adapted(value, told))
            for at, (value, told) in enumerate(zip(values, given, strict=True))
        ]
        holder = machine.stack.pop() if operation not in _STATIC_CALLS else None
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
        text = f"{self._called(operation, member, holder)}{spelling.name(name)}({self._listed(name, values)})"
        fixed = (holder is None or holder.fixed) and all(value.whole for value in values)
        made = Expression(text, result.text, result.wide, "call", fixed)
        if result.text == "void":
            machine.dropped(made)
        else:
            machine.push(made)

    def _called(self, operation: int, member: tuple[str, str, str], holder: Expression | None) -> str:
        """What a method is called on; one that the class inherits is its parent's."""
        owner, name, descriptor = member
        own = owner == self.of.name and (name, descriptor) in self._methods
        if holder is None:
            return "" if own else f"{spelling.qualified(owner)}."
        if holder.text == "this":
            inherited = operation == 183 or owner == self.of.name
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
            if owner != self.of.name and owner not in _PLAIN_PARENTS:  # what extends a cipher is one
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

    # What is linked at run time

    def dynamic(self, machine: Statements, index: int) -> None:
        """A lambda, a text put together, or a call that another language resolves."""
        _, which, pair = self.of.pool.of(index, INVOKE_DYNAMIC)
        name, descriptor = self.of.pool.pair(pair)
        given, result = spelling.signature(descriptor)
        values = [machine.stack.pop() for _ in given][::-1]
        handle, arguments = self.of.bootstraps[which]
        maker, how, _ = self._handle(handle)[1]
        if maker == "java/lang/invoke/StringConcatFactory":
            machine.push(self._concatenated(how, values, given, arguments))
        elif maker == "java/lang/invoke/LambdaMetafactory" and len(arguments) > 1:
            self._lambda(machine, arguments[1], values, result)
        else:
            if not maker.startswith(_JDK):
                self.hides(machine.line, f"{name} linked at run time by {spelling.qualified(maker)}")
            self._unknown(machine, name, values, result)

    @staticmethod
    def _unknown(machine: Statements, name: str, values: Sequence[Expression], result: Type) -> None:
        made = Expression(f"{spelling.name(name)}$_({', '.join(map(str, values))})", result.text, result.wide, "call")
        if result.text == "void":
            machine.dropped(made)
        else:
            machine.push(made)

    def _handle(self, index: int) -> tuple[int, tuple[str, str, str]]:
        _, kind, member = self.of.pool.of(index, HANDLE)
        return kind, self.of.pool.member(member)

    def _concatenated(
        self, how: str, values: Sequence[Expression], given: Sequence[Type], arguments: Sequence[int]
    ) -> Expression:
        parts = [as_text(value, told) for value, told in zip(values, given, strict=True)]
        if how != "makeConcatWithConstants" or not arguments:
            return joined(parts)
        waiting, constants = iter(parts), iter(arguments[1:])
        found: list[Expression] = []
        plain = ""
        for sign in self.of.pool.named(arguments[0], STRING):
            if sign not in "\1\2":
                plain += sign
                continue
            if plain:
                found.append(literal(plain))
            plain = ""
            found.append(next(waiting, literal("")) if sign == "\1" else self._argument(next(constants, 0)))
        return joined([*found, *([literal(plain)] if plain else [])])

    def _argument(self, index: int) -> Expression:
        tag, value, _ = self.of.pool.of(index, STRING, CLASS, METHOD_TYPE, *_NUMBERS)
        if tag == STRING:
            return literal(self.of.pool.named(index, STRING))
        return literal(str(value)) if tag in _NUMBERS else Expression(MAYBE)

    def _lambda(self, machine: Statements, index: int, values: Sequence[Expression], result: Type) -> None:
        kind, (owner, name, descriptor) = self._handle(index)
        body = self._methods.get((name, descriptor)) if owner == self.of.name else None
        written = body is not None and name.startswith(("lambda$", "$")) and self._depth == 0
        code = self.of.code(body) if body is not None else None
        if not written or body is None or code is None:
            last = "new" if kind == 8 else spelling.name(name)
            whose = "this" if owner == self.of.name else spelling.qualified(owner)
            for value in values:
                machine.dropped(value)
            machine.push(Expression(f"{whose}::{last}", result.text, kind="literal", fixed=whose != "this"))
            return
        inner = Machine(self, body, code, self._prefix, f"{index}_{len(machine.rows)}_")
        self._depth += 1
        try:
            rows = inner.statements()
        finally:
            self._depth -= 1
        self._lambdas.add((name, descriptor))
        given = inner.parameters()
        caught = len(values) if body.access & STATIC else len(values) - 1
        place = f"lambda_{index}_{len(machine.rows)}"
        names = ", ".join(pair[1] for pair in given[max(caught, 0) :])
        machine.rows.append((machine.line, f"{result.text} {place} = ({names}) -> {{"))
        own = values[-caught:] if caught > 0 else ()
        held = zip(given, own, strict=False)
        machine.rows += [(machine.line, f"{told} {called} = {value};") for (told, called), value in held]
        machine.rows += [*rows, (machine.line, "};")]
        machine.push(Expression(place, result.text, kind="name"))


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
