"""A Go name that is bound to a call on itself, or in a circle, ends."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

HEAD = 'package p\n\nimport "crypto/md5"\n\n'
LONG = "x" + "".join(f".Step{number}()" for number in range(60))


@pytest.mark.parametrize(
    "body",
    [
        "\tsling = sling.New()\n\treq := sling.Post(x).Query(y).Request()\n\tuse(req)\n",
        "\ta := b.F()\n\tb := a.G()\n\tc := b.H().I()\n\tuse(c)\n",
        f"\ty := {LONG}\n\tuse(y.Sum())\n",
    ],
)
def test_it_ends_and_what_stands_beside_is_seen(body: str) -> None:
    facts = facts_in("Go", HEAD + "func f() {\n" + body + "\tmd5.Sum(nil)\n}\n")
    assert [fact.value["family"] for fact in facts if fact.kind == "crypto.use"] == ["MD5"]
