"""The guard of conftest.py itself."""

import socket

import pytest

from tests import conftest


def test_an_address_outside_this_machine_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection, pytest.raises(PermissionError):
        connection.connect(("192.0.2.1", 9))
    conftest._attempted.clear()


def test_loopback_is_allowed() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        client.connect(server.getsockname())
