"""Excerpts of source without its secrets.

An excerpt is the line of the evidence. Every string literal in it that is not the name of an algorithm, an encoding or
a provider is replaced by its length, and so is every array of many numbers and every long run of base64 or hexadecimal:
what is not known to be harmless is masked.
"""

import re

from assay.examinations.cipher.names import curve, protocol, recognise

LONGEST = 160
_LITERAL = re.compile(r"(\"\"\"|'''|\"|'|`)((?:\\.|(?!\1).)*)(\1|$)")
_NUMBERS = re.compile(r"(?:(?:0[xX][0-9a-fA-F]+|-?\d+|\(\s*byte\s*\)\s*-?\w+)\s*,\s*){7,}[^}\])]*")
_HEX = re.compile(r"[0-9a-fA-F]+")
_UNQUOTED = re.compile(r"[^\"'`\n\r\t]*")
_RUN = re.compile(r"[A-Za-z0-9+=]{40,}|[0-9a-fA-F]{24,}")
_SHORT = 3  # a literal of this length is no secret worth the name
_HARMLESS = frozenset(
    {"utf-8", "UTF-8", "utf8", "ascii", "latin-1", "SunJCE", "SunRsaSign", "BouncyCastle", "base64", "hex"}
)
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
    quote, body, end = found[1], found[2], found[3]
    if (
        len(body) <= _SHORT
        or body in _HARMLESS
        or (len(body) <= 64 and (recognise(body, "any") or curve(body) or protocol(body)))
    ):
        return found[0]
    return f"{quote}<{len(body)} characters>{end}"


def _looks_random(run: str) -> bool:
    """Identifiers are long too, but no identifier is all hexadecimal, and few have a digit in eight places."""
    return _HEX.fullmatch(run) is not None or sum(character.isdigit() for character in run) * 8 >= len(run)
