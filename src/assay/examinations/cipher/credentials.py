"""Passwords and secrets that source text gives to a name: `DefaultSecretKey = "..."`, `{"password": "..."}`.

A literal that goes into a call of the catalogue is found there. Credentials of the product itself mostly go nowhere
near one: they are constants that are compared or sent. A name whose last word is one for a password or a secret, and a
literal that could be one, make a `crypto.misuse`: *possible*, for what becomes of the value is not followed; certain
where the name says that it is the default. In comments and texts of several words nothing is looked at.

*It cannot see* a credential under another name, one put together of parts, or what a name of two meanings is for. A
value that names something, such as a key of configuration, a path, a label or a placeholder, is none.
Source: CWE-259, CWE-798, CWE-1392 (from memory).
"""

from collections.abc import Iterator, Sequence

from assay.core import late
from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.settings.harmless import variable
from assay.lab.identifiers import IS_WORD
from assay.lab.signs import Signs, either_case
from assay.source.languages import BY_NAME
from assay.source.languages import parsed as parsed_unit
from assay.source.parsed import Parsed

MOST_PLACES = 20_000  # looked at per file
LONGEST_NAME = 80
_NEEDLES = Signs(*either_case(b"pass"), *either_case(b"secr"), *either_case(b"pwd"))
_REST = late.expression(rb"\w*")
_TO_VALUE = (
    rb"(?:[\"'\]]{0,2}[ \t]{0,40}(?:\[\w{0,20}\])?[ \t]{0,9}(?::[ \t]{0,9}[\w<>&'?!., \[\]*]{1,40}?)?"
    rb"[ \t]{0,9}:?=[ \t]{0,40}"
    rb"|[ \t]{1,40}[\w.*\[\]]{1,30}[ \t]{0,40}=[ \t]{0,40}"
    rb"|(?P<label>[\"'\]]{0,2}[ \t]{0,40}(?::|=>)[ \t]{0,40})|(?P<macro>[ \t]{1,40})"
    rb"|(?P<define>[\"'][ \t]{0,9},[ \t]{0,9}))"
    rb"[bru@L]{0,2}(?P<quote>[\"'`])"
)
_GIVEN = late.expression(
    rb"(?P<name>[A-Za-z_]\w{0,80})(?!\w)"
    + _TO_VALUE
    + rb"(?P<value>[^\"'`\\\s]{3,128})(?P=quote)[ \t]{0,40}(?=[;,)}\]\r\n#/?]|\Z)"
)
_MAY_BE_GIVEN = late.expression(rb"\w{0,80}+" + _TO_VALUE)  # from within the name on
_WORDS = late.expression(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PASSWORD = frozenset({"password", "passwd", "passphrase", "passcode", "pwd"})
_DEFAULT = frozenset({"default", "initial", "factory", "builtin", "hardcoded"})
_OF_OTHERS = frozenset(
    {"env", "header", "field", "param", "parameter", "attr", "attribute", "column", "flag", "opt", "option", "prop",
     "property", "cmd", "command", "err", "error", "msg", "message", "type", "kind", "label", "hint", "prompt",
     "placeholder", "path", "file", "ref", "invalid", "no", "missing", "wrong", "forgot", "reset", "change", "show",
     "hide", "toggle", "input", "form", "grant", "scheme", "method", "mode", "state", "action", "event", "cookie",
     "query", "metric", "topic", "url", "uri", "template", "regex", "pattern", "encrypted", "hashed", "hash",
     "masked", "validate", "is", "has", "get", "set", "with", "test", "tests", "fake", "mock", "dummy", "example",
     "sample", "tag", "attrs", "json", "xml", "config", "setting", "conf", "name", "id", "role", "permission",
     "scope", "code", "status", "title", "text", "str", "menu", "page", "route", "view"}
)  # fmt: skip
_PLAIN = frozenset(
    {"true", "false", "null", "none", "nil", "undefined", "string", "text", "hidden", "required", "optional",
     "plain", "basic", "digest", "empty", "unknown", "invalid", "redacted", "masked", "hash", "hashed", "any", "all",
     "default", "disabled", "enabled"}
)  # fmt: skip
_ANOTHER = late.expression(r"(?i)pass(?:w|phrase|code|key)|secret|pwd|credential|token")
_NAMING = late.expression(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Za-z]+(?:[._-][A-Za-z]+)+|[xX]{3,}|\*+|\.{3,}|-+")
_SIGNS = late.expression(r"[/\\{}<>|]|\$\(|%[sdv]|://|\.\.")
_TELLING = late.expression(r"[0-9!@#$^&*?]")
_RANDOM = late.expression(r"[0-9a-fA-F]{16,}|(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{20,}")


class WrittenCredentials:
    """A `FileExamination` without literals: what it looks for is the end of a word."""

    id = "cipher.credentials@1"
    kinds = ("crypto.misuse",)
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def __reduce__(self) -> tuple[type["WrittenCredentials"], tuple[()]]:
        return (type(self), ())

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        found = list(credentials(view.content))
        parsed = parsed_unit(view) if found else None
        code = [row for row in found if parsed is not None and _is_code(parsed, row[0], row[1])]
        return Examined(tuple(self._fact(view, offset, misuse, reach) for offset, _, misuse, reach in code))

    def _fact(self, view: FileView, offset: int, misuse: str, reach: str) -> Fact:
        line = view.first_line + view.content.count(b"\n", 0, offset)
        value = {"misuse": misuse, "cwe": 321 if misuse == "hard-coded-key" else 259, "reach": reach}
        evidence = Evidence(view.meta.path, line, excerpt(view.content, offset))
        return Fact(
            "crypto.misuse", view.meta.subject(), {**value, "seen": "constant", "state": "used"}, self.id, (evidence,)
        )


def credentials(content: bytes) -> Iterator[tuple[int, int, str, str]]:
    """Offset and length of the name, misuse and reach of each credential of a text, comments among them."""
    hits = (at for at in _NEEDLES.places(content) if _MAY_BE_GIVEN.match(content, at))
    places = sorted({start for at in hits if (start := _word_around(content, at)) >= 0})
    for place in places[:MOST_PLACES]:
        found = _GIVEN.match(content, place)
        if found is None:
            continue
        before = content[max(0, place - 24) : place].rstrip(b"\"' ")
        needed = b"#define" if found["macro"] else b"define(" if found["define"] else b""
        words = [word.lower() for word in _WORDS.findall(found["name"].decode())]
        value = found["value"].decode("utf-8", "replace")
        meant = before.endswith(needed) and _is_secret(words)
        if meant and _may_be_meant(value, words, labelled=found["label"] is not None):
            random = words[-1] not in _PASSWORD and _RANDOM.fullmatch(value) is not None
            reach = "certain" if not _DEFAULT.isdisjoint(words) else "possible"
            yield place, len(found["name"]), "hard-coded-key" if random else "hard-coded-password", reach


def _word_around(content: bytes, at: int) -> int:
    """Where the word begins in which a needle stands, -1 for one of no decent length."""
    start, end = at, _REST.match(content, at).end()  # type: ignore[union-attr]  # it matches anywhere
    while start > 0 and at - start < LONGEST_NAME and IS_WORD[content[start - 1]]:
        start -= 1
    return start if end - start <= LONGEST_NAME else -1


def _is_code(parsed: Parsed, offset: int, length: int) -> bool:
    """Whether a name stands by itself, or as a text of its own, and not in a comment or a longer text."""
    node = parsed.at(offset, length)
    return node is not None and (node.end_byte - node.start_byte <= length + 2 or node.named_child_count > 0)


def _is_secret(words: Sequence[str]) -> bool:
    """Whether the words of a name end in one for a password or a secret, and none makes it another thing's name."""
    if not words or not _OF_OTHERS.isdisjoint(words):
        return False
    return words[-1] in _PASSWORD or words[-1] == "secret" or (words[-1] == "key" and "secret" in words[-3:-1])


def _may_be_meant(value: str, words: Sequence[str], *, labelled: bool) -> bool:
    """Whether a literal may be a credential itself. Behind a label, as in the texts of a user interface, it must have a
    digit or a sign."""
    if variable(value) or _SIGNS.search(value) or value.lower() in _PLAIN or _NAMING.fullmatch(value):
        return False
    letters = "".join(_WORDS.findall(value)).lower()
    telling = _TELLING.search(value) is not None
    if not letters.isascii() or letters == "".join(words) or (_ANOTHER.search(value) and not telling):
        return False
    return telling or (not labelled and letters not in words)
