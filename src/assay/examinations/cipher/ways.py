"""The ways out of the text that is read, from `outward.yaml` and from the names of the catalogue."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from assay.core import late
from assay.examinations.cipher.catalogue import word_of
from assay.examinations.cipher.library import spread
from assay.rulebooks.strict_yaml import parse

TOOLS = late.expression(  # programs that are made for cryptography
    r"(?<![\w-])(openssl|gmssl|tongsuo|bssl|gpg2?|gpgv|gpgsm|gpgconf|pgp|age|cfssl|keytool|jarsigner|certutil|certtool|"
    r"p11tool|pkcs\d+-tool|signtool|osslsigncode|cosign|sops|mcrypt|ccrypt|htpasswd|mkpasswd|chpasswd|passwd|"
    r"cryptsetup|stunnel|ssh(-\w+)?|scp|sftp|(md[245]|sha\d*|b2)(sum|deep)?|zip|7za?|curl|wget)(?![\w-])",
    re.IGNORECASE,
)
_WORD = late.expression(r"\w+")


class Ways(Struct, frozen=True):
    """The ways out of one language: by qualified name, and by the word that is searched for."""

    by_name: Mapping[str, int]
    foreign: frozenset[str]
    commands: Mapping[str, int | tuple[int, str]]
    words: Mapping[bytes, tuple[str, ...]]  # word -> names of the first three
    strangers: Mapping[bytes, tuple[str, ...]]

    owned: tuple[str, ...]  # how members, of any depth, of what is foreign as a whole begin

    @property
    def literals(self) -> frozenset[bytes]:
        return frozenset(self.words) | frozenset(self.strangers)


@lru_cache(maxsize=16)
def ways(language: str) -> Ways:
    rows = _rows()
    return _ways(_whole(rows[language], rows), language)


@lru_cache(maxsize=1)
def _rows() -> Mapping[str, Mapping[str, Any]]:
    rows: Mapping[str, Mapping[str, Any]] = parse(
        (files(__package__) / "outward.yaml").read_bytes(), "outward.yaml"
    ).value
    return rows


def _whole(row: Mapping[str, Any], rows: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """A row with what it adds to the row of the language that it is `like`."""
    if "like" not in row:
        return row
    of = rows[row["like"]]
    listed = {key: [*of[key], *row[key]] for key in ("foreign", "strangers")}
    return {**listed, **{key: {**of[key], **(row[key] or {})} for key in ("by_name", "commands")}}


def _ways(row: Mapping[str, Any], language: str) -> Ways:
    by_name = {name: int(str(at)) for call, at in _table(row["by_name"]) for name in spread(call)}
    foreign = frozenset(name for call in row["foreign"] for name in spread(call))
    commands = {name: _position(at) for call, at in _table(row["commands"]) for name in spread(call)}
    words: dict[bytes, tuple[str, ...]] = {}
    for name in (*by_name, *foreign, *commands):
        word = word_of(name, language).encode()
        words[word] = (*words.get(word, ()), name)
    strangers: dict[bytes, tuple[str, ...]] = {}
    for name in (name for call in row["strangers"] for name in spread(call)):
        word = _WORD.findall(name.removesuffix(".h"))[-1].encode()
        strangers[word] = (*strangers.get(word, ()), name)
    owned = tuple(name[:-1] for name in foreign if name.endswith(".*"))
    return Ways(by_name, foreign, commands, words, strangers, owned)


def _table(rows: object) -> Iterable[tuple[str, object]]:
    return rows.items() if isinstance(rows, dict) else ()


def _position(at: object) -> int | tuple[int, str]:
    return (int(at[0]), str(at[1])) if isinstance(at, list) else int(str(at))
