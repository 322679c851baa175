"""From a place that names something of the catalogue to facts. Shared by `source.py` and `constants.py`.

A `Use` is everything that one entry says at one place, the values of its arguments as answers; it is plain and
picklable, so that an answer that waits for another file can be filled in later. `facts_of` turns it into facts: one
per combination of possible values.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Final, Protocol

from assay.core.examination import FileMeta, Hit
from assay.core.facts import Evidence, Fact, Scalar
from assay.core.kinds import PURPOSES
from assay.examinations.cipher.catalogue import Catalogue
from assay.examinations.cipher.library import Entry
from assay.examinations.cipher.names import compose, curve, priority, protocol, recognise, suite
from assay.source.answers import Answer, Value, either

MOST_COMBINATIONS = 16
MOST_PLACES = 12  # lines of a use beside that of its call
_NAMING: Final = (
    "algorithm", "mode", "padding", "curve", "digest", "cipher", "key_bits", "key_bytes", "iterations", "purpose",
    "security",
)  # fmt: skip
_SECRET: Final[Mapping[str, tuple[str, int]]] = {
    "key": ("hard-coded-key", 321),
    "password": ("hard-coded-password", 259),
    "iv": ("static-iv", 329),
    "salt": ("static-salt", 760),
    "seed": ("predictable-seed", 335),
}
SECRETS: Final = frozenset(_SECRET)  # roles of arguments that are no literals in a sound product
_LENT: Final = frozenset(
    {"key_bits", "key_bytes", "mode", "padding", "curve", "digest", "iterations", "key", "password", "iv", "salt"}
)
_ASKED: Final = frozenset({"algorithm", "mode", "padding", "spec", "key", "key_bits", "iv"})  # whose object may lend
PLAIN: Final = "jca-keygen"  # the dialect of a bare name, in which the catalogue spells a fixed algorithm
_NUMBERS: Final = frozenset({"key_bits", "key_bytes", "iterations"})
_UNSIZED: Final = frozenset({"hash", "kdf", "mac", "xof"})
_CHECKS: Final[Mapping[str, int]] = {"certificate-check-off": 295, "host-name-check-off": 297, "weak-random": 338}


@dataclass(frozen=True, slots=True)
class Asked:
    """A function whose parameters decide a use and may be given by other files: its place, name and how many
    arguments it takes, the class, module or package that callers name, and whether it is part of a program.
    """

    at: int
    name: str
    least: int
    most: int
    owner: str
    program: bool


@dataclass(frozen=True, slots=True)
class Use:
    entry: Entry
    answers: Mapping[str, Answer]
    name: str
    evidence: tuple[Evidence, ...]
    called: bool
    state: str = "used"
    places: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)  # of roles that a part lent
    at: int = -1  # byte offset of the site
    asked: tuple[Asked, ...] = ()
    hangs: tuple[str, ...] = ()  # names of other files on which its state hangs
    parts: tuple["Use", ...] = ()  # what lent it something

    @property
    def key(self) -> tuple[int, str, int]:
        """What one unit knows it by, however often it is read."""
        return self.at, self.entry.library, self.entry.index

    def pending(self) -> Iterator[tuple[str, str]]:
        """Roles whose value is a name of another file, with the name."""
        for role, answer in self.answers.items():
            if not answer.complete and answer.pending:
                yield role, answer.pending

    def names(self) -> Iterator[str]:
        """Every name of another file that it hangs on."""
        for answer in self.answers.values():
            yield from answer.made_with() if not answer.complete else ()
        yield from self.hangs

    def again(self) -> bool:
        """Whether its unit has to be read again once the names are known: none of them is a value as it stands."""
        return bool(self.asked or self.hangs) or any(
            not answer.complete and answer.within for answer in self.answers.values()
        )

    def waits(self) -> bool:
        return self.again() or any(self.pending())

    def with_answer(self, role: str, answer: Answer) -> "Use":
        return replace(self, answers={**self.answers, role: answer})


@dataclass(frozen=True, slots=True)
class Waiting:
    """The uses of one file that wait for others, and the hits by which they were found."""

    uses: tuple[Use, ...]
    hits: tuple[Hit, ...]


def lent(use: Use, lenders: Mapping[int, Use]) -> Use:
    """The use, with what the parts know that its arguments came from. `lenders` is by place, an answer's `origins`."""
    answers, places = dict(use.answers), dict(use.places)
    made = answers.pop("object", None)
    parts = [lenders[origin] for origin in made.origins if origin in lenders] if made is not None else []
    if made is not None and use.entry.algorithm is None:
        named = [part.answers.get("algorithm", Answer((Value("text", part.entry.algorithm or ""),))) for part in parts]
        rest = () if parts and made.complete else (replace(made, values=(), complete=False, pending=""),)
        answers["algorithm"] = either((*named, *rest))
    for role in ("algorithm", "digest"):
        if role in answers:
            answers[role] = _through(answers[role], lenders)
    for role in _ASKED & use.answers.keys():
        parts += [lenders[origin] for origin in use.answers[role].origins if origin in lenders]
    for part in parts:
        for role in part.answers.keys() & _LENT:
            if role not in answers or _refers(answers[role]) or _is_part(answers[role], lenders):
                answers[role] = part.answers[role]
                places[role] = part.places.get(role, part.evidence)
        for role in part.entry.fixed.keys() & _LENT - use.entry.fixed.keys():
            if role not in answers or _refers(answers[role]) or _is_part(answers[role], lenders):
                answers[role] = Answer((Value("text", str(part.entry.fixed[role])),))
    asked = tuple(dict.fromkeys((*use.asked, *(one for part in parts for one in part.asked))))
    given = (*use.parts, *(part for part in parts if part not in use.parts))
    return replace(use, answers=answers, places=places, evidence=_shown(use, parts), asked=asked, parts=given)


def _shown(use: Use, parts: Sequence[Use]) -> tuple[Evidence, ...]:
    """The lines of a use, and of the parts that it is made of where these are other ones."""
    rows = {(row.path, row.line): row for part in parts for row in part.evidence}
    rows |= {(row.path, row.line): row for row in use.evidence[1:]}
    rows.pop((use.evidence[0].path, use.evidence[0].line), None)
    return (use.evidence[0], *(rows[place] for place in sorted(rows)[:MOST_PLACES]))


def _refers(answer: Answer) -> bool:
    return bool(answer.values) and all(item.kind == "reference" for item in answer.values)


def _is_part(answer: Answer, lenders: Mapping[int, Use]) -> bool:
    """Whether an argument is itself a part, whose value nothing else tells."""
    return not answer.values and not answer.complete and any(origin in lenders for origin in answer.origins)


def _through(answer: Answer, lenders: Mapping[int, Use]) -> Answer:
    """What was named to a call that finds an algorithm by its name or number, instead of that call."""
    parts = [lenders[origin] for origin in answer.origins if origin in lenders]
    finders = [part for part in parts if part.entry.algorithm is None and "algorithm" in part.answers]
    if not finders:
        return answer
    calls = {call for part in finders for call in part.entry.calls}
    others = replace(answer, values=tuple(item for item in answer.values if item.text not in calls))
    return either((others, *(part.answers["algorithm"] for part in finders)))


class _State(Protocol):
    """States one fact about the place of a use, or of a role's object; `answer` is the one that lacks something."""

    def __call__(
        self, kind: str, value: Mapping[str, Scalar], answer: Answer | None = None, role: str = ""
    ) -> Fact: ...


def facts_of(use: Use, meta: FileMeta, catalogue: Catalogue, by: str) -> Iterator[Fact]:
    """Facts of kinds crypto.use, crypto.protocol and crypto.misuse."""
    entry = use.entry
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
    named: Scalar = None
    for value, lacking in _named(use, catalogue):
        named = named or value.get("algorithm")
        if entry.use:
            yield fact("crypto.use", value, lacking)
            yield from weaknesses(value, fact) if use.called else ()
    yield from _secrets(use, named, fact)
    if entry.part or str(named).startswith(("PBKDF", "PBE")):
        yield from few_iterations(use.answers.get("iterations"), named, fact)


def _conditional(use: Use, catalogue: Catalogue, fact: "_State") -> Iterator[Fact]:
    """An entry that is a misuse by itself, or when an argument has a given value."""
    entry = use.entry
    value: dict[str, Scalar] = {"misuse": entry.misuse, "cwe": _CHECKS.get(entry.misuse or "", 295), "reach": "certain"}
    if entry.when is None:
        secret = use.answers.get("secret", Answer((Value("text"),), complete=not entry.secret))
        yield fact("crypto.misuse", {**value, "reach": "certain" if secret.certain else "possible"})
        return
    answer = use.answers.get("when", Answer((), True))
    texts = {_tested(item, catalogue) for item in answer.values}
    if texts & entry.when.values:
        yield fact("crypto.misuse", {**value, "reach": "certain" if answer.certain else "possible"})
    elif not answer.complete and entry.when.unknown != "nothing":
        told = {} if entry.when.unknown == "possible" else {"misuse": None}
        yield fact("crypto.misuse", {**value, "reach": "possible", **told}, answer)


def _tested(item: Value, catalogue: Catalogue) -> str:
    """A value as the conditions of the catalogue spell it."""
    if item.kind == "null":
        return "null"
    return f"yields {item.text}" if item.kind == "yields" else spelling(item, catalogue).lower()


def _protocols(use: Use, catalogue: Catalogue, fact: "_State") -> Iterator[Fact]:
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


def _suites(use: Use, catalogue: Catalogue, fact: "_State") -> Iterator[Fact]:
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
        undetermined = _recognised(None, use.entry, catalogue)[0]
        yield fact("crypto.use", {**undetermined, "purpose": None, "reach": "possible"}, answer)


def _priorities(use: Use, catalogue: Catalogue, fact: "_State") -> Iterator[Fact]:
    """The protocols and algorithms that a priority string names, one fact each."""
    answer = use.answers.get("priority", Answer((), True))
    reach, by_class = "certain" if answer.certain else "possible", False
    for item in _single(answer):
        protocols, algorithms, all_of = priority(spelling(item, catalogue))
        by_class = by_class or all_of
        for named in protocols:
            if (known := protocol(named)) is not None:
                yield fact("crypto.protocol", {"protocol": known[0], "version": known[1], "reach": reach})
        for algorithm in algorithms:
            yield fact("crypto.use", {**algorithm.fields, "purpose": None, "reach": reach})
    if not answer.complete or by_class:
        undetermined = _recognised(None, use.entry, catalogue)[0]
        yield fact("crypto.use", {**undetermined, "purpose": None, "reach": "possible"}, answer)
        yield fact("crypto.protocol", {"protocol": "TLS", "version": None, "reach": "possible"}, answer)


# Words of a list that switch on whatever the library holds of a class, weak ones among them (openssl-ciphers(1)).
_BY_CLASS: Final = re.compile(
    r"(?:^|[:, ])(?:ALL|LOW|MEDIUM|EXP(?:ORT(?:40|56)?)?|COMPLEMENTOF(?:ALL|DEFAULT)|SSLv[23]|[ae]?NULL)(?=$|[:, @+])"
)


def _named(use: Use, catalogue: Catalogue) -> Iterator[tuple[dict[str, Scalar], Answer | None]]:
    """One value of crypto.use per combination of possible arguments, and the answer that lacks something."""
    entry = use.entry
    roles = [role for role in _NAMING if role in use.answers]
    lacking = next((use.answers[role] for role in roles if not use.answers[role].complete), None)
    options = [_options(use.answers[role]) for role in roles]
    combinations = [dict(zip(roles, choice, strict=True)) for choice in product(*options)]
    # Two purposes are two uses of one object, not doubt about it.
    doubtful = [option for role, option in zip(roles, options, strict=True) if role != "purpose"]
    several = any(len(option) > 1 for option in doubtful)
    reach = "possible" if several else "certain"
    for chosen in combinations[:MOST_COMBINATIONS]:
        for value in _algorithms(entry, chosen, catalogue):
            if not use.called and value["purpose"] == "digest" and "purpose" not in chosen:
                value["purpose"] = None  # handed on: it may become a digest, or part of something else
            # What is only handed on, for no purpose that shows, may never be called: it neither convicts nor acquits.
            handed_on = not use.called and value["purpose"] is None
            yield {**value, "reach": "possible" if handed_on else reach}, lacking


def _options(answer: Answer) -> tuple[Value | None, ...]:
    """Possible values; None stands for "there may be another"."""
    values = (part for item in answer.values for part in (item.items if item.kind == "list" else (item,)))
    return (*values, *((None,) if not answer.complete or not answer.values else ()))


def _algorithms(entry: Entry, chosen: Mapping[str, Value | None], catalogue: Catalogue) -> Iterator[dict[str, Scalar]]:
    purpose = entry.purpose
    if "purpose" in chosen:
        said = chosen["purpose"]
        purpose = _purpose(said, entry, catalogue) or purpose if said is not None else purpose
    if (security := chosen.get("security")) is not None and security.text == "false":
        purpose = "checksum"
    item = chosen.get("algorithm")
    if item is not None and item.kind == "null":
        return
    if "algorithm" not in chosen and entry.algorithm is not None:
        item = Value("text", entry.algorithm)
    bases = _recognised(item, entry, catalogue)
    more = _details(entry, chosen, catalogue)
    for position, base in enumerate(bases):
        value = dict(base)
        if position == 0:
            if base["primitive"] is None and entry.primitive is not None:
                more = {"primitive": entry.primitive, **more}
            elif base["primitive"] is None and purpose is not None:
                more = {"purpose": purpose, **more}
            if more.get("key_bits", 0) is None and (base["primitive"] in _UNSIZED or base.get("key_bits") is not None):
                more = {key: said for key, said in more.items() if key != "key_bits"}
            value = dict(compose(base, **more)) if more else value
            if more.get("digest", "") is None:
                value["algorithm"] = None  # it may be HMAC-MD5 and it may not
                value.pop("oid", None)
            elif "digest" in more and len(bases) == 1:
                whole = recognise(str(value["algorithm"]), "jca-keygen")  # the name as it stands
                bases.extend(part.fields for part in whole[1:])
        derived = purpose == "key-agreement" and value["primitive"] == "kdf"  # derivations share the call
        value["purpose"] = "key-derivation" if derived else purpose
        yield value


def _purpose(said: Value, entry: Entry, catalogue: Catalogue) -> str | None:
    """What an argument such as a mode of operation makes of the call."""
    if said.kind == "number":
        return catalogue.own.get((entry.library, said.text))
    text = catalogue.values.get(catalogue.canonical(said.names[0]) if said.names else said.text, said.text)
    return text if text in PURPOSES else None


def _recognised(item: Value | None, entry: Entry, catalogue: Catalogue) -> list[Mapping[str, Scalar]]:
    if item is not None:
        named = _worded(item, entry, catalogue)
        found = recognise(named, entry.dialect) or (recognise(named, PLAIN)[:1] if item.text == entry.algorithm else ())
        if found:
            return [algorithm.fields for algorithm in found]
    undetermined: dict[str, Scalar] = {"algorithm": None, "family": None, "primitive": entry.primitive}
    if item is not None and (item.kind == "text" or _is_named(item, catalogue)):
        undetermined["algorithm"] = spelling(item, catalogue)[:80]  # a name that no table of names knows
    if entry.primitive in {None, "block-cipher", "ae"}:
        undetermined |= {"mode": None, "padding": None}
    if entry.primitive in {None, "signature", "pke", "key-agree"}:
        undetermined["key_bits"] = None
    return [undetermined]


def _details(entry: Entry, chosen: Mapping[str, Value | None], catalogue: Catalogue) -> dict[str, Scalar]:
    """Mode, padding, sizes, curve and digest, from the entry and from arguments; None where undetermined."""
    more: dict[str, Scalar] = {}
    for key, given in entry.fixed.items():
        more[key] = _detail(key, str(given))
    for role in ("mode", "padding", "curve", "digest", "cipher", "key_bits", "key_bytes", "iterations"):
        if role not in chosen or (role == "key_bits" and chosen[role] is None and chosen.get("curve") is not None):
            continue
        item = chosen[role]
        key = "key_bits" if role == "key_bytes" else role
        if item is not None and (item.kind == "null" or (item.kind in {"reference", "text"} and role in _NUMBERS)):
            continue
        if item is not None and item.kind == "number" and role == "curve":
            continue  # one position carries a size for RSA and a curve for EC
        said = _detail(role, _worded(item, entry, catalogue)) if item is not None else None
        more[key] = said
    return more


def _detail(role: str, text: str) -> Scalar:
    match role:
        case "key_bits" | "iterations":
            return int(text) if text.isdigit() else None
        case "key_bytes":
            return int(text) * 8 if text.isdigit() else None
        case "curve":
            found = curve(text)
            return found.name if found is not None else None
        case "cipher":
            return text
        case "mode" if text.isdigit():
            return None
        case "digest":
            digests = recognise(text, "any")
            return digests[0].fields.get("algorithm") if digests else None
    return text.lower()


def _worded(item: Value, entry: Entry, catalogue: Catalogue) -> str:
    """What a value says to the library of an entry, which may have words of its own."""
    spelt = spelling(item, catalogue)
    return catalogue.own.get((entry.library, spelt), spelt) if item.kind == "text" else spelt


def spelling(item: Value, catalogue: Catalogue) -> str:
    """What a value says: a literal as written, a reference by the catalogue or by its last name."""
    if item.kind != "reference":
        return item.text
    for name in item.names or (item.text,):
        known = catalogue.canonical(name)
        if known in catalogue.values:
            return catalogue.values[known]
        for entry in catalogue.entries.get(known, ()) or catalogue.entries.get(f"{known}.<init>", ()):
            if entry.algorithm is not None:
                return entry.algorithm
    parts = [part for part in item.text.split(".") if part not in {"<init>", "newInstance", "getInstance"}]
    return parts[-1] if parts else item.text


def _is_named(item: Value, catalogue: Catalogue) -> bool:
    """Whether the catalogue names the algorithm of a reference."""
    known = [catalogue.canonical(name) for name in item.names]
    return any(
        name in catalogue.values or any(entry.algorithm for entry in catalogue.entries.get(name, ())) for name in known
    )


_MODULI: Final = frozenset({"RSA", "RSAES-PKCS1", "RSAES-OAEP", "RSASSA-PKCS1", "RSASSA-PSS", "DSA", "FFDH", "ElGamal"})
SHORTEST: Final = 2048  # bits of a modulus, NIST SP 800-131A
FEWEST: Final = 1000  # iterations, NIST SP 800-132


def weaknesses(value: Mapping[str, Scalar], fact: "_State") -> Iterator[Fact]:
    """What a use says against itself: blocks by themselves, a modulus that can be factored."""
    bits, told = value.get("key_bits"), {"algorithm": value.get("algorithm"), "reach": value.get("reach")}
    wraps = value.get("purpose") in {"key-wrap", "mac", "random", "key-generation"}
    if value.get("mode") == "ecb" and value.get("primitive") == "block-cipher" and not wraps:
        yield fact("crypto.misuse", {"misuse": "ecb-mode", "cwe": 327, **told})
    if value.get("family") in _MODULI and isinstance(bits, int) and bits < SHORTEST:
        yield fact("crypto.misuse", {"misuse": "short-key", "cwe": 326, **told})


def few_iterations(answer: Answer | None, named: Scalar, fact: "_State") -> Iterator[Fact]:
    """A key from a password by fewer steps than the standard asks for."""
    counts = [item for item in answer.values if item.kind == "number" and item.text.isdigit()] if answer else []
    if answer is not None and any(0 < int(item.text) < FEWEST for item in counts):
        reach = "certain" if answer.certain else "possible"
        told: dict[str, Scalar] = {"misuse": "few-iterations", "cwe": 916, "algorithm": named, "reach": reach}
        yield fact("crypto.misuse", told, None, "iterations")


def _secrets(use: Use, named: Scalar, fact: "_State") -> Iterator[Fact]:
    for role, (misuse, cwe) in _SECRET.items():
        answer = use.answers.get(role)
        literals = [item for item in answer.values if _is_literal(item, role)] if answer else []
        if answer is None or not literals or (role in {"key", "password"} and all(map(_placeholder, literals))):
            continue
        value: dict[str, Scalar] = {"misuse": misuse, "cwe": cwe, "reach": "certain" if answer.certain else "possible"}
        yield fact("crypto.misuse", {**value, "algorithm": named}, None, role)


def _is_literal(item: Value, role: str) -> bool:
    return (item.kind in {"text", "bytes"} and item.size > 0) or (role == "seed" and item.kind == "number")


def _placeholder(item: Value) -> bool:
    """Text that stands for a value to be put in, such as `<your-key>` or `${KEY}`, or too short to be a key."""
    text = item.text
    return item.kind == "text" and (text.startswith(("<", "${", "{{", "%")) or len(text) < 4)
