"""Verdicts as in-toto statements: a Simple Verification Result, or a SLSA Verification Summary when that is asked for.

An SVR lists only what was verified: the rules that are *met*, as `ASSAY:book:rule`. What is broken or open has no place
in its properties, so that no reader can take it for a pass; the counts of all outcomes stand beside it in an extension
field, and the judgements themselves in the dossier. A VSA says PASSED only when nothing is broken and nothing open:
partial evidence never acquits. No SLSA level is claimed: assay evaluates none.

Sources: in-toto/attestation spec v1 and predicates/svr (0.2), slsa.dev/verification_summary/v1.
"""

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct, field

from assay.core.facts import canonical
from assay.ledger.notes import unverified

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
SVR = "https://in-toto.io/attestation/svr/v0.2"
VSA = "https://slsa.dev/verification_summary/v1"
VERIFIER = "https://assay.invalid/verifier/v1"  # an identity that no one else can register; bump with the meaning


class Book(Struct, frozen=True):
    """A rulebook as a policy: its id and the SHA-256 of what it said."""

    id: str
    sha256: str


class Outcome(Struct, frozen=True):
    """What a review found. `sha256` is the digest of the product; rules are `book:rule`; `at` is RFC 3339, UTC."""

    product: str
    sha256: str
    at: str
    met: Sequence[str]
    broken: Sequence[str]
    open: Sequence[str]
    books: Sequence[Book] = field(default_factory=tuple)
    evidence: Mapping[str, str] = field(default_factory=dict)  # name of a body -> its SHA-256


def svr(outcome: Outcome) -> bytes:
    """A statement with the predicate in-toto.io/attestation/svr."""
    predicate: dict[str, object] = {
        "verifier": {"id": VERIFIER, "policies": [_policy(book) for book in outcome.books]},
        "timeCreated": outcome.at,
        "properties": [f"ASSAY:{rule}" for rule in sorted(outcome.met)],
        "assayCounts": _counts(outcome),
        "assayEvidence": [_resource(name, sha256) for name, sha256 in sorted(outcome.evidence.items())],
    }
    return _statement(outcome, SVR, predicate)


def vsa(outcome: Outcome, resource: str) -> bytes:
    """A statement with the predicate slsa.dev/verification_summary; `resource` is the URI of what was reviewed.

    A summary has one policy: several books are named by the digest over all of them.
    """
    passed = bool(outcome.met) and not outcome.broken and not outcome.open
    predicate: dict[str, object] = {
        "verifier": {"id": VERIFIER},
        "timeVerified": outcome.at,
        "resourceUri": resource,
        "policy": _policy(outcome.books[0]) if len(outcome.books) == 1 else _policies(outcome.books),
        "inputAttestations": [_resource(name, sha256) for name, sha256 in sorted(outcome.evidence.items())],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_UNEVALUATED"] if passed else ["FAILED"],
        "slsaVersion": "1.0",
        "assayCounts": _counts(outcome),
    }
    return _statement(outcome, VSA, predicate)


class _Subject(msgspec.Struct, frozen=True):
    digest: dict[str, str]
    name: str = ""


class _Statement(msgspec.Struct, frozen=True):
    type: str = msgspec.field(name="_type")
    subject: list[_Subject]
    predicateType: str  # noqa: N815  (in-toto's name)
    predicate: dict[str, object] = {}


class Statement(Struct, frozen=True):
    """What a verified payload states. `subjects` are SHA-256 digests."""

    predicate_type: str
    predicate: Mapping[str, object]
    subjects: tuple[str, ...]


def read_statement(payload_type: str, content: bytes, what: str) -> Statement:
    """Raises NotVerifiedError when a payload, signed or not, is no in-toto statement about something by SHA-256."""
    try:
        if not (payload_type.startswith("application/vnd.in-toto") and payload_type.endswith("+json")):
            raise ValueError(f"payload type {payload_type[:80]!r}")
        read = msgspec.json.decode(content, type=_Statement)
        subjects = tuple(subject.digest["sha256"] for subject in read.subject)
        if read.type != STATEMENT or not subjects:
            raise ValueError(f"type {read.type[:80]!r}, {len(subjects)} subjects")
    except (msgspec.MsgspecError, KeyError, ValueError, RecursionError) as error:
        raise unverified(what, f"it is no in-toto statement ({error})", f"不是 in-toto 声明（{error}）") from error
    return Statement(read.predicateType, read.predicate, subjects)


def _statement(outcome: Outcome, predicate_type: str, predicate: Mapping[str, object]) -> bytes:
    subject = [{"name": outcome.product, "digest": {"sha256": outcome.sha256}}]
    return canonical({"_type": STATEMENT, "subject": subject, "predicateType": predicate_type, "predicate": predicate})


def _counts(outcome: Outcome) -> dict[str, int]:
    return {"met": len(outcome.met), "broken": len(outcome.broken), "open": len(outcome.open)}


def _policy(book: Book) -> dict[str, object]:
    return {"uri": f"urn:assay:rulebook:{book.id}", "digest": {"sha256": book.sha256}}


def _policies(books: Sequence[Book]) -> dict[str, object]:
    digest = hashlib.sha256(canonical([[book.id, book.sha256] for book in books])).hexdigest()
    return {"uri": "urn:assay:rulebooks:" + "+".join(book.id for book in books), "digest": {"sha256": digest}}


def _resource(name: str, sha256: str) -> dict[str, object]:
    return {"name": name, "digest": {"sha256": sha256}}
