"""Random numbers of a helper in another file, by what its callers call them."""

import pytest

from tests.examinations.cipher.test_callers import stated

_IDS = """package app;
import java.util.Random;
public class Ids {{
  private static final Random own = new Random();
  public static String make(int n) {{
    StringBuilder b = new StringBuilder();
    for (int i = 0; i < n; i++) b.append((char) ('a' + own.nextInt(26)));
    {0}
  }}
}}
"""
_ALSO = "package app; public class Also {{ static String id() {{ {0} }} }}"
_USE = "package app; public class Use {{ String go() {{ String {0} = {1}; return {0}; }} }}"


def guessed(files: dict[str, str]) -> list[tuple[str, object]]:
    facts = [fact for fact in stated(files) if fact.value.get("misuse") == "weak-random"]
    return [(fact.evidence[0].origin, fact.value["reach"]) for fact in facts]


@pytest.mark.parametrize(
    ("given", "name", "call", "expected"),
    [
        ("return b.toString();", "token", "Ids.make(9)", ["possible"]),
        ("return b.toString();", "colour", "Ids.make(9)", []),
        ("return b.toString();", "token", "Own.make(9)", []),
        ("return b.toString();", "token", "Ids.make(9, 1)", []),
        ("draw(b); return null;", "token", "Ids.make(9)", []),
    ],
)
def test_what_a_caller_calls_it(given: str, name: str, call: str, expected: list[str]) -> None:
    found = guessed({"Ids.java": _IDS.format(given), "Use.java": _USE.format(name, call)})
    assert [reach for _, reach in found] == expected


def test_a_caller_that_only_gives_it_back_is_followed_to_its_own() -> None:
    files = {"Ids.java": _IDS.format("return b.toString();"), "Use.java": _USE.format("token", "Also.id()")}
    assert guessed({**files, "Also.java": _ALSO.format("return Ids.make(9);")}) == [("Ids.java:4", "possible")]
    assert guessed({**files, "Also.java": _ALSO.format("Ids.make(9); return own();")}) == []


def test_helpers_that_call_each_other_end() -> None:
    files = {"Ids.java": _IDS.format("return Also.id() + b;"), "Also.java": _ALSO.format("return Ids.make(9);")}
    assert guessed(files) == []


def test_what_a_test_calls_it_says_nothing_of_the_shipped_code() -> None:
    files = {"Ids.java": _IDS.format("return b.toString();"), "test/Use.java": _USE.format("token", "Ids.make(9)")}
    assert guessed(files) == []
