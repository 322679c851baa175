"""Whether the names around a place speak of a secret: what random numbers become decides whether they may be guessed.

*It cannot see* what a value is used for where no name says so; `flowing.py` follows it as far as it goes in the file.
"""

import re

from tree_sitter import Node

from assay.examinations.cipher.flowing import flow_of
from assay.source.answers import Answer, Value
from assay.source.parsed import Parsed

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET_WORDS = frozenset(
    {"token", "password", "passwd", "pwd", "passphrase", "secret", "nonce", "salt", "otp", "totp", "pin", "challenge",
     "captcha", "csrf", "xsrf"}
)  # fmt: skip
_PERHAPS_SECRET = frozenset(["key", "code", "session", "iv", "cookie", "credential"])
_RANDOM_WORDS = frozenset(["random", "rand", "rnd", "randomized"])  # with one of the next: made for others to use
_UNNAMED = frozenset(
    {"lambda", "arrow_function", "function_expression", "lambda_expression", "lambda_literal", "closure_expression",
     "func_literal", "anonymous_function", "anonymous_function_creation_expression"}
)  # fmt: skip
_TEXT_WORDS = frozenset(["hex", "string", "str", "byte", "char", "text", "alphanumeric", "ascii", "letter", "digit"])


def for_a_secret(parsed: Parsed, node: Node) -> Answer | None:
    """The word in the name of the function around, or of the variable it goes to, that speaks of a secret.

    Such words as key and code have other meanings too, and what makes a random text does not say what for: the
    answer is then not complete.
    """
    target, function = parsed.destination(node), parsed.name_of(node).rpartition(".")[2]
    target = target or _named_for(parsed, node)
    flow = flow_of(parsed, node)
    named = " ".join((target, *flow.names))
    goes, around = ({word.lower().rstrip("s") for word in _WORDS.findall(name)} for name in (named, function))
    if flow.protects:
        return Answer((Value("text", "secret"),))
    sure, perhaps = (goes | around) & _SECRET_WORDS, (goes & _PERHAPS_SECRET) | (around & {"code"})
    for words in (goes, around):
        perhaps |= words & _TEXT_WORDS if words & _RANDOM_WORDS else set()
    perhaps |= {"session"} if flow.perhaps else set()
    return Answer((Value("text", min(sure or perhaps)),), bool(sure)) if sure or perhaps else None


def _named_for(parsed: Parsed, node: Node) -> str:
    """The variable or member that takes the function without a name around a place; '' when there is none."""
    around = next((above for above in parsed.above(node) if above.type in _UNNAMED), None)
    return parsed.destination(around) if around is not None else ""
