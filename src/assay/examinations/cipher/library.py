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
        spelt: SHA3-%                 the name, where an argument is only its size; `algorithm` is what is known without
        protocol: TLSv1               instead of an algorithm
        primitive: hash               known even when the algorithm is not
        purpose: digest               absent: could not be determined
        mode: cbc / padding: ... / key_bits: ...     fixed
        given: [0, 1]                 only a call with so many arguments
        except: [crc32b]              algorithms that the call also takes and that are no cryptography
        outside: [createServer]       not where it stands among the arguments of one of these calls
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
        misuse: certificate-check-off, when: {at: 1, is: ["0"]}      one, or a list where several follow; `when`
                                      tests one argument's values; one that cannot be determined is `unknown:
                                      possible`, a misuse that may be; `open`, a misuse that nobody can tell;
                                      `nothing`, taken as harmless; `on: init`, the argument is that of this call on
                                      the object
        doubt: [server]               the misuse is only possible in a function that names one of these words
        needs: [ssl]                  the file must import one of these modules or packages
        secret: named                 only where a name around it (function, variable) speaks of a secret;
                                      perhaps: elsewhere too, as a possibility
        empty: true                   (Java) a method of this name that refuses nobody: see callbacks.py
    blind: {eval: 0}                  calls through which anything could be reached, with the argument that decides

In Go a call is `path/to/package.Name`, `package.Type.Method`, `package.Make().Method` for a method of what a function
returned, or `package.Type.Field` for a field that is set. In Rust `::` is written `.`, a type stands for all its
functions, and `<0>` among the arguments is the first type argument.

A call is also `.name`, a method of any object, and `module.*`, a member of a module chosen at run time. For an
interface (Java) the named arguments are the methods of the class that implements it, and `yields true` is the value of
a function that only returns true.

Roles: algorithm mode padding curve digest cipher key_bits key_bytes iterations purpose protocol suites; security, false
when the result protects nothing; spec, an object whose own arguments count here; object, what a part made, which lends
what it knows; key password iv salt seed are looked at for literals. Raises core.errors.InputError naming file, line
and key.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.kinds import KINDS, PRIMITIVES, PURPOSES
from assay.core.text import Text
from assay.rulebooks.strict_yaml import Parsed, parse

ROLES = frozenset(
    {"algorithm", "cipher", "curve", "digest", "iterations", "iv", "key", "key_bits", "key_bytes", "mode", "object",
     "padding", "password", "priority", "protocol", "purpose", "salt", "security", "seed", "spec", "suites"}
)  # fmt: skip
RESULT = -1  # as an argument's place: what the call returns
FIXED = frozenset({"mode", "padding", "curve", "digest", "key_bits", "iterations", "cipher"})


class Position(Struct, frozen=True, omit_defaults=True):
    """Where an argument stands: by position, by keyword, or either."""

    at: int | None = None
    name: str | None = None


class Condition(Struct, frozen=True, omit_defaults=True):
    position: Position
    values: frozenset[str]
    on: str = ""  # the method, called on the object, whose argument it is; '' for the call itself
    unknown: str = "possible"  # what a value that cannot be determined is: possible, open or nothing


class FollowUp(Struct, frozen=True, omit_defaults=True):
    """What a call of a method on the object, or around it, says: by its arguments, and by being called."""

    method: str
    arguments: Mapping[str, Position]
    fixed: Mapping[str, str | int | None]
    when: Condition | None = None
    onto: int | None = None  # RESULT, in what the call returns


class Entry(Struct, frozen=True, omit_defaults=True):
    """One thing that a library offers. `library` and `index` identify it across processes."""

    library: str
    index: int
    calls: tuple[str, ...]
    dialect: str
    algorithm: str | None = None
    spelt: str = ""
    protocol: str | None = None
    primitive: str | None = None
    purpose: str | None = None
    fixed: Mapping[str, str | int | None] = field(default_factory=dict)
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
    outside: frozenset[str] = frozenset()


class Library(Struct, frozen=True):
    id: str
    title: Text
    source: str
    languages: tuple[str, ...]
    aliases: Mapping[str, str]
    values: Mapping[str, str]
    entries: tuple[Entry, ...]
    blind: Mapping[str, Position]


def load_library(content: bytes, name: str) -> Library:
    parsed = parse(content, name)
    top = _mapping(parsed, parsed.value, (), {"id", "title", "language", "source", "dialect", "aliases", "values",
                                             "entries", "blind"})  # fmt: skip
    dialect = str(top.get("dialect", "any"))
    rows = top.get("entries", [])
    read = (
        (one, row.get("named_after"))
        for at, row in enumerate(rows)
        for one in _each_misuse(parsed, row, at, str(top["id"]), dialect)
    )
    entries = tuple(entry for index, (one, prefix) in enumerate(read) for entry in _each_named(one, prefix, index))
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


def _listed(row: Any) -> list[Any]:
    return [str(item) for item in row] if isinstance(row, list) else [row]


_ENTRY_KEYS = frozenset(
    {"call", "named_after", "algorithm", "spelt", "protocol", "primitive", "purpose", "arguments", "defaults", "part",
     "use", "bare", "passed", "then", "within", "misuse", "when", "doubt", "needs", "secret", "empty", "dialect", "out",
     "if", "given", "except", "outside"}
)  # fmt: skip


def _each_misuse(parsed: Parsed, row: Any, index: int, library: str, dialect: str) -> Iterator[Entry]:
    """The entry of a row, or one for each of the misuses that it states."""
    entry = _entry(parsed, row, index, library, dialect)
    for misuse in _listed(row.get("misuse")):
        if misuse is not None and misuse not in KINDS["crypto.misuse"].keys["misuse"].choices:
            place = ("entries", index, "misuse")
            raise _wrong(parsed, place, f"{misuse} is no misuse of core/kinds/", f"未定义的误用 {misuse}")
        yield replace(entry, misuse=misuse)


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
    return Entry(
        library=library,
        index=index,
        calls=calls,
        dialect=row.get("dialect", dialect),
        algorithm=row.get("algorithm"),
        spelt=row.get("spelt", ""),
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
        outside=frozenset(row.get("outside", ())),
    )


def _condition(
    parsed: Parsed, row: Mapping[str, Any], at: tuple[str | int, ...], key: str = "when"
) -> Condition | None:
    if row.get(key) is None:
        return None
    when = _mapping(parsed, row[key], (*at, key), {"at", "is", "on", "unknown"})
    values = frozenset(str(item).lower() for item in when["is"])
    place = _position(parsed, when["at"], (*at, key))
    return Condition(place, values, when.get("on", ""), when.get("unknown", "possible"))


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
    found = _BRACES.search(call) if "{" in call else None
    if found is None:
        yield call
        return
    for choice in found[1].split(","):
        yield from spread(call[: found.start()] + choice + call[found.end() :])


def _each_named(entry: Entry, prefix: str | None, index: int) -> Iterator[Entry]:
    """The entry, or one for each call that carries its algorithm in its name, as the one of this number."""
    if prefix is None:
        yield replace(entry, index=index)
        return
    for call in entry.calls:
        yield replace(entry, index=index, calls=(call,), algorithm=call.removeprefix(prefix).rstrip('"'))


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
