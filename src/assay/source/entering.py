"""How the resolver enters functions: parameters as the calls of a function pass them, results as it returns them.

Part of `values.Resolver`, which says what is asked and how far.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from assay.source.answers import MOST_NESTED, Answer, either, unknown
from assay.source.calls import MOST_CALLERS, callers_in, functions_named, name_of, sizes
from assay.source.order import always_before
from assay.source.parsed import Parsed
from assay.source.places import Arguments, Binding

PARAMETER = "a parameter"  # why an answer is not complete that others may pass
OWN = frozenset({"this", "self", "cls", "$this", "Self", "static", "companion"})


class Frame(Struct, frozen=True):
    """A function entered by one call: what its parameters are, where that is told, and how the caller was entered."""

    function: Node
    arguments: Arguments
    resolver: "Entering"
    outer: "Frame | None" = None


class Entering:
    """The half of the resolver that crosses from a function to its callers and back."""

    def __init__(self, parsed: Parsed, steps: int, sealed: frozenset[int]) -> None:
        self.parsed = parsed
        self.steps = steps
        self.sealed = sealed
        self.elsewhere: Mapping[str, Answer] = {}
        self.asked: dict[int, Node] = {}  # functions whose parameters were asked for and may be given by others
        self.hanging: dict[str, None] = {}  # names of other files that a condition on the way hangs on
        self._left = steps
        self._frame: Frame | None = None
        self._named_so: dict[tuple[str, int], list[Node]] = {}
        self._closed: dict[int, str] = {}
        # Parameters of functions that no call in particular entered, and the functions asked for on the way.
        self._passed: dict[tuple[int, str], tuple[Answer, Mapping[int, Node]]] = {}
        self._of_fields: dict[tuple[str, int], tuple[Answer, int, Mapping[int, Node], Mapping[str, None]]] = {}
        self._loops = 0  # how often something was met that is defined by itself
        self._called_as: dict[int, tuple[str, int, int]] = {}
        self._callers: dict[tuple[str, int, int], list[tuple[Node, Arguments]]] = {}

    def value(self, node: Node, seen: frozenset[int]) -> Answer:
        """Values of an expression on the way to those that were asked for; what they hang on is noted."""
        answer = self._value(node, seen)
        self.hanging.update(dict.fromkeys(answer.made_with() if not answer.complete else ()))
        return answer

    def _value(self, node: Node, seen: frozenset[int]) -> Answer:
        raise NotImplementedError

    def decided(self, condition: Node, seen: frozenset[int]) -> bool | None:
        """Which way a condition goes; None where that cannot be said."""
        raise NotImplementedError

    def _always(self, node: Node, inside: list[Node] | None, seen: frozenset[int]) -> Answer:
        raise NotImplementedError

    def _constant(self, bound: tuple[Binding, ...], seen: frozenset[int]) -> Answer:
        raise NotImplementedError

    def _declares(self, owner: str) -> bool:
        raise NotImplementedError

    def _parameter(self, function: Node, name: str, default: Node | None, seen: frozenset[int]) -> Answer:
        """What the call that entered the function passes; without one, what all calls of the unit do."""
        parsed, frame = self.parsed, self._frame
        names = parsed.adapter.parameters(parsed, function)
        at = names.index(name) if name in names else None
        while frame is not None and frame.function != function:
            frame = frame.outer
        if frame is not None and at is not None:
            return self._given(frame, at, name, default, seen)
        closed = self._is_closed(function)
        if not closed:
            self.asked[function.id] = function
        known = self._passed.get((function.id, name)) if frame is None and self._frame is None else None
        if known is not None:
            self.asked.update(known[1])
            return known[0]
        before, free = frozenset(self.asked), self._frame is None
        answer = self._from_callers(function, at, name, default, seen)
        if free:
            through = {key: node for key, node in self.asked.items() if key not in before}
            self._passed[function.id, name] = answer, through
        return answer

    def _once(self, name: str, bound: tuple[Binding, ...], seen: frozenset[int]) -> Answer:
        """What a field holds, found once: with the steps that it took, the functions and the names that were asked for.

        Not where a call entered a function, whose parameters a field may be given, nor where it is defined by itself.
        """
        if self._frame is not None:
            return self._constant(bound, seen)
        known = self._of_fields.get((name, len(seen)))
        if known is None or known[1] > self._left:
            left, loops, asked, hanging = self._left, self._loops, self.asked, self.hanging
            self.asked, self.hanging = {}, {}
            try:
                answer = self._constant(bound, seen)
            finally:
                found, self.asked, self.hanging = (self.asked, self.hanging), asked, hanging
            known = answer, left - self._left, *found
            if loops == self._loops and self._left >= 0:
                self._of_fields[name, len(seen)] = known
        else:
            self._left -= known[1]
        self.asked.update(known[2])
        self.hanging.update(known[3])
        return known[0]

    def closed(self, function: Node) -> str:
        """Who may call a function, as `Adapter.closed` says."""
        who = self._closed.get(function.id)
        if who is None:
            who = self._closed[function.id] = self.parsed.adapter.closed(self.parsed, function)
        return who

    def _is_closed(self, function: Node) -> bool:
        who = self.closed(function)
        return who == "unit" or (who == "program" and function.start_byte in self.sealed)

    def _from_callers(
        self, function: Node, at: int | None, name: str, default: Node | None, seen: frozenset[int]
    ) -> Answer:
        """What all calls of the unit pass for a parameter."""
        own = self._value(default, seen) if default is not None else None
        if at is None:
            return replace(own or Answer(), complete=False, reason=PARAMETER)
        rows = self._calls_to(function) if len(seen) < MOST_NESTED // 2 else []
        frames = [Frame(function, given, self) for _, given in rows[:MOST_CALLERS]]
        answers = [self._given(frame, at, name, default, seen) for frame in frames]
        answers += [own] if own is not None and not answers else []
        if rows and len(rows) == len(frames) and self._is_closed(function):
            return either(answers)
        return either((*answers, unknown(PARAMETER)))

    def _given(self, frame: Frame, at: int, name: str, default: Node | None, seen: frozenset[int]) -> Answer:
        """The argument of one call, as its caller means it."""
        node = frame.arguments.get(at, name)
        if node is None:
            return self._value(default, seen) if default is not None else unknown("a parameter that is not given")
        if frame.resolver is self:
            answer, self._left = self.meant(frame.outer, node, self._left, seen)
            return answer
        answer, self._left = frame.resolver.meant(frame.outer, node, self._left, seen)
        return replace(answer, origins=())

    def meant(self, frame: Frame | None, node: Node, left: int, seen: frozenset[int]) -> tuple[Answer, int]:
        """Values of an expression as a caller means it, with `left` steps to go; how many are left."""
        before = self._frame, self._left
        self._frame, self._left = frame, left
        try:
            answer = self._value(node, seen)
            spent = self._left
        finally:
            self._frame, self._left = before
        return answer, spent

    def _calls_to(self, function: Node) -> list[tuple[Node, Arguments]]:
        key = self._called_as.get(function.id)
        if key is None:
            key = self._called_as[function.id] = (name_of(self.parsed, function), *sizes(self.parsed, function))
        known = self._callers.get(key)
        if known is None:
            known = self._callers[key] = list(callers_in(self.parsed, *key))
        return [row for row in known if not within(row[0], function)]

    def _replaced(self, local: Sequence[Binding], node: Node) -> bool:
        """Whether the first of the assignments stands in a block around the use, so that no parameter is left."""
        place = local[0].place
        return place is not None and place.end_byte <= node.start_byte and always_before(self.parsed, place, node)

    def returned(self, function: Node) -> Answer:
        """What a function of the unit returns, whoever calls it."""
        self._left, self._frame, self.hanging = self.steps, None, {}
        return self._always(function, self.parsed.adapter.body(function), frozenset())

    def _result(self, node: Node, name: str, seen: frozenset[int]) -> Answer | None:
        """What a function of the unit returns to a call; None where the unit has none of that name."""
        parsed = self.parsed
        given = parsed.adapter.arguments(parsed, parsed.adapter.argument_list(node))
        size = len(given.positional) + len(given.named)
        receiver = parsed.adapter.receiver(node)
        own = receiver is None or parsed.text(receiver) in OWN or self._declares(parsed.text(receiver))
        key = (name, size)
        if key not in self._named_so:
            self._named_so[key] = functions_named(parsed, name, size) if name else []
        functions = self._named_so[key] if own and not given.spread else []
        answers, outer = [], self._frame
        for function in functions[:MOST_CALLERS]:
            self._frame = Frame(function, given, self, outer)
            try:
                answers.append(self._always(function, parsed.adapter.body(function), seen))
            finally:
                self._frame = outer
        return either(answers) if answers else None


def within(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte
