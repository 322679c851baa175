"""Cryptography in DEX, the code of Android apps, as in the source that it was compiled from.

All code of a file is gone through for what it names (`search.py`): calls, fields, types and texts stand in the tables
of the file. Classes that name nothing of the catalogue, no way out of sight and no table are examined by that. The
others are written back as Java and read by the examinations that read source, so that the same entries give the same
facts as for source and class files: `seen: call`, the class and method as subject, lines where the compiler left them.
A value that comes from a caller or from a field of another class is not determined; reflection, class loaders, native
methods and method handles make the attempt partial, as does code that no machine would run.

A damaged file keeps the facts that were read before the damage, and its attempt fails. Compact DEX, and DEX that a run
time has changed (`dey`), are recognised and not read; nor are VDEX, ODEX and OAT.

*It cannot see* what classes put into each other's fields and parameters; what annotations make; code that the app
loads later; ciphers without known tables.
Source: Android Open Source Project, Dalvik Executable format and Dalvik bytecode; `catalogue/*.yaml`.
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.compiled.classfile import NATIVE, PRIVATE
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.named import LANGUAGE, carries, is_named
from assay.examinations.cipher.compiled.reaching import carried, reached
from assay.examinations.cipher.compiled.rereading import Rereading
from assay.examinations.cipher.compiled.spelling import name, qualified
from assay.examinations.cipher.compiled.unlisted import named
from assay.examinations.cipher.tables import stated

if TYPE_CHECKING:
    from assay.examinations.cipher.compiled.dex.dexfile import DexClass, DexFile
    from assay.examinations.cipher.compiled.dex.search import Noted, Search

LARGEST = 128 << 20  # bytes of a file that is read whole
MOST_TEXT = 4  # characters of text for each byte of the file
LEAST_TEXT = 1 << 20
_ASKING = 256  # classes between two signs of life


class AndroidCode:
    """A `StreamExamination`: a DEX file is larger than a unit, and its parts are found by offsets."""

    id = "cipher.dex@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    @cached_property
    def reading(self) -> Rereading:
        return Rereading(LANGUAGE, self.id)

    def __reduce__(self) -> tuple[type["AndroidCode"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "binary" and meta.format == "DEX"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError("reads files by itself")

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            return Examined(shortfalls=(Shortfall("too-large", f"more than {LARGEST >> 20} MiB"),))
        if content[:4] != b"dex\n":
            changed = "compact DEX, or DEX that a run time has changed"
            return Examined(shortfalls=(Shortfall("binary", changed, "skipped"),))
        from assay.examinations.cipher.compiled.dex.dexfile import DexFile, headers  # noqa: PLC0415  (on first use)

        facts: list[Fact] = []
        missing: list[Shortfall] = []
        referred: dict[str, None] = {}
        defined: dict[str, None] = {}
        try:
            for at in headers(content):
                of = DexFile(content, at)
                defined |= dict.fromkeys(map(_outer, of.defined()))
                referred |= dict.fromkeys(_outer(of.klass(index)) for index in range(of.types))
                for found in _File(self, meta, of, lab).examined(alive):
                    facts += found.facts
                    missing += found.shortfalls
        except (DamagedError, struct.error, IndexError) as damage:
            missing.append(Shortfall("damaged", str(damage), "failed"))
        return Examined(tuple(facts), named(referred, defined, LANGUAGE), tuple(missing))


class _File:
    """One DEX on its way through its classes."""

    def __init__(self, by: AndroidCode, meta: FileMeta, of: "DexFile", lab: Lab) -> None:
        from assay.examinations.cipher.compiled.dex.lambdas import Lambdas  # noqa: PLC0415  (on first use)

        self.by, self.meta, self.of, self.lab = by, meta, of, lab
        self._lambdas = Lambdas(of)
        self._shown: set[str] = set()
        self._left = MOST_TEXT * len(of.content) + LEAST_TEXT

    def examined(self, alive: Callable[[], None]) -> Iterator[Examined]:
        """Class by class; those of lambdas last, for most stand where they are handed on. Raises DamagedError."""
        from assay.examinations.cipher.compiled.dex.search import Search  # noqa: PLC0415  (on first use)

        lambdas = {index for index, called in enumerate(self.of.defined()) if self._lambdas.put(index, called)}
        search = Search(self.of, self._lambdas)
        alive()
        for count, index in enumerate((*sorted(set(range(self.of.classes)) - lambdas), *sorted(lambdas))):
            if not count % _ASKING:
                alive()
            row = self.of.row(index)
            if row.name in self._shown:
                continue
            try:
                whole = any(is_named(name, "") for name in (row.parent, *row.interfaces))
                if whole or any(
                    access & NATIVE or search.names_method(which) or search.within(code)
                    for which, access, code in self.of.bodies(row)
                ):
                    yield self._class(self.of.declared(row), search, whole=whole)
                    alive()
            except DamagedError as damage:
                yield Examined(shortfalls=(Shortfall("damaged", f"{qualified(row.name)}: {damage}", "failed"),))

    def _class(self, declared: "DexClass", search: "Search", *, whole: bool) -> Examined:
        from assay.examinations.cipher.compiled.dex.transcript import DexTranscript  # noqa: PLC0415  (on first use)

        touched, noted = search.touched(declared, whole=whole)
        native = any(one.access & NATIVE for one in declared.methods)
        if not (whole or touched or noted.shaped or native):
            return Examined()  # it only looked like something
        private = {(one.name, one.descriptor) for one in declared.methods if one.access & PRIVATE}
        followed = reached(touched, private, lambda descriptor: carried(descriptor, carries))
        wanted = None if whole else followed | noted.shaped
        if self._left < 0:
            detail = f"{qualified(declared.name)} and what follows: more text than any source"
            return Examined(shortfalls=(Shortfall("too-large", detail),))
        transcript = DexTranscript(self.of, declared, self._lambdas, wanted, random=noted.random)
        written = transcript.written()
        *package, own = map(name, declared.name.split("/"))
        written.within = ".".join(package)
        owner = ".".join((*package, own)).replace("$", ".")
        self._left -= len(written.text)
        self._shown |= transcript.shown
        facts, missing = self.by.reading.read(self.meta, written, self.lab)
        facts += (stated(one, self.meta, Evidence(self.meta.path), self.by.id) for one in sorted(noted.tables))
        hidden = [Shortfall("blind-spot", f"line {line}: {what}") for line, what in written.hidden]
        placed = (replace(one, detail=f"{owner}, {one.detail}") for one in (*hidden, *missing))
        facts = [_of(fact, owner, written.within) for fact in facts]
        return Examined(tuple(facts), shortfalls=(*placed, *_resolved(noted)))


def _outer(raw: str) -> str:
    """A class by its qualified name, of one inside another that one, of an array what it holds."""
    held = raw.lstrip("[").removeprefix("L").removesuffix(";") if raw.startswith("[") else raw
    return held.partition("$")[0].replace("/", ".")


def _of(fact: Fact, owner: str, within: str) -> Fact:
    """A fact with the class that it is about: a line alone does not tell of which of a thousand it is."""
    subject = replace(fact.subject, name=owner) if fact.subject.name in {"", within} else fact.subject
    evidence = tuple(replace(one, excerpt=f"{owner}: {one.excerpt}".removesuffix(": ")) for one in fact.evidence)
    return replace(fact, subject=subject, evidence=evidence)


def _resolved(noted: "Noted") -> Iterator[Shortfall]:
    for word in sorted(noted.resolving):
        called = word.rstrip("/").replace("/", ".")
        yield Shortfall("blind-spot", f"calls of {called}, which are not followed")
