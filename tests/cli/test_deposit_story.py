"""`assay deposit` as vendor, bank, two custodians and an auditor use it, each at a terminal of their own."""

import json
import shutil
from pathlib import Path

import pytest

from assay.core.errors import Exit
from tests.cli.test_ledger import Side

TERMS = """\
terms: 1
title: A payment switch
host: reviewer
until: 2999-12-31
parties:
  vendor: {{name: vendor.example, keys: ["{vendor}"]}}
  reviewer: {{name: bank.example, keys: ["{bank}"]}}
opening:
  groups_needed: 2
  groups:
    - {{name: vendor, party: vendor, needs: 1, of: 1}}
    - {{name: bank, party: reviewer, needs: 1, of: 1}}
  witnesses: ["{witness}"]
conditions:
  - id: examination
    what: {{en: An examiner asks for a file., zh: 检查人请求查阅文件。}}
    signed_by: [vendor, reviewer]
    days: 30
reading:
  examiners: [{{name: bank.example, key: "{bank}"}}]
"""


def good(answer: tuple[int, str, str]) -> str:
    """What was printed, when the verb ended well."""
    assert answer[0] == Exit.NOTHING_TO_REPORT, answer[2]
    return answer[1].strip()


@pytest.mark.slow
def test_one_file_is_opened_and_the_end_is_audited(tmp_path: Path) -> None:
    vendor, bank = Side(tmp_path, "vendor"), Side(tmp_path, "bank")
    keys = {side: good(side.ledger("keys")).split() for side in (vendor, bank)}
    named = {"vendor": keys[vendor][0], "bank": keys[bank][0], "witness": keys[vendor][-1]}
    (tmp_path / "terms.yaml").write_text(TERMS.format(**named), "utf-8")
    holders = {
        name: good(side.run("deposit", "key", name, "--name", name)) for name, side in (("v", vendor), ("b", bank))
    }
    rows = [
        f'- {{name: {name}, group: {group}, key: "{holders[name]}"}}\n'
        for name, group in (("v", "vendor"), ("b", "bank"))
    ]
    (tmp_path / "recipients.yaml").write_text("".join(rows))
    (tmp_path / "source/src").mkdir(parents=True)
    (tmp_path / "source/src/pay.c").write_text("int pay(void) { return 0; }\n" * 9)
    wrong = bank.run("deposit", "seal", "source", "--terms", "terms.yaml", "--recipients", "recipients.yaml")
    assert (wrong[0], "vendor.example as vendor" in wrong[2]) == (Exit.USAGE, True)
    sealed = (
        "seal",
        "source",
        "--terms",
        "terms.yaml",
        "--recipients",
        "recipients.yaml",
        "--shares",
        "s",
        "--format",
        "json",
    )
    deposit = json.loads(good(vendor.run("deposit", *sealed)))["deposit"]
    key = ("--key", named["vendor"])
    room = ("--room", "room", *key)

    def witnessed() -> None:
        shutil.copy(tmp_path / "room/ledger.sqlite", tmp_path / "copy.sqlite")
        orders = sorted((tmp_path / "room/orders").glob("*.json"))
        good(vendor.run("deposit", "watch", deposit, "copy.sqlite", *orders, "-o", "answer"))
        good(bank.ledger("witness", "keep", "room/ledger.sqlite", "answer", "--witness", named["witness"]))

    label = "+".join(named["bank"].split("+", 2)[:2])
    asked = ("--condition", "examination", "--for", "reading", "--examiner", label, "--path", "src/pay.c")
    good(bank.run("deposit", "order", deposit, *asked, *room, "-o", "order.json"))
    good(bank.run("deposit", "sign", deposit, "order.json", *key, "-o", "order.bank.json"))
    unsigned = bank.run("deposit", "enter", deposit, "order.bank.json", *room)
    assert (unsigned[0], "the vendor has not signed it" in unsigned[2]) == (Exit.NOT_VERIFIED, True)
    good(vendor.run("deposit", "sign", deposit, "order.bank.json", "-o", "order.both.json"))
    order = good(bank.run("deposit", "enter", deposit, "order.both.json", *room))
    early = bank.run("deposit", "notice", deposit, order, *room, "-o", "notice")
    assert (early[0], "no witness" in early[2]) == (Exit.NOT_VERIFIED, True)
    witnessed()
    good(bank.run("deposit", "notice", deposit, order, *room, "-o", "notice"))
    for side, name, share in ((vendor, "v", "s/vendor-1.share"), (bank, "b", "s/bank-1.share")):
        own = ("--share", share, "--with", f"{name}.key", *key)
        good(
            side.run(
                "deposit", "release", deposit, "order.both.json", "--notice", "notice", *own, "-o", f"{name}.release"
            )
        )
    assert good(bank.run("deposit", "open", deposit, order, "v.release", "b.release", *room)) == "src/pay.c  252"

    for side, name, group in ((vendor, "v", "vendor"), (bank, "b", "bank")):
        holder = "+".join(holders[name].split("+", 2)[:2])
        good(side.run("deposit", "gave-up", deposit, "--group", group, "--holder", holder, *key, "-o", f"{name}.gone"))
    good(bank.run("deposit", "close", deposit, "v.gone", "b.gone", "--remove", *room))
    witnessed()
    good(bank.run("deposit", "certificate", deposit, *room, "-o", "certificate.json"))
    both = ("--vendor", named["vendor"], "--host", named["bank"])
    good(vendor.run("deposit", "audit", "room/ledger.sqlite", "certificate.json", *both, "--unsigned"))
    good(vendor.run("deposit", "sign", deposit, "certificate.json", "-o", "certificate.dsse.json"))
    auditor = Side(tmp_path, "auditor")
    said = good(auditor.run("deposit", "audit", "room/ledger.sqlite", "certificate.dsse.json", *both))
    assert "too few shares are left to open it" in said
    assert auditor.run("deposit", "audit", "room/ledger.sqlite", "certificate.json", *both)[0] == Exit.NOT_VERIFIED
