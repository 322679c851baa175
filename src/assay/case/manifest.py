"""What a case says to a review: consents, what is withheld, and that the vendor signed what its delivery declares.

A signed act of a case counts as the operator's own word (design, section 5). `manifest_of` gives it as a value,
`written` as the YAML that `assay review --manifest` reads; the operator may add to it what no party says, such as the
sector. What is withheld becomes an attempt of the review, by whom, why and by which law; nothing is broken by it
unless a clause itself demands delivery.
"""

import json
from collections.abc import Iterator
from datetime import date

from assay.case.acts import Act
from assay.case.contents import Permission, Withholding
from assay.case.view import View
from assay.core.product import Consent, Manifest, SignedDeclaration, Withheld


def consents(view: View, as_of: date) -> tuple[Consent, ...]:
    """Every consent that stands on a day, in order; each is bound to its delivery, tests and addresses."""
    return tuple(
        Consent(
            act.by,
            permission.artifact,
            permission.until,
            _key(view, act),
            tests=permission.tests,
            addresses=permission.addresses,
        )
        for act, permission in view.standing(Permission)
        if act.day <= as_of <= permission.until and permission.delivery not in view.withdrawn
    )


def withheld(view: View) -> tuple[Withheld, ...]:
    """What the vendor refuses to hand over, and has not withdrawn."""
    return tuple(Withheld(held.what, act.by, held.reason, held.law) for act, held in view.standing(Withholding))


def manifest_of(view: View, as_of: date) -> Manifest:
    """The operator's manifest of the current delivery. A manifest has one consent: the vendor's last one."""
    current = view.current
    artifact = current[1].artifact if current is not None else ""
    given = [item for item in consents(view, as_of) if item.digest == artifact and item.by == view.vendor]
    return Manifest(
        name=current[1].product if current is not None else view.charter.product,
        version=current[1].version or None if current is not None else None,
        consent=given[-1] if given else None,
        withheld=withheld(view),
        declaration=SignedDeclaration(digest=artifact) if artifact else None,
    )


def written(manifest: Manifest) -> bytes:
    """A manifest of a case as YAML. Every scalar is quoted as JSON quotes, which is YAML's way too."""
    return ("\n".join(_lines(manifest)) + "\n").encode()


def _lines(manifest: Manifest) -> Iterator[str]:
    yield f"name: {_quoted(manifest.name or '')}"
    if manifest.version:
        yield f"version: {_quoted(manifest.version)}"
    consent = manifest.consent
    if consent is not None:
        yield "consent:"
        yield f"  by: {_quoted(consent.by)}"
        yield f"  digest: {_quoted(consent.digest)}"
        yield f"  until: {consent.until.isoformat()}"
        yield f"  key: {_quoted(consent.key)}"
        yield f"  tests: [{', '.join(map(_quoted, consent.tests))}]"
        yield f"  addresses: [{', '.join(map(_quoted, consent.addresses))}]"
    if manifest.declaration is not None:
        yield f"declaration: {{digest: {_quoted(manifest.declaration.digest)}}}"
    if manifest.withheld:
        yield "withheld:"
    for held in manifest.withheld:
        yield f"  - what: {_quoted(held.what)}"
        yield f"    by: {_quoted(held.by)}"
        yield f"    reason: {_quoted(held.reason)}"
        yield f"    law: {_quoted(held.law)}"


def _key(view: View, act: Act) -> str:
    return view.history.signed[view.history.place[act.id]].keys[0].label


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=True)
