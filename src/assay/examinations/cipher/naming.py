"""The algorithms that the arguments of a use name: one value of crypto.use per combination of possible arguments."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final

from assay.core.facts import Scalar
from assay.core.kinds import PURPOSES
from assay.examinations.cipher.catalogue import Catalogue
from assay.examinations.cipher.library import Entry
from assay.examinations.cipher.misuses import MODULI
from assay.examinations.cipher.names import compose, curve, recognise
from assay.source.answers import Answer, Value

if TYPE_CHECKING:
    from assay.examinations.cipher.use import Use

MOST_COMBINATIONS = 16
_NAMING: Final = (
    "algorithm", "mode", "padding", "curve", "digest", "cipher", "key_bits", "key_bytes", "iterations", "purpose",
    "security",
)  # fmt: skip
PLAIN: Final = "jca-keygen"  # the dialect of a bare name, in which the catalogue spells a fixed algorithm
_NUMBERS: Final = frozenset({"key_bits", "key_bytes", "iterations"})
_UNSIZED: Final = frozenset({"hash", "kdf", "mac", "xof"})
_ITERATED: Final = frozenset({"PBKDF2", "PBES2", "PBMAC1"})
_CURVED: Final = frozenset({"EC", "ECDSA", "ECDH", "ECIES", "MQV"})


def named(use: "Use", catalogue: Catalogue) -> Iterator[tuple[dict[str, Scalar], Answer | None]]:
    """One value of crypto.use per combination of possible arguments, and the answer that lacks something."""
    entry = use.entry
    roles = [role for role in _NAMING if role in use.answers]
    lacking = next((use.answers[role] for role in roles if not use.answers[role].complete), None)
    options = [_options(use.answers[role]) for role in roles]
    combinations = [dict(zip(roles, choice, strict=True)) for choice in product(*options)]
    # Two purposes are two uses of one object, and a list switches on all that it names: there is no doubt about them.
    settled = {role for role in roles if role == "purpose" or _is_list(use.answers[role])}
    doubtful = [option for role, option in zip(roles, options, strict=True) if role not in settled]
    several = any(len(option) > 1 for option in doubtful)
    reach = "possible" if several else "certain"
    for chosen in combinations[:MOST_COMBINATIONS]:
        for value in _algorithms(entry, chosen, catalogue):
            if not use.called and value["purpose"] == "digest" and "purpose" not in chosen:
                value["purpose"] = None  # handed on: it may become a digest, or part of something else
            # What is only handed on, for no purpose that shows, may never be called: it neither convicts nor acquits.
            handed_on = use.heir or (not use.called and value["purpose"] is None)
            yield {**value, "reach": "possible" if handed_on else reach}, lacking


def _is_list(answer: Answer) -> bool:
    return answer.certain and answer.values[0].kind == "list"


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
    bases = recognised(item, entry, catalogue)
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
            elif ("digest" in more or "cipher" in more) and len(bases) == 1:
                whole = recognise(str(value["algorithm"]), "jca-keygen")  # the name as it stands
                beside = () if whole[1:] else recognise(str(more.get("digest", "")), "hashlib")
                bases.extend(part.fields for part in whole[1:] or beside)
        derived = purpose == "key-agreement" and value["primitive"] == "kdf"  # derivations share the call
        value["purpose"] = "key-derivation" if derived else purpose
        yield _with_missing(value)


def _purpose(said: Value, entry: Entry, catalogue: Catalogue) -> str | None:
    """What an argument such as a mode of operation makes of the call."""
    if said.kind == "number":
        return catalogue.own.get((entry.library, said.text))
    text = catalogue.values.get(catalogue.canonical(said.names[0]) if said.names else said.text, said.text)
    return text if text in PURPOSES else None


def recognised(item: Value | None, entry: Entry, catalogue: Catalogue) -> list[Mapping[str, Scalar]]:
    if item is not None:
        named = _worded(item, entry, catalogue)
        found = recognise(named, entry.dialect) or (recognise(named, PLAIN)[:1] if item.text == entry.algorithm else ())
        if found:
            return [algorithm.fields for algorithm in found]
    if entry.spelt and (item is None or item.text != entry.algorithm):
        return recognised(Value("text", entry.algorithm or ""), entry, catalogue)
    undetermined: dict[str, Scalar] = {"algorithm": None, "family": None, "primitive": entry.primitive}
    if item is not None and (item.kind == "text" or _is_named(item, catalogue)):
        undetermined["algorithm"] = spelling(item, catalogue)[:80]  # a name that no table of names knows
    if entry.primitive in {None, "block-cipher", "ae"}:
        undetermined |= {"mode": None, "padding": None}
    if entry.primitive in {None, "signature", "pke", "key-agree"}:
        undetermined["key_bits"] = None
    return [undetermined]


def _with_missing(value: dict[str, Scalar]) -> dict[str, Scalar]:
    """With None for what an algorithm cannot be without where nobody told it: an absent key would be one that does not
    apply, and would meet every rule about it. The size of a key counts where the key is made."""
    family, makes = value["family"], value["purpose"] == "key-generation"
    if family in _ITERATED:
        value.setdefault("iterations", None)
    elif family in MODULI and makes:
        value.setdefault("key_bits", None)
    elif family in _CURVED and makes and "key_bits" not in value:
        value.setdefault("curve", None)
    return value


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
    if entry.spelt and item.text.isdigit():
        return entry.spelt.replace("%", item.text)
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
