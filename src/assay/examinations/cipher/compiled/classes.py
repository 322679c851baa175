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

from collections.abc import Iterator, Sequence
from functools import cached_property

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence
from assay.examinations.cipher.compiled.classfile import (
    CLASS,
    INTEGER,
    LONG,
    NATIVE,
    UTF8,
    ClassFile,
    class_of,
    pool_of,
)
from assay.examinations.cipher.compiled.damage import DamagedError
from assay.examinations.cipher.compiled.named import LANGUAGE, RESOLVING, carries, is_named, owners, strangers
from assay.examinations.cipher.compiled.relevance import relevant
from assay.examinations.cipher.compiled.rereading import Rereading, Written
from assay.examinations.cipher.compiled.tables import BYTE_TABLES, DELTA, SHAPES, TEXT_TABLES, WORDS
from assay.examinations.cipher.compiled.unlisted import named
from assay.examinations.cipher.connecting import SPEAKS
from assay.examinations.cipher.tables import stated

_SINES = (b"java/lang/Math", b"sin")  # of which the table of MD5 can be made


class CompiledJava:
    """A `FileExamination` that decides by itself which classes are worth a transcript."""

    id = "cipher.class@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    @cached_property
    def _reading(self) -> Rereading:
        return Rereading(LANGUAGE, self.id)

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
            told = named(_referred(of), (of.name.partition("$")[0].replace("/", "."),), LANGUAGE)
            if not self._tells(view.content, of, texts, joined):
                return Examined(summary=told)
            from assay.examinations.cipher.compiled.classlike import ClassTranscript  # noqa: PLC0415  (on first use)

            written = ClassTranscript(of, frozenset(texts), relevant(of, is_named, carries)).written()
        except DamagedError as damage:
            return Examined(shortfalls=(Shortfall("damaged", str(damage), "failed"),))
        facts, missing = self._reading.read(view.meta, written, lab)
        tables = (name for table, name in TEXT_TABLES.items() if table in joined)
        facts += [stated(name, view.meta, Evidence(view.meta.path), self.id) for name in tables]
        return Examined(tuple(facts), told, (*_hidden(written, joined), *missing))

    def _tells(self, content: bytes, of: ClassFile, texts: Sequence[bytes], joined: bytes) -> bool:
        """Whether a class may hold anything that a reader of source looks for."""
        if (
            any(word in joined for word in (b"-----BEGIN", *RESOLVING, *TEXT_TABLES))
            or SPEAKS.search(joined) is not None
        ):
            return True
        if any(one.access & NATIVE for one in of.methods):
            return True
        named = frozenset(texts)
        classes, members = owners()
        if not named.isdisjoint(members):
            return True
        for owner in classes.keys() & named:  # every class names those of `java.lang`: there a member must stand too
            if not owner.startswith(b"java/lang/") or not classes[owner].isdisjoint(named):
                return True
        if any(word in joined for word in strangers()):
            return True
        numbers = {entry[1] for entry in of.pool.entries if entry is not None and entry[0] in {INTEGER, LONG}}
        if len(numbers & WORDS) > 1 or not numbers.isdisjoint(DELTA) or named.issuperset(_SINES):
            return True
        bodies = [one.body for one in of.methods if one.body is not None]
        return any(SHAPES.search(body) is not None for body in bodies) or any(table in content for table in BYTE_TABLES)


def _referred(of: ClassFile) -> Iterator[str]:
    """The classes that code of a class can call, and what it extends; of one inside another, that one."""
    for entry in of.pool.entries:
        if entry is not None and entry[0] == CLASS:
            raw = of.pool.text(entry[1])
            name = raw.lstrip("[")[1:].removesuffix(";") if raw.startswith("[") else raw
            yield name.partition("$")[0].replace("/", ".")


def _hidden(written: Written, joined: bytes) -> Iterator[Shortfall]:
    for line, what in written.hidden:
        yield Shortfall("blind-spot", f"line {line}: {what}")
    for word in RESOLVING:
        if word in joined:
            name = word.decode().rstrip("/").replace("/", ".")
            yield Shortfall("blind-spot", f"calls of {name}, which are not followed")
