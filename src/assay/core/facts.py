"""Facts: what an examination saw, without an opinion.

A fact's **id** names the thing it is about and survives a moved line, a new count and the next release; its
**seal** covers every word of the record. Canonical form is RFC 8785 restricted to objects with ASCII keys, strings,
integers of at most 53 bits, booleans and null.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from assay.core.kinds import KINDS

Scalar = str | int | bool | None
Scope = Literal["shipped", "test", "example", "build", "vendored", "unknown"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

_LARGEST_INTEGER = 2**53 - 1
_TEXT = frozenset({str})
_PLAIN = frozenset({str, bool, type(None)})


class Evidence(Struct, frozen=True, order=True):
    """Where to look. `path` is as delivered (`archive!member`), `line` counts from 1, 0 when lines do not apply."""

    path: str
    line: int = 0
    excerpt: str = ""
    address: int = -1
    expression: str = ""  # the source text of a value that could not be determined
    origin: str = ""  # path:line where the value that decides was found, when it is not this line

    @property
    def where(self) -> str:
        """`path:line`; of a binary with the address, if there is one."""
        if self.line:
            return f"{self.path}:{self.line}"
        return f"{self.path}@0x{self.address:x}" if self.address >= 0 else self.path


class Subject(Struct, frozen=True):
    """What a fact is about. `path` is logical, `name` the qualified name of the enclosing declaration."""

    component: str
    path: str
    name: str
    scope: Scope


class Fact(Struct, frozen=True):
    """One observation. `by` is `examination@version`. A key that does not apply is absent; None is "undetermined"."""

    kind: str
    subject: Subject
    value: Mapping[str, Scalar]
    by: str
    evidence: tuple[Evidence, ...]


@cache
def _rfc8785() -> Callable[[object], bytes]:
    """Of a value that was checked: with ASCII keys, sorting by bytes is sorting by UTF-16."""
    from msgspec.json import Encoder  # noqa: PLC0415  (native: imported at the first canonical form)

    return Encoder(order="sorted").encode


def canonical(value: Mapping[str, object] | Sequence[object]) -> bytes:
    """RFC 8785 bytes of a restricted JSON value. Raises ValueError on a float, a huge integer or a lone surrogate."""
    _check(value)
    return _rfc8785()(value)  # a lone surrogate raises UnicodeEncodeError, a ValueError


def _check(value: object) -> None:
    if isinstance(value, dict):
        if not (_TEXT.issuperset(map(type, value)) and "".join(value).isascii()):
            raise ValueError("a key is no ASCII string")
        value = list(value.values())
    items = value if isinstance(value, list) else [value]
    if _PLAIN.issuperset(map(type, items)):
        return
    for item in items:
        if type(item) in _PLAIN:
            continue
        if isinstance(item, int):
            if abs(item) > _LARGEST_INTEGER:
                raise ValueError(f"integer {item} does not fit in 53 bits")
        elif isinstance(item, dict | list):
            _check(item)
        elif not isinstance(item, str):
            raise ValueError(f"{type(item).__name__} is not a string, integer, boolean or null")


def fact_id(fact: Fact) -> str:
    """SHA-256 (hex) over kind, subject without scope, and the identity keys of the value, of a sound fact."""
    identity = KINDS[fact.kind].identity
    subject = fact.subject
    value = {key: item for key, item in fact.value.items() if key in identity}
    body = [fact.kind, subject.component, subject.path, subject.name, value]
    return hashlib.sha256(_rfc8785()(body)).hexdigest()


def order_key(fact: Fact, id_: str) -> bytes:
    """The one total order of facts in a dossier: kind, component, path, name, id, then the rest of the record."""
    subject, value = fact.subject, dict(fact.value)
    _check(value)
    return _rfc8785()([fact.kind, subject.component, subject.path, subject.name, id_, subject.scope, fact.by, value])


def merged(ordered: Iterable[tuple[bytes, Fact]]) -> Iterator[tuple[bytes, Fact]]:
    """Merge equal facts of a stream sorted by `order_key`: all evidence is kept, sorted, each place once."""
    for key, group in groupby(ordered, key=lambda pair: pair[0]):
        first, *others = (fact for _, fact in group)
        if not others and len(first.evidence) < 2:
            yield key, first
            continue
        evidence = {item for fact in (first, *others) for item in fact.evidence}
        yield key, replace(first, evidence=tuple(sorted(evidence)))


def check(*facts: Fact) -> None:
    """Raise ValueError when a fact uses an undeclared kind, key or value, or text that has no canonical form."""
    said: list[object] = []
    for fact in facts:
        kind = KINDS.get(fact.kind)
        if kind is None:
            raise ValueError(f"kind {fact.kind!r} is not declared in core/kinds/")
        for key, item in fact.value.items():
            declared = kind.keys.get(key)
            if declared is None:
                raise ValueError(f"{fact.kind} has no value key {key!r}")
            if item is None:
                continue
            if type(item) is not declared.type or (declared.choices and not declared.admits(item)):
                raise ValueError(f"{fact.kind}.{key} does not admit {item!r}")
        subject = fact.subject
        if subject.scope not in SCOPES:
            raise ValueError(f"scope {subject.scope!r} is unknown")
        said += (*fact.value.values(), subject.component, subject.path, subject.name, fact.by)
        for place in fact.evidence:
            said += (place.path, place.line, place.excerpt, place.address, place.expression, place.origin)
    canonical(said)
