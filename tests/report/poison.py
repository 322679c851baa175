"""A document whose every string that a product, vendor or rulebook could choose ends in a given one."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

# Fields that hold assay's own codes; the judge, intake and rule loader admit nothing else there.
CODES = frozenset(
    {
        "about", "demand", "file_class", "kind", "known", "outcome", "reason", "scopes", "severity", "state",
        "status",
    }
)  # fmt: skip


def poisoned(value: Any, evil: str, name: str = "") -> Any:
    """`value` with `evil` at the end of each string that is not a code."""
    if isinstance(value, str):
        return value if name in CODES else value + evil
    if isinstance(value, tuple):
        return tuple(poisoned(item, evil, name) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: poisoned(getattr(value, field.name), evil, field.name)
            for field in fields(value)
            if not (field.name == "because" and isinstance(getattr(value, field.name), str))
        }
        return replace(value, **changed)
    return value
