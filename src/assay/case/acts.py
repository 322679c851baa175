"""Acts: what a party may state in a case. Each is an in-toto statement with one spelling, and is named by its digest.

An act names the *heads* that its party had seen (`parents`): that is the order, whatever the dates say. A date is the
word of its party. `salt` keeps the digest of a short act from being guessed by who sees only a ledger.

Reading accepts only the bytes that writing gives: an unknown field, another order or a changed byte is refused.
"""

import hashlib
import re
from datetime import UTC, date, datetime

import msgspec
from msgspec import Struct

from assay.case.contents import KIND_OF, KINDS, Charter, Content, bodies_of
from assay.core.facts import canonical
from assay.ledger.notes import unverified
from assay.ledger.statements import PAYLOAD_TYPE, STATEMENT

ACT = "https://assay.invalid/case/act/v1"  # an identity that no one else can register; bump with the meaning
LARGEST = 256 << 10  # bytes of one act; what is longer is a body
MOST_PARENTS = 64

_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LATEST = 253_402_300_799  # the last second of the year 9999


class Act(Struct, frozen=True):
    """`id` is the SHA-256 of the payload; the first act's id is the case's, and its `case` is empty.

    `at` is in POSIX seconds, as its party says.
    """

    id: str
    case: str
    by: str
    at: int
    parents: tuple[str, ...]
    salt: str
    content: Content

    @property
    def kind(self) -> str:
        return KIND_OF[type(self.content)]

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    @property
    def day(self) -> date:
        return self.moment.date()

    @property
    def label(self) -> str:
        """How messages name it."""
        return f"{self.kind} {self.id[:12]} ({self.by})"


def spell(case: str, by: str, at: int, parents: tuple[str, ...], salt: str, content: Content) -> bytes:
    """The payload of an act. Raises ValueError for what no reader would accept."""
    subject = {"name": "case" if case else "charter", "digest": {"sha256": case or _digest_of(content)}}
    predicate = {
        "at": at,
        "by": by,
        "content": _plain(content),
        "kind": KIND_OF[type(content)],
        "parents": list(parents),
        "salt": salt,
    }
    payload = canonical({"_type": STATEMENT, "predicate": predicate, "predicateType": ACT, "subject": [subject]})
    _check(case, by, at, parents, salt, content)
    if len(payload) > LARGEST:
        raise ValueError(f"an act of {len(payload)} bytes is larger than {LARGEST}; attach what is long as evidence")
    return payload


def make(case: str, by: str, at: int, parents: tuple[str, ...], salt: str, content: Content) -> tuple[Act, bytes]:
    """An act and its payload. Raises ValueError."""
    payload = spell(case, by, at, parents, salt, content)
    return Act(hashlib.sha256(payload).hexdigest(), case, by, at, parents, salt, content), payload


def read(payload_type: str, payload: bytes, what: str) -> Act:
    """The act that a payload spells; whose it is, the envelope shows. Raises NotVerifiedError."""
    try:
        if payload_type != PAYLOAD_TYPE or len(payload) > LARGEST:
            raise ValueError(f"payload type {payload_type[:80]!r}, {len(payload)} bytes")
        statement = msgspec.json.decode(payload, type=_Statement)
        said = statement.predicate
        if said.kind not in KINDS or len(statement.subject) != 1:
            raise ValueError(f"kind {said.kind[:40]!r}")
        content: Content = msgspec.convert(said.content, KINDS[said.kind])
        first = isinstance(content, Charter)
        case = "" if first else statement.subject[0].digest.get("sha256", "")
        act, spelled = make(case, said.by, said.at, tuple(said.parents), said.salt, content)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unverified(what, f"it is no act of a case ({error})", f"不是案件中的行为（{error}）") from error
    if spelled != payload:
        raise unverified(what, "it is not spelled as acts are", "其书写形式不符合规定")
    return act


class _Subject(msgspec.Struct, frozen=True):
    digest: dict[str, str]
    name: str


class _Predicate(msgspec.Struct, frozen=True):
    at: int
    by: str
    content: dict[str, object]
    kind: str
    parents: list[str]
    salt: str


class _Statement(msgspec.Struct, frozen=True):
    predicate: _Predicate
    subject: list[_Subject]


def _plain(content: Content) -> dict[str, object]:
    plain: dict[str, object] = msgspec.json.decode(msgspec.json.encode(content))
    return plain


def _digest_of(content: Content) -> str:
    return hashlib.sha256(canonical(_plain(content))).hexdigest()


def _check(case: str, by: str, at: int, parents: tuple[str, ...], salt: str, content: Content) -> None:
    if isinstance(content, Charter) is bool(case) or bool(parents) is not bool(case):
        raise ValueError("a case begins with its charter, and with nothing else")
    if case and not _HEX.fullmatch(case):
        raise ValueError("it names no case")
    if len(parents) > MOST_PARENTS or list(parents) != sorted(set(parents)) or not all(map(_HEX.fullmatch, parents)):
        raise ValueError("what it has seen is not a sorted list of acts")
    if not (0 <= at <= _LATEST and _SALT.fullmatch(salt) and 0 < len(by) <= 200):
        raise ValueError("moment, salt or party has a wrong form")
    for body in bodies_of(content):
        if not (_HEX.fullmatch(body.sha256) and body.size >= 0 and 0 < len(body.name) <= 400):
            raise ValueError(f"body {body.name[:40]!r} has a wrong form")
