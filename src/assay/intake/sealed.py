"""A version of a deposit as a folder is met: its files by raw name, those of a folder before its subfolders.

Every file of it was named by the vendor in a signed manifest; what the terms keep back is withheld, by whom is said.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.core.paths import raw, shown
from assay.intake.entries import Entry, Refusal

if TYPE_CHECKING:
    from assay.deposit.tree import SealedMember, SealedTree


def entries(tree: "SealedTree") -> Iterator[Entry | Refusal]:
    for member in tree.members():
        yield _entry(member)
    for item in tree.withheld:
        detail = "the terms of the deposit keep it back"
        yield Refusal(raw(item.path), "withheld", detail, item.size, owner=tree.owner)


def entry(tree: "SealedTree", name: bytes) -> Entry | None:
    """A file by its raw name, None when there is none."""
    member = tree.member(shown(name))
    return None if member is None or member.row.link else _entry(member)


def _entry(member: "SealedMember") -> Entry:
    row = member.row
    return Entry(raw(row.path), row.size, member.locator, link=raw(row.link) if row.link else None)
