"""Excerpts of source without its secrets.

An excerpt is the line of the evidence. Every string literal in it that is neither the name of an algorithm nor short
is replaced by its length, and so is every array of many numbers and every long run of base64 or hexadecimal: what is
not known to be harmless is masked.
"""

import re

from assay.examinations.cipher.names import curve, protocol, recognise

LONGEST = 160
_LITERAL = re.compile(r"(\"\"\"|'''|\"|')((?:\\.|(?!\1).)*)(\1|$)")
_NUMBERS = re.compile(r"(?:(?:0[xX][0-9a-fA-F]+|-?\d+|\(\s*byte\s*\)\s*-?\w+)\s*,\s*){7,}[^}\])]*")
_RUN = re.compile(r"[A-Za-z0-9+=]{40,}|[0-9a-fA-F]{24,}")
_HARMLESS = re.compile(r"[\w.:/!+@-]{0,3}|[A-Za-z][A-Za-z]{0,11}")


def excerpt(content: bytes, offset: int) -> str:
    """The line at a byte offset, masked, white space folded, at most `LONGEST` characters around the offset."""
    start = content.rfind(b"\n", 0, offset) + 1
    end = content.find(b"\n", offset)
    end = len(content) if end < 0 else end
    start, end = max(start, offset - 400), min(end, offset + 600)
    return masked(" ".join(content[start:end].decode("utf-8", "replace").split()))[:LONGEST]


def masked(line: str) -> str:
    line = _LITERAL.sub(_literal, line)
    line = _NUMBERS.sub(lambda found: f"<{found[0].count(',') + 1} numbers>", line)
    return _RUN.sub(lambda found: f"<{len(found[0])} characters>" if _looks_random(found[0]) else found[0], line)


def _literal(found: re.Match[str]) -> str:
    quote, body, end = found[1], found[2], found[3]
    if _HARMLESS.fullmatch(body) or (len(body) <= 64 and (recognise(body, "any") or curve(body) or protocol(body))):
        return found[0]
    return f"{quote}<{len(body)} characters>{end}"


def _looks_random(run: str) -> bool:
    """Identifiers are long too; they have no digit in most places or carry an underscore, which a run never does."""
    return sum(character.isdigit() for character in run) * 8 >= len(run)
