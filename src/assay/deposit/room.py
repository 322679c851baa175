"""The reading room: a granted file, page by page, under the terms, and every view in the log before it is seen.

    room = Room(host, storage, passphrase)
    session = room.admit(examiner, challenge, signature)       who reads proves to hold the key that the terms name
    page = room.view(session, path, first, lines)              or UsageError naming the limit, NotVerifiedError
    excerpts.quote(room, session, path, first, lines, ...)     what may leave; the vendor countersigns
    searching.search(room, session, pattern, ...)              hits are views

A page bears the reader's name, the moment and the number of its entry on top, and a short mark on each line, so that a
photograph shows whose view it is. Limits: lines of a page, lines in an hour for each examiner; share of a file and
share of all count what anybody was shown by any way (`allowance`). When the share of all passes another
`alarm_percent`, an alarm is entered and the room shows nothing until a witness of the vendor has cosigned it; nor does
it show more than `unseen_views` pages that no witness has seen.

What software cannot stop: a camera, a good memory, and a host that shows what is on its disk by other means than this
room. The log tells what the room showed; the terms name the host because the rest rests on it.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from assay.core.errors import NotVerifiedError, UsageError
from assay.core.text import Text
from assay.deposit.allowance import Piece, counted, must_be_witnessed
from assay.deposit.coverage import Coverage
from assay.deposit.deposits import read_with
from assay.deposit.disclosures import FOLDERS, View
from assay.deposit.documents import sha256, written
from assay.deposit.grants import Grant, in_force
from assay.deposit.opening import Host
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey

HOUR = 3600
LONG = 400  # bytes: a longer line counts as several, so that a packed file is not one line
_WAITING = 1000  # challenges that nobody answered
_SESSION = b"assay reading room session v1\n"


class Session(Struct, frozen=True):
    """An examiner who proved to hold a key of the terms, in this process."""

    examiner: NamedKey


class Page(Struct, frozen=True):
    """What a reader sees. `number` is the position of its entry, `mark` stands on top, `code` on each line."""

    path: str
    first: int
    lines: tuple[str, ...]
    of: int
    number: int
    mark: str
    code: str

    def text(self) -> str:
        width = len(str(self.first + len(self.lines)))
        body = [f"{self.first + at:>{width}} {self.code} | {line}" for at, line in enumerate(self.lines)]
        head = f"{self.path}  {self.first}-{self.first + len(self.lines) - 1} / {self.of}"
        return "\n".join([self.mark, head, "", *body, "", self.mark, ""])


class Cut(Struct, frozen=True):
    """Lines of a content that has `of` lines, which are its bytes [start, stop)."""

    lines: tuple[bytes, ...]
    of: int
    start: int
    stop: int

    @property
    def cost(self) -> int:
        """Lines as the limits count them."""
        return sum(cost_of(line) for line in self.lines)


class Passage(Cut, frozen=True):
    """Lines of a granted file, found and measured, not yet shown to anybody."""

    grant: Grant
    first: int

    @property
    def piece(self) -> Piece:
        return Piece(self.grant.path, self.grant.sha256, self.grant.size, self.start, self.stop)


class Room:
    """One host's reading room. One process at a time; `host` is the caller's to close.

    Raises NotVerifiedError when a view that the log names is missing or altered: nothing is shown then.
    """

    def __init__(self, host: Host, passphrase: str) -> None:
        self.host = host
        self.acts = host.acts
        self.terms = host.terms
        self._key = host.room_key(passphrase)
        self._grants = host.grants()
        self._challenges: set[bytes] = set()
        self.allowance = counted(host)

    # -- who reads --------------------------------------------------------------------------------------------------

    def challenge(self) -> bytes:
        """What an examiner signs to be admitted; good once."""
        if len(self._challenges) > _WAITING:
            self._challenges.clear()
        made = _SESSION + f"{self.acts.origin}\n{secrets.token_hex(16)}\n".encode()
        self._challenges.add(made)
        return made

    def admit(self, label: str, challenge: bytes, signature: bytes) -> Session:
        """Raises NotVerifiedError: not an examiner of the terms, another's signature, a challenge used before."""
        key = self.terms.examiner(label)
        if key is None or challenge not in self._challenges or not _signed(key, signature, challenge):
            what = f"examiner {label}"
            raise unverified(what, "not proven to hold a key of the terms", "未能证明持有条款所列公钥对应的私钥")
        self._challenges.discard(challenge)
        return Session(key)

    def files(self, session: Session) -> list[Grant]:
        """Grants that this examiner has, and that are in force now."""
        return [grant for grant in self._grants if self._refusal(grant, session) is None]

    # -- what is shown ----------------------------------------------------------------------------------------------

    def view(self, session: Session, path: str, first: int, lines: int) -> Page:
        """A page; with 0 `lines` as many as fit on one.

        Raises UsageError naming the limit that it would pass, NotVerifiedError; nothing is shown then.
        """
        # 1. The grant: entered here, for this examiner, in force by a clock that did not go back.
        now = self.acts.now()
        passage = self.passage(session, path, first, lines)
        # 2. Limits of the terms, over all that was shown before.
        self._within_limits(session, passage, now)
        # 3. A witness is not too far behind, and has seen every alarm.
        must_be_witnessed(self.acts, self.terms)
        # 4. The view, and the alarm that it sets off, are on disk before anything of it is seen.
        number = self._enter(session, passage)
        return self._page(session, passage, number, now)

    def passage(self, session: Session, path: str, first: int, lines: int) -> Passage:
        """Find lines under a grant in force; 0 are those that fit on a page. Raises UsageError, NotVerifiedError."""
        grant = self._grant(session, path)
        content = self.content(grant)
        most = self.terms.form.reading.page_lines
        found = cut(content, first, lines or max(1, _fit(_rows(content)[max(first - 1, 0) :], most)))
        if found is None:
            of = len(_rows(content))
            raise limit(f"{path} has {of} lines", f"{path} 共 {of} 行", "begin within it", "请在其范围内")
        return Passage(found.lines, found.of, found.start, found.stop, grant, first)

    def content(self, grant: Grant) -> bytes:
        """A granted file, verified. For who enters what is shown of it. Raises NotVerifiedError."""
        content = read_with(self.host.deposit.storage, self.host.file_key(grant, self._key))
        if sha256(content) != grant.sha256:
            raise unverified(f"{grant.path}", "it is not the file that was granted", "不是所授予的文件")
        return content

    def saw(self, session: Session, passage: Passage) -> bool:
        """Whether all of a passage was shown to this examiner."""
        own = self.allowance.saw(session.examiner.label)
        return own.holds(passage.grant.sha256, passage.start, passage.stop)

    @property
    def coverage(self) -> Coverage:
        """What was shown so far, to anybody, by any way."""
        return self.allowance.shown

    def _grant(self, session: Session, path: str) -> Grant:
        refusals: list[NotVerifiedError] = []
        for grant in self._grants:
            if grant.path == path:
                refusal = self._refusal(grant, session)
                if refusal is None:
                    return grant
                refusals.append(refusal)
        if refusals:
            raise refusals[-1]
        raise limit(f"nobody granted {path}", f"{path} 未获授权", "have an order opened for it", "请就其开启命令")

    def _refusal(self, grant: Grant, session: Session) -> NotVerifiedError | None:
        try:
            in_force(grant, self.acts, session.examiner.label, self.acts.now())
        except NotVerifiedError as error:
            return error
        return None

    def in_pace(self, session: Session, cost: int, now: int) -> None:
        """Raises UsageError when so many lines more would be faster than the terms allow. A search costs lines too."""
        by, most = session.examiner.id.hex(), self.terms.form.reading.lines_per_hour
        lately = sum(
            entry.counts["cost"]
            for act in ("view", "search")
            for _, entry in self.acts.entered(act)
            if entry.by == by and entry.at > now - HOUR
        )
        if lately + cost > most:
            raise limit(
                f"{lately} lines were shown to you within the hour, {most} may be",
                f"一小时内已向您显示 {lately} 行，上限 {most} 行",
                "come back later",
                "请稍后再来",
            )

    def _within_limits(self, session: Session, passage: Passage, now: int) -> None:
        most = self.terms.form.reading.page_lines
        if passage.cost > most:
            raise limit(
                f"{passage.cost} lines at once, {most} may be shown (each {LONG} bytes count as one)",
                f"一次 {passage.cost} 行，上限 {most} 行（每 {LONG} 字节计一行）",
                "ask for fewer; what has no lines is examined by tools",
                "请减少行数；没有分行的文件由工具检查",
            )
        self.in_pace(session, passage.cost, now)
        refusal = self.allowance.refusal(passage.piece, passage.grant.of)
        if refusal is not None:
            raise refusal

    def _enter(self, session: Session, passage: Passage) -> int:
        grant, piece = passage.grant, passage.piece
        view = View(
            deposit=grant.deposit,
            grant=sha256(written(grant)),
            path=grant.path,
            sha256=grant.sha256,
            examiner=session.examiner.label,
            first=passage.first,
            last=passage.first + len(passage.lines) - 1,
            start=passage.start,
            stop=passage.stop,
            salt=secrets.token_hex(32),
        )
        body = written(view)
        self.host.keep(FOLDERS["view"], body)
        self.allowance.take(piece)
        counts = {"lines": len(passage.lines), "cost": passage.cost, "bytes": view.stop - view.start}
        totals = {"shown": self.allowance.shown.shown, "of": grant.of}
        digests = {"view": f"sha256:{sha256(body)}", "grant": f"sha256:{view.grant}"}
        entry = self.acts.entry("view", digests, counts | totals, session.examiner.id.hex())
        number = self.allowance.enter(self.acts, entry, grant.of)
        piece.add_to(self.allowance.saw(view.examiner))
        return number

    def marked(self, session: Session, number: int, now: int) -> tuple[str, str]:
        """What stands at both ends of what is shown, and on each of its lines."""
        when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
        mark = f"{session.examiner.name} · {when} · view {number} · deposit {self.acts.deposit_id}"
        return mark, f"{session.examiner.id.hex()[:4]}.{number}"

    def _page(self, session: Session, passage: Passage, number: int, now: int) -> Page:
        shown = tuple(line.decode("utf-8", "backslashreplace") for line in passage.lines)
        mark, code = self.marked(session, number, now)
        return Page(passage.grant.path, passage.first, shown, passage.of, number, mark, code)


def _signed(key: NamedKey, signature: bytes, challenge: bytes) -> bool:
    """What cannot be checked here (SM2 without a library) is not proven."""
    try:
        return key.verify(signature, challenge)
    except LookupError:
        return False


def challenged(content: bytes) -> bytes:
    """A challenge, for whoever is asked to sign it: a key of the terms signs nothing else under this name."""
    if not content.startswith(_SESSION) or len(content) > 500:
        message = Text("that is no challenge of a reading room", "这不是阅览室的质询")
        raise UsageError(message, Text("paste it as the room shows it", "请按阅览室所示粘贴"))
    return content


def cut(content: bytes, first: int, lines: int) -> Cut | None:
    """Lines `first` and following, as the room counts them; None where the content has none such."""
    rows = _rows(content)
    if first < 1 or lines < 1 or first > max(len(rows), 1):
        return None
    taken = tuple(rows[first - 1 : first - 1 + lines])
    start = sum(len(row) + 1 for row in rows[: first - 1])
    return Cut(taken, len(rows), start, min(len(content), start + sum(len(row) + 1 for row in taken)))


def _rows(content: bytes) -> list[bytes]:
    split = content.split(b"\n")
    return split[:-1] if split[-1] == b"" else split


def _fit(lines: Sequence[bytes], most: int) -> int:
    """How many of these lines fit on a page of `most` lines."""
    spent = 0
    for number, line in enumerate(lines):
        spent += cost_of(line)
        if spent > most:
            return number
    return len(lines)


def cost_of(line: bytes) -> int:
    return 1 + len(line) // LONG


def limit(en: str, zh: str, advice: str, rat: str) -> UsageError:
    """What the terms, or the room itself, keep from being shown: both languages, and what to do."""
    return UsageError(Text(en, zh), Text(advice, rat))
