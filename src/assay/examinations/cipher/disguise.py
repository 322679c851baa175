"""Names written so that a search for them finds nothing: each makes the attempt partial.

States no fact. The prefilter looks for words as bytes; three languages let a program spell a name otherwise. Java reads
`\\u004d` as `M` anywhere. Python folds identifiers to NFKC, so that full-width or mathematical letters name the same
thing. C joins a line that ends in a backslash to the next in the middle of a word, and reads `\\u004d` in identifiers.
JavaScript reads `\\u0048` and `\\x48` in names and strings; text that a minifier or a bundler made is packed. PHP calls
what a variable names. This examination sees every file of these languages and looks for nothing but such spellings.

So is a word of C that a macro pastes of two; and in every language a name that two literals side by side are joined to,
as in `"create" + "Hash"`.

*It cannot see* names that are put together from variables, from arrays or by a loop.
Source: Java Language Specification 3.3; Python Language Reference 2.3; C11 5.1.1.2 and 6.4.3.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import re2

from assay.core import late
from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook import OUTLOOKS
from assay.lab.signs import Signs
from assay.source.languages import BY_NAME

_C = frozenset({"C", "C++"})
_ESCAPED = late.expression(rb"\\u+00[2-7][0-9a-fA-F]")
_SPLICE = late.expression(rb"\\[ \t]*\r?\n[A-Za-z0-9_]")
_WORD_BYTES = frozenset(b"%c" % byte for byte in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
# Every character that NFKC folds to ASCII lies in these ranges, and others do.
_FOLDING = late.expression(
    "[\u00aa\u00ba\u0132\u0133\u017f\u01c7-\u01cc\u01f1-\u01f3\u02b0-\u02e3\u1d2c-\u1dbb\u2071-\u209c\u2102-\u217f"
    "\u2c7c\u2c7d\ua7f2-\ua7f4\ufb00-\ufb06\ufe33\ufe34\ufe4d-\ufe4f\uff10-\uff5a\U000107a5\U0001d400-\U0001d7ff"
    "\U0001fbf0-\U0001fbf9]"
)
_MAY_FOLD = re2.compile(_FOLDING.pattern.encode())  # of UTF-8: most texts of another alphabet hold none
_IN_TEXT = late.expression(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//[^\n]*|/\*.*?\*/", re.DOTALL)
_PYTHON_TEXT = late.expression(
    r"\"\"\"(?:\\.|[^\\])*?\"\"\"|'''(?:\\.|[^\\])*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*", re.DOTALL
)
_PASTING = late.expression(
    rb"#[ \t]*define[ \t]+(\w+)\([ \t]*(\w+)[ \t]*,[ \t]*(\w+)[ \t]*\)[^\n]*?\b\2[ \t]*##[ \t]*\3\b"
)
_QUOTE, _GAP = (b'"', b"'"), (b"", b" ")
_SIGNS = Signs(*map(b"".join, product(_QUOTE, _GAP, (b"+", b"."), _GAP, _QUOTE)))
_SIDES = re2.compile(rb"\A\C*?[\w./-][\"']\s*[+.]\s*[\"'][\w./-]+[\"']")
_JOINED = late.expression(rb"([\"'])[\w./-]{1,40}\1(?:\s*[+.]\s*([\"'])[\w./-]{1,40}\2)+")
_PART = late.expression(rb"[\"']([\w./-]{1,40})[\"']")


class DisguisedNames:
    """A `FileExamination` without literals: it sees every accepted file."""

    id = "cipher.disguise@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        outlook, found = OUTLOOKS[view.meta.format], []
        if made := outlook.made(view.content):
            found.append(Shortfall("packed", made))
        own = outlook.disguised(view.content)
        offset = _disguised(view.meta.format, view.content) if own is None else own
        offset = _joined(view.meta.format, view.content) if offset < 0 else offset
        if offset >= 0:
            line = view.first_line + view.content.count(b"\n", 0, offset)
            found.append(Shortfall("blind-spot", f"line {line}: a name in disguise"))
        return Examined(shortfalls=tuple(found))


def _disguised(language: str, content: bytes) -> int:
    """Offset of the first disguised name, -1 when there is none."""
    if language == "Python":
        return -1 if content.isascii() else _folded(content)
    found = _ESCAPED.search(content)
    if found is not None and language in _C:
        found = _ESCAPED.search(_code(content))
    if found is not None:
        return found.start()
    if language in _C and _spliced(content) >= 0:  # most of them end a line of a macro behind a space
        return _spliced(_code(content))
    return _pasted(language, content) if language in _C and b"##" in content else -1


def _pasted(language: str, content: bytes) -> int:
    """Offset of two words that a macro of the file pastes to a name of the catalogue, -1 when there are none."""
    for pasting in _PASTING.finditer(content):
        call = re.compile(rb"\b%b\(\s*(\w+)\s*,\s*(\w+)\s*\)" % re.escape(pasting[1]))
        found = (one.start() for one in call.finditer(content, pasting.end()) if _names(language, one[1] + one[2]))
        if (place := next(found, -1)) >= 0:
            return place
    return -1


def _joined(language: str, content: bytes) -> int:
    """Offset of literals that only together are a name of the catalogue, -1 when there are none."""
    if not _SIGNS.within(content) or _SIDES.search(content) is None:
        return -1
    for found in _JOINED.finditer(content):
        parts = _PART.findall(found[0])
        if _names(language, b"".join(parts)) and not any(_names(language, part) for part in parts):
            return found.start()
    return -1


@lru_cache(maxsize=4096)
def _names(language: str, text: bytes) -> bool:
    """Whether a text is a word or a top module of the catalogue; of a path or a dotted name its last part counts."""
    catalogue = catalogue_of(language)
    word = re.split(rb"[./]", text)[-1]
    return word in catalogue.words or any(text in roots for roots in catalogue.roots.values())


def _spliced(content: bytes) -> int:
    """Offset of the first word that goes on in the next line, -1 when there is none."""
    joined = (found.start() - 1 for found in _SPLICE.finditer(content))
    return next((at for at in joined if at >= 0 and content[at : at + 1] in _WORD_BYTES), -1)


def _code(content: bytes) -> bytes:
    """C without its strings and comments, at the same offsets."""
    return _IN_TEXT.sub(lambda found: b" " * len(found[0]), content)


def _offset(content: bytes, lines: int) -> int:
    """Where a line begins, counted from 0."""
    at = 0
    for _ in range(lines):
        at = content.index(b"\n", at) + 1
    return at


def _folded(content: bytes) -> int:
    """Letters and digits of code that Python folds to ASCII. Ordinary letters of other alphabets stay what they are."""
    if _MAY_FOLD.search(content) is None:
        return -1
    text = content.decode("utf-8", "replace")
    code = _PYTHON_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    for found in _FOLDING.finditer(code):
        if f"a{found[0]}".isidentifier() and unicodedata.normalize("NFKC", found[0]).isascii():
            return _offset(content, code.count("\n", 0, found.start()))
    return -1
