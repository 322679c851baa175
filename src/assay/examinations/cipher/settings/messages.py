"""Bundles of messages: files whose values are sentences and labels shown to people.

A `.properties` file is a bundle when its name says so (`LocalStrings_de`, `messages`) and most of its values are
sentences. So are Android's `res/values*/strings.xml`, .NET's `.resx` and what lies in a folder of translations
(`locales/en/data.json`), whatever is in them: labels mostly. In a bundle a sentence sets nothing, whatever words of
cryptography stand in it and in its key, and neither does a label: ordinary words of which none is a switch or a name
(`Ciphers`, `Ciphers used: [{0}]`). Every other value, a name, a version or a list of them, is judged like any setting.

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
_SHOWN = late.expression(
    r"(?:.*/)?res/values[^/]*/(?:strings|plurals)[^/]*\.xml|.*\.resx"
    r"|(?:.*/)?(?:locales?|i18n|l10n|translations?)/(?:.*/)?[^/]+\.(?:json5?|ya?ml|xml)"
)
_WORD = late.expression(r"[^\W\d_]{2,}")
_TOKEN = late.expression(r"[\w./-]+")
_UNSPACED = late.expression(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # scripts that put no space between words
_LATIN = late.expression(r"[A-Za-z0-9]")  # no name of cryptography does without
_FILLED_IN = late.expression(r"[\[(\"']*\{\d+\}[\])\"']*")
# No capital behind a small letter or another capital, as in `aNULL` and `HIGH`.
_ORDINARY = late.expression(r"[(\"']*[^\W\d_A-Z]?(?:[A-Z]?[^\W\d_A-Z]+)(?:-[A-Z]?[^\W\d_A-Z]+)*[)\"'.,!?…]*")
_ABBREVIATED = late.expression(r"[(\"']*[^\W\d_]+(?:[-'][^\W\d_]+)*[)\"'.,!?…]*")
_LEAST = 3
_COLUMN = 8  # different values of one key


def is_shown(path: str) -> bool:
    """Whether a file holds nothing but texts that people are shown, by where it lies."""
    return _SHOWN.fullmatch(path.lower().replace("!", "/")) is not None


def without_messages(meta: FileMeta, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a bundle that could set something; all entries of any other file."""
    name = re.split(r"[/!]", meta.path)[-1].lower()
    if is_shown(meta.path):
        telling = (entry for entry in entries if not sentence(entry.text) and not label(entry.text, shown=True))
        return [entry for entry in telling if _LATIN.search(entry.text) and not _repeats(entry)]
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


def _repeats(entry: Entry) -> bool:
    """Whether a text is the name of its own key, as `PrivateKey` of `TbPrivateKey`."""
    letters = re.sub(r"[\W_]", "", entry.text).lower()
    holders = (entry.key, *entry.path[-1:])
    return bool(letters) and any(re.sub(r"[\W_]", "", name).lower().endswith(letters) for name in holders)


def _tells_nothing(text: str) -> bool:
    """Whether a text is of words of which no table of names knows one, whole or in part."""
    return bool(text) and not variable(text) and not simple(text) and not weighty(text) and not names_something(text)


def label(text: str, *, shown: bool = False) -> bool:
    """Ordinary words, with places to fill in: no switch, and no algorithm, version or suite by its name. Where texts
    are certainly shown, capitals say nothing (`SSH cert`)."""
    words = _FILLED_IN.sub(" ", text).replace(":", " ").split()
    form = _ABBREVIATED if shown else _ORDINARY
    ordinary = all(form.fullmatch(word) and not names_something(word) for word in words)
    return bool(words) and ordinary and not simple(text) and "=" not in text


def sentence(text: str) -> bool:
    """Three words or more that are no list of names: at most one in three names an algorithm, a version or a suite."""
    words = sum(1 for part in text.split() if _WORD.search(part)) + len(_UNSPACED.findall(text)) // 2
    if words < _LEAST or "=" in text:
        return False
    return 3 * sum(1 for token in _TOKEN.findall(text) if names_something(token.strip("./-"))) <= words
