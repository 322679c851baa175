"""A case: a review between parties that do not trust each other, with no server between them.

    contents    what a party may state
    acts        the one spelling of it, and its name
    history     acts that name what their party had seen: order comes from that, dates are claims
    view        what counts at one point of the history: parties and keys, deliveries, questions, verdicts, decisions
    procedure   why an act is refused
    decisions   a decision against the verdict that it cites
    checking    believing a history: signatures, places, one voice for each party
    standing    where the case stands, who is late, which dates contradict the order
    entered     each act in its party's ledger, and the receipts that travel
    carried     the one file in which a case travels
    folder      a party's folder: acts, bodies, and its ledger, in which each of its acts is an entry
    exchange    export, import, merge; two files side by side
    delivery    what was handed over, file by file
    verdict     a review of a dossier, disclosed to all parties
    manifest    consents and what is withheld, as a review takes them
    bought      the decision, as the buyer's register names it
    document    the report of a case, and `text`, `html`, `json`

A case decides nothing. It holds what a review says (the verdict) apart from what named humans sign (the decision), and
no question, answer or demand in it ever becomes a rule: rules come from rulebooks, which refuse to ask for access
paths, copies of keys or weakened algorithms.
"""

from assay.case.manifest import consents, manifest_of, withheld

__all__ = ["consents", "manifest_of", "withheld"]
