"""What a kind of fact is, and the words to declare one.

Identity keys say *what* is stated and enter the fact's id; measures say how much or in what state and do not.
`carriers` names the file classes that could hold such a fact: a file of such a class that nobody examined leaves
every rule on the kind open. `demand` is the row of the report's first table that a rule on the kind answers.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from assay.core.text import Text

FileClass = Literal["source", "binary", "configuration", "material", "archive", "data", "text", "media", "unknown"]
Demand = Literal["source", "testing", "cryptography", "data", "origin", "card"]

DEMANDS: Mapping[Demand, Text] = MappingProxyType(
    {
        "source": Text("Source code filed for review", "提交源代码备查"),
        "testing": Text("Intrusive security testing", "侵入式安全测试"),
        "cryptography": Text("Cryptography", "密码应用"),
        "data": Text("Personal and commercial data, cross-border flows", "个人与商业数据及其跨境流动"),
        "origin": Text("Origin and purchasing", "产地与采购"),
        "card": Text("Chip cards", "芯片卡"),
    }
)


class Key(Struct, frozen=True):
    """A value key: its type, whether it is part of the identity, and the values it may take ('' is any)."""

    type: type[str] | type[int] | type[bool]
    identity: bool
    about: Text
    choices: tuple[str, ...] = ()

    def admits(self, item: str | int | bool) -> bool:
        return type(item) is self.type and (not self.choices or item in self.choices)


class Kind(Struct, frozen=True):
    title: Text
    keys: Mapping[str, Key]
    carriers: frozenset[FileClass]
    demand: Demand
    identity: frozenset[str]


def kind(title: Text, demand: Demand, carriers: tuple[FileClass, ...], **keys: Key) -> Kind:
    names = frozenset(name for name, key in keys.items() if key.identity)
    return Kind(title, MappingProxyType(keys), frozenset(carriers), demand, names)


def identity(en: str, zh: str, *choices: str) -> Key:
    return Key(str, True, Text(en, zh), choices)


def measure(en: str, zh: str, *choices: str) -> Key:
    return Key(str, False, Text(en, zh), choices)


def count(en: str, zh: str, *, identity: bool = False) -> Key:
    return Key(int, identity, Text(en, zh))


def flag(en: str, zh: str) -> Key:
    return Key(bool, False, Text(en, zh))


# The classes of file that may hold cryptography.
CODE: tuple[FileClass, ...] = ("source", "binary", "configuration", "material", "archive", "unknown")
