"""What source left a deposit by, as documents: an entry of the host's log names each by its SHA-256.

    view        a page that an examiner was shown
    search      a question that an examiner asked of the granted files, and the lines that answered it
    excerpt     lines that were quoted, for the vendor to countersign
    facts       passages that the facts of one review in place carried out
    draw        whole files that the vendor showed by lot, in a review without hand-over

Each lies in a folder of the room before it is entered, and in the certificate at the end. `salt` keeps a digest from
being guessed.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from assay.deposit.documents import Document

FOLDERS: Mapping[str, str] = MappingProxyType(
    {"view": "views", "search": "searches", "excerpt": "excerpts", "facts": "facts", "draw": "draws"}
)
"""Act, which is also the name of the digest in its entry -> folder of the room."""
DIGITS = 32
"""Of the SHA-256 (hex) that stands for a passage."""


class View(Document, frozen=True, kw_only=True):
    """Lines `first` to `last`, bytes [start, stop) of a file. `grant` by SHA-256."""

    deposit: str
    grant: str
    path: str
    sha256: str
    examiner: str
    first: int
    last: int
    start: int
    stop: int
    salt: str


class Hit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Line `line`, bytes [start, stop) of a file. `grant` by SHA-256."""

    grant: str
    path: str
    sha256: str
    line: int
    start: int
    stop: int


class Search(Document, frozen=True, kw_only=True):
    """`files` were searched, from line `line` of `path` on; `hits` is what was shown of the answer."""

    deposit: str
    examiner: str
    pattern: str
    regex: bool
    path: str
    line: int
    files: int
    hits: tuple[Hit, ...]
    salt: str


class Excerpt(Document, frozen=True, kw_only=True):
    """Lines `first` and following of a file, bytes [start, stop). `terms` and `grant` by SHA-256."""

    deposit: str
    terms: str
    grant: str
    path: str
    sha256: str
    examiner: str
    first: int
    lines: tuple[str, ...]
    start: int
    stop: int
    at: int
    salt: str


class Passages(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What left of one file: (digest of the words, their bytes) for each passage that had not left before."""

    path: str
    sha256: str
    size: int
    words: tuple[tuple[str, int], ...]


class Facts(Document, frozen=True, kw_only=True):
    """What the facts of a review carry. `of` is the bytes that the terms allow in all."""

    deposit: str
    order: str
    version: int
    of: int
    files: tuple[Passages, ...]
    salt: str


class DrawnFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that was shown whole."""

    path: str
    sha256: str
    size: int


class Draw(Document, frozen=True, kw_only=True):
    """`submission` is the SHA-256 of what the vendor signed."""

    deposit: str
    version: int
    submission: str
    files: tuple[DrawnFile, ...]
