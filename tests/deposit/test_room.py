"""The reading room: limits of the terms, alarms, pauses for a witness, and the log before the page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import NotVerifiedError, UsageError
from assay.deposit.coverage import Coverage
from assay.deposit.excerpts import countersign, open_excerpt, quote
from assay.deposit.opening import Host
from assay.deposit.room import Room, challenged
from tests.deposit.parties import SECRET, SOURCE, TERMS, Scene, examiner_key, party, scene
from tests.deposit.test_story import admitted
from tests.ledger.made import signer


def opened(made: Scene, host: Host, paths: tuple[str, ...] = ("src/pay.c",)) -> Room:
    name = made.ordered(host, paths=paths)
    host.open(name, made.released(host, name), SECRET)
    return Room(host, SECRET)


@pytest.fixture
def made(tmp_path: Path) -> Scene:
    return scene(tmp_path)


def test_a_view_is_entered_before_it_is_seen(made: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(host.acts, "enter_all", full)
        with pytest.raises(OSError, match="No space"):
            room.view(session, "src/pay.c", 1, 3)
        monkeypatch.undo()
        assert not list(host.acts.entered("view"))
        page = room.view(session, "src/pay.c", 1, 3)
        assert [position for position, _ in host.acts.entered("view")] == [page.number]


def test_every_line_and_both_ends_say_who_reads(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host)
        page = room.view(admitted(room), "src/pay.c", 2, 3)
        text = page.text()
        code = f"{examiner_key().id.hex()[:4]}.{page.number}"
        assert text.count("lin · 2026-09-21") == 2
        assert sum(code in line for line in text.splitlines()) == 3
        assert page.of == 40


def test_nobody_is_admitted_with_another_key_or_twice(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host)
        asked = room.challenge()
        label = examiner_key().label
        signed = signer("lin").sign(asked)
        for name, challenge, signature in (
            (label, asked, signer("chen").sign(asked)),
            ("lin+00000000", asked, signed),
            (label, b"other", signer("lin").sign(b"other")),
        ):
            with pytest.raises(NotVerifiedError, match="not proven"):
                room.admit(name, challenge, signature)
        assert room.admit(label, asked, signed).examiner == examiner_key()
        with pytest.raises(NotVerifiedError, match="not proven"):
            room.admit(label, asked, signed)
        assert challenged(asked) == asked
        with pytest.raises(UsageError):
            challenged(b"pay 100 to somebody")


@pytest.mark.parametrize(
    ("change", "views", "why"),
    [
        ("", [(1, 21)], "21 lines at once, 20 may be shown"),
        ("", [(41, 1)], "has 40 lines"),
        ("", [(0, 1)], "has 40 lines"),
        ("lines_per_hour: 25", [(1, 20), (1, 10)], "20 lines were shown to you within the hour"),
        ("file_percent: 50", [(1, 20), (21, 10)], "more than 50 % of src/pay.c"),
        ("total_percent: 30", [(1, 20), (21, 10)], "more than 30 % of the deposit"),
        ("unseen_views: 2", [(1, 1), (2, 1), (3, 1)], "2 views wait for a witness"),
    ],
)
def test_limits(tmp_path: Path, change: str, views: list[tuple[int, int]], why: str) -> None:
    key = change.partition(":")[0]
    terms = "\n".join(f"  {change}" if key and row.strip().startswith(key + ":") else row for row in TERMS.split("\n"))
    made = scene(tmp_path, terms=terms)
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        for first, lines in views[:-1]:
            room.view(session, "src/pay.c", first, lines)
        with pytest.raises(UsageError, match=why):
            room.view(session, "src/pay.c", *views[-1])
        entered = len(list(host.acts.entered("view")))
    assert entered == len(views) - 1


def test_the_hour_passes_and_a_room_opened_again_remembers(tmp_path: Path) -> None:
    made = scene(tmp_path, terms=TERMS.replace("lines_per_hour: 60", "lines_per_hour: 20"))
    with made.host() as host:
        room = opened(made, host)
        room.view(admitted(room), "src/pay.c", 1, 15)
    with made.host() as host:
        room = Room(host, SECRET)
        assert room.coverage.shown == sum(len(line) + 1 for line in SOURCE["src/pay.c"].split("\n")[:15])
        with pytest.raises(UsageError, match="within the hour"):
            room.view(admitted(room), "src/pay.c", 16, 15)
        made.clock.at += 3600
        assert room.view(admitted(room), "src/pay.c", 16, 15).first == 16


def test_an_alarm_stops_the_room_until_the_vendor_has_seen_it(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host, ("src/*",))
        session = admitted(room)
        room.view(session, "src/pay.c", 1, 20)
        assert not list(host.acts.entered("alarm"))
        room.view(session, "src/pay.c", 21, 10)
        ((_, alarm),) = host.acts.entered("alarm")
        assert 100 * alarm.counts["shown"] >= 40 * alarm.counts["of"]
        with pytest.raises(UsageError, match="an alarm waits"):
            room.view(session, "src/pay.c", 31, 1)
        made.witnessed(host.acts)
        assert room.view(session, "src/pay.c", 31, 1).number == host.acts.size - 1


def test_a_view_whose_record_is_gone_or_altered_closes_the_room(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host)
        room.view(admitted(room), "src/pay.c", 1, 3)
    (kept,) = (made.folder / "room/views").iterdir()
    content = kept.read_bytes()
    kept.write_bytes(content.replace(b'"last":3', b'"last":2'))
    with made.host() as host, pytest.raises(NotVerifiedError, match="not what the log names"):
        Room(host, SECRET)
    kept.unlink()
    with made.host() as host, pytest.raises(NotVerifiedError, match="it is gone"):
        Room(host, SECRET)


def test_a_long_line_counts_as_many(tmp_path: Path) -> None:
    made = scene(tmp_path, source=SOURCE | {"src/packed.js": "x" * 20_000})
    with made.host() as host:
        room = opened(made, host, ("src/packed.js",))
        with pytest.raises(UsageError, match="51 lines at once"):
            room.view(admitted(room), "src/packed.js", 1, 1)


def test_only_what_was_read_is_quoted_and_no_more_than_the_terms_let_leave(made: Scene) -> None:
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        with pytest.raises(UsageError, match="not shown to you"):
            quote(room, session, "src/pay.c", 1, 1, party("reviewer"))
        room.view(session, "src/pay.c", 1, 20)
        with pytest.raises(UsageError, match="5 lines, 4 may be quoted"):
            quote(room, session, "src/pay.c", 1, 5, party("reviewer"))
        first = quote(room, session, "src/pay.c", 1, 4, party("reviewer"))
        assert quote(room, session, "src/pay.c", 1, 4, party("reviewer")) != first  # again: nothing more has left
        quote(room, session, "src/pay.c", 5, 4, party("reviewer"))
        with pytest.raises(UsageError, match=r"more than 20 % of src/pay\.c|more than 15 % of the deposit"):
            quote(room, session, "src/pay.c", 9, 4, party("reviewer"))


def test_the_vendor_countersigns_only_what_its_file_says(made: Scene) -> None:
    original = SOURCE["src/pay.c"].encode()
    with made.host() as host:
        room = opened(made, host)
        session = admitted(room)
        room.view(session, "src/pay.c", 1, 20)
        excerpt = quote(room, session, "src/pay.c", 2, 2, party("reviewer"))
    with pytest.raises(NotVerifiedError, match="the vendor has not signed"):
        open_excerpt(excerpt, made.terms)
    with pytest.raises(NotVerifiedError, match=r"not what src/pay\.c holds"):
        countersign(excerpt, made.terms, party("vendor"), original.replace(b"pay_1", b"pay_x"))
    both = countersign(excerpt, made.terms, party("vendor"), original)
    assert open_excerpt(both, made.terms).lines[0] == "int pay_1(void) { return 1; }"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20))
def test_coverage_counts_each_byte_once(ranges: list[tuple[int, int]]) -> None:
    coverage, seen = Coverage(), set[int]()
    for start, stop in ranges:
        new = set(range(start, stop)) - seen
        assert coverage.new("file", start, stop) == len(new)
        assert coverage.holds("file", start, stop) is (not new)
        assert coverage.add("file", start, stop) == len(new)
        seen |= new
        assert coverage.shown == coverage.of("file") == len(seen)


def test_a_room_that_ended_badly_remembers_what_it_showed(made: Scene) -> None:
    """What was entered and not signed counts as much as the rest."""
    host = made.host()
    room = opened(made, host)
    number = room.view(admitted(room), "src/pay.c", 1, 3).number
    host.acts._log.close()  # killed
    with made.host() as host:
        assert [position for position, _ in host.acts.entered("view")] == [number]
        assert Room(host, SECRET).coverage.shown > 0
