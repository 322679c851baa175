"""`assay questions`: statements to fill in on stdout, nothing answered by itself."""

from pathlib import Path

from assay.core.errors import Exit
from assay.rulebooks import strict_yaml
from tests.cli.test_contract import run

HIDING = "import importlib\n\n\ndef load(name):\n    return importlib.import_module(name)\n"


def test_what_is_open_is_asked_and_what_is_not_is_not(tmp_path: Path) -> None:
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "a.py").write_text(HIDING)
    reviewed = run("review", "p", "--rulebook", "baseline", "--as-of", "2026-01-01", cwd=tmp_path)
    assert reviewed.returncode == Exit.NOTHING_TO_REPORT
    for words, asked in (((), 1), (("--rule", "crypto.des"), 1), (("--rule", "no.such.rule"), 0)):
        done = run("questions", "p.assay", *words, cwd=tmp_path)
        assert done.returncode == Exit.NOTHING_TO_REPORT
        value = strict_yaml.parse(done.stdout, "stdout").value
        assert len(value["statements"] or ()) == asked
    assert "待填写" not in run("questions", "p.assay", "--lang", "en", cwd=tmp_path).stdout.decode()
    assert "填写完整" in run("questions", "p.assay", "--lang", "zh", cwd=tmp_path).stdout.decode()
    assert run("questions", "none.assay", cwd=tmp_path).returncode == Exit.USAGE
