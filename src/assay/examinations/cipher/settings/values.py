"""What the value of a setting says, by what the setting decides.

`read` gives kinds and values of facts, or None when the value does not fit the meaning at all, and the entry has to
be judged as if it had none. A word in a list that nobody here knows is `unknown`: the rest of the list is stated.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from assay.core import late
from assay.core.facts import Scalar
from assay.examinations.cipher.names import compose, curve, recognise
from assay.examinations.cipher.settings import checks
from assay.examinations.cipher.settings.ciphers import chosen
from assay.examinations.cipher.settings.entries import Entry
from assay.examinations.cipher.settings.harmless import simple, variable
from assay.examinations.cipher.settings.ipsec import proposals
from assay.examinations.cipher.settings.meanings import Meaning, purpose_of, words_of
from assay.examinations.cipher.settings.mentions import mentions
from assay.examinations.cipher.settings.versions import Spoken, between, listed
from assay.examinations.cipher.settings.versions import words_of as listed_words

Stated = tuple[str, Mapping[str, Scalar]]
_USE, _PROTOCOL = "crypto.use", "crypto.protocol"


_NAMING_ALGORITHMS = frozenset(
    {"ciphers", "proposals", "mac", "key-exchange", "host-key", "algorithm", "groups", "signature-algorithms"}
)


class Said(Struct, frozen=True):
    facts: tuple[Stated, ...] = ()
    unknown: str = ""


def read(entry: Entry, meaning: Meaning) -> Said | None:
    """What a value without variables says. None: it does not fit."""
    reader = _READERS.get(meaning.what)
    return reader(entry, meaning) if reader is not None else Said()


def undetermined(meaning: Meaning) -> tuple[Stated, ...]:
    """What is left open by a value that cannot be known."""
    match meaning.what:
        case "protocols" | "min-protocol" | "max-protocol":
            name = "SSH" if meaning.how == "ssh" else "TLS"
            return ((_PROTOCOL, {"protocol": name, "version": None}),)
        case "verification" | "host-name-check":
            off = "certificate-check-off" if meaning.what == "verification" else "host-name-check-off"
            return (("crypto.misuse", {"misuse": off, "cwe": 295 if meaning.what == "verification" else 297}),)
    undecided = {"algorithm": None, "family": None, "primitive": None, "purpose": None}
    return ((_USE, undecided),) if meaning.what in _NAMING_ALGORITHMS else ()


def versions_between(lowest: str | None, highest: str | None) -> Said:
    if lowest is not None and lowest.lower() in {"none", "default", "system"}:
        lowest = None
        if highest is None:
            return Said(((_PROTOCOL, {"protocol": "TLS", "version": None, "reach": "possible"}),))
    return _versions(between(lowest, highest))


def _versions(spoken: Spoken) -> Said:
    facts: list[Stated] = [
        (_PROTOCOL, {"protocol": name, "version": number, "reach": "certain" if certain else "possible"})
        for (name, number), certain in spoken.on
    ]
    if spoken.unknown:
        facts.append((_PROTOCOL, {"protocol": "TLS", "version": None, "reach": "possible"}))
    return Said(tuple(facts), " ".join(spoken.unknown)[:80])


def _protocols(entry: Entry, meaning: Meaning) -> Said | None:
    if meaning.how == "ssh":
        known = {"1": "1.5", "2": "2.0"}
        numbers = listed_words(entry.values)
        facts = tuple((_PROTOCOL, {"protocol": "SSH", "version": known[item]}) for item in numbers if item in known)
        return Said(facts, " ".join(item for item in numbers if item not in known))
    spoken = listed(entry.values, replacing=meaning.how == "replacing")
    if not spoken.on and spoken.unknown and not mentions(entry.key) and not mentions(entry.text):
        return None
    if not spoken.on and all(
        word.lower().startswith(("http", "tcp", "udp", "h2", "grpc", "org.")) for word in spoken.unknown
    ):
        return None  # a protocol, but of another kind: HTTP/1.1
    return _versions(spoken)


def _ciphers(entry: Entry, meaning: Meaning) -> Said | None:
    if meaning.how == "ssh":
        return _names(entry, "encryption")
    words = list(entry.values)
    if meaning.how == "apache" and len(words) > 1 and words[0].lower() in {"ssl", "tlsv1.3", "tls"}:
        words = words[1:]
    if all(map(simple, words)) and not any(map(mentions, words)):
        return None
    listed = ":".join(words)[:20_000]
    single = [use for word in words for use in algorithms(word)] if not chosen(listed).algorithms else []
    if single:
        return Said(tuple((_USE, {**use, "purpose": "encryption"}) for use in single))
    return _switched_on(listed)


@lru_cache(maxsize=64)
def _switched_on(listed: str) -> Said:
    """What a list of suites means; a file gives the same one to many servers."""
    found = chosen(listed)
    facts: list[Stated] = [
        (_USE, {**fields, "purpose": None, "reach": "certain" if certain else "possible"})
        for fields, certain in found.algorithms
    ]
    if found.unknown:
        facts.append(
            (_USE, {"algorithm": None, "family": None, "primitive": None, "purpose": None, "reach": "possible"})
        )
    return Said(tuple(facts), " ".join(found.unknown)[:80])


def _names(entry: Entry, purpose: str) -> Said:
    """A list of SSH: + appends to the library's own, ^ puts first, - takes away."""
    text = ",".join(entry.values)
    if text.startswith("-"):
        return Said()
    facts: list[Stated] = []
    unknown: list[str] = []
    for name in listed_words([text.lstrip("+^")]):
        plain = re.sub(r"-cert-v\d+(@.*)?$", "", name.removeprefix("sk-").removesuffix("*"))
        uses = algorithms(plain) or algorithms(plain.partition("@")[0])
        facts += [(_USE, {**use, "purpose": purpose if number == 0 else None}) for number, use in enumerate(uses)]
        if not uses:
            unknown.append(name)
            facts.append((_USE, {"algorithm": name[:80], "family": None, "primitive": None, "purpose": purpose}))
    return Said(tuple(facts), " ".join(unknown)[:80])


def _listed_names(purpose: str) -> Callable[[Entry, Meaning], Said | None]:
    return lambda entry, _: _names(entry, purpose)


@lru_cache(maxsize=8192)
def algorithms(text: str) -> list[Mapping[str, Scalar]]:
    """Algorithms by a name as configurations spell it, a transformation of Java included; [] when it is none."""
    text = text.strip().strip("\"'{}()")
    found = recognise(text, "any") or (recognise(text, "jca-cipher") if text.count("/") == 2 else ())
    return [item.fields for item in found]


def _algorithm(entry: Entry, meaning: Meaning) -> Said | None:
    if meaning.how == "rsa-bits":
        base = recognise("RSA", "jca-keygen")[0].fields
        bits = int(entry.text) if entry.text.isascii() and entry.text.isdigit() and len(entry.text) < 6 else None
        return Said(((_USE, {**compose(base, key_bits=bits), "purpose": "key-generation"}),))
    purpose = meaning.how or purpose_of(
        (*(word for name in entry.around[-1:] for word in words_of(name)), *words_of(entry.key))
    )
    facts: list[Stated] = []
    unknown: list[str] = []
    for value in entry.values:
        for word in listed_words([value]) if "/" not in value else [value]:
            uses = algorithms(_CONFIGURED.get(word.lower(), word))
            facts += [(_USE, {**use, "purpose": _fitting(purpose, use)}) for use in uses]
            if not uses:
                unknown.append(word)
    if facts:
        return Said(tuple(facts), " ".join(word for word in unknown if not simple(word))[:80])
    last = words_of(entry.key)[-1:]
    strong = _STRONG.intersection(last) or (mentions(entry.key) and "algorithm" in last)
    suites = chosen(entry.text[:2_000]) if mentions(entry.text) else None
    if suites is not None and suites.algorithms and not suites.unknown:
        return _ciphers(entry, Meaning("ciphers"))
    if strong and len(entry.values) == 1 and _WORD.fullmatch(entry.text) and _LIKE_A_NAME.search(entry.text):
        return Said(
            ((_USE, {"algorithm": entry.text[:80], "family": None, "primitive": None, "purpose": purpose}),), entry.text
        )
    return None


_CONFIGURED: Mapping[str, str] = {"scram-sha-256": "PBKDF2WithHmacSHA256", "bcrypt_sha256": "bcrypt", "aes": "AES"}
_STRONG = frozenset({"cipher", "encryption", "encrypt", "crypto", "hmac", "kdf", "jws", "jwe", "transformation"})
_WORD = late.expression(r"[\w./+@-]{2,60}")
_LIKE_A_NAME = late.expression(r"\d|[./+@_-]|^[A-Z]+$")  # any other word may be one too: a shortfall says so
_SIGNING: Mapping[str, frozenset[str]] = {
    "signature": frozenset({"signature", "hash", "mac", "pke", "other"}),
    "encryption": frozenset({"block-cipher", "stream-cipher", "ae", "pke", "other", "kdf", "hash", "key-wrap"}),
    "mac": frozenset({"mac", "hash", "block-cipher"}),
    "password-hash": frozenset({"hash", "kdf", "mac", "other"}),
}


_NAMING = frozenset(
    {"algorithm", "algorithms", "alg", "algs", "algo", "cipher", "digest", "transformation", "encryption"}
)
_KIND = frozenset({"type", "method", "func", "function", "name", "mode"})


def names_algorithm(words: Sequence[str]) -> bool:
    """Whether a key says that its value is an algorithm: `password_hash` holds a hash, `hash_method` names one."""
    last = words[-1] if words else ""
    return last in _NAMING or (last in _KIND and not _NAMING.union({"hash", "checksum", "signature"}).isdisjoint(words))


def _fitting(purpose: str | None, use: Mapping[str, Scalar]) -> str | None:
    """The purpose of the key where the algorithm can serve it; HS256 under `signature` is a MAC."""
    primitive = use.get("primitive")
    if purpose == "signature" and primitive == "mac":
        return "mac"
    if purpose in {"digest", "checksum"} and primitive not in {"hash", "xof", "mac"}:
        return None
    allowed = _SIGNING.get(purpose or "")
    return purpose if allowed is None or primitive is None or primitive in allowed else None


def _groups(entry: Entry, _: Meaning) -> Said | None:
    facts: list[Stated] = []
    unknown: list[str] = []
    ecdhe = recognise("ECDHE", "any")[0].fields
    for word in listed_words(re.sub(r"[*?/]", " ", value) for value in entry.values):
        named = curve(word)
        uses = [item.fields for item in recognise(word, "any")]
        if named is not None and (not uses or named.name == "oscaa/SM2"):
            uses = [compose(ecdhe, curve=named.name)]
        facts += [(_USE, {**use, "purpose": "key-agreement"}) for use in uses]
        if not uses and word.lower() not in {"auto", "default", "none"} and not word.isdigit():
            unknown.append(word)
    if not facts and not mentions(entry.text) and unknown and not {"curve", "curves"}.intersection(words_of(entry.key)):
        return None
    return Said(tuple(facts), " ".join(unknown)[:80])


def _signatures(entry: Entry, _: Meaning) -> Said:
    facts: list[Stated] = []
    unknown: list[str] = []
    for word in listed_words(entry.values):
        name = word.lstrip("?").replace("_rsae_", "_").replace("_pss_pss_", "_pss_")
        if "+" in name:
            key, _plus, digest = name.partition("+")
            name = f"{digest}with{key.replace('RSA-PSS', 'RSAandMGF1')}"
        name = "SM3withSM2" if name.lower() in {"sm2sig_sm3", "sm2+sm3"} else name
        uses = algorithms(name) or algorithms(name.replace("_", "-"))
        facts += [(_USE, {**use, "purpose": "signature"}) for use in uses]
        unknown += [] if uses else [word]
    return Said(tuple(facts), " ".join(unknown)[:80])


_DISABLED: Mapping[str, Stated] = {
    "sslv3": (_PROTOCOL, {"protocol": "SSL", "version": "3.0"}),
    "tlsv1": (_PROTOCOL, {"protocol": "TLS", "version": "1.0"}),
    "tlsv1.1": (_PROTOCOL, {"protocol": "TLS", "version": "1.1"}),
}
_DISABLED_CIPHERS: Mapping[str, str] = {
    "rc4": "RC4",
    "des": "DES",
    "3des_ede_cbc": "3DES",
    "null": "eNULL",
    "anon": "aNULL",
}


def _disabled(entry: Entry, meaning: Meaning) -> Said:
    """What Java is not told to refuse, it may accept."""
    if meaning.how != "tls":
        return Said()
    names = {part.split()[0].lower() for part in ",".join(entry.values).split(",") if part.split()}
    facts = [(kind, {**value, "reach": "possible"}) for name, (kind, value) in _DISABLED.items() if name not in names]
    for name, algorithm in _DISABLED_CIPHERS.items():
        found = chosen(
            {"RC4": "RC4-SHA", "DES": "DES-CBC-SHA", "3DES": "DES-CBC3-SHA"}.get(algorithm, algorithm)
        ).algorithms
        if name not in names:
            wanted = [fields for fields, _ in found if str(fields["algorithm"]).startswith(algorithm)]
            facts += [(_USE, {**fields, "purpose": None, "reach": "possible"}) for fields in wanted[:1]]
    return Said(tuple(facts))


def _switch(entry: Entry, meaning: Meaning) -> Said | None:
    if meaning.how == "ntls":
        on = entry.text.lower() in {"on", "yes", "true", "1", "enabled"}
        return Said(((_PROTOCOL, {"protocol": "TLCP", "version": "1.1"}),) if on else ())
    return Said() if meaning.how == "any" or all(map(simple, entry.values)) else None


def _checked(entry: Entry, meaning: Meaning) -> Said | None:
    misuse = checks.check(entry.text.strip("\"' "), meaning)
    if misuse is None:
        return None
    return Said(tuple(("crypto.misuse", value) for value in misuse.facts), misuse.unknown)


def _secret(entry: Entry, meaning: Meaning) -> Said:
    return Said(tuple(("crypto.misuse", value) for value in checks.secret(entry.text, meaning, words_of(entry.key))))


def _place(entry: Entry, _: Meaning) -> Said | None:
    """Files of keys and certificates: nothing to say, unless the value is a name of something else."""
    from_name = [use for value in entry.values for use in algorithms(value)]
    return None if from_name else Said()


def _proposals(entry: Entry, _: Meaning) -> Said:
    facts, unknown = proposals(" ".join(entry.values))
    return Said(tuple(facts), " ".join(unknown)[:80])


_READERS: Mapping[str, Callable[[Entry, Meaning], Said | None]] = {
    "protocols": _protocols,
    "ciphers": _ciphers,
    "mac": _listed_names("mac"),
    "key-exchange": _listed_names("key-agreement"),
    "host-key": _listed_names("signature"),
    "groups": _groups,
    "signature-algorithms": _signatures,
    "algorithm": _algorithm,
    "disabled-algorithms": _disabled,
    "proposals": _proposals,
    "switch": _switch,
    "verification": _checked,
    "host-name-check": _checked,
    "keystore-password": _secret,
    "secret": _secret,
    "certificate": _place,
    "private-key": _place,
    "keystore": _place,
}

_ASSIGNED = late.expression(r"(?:^|[\s?&;,\"'(]|-D|--?)([A-Za-z][\w.-]{2,80})=(\"[^\"]*\"|'[^']*'|[^\s&;\"']*)")
# A key of a connection string may be of several words: `Trust Server Certificate=true`.
_KEY_OF_WORDS = late.expression(r"(?:^|(?<=[;\"']))\s*[A-Za-z]\w{1,40}(?: [A-Za-z]\w{1,40}){1,3}(?=\s?=)")
_LONGEST_VALUE = 20_000
_CREDENTIALS = late.expression(r"(?<=//)[^/@\s]+@|((?:password|passwd|pwd|secret|token|key)=)[^&;\s]+", re.IGNORECASE)


def assignments(entry: Entry) -> tuple[list[Entry], Entry]:
    """Settings inside a value, and what is left: `-Dhttps.protocols=TLSv1`, `X=0`, `?sslmode=`."""
    inner: list[Entry] = []
    path = (*entry.path, entry.key)

    def taken(found: re.Match[str]) -> str:
        name, given = found[1], found[2].strip("\"'")
        if not given or not (mentions(name) or mentions(given)):
            return found[0]
        inner.append(Entry(path, name, tuple(given.split(",")), entry.line, entry.doubt))
        return " "

    rest = tuple(
        _ASSIGNED.sub(taken, _KEY_OF_WORDS.sub(_joined, value))
        if "=" in value and len(value) <= _LONGEST_VALUE
        else value
        for value in entry.values
    )
    return inner, (replace(entry, values=rest) if inner else entry)


def _joined(found: re.Match[str]) -> str:
    return found[0].replace(" ", "")


def without_credentials(text: str) -> str:
    if "@" not in text and "=" not in text:
        return text
    return _CREDENTIALS.sub(lambda found: (found[1] or "") + "<masked>" + ("" if found[1] else "@"), text)


_NAMING, _GIVING = frozenset({"name", "key", "id"}), frozenset({"value", "default"})
PAIRED = _NAMING | _GIVING


def paired(entries: Sequence[Entry]) -> Iterable[Entry]:
    """`- name: X` beside `value: Y`, in either order, as in the environment of a container, is X = Y."""
    for one, other in pairwise(entries):
        if one.path == other.path:
            yield from (pair for pair in (pair_of(one, other), pair_of(other, one)) if pair is not None)


def pair_of(name: Entry, value: Entry) -> Entry | None:
    """X = Y of an entry that gives a name and one that gives a value."""
    if name.key.lower() not in _NAMING or value.key.lower() not in _GIVING:
        return None
    if len(name.values) != 1 or variable(name.text):
        return None
    return Entry(value.path, name.text, value.values, value.line, value.doubt)
