"""Words of a text, taken natively: the literal prefilter and the index of identifiers are the same set.

A word is a run of ASCII letters, digits, underscores and bytes from 0x80 (so a name in Chinese is one word). `$` and
`-` end a word. What it cannot see: a word glued to non-ASCII text without a space between, in any encoding, and words
of a GBK or Shift-JIS text whose second bytes are ASCII letters; such a word is longer than the literal looked for.
"""

from collections.abc import Iterator

_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(
    range(0x80, 0x100)
)
_SPACED = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))

_WORD = bytes(_WORD_BYTES)
_ASCII = bytes(byte for byte in _WORD_BYTES if byte < 0x80)

IS_WORD: tuple[bool, ...] = tuple(byte in _WORD_BYTES for byte in range(256))


def words(content: bytes) -> set[bytes]:
    """The distinct words of a text: three native passes, no Python per word."""
    return set(content.translate(_SPACED).split())


def folded(distinct: set[bytes]) -> set[bytes]:
    """The same words in lower case (ASCII letters only)."""
    return set(b" ".join(distinct).lower().split())


def places(content: bytes, name: bytes) -> Iterator[int]:
    r"""Offsets of a name that no ASCII letter, digit or underscore touches, as `(?<!\w)name(?!\w)` finds them."""
    at = content.find(name) if name else -1
    while at >= 0:
        end = at + len(name)
        alone = content[at - 1 : at].translate(None, _ASCII) == content[at - 1 : at] if at else True
        if alone and content[end : end + 1].translate(None, _ASCII) == content[end : end + 1]:
            yield at
            at = content.find(name, end)
        else:
            at = content.find(name, at + 1)


def is_one_word(literal: bytes) -> bool:
    return bool(literal) and not literal.translate(None, _WORD)
