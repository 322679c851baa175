"""`assay deposit draw reveal`: a number is revealed for one answer, however often it is asked for."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from assay.cli import deposit_drawing
from assay.core.errors import InputError, UsageError
from assay.deposit.drawn import answer
from tests.deposit.parties import key, party
from tests.deposit.test_drawn import VENDOR, submitted


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What went to and fro until the reviewer answered; the vendor's number lies beside it."""
    monkeypatch.setattr(deposit_drawing, "signing", lambda: party("vendor"))
    submission, number = submitted()
    place = tmp_path / "exchange"
    place.mkdir()
    (tmp_path / "exchange.number").write_text(number.hex())
    (place / "submission.json").write_bytes(submission)
    (place / "answer.json").write_bytes(answer(submission, VENDOR, 30, party("reviewer")))
    return place


def test_who_knows_the_number_cannot_answer_again(folder: Path) -> None:
    def revealed() -> None:
        CliRunner().invoke(
            deposit_drawing.draw, ["reveal", str(folder), "--reviewer", str(key("reviewer"))], catch_exceptions=False
        )

    revealed()
    first = (folder / "reveal.json").read_bytes()
    revealed()
    assert (folder / "reveal.json").read_bytes() == first
    (folder / "answer.json").write_bytes(
        answer((folder / "submission.json").read_bytes(), VENDOR, 30, party("reviewer"))
    )
    with pytest.raises(UsageError, match="revealed for another answer"):
        revealed()
    assert (folder / "reveal.json").read_bytes() == first


def test_a_number_is_never_written_over_another(folder: Path) -> None:
    with pytest.raises(InputError, match=r"exchange\.number"):
        deposit_drawing._keep(deposit_drawing._number(folder), b"00", folder)
    assert deposit_drawing._number(Path()).name == f"{Path.cwd().name}.number"
