"""What words tell of a text: credentials, accounts, dates of birth, places, names and addresses, by what stands around.

The expressions are exact and slow. In a large text they are tried only on the lines in which RE2, over all lines at
once, sees a word that each of them needs; in a small one they are tried on all of it. Both give the same, but that an
expression does not cross lines then (a passport's two lines are always looked for together).
"""

import importlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import re2

from assay.examinations.border import names
from assay.examinations.border.classes import Confidence

Span = tuple[int, int, str, Confidence]
SMALL = 1 << 12

_SECRET = re.compile(
    r"(?:密码|口令|验证码|支付密码|password|passwd|\bpwd|passphrase|secret(?:[_-]?key)?|api[_-]?key|access[_-]?key|"
    r"(?:access|auth|refresh)[_-]?token|\bpin\b|cvv2?|cvn2?|cvc2?)[\"']?\s*(?:[:：=]|是|为)\s*[\"']?"
    r"(?P<value>[^\s\"'，。；,;<>{}$()\[\]]{3,128})",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(?P<value>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|\bgh[pousr]_[A-Za-z0-9]{36}\b)"
)
_TRACK = re.compile(r"(?:;|%B)(?P<value>\d{13,19}[=^][^?\n]{5,60}\?)")
_NO_SECRET = re.compile(
    r"(?i)(?:null|none|true|false|undefined|required|optional|string|[*x#•]{3,}.*|.{0,2}|.*\*{3,}.*)\Z"
)
_ACCOUNT = re.compile(
    r"(?:账号|帐号|账户|户头|account(?:[ _]?(?:no|number|num))?|\bacct(?:[ _]?no)?|a/c(?: no)?)\.?[\"']?\s*"
    r"(?:[:：=]|是|为|\s)?\s*"
    r"[\"']?(?P<value>\d{4,10}(?:[ -]\d{2,10}){1,5}|\d{9,30})(?![\dA-Za-z])",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"(?:出生(?:日期|年月|于)?|生日|birth ?(?:date|day)?|date of birth|\bdob|\bborn)[\"']?\s*"
    r"(?:[:：=]|是|为|on)?\s*[\"']?"
    r"(?P<value>(?:19|20)\d\d(?:[-/.年]\s?(?:0?[1-9]|1[0-2])[-/.月]\s?(?:3[01]|[12]\d|0?[1-9])日?|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])))",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?:经纬度|坐标|定位|位置|location|coordinates?|gps|lat(?:itude)?/?l(?:on|ng)\w*)[\"']?\s*[:：=]?\s*[\[(\"']?\s*"
    r"(?P<value>-?\d{1,3}\.\d{3,}\s*[,，]\s*-?\d{1,3}\.\d{3,})",
    re.IGNORECASE,
)
_MRZ = re.compile(r"P[A-Z<][A-Z]{3}[A-Z<]{39}\n(?P<value>[A-Z0-9<]{9}\d[A-Z]{3}\d{7}[MF<]\d{7}[A-Z0-9<]{14}\d\d)")
_LABELS: tuple[tuple[re.Pattern[str], str, Confidence], ...] = (
    (_ACCOUNT, "bank_account", "plausible"),
    (_BIRTH, "birth_date", "plausible"),
    (_PLACE, "location", "plausible"),
)
CREDENTIAL_WORDS = (
    r"(?i)密码|口令|验证码|passw|passphrase|\bpwd|secret|api[_-]?key|access[_-]?key|[hs][_-]?token|\bpin\b|cvv|cvn|cvc|"
    r"PRIVATE KEY|eyJ|AKIA|ASIA|\$2[aby]\$|gh[pousr]_|[0-9][=^]"
)
"""What each text holds in which `secrets` finds any."""
_LABEL_WORDS = (
    rf"{CREDENTIAL_WORDS}|账号|帐号|账户|户头|account|\bacct|a/c|出生|生日|birth|\bdob|\bborn|经纬|坐标|定位|"
    r"位置|location|coordinate|gps|lat(?:itude)?/?l"
)
_SOME_SECRET = re2.compile(CREDENTIAL_WORDS.encode())
_SOME_LABEL = re2.compile(_LABEL_WORDS)
_HAN = re.compile("[\u3400-\u9fff]")


def worded(text: str) -> Iterator[Span]:
    """Every span that words tell, in characters."""
    if _SOME_LABEL.search(text) is not None:
        for offset, part in _parts(text, _LABEL_WORDS):
            yield from _moved(_labelled(part), offset)
    for found in _MRZ.finditer(text):
        if _machine_readable(found["value"]):
            yield *found.span("value"), "passport", "valid"
    if not text.isascii() and _HAN.search(text) is not None:
        for offset, part in _parts(text, names.WORDS):
            yield from _moved(((start, end, "person_name", "plausible") for start, end in names.names(part)), offset)
        for offset, part in _parts(text, names.ENDINGS):
            yield from _moved(((start, end, "address", "plausible") for start, end in names.addresses(part)), offset)


def _parts(text: str, words: str) -> Iterator[tuple[int, str]]:
    """The lines of a large text that hold one of the words, with their offsets; a small text as it is."""
    if len(text) < SMALL:
        yield 0, text
        return
    arrow: Any = importlib.import_module("pyarrow")
    compute: Any = importlib.import_module("pyarrow.compute")
    lines = text.split("\n")
    encoded = [line if line.isascii() else line.encode("utf-8", "replace").decode() for line in lines]
    holding = compute.match_substring_regex(arrow.array(encoded, arrow.string()), words)
    starts = np.cumsum([0, *(len(line) + 1 for line in lines)])
    for place in np.flatnonzero(np.asarray(holding)).tolist():
        yield int(starts[place]), lines[place]


def _moved(spans: Iterator[Span], offset: int) -> Iterator[Span]:
    return ((start + offset, end + offset, class_, confidence) for start, end, class_, confidence in spans)


def may_hold_secrets(content: bytes) -> bool:
    """Whether `secrets` may find any in this UTF-8: one pass over all of it."""
    return _SOME_SECRET.search(content) is not None


def secrets(text: str) -> Iterator[Span]:
    """Credentials: behind a label, or by the form of a key, a token or a magnetic stripe."""
    for found in _SECRET.finditer(text):
        if not _NO_SECRET.match(found["value"]):
            yield *found.span("value"), "credential", "plausible"
    for pattern in (_KEYS, _TRACK):
        for found in pattern.finditer(text):
            yield *found.span("value"), "credential", "valid"


def _labelled(text: str) -> Iterator[Span]:
    yield from secrets(text)
    for pattern, class_, confidence in _LABELS:
        for found in pattern.finditer(text):
            yield *found.span("value"), class_, confidence


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
