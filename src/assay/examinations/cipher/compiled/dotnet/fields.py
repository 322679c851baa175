"""Fields of the types that are written together: what begins with what, and those in which a compiler keeps variables.

A first look at all code of the types tells how often each of the latter is assigned, which methods do no more than
start an asynchronous method or an iterator, and which function a field keeps for the next time.
"""

import struct
from collections.abc import Iterable, Mapping
from typing import Protocol

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import il, values
from assay.examinations.cipher.compiled.dotnet.assembly import INIT_ONLY, STATIC, Assembly, Kind, Member
from assay.examinations.cipher.compiled.dotnet.frames import BACKING, BUILDER, CACHE, Frame
from assay.examinations.cipher.compiled.dotnet.machine import HANDED, SILENT, Machine
from assay.examinations.cipher.compiled.dotnet.metadata import TYPE_DEF
from assay.examinations.cipher.compiled.dotnet.spelling import word
from assay.examinations.cipher.compiled.dotnet.statics import Statics
from assay.examinations.cipher.compiled.expressions import Expression

LDFLD, LDFLDA, STFLD, LDSFLD, LDSFLDA, STSFLD = range(0x7B, 0x81)
_LOADING_FUNCTION = 0xFE06
_CALLING = frozenset({il.CALL, il.CALLVIRT, il.NEWOBJ, il.CALLI})
_KEEPING = 8  # bytes of code that read or write one field
_ADDRESSES = frozenset({LDFLDA, LDSFLDA})


class Home(Protocol):
    of: Assembly
    kind: int
    parameters: set[str]  # of the methods around the code at hand
    depth: int  # of lambdas
    statics: Statics

    def delegate(self, machine: Machine, token: int, target: Expression | None, told: str) -> None: ...


class Fields:
    def __init__(self, of: Assembly, family: Iterable[Kind], frames: Mapping[int, Frame]) -> None:
        self.of, self.frames = of, frames
        self.backed: dict[int, set[str]] = {}
        self.started: dict[int, int] = {}  # the frame that a method starts, by the index of the method
        self.kept: dict[int, tuple[int, str]] = {}  # the function, and type of it, that a field keeps
        self._begun: dict[tuple[int, str], list[tuple[int, Expression]]] = {}
        self._frame_names = {of.type_name(TYPE_DEF << 24 | index): index for index in frames}
        self._lent: set[tuple[int, str]] = set()  # fields that may change behind the back of the text
        family = list(family)
        for kind in family:
            for number in kind.fields:
                backing = BACKING.fullmatch(of.field(number).name)
                if backing is not None:
                    self.backed.setdefault(kind.index, set()).add(word(backing[1]))
            for index in kind.methods if kind.index in self.backed else ():
                self._keeps(kind, index)
        if frames or any(CACHE.match(of.field(number).name) for kind in family for number in kind.fields):
            for kind in family:
                for index in kind.methods:
                    self._look(kind, index)

    def _keeps(self, kind: Kind, index: int) -> None:
        """A property that does more than keep a value, though it has a field of its own, is none."""
        one = self.of.method(index)
        how, _, name = one.name.partition("_")
        extent = self.of.extent(index) if how in {"get", "set", "init"} else None
        if extent is not None and extent[1] - extent[0] > _KEEPING:
            self.backed[kind.index].discard(word(name))

    def _look(self, kind: Kind, index: int) -> None:
        """What one method does to frames. What is damaged in it shows when it is written."""
        try:
            body = self.of.body(index)
            rows = list(il.instructions(body.code, 0)) if body is not None else []
            before, function, starts = 0, (0, ""), True  # the function that a new delegate on the stack is made of
            for row in rows:
                if row.operation in _CALLING:
                    starts = starts and self._is_of_frames(row)
                if row.operation == il.NEWOBJ or LDFLD <= row.operation <= STSFLD:
                    member = self.of.member(row.operands[0])
                    self._seen(kind, index, row.operation, member, function)
                    function = (before, member.owner) if row.operation == il.NEWOBJ and before else (0, "")
                elif row.operation != il.DUP:
                    function = (0, "")
                before = row.operands[0] if row.operation == _LOADING_FUNCTION else 0
                if row.operation == il.LDLOCA and body is not None and row.operands[0] < len(body.variables):
                    self._starts(kind, index, body.variables[row.operands[0]])
            if not starts:  # it does more than that
                self.started.pop(index, None)
        except (DamagedError, struct.error, IndexError):
            return

    def _is_of_frames(self, row: il.Instruction) -> bool:
        """Whether a call only makes or starts what goes on by itself."""
        if row.operation == il.CALLI:
            return False
        member = self.of.member(row.operands[0])
        return member.kind in self.frames or BUILDER.fullmatch(member.owner) is not None

    def _seen(self, kind: Kind, index: int, operation: int, member: Member, function: tuple[int, str]) -> None:
        frame = self.frames.get(member.kind)
        if frame is not None and operation in {STFLD, LDFLDA}:
            frame.counts[member.own] = frame.counts.get(member.own, 0) + 1
            if self._stands_apart(kind, index):
                frame.outside.add(member.own)
        if frame is not None and frame.step and kind.index != frame.kind:
            self.started.setdefault(index, frame.kind)
        if operation == STSFLD and CACHE.match(member.name) is not None:
            self.kept[member.own] = function if self.kept.get(member.own, function) == function else (0, "")

    def _stands_apart(self, kind: Kind, index: int) -> bool:
        """Whether the code of a method stands neither in the one whose variables it uses nor in a lambda there."""
        own = self.frames.get(kind.index)
        given = self.of.signature(self.of.method(index).blob).given
        handed = any(told.rstrip("&") in self._frame_names for told in given)
        return handed or (own is not None and own.step not in {0, index})

    def _starts(self, kind: Kind, index: int, told: str) -> None:
        frame = self.frames.get(self._frame_names.get(told, 0))
        if frame is not None and frame.step and frame.kind != kind.index:
            self.started.setdefault(index, frame.kind)

    def is_frame(self, name: str) -> bool:
        """Whether a type of this name holds variables of a method."""
        return name in self._frame_names

    # Reading and writing

    def touched(self, home: Home, machine: Machine, row: il.Instruction) -> None:
        """A field is read, written, or its address taken. Raises DamagedError."""
        operation, member = row.operation, self.of.member(row.operands[0])
        if not member.is_field:
            raise DamagedError("a field that is none")
        told = self.of.field_type(member.blob)
        value = machine.stack.pop() if operation in {STFLD, STSFLD} else None
        holder = machine.stack.pop() if operation in {LDFLD, LDFLDA, STFLD} else None
        if value is not None:
            value = machine.lent(values.adapted(machine, value, told))
        frame = self.frames.get(member.kind)
        if frame is not None and holder is not None and member.own:
            address = operation in _ADDRESSES
            self._of_frame(home, machine, frame, (member.own, told), holder, value, address=address)
        elif holder is None and CACHE.match(member.name) is not None:
            self._cached(home, machine, member, told, value)
        elif value is not None:
            self._written(home, machine, member, holder, value)
        elif holder is None and member.own in self.of.filled:
            machine.push(Expression("field", told, kind="token", number=member.own))
        elif (member.owner, member.name) == ("string", "Empty"):
            machine.push(values.literal(""))
        elif operation == LDSFLD and (known := self._elsewhere(home, member)) is not None:
            machine.push(known)
        else:
            kind, text = "address" if operation in _ADDRESSES else "field", self._text(home, member, holder)
            if kind == "address" and text.startswith("this."):
                self._lent.add((home.kind, text[5:]))
            machine.push(Expression(text, told, kind=kind, fixed=holder is None))

    def _elsewhere(self, home: Home, member: Member) -> Expression | None:
        """What a static field of another type of this assembly is known to hold."""
        if not member.own or member.kind == home.kind:
            return None
        backing = BACKING.fullmatch(member.name)
        return home.statics.value(member.own, member.kind, word(backing[1] if backing is not None else member.name))

    def _cached(self, home: Home, machine: Machine, member: Member, told: str, value: Expression | None) -> None:
        """A function that a field keeps for the next time, or what lambdas without variables are called on."""
        function, kind = self.kept.get(member.own, (0, ""))
        if value is not None:
            machine.dropped(value)
        elif member.name == "<>9":
            machine.push(Expression("closure", told, kind="closure"))
        elif function:
            home.delegate(machine, function, None, kind)
        else:
            machine.push(Expression(machine.maybe, told, kind="name"))

    @staticmethod
    def _text(home: Home, member: Member, holder: Expression | None) -> str:
        backing = BACKING.fullmatch(member.name)
        own = member.kind == home.kind and member.kind != 0 and (holder is None or holder.text == "this")
        whose = "this" if own else (str(holder) if holder is not None else member.owner)
        return f"{whose}.{word(backing[1] if backing is not None else member.name)}"

    def _written(
        self, home: Home, machine: Machine, member: Member, holder: Expression | None, value: Expression
    ) -> None:
        if value.kind in SILENT or (holder is not None and holder.kind in SILENT):
            return
        text = self._text(home, member, holder)
        machine.say(f"{text} = {value};")
        if text.startswith("this.") and machine.method.name not in {".ctor", ".cctor"}:
            self._lent.add((home.kind, text[5:]))
        elif text.startswith("this."):
            self._begun.setdefault((home.kind, text[5:]), []).append((machine.method.index, value))

    def _of_frame(
        self, home: Home, machine: Machine, frame: Frame, one: tuple[int, str], holder: Expression,
        value: Expression | None, *, address: bool,
    ) -> None:  # fmt: skip
        """A variable that the compiler keeps in a field: `one` is the index and the type of that."""
        own, told = one
        role, name = frame.roles.get(own, "variable"), frame.names.get(own, "")
        within = home.depth > 0 or machine.steps or machine.frame is None
        if not within or holder.text == HANDED or own not in frame.counts:
            name = f"closed__{name}"  # of a method that does not stand around this code
        if value is None:
            match role:
                case "variable":
                    machine.push(Expression(name, told, kind="address" if address else "name"))
                case "this":
                    machine.push(Expression("this", kind="name"))
                case "state" | "current":
                    machine.push(Expression(f"{role}__", told, kind="name"))
                case _:
                    text = HANDED if holder.text == HANDED else role
                    machine.stack.append(Expression(text, told, kind=role))
        elif role == "current":
            machine.say(f"yield return {value.bare};")
        elif role == "variable" and value.kind not in SILENT and value.text != name:
            if frame.counts.get(own, 0) == 1 and name not in home.parameters:
                machine.say(f"{told} {name} = {value.bare};")
            else:
                machine.say(f"if ({machine.maybe}) {{ {told} {name} = {value.bare}; }}")
            if own in frame.outside:
                machine.say(f"lent__(ref {name});")

    # What fields begin with

    def is_lent(self, kind: Kind, name: str) -> bool:
        """Whether a field may be given something else, though it is said to keep what it begins with."""
        return (kind.index, name) in self._lent

    def builders(self, kind: Kind) -> set[int]:
        """The constructors of a type."""
        return {one for one in kind.methods if self.of.method(one).name in {".ctor", ".cctor"}}

    def begun(self, kind: Kind) -> dict[str, str]:
        """What fields that are assigned nowhere else begin with, where every constructor says the same."""
        found = {}
        for number in kind.fields:
            one = self.of.field(number)
            backing = BACKING.fullmatch(one.name)
            name = word(backing[1] if backing is not None else one.name)
            rows = self._begun.get((kind.index, name), [])
            if (
                self.is_lent(kind, name)
                or not one.flags & INIT_ONLY
                or not rows
                or not all(value.whole for _, value in rows)
            ):
                continue
            told = {str(value) for _, value in rows}
            once = len({method for method, _ in rows}) == len(rows)
            if len(told) == 1 and once and (len(rows) == 1 or not one.flags & STATIC):
                found[name] = told.pop()
        return found
