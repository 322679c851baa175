"""Sentences for people, always in English and Chinese."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")


class Text(Struct, frozen=True):
    """One sentence in both languages. `fill` substitutes `{name}` fields in both; a Text by what it says in each."""

    en: str
    zh: str

    def to(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: object) -> "Text":
        en, zh = (
            {name: item.to(lang) if isinstance(item, Text) else item for name, item in values.items()} for lang in LANGS
        )
        return Text(self.en.format_map(en), self.zh.format_map(zh))


def texts(rows: Mapping[str, tuple[str, str]]) -> Mapping[str, Text]:
    """A table of words: each by its code, English and Chinese."""
    return MappingProxyType({code: Text(en, zh) for code, (en, zh) in rows.items()})
