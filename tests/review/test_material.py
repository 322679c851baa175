"""Keys and certificates in a review: what was read leaves no gap, what is closed is one, and the rules judge both."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from assay.core.attempts import Attempt
from assay.core.rules import Judgement
from assay.dossier.store import Dossier
from assay.review.steps import Plan, review
from tests.examinations.cipher.material.made import certificate, der, ec_key, pem, private, rsa_key

DAY = date(2026, 11, 21)
FIXTURES = Path(__file__).parents[1] / "fixtures" / "material"
OPEN = ("sm2-leaf.pem", "sm2-root.pem", "sm2-request.pem", "openssh-ed25519.pub", "openssh-ed25519", "keytool.jks")


def reviewed(product: Path, folder: Path, manifest: Path | None = None) -> Dossier:
    dossier, _ = review(Plan(product, DAY, manifest=manifest, dossier=folder / "d.assay", rulebooks=("baseline",)))
    return dossier


def outcome(dossier: Dossier, rule: str) -> str:
    found: list[Judgement] = [item for item in dossier.latest().judgements() if item.rule == rule]
    return found[0].outcome


def unfinished(dossier: Dossier) -> list[Attempt]:
    return [
        item for item in dossier.latest().attempts() if item.status != "completed" and item.file_class == "material"
    ]


@pytest.fixture
def product(tmp_path: Path) -> Path:
    folder = tmp_path / "product"
    folder.mkdir()
    (folder / "main.py").write_text("print('hello')\n")
    for name in OPEN:
        shutil.copy(FIXTURES / name, folder / name)
    return folder


def test_what_is_read_whole_is_completed(product: Path, tmp_path: Path) -> None:
    dossier = reviewed(product, tmp_path)
    assert unfinished(dossier) == []
    assert outcome(dossier, "limits.keys-and-certificates") == "met"
    assert {outcome(dossier, rule) for rule in ("crypto.rsa-size", "crypto.hard-coded-key", "crypto.md-family")} == {
        "met"
    }


def test_a_private_key_in_clear_breaks_the_rule_where_it_ships(product: Path, tmp_path: Path) -> None:
    (product / "tests").mkdir()
    (product / "tests" / "server.key").write_bytes(private(ec_key()))
    assert outcome(reviewed(product, tmp_path / "test"), "crypto.hard-coded-key") == "met"
    (product / "server.key").write_bytes(private(ec_key()))
    dossier = reviewed(product, tmp_path / "shipped")
    assert outcome(dossier, "crypto.hard-coded-key") == "broken"
    secret = private(ec_key()).splitlines()[1][20:60]
    assert all(secret not in line for line in dossier.latest().fact_lines("crypto.material"))


def test_a_key_in_configuration_is_found(product: Path, tmp_path: Path) -> None:
    indented = "".join(f"    {line}\n" for line in private(ec_key()).decode().splitlines())
    (product / "app.yaml").write_text(f"server:\n  pem: |\n{indented}")
    assert outcome(reviewed(product, tmp_path), "crypto.hard-coded-key") == "broken"


def test_short_keys_and_old_hashes_break_their_rules(product: Path, tmp_path: Path) -> None:
    (product / "short.crt").write_bytes(pem("CERTIFICATE", der(certificate(rsa_key(1024)))))
    shutil.copy(FIXTURES / "signed.p7s", product / "signed.p7s")
    dossier = reviewed(product, tmp_path)
    assert outcome(dossier, "crypto.rsa-size") == "broken"
    assert outcome(dossier, "crypto.sha1-signature") == "broken"


def test_what_a_password_closes_is_open_until_the_operator_opens_it(
    product: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FIXTURES / "sm2.p12", product / "sm2.p12")
    closed = reviewed(product, tmp_path / "closed")
    assert [(item.path, item.status, item.reason) for item in unfinished(closed)] == [
        ("sm2.p12", "partial", "encrypted")
    ]
    assert outcome(closed, "crypto.rsa-size") == "open"
    manifest = tmp_path / "operator.yaml"
    manifest.write_text("unlock: [{file: sm2.p12, password_env: ASSAY_TEST_PASSWORD}]\n")
    monkeypatch.setenv("ASSAY_TEST_PASSWORD", "correct")
    opened = reviewed(product, tmp_path / "opened", manifest)
    assert unfinished(opened) == []
    assert outcome(opened, "crypto.rsa-size") == "met"
    assert all(b"correct" not in line for line in opened.latest().fact_lines("crypto.material"))


def test_what_is_not_read_leaves_the_rules_open(product: Path, tmp_path: Path) -> None:
    (product / "ring.gpg").write_bytes(b"\x99\x01\x0d\x04" + bytes(60))
    dossier = reviewed(product, tmp_path)
    assert [(item.path, item.reason) for item in unfinished(dossier)] == [("ring.gpg", "material")]
    assert outcome(dossier, "limits.keys-and-certificates") == "broken"
    assert outcome(dossier, "crypto.hard-coded-key") == "open"
