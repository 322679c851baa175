"""What names of other files mean: constants, results of functions, settings.

The identifier index says which files hold a name; only those are opened. Only a declaration in the class, module or
header that the name gives counts; one final declaration is certain, several give possible values.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec.structs import replace

from assay.core.examination import FileView, Index
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.delivered import settings_of
from assay.examinations.cipher.opened import Opened
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.examinations.cipher.zeros import given
from assay.lab.identifiers import is_one_word, places
from assay.source.answers import Answer, either, unknown
from assay.source.calls import functions_of_name, may_define
from assay.source.languages import BY_NAME
from assay.source.values import Resolver

MOST_FILES = 64  # reopened per name; more than that leaves the value open
_AROUND = 400
ROUNDS = 4  # a constant of a constant of a key of configuration


class Told:
    """What names of other files mean, asked for in rounds: each name once."""

    def __init__(self, language: str, opened: Opened, steps: int) -> None:
        self.language, self.opened, self.steps = language, opened, steps
        self.answers: dict[str, tuple[Answer, tuple[str, ...]]] = {}
        self.known: dict[str, Answer] = {}

    def ask(self, names: Iterable[str]) -> None:
        """Find what is not known yet, and what that hangs on in turn."""
        for _ in range(ROUNDS):
            new = [name for name in dict.fromkeys(names) if name not in self.answers]
            if not new:
                return
            keys = [name for name in new if name.startswith("?")]
            self.answers |= settings_of(keys, self.opened) if keys else {}
            declared = [name for name in new if not name.startswith("?")]
            if declared:
                self.answers |= _Declarations(self.language, declared, self.opened, self.known).read(self.steps)
            self.known = {name: answer for name, (answer, _) in self.answers.items() if not answer.pending}
            hanging = [name for name in new for name in self.answers[name][0].made_with()]
            self.ask(hanging)
            names = [name for name in new if any(one in self.known for one in self.answers[name][0].made_with())]
            for name in names:
                del self.answers[name]


class _Declarations:
    """What files of the product give to constants. Each file is reopened and parsed once, whatever it declares."""

    def __init__(
        self,
        language: str,
        names: Iterable[str],
        opened: Opened,
        known: Mapping[str, Answer],
    ) -> None:
        self.language, self.opened = language, opened
        metas, index = opened.metas, opened.index
        self.known = known
        self.outlook = OUTLOOKS[language]
        self.answers: dict[str, list[Answer]] = {name: [] for name in names}
        self.places: dict[str, list[str]] = {name: [] for name in self.answers}
        self.beyond: set[str] = set()  # names whose value stays open, for not every file was looked at
        asking: dict[str, list[str]] = {}
        meant = [name for name in self.answers if self._meant(name)]
        held = self._held(meant, index)
        for name in meant:
            told = held.get(self._told(name))
            owner, shares = name.rpartition(".")[0], self.outlook.shares
            formed = (metas[path] for path in held[_constant(name)] if metas[path].format in shares)
            holders = [meta.path for meta in formed if self.outlook.may_declare(owner, meta)]
            for path in holders[:MOST_FILES]:
                if told is None or path in told:
                    asking.setdefault(path, []).append(name)
            if len(holders) > MOST_FILES:
                self.beyond.add(name)
        self.files = [(metas[path], asking[path]) for path in sorted(asking, key=opened.positions.__getitem__)]

    def read(self, steps: int) -> dict[str, tuple[Answer, tuple[str, ...]]]:
        """The values of each name, and where they are declared."""
        ended: set[str] = set()
        for meta, asking in self.files:
            names = [name for name in asking if name not in ended]
            view = self.opened.view(meta.path) if names else None
            if view is None:
                self.beyond.update(names)
                ended.update(names)
                continue
            declaring = [name for name in names if self._declares(name, view)]
            if declaring:
                self._resolve(declaring, view, steps)
        return {name: self._answer(name) for name in self.answers}

    def _held(self, names: Iterable[str], index: Index) -> dict[str, dict[str, None]]:
        """The files that hold the words which the names need, in delivery order."""
        words = {word for name in names for word in (_constant(name), self._told(name)) if word}
        held: dict[str, dict[str, None]] = {word: {} for word in words}
        asked = [word.encode() for word in words]
        for meta, word in index.holding(asked, self.outlook.shares) if words else ():
            held[word.decode()][meta.path] = None
        return held

    def _told(self, name: str) -> str:
        """A word that stands wherever the owner of the name is declared, '' when none has to."""
        told = self.outlook.told_by(name.rpartition(".")[0])
        return told if is_one_word(told.encode()) else ""

    def _meant(self, name: str) -> bool:
        return ("." in name or self.outlook.rootless) and is_one_word(_constant(name).encode())

    def _declares(self, name: str, view: FileView) -> bool:
        owner, constant = name.rpartition(".")[0], _constant(name)
        if name.endswith("()") and not self.outlook.declares(owner, view.meta, view.content):
            return False
        if name.endswith("()") and may_define(BY_NAME[view.meta.format], view.content, constant):
            return True
        if not _holds(view.content, _declaration(self.language, constant), constant.encode()):
            return False
        return name.endswith("()") or self.outlook.declares(owner, view.meta, view.content)

    def _resolve(self, names: Sequence[str], view: FileView, steps: int) -> None:
        parsed, catalogue = self.opened.parsed(view.meta.path), catalogue_of(self.language)
        if parsed is None:
            return
        resolver = Resolver(parsed, catalogue.known, steps, catalogue.constant, self.known)
        for name in names:
            for function in functions_of_name(parsed, _constant(name)) if name.endswith("()") else ():
                self.answers[name].append(given(parsed, function, resolver.returned(function)))
                self.places[name].append(f"{view.meta.path}:{parsed.line(function)}")
            made = parsed.adapter.function(parsed, name.rpartition(".")[2]) if parsed.adapter.hands_makers else None
            if made is not None:
                self.answers[name].append(resolver.yielded(made, certain=True))
                self.places[name].append(f"{view.meta.path}:{parsed.line(made)}")
            for binding in parsed.declared(_constant(name)):
                answer = unknown("changed at run time")
                if binding.value is not None:
                    answer = resolver.resolve(binding.value)
                    self.places[name].append(f"{view.meta.path}:{parsed.line(binding.value)}")
                final = answer if binding.final else replace(answer, complete=False, reason="not final")
                self.answers[name].append(final)

    def _answer(self, name: str) -> tuple[Answer, tuple[str, ...]]:
        if not self._meant(name):
            return unknown("not a constant of a class or module"), ()
        answers = self.answers[name]
        if name in self.beyond:
            answers = [*answers, unknown("too many files, or too large a file, hold the name")]
        if not answers:
            return unknown("declared nowhere in the product"), ()
        return replace(either(answers), origins=(), expression=name), tuple(self.places[name])


@lru_cache(maxsize=256)
def _declaration(language: str, constant: str) -> re.Pattern[bytes]:
    return OUTLOOKS[language].declaration(constant)


def _holds(content: bytes, declaration: re.Pattern[bytes], name: bytes) -> bool:
    """Whether a text holds a declaration. Looked for only where the name stands: a pattern that may begin in every
    line costs a hundred times as much. What stands between a name and its value does not fill `_AROUND` bytes."""
    if declaration.flags & re.IGNORECASE:
        return declaration.search(content) is not None
    for place in places(content, name):
        begin = content.rfind(b"\n", 0, max(0, place - _AROUND)) + 1
        if declaration.search(content, begin, place + len(name) + _AROUND) is not None:
            return True
    return False


def _constant(name: str) -> str:
    return name.rpartition(".")[2].removesuffix("()")
