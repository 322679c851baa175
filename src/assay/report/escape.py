r"""One escaping function per output. Every string of a report passes through the one of its output, whoever wrote it.

A product chooses its file names, identifiers and literals, and may choose them to move the cursor, recolour the
screen, reverse the reading order or close a tag. Such characters are not removed but shown: `\x1b`, `\u{202e}`.
The form is for eyes and is not reversible (a product may hold the letters `\x1b`); JSON keeps the exact string.

The ranges are written out, not taken from `unicodedata`, so that every Python gives the same bytes. They cover C0,
DEL and C1 controls, every format character (bidi controls, zero-width, soft hyphen, tags), line and paragraph
separators, fillers and variation selectors that show nothing, surrogates and noncharacters at the end of a plane.
What is *not* covered: letters that look like other letters, and letters of scripts that run from right to left.
"""

import re
from urllib.parse import quote

from markupsafe import Markup
from markupsafe import escape as _entities

# HTML isolates each product string (`unicode-bidi: isolate`), so right-to-left letters reorder nothing around them.
_UNSEEN = (
    "\\x00-\\x1f\\x7f-\\x9f\\xad"
    "\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_HAZARD = re.compile(f"[{_UNSEEN}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKUP = re.compile(r"[\\`*_{}\[\]()#+!|~^$\-]")


def _shown(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{{{point:x}}}"


def terminal(text: str) -> str:
    """One line of text that moves no cursor and reorders nothing. Newlines and tabs are shown as well."""
    return _HAZARD.sub(_shown, text)


def html(value: object) -> object:
    """Jinja's `finalize`, and what `charts.py` calls: every expression of a template ends here, once.

    Markup was escaped when it was made. Anything else becomes visible text, then entities.
    """
    if isinstance(value, Markup):
        return value
    return _entities(_HAZARD.sub(_shown, str(value)))


def xml(text: str) -> str:
    """Text or an attribute of XML 1.0, whose grammar has no place for most controls: they are shown, like hazards."""
    return str(_entities(_HAZARD.sub(_shown, text)))


def sarif(text: str) -> str:
    """A SARIF message: braces and brackets would be placeholders and links (SARIF 2.1.0, 3.11.5 and 3.11.6)."""
    shown = _HAZARD.sub(_shown, text).replace("\\", "\\\\")
    return shown.replace("{", "{{").replace("}", "}}").replace("[", "\\[").replace("]", "\\]")


def markup(text: str) -> str:
    """One line of OSCAL markup (CommonMark with inserts): every character that could mean something is escaped."""
    return _MARKUP.sub(
        r"\\\g<0>", str(_entities(_HAZARD.sub(_shown, text))).replace("&#34;", '"').replace("&#39;", "'")
    )


def uri(path: str) -> str:
    """A delivered path as a relative URI reference, or "" when it has none that stays below its base.

    The `!` between an archive and its member stays as it is: it is a legal character of a path segment.
    """
    segments = re.split("[/!]", path)
    if not path or path[0] in "/!" or not {".", ".."}.isdisjoint(segments):
        return ""
    return quote(_SURROGATE.sub("\ufffd", path), safe="/!")


def json(encoded: str) -> str:
    r"""Encoded JSON in which hazards are `\uXXXX`: the same value to a parser, harmless when printed.

    A lone surrogate has no place in UTF-8 or I-JSON and becomes its visible form instead.
    """

    def escaped(found: re.Match[str]) -> str:
        point = ord(found.group())
        if point == 0x0A:
            return "\n"  # between tokens: inside strings the encoder has already escaped it
        if point > 0xFFFF:
            point -= 0x10000
            return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"
        return f"\\u{point:04x}"

    return _HAZARD.sub(escaped, _SURROGATE.sub(lambda found: "\\" + _shown(found), encoded))
