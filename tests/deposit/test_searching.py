"""Searching the granted files: hits are views, a question costs a line, and no pattern takes forever."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import UsageError
from assay.deposit import searching
from assay.deposit.allowance import counted
from assay.deposit.audit import audit
from assay.deposit.documents import sha256
from assay.deposit.excerpts import quote
from assay.deposit.room import Room, cut
from assay.deposit.searching import _finder, _matches, search
from tests.deposit.parties import SECRET, SOURCE, TERMS, Scene, party, scene
from tests.deposit.test_room import opened
from tests.deposit.test_story import HOST, VENDOR, admitted, ended

ROOMY = TERMS.replace("lines_per_hour: 60", "lines_per_hour: 5000").replace("alarm_percent: 40", "alarm_percent: 100")


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def test_a_hit_is_a_view(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host, ("src/*",))
        session = admitted(room)
        found = search(room, session, "openssl/evp")
        assert [(line.path, line.number, line.text) for line in found.lines] == [
            ("src/crypt.c", 1, "#include <openssl/evp.h>")
        ]
        assert (found.more, found.why) == (None, None)
        assert found.text().count("lin · ") == 2
        assert f" {found.code} | #include" in found.text()
        ((position, entry),) = host.acts.entered("search")
        assert (position, entry.counts["hits"], entry.counts["cost"]) == (found.number, 1, 2)
        assert room.coverage.shown == len("#include <openssl/evp.h>\n")
        quote(room, session, "src/crypt.c", 1, 1, party("reviewer"))  # it was shown
        made.witnessed(host.acts)
    with made.host() as host:
        assert counted(host).shown.shown == len("#include <openssl/evp.h>\n")
    log, path = ended(made)
    assert audit(log, path, vendor=VENDOR, host=HOST).replay.counts["search"] == 1


def test_it_is_entered_before_it_is_seen(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(host.acts, "enter_all", full)
        with pytest.raises(OSError, match="No space"):
            search(room, session, "pay_1")
        assert not room.saw(session, room.passage(session, "src/pay.c", 2, 1))


def test_a_question_without_an_answer_is_entered_and_costs_a_line(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=TERMS.replace("lines_per_hour: 60", "lines_per_hour: 3"))
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        for _ in range(2):
            assert search(room, session, "no such words").lines == ()
        room.view(session, "src/pay.c", 1, 1)
        with pytest.raises(UsageError, match="within the hour"):
            search(room, session, "no such words")
        assert [entry.counts["cost"] for _, entry in host.acts.entered("search")] == [1, 1]
        with pytest.raises(UsageError, match="within the hour"):
            room.view(session, "src/pay.c", 1, 1)


def test_a_question_that_has_no_line_left_for_its_answer_is_not_asked(tmp_path: Path) -> None:
    """Or it would tell whether something answers it, and where."""
    made = scene(tmp_path, terms=TERMS.replace("lines_per_hour: 60", "lines_per_hour: 4"))
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        assert len(search(room, session, "pay_1(").lines) == 1
        assert search(room, session, "no such words").lines == ()
        for pattern in ("pay_30", "no such words"):
            with pytest.raises(UsageError, match="within the hour"):
                search(room, session, pattern)
        assert len(list(host.acts.entered("search"))) == 2


@pytest.mark.parametrize("page", [1, 3])
def test_where_a_search_stopped_does_not_depend_on_what_lies_behind(tmp_path: Path, page: int) -> None:
    stopped = []
    for place, rest in enumerate(["", "key here\n"]):
        lines = "key a\nkey b\nkey c\n" + "nothing\n" * 5 + rest + "nothing\n" * 5
        (tmp_path / str(place)).mkdir()
        terms = ROOMY.replace("page_lines: 20", f"page_lines: {page}")
        made = scene(tmp_path / str(place), terms=terms, source=SOURCE | {"src/k.txt": lines})
        with made.host() as host:
            room = opened(made, host, ("src/k.txt",))
            found = search(room, admitted(room), "key")
            stopped.append((found.lines, found.more, found.limited))
    assert stopped[0] == stopped[1]
    assert stopped[0][1] == ("src/k.txt", page + 1)


def test_a_page_of_hits_and_where_to_go_on(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=ROOMY)
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        first = search(room, session, "pay_")
        assert [line.number for line in first.lines] == list(range(1, 21))
        assert first.more == ("src/pay.c", 21)
        rest = search(room, session, "pay_", path=first.more[0], line=first.more[1])
        assert [line.number for line in rest.lines] == list(range(21, 41))
        assert (rest.more, rest.why) == (None, None)


def test_limits_end_what_a_search_shows(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=TERMS.replace("file_percent: 100", "file_percent: 10"))
    with made.host() as host:
        room = opened(made, host)
        found = search(room, admitted(room), "pay_")
        assert [line.number for line in found.lines] == [1, 2, 3, 4]
        assert found.more is None
        assert (found.why, found.limited) == (None, 1)
        assert "in 1 files no further line" in found.notes()[0].en


def test_views_that_nobody_saw_and_alarms_stop_searches_too(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=TERMS.replace("unseen_views: 3", "unseen_views: 2"))
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        search(room, session, "pay_1 ")
        room.view(session, "src/pay.c", 1, 1)
        with pytest.raises(UsageError, match="2 views wait"):
            search(room, session, "pay_2")
        with pytest.raises(UsageError, match="2 views wait"):
            room.view(session, "src/pay.c", 1, 1)


def test_only_what_is_granted_is_searched(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host)  # src/pay.c alone
        session = admitted(room)
        assert search(room, session, "openssl").lines == ()
        with pytest.raises(UsageError, match="no file is granted"):
            search(room, session, "openssl", path="src/crypt.c", only=True)
        with pytest.raises(UsageError, match="no file is granted"):
            search(room, admitted(room, "chen"), "pay")


@pytest.mark.parametrize("pattern", ["", "x" * 201, "a\nb", "(", "(a{1000}){1000}", "\\p{Wrong}"])
def test_patterns_that_are_none(made: Scene, pattern: str) -> None:
    with made.host() as host:
        room = opened(made, host)
        with pytest.raises(UsageError):
            search(room, admitted(room), pattern, regex=True)
        assert not list(host.acts.entered("search"))


def test_a_pattern_that_backtracks_elsewhere_is_linear_here(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=ROOMY, source=SOURCE | {"src/a.txt": "a" * 300 + "\n" + "b\n" * 200_000})
    with made.host() as host:
        room = opened(made, host, ("src/a.txt",))
        assert search(room, admitted(room), "(a|a?)+$c", regex=True).lines == ()
        assert search(room, admitted(room), "(x+x+)+y", regex=True).lines == ()


def test_a_search_that_takes_too_long_stops_and_says_where(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "SECONDS", -1.0)
    with made.host() as host:
        room = opened(made, host)
        found = search(room, admitted(room), "pay_")
        assert (found.lines, found.more) == ((), ("src/pay.c", 1))
        assert found.why is not None


def test_chinese_in_either_encoding(tmp_path: Path) -> None:
    made = scene(tmp_path, source=SOURCE | {"src/a.c": "/* 支付 */\n"})
    assert _finder("支付", regex=False)("/* 支付 */".encode("gb18030")) == (3, 7)
    with made.host() as host:
        room = opened(made, host, ("src/a.c",))
        session = admitted(room)
        for pattern, regex in (("支付", False), ("支.", True)):
            assert [line.text for line in search(room, session, pattern, regex=regex).lines] == ["/* 支付 */"]


def test_of_a_long_line_the_part_around_the_hit_is_shown(tmp_path: Path) -> None:
    packed = "x" * 100_000 + "needle" + "y" * 100_000
    made = scene(tmp_path, source=SOURCE | {"src/packed.js": packed})
    with made.host() as host:
        room = opened(made, host, ("src/packed.js",))
        (line,) = search(room, admitted(room), "needle").lines
        assert "needle" in line.text
        assert len(line.text) == 399
        assert room.coverage.of(sha256(packed.encode())) == 399


def reference(content: bytes, text: bytes) -> list[int]:
    return [number for number, row in enumerate(content.split(b"\n"), 1) if text in row]


@given(
    st.lists(st.sampled_from([b"ab", b"", b"a", b"b" * 50, b"needle", b"xneedley needle"]), max_size=40), st.booleans()
)
def test_finds_every_line_once_whatever_the_window(rows: list[bytes], ends: bool) -> None:
    content = b"\n".join(rows) + (b"\n" if ends else b"")
    find = _finder("needle", regex=False)
    before = searching._WINDOW, searching._OVERLAP
    searching._WINDOW, searching._OVERLAP = 60, 20
    try:
        found = [hit for hit in _matches(content, find, 1) if hit[1] >= 0]
    finally:
        searching._WINDOW, searching._OVERLAP = before
    assert [number for number, _, _ in found] == reference(content, b"needle")
    for number, start, stop in found:
        shown = cut(content, number, 1)
        assert shown is not None
        assert (shown.start, shown.stop) == (start, stop)


def test_what_may_not_be_shown_is_not_asked_about(tmp_path: Path) -> None:
    """Or it would be read by questions alone, which show nothing and so count nothing."""
    terms = ROOMY.replace("file_percent: 100", "file_percent: 30").replace("unseen_views: 3", "unseen_views: 99")
    made = scene(tmp_path, terms=terms)
    with made.host() as host:
        room = opened(made, host, ("src/*",))
        session = admitted(room)
        shown = search(room, session, "pay_", path="src/pay.c", only=True)
        assert shown.limited == 1
        first = len(shown.lines) + 1
        known = search(room, session, f"pay_{first - 2}(", path="src/pay.c", only=True)
        unknown = search(room, session, f"pay_{first + 2}(", path="src/pay.c", only=True)
        wrong = search(room, session, "pay_999(", path="src/pay.c", only=True)
        assert (unknown.lines, unknown.more) == (wrong.lines, wrong.more) == ((), None)
        assert [line.number for line in known.lines] == [first - 1]  # what was shown is found again
        assert [one.limited for one in (known, unknown, wrong)] == [1, 1, 1]
        assert search(room, session, "openssl").lines  # in the other file, before it
        assert search(room, session, "return 1;").lines
        room.view(session, "src/pay.c", 1, 3)
    with made.host() as host:
        again = Room(host, SECRET)
        found = search(again, admitted(again), "pay_", path="src/pay.c", only=True)
        assert [line.number for line in found.lines] == list(range(1, first))


def test_empty_lines_and_ends() -> None:
    find = _finder("^$", regex=True)
    assert [hit[0] for hit in _matches(b"a\n\nb\n\n", find, 1) if hit[1] >= 0] == [2, 4]
    assert [hit[0] for hit in _matches(b"", find, 1) if hit[1] >= 0] == []
    assert [hit[0] for hit in _matches(b"a\nb", _finder("b", regex=False), 3) if hit[1] >= 0] == []


def test_the_room_as_it_was_before(made: Scene) -> None:
    """A room opened again knows what a search showed."""
    with made.host() as host:
        room = opened(made, host)
        search(room, admitted(room), "pay_7")
    with made.host() as host:
        room = Room(host, SECRET)
        assert room.saw(admitted(room), room.passage(admitted(room), "src/pay.c", 8, 1))
