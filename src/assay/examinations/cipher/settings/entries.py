"""What the readers of configuration have in common: entries, and what stayed unread.

A reader never guesses: text that does not fit its grammar is `stray`, with its line, and whoever interprets the
entries looks whether it mentions cryptography.
"""

from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct, field

MOST_ENTRIES = 200_000


class Entry(Struct, frozen=True):
    """One setting. `path` is what stands around it, outermost first; a list of plain values is one entry.

    `doubt` is set where the setting stands under a condition that the file does not decide.
    """

    path: tuple[str, ...]
    key: str
    values: tuple[str, ...]
    line: int
    doubt: bool = False

    @property
    def text(self) -> str:
        return " ".join(self.values)

    @property
    def around(self) -> tuple[str, ...]:
        """The names that stand closest above the key, without the marks of list items."""
        return _around(self.path)

    @property
    def place(self) -> str:
        return " > ".join(filter(None, self.path))


class Include(Struct, frozen=True):
    """Another file that this one pulls in, as written; it may be a pattern."""

    pattern: str
    line: int
    path: tuple[str, ...] = ()
    optional: bool = False


class Reading(Struct):
    """A file taken apart. `broken` says at which line, and why, the reader gave up."""

    entries: list[Entry] = field(default_factory=list)
    stray: list[tuple[int, str]] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    broken: tuple[int, str] | None = None

    def add(self, path: Iterable[str], key: str, values: Iterable[str], line: int, *, doubt: bool = False) -> None:
        if len(self.entries) >= MOST_ENTRIES:
            self.broken = self.broken or (line, f"more than {MOST_ENTRIES} settings")
            return
        self.entries.append(Entry(tuple(path), key, tuple(values), line, doubt))


@lru_cache(maxsize=256)
def _around(path: tuple[str, ...]) -> tuple[str, ...]:
    """Of one path, which the settings of a block share."""
    return tuple(name for name in (part.removesuffix("[]") for part in path) if name)[-3:]


def decoded(content: bytes) -> str:
    """Configuration as text: UTF-8, else one character a byte. Lines end at LF, CR LF or CR alone, and nowhere else."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
