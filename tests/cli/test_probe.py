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
def test_the_vendor_signs_and_the_operator_names_its_key(tmp_path: Path) -> None:
    vendor, other = (
        {"XDG_CONFIG_HOME": str(tmp_path / name), "ASSAY_PARTY": "vendor.example", "ASSAY_KEY_PASSPHRASE": "of it"}
        for name in ("vendor", "other")
    )
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text(SERVER)
    text = "name: p\ndeclares:\n  interfaces: [{name: web, protocol: http, port: 8080}]\n"
    (tmp_path / "p.yaml").write_text(text + "  draft: true\n")
    refused = run("probe", "sign", "p.yaml", cwd=tmp_path, **vendor)
    assert (refused.returncode, b"it is a draft" in refused.stderr, refused.stdout) == (Exit.USAGE, True, b"")
    (tmp_path / "p.yaml").write_text(text)
    assert run("probe", "sign", "p.yaml", cwd=tmp_path, ASSAY_KEY_PASSPHRASE="").returncode == Exit.USAGE
    for keys in (vendor, other):
        done = run("probe", "sign", "p.yaml", "-o", f"{keys['XDG_CONFIG_HOME']}.json", cwd=tmp_path, **keys)
        assert done.returncode == 0, done.stderr
        key = run("ledger", "keys", cwd=tmp_path, **keys).stdout
        (tmp_path / f"{keys['XDG_CONFIG_HOME']}.vkey").write_bytes(key.splitlines()[0])
    words = ("--i-own-this", "--idle", "0.2", "--phase", "start", "--phase", "stop")
    signed = ("probe", "run", "p", "--dossier", "d", *words, "--key", "vendor.vkey", "--declaration")
    command = ("--", PYTHON, "a.py")
    assert run("probe", "run", "p", *words, "--declaration", "vendor.json", cwd=tmp_path).returncode == Exit.USAGE
    assert run(*signed, "other.json", *command, cwd=tmp_path).returncode == Exit.NOT_VERIFIED
    assert not (tmp_path / "d").exists()
    done = run(*signed, "vendor.json", *command, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"declared=declared" in run("facts", "d", "--kind", "run.listener", cwd=tmp_path).stdout


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
