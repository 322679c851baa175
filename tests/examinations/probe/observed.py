"""Facts and records made by hand, for tests that need no cage."""

from typing import Any

from assay.core.facts import Fact
from assay.examinations.probe.behaviour import facts_of
from assay.examinations.probe.run import Record


def event(kind: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind, "phase": "start", "run": "traced", "at": 0.5, **values}


def contact(destination: str, port: int, name: str = "", run: str = "traced", **values: object) -> dict[str, Any]:
    known = {"transport": "tcp", "protocol": "unknown", "via": "", "accepted": None, "hello": None, "cipher": ""}
    return event("contact", run=run, destination=destination, port=port, name=name, **{**known, **values})


def stated(*events: dict[str, Any], changes: list[dict[str, Any]] | None = None, consent: str = "owner") -> list[Fact]:
    """What one record of these events says."""
    run = events[0]["run"] if events else "traced"
    return facts_of([Record(run, list(events), changes or [])], "product", consent)


def one(*events: dict[str, Any], changes: list[dict[str, Any]] | None = None) -> Fact:
    (fact,) = stated(*events, changes=changes)
    return fact


def listener(port: int, address: str = "0.0.0.0", transport: str = "tcp") -> Fact:
    return one(event("listener", transport=transport, address=address, port=port, program="/usr/bin/app"))
