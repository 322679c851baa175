"""Review without hand-over, whole: an honest vendor, one that leaves a fact out, and one that does not show a file."""

from datetime import date
from pathlib import Path

import pytest

from assay.core.errors import AssayError, NotVerifiedError
from assay.deposit.drawn import (
    Compared,
    answer,
    assurance,
    compare,
    lot,
    must_be_facts,
    open_submission,
    reveal,
    submit,
)
from assay.deposit.manifest import Manifest
from assay.deposit.shown import received, show
from assay.dossier.store import Dossier
from assay.report.document import Document
from assay.review.drawn import adopt, by_file, look_again, paths, product_of, read_submitted, stated, submitted
from assay.review.steps import Plan, review
from tests.deposit.parties import Scene, key, party, scene

DAY = date(2026, 9, 21)
SOURCE = {f"src/part{number}.c": f"int part{number}(void) {{ return 0; }}\n" for number in range(6)} | {
    "src/weak2.c": "#include <openssl/evp.h>\nvoid g(void) { EVP_EncryptInit_ex(c, EVP_des_cbc(), 0, k, 0); }\n",
}


def outcome(tmp_path: Path, made: Scene, facts: bytes, lose: str = "") -> tuple[Compared, Document, Dossier]:
    """What the reviewer comes to, when these facts were submitted and this file is not shown."""
    version = made.deposit.version()
    envelope, number = submit(
        deposit=made.deposit.id,
        version=version.number,
        statement=version.digest,
        files=version.files,
        facts=facts,
        assay="0.1",
        party=party("vendor"),
    )
    answered = answer(envelope, [key("vendor")], version.files, party("reviewer"))
    revealed = reveal(envelope, answered, number, [key("reviewer")], party("vendor"))
    drawn = lot(envelope, answered, revealed, [key("vendor")], [key("reviewer")])
    manifest: Manifest = made.deposit.unlock(made.root).manifest(version)
    show(manifest, made.folder / "source", drawn.positions, tmp_path / "shown")
    if lose:
        at = manifest.places[lose]
        (tmp_path / "shown/files" / str(at)).write_bytes(b"something else")
    must_be_facts(drawn.submission, facts)
    given = read_submitted(facts, "facts.txt")
    shown = received(tmp_path / "shown", version, drawn.positions, tmp_path / "tree")
    seen = look_again(tmp_path / "tree", DAY)
    again = {path: seen.get(path, []) if path in shown.values() else None for path in paths(shown)}
    compared = compare(again, by_file(given.facts), again)
    found = assurance(version.files, len(drawn.positions), compared.against)
    dossier = Dossier.create_or_open(tmp_path / "theirs.assay")
    document, _ = adopt(dossier, given, stated(drawn, compared, found), DAY, ("baseline",))
    return compared, document, dossier


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scene, bytes]:
    folder = tmp_path_factory.mktemp("vendor")
    made = scene(folder, source=SOURCE)
    home, _ = review(Plan(folder / "source", DAY, dossier=folder / "home.assay"))
    return made, submitted(home.latest(), product_of(home.latest()))


def standing(dossier: Dossier, rule: str) -> str:
    return next(item.outcome for item in dossier.latest().judgements() if item.rule == rule)


def test_an_honest_vendor(tmp_path: Path, sealed: tuple[Scene, bytes]) -> None:
    made, facts = sealed
    assert b"EVP_des_cbc(), 0" not in facts
    compared, _, dossier = outcome(tmp_path, made, facts)
    assert len(compared.agree) == len(SOURCE)
    assert compared.against == 0
    assert standing(dossier, "drawn.agree") == "met"
    assert standing(dossier, "drawn.only-some") == "broken"  # a limit of the review, said with its figures
    assert standing(dossier, "crypto.des") == "broken"


def test_a_fact_that_was_left_out_convicts(tmp_path: Path, sealed: tuple[Scene, bytes]) -> None:
    made, facts = sealed
    lines = [
        line for line in facts.splitlines(keepends=True) if not (line.startswith(b"F ") and b"src/weak2.c" in line)
    ]
    compared, _, dossier = outcome(tmp_path, made, b"".join(lines))
    assert compared.differ == ("src/weak2.c",)
    assert standing(dossier, "drawn.agree") == "broken"


def test_a_file_that_is_not_shown_counts_against_the_vendor(tmp_path: Path, sealed: tuple[Scene, bytes]) -> None:
    made, facts = sealed
    compared, _, dossier = outcome(tmp_path, made, facts, lose="src/part3.c")
    assert len(compared.differ) == 1
    assert compared.differ[0].startswith("#")
    assert standing(dossier, "drawn.agree") == "broken"


def test_facts_that_were_not_signed_are_refused(sealed: tuple[Scene, bytes]) -> None:
    _, facts = sealed
    envelope, _ = submit(
        deposit="0" * 16, version=1, statement="", files=3, facts=facts, assay="", party=party("vendor")
    )
    submission = open_submission(envelope, [key("vendor")])
    with pytest.raises(NotVerifiedError, match="not those that the vendor signed"):
        must_be_facts(submission, facts + b"\n")
    for content in (b"", b"X {}\n", b"P {}\nP {}\n", facts.replace(b"F {", b"F [")):
        with pytest.raises(AssayError):
            read_submitted(content, "facts.txt")
