"""Each recipe for real: what is delivered is laid out, installed and started in a cage, and is seen to do its work."""

import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from assay.core.facts import Fact
from assay.examinations.probe import calls
from assay.examinations.probe.behaviour import facts_of
from assay.examinations.probe.recipes import recipe_for
from assay.examinations.probe.run import Plan, Record, Waiting, observe
from assay.intake import IntakeLimits, take_in
from assay.lab.cage.spec import CageLimits
from tests.lab.cage.caged import PYTHON, needs_cage

pytestmark = needs_cage
PHASES = ("install", "start", "use", "stop")
QUICK = Waiting(settle=40, idle=0.1, clock=0.1, grace=2, install=40)  # the longest: it ends when it listens or ends
LIMITS = CageLimits(wall=60, memory=800 << 20, disk=64 << 20, session=200)
SERVE = """import http.server
def main():
    http.server.HTTPServer(("127.0.0.1", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
SETUP = """from setuptools import setup
open("/var/log/setup", "w").close()
setup(name="app", version="1", py_modules=["app"])
"""


def needs(program: str, package: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not Path(program).exists(), reason=f"needs the Debian package {package}")


def seen(
    path: Path, command: tuple[str, ...] = (), phases: tuple[str, ...] = PHASES
) -> tuple[list[Fact], list[Record]]:
    with TemporaryDirectory() as scratch:
        files = take_in(path, manifest=None, scratch=Path(scratch), limits=IntakeLimits()).artifact.files
        recipe = recipe_for(path, files, command)
    records = observe(Plan(path, recipe, datetime(2026, 11, 22), phases, QUICK, LIMITS))
    return facts_of(records, "product", "owner"), list(records)


def ports(facts: list[Fact]) -> set[object]:
    return {fact.value.get("port") for fact in facts if fact.kind == "run.listener"}


def files(facts: list[Fact]) -> set[object]:
    return {fact.value["path"] for fact in facts if fact.kind == "run.file"}


def faults(records: list[Record]) -> list[str]:
    """What kept a phase that was asked for from being whole."""
    return [f"{one.phase}: {one.detail}" for record in records for one in record.shorts if one.reason != "not-asked"]


def sdist(folder: Path) -> Path:
    path = folder / "app-1.tar.gz"
    (folder / "app-1").mkdir()
    for name, text in (("PKG-INFO", "Name: app\n"), ("setup.py", SETUP), ("app.py", SERVE)):
        (folder / "app-1" / name).write_text(text)
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder / "app-1", "app-1")
    return path


def test_a_wheel_starts_its_script(tmp_path: Path) -> None:
    path = tmp_path / "app-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app/__init__.py", SERVE)
        archive.writestr("app-1.dist-info/entry_points.txt", "[console_scripts]\napp = app:main\n")
    facts, records = seen(path)
    assert (ports(facts), faults(records)) == ({8080}, [])
    assert {fact.value.get("protocol") for fact in facts if fact.kind == "run.listener"} == {"http"}


def test_the_setup_of_an_sdist_is_run_and_seen(tmp_path: Path) -> None:
    facts, records = seen(sdist(tmp_path), (PYTHON, "-c", "import app; app.main()"))
    assert ports(facts) == {8080}
    assert "/var/log/setup" in files(facts)
    assert faults(records) in ([], ["install: an installation script ended with 1"] * 2)  # without setuptools


@needs("/usr/bin/pip3", "python3-pip")
def test_pip_installs_what_is_there_and_asks_for_what_is_not(tmp_path: Path) -> None:
    """In the cage pip has no index: what is delivered beside the product installs, a name ends in the sink."""
    pip = f"{PYTHON} -m pip --disable-pip-version-check install --retries 0 --timeout 3"
    pip += " --index-url https://index.vendor.invalid/simple"
    wheel = tmp_path / "app-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("app.py", SERVE)
        archive.writestr("app-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: app\nVersion: 1\n")
        archive.writestr("app-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("app-1.dist-info/RECORD", "")
    folder = tmp_path / "delivered"
    folder.mkdir()
    shutil.copy(wheel, folder / "app-1-py3-none-any.zip")  # under a name that no recipe unpacks
    script = f"cp /product/*.zip /tmp/{wheel.name} && {pip} --target /opt/app /tmp/{wheel.name} absent-thing"
    facts, _ = seen(folder, ("/bin/sh", "-c", script), ("start",))
    assert "index.vendor.invalid" in {fact.value["name"] for fact in facts if fact.kind == "run.name"}
    assert "/opt/app/app.py" not in files(facts)
    facts, _ = seen(folder, ("/bin/sh", "-c", script.replace(" absent-thing", "")), ("start",))
    assert "/opt/app/app.py" in files(facts)
    assert not [fact for fact in facts if fact.kind == "run.name"]


@needs("/usr/bin/node", "nodejs")
def test_an_npm_package_runs_its_scripts_and_starts(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    scripts = {"postinstall": "echo x > /var/log/postinstall", "start": "node index.js"}
    (folder / "package.json").write_text(json.dumps({"name": "app", "version": "1.0.0", "scripts": scripts}))
    (folder / "index.js").write_text("require('http').createServer((q, s) => s.end('x')).listen(8080, '127.0.0.1')\n")
    packed = tmp_path / "app-1.0.0.tgz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.add(folder, "package")
    facts, records = seen(packed)
    assert (ports(facts), faults(records)) == ({8080}, [])
    assert "/var/log/postinstall" in files(facts)


def test_a_script_and_an_archive_with_a_command(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("#!/bin/sh\necho on > /var/log/on\nexec sleep 1\n")
    facts, records = seen(path, phases=("start", "stop"))
    assert (files(facts), faults(records)) == ({"/var/log/on"}, [])


@needs("/usr/bin/dpkg-deb", "dpkg")
def test_a_deb_adds_its_user_and_starts_its_service(tmp_path: Path) -> None:
    root = tmp_path / "app"
    for name, text in {
        "DEBIAN/control": "Package: app\nVersion: 1\nArchitecture: all\n"
        "Maintainer: a <a@vendor.invalid>\nDescription: a\n",
        "DEBIAN/postinst": "#!/bin/sh\nset -e\nadduser --system --group --home /var/lib/app payd\n"
        "mkdir -p /var/lib/app && chown payd:adm /var/lib/app\n"
        "dpkg-statoverride --list /var/lib/app || dpkg-statoverride --update --add payd adm 750 /var/lib/app\n"
        "deb-systemd-helper enable app.service\n",
        "lib/systemd/system/app.service": f"[Service]\nUser=payd\nExecStart=-{PYTHON} /usr/share/app/app.py\n",
        "usr/share/app/app.py": SERVE + "main()\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "DEBIAN" / "postinst").chmod(0o755)
    done = subprocess.run(
        ["/usr/bin/dpkg-deb", "-b", str(root), str(tmp_path / "app.deb")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    facts, records = seen(tmp_path / "app.deb")
    assert (ports(facts), faults(records)) == ({8080}, [])
    assert {"/etc/passwd", "/var/lib/app"} <= files(facts)
    programs = {fact.value["program"] for fact in facts if fact.value.get("conduct") == "started"}
    assert {"/usr/sbin/adduser", "/usr/bin/chown"} <= programs
    assert not {"/usr/bin/sed", "/usr/bin/head"} & programs  # the recipe's own work is no act of the product


def test_what_needs_a_display_is_known_by_the_first_line_that_it_prints(tmp_path: Path) -> None:
    (tmp_path / "app.sh").write_text("#!/bin/sh\necho java.awt.HeadlessException\nseq 400\nexit 1\n")
    _, records = seen(tmp_path / "app.sh", phases=("start", "stop"))
    assert any(conduct == "needs-display" for record in records for _, conduct, _ in record.conduct)


@needs("/usr/bin/bpftrace", "bpftrace")
@pytest.mark.skipif(os.geteuid() != 0, reason="library calls are watched by root alone")
def test_calls_of_a_library_are_counted_however_short_the_program(tmp_path: Path) -> None:
    script = tmp_path / "app.sh"
    script.write_text("#!/bin/sh\necho x | openssl dgst -sm3\n")
    recipe = recipe_for(script, ())
    plan = Plan(script, recipe, datetime(2026, 11, 22), ("start", "stop"), QUICK, LIMITS)
    with closing(calls.Watched(plan)) as watched:
        records = observe(replace(plan, shadows=watched.libraries))
    assert {fact.value["algorithm"] for fact in watched.facts("product", "owner")} >= {"SM3"}
    assert [attempt.status for attempt in watched.attempts("product", records)] == ["completed"]


def test_bpftrace_is_told_to_end_until_it_does() -> None:
    forgetful = "trap 'trap \"echo counted; exit\" INT' INT; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(["/bin/sh", "-c", forgetful], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    assert calls.ended(process) == b"counted\n"
