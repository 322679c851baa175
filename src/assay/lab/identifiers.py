"""Words of a text, taken natively: the literal prefilter and the index of identifiers are the same set.

A word is a run of ASCII letters, digits, underscores and bytes from 0x80 (so a name in Chinese is one word). `$` and
`-` end a word. What it cannot see: a word glued to non-ASCII text without a space between, in any encoding, and words
of a GBK or Shift-JIS text whose second bytes are ASCII letters; such a word is longer than the literal looked for.
"""

_WORD_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") | frozenset(
    range(0x80, 0x100)
)
_SPACED = bytes(byte if byte in _WORD_BYTES else 0x20 for byte in range(256))

IS_WORD: tuple[bool, ...] = tuple(byte in _WORD_BYTES for byte in range(256))


def words(content: bytes) -> set[bytes]:
    """The distinct words of a text: three native passes, no Python per word."""
    return set(content.translate(_SPACED).split())


def folded(distinct: set[bytes]) -> set[bytes]:
    """The same words in lower case (ASCII letters only)."""
    return set(b" ".join(distinct).lower().split())


def is_one_word(literal: bytes) -> bool:
    return bool(literal) and all(IS_WORD[byte] for byte in literal)
