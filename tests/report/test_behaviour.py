"""The page of a run, and the page of two versions."""

from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.product import Declaration, Interface
from assay.examinations.probe.compare import compared
from assay.report.behaviour import MOST, difference, page
from tests.examinations.probe.observed import contact, event, listener, stated

DECLARED = Declaration(interfaces=(Interface("web", "http", 8080), Interface("admin", "http", 9000)))
FACTS = compared([listener(8080), listener(31337), *stated(contact("198.18.0.1", 80, "a.example"))], DECLARED)
SHORT = Attempt(
    "probe.run@1", ("run.listener",), "partial", "clock", "binary", "run", "product", "shipped", "run/clock-year",
    "static",
)  # fmt: skip


def test_what_is_undeclared_stands_first() -> None:
    assert page(FACTS, [SHORT], "en").splitlines() == [
        "Undeclared (1)",
        "  listens tcp any:31337",
        "Declared, and absent from the run (1)",
        "  interfaces: admin http 9000",
        "Seen; that part was not declared (1)",
        "  contacts tcp a.example:80 unknown",
        "As declared (1)",
        "  listens tcp any:8080",
        "Not covered (1)",
        "  clock-year: the clock of the product could not be moved (static)",
    ]
    assert page(FACTS, [SHORT], "zh").startswith("未声明 (1)\n  监听 tcp any:31337\n")


def test_nothing_seen_is_said() -> None:
    assert page([], [], "en") == "nothing was seen of it\n"


def test_a_product_moves_no_cursor() -> None:
    name = "\x1b[2J\u202ex"
    shown = page(stated(event("name", name=name, type="A", resolver="198.51.100.53", transport="udp")), [], "en")
    assert "\x1b" not in shown
    assert "\\x1b[2J\\u{202e}x" in shown


def test_suites_are_one_line_and_a_flood_is_counted() -> None:
    hello = {"suites": ["1301", "1302"]}
    facts = stated(contact("198.18.0.1", 443, "a", protocol="tls", accepted=False, hello=hello))
    assert "offers 2 suites of TLS: TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384" in page(facts, [], "en")
    many = stated(*(contact("198.18.0.1", port, "a.example") for port in range(MOST + 5)))
    assert "and 5 more" in page(many, [], "en")


def test_two_versions_differ_by_what_they_do() -> None:
    before = stated(contact("198.18.0.1", 80, "a.example"), contact("198.18.0.2", 81, "b.example"))
    after = stated(contact("198.18.0.7", 80, "a.example", first="other"), contact("198.18.0.1", 82, "c.example"))
    assert difference(before, after, [], [], "en").splitlines() == [
        "Only the new version (1)",
        "  contacts tcp c.example:82 unknown",
        "Only the old version (1)",
        "  contacts tcp b.example:81 unknown",
        "the same in both: 1",
    ]
    assert difference(before, before, [], [], "en") == "the same in both: 2\n"


def test_gone_may_be_unseen() -> None:
    before = stated(contact("198.18.0.1", 80, "a.example"))
    said = difference(before, [], [], [SHORT], "en")
    assert "gone may mean unseen: the new run did not cover clock-year" in said
    assert "unseen" not in difference(before, [], [SHORT], [replace(SHORT, status="failed")], "en")
