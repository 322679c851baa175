"""Whether the names around a place speak of a secret: what random numbers become decides whether they may be guessed.

A generator that is kept in a field or in a variable of the file speaks wherever it is mentioned, and a function that
gives random numbers speaks where this file calls it, as a possibility: what it gives may be for something else there.

*It cannot see* what a value is used for where no name says so; `flowing.py` follows it as far as it goes in its
function, and `borrowed.py` to callers in other files.
"""

import re
from collections.abc import Iterator
from itertools import chain, islice

from msgspec.structs import replace
from tree_sitter import Node

from assay.examinations.cipher.flowing import filled_by, flow_of, returned_by
from assay.examinations.cipher.library import RESULT
from assay.source.answers import Answer, Value
from assay.source.calls import callers_in, name_of, sizes
from assay.source.parsed import Parsed

MOST_LENDERS = 24  # functions of one file that give back what one generator makes
MOST_PLACES = 64  # where a generator, or a function that gives random numbers, is mentioned
_DECLARING = frozenset({"C#", "C++", "Java", "Kotlin"})  # languages in which a name that is not declared is a field
_OWN = ("this.", "self.", "$this->")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_SECRET_WORDS = frozenset(
    {"token", "password", "passwd", "pwd", "passphrase", "secret", "nonce", "salt", "otp", "totp", "pin", "challenge",
     "captcha", "csrf", "xsrf"}
)  # fmt: skip
_PERHAPS_SECRET = frozenset(["key", "code", "session", "iv", "cookie", "credential"])
_SIGNING = {"sign": "K", "sign_with_sm3": "random_hex_str"}  # what takes k second, and its name for k
# A function that is called so, and by no other word, may give the key of a table as well.
_KEY_MAKING = frozenset({"key", "get", "make", "generate", "gen", "new", "create", "build", "next"})
_TEXT_MADE = re.compile(
    rb"\bjoin\s*\(|\.append\(|\.push(?:_str)?\(|\bchr\(|\(char\)|from(?:CharCode|CodePoint)|\.?to_?[sS]tring\s*\(\s*(?:16|32|36)|[hH]ex\b"
    rb"|%0?\d*[xX]\b|[bB](?:ase)?64|String(?:Builder|Buffer)|buildString|\bstring\(\w|\.=|getrandbits|[nN]extBytes|randbytes"
    rb"|rand\.Read|[\"'][A-Za-z0-9]{10,}[\"']|ascii_letters"
)
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
    found = _spoken(parsed, node)
    if found is not None and found.complete:
        return found
    kept = _kept_as(parsed, node)
    if kept:
        said = [one for place in _mentions(parsed, kept) if (one := _spoken(parsed, place)) is not None]
    else:
        filled = filled_by(parsed, node)
        places = [(place, filled) for place in _calls_of(parsed, node)]
        said = [one for place, at in places if (one := _spoken(parsed, place) or _given(parsed, place, at)) is not None]
        said = [replace(one, complete=False) for one in said]
    return next((one for one in said if one.complete), found or next(iter(said), None))


def of_an_heir(parsed: Parsed, node: Node) -> Answer | None:
    """The same of a generator that a class is made from: the names of its functions, and of what is made from it."""
    holder = next((above for above in parsed.above(node) if above.child_by_field_name("body") is not None), None)
    body = holder.child_by_field_name("body") if holder is not None else None
    if holder is None or body is None:
        return None
    inside = (name_of(parsed, one) for one in body.named_children if one.type in parsed.adapter.functions)
    words = {word.lower().rstrip("s") for name in inside for word in _WORDS.findall(name)} & _SECRET_WORDS
    made = (_spoken(parsed, place) for place in _mentions(parsed, (parsed.adapter.declared_name(parsed, holder),)))
    found = Answer((Value("text", min(words)),)) if words else next((one for one in made if one is not None), None)
    return replace(found, complete=False) if found is not None else None


def lenders(parsed: Parsed, node: Node) -> tuple[list[Node], tuple[int, ...]]:
    """The functions that give what a generator makes back to their callers, those of a kept one included, and the
    positions of the arguments in which they do; `RESULT` is what they return."""
    kept = _kept_as(parsed, node)
    found: dict[int, Node] = {}
    positions: set[int] = set()
    for place in _mentions(parsed, kept) if kept else (node,):
        filled, returning = filled_by(parsed, place), returned_by(parsed, place)
        function = returning or (parsed.function_of(place) if filled else None)
        if function is not None:
            found[function.id] = function
            positions |= {*filled, *((RESULT,) if returning is not None else ())}
    further = [*found.values()] if RESULT in positions else []
    while further and len(found) < MOST_LENDERS:  # those of this file that only give back what one of them gives
        for place in _named_elsewhere(parsed, further.pop()):
            through = returned_by(parsed, place)
            if through is not None and through.id not in found:
                found[through.id] = through
                further.append(through)
    return list(found.values()), tuple(sorted(positions))


def lent_to(parsed: Parsed, call: Node, positions: tuple[int, ...]) -> Answer | None:
    """The word for a secret among the names of what a call gives, by its result or in its arguments."""
    result = for_a_secret(parsed, call) if RESULT in positions else None
    return result or _given(parsed, call, tuple(at for at in positions if at != RESULT))


def _given(parsed: Parsed, place: Node, positions: tuple[int, ...]) -> Answer | None:
    """The word for a secret in the names of arguments at these positions of a call, which a place is or names."""
    around = (place, *parsed.above(place)[:2]) if positions else ()
    call = next((one for one in around if one.type in parsed.adapter.calls), None)
    listed = parsed.adapter.argument_list(call) if call is not None else None
    given = parsed.adapter.arguments(parsed, listed).positional if listed is not None else ()
    text = " ".join(parsed.text(given[at]) for at in positions if at < len(given))
    words = {word.lower().rstrip("s") for word in _WORDS.findall(text)}
    told = words & _SECRET_WORDS or words & _PERHAPS_SECRET
    return Answer((Value("text", min(told)),), bool(words & _SECRET_WORDS)) if told else None


def _kept_as(parsed: Parsed, node: Node) -> tuple[str, ...]:
    """How a field, or a variable of the file, is written to which a generator is assigned; () for none."""
    name, function = parsed.assigned_to(node), parsed.function_of(node)
    if not name and function is None:  # what a property gives
        properties = (above for above in parsed.above(node) if above.type == "property_declaration")
        names = (above.child_by_field_name("name") for above in properties)
        name = next((parsed.text(one) for one in names if one is not None), "")
    own = next((prefix for prefix in _OWN if name.startswith(prefix)), "")
    bare = name.removeprefix(own)
    if not bare.isidentifier() or (function is not None and not own and not _is_of_class(parsed, node, function, bare)):
        return ()
    if own and parsed.adapter.name not in _DECLARING:
        return (name,)
    return (bare, *(f"{prefix}{bare}" for prefix in _OWN)) if parsed.adapter.name in _DECLARING else (bare,)


def _mentions(parsed: Parsed, names: tuple[str, ...]) -> Iterator[Node]:
    """Where a field or a variable of the file is named, and no local variable or parameter of the same name."""
    for name in names:
        for place in islice(parsed.mentions(name, parsed.root), MOST_PLACES):
            function = parsed.function_of(place)
            if function is None or not (name in parsed.bindings(function) or parsed.parameter(function, name)[0]):
                yield place


def _is_of_class(parsed: Parsed, node: Node, function: Node, name: str) -> bool:
    """Whether a function assigns what it does not declare, in a language in which whatever is its own is declared."""
    if node.parent is None or node.parent.type != "assignment_expression" or parsed.adapter.name not in _DECLARING:
        return False
    before = parsed.content[function.start_byte : node.start_byte]
    return re.search(rb"[\w>\]?]\s+%b\s*[=;,):]" % re.escape(name.encode()), before) is None


def _calls_of(parsed: Parsed, node: Node) -> Iterator[Node]:
    """Where this file names the function around a place, outside of it."""
    function = parsed.function_of(node)
    yield from _named_elsewhere(parsed, function) if function is not None else ()


def _named_elsewhere(parsed: Parsed, function: Node) -> Iterator[Node]:
    """Where this file names a function, or calls it as a method, outside of it."""
    name = name_of(parsed, function)
    if not name.isidentifier():
        return
    called = (call for call, _ in callers_in(parsed, name, *sizes(parsed, function)))
    for place in islice(chain(parsed.mentions(name, parsed.root), called), MOST_PLACES):
        inside = function.start_byte <= place.start_byte < function.end_byte
        if not inside and not _is_another(parsed, name, place, function):
            yield place


def _is_another(parsed: Parsed, name: str, place: Node, function: Node) -> bool:
    """Whether a name means a variable or parameter of a function around it that the named one does not stand in."""
    is_method = place.type in parsed.adapter.calls and parsed.adapter.receiver(place) is not None
    around = parsed.function_of(place) if not is_method else None
    while around is not None and not around.start_byte <= function.start_byte < around.end_byte:
        if name in parsed.bindings(around) or parsed.parameter(around, name)[0]:
            return True
        around = parsed.function_around(around)
    return False


def _spoken(parsed: Parsed, node: Node) -> Answer | None:
    target, function = parsed.destination(node), parsed.name_of(node).rpartition(".")[2]
    target = target or _named_for(parsed, node)
    flow = flow_of(parsed, node)
    named = " ".join((target, *flow.names))
    goes, around = ({word.lower().rstrip("s") for word in _WORDS.findall(name)} for name in (named, function))
    if flow.protects or _signs_with(parsed, node, flow.names):
        return Answer((Value("text", "secret"),))
    sure, perhaps = (goes | around) & _SECRET_WORDS, (goes & _PERHAPS_SECRET) | (around & {"code"})
    for words in (goes, around):
        perhaps |= words & _TEXT_WORDS if words & _RANDOM_WORDS else set()
    if "key" in around and around <= _KEY_MAKING and _makes_text(parsed, node):
        perhaps |= {"key"}
    perhaps |= {"session"} if flow.perhaps or around >= {"session", "id"} else set()
    return Answer((Value("text", min(sure or perhaps)),), bool(sure)) if sure or perhaps else None


def _signs_with(parsed: Parsed, node: Node, names: tuple[str, ...]) -> bool:
    """Whether a value is the k of a signature of gmssl's SM2, from which whoever guesses it has the private key."""
    function = parsed.function_of(node)
    if function is None or parsed.adapter.name != "Python" or b"gmssl" not in parsed.content:
        return False
    for method, name in _SIGNING.items():
        for call, given in callers_in(parsed, method, 2, 2):
            k = given.get(1, name)
            if k is not None and function.start_byte <= call.start_byte < function.end_byte:
                held = k.start_byte <= node.start_byte < k.end_byte
                if held or not set(names).isdisjoint(re.findall(r"\w+", parsed.text(k))):
                    return True
    return False


def _makes_text(parsed: Parsed, node: Node) -> bool:
    """Whether the function around gives back text or bytes that it makes of random numbers: what only picks one of the
    keys of a table, or numbers it, makes none."""
    function = returned_by(parsed, node)
    return (
        function is not None and _TEXT_MADE.search(parsed.content, function.start_byte, function.end_byte) is not None
    )


def _named_for(parsed: Parsed, node: Node) -> str:
    """The variable or member that takes the function without a name around a place; '' when there is none."""
    around = next((above for above in parsed.above(node) if above.type in _UNNAMED), None)
    return parsed.destination(around) if around is not None else ""
