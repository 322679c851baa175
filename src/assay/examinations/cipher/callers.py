"""Calls in other files of functions that hand their parameters to cryptography: uses of their own.

The identifier index names the files that hold both the function and what its callers must name: the class, the module
or the package. A call counts when it gives as many arguments as the function takes and what it is called on may be that
class or module. A function of a program (`Adapter.closed`) that no other file holds is sealed. What switches a check
off is followed through functions that hand their own parameter on, up to `DEEPEST` files.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace
from tree_sitter import Node

from assay.core.examination import FileMeta, FileView
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.opened import Opened
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.reading import Reading
from assay.examinations.cipher.told import ROUNDS, Told
from assay.examinations.cipher.use import Asked, Use, asked_of
from assay.examinations.cipher.uses import facts_of, tested
from assay.lab.identifiers import is_one_word
from assay.source.answers import Value
from assay.source.calls import callers_in, functions_named, may_call
from assay.source.entering import Frame
from assay.source.languages import BY_NAME
from assay.source.names import whole
from assay.source.parsed import Parsed
from assay.source.places import Arguments
from assay.source.values import Resolver

MOST_FILES = 1024  # that call one function; whatever more there are, its own value stays open
MOST_ENTERED = 4096  # calls that are followed in all; what is not followed stays open where the function stands
PASSING = 400  # steps to find out whether a call passes anything known
DEEPEST = 3  # files from the one that calls to the one that switches
_ASIDE = frozenset({"test", "example"})
_AT_HOME = frozenset({"C", "C++", "Go"})  # languages whose files call functions of others by their bare name
_PARTS = re.compile(r"[./\\:]")  # of what an import names: packages, or a file
_RENAMED = re.compile(rb"(?:\s+as\s|\s*:\s*)\w")
_NAMES_PARENT = re.compile(rb"(?:\bextends|[:(,])\s*(?:[\w.\\]+[.\\])?$")
_NAME = re.compile(r"[\w$]+(?:(?:\.|->|::)[\w$]+)*")


class _Call(Struct, frozen=True):
    """A call of a function in another file: `told` of what it passes, and functions whose parameters it hands on."""

    function: Node
    path: str
    node: Node
    given: Arguments
    told: tuple[Value, ...] = ()
    relays: tuple[Asked, ...] = ()


class Callers:
    """`asked` are the functions by the file that declares them."""

    def __init__(self, language: str, asked: Mapping[str, Sequence[Asked]], opened: Opened, told: Told) -> None:
        self.language, self.opened, self._told = language, opened, told
        self._entered = 0
        self._resolvers: dict[tuple[str, int], Resolver] = {}
        self._called: dict[tuple[str, str, int, int], list[_Call]] = {}
        self._held: dict[str, dict[str, None]] = {}
        self._hold({word for rows in asked.values() for one in rows for word in (one.name, one.owner)})

    def forget(self) -> None:
        for resolver in self._resolvers.values():
            resolver.forget()

    def _files(self, one: Asked, home: str) -> list[str]:
        """Other files that may call a function, in delivery order."""
        self._hold(word for word in (one.name, one.owner) if word not in self._held)
        holding = self._held.get(one.name, {})
        owning = self._held.get(one.owner) if one.owner else holding
        if self.language == "Go":
            folder = home.rpartition("/")[0]
            near = {path for path in holding if path.rpartition("/")[0] == folder}
            return [path for path in holding if path != home and (path in (owning or ()) or path in near)]
        return [path for path in holding if path != home and (owning is None or path in owning)]

    def _hold(self, names: Iterable[str]) -> None:
        """Ask the index once which files hold words."""
        words = {word for word in names if _is_word(word)}
        self._held.update((word, {}) for word in words)
        shares, asked = OUTLOOKS[self.language].shares, [word.encode() for word in words]
        for meta, word in self.opened.index.holding(asked, shares) if words else ():
            if meta.format in shares and meta.file_class == "source":
                self._held[word.decode()][meta.path] = None

    def sealed(self, meta: FileMeta, asked: Iterable[Asked]) -> frozenset[int]:
        """Functions of a program that no other file calls."""
        return frozenset(one.at for one in set(asked) if one.program and not self._files(one, meta.path))

    def facts(self, use: Use, reading: Reading, by: str) -> Iterator[Fact]:
        """What each caller in another file makes of a use, stated where it calls."""
        for one in use.asked if not use.lends else ():
            function = _function_at(reading.parsed, one.at)
            for chain in self._chains(use, one, function, reading.view.meta, ()) if function is not None else ():
                self._entered += 1
                if self._entered <= MOST_ENTERED:
                    yield from self._stated(use, reading, chain, by)

    def _chains(
        self, use: Use, one: Asked, function: Node, home: FileMeta, inner: tuple[_Call, ...]
    ) -> Iterator[tuple[_Call, ...]]:
        """Calls that lead to a function from other files, the nearest first, the last of which passes what is known."""
        for path in self._tellers(one, home):
            for call in self._calls(path, one, function):
                chain, switched = (*inner, call), self._switches(use, call)
                if switched or (use.entry.when is None and any(_is_telling(value) for value in call.told)):
                    yield chain
                for relay in call.relays if not switched and use.entry.when is not None else ():
                    parsed = self.opened.parsed(path)
                    around = _function_at(parsed, relay.at) if parsed is not None else None
                    new = around is not None and all(around != row.function for row in chain)
                    if around is not None and new and len(chain) < DEEPEST and self._entered <= MOST_ENTERED:
                        self._entered += 1
                        yield from self._chains(use, relay, around, self.opened.metas[path], chain)

    def calling(self, one: Asked, home: FileMeta) -> Iterator[tuple[FileMeta, Node, Resolver]]:
        """The calls of a function in other files, whatever they pass."""
        for path in self._tellers(one, home):
            view = self.opened.view(path)
            follows = view is not None and _may_call(view, one.name)
            resolver = self._resolver(path, PASSING, self._told) if follows else None
            if resolver is not None:
                found = self._found(resolver.parsed, one)
                yield from ((self.opened.metas[path], call, resolver) for call, _ in found)

    def _tellers(self, one: Asked, home: FileMeta) -> list[str]:
        """The files whose calls are followed: a test says nothing of what shipped code does, and what a test defines
        in its place no shipped code calls."""
        scopes = {path: self.opened.metas[path].scope for path in self._files(one, home.path)}
        found = [path for path, scope in scopes.items() if home.scope in _ASIDE or scope not in _ASIDE]
        found = [path for path in found if home.scope != "test" or scopes[path] in _ASIDE]
        return found[:MOST_FILES]

    def _stated(self, use: Use, reading: Reading, chain: tuple[_Call, ...], by: str) -> Iterator[Fact]:
        told, (path, call) = self._told, (chain[-1].path, chain[-1].node)
        catalogue, meta, steps = catalogue_of(self.language), self.opened.metas[path], reading.resolver.steps
        for part in (use, *use.parts):
            own = [fact.value for fact in facts_of(part, reading.view.meta, catalogue, by)]
            inner: Use | None = None
            for _ in range(ROUNDS):
                resolver, frame = self._resolver(path, steps, told), self._frame(chain, steps)
                if resolver is None or frame is None:
                    return
                resolver.asked = {}
                inner = reading.entered(part, frame)
                state = resolver.dead(call) or "used"
                asked = (asked_of(one, resolver, meta) for one in resolver.asked.values())
                more = self.sealed(meta, asked) - resolver.sealed
                new = [name for name in inner.names() if name not in told.answers] if inner is not None else []
                told.ask(new)
                if not more and not new:
                    break
                sealed = resolver.sealed | more
                tree = resolver.parsed
                self._resolvers[path, steps] = Resolver(
                    tree, catalogue.known, steps, catalogue.constant, told.known, sealed
                )
            if inner is None or resolver is None:
                continue
            parsed = resolver.parsed
            places = [self._place(row) for row in reversed(chain)]
            became = inner.state if inner.state != "used" else state
            inner = replace(inner, answers={**inner.answers, **reading.carried_on(inner, resolver, call)})
            evidence = (replace(places[0], origin=_place(inner)), *places[1:], *inner.evidence)
            here = replace(inner, name=parsed.name_of(call), evidence=evidence, places={}, state=became)
            for fact in facts_of(here, meta, catalogue, by):
                told_here = fact.kind == "crypto.misuse" and fact.value not in own  # not what is so whoever calls
                if told_here or (part is use and _is_settled(fact)):
                    yield fact

    def _frame(self, chain: tuple[_Call, ...], steps: int) -> Frame | None:
        """The nearest function as it is entered by the calls that lead there; None where a file is not read."""
        frame: Frame | None = None
        for call in reversed(chain):
            resolver = self._resolver(call.path, steps, self._told)
            if resolver is None:
                return None
            frame = Frame(call.function, call.given, resolver, frame)
        return frame

    def _place(self, call: _Call) -> Evidence:
        parsed = self.opened.parsed(call.path)
        content, line = (parsed.content, parsed.line(call.node)) if parsed is not None else (b"", 0)
        return Evidence(call.path, line, excerpt(content, call.node.start_byte))

    def _resolver(self, path: str, steps: int, told: Told) -> Resolver | None:
        known = self._resolvers.get((path, steps))
        parsed = self.opened.parsed(path) if known is None else None
        if parsed is None:
            return known
        catalogue = catalogue_of(self.language)
        made = self._resolvers[path, steps] = Resolver(parsed, catalogue.known, steps, catalogue.constant, told.known)
        return made

    def _calls(self, path: str, one: Asked, function: Node) -> list[_Call]:
        key = (path, f"{one.owner}.{one.name}", one.most, function.id)
        if key not in self._called:
            view = self.opened.view(path)
            calls_it = view is not None and _may_call(view, one.name)
            parsed = self.opened.parsed(path) if calls_it else None
            calls = self._found(parsed, one) if parsed is not None else ()
            self._called[key] = [self._passed(_Call(function, path, *call)) for call in calls]
        return self._called[key]

    def _passed(self, call: _Call) -> _Call:
        """A call with what it passes that is known where it stands."""
        resolver = self._resolver(call.path, PASSING, self._told)
        if resolver is None:
            return call
        resolver.asked = {}
        answers = [resolver.resolve(node) for node in (*call.given.positional, *call.given.named.values())]
        meta, values = self.opened.metas[call.path], [value for answer in answers for value in answer.values]
        made = [Value("reference", name) for answer in answers for name in answer.made_with()]
        relays = tuple(asked_of(one, resolver, meta) for one in resolver.asked.values())
        return replace(call, told=(*values, *made), relays=relays)

    def _switches(self, use: Use, call: _Call) -> bool:
        """Whether a call passes a value that decides a misuse."""
        catalogue, when = catalogue_of(self.language), use.entry.when
        return when is not None and any(tested(value, catalogue) in when.values for value in call.told)

    def _found(self, parsed: Parsed, one: Asked) -> Iterator[tuple[Node, Arguments]]:
        for alias, path in parsed.imports.names.items():
            *holders, last = _PARTS.split(path)
            if last == one.name and alias != last and one.owner in {*holders, last}:
                called = callers_in(parsed, alias, one.least, one.most)
                yield from (row for row in called if parsed.adapter.receiver(row[0]) is None)
        for call, given in callers_in(parsed, one.name, one.least, one.most):
            receiver = parsed.adapter.receiver(call)
            named = _NAME.fullmatch(parsed.text(receiver)) if receiver is not None else None
            last = named[0].rpartition(".")[2] if named is not None else ""
            names = parsed.imports.names
            if receiver is None and one.name != one.owner:
                imported = names.get(one.name) or names.get(f"static {one.name}") or ""
                means = one.owner in _PARTS.split(imported) or (
                    self.language in _AT_HOME and not functions_named(parsed, one.name, one.least)
                )
            elif last[:1].isupper() or last in names:
                means = one.owner in {
                    last,
                    names.get(last, "").rpartition(".")[2],
                    names.get(last, "").rpartition("/")[2],
                }
            else:
                means = True
            if means:
                yield call, given


def _may_call(view: FileView, name: str) -> bool:
    """Whether a text may call a function, by its name or by one that an import gives it; or make a class from its."""
    word = name.encode()
    if any(_NAMES_PARENT.search(view.content, max(0, at - 64), at) is not None for at in whole(view.content, word)):
        return True
    if may_call(BY_NAME[view.meta.format], view.content, name):
        return True
    ends = (at + len(name.encode()) for at in whole(view.content, name.encode()))
    return any(_RENAMED.match(view.content, end) is not None for end in ends)


def _is_telling(value: Value) -> bool:
    return value.kind not in {"null", "boolean"} and not (value.kind == "number" and value.text == "0")


def _is_word(word: str) -> bool:
    return bool(word) and is_one_word(word.encode())


def _is_settled(fact: Fact) -> bool:
    """Whether the caller tells what is used; where it does not, the function's own fact stays open."""
    return fact.value.get("algorithm", fact.value.get("version")) is not None


def _place(use: Use) -> str:
    return f"{use.evidence[0].path}:{use.evidence[0].line}"


def _function_at(parsed: Parsed, at: int) -> Node | None:
    node = parsed.root.named_descendant_for_byte_range(at, at + 1)
    around = (node, *parsed.above(node)) if node is not None else ()
    return next((one for one in around if one.type in parsed.adapter.functions and one.start_byte == at), None)
