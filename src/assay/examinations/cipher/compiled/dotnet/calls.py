"""What a call of a .NET method means in C#: properties, operators, delegates, texts, arrays, what is awaited.

Source: ECMA-335 partition I, 10.4 (names of operators and properties); .NET 9 class documentation.
"""

import re
from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import constants, il, values
from assay.examinations.cipher.compiled.dotnet.assembly import Assembly, Member
from assay.examinations.cipher.compiled.dotnet.frames import BUILDER
from assay.examinations.cipher.compiled.dotnet.machine import SILENT, Machine
from assay.examinations.cipher.compiled.dotnet.signatures import SIZES as NUMBERS
from assay.examinations.cipher.compiled.dotnet.signatures import Signature
from assay.examinations.cipher.compiled.dotnet.spelling import word
from assay.examinations.cipher.compiled.expressions import WIDEST, Expression

_OPERATORS = {
    "op_Equality": "==", "op_Inequality": "!=", "op_Addition": "+", "op_Subtraction": "-", "op_Multiply": "*",
    "op_BitwiseOr": "|", "op_BitwiseAnd": "&", "op_ExclusiveOr": "^", "op_Modulus": "%", "op_LeftShift": "<<",
    "op_RightShift": ">>", "op_LessThan": "<", "op_GreaterThan": ">",
}  # fmt: skip
_CONVERSIONS = frozenset({"op_Implicit", "op_Explicit"})
_SPANS = frozenset({"System.ReadOnlySpan", "System.Span", "System.ReadOnlyMemory", "System.Memory"})
_RUNTIME = "System.Runtime.CompilerServices."
_ARRAYS = f"{_RUNTIME}RuntimeHelpers"
_HANDLER = f"{_RUNTIME}DefaultInterpolatedStringHandler"
_AWAITER = re.compile(r"System\.Runtime\.CompilerServices\.[\w.]*Awaiter")
_AWAITED = frozenset({"GetAwaiter", "ConfigureAwait"})
_TASKS = re.compile(r"System\.Threading\.Tasks\.\w+|System\.Runtime\.CompilerServices\.Configured\w+")
_ACCESSOR = re.compile(r"(get|set|add|remove|init)_(\w+)")


class Home(Protocol):
    """The types that are written together."""

    of: Assembly
    kind: int  # the one whose methods are being written

    def is_frame(self, name: str) -> bool: ...

    def is_backed(self, member: Member, name: str) -> bool:
        """Whether a property of these types does nothing but keep a value."""
        ...

    def is_written(self, member: Member) -> bool:
        """Whether the body of a method stands in the text."""
        ...

    def delegate(self, machine: Machine, token: int, target: Expression | None, told: str) -> None:
        """A function that is handed on."""
        ...


class Calls:
    def __init__(self, home: Home) -> None:
        self.home, self.of = home, home.of

    def call(self, machine: Machine, row: il.Instruction) -> None:
        token = row.operands[0]
        if token >> 24 == 0x70:
            raise DamagedError("a call of a text")
        member = self.of.member(token)
        told = self.of.signature(member.blob)
        if member.is_field or len(machine.stack) < len(told.given):
            raise DamagedError("a call that is none")
        given = self._given(machine, member, told)
        if row.operation == il.NEWOBJ:
            self._made(machine, member, given)
            return
        holder = machine.stack.pop() if told.this else None
        if member.name == ".ctor":
            self._initialised(machine, member, holder, given)
        elif not self._meant(machine, member, told, holder, given):
            self._called(machine, member, told, holder, given, virtual=row.operation == il.CALLVIRT)

    def _given(self, machine: Machine, member: Member, told: Signature) -> list[Expression]:
        popped = [machine.stack.pop() for _ in told.given][::-1]
        found = []
        for at, (value, kind) in enumerate(zip(popped, told.given, strict=True)):
            named = constants.given(member.owner, member.name, at, value.number)
            if named:
                found.append(Expression(named, kind, kind="literal", fixed=True, number=value.number))
            elif kind.endswith(("&", "*")):
                plain = value.kind != "address"
                found.append(value if plain else replace(value, text=f"ref {value.text}", kind="name"))
            else:
                found.append(values.adapted(machine, value, kind))
        return found

    # Objects

    def _made(self, machine: Machine, member: Member, given: Sequence[Expression]) -> None:
        owner = member.owner
        if given and given[-1].kind == "function":
            self.home.delegate(machine, given[-1].number or 0, given[0] if len(given) > 1 else None, owner)
        elif self.home.is_frame(owner):
            machine.stack.append(Expression("closure", owner, kind="closure"))
        elif owner in _SPANS and given:
            machine.stack.append(self._span(given))
        elif owner == "System.Nullable" and len(given) == 1:
            machine.push(given[0])
        else:
            machine.push(self._new(owner, given))

    @staticmethod
    def _new(owner: str, given: Sequence[Expression]) -> Expression:
        listed = ", ".join(value.bare for value in given)
        if owner.endswith(",]"):  # an array of several dimensions
            return Expression(f"new {owner.partition('[')[0]}[{listed}]", owner, kind="call")
        return Expression(f"new {owner}({listed})", owner, kind="call", fixed=all(value.whole for value in given))

    def _span(self, given: Sequence[Expression]) -> Expression:
        """A span over an array, or over bytes of the file."""
        first, size = given[0], given[1] if len(given) > 1 else None
        if first.kind == "token" and size is not None and size.number is not None and first.number is not None:
            return self._filled(first.number, "byte", size.number) or self._new("System.ReadOnlySpan", given)
        return first if len(given) == 1 else self._new("System.ReadOnlySpan", given)

    def _filled(self, index: int, told: str, count: int) -> Expression | None:
        """An array with the items that a field of the file holds."""
        items = self.of.items(index, told, count) if count <= WIDEST else []
        found = {at: values.number(value, told) for at, value in enumerate(items)}
        return Expression(f"new {told}[{count}]", f"{told}[]", kind="array", fixed=True, items=found, size=count)

    def _initialised(
        self, machine: Machine, member: Member, holder: Expression | None, given: Sequence[Expression]
    ) -> None:
        """A constructor on what is there: of the parent, or of a value in a variable."""
        if holder is None or holder.kind in SILENT:
            return
        if holder.text == "this":
            machine.before = ", ".join(value.bare for value in given) if member.kind != self.home.kind else ""
            return
        if member.owner == _HANDLER:
            machine.parts[holder.text] = []
            return
        made = self._span(given) if member.owner in _SPANS and given else self._new(member.owner, given)
        if member.owner == "System.Nullable" and len(given) == 1:
            made = given[0]
        if not holder.text.isidentifier():
            machine.say(f"{holder} = {made};")
            return
        machine.say(f"if ({machine.maybe}) {{ {member.owner} {holder} = {made}; }}")

    # Calls with a meaning of their own

    def _meant(
        self, machine: Machine, member: Member, told: Signature, holder: Expression | None, given: Sequence[Expression]
    ) -> bool:
        owner, name = member.owner, member.name
        if name in _CONVERSIONS and len(given) == 1:
            machine.push(replace(given[0], type=told.result))
        elif name in _OPERATORS and len(given) == 2:
            fixed = given[0].fixed and given[1].fixed
            machine.push(
                Expression(f"({given[0]} {_OPERATORS[name]} {given[1]})", told.result, kind="sum", fixed=fixed)
            )
        elif self._of_compiler(machine, member, told, holder, given) or self._text(machine, member, given):
            pass
        elif owner == "System.Delegate" and name == "Combine" and len(given) == 2 and given[0].kind == "field":
            machine.push(given[1])  # added to what is there
        elif owner == "System.Type" and name == "GetTypeFromHandle":
            machine.push(replace(given[0], type="System.Type"))
        elif owner == "System.Array" and name == "Empty" and len(member.arguments) == 1:
            kind = member.arguments[0]
            machine.stack.append(Expression(f"new {kind}[0]", f"{kind}[]", kind="array", fixed=True, size=0))
        elif name in _AWAITED and holder is not None and _TASKS.fullmatch(owner) is not None:
            machine.push(replace(holder, kind="call" if holder.kind == "call" else "name"))
        else:
            return self._property(machine, member, told, holder, given)
        return True

    def _of_compiler(
        self, machine: Machine, member: Member, told: Signature, holder: Expression | None, given: Sequence[Expression]
    ) -> bool:
        """What compilers call for arrays, texts and what is awaited."""
        owner, name = member.owner, member.name
        if not owner.startswith(_RUNTIME):
            return False
        if owner == _ARRAYS and name == "InitializeArray" and len(given) == 2:
            array, source = given
            told_items = array.type.removesuffix("[]")
            if array.kind == "array" and source.number is not None and array.size is not None and array.size <= WIDEST:
                items = self.of.items(source.number, told_items, array.size)
                array.items.update({at: values.number(value, told_items) for at, value in enumerate(items)})
            return True
        if owner == _ARRAYS and name == "CreateSpan" and given[0].number is not None and member.arguments:
            machine.stack.append(self._created(given[0].number, member.arguments[0]))
            return True
        if owner == _HANDLER and holder is not None and holder.text in machine.parts:
            return self._interpolated(machine, name, machine.parts[holder.text], given)
        if BUILDER.fullmatch(owner) is not None:
            if name == "SetResult" and given:
                machine.returned(given[0], last=False)
            elif told.result != "void":
                machine.stack.append(Expression("builder", told.result, kind="builder"))
            return True
        if name in _AWAITED and holder is not None and _TASKS.fullmatch(owner) is not None:
            machine.push(replace(holder, kind="call" if holder.kind == "call" else "name"))
            return True
        if name == "GetResult" and holder is not None and _AWAITER.fullmatch(owner) is not None:
            if told.result == "void":
                machine.dropped(holder)
            else:
                machine.push(replace(holder, type=told.result, kind="call" if holder.kind == "call" else "name"))
            return True
        return False

    def _created(self, index: int, told: str) -> Expression:
        """The span over all that a field holds: its type says how many bytes those are."""
        kind = self.of.field_type(self.of.field(index).blob)
        size = re.search(r"Size_(\d+)", kind)
        count = int(size[1]) // values.size_of(told) if size is not None and values.size_of(told) else 0
        return self._filled(index, told, count) or Expression(f"new {told}[0]", f"{told}[]", kind="call")

    @staticmethod
    def _interpolated(machine: Machine, name: str, parts: list[Expression], given: Sequence[Expression]) -> bool:
        if name in {"AppendLiteral", "AppendFormatted"} and given:
            parts.append(given[0])
            return True
        if name in {"ToStringAndClear", "ToString"}:
            machine.push(values.joined(parts))
            return True
        return False

    @staticmethod
    def _text(machine: Machine, member: Member, given: Sequence[Expression]) -> bool:
        """Texts joined."""
        name = member.name if member.owner == "string" else ""
        if name == "Concat" and given:
            only = given[0]
            listed = list(only.items.values()) if len(given) == 1 and only.kind == "array" else list(given)
            if listed and not any(part.type.endswith("[]") or "IEnumerable" in part.type for part in listed):
                machine.push(values.joined(listed))
                return True
        if name == "Format" and len(given) > 1 and given[0].type == "string":
            last = given[-1]
            spread = list(last.items.values()) if last.kind == "array" else list(given[1:])
            found = values.formatted(given[0], spread)
            if found is not None:
                machine.push(found)
                return True
        return False

    def _property(
        self, machine: Machine, member: Member, told: Signature, holder: Expression | None, given: Sequence[Expression]
    ) -> bool:
        """A property, an item, or an event."""
        row = _ACCESSOR.fullmatch(member.name)
        if row is None:
            return False
        how, name = row[1], word(row[2])
        if how == "get" and self.home.is_written(member) and not self.home.is_backed(member, name):
            return False
        whose = self._whose(member, holder)
        if how == "get" and told.result != "void":
            indexed = holder is not None and name in {"Item", "Chars"} and given
            text = f"{holder}[{', '.join(value.bare for value in given)}]" if indexed else f"{whose}{name}"
            if given and not indexed:
                return False
            self._read(machine, text, told.result, holder)
        elif how in {"set", "init"} and len(given) > 1:
            machine.say(f"{holder}[{', '.join(value.bare for value in given[:-1])}] = {given[-1].bare};")
        elif len(given) == 1 and told.result == "void":
            sign = {"add": "+=", "remove": "-="}.get(how, "=")
            if given[0].kind not in SILENT:
                machine.say(f"{whose}{name} {sign} {given[0].bare};")
        else:
            return False
        return True

    @staticmethod
    def _read(machine: Machine, text: str, told: str, holder: Expression | None) -> None:
        fixed = holder is None or holder.fixed
        machine.push(Expression(text, told, kind="field", fixed=fixed))

    def _whose(self, member: Member, holder: Expression | None) -> str:
        if holder is not None:
            return f"{holder}."
        return "this." if member.kind == self.home.kind else f"{member.owner}."

    # Other calls

    def _called(
        self, machine: Machine, member: Member, told: Signature, holder: Expression | None,
        given: Sequence[Expression], *, virtual: bool,
    ) -> None:  # fmt: skip
        own = member.kind == self.home.kind and member.kind != 0
        listed = list(given)
        extends = member.owner == "System.Linq.Enumerable" or member.owner.endswith("Extensions")
        if extends and holder is None and listed and listed[0].type not in NUMBERS:
            first = listed.pop(0)  # an extension is called on what it extends
            holder = replace(first, text=first.text.removeprefix("ref "))
        if holder is None:
            before = "" if own or not member.owner else f"{member.owner}."
        elif holder.kind == "closure":
            before = ""
        elif holder.text == "this":
            before = "" if own else ("this." if virtual else "base.")
        else:
            before = f"{holder}."
        name = word(member.name.rpartition(".")[2])
        kinds = ", ".join(member.arguments) if any("." in kind for kind in member.arguments) else ""
        arguments = ", ".join(value.bare for value in listed)
        fixed = (holder is None or holder.fixed) and all(value.whole for value in given)
        text = f"{before}{name}{f'<{kinds}>' if kinds else ''}({arguments})"
        made = Expression(text, told.result, kind="call", fixed=fixed)
        if told.result == "void":
            machine.dropped(made)
        else:
            machine.push(made)
