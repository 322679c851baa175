"""A deposit open to tools: under an order for review, at its host, for as long as one review takes.

    found = opened(folder, deposit, party, clock, passphrase)
    found.journal.enter("review", ...)            before anything is read
    found.allowance                               what facts may still quote, with all that left before
    found.journal.leave(facts)                    what they quote, entered before anybody has it

The log is opened, and signed, for each act: the room is not kept from its readers for the hours that a review takes.
What they were shown meanwhile counts: `leave` refuses facts that would now pass a limit.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit.acts import Clock
from assay.deposit.allowance import Allowance, counted, must_be_witnessed, pieces
from assay.deposit.deposits import Deposit
from assay.deposit.disclosures import FOLDERS, Facts
from assay.deposit.documents import sha256, written
from assay.deposit.opening import Host
from assay.deposit.orders import Order
from assay.deposit.terms import Terms
from assay.ledger.party import Party


class Journal(Protocol):
    """Enters what is done under an order, before it is done."""

    def enter(self, act: str, digests: Mapping[str, str], counts: Mapping[str, int]) -> None: ...

    def leave(self, facts: Facts) -> None:
        """Raises UsageError when the terms no longer let these leave; then they must not."""
        ...


class Opened(Struct, frozen=True):
    """The root, the terms that say what tools may read and quote, and how to enter what is done."""

    root: bytes
    terms: Terms
    order: Order
    order_digest: str
    allowance: Allowance
    journal: Journal


def opened(folder: Path, deposit: Deposit, party: Party, clock: Clock, passphrase: Callable[[], str]) -> Opened:
    """Raises UsageError when no order for review is in force or the room waits for a witness, NotVerifiedError."""
    with Host(folder, deposit, party, clock) as host:
        name = host.open_for_review()
        if name is None:
            raise UsageError(
                Text("no order for review is in force here", "此处没有有效的审查命令"),
                Text("have one signed, entered, witnessed and opened", "请签署、登记、见证并开启一份命令"),
            )
        must_be_witnessed(host.acts, host.terms)
        allowance = counted(host)
        order, root = host.reopen(name, passphrase())
        return Opened(root, host.terms, order, name, allowance, _Log(folder, deposit, party, clock, name))


class _Log(Struct, frozen=True):
    """Implements `Journal` in the host's folder."""

    folder: Path
    deposit: Deposit
    party: Party
    clock: Clock
    order: str

    def enter(self, act: str, digests: Mapping[str, str], counts: Mapping[str, int]) -> None:
        with Host(self.folder, self.deposit, self.party, self.clock) as host:
            self._in_force(host)
            host.acts.enter(act, {**digests, "order": f"sha256:{self.order}"}, counts)

    def leave(self, facts: Facts) -> None:
        with Host(self.folder, self.deposit, self.party, self.clock) as host:
            # 1. The order was not ended meanwhile, and what others were shown meanwhile leaves room for these.
            self._in_force(host)
            must_be_witnessed(host.acts, host.terms)
            allowance = counted(host)
            for piece in pieces(facts):
                refusal = allowance.refusal(piece, facts.of, leaving=True)
                if refusal is not None:
                    raise refusal
                allowance.take(piece, leaving=True)
            # 2. On disk before anybody has them.
            body = written(facts)
            host.keep(FOLDERS["facts"], body)
            totals = {"left": allowance.left.shown, "shown": allowance.shown.shown, "of": facts.of}
            digests = {"facts": f"sha256:{sha256(body)}", "order": f"sha256:{self.order}"}
            allowance.enter(host.acts, host.acts.entry("facts", digests, totals), facts.of)

    def _in_force(self, host: Host) -> None:
        if self.order not in host.in_force("review"):
            raise UsageError(
                Text("the order ended while the review ran", "审查期间命令已失效"),
                Text("nothing of it was given out; have a new order signed", "未给出任何内容；请另签新的命令"),
            )
