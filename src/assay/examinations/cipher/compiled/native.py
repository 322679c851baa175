"""Cryptography in machine code: what a program names to the loader, and the tables it holds.

A function that is imported is called somewhere in the code, for a linker drops names that nothing refers to. Where its
name alone tells the algorithm or protocol, as `MD5_Init` and `SSLv3_method` do, it is a fact with `seen: symbol`;
`certain`, unless the function only hands out a description that may never be used (`EVP_md5`), or stands in a Go
program, whose standard library brings old ciphers along. Constants of an algorithm are `seen: constant` and
`possible`. Keys and certificates in PEM among the texts are stated as in source. The names are those of the
catalogues for C and Go.

None of this acquits, and the attempt is always partial, with the libraries that are linked in its detail. It would be
sound to acquit a file only if all code in it were followed: that imports are those of the C library alone shows nothing
while the code may hold a cipher of its own, which needs no table (RC4, ChaCha20, AES by instructions of the processor).

*It cannot see* calls and their arguments, functions found by name at run time, code that is packed or encrypted.
Source: System V ABI (ELF), the PE and Mach-O formats, as LIEF reads them; `catalogue/*.yaml`; `cipher/tables.py`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any, BinaryIO

from msgspec.structs import replace

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.compiled.tables import NATIVE_HALVES, NATIVE_TABLES, NATIVE_WORDS
from assay.examinations.cipher.embedded import EmbeddedKeys
from assay.examinations.cipher.library import Entry
from assay.examinations.cipher.tables import stated
from assay.examinations.cipher.use import Use
from assay.examinations.cipher.uses import facts_of
from assay.source.answers import unknown

FORMATS = frozenset({"ELF", "PE", "Mach-O", "COFF", "static library"})
LOADED = frozenset({"ELF", "PE", "Mach-O"})
LARGEST = 256 << 20  # bytes of a file that is read whole
MOST_SYMBOLS = 200_000
MOST_LIBRARIES = 12  # named in the detail
_GO = (b"\xff Go buildinf:", b"Go build ID: ")
_BEGIN = b"-----BEGIN "
PRINTED = bytes(byte if 32 <= byte < 127 or byte in b"\r\n\t" else 10 for byte in range(256))
_VERSION = re.compile(r"@.*")


class NativeCode:
    """A `StreamExamination`: a program is larger than a unit, and its parts are found by offsets."""

    id = "cipher.native@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.material")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def __reduce__(self) -> tuple[type["NativeCode"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "binary" and meta.format in FORMATS

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError("reads files by itself")

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:
        content = stream.read(LARGEST + 1)
        if len(content) > LARGEST:
            return Examined(shortfalls=(Shortfall("too-large", f"more than {LARGEST >> 20} MiB"),))
        alive()
        libraries, imported = _names(content) if meta.format in LOADED else ((), ())
        alive()
        facts = [*self._imported(meta, imported), *self._tables(meta, content)]
        if any(mark in content for mark in _GO):
            facts += self._linked(meta, content)
        missing: list[Shortfall] = []
        if _BEGIN in content:
            texts = FileView(replace(meta, file_class="source"), content.translate(PRINTED))
            found = EmbeddedKeys().examine(texts, (), lab)
            facts += (unplaced(fact, self.id) for fact in found.facts)
            missing += (replace(one, detail=re.sub(r"^line \d+: ", "", one.detail)) for one in found.shortfalls)
        linked = f"; linked: {', '.join(libraries[:MOST_LIBRARIES])}" if libraries else ""
        missing.append(Shortfall("binary", f"names and tables were read, the code was not{linked}"))
        return Examined(tuple(facts), shortfalls=tuple(missing))

    def _imported(self, meta: FileMeta, names: Iterable[str]) -> Iterator[Fact]:
        telling = _telling("C")
        for name in dict.fromkeys(names):
            for entry in telling.get(name, ()):
                reach = "possible" if entry.part else ""
                yield from self._stated(meta, entry, name, reach)

    def _linked(self, meta: FileMeta, content: bytes) -> Iterator[Fact]:
        """Functions of a Go program, by the table that it carries for its own traces."""
        telling, names, automaton = _telling("Go"), *_go_names()
        found = {at for at, _, _ in automaton.find_matches_as_indexes(content, overlapping=True)}
        for at in sorted(found):
            for entry in telling[names[at]]:
                yield from self._stated(meta, entry, names[at], "possible")

    def _stated(self, meta: FileMeta, entry: Entry, name: str, reach: str) -> Iterator[Fact]:
        answers = {role: unknown("compiled") for role in entry.arguments}
        use = Use(entry, answers, "", (Evidence(meta.path, 0, name),), True)
        for fact in facts_of(use, meta, catalogue_of("C"), self.id):
            value = {**fact.value, "seen": "symbol", **({"reach": reach} if reach else {})}
            if fact.kind == "crypto.misuse":  # `DES_ecb_encrypt` also is the single block inside of a mode
                value["reach"] = "possible"
            evidence = tuple(replace(one, expression="") for one in fact.evidence)
            yield replace(fact, value=value, evidence=evidence)

    def _tables(self, meta: FileMeta, content: bytes) -> Iterator[Fact]:
        owners, automaton = patterns()
        seen: dict[str, dict[bytes, int]] = {}
        whole: dict[str, int] = {}
        times: Counter[bytes] = Counter()
        for which, start, _ in automaton.find_matches_as_indexes(content, overlapping=True):
            name, word = owners[which]
            if word is None:
                whole.setdefault(name, start)
            else:
                seen.setdefault(name, {}).setdefault(word, start)
                times[word] += 1
        for name, words in seen.items():
            places = [at for word, at in words.items() if times[word] > times[NATIVE_HALVES.get(word, b"")]]
            if len(places) > 1:
                whole.setdefault(name, min(places))
        for name, at in sorted(whole.items()):
            yield stated(name, meta, Evidence(meta.path, 0, "", at), self.id)


def _names(content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Libraries that a file links, and names that it imports; both empty where the file is none that LIEF reads."""
    import lief  # noqa: PLC0415  (native, on first use)

    lief.logging.disable()
    parsed: Any = lief.parse(content)
    if parsed is None:
        return (), ()
    parts: list[Any] = list(parsed) if isinstance(parsed, lief.MachO.FatBinary) else [parsed]
    libraries = dict.fromkeys(_text(one) for part in parts for one in part.libraries)
    if isinstance(parsed, lief.PE.Binary):
        tables: Iterable[Any] = chain(parsed.imports, parsed.delay_imports if parsed.has_delay_imports else ())
        names = (_text(entry) for table in tables for entry in table.entries)
    elif isinstance(parsed, lief.ELF.Binary):
        names = (_VERSION.sub("", _text(one)) for one in _undefined(parsed))
    else:
        names = (_text(one).removeprefix("_") for part in parts for one in part.imported_symbols)
    return tuple(libraries), tuple(islice(names, MOST_SYMBOLS))


def _undefined(parsed: Any) -> Iterator[Any]:
    """What a file leaves to others: to the loader, or to the linker where it is not linked yet."""
    rows = chain(parsed.dynamic_symbols, parsed.symtab_symbols)
    return (one for one in rows if one.shndx == 0 and one.name)


def _text(of: Any) -> str:
    name = of if isinstance(of, str | bytes) else of.name
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)


@lru_cache(maxsize=2)
def _telling(language: str) -> dict[str, tuple[Entry, ...]]:
    """Entries whose call tells by its name what is used."""
    found: dict[str, tuple[Entry, ...]] = {}
    for call, rows in catalogue_of(language).entries.items():
        telling = [row for row in rows if _tells(row)]
        if telling and call[:1] not in {".", "=", '"'} and not call.endswith(".*"):
            found[call] = tuple(telling[:1])
    return found


def _tells(entry: Entry) -> bool:
    if not entry.use or entry.misuse is not None or {"algorithm", "protocol"} & entry.arguments.keys():
        return False
    return (entry.algorithm is not None or entry.protocol is not None) and not entry.spelt and not entry.passed


@lru_cache(maxsize=1)
def _go_names() -> tuple[tuple[str, ...], Any]:
    from ahocorasick_rs import BytesAhoCorasick  # noqa: PLC0415  (native, on first use)

    names = tuple(_telling("Go"))
    return names, BytesAhoCorasick([b"\0" + name.encode() + b"\0" for name in names])


@lru_cache(maxsize=1)
def patterns() -> tuple[tuple[tuple[str, bytes | None], ...], Any]:
    """Names of algorithms, with the word of which two must stand there, and the automaton over all of them."""
    from ahocorasick_rs import BytesAhoCorasick  # noqa: PLC0415  (native, on first use)

    rows: list[tuple[str, bytes | None, bytes]] = [(name, None, table) for name, table in NATIVE_TABLES]
    rows += [(name, pair[0], form) for name, pairs in NATIVE_WORDS.items() for pair in pairs for form in set(pair)]
    return tuple((name, word) for name, word, _ in rows), BytesAhoCorasick([form for _, _, form in rows])


def unplaced(fact: Fact, by: str) -> Fact:
    return replace(fact, by=by, evidence=tuple(replace(one, line=0) for one in fact.evidence))
