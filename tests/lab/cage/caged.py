"""Cages for tests: skipped, naming the Debian packages, where one cannot be made; never quietly something else."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assay.lab.cage import tools
from assay.lab.cage.cage import Cage
from assay.lab.cage.session import Ended
from assay.lab.cage.spec import CageLimits, Launch

FIXTURES = Path(__file__).parents[2] / "fixtures" / "probe"
PYTHON = "/usr/bin/python3"
_PACKAGES = " ".join(sorted({package for _, package in tools.missing()}))

needs_cage = pytest.mark.skipif(bool(_PACKAGES), reason=f"needs the Debian packages: {_PACKAGES}")
SMALL = CageLimits(wall=20, memory=400 << 20, disk=64 << 20, processes=64, session=120, events=4000)


def laid(cage: Cage, *names: str) -> None:
    """The fixtures in /product, as a layer."""
    for name in names:
        cage.put(FIXTURES / name, name)
    cage.assemble()
    cage.phase("stage")
    copy = "mkdir /stage/product && cp -r /in/. /stage/product/"
    assert cage.run(Launch(("/bin/sh", "-c", copy), cwd="/", traced=False, staging=True), 20).code == 0
    cage.assemble()


def ran(cage: Cage, argv: Sequence[str], seconds: float = 60, *, traced: bool = True) -> tuple[Ended, list[Any]]:
    """One launch in a phase of its own, and what was told of it."""
    name = f"{argv[-1]}-{traced}"
    cage.phase(name, "traced" if traced else "untraced")
    number = cage.launch(Launch(tuple(argv), traced=traced))
    quiet = cage.wait(number, seconds)
    ended = cage.end(number) if quiet else cage.stop(number, 1.0)
    cage.flush()
    return ended, [event for event in cage.events if event["phase"] == name]


def said(events: Sequence[Any]) -> str:
    return "".join(str(event["text"]) for event in events if event["kind"] == "output")
