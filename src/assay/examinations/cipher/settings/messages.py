"""Bundles of messages: `.properties` files whose values are sentences shown to people.

A file is a bundle when its name says so (`LocalStrings_de`, `messages`) and most of its values are sentences. There a
sentence sets nothing, whatever words of cryptography stand in it and in its key; every other value, a word or a list
of names, is judged like any setting.

*It cannot see* a setting that is written as a sentence.
"""

import re
from collections.abc import Sequence

from assay.core.examination import FileMeta
from assay.examinations.cipher.settings.entries import Entry
from assay.examinations.cipher.settings.harmless import names_something

_NAMED = re.compile(
    r".*(?:messages?|strings?|bundle|i18n|l10n|locales?|lang|texts?|labels?|errors?|resources?|_[a-z]{2,3}(?:[_-][a-z]{2,4})?)"
    r"\.properties"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_TOKEN = re.compile(r"[\w./-]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # scripts that put no space between words
_LEAST = 3


def without_messages(meta: FileMeta, entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a bundle that could set something; all entries of any other file."""
    name = re.split(r"[/!]", meta.path)[-1].lower()
    if meta.format != "properties" or _NAMED.fullmatch(name) is None:
        return list(entries)
    rest = [entry for entry in entries if not sentence(entry.text)]
    return rest if len(entries) >= _LEAST and len(rest) * 2 <= len(entries) else list(entries)


def sentence(text: str) -> bool:
    """Three words or more that are no list of names: at most one in three names an algorithm, a version or a suite."""
    tokens = _TOKEN.findall(text)
    naming = sum(1 for token in tokens if names_something(token.strip("./-")))
    words = sum(1 for part in text.split() if _WORD.search(part)) + len(_UNSPACED.findall(text)) // 2
    return words >= _LEAST and naming * 3 <= words and "=" not in text
