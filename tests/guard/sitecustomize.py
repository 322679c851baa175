"""Read by every Python that the tests start: the guard of `tests/conftest.py` in worker processes and commands.

What was reached for is written into the file that ASSAY_TEST_GUARD names: an exception in a child need not fail a test.
"""

import ipaddress
import os
import socket
import sys


def outside(event: str, args: tuple[object, ...]) -> str:
    """The host outside of this machine that an audited call reaches for, '' when it is none."""
    if event not in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        return ""
    connection, address = args[0], args[1]
    if not isinstance(connection, socket.socket) or connection.family == socket.AF_UNIX:
        return ""
    if not isinstance(address, tuple):
        return ""
    host = str(address[0])
    try:
        return "" if ipaddress.ip_address(host.partition("%")[0]).is_loopback else host
    except ValueError:
        return "" if host == "localhost" else host


def watch(event: str, args: tuple[object, ...]) -> None:
    host = outside(event, args)
    if host:
        with open(os.environ["ASSAY_TEST_GUARD"], "a", encoding="utf-8") as file:  # noqa: PTH123
            file.write(host + "\n")
        raise PermissionError(f"a test tried to reach {host}")


if "ASSAY_TEST_GUARD" in os.environ:
    sys.addaudithook(watch)
