"""A document whose every string that a product, vendor or rulebook could choose ends in a given one."""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

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
    if isinstance(value, Struct):
        changed = {
            key: poisoned(item, evil, key)
            for key, item in asdict(value).items()
            if not (key == "because" and isinstance(item, str))
        }
        return replace(value, **changed)
    return value
