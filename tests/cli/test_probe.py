"""`assay probe`, as an operator and a vendor use it."""

from pathlib import Path

from assay.core.errors import Exit
from tests.cli.test_contract import run
from tests.lab.cage.caged import PYTHON, needs_cage

SERVER = """import http.server
open('/var/log/app.log', 'w').write('x')
http.server.HTTPServer(('0.0.0.0', 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def test_without_consent_nothing_is_run_and_the_digest_is_named(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text(SERVER)
    done = run("probe", "run", "p", "--dossier", "d", "--", PYTHON, "a.py", cwd=tmp_path)
    assert done.returncode == Exit.USAGE
    assert b"no consent was given" in done.stderr
    assert b"tests: [probe.run]" in done.stderr
    assert not (tmp_path / "d").exists()
    chinese = run("probe", "run", "p", "--dossier", "d", "--lang", "zh", cwd=tmp_path)
    assert "未获授权同意" in chinese.stderr.decode()


@needs_cage
def test_run_declare_and_diff(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text(SERVER)
    words = ("--i-own-this", "--idle", "0.2", "--phase", "start", "--phase", "stop", "--", PYTHON, "a.py")
    done = run("probe", "run", "p", "--dossier", "d", *words, cwd=tmp_path)
    assert done.returncode == Exit.NOTHING_TO_REPORT, done.stderr.decode()
    page = done.stdout.decode()
    assert "listens tcp any:8080" in page
    assert "file created /var/log/app.log" in page
    assert "clock-year: a phase of the run was not asked for" in page
    assert b"consent=self-asserted" in run("facts", "d", "--kind", "run.listener", cwd=tmp_path).stdout
    drafted = run("probe", "declare", "d", cwd=tmp_path).stdout.decode()
    assert "  draft: true\n" in drafted
    # the draft is no declaration yet; without its mark, and with a port of another number, it is, and is broken
    (tmp_path / "m.yaml").write_text(drafted)
    done = run("probe", "run", "p", "--dossier", "e", "--manifest", "m.yaml", *words, cwd=tmp_path)
    assert (done.returncode, "Undeclared" in done.stdout.decode()) == (0, False)
    (tmp_path / "m.yaml").write_text(drafted.replace("  draft: true\n", "").replace("port: 8080", "port: 8443"))
    done = run("probe", "run", "p", "--dossier", "e", "--manifest", "m.yaml", *words, cwd=tmp_path)
    assert done.returncode == Exit.BROKEN
    assert done.stdout.decode().startswith("Undeclared (1)\n  listens tcp any:8080")
    assert run("probe", "diff", "d", "e", cwd=tmp_path).stdout.decode().startswith("the same in both: ")
