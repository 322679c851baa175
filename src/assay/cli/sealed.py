"""`deposit:ID` or `deposit:ID@N` where a verb takes a product: sealed source, examined in place under an order."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct

from assay.cli import deposit as group
from assay.cli.deposit_room import secret, signed_deposit
from assay.cli.signing import party
from assay.cli.words import say
from assay.core.errors import NotVerifiedError, UsageError
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.deposit.deposits import Deposit
    from assay.deposit.in_place import Opened
    from assay.deposit.manifest import Row, Version
    from assay.ledger.party import Party
    from assay.review.steps import Plan

F = TypeVar("F", bound=Callable[..., Any])
_NAMED = re.compile(r"deposit:([0-9a-f]{16})(?:@([0-9]{1,6}))?", re.ASCII)


def options(function: F) -> F:
    """`--store`, `--room` and `--key`, for `deposit:ID`."""
    about = say(
        Text(
            "For deposit:ID: the room in which an order for review is in force; else ASSAY_ROOM.",
            "用于 deposit:ID：审查命令生效的阅览室目录；默认取 ASSAY_ROOM。",
        )
    )
    room = click.option("--room", type=click.Path(path_type=Path), envvar="ASSAY_ROOM", help=about)
    return group.keys(group.store(room(function)))


@contextmanager
def in_place(plan: "Plan", address: str, room: Path | None, trusted: tuple[str, ...], me: "Party") -> Iterator["Plan"]:
    """The plan as it is, or for a deposit while its keys lie in memory. Raises UsageError, NotVerifiedError.

    A deposit is reviewed as its vendor's, whose key was named: on its own word it could be anybody's.
    """
    if not str(plan.path).startswith("deposit:"):
        yield plan
        return
    from assay.review.sealed import sealed_plan  # noqa: PLC0415

    named = _NAMED.fullmatch(str(plan.path))
    if named is None:
        raise UsageError(
            Text(f"{plan.path} names no deposit", f"{plan.path} 不是保管件名称"),
            Text(
                "write deposit:ID or deposit:ID@VERSION, as assay deposit list shows it",
                "请写作 deposit:编号 或 deposit:编号@版本",
            ),
        )
    if room is None:
        raise UsageError(
            Text(
                "sealed source is examined under an order, in its host's room",
                "封存的源代码须凭命令在主机方的阅览室内审查",
            ),
            Text("name the room with --room", "请用 --room 指定阅览室"),
        )
    deposit = signed_deposit(address, named[1], trusted)
    under = _opened(deposit, room, me)
    number = _ordered(under, int(named[2]) if named[2] else None)
    with sealed_plan(plan, deposit, deposit.version(number), under) as sealed:
        yield sealed


class Looked(Struct, frozen=True):
    """Files of a version that were opened, how many the terms keep back, and what did not verify."""

    version: "Version"
    opened: int
    kept_back: int
    faults: "list[NotVerifiedError]"


def every_file(deposit: "Deposit", room: Path) -> Looked:
    """Open every file that the terms allow, of the version that an order for review names. Entered before."""
    under = _opened(deposit, room, party())
    version, faults, kept_back = deposit.version(under.order.version), list[NotVerifiedError](), 0
    under.journal.enter("review", {"statement": f"sha256:{version.digest}"}, {"version": version.number})
    unsealed = deposit.unlock(under.root)
    try:
        for row in unsealed.manifest(version).rows:
            if not under.terms.allows(row.path):
                kept_back += 1
                continue
            try:
                unsealed.read(version, row)
            except NotVerifiedError as fault:
                faults.append(fault)
    finally:
        unsealed.forget()
    return Looked(version, version.files - kept_back, kept_back, faults)


def allowed_files(deposit: "Deposit", number: int | None, room: Path) -> "tuple[list[Row], int]":
    """The files of a version that the terms allow, under an order for review, and how many they keep back."""
    under = _opened(deposit, room, party())
    version = deposit.version(_ordered(under, number))
    under.journal.enter("review", {"statement": f"sha256:{version.digest}"}, {"version": version.number})
    unsealed = deposit.unlock(under.root)
    try:
        rows = unsealed.manifest(version).rows
    finally:
        unsealed.forget()
    allowed = [row for row in rows if under.terms.allows(row.path)]
    return allowed, len(rows) - len(allowed)


def _ordered(under: "Opened", number: int | None) -> int:
    """The version of the order. Raises UsageError when another one was asked for."""
    if number not in (None, under.order.version):
        raise UsageError(
            Text(
                f"the order in force is for version {under.order.version}", f"现行命令针对第 {under.order.version} 版"
            ),
            Text("have an order signed for the other version", "请为该版本另行签署命令"),
        )
    return under.order.version


def _opened(deposit: "Deposit", room: Path, me: "Party") -> "Opened":
    from assay.deposit.in_place import opened  # noqa: PLC0415  (few products are deposits)

    return opened(room, deposit, me, time.time, secret)
