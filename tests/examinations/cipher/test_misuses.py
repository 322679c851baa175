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


def test_who_listens_compares_no_host_name() -> None:
    listening = "const tls = require('tls'), https = require('https');\n"
    options = "{ requestCert: true, rejectUnauthorized: false }"
    for call, said in (
        (f"https.createServer({options}, serve)", {"certificate-check-off"}),
        (f"tls.createServer({options})", {"certificate-check-off"}),
        (f"https.get('https://h', {options})", {"certificate-check-off", "host-name-check-off"}),
    ):
        facts = facts_in("JavaScript", f"{listening}{call};\n")
        assert {fact.value["misuse"] for fact in facts if "misuse" in fact.value} == said


def test_a_key_has_the_size_that_the_library_gives_it() -> None:
    made = "import {{ generateKeyPair }} from 'jose';\nexport const k = await generateKeyPair({});\n"
    for given, bits, misuses in (
        ("'RS256'", 2048, set()),
        ("'RS256', { modulusLength: 1024 }", 1024, {"short-key"}),
        ("'ES256'", 256, set()),
    ):
        facts = facts_in("TypeScript", made.format(given))
        assert {fact.value["key_bits"] for fact in facts if "key_bits" in fact.value} == {bits}
        assert {fact.value["misuse"] for fact in facts if "misuse" in fact.value} == misuses
