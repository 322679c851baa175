"""Which methods of an assembly name anything that the readers of source look for.

Tokens of what the metadata names, words of algorithms and shapes of ciphers are looked for among the bytes of the code,
all at once: a match that is none costs a look at one more type, a token that stands in the code is never missed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise

from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet import constants, il, named
from assay.examinations.cipher.compiled.dotnet import metadata as rows
from assay.examinations.cipher.compiled.dotnet.assembly import CODE_TYPE, IMPORTED, INTERNAL_CALL, Assembly
from assay.examinations.cipher.compiled.dotnet.metadata import length_at
from assay.examinations.cipher.compiled.native import patterns

MOST_STEPS = 8 << 20
MOST_CODE = 4  # times the size of the file
# Exclusive or with an element that begins again or of a state of 256, into an element or what an address leads to, and
# around a change of halves; each is looked at again in the text (`structure.py`).
_STORED = rb"[\x9c-\x9f\x52-\x55]"
SHAPES = re.compile(
    rb"\x5d(?:[\x90-\x97]|\x6f...\x0a)|\x5f[\x90-\x97]|\x61(?:[\xd1\xd2\x67\x68]{0,2}" + _STORED + rb"|[\x6d\x6e]?"
    rb"(?:[\x0a-\x0d]|\x13.)(?:[\x06-\x09]|\x11.)(?:[\x0a-\x0d]|\x13.))",
    re.DOTALL,
)
_DELTA = (b"\xb9\x79\x37\x9e", b"\x47\x86\xc8\x61")  # of TEA
_FARTHEST = 1 << 20  # bytes of a field


class Relevance:
    """Of one assembly. `direct` are indexes of methods; `empty` of those whose code is none.

    Raises DamagedError for code beyond all measure.
    """

    def __init__(self, of: Assembly) -> None:
        self.of = of
        self.texts = dict(_texts(of.of.texts))
        self.direct: set[int] = set()
        self.random: set[int] = set()  # types with random values that may be meant to be secret
        self.empty: list[int] = []
        self._code = self._steps = 0
        self._methods: dict[tuple[int, int], list[int]] = {}  # by where their code stands: several may share it
        for index in range(1, len(of.of.rows(rows.METHOD)) + 1):
            self._method(index)
        self._extents = sorted(self._methods)
        self._starts = [start for start, _ in self._extents]
        self._overlaps = any(one[1] > two[0] for one, two in pairwise(self._extents))
        self._find()

    def _method(self, index: int) -> None:
        _, how, flags, *_ = self.of.of.row(rows.METHOD, index)
        extent = self.of.extent(index) if not how & CODE_TYPE else None
        if flags & IMPORTED or how & CODE_TYPE == 1 or how & INTERNAL_CALL:
            self.direct.add(index)
        if extent is None:
            return
        start, end = extent
        content = self.of.of.content
        self._code += end - start
        if end > len(content) or self._code > MOST_CODE * len(content):
            raise DamagedError("more code than the file holds")
        self._methods.setdefault(extent, []).append(index)
        if not il.is_code(content[start:end]):
            self.empty.append(index)

    def _find(self) -> None:
        from ahocorasick_rs import BytesAhoCorasick  # noqa: PLC0415  (native, on first use)

        content = self.of.of.content
        fields = sorted((at, index) for index, at in self.of.filled.items())
        places, tokens = [at for at, _ in fields], set(self._tokens())
        for at in self._tables():
            self._touch(at)
            place = bisect_right(places, at) - 1
            if place >= 0 and at - places[place] < _FARTHEST:
                tokens.add(rows.FIELD << 24 | fields[place][1])
        listed = sorted(tokens)
        random = {at for at, token in enumerate(listed) if self._is_random(token)}
        automaton = BytesAhoCorasick([token.to_bytes(4, "little") for token in listed])
        for which, at, _ in automaton.find_matches_as_indexes(content, overlapping=True) if listed else ():
            held = self._touch(at)
            if which in random:
                self.random.update(self.top(self.of.owner(rows.METHOD, index)) for index in held)
        for found in SHAPES.finditer(content):
            self._touch(found.start())

    def _tables(self) -> Iterator[int]:
        content = self.of.of.content
        _, automaton = patterns()
        yield from (at for _, at, _ in automaton.find_matches_as_indexes(content, overlapping=True))
        for word in _DELTA:
            at = content.find(word)
            while at >= 0:
                yield at
                at = content.find(word, at + 1)

    def _is_random(self, token: int) -> bool:
        return token >> 24 == rows.MEMBER_REF and self.of.member(token).owner == "System.Random"

    def _touch(self, at: int) -> list[int]:
        """Every method that holds a place; only by ill will does a part of one stand in another."""
        place, held = bisect_right(self._starts, at) - 1, list[int]()
        while place >= 0:
            start, end = self._extents[place]
            if start <= at < end:
                held += self._methods[start, end]
            elif not self._overlaps:
                break
            place -= 1
            self._steps += 1
        if self._steps > MOST_STEPS:
            raise DamagedError("code that stands in itself")
        self._steps += len(held)
        self.direct.update(held)
        return held

    def _tokens(self) -> Iterator[int]:
        """Tokens of members, types and texts that are worth a look."""
        of = self.of
        if not constants.ENUMS.isdisjoint(map(of.type_name, of.referred)):
            yield from self._given_constants()
        for index in range(1, len(of.of.rows(rows.MEMBER_REF)) + 1):
            token = rows.MEMBER_REF << 24 | index
            member = of.member(token)
            if named.is_named(member.owner, member.name):
                yield token
        for table in (rows.TYPE_REF, rows.TYPE_SPEC, rows.TYPE_DEF):
            for index in range(1, len(of.of.rows(table)) + 1):
                if named.is_named(of.type_name(table << 24 | index)):
                    yield table << 24 | index
        for kind in of.kinds:
            name = of.type_name(rows.TYPE_DEF << 24 | kind.index)
            if named.is_named(name):
                yield from (rows.METHOD << 24 | one for one in kind.methods)
        for index in range(1, len(of.of.rows(rows.METHOD_SPEC)) + 1):
            member = of.member(rows.METHOD_SPEC << 24 | index)
            if named.is_named(member.owner, member.name) or any(map(named.is_named, member.arguments)):
                yield rows.METHOD_SPEC << 24 | index
        yield from (rows.USER_STRING << 24 | at for at, text in self.texts.items() if named.tells(text))

    def _given_constants(self) -> Iterator[int]:
        """Members that take or give a constant of the framework, which the code itself knows as a number."""
        of = self.of
        for table in (rows.MEMBER_REF, rows.METHOD, rows.FIELD):
            for index in range(1, len(of.of.rows(table)) + 1):
                member = of.member(table << 24 | index)
                if member.is_field:
                    told = {of.field_type(member.blob)}
                else:
                    signature = of.signature(member.blob)
                    told = {signature.result, *signature.given}
                if not constants.ENUMS.isdisjoint(told):
                    yield table << 24 | index

    def kinds(self) -> set[int]:
        """Indexes of the types to write: those that stand in no other."""
        of, found = self.of, set[int]()
        for index in self.direct:
            found.add(self.top(of.owner(rows.METHOD, index)))
        for kind in of.kinds:
            above = (kind.parent, *kind.interfaces)
            if any(named.is_named(of.type_name(token)) for token in above if token):
                found.add(self.top(kind.index))
        for index, value in of.constants.items():
            if isinstance(value, str) and named.tells(value):
                found.add(self.top(of.owner(rows.FIELD, index)))
        return found

    def top(self, index: int) -> int:
        while self.of.kinds[index - 1].outer:
            index = self.of.kinds[index - 1].outer
        return index


def _texts(heap: bytes) -> Iterator[tuple[int, str]]:
    """Literal texts by their place in the heap."""
    at = 1
    while at < len(heap):
        size, start = length_at(heap, at)
        if start + size > len(heap):
            raise DamagedError("a text beyond its heap")
        if size > 1:
            yield at, heap[start : start + size - 1].decode("utf-16-le", "replace")
        at = start + size
