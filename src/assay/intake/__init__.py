"""A delivered product becomes artifacts: trees, identification, manifest, consent.

`take_in` is the way in; `open_locator` is how a worker gets at a member again. What is refused is an attempt.
"""

from assay.intake.delivery import DEFAULT_COMPONENT, Delivery
from assay.intake.imports import hangs_on_name, settle
from assay.intake.limits import IntakeLimits
from assay.intake.manifest import consent_covers, schema
from assay.intake.places import open_locator
from assay.intake.starter import init_text
from assay.intake.take import Intake, settled, take_in

__all__ = [
    "DEFAULT_COMPONENT",
    "Delivery",
    "Intake",
    "IntakeLimits",
    "consent_covers",
    "hangs_on_name",
    "init_text",
    "open_locator",
    "schema",
    "settle",
    "settled",
    "take_in",
]
