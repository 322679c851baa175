"""Entries: one act each, as digests of what was done. What the digests are of stays outside the ledger.

An entry has no free text at all: an act, the review it belongs to, moments, key ids, counts and digests, each of a
form that leaves no room for a name, a path with a person in it, or a secret. What has few possible contents (a consent,
a waiver: who asked whom) is entered as a salted digest, or it could be guessed; destroying the salt then forgets it.

The bytes of an entry are its RFC 8785 form, and the only ones accepted: one entry, one spelling, one hash.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping

import msgspec
from msgspec import Struct, field

from assay.core.errors import NotVerifiedError
from assay.core.text import Text

FORMAT = 1
LARGEST = 16_384  # tiles can carry 65,535; an entry that wants more belongs in a body, by digest

ACTS = ("intake", "consent", "probe", "attempts", "facts", "judgement", "waiver", "verdict", "report", "key")
"""What this release enters. Later rooms add acts; a reader accepts any act of the right form."""

_ACT = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*", re.ASCII)
_REVIEW = re.compile(r"[0-9a-f]{8,64}(?:/[0-9]{1,9})?", re.ASCII)
_BY = re.compile(r"(?:[0-9a-f]{8})?", re.ASCII)
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)*", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|hmac-sha256:[0-9a-f]{64}|sm3:[0-9a-f]{64}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LARGEST_NUMBER = 2**53 - 1


class Entry(Struct, frozen=True):
    """One act. Making one of a wrong form raises ValueError.

    `review` is an opaque id: lower-case hex, at least eight digits, with `/N` for the N-th review of a dossier.
    `at` is the writer's clock in POSIX seconds: a claim, the order of entries is the proof. `by` is the id of the key
    of whoever acted, where the act itself is signed. `digests` name bodies: a name with a slash or dot is the path of
    a file inside the dossier.
    """

    act: str
    review: str
    at: int
    digests: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    by: str = ""

    def __post_init__(self) -> None:
        if not (_ACT.fullmatch(self.act) and len(self.act) <= 40):
            raise ValueError(f"act {self.act!r} is not a plain lower-case name")
        if not _REVIEW.fullmatch(self.review):
            raise ValueError(f"review {self.review!r} is not an opaque id (hex, then /number)")
        if not _BY.fullmatch(self.by):
            raise ValueError(f"by {self.by!r} is not a key id of eight hex digits")
        for name, digest in self.digests.items():
            if not (_NAME.fullmatch(name) and len(name) <= 200 and _DIGEST.fullmatch(digest)):
                raise ValueError(f"digest {name!r}: {digest!r} is not a plain name with a digest")
        for name, number in self.counts.items():
            if not (_NAME.fullmatch(name) and len(name) <= 80):
                raise ValueError(f"count {name!r} is not a plain name")
            _check_number(number)
        _check_number(self.at)

    def canonical(self) -> bytes:
        """RFC 8785 bytes. Empty parts are left out. Raises ValueError when there are too many digests."""
        body = _encoder.encode(_Spelled(self.act, self.at, self.by, self.counts, self.digests, self.review, FORMAT))
        if len(body) > LARGEST:
            raise ValueError(f"an entry of {len(body)} bytes is larger than {LARGEST}")
        return body


class _Spelled(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The fields in the order of RFC 8785, which is that of their names; every string is plain ASCII."""

    act: str
    at: int
    by: str = ""
    counts: Mapping[str, int] = {}
    digests: Mapping[str, str] = {}
    review: str = ""
    v: int = 0


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(_Spelled)


def read_entry(body: bytes, position: int) -> Entry:
    """The entry that these bytes spell. Raises NotVerifiedError when they are not the one spelling of an entry."""
    try:
        spelled = _decoder.decode(body)
        entry = Entry(spelled.act, spelled.review, spelled.at, spelled.digests, spelled.counts, spelled.by)
        intact = spelled.v <= FORMAT and entry.canonical() == body
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _malformed(position, str(error)) from error
    if not intact:
        raise _malformed(position, "it is not in canonical form, or of a newer format")
    return entry


def digest(body: bytes) -> str:
    """What an entry says of a body that nobody could guess."""
    return "sha256:" + hashlib.sha256(body).hexdigest()


def salted(body: bytes, salt: bytes) -> str:
    """What an entry says of a body with few possible contents. The salt (32 random bytes) is kept with the body."""
    if len(salt) < 32:
        raise ValueError("a salt has at least 32 random bytes")
    return "hmac-sha256:" + hmac.new(salt, body, hashlib.sha256).hexdigest()


def listing(files: Mapping[str, str]) -> bytes:
    """A body that names many files by SHA-256 (hex), as sha256sum writes and checks it; its name ends in `.sha256`.

    Paths are relative to the dossier. Raises ValueError for one that the form cannot carry or that leads out of it.
    """
    for path, sha256 in files.items():
        parts = path.split("/")
        if not path.isprintable() or "\\" in path or {"", ".", ".."} & set(parts) or not _SHA256.fullmatch(sha256):
            raise ValueError(f"{path!r} with {sha256!r} cannot be listed")
    return "".join(f"{files[path]}  {path}\n" for path in sorted(files)).encode()


def _check_number(number: int) -> None:
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _LARGEST_NUMBER:
        raise ValueError(f"{number!r} is not an integer from 0 to 2^53 - 1")


def _malformed(position: int, why: str) -> NotVerifiedError:
    return NotVerifiedError(
        Text(f"entry {position} of the ledger is no entry: {why}", f"账本第 {position} 条不是有效条目：{why}"),
        Text(
            "take the ledger from the other party's copy; if it is signed so there, its writer was at fault or newer",
            "请从另一方的副本取回账本；若该处签名内容相同，则是写入方有误或版本更新",
        ),
    )
