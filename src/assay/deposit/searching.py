"""Searching what an examiner may read: a literal text, or a regular expression of RE2, line by line.

    found = search(room, session, "EVP_", ...)       or UsageError naming the limit, NotVerifiedError

A hit shows its line, so a hit is a view: it counts as one, obeys every limit of the terms, and the question with all
that answered it is an entry of the log before a byte of it is seen. At most a page of hits is shown; of a line of 400
bytes or more the part around the hit. `more` is where the search stopped, behind its last hit, whether or not anything
further on would answer: what is not shown is not told either, so a question for whose answer the hour has no line left
is not asked.

What a question tells beyond what it shows: that nothing else of what it looked through answers it. It costs one line of
the hour, and stands in the log in the examiner's words.

Where a limit keeps any further line of a file from being shown, only lines that were shown are found in it.

Only files that are granted to the examiner, and in force, are searched; nothing tells of the others. RE2 takes time in
proportion to the text, whatever the pattern; after SECONDS of the processor a search stops and says where. A literal
that is not ASCII is looked for in UTF-8 and in GB 18030.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterator

import re2
from msgspec import Struct

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit.allowance import Piece, must_be_witnessed
from assay.deposit.disclosures import FOLDERS, Hit, Search
from assay.deposit.documents import sha256, written
from assay.deposit.grants import Grant
from assay.deposit.room import LONG, Room, Session, limit

LONGEST = 200  # characters of a pattern
SECONDS = 10.0
_WINDOW, _OVERLAP = 64 << 10, 4 << 10
_MEMORY = 1 << 20  # of a compiled pattern
Find = Callable[[bytes], tuple[int, int] | None]
"""Where a text first matches."""


class Line(Struct, frozen=True):
    """One hit: its file, the number of its line, and the line, or the part of a long one around the hit."""

    path: str
    number: int
    text: str


class Found(Struct, frozen=True):
    """`number` is the position of the entry; `mark` and `code` as on a page. `more` is the file and line where it was
    not searched any more, `why` what kept it back when that is not the size of a page; in `limited` files a limit lets
    no further line be shown.
    """

    lines: tuple[Line, ...]
    number: int
    mark: str
    code: str
    more: tuple[str, int] | None
    why: UsageError | None
    limited: int

    def notes(self) -> list[Text]:
        """What the reader has to know besides."""
        found = [] if self.why is None else [self.why.message]
        if self.limited:
            found.append(
                Text(
                    f"in {self.limited} files no further line may be shown; only lines that were shown are found there",
                    f"有 {self.limited} 个文件不得再显示任何新行；其中只能检出已显示过的行",
                )
            )
        return found

    def text(self) -> str:
        body = [f"{line.path}:{line.number} {self.code} | {line.text}" for line in self.lines]
        return "\n".join([self.mark, "", *body, "", self.mark, ""])


def search(
    room: Room,
    session: Session,
    pattern: str,
    *,
    regex: bool = False,
    path: str = "",
    line: int = 1,
    only: bool = False,
) -> Found:
    """From `line` of `path` on, through the granted files in their order; `only` in that one.

    Raises UsageError naming a limit, or what is wrong with the pattern; NotVerifiedError. Nothing is shown then.
    """
    # 1. The question is one, and it and a line that answers it are within the hour.
    find, now = _finder(pattern, regex=regex), room.acts.now()
    room.in_pace(session, 2, now)
    must_be_witnessed(room.acts, room.terms)
    grants = _granted(room, session, path, only=only)
    # 2. What answers it, as far as the limits of the terms go; counted.
    asked = _Asked(room, session, now)
    for grant in grants:
        asked.look_through(grant, find, line if grant.path == path else 1)
        if asked.more is not None:
            break
    # 3. The question and the answer are on disk before anything of it is seen.
    number = asked.enter(pattern, regex, path, line)
    mark, code = room.marked(session, number, now)
    return Found(tuple(asked.lines), number, mark, code, asked.more, asked.why, asked.limited)


class _Asked:
    """One search under way."""

    def __init__(self, room: Room, session: Session, now: int) -> None:
        self.room, self.session, self.now = room, session, now
        self.lines: list[Line] = []
        self.hits: list[tuple[Hit, Piece, Grant]] = []
        self.more: tuple[str, int] | None = None
        self.why: UsageError | None = None
        self.limited = self.files = 0
        self._end = time.thread_time() + SECONDS

    def look_through(self, grant: Grant, find: Find, first: int) -> None:
        if self._page_is_full():
            self.more = (grant.path, first)
            return
        content = self.room.content(grant)
        self.files += 1
        longest = min(LONG - 1, 1 + max(map(len, content.split(b"\n"))))
        for number, start, stop in _matches(content, find, first):
            if start < 0:
                if time.thread_time() < self._end:
                    continue
                self.why = limit("it took too long", "耗时过长", "go on from there, or ask for less", "请从该处继续")
                self.more = (grant.path, number)
                return
            piece = Piece(grant.path, grant.sha256, grant.size, start, stop)
            if self._spent(grant, longest) and piece.new_in(self.room.allowance.shown):
                continue
            self._take(piece, grant, content, number)
            if stop < len(content) and self._page_is_full():
                self.more = (grant.path, number + (content[stop - 1 : stop] == b"\n"))
                return
        whole = self.room.allowance.shown.holds(grant.sha256, 0, grant.size)
        self.limited += not whole and self._spent(grant, longest)

    @property
    def cost(self) -> int:
        """The question, and each hit: none is as long as to count twice."""
        return 1 + len(self.hits)

    def _spent(self, grant: Grant, longest: int) -> bool:
        """Whether a limit keeps a line of this file from being shown, whichever line it is.

        From then on only what was shown is found, and whether there is more is not told: or the file would be read by
        questions alone, which show nothing and so count nothing.
        """
        any_line = Piece(grant.path, grant.sha256, grant.size, 0, longest, "any")
        return self.room.allowance.refusal(any_line, grant.of) is not None

    def _page_is_full(self) -> bool:
        try:
            self.room.in_pace(self.session, self.cost + 1, self.now)
        except UsageError as error:
            self.why = error
            return True
        return len(self.hits) >= self.room.terms.form.reading.page_lines

    def _take(self, piece: Piece, grant: Grant, content: bytes, number: int) -> None:
        self.room.allowance.take(piece)
        text = content[piece.start : piece.stop].rstrip(b"\n").decode("utf-8", "backslashreplace")
        self.lines.append(Line(grant.path, number, text))
        digest = sha256(written(grant))
        hit = Hit(grant=digest, path=grant.path, sha256=grant.sha256, line=number, start=piece.start, stop=piece.stop)
        self.hits.append((hit, piece, grant))

    def enter(self, pattern: str, regex: bool, path: str, line: int) -> int:
        room, of = self.room, max((grant.of for _, _, grant in self.hits), default=0)
        body = written(
            Search(
                deposit=room.acts.deposit_id,
                examiner=self.session.examiner.label,
                pattern=pattern,
                regex=regex,
                path=path,
                line=line,
                files=self.files,
                hits=tuple(hit for hit, _, _ in self.hits),
                salt=secrets.token_hex(32),
            )
        )
        room.host.keep(FOLDERS["search"], body)
        counts = {"hits": len(self.hits), "cost": self.cost, "shown": room.allowance.shown.shown, "of": of}
        by = self.session.examiner.id.hex()
        entry = room.acts.entry("search", {"search": f"sha256:{sha256(body)}"}, counts, by)
        if not self.hits:
            return room.acts.enter_all([entry]).start
        number = room.allowance.enter(room.acts, entry, of)
        for _, piece, _ in self.hits:
            piece.add_to(room.allowance.saw(self.session.examiner.label))
        return number


def _granted(room: Room, session: Session, path: str, *, only: bool) -> list[Grant]:
    """Each file once, in order of path, from `path` on."""
    files = {(grant.path, grant.sha256): grant for grant in reversed(room.files(session))}
    grants = [grant for _, grant in sorted(files.items()) if grant.path == path or (not only and grant.path > path)]
    if not grants:
        raise limit(
            "no file is granted to you there", "该处没有授权给您的文件", "name a granted file", "请指定已授权文件"
        )
    return grants


def _finder(pattern: str, *, regex: bool) -> Find:
    if not 0 < len(pattern) <= LONGEST or any(one in pattern for one in "\n\r\0"):
        raise limit(
            f"a pattern is one line of 1 to {LONGEST} characters",
            f"检索式须为 1 至 {LONGEST} 个字符的单行文字",
            "ask for less",
            "请缩短",
        )
    options = re2.Options()
    options.never_nl, options.log_errors, options.max_mem = True, False, _MEMORY
    try:
        if not regex:
            options.encoding = re2.Options.Encoding.LATIN1
            spelled = {pattern.encode(coding) for coding in ("utf-8", "gb18030")}
            compiled = re2.compile(b"|".join(re.escape(one) for one in sorted(spelled)), options)
        else:
            compiled = re2.compile(b"(?m)" + pattern.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        said = error.args[0] if isinstance(error, re2.error) else str(error)
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise limit(
            f"no regular expression of RE2: {reason}", f"不是 RE2 正则表达式：{reason}", "mend it", "请修改"
        ) from error

    def find(text: bytes) -> tuple[int, int] | None:
        match = compiled.search(text)
        return None if match is None else match.span()

    return find


def _matches(content: bytes, find: Find, first: int) -> Iterator[tuple[int, int, int]]:
    """Line number and bytes of each hit, a line once; between windows also the line number alone, with -1, -1."""
    at, number = 0, 1
    for _ in range(first - 1):
        at, number = content.find(b"\n", at) + 1, number + 1
        if at == 0:
            return
    while at < len(content):
        yield number, -1, -1
        end = min(len(content), at + _WINDOW)
        whole = len(content) if end == len(content) else content.rfind(b"\n", at, end) + 1
        end = whole or end  # lines as they are, but for one that no window holds
        where = find(content[at:end].removesuffix(b"\n"))
        if where is None:
            on = whole or end - _OVERLAP
        else:
            start, on = _around(content, at + where[0])
            yield number + content.count(b"\n", at, at + where[0]), start, on
        number += content.count(b"\n", at, on)
        at = on


def _around(content: bytes, start: int) -> tuple[int, int]:
    """The line of a match, or of a long one the part around it; it ends behind where the match begins."""
    begin = content.rfind(b"\n", 0, start) + 1
    end = content.find(b"\n", start)
    end = len(content) if end < 0 else end + 1
    if end - begin < LONG:
        return begin, end
    begin = max(begin, start - LONG // 4)
    return begin, min(end, begin + LONG - 1)
