"""Ways round the terms, the lot and the log, each tried once; and honest mistakes that must not spoil the record."""

import resource
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.errors import NotVerifiedError, UsageError
from assay.core.facts import Evidence, Fact, Subject
from assay.deposit.acts import record
from assay.deposit.allowance import Allowance
from assay.deposit.audit import audit
from assay.deposit.disclosures import Excerpt
from assay.deposit.documents import open_signed, sha256, written
from assay.deposit.drawn import REVEAL, Reveal, answer, lot, reveal
from assay.deposit.excerpts import EXCERPT, countersign, quote
from assay.deposit.grants import revocation
from assay.deposit.in_place import opened
from assay.deposit.manifest import Row
from assay.deposit.opening import Host
from assay.deposit.orders import draft, open_order
from assay.deposit.room import Room
from assay.deposit.terms import parse_terms
from assay.ledger.envelope import seal
from assay.ledger.witness import Seen
from assay.review.quoting import Denied, Quoting
from tests.deposit.parties import AT, DAY, SECRET, SOURCE, TERMS, Scene, examiner_key, party, scene
from tests.deposit.test_drawn import REVIEWER, VENDOR, submitted
from tests.deposit.test_opening import both
from tests.deposit.test_story import HOST, admitted, ended, read_and_quoted
from tests.deposit.test_story import VENDOR as VENDORS


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def test_the_spelling_of_a_revealed_number_does_not_choose_the_lot() -> None:
    """A vendor that sees both numbers tries spellings of its own until the lot suits it."""
    submission, number = submitted()
    answered = answer(submission, VENDOR, 30, party("reviewer"))
    said, _ = open_signed(Reveal, REVEAL, reveal(submission, answered, number, REVIEWER, party("vendor")), VENDOR, "it")
    for spelled in (said.number.upper(), said.number[:2] + " " + said.number[2:]):
        respelled = seal(REVEAL, written(replace_(said, number=spelled)), "vendor.example", party("vendor").signers)
        with pytest.raises(NotVerifiedError, match="one spelling"):
            lot(submission, answered, respelled, VENDOR, REVIEWER)


def replace_(said: Reveal, **changes: str) -> Reveal:
    return Reveal(answer=said.answer, number=changes["number"])


@pytest.mark.parametrize(
    ("deny", "path"),
    [
        ("src/secret", "src/secret/keys/a.c"),
        ("src/secret/", "src/secret/a.c"),
        ("src/secret/**", "SRC/Secret/a.c"),
        ("src/caf\u00e9/**", "src/cafe\u0301/a.c"),
        ("**/*.key", "src/A.KEY"),
        ("**/.git", "src/.git/config"),
    ],
)
def test_what_is_kept_back_does_not_depend_on_case_form_or_a_slash(deny: str, path: str) -> None:
    terms = parse_terms(TERMS.replace("src/secret/**", deny).replace('["src/**"]', '["**"]').encode(), "terms.yaml")
    assert not terms.allows(path)
    assert terms.allows("src/secrets.c")


def test_a_mistaken_verb_leaves_no_act_that_the_audit_refuses(made: Scene) -> None:
    with made.host() as host:
        drill = made.ordered(host, use="drill")
        with pytest.raises(NotVerifiedError, match="it is for a drill"):
            host.open(drill, made.released(host, drill), SECRET)
        reading = made.ordered(host)
        with pytest.raises(NotVerifiedError, match="it is for a reading"):
            host.drill(reading, made.released(host, reading), SECRET)
        assert not [*host.acts.entered("opening"), *host.acts.entered("drill")]
    audit(*ended(made), vendor=VENDORS, host=HOST)


def test_nothing_is_done_in_a_room_that_was_closed(made: Scene) -> None:
    read_and_quoted(made)
    log, path = ended(made)
    with made.host() as host:
        with pytest.raises(UsageError, match="closed"):
            host.draft(
                1,
                condition="examination",
                use="reading",
                examiner=examiner_key().label,
                paths=("src/pay.c",),
                days=3,
                passphrase=SECRET,
            )
        with pytest.raises(UsageError, match="closed"):
            host.revoke(revocation("0" * 64, made.deposit.id, party("vendor"), AT))
    audit(log, path, vendor=VENDORS, host=HOST)


def test_a_range_that_an_excerpt_understates_is_not_countersigned(made: Scene) -> None:
    original = SOURCE["src/pay.c"].encode()
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
        room = Room(host, SECRET)
        session = admitted(room)
        room.view(session, "src/pay.c", 1, 10)
        envelope = quote(room, session, "src/pay.c", 3, 2, party("reviewer"))
    said, _ = open_signed(Excerpt, EXCERPT, envelope, made.terms.all_keys, "it")
    fields = {name: getattr(said, name) for name in said.__struct_fields__}
    lies = seal(EXCERPT, written(Excerpt(**fields | {"stop": said.start})), "bank.example", party("reviewer").signers)
    with pytest.raises(NotVerifiedError, match="holds there"):
        countersign(lies, made.terms, party("vendor"), original)
    assert countersign(envelope, made.terms, party("vendor"), original)


def test_one_packed_line_is_not_an_excerpt_of_one_line(tmp_path: Path) -> None:
    packed = "x" * 5000 + "\n"
    made = scene(tmp_path, source=SOURCE | {"src/packed.js": packed})
    excerpt = Excerpt(
        deposit=made.deposit.id,
        terms=made.terms.digest,
        grant="0" * 64,
        path="src/packed.js",
        sha256=sha256(packed.encode()),
        examiner="lin",
        first=1,
        lines=(packed[:-1],),
        start=0,
        stop=len(packed),
        at=AT,
        salt="0" * 64,
    )
    envelope = seal(EXCERPT, written(excerpt), "bank.example", party("reviewer").signers)
    with pytest.raises(NotVerifiedError, match="do not allow it"):
        countersign(envelope, made.terms, party("vendor"), packed.encode())


def test_an_order_is_for_the_one_log_of_its_host(made: Scene) -> None:
    """Or the host keeps two, and shows the auditor the one in which nothing was read."""
    order = draft(
        made.target,
        condition="examination",
        use="reading",
        examiner=examiner_key().label,
        paths=("src/pay.c",),
        now=AT,
        days=3,
        to="-",
        log="bank.example/another",
    )
    with pytest.raises(NotVerifiedError, match="another log"):
        open_order(both(order), made.target, AT)


def test_the_way_back_to_the_root_ends_with_its_order(made: Scene) -> None:
    with made.host() as host:
        name = made.ordered(host, use="review")
        host.open(name, made.released(host, name), SECRET)
    assert list((made.folder / "room/releases" / name).glob("*"))
    made.clock.at += 11 * DAY
    with made.host():
        pass
    assert not list((made.folder / "room/releases" / name).glob("*"))
    assert not list((made.folder / "room/orders").glob("*.key"))


def test_a_second_order_for_review_does_not_hide_the_one_that_was_opened(made: Scene) -> None:
    with made.host() as host:
        made.ordered(host, use="review")
        name = made.ordered(host, use="review")
        host.open(name, made.released(host, name), SECRET)
    found = opened(made.folder / "room", made.deposit, party("reviewer"), made.clock, lambda: SECRET)
    assert found.root == made.root


def test_no_core_dump_holds_a_key(made: Scene) -> None:
    with made.host():
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] in (0, 1)


def attempt(detail: str) -> Attempt:
    tried = Attempt("cipher.source@1", ("crypto.use",), "failed", "crash", "source", "c", "product", "shipped")
    return replace(tried, path="a.c", detail=detail)


A_FILE = Row(path="a.c", salt="", sha256="0" * 64, size=1000)


def test_details_of_attempts_are_quotations_too() -> None:
    limits = TERMS.replace("file_percent: 20, total_percent: 15", "file_percent: 10, total_percent: 100")
    terms = parse_terms(limits.encode(), "terms.yaml")
    quoting = Quoting(2, Allowance(terms), 1000, {"a.c": A_FILE}, Denied([]))
    assert quoting.attempt(attempt("char *key = 1;")).detail == "char *key = 1;"
    assert quoting.attempt(attempt("x" * 300)).detail == ""
    place = Evidence("a.c", 3, "y" * 90)
    fact = Fact("crypto.use", Subject("product", "a.c", "f", "shipped"), {}, "cipher.source@1", (place,))
    assert quoting.fact(fact).evidence[0].excerpt == ""  # 14 of 100 bytes are spent


def test_a_vendor_that_hosts_has_two_logs_and_one_memory(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=TERMS.replace("host: reviewer", "host: vendor"))
    me = replace(party("vendor"), memory=Seen(tmp_path / "memory"))
    log = tmp_path / "store" / made.deposit.id / "ledger.sqlite"
    sealed = {"statement": "sha256:" + made.deposit.version().digest}
    record(log, "seal", made.deposit.id, AT, sealed, {"version": 1}, me)
    with Host(tmp_path / "room", made.deposit, me, made.clock) as host:
        assert host.acts.origin == f"vendor.example/{made.deposit.id}"
    record(log, "seal", made.deposit.id, AT, sealed, {"version": 2}, me)


def test_a_room_has_one_passphrase(made: Scene) -> None:
    """Another one would be noticed when shares were given already, and the order would be of no use any more."""
    with made.host() as host:
        host.draft(1, condition="examination", use="drill", days=3, passphrase=SECRET)
        with pytest.raises(UsageError, match="does not open with this passphrase"):
            host.draft(1, condition="examination", use="drill", days=3, passphrase="another")
    assert len(list((made.folder / "room/orders").glob("*.key"))) == 1
