"""What a use says against itself and against what it is given: modes, sizes, iterations, literals in place of secrets.

Source: NIST SP 800-131A (moduli), NIST SP 800-132 (iterations), CWE 259, 321, 326, 327, 329, 335, 760, 916.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from assay.core.facts import Fact, Scalar
from assay.source.answers import Answer, Value

if TYPE_CHECKING:
    from assay.examinations.cipher.use import Use

_SECRET: Final[Mapping[str, tuple[str, int]]] = {
    "key": ("hard-coded-key", 321),
    "password": ("hard-coded-password", 259),
    "iv": ("static-iv", 329),
    "salt": ("static-salt", 760),
    "seed": ("predictable-seed", 335),
}
SECRETS: Final = frozenset(_SECRET)  # roles of arguments that are no literals in a sound product
MODULI: Final = frozenset({"RSA", "RSAES-PKCS1", "RSAES-OAEP", "RSASSA-PKCS1", "RSASSA-PSS", "DSA", "FFDH", "ElGamal"})
SHORTEST: Final = 2048  # bits of a modulus, NIST SP 800-131A
FEWEST: Final = 1000  # iterations, NIST SP 800-132


class State(Protocol):
    """States one fact about the place of a use, or of a role's object; `answer` is the one that lacks something."""

    def __call__(
        self, kind: str, value: Mapping[str, Scalar], answer: Answer | None = None, role: str = ""
    ) -> Fact: ...


def weaknesses(value: Mapping[str, Scalar], fact: State) -> Iterator[Fact]:
    """What a use says against itself: blocks by themselves, a modulus that can be factored."""
    bits, told = value.get("key_bits"), {"algorithm": value.get("algorithm"), "reach": value.get("reach")}
    wraps = value.get("purpose") in {"key-wrap", "mac", "random", "key-generation"}
    if value.get("mode") == "ecb" and value.get("primitive") == "block-cipher" and not wraps:
        yield fact("crypto.misuse", {"misuse": "ecb-mode", "cwe": 327, **told})
    if value.get("family") in MODULI:
        if isinstance(bits, int) and bits < SHORTEST:
            yield fact("crypto.misuse", {"misuse": "short-key", "cwe": 326, **told})
        elif bits is None and value.get("purpose") == "key-generation":  # not written, or not determined
            yield fact("crypto.misuse", {"misuse": "short-key", "cwe": 326, **told, "reach": "possible"})


def few_iterations(answer: Answer | None, named: Scalar, fact: State) -> Iterator[Fact]:
    """A key from a password by fewer steps than the standard asks for."""
    counts = [item for item in answer.values if item.text.isdigit()] if answer else []
    if answer is not None and any(0 < int(item.text) < FEWEST for item in counts):
        reach = "certain" if answer.certain else "possible"
        told: dict[str, Scalar] = {"misuse": "few-iterations", "cwe": 916, "algorithm": named, "reach": reach}
        yield fact("crypto.misuse", told, None, "iterations")


def secrets(use: "Use", named: Scalar, fact: State) -> Iterator[Fact]:
    for role, (misuse, cwe) in _SECRET.items():
        answer = use.answers.get(role)
        literals = [item for item in answer.values if _is_literal(item, role)] if answer else []
        if answer is None or not literals or (role in {"key", "password"} and all(map(_placeholder, literals))):
            continue
        sure = answer.certain and use.entry.secret != "perhaps"  # noqa: S105  a word of the catalogue
        value: dict[str, Scalar] = {"misuse": misuse, "cwe": cwe, "reach": "certain" if sure else "possible"}
        yield fact("crypto.misuse", {**value, "algorithm": named}, None, role)


def _is_literal(item: Value, role: str) -> bool:
    if item.kind == "yields":  # a function that is asked for the key and always gives the same
        return role == "key" and item.text not in {"", "nothing", "null", "true", "false"}
    return (item.kind in {"text", "bytes"} and item.size > 0) or (role == "seed" and item.kind == "number")


def _placeholder(item: Value) -> bool:
    """Text that stands for a value to be put in, such as `<your-key>` or `${KEY}`, or too short to be a key."""
    text = item.text
    return item.kind == "text" and (text.startswith(("<", "${", "{{", "%")) or len(text) < 4)
