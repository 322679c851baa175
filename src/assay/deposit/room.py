"""The reading room: a granted file, page by page, under the terms, and every view in the log before it is seen.

    room = Room(host, storage, passphrase)
    session = room.admit(examiner, challenge, signature)       who reads proves to hold the key that the terms name
    page = room.view(session, path, first, lines)              or UsageError naming the limit, NotVerifiedError
    excerpt = room.quote(session, path, first, lines)          what may leave; the vendor countersigns (`excerpts`)

A page bears the reader's name, the moment and the number of its entry on top, and a short mark on each line, so that a
photograph shows whose view it is. Limits count what was shown to anybody: lines of a page, lines in an hour, share of a
file, share of all. When the share of all passes another `alarm_percent`, an alarm is entered and the room shows nothing
until a witness of the vendor has cosigned it; nor does it show more than `unseen_views` pages that no witness has seen.

What software cannot stop: a camera, a good memory, and a host that shows what is on its disk by other means than this
room. The log tells what the room showed; the terms name the host because the rest rests on it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assay.core.errors import NotVerifiedError, UsageError
from assay.core.text import Text
from assay.deposit.coverage import Coverage
from assay.deposit.deposits import read_with
from assay.deposit.documents import Document, read, sha256, written
from assay.deposit.grants import Grant, in_force
from assay.deposit.opening import Host
from assay.ledger.entries import Entry
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey

VIEWS = "views"
HOUR = 3600
_LONG = 400  # bytes: a longer line counts as several, so that a packed file is not one line
_WAITING = 1000  # challenges that nobody answered
_SESSION = b"assay reading room session v1\n"


class View(Document, frozen=True, kw_only=True):
    """What was shown: lines `first` to `last`, bytes [start, stop) of a file. `salt` keeps its digest from being
    guessed.
    """

    deposit: str
    grant: str
    path: str
    sha256: str
    examiner: str
    first: int
    last: int
    start: int
    stop: int
    salt: str


@dataclass(frozen=True, slots=True)
class Session:
    """An examiner who proved to hold a key of the terms, in this process."""

    examiner: NamedKey


@dataclass(frozen=True, slots=True)
class Page:
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


@dataclass(frozen=True, slots=True)
class Cut:
    """Lines of a content that has `of` lines, which are its bytes [start, stop)."""

    lines: tuple[bytes, ...]
    of: int
    start: int
    stop: int

    @property
    def cost(self) -> int:
        """Lines as the limits count them."""
        return sum(_cost(line) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Passage(Cut):
    """Lines of a granted file, found and measured, not yet shown to anybody."""

    grant: Grant
    first: int


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
        self._coverage = Coverage()
        self._read: dict[str, Coverage] = {}
        self._paced: list[tuple[int, str, int]] = []
        for _, entry in self.acts.entered("view"):
            view = self._kept(entry)
            self._count(view, entry.at, entry.by, entry.counts["cost"])

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
        """A page. Raises UsageError naming the limit that it would pass, NotVerifiedError; nothing is shown then."""
        # 1. The grant: entered here, for this examiner, in force by a clock that did not go back.
        now = self.acts.now()
        passage = self.passage(session, path, first, lines)
        # 2. Limits of the terms, over all that was shown before.
        self._within_limits(session, passage, now)
        # 3. A witness is not too far behind, and has seen every alarm.
        self._witnessed()
        # 4. The view, and the alarm that it sets off, are on disk before anything of it is seen.
        number = self._enter(session, passage)
        return self._page(session, passage, number, now)

    def passage(self, session: Session, path: str, first: int, lines: int) -> Passage:
        """Find lines under a grant in force. Raises UsageError when there are none, NotVerifiedError."""
        grant = self._grant(session, path)
        content = read_with(self.host.deposit.storage, self.host.file_key(grant, self._key))
        if sha256(content) != grant.sha256:
            raise unverified(f"{path}", "it is not the file that was granted", "不是所授予的文件")
        found = cut(content, first, lines)
        if found is None:
            of = len(_rows(content))
            raise _limit(f"{path} has {of} lines", f"{path} 共 {of} 行", "begin within it", "请在其范围内")
        return Passage(found.lines, found.of, found.start, found.stop, grant, first)

    def saw(self, session: Session, passage: Passage) -> bool:
        """Whether all of a passage was shown to this examiner."""
        own = self._read.get(session.examiner.label)
        return own is not None and own.holds(passage.grant.sha256, passage.start, passage.stop)

    @property
    def coverage(self) -> Coverage:
        """What was shown so far, to anybody."""
        return self._coverage

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
        raise _limit(f"nobody granted {path}", f"{path} 未获授权", "have an order opened for it", "请就其开启命令")

    def _refusal(self, grant: Grant, session: Session) -> NotVerifiedError | None:
        try:
            in_force(grant, self.acts, session.examiner.label, self.acts.now())
        except NotVerifiedError as error:
            return error
        return None

    def _within_limits(self, session: Session, passage: Passage, now: int) -> None:
        limits, by = self.terms.form.reading, session.examiner.id.hex()
        path, size, file = passage.grant.path, passage.grant.size, passage.grant.sha256
        if passage.cost > limits.page_lines:
            raise _limit(
                f"{passage.cost} lines at once, {limits.page_lines} may be shown (each {_LONG} bytes count as one)",
                f"一次 {passage.cost} 行，上限 {limits.page_lines} 行（每 {_LONG} 字节计一行）",
                "ask for fewer; what has no lines is examined by tools",
                "请减少行数；没有分行的文件由工具检查",
            )
        lately = sum(cost for at, who, cost in self._paced if who == by and at > now - HOUR)
        if lately + passage.cost > limits.lines_per_hour:
            raise _limit(
                f"{lately} lines were shown to you within the hour, {limits.lines_per_hour} may be",
                f"一小时内已向您显示 {lately} 行，上限 {limits.lines_per_hour} 行",
                "come back later",
                "请稍后再来",
            )
        new = self._coverage.new(file, passage.start, passage.stop)
        if 100 * (self._coverage.of(file) + new) > limits.file_percent * size:
            raise _share(path, path, limits.file_percent)
        if 100 * (self._coverage.shown + new) > limits.total_percent * passage.grant.of:
            raise _share("the deposit", "整个托管", limits.total_percent)

    def _witnessed(self) -> None:
        seen = self.acts.seen(self.terms.witnesses)
        alarm = max((position for position, _ in self.acts.entered("alarm")), default=-1)
        behind = sum(position >= seen for position, _ in self.acts.entered("view"))
        ask = Text("send it the ledger's request, and enter its answer", "请发送账本请求，并登记其回复")
        if alarm >= seen:
            message = Text("an alarm waits for a witness of the vendor to cosign it", "一项警报尚待供应方见证方会签")
            raise UsageError(message, ask)
        if behind >= self.terms.form.reading.unseen_views:
            message = Text(f"{behind} views wait for a witness to cosign", f"{behind} 次查看尚待见证方会签")
            raise UsageError(message, ask)

    def _enter(self, session: Session, passage: Passage) -> int:
        grant = passage.grant
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
        self.host.keep(VIEWS, body)
        new = self._coverage.new(view.sha256, view.start, view.stop)
        counts = {"lines": len(passage.lines), "cost": passage.cost, "bytes": view.stop - view.start}
        totals = {"shown": self._coverage.shown + new, "of": grant.of}
        digests = {"view": f"sha256:{sha256(body)}", "grant": f"sha256:{view.grant}"}
        by = session.examiner.id.hex()
        entries = [self.acts.entry("view", digests, counts | totals, by)]
        # An alarm that this view sets off stands in the log with it, or neither does.
        step = self.terms.form.reading.alarm_percent
        if 100 * totals["shown"] // max(grant.of, 1) // step > sum(1 for _ in self.acts.entered("alarm")):
            entries.append(self.acts.entry("alarm", {"terms": f"sha256:{self.terms.digest}"}, totals))
        number = self.acts.enter_all(entries).start
        self._count(view, entries[0].at, by, passage.cost)
        return number

    def _count(self, view: View, at: int, by: str, cost: int) -> None:
        self._coverage.add(view.sha256, view.start, view.stop)
        self._read.setdefault(view.examiner, Coverage()).add(view.sha256, view.start, view.stop)
        self._paced.append((at, by, cost))

    def _page(self, session: Session, passage: Passage, number: int, now: int) -> Page:
        when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M UTC")
        mark = f"{session.examiner.name} · {when} · view {number} · deposit {self.acts.deposit_id}"
        shown = tuple(line.decode("utf-8", "backslashreplace") for line in passage.lines)
        code = f"{session.examiner.id.hex()[:4]}.{number}"
        return Page(passage.grant.path, passage.first, shown, passage.of, number, mark, code)

    def _kept(self, entry: Entry) -> View:
        return read(View, self.host.kept(VIEWS, entry.digests["view"]), "a view")


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


def fits(lines: Sequence[bytes], most: int) -> int:
    """How many of these lines fit on a page of `most` lines."""
    spent = 0
    for number, line in enumerate(lines):
        spent += _cost(line)
        if spent > most:
            return number
    return len(lines)


def _cost(line: bytes) -> int:
    return 1 + len(line) // _LONG


def _share(en: str, zh: str, percent: int) -> UsageError:
    return _limit(
        f"more than {percent} % of {en} would have been shown",
        f"{zh}的显示将超过 {percent}%",
        "the terms allow no more; new ones need the vendor's signature",
        "条款不允许更多；新条款须供应方签署",
    )


def _limit(en: str, zh: str, advice: str, rat: str) -> UsageError:
    return UsageError(Text(en, zh), Text(advice, rat))
