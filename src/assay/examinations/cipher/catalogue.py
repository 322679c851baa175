"""What cryptographic libraries offer, as data: one YAML file per library in `catalogue/`.

    id: openssl                       file name == id; the fact's `library`
    title: {en: ..., zh: ...}
    language: [C, C++]                names of source/languages.py, or one name
    source: where the entries were read (standard, manual)
    dialect: openssl                  how names are spelt (names.recognise); an entry may override it
    aliases: {Cryptodome: Crypto}     other roots of the same names
    values: {Crypto.Cipher.AES.MODE_ECB: ecb}    what a referenced constant, class or function means as an argument
    entries:
      - call: [hashlib.md5]           qualified names; `X.<init>` is a constructor, `=name` sets an attribute or
                                      keyword;
                                      `a{1,2}` stands for `a1` and `a2`
        named_after: EVP_             the algorithm is what follows this in the name of the call
        algorithm: MD5                fixed, or by argument
        protocol: TLSv1               instead of an algorithm
        primitive: hash               known even when the algorithm is not
        purpose: digest               absent: could not be determined
        mode: cbc / padding: ... / key_bits: ...     fixed
        given: [0, 1]                 only a call with so many arguments
        except: [crc32b]              algorithms that the call also takes and that are no cryptography
        arguments: {algorithm: 0, mode: [1, mode], key_bits: bits}   role: position, keyword, or both; [1, .mode] is
                                      a member of the object or array there
        part: true                    states itself only when no other entry used it as an argument
        use: false                    states misuse of its arguments only
        then: [{method: init, arguments: {purpose: 0}}]              calls on the object that the call returns, or in C
                                      with it as first argument; {method: doFinal, purpose: encryption} says it itself;
                                      `when` as below; `onto: 1`, the object goes on in what this argument points
                                      to; `onto: result`, in what the call returns
        if: {at: 1, is: [option]}     the entry is for these values of an argument only, or for one that nobody can tell
        out: 0                        the object is not returned but put where this argument points
        within: [{method: sign, purpose: signature}]                  the same of the call of which it is an argument
        defaults: {iterations: 1000}  what a role is when its argument is not given; null, the library decides
        passed: true                  a constant, or a text with its quotes, that counts only as an argument of a call
                                      in a function, and not of one that compares or prints
        bare: false                   named without being called it says nothing: others use the name too
        misuse: certificate-check-off, when: {at: 1, is: ["0"]}      `when` tests one argument's values; one
                                      that cannot be determined is `unknown: possible`, a misuse that may be; `open`,
                                      a misuse that nobody can tell; `nothing`, taken as harmless
        doubt: [server]               the misuse is only possible in a function that names one of these words
        needs: [ssl]                  the file must import one of these modules or packages
        secret: named                 only where a name around it (function, variable) speaks of a secret;
                                      perhaps: elsewhere too, as a possibility
        empty: true                   (Java) a method of this name with no statement in it
    blind: {eval: 0}                  calls through which anything could be reached, with the argument that decides

In Go a call is `path/to/package.Name`, `package.Type.Method`, `package.Make().Method` for a method of what a function
returned, or `package.Type.Field` for a field that is set. In Rust `::` is written `.`, a type stands for all its
functions, and `<0>` among the arguments is the first type argument.

A call is also `.name`, a method of any object, and `module.*`, a member of a module chosen at run time. For an
interface (Java) the named arguments are the methods of the class that implements it, and `yields true` is the value of
a function that only returns true.

Roles: algorithm mode padding curve digest cipher key_bits key_bytes iterations purpose protocol suites; security, false
when the result protects nothing; spec, an object whose own arguments count here; object, what a part made, which lends
what it knows; key password iv salt are looked at for literals. Raises core.errors.InputError naming file, line and key.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from assay.core.errors import InputError
from assay.core.kinds import KINDS, PRIMITIVES, PURPOSES
from assay.core.text import Text
from assay.rulebooks.strict_yaml import Parsed, parse
from assay.source.languages import BY_NAME

ROLES = frozenset(
    {"algorithm", "cipher", "curve", "digest", "iterations", "iv", "key", "key_bits", "key_bytes", "mode", "object",
     "padding", "password", "priority", "protocol", "purpose", "salt", "security", "spec", "suites"}
)  # fmt: skip
RESULT = -1  # as an argument's place: what the call returns
FIXED = frozenset({"mode", "padding", "curve", "digest", "key_bits", "iterations", "cipher"})


@dataclass(frozen=True, slots=True)
class Position:
    """Where an argument stands: by position, by keyword, or either."""

    at: int | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    position: Position
    values: frozenset[str]
    unknown: str = "possible"  # what a value that cannot be determined is: possible, open or nothing


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a call of a method on the object, or around it, says: by its arguments, and by being called."""

    method: str
    arguments: Mapping[str, Position]
    fixed: Mapping[str, str | int]
    when: Condition | None = None
    onto: int | None = None  # RESULT, in what the call returns


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a library offers. `library` and `index` identify it across processes."""

    library: str
    index: int
    calls: tuple[str, ...]
    dialect: str
    algorithm: str | None = None
    protocol: str | None = None
    primitive: str | None = None
    purpose: str | None = None
    fixed: Mapping[str, str | int] = field(default_factory=dict)
    arguments: Mapping[str, Position] = field(default_factory=dict)
    defaults: Mapping[str, str | int | None] = field(default_factory=dict)
    part: bool = False
    use: bool = True
    then: tuple[FollowUp, ...] = ()
    within: tuple[FollowUp, ...] = ()
    misuse: str | None = None
    when: Condition | None = None
    needs: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    secret: str = ""
    empty: bool = False
    bare: bool = True
    passed: bool = False
    out: int | None = None
    provided: Condition | None = None
    given: frozenset[int] = frozenset()
    excepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Library:
    id: str
    title: Text
    source: str
    languages: tuple[str, ...]
    aliases: Mapping[str, str]
    values: Mapping[str, str]
    entries: tuple[Entry, ...]
    blind: Mapping[str, Position]


@dataclass(frozen=True)
class Catalogue:
    """Every library of one language: entries by qualified name, and the words that lead to them."""

    language: str
    entries: Mapping[str, tuple[Entry, ...]]
    values: Mapping[str, str]
    aliases: Mapping[str, str]
    blind: Mapping[str, Position]
    words: frozenset[bytes]
    shapes: Mapping[bytes, frozenset[str]]  # how a word must stand to be a use: see `shape_of`
    roots: Mapping[bytes, frozenset[bytes]]  # the top modules through which a word of shape "any" is reached
    own: Mapping[tuple[str, str], str]  # what a number or a text means to one library

    def canonical(self, name: str) -> str:
        """A qualified name with the root of an alias replaced."""
        head, dot, rest = name.partition(".")
        return self.aliases.get(head, head) + dot + rest if dot else name

    def known(self, name: str) -> bool:
        name = self.canonical(name)
        return name in self.entries or name in self.values or f"{name}.<init>" in self.entries

    def constant(self, name: str) -> str | None:
        """What a constant of a library means as an argument."""
        return self.values.get(self.canonical(name))

    @cached_property
    def only_passed(self) -> frozenset[bytes]:
        """Words that lead to nothing but constants and texts that count as arguments."""
        adapter = BY_NAME[self.language]
        passed: dict[bytes, bool] = {}
        for call, rows in self.entries.items():
            word = (call[1:] if call[:1] in {"=", "."} else adapter.word(call)).encode()
            passed[word] = passed.get(word, True) and all(row.passed for row in rows)
        return frozenset(word for word, only in passed.items() if only)

    def plain(self, name: str) -> tuple[Entry, ...]:
        """The entries of the members of a class or module, where none of them asks for more than that it is called: all
        that handing it on can hide. () where one does, and where there is none."""
        return _plain(self.language, name)

    def holds(self, name: str) -> bool:
        """Whether a class has entries that state a use."""
        return any(
            call.startswith(f"{name}.") and any(row.use and row.misuse is None for row in rows)
            for call, rows in self.entries.items()
        )


def load_library(content: bytes, name: str) -> Library:
    parsed = parse(content, name)
    top = _mapping(parsed, parsed.value, (), {"id", "title", "language", "source", "dialect", "aliases", "values",
                                             "entries", "blind"})  # fmt: skip
    dialect = str(top.get("dialect", "any"))
    rows = top.get("entries", [])
    entries = tuple(
        entry
        for index, row in enumerate(rows)
        for entry in _each_named(_entry(parsed, row, index, str(top["id"]), dialect), row.get("named_after"))
    )
    return Library(
        id=str(top["id"]),
        title=Text(str(top["title"]["en"]), str(top["title"]["zh"])),
        source=str(top.get("source", "")),
        languages=tuple(_listed(top["language"])),
        aliases=dict(top.get("aliases", {})),
        values={str(key): str(value) for key, value in top.get("values", {}).items()},
        entries=entries,
        blind={key: _position(parsed, value, ("blind", key)) for key, value in top.get("blind", {}).items()},
    )


def _listed(row: Any) -> list[str]:
    return [row] if isinstance(row, str) else [str(item) for item in row]


_ENTRY_KEYS = frozenset(
    {"call", "named_after", "algorithm", "protocol", "primitive", "purpose", "arguments", "defaults", "part", "use",
     "bare", "passed", "then", "within", "misuse", "when", "doubt", "needs", "secret", "empty", "dialect", "out", "if",
     "given", "except"}
)  # fmt: skip


def _entry(parsed: Parsed, row: Any, index: int, library: str, dialect: str) -> Entry:
    at = ("entries", index)
    row = _mapping(parsed, row, at, _ENTRY_KEYS | FIXED)
    calls = row.get("call", ())
    calls = tuple(name for call in ((calls,) if isinstance(calls, str) else calls) for name in spread(call))
    if not calls:
        raise _wrong(parsed, at, "has no call", "没有 call")
    for key, choices in (("primitive", PRIMITIVES), ("purpose", PURPOSES)):
        if row.get(key) is not None and row[key] not in choices:
            raise _wrong(
                parsed, (*at, key), f"{row[key]} is not one of {', '.join(choices)}", f"{row[key]} 不在允许值之内"
            )
    misuse = row.get("misuse")
    if misuse is not None and misuse not in KINDS["crypto.misuse"].keys["misuse"].choices:
        raise _wrong(parsed, (*at, "misuse"), f"{misuse} is no misuse of core/kinds.py", f"未定义的误用 {misuse}")
    return Entry(
        library=library,
        index=index,
        calls=calls,
        dialect=row.get("dialect", dialect),
        algorithm=row.get("algorithm"),
        protocol=row.get("protocol"),
        primitive=row.get("primitive"),
        purpose=row.get("purpose"),
        fixed={key: row[key] for key in FIXED if key in row},
        arguments=_positions(parsed, row.get("arguments", {}), (*at, "arguments")),
        part=row.get("part", False),
        use=row.get("use", True),
        defaults=dict(_mapping(parsed, row.get("defaults", {}), (*at, "defaults"), ROLES)),
        then=_follow_ups(parsed, row, at, "then"),
        within=_follow_ups(parsed, row, at, "within"),
        misuse=misuse,
        when=_condition(parsed, row, at),
        doubt=tuple(row.get("doubt", ())),
        needs=(row["needs"],) if isinstance(row.get("needs"), str) else tuple(row.get("needs", ())),
        secret=row.get("secret", ""),
        empty=row.get("empty", False),
        bare=row.get("bare", True),
        passed=row.get("passed", False),
        out=row.get("out"),
        provided=_condition(parsed, row, at, "if"),
        given=frozenset(row.get("given", ())),
        excepted=frozenset(row.get("except", ())),
    )


def _condition(
    parsed: Parsed, row: Mapping[str, Any], at: tuple[str | int, ...], key: str = "when"
) -> Condition | None:
    if row.get(key) is None:
        return None
    when = _mapping(parsed, row[key], (*at, key), {"at", "is", "unknown"})
    values = frozenset(str(item).lower() for item in when["is"])
    return Condition(_position(parsed, when["at"], (*at, key)), values, when.get("unknown", "possible"))


def _follow_ups(parsed: Parsed, row: Mapping[str, Any], at: tuple[str | int, ...], key: str) -> tuple[FollowUp, ...]:
    found: list[FollowUp] = []
    for index, item in enumerate(row.get(key, ())):
        here = (*at, key, index)
        said = _mapping(parsed, item, here, {"method", "arguments", "purpose", "when", "onto", *FIXED})
        arguments = _positions(parsed, said.get("arguments", {}), (*here, "arguments"))
        fixed = {role: value for role, value in said.items() if role not in {"method", "arguments", "when", "onto"}}
        methods = [said["method"]] if isinstance(said["method"], str) else said["method"]
        when, onto = _condition(parsed, said, here), RESULT if said.get("onto") == "result" else said.get("onto")
        found += [FollowUp(name, arguments, fixed, when, onto) for method in methods for name in spread(method)]
    return tuple(found)


_BRACES = re.compile(r"\{([^{}]*)\}")


def spread(call: str) -> Iterator[str]:
    """The calls that one with braces stands for."""
    found = _BRACES.search(call)
    if found is None:
        yield call
        return
    for choice in found[1].split(","):
        yield from spread(call[: found.start()] + choice + call[found.end() :])


def _each_named(entry: Entry, prefix: str | None) -> Iterator[Entry]:
    """The entry, or one for each call that carries its algorithm in its name."""
    if prefix is None:
        yield entry
        return
    for call in entry.calls:
        yield replace(entry, calls=(call,), algorithm=call.removeprefix(prefix).rstrip('"'))


def _positions(parsed: Parsed, rows: Any, at: tuple[str | int, ...]) -> Mapping[str, Position]:
    rows = _mapping(parsed, rows, at, ROLES)
    return {role: _position(parsed, row, (*at, role)) for role, row in rows.items()}


def _position(parsed: Parsed, row: Any, at: tuple[str | int, ...]) -> Position:
    match row:
        case bool():
            pass
        case int():
            return Position(at=row)
        case str():
            return Position(name=row)
        case [int() as index, str() as name]:
            return Position(index, name)
    raise _wrong(
        parsed, at, "is not a position, a keyword, or [position, keyword]", "应为位置、关键字或 [位置, 关键字]"
    )


def _mapping(
    parsed: Parsed, row: Any, at: tuple[str | int, ...], allowed: frozenset[str] | set[str]
) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise _wrong(parsed, at, "is not a mapping", "应为映射")
    for key in row:
        if key not in allowed:
            raise _wrong(parsed, (*at, key), f"{key} is not one of {', '.join(sorted(allowed))}", f"未知的键 {key}")
    return row


def _wrong(parsed: Parsed, at: tuple[str | int, ...], en: str, zh: str) -> InputError:
    where = f"{parsed.name}:{parsed.line(at)}: {'.'.join(map(str, at))}"
    return InputError(Text(f"{where} {en}", f"{where} {zh}"), Text("See docs/catalogue.md", "参见 docs/catalogue.md"))


def shape_of(call: str) -> str:
    """How the word of a call stands in text: `x.word(`, `word =`, `word(` without a dot, or any way."""
    if call.startswith("="):
        return "setting"
    if call.startswith("."):
        return "method"
    return "any" if "." in call else "bare"


def word_of(call: str, language: str) -> str:
    """The identifier of a qualified name that is searched for."""
    return call[1:] if call[:1] in {"=", "."} else BY_NAME[language].word(call)


@lru_cache(maxsize=1)
def libraries() -> tuple[Library, ...]:
    """Every shipped library, by file name."""
    folder = files(__package__) / "catalogue"
    found = sorted((item for item in folder.iterdir() if item.name.endswith(".yaml")), key=lambda item: item.name)
    return tuple(load_library(item.read_bytes(), item.name) for item in found)


@lru_cache(maxsize=16)
def catalogue_of(language: str) -> Catalogue:
    return combined(language, [library for library in libraries() if language in library.languages])


def combined(language: str, of: Sequence[Library]) -> Catalogue:
    entries: dict[str, tuple[Entry, ...]] = {}
    values: dict[str, str] = {}
    aliases: dict[str, str] = {}
    blind: dict[str, Position] = {}
    adapter = BY_NAME[language]
    spelt_as = str.lower if adapter.folds else str
    for library in of:
        values.update((spelt_as(name), value) for name, value in library.values.items())
        aliases.update(library.aliases)
        blind.update((spelt_as(name), at) for name, at in library.blind.items())
        for entry in library.entries:
            for call in map(spelt_as, entry.calls):
                for spelt in (call, *adapter.spellings(call)):
                    entries[spelt] = (*entries.get(spelt, ()), entry)
    shapes: dict[bytes, set[str]] = {}
    shapes_of = {call: shape_of(call) for call in (*entries, *blind)}
    for call, shape in shapes_of.items():
        shapes.setdefault(word_of(call, language).encode(), set()).add(shape)
    stand = {word: frozenset(row) for word, row in shapes.items()}
    roots = _roots(shapes_of, aliases, language)
    own = {(library.id, name): said for library in of for name, said in library.values.items()}
    return Catalogue(language, entries, values, aliases, blind, frozenset(shapes), stand, roots, own)


@lru_cache(maxsize=1024)
def _plain(language: str, name: str) -> tuple[Entry, ...]:
    catalogue = catalogue_of(language)
    found = [row for call, rows in catalogue.entries.items() if call.startswith(f"{name}.") for row in rows]
    asking = any(
        row.arguments or row.then or row.within or row.misuse or row.needs or row.algorithm is None or not row.use
        for row in found
    )
    searched = name.rpartition(".")[2].encode() in catalogue.words  # or nobody comes across the name
    return tuple(found) if searched and not asking else ()


def _roots(shapes_of: Mapping[str, str], aliases: Mapping[str, str], language: str) -> dict[bytes, frozenset[bytes]]:
    others: dict[str, set[str]] = {}
    for alias, root in aliases.items():
        others.setdefault(root.partition(".")[0], set()).add(alias)
    found: dict[bytes, set[bytes]] = {}
    for call, shape in shapes_of.items():
        root = call.partition(".")[0]
        if shape == "any":
            found.setdefault(word_of(call, language).encode(), set()).update(
                name.encode() for name in (root, *others.get(root, ()))
            )
    return {word: frozenset(row) for word, row in found.items()}
