"""`assay case` at three terminals and an auditor's: what each verb prints, and how it ends."""

import json
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.cli.test_contract import WEAK
from tests.cli.test_ledger import Side


class Desk(Side):
    """A party whose keys lie apart from its cases."""

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.environ["XDG_CONFIG_HOME"] = str(folder / "keys" / name)


def done(side: Side, *words: str | Path) -> str:
    """The id that a verb prints, or what it says."""
    code, out, said = side.run("case", *words)
    assert code == 0, said
    return out.strip() or said


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case on two folders up to a verdict; `told.case` is what the laboratory sent last."""
    root = tmp_path_factory.mktemp("case")
    (root / "product").mkdir()
    (root / "product" / "a.py").write_text(WEAK)
    (root / "evidence.txt").write_text("as every visitor sees it")
    lab, vendor = Desk(root, "lab"), Desk(root, "vendor")
    (root / "vendor.vkey").write_text(vendor.ledger("keys")[1])
    opening = ("--title", "A review", "--product", "P", "--role", "laboratory", "--answer-days", "3")
    assert len(done(lab, "open", "lab", *opening)) == 64
    done(lab, "invite", "lab", "vendor.vkey", "--role", "vendor")
    done(lab, "export", "lab", "1.case")
    assert "signed: receive" in vendor.run("case", "import", "vendor", "1.case")[2]
    done(vendor, "submit", "vendor", "product", "--product", "P", "--version", "1")
    done(vendor, "consent", "vendor", "--test", "probe", "--address", "192.0.2.1", "--until", "2099-12-31")
    done(vendor, "withhold", "vendor", "crypto.material", "--reason", "of customers", "--law", "art. 31")
    done(vendor, "export", "vendor", "2.case")
    done(lab, "import", "lab", "2.case")
    asked = done(lab, "ask", "lab", "What is a.py for?", "--rule", "baseline/crypto.des")
    done(lab, "export", "lab", "3.case")
    done(vendor, "import", "vendor", "3.case")
    done(vendor, "answer", "vendor", asked[:12], "It seals cards.", "--evidence", "evidence.txt")
    done(vendor, "export", "vendor", "4.case")
    done(lab, "import", "lab", "4.case")
    done(lab, "export", "lab", "m.yaml", "--manifest")
    review = ("--manifest", "m.yaml", "--rulebook", "baseline", "--dossier", "lab.assay", "--jobs", "1")
    assert lab.run("review", "product", *review)[0] == Exit.BROKEN
    done(lab, "disclose", "lab", "lab.assay")
    done(lab, "export", "lab", "told.case")
    return root


def test_the_state_is_said_and_a_stranger_names_a_key(place: Path) -> None:
    lab, auditor = Desk(place, "lab"), Desk(place, "auditor")
    code, out, said = lab.run("case", "status", "lab")
    assert (code, "judged: the verdict is disclosed" in out, "What is a.py for?" in out) == (0, True, True)
    assert "not compared with its owner: vendor.example+" in said
    assert auditor.run("case", "status", "told.case")[0] == Exit.NOT_VERIFIED
    assert auditor.run("case", "status", "told.case", "--nobody")[0] == 0
    keys = [part for key in (place / "vendor.vkey").read_text().split()[:2] for part in ("--key", key)]
    code, out, said = auditor.run(
        "case", "status", "told.case", "4.case", *keys, "--delivery", "product", "--lang", "zh"
    )
    assert (code, "已判定" in out) == (0, True)
    assert "told.case 有 disclose" in said
    assert "product 与所提交的内容一致" in said


def test_a_swapped_delivery_ends_12(place: Path, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(WEAK + "# more\n")
    code, _, said = Desk(place, "lab").run("case", "status", "lab", "--delivery", tmp_path)
    assert (code, "a.py is not the file that was delivered" in said) == (Exit.NOT_VERIFIED, True)


def test_a_changed_file_ends_12_and_changes_nothing(place: Path) -> None:
    content = (place / "told.case").read_bytes()
    (place / "changed.case").write_bytes(content[:-9])
    vendor = Desk(place, "vendor")
    before = sorted((place / "vendor" / "acts").iterdir())
    code, _, said = vendor.run("case", "import", "vendor", "changed.case")
    assert (code, "does not verify" in said) == (Exit.NOT_VERIFIED, True)
    assert sorted((place / "vendor" / "acts").iterdir()) == before


def test_out_of_order_ends_2_with_the_reason(place: Path) -> None:
    lab = Desk(place, "lab")
    code, _, said = lab.run("case", "decide", "lab", "--person", "Zhang Wei", "--outcome", "decline", "--reason", "x",
                            "--follow", "baseline/crypto.des")  # fmt: skip
    assert (code, "has not acknowledged it" in said) == (Exit.USAGE, True)
    for words in (
        ("close", "lab", "--reason", "x"),
        ("ask", "lab", "x", "--until", "soon"),
        ("status", "nowhere"),
        ("import", "new", "lab.assay/dossier.json"),
        ("open", "lab", "--title", "t", "--product", "p", "--role", "buyer"),
    ):
        code, _, said = lab.run("case", *words)
        assert (code, "Traceback" in said) == (Exit.USAGE, False), (words, said)


def test_nobody_known_signs_nothing(place: Path) -> None:
    lab = Desk(place, "lab")
    lab.environ["ASSAY_KEY_PASSPHRASE"] = ""
    code, _, said = lab.run("case", "ask", "lab", "x")
    assert (code, "somebody known" in said or "no party" in said) == (Exit.USAGE, True)


def test_the_vendor_sees_the_verdict_objects_and_two_decide(place: Path) -> None:
    vendor = Desk(place, "vendor")
    done(vendor, "import", "vendor", "told.case")
    done(vendor, "export", "vendor", "vendor.assay", "--dossier")
    assert "a.py:6" in vendor.run("why", "crypto.des", "--dossier", "vendor.assay")[1]
    document = json.loads(vendor.run("case", "report", "vendor", "--format", "json")[1])
    assert document["verdicts"][0]["checked"] is True
    assert document["withheld"][0]["law"] == "art. 31"
    assert document["questions"][0]["evidence"][0]["name"] == "evidence.txt"
    verdict = document["verdicts"][0]["said"]["id"]
    done(vendor, "object", "vendor", verdict[:12], "It is a test key.", "--rule", "baseline/crypto.des")
    done(vendor, "acknowledge", "vendor", verdict)
    assert vendor.run("case", "report", "vendor", "--format", "html", "-o", "r.html")[0] == 0
    assert "It is a test key." in (place / "r.html").read_text()
