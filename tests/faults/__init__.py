"""A disk that fails: a library that is loaded before libc and lets the n-th write-type call of a process fail.

    run("tests.ledger.faulty_appender", "folder", preload=built(tmp_path))      in a process of its own
    in it: strikes(trial, step)                                                 every fault at every step-th call

What it cannot show: a power cut. What a killed or failing process wrote stays in the kernel's memory.
"""

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

KINDS = {"EIO": errno.EIO, "ENOSPC": errno.ENOSPC, "EINTR": errno.EINTR, "short": 0}


def built(folder: Path) -> str:
    """The library; skips where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("faults are injected by a preloaded library: needs a C compiler, the Debian package gcc")
    library, source = folder / "faults.so", Path(__file__).with_name("faults.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return str(library)


def run(module: str, *arguments: str, preload: str = "") -> list[str]:
    """What a module of the tests prints, run as a program; it must end well."""
    environ = {**os.environ, **({"LD_PRELOAD": preload} if preload else {})}
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environ)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


UnderFault = Callable[[Callable[[], int]], tuple[bool, int]]
"""Runs work with a fault armed: whether it struck, and what the work returned."""


def strikes(trial: Callable[[UnderFault], bool], step: int) -> int:
    """Call `trial` for each kind of fault and each `step`-th call, until none strikes; how many did."""
    faults, total = ctypes.CDLL(None), 0
    for name, code in KINDS.items():
        for stay in (False, True) if code == errno.ENOSPC else (False,):
            number = 1
            while trial(_armed(faults, number, code, stay=stay)):
                total += 1
                number += step
            print(f"{name}{' from then on' if stay else ''}: {number - 1} calls", file=sys.stderr)
    return total


def _armed(faults: ctypes.CDLL, number: int, code: int, *, stay: bool) -> UnderFault:
    def under_fault(work: Callable[[], int]) -> tuple[bool, int]:
        faults.fault_arm(number, code, int(stay))
        try:
            result = work()
        finally:
            struck = bool(faults.fault_struck())
            faults.fault_arm(0, 0, 0)
        return struck, result

    return under_fault
