"""How much a delivery may expand to before intake stops believing it.

Limits are on what comes *out*: declared sizes are only a first check, every stream is counted while it is read. What
lies on disk unpacked has no size limit here; examinations have limits of their own.
"""

from msgspec import Struct


class IntakeLimits(Struct, frozen=True):
    """`ratio` counts only above `ratio_above` bytes, so that a small well-packed file is never called a bomb."""

    entries: int = 500_000
    total_bytes: int = 20 << 30
    member_bytes: int = 4 << 30
    ratio: int = 1000
    ratio_above: int = 100 << 20
    depth: int = 5

    def is_bomb(self, packed: int, unpacked: int) -> bool:
        return unpacked > self.member_bytes or (unpacked > self.ratio_above and unpacked > self.ratio * max(packed, 1))


class Budget:
    """What one delivery has used of its limits. Owned by the delivery, handed to everything that expands."""

    def __init__(self, limits: IntakeLimits) -> None:
        self.limits = limits
        self.entries = 0
        self.files = 0  # that lie on disk, counted by themselves: no archive uses up what lies beside it
        self.expanded = 0
        self.read = 0

    def expand(self, size: int) -> bool:
        """Book `size` bytes of output; False, and nothing booked, when the total would be exceeded."""
        if self.expanded + size > self.limits.total_bytes:
            return False
        self.expanded += size
        return True

    def entry(self, *, on_disk: bool) -> bool:
        """Book one entry, accepted or refused; False when there were too many."""
        self.files += on_disk
        self.entries += not on_disk
        return (self.files if on_disk else self.entries) <= self.limits.entries
