"""What values can an expression have? The resolver.

An `Answer` is a set of values. `complete` says that there is no other; then a single value is certain and several are
possible. Where it is not complete, `reason` says why, `expression` is the source text, and `pending` names a constant
that another file may declare, or a key of configuration, or what a function elsewhere gives. Followed are literals,
concatenation and small arithmetic, local variables in the order of their assignments and along conditions that can be
met, constants and fields, default arguments, parameters to the calls of their function and results to what the function
returns, maps that are filled with literals, conversions that keep the value.

The world is open: a parameter of a function that others may call is never complete, whatever its own unit passes. What
other files know comes as `elsewhere`, name by name, once they were read. *It cannot see* what loops build.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace
from tree_sitter import Node

from assay.source.answers import (
    MOST_ITEMS,
    MOST_NESTED,
    Answer,
    Value,
    either,
    unknown,
)
from assay.source.building import Building
from assay.source.conditions import decided, live
from assay.source.conversions import BOXES, CONVERSIONS, DECODERS
from assay.source.entering import OWN, Frame, within
from assay.source.holding import held, setting
from assay.source.injected import injected
from assay.source.order import MOST_ASSIGNED, only_literals, overwritten, reaching
from assay.source.parsed import Parsed
from assay.source.places import Binding
from assay.source.refilling import refilled


class Resolver(Building):
    """Resolves expressions of one parsed unit. `known` says whether a qualified name means something to the asker.

    `steps` bounds the work per question, so that the same text gives the same answer on any machine. `elsewhere` is
    what names of other files mean, as `Answer.pending` spells them; `sealed` are functions of a program, by their
    place, that no other file calls.
    """

    def __init__(
        self,
        parsed: Parsed,
        known: Callable[[str], bool],
        steps: int,
        spelt: Callable[[str], str | None] | None = None,
        elsewhere: Mapping[str, Answer] | None = None,
        sealed: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(parsed, known, steps, spelt, sealed)
        self.elsewhere = elsewhere or {}
        self._decided: dict[tuple[int, int], tuple[bool | None, Frame | None]] = {}  # the frame is kept, for its id
        self._owns: dict[str, bool] = {}

    def forget(self) -> None:
        """Let go of what would keep the unit in memory until cycles are looked for: its tree is many times its text."""
        self._decided.clear()

    def resolve(self, node: Node, frame: Frame | None = None) -> Answer:
        """Values of an expression, within a call that entered its function where `frame` is one."""
        self._left, self._frame = self.steps, frame
        self.hanging = {}
        answer = self._value(node, frozenset())
        if self.hanging:
            answer = replace(answer, within=tuple(dict.fromkeys((*answer.within, *self.hanging))))
        if not answer.complete and not answer.expression:
            answer = replace(answer, expression=self._excerpt(node))
        return answer

    def decided(self, condition: Node, seen: frozenset[int]) -> bool | None:
        """Which way a condition goes, asked once for each way in which its function was entered."""
        frame = self._frame
        key = (condition.id, id(frame))
        if key not in self._decided:
            self._decided[key] = decided(self, condition, seen) if len(seen) < MOST_DECIDED else None, frame
        return self._decided[key][0]

    def dead(self, node: Node, frame: Frame | None = None) -> str:
        """What becomes of a value that goes into a local variable: `overwritten` when no path brings it to a mention of
        the variable, `unused` when there is no other mention, '' otherwise."""
        parsed = self.parsed
        if overwritten(parsed, node) or refilled(parsed, node):
            return "overwritten"
        name, function = parsed.assigned_to(node), parsed.function_of(node)
        bound = parsed.bindings(function).get(name, ()) if function is not None and name.isidentifier() else ()
        own = next((item for item in bound if item.place is not None and within(node, item.place)), None)
        if own is None or function is None or not 0 < len(bound) <= MOST_ASSIGNED:
            return ""
        if len(bound) == 1:
            return "unused" if own.value == node and self._unmentioned(name, function, own) else ""
        if parsed.adapter.is_shared(parsed, name, function) or parsed.is_field(function, name):
            return ""
        self._left, self._frame, self.hanging = self.steps, frame, {}
        targets = {item.place.start_byte for item in bound if item.place is not None}
        mentions = [item for item in parsed.mentions(name, function) if item.start_byte not in targets]
        if any(own in live(self, reaching(parsed, bound, item), item, frozenset()) for item in mentions):
            return ""
        return "overwritten" if mentions else ""

    def _unmentioned(self, name: str, function: Node, own: Binding) -> bool:
        """Whether a local variable is never named again, nor reached by a function that lists the local ones."""
        parsed = self.parsed
        if parsed.adapter.is_shared(parsed, name, function) or parsed.is_field(function, name):
            return False
        if not all(own.place is not None and within(item, own.place) for item in parsed.mentions(name, function)):
            return False
        return _LISTING.search(parsed.content, function.start_byte, function.end_byte) is None

    def _excerpt(self, node: Node) -> str:
        return " ".join(self.parsed.text(node)[:400].split())[:120]

    def _value(self, node: Node, seen: frozenset[int]) -> Answer:
        self._left -= 1
        if self._left < 0:
            return unknown("too many steps")
        if node.id in seen:
            self._loops += 1
            return unknown("defined by itself")
        if len(seen) >= MOST_NESTED:
            return unknown("nested too deeply")
        answer = self._by_kind(node, seen | {node.id})
        return answer if answer.origins else answer.placed(node.start_byte)

    def _by_kind(self, node: Node, seen: frozenset[int]) -> Answer:
        parsed = self.parsed
        match parsed.adapter.kind(node):
            case "text" | "number" | "boolean" | "true" | "false" | "null" | "macro" as kind:
                return self._literal(node, kind, seen)
            case "joined":
                return self._joined(list(node.named_children), seen)
            case "group":
                inner = parsed.adapter.inner(node)
                return self._value(inner, seen) if inner is not None else unknown("empty")
            case "array" | "items" as kind:
                items = parsed.adapter.items(node) if kind == "items" else None
                return self._array(node, seen) if items is None else self._items(items, seen)
            case "binary" | "unary" as kind:
                return self._binary(node, seen) if kind == "binary" else self._unary(node, seen)
            case "condition":
                return self._condition(node, seen)
            case "name":
                return self._name(node, seen)
            case "member":
                return self._member(node, seen)
            case "call" | "new" as kind:
                return self._call(node, kind, seen)
            case "lambda":
                return self._lambda(node, seen)
        return unknown(f"{node.type} is not followed")

    def _lambda(self, node: Node, seen: frozenset[int]) -> Answer:
        """A function whose body is one literal or one `return` of a literal."""
        inside = self.parsed.adapter.body(node)
        only = inside[0] if inside is not None and len(inside) == 1 else None
        if only is not None and only.type in _RETURNS:
            only = next(iter(only.named_children), None)
        if only is not None and only.type == "expression_list" and only.named_child_count == 1:
            only = only.named_children[0]
        answer = self._value(only, seen) if only is not None else self._always(node, inside or [], seen)
        made = bool(answer.pending) or (bool(answer.values) and all(one.kind == "reference" for one in answer.values))
        if made and self.parsed.adapter.hands_makers:
            return answer
        gives_back = only is not None or not inside or len(inside) > 1
        if inside == [] or not gives_back or (answer.certain and answer.values[0].kind == "null"):
            return Answer((Value("yields", "nothing"),))
        if answer.certain and answer.values[0].kind in {"boolean", "number", "text", "null"}:
            return Answer((Value("yields", answer.values[0].text),))
        if self.parsed.adapter.hands_makers and answer.values:
            return replace(answer, values=tuple(Value("yields", one.text) for one in answer.values), complete=False)
        return Answer((Value("yields"),))

    def yielded(self, function: Node, *, certain: bool) -> Answer:
        """What a function yields on every path; not complete where that need not be all that it does."""
        self._left, self._frame, self.hanging = self.steps, None, {}
        answer = self._lambda(function, frozenset())
        return answer if certain else replace(answer, complete=False, reason="it does more than that")

    def _always(self, node: Node, inside: list[Node] | None, seen: frozenset[int]) -> Answer:
        """What every `return` of a longer function gives, or the expression that a short one is."""
        parsed, returns = self.parsed, self.parsed.adapter.returns
        query = f"({returns}) @return"
        rows = [row for part in inside or () for row in parsed.matches(query, part)] if returns else []
        found = [row["return"][0] for row in rows]
        if _REFUSING.search(parsed.content, node.start_byte, node.end_byte) is not None:
            return unknown("a function that may refuse")
        if inside == [node.child_by_field_name("body")]:
            return self._value(inside[0], seen)  # `(x) => expression`
        own = [place for place in found if parsed.function_of(place) == node]
        given = [place.named_children[-1] for place in own if place.named_children]
        if not own or len(given) < len(own) or len(own) > MOST_ITEMS:
            return unknown("a function")
        return either([self._value(place, seen) for place in given])

    def _condition(self, node: Node, seen: frozenset[int]) -> Answer:
        branches = self.parsed.adapter.branches(node)
        if not branches:
            return unknown("a broken condition")
        condition = node.child_by_field_name("condition")
        if condition is None and len(node.named_children) == 3:
            condition = node.named_children[1]  # Python
        outcome = decided(self, condition, seen) if condition is not None and len(branches) == 2 else None
        if outcome is not None:
            return self._value(branches[0 if outcome else 1], seen)
        return either([self._value(branch, seen) for branch in branches])

    def _reference(self, node: Node) -> Answer | None:
        names = tuple(name for name in self.parsed.adapter.qualified(self.parsed, node) if self.known(name))
        return Answer((Value("reference", names[0], names=names),)) if names else None

    def _name(self, node: Node, seen: frozenset[int]) -> Answer:
        name = self.parsed.text(node)
        answer = self._named(name, node, seen)
        if answer.values or answer.reason != _NOWHERE:
            return answer
        reference = self._reference(node)
        if reference is not None:
            return reference
        function = self.parsed.adapter.function(self.parsed, name)
        if function is not None:
            return self._lambda(function, seen)
        return self._of_elsewhere(self._pending(node), answer.reason)

    def _named(self, name: str, node: Node, seen: frozenset[int]) -> Answer:
        """Values of a variable at a place."""
        parsed = self.parsed
        scope = innermost = parsed.function_of(node)
        while scope is not None:
            local = parsed.bindings(scope).get(name)
            if local and scope == innermost:
                local = live(self, reaching(parsed, local, node), node, seen)
            if local and len(local) > MOST_ASSIGNED:
                return unknown("assigned too often")
            taken, default = parsed.parameter(scope, name)
            if taken and (told := injected(parsed.content, name, self.elsewhere)) is not None:
                return told
            if taken:
                assigned = [self._bound(item, seen, node) for item in local or ()]
                if assigned and self._replaced(local or (), node):
                    return either(assigned)
                return either((self._parameter(scope, name, default, seen), *assigned))
            if local and (not parsed.is_field(scope, name) or self._replaced(local, node)):
                return either(self._bound(item, seen, node) for item in local)
            scope = parsed.function_around(scope)
        return self._field(name, seen) or unknown(_NOWHERE)

    def _field(self, name: str, seen: frozenset[int]) -> Answer | None:
        """What a field or constant of the unit holds; None where it has none of that name."""
        bound = self.parsed.fields(name)
        answer = self._once(name, bound, seen) if bound else None
        told = injected(self.parsed.content, name, self.elsewhere) if answer is None or not answer.complete else None
        return told or answer

    def _member(self, node: Node, seen: frozenset[int]) -> Answer:
        reference = self._reference(node)
        if reference is not None:
            return reference
        parsed = self.parsed
        inside = parsed.adapter.member_value(parsed, node)
        if inside is not None:
            return self._value(inside, seen)
        text = "".join(parsed.text(node).split())
        split = _MEMBER.fullmatch(text)
        owner, field = split.groups() if split is not None else ("", text)
        if (owner in OWN or self._declares(owner)) and (answer := self._field(field, seen)) is not None:
            return answer
        if b"`" in parsed.content and (told := injected(parsed.content, field, self.elsewhere)) is not None:
            return told
        return self._of_elsewhere(self._pending(node), "a member declared elsewhere")

    def _of_elsewhere(self, name: str, reason: str) -> Answer:
        """What another file says of a name; pending as long as none was read."""
        known = self.elsewhere.get(name) if name else None
        return known if known is not None else unknown(reason, pending=name)

    def _declares(self, owner: str) -> bool:
        """Whether the unit itself declares a class of that name."""
        if owner not in self._owns:
            content, word = self.parsed.content, b" " + owner.encode()
            at = content.find(word)
            while at >= 0 and _DECLARING.search(content[max(0, at - _LONGEST) : at]) is None:
                at = content.find(word, at + 1)
            self._owns[owner] = at >= 0
        return self._owns[owner]

    def _constant(self, bound: tuple[Binding, ...], seen: frozenset[int]) -> Answer:
        answer = either(self._bound(item, seen) for item in bound)
        if all(item.final for item in bound) or not answer.complete:
            return answer
        if self.parsed.is_private(bound) and not self._set_from_outside(bound):
            return answer
        return replace(answer, complete=False, reason="a field that may be assigned elsewhere")

    def _set_from_outside(self, bound: tuple[Binding, ...]) -> bool:
        """Whether the file assigns a field of that name to another object than its own: `copy.name = ...`."""
        place = next((item.place for item in bound if item.place is not None), None)
        target = self.parsed.adapter.assigned(place) if place is not None else None
        name = self.parsed.text(target).rpartition(".")[2] if target is not None else ""
        content = self.parsed.content
        set_at = (found.start() for found in re.finditer(rb"\b%b\s*=(?!=)" % re.escape(name.encode()), content))
        return any(_OF_ANOTHER.search(content[max(0, at - 80) : at]) for at in set_at)

    def _bound(self, binding: Binding, seen: frozenset[int], use: Node | None = None) -> Answer:
        if binding.value is None:
            return unknown("filled by a call" if binding.filled else "assigned in a loop or changed")
        size = self.parsed.adapter.size_of(self.parsed, binding.value) if use is not None else None
        if size is not None and use is not None and only_literals(self.parsed, binding, use):
            return Answer((Value("bytes", "", size),)).placed(binding.value.start_byte)
        return self._value(binding.value, seen)

    def _pending(self, node: Node) -> str:
        return self.parsed.adapter.elsewhere(self.parsed, node)

    def _call(self, node: Node, kind: str, seen: frozenset[int]) -> Answer:
        """A call gives a reference when its callee is known; a conversion gives what it converts."""
        reference = self._reference(node)
        if reference is not None:
            return reference
        kept = self.parsed.adapter.qualified(self.parsed, node)
        callee = kept[0].rpartition(".")[2] if kept else self._callee(node)
        if kind == "new" and callee == "<init>" and kept[-1].split(".")[-2] in BOXES:
            boxed = self._operands(node)[1]
            return self._value(boxed, seen) if boxed is not None else unknown("empty or filled later")
        if callee in self.parsed.adapter.listing:
            given = self.parsed.adapter.arguments(self.parsed, self.parsed.adapter.argument_list(node))
            return self._items(given.positional, seen) if given.positional else unknown("empty or filled later")
        converted = CONVERSIONS.get(callee) or self.parsed.adapter.conversions.get(callee)
        if converted is None or kind == "new":
            return self._outcome(node, callee, kept, seen) if kind != "new" else unknown("the result of a call")
        receiver, first = self._operands(node)
        operand = receiver if converted != "argument" and receiver is not None else first
        if operand is None:
            return unknown("the result of a call")
        if callee in {"bytes", "bytearray"} and _COUNTED.fullmatch(self.parsed.text(operand)) is not None:
            return Answer((Value("bytes", "", 16),))
        answer = self._value(operand, seen)
        if callee == "bytes" and answer.certain and answer.values[0].kind == "number":
            size = answer.values[0].text
            return Answer((Value("bytes", "", int(size)),)) if size.isdigit() and len(size) < 7 else unknown("too long")
        if callee in DECODERS:
            values = tuple(Value("bytes", "", value.size) for value in answer.values)
            return replace(answer.altered(), values=values)
        if converted in {"lower", "upper"}:
            values = tuple(replace(value, text=getattr(value.text, converted)()) for value in answer.values)
            return replace(answer.altered(), values=values)
        return answer

    def _outcome(self, node: Node, callee: str, names: Sequence[str], seen: frozenset[int]) -> Answer:
        """What a call gives that keeps nothing: a setting, an item of a map, or what a function returns."""
        told = setting(self, node, callee, seen) or held(self, node, callee, seen)
        found = told or self._result(node, callee, seen)
        if found is not None:
            return found
        receiver = self.parsed.adapter.receiver(node)
        owner = self.parsed.text(receiver) if receiver is not None else ""
        named = (
            not owner or owner.rpartition(".")[2][:1].isupper() or owner.partition(".")[0] in self.parsed.imports.names
        )
        outside = (name for name in names if "." in name and (name[:1] != "." or name[:2] == "./"))
        elsewhere = next(outside, "") if named else ""
        return self._of_elsewhere(f"{elsewhere}()" if elsewhere else "", "the result of a call")

    def _callee(self, node: Node) -> str:
        name = self.parsed.adapter.method(node)
        return self.parsed.text(name).rpartition(".")[2] if name is not None else ""

    def _operands(self, node: Node) -> tuple[Node | None, Node | None]:
        adapter = self.parsed.adapter
        given = adapter.arguments(self.parsed, adapter.argument_list(node))
        return adapter.receiver(node), given.get(0, None)


MOST_DECIDED = 24  # expressions around a condition that is decided
_NOWHERE = "not assigned in this file"
_REFUSING = re.compile(rb"\b(?:throw|raise|panic|abort|exit|longjmp)\b")
_RETURNS = frozenset({"return_statement", "return_expression"})
_DECLARING = re.compile(rb"\b(?:class|enum|object|interface|struct)\Z")
_LONGEST = 10  # bytes of such a word, and of what ends the word before
_OF_ANOTHER = re.compile(rb"(?:[\w$)\]](?<!\bthis)(?<!\bself)|\A)\s*\.\s*\Z|\A\s*\Z")
_MEMBER = re.compile(r"(.*)(?:\.|->|::)(\w+)", re.DOTALL)
_LISTING = re.compile(
    rb"\b(?:locals|vars|eval|exec|compact|get_defined_vars|extract|dir|format_map|nonlocal|global)\b|\$\$|\$\{"
)
_COUNTED = re.compile(
    r"range\([\d\s,x-]+\)|\[\d+\]\s*\*\s*\d+|\d+\s*\*\s*\[\d+\]"
)  # numbers one after another, in Python
