"""One count for everything that leaves: pages, hits, excerpts, facts of reviews, files drawn by lot."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from assay.core.errors import NotVerifiedError, UsageError
from assay.core.facts import Evidence, Fact, Subject
from assay.deposit.allowance import Allowance, Piece, counted
from assay.deposit.audit import audit
from assay.deposit.coverage import Coverage
from assay.deposit.disclosures import Draw, DrawnFile, Facts, Passages
from assay.deposit.documents import sha256, written
from assay.deposit.excerpts import quote
from assay.deposit.in_place import Opened, opened
from assay.deposit.manifest import Row
from assay.deposit.opening import Host
from assay.deposit.room import Room
from assay.deposit.terms import parse_terms
from assay.dossier.store import Dossier
from assay.review.quoting import Denied, Quoting
from assay.review.sealed import sealed_plan
from assay.review.steps import Plan, review
from tests.deposit.parties import SECRET, SOURCE, TERMS, Scene, party, scene
from tests.deposit.test_story import HOST, VENDOR, admitted, ended

JAVA = """\
package bank;
import javax.crypto.Cipher;
class Pay {
    byte[] seal(byte[] text) throws Exception {
        return Cipher.getInstance("DES/ECB/PKCS5Padding").doFinal(text);
    }
}
"""
TREE = SOURCE | {"src/Pay.java": JAVA + "// the rest\n" * 16}
FILE = Row(path="src/a.c", salt="", sha256="0" * 64, size=1000)


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path, source=TREE)


def under_review(made: Scene, host: Host) -> None:
    name = made.ordered(host, "review")
    host.open(name, made.released(host, name), SECRET)
    made.witnessed(host.acts)


def in_place(made: Scene) -> Opened:
    return opened(made.folder / "room", made.deposit, party("reviewer"), made.clock, lambda: SECRET)


def reviewed(made: Scene, name: str) -> Dossier:
    plan = Plan(Path("deposit:x"), date(2027, 1, 1), dossier=made.folder / name)
    with sealed_plan(plan, made.deposit, made.deposit.version(1), in_place(made)) as sealed:
        return review(sealed)[0]


def facts(of: int, *words: tuple[str, int], path: str = "src/pay.c", order: str = "") -> Facts:
    content = TREE[path].encode()
    passages = Passages(path=path, sha256=sha256(content), size=len(content), words=words)
    return Facts(deposit="0123456789abcdef", order=order, version=1, of=of, files=(passages,), salt="")


def excerpts_of(dossier: Dossier) -> list[str]:
    return [place.excerpt for fact in dossier.latest().facts() for place in fact.evidence if place.excerpt]


def test_what_a_review_quoted_is_not_to_be_quoted_in_the_room_as_well(made: Scene) -> None:
    with made.host() as host:
        under_review(made, host)
        of = sum(len(TREE[path]) for path in ("src/pay.c", "src/crypt.c", "src/Pay.java"))
        in_place_ = in_place(made)
    size = len(TREE["src/pay.c"])
    in_place_.journal.leave(facts(of, ("a" * 32, size // 5 - 10), order=in_place_.order_digest))
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        assert room.coverage.of(sha256(TREE["src/pay.c"].encode())) == size // 5 - 10
        session = admitted(room)
        room.view(session, "src/pay.c", 1, 4)
        with pytest.raises(UsageError, match=r"more than 20 % of src/pay\.c would have left"):
            quote(room, session, "src/pay.c", 1, 1, party("reviewer"))


@pytest.mark.parametrize("lines", [0, 2])
def test_what_was_quoted_in_the_room_is_not_to_be_quoted_by_a_review(made: Scene, lines: int) -> None:
    with made.host() as host:
        name = made.ordered(host, paths=("src/Pay.java",))
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        room.view(session, "src/Pay.java", 1, 7)
        if lines:
            quote(room, session, "src/Pay.java", 1, lines, party("reviewer"))
        under_review(made, host)
    dossier = reviewed(made, "first.assay")
    assert any(fact.kind == "crypto.use" for fact in dossier.latest().facts())
    assert bool(excerpts_of(dossier)) is not bool(lines)


def test_the_same_review_again_quotes_the_same_and_uses_nothing_up(tmp_path: Path) -> None:
    terms = TERMS.replace("file_percent: 20, total_percent: 15", "file_percent: 90, total_percent: 90")
    made = scene(tmp_path, source=TREE, terms=terms)
    with made.host() as host:
        under_review(made, host)
    first = reviewed(made, "first.assay")
    assert excerpts_of(first)
    with made.host() as host:
        left = counted(host).left.shown
    assert left >= sum(len(text) for text in set(excerpts_of(first)))
    assert excerpts_of(reviewed(made, "second.assay")) == excerpts_of(first)
    with made.host() as host:
        assert counted(host).left.shown == left
        assert [entry.counts["left"] for _, entry in host.acts.entered("facts")] == [left, left]
        made.witnessed(host.acts)
    log, path = ended(made)
    found = audit(log, path, vendor=VENDOR, host=HOST)
    assert (found.replay.counts["facts"], found.replay.allowance.left.shown) == (2, left)


def test_facts_that_no_longer_fit_are_not_given_out(made: Scene) -> None:
    """Others read while the review ran."""
    with made.host() as host:
        under_review(made, host)
    under = in_place(made)
    mine = facts(10_000, ("a" * 32, 200), order=under.order_digest)
    under.journal.leave(mine)
    with pytest.raises(UsageError, match="would have left"):
        under.journal.leave(facts(10_000, ("b" * 32, 200), order=under.order_digest))
    with made.host() as host:
        assert len(list(host.acts.entered("facts"))) == 1


def test_a_review_stops_for_an_alarm_as_a_reader_does(tmp_path: Path) -> None:
    made = scene(tmp_path, source=TREE, terms=TERMS.replace("alarm_percent: 40", "alarm_percent: 5"))
    with made.host() as host:
        under_review(made, host)
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        room.view(admitted(room), "src/pay.c", 1, 20)
        assert list(host.acts.entered("alarm"))
    with pytest.raises(UsageError, match="an alarm waits"):
        in_place(made)


def test_a_review_that_quotes_much_sets_off_the_alarm(tmp_path: Path) -> None:
    terms = TERMS.replace("file_percent: 20, total_percent: 15", "file_percent: 90, total_percent: 90")
    made = scene(tmp_path, source=TREE, terms=terms)
    with made.host() as host:
        under_review(made, host)
    under = in_place(made)
    under.journal.leave(facts(1000, ("a" * 32, 500), order=under.order_digest))
    with made.host() as host:
        assert [entry.counts["shown"] for _, entry in host.acts.entered("alarm")] == [500]


def test_files_drawn_by_lot_were_shown(tmp_path: Path) -> None:
    made = scene(tmp_path, source=TREE, terms=TERMS.replace("alarm_percent: 40", "alarm_percent: 20"))
    content = TREE["src/pay.c"].encode()
    with made.host() as host:
        drawn = DrawnFile(path="src/pay.c", sha256=sha256(content), size=len(content))
        body = written(Draw(deposit=made.deposit.id, version=1, submission="0" * 64, files=(drawn,)))
        host.keep("draws", body)
        host.acts.enter("draw", {"draw": f"sha256:{sha256(body)}"})
        assert counted(host).shown.shown == len(content)
        assert counted(host).left.shown == 0
        name = made.ordered(host, paths=("src/crypt.c",))
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        room.view(admitted(room), "src/crypt.c", 1, 1)
        assert len(list(host.acts.entered("alarm"))) == 1
        made.witnessed(host.acts)
        room.view(admitted(room), "src/crypt.c", 2, 1)
        assert len(list(host.acts.entered("alarm"))) == 1  # one for all that the lot showed
        made.witnessed(host.acts)
    log, path = ended(made)
    assert audit(log, path, vendor=VENDOR, host=HOST).replay.counts["draw"] == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"path": "src/secret/tables.c"}, "was not to be read"),
        ({"version": 2}, "no order for review was open"),
        ({"order": "0" * 64}, "no order for review was open"),
        ({"of": 10}, "would have left"),
    ],
)
def test_a_host_that_lets_more_leave_is_found(made: Scene, change: dict[str, object], why: str) -> None:
    with made.host() as host:
        under_review(made, host)
        order = host.open_for_review() or ""
        of_path = str(change.pop("path", "src/pay.c"))
        document = msgspec.structs.replace(facts(10_000, ("a" * 32, 10), path=of_path, order=order), **change)
        host.keep("facts", written(document))
        digests = {"facts": f"sha256:{sha256(written(document))}", "order": f"sha256:{order}"}
        host.acts.enter("facts", digests, {"left": 10, "shown": 10, "of": document.of})
    log, path = ended(made)
    with pytest.raises(NotVerifiedError, match=why):
        audit(log, path, vendor=VENDOR, host=HOST)


def quoting(lines: int = 2, percent: int = 100, denied: tuple[str, ...] = ()) -> Quoting:
    limits = f"{{lines: {lines}, file_percent: {percent}, total_percent: {percent}}}"
    terms = parse_terms(TERMS.replace("{lines: 4, file_percent: 20, total_percent: 15}", limits).encode(), "terms.yaml")
    terms = parse_terms(terms.canonical.replace(b"total_percent: 90", b"total_percent: 100"), "terms.yaml")
    return Quoting(lines, Allowance(terms), 1000, {"src/a.c": FILE}, Denied(denied))


def a_fact(name: str = "f", origin: str = "", **value: str) -> Fact:
    place = Evidence("src/a.c", 3, origin=origin)
    return Fact("crypto.use", Subject("product", "src/a.c", name, "shipped"), value, "cipher.source.c@1", (place,))


LINE = 'static const char *key = "42 17 99";'


@pytest.mark.parametrize("lines", [0, 2])
def test_a_value_that_is_a_line_of_source_is_a_quotation(lines: int) -> None:
    one = quoting(lines)
    fact = one.fact(a_fact(primitive="hash", algorithm=LINE))
    assert fact.value["primitive"] == "hash"
    assert fact.value["algorithm"] == (LINE if lines else None)
    assert one.allowance.left.shown == (len(LINE) if lines else 0)
    assert [words for file in one.left() for _, words in file.words] == ([len(LINE)] if lines else [])


def test_a_name_that_is_no_word_is_a_quotation() -> None:
    assert quoting(0).fact(a_fact("bank.Pay.seal")).subject.name == "bank.Pay.seal"
    assert quoting(0).fact(a_fact("(secret) => { return 42; }")).subject.name == ""
    assert quoting(2).fact(a_fact("operator new[]")).subject.name == "operator new[]"


def test_words_are_what_was_found() -> None:
    for word in (
        "SM4-GCM",
        "DES/ECB/PKCS5Padding",
        "bank.example:443",
        "javax.crypto.Cipher",
        "国密SM4",
        "std::vector<int>",
    ):
        assert quoting(0).fact(a_fact(algorithm=word)).value["algorithm"] == word
    sentence = "此处的密钥由发行方在出厂前写入且不得更改也不得导出到任何文件"
    for text in ("a = 1;", "x" * 81, "password=hunter2", "f(1)", "两 个", sentence):
        assert quoting(0).fact(a_fact(algorithm=text)).value["algorithm"] is None


def test_a_path_that_the_terms_deny_is_not_told_by_another_file() -> None:
    denied = ("src/secret/tables.c", "Makefile")
    for text in ("src/secret/tables.c", "../secret/tables.c", "tables.c", "secret/tables.c:12", 'include "tables.c"'):
        one = quoting(4, denied=denied)
        said = one.fact(a_fact(text, origin=f"{text}:3", algorithm=text))
        assert (said.value["algorithm"], said.subject.name, said.evidence[0].origin) == (None, "", "")
        place = one.fact(replace(a_fact(), evidence=(Evidence("src/a.c", 1, text, expression=text),))).evidence[0]
        assert (place.excerpt, place.expression) == ("", "")
    assert quoting(4, denied=denied).fact(a_fact(algorithm="src/tables.c")).value["algorithm"] == "src/tables.c"


def test_a_passage_is_counted_once_for_all_files_of_its_content() -> None:
    one = quoting(4, 10)
    first = replace(a_fact(), evidence=(Evidence("src/a.c", 1, "x" * 90),))
    assert one.fact(first).evidence[0].excerpt == "x" * 90
    assert one.fact(replace(a_fact(), evidence=(Evidence("src/a.c", 2, "x" * 20),))).evidence[0].excerpt == "x" * 20
    assert one.fact(replace(a_fact(), evidence=(Evidence("src/a.c", 3, "y" * 20),))).evidence[0].excerpt == ""
    assert one.allowance.left.shown == 90


def test_coverage_counts_passages_and_ranges() -> None:
    coverage = Coverage()
    assert coverage.add("a", 0, 10) == 10
    assert coverage.add_passage("a", "d", 5) == 5
    assert coverage.add_passage("a", "d", 5) == 0
    assert (coverage.of("a"), coverage.shown, coverage.of("b")) == (15, 15, 0)
    assert not coverage.holds("a", 0, 11)


def test_the_limit_is_exact() -> None:
    terms = parse_terms(TERMS.encode(), "terms.yaml")  # 20 % of a file may leave, 15 % of all
    allowance, of = Allowance(terms), 10_000
    allowance.take(Piece("a", "a", 1000, 0, 200), leaving=True)
    assert allowance.refusal(Piece("a", "a", 1000, 100, 200), of, leaving=True) is None
    refusal = allowance.refusal(Piece("a", "a", 1000, 200, 201), of, leaving=True)
    assert refusal is not None
    assert "20 % of a" in refusal.message.en
    assert allowance.refusal(Piece("a", "a", 1000, 200, 201), of) is None  # to be shown, not to leave
