"""Facts, attempts and rules for tests: plain constructors and hypothesis strategies."""

import datetime
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from assay.core.attempts import Attempt
from assay.core.facts import SCOPES, Evidence, Fact, Scalar, Scope, Subject
from assay.core.kinds import KINDS, Key
from assay.core.rules import Clause, Comparison, Operator, Pattern, Rule
from assay.core.text import Text

AS_OF = datetime.date(2025, 6, 1)
TEXT = Text("made for a test", "为测试而作")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
words = st.sampled_from(["AES", "MD5", "SM3", "a b", "", "é", "密", '"\\', "\u2028", "\x00\x1f\x7f"])


def fact(
    kind: str = "crypto.use", path: str = "a.py", scope: Scope = "shipped", name: str = "f", **value: Scalar
) -> Fact:
    return Fact(
        kind, Subject("server", path, name, scope), value, "cipher.source@1", (Evidence(f"x-1/{path}", 3, "m()"),)
    )


def attempt(status: Any = "completed", scope: Scope = "shipped", **fields: Any) -> Attempt:
    given: dict[str, Any] = {"kinds": ("crypto.use",), "reason": "", "file_class": "source", "format": "java"}
    return Attempt(by="cipher.source@1", status=status, component="server", scope=scope, **{**given, **fields})


def asks(operator: Operator, *operand: Scalar) -> tuple[Comparison, ...]:
    return (Comparison(operator, operand),)


def pattern(kind: str = "crypto.use", scope: tuple[str, ...] = (), **where: tuple[Comparison, ...]) -> Pattern:
    return Pattern(kind, where, frozenset(scope))


def rule(
    *, forbid: tuple[Pattern, ...] = (), require: tuple[Pattern, ...] = (), clause: Clause | None = None, **fields: Any
) -> Rule:
    given: dict[str, Any] = {"id": "made.rule", "applies": {}, **fields}
    return Rule(
        book="made", title=TEXT, clause=clause or Clause("made", "1", "own"), also=(), severity="high", forbid=forbid,
        require=require, because=TEXT, remedy=TEXT, examples={}, **given,
    )  # fmt: skip


def _item(key: Key) -> st.SearchStrategy[Any]:
    if key.type is bool:
        return st.booleans()
    if key.type is int:
        return st.sampled_from([0, 1, 128, 1024, 2048, -(2**53) + 1])
    return st.sampled_from(key.choices) if key.choices else words


def values(kind: str) -> st.SearchStrategy[Mapping[str, Scalar]]:
    items = {name: st.none() | _item(key) for name, key in KINDS[kind].keys.items()}
    return st.fixed_dictionaries({}, optional=items)


evidence = st.builds(
    Evidence,
    path=words,
    line=st.integers(0, 3),
    excerpt=words,
    address=st.integers(-1, 2),
    expression=words,
    origin=words,
)


@st.composite
def facts(draw: st.DrawFn, kinds: tuple[str, ...] = ("crypto.use", "crypto.misuse", "statement")) -> Fact:
    kind = draw(st.sampled_from(kinds))
    subject = Subject(draw(words), draw(words), draw(words), draw(st.sampled_from(SCOPES)))
    places = tuple(draw(st.lists(evidence, max_size=3)))
    return Fact(kind, subject, dict(draw(values(kind))), draw(st.sampled_from(["a@1", "b@2"])), places)


@st.composite
def patterns(draw: st.DrawFn, kinds: tuple[str, ...] = ("crypto.use", "crypto.misuse")) -> Pattern:
    kind = draw(st.sampled_from(kinds))
    names = draw(st.lists(st.sampled_from(sorted(KINDS[kind].keys)), unique=True, max_size=3))
    where = {name: (draw(_comparison(KINDS[kind].keys[name])),) for name in names}
    return Pattern(kind, where, frozenset(draw(st.lists(st.sampled_from(SCOPES), max_size=2))))


@st.composite
def _comparison(draw: st.DrawFn, key: Key) -> Comparison:
    wanted = draw(st.lists(_item(key), min_size=1, max_size=3))
    if key.type is int and draw(st.booleans()):
        return Comparison(draw(st.sampled_from(["at_least", "at_most"])), (wanted[0],))
    if key.type is str and draw(st.integers(0, 5)) == 0:
        return Comparison("matches", ("A.*",), lambda item: item.startswith("A"))
    return Comparison(draw(st.sampled_from(["in", "not", "perhaps"])), tuple(wanted))
