"""What a use says against itself."""

import pytest

from tests.examinations.cipher.snippets_run import facts_in

MAKING = """
import java.security.*;
class Keys {{
    private int size = Integer.getInteger("size");
    KeyPair make() throws Exception {{
        KeyPairGenerator generator = KeyPairGenerator.getInstance("{algorithm}");
        generator.initialize({size});
        return generator.generateKeyPair();
    }}
}}
"""


@pytest.mark.parametrize(
    ("algorithm", "size", "reach"),
    [
        ("RSA", "1024", {"certain"}), ("RSA", "3072", set()), ("RSA", "size", {"possible"}),
        ("ElGamal", "size", {"possible"}), ("DSA", "other()", {"possible"}),
    ],
)  # fmt: skip
def test_a_modulus_of_unknown_size_may_be_short(algorithm: str, size: str, reach: set[str]) -> None:
    facts = facts_in("Java", MAKING.format(algorithm=algorithm, size=size))
    assert {fact.value["reach"] for fact in facts if fact.value.get("misuse") == "short-key"} == reach
