"""Excerpts: the few lines of a deposit that may leave the room, signed by its host and countersigned by the vendor.

Only lines that the examiner was shown may be quoted, as many as the terms allow: lines of one excerpt, share of the
file, share of all, counted with all else that left (`allowance`). It is entered before it is given out. The vendor,
who has the source, compares the quoted lines with it and adds its signature (`countersign`); a finding that rests on
an excerpt names it by its SHA-256, and anybody can check both signatures (`open_excerpt`).
"""

import secrets
from collections.abc import Sequence

from assay.deposit.disclosures import FOLDERS, Excerpt
from assay.deposit.documents import open_signed, sha256, written
from assay.deposit.room import Room, Session, cut, limit
from assay.deposit.terms import Terms
from assay.ledger.envelope import countersigned, seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.signing import NamedKey

EXCERPT = "application/vnd.assay.deposit-excerpt+json"


def quote(room: Room, session: Session, path: str, first: int, lines: int, party: Party) -> bytes:
    """An excerpt, signed by the host. Raises UsageError naming the limit that it would pass, NotVerifiedError."""
    # 1. The grant is in force, and the examiner has seen these lines.
    now = room.acts.now()
    passage = room.passage(session, path, first, lines)
    grant = passage.grant
    if not room.saw(session, passage):
        raise limit("these lines were not shown to you", "这些行未曾向您显示", "read them first", "请先阅读")
    # 2. The limits of the terms, over every excerpt of the room.
    limits, allowance = room.terms.form.excerpts, room.allowance
    if passage.cost > limits.lines:
        raise limit(
            f"{passage.cost} lines, {limits.lines} may be quoted at once",
            f"{passage.cost} 行，一次至多摘录 {limits.lines} 行",
            "quote fewer",
            "请减少摘录",
        )
    refusal = allowance.refusal(passage.piece, grant.of, leaving=True)
    if refusal is not None:
        raise refusal
    # 3. Kept and entered before it is given out.
    body = written(
        Excerpt(
            deposit=grant.deposit,
            terms=room.terms.digest,
            grant=sha256(written(grant)),
            path=path,
            sha256=grant.sha256,
            examiner=session.examiner.label,
            first=first,
            lines=_text(passage.lines),
            start=passage.start,
            stop=passage.stop,
            at=now,
            salt=secrets.token_hex(32),
        )
    )
    room.host.keep(FOLDERS["excerpt"], body)
    allowance.take(passage.piece, leaving=True)
    counts = {
        "lines": len(passage.lines),
        "bytes": passage.stop - passage.start,
        "left": allowance.left.shown,
        "of": grant.of,
    }
    entry = room.acts.entry("excerpt", {"excerpt": f"sha256:{sha256(body)}"}, counts, session.examiner.id.hex())
    allowance.enter(room.acts, entry, grant.of)
    return seal(EXCERPT, body, party.name, party.signers)


def countersign(envelope: bytes, terms: Terms, party: Party, original: bytes) -> bytes:
    """The vendor's signature on an excerpt of its file `original`. Raises NotVerifiedError naming why there is none."""
    # 1. The host signed it, under these terms.
    excerpt, _ = open_signed(Excerpt, EXCERPT, envelope, terms.keys(terms.host_role), "the excerpt")
    if excerpt.terms != terms.digest:
        raise unverified("the excerpt", "it is under other terms", "它依据另一份条款")
    # 2. It quotes this file, these lines, no more than the terms allow.
    found = cut(original, excerpt.first, len(excerpt.lines))
    said = (excerpt.lines, excerpt.start, excerpt.stop)
    if sha256(original) != excerpt.sha256 or found is None or (_text(found.lines), found.start, found.stop) != said:
        raise unverified("the excerpt", f"it is not what {excerpt.path} holds there", f"与 {excerpt.path} 相应内容不符")
    if found.cost > terms.excerpt_lines or not terms.allows(excerpt.path):
        raise unverified("the excerpt", "the terms do not allow it", "条款不允许")
    return countersigned(envelope, party.name, party.signers, "the excerpt")


def open_excerpt(envelope: bytes, terms: Terms) -> Excerpt:
    """An excerpt that host and vendor signed. Raises NotVerifiedError naming who did not."""
    excerpt, payload = open_signed(Excerpt, EXCERPT, envelope, terms.all_keys, "the excerpt")
    host: Sequence[NamedKey] = terms.keys(terms.host_role)
    for keys, en, zh in ((host, "the host", "主机方"), (terms.keys("vendor"), "the vendor", "供应方")):
        if not set(keys) & set(payload.by):
            raise unverified("the excerpt", f"{en} has not signed it", f"{zh}未签名")
    return excerpt


def _text(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "backslashreplace") for line in lines)
