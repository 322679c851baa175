"""The list of kinds: what every entry of it owes the rooms that are generated from it."""

import re
from typing import get_args

import pytest

from assay.core.kinds import DEMANDS, KINDS, FileClass, Key
from assay.core.text import Text

PAIRS = [(kind, name) for kind, declared in KINDS.items() for name in declared.keys]
ONE_A_FILE = {"deposit.comparison", "deposit.output"}  # told apart by the file that is their subject
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_whole(kind: str) -> None:
    declared = KINDS[kind]
    assert re.fullmatch(r"[a-z]+(\.[a-z_]+)?", kind)
    assert declared.demand in DEMANDS
    assert declared.carriers <= set(get_args(FileClass))
    assert declared.title.en
    assert CHINESE.search(declared.title.zh)
    assert declared.identity == {name for name, key in declared.keys.items() if key.identity}
    assert declared.identity or kind in ONE_A_FILE, "facts of a kind without identity keys could not be told apart"


@pytest.mark.parametrize(("kind", "name"), PAIRS)
def test_a_key_is_whole(kind: str, name: str) -> None:
    key = KINDS[kind].keys[name]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert name != "scope", "the subject's scope travels under this name when a rule is judged"
    assert key.about.en
    assert CHINESE.search(key.about.zh)
    assert len(set(key.choices)) == len(key.choices)
    assert not key.choices or key.type is str


@pytest.mark.parametrize("demand", DEMANDS)
def test_a_demand_has_words(demand: str) -> None:
    text = DEMANDS[demand]  # type: ignore[index]
    assert text.en
    assert CHINESE.search(text.zh)


ANY, FEW = Key(str, True, Text("a", "甲")), Key(str, True, Text("a", "甲"), ("x", "y"))
NUMBER, FLAG = Key(int, False, Text("a", "甲")), Key(bool, False, Text("a", "甲"))


@pytest.mark.parametrize(
    ("key", "item", "admitted"),
    [
        (ANY, "anything", True), (ANY, "", True), (ANY, 1, False), (ANY, True, False),
        (FEW, "x", True), (FEW, "z", False), (FEW, "", False),
        (NUMBER, 1, True), (NUMBER, 0, True), (NUMBER, True, False), (NUMBER, "1", False),
        (FLAG, True, True), (FLAG, False, True), (FLAG, 1, False), (FLAG, "true", False),
    ],
)  # fmt: skip
def test_what_a_key_admits(key: Key, item: str | int | bool, admitted: bool) -> None:
    assert key.admits(item) is admitted
