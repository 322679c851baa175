"""Sentences for people, always in English and Chinese."""

from typing import Literal

from msgspec import Struct

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")


class Text(Struct, frozen=True):
    """One sentence in both languages. `fill` substitutes `{name}` fields in both."""

    en: str
    zh: str

    def to(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def fill(self, **values: object) -> "Text":
        return Text(self.en.format_map(values), self.zh.format_map(values))
