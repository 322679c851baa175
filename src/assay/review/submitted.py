"""Whether the delivery at hand is the one that the vendor submitted, and with it signed what it declares.

The act by which a vendor submits a delivery in a case signs the digest over all its files, its own manifest among them;
the operator's manifest names that digest as `declaration: {digest: ...}`. Of any other delivery it vouches for nothing:
not one rule may be met by it, so nothing is judged. Only a digest over all files decides, names and versions do not.
"""

from msgspec.structs import replace

from assay.core.facts import Fact
from assay.intake import Intake
from assay.ledger.notes import unverified


def submitted(taken: Intake, artifact: str) -> Intake:
    """The intake in which what the delivery declares is the vendor's signed word, or the same when nobody says so.

    Raises NotVerifiedError when the digest that the operator names is another delivery's.
    """
    signature = taken.manifest.declaration
    if signature is None or not signature.digest:
        return taken
    named = signature.digest.removeprefix("sha256:")
    if named != artifact:
        raise unverified(
            "declaration",
            f"the vendor signed it for the delivery {named[:12]}, this one is {artifact[:12]}",
            f"供应方签名的是交付物 {named[:12]}，而此交付物为 {artifact[:12]}",
        )
    return replace(taken, facts=tuple(map(_signed, taken.facts)), claimed=taken.claimed - {"declares"})


def _signed(fact: Fact) -> Fact:
    if fact.kind != "statement" or not str(fact.value["claim"]).startswith("declares."):
        return fact
    return replace(fact, value={**fact.value, "trust": "operator"})
