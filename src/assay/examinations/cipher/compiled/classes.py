"""Cryptography in Java class files, as in the source that they were compiled from.

Every class is read to the end of its constant pool: whatever a class calls, extends or names as text stands there. One
that names nothing of the catalogue, no way out of sight and no table of constants is examined by that. The others are
written back as Java (`transcript.py`) and read by the examinations that read source, so that the same entries give the
same facts: `seen: call`, the class and method as subject, lines of the source where the compiler left them. A value
that comes from a caller or from a field of another class is not determined; reflection, class loaders, native methods
and calls that another language links at run time make the attempt partial, as does code that no machine would run.

*It cannot see* what classes of other files put into fields and parameters; names of entries for Kotlin alone (random
values of `kotlin.random` are a blind spot); what annotations make; cryptography written by hand without known tables.
Source: The Java Virtual Machine Specification, Java SE 21; `catalogue/*.yaml`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assay.core.examination import Examined, FileExamination, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.classfile import (
    INTEGER,
    LONG,
    NATIVE,
    UTF8,
    ClassFile,
    DamagedError,
    class_of,
    pool_of,
)
from assay.examinations.cipher.compiled.relevance import relevant
from assay.examinations.cipher.compiled.tables import BYTE_TABLES, DELTA, SHAPES, TEXT_TABLES, WORDS
from assay.examinations.cipher.connecting import SPEAKS, Connections
from assay.examinations.cipher.embedded import EmbeddedKeys
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.source import SourceCryptography
from assay.examinations.cipher.started import StartedTools
from assay.examinations.cipher.structure import HomemadeCiphers
from assay.examinations.cipher.tables import HandWritten, stated
from assay.examinations.cipher.use import Waiting
from assay.examinations.cipher.uses import facts_of
from assay.examinations.cipher.ways import ways
from assay.lab.identifiers import places, words

if TYPE_CHECKING:
    from assay.examinations.cipher.compiled.transcript import Written

_LANGUAGE = "Java"
# Run time systems of languages whose calls are resolved by name while the program runs, and Kotlin's own random values.
_RESOLVING = (
    b"org/codehaus/groovy/runtime/", b"groovy/lang/GroovyShell", b"clojure/lang/", b"org/jruby/", b"org/python/",
    b"kotlin/reflect/full", b"kotlin/random/", b"scala/reflect/runtime",
)  # fmt: skip
_SINES = (b"java/lang/Math", b"sin")  # of which the table of MD5 can be made
_LINE = re.compile(r"line (\d+)")
_PLACE = re.compile(r":(\d+)(?=,|$)")


class CompiledJava:
    """A `FileExamination` that decides by itself which classes are worth a transcript."""

    id = "cipher.class@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    @cached_property
    def _readers(self) -> tuple[FileExamination, ...]:
        own = SourceCryptography(_LANGUAGE), OutOfSight(_LANGUAGE)
        return *own, HandWritten(), HomemadeCiphers(), EmbeddedKeys(), Connections(), StartedTools()

    def __reduce__(self) -> tuple[type["CompiledJava"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "binary" and meta.format == "Java class"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if not view.whole:
            return Examined(shortfalls=(Shortfall("too-large", "a class of more than one unit"),))
        try:
            pool = pool_of(view.content)
            texts = [entry[1] for entry in pool.entries if entry is not None and entry[0] == UTF8]
            joined, of = b"\n".join(texts), class_of(view.content, pool)
            if not self._tells(view.content, of, texts, joined):
                return Examined()
            from assay.examinations.cipher.compiled.transcript import Transcript  # noqa: PLC0415  (on first use)

            written = Transcript(of, frozenset(texts), relevant(of, _is_named, _carries)).written()
        except DamagedError as damage:
            return Examined(shortfalls=(Shortfall("damaged", str(damage), "failed"),))
        facts, missing = self._read(view, written, lab)
        tables = (name for table, name in TEXT_TABLES.items() if table in joined)
        facts += [stated(name, view.meta, Evidence(view.meta.path), self.id) for name in tables]
        return Examined(tuple(facts), shortfalls=(*_hidden(written, joined), *missing))

    def _tells(self, content: bytes, of: ClassFile, texts: Sequence[bytes], joined: bytes) -> bool:
        """Whether a class may hold anything that a reader of source looks for."""
        if (
            any(word in joined for word in (b"-----BEGIN", *_RESOLVING, *TEXT_TABLES))
            or SPEAKS.search(joined) is not None
        ):
            return True
        if any(one.access & NATIVE for one in of.methods):
            return True
        named = frozenset(texts)
        owners, members = _owners()
        if not named.isdisjoint(members):
            return True
        for owner in owners.keys() & named:  # every class names those of `java.lang`: there a member must stand too
            if not owner.startswith(b"java/lang/") or not owners[owner].isdisjoint(named):
                return True
        if any(word in joined for word in _strangers()):
            return True
        numbers = {entry[1] for entry in of.pool.entries if entry is not None and entry[0] in {INTEGER, LONG}}
        if len(numbers & WORDS) > 1 or not numbers.isdisjoint(DELTA) or named.issuperset(_SINES):
            return True
        bodies = [one.body for one in of.methods if one.body is not None]
        return any(SHAPES.search(body) is not None for body in bodies) or any(table in content for table in BYTE_TABLES)

    def _read(self, view: FileView, written: "Written", lab: Lab) -> tuple[list[Fact], list[Shortfall]]:
        text = written.text.encode("utf-8", "replace")
        meta = replace(view.meta, file_class="source", format=_LANGUAGE, module="")
        inner = FileView(meta, text)
        named = words(text) - _absent(text)
        facts: list[Fact] = []
        missing: list[Shortfall] = []
        for reader in self._readers:
            found = ((at, word) for word in reader.literals & named for at in places(text, word))
            hits = [Hit(word, at) for at, word in sorted(found)]
            if reader.literals and not hits:
                continue
            shapes = isinstance(reader, HomemadeCiphers)  # they are looked for in elements of what has one name
            seen = replace(inner, content=text.replace(b"this.", b"")) if shapes else inner
            examined = reader.examine(seen, hits[: lab.limits.hits_per_unit], lab)
            facts += examined.facts
            facts += _waiting(examined.summary, meta)
            missing += examined.shortfalls
            if len(hits) > lab.limits.hits_per_unit:
                missing.append(Shortfall("too-many-places", f"more than {lab.limits.hits_per_unit}"))
        return [_placed(fact, written, self.id) for fact in facts], [_told(one, written) for one in missing]


@lru_cache(maxsize=1)
def _strangers() -> tuple[bytes, ...]:
    rows = ways(_LANGUAGE).strangers.values()
    return tuple(name.replace(".", "/").encode() for names in rows for name in names)


def _absent(text: bytes) -> set[bytes]:
    """Words of strangers none of which is named: every name is written out here, and holds words such as `crypto`."""
    rows = ways(_LANGUAGE)
    named = {word for word, names in rows.strangers.items() if any(name.encode() in text for name in names)}
    return set(rows.strangers) - named - catalogue_of(_LANGUAGE).words - set(rows.words)


@lru_cache(maxsize=1)
def _owners() -> tuple[Mapping[bytes, frozenset[bytes]], frozenset[bytes]]:
    """What the catalogue and the ways out name: classes with their members, and members of any object."""
    catalogue, here = catalogue_of(_LANGUAGE), ways(_LANGUAGE)
    owners: dict[bytes, set[bytes]] = {}
    members: set[bytes] = set()
    for call in (*catalogue.entries, *catalogue.blind, *here.by_name, *here.foreign, *here.commands):
        owner, _, member = call.rpartition(".")
        if not owner:
            members.add(member.encode())
            continue
        parts = owner.split(".")
        last = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
        inner = "/".join(parts[: last + 1])
        named = "$".join((inner, *parts[last + 1 :])).encode()
        owners.setdefault(named, set()).add(member.encode())
        if member[:1].isupper():  # a type that is implemented, or a constant of one
            owners.setdefault(named + (b"$" if parts[-1][:1].isupper() else b"/") + member.encode(), set())
    return {name: frozenset(row) for name, row in owners.items()}, frozenset(members)


@lru_cache(maxsize=8192)
def _is_named(owner: str, member: str) -> bool:
    """Whether a class, or a member of it, is one of the catalogue, a way out or a stranger's."""
    owners, members = _owners()
    known = owners.get(owner.encode("utf-8", "replace"))
    if known is not None and (not member or not owner.startswith("java/lang/") or member.encode() in known):
        return True
    own = member.encode("utf-8", "replace") in members
    return own or owner.encode("utf-8", "replace").startswith((*_strangers(), *_RESOLVING))


@lru_cache(maxsize=8192)
def _carries(name: str) -> bool:
    """Whether objects of a class are followed: those of the JDK, and of packages that hold classes of the catalogue."""
    return name.startswith(("java/", "javax/")) or "/".join(name.split("/")[:3]) in _packages()


@lru_cache(maxsize=1)
def _packages() -> frozenset[str]:
    return frozenset("/".join(owner.decode().split("/")[:3]) for owner in _owners()[0])


def _hidden(written: "Written", joined: bytes) -> Iterator[Shortfall]:
    for line, what in written.hidden:
        yield Shortfall("blind-spot", f"line {line}: {what}")
    for word in _RESOLVING:
        if word in joined:
            name = word.decode().rstrip("/").replace("/", ".")
            yield Shortfall("blind-spot", f"calls of {name}, which are not followed")


def _waiting(summary: object, meta: FileMeta) -> Iterator[Fact]:
    """What waits for other files is stated as it is: nothing is reopened for a class."""
    for use in summary.uses if isinstance(summary, Waiting) else ():
        yield from facts_of(use, meta, catalogue_of(_LANGUAGE), "")


def _placed(fact: Fact, written: "Written", by: str) -> Fact:
    """A fact with the lines of the source."""
    subject = replace(fact.subject, name=fact.subject.name.replace("$", "."))
    return replace(fact, by=by, subject=subject, evidence=tuple(_line(one, written) for one in fact.evidence))


def _line(evidence: Evidence, written: "Written") -> Evidence:
    return replace(
        evidence,
        line=_of(written, evidence.line),
        origin=_PLACE.sub(lambda row: f":{_of(written, int(row[1]))}", evidence.origin),
    )


def _told(shortfall: Shortfall, written: "Written") -> Shortfall:
    detail = _LINE.sub(lambda row: f"line {_of(written, int(row[1]))}", shortfall.detail, count=1)
    return replace(shortfall, detail=detail)


def _of(written: "Written", line: int) -> int:
    return written.lines[line] if 0 < line < len(written.lines) else 0
