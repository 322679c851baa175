"""Values that are made when somebody first asks for them: to import what makes them costs more than most runs need.

`expression` and `module` are for names of a module's own that most runs never use; what they give is used as what it
stands for, by its attributes, but is no instance of it: `re.sub` and `isinstance` do not take it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any, AnyStr, TypeVar, cast

T = TypeVar("T")


def expression(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """A regular expression that is compiled on first use. Raises `re.error` only then."""
    return cast("re.Pattern[AnyStr]", _Later(partial(re.compile, pattern, flags)))


def module(name: str) -> Any:
    """A module that is imported on first use."""
    return _Later(partial(import_module, name))


class _Later:
    """Takes over the attributes of what it stands for one by one, so that each is as fast as the other's own."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> object:
        value = getattr(self._make(), name)
        setattr(self, name, value)
        return value


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
