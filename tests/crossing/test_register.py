"""The register of exports: unions over a year, nothing deleted, every change entered, no value of a person in it."""

import fcntl
import multiprocessing
import shutil
from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import InputError, NotVerifiedError, UsageError
from assay.crossing.register import Register, Unread
from assay.ledger import verify as verifier
from tests.crossing.made import BANK, export, persons, register
from tests.ledger.made import AT


def test_the_same_persons_count_once_however_an_export_is_split(tmp_path: Path) -> None:
    of = register(tmp_path)
    for start in range(0, 3000, 1000):
        export(of, (start, start + 1500))
    totals = of.totals(2026)
    assert (totals.ordinary.count(), totals.ordinary.exact, totals.sensitive.count()) == (3500, True, 0)


def test_a_year_begins_on_the_first_of_january(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10), day=date(2025, 12, 31))
    export(of, (0, 4), day=date(2026, 1, 1))
    assert of.totals(2026).ordinary.count() == 4
    assert of.totals(2025).ordinary.count() == 10


def test_a_confirmed_exemption_is_not_counted_and_a_claimed_one_only_possibly(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    export(of, (10, 30), exemption="contract-with-individual")
    export(of, (30, 70), exemption="human-resources", confirmed=True)
    totals = of.totals(2026)
    assert (totals.ordinary.count(), totals.possible_ordinary.count()) == (10, 30)


def test_a_withdrawn_export_is_not_counted_and_not_deleted(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    export(of, (10, 15))
    of.withdraw(1, date(2026, 4, 1), "not sent", BANK, AT)
    assert of.totals(2026).ordinary.count() == 5
    assert [one.number for one in of.exports()] == [1, 2]
    for number in (1, 9):
        with pytest.raises(InputError, match="no export"):
            of.withdraw(number, date(2026, 4, 1), "again", BANK, AT)


def test_every_change_is_entered_and_a_changed_byte_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of = register(tmp_path)
    export(of, (0, 10), (3, 5))
    of.withdraw(1, date(2026, 4, 1), "not sent", BANK, AT)
    keys = ["--key", str(BANK.keys[0])]
    assert verifier.main([*keys, str(of.path)]) == 0
    for path in (of.path / "exports" / "0001.json", next((of.path / "sketches").iterdir()), of.path / "register.json"):
        content = path.read_bytes()
        path.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
        assert verifier.main([*keys, str(of.path)]) == 12
        assert path.name in capsys.readouterr().out
        path.write_bytes(content)


def test_a_damaged_sketch_is_refused_not_counted(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    sketch = next((of.path / "sketches").iterdir())
    sketch.write_bytes(sketch.read_bytes()[:-8])
    with pytest.raises(NotVerifiedError, match="damaged"):
        of.totals(2026)


def test_a_register_is_one_handler_s_and_its_key_is_elsewhere(tmp_path: Path) -> None:
    of = register(tmp_path)
    key = of.key()
    assert key not in b"".join(path.read_bytes() for path in of.path.rglob("*") if path.is_file())
    with pytest.raises(UsageError, match="Example Bank"):
        Register.open_or_begin(of.path, "Another", tmp_path / "keys")
    with pytest.raises(InputError, match="key of this register"):
        Register(of.path, tmp_path / "elsewhere").key()
    with pytest.raises(InputError, match="no register"):
        Register(tmp_path / "nowhere", tmp_path / "keys")


def test_what_was_not_read_stays_with_the_export(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10), unread=(Unread("b.parquet", "damaged"),))
    assert Register(of.path, tmp_path / "keys").exports()[0].unread == (Unread("b.parquet", "damaged"),)


def _hold(path: Path, keys: Path, ready: object, go: object) -> None:
    with Register(path, keys).locked():
        ready.set()  # type: ignore[attr-defined]
        go.wait(30)  # type: ignore[attr-defined]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    of = register(tmp_path)
    context = multiprocessing.get_context("spawn")
    ready, go = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(of.path, tmp_path / "keys", ready, go))
    other.start()
    try:
        assert ready.wait(30)
        with pytest.raises(UsageError, match="another process"):
            export(of, (0, 1))
    finally:
        go.set()
        other.join(30)
    assert export(of, (0, 1)).number == 1


KEYS = ["--key", str(BANK.keys[0])]


def test_an_export_that_is_gone_is_neither_uncounted_nor_forgotten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    export(of, (10, 20))
    for name in ("0001.json", "0001.json.salt"):
        (of.path / "exports" / name).unlink()
    with pytest.raises(NotVerifiedError, match=r"0001\.json is damaged"):
        of.totals(2026)
    assert verifier.main([*KEYS, str(of.path)]) == 12
    assert "exports/0001.json" in capsys.readouterr().out


def test_what_nobody_entered_is_named_and_takes_nothing_off(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    (of.path / "withdrawn").mkdir()
    (of.path / "withdrawn" / "0001.json").write_text('{"number": 1, "day": "2026-04-01", "reason": "not sent"}')
    assert of.totals(2026).ordinary.count() == 10
    assert verifier.main([*KEYS, str(of.path)]) == 12
    assert "withdrawn/0001.json is named by no entry" in capsys.readouterr().out
    of.withdraw(1, date(2026, 4, 1), "not sent", BANK, AT)
    assert of.totals(2026).ordinary.count() == 0
    assert verifier.main([*KEYS, str(of.path)]) == 0


def test_a_changed_export_is_refused_not_counted(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    path = of.path / "exports" / "0001.json"
    path.write_text(path.read_text().replace('"2026-', '"2025-'))
    with pytest.raises(NotVerifiedError, match="damaged"):
        of.totals(2026)


def test_a_writer_killed_between_body_and_entry_leaves_an_export_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = register(tmp_path)
    export(of, (0, 10))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("assay.crossing.register.open_log", killed)
        with pytest.raises(KeyboardInterrupt):
            export(of, (10, 15))
    assert of.totals(2026).ordinary.count() == 15
    assert verifier.main([*KEYS, str(of.path)]) == 12
    assert export(of, (15, 16)).number == 3
    assert of.totals(2026).ordinary.count() == 16
    assert verifier.main([*KEYS, str(of.path)]) == 0


def test_a_register_cannot_be_handed_to_another_handler(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    head = of.path / "register.json"
    head.write_text(head.read_text(encoding="utf-8").replace(of.handler, "Another Bank"), encoding="utf-8")
    with pytest.raises(NotVerifiedError, match=r"register\.json is damaged"):
        Register.open_or_begin(of.path, "Another Bank", tmp_path / "keys").totals(2026)


def test_an_older_copy_of_a_register_is_refused(tmp_path: Path) -> None:
    of = register(tmp_path)
    export(of, (0, 10))
    shutil.copytree(of.path, tmp_path / "copy")
    export(of, (10, 20))
    shutil.rmtree(of.path)
    shutil.copytree(tmp_path / "copy", of.path)
    with pytest.raises(NotVerifiedError, match="older copy"):
        register(tmp_path).totals(2026)
    shutil.rmtree(of.path / "ledger")
    shutil.rmtree(of.path / "exports")
    with pytest.raises(NotVerifiedError, match="older copy"):
        export(register(tmp_path), (0, 5))


def test_a_sketch_of_another_register_is_damage(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    of, other = register(tmp_path), register(tmp_path / "other")
    name = other.keep(persons(other, 0, 5))
    export(of, (0, 10), sketch=name)
    (of.path / "sketches" / name).write_bytes((other.path / "sketches" / name).read_bytes())
    with pytest.raises(NotVerifiedError, match="damaged"):
        of.totals(2026)


def test_a_register_is_begun_once(tmp_path: Path) -> None:
    path = tmp_path / "register"
    path.mkdir()
    with (path / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="another process"):
            register(tmp_path)
    assert register(tmp_path).key() == register(tmp_path).key()
