"""Values that are made when somebody first asks for them: to import what makes them costs more than most runs need."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TypeVar

T = TypeVar("T")


class Late(Mapping[str, T]):
    """A registry of makers, each written `module:name` and called without arguments on first use."""

    def __init__(self, makers: Mapping[str, str]) -> None:
        self._makers = makers
        self._made: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        """Raises KeyError for a key that is not registered."""
        made = self._made.get(key)
        if made is None:
            module, _, maker = self._makers[key].partition(":")
            made = self._made[key] = getattr(import_module(module), maker)()
        return made

    def __contains__(self, key: object) -> bool:
        return key in self._makers

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
