"""Sealed source examined in place: what is found leaves, the source does not."""

import io
import tarfile
import zipfile
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import msgspec
import pytest
import zstandard
from msgspec import Struct
from msgspec.structs import replace

from assay.cli import sealed as cli_sealed
from assay.core.errors import NotVerifiedError, UsageError
from assay.deposit import sealing
from assay.deposit.allowance import Allowance
from assay.deposit.deposits import Deposit, FileKey
from assay.deposit.disclosures import Facts
from assay.deposit.in_place import Opened, opened
from assay.deposit.keys import new_key
from assay.deposit.storage import Folder
from assay.deposit.suites import AES, SM
from assay.deposit.terms import parse_terms
from assay.deposit.tree import FileKeys, SealedTree, file_keys, open_member
from assay.dossier.store import Dossier
from assay.review import sealed as sealed_room
from assay.review.sealed import memory_folder, sealed_plan
from assay.review.steps import Plan, review
from tests.deposit.parties import AT, SECRET, TERMS, key, party, scene

DAY = date(2027, 1, 1)
JAVA = """\
package bank;
import javax.crypto.Cipher;
class Pay {
    byte[] seal(byte[] text) throws Exception {
        Cipher one = Cipher.getInstance("DES/ECB/PKCS5Padding");
        return one.doFinal(text);
    }
}
"""


class Sealed(Struct, dict=True):
    """A deposit that is open to tools, without the orders that lead there."""

    deposit: Deposit
    opened: Opened
    entered: list[str]
    left: list[Facts]


class Entered(Struct, dict=True):
    """A journal that keeps what it is given."""

    entered: list[str]
    facts: list[Facts]

    def enter(self, act: str, *_: object) -> None:
        self.entered.append(act)

    def leave(self, facts: Facts) -> None:
        self.entered.append("facts")
        self.facts.append(facts)


def opened_deposit(folder: Path, source: dict[str, bytes], terms: str, suite: str = "aes") -> Sealed:
    place = folder / "source"
    for path, content in source.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    storage, root, id_ = Folder(folder / "store"), new_key(), sealing.new_id()
    read = parse_terms(terms.encode(), "terms.yaml")
    me = party("vendor")
    used = {"aes": AES, "sm": SM}[suite]
    header, naming = sealing.create(storage, id_, used, root, me, terms=read.canonical, custody=b"{}", at=AT)
    sealing.seal(storage, header, naming, place, label="paygate", at=AT, party=me)
    journal = Entered([], [])
    under = Opened(root, read, None, "0" * 64, Allowance(read), journal)  # type: ignore[arg-type]
    return Sealed(Deposit.open(storage, id_, [key("vendor")]), under, journal.entered, journal.facts)


def reviewed(made: Sealed, dossier: Path, jobs: int = 1) -> Dossier:
    plan = Plan(Path("deposit:x"), DAY, dossier=dossier, jobs=jobs)
    with sealed_plan(plan, made.deposit, made.deposit.version(1), made.opened) as sealed:
        return review(sealed)[0]


def everything(folder: Path) -> bytes:
    """All bytes of a dossier, decompressed."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            frame = content.startswith(b"\x28\xb5\x2f\xfd")
            found += zstandard.ZstdDecompressor().stream_reader(io.BytesIO(content)).read() if frame else content
    return found


def test_under_an_order(tmp_path: Path) -> None:
    made = scene(tmp_path)
    with made.host() as host:
        name = made.ordered(host, "review", ("**",))
        host.open(name, made.released(host, name), SECRET)
        made.witnessed(host.acts)
    under = opened(tmp_path / "room", made.deposit, party("reviewer"), made.clock, lambda: SECRET)
    plan = Plan(Path("deposit:x"), DAY, dossier=tmp_path / "out.assay")
    with sealed_plan(plan, made.deposit, made.deposit.version(1), under) as sealed:
        dossier, _ = review(sealed)
    (stated,) = [fact for fact in dossier.latest().facts() if fact.kind == "deposit.source"]
    assert stated.value["host"] == "bank.example"
    assert (stated.value["files"], stated.value["withheld"]) == (4, 2)
    withheld = [item for item in dossier.latest().attempts() if item.status == "withheld" and item.path]
    assert [(item.path, item.owner) for item in withheld] == [
        ("docs/build.txt", "vendor.example"),
        ("src/secret/tables.c", "vendor.example"),
    ]
    with made.host() as host:
        assert [entry.counts["version"] for _, entry in host.acts.entered("review")] == [1]


ALL_PATHS = TERMS.replace('["cipher"]', '["*"]').replace(
    '{allow: ["src/**"], deny: ["src/secret/**"]}', '{allow: ["**"]}'
)
FREE = ALL_PATHS.replace(
    "{lines: 4, file_percent: 20, total_percent: 15}", "{lines: 4, file_percent: 100, total_percent: 100}"
)
SILENT = ALL_PATHS.replace("{lines: 4, file_percent: 20, total_percent: 15}", "{lines: 0}")


def packed() -> dict[str, bytes]:
    """Source in the open, in a jar, in a tar inside of a zip, in a compressed tar, and a large text."""
    jar, tar, outer = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bank/InJar.java", JAVA.replace("Pay", "InJar"))
    with tarfile.open(fileobj=tar, mode="w:gz") as archive:
        content = JAVA.replace("Pay", "InTar").encode()
        entry = tarfile.TarInfo("bank/InTar.java")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    with zipfile.ZipFile(outer, "w") as file:
        file.writestr("inner/source.tar.gz", tar.getvalue())
        file.writestr("stored/InZip.java", JAVA.replace("Pay", "InZip"))
    return {
        "src/Pay.java": JAVA.encode(),
        "lib/pay.jar": jar.getvalue(),
        "all.zip": outer.getvalue(),
        "large.py": b"import hashlib\n" + b"x = 1  # padding\n" * 150_000 + b"hashlib.md5(b'')\n",
        "empty.c": b"",
        "wei\xdfbuch.py".encode("latin-1").decode("latin-1"): b"import hashlib\nhashlib.sha1(b'')\n",
    }


@pytest.mark.parametrize(("suite", "jobs"), [("aes", 2), ("sm", 1)])
def test_finds_what_a_review_of_the_folder_finds(tmp_path: Path, suite: str, jobs: int) -> None:
    """The same facts, for any number of workers, but for how they were come by."""
    source = packed() if suite == "aes" else {path: packed()[path] for path in ("all.zip", "large.py")}
    made = opened_deposit(tmp_path, source, FREE, suite)
    sealed = reviewed(made, tmp_path / "sealed.assay", jobs).latest()
    plain = review(Plan(tmp_path / "source", DAY, dossier=tmp_path / "plain.assay"))[0].latest()
    found = [fact for fact in sealed.facts() if not fact.kind.startswith("deposit.")]
    assert found == list(plain.facts())
    assert {fact.kind for fact in found} >= {"crypto.use", "intake.content"}
    assert any("InTar" in place.path for fact in found for place in fact.evidence)
    assert list(sealed.files()) == list(plain.files())
    assert made.entered == ["review", "facts"]


def test_no_source_leaves_where_nothing_may_be_quoted(tmp_path: Path) -> None:
    made = opened_deposit(tmp_path, {"src/Pay.java": JAVA.encode()}, SILENT)
    dossier = reviewed(made, tmp_path / "out.assay")
    assert any(fact.kind == "crypto.use" for fact in dossier.latest().facts())
    left = everything(tmp_path / "out.assay")
    assert b"crypto.use" in left
    for line in JAVA.splitlines():
        assert len(line.strip()) < 9 or line.strip().encode() not in left


def test_no_more_is_quoted_than_the_terms_let_leave(tmp_path: Path) -> None:
    source = {f"src/P{number}.java": JAVA.replace("Pay", f"P{number}").encode() for number in range(8)}
    terms = FREE.replace("total_percent: 100}", "total_percent: 20}")
    made = opened_deposit(tmp_path, source, terms)
    facts = list(reviewed(made, tmp_path / "out.assay").latest().facts())
    places = {(place.path, place.line) for fact in facts for place in fact.evidence if place.line}
    quoted = {(place.path, place.excerpt) for fact in facts for place in fact.evidence if place.excerpt}
    assert 0 < len(quoted) < len(places)
    assert sum(len(text) for _, text in quoted) <= 8 * len(JAVA) * 20 // 100


def test_tools_that_the_terms_do_not_name_do_not_run(tmp_path: Path) -> None:
    made = opened_deposit(tmp_path, {"src/Pay.java": JAVA.encode()}, FREE.replace('["*"]', '["cipher.material"]'))
    latest = reviewed(made, tmp_path / "out.assay").latest()
    refused = {item.by: item for item in latest.attempts() if item.status == "withheld"}
    assert refused["cipher.source.java@1"].owner == "vendor.example"
    assert "crypto.use" in refused["cipher.source.java@1"].kinds
    assert not any(fact.kind == "crypto.use" for fact in latest.facts())
    outcomes = {judgement.rule: judgement.outcome for judgement in latest.judgements()}
    assert "met" not in {outcome for rule, outcome in outcomes.items() if rule.startswith("crypto.")}


def test_a_damaged_deposit_is_not_reviewed(tmp_path: Path) -> None:
    made = opened_deposit(tmp_path, packed(), FREE)
    (pack, _) = made.deposit.version(1).packs[0]
    path = tmp_path / "store" / made.deposit.id / "packs" / pack
    content = bytearray(path.read_bytes())
    content[70] ^= 1
    path.write_bytes(content)
    with pytest.raises(NotVerifiedError, match=f"pack {pack[:16]}"):
        reviewed(made, tmp_path / "out.assay")
    assert not (tmp_path / "out.assay").exists()


def test_every_file_is_opened_and_held_to_the_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `assay deposit verify --room` does once an order is in force."""
    made = opened_deposit(tmp_path, packed(), FREE)
    order = SimpleNamespace(version=1)
    monkeypatch.setattr(cli_sealed, "party", lambda: party("reviewer"))
    monkeypatch.setattr(cli_sealed, "_opened", lambda *_: under_order(made.opened, order))
    looked = cli_sealed.every_file(made.deposit, tmp_path)
    assert (looked.version.number, looked.kept_back, looked.faults, made.entered) == (1, 0, [], ["review"])
    (pack, _) = made.deposit.version(1).packs[0]
    path = tmp_path / "store" / made.deposit.id / "packs" / pack
    path.write_bytes(bytes(len(path.read_bytes())))
    faults = cli_sealed.every_file(made.deposit, tmp_path).faults
    assert len(faults) == len(packed()) - 1  # the empty file has no piece
    assert all(f"pack {pack[:16]}" in fault.message.en for fault in faults)


def under_order(one: Opened, order: object) -> Opened:
    return replace(one, order=order)


def test_what_lies_in_memory_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = opened_deposit(tmp_path, {"src/Pay.java": JAVA.encode()}, FREE)
    with TemporaryDirectory(dir=memory_folder()) as mine:
        monkeypatch.setenv("XDG_RUNTIME_DIR", mine)
        assert memory_folder() == Path(mine)
        reviewed(made, tmp_path / "out.assay")
        assert list(Path(mine).iterdir()) == []

    monkeypatch.setattr(sealed_room, "_kind_of_mount", lambda _: "ext4")
    with pytest.raises(UsageError, match="lies in memory"):
        reviewed(made, tmp_path / "again.assay")
    assert made.entered == ["review", "facts"]


def test_keys_of_other_files_are_not_handed_to_workers(tmp_path: Path) -> None:
    made = opened_deposit(tmp_path, {"a/open.c": b"int a;", "b/closed.c": b"int b;"}, FREE)
    unsealed = made.deposit.unlock(made.opened.root)
    content = file_keys(unsealed, made.deposit.version(1), lambda path: path.startswith("a/"), "x")
    path = tmp_path / "keys"
    path.write_bytes(content)
    tree = SealedTree(path)
    assert [member.row.path for member in tree.members()] == ["a/open.c"]
    assert [item.path for item in tree.withheld] == ["b/closed.c"]
    rows = {row.path: row for row in unsealed.manifest(made.deposit.version(1)).rows}
    (piece,) = unsealed.pieces(made.deposit.version(1), rows["b/closed.c"])
    assert piece.key not in content
    tree.close()


def test_a_vendor_whose_manifest_names_another_content_is_found_out(tmp_path: Path) -> None:
    """The manifest is the vendor's word; what is read is held to it, also when the vendor sealed something else."""
    made = opened_deposit(tmp_path, packed(), FREE)
    unsealed = made.deposit.unlock(made.opened.root)
    listed = msgspec.msgpack.decode(file_keys(unsealed, made.deposit.version(1), lambda _: True, "x"), type=FileKeys)
    lied = [replace_row(one) for one in listed.keys]
    path = tmp_path / "keys"
    path.write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(listed, keys=lied)))
    tree = SealedTree(path)
    for member in tree.members():
        if member.row.path in ("src/Pay.java", "large.py"):
            with pytest.raises(OSError, match="its SHA-256 is not the signed one"):
                open_member(member.locator.path)
    tree.close()


def test_pieces_that_are_cut_otherwise_are_refused(tmp_path: Path) -> None:
    """A reader that looks for a place by its number would see another content than the one that was verified."""
    made = opened_deposit(tmp_path, packed(), FREE)
    unsealed = made.deposit.unlock(made.opened.root)
    listed = msgspec.msgpack.decode(file_keys(unsealed, made.deposit.version(1), lambda _: True, "x"), type=FileKeys)
    large = next(one for one in listed.keys if one.row.path == "large.py")
    (first, *rest), odd = large.pieces, msgspec.structs.replace(large.pieces[0][1], size=large.pieces[0][1].size - 1)
    lied = msgspec.structs.replace(large, pieces=[(first[0], odd, first[2]), *rest])
    path = tmp_path / "keys"
    path.write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(listed, keys=[lied])))
    tree = SealedTree(path)
    (member,) = tree.members()
    with pytest.raises(OSError, match="are not cut as they must be"):
        open_member(member.locator.path)
    tree.close()


def replace_row(one: FileKey) -> FileKey:
    return msgspec.structs.replace(one, row=msgspec.structs.replace(one.row, sha256="0" * 64))
