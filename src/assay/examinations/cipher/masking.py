"""Excerpts of source without its secrets.

An excerpt is the line of the evidence. Every string literal in it is replaced by its length, save the name of an
algorithm, a mode, a padding, a curve, an encoding or a provider, and a short word in brackets by which something is
looked up. So is every array of many numbers and every long run of base64 or hexadecimal: what is not known to be
harmless is masked, and whatever a password is assigned.
"""

import re

from assay.core import late
from assay.examinations.cipher.names import curve, protocol, recognise

LONGEST = 160
_LITERAL = late.expression(
    r"(?<=[A-Za-z])'(?P<torn>(?:t|s|d|m|re|ve|ll)\b(?!').*)"  # of "don't": whether a literal begins here nobody knows
    r"|(?P<quote>\"\"\"|'''|\"|'|`)(?P<body>(?:\\.|(?!(?P=quote)).)*)(?P<end>(?P=quote)|$)"
)
_NUMBERS = late.expression(r"(?:(?:0[xX][0-9a-fA-F]+|-?\d+|\(\s*byte\s*\)\s*-?\w+)\s*,\s*){7,}[^}\])]*")
_HEX = late.expression(r"[0-9a-fA-F]+")
_UNQUOTED = late.expression(r"[^\"'`\n\r\t]*")
_RUN = late.expression(r"[A-Za-z0-9+=]{40,}|[0-9a-fA-F]{24,}")
_SHORT = 3  # a literal of this length is no secret worth the name
_HARMLESS = frozenset(
    {"utf-8", "UTF-8", "utf8", "ascii", "latin-1", "SunJCE", "SunRsaSign", "BouncyCastle", "base64", "hex"}
)
# Modes, paddings and what libraries put around their names; `recognise` knows only whole names of algorithms.
_WORDS = frozenset(
    {"cbc", "ccm", "cfb", "cfb8", "cfb128", "ctr", "cts", "eax", "ecb", "gcm", "gcm-siv", "kwp", "ocb", "ofb", "siv",
     "xts", "pkcs1", "pkcs1_v1_5", "pkcs5", "pkcs7", "pkcs8", "pkcs12", "pkcs5padding", "pkcs7padding",
     "pkcs1padding", "pkcs1v15", "nopadding", "zeropadding", "zerobytepadding", "iso10126", "iso10126padding",
     "iso7816", "iso7816-4", "iso7816-4padding", "ansix923", "x923", "x923padding", "oaep", "oaeppadding", "pss",
     "withcts", "none", "digest", "cipher"}
)  # fmt: skip
_NAMES_ITSELF = re.compile(r"(?i)(?:mode|padding|pad|alg|algorithm|hash|cipher|curve|ec)[_-]?")
_LOOKED_UP = re.compile(r"[A-Za-z]+(?:[_.-][A-Za-z]+)*")
_LONGEST_WORD = 24  # of a word by which something is looked up
_LOOKING = re.compile(r"([\w$]+|\])\[[rbuf]?\Z|\b(?:getenv|getProperty|environ\.get)\([rbuf]?\Z")
_LISTING = frozenset(
    {"return", "in", "of", "case", "yield", "await", "typeof", "else", "not", "and", "or", "is", "default"}
)
_OF_PERSONS = re.compile(r"(?i)user|account|people|person|name|passw|pwd|secret|token|cred|key|pin")
_SECRET_NAMED = re.compile(
    r"(?i)(?:passw(?:or)?d|passwd|pwd|passphrase|secret|token|\bpin|_pin)s?[\"'\])]{0,2}\s*(?::=|=>|=|:)\s*[rbuf@$]?\Z"
)
_AHEAD = 80  # characters before a literal that tell what it is
_LONGEST_LINE = 4_000


def excerpt(content: bytes, offset: int) -> str:
    """The line at a byte offset, masked, white space folded, at most `LONGEST` characters.

    Of a line too long for a person only the expression is shown, up to its first quote: where a literal begins cannot
    be told from the middle of one.
    """
    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset)
    end = len(content) if end < 0 else end
    if end - start > _LONGEST_LINE:
        return _UNQUOTED.match(content[offset : offset + LONGEST].decode("utf-8", "replace"))[0]  # type: ignore[index]
    return masked(" ".join(content[start:end].decode("utf-8", "replace").split()))[:LONGEST]


def masked(line: str) -> str:
    line = _LITERAL.sub(_literal, line)
    line = _NUMBERS.sub(lambda found: f"<{found[0].count(',') + 1} numbers>", line)
    return _RUN.sub(lambda found: f"<{len(found[0])} characters>" if _looks_random(found[0]) else found[0], line)


def _literal(found: re.Match[str]) -> str:
    if found["torn"] is not None:
        return f"'<{len(found['torn'])} characters>"
    quote, body, end = found["quote"], found["body"], found["end"]
    ahead = found.string[max(0, found.start() - _AHEAD) : found.start()]
    secret = bool(body) and _SECRET_NAMED.search(ahead) is not None
    if not secret and (
        len(body) <= _SHORT or _is_known(body) or _is_looked_up(body, ahead, found.string[found.end() :])
    ):
        return found[0]
    return f"{quote}<{len(body)} characters>{end}"


def _is_known(body: str) -> bool:
    """Whether a literal is a word of a catalogue."""
    if len(body) > 64:
        return False
    word = _NAMES_ITSELF.sub("", body, count=1) if _NAMES_ITSELF.match(body) is not None else body
    known = body in _HARMLESS or body.lower() in _WORDS or word.lower() in _WORDS
    return known or bool(recognise(body, "any") or curve(body) or protocol(body))


def _is_looked_up(body: str, ahead: str, behind: str) -> bool:
    """Whether a literal is a short word in the brackets behind a name that holds neither persons nor secrets."""
    looking = _LOOKING.search(ahead)
    if looking is None or looking[1] in _LISTING or len(body) > _LONGEST_WORD or _LOOKED_UP.fullmatch(body) is None:
        return False
    return behind[:1] in {"]", ")"} and not (looking[1] and _OF_PERSONS.search(looking[1]))


def _looks_random(run: str) -> bool:
    """Identifiers are long too, but no identifier is all hexadecimal, and few have a digit in eight places."""
    return _HEX.fullmatch(run) is not None or sum(character.isdigit() for character in run) * 8 >= len(run)
