"""PostgreSQL for the tests, where it is installed: a cluster of its own, on a Unix socket, that ends with the tests."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.made import OPENED


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of an empty cluster."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'assay[postgres]'")
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed: the Debian package postgresql")
    as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="assay-pg-") as folder:

        def run(program: str, *arguments: str) -> None:
            environ = {**os.environ, "LC_ALL": "C.UTF-8"}
            command = [*as_user, str(programs / program), "-D", f"{folder}/db", *arguments]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, env=environ)

        try:
            if as_user:
                shutil.chown(folder, "postgres", "postgres")
            run("initdb", "--no-sync", "-A", "trust", "-U", "assay")
            settings = f"-c listen_addresses='' -c unix_socket_directories={folder}"
            run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", settings, "start")
        except (OSError, LookupError, subprocess.CalledProcessError) as error:
            pytest.skip(f"PostgreSQL does not start here: {error}")
        try:
            yield f"postgresql://assay@/postgres?host={folder}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop")


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    """Whatever store a test left open."""
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def python() -> list[str]:
    """Python that sees nothing but what it is given."""
    return [sys.executable, "-I"]
