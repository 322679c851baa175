"""The guard of conftest.py itself."""

import socket
import subprocess
import sys

import pytest

from tests.conftest import REACHED_FOR

REACHING = "import socket; socket.socket().connect(('192.0.2.1', 9))"


def test_an_address_outside_this_machine_is_refused() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection, pytest.raises(PermissionError):
        connection.connect(("192.0.2.1", 9))
    assert "192.0.2.1" in REACHED_FOR.read_text()
    REACHED_FOR.write_text("")


def test_a_process_that_a_test_starts_is_guarded_as_well() -> None:
    done = subprocess.run([sys.executable, "-c", REACHING], capture_output=True, check=False)
    assert b"PermissionError" in done.stderr
    assert "192.0.2.1" in REACHED_FOR.read_text()
    REACHED_FOR.write_text("")


def test_loopback_is_allowed() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        client.connect(server.getsockname())
