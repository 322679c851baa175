"""The one count of what left a deposit, over every way out, held against its terms.

    allowance = counted(host)                    what was shown and what left so far, as the host's log tells
    allowance.refusal(piece, of)                 the limit that showing a piece would pass, or None
    allowance.refusal(piece, of, leaving=True)   ... that quoting it would pass
    allowance.take(piece, leaving=...)           it counts

*Shown* is whatever anybody saw: pages, hits of searches, excerpts, what facts quoted, files drawn by lot. It is held
against `reading`. *Left* is the part of it that somebody may keep: excerpts and what facts quoted; it is held against
`excerpts` as well. Both count each byte once, for all examiners, grants, versions and reviews together, so that what
one way out has used up is not to be had by another. The auditor counts with this same class (`replay`).

A review in place and the reading room stop for the same reasons (`must_be_witnessed`): an alarm that no witness of the
vendor has cosigned, or `unseen_views` acts that none has seen.
"""

from collections.abc import Iterator

from msgspec import Struct

from assay.core.errors import UsageError
from assay.core.text import Text
from assay.deposit.acts import Acts
from assay.deposit.coverage import Coverage
from assay.deposit.disclosures import FOLDERS, Draw, Excerpt, Facts, Search, View
from assay.deposit.documents import Document, read
from assay.deposit.opening import Host
from assay.deposit.terms import Terms
from assay.ledger.entries import Entry

DOCUMENTS: dict[str, type[Document]] = {
    "view": View,
    "search": Search,
    "excerpt": Excerpt,
    "facts": Facts,
    "draw": Draw,
}
SEEN_LATER = ("view", "search", "facts")
"""Acts of which no more than `unseen_views` may wait for a witness."""


class Piece(Struct, frozen=True):
    """Bytes [start, stop) of a file that has `size`; `words` is the digest of a passage that has no place."""

    path: str
    file: str
    size: int
    start: int
    stop: int
    words: str = ""

    def new_in(self, coverage: Coverage) -> int:
        """Bytes of it that had not been given out."""
        if self.words:
            return coverage.new_passage(self.file, self.words, self.stop - self.start)
        return coverage.new(self.file, self.start, self.stop)

    def add_to(self, coverage: Coverage) -> None:
        if self.words:
            coverage.add_passage(self.file, self.words, self.stop - self.start)
        else:
            coverage.add(self.file, self.start, self.stop)


class Allowance:
    """What was shown, and what left, under these terms. Begins at nothing."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.shown, self.left = Coverage(), Coverage()
        self._own: dict[str, Coverage] = {}

    def refusal(self, piece: Piece, of: int, *, leaving: bool = False) -> UsageError | None:
        """Which limit a piece would pass, of a deposit of which the terms allow `of` bytes in all."""
        reading, excerpts = self.terms.form.reading, self.terms.form.excerpts
        held = [(self.shown, reading.file_percent, reading.total_percent, "been shown", "显示")]
        if leaving:
            held.insert(0, (self.left, excerpts.file_percent, excerpts.total_percent, "left the room", "摘录"))
        for coverage, file_percent, total_percent, en, zh in held:
            new = piece.new_in(coverage)
            if new and 100 * (coverage.of(piece.file) + new) > file_percent * piece.size:
                return _share(piece.path, piece.path, file_percent, en, zh)
            if new and 100 * (coverage.shown + new) > total_percent * of:
                return _share("the deposit", "整个托管", total_percent, en, zh)
        return None

    def take(self, piece: Piece, *, leaving: bool = False) -> None:
        """Count a piece."""
        piece.add_to(self.shown)
        if leaving:
            piece.add_to(self.left)

    def saw(self, reader: str) -> Coverage:
        """What one examiner was shown."""
        return self._own.setdefault(reader, Coverage())

    def count(self, document: Document) -> None:
        """Count a document that an entry of the log names."""
        for piece in pieces(document):
            self.take(piece, leaving=isinstance(document, Excerpt | Facts))
            if isinstance(document, View | Search):
                piece.add_to(self.saw(document.examiner))

    def level(self, shown: int, of: int) -> int:
        """How many times `alarm_percent` so many bytes are. An alarm is due when this grew since the last one."""
        return 100 * shown // max(of, 1) // self.terms.form.reading.alarm_percent

    def enter(self, acts: Acts, entry: Entry, of: int) -> int:
        """Enter an act by which source leaves, counted already, in one append with the alarm that it sets off.

        Returns the position of the act; it is on disk then, and what it announces may be given out.
        """
        entries = [entry]
        said = [alarm.counts for _, alarm in acts.entered("alarm")]
        if self.level(self.shown.shown, of) > max((self.level(one["shown"], one["of"]) for one in said), default=0):
            totals = {"shown": self.shown.shown, "of": of}
            entries.append(acts.entry("alarm", {"terms": f"sha256:{self.terms.digest}"}, totals))
        return acts.enter_all(entries).start


def counted(host: Host) -> Allowance:
    """From the log of a host. Raises NotVerifiedError when a document that it names is missing or altered."""
    allowance = Allowance(host.terms)
    for act, type_ in DOCUMENTS.items():
        for _, entry in host.acts.entered(act):
            allowance.count(read(type_, host.kept(FOLDERS[act], entry.digests[act]), f"the body of a {act}"))
    return allowance


def pieces(document: Document) -> Iterator[Piece]:
    """What a document gave out. The size of a file is 0 where the document does not say it."""
    if isinstance(document, View | Excerpt):
        yield Piece(document.path, document.sha256, 0, document.start, document.stop)
    elif isinstance(document, Search):
        yield from (Piece(hit.path, hit.sha256, 0, hit.start, hit.stop) for hit in document.hits)
    elif isinstance(document, Facts):
        for file in document.files:
            yield from (Piece(file.path, file.sha256, file.size, 0, size, words) for words, size in file.words)
    elif isinstance(document, Draw):
        yield from (Piece(file.path, file.sha256, file.size, 0, file.size) for file in document.files)


def must_be_witnessed(acts: Acts, terms: Terms) -> None:
    """Raises UsageError when an alarm waits for a witness of the vendor, or too much was given out unseen."""
    seen = acts.seen(terms.witnesses)
    if any(position >= seen for position, _ in acts.entered("alarm")):
        message = Text("an alarm waits for a witness of the vendor to cosign it", "一项警报尚待供应方见证方会签")
        raise UsageError(message, _ASK)
    behind = sum(position >= seen for act in SEEN_LATER for position, _ in acts.entered(act))
    if behind >= terms.form.reading.unseen_views:
        message = Text(f"{behind} views wait for a witness to cosign", f"{behind} 次查看尚待见证方会签")
        raise UsageError(message, _ASK)


_ASK = Text("send it the ledger's request, and enter its answer", "请发送账本请求，并登记其回复")


def _share(en: str, zh: str, percent: int, done: str, doing: str) -> UsageError:
    return UsageError(
        Text(f"more than {percent} % of {en} would have {done}", f"{zh}的{doing}将超过 {percent}%"),
        Text("the terms allow no more; new ones need the vendor's signature", "条款不允许更多；新条款须供应方签署"),
    )
