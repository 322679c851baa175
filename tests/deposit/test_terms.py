"""Terms: read strictly, and refused when one party could open alone or unseen."""

import pytest

from assay.core.errors import Exit, InputError
from assay.deposit.terms import Terms, glob, parse_terms
from tests.deposit.parties import TERMS, key, witness_key


def read(text: str) -> Terms:
    return parse_terms(text.encode(), "terms.yaml")


def test_terms_are_what_their_bytes_say() -> None:
    terms = read(TERMS)
    assert terms.canonical == TERMS.encode()
    assert terms.host.name == "bank.example"
    assert terms.excerpt_lines == 4
    assert terms.tools == ("cipher",)
    assert [terms.allows(path) for path in ("src/pay.c", "src/secret/tables.c", "docs/build.txt")] == [
        True,
        False,
        False,
    ]
    assert all(line.en and line.zh for line in terms.lines())


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ("groups_needed: 2", "groups_needed: 1", "opening.groups_needed", "the agent alone could open"),
        ("  witnesses:", "  alone: [vendor]\n  witnesses:", "opening.alone", "which cannot open alone"),
        ('witnesses: ["', 'witnesses: [] #["', "opening.witnesses", "hidden from the vendor"),
        (str(witness_key()), str(witness_key("reviewer")), "opening.witnesses[0]", "witness for itself"),
        (str(witness_key()), str(key("agent")), "opening.witnesses[0]", "no cosigning key"),
        ("needs: 2, of: 3}", "needs: 1, of: 3}", "opening.groups[0].needs", "the same"),
        ("needs: 2, of: 3}", "needs: 4, of: 3}", "opening.groups[0].needs", "between 1"),
        ("party: agent", "party: stranger", "opening.groups[2].party", "stranger"),
        ("host: reviewer", "host: somebody", "host", "somebody"),
        ("until: 2027-12-31", "until: soon", "until", "date"),
        ("page_lines: 20", "page_lines: 0", "reading.page_lines", "less than 1"),
        ("total_percent: 90", "total_percent: 190", "reading.total_percent", "percentage"),
        ("unseen_views: 3", "unseen_vews: 3", "reading.unseen_vews", "not known"),
        ("tools:", "tolls:", "tolls", "not known"),
        ("signed_by: [vendor, reviewer]", "signed_by: []", "conditions[0].signed_by", "no party"),
        ("days: 30", "days: 0", "conditions[0].days", "3660"),
        (str(key("agent")), str(key("vendor")), "parties.agent.keys[0]", "another party's too"),
        ("lines: 4,", "lines: many,", "excerpts.lines", "expected int"),
    ],
)
def test_a_fault_is_named_with_its_place(old: str, new: str, place: str, why: str) -> None:
    assert old in TERMS
    with pytest.raises(InputError) as caught:
        read(TERMS.replace(old, new, 1))
    message = caught.value.message
    assert place in message.en
    assert place in message.zh
    assert message.en.startswith("terms.yaml:")
    assert why in message.en
    assert caught.value.advice is not None
    assert caught.value.exit_code == Exit.USAGE


def test_the_line_is_that_of_the_fault() -> None:
    text = TERMS.replace("unseen_views: 3", "unseen_views: 0")
    line = next(number for number, row in enumerate(text.split("\n"), 1) if "unseen_views" in row)
    with pytest.raises(InputError, match=rf"^terms\.yaml:{line}: "):
        read(text)


def test_one_party_may_open_alone_when_the_signed_bytes_say_exactly_that() -> None:
    alone = TERMS.replace("groups_needed: 2", "groups_needed: 1")
    with pytest.raises(InputError, match="alone"):
        read(alone.replace("  witnesses:", "  alone: [vendor]\n  witnesses:"))
    terms = read(alone.replace("  witnesses:", "  alone: [vendor, reviewer, agent]\n  witnesses:"))
    assert "ALONE" in terms.lines()[-1].en


def test_two_groups_of_one_party_are_one_party() -> None:
    with pytest.raises(InputError, match="the vendor alone"):
        read(TERMS.replace("party: agent, needs: 1", "party: vendor, needs: 1"))


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("src/**", "src/a/b.c", True),
        ("src/*", "src/a/b.c", False),
        ("**/b.c", "b.c", True),
        ("**/b.c", "x/y/b.c", True),
        ("*.c", "a/b.c", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a.c", "abc", False),
        ("[ab].c", "a.c", False),
    ],
)
def test_patterns(pattern: str, path: str, fits: bool) -> None:
    assert bool(glob(pattern).fullmatch(path)) is fits
