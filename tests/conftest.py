"""No test may reach out of this machine: a connection to anything but loopback or a Unix socket fails it."""

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("soak", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
if os.environ.get("ASSAY_SOAK"):  # make soak
    settings.load_profile("soak")

_attempted: list[str] = []


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        return
    connection, address = args[0], args[1]
    if (
        not isinstance(connection, socket.socket)
        or connection.family == socket.AF_UNIX
        or not isinstance(address, tuple)
    ):
        return
    host = str(address[0])
    try:
        local = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        _attempted.append(host)
        raise PermissionError(f"a test tried to reach {host}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    _attempted.clear()
    yield
    assert not _attempted, f"reached for {_attempted}"
