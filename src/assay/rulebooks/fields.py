"""Reading a parsed YAML file field by field. Every misfit raises PlaceError naming file, line, key and what to write.

Unknown keys are errors: a misspelt `forbid` must never become a rule that forbids nothing.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, NoReturn

from assay.core.text import Text
from assay.rulebooks.strict_yaml import Key, Parsed, PlaceError

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MISSING = object()


class Fields:
    """One mapping of a file, at `path`. Reading a key that is absent gives its default, or refuses."""

    def __init__(self, parsed: Parsed, path: tuple[Key, ...], value: Any, allowed: Collection[str] | None) -> None:
        self.parsed = parsed
        self.path = path
        self.value: dict[str, Any] = value
        if not isinstance(value, dict):
            self.refuse(
                None,
                Text("must be a mapping of keys", "必须是键值映射"),
                Text("write `key: value` lines", "请写成 `键: 值`"),
            )
        if allowed is not None:
            self._only(allowed)

    def _only(self, allowed: Collection[str]) -> None:
        for key in self.value:
            if key not in allowed:
                known = ", ".join(sorted(allowed))
                line = self.parsed.key_line((*self.path, key))
                what = Text(f"{self._name(key)}: unknown key", f"{self._name(key)}：未知的键")
                raise PlaceError(self.parsed.name, line, what, Text(f"known keys: {known}", f"可用的键：{known}"))

    def _name(self, key: Key | None) -> str:
        steps = self.path if key is None else (*self.path, key)
        name = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".")
        shown = name if len(name) <= 80 else name[:80] + "..."
        return shown.encode("unicode_escape").decode("ascii") if shown else "file"

    def refuse(self, key: Key | None, what: Text, advice: Text) -> NoReturn:
        """Raise PlaceError at `key` of this mapping, or at the mapping itself."""
        line = self.parsed.line(self.path if key is None else (*self.path, key))
        name = self._name(key)
        raise PlaceError(self.parsed.name, line, Text(f"{name}: {what.en}", f"{name}：{what.zh}"), advice)

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def get(self, key: str, default: Any = _MISSING) -> Any:
        item = self.value.get(key, default)
        if item is _MISSING:
            self.refuse(None, Text(f"key {key} is missing", f"缺少键 {key}"), Text(f"add `{key}:`", f"请添加 `{key}:`"))
        return item

    def text(self, key: str, default: Any = _MISSING) -> str:
        item = self.get(key, default)
        if not isinstance(item, str) or (not item.strip() and default is _MISSING):
            self.refuse(
                key,
                Text("must be text", "必须是文本"),
                Text("quote it if it looks like a number", "若形似数字请加引号"),
            )
        return item

    def choice(self, key: str, choices: Collection[str], default: Any = _MISSING) -> Any:
        item = self.get(key, default)
        if not isinstance(item, str) or item not in choices:
            listed = ", ".join(choices)
            self.refuse(
                key, Text("is none of its choices", "不在可选值之中"), Text(f"one of: {listed}", f"可选：{listed}")
            )
        return item

    def flag(self, key: str) -> bool:
        item = self.get(key, False)
        if not isinstance(item, bool):
            self.refuse(
                key,
                Text("must be true or false", "必须是 true 或 false"),
                Text("write true or false", "请写 true 或 false"),
            )
        return item

    def number(self, key: str, default: Any = _MISSING) -> int:
        item = self.get(key, default)
        if isinstance(item, bool) or not isinstance(item, int):
            self.refuse(key, Text("must be a whole number", "必须是整数"), Text("write digits only", "请只写数字"))
        return item

    def day(self, key: str) -> date | None:
        """A date written YYYY-MM-DD, None when the key is absent."""
        if key not in self.value:
            return None
        return as_day(self, key, self.value[key])

    def languages(self, key: str) -> Text:
        both = self.under(key, ("en", "zh"))
        return Text(both.text("en"), both.text("zh"))

    def under(self, key: str, allowed: Collection[str] | None) -> "Fields":
        """The mapping at `key`."""
        return Fields(self.parsed, (*self.path, key), self.get(key), allowed)

    def each(self, key: str, allowed: Collection[str] | None) -> Iterator["Fields"]:
        """The mappings listed at `key`; nothing when it is absent."""
        for index, item in enumerate(self.list(key)):
            yield Fields(self.parsed, (*self.path, key, index), item, allowed)

    def list(self, key: str) -> list[Any]:
        item = self.get(key, [])
        if not isinstance(item, list):
            self.refuse(
                key, Text("must be a list", "必须是列表"), Text("start each item with `- `", "每项以 `- ` 开头")
            )
        return item


def as_day(fields: Fields, key: str, item: object) -> date:
    """`item` as a date, or refuse at `key`."""
    try:
        if isinstance(item, str) and _DAY.fullmatch(item):
            return date.fromisoformat(item)
    except ValueError:  # the 31st of February
        pass
    return fields.refuse(key, Text("is not a date", "不是日期"), Text("write YYYY-MM-DD", "请写作 YYYY-MM-DD"))
