"""From a use to facts, one per combination of possible values. Shared by `source.py` and `constants.py`."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from assay.core.examination import FileMeta
from assay.core.facts import Fact, Scalar
from assay.examinations.cipher.callbacks import ELSEWHERE, GIVEN
from assay.examinations.cipher.catalogue import Catalogue
from assay.examinations.cipher.misuses import State, few_iterations, secrets, weaknesses
from assay.examinations.cipher.names import priority, protocol, suite
from assay.examinations.cipher.naming import named, recognised, spelling
from assay.examinations.cipher.use import Use
from assay.source.answers import Answer, Value

MOST_PLACES = 12  # lines of a use beside that of its call
DOUBTED: Final = "known, and perhaps harmless here"  # of the value that decides a misuse
_CHECKS: Final[Mapping[str, int]] = {
    "certificate-check-off": 295,
    "ecb-mode": 327,
    "host-name-check-off": 297,
    "weak-random": 338,
}


def facts_of(use: Use, meta: FileMeta, catalogue: Catalogue, by: str) -> Iterator[Fact]:
    """Facts of kinds crypto.use, crypto.protocol and crypto.misuse; none of what is a use only elsewhere."""
    entry = use.entry
    if use.lends:
        return
    seen = "call" if use.called else "constant"
    subject = meta.subject(use.name)

    def fact(kind: str, value: Mapping[str, Scalar], answer: Answer | None = None, role: str = "") -> Fact:
        expression = answer.expression if answer is not None and not answer.complete else ""
        at = use.places.get(role, use.evidence)
        evidence = (replace(at[0], expression=expression), *at[1:])
        common = {"library": entry.library, "seen": seen, "state": use.state}
        return Fact(kind, subject, {**common, **value}, by, evidence)

    if entry.misuse is not None:
        yield from _conditional(use, catalogue, fact)
        return
    if entry.protocol is not None or "protocol" in entry.arguments:
        yield from _protocols(use, catalogue, fact)
        return
    if "priority" in entry.arguments:
        yield from _priorities(use, catalogue, fact)
        return
    if "suites" in entry.arguments:
        yield from _suites(use, catalogue, fact)
        return
    name: Scalar = None
    for value, lacking in named(use, catalogue):
        name = name or value.get("algorithm")
        if entry.use:
            yield fact("crypto.use", value, lacking)
            loose = entry.part and value.get("purpose") is None  # a mode that is handed to nobody known
            made = use.called or use.heir
            yield from weaknesses({**value, "reach": "possible"} if loose else value, fact) if made else ()
    yield from secrets(use, name, fact)
    if entry.part or str(name).startswith(("PBKDF", "PBE")):
        yield from few_iterations(use.answers.get("iterations"), name, fact)


def _conditional(use: Use, catalogue: Catalogue, fact: State) -> Iterator[Fact]:
    """An entry that is a misuse by itself, or when an argument has a given value."""
    entry = use.entry
    value: dict[str, Scalar] = {"misuse": entry.misuse, "cwe": _CHECKS.get(entry.misuse or "", 295), "reach": "certain"}
    if entry.when is None:
        secret = use.answers.get("secret", Answer((Value("text"),), complete=not entry.secret))
        yield fact("crypto.misuse", {**value, "reach": "certain" if secret.certain else "possible"})
        return
    answer = use.answers.get("when", Answer((), True))
    texts = {tested(item, catalogue) for item in answer.values}
    if texts & entry.when.values:
        yield fact("crypto.misuse", {**value, "reach": "certain" if answer.certain else "possible"})
    elif answer.reason in {ELSEWHERE, GIVEN} or not (
        answer.complete or answer.reason == DOUBTED or entry.when.unknown == "nothing"
    ):
        unasked = answer.reason == GIVEN and entry.when.unknown == "nothing"
        told = {"misuse": None} if entry.when.unknown == "open" or unasked else {}
        yield fact("crypto.misuse", {**value, "reach": "possible", **told}, answer)


def tested(item: Value, catalogue: Catalogue) -> str:
    """A value as the conditions of the catalogue spell it."""
    if item.kind == "null":
        return "null"
    return f"yields {item.text}" if item.kind == "yields" else spelling(item, catalogue).lower()


def _protocols(use: Use, catalogue: Catalogue, fact: State) -> Iterator[Fact]:
    answer = use.answers.get("protocol")
    if answer is None:
        answer = Answer((Value("text", use.entry.protocol or ""),))
    reach = "certain" if answer.certain else "possible"
    for item in _single(answer):
        spelt = spelling(item, catalogue)
        known = protocol(catalogue.values.get(spelt, spelt))  # a version may be given as its number
        if known is None and item.kind == "text":
            yield fact("crypto.protocol", {"protocol": None, "version": item.text, "reach": reach})
        elif known is None and item.kind == "number" and item.text != "0":  # 0 is the default of the library
            yield fact(
                "crypto.protocol", {"protocol": "TLS", "version": None, "reach": reach}, replace(answer, complete=False)
            )
        elif known is not None:
            yield fact("crypto.protocol", {"protocol": known[0], "version": known[1], "reach": reach})
    if not answer.complete:
        yield fact("crypto.protocol", {"protocol": "TLS", "version": None, "reach": "possible"}, answer)


def _single(answer: Answer) -> Iterator[Value]:
    """Items of lists, what is joined by `|`, and the words of a text, one by one."""
    for item in answer.values:
        if item.kind == "text" and len(words := re.split(r"[ ,]+", item.text.strip())) > 1:
            yield from (Value("text", word, len(word)) for word in words if word)
            continue
        if item.kind == "reference" and "|" in item.text:
            yield from (Value("reference", name, names=(name,)) for name in item.text.split("|"))
        else:
            yield from item.items if item.kind == "list" else (item,)


def _suites(use: Use, catalogue: Catalogue, fact: State) -> Iterator[Fact]:
    """One use per algorithm that a list of cipher suites switches on by name."""
    answer = use.answers.get("suites", Answer((), True))
    reach = "certain" if answer.certain else "possible"
    for fields in dict.fromkeys(
        tuple(algorithm.fields.items()) for item in _single(answer) for algorithm in suite(spelling(item, catalogue))
    ):
        yield fact("crypto.use", {**dict(fields), "purpose": None, "reach": reach})
    by_class = any(_BY_CLASS.search(spelling(item, catalogue)) for item in _single(answer))
    unread = {"number", "bytes"}  # an array of numbers is bytes
    by_number = any(item.kind in unread and not suite(spelling(item, catalogue)) for item in _single(answer))
    if not answer.complete or by_class or by_number:
        undetermined = recognised(None, use.entry, catalogue)[0]
        yield fact("crypto.use", {**undetermined, "purpose": None, "reach": "possible"}, answer)


def _priorities(use: Use, catalogue: Catalogue, fact: State) -> Iterator[Fact]:
    """The protocols and algorithms that a priority string names, one fact each."""
    answer = use.answers.get("priority", Answer((), True))
    reach, by_class = "certain" if answer.certain else "possible", False
    for item in _single(answer):
        protocols, algorithms, all_of = priority(spelling(item, catalogue))
        by_class = by_class or all_of
        for spelt in protocols:
            if (known := protocol(spelt)) is not None:
                yield fact("crypto.protocol", {"protocol": known[0], "version": known[1], "reach": reach})
        for algorithm in algorithms:
            yield fact("crypto.use", {**algorithm.fields, "purpose": None, "reach": reach})
    if not answer.complete or by_class:
        undetermined = recognised(None, use.entry, catalogue)[0]
        yield fact("crypto.use", {**undetermined, "purpose": None, "reach": "possible"}, answer)
        yield fact("crypto.protocol", {"protocol": "TLS", "version": None, "reach": "possible"}, answer)


# Words of a list that switch on whatever the library holds of a class, weak ones among them (openssl-ciphers(1)).
_BY_CLASS: Final = re.compile(
    r"(?:^|[:, ])(?:ALL|LOW|MEDIUM|EXP(?:ORT(?:40|56)?)?|COMPLEMENTOF(?:ALL|DEFAULT)|SSLv[23]|[ae]?NULL)(?=$|[:, @+])"
)
