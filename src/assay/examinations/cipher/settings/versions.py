"""Which versions of a protocol a setting switches on.

Four ways of saying it: a list of versions (`TLSv1.2 TLSv1.3`), a list with signs (`all -SSLv3`, `!TLSv1`), a lowest
or a highest version, and switches against one (`no-tlsv10`). A list of nothing but exclusions leaves on what it does
not name; how far that goes depends on the library, so SSL 3.0 and what is older than TLS 1.2 is then *possible*.

Sources: mod_ssl's SSLProtocol, where `all` is every version that the library has, SSL 3.0 only if it was built with
it, and a bare word replaces what stood before it (ssl_engine_config.c, from memory); SSL_CONF_cmd(3) for Protocol.
"""

import re
from collections.abc import Iterable, Sequence

from msgspec import Struct

from assay.core import late
from assay.examinations.cipher.names import protocol

MOST_WORDS = 512  # the rest of a longer list is said to be unknown

Version = tuple[str, str]
LADDER: tuple[Version, ...] = (
    ("SSL", "2.0"),
    ("SSL", "3.0"),
    ("TLS", "1.0"),
    ("TLS", "1.1"),
    ("TLS", "1.2"),
    ("TLS", "1.3"),
)
DTLS: tuple[Version, ...] = (("DTLS", "1.0"), ("DTLS", "1.2"), ("DTLS", "1.3"))
_ALL = LADDER[1:]
_MODERN = frozenset({("TLS", "1.2"), ("TLS", "1.3")})
_SEPARATORS = late.expression(r"[\s,;:|]+")
_BRACKETS = late.expression(r"[\[\]{}]")
_BARE = late.expression(r"(?:tls[-_ ]?)?v?(1)[._]?([0-3])?", re.IGNORECASE)
_NOT = late.expression(r"(?:[-!]|no[-_]|ssl_op_no_|op_no_|no(?=tls|ssl))(?=[a-z])", re.IGNORECASE)
_EVERY = frozenset({"all", "any"})
_GREETING = frozenset({"sslv2hello", "none", "off", "default", "auto"})


class Spoken(Struct, frozen=True):
    """Versions that are on, with whether that is certain, and the words that name none."""

    on: tuple[tuple[Version, bool], ...]
    unknown: tuple[str, ...] = ()


def words_of(values: Iterable[str]) -> list[str]:
    """The words of a list, however it is separated. A sign that stands alone belongs to the word behind it."""
    joined = re.sub(r"([-+!])\s+(?=\w)", r"\1", " ".join(values))
    joined = _BRACKETS.sub(" ", joined)
    words = [word.strip("\"'") for word in _SEPARATORS.split(joined) if word.strip("\"'")]
    return words if len(words) <= MOST_WORDS else [*words[:MOST_WORDS], "..."]


def version(word: str) -> Version | None:
    """`TLSv1.2`, `tls1_2`, `VersionTLS12`, `1.2` under a key that speaks of TLS."""
    bare = _BARE.fullmatch(word)
    if bare is not None:
        return "TLS", f"1.{bare[2] or 0}"
    return protocol(word.replace("plus", "").removesuffix("+"))


def listed(values: Iterable[str], *, replacing: bool = False) -> Spoken:
    """A list, with or without signs. `replacing` is mod_ssl's way with a bare word."""
    on: dict[Version, bool] = {}
    off: set[Version] = set()
    unknown: list[str] = []
    named = False
    for word in words_of(values):
        negative = _NOT.match(word)
        name = word[negative.end() :] if negative else word.removeprefix("+")
        if name.lower() in _EVERY:
            every = {item: item != ("SSL", "3.0") for item in _ALL}
            on = {} if negative else {**on, **every}
            named = True
            continue
        found = version(name)
        if found is None:
            if name.lower() not in _GREETING:
                unknown.append(word)
            continue
        if negative:
            on.pop(found, None)
            off.add(found)
            continue
        if replacing and word[0] != "+" and on:
            on = dict.fromkeys(on, False)
        on[found] = True
        named = True
    if off and not named and not unknown:
        on = {item: item in _MODERN for item in _ALL if item not in off}
    return Spoken(tuple(on.items()), tuple(unknown))


def between(lowest: str | None, highest: str | None) -> Spoken:
    """From the lowest to the highest version; a limit that is not set may lie anywhere."""
    low = version(lowest) if lowest is not None else None
    high = version(highest) if highest is not None else None
    unknown = tuple(word for word, found in ((lowest, low), (highest, high)) if word is not None and found is None)
    if unknown:
        return Spoken((), unknown)
    ladder: Sequence[Version] = DTLS if "DTLS" in {item[0] for item in (low, high) if item} else LADDER
    if low is not None and low not in ladder:
        return Spoken(((low, True),))
    start = ladder.index(low) if low is not None else 0
    stop = ladder.index(high) + 1 if high is not None and high in ladder else len(ladder)
    on = ladder[start:stop]
    if low is None:
        return Spoken(tuple((item, item == high) for item in on if item != LADDER[0]))
    return Spoken(tuple((item, True) for item in on))
