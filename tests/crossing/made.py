"""Exports for the tests: persons are numbers, hashed with the register's key."""

from datetime import date
from pathlib import Path

import numpy as np

from assay.crossing.profile import Profile
from assay.crossing.register import Column, Counted, Export, Register, Unread
from assay.examinations.border.persons import Sketch, of_width
from assay.ledger.party import Party
from tests.ledger.made import AT, signer

DAY = date(2026, 3, 1)
BANK = Party("bank.example", (signer(),))
PROFILE = Profile("Example Bank", "CN", "banking", critical=False, important_data=False, stated_by="Li Wei")
ACCOUNT = Column("customers", "card_no", "bank_card", sensitive=True, certain=True)


def register(folder: Path) -> Register:
    return Register.open_or_begin(folder / "register", "Example Bank", folder / "keys")


def persons(of: Register, start: int, stop: int) -> Sketch:
    sketch = of.sketch()
    if stop > start:
        sketch.add(of_width(of.key(), np.arange(start, stop, dtype=np.uint64).view(np.uint8).reshape(-1, 8)))
    return sketch


def export(
    of: Register,
    ordinary: tuple[int, int] = (0, 0),
    sensitive: tuple[int, int] = (0, 0),
    day: date = DAY,
    unread: tuple[Unread, ...] = (),
    exemption: str = "",
    *,
    confirmed: bool = False,
    country: str = "SG",
    sketch: str = "",
) -> Export:
    counted = Counted(of.keep(persons(of, *ordinary)), of.keep(persons(of, *sensitive)) or sketch)
    columns = (ACCOUNT,) if sensitive[1] or ordinary[1] else ()

    def make(number: int) -> Export:
        return Export(
            number, day, country, "Desk", "reporting", (), columns, counted, unread, exemption, confirmed=confirmed
        )

    return of.add(make, BANK, AT)
