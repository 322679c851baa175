"""The rules of procedure: why an act is refused at the point where its party stands. None of them judges a product.

`refusal` answers for one act and the view of what its party had seen; it is asked before an act is signed, and again
by everybody who reads it. What keeps a review fair is here: the vendor sees the verdict before anybody decides, a
question has a day, nobody answers for another, two persons of two parties sign, a departure from the verdict has its
reason, and a new key is vouched for by somebody else.

What it cannot see: whether what is said is true, and what a party knew but did not acknowledge. Days are the word of
the party that acts; `standing` says where the order contradicts them.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from assay.case import words
from assay.case.acts import Act
from assay.case.contents import (
    OUTCOMES,
    Acknowledgement,
    Answer,
    Charter,
    Closing,
    Content,
    Decision,
    Delivery,
    Disclosure,
    Invitation,
    Objection,
    Permission,
    Question,
    Reception,
    Remedy,
    Revocation,
    Withdrawal,
    Withholding,
)
from assay.case.decisions import decision_refused
from assay.case.standing import closed, state
from assay.case.view import View
from assay.core.errors import InputError
from assay.core.text import Text
from assay.ledger.signing import COSIGNATURE, NamedKey, read_key

_WHILE_CLOSED = (Delivery, Objection, Answer, Reception, Revocation, Acknowledgement)
_WITHDRAWABLE = (Delivery, Permission, Question, Withholding, Objection, Decision, Remedy)
_CONTESTED = (Disclosure, Decision, Question, Answer, Delivery)
_MOST_DAYS = 366
_MOST_KEYS = 16  # of one party, over the whole case
_MOST_PARTIES = 32  # each has at most one head, and an act names at most twice as many


def refusal(view: View, act: Act) -> Text | None:
    """Why `act` cannot be done by a party that stands at `view`; None when it can."""
    if isinstance(act.content, Charter):
        return _charter(act, act.content)
    if act.by not in view.parties:
        return words.of("stranger", by=act.by)
    if not isinstance(act.content, _WHILE_CLOSED) and closed(view):
        return words.of("closed")
    rule: Callable[[View, Act, Any], Text | None] = _RULES[type(act.content)]
    return rule(view, act, act.content)


def _charter(act: Act, charter: Charter) -> Text | None:
    days = (charter.answer_days, charter.objection_days)
    if act.by != charter.convener.party or charter.convener.role == "auditor":
        return words.of("convener")
    if not charter.title.strip() or not charter.product.strip():
        return words.of("empty", what="title / product")
    if any(not 0 <= number <= _MOST_DAYS for number in days):
        return words.of("days", most=_MOST_DAYS)
    return _keys(charter.convener.party, charter.convener.keys, ())


def _keys(party: str, keys: Sequence[str], taken: Sequence[NamedKey]) -> Text | None:
    if not keys:
        return words.of("no-key", party=party)
    seen: list[NamedKey] = []
    for text in keys:
        try:
            key = read_key(text)
        except InputError as error:
            return error.message
        if str(key) != text or key.name != party or key.kind == COSIGNATURE:
            return words.of("key-name", key=key.label, party=party)
        if any((key.kind, key.public) == (other.kind, other.public) for other in (*taken, *seen)):
            return words.of("key-taken", key=key.label)
        if any(key.kind == other.kind for other in seen):
            return words.of("key-twice", party=party)
        seen.append(key)
    return None


def _taken(view: View) -> list[NamedKey]:
    return [key for party in view.parties.values() for key in party.ever]


def _invite(view: View, act: Act, said: Invitation) -> Text | None:
    if act.by != view.charter.convener.party:
        return words.of("convener-invites", convener=view.charter.convener.party)
    if said.party in view.parties:
        return words.of("party-twice", party=said.party)
    if len(view.parties) >= _MOST_PARTIES:
        return words.of("too-many-parties", most=_MOST_PARTIES)
    if said.role == "vendor" and view.vendor:
        return words.of("second-vendor", vendor=view.vendor)
    return _keys(said.party, said.keys, _taken(view))


def _submit(view: View, act: Act, said: Delivery) -> Text | None:
    if view.role(act.by) != "vendor":
        return words.of("vendor-only", what=words.KINDS["submit"])
    if said.listing.sha256 != said.artifact:
        return words.of("two-digests")
    current = view.current
    if current is not None and current[1].artifact == said.artifact:
        return words.of("delivered-already", act=current[0].id[:12])
    return None


def _consent(view: View, act: Act, said: Permission) -> Text | None:
    if view.role(act.by) not in ("vendor", "buyer"):
        return words.of("owner-only")
    delivery = view.find(Delivery, said.delivery)
    if delivery is None or said.delivery in view.withdrawn or delivery.artifact != said.artifact:
        return words.of("no-delivery")
    if not said.tests:
        return words.of("no-tests")
    return _past(act, said.until)


def _ask(view: View, act: Act, said: Question) -> Text | None:
    if view.role(act.by) == "auditor":
        return words.of("auditor")
    if said.to not in view.parties or said.to == act.by:
        return words.of("addressee", to=said.to)
    if view.current is None:
        return words.of("nothing-delivered")
    if not said.text.strip():
        return words.of("empty", what="text")
    return _past(act, said.until)


def _answer(view: View, act: Act, said: Answer) -> Text | None:
    if not said.text.strip():
        return words.of("empty", what="text")
    asked = view.find(Question, said.to)
    contested = view.find(Objection, said.to)
    if asked is None and contested is None:
        return words.of("no-question", act=said.to[:12])
    if said.to in view.withdrawn:
        return words.of("withdrawn", act=said.to[:12])
    if said.to in view.settled:
        return words.of("answered", act=said.to[:12], by=view.settled[said.to].id[:12])
    if asked is not None:
        if asked.to != act.by:
            return words.of("not-asked", act=said.to[:12], to=asked.to)
        return words.of("upheld-question") if said.upheld is not None else None
    if not view.examines(act.by) or act.by == view.history.act(said.to).by:
        return words.of("examiner-answers")
    return words.of("upheld-missing") if said.upheld is None else None


def _withhold(view: View, act: Act, said: Withholding) -> Text | None:
    if view.role(act.by) != "vendor":
        return words.of("vendor-only", what=words.KINDS["withhold"])
    if not said.what.strip() or not said.reason.strip():
        return words.of("empty", what="what / reason")
    if not said.question:
        return None
    asked = view.find(Question, said.question)
    if asked is None or asked.to != act.by:
        return words.of("no-question", act=said.question[:12])
    if said.question in view.withdrawn or said.question in view.settled:
        return words.of("answered", act=said.question[:12], by="-")
    return None


def _withdraw(view: View, act: Act, said: Withdrawal) -> Text | None:
    if not view.has(said.act) or view.history.act(said.act).by != act.by:
        return words.of("not-yours", act=said.act[:12])
    if not isinstance(view.history.act(said.act).content, _WITHDRAWABLE):
        return words.of("not-withdrawable", kind=words.KINDS[view.history.act(said.act).kind])
    if said.act in view.withdrawn:
        return words.of("withdrawn", act=said.act[:12])
    if any(said.act in (first.id, second.id) for first, second in view.decisions):
        return words.of("decided-by-two", act=said.act[:12])
    return words.of("empty", what="reason") if not said.reason.strip() else None


def _remedy(view: View, act: Act, said: Remedy) -> Text | None:
    if view.role(act.by) != "vendor":
        return words.of("vendor-only", what=words.KINDS["remedy"])
    verdict, current = view.find(Disclosure, said.verdict), view.current
    if verdict is None:
        return words.of("no-verdict", act=said.verdict[:12])
    if current is None or current[0].id != said.delivery or not view.history.saw(current[0].id, said.verdict):
        return words.of("remedy-delivery")
    return _listed(verdict, said.rules)


def _listed(verdict: Disclosure, rules: Sequence[str]) -> Text | None:
    """Rules that a verdict calls broken, open or waived; at least one."""
    known = {*verdict.broken, *verdict.open, *verdict.waived}
    strange = [rule for rule in rules if rule not in known]
    return words.of("not-in-verdict", rule=(strange or ["-"])[0]) if strange or not rules else None


def _disclose(view: View, act: Act, said: Disclosure) -> Text | None:
    if not view.examines(act.by):
        return words.of("examiner-only", what=words.KINDS["disclose"])
    current = view.current
    if current is None or current[0].id != said.delivery:
        return words.of("not-current")
    if current[1].artifact != said.artifact:
        return words.of("other-artifact", found=said.artifact[:12], delivered=current[1].artifact[:12])
    unjudged = sorted({*view.charter.books} - {book for book, _ in said.books})
    if unjudged:
        return words.of("book-missing", book=unjudged[0])
    return waiting(view, act.day) or _past(act, said.until)


def waiting(view: View, day: date) -> Text | None:
    """An examiner's question to the vendor whose day has not passed."""
    for asked, question in view.open_questions:
        if view.examines(asked.by) and question.to == view.vendor and day <= question.until:
            return words.of("question-open", act=asked.id[:12], until=question.until)
    return None


def _acknowledge(view: View, act: Act, said: Acknowledgement) -> Text | None:
    if view.role(act.by) != "vendor":
        return words.of("vendor-only", what=words.KINDS["acknowledge"])
    if view.find(Disclosure, said.act) is None and view.find(Decision, said.act) is None:
        return words.of("nothing-to-acknowledge", act=said.act[:12])
    return words.of("acknowledged", act=said.act[:12]) if view.acknowledged(said.act) else None


def _decide(view: View, act: Act, said: Decision) -> Text | None:
    if not view.examines(act.by):
        return words.of("examiner-only", what=words.KINDS["decide"])
    if said.outcome not in OUTCOMES or not said.person.strip() or not said.reason.strip():
        return words.of("empty", what="person / reason")
    verdict = view.verdict
    if verdict is None or verdict[0].id != said.verdict:
        return words.of("no-current-verdict")
    if state(view).name == "decided":
        return words.of("decided-already")
    if view.acknowledged(said.verdict) is None and act.day <= verdict[1].until:
        return words.of("vendor-unheard", act=said.verdict[:12], until=verdict[1].until)
    if view.open_objections:
        return words.of("objection-open", act=view.open_objections[0][0].id[:12])
    return waiting(view, act.day) or decision_refused(view, act, said, verdict[1]) or _past(act, said.until)


def _object(view: View, act: Act, said: Objection) -> Text | None:
    if view.role(act.by) not in ("vendor", "buyer", "authority"):
        return words.of("who-objects")
    if not said.text.strip():
        return words.of("empty", what="text")
    if not view.has(said.about) or not isinstance(view.history.act(said.about).content, _CONTESTED):
        return words.of("no-object", act=said.about[:12])
    verdict = view.find(Disclosure, said.about)
    if said.rules:
        return _listed(verdict, said.rules) if verdict is not None else words.of("rules-of-verdict")
    return None


def _revoke(view: View, act: Act, said: Revocation) -> Text | None:
    party = view.parties.get(said.party)
    if party is None or not said.keys or not {*said.keys} <= {str(key) for key in party.keys}:
        return words.of("not-its-keys", party=said.party)
    voucher = voucher_for(view, said.party)
    if act.by not in (said.party, voucher) or (said.replacement and act.by != voucher):
        return words.of("voucher", party=said.party, voucher=voucher or "-")
    if not said.reason.strip():
        return words.of("empty", what="reason")
    if not said.replacement:
        return None
    if len(party.ever) + len(said.replacement) > _MOST_KEYS:
        return words.of("too-many-keys", most=_MOST_KEYS, party=said.party)
    kept = [key for key in party.keys if str(key) not in said.keys]
    kinds = {key.kind for key in kept}
    refused = _keys(said.party, said.replacement, _taken(view))
    doubled = refused is None and any(read_key(key).kind in kinds for key in said.replacement)
    return words.of("key-twice", party=said.party) if doubled else refused


def voucher_for(view: View, party: str) -> str:
    """Who vouches for new keys of a party: somebody else, named before anything went wrong; "" for nobody."""
    charter = view.charter
    voucher = charter.voucher if charter.voucher not in ("", party) else charter.convener.party
    return voucher if voucher != party else ""


def _receive(view: View, act: Act, said: Reception) -> Text | None:  # noqa: ARG001  (any party may)
    return None


def _close(view: View, act: Act, said: Closing) -> Text | None:
    if not view.examines(act.by):
        return words.of("examiner-only", what=words.KINDS["close"])
    if not said.reason.strip():
        return words.of("empty", what="reason")
    found = state(view)
    if found.name == "draft":
        return None
    if found.name != "decided" or found.decision is None:
        return words.of("not-decided")
    first = found.decision[0]
    decision = first.content
    heard = any(view.acknowledged(signature.id) for signature in found.decision)
    if not heard and isinstance(decision, Decision) and act.day <= decision.until:
        return words.of("objections-until", until=decision.until)
    return None


def _past(act: Act, until: date) -> Text | None:
    return words.of("until-past", until=until, day=act.day) if until < act.day else None


_RULES: Mapping[type[Content], Callable[[View, Act, Any], Text | None]] = {
    Invitation: _invite,
    Delivery: _submit,
    Permission: _consent,
    Question: _ask,
    Answer: _answer,
    Withholding: _withhold,
    Withdrawal: _withdraw,
    Remedy: _remedy,
    Disclosure: _disclose,
    Acknowledgement: _acknowledge,
    Decision: _decide,
    Objection: _object,
    Revocation: _revoke,
    Reception: _receive,
    Closing: _close,
}
