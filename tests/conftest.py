"""No test may reach out of this machine: a connection to anything but loopback or a Unix socket fails it.

The guard also stands in every Python process that a test starts, by `guard/sitecustomize.py` on their path.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from assay.lab.scratch import scratch_folder
from tests.guard import sitecustomize
from tests.servers import mariadb, postgres  # noqa: F401

# The same examples on every machine: what chance finds is the soak's, and no build fails by it.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
settings.register_profile(
    "soak", max_examples=5_000, deadline=None, derandomize=False, suppress_health_check=list(HealthCheck)
)
if os.environ.get("ASSAY_SOAK"):  # make soak
    settings.load_profile("soak")

# Nobody's keys and memory are touched or believed: tests that sign make their own.
_ended = ExitStack()
_scratch = _ended.enter_context(scratch_folder())
os.environ["XDG_CONFIG_HOME"] = str(_scratch / "configuration")
for _variable in ("ASSAY_KEY", "ASSAY_KEY_PASSPHRASE", "ASSAY_PARTY"):
    os.environ.pop(_variable, None)

REACHED_FOR = _scratch / "guard"
os.environ["ASSAY_TEST_GUARD"] = str(REACHED_FOR)
os.environ["PYTHONPATH"] = str(Path(sitecustomize.__file__).parent)
sys.addaudithook(sitecustomize.watch)


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    REACHED_FOR.write_text("")
    yield
    hosts = REACHED_FOR.read_text().split()
    assert not hosts, f"reached for {hosts}"


def pytest_unconfigure() -> None:
    _ended.close()
