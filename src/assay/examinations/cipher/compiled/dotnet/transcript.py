"""A type of an assembly, with the types inside of it, as a text of C# in which every name is qualified.

It is written for the reader that reads source: calls stand with their arguments, fields with what they begin with,
lambdas where they are handed on, the body of an asynchronous method or an iterator in the method that starts it.
Native imports stand as source declares them. `hidden` is what the text cannot show: native methods of other kinds,
code that is not followed.

*It cannot see* attributes, type arguments, default values of parameters, and what other types of the assembly put into
fields and parameters, but for static fields that keep what they begin with (`statics.py`).
"""

import re
from collections.abc import Iterator, Mapping

from assay.examinations.cipher.compiled import spelling
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import il
from assay.examinations.cipher.compiled.dotnet.assembly import (
    ABSTRACT,
    ACCESS,
    CODE_TYPE,
    IMPORTED,
    INIT_ONLY,
    INTERNAL_CALL,
    LITERAL,
    STATIC,
    Assembly,
    Field,
    Kind,
    Member,
    Method,
)
from assay.examinations.cipher.compiled.dotnet.calls import Calls
from assay.examinations.cipher.compiled.dotnet.fields import Fields
from assay.examinations.cipher.compiled.dotnet.frames import BACKING, frames_of
from assay.examinations.cipher.compiled.dotnet.machine import Machine
from assay.examinations.cipher.compiled.dotnet.spelling import word
from assay.examinations.cipher.compiled.dotnet.statics import Statics
from assay.examinations.cipher.compiled.expressions import MOST_TEXT, Expression
from assay.examinations.cipher.compiled.rereading import Written

_ACCESS = (
    "private",
    "private",
    "private protected",
    "internal",
    "protected",
    "protected internal",
    "public",
    "private",
)
_INTERFACE = 0x20
_PLAIN = frozenset({"object", "System.ValueType", "System.Enum", "System.MulticastDelegate", "System.Delegate"})
_NO_MORE = 2  # lines of a method that says nothing
_EMPTY = frozenset({"System.Enum", "System.MulticastDelegate"})  # types without code of their own
_NATIVE, _RUNTIME = 1, 3
NAMED_DELEGATES = frozenset({"System.Net.Security.RemoteCertificateValidationCallback"})  # of the catalogue
_ACCESSOR = re.compile(r"[gs]et_")
_OF_A_LAMBDA = 40  # characters around its body
DEEPEST = 3  # lambdas in lambdas
Rows = list[str]


class Transcript:
    """One type of those that stand in no other, on its way into text."""

    def __init__(self, of: Assembly, top: Kind, statics: Statics, prefix: str = "") -> None:
        """`prefix` is the name of variables."""
        self.of, self.top, self.statics, self.prefix = of, top, statics, prefix
        self.family = list(_family(of, top))
        self.frames = frames_of(of, self.family)
        self.fields = Fields(of, self.family, self.frames)
        self.calls = Calls(self)
        self.kind = top.index
        self.parameters: set[str] = set()
        self.hidden: list[tuple[int, str]] = []
        self._inside: set[int] = set()  # methods that stand where they are handed on
        self.depth = self._spent = self._lambdas = 0

    def written(self) -> Written:
        """Raises DamagedError for members that no runtime would load."""
        body = self._type(self.top)
        names = [part for part in self.top.space.split(".") if part]
        space = ".".join(word(part) for part in names)
        rows = [*([f"namespace {space};"] if space else []), *body]
        return Written(
            "\n".join(rows), [0] * (len(rows) + sum(row.count("\n") for row in rows) + 1), self.hidden, space
        )

    def begun(self, kind: Kind) -> Mapping[str, str]:
        """What the static fields of one type of the family begin with, by their names in the text."""
        self.kind = kind.index
        for index in self.fields.builders(kind):
            if self.of.method(index).name == ".cctor":
                self._written(kind, index)
        return self.fields.begun(kind) if not self.hidden else {}

    # Around a method

    def is_frame(self, name: str) -> bool:
        return self.fields.is_frame(name)

    def is_backed(self, member: Member, name: str) -> bool:
        return name in self.fields.backed.get(member.kind, ())

    def is_written(self, member: Member) -> bool:
        return member.own != 0 and member.kind == self.kind and bool(self.of.method(member.own).at)

    def hides(self, line: int, what: str) -> None:
        self.hidden.append((line, what))

    def call(self, machine: Machine, row: il.Instruction) -> None:
        self.calls.call(machine, row)

    def field(self, machine: Machine, row: il.Instruction) -> None:
        self.fields.touched(self, machine, row)

    # The parts of a type

    def _type(self, kind: Kind) -> Rows:
        parent = self.of.type_name(kind.parent) if kind.parent else ""
        if parent in _EMPTY:
            return []
        outer, self.kind = self.kind, kind.index
        listed = [parent] if parent and parent not in _PLAIN else []
        listed += [self.of.type_name(one) for one in kind.interfaces]
        what = "interface" if kind.flags & _INTERFACE else ("struct" if parent == "System.ValueType" else "class")
        above = f" : {', '.join(listed)}" if listed else ""
        bodies = [(one, self._written(kind, one)) for one in self._methods(kind)]
        inner = [row for index in kind.inside for row in self._type(self.of.kinds[index - 1])]
        begun, of_frame = self.fields.begun(kind), kind.index in self.frames
        rows = [f"{what} {word(kind.name)}{above} {{", *(() if of_frame else self._fields(kind, begun))]
        told = {f"this.{name} = {value};" for name, value in begun.items()}
        builders = self.fields.builders(kind) if told else set()
        for one, body in bodies:
            if one not in self._inside and (len(body) > _NO_MORE or not of_frame):
                rows += [row for row in body if row not in told] if one in builders else body
        self.kind = outer
        return [*rows, *inner, "}"] if len(rows) > 1 or inner or not of_frame else []

    def _methods(self, kind: Kind) -> Iterator[int]:
        """Those that a source names first, so that what a compiler named stands where it is used."""
        backed = self.fields.backed.get(kind.index, set())
        names = {one: self.of.method(one).name for one in kind.methods}
        own = [one for one in names if not _ACCESSOR.match(names[one]) or word(names[one][4:]) not in backed]
        yield from sorted(own, key=lambda one: (names[one].startswith(("<", "_Lambda$")), one))

    def _fields(self, kind: Kind, begun: dict[str, str]) -> Iterator[str]:
        for number in kind.fields:
            one = self.of.field(number)
            backing = BACKING.fullmatch(one.name)
            if one.name.startswith("<") and backing is None:
                continue
            name, told = word(backing[1] if backing is not None else one.name), self.of.field_type(one.blob)
            value = self._constant(one, told) if one.flags & LITERAL else begun.get(name, "")
            words = [
                _ACCESS[one.flags & ACCESS],
                *(["static"] if one.flags & STATIC and not one.flags & LITERAL else []),
            ]
            words += (
                ["const"]
                if one.flags & LITERAL
                else (["readonly"] if one.flags & INIT_ONLY and not self.fields.is_lent(kind, name) else [])
            )
            if backing is not None and not one.flags & INIT_ONLY:
                words[0] = "internal"  # whoever sees the property may set it
            yield f"{' '.join(words)} {told} {name}{f' = {value}' if value else ''};"

    def _constant(self, one: Field, told: str) -> str:
        value = self.of.constants.get(one.index)
        if isinstance(value, str):
            return spelling.text(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return spelling.number(value) if value is not None and told != "char" else ""

    # Methods

    def _written(self, kind: Kind, index: int) -> Rows:
        one = self.of.method(index)
        told = self.of.signature(one.blob)
        static = "static " if one.flags & STATIC else ""
        access = _ACCESS[one.flags & ACCESS]
        if one.flags & IMPORTED and index in self.of.imported:
            listed = ", ".join(" ".join(pair) for pair in self._given(one))
            library = spelling.text(self.of.imported[index])
            return [f"[DllImport({library})]", f"static extern {told.result} {word(one.name)}({listed});"]
        if one.how & CODE_TYPE == _NATIVE or (one.how & INTERNAL_CALL and one.how & CODE_TYPE != _RUNTIME):
            self.hides(0, f"native method {one.name}")
        if not one.at or one.how & CODE_TYPE:
            listed = ", ".join(" ".join(pair) for pair in self._given(one))
            return (
                [f"{access} {static}abstract {told.result.rstrip('&')} {_name(one)}({listed});"]
                if one.flags & ABSTRACT
                else []
            )
        before = len(self.hidden)
        self.parameters = {one.parameter(at, self.prefix, "") for at in range(len(told.given))}
        try:
            machine = self._machine(one, kind)
            body = [text for _, text in machine.statements()]
        except DamagedError as damage:
            del self.hidden[before:]
            self.hides(0, f"{one.name}: {damage}")
            return []
        self._spent += sum(map(len, body))
        if self._spent > MOST_TEXT:
            raise DamagedError("more text than any source")
        rest = "".join((", ".join(" ".join(pair) for pair in self._given(one)), ") {"))
        match one.name:
            case ".cctor":
                head = f"static {word(kind.name)}({rest}"
            case ".ctor":
                above = f" : base({machine.before}) {{" if machine.before else " {"
                head = f"{access} {word(kind.name)}({rest.removesuffix(' {')}{above}"
            case _:
                head = f"{access} {static}{told.result.rstrip('&')} {_name(one)}({rest}"
        return [head, *body, "}"]

    def _given(self, one: Method, mark: str = "") -> list[tuple[str, str]]:
        """Types and names of the parameters of a method."""
        told = self.of.signature(one.blob)
        return [(kind.rstrip("&"), one.parameter(at, self.prefix, mark)) for at, kind in enumerate(told.given)]

    def _machine(self, one: Method, kind: Kind, mark: str = "") -> Machine:
        """A method on its way into text: where it does no more than start another, that is written in its place."""
        told, frame, code = self.of.signature(one.blob), self.frames.get(kind.index), one
        started = self.frames.get(self.fields.started.get(one.index, 0))
        if started is not None:
            frame, code = started, self.of.method(started.step)
            self._inside.add(started.step)
            frame.names = {index: f"{name}{mark}" for index, name in frame.told.items()}
        body = self.of.body(code.index)
        if body is None:
            raise DamagedError("a method without code")
        machine = Machine(self, code, body, self.of.signature(code.blob), self.prefix, mark, frame)
        machine.result, machine.steps = told.result, started is not None
        return machine

    # Functions that are handed on

    def delegate(self, machine: Machine, token: int, target: Expression | None, told: str) -> None:
        """A function of the source that is handed on by its name, or one that stands where it is handed on."""
        member = self.of.member(token)
        if member.own and (member.name.startswith("<") or member.kind in self.frames):
            if self.depth < DEEPEST:
                self._lambda(machine, member, told)
                return
            self.hides(0, f"{member.name}: lambdas in lambdas")
        own = member.kind == self.kind and member.kind != 0
        bare = target is None or target.kind == "literal" or target.text == "this"
        whose = "" if own and bare else (f"{member.owner}." if bare else f"{target}.")
        name = f"{whose}{word(member.name)}"
        if told in NAMED_DELEGATES:
            machine.push(Expression(f"new {told}({name})", told, kind="lambda"))
        else:
            machine.push(Expression(name, told, kind="lambda"))

    def _lambda(self, machine: Machine, member: Member, told: str) -> None:
        known = machine.handed.get(member.own)
        if known is not None:
            machine.push(known)
            return
        one, kind = self.of.method(member.own), self.of.kinds[member.kind - 1]
        self._lambdas += 1
        mark, around = f"_{self._lambdas}", set(self.parameters)
        given = [name for _, name in self._given(one, mark)]
        self.parameters |= set(given)
        self.depth += 1
        try:
            rows = self._machine(one, kind, mark).statements()
        finally:
            self.depth -= 1
            self.parameters = around
        self._inside.add(one.index)
        self._spent += sum(len(text) for _, text in rows) + _OF_A_LAMBDA
        if self._spent > MOST_TEXT:
            raise DamagedError("more text than any source")
        place = f"lambda{mark}"
        machine.say(f"{told} {place} = ({', '.join(given)}) => {{")
        machine.rows += [*rows, (0, "};")]
        machine.handed[member.own] = Expression(place, told, kind="lambda")
        machine.push(machine.handed[member.own])


def statics_of(of: Assembly) -> Statics:
    """What static fields of an assembly begin with."""
    found: Statics

    def begun(kind: Kind) -> Mapping[str, str]:
        return Transcript(of, kind, found).begun(kind)

    found = Statics(of, begun)
    return found


def _family(of: Assembly, top: Kind) -> Iterator[Kind]:
    """A type and all that stand in it."""
    waiting = [top]
    while waiting:
        kind = waiting.pop()
        yield kind
        waiting += (of.kinds[index - 1] for index in kind.inside)


def _name(one: Method) -> str:
    """The name of a method; one that says of which interface it is has only its own."""
    return word(one.name.rpartition(".")[2])
