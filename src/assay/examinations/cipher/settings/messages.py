"""Bundles of messages: `.properties` files whose values are sentences shown to people.

A file is a bundle when its name says so (`LocalStrings_de`, `messages`) and most of its values are sentences. There a
sentence sets nothing, whatever words of cryptography stand in it and in its key, and neither does a label: ordinary
words of which none is a switch or a name (`Ciphers`, `Ciphers used: [{0}]`). Every other value, a name, a version or a
list of them, is judged like any setting.

A column of data sets nothing either: many values under keys of one name, none of which a table of names knows.

*It cannot see* a setting that is written as a sentence, nor one algorithm without a known name among many such values.
"""

import re
from collections.abc import Sequence

from assay.core import late
from assay.core.examination import FileMeta
from assay.examinations.cipher.settings.entries import Entry
from assay.examinations.cipher.settings.harmless import names_something, simple, variable, weighty

_NAMED = late.expression(
    r".*(?:messages?|strings?|bundle|i18n|l10n|locales?|lang|texts?|labels?|errors?|resources?|_[a-z]{2,3}(?:[_-][a-z]{2,4})?)"
    r"\.properties"
)
_WORD = late.expression(r"[^\W\d_]{2,}")
_TOKEN = late.expression(r"[\w./-]+")
_UNSPACED = late.expression(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # scripts that put no space between words
_FILLED_IN = late.expression(r"[\[(\"']*\{\d+\}[\])\"']*")
# No capital behind a small letter or another capital, as in `aNULL` and `HIGH`.
_ORDINARY = late.expression(r"[(\"']*[^\W\d_A-Z]?(?:[A-Z]?[^\W\d_A-Z]+)(?:-[A-Z]?[^\W\d_A-Z]+)*[)\"'.,!?…]*")
_LEAST = 3
_COLUMN = 8  # different values of one key


def without_messages(meta: FileMeta, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a bundle that could set something; all entries of any other file."""
    name = re.split(r"[/!]", meta.path)[-1].lower()
    if meta.format != "properties" or _NAMED.fullmatch(name) is None:
        return list(entries)
    rest = [entry for entry in entries if not sentence(entry.text)]
    if len(entries) < _LEAST or len(rest) * 2 > len(entries):  # not told by the others: only what is to be filled in
        rest = [entry for entry in entries if not (_FILLED_IN.search(entry.text) and sentence(entry.text))]
        return [entry for entry in rest if not (_FILLED_IN.search(entry.text) and label(entry.text))]
    return [entry for entry in rest if not label(entry.text)]


def without_columns(entries: Sequence[Entry]) -> list[Entry]:
    """The entries without those of keys that hold data: a word beside many others that nobody knows is no algorithm."""
    columns: dict[str, set[str]] = {}
    for entry in entries:
        columns.setdefault(entry.key, set()).add(entry.text)
    data = {key for key, texts in columns.items() if len(texts) >= _COLUMN and all(map(_tells_nothing, texts))}
    return [entry for entry in entries if entry.key not in data] if data else list(entries)


def _tells_nothing(text: str) -> bool:
    """Whether a text is of words of which no table of names knows one, whole or in part."""
    return bool(text) and not variable(text) and not simple(text) and not weighty(text) and not names_something(text)


def label(text: str) -> bool:
    """Ordinary words, with places to fill in: no switch, and no algorithm, version or suite by its name."""
    words = _FILLED_IN.sub(" ", text).replace(":", " ").split()
    ordinary = all(_ORDINARY.fullmatch(word) and not names_something(word) for word in words)
    return bool(words) and ordinary and not simple(text) and "=" not in text


def sentence(text: str) -> bool:
    """Three words or more that are no list of names: at most one in three names an algorithm, a version or a suite."""
    words = sum(1 for part in text.split() if _WORD.search(part)) + len(_UNSPACED.findall(text)) // 2
    if words < _LEAST or "=" in text:
        return False
    return 3 * sum(1 for token in _TOKEN.findall(text) if names_something(token.strip("./-"))) <= words
