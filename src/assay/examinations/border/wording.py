"""What words tell of a text: credentials, accounts, dates of birth, places, names and addresses, by what stands around.

The expressions are exact and slow; they are tried only where the sieve (`sieve.py`) says that they may begin. In a
small text they may cross lines, in a large one they do not (a passport's two lines are always looked for together).
"""

import re
from collections.abc import Iterator
from functools import cache

from assay.examinations.border import names
from assay.examinations.border.classes import Confidence
from assay.examinations.border.labels import LABELS, SECRET, Label
from assay.examinations.border.sieve import EASTERN, WORDED, Sieve, lines_with

Span = tuple[int, int, str, Confidence]
SMALL = 1 << 12

_KEYS = (
    r"(?P<value>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\bgh[pousr]_[A-Za-z0-9]{36}\b)"
)
_TRACK = r"(?:;|%B)(?P<value>\d{13,19}[=^][^?\n]{5,60}\?)"
_BY_FORM = (_KEYS, _TRACK)
_INITIALS = frozenset("-eA$g;%P")  # of these and of `_MRZ`
_NOTHING = r"(?i)(?:null|none|true|false|undefined|required|optional|string|[*x#•]{3,}.*|.{0,2}|.*\*{3,}.*)\Z"
_MRZ = (
    r"P[A-Z<][A-Z]{3}[A-Z<]{39}(?:\r?\n|\u2028{1,2})(?P<value>[A-Z0-9<]{9}\d[A-Z]{3}\d{7}[MF<]\d{7}[A-Z0-9<]{14}\d\d)"
)
CREDENTIAL_WORDS = (
    r"(?i)密码|口令|验证码|passw|passphrase|\bpwd|secret|api[_-]?key|access[_-]?key|[hs][_-]?token|\bpin\b|cvv|cvn|cvc|"
    r"PRIVATE KEY|eyJ|AKIA|ASIA|\$2[aby]\$|gh[pousr]_|[0-9][=^]"
)
"""What each text holds in which `secrets` finds any."""
_SOME_SECRET = Sieve(CREDENTIAL_WORDS)
_NAMES = Sieve(names.WORDS)
_LIKELY_NAMES = Sieve(f"(?m){names.LIKELY}")
_ADDRESSES = Sieve(names.ENDINGS)
_compiled = cache(re.compile)


def worded(text: str, content: bytes) -> Iterator[Span]:
    """Every span that words tell, in characters. `content` is the text in UTF-8."""
    yield from _begun(text, content)
    if len(content) != len(text) and EASTERN.search(content) is not None:
        for offset, part in _parts(text, content, _NAMES):
            found_in = names.names(part) if _LIKELY_NAMES.search(part.encode()) is not None else ()
            yield from _moved(((start, end, "person_name", "plausible") for start, end in found_in), offset)
        for offset, part in _parts(text, content, _ADDRESSES):
            yield from _moved(((start, end, "address", "plausible") for start, end in names.addresses(part)), offset)


def _begun(text: str, content: bytes) -> Iterator[Span]:
    """What stands behind labels, and what its form tells."""
    behind, past = [0] * len(LABELS), [0] * len(_BY_FORM)
    for start, end in _places(text, content):
        initial = text[start].casefold()  # so ſ and the sign of kelvin, which are s and k to both kinds of expression
        for at, label in enumerate(LABELS):
            if start < behind[at] or initial not in label.initials:
                continue
            if (found := label.exact.match(text, start, end)) is not None:
                behind[at] = found.end()
                if _says(label, found["value"]):
                    yield *found.span("value"), label.class_, label.confidence
        if text[start] not in _INITIALS:
            continue
        for at, pattern in enumerate(_BY_FORM):
            if start >= past[at] and (found := _compiled(pattern).match(text, start, end)) is not None:
                past[at] = found.end()
                yield *found.span("value"), "credential", "valid"
        if (found := _compiled(_MRZ).match(text, start)) is not None and _machine_readable(found["value"]):
            yield *found.span("value"), "passport", "valid"


def _places(text: str, content: bytes) -> Iterator[tuple[int, int]]:
    """Where the sieve says that a label or a form may begin, and how far it may reach, in characters."""
    at = seen = start = end = 0
    while (found := WORDED.search(content, at)) is not None:
        at = found.start()
        start += at - seen if len(content) == len(text) else len(content[seen:at].decode())
        if len(text) < SMALL:
            end = len(text)
        elif start >= end:
            end = text.find("\n", start)
            end = len(text) if end < 0 else end
        yield start, end
        seen, at = at, at + 1


def _parts(text: str, content: bytes, sieve: Sieve) -> Iterator[tuple[int, str]]:
    """What the sieve lets through: all of a small text, of a large one its lines, with their offsets in characters."""
    if len(text) < SMALL:
        if sieve.search(content) is not None:
            yield 0, text
        return
    offset = seen = 0
    for start, end in lines_with(sieve, content):
        offset += len(content[seen:start].decode())
        seen = start
        yield offset, content[start:end].decode()


def _moved(spans: Iterator[Span], offset: int) -> Iterator[Span]:
    return ((start + offset, end + offset, class_, confidence) for start, end, class_, confidence in spans)


def may_hold_secrets(content: bytes) -> bool:
    """Whether `secrets` may find any in this UTF-8: one pass over all of it."""
    return _SOME_SECRET.search(content) is not None


def secrets(text: str) -> Iterator[Span]:
    """Credentials: behind a label, or by the form of a key, a token or a magnetic stripe."""
    for found in SECRET.exact.finditer(text):
        if _says(SECRET, found["value"]):
            yield *found.span("value"), SECRET.class_, SECRET.confidence
    for pattern in _BY_FORM:
        for found in _compiled(pattern).finditer(text):
            yield *found.span("value"), "credential", "valid"


def _says(label: Label, value: str) -> bool:
    return label is not SECRET or not _compiled(_NOTHING).match(value)


def _machine_readable(line: str) -> bool:
    """Check digits of the second line of a passport (ICAO 9303)."""
    return all(
        sum(
            (7, 3, 1)[at % 3] * ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(c) if c != "<" else 0)
            for at, c in enumerate(part)
        )
        % 10
        == int(check)
        for part, check in ((line[:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]))
    )
