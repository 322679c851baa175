"""The reading room's pages: who is let in, what a page may not do, and what other names of this machine get."""

import base64
import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from assay.core.errors import InputError
from assay.deposit.documents import payload_type
from assay.deposit.excerpts import EXCERPT
from assay.deposit.room import Room
from assay.deposit.service import ADDRESS, Desk, Reply, server
from tests.deposit.parties import SECRET, SOURCE, Scene, examiner_key, party, scene
from tests.ledger.made import signer


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[tuple[Scene, Desk]]:
    hostile = SOURCE | {"src/x.c": "<script>alert(1)</script>\u202e\x1b[31m\n"}
    made = scene(tmp_path, source=hostile)
    with made.host() as host:
        name = made.ordered(host, paths=("src/pay.c", "src/x.c"))
        host.open(name, made.released(host, name), SECRET)
        yield made, Desk(Room(host, SECRET), party("reviewer"), "en")


def enter(desk: Desk, name: str = "lin") -> Reply:
    door = desk.answer("GET", "/", {}, "").body.decode()
    challenge = base64.b64decode(re.findall(r"admit ([A-Za-z0-9+/=]+)", door)[0])
    number = re.findall(r'name="number" value="([0-9a-f]+)"', door)[0]
    signature = base64.b64encode(signer(name).sign(challenge)).decode()
    label = examiner_key().label
    return desk.answer("POST", "/admit", {"number": number, "examiner": label, "signature": signature}, "")


def test_nothing_is_shown_at_the_door(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    for method, path in (("GET", "/"), ("POST", "/view"), ("POST", "/quote")):
        reply = room.answer(method, path, {"path": "src/pay.c", "first": "1"}, "guessed")
        assert b"pay_" not in reply.body
        assert b"assay deposit admit" in reply.body
    assert room.answer("GET", "/view", {"path": "src/pay.c"}, "").status == 404
    assert not list(room.room.acts.entered("view"))


def test_an_examiner_searches(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    assert b"pay_" not in room.answer("POST", "/search", {"pattern": "pay_1"}, "guessed").body
    cookie = enter(room).cookie
    found = room.answer("POST", "/search", {"pattern": r"pay_3\d?\(", "regex": "on", "path": "", "first": "1"}, cookie)
    text = found.body.decode()
    assert "src/pay.c:4" in text
    assert "src/pay.c:40" in text
    assert 'value="pay_3\\d?' not in text  # nothing to go on to
    hostile = room.answer("POST", "/search", {"pattern": "<script>"}, cookie).body.decode()
    assert "&lt;script&gt;alert" in hostile
    assert "<script" not in hostile
    assert "\x1b" not in hostile
    nothing = room.answer("POST", "/search", {"pattern": "no such words"}, cookie)
    assert b"No hit" in nothing.body
    wrong = room.answer("POST", "/search", {"pattern": "(", "regex": "on"}, cookie)
    assert (wrong.status, b"no regular expression" in wrong.body) == (400, True)
    assert len(list(room.room.acts.entered("search"))) == 3


def test_an_examiner_reads_and_quotes(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    entered = enter(room)
    assert entered.status == 303
    files = room.answer("GET", "/", {}, entered.cookie).body.decode()
    assert "src/pay.c" in files
    assert "tables" not in files
    page = room.answer("POST", "/view", {"path": "src/pay.c", "first": "1", "lines": "3"}, entered.cookie)
    assert b"pay_0" in page.body
    assert page.body.count(b"lin \xc2\xb7") > 40  # the mark, over the page too
    excerpt = room.answer("POST", "/quote", {"path": "src/pay.c", "first": "1", "lines": "2"}, entered.cookie)
    assert payload_type(excerpt.body) == EXCERPT
    assert excerpt.file == "excerpt-1.dsse.json"


def test_limits_and_errors_are_pages_that_name_them(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    cookie = enter(room).cookie
    for form, why in (
        ({"path": "src/pay.c", "first": "1", "lines": "21"}, "21 lines at once"),
        ({"path": "src/pay.c", "first": "-1"}, "begin within it"),
        ({"path": "../../etc/passwd", "first": "1"}, "nobody granted"),
        ({}, "nobody granted"),
    ):
        reply = room.answer("POST", "/view", form, cookie)
        assert reply.status == 400
        assert why in reply.body.decode()
    refused = enter(room, "chen")
    assert refused.status == 403
    assert not refused.cookie


def test_a_page_cannot_be_made_to_run_or_hide_anything(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    body = room.answer(
        "POST", "/view", {"path": "src/x.c", "first": "1", "lines": "1"}, enter(room).cookie
    ).body.decode()
    assert "<script" not in body
    assert "&lt;script&gt;" in body
    assert not {"\u202e", "\x1b"} & set(body)


def test_over_a_socket(desk: tuple[Scene, Desk]) -> None:
    _, room = desk
    serving = server(room)
    port = serving.server_port
    assert serving.server_address[0] == ADDRESS

    def ask(method: str, path: str, headers: dict[str, str], body: str = "") -> tuple[int, dict[str, str]]:
        connection = http.client.HTTPConnection(ADDRESS, port, timeout=10)
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body.encode())
        serving.handle_request()
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, dict(answer.getheaders())

    status, headers = ask("GET", "/", {})
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert ask("GET", "/", {"Host": f"evil.example:{port}"})[0] == 421
    assert ask("POST", "/view", {"Origin": "http://evil.example"}, urlencode({"path": "x"}))[0] == 421
    assert ask("POST", "/view", {"Origin": f"http://{ADDRESS}:{port}"}, urlencode({"path": "x"}))[0] == 200
    with pytest.raises(InputError, match="in use"):
        server(room, port)
    serving.server_close()
