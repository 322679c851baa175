"""From the entries of one file to facts and shortfalls.

Every entry that speaks of cryptography goes one of three ways. It has a meaning and its value is read: facts. Its
value is a variable, or in no grammar known here: a shortfall with the line, and a fact without a value where one rule
is left open by it. Or it is harmless: a switch, a path, an address, a name that no table of names knows, the text of
a description. A name of an algorithm under a key of cryptography that does not say what it is for is a *possible* use;
under any other key it is a shortfall.

Secrets are masked everywhere; a password or key in clear is a misuse.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.examination import FileMeta, Shortfall
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.cipher.masking import masked
from assay.examinations.cipher.settings import values
from assay.examinations.cipher.settings.entries import Entry, Reading
from assay.examinations.cipher.settings.harmless import fallback, simple, variable, weighty
from assay.examinations.cipher.settings.meanings import OF_TLS, TABLES, Meaning, meaning_of, words_of
from assay.examinations.cipher.settings.mentions import mentions
from assay.examinations.cipher.settings.values import Said

LONGEST = 300
MOST_FACTS = 20_000
MOST_EVIDENCE = 20
MOST_STATED = 500  # by one setting
_INERT = frozenset(
    {"alias", "description",
     "title", "summary", "comment", "comments", "help", "label", "labels", "displayname", "message",
     "name", "tags", "tag", "keywords", "url", "homepage", "license", "author", "authors", "artifactid", "groupid",
     "documentation", "notes", "note", "doc", "image", "repository", "version", "changelog", "text", "depends",
     "dependencies", "module", "import", "imports", "package", "packages", "contributors", "classname", "category",
     "bugfixes", "minor_changes", "major_changes", "release_summary", "known_issues", "breaking_changes",
     "fragments", "deprecated_features", "security_fixes", "new_plugin", "short_description", "long_description",
     "hint", "placeholder", "example", "examples", "copyright", "icon", "uses"}
)  # fmt: skip
_POLICY = frozenset(
    {"policy", "profile", "level", "mode", "security", "options", "params", "strength", "settings", "config", "suite",
     "version", "protocol", "cipher", "ciphers", "algorithm", "encryption", "verify", "insecure", "backend",
     "encrypt", "crypto", "hmac", "kdf", "jws", "jwe", "transformation"}
)  # fmt: skip
_NO_SETTING = re.compile(
    r".*dependenc.*|extras?|requires?|extras_require|per-file-ignores|package[-_]data|classifiers|overrides|devdependencies|"
    r"labels|annotations|keywords|changes|release_notes|i18n|messages|translations|exports|files|bugfixes|minor_changes",
    re.IGNORECASE,
)
_OF_PACKAGES = re.compile(
    r"(?:[\w.'\"-]+\.)?(?:(?:dev|build|peer|optional)[-_]?)?dependencies(?:\.[\w.-]+)?", re.IGNORECASE
)
_VERSION = re.compile(r"v?1[._][0-3]")
_NAMES = re.compile(r"[A-Za-z][\w-]{2,60}")
_MASKED = frozenset({"keystore-password", "secret"})
_DECISIVE = frozenset(
    {"protocols", "min-protocol", "max-protocol", "ciphers", "proposals", "groups", "signature-algorithms", "mac",
     "key-exchange", "host-key", "algorithm", "verification", "host-name-check", "disabled-algorithms"}
)  # fmt: skip


class Stating(Struct):
    """Facts and shortfalls of one file in progress. `by` is the examination."""

    meta: FileMeta
    software: str
    by: str
    facts: list[Fact] = field(default_factory=list)
    lines: dict[int, str] = field(default_factory=dict)
    limits: dict[tuple[str, ...], dict[str, Entry]] = field(default_factory=dict)
    expanded: set[str] = field(default_factory=set)

    def read(self, reading: Reading) -> None:
        texts: set[str] = set()
        for entry in reading.entries:
            texts.add(entry.key)
            texts.update(entry.values, entry.around)
        told = set(filter(mentions, texts))
        directives = TABLES.get(self.software, ())
        for entry in reading.entries:
            if (
                entry.key in told
                or not told.isdisjoint(entry.values)
                or not told.isdisjoint(entry.around)
                or entry.key.lower() in directives
            ):
                self._entry(entry)
            if len(self.facts) > MOST_FACTS:
                self.lines.setdefault(entry.line, "too many settings")
                break
        self._between()
        for line, text in reading.stray:
            if word := weighty(text) or self._decisive(text):
                self.lines.setdefault(line, word)
        if reading.broken is not None:
            self.lines.setdefault(*reading.broken)

    def shortfalls(self, shown: int = 5) -> tuple[Shortfall, ...]:
        if not self.lines:
            return ()
        rows = [f"line {line} {word[:60]}" for line, word in sorted(self.lines.items())[:shown]]
        more = f" ... ({len(self.lines)} lines)" if len(self.lines) > shown else ""
        return (Shortfall("configuration", ", ".join(rows) + more),)

    def _decisive(self, text: str) -> str:
        """The first word in a text with a variable that would decide, were it a setting."""
        if not variable(text) or not mentions(text):
            return ""
        for name in _NAMES.findall(text):
            meaning = meaning_of(self.software, name) if mentions(name) else None
            if meaning is not None and meaning.what in _DECISIVE:
                return str(name)
        return ""

    def _entry(self, entry: Entry) -> None:
        """An entry that speaks of cryptography. What a package depends on sets nothing."""
        if any(map(_OF_PACKAGES.fullmatch, entry.path)) or (self.meta.format == "TOML" and entry.path == ("features",)):
            return
        inside, rest = values.assignments(entry)
        for inner in inside:
            self._entry(inner)
        meaning = meaning_of(self.software, entry.key, entry.around)
        if meaning is None or not self._stated(entry, meaning):
            self._leftover(rest)

    def _stated(self, entry: Entry, meaning: Meaning) -> bool:
        """Whether the meaning took the value."""
        if not entry.values or not any(entry.values):
            said = values.read(entry, meaning) if meaning.what == "host-name-check" else None
            self._say(entry, meaning, said or Said(unknown=weighty(entry.key)))
            return True
        if variable(entry.text) and meaning.what in _DECISIVE:
            if meaning.what == "algorithm" and not values.names_algorithm(words_of(entry.key)):
                return False
            self._unresolved(entry, meaning)
            return True
        if meaning.what in {"min-protocol", "max-protocol"}:
            key = (
                *entry.path,
                *(word for word in words_of(entry.key) if word not in {"min", "max", "minimum", "maximum"}),
            )
            self.limits.setdefault(key, {})[meaning.what] = entry
            self._setting(entry, meaning, entry.text)
            return True
        said = values.read(entry, meaning)
        if said is None:
            return False
        self._say(entry, meaning, said)
        return True

    def _say(self, entry: Entry, meaning: Meaning, said: Said) -> None:
        self._setting(entry, meaning, _content(entry, meaning))
        classes = entry.text if meaning.what == "ciphers" else ""
        once = {(kind, *value.items()): (kind, value) for kind, value in said.facts}
        if len(once) > MOST_STATED:
            self.lines.setdefault(entry.line, f"{entry.key} names more than {MOST_STATED}")
        for kind, value in list(once.values())[:MOST_STATED]:
            if classes and value.get("reach") == "possible":
                if classes not in self.expanded:  # what a class may hold is said once a file, not once a server
                    self._state(Entry((), entry.key, entry.values, entry.line, entry.doubt), kind, value)
            else:
                self._state(entry, kind, value)
        self.expanded.add(classes)
        if said.unknown:
            self.lines.setdefault(entry.line, f"{entry.key} {said.unknown}")

    def _setting(self, entry: Entry, meaning: Meaning, content: str | None) -> None:
        value: dict[str, Scalar] = {
            "software": self.software,
            "meaning": meaning.what,
            "directive": entry.key[:120],
            "place": entry.place[:200],
            "content": content,
            "default": False,
        }
        self.facts.append(
            Fact("crypto.setting", self._subject(entry), value, self.by, (self._evidence(entry, content),))
        )

    def _state(self, entry: Entry, kind: str, value: Mapping[str, Scalar], expression: str = "") -> None:
        reach = "possible" if entry.doubt else value.get("reach", "certain")
        whole = {"seen": "config", "state": "used", **value, "reach": reach}
        meaning = meaning_of(self.software, entry.key, entry.around)
        evidence = self._evidence(entry, _content(entry, meaning) if meaning else "", expression)
        self.facts.append(Fact(kind, self._subject(entry), whole, self.by, (evidence,)))

    def _subject(self, entry: Entry) -> Subject:
        return self.meta.subject(entry.place[:200])

    def _evidence(self, entry: Entry, content: str | None, expression: str = "") -> Evidence:
        shown = _excerpt(entry.key[:LONGEST], content or "")
        return Evidence(self.meta.path, entry.line, shown, expression=expression[:160])

    def _unresolved(self, entry: Entry, meaning: Meaning) -> None:
        """A variable decides. What stands in it for the case that nobody sets it is possible."""
        self.lines.setdefault(entry.line, entry.key)
        self._setting(entry, meaning, None)
        given = fallback(entry.text)
        said = values.read(replace(entry, values=(given,)), meaning) if given else None
        for kind, value in said.facts if said is not None else ():
            self._state(entry, kind, {**value, "reach": "possible"})
        for kind, value in values.undetermined(meaning):
            self._state(entry, kind, {**value, "reach": "possible"}, entry.text)

    def _between(self) -> None:
        """Lowest and highest versions of one place, together."""
        for pair in self.limits.values():
            low, high = pair.get("min-protocol"), pair.get("max-protocol")
            entry = low or high
            if entry is None:
                continue
            said = values.versions_between(low.text if low else None, high.text if high else None)
            for kind, value in said.facts:
                self._state(entry, kind, value)
            if said.unknown:
                self.lines.setdefault(entry.line, f"{entry.key} {said.unknown}")

    def _leftover(self, entry: Entry) -> None:
        """Speaks of cryptography and has no meaning known here."""
        words = words_of(entry.key)
        if entry.key.lower() in _INERT or (words and words[-1] in _INERT):
            return
        if any(map(_NO_SETTING.fullmatch, entry.path)):
            return
        if not any(entry.values) and (word := weighty(entry.key)):
            self.lines.setdefault(entry.line, word)
        distinct = list(dict.fromkeys(entry.values))
        if len(distinct) > MOST_STATED and any(map(weighty, distinct[MOST_STATED:])):
            self.lines.setdefault(entry.line, f"{entry.key} names more than {MOST_STATED}")
        for value in distinct[:MOST_STATED]:
            if simple(value):
                if _VERSION.fullmatch(value) and OF_TLS.intersection(
                    word for name in entry.around for word in words_of(name)
                ):
                    self.lines.setdefault(entry.line, f"{entry.key} {value}")
                continue
            uses = values.algorithms(value)
            if uses and (mentions(entry.key) or any(map(mentions, entry.path))):
                for use in uses:
                    self._state(entry, "crypto.use", {**use, "purpose": None, "reach": "possible"})
            elif word := (value if uses else weighty(value)):
                self.lines.setdefault(entry.line, f"{entry.key} {word}".strip())
        if mentions(entry.key) and _POLICY.intersection(words[-1:]) and not all(map(simple, entry.values)):
            self.lines.setdefault(entry.line, entry.key)


@lru_cache(maxsize=256)
def _excerpt(key: str, content: str) -> str:
    """What a setting says in one line; the facts of one entry share it."""
    return masked(f"{key} {content}".strip())[:160]


def _content(entry: Entry, meaning: Meaning | None) -> str | None:
    if meaning is not None and meaning.what in _MASKED:
        text = entry.text
        return text if simple(text) or variable(text) else f"<{len(text)} characters>"
    if "-----BEGIN " in entry.text:
        return f"<{len(entry.text)} characters>"  # a key, and nothing that a certificate's text adds
    return values.without_credentials(entry.text[: 4 * LONGEST])[:LONGEST]


def stated(facts: Iterable[Fact]) -> Iterator[Fact]:
    """Each fact once: a file that says the same thing often in one place says it once, with its first lines."""
    seen: dict[tuple[object, ...], tuple[Fact, list[Evidence]]] = {}
    for fact in facts:
        key = (fact.kind, fact.subject, tuple(fact.value.items()))
        kept = seen.setdefault(key, (fact, []))[1]
        if len(kept) < MOST_EVIDENCE:
            kept += [item for item in fact.evidence if item not in kept]
    for fact, evidence in seen.values():
        yield fact if len(evidence) == 1 == len(fact.evidence) else replace(fact, evidence=tuple(evidence))
