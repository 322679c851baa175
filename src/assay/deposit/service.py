"""The reading room as plain pages on the loopback address, for one host and whoever sits at it.

    serve(room, party, lang, port)      until stopped; the address is printed by who calls

An examiner is admitted by signing a challenge with the key that the terms name, on a machine of their own if they like,
and pasting the signature. Everything that shows source is a POST, so nothing is fetched ahead or by a link; pages are
never cached, load nothing, run no script, and answer only to this machine's own name. One request at a time.

It keeps no bytes of source longer than the answer takes. It is no protection against the machine that it runs on.
"""

import base64
import binascii
import hashlib
import html
import secrets
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from assay.core.errors import AssayError, Exit, refused
from assay.core.text import Lang, Text
from assay.deposit.excerpts import quote
from assay.deposit.room import Page, Room, Session
from assay.deposit.searching import search
from assay.ledger.party import Party

ADDRESS = "127.0.0.1"
_LARGEST = 64 << 10
_SECONDS = 15
_COOKIE = "assay_room"
_STYLE = (
    "body{font:16px sans-serif;margin:2em;max-width:70em}pre{font:14px monospace;white-space:pre-wrap;user-select:none}"
    ".mark{color:#a00}.over{position:fixed;inset:0;pointer-events:none;opacity:.08;font-size:28px;overflow:hidden;"
    "transform:rotate(-18deg)}@media print{body{display:none}}td,th{text-align:left;padding:.2em 1em .2em 0}"
)
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Reply(Struct, frozen=True):
    """One answer. `cookie` opens a session."""

    body: bytes
    status: int = 200
    type: str = "text/html; charset=utf-8"
    cookie: str = ""
    file: str = ""


class Desk:
    """What the pages do, without a socket: `answer` takes a method, a path, a form and a cookie."""

    def __init__(self, room: Room, party: Party, lang: Lang) -> None:
        self.room = room
        self._party = party
        self._lang = lang
        self._sessions: dict[str, Session] = {}
        self._challenges: dict[str, bytes] = {}

    def answer(self, method: str, path: str, form: Mapping[str, str], cookie: str) -> Reply:
        """Errors of the room become pages that name them; nothing is shown then."""
        session = self._sessions.get(cookie)
        routes: dict[tuple[str, str], Callable[[Session, Mapping[str, str]], Reply]] = {
            ("GET", "/"): self._files,
            ("POST", "/view"): self._view,
            ("POST", "/quote"): self._quote,
            ("POST", "/search"): self._search,
        }
        try:
            if (method, path) == ("POST", "/admit"):
                return self._admit(form)
            route = routes.get((method, path))
            if route is None:
                return self._page(f"<p>{self._say(_NOWHERE)}</p>", 404)
            return self._door() if session is None else route(session, form)
        except AssayError as error:
            status = 403 if error.exit_code == Exit.NOT_VERIFIED else 400
            lines = "".join(f"<p>{html.escape(line)}</p>" for line in error.to(self._lang).split("\n"))
            return self._page(f'<div class="mark">{lines}</div><p><a href="/">{self._say(_BACK)}</a></p>', status)

    def _door(self) -> Reply:
        number, challenge = secrets.token_hex(16), self.room.challenge()
        self._challenges = dict([*self._challenges.items()][-15:]) | {number: challenge}
        shown = base64.b64encode(challenge).decode()
        return self._page(
            f"<p>{self._say(_DOOR)}</p><pre>assay deposit admit {shown}</pre>"
            f'<form method="post" action="/admit"><input type="hidden" name="number" value="{number}">'
            f'<p><input name="examiner" size="40" placeholder="NAME+ID" required></p>'
            f'<p><input name="signature" size="90" placeholder="base64" required></p>'
            f"<button>{self._say(_ENTER)}</button></form>"
        )

    def _admit(self, form: Mapping[str, str]) -> Reply:
        challenge = self._challenges.pop(form.get("number", ""), b"")
        try:
            signature = base64.b64decode(form.get("signature", ""), validate=True)
        except binascii.Error:
            signature = b""
        session = self.room.admit(form.get("examiner", "").strip(), challenge, signature)
        token = secrets.token_urlsafe(32)
        self._sessions[token] = session
        return Reply(b"", 303, cookie=token)

    def _files(self, session: Session, _: Mapping[str, str]) -> Reply:
        rows = "".join(
            f"<tr><td>{_safe(grant.path)}</td><td>{grant.size}</td>"
            f"<td>{self._form(grant.path, 1, self._say(_OPEN))}</td></tr>"
            for grant in self.room.files(session)
        )
        table = f"<table>{rows}</table>{self._searching('', '', 1)}" if rows else self._say(_NONE)
        return self._page(f"<p>{_safe(session.examiner.label)}</p>{table}")

    def _view(self, session: Session, form: Mapping[str, str]) -> Reply:
        page = self.room.view(session, form.get("path", ""), _number(form, "first"), _number(form, "lines"))
        return self._page(self._shown(page))

    def _quote(self, session: Session, form: Mapping[str, str]) -> Reply:
        path, first = form.get("path", ""), _number(form, "first")
        excerpt = quote(self.room, session, path, first, _number(form, "lines", 1), self._party)
        return Reply(excerpt, type="application/json", file=f"excerpt-{first}.dsse.json")

    def _search(self, session: Session, form: Mapping[str, str]) -> Reply:
        pattern, path, regex = form.get("pattern", ""), form.get("path", ""), form.get("regex") == "on"
        found = search(self.room, session, pattern, regex=regex, path=path, line=_number(form, "first", 1))
        why = "".join(f'<p class="mark">{self._say(note)}</p>' for note in found.notes())
        more = "" if found.more is None else self._searching(pattern, *found.more, regex=regex)
        body = f"{self._over(found.mark)}<pre>{_safe(found.text())}</pre>" if found.lines else self._say(_NO_HIT)
        return self._page(f'{body}{why}{more}<p><a href="/">{self._say(_BACK)}</a></p>')

    def _searching(self, pattern: str, path: str, first: int, *, regex: bool = False) -> str:
        """The form of a search, which begins at a line of a file."""
        return (
            f'<form method="post" action="/search"><input type="hidden" name="path" value="{_safe(path)}">'
            f'<input type="hidden" name="first" value="{first}">'
            f'<p><input name="pattern" size="40" value="{_safe(pattern)}" required> '
            f'<label><input type="checkbox" name="regex"{" checked" if regex else ""}> RE2</label> '
            f"<button>{self._say(_GO_ON if path else _SEARCH)}</button></p></form>"
        )

    def _over(self, mark: str) -> str:
        return f'<div class="over">{f"{_safe(mark)}<br>" * 40}</div>'

    def _shown(self, page: Page) -> str:
        after = page.first + len(page.lines)
        more = self._form(page.path, after, self._say(_NEXT)) if after <= page.of else ""
        cite = (
            f'<form method="post" action="/quote"><input type="hidden" name="path" value="{_safe(page.path)}">'
            f'<input name="first" size="6" value="{page.first}"> <input name="lines" size="4" value="1"> '
            f"<button>{self._say(_QUOTE)}</button></form>"
        )
        back = f'<p><a href="/">{self._say(_BACK)}</a></p>'
        return f"{self._over(page.mark)}<pre>{_safe(page.text())}</pre>{more}{cite}{back}"

    def _form(self, path: str, first: int, word: str) -> str:
        return (
            f'<form method="post" action="/view"><input type="hidden" name="path" value="{_safe(path)}">'
            f'<input type="hidden" name="first" value="{first}"><button>{word}</button></form>'
        )

    def _say(self, text: Text) -> str:
        return html.escape(text.to(self._lang))

    def _page(self, body: str, status: int = 200) -> Reply:
        title = self._say(Text("Reading room", "阅览室"))
        head = f'<!doctype html><html lang="{self._lang}"><head><meta charset="utf-8"><title>{title}</title>'
        whole = f"{head}<style>{_STYLE}</style></head><body><h1>{title}</h1>{body}</body></html>\n"
        return Reply(whole.encode("utf-8", "replace"), status)


def server(desk: Desk, port: int = 0) -> HTTPServer:
    """Listening on the loopback address; 0 takes a free port. Raises InputError when the port is taken."""

    class _Handler(BaseHTTPRequestHandler):
        server_version, sys_version = "assay", ""
        timeout = _SECONDS

        def do_GET(self) -> None:
            self._do("GET", {})

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > _LARGEST:
                self._send(Reply(b"", 413))
                return
            fields = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"), keep_blank_values=True)
            self._do("POST", {name: values[0] for name, values in fields.items()})

        def _do(self, method: str, form: Mapping[str, str]) -> None:
            # Another name for this address is another site's page in the reader's browser.
            names = {f"{name}:{self.server.server_port}" for name in (ADDRESS, "localhost")}  # type: ignore[attr-defined]
            origin = self.headers.get("Origin")
            if self.headers.get("Host") not in names or (origin and origin.removeprefix("http://") not in names):
                self._send(Reply(b"", 421))
                return
            self._send(desk.answer(method, self.path.partition("?")[0], form, _cookie(self.headers.get("Cookie", ""))))

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in _HEADERS.items():
                self.send_header(name, value.replace("{style}", _STYLE_HASH))
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(reply.body)))
            if reply.cookie:
                self.send_header("Set-Cookie", f"{_COOKIE}={reply.cookie}; HttpOnly; SameSite=Strict; Path=/")
                self.send_header("Location", "/")
            if reply.file:
                self.send_header("Content-Disposition", f'attachment; filename="{reply.file}"')
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the library's name)
            """Nothing is logged here: what was shown stands in the ledger."""

    try:
        return HTTPServer((ADDRESS, port), _Handler)
    except OSError as error:
        raise refused(f"{ADDRESS}:{port}", error, Text("name another port", "请指定另一端口")) from error


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(_COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _number(form: Mapping[str, str], name: str, otherwise: int = 0) -> int:
    text = form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _safe(text: str) -> str:
    """Escaped, and without characters that could hide or turn what is shown."""
    plain = "".join(one if one.isprintable() or one in "\n\t" else f"\\u{ord(one):04x}" for one in text)
    return html.escape(plain)


_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_DOOR = Text(
    "Sign this challenge with the key that the terms name for you, and paste the signature:",
    "请用条款为您列出的密钥签署此质询，并粘贴签名：",
)
_ENTER, _OPEN, _NEXT = Text("Enter", "进入"), Text("Read", "阅读"), Text("Next page", "下一页")
_QUOTE, _BACK = Text("Quote these lines", "摘录这些行"), Text("Files", "文件列表")
_SEARCH, _GO_ON = Text("Search", "检索"), Text("Go on", "继续")
_NO_HIT = Text("No hit.", "无命中。")
_NONE = Text("No file is granted to you now.", "当前没有授权给您的文件。")
_NOWHERE = Text("There is no such page.", "没有此页面。")
