"""One unit of source, parsed, and the uses of cryptography that are found in it.

`source.py` reads every file so; `constants.py` reads those again whose values hang on other files, knowing these.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set

from msgspec.structs import replace
from tree_sitter import Node

from assay.core.examination import FileView, Hit, Shortfall
from assay.examinations.cipher.callbacks import GIVEN, given_by_callers, refuses_nobody, yielded
from assay.examinations.cipher.catalogue import Catalogue
from assay.examinations.cipher.declared import calls_on_declared
from assay.examinations.cipher.entries import (
    hashes_nothing,
    is_excepted,
    is_passed,
    is_placed,
    may_be_literal,
    of_any_object,
    only_makes,
    said,
    settled,
    speaks_alone,
    vector_of_key,
)
from assay.examinations.cipher.following import on_object
from assay.examinations.cipher.lending import lent
from assay.examinations.cipher.library import Condition, Entry, Position
from assay.examinations.cipher.lines import lines_of
from assay.examinations.cipher.misuses import SECRETS
from assay.examinations.cipher.naming import spelling
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.returned import given_back
from assay.examinations.cipher.speaking import for_a_secret, lenders, of_an_heir
from assay.examinations.cipher.use import Asked, Use, asked_of
from assay.examinations.cipher.uses import DOUBTED
from assay.examinations.cipher.vectors import spared
from assay.lab.identifiers import places
from assay.source.answers import Answer, Value, either, unknown
from assay.source.entering import Frame
from assay.source.heirs import of_parent
from assay.source.languages import parsed
from assay.source.parsed import Parsed
from assay.source.places import Arguments, Call, Site
from assay.source.values import Resolver

TOO_DEEP = 20  # places of one unit in a tree too deep to follow, after which the unit is given up
DEEPEST = 3  # a padding around a mode around a cipher
_LATER = frozenset({"key_bits", "curve", "mode"})
_TELLING_LITTLE = frozenset({"purpose", "padding", "object", "spec", "secret"})  # not worth asking callers for
_KEYED = frozenset({"key", "iv", "password", "salt", "seed"})  # what is handed on may be given a constant there


class Reading:
    """One parsed unit and what is found in it."""

    def __init__(
        self,
        view: FileView,
        catalogue: Catalogue,
        steps: int,
        elsewhere: Mapping[str, Answer] | None = None,
        sealed: frozenset[int] = frozenset(),
        tree: Parsed | None = None,
    ) -> None:
        """`elsewhere` and `sealed` as the resolver has them; `tree` is the unit where it was parsed before."""
        self.view = view
        self.catalogue = catalogue
        self.parsed = tree if tree is not None else parsed(view)
        self.resolver = Resolver(self.parsed, catalogue.known, steps, catalogue.constant, elsewhere, sealed)
        self.frame: Frame | None = None  # the call by which the function at hand was entered
        self.spelt: Callable[[str], str] = str.lower if self.parsed.adapter.folds else str
        self.shortfalls: list[Shortfall] = []
        self.typed: Counter[str] = Counter()  # references that are only compared or named as types, by their text
        self.followed: set[tuple[int, int]] = set()  # calls on an object whose making says more
        self._imported: dict[tuple[str, ...], bool] = {(): True}  # whether one of such modules is
        self._sites: dict[tuple[int, str, int], Site] = {}  # by the key of the use

    def uses(self, hits: Sequence[Hit]) -> list[Use]:
        found: list[tuple[Site, Use]] = []
        parts: list[tuple[Site, Use]] = []
        consumed: set[int] = set()
        done: set[tuple[int, tuple[str, ...]]] = set()
        for hit in (*hits, *self._aliased(hits)):
            node = self.parsed.at(hit.offset, len(hit.literal))
            if self.parsed.too_deep > TOO_DEEP:
                break
            site = self._site(node, hit) if node is not None else None
            if site is not None and not site.settled:
                self.typed[self.parsed.text(site.node)] += 1
            if site is None or not site.settled or (site.node.start_byte, site.names) in done:
                continue
            name, entries = self._entries(site)
            entries = entries or self._hidden_by(site)
            site = of_parent(self.parsed, site) if site.inherited and entries else site
            pointed = self._pointed(name, site)
            if pointed is not None:
                site, entries = pointed
            if entries:
                done.add((site.node.start_byte, site.names))
            for entry in entries:
                use = self._use(entry, site)
                if use is None:
                    continue
                (parts if entry.part or not use.called else found).append((site, use))
                consumed.update(origin for answer in use.answers.values() for origin in answer.origins)
        found += self._on_declared(hits)
        if self.parsed.too_deep:
            self.shortfalls.append(Shortfall("too-many-places", "nested too deeply to be followed"))
        lenders = {site.node.start_byte: use for site, use in parts}
        for _ in range(DEEPEST):
            lenders = {place: lent(use, lenders) for place, use in lenders.items()}
        kept = [use for site, use in parts if site.node.start_byte not in consumed]
        own = [use for site, use in found if not (of_any_object(use.entry) and _place(site) in self.followed)]
        return [lent(use, lenders) for use in (*own, *kept)]

    def _on_declared(self, hits: Sequence[Hit]) -> Iterator[tuple[Site, Use]]:
        """Uses of objects that are made in other files, save those that were followed from here."""
        for entry, told, call in calls_on_declared(self.parsed, self.catalogue, hits):
            site = Site(entry.calls, call.node, Arguments())
            if _place(site) not in self.followed:
                self.followed.add(_place(site))
                answers = {role: said(value) for role, value in told.fixed.items()}
                evidence = lines_of(self.view, self.parsed, site, {}, ())
                yield site, Use(entry, answers, self.parsed.name_of(call.node), evidence, True)

    def note_unused_imports(self) -> None:
        """A function that is imported and never named again is there for other modules, under names not followed."""
        outlook = OUTLOOKS[self.view.meta.format]
        for alias, path in self.parsed.imports.names.items():
            entries = self.catalogue.entries.get(self.catalogue.canonical(path), ())
            stating = any(entry.use and entry.misuse is None for entry in entries)
            if (stating or outlook.leads(path)) and outlook.leaves(self.parsed, alias, self.typed[alias]):
                self.shortfalls.append(Shortfall("blind-spot", f"{path} imported for other modules"))

    def _aliased(self, hits: Sequence[Hit]) -> Iterator[Hit]:
        """Places where an imported word is used under another name."""
        words = frozenset(hit.literal for hit in hits)
        for alias in sorted(self.parsed.adapter.other_names(self.parsed, words)):
            for place in places(self.view.content, alias):
                yield Hit(alias, place)

    def _site(self, node: Node, hit: Hit) -> Site | None:
        site = self.parsed.adapter.site(self.parsed, node, hit.literal.decode())
        broken = node if node.type == "ERROR" else node.parent
        if site is None and broken is not None and broken.type == "ERROR":
            line = self.parsed.line(node)
            self.shortfalls.append(
                Shortfall("syntax", f"line {line}: {hit.literal.decode()} in text that does not parse")
            )
        return site

    def _entries(self, site: Site) -> tuple[str, tuple[Entry, ...]]:
        for name in site.names:
            known = self.catalogue.canonical(name)
            entries = self.catalogue.entries.get(known)
            if entries is not None:
                return known, tuple(entry for entry in entries if self._applies(entry))
            if known in self.catalogue.blind:
                return known, ()
            if known.endswith(".class") and self.catalogue.holds(known.removesuffix(".class")):
                line = self.parsed.line(site.node)
                self.shortfalls.append(Shortfall("blind-spot", f"line {line}: {known} handed on"))
        return "", self._of_parent(site) if site.inherited else ()

    def _of_parent(self, site: Site) -> tuple[Entry, ...]:
        """What a class may do that is made from one of the catalogue which no entry makes; a shortfall where no entry
        says it either."""
        for name in filter(self.catalogue.offers, map(self.catalogue.canonical, site.names)):
            rows = self.catalogue.plain(name)
            if not rows:
                line = self.parsed.line(site.node)
                self.shortfalls.append(Shortfall("blind-spot", f"line {line}: {name} inherited"))
            return tuple(replace(entry, purpose=None) for entry in rows)
        return ()

    def _hidden_by(self, site: Site) -> tuple[Entry, ...]:
        """What a class may be used for that is handed on: its entries, for no purpose that is known."""
        owner = OUTLOOKS[self.view.meta.format].handed_on(self.parsed, site) if site.arguments is None else ""
        return tuple(replace(entry, purpose=None) for entry in self.catalogue.plain(owner)) if owner else ()

    def _applies(self, entry: Entry) -> bool:
        if entry.needs not in self._imported:
            imports = self.parsed.imports
            self._imported[entry.needs] = any(
                path == need or path.startswith((f"{need}.", f"{need}/"))
                for path in (*imports.names.values(), *imports.stars)
                for need in entry.needs
            ) or any(("." in need or self.parsed.adapter.folds) and self._holds_text(need) for need in entry.needs)
        return self._imported[entry.needs]

    def _holds_text(self, need: str) -> bool:
        """Whether a module or namespace is named anywhere in the text."""
        content = self.view.content.lower() if self.parsed.adapter.folds else self.view.content
        return need.encode() in content

    def _pointed(self, name: str, site: Site) -> tuple[Site, tuple[Entry, ...]] | None:
        """What a call that finds functions by name is asked for; a shortfall when that cannot be told."""
        position = self.catalogue.blind.get(name)
        if position is None or site.arguments is None:
            return None
        answer = self._argument(site.arguments, position)
        outlook = OUTLOOKS[self.view.meta.format]
        if (answer is None or not answer.complete) and not outlook.bounded(self.parsed, self.resolver, site, name):
            self.shortfalls.append(Shortfall("blind-spot", f"line {self.parsed.line(site.node)}: {name}"))
        asked = answer.values if answer is not None else ()
        entries = tuple(entry for item in asked for entry in self.catalogue.entries.get(item.text, ()))
        return (Site((name,), site.node, None), entries) if entries else None

    def entered(self, use: Use, frame: Frame) -> Use | None:
        """The same use within one call of a function around it."""
        site = self._sites.get(use.key)
        self.frame = frame
        try:
            return self._use(use.entry, site) if site is not None else None
        finally:
            self.frame = None

    def _asked(self) -> tuple[Asked, ...]:
        """The functions whose parameters were asked for since the last time, as others call them."""
        found, self.resolver.asked = self.resolver.asked, {}
        functions = found.values() if self.frame is None else ()
        return tuple(asked_of(function, self.resolver, self.view.meta) for function in functions)

    def _use(self, entry: Entry, site: Site) -> Use | None:
        if site.arguments is None and not (entry.empty or (entry.bare and speaks_alone(entry))):
            qualified = "." in entry.calls[0] or OUTLOOKS[self.view.meta.format].may_hand_on(self.parsed)
            stating = (entry.use or not _KEYED.isdisjoint(entry.arguments)) and entry.misuse is None
            if stating and qualified:
                line = self.parsed.line(site.node)
                self.shortfalls.append(Shortfall("blind-spot", f"line {line}: {site.names[0]} handed on uncalled"))
            return None
        self.resolver.asked = {}
        empty = refuses_nobody(self.parsed, site.node) if entry.empty else True
        if empty is False or not self._is_meant(entry, site):
            return None
        speaks = of_an_heir if site.inherited else for_a_secret
        word = speaks(self.parsed, site.node) if entry.secret else None
        word = Answer((Value("text"),), False) if empty is None else word
        if word is None and entry.secret == "named":  # noqa: S105  a word of the catalogue
            return self._lending(entry, site)
        answers: dict[str, Answer] = {"secret": word} if word is not None else {}
        if site.arguments is not None:
            for role, position in entry.arguments.items():
                answer = self._argument(site.arguments, position, role)
                if answer is not None:
                    answers[role] = answer
                elif role in entry.defaults:
                    answers[role] = said(entry.defaults[role])
            if entry.when is not None:
                answers["when"] = self._decided(entry, entry.when, site, site.arguments)
        if "iv" in answers and not answers["iv"].values and "key" in entry.arguments:
            answers["iv"] = vector_of_key(self.parsed, entry, site) or answers["iv"]
        told, later = self._follow_ups(entry, site, answers.keys())
        answers |= told
        if (entry.excepted and is_excepted(entry, answers.get("algorithm"))) or hashes_nothing(entry, answers):
            return None
        open_roles = {role for role, answer in answers.items() if not answer.complete}
        asked = tuple(one for one in self._asked() if open_roles - _TELLING_LITTLE)
        # A status that C code assigns over is no object that nobody uses.
        made = bool(entry.then or entry.secret) or self.view.meta.format not in {"C", "C++"}
        state = (self.resolver.dead(site.node, self.frame) if made else "") or "used"
        # What a call does may be all that is wanted of it, save where it only makes an object to call others on.
        state = "used" if state == "unused" and not only_makes(entry) else state
        more = tuple(one for one in self._asked() if state == "used" and one not in asked)
        asked = (*asked, *more) if site.arguments is not None else ()
        hangs = tuple(self.resolver.hanging) if state == "used" else ()
        name, evidence = self.parsed.name_of(site.node), lines_of(self.view, self.parsed, site, answers, later)
        at, heir = site.node.start_byte, site.inherited and entry.misuse is None
        called = site.arguments is not None and not heir
        self._sites[at, entry.library, entry.index] = site
        return Use(entry, answers, name, evidence, called, state, at=at, asked=asked, hangs=hangs, heir=heir)

    def _lending(self, entry: Entry, site: Site) -> Use | None:
        """What is a use only where a caller in another file calls what the function around gives a secret."""
        functions, positions = lenders(self.parsed, site.node) if self.frame is None else ([], ())
        asked = tuple(asked_of(function, self.resolver, self.view.meta) for function in functions)
        if not asked:
            return None
        name, evidence = self.parsed.name_of(site.node), lines_of(self.view, self.parsed, site, {}, ())
        return Use(entry, {}, name, evidence, True, at=site.node.start_byte, asked=asked, lends=positions)

    def _decided(self, entry: Entry, when: Condition, site: Site, given: Arguments) -> Answer:
        """The value that decides a misuse, of the call itself or of one on the object that it gives."""
        if not when.on:
            return self._tested(entry, when, site.node, given)
        adapter, calls = self.parsed.adapter, self.parsed.later_calls(site.node)
        rows = [call.node for call in calls if self.spelt(call.method) == self.spelt(when.on)]
        given_to = ((node, adapter.arguments(self.parsed, adapter.argument_list(node))) for node in rows)
        return either(self._tested(entry, when, node, given) for node, given in given_to)

    def _tested(self, entry: Entry, when: Condition, node: Node, given: Arguments) -> Answer:
        """The value that decides a misuse; not complete where another one may be meant, or nothing wrong."""
        answer = self._argument(given, when.position) or Answer()
        dim = answer.values == (Value("yields"),) or not (answer.values or answer.complete)
        asks = dim and any(value.startswith("yields") for value in when.values)
        handed = given.get(when.position.at, when.position.name) if asks else None
        if handed is not None and self.frame is None and given_by_callers(self.parsed, self.resolver, handed):
            answer = replace(answer, complete=False, reason=GIVEN)
        elif handed is not None:
            answer = yielded(self.parsed, self.resolver, handed) or answer
        around = self.parsed.text(self.parsed.function_of(node) or node).lower() if entry.doubt else ""
        sure = entry.provided is None or self._is_sure(entry.provided, given)
        if sure and not any(word in around for word in entry.doubt):
            return answer
        return replace(answer, complete=False, reason=DOUBTED if answer.complete else answer.reason)

    def _is_meant(self, entry: Entry, site: Site) -> bool:
        """Whether the arguments are those that the entry asks for, by their number and by the value of one."""
        if not is_placed(self.parsed, entry, site):
            return False
        if entry.passed and not is_passed(self.parsed, site):
            return False
        return entry.provided is None or (site.arguments is not None and self._holds(entry.provided, site.arguments))

    def carried_on(self, use: Use, resolver: Resolver, call: Node) -> dict[str, Answer]:
        """What a caller says of the object that a call gives it, in its own file."""
        parsed, answers = resolver.parsed, dict[str, list[Answer]]()
        for later in parsed.later_calls(call) if use.entry.then else ():
            given = parsed.adapter.arguments(parsed, parsed.adapter.argument_list(later.node))
            for follow in use.entry.then:
                if self.spelt(follow.method) != self.spelt(later.method) or follow.when is not None:
                    continue
                for role, position in follow.arguments.items():
                    node = given.get(position.at, position.name)
                    if node is not None:
                        answers.setdefault(role, []).append(resolver.resolve(node))
                for role, value in follow.fixed.items():
                    answers.setdefault(role, []).append(said(value))
        return {role: either(items) for role, items in answers.items()}

    def _argument(self, arguments: Arguments, position: Position, role: str = "") -> Answer | None:
        node = arguments.get(position.at, position.name)
        if node is None:
            return unknown("arguments are unpacked at run time") if arguments.spread else None
        answer = self.resolver.resolve(node, self.frame)
        if role in SECRETS and may_be_literal(role, answer):
            given = given_back(self.parsed, self.resolver, node) if self.frame is None else None
            answer = spared(role, self.parsed, node, answer, given)
        inside = position.name is not None and position.name.startswith(".")
        if inside and node not in arguments.named.values():  # the argument itself, of which a member was asked for
            return None if answer.complete else replace(answer, values=(), pending="")
        return answer

    def _follow_ups(self, entry: Entry, site: Site, answered: Set[str]) -> tuple[dict[str, Answer], list[Call]]:
        """What calls on the object, and the call around it, say; they outdo what its own arguments `answered`.

        A size or curve that nothing tells is unknown.
        """
        answers: dict[str, list[Answer]] = {}
        adapter = self.parsed.adapter
        around = self.parsed.call_around(site.node) if entry.within else None
        pairs = list(on_object(self.parsed, entry, site, self.spelt, self.followed))
        if around is not None:
            method = self.spelt(around.method)
            pairs += [(follow, around) for follow in entry.within if method == self.spelt(follow.method)]
        for follow, call in pairs:
            given = adapter.arguments(self.parsed, adapter.argument_list(call.node))
            if follow.when is not None and not self._holds(follow.when, given):
                continue
            for role, position in follow.arguments.items():
                answer = self._argument(given, position, role)
                if answer is not None:
                    answers.setdefault(role, []).append(answer)
            for role, value in follow.fixed.items():
                answers.setdefault(role, []).append(said(value))
        told = {role: either(items) for role, items in answers.items()}
        for role in {
            role for follow in entry.then for role in (*follow.arguments, *settled(follow))
        } & _LATER - told.keys() - answered:
            told[role] = unknown("not told where the object is made")
        return told, [call for _, call in pairs]

    def _holds(self, condition: Condition, given: Arguments) -> bool:
        """Whether a condition may hold: only a value that is known and another one says no. A constant that neither
        the catalogue nor the unit knows is another one."""
        answer = self._argument(given, condition.position)
        if answer is not None and answer.pending and not answer.values:
            return answer.pending.rpartition(".")[2].lower() in condition.values
        if answer is None or not answer.complete:
            return answer is not None and condition.unknown != "nothing"
        return any(spelling(item, self.catalogue).lower() in condition.values for item in answer.values)

    def _is_sure(self, condition: Condition, given: Arguments) -> bool:
        """Whether a condition that may hold does: its value is known, or its last name is that of a constant meant."""
        answer = self._argument(given, condition.position)
        if answer is None or answer.complete or answer.pending:
            return answer is not None
        last = answer.expression.rpartition(".")[2].lower()
        return any(last == value.rpartition(".")[2] for value in condition.values)


def _place(site: Site) -> tuple[int, int]:
    return site.node.start_byte, site.node.end_byte
