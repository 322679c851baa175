"""Cryptography in .NET assemblies, as in the source that they were compiled from.

The metadata names whatever the code can call, extend or say: a type none of whose methods names the catalogue, a way
out of sight or a table needs no text. The others are written back as C# (`transcript.py`) and read by the examinations
that read source, so that the same entries give the same facts: `seen: call`, the qualified type and method as subject,
no lines. A value that comes from a caller, or from a field that another type may assign, is not determined.
Reflection, assemblies that are loaded, functions of native libraries, `dynamic` and code that no runtime would run make
the attempt partial, as does machine code beside the instructions. What is made ready for one machine beforehand is
taken to do what its instructions say.

*It cannot see* what other types put into fields and parameters, attributes, assemblies inside of resources, source
lines. Source: ECMA-335, 6th edition; `catalogue/*.yaml`.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.dotnet.metadata import ILONLY, METHOD, RESOURCE, TYPE_DEF, metadata_of
from assay.examinations.cipher.compiled.dotnet.named import LANGUAGE, RESOLVING
from assay.examinations.cipher.compiled.native import PRINTED, unplaced
from assay.examinations.cipher.compiled.rereading import Rereading, Written
from assay.examinations.cipher.compiled.tables import TEXT_TABLES
from assay.examinations.cipher.compiled.unlisted import Named, named
from assay.examinations.cipher.embedded import EmbeddedKeys
from assay.examinations.cipher.tables import stated

if TYPE_CHECKING:
    from assay.examinations.cipher.compiled.dotnet.assembly import Assembly
    from assay.examinations.cipher.compiled.dotnet.relevance import Relevance

FORMAT = ".NET assembly"
LARGEST = 256 << 20  # bytes of a file that is read whole
MOST_SHORTFALLS = 200
MOST_WRITTEN = 64 << 20  # characters of all texts
_LINE = re.compile(r"^line 0: ")
_ASSEMBLIES = (".dll", ".exe", ".dll.compressed", ".exe.compressed", ".dll.gz", ".dll.zip")  # names of resources
_BEGIN = b"-----BEGIN "


class CompiledDotNet:
    """A `StreamExamination`: an assembly is larger than a unit."""

    id = "cipher.assembly@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    @cached_property
    def _reading(self) -> Rereading:
        return Rereading(LANGUAGE, self.id)

    def __reduce__(self) -> tuple[type["CompiledDotNet"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "binary" and meta.format == FORMAT

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError("reads files by itself")

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            return Examined(shortfalls=(Shortfall("too-large", f"more than {LARGEST >> 20} MiB"),))
        alive()
        from assay.examinations.cipher.compiled.dotnet.assembly import Assembly  # noqa: PLC0415  (on first use)

        told: Named | None = None
        facts: list[Fact] = []
        missing: list[Shortfall] = []
        try:
            of = Assembly(metadata_of(content))
            defined = (of.type_name(TYPE_DEF << 24 | kind.index) for kind in of.kinds)
            told = named(map(of.type_name, of.referred), defined, LANGUAGE)
            for more, short in self._types(meta, of, lab):
                facts += more
                missing += short
                alive()
        except (DamagedError, struct.error, IndexError) as damage:
            return Examined(tuple(facts), told, (Shortfall("damaged", str(damage), "failed"), *_first(missing)))
        return Examined(tuple(facts), told, _first(missing))

    def _types(self, meta: FileMeta, of: "Assembly", lab: Lab) -> Iterator[tuple[list[Fact], list[Shortfall]]]:
        from assay.examinations.cipher.compiled.dotnet.relevance import Relevance  # noqa: PLC0415  (on first use)
        from assay.examinations.cipher.compiled.dotnet.transcript import Transcript, statics_of  # noqa: PLC0415  (on first use)

        relevance, statics, left = Relevance(of), statics_of(of), MOST_WRITTEN
        yield self._beside(meta, of, relevance, lab)
        for index in sorted(relevance.kinds()):
            kind = of.kinds[index - 1]
            name = of.type_name(TYPE_DEF << 24 | index)
            if left < 0:
                yield [], [Shortfall("too-large", f"{name} and what follows")]
                return
            try:
                written = Transcript(of, kind, statics).written()
                left -= len(written.text)
                facts, missing = self._reading.read(meta, written, lab)
                if index in relevance.random:
                    facts += self._nameless(meta, Transcript(of, kind, statics, "key").written(), lab, facts)
            except DamagedError as damage:
                yield [], [Shortfall("damaged", f"{name}: {damage}")]
                continue
            hidden = (Shortfall("blind-spot", f"{name}: {what}") for _, what in written.hidden)
            placed = (replace(one, detail=_LINE.sub(f"{name}: ", one.detail)) for one in missing)
            yield [_of_type(fact, written.within, name) for fact in facts], [*hidden, *placed]

    def _nameless(self, meta: FileMeta, written: Written, lab: Lab, known: Sequence[Fact]) -> Iterator[Fact]:
        """What would be true of random values if the variables that nobody can name here were meant to be secret."""
        seen = {(fact.subject, fact.value["misuse"]) for fact in known if fact.kind == "crypto.misuse"}
        for fact in self._reading.read(meta, written, lab)[0]:
            if fact.value.get("misuse") == "weak-random" and (fact.subject, "weak-random") not in seen:
                yield replace(fact, value={**fact.value, "reach": "possible"})

    def _beside(
        self, meta: FileMeta, of: "Assembly", relevance: "Relevance", lab: Lab
    ) -> tuple[list[Fact], list[Shortfall]]:
        """What stands outside of types: tables and keys in texts and resources, and what cannot be followed at all."""
        content, missing = of.of.content, list[Shortfall]()
        joined = "\n".join(relevance.texts.values())
        tables = (name for table, name in TEXT_TABLES.items() if table.decode() in joined)
        facts = [stated(name, meta, Evidence(meta.path), self.id) for name in tables]
        if _BEGIN in content:  # in a resource, for those of the code are written in another way
            texts = FileView(replace(meta, file_class="source"), content.translate(PRINTED))
            found = EmbeddedKeys().examine(texts, (), lab)
            facts += (unplaced(fact, self.id) for fact in found.facts)
            missing += (replace(one, detail=re.sub(r"^line \d+: ", "", one.detail)) for one in found.shortfalls)
        if not of.of.flags & ILONLY:
            missing.append(Shortfall("binary", "machine code stands beside the instructions of the runtime"))
        if relevance.empty:
            name = of.member(METHOD << 24 | relevance.empty[0])
            which = f"{name.owner}.{name.name}"
            missing.append(Shortfall("damaged", f"{len(relevance.empty)} methods whose code is none, {which} first"))
        for _, _, called, where in of.of.rows(RESOURCE):
            if not where and of.of.string(called).lower().endswith(_ASSEMBLIES):
                missing.append(Shortfall("blind-spot", f"an assembly in a resource: {of.of.string(called)}"))
        for word in RESOLVING:
            if any(of.type_name(token).startswith(word) for token in of.referred):
                missing.append(Shortfall("blind-spot", f"calls of {word.rstrip('.')}, which are not followed"))
        return facts, missing


def _of_type(fact: Fact, space: str, name: str) -> Fact:
    """A fact about a whole text is one about its type."""
    return fact if fact.subject.name != space else replace(fact, subject=replace(fact.subject, name=name))


def _first(missing: Sequence[Shortfall]) -> tuple[Shortfall, ...]:
    """Each once, and as many as anybody reads."""
    each = tuple(dict.fromkeys(missing))
    more = len(each) - MOST_SHORTFALLS
    return each if more <= 0 else (*each[:MOST_SHORTFALLS], Shortfall("blind-spot", f"{more} more places"))
