"""`assay deposit read | search | quote | sweep | show --files | verify --room`, as an examiner and a host use them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from assay.cli.deposit import command
from assay.core.errors import Exit
from tests.cli.test_deposit_story import TERMS, good
from tests.cli.test_ledger import Side

LINES = "".join(f"int pay_{number}(void) {{ return {number}; }}\n" for number in range(90))
SECRET = 'const char *table = "it is";\n'


@pytest.mark.parametrize("words", [("read",), ("search", "pay"), ("quote", "a.c"), ("room",), ("close",)])
def test_without_a_room_the_usage_is_wrong(words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    verb, *more = words
    monkeypatch.delenv("ASSAY_ROOM", raising=False)
    said = CliRunner().invoke(command, [verb, "0123456789abcdef", *more])
    assert (said.exit_code, "--room" in said.output) == (Exit.USAGE, True), said.output


class Opened:
    """A deposit with an order for reading and one for review in force, at the bank."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vendor, self.bank = Side(folder, "vendor"), Side(folder, "bank")
        keys = {side: good(side.ledger("keys")).split() for side in (self.vendor, self.bank)}
        self.named = {"vendor": keys[self.vendor][0], "bank": keys[self.bank][0], "witness": keys[self.vendor][-1]}
        terms = TERMS.format(**self.named) + "  paths: {deny: [src/secret]}\n  unseen_views: 4\ntools: ['*']\n"
        (folder / "terms.yaml").write_text(terms, "utf-8")
        rows = []
        for name, group, side in (("v", "vendor", self.vendor), ("b", "bank", self.bank)):
            key = good(side.run("deposit", "key", name, "--name", name))
            rows.append(f'- {{name: {name}, group: {group}, key: "{key}"}}\n')
        (folder / "recipients.yaml").write_text("".join(rows))
        (folder / "source/src/secret").mkdir(parents=True)
        (folder / "source/src/pay.c").write_text(LINES)
        (folder / "source/src/secret/tables.c").write_text(SECRET)
        sealed = ("seal", "source", "--terms", "terms.yaml", "--recipients", "recipients.yaml", "--shares", "s")
        said = good(self.vendor.run("deposit", *sealed, "--manifest", "manifest.txt"))
        self.id = re.findall(r"^deposit +([0-9a-f]{16})$", said, re.MULTILINE)[0]
        self.key = ("--key", self.named["vendor"])
        self.room = ("--room", "room", *self.key)
        label = "+".join(self.named["bank"].split("+", 2)[:2])
        self.open("reading", "--for", "reading", "--examiner", label, "--path", "src/**")
        self.open("review", "--for", "review")

    def open(self, name: str, *words: str) -> None:
        bank, vendor, id_ = self.bank, self.vendor, self.id
        drafted, both = f"{name}.json", f"{name}.both.json"
        good(bank.run("deposit", "order", id_, "--condition", "examination", *words, *self.room, "-o", drafted))
        good(bank.run("deposit", "sign", id_, drafted, *self.key, "-o", f"{name}.bank.json"))
        good(vendor.run("deposit", "sign", id_, f"{name}.bank.json", "-o", both))
        order = good(bank.run("deposit", "enter", id_, both, *self.room))
        self.witnessed()
        good(bank.run("deposit", "notice", id_, order, *self.room, "-o", "notice"))
        for side, holder, share in ((vendor, "v", "s/vendor-1.share"), (bank, "b", "s/bank-1.share")):
            own = ("--notice", "notice", "--share", share, "--with", f"{holder}.key", *self.key)
            good(side.run("deposit", "release", id_, both, *own, "-o", f"{holder}.release"))
        good(bank.run("deposit", "open", id_, order, "v.release", "b.release", *self.room))

    def witnessed(self) -> None:
        orders = sorted((self.folder / "room/orders").glob("*.json"))
        log = "room/ledger.sqlite"
        good(self.vendor.run("deposit", "watch", self.id, log, *orders, "-o", "answer"))
        good(self.bank.ledger("witness", "keep", log, "answer", "--witness", self.named["witness"]))

    def examiner(self, verb: str, *words: str, typed: str = "", by: Side | None = None) -> tuple[int, str, str]:
        """The verb at the bank's terminal, its challenge answered by a party elsewhere."""
        command = [sys.executable, "-W", "error", "-m", "assay.cli", "deposit", verb, self.id, *words, *self.room]
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**os.environ, **self.bank.environ, "ASSAY_LANG": "en"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        first = process.stderr.readline()
        asked = re.findall("deposit admit (.+)$", first.strip())
        answer = good((by or self.bank).run("deposit", "admit", asked[0])) if asked else ""
        out, err = process.communicate(f"{answer}\n{typed}", timeout=120)
        return process.returncode, out, first + err


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(tmp_path_factory.mktemp("examiner"))


@pytest.mark.slow
def test_in_a_terminal(opened: Opened) -> None:
    assert good(opened.examiner("read")) == f"src/pay.c  {len(LINES)}"
    pages = good(opened.examiner("read", "src/pay.c", "--lines", "2", typed="\n80\nnonsense\nq\n"))
    assert [int(number) for number in re.findall(r"^ *(\d+) [0-9a-f]{4}\.\d+ \| int", pages, re.MULTILINE)] == [
        1, 2, 3, 4, 80, 81,
    ]  # fmt: skip
    assert pages.count("bank.example · ") == 6
    waits = opened.examiner("search", "pay_88")
    assert waits[0] == 0  # the fourth; a fifth waits for the vendor's witness
    assert "src/pay.c:89 " in waits[1]
    code, shown, why = opened.examiner("search", "pay_8", "--regex")
    assert (code, shown, "4 views wait" in why) == (Exit.USAGE, "", True)
    opened.witnessed()
    assert "no hit" in opened.examiner("search", "table")[2]
    unread = opened.examiner("quote", "src/pay.c", "--first", "30")
    assert (unread[0], "not shown to you" in unread[2]) == (Exit.USAGE, True)
    stranger = opened.examiner("read", "src/pay.c", by=opened.vendor)
    assert (stranger[0], stranger[1], "not proven" in stranger[2]) == (Exit.NOT_VERIFIED, "", True)
    assert opened.examiner("search", "x", "--only")[0] == Exit.USAGE


@pytest.mark.slow
def test_what_the_terms_deny_is_neither_listed_nor_opened(opened: Opened) -> None:
    run = opened.bank.run
    code, files, said = run("deposit", "show", opened.id, "--files", *opened.room)
    assert (code, len(files.splitlines()), files.split()[-1]) == (0, 1, "src/pay.c")
    assert "1 more" in said
    manifest = run("deposit", "show", opened.id, "--files", "--manifest", "manifest.txt", *opened.key)[1]
    assert [line.split()[-1] for line in manifest.splitlines()] == ["src/pay.c", "src/secret/tables.c"]
    unnamed = run("deposit", "show", opened.id, "--files", *opened.key)
    assert (unnamed[0], "sealed too" in unnamed[2]) == (Exit.USAGE, True)
    verified = good(run("deposit", "verify", opened.id, *opened.room))
    assert "1 files of version 1, 1 that the terms keep back not opened, 0 faults" in verified


@pytest.mark.slow
def test_sweep_lists_and_then_removes(opened: Opened) -> None:
    folder = opened.folder / "deposits" / opened.id / "packs"
    left = folder / ("0" * 64)
    left.write_bytes(b"left over")
    young = opened.vendor.run("deposit", "sweep", *opened.key)
    assert (young[0], young[1], "1 younger than 7 days" in young[2]) == (0, "", True)
    os.utime(left, (1_700_000_000, 1_700_000_000))
    assert left.name in good(opened.vendor.run("deposit", "sweep", opened.id, *opened.key))
    assert left.exists()
    good(opened.vendor.run("deposit", "sweep", opened.id, "--remove", "--older-than", "2"))
    assert [path.name == left.name for path in folder.iterdir()] == [False]
    assert opened.vendor.run("deposit", "sweep", "--older-than", "0.5")[0] == Exit.USAGE
    assert opened.vendor.run("deposit", "sweep", "f" * 16)[0] == Exit.USAGE
    good(opened.vendor.run("deposit", "verify", opened.id, *opened.key))
