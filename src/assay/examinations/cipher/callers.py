"""Calls in other files of functions that hand their parameters to cryptography: uses of their own.

The identifier index names the files that hold both the function and what its callers must name: the class, the module
or the package. A call counts when it gives as many arguments as the function takes and what it is called on may be that
class or module. A function of a program (`Adapter.closed`) that no other file holds is sealed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace
from tree_sitter import Node

from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.opened import Opened
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.reading import Reading, asked_of
from assay.examinations.cipher.told import ROUNDS, Told
from assay.examinations.cipher.uses import Asked, Use, facts_of
from assay.lab.identifiers import is_one_word
from assay.source.adapter import Arguments
from assay.source.answers import Value
from assay.source.calls import Frame, callers_in, functions_named, is_followed
from assay.source.parsed import Parsed
from assay.source.values import Resolver

MOST_FILES = 1024  # that call one function; whatever more there are, its own value stays open
MOST_ENTERED = 4096  # calls that are followed in all; what is not followed stays open where the function stands
PASSING = 400  # steps to find out whether a call passes anything known
_ASIDE = frozenset({"test", "example"})
_AT_HOME = frozenset({"C", "C++", "Go"})  # languages whose files call functions of others by their bare name


class Callers:
    """`asked` are the functions by the file that declares them."""

    def __init__(self, language: str, asked: Mapping[str, Sequence[Asked]], opened: Opened, told: Told) -> None:
        self.language, self.opened, self._told = language, opened, told
        self._entered = 0
        self._resolvers: dict[tuple[str, int], Resolver] = {}
        self._called: dict[tuple[str, str, int], list[tuple[Node, Arguments]]] = {}
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
        for meta, word in self.opened.index.holding([word.encode() for word in words]) if words else ():
            if meta.format in OUTLOOKS[self.language].shares and meta.file_class == "source":
                self._held[word.decode()][meta.path] = None

    def sealed(self, meta: FileMeta, asked: Iterable[Asked]) -> frozenset[int]:
        """Functions of a program that no other file calls."""
        return frozenset(one.at for one in set(asked) if one.program and not self._files(one, meta.path))

    def facts(self, use: Use, reading: Reading, by: str) -> Iterator[Fact]:
        """What each caller in another file makes of a use, stated where it calls."""
        told = self._told
        for one in use.asked:
            function = _function_at(reading.parsed, one.at)
            for path in self._tellers(one, reading.view.meta) if function is not None else ():
                for call, given in self._calls(path, one):
                    self._entered += 1
                    if function is not None and self._entered <= MOST_ENTERED:
                        yield from self._stated(use, reading, function, (path, call, given), told, by)

    def _tellers(self, one: Asked, home: FileMeta) -> list[str]:
        """The files whose calls are followed: a test says nothing of what shipped code does."""
        metas, shipped = self.opened.metas, home.scope not in _ASIDE
        found = [path for path in self._files(one, home.path) if not (shipped and metas[path].scope in _ASIDE)]
        return found[:MOST_FILES]

    def _stated(
        self, use: Use, reading: Reading, function: Node, called: tuple[str, Node, Arguments], told: Told, by: str
    ) -> Iterator[Fact]:
        path, call, given = called
        catalogue, meta, steps = catalogue_of(self.language), self.opened.metas[path], reading.resolver.steps
        for part in (use, *use.parts):
            inner: Use | None = None
            for _ in range(ROUNDS):
                resolver = self._resolver(path, steps, told)
                if resolver is None:
                    return
                resolver.asked = {}
                inner = reading.entered(part, Frame(function, given, resolver))
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
            place = Evidence(path, parsed.line(call), excerpt(parsed.content, call.start_byte), origin=_place(inner))
            became = inner.state if inner.state != "used" else state
            inner = replace(inner, answers={**inner.answers, **reading.carried_on(inner, resolver, call)})
            evidence = (place, *inner.evidence)
            here = replace(inner, name=parsed.name_of(call), evidence=evidence, places={}, state=became)
            for fact in facts_of(here, meta, catalogue, by):
                if fact.kind == "crypto.misuse" or (part is use and _is_settled(fact)):
                    yield fact

    def _resolver(self, path: str, steps: int, told: Told) -> Resolver | None:
        known = self._resolvers.get((path, steps))
        parsed = self.opened.parsed(path) if known is None else None
        if parsed is None:
            return known
        catalogue = catalogue_of(self.language)
        made = self._resolvers[path, steps] = Resolver(parsed, catalogue.known, steps, catalogue.constant, told.known)
        return made

    def _calls(self, path: str, one: Asked) -> list[tuple[Node, Arguments]]:
        key = (path, f"{one.owner}.{one.name}", one.most)
        if key not in self._called:
            view = self.opened.view(path)
            calls_it = view is not None and is_followed(view.content, one.name)
            parsed = self.opened.parsed(path) if calls_it else None
            calls = self._found(parsed, one) if parsed is not None else ()
            self._called[key] = [row for row in calls if self._tells(path, row[1])]
        return self._called[key]

    def _tells(self, path: str, given: Arguments) -> bool:
        """Whether a call passes anything that is known where it stands, beside nothing at all and zero."""
        resolver = self._resolver(path, PASSING, self._told)
        nodes = (*given.positional, *given.named.values())
        answers = [resolver.resolve(node) for node in nodes] if resolver is not None else []
        return any(answer.made_with() or any(_is_telling(value) for value in answer.values) for answer in answers)

    def _found(self, parsed: Parsed, one: Asked) -> Iterator[tuple[Node, Arguments]]:
        for call, given in callers_in(parsed, one.name, one.least, one.most):
            receiver = parsed.adapter.receiver(call)
            last = parsed.text(receiver).rpartition(".")[2] if receiver is not None else ""
            names = parsed.imports.names
            if receiver is None and one.name != one.owner:
                imported = names.get(one.name) or names.get(f"static {one.name}") or ""
                means = one.owner in imported.split(".") or (
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
