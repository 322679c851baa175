"""Database servers for the tests, where they are installed: each on a Unix socket, ended with the tests."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assay.lab.scratch import scratch_folder


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
    with scratch_folder() as scratch:
        scratch.chmod(0o711)
        folder = scratch / "pg"
        folder.mkdir(mode=0o700)

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


@pytest.fixture(scope="session")
def mariadb() -> Iterator[str]:
    """URL of a server with an empty database `test`, for PyMySQL."""
    pytest.importorskip("pymysql", reason="PyMySQL is not installed: pip install pymysql")
    search = f"{os.environ.get('PATH', '')}:/usr/sbin"
    server, install = (shutil.which(name, path=search) for name in ("mariadbd", "mariadb-install-db"))
    if server is None or install is None:
        pytest.skip("MariaDB is not installed: the Debian package mariadb-server")
    with scratch_folder() as folder:
        own = ["--no-defaults", f"--basedir={Path(server).parents[1]}", f"--datadir={folder}/db"]
        own += ["--user=root"] if os.getuid() == 0 else []
        making = [install, *own, "--auth-root-authentication-method=normal", "--skip-test-db"]
        made = subprocess.run(making, capture_output=True, check=False, cwd=folder)
        if made.returncode:
            pytest.skip(f"MariaDB does not start here: {made.stderr[-200:]!r}")
        process = subprocess.Popen(
            [server, *own, f"--socket={folder}/s", f"--pid-file={folder}/pid", "--skip-networking"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            import pymysql

            for _ in range(200):
                if not Path(folder, "s").exists():
                    time.sleep(0.1)
                    continue
                try:
                    with pymysql.connect(unix_socket=f"{folder}/s", user="root") as connection:
                        connection.cursor().execute("CREATE DATABASE test CHARACTER SET utf8mb4")
                    break
                except pymysql.err.OperationalError:
                    time.sleep(0.1)
            else:
                pytest.skip("MariaDB does not answer here")
            yield f"mysql+pymysql://root@/test?unix_socket={folder}/s&charset=utf8mb4"
        finally:
            process.terminate()
            process.wait(30)
