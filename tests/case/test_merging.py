"""Parties that act apart and exchange files in any order come to the same case; whatever is cut short stays whole."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.case import exchange, folder
from assay.case.contents import Acknowledgement, Answer, Closing, Content, Objection, Withdrawal
from assay.case.exchange import export
from assay.case.folder import Case
from assay.case.standing import state
from assay.core.errors import InputError, UsageError
from assay.dossier.durable import write_durably
from tests.case.made import Desk, answered, decision, delivery, disclosure, opened, passed, question

Does = Callable[[Desk, int], Content | None]


def _last(desk: Desk, kinds: tuple[str, ...], number: int) -> str | None:
    found = [act.id for act in desk.case.history.acts() if act.kind in kinds]
    return found[number % len(found)] if found else None


def _answers(desk: Desk, number: int) -> Content | None:
    to = _last(desk, ("ask", "object"), number)
    return Answer(to, "so", upheld=None if number % 2 else bool(number % 4)) if to else None


def _objects(desk: Desk, number: int) -> Content | None:
    about = _last(desk, ("disclose", "decide"), number)
    return Objection(about, "no") if about else None


def _withdraws(desk: Desk, number: int) -> Content | None:
    act = _last(desk, ("ask", "submit", "object", "decide"), number)
    return Withdrawal(act, "a mistake") if act else None


def _acknowledges(desk: Desk, number: int) -> Content | None:
    act = _last(desk, ("disclose", "decide"), number)
    return Acknowledgement(act) if act else None


def _discloses(desk: Desk, number: int) -> Content | None:
    return disclosure(desk, days=number % 3) if desk.case.view.current else None


def _decides(desk: Desk, number: int) -> Content | None:
    if desk.case.view.verdict is None:
        return None
    first = _last(desk, ("decide",), number) if number % 2 else None
    return decision(desk, desk.name, concurs=first or "", outcome="decline" if number % 5 == 0 else "admit")


DOES: tuple[Does, ...] = (
    lambda _, number: delivery(f"{number % 3}")[0],
    lambda desk, _: question(desk, "vendor.example"),
    lambda *_: Closing("enough"),
    _answers, _objects, _withdraws, _acknowledges, _discloses, _decides,
)  # fmt: skip
STEP = st.tuples(st.sampled_from(["act", "act", "act", "send", "wait"]), st.integers(0, 2), st.integers(0, 1 << 16))


@settings(max_examples=2_000 if os.environ.get("ASSAY_SOAK") else 6)
@given(steps=st.lists(STEP, min_size=4, max_size=14))
def test_any_course_of_acts_and_files_ends_in_one_case(steps: list[tuple[str, int, int]]) -> None:
    """An act is done or refused in words, never both; every copy that has all acts says the same."""
    with TemporaryDirectory(prefix="assay-case-") as scratch:
        root = Path(scratch)
        desks = opened(root)
        for what, who, number in steps:
            if what == "act":
                content = DOES[number % len(DOES)](desks[who], number)
                try:
                    if content is not None:
                        desks[who].does(content)
                except UsageError as error:
                    assert error.message.zh  # noqa: PT017
            elif what == "send":
                passed(desks[who], desks[(who + 1 + number % 2) % 3])
            else:
                desks[0].clock.days(number % 20)
        for desk in (*desks, *desks):
            passed(desk, *(other for other in desks if other is not desk))
        found = {(desk.case.history.heads(), str(state(desk.case.view))) for desk in desks}
        histories = {tuple(act.id for act in desk.case.history.acts()) for desk in desks}
        assert len(found) == len(histories) == 1
        assert desks[0].case.without_receipt == []


class _StoppedError(OSError):
    """The disk refused, or the process was killed, here."""


@pytest.mark.parametrize("at", range(12))
def test_an_act_that_was_cut_short_leaves_a_whole_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    vendor.does(*delivery())
    passed(vendor, laboratory)
    asked = laboratory.does(question(laboratory))
    passed(laboratory, vendor)
    before = {act.id for act in vendor.case.history.acts()}
    written = write_durably
    left = at

    def refuses(path: Path, content: bytes) -> None:
        nonlocal left
        if left == 0:
            raise _StoppedError(5, "stopped")
        left -= 1
        written(path, content)

    monkeypatch.setattr(folder, "write_durably", refuses)
    stopped = False
    try:
        answered(vendor, asked)
    except InputError:
        stopped = True
    monkeypatch.setattr(folder, "write_durably", written)
    case = vendor.case
    assert {act.id for act in case.history.acts()} >= before
    assert stopped == bool(case.without_receipt or asked.id not in case.view.settled)
    vendor.does(Objection(asked.id, "why is this asked?"))
    assert vendor.case.without_receipt == []
    passed(vendor, laboratory)


@pytest.mark.parametrize("at", [0, 1, 2, 5, 9])
def test_an_import_that_was_cut_short_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    vendor.does(*delivery())
    passed(vendor, laboratory)
    file, target = laboratory.sends(), tmp_path / "new"
    written = write_durably
    left = at

    def refuses(path: Path, content: bytes) -> None:
        nonlocal left
        if left == 0:
            raise _StoppedError(5, "stopped")
        left -= 1
        written(path, content)

    monkeypatch.setattr(folder, "write_durably", refuses)
    with pytest.raises(InputError):
        exchange.bring_in(target, file, None, 0)
    monkeypatch.setattr(folder, "write_durably", written)
    with pytest.raises(InputError, match="is no folder of a case"):
        Case.open(target)
    other, _, _ = opened(tmp_path / "other")
    if at > 1:
        with pytest.raises(UsageError, match="folder of another case"):
            exchange.bring_in(target, other.sends(), None, 0)
    exchange.bring_in(target, file, None, 0)
    export(Case.open(target), tmp_path / "again.case")
    assert (tmp_path / "again.case").read_bytes() == file.read_bytes()


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    vendor, _, _ = opened(tmp_path)
    with folder.locked(vendor.folder), pytest.raises(UsageError, match="another process is writing"):
        vendor.does(*delivery())
    vendor.does(*delivery())


def test_a_folder_of_other_things_is_not_written_to(tmp_path: Path) -> None:
    vendor, laboratory, _ = opened(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").touch()
    file = vendor.sends()
    with pytest.raises(UsageError, match="holds other things"):
        exchange.bring_in(tmp_path / "full", file, None, 0)
    with pytest.raises(UsageError, match="folder of another case"):
        Case.begin(laboratory.folder, laboratory.case.view.charter, laboratory.party, 1)
    (tmp_path / "file").touch()
    with pytest.raises(InputError):
        exchange.bring_in(tmp_path / "file", file, None, 0)
    shutil.rmtree(vendor.folder / "acts")
    with pytest.raises(Exception, match="one beginning"):
        Case.open(vendor.folder)
