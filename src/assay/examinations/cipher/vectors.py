"""Vectors, salts, keys and seeds that nobody draws, though no literal stands where they are given.

An array that begins as zeros and that nothing of the file puts anything into but by `memset` is still zeros when a
cipher takes it; a vector that is the key, or a piece of it, comes back with every message. Both are *possible* values:
what fills the array may stand out of sight of a search for its name.

A key that is hashed from nothing but literals is one, as is one that a file of the product gives to the program that
embeds it, and a seed that is the time can be guessed.

What a function gives as zeros says `zeros.py`.

*It cannot see* arrays of other files, a vector that is hashed from the key, and steps through a second variable.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace
from tree_sitter import Node

from assay.core import late
from assay.examinations.cipher.names import recognise
from assay.examinations.cipher.zeros import as_made, helped, zeros
from assay.source.answers import Answer, Value
from assay.source.parsed import Parsed

MOST_MENTIONS: Final = 12
LONGEST: Final = 300  # characters of an expression
_NAME = late.expression(r"(?:&\s*)?(?:this(?:\.|->)|self\.)?([A-Za-z_]\w*)(?:\[:\])?")
_DECLARED: Final = (
    rb"(?:\bbyte\s*\[\s*\]\s*%b|\bbyte\s+%b\s*\[\s*\])\s*=\s*new\s+byte\s*\[\s*(\w+)\s*\]\s*[;,]"
    rb"|\b(?:char|uint8_t|u8|u_char|u_int8_t|uchar|guchar|guint8|BYTE|byte)\s+%b\s*\[\s*(\w+)\s*\]\s*(?:=\s*\{\s*0?\s*\}\s*)?[;,]"
)
_ZEROS: Final = (
    rb"\b(?:const|let|var|val)\s+%b(?:\s*:\s*\w+)?\s*=\s*(?:Buffer\.alloc|new\s+Uint8Array|ByteArray)\s*\(\s*(\w+)\s*\)"
)
_GO: Final = (
    rb"\b%b\s*:=\s*make\(\s*\[\]byte\s*,\s*\w[\w.()]*\s*\)|\b%b\s*:=\s*\[\w+\]byte\{\}|\bvar\s+%b\s+\[\w+\]byte\b"
)
_TYPED = late.expression(
    rb"\b(?:byte\s*\[\s*\]\s*|(?:byte|char|uint8_t|u8|u_char|u_int8_t|uchar|guchar|guint8|BYTE|const|let|var|val)\s+)\Z"
)
_AROUND: Final = 100  # bytes on both sides of a name in which its declaration lies
_STRING = late.expression(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'")
_HASHING = late.expression(
    r"(?i)sha\d*\w*|sum\d*|md5\w*|sm3\w*|digest\w*|hexdigest|createhash|computehash|hashdata|hash"
)
_PLAIN = late.expression(
    r"(?i)update|new|getinstance|messagedigest|encod\w*|getbytes|bytes?|bytearray|buffer|from|decode\w*|hex\w*|base64|b64decode"
    r"|padend|ljust|zfill|substr\w*|slice|copyof\w*|arrays|standardcharsets|utf_?8|ascii|charset|string|tochararray|hashlib"
    r"|crypto\w*|enc|parse|tostring|create|finalize|to_vec|as_bytes|as_slice|into|true|false|b|u|r|final"
)
_CLOCK = late.expression(
    r"(?i)currenttimemillis|nanotime|\btime\s*\(|\btime\.(?:time|now|unixnano)|date\.now|new\s+date|datetime|unixnano"
    r"|tickcount|hrtime"
)
_CLEARED = late.expression(
    rb"(?:\b(?:memset|bzero|OPENSSL_cleanse|Arrays\.fill|Array\.Clear)\s*\(\s*&?|\bsizeof\s*\(?\s*)\Z"
)
_CARRYING: Final = (b"go:embed", b"include_bytes!", b"include_str!")
_PIECE = late.expression(
    r"\s*(?:\[[^\]]*\])?|\s*\.(?:slice|substr|substring|subarray|toString|copy|clone|encode|getBytes|getEncoded|Substring)"
    r"\s*\([^()]*\)(?:\.\w+\([^()]*\))?"
)


def never_filled(parsed: Parsed, node: Node) -> Answer | None:
    """The zeros that a named array still holds; None where something else may have been put there."""
    named = _NAME.fullmatch(parsed.text(node))
    function = parsed.function_of(node)
    if named is None or function is None:
        return None
    name, own = named[1].encode(), parsed.adapter.parameter(parsed, function, named[1])[0]
    inside = _declaration(parsed.content, name, function.start_byte, node.start_byte)
    found = inside or (_declaration(parsed.content, name, 0, len(parsed.content)) if not own else None)
    if found is None:
        return None
    start, end = (found.end(), function.end_byte) if inside else (0, len(parsed.content))
    places = [one.start() for one in re.finditer(rb"(?<![\w$])%b(?!\w)" % re.escape(name), parsed.content[start:end])]
    callee = _callee(parsed, node)
    if len(places) > MOST_MENTIONS or not callee:
        return None
    for place in (start + at for at in places):
        if found.start() <= place < found.end() or _CLEARED.search(parsed.content[max(0, place - 40) : place]):
            continue
        mention = parsed.at(place, len(name))
        if mention is None or _callee(parsed, mention) != callee:
            return None
    return zeros(node)


def _declaration(content: bytes, name: bytes, start: int, end: int) -> re.Match[bytes] | None:
    """Where an array of zeros is declared. A pattern that begins with bytes to look for is much faster than one that
    begins with a choice of types."""
    used = re.compile(re.escape(name) + rb"(?:\s*\[|\s*(?::\s*\w+\s*)?=)")
    for at in (one.start() for one in used.finditer(content, start, end)):
        if _TYPED.search(content[max(start, at - _AROUND) : at]) is not None:
            declared = re.compile((_DECLARED + b"|" + _ZEROS).replace(b"%b", re.escape(name)))
            found = declared.search(content, max(start, at - _AROUND), min(end, at + 2 * _AROUND))
            if found is not None:
                return found
    return re.compile(_GO.replace(b"%b", re.escape(name))).search(content, start, end) if b"]byte" in content else None


def of_key(parsed: Parsed, key: Node, vector: Node) -> Answer | None:
    """A vector that is the key itself, or a piece of it."""
    secret, text = parsed.text(key), parsed.text(vector)
    piece = text.removeprefix(secret) if text.startswith(secret) else None
    cut = re.fullmatch(rf"(?:mb_)?substr\(\s*{re.escape(secret)}\s*,[^()]*\)", text) is not None
    if secret[:1] in {'"', "'"} or not (cut or (piece is not None and _PIECE.fullmatch(piece))):
        return None
    return Answer((Value("bytes", "", 16),), True, origins=(vector.start_byte,))


def hashed_literal(parsed: Parsed, node: Node) -> Answer | None:
    """A key that is hashed from literals alone: an expression in which nothing can differ from run to run."""
    text = re.sub(r"\[[\d:]*\]\s*\Z", "", parsed.text(node).lstrip("&"))
    function = parsed.function_of(node)
    if text.isidentifier():
        bound = parsed.bindings(function).get(text, ()) if function is not None else ()
        bound = bound or parsed.fields(text)
        value = bound[0].value if len(bound) == 1 else None
        text = parsed.text(value) if value is not None else ""
    if not text or len(text) > LONGEST or ('"' not in text and "'" not in text):
        return None
    strings = [one[1] or one[2] or "" for one in _STRING.finditer(text)]
    told = [one for one in strings if len(one) > 3 and not recognise(one, "any") and _PLAIN.fullmatch(one) is None]
    words = re.findall(r"[A-Za-z_]\w*", _STRING.sub('""', text))
    hashes = any(_HASHING.fullmatch(word) for word in words)
    if not told or not hashes or not all(_HASHING.fullmatch(word) or _PLAIN.fullmatch(word) for word in words):
        return None
    return Answer((Value("bytes", "", 16),), True, origins=(node.start_byte,))


def embedded(parsed: Parsed, node: Node) -> Answer | None:
    """A key that the program carries: what Go embeds, or Rust includes, from a file."""
    text = parsed.text(node).lstrip("&").removesuffix("[:]")
    including = re.search(r"\binclude_(?:bytes|str)!\s*\(", text) is not None
    if text.isidentifier() and not including and any(mark in parsed.content for mark in _CARRYING):
        name = re.escape(text.encode())
        carried = (
            rb"//go:embed[^\n]*\n\s*(?:var\s+)?%b\s+(?:\[\]byte|string)\b"
            rb"|\b%b\b[^=;\n]*=\s*&?\*?include_(?:bytes|str)!"
        )
        including = re.search(carried.replace(b"%b", name), parsed.content) is not None
    return Answer((Value("bytes", "", 16),), True, origins=(node.start_byte,)) if including else None


def _told(parsed: Parsed, node: Node) -> Answer | None:
    return hashed_literal(parsed, node) or embedded(parsed, node) or helped(parsed, node)


def _zeros(parsed: Parsed, node: Node) -> Answer | None:
    return never_filled(parsed, node) or helped(parsed, node)


def of_the_clock(parsed: Parsed, node: Node) -> Answer | None:
    """A seed that is the time, or made of it."""
    if _CLOCK.search(parsed.text(node)) is None:
        return None
    return Answer((Value("number", "0"),), False, "the time", origins=(node.start_byte,))


def _callee(parsed: Parsed, node: Node) -> str:
    """The name of the call of which a node is an argument, '' when it is none."""
    for above in parsed.above(node)[:3]:
        if above.type in {"argument_list", "arguments"} and above.parent is not None:
            return parsed.text(above.parent)[: above.start_byte - above.parent.start_byte].strip()
    return ""


_SPARED: Final[Mapping[str, Callable[[Parsed, Node], Answer | None]]] = {
    "iv": _zeros, "salt": _zeros, "key": _told, "password": _told, "seed": of_the_clock,
}  # fmt: skip


def spared(role: str, parsed: Parsed, node: Node, answer: Answer, given: Answer | None) -> Answer:
    """The answer to an argument that should be no literal: what other functions of the file have `given`, else what is
    found here, else itself."""
    told = given or _SPARED[role](parsed, node)
    return replace(told, within=answer.made_with()) if told is not None else as_made(parsed, answer, node)
