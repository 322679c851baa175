"""What a piece of key material gave: values of `crypto.material` and `crypto.use`, and what stayed closed.

Plain values, without a file and a line; `statements.py` makes facts of them.
"""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from assay.core.examination import Shortfall
from assay.core.facts import Scalar

Value = Mapping[str, Scalar]


class Item(Struct, frozen=True):
    """One certificate, key or store, and the uses of algorithms that it shows."""

    material: Value
    uses: tuple[Value, ...] = ()


class Found(Struct, frozen=True):
    """`missing` says what could not be read: closed by a password, damaged, or of a form that is not read."""

    items: tuple[Item, ...] = ()
    missing: tuple[Shortfall, ...] = ()

    @property
    def private(self) -> bool:
        return any(item.material["material"] == "private-key" for item in self.items)


def joined(parts: Iterable[Found]) -> Found:
    kept = tuple(parts)
    return Found(
        tuple(item for part in kept for item in part.items),
        tuple(item for part in kept for item in part.missing),
    )


def use(algorithm: Value, purpose: str | None, **more: Scalar) -> dict[str, Scalar]:
    """A value of `crypto.use` as seen in key material."""
    return {**algorithm, "purpose": purpose, "seen": "certificate", "state": "used", "reach": "certain", **more}


def damaged(what: str) -> Found:
    return Found(missing=(Shortfall("damaged", what),))


def closed(what: str) -> Found:
    return Found(missing=(Shortfall("encrypted", what),))


def unread(what: str) -> Found:
    return Found(missing=(Shortfall("material", what),))
