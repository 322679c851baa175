"""What a column's name and the words around a value say: `semantics.yaml`, read once.

A column is called by the longest of its phrases that the name ends in: `client_ip_address` is an IP address, `id_type`
is nothing. Names are cut at case, digits and punctuation; Chinese is compared as it stands, without what is written in
brackets. Short words and `name` must be the whole name (`bank_name` is nobody's).

*It cannot see* columns without a name or with a private abbreviation: their values have to speak.
"""

import functools
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Literal

from msgspec import Struct

from assay.examinations.border.classes import CLASSES
from assay.rulebooks.strict_yaml import parse

Values = Literal["", "number", "digits", "date", "word", "any"]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_BRACKETS = re.compile(r"[(（\[【<].*?[)）\]】>]")
_TAIL = re.compile(r"[\s_\-.:：*#0-9]+$|拼音$|明文$|密文$")
_TRAILING = frozenset(
    {"1", "2", "3", "4", "str", "string", "value", "text", "enc", "encrypted", "plain", "raw", "hash"}
)
_WHOLE = frozenset({"name", "contact", "cell", "card", "face", "minor", "cost", "track", "token", "street"})
_BEFORE, _AFTER = 24, 10


_compiled = functools.cache(re.compile)


class _Semantics(Struct, frozen=True):
    phrases: Mapping[tuple[str, ...], str]
    joined: Mapping[str, str]
    chinese: tuple[tuple[str, str], ...]
    labels: Mapping[str, str]
    values: Mapping[str, Values]


@functools.cache
def _semantics() -> _Semantics:
    content = files("assay.examinations.border").joinpath("semantics.yaml").read_bytes()
    table = parse(content, "semantics.yaml").value
    phrases: dict[tuple[str, ...], str] = {}
    joined: dict[str, str] = {}
    chinese: dict[str, str] = {}
    for class_, row in table.items():
        if class_ not in CLASSES:
            raise ValueError(f"semantics.yaml: {class_} is no class")
        for phrase in map(str, row["header"]):
            if _is_chinese(phrase):
                chinese.setdefault(phrase.replace(" ", ""), class_)
            else:
                phrases.setdefault(tuple(phrase.split()), class_)
                joined.setdefault(phrase.replace(" ", ""), class_)
    labels = {
        class_: "(?i)" + "|".join(f"(?:{one})" for one in row["label"])
        for class_, row in table.items()
        if "label" in row
    }
    longest = tuple(sorted(chinese.items(), key=lambda item: -len(item[0])))
    return _Semantics(
        phrases, joined, longest, labels, {class_: row.get("values", "") for class_, row in table.items()}
    )


@functools.lru_cache(maxsize=4096)
def called(name: str) -> str:
    """The class that a column's name says, '' when it says none."""
    known = _semantics()
    plain = _BRACKETS.sub("", name.strip())
    if _is_chinese(plain):
        stem = plain.replace(" ", "").lower()
        while (cut := _TAIL.sub("", stem)) != stem:
            stem = cut
        return next((class_ for phrase, class_ in known.chinese if stem.endswith(phrase)), "")
    words = [word.lower() for word in _WORDS.findall(plain)]
    while len(words) > 1 and words[-1] in _TRAILING and tuple(words) not in known.phrases:
        words.pop()
    if "".join(words) in known.joined:
        return known.joined["".join(words)]
    for start in range(1, len(words)):
        phrase = tuple(words[start:])
        if phrase in known.phrases and (len(phrase) > 1 or not _whole(phrase[0])):
            return known.phrases[phrase]
    return ""


def _is_chinese(text: str) -> bool:
    return not text.isascii() and any("\u3400" <= char <= "\u9fff" for char in text)


def _whole(word: str) -> bool:
    return len(word) <= 3 or word in _WHOLE


def values_of(class_: str) -> Values:
    """What cells must look like for a class that only a name tells; '' for a class that values tell."""
    return _semantics().values[class_]


def labelled(class_: str, text: str, start: int, end: int) -> bool:
    """Whether a label of the class stands shortly before, or right behind, the value text[start:end]."""
    label = _semantics().labels.get(class_)
    if label is None:
        return False
    pattern = _compiled(label)
    before = text[max(start - _BEFORE, 0) : start].rpartition("\n")[2]
    if pattern.search(before):
        return True
    return pattern.search(text[end : end + _AFTER].partition("\n")[0]) is not None
