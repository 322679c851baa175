"""A delivered product becomes artifacts: trees, identification, manifest, consent.

`take_in` is the way in; `open_locator` is how a worker gets at a member again. What is refused is an attempt.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.intake.delivery import DEFAULT_COMPONENT, Delivery
    from assay.intake.imports import IMPORTING, hangs_on_name, settle
    from assay.intake.limits import IntakeLimits
    from assay.intake.manifest import consent_covers, schema
    from assay.intake.places import open_locator
    from assay.intake.starter import init_text
    from assay.intake.take import Intake, settled, take_in

__all__ = [
    "DEFAULT_COMPONENT",
    "IMPORTING",
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

_PLACES = MappingProxyType(
    {
        "DEFAULT_COMPONENT": "delivery",
        "IMPORTING": "imports",
        "Delivery": "delivery",
        "Intake": "take",
        "IntakeLimits": "limits",
        "consent_covers": "manifest",
        "hangs_on_name": "imports",
        "init_text": "starter",
        "open_locator": "places",
        "schema": "manifest",
        "settle": "imports",
        "settled": "take",
        "take_in": "take",
    }
)


def __getattr__(name: str) -> object:
    """On first use: a worker needs `open_locator` and nothing else."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
