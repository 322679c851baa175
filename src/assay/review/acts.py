"""The acts of a review, entered in the ledger of its dossier.

A dossier has one log, `ledger/ledger.sqlite`. Beside it lie the bodies that only acts have: the consent on which a
product was examined, the signed verdict, and lists of the files that an entry vouches for, as `sha256sum` writes them.
Entries of a review, in this order:

    intake       before anything is examined: what was delivered, the operator's manifest
    consent      when there is one: who consented to what, as a salted digest of `NNNN.consent.json`
    probe        before a product is run: which delivery, the digest of the command, whether by consent or self-asserted
    attempts     what was tried and how far it got
    facts        what was stated; names the list of every file of the review
    judgement    what was judged, by which books (again for each later judging)
    verdict      `NNNN.verdict.dsse.json`, with every signature that this party has; `NNNN.summary.dsse.json` when asked
    report       the document, and each file that was rendered from it
    waiver       `waivers/NNNN.json`, salted

A log that nobody known signed is taken over by the first known key that comes: the log so far becomes a body, and the
new log begins with its digest. Somebody else's log is never gone on with, unless `take_over` is asked for.

What this cannot see: a review whose writer was killed between sealing and entering stands in no entry; verifying the
dossier names its files.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from assay.core.errors import UsageError, refused
from assay.core.facts import canonical
from assay.core.product import Consent, Product
from assay.core.rules import Judgement
from assay.core.text import Text
from assay.dossier.durable import read_given, write_durably
from assay.dossier.records import encode
from assay.dossier.sealed import Judging, RulebookRef
from assay.dossier.store import LEDGER, MARK, Dossier, Review
from assay.dossier.waivers import WAIVERS
from assay.intake import Intake
from assay.ledger.entries import Entry, digest, listing, salted
from assay.ledger.envelope import seal
from assay.ledger.log import Log
from assay.ledger.party import Party
from assay.ledger.place import begin_log, of_nobody, open_log
from assay.ledger.receipts import SUFFIX
from assay.ledger.sqlite import NAME, SqliteStore
from assay.ledger.statements import PAYLOAD_TYPE, Book, Outcome, svr, vsa

_LARGEST = 1 << 30
Clock = Callable[[], float]


class Acts:
    """Enters what is done with one dossier. `clock` gives POSIX seconds. Close it, or leave the `with` block, to sign.

    Opening raises NotVerifiedError when the log is damaged, forked or rolled back, or somebody else's.
    """

    def __init__(self, dossier: Dossier, party: Party, clock: Clock) -> None:
        self._dossier = dossier
        self._party = party
        self._clock = clock
        self._log = _opened(dossier, party, clock)
        self._held = ExitStack()
        with ExitStack() as refused:
            refused.callback(self._log.close)
            self._held.enter_context(_using(dossier))
            refused.pop_all()
        self.id = self._log.origin.rpartition("/")[2]

    @property
    def signed(self) -> Text:
        """By whom the acts are signed, as reports say it."""
        return self._party.words

    def __enter__(self) -> "Acts":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._held, self._log:
            if kind is None:
                self._log.checkpoint()

    def intake(self, number: int, taken: Intake, manifest: Path | None) -> None:
        """What was delivered and by whose consent. `manifest` is the operator's file."""
        files = [[meta.path, meta.size] for meta in taken.artifact.files]
        digests = {"members": digest(canonical(sorted(files)))}
        if manifest is not None:
            digests["manifest"] = digest(_read(manifest))
        counts = {"files": len(files), "bytes": sum(meta.size for meta in taken.artifact.files)}
        entries = [self._entry("intake", number, digests, counts | {"refused": len(taken.attempts)})]
        if taken.manifest.consent is not None:
            entries.append(self.consent(number, taken.manifest.consent))
        self._log.append(*entries)

    def consent(self, number: int, consent: Consent) -> Entry:
        """The consent, kept in the dossier; whoever may not know of it is told no more than a salted digest."""
        return self._entry("consent", number, self._secret(f"{LEDGER}/{number:04}.consent.json", encode(consent)))

    def probe(
        self, number: int, artifact: str, command: Sequence[str], counts: Mapping[str, int], declaration: Path | None
    ) -> None:
        """That a product is about to be run, and what of it; entered before anything of it starts.

        `declaration` is the envelope that the vendor signed.
        """
        digests = {"artifact": f"sha256:{artifact}", "command": digest(canonical(list(command)))}
        if declaration is not None:
            digests["declaration"] = digest(_read(declaration))
        self._log.append(self._entry("probe", number, digests, counts))

    def reviewed(self, review: Review, judgements: Sequence[Judgement]) -> None:
        """A sealed review and the verdict over it."""
        record = review.record
        if record is None:
            raise ValueError("a review is entered when it is sealed")
        number = review.number
        files = self._listed(f"{LEDGER}/{number:04}.sha256", [MARK, *review.paths()])
        outcome = _outcome(record.product, record.artifact, record.rulebooks, judgements, files, self._now())
        name = verdict_name(number)
        verdict = self._kept(name, self._sealed(svr(outcome))) if judgements else {}
        entries = [
            self._entry("attempts", number, _stream(review, "attempts"), {"attempts": review.count("attempts")}),
            self._entry("facts", number, {"artifact": f"sha256:{record.artifact}"} | files, review.kinds()),
            *self._judged(review, judgements),
            *([self._entry("verdict", number, verdict, _counts(judgements))] if verdict else []),
        ]
        self._log.append(*entries)

    def summary(self, review: Review, judgements: Sequence[Judgement], resource: str) -> bytes:
        """A SLSA verification summary over the verdict, signed; `resource` is the URI of what was reviewed."""
        record = review.record
        if record is None:
            raise ValueError("a review is summed up when it is sealed")
        verdict = verdict_name(review.number)
        evidence = {verdict: digest(_read(self._dossier.path / verdict))}
        outcome = _outcome(record.product, record.artifact, record.rulebooks, judgements, evidence, self._now())
        name = f"{LEDGER}/{review.number:04}.summary.dsse.json"
        sealed = self._sealed(vsa(outcome, resource))
        self._log.append(self._entry("verdict", review.number, self._kept(name, sealed), _counts(judgements)))
        return sealed

    def judged(self, review: Review, judging: Judging, judgements: Sequence[Judgement]) -> None:
        """Judgements that were added to a sealed review, and the verdict over them."""
        record = review.record
        if record is None:
            raise ValueError("a review is judged when it is sealed")
        name = f"{LEDGER}/{review.number:04}.{judging.key[:16]}"
        files = self._listed(f"{name}.sha256", review.judged_paths(judging))
        outcome = _outcome(record.product, record.artifact, judging.rulebooks, judgements, files, self._now())
        verdict = self._kept(f"{name}.verdict.dsse.json", self._sealed(svr(outcome)))
        self._log.append(
            self._entry("judgement", review.number, files | _books(judging.rulebooks), _counts(judgements)),
            self._entry("verdict", review.number, verdict, _counts(judgements)),
        )

    def waiver(self, number: int) -> None:
        """A waiver that was kept in the dossier, for its newest review."""
        name = f"{WAIVERS}/{number:04}.json"
        body = _read(self._dossier.path / name)
        self._log.append(self._entry("waiver", self._dossier.latest().number, self._secret(name, body)))

    def report(self, review: Review, form: str, content: bytes, output: Path | None) -> Path | None:
        """A rendered report. With a file, its receipt is written beside it: `FILE.tlog-proof`, entry included.

        Returns the receipt's path; None without a file, or where the log waits for the key of its owner.
        """
        digests = _stream(review, "document") | {form: digest(content)}
        (position,) = self._log.append(self._entry("report", review.number, digests))
        if output is None or not self._log.signs:
            return None
        body, receipt = self._log.prove(position)
        path = output.with_name(output.name + SUFFIX)
        _write(path, receipt.carrying(body).render())
        return path

    def _judged(self, review: Review, judgements: Sequence[Judgement]) -> list[Entry]:
        if not judgements or review.record is None:
            return []
        digests = _stream(review, "judgements") | _books(review.record.rulebooks)
        return [self._entry("judgement", review.number, digests, _counts(judgements))]

    def _sealed(self, statement: bytes) -> bytes:
        return seal(PAYLOAD_TYPE, statement, self._party.name, self._party.signers)

    def _listed(self, name: str, paths: Iterable[str]) -> dict[str, str]:
        hashed = {path: hashlib.sha256(_read(self._dossier.path / path)).hexdigest() for path in paths}
        return self._kept(name, listing(hashed))

    def _kept(self, name: str, body: bytes) -> dict[str, str]:
        _write(self._dossier.path / name, body)
        return {name: digest(body)}

    def _secret(self, name: str, body: bytes) -> dict[str, str]:
        """A body that could be guessed. Destroying its salt makes the ledger forget it."""
        salt = secrets.token_bytes(32)
        _write(self._dossier.path / f"{name}.salt", salt)
        _write(self._dossier.path / name, body)
        return {name: salted(body, salt)}

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _entry(
        self, act: str, number: int, digests: Mapping[str, str], counts: Mapping[str, int] | None = None
    ) -> Entry:
        return Entry(act, f"{self.id}/{number}", int(self._clock()), digests, counts or {})


def verdict_name(number: int) -> str:
    """Where in the dossier the signed verdict over a review lies."""
    return f"{LEDGER}/{number:04}.verdict.dsse.json"


def take_over(dossier: Dossier, party: Party, clock: Clock) -> None:
    """Begin this party's own log in a dossier that holds another's. That one becomes a body of the first entry."""
    _take_over(dossier, party, clock).close()


def _opened(dossier: Dossier, party: Party, clock: Clock) -> Log:
    path = dossier.ledger / NAME
    if party.known and path.exists() and of_nobody(path):
        return _take_over(dossier, party, clock)
    return _enter_earlier(dossier, open_log(dossier.path, party), clock)


def _take_over(dossier: Dossier, party: Party, clock: Clock) -> Log:
    """The old log is set aside whole, and the new one's first entry names it and every file of the dossier."""
    with ExitStack() as opened:
        opened.enter_context(Log(SqliteStore(dossier.ledger / NAME))).verify()
    with _using(dossier, alone=True):
        _set_aside(dossier)
        return _enter_earlier(dossier, begin_log(dossier.path, party), clock)


def _set_aside(dossier: Dossier) -> None:
    """The log is moved last: a writer that was killed before leaves it where it can be taken over again."""
    number = 1
    while (dossier.ledger / f"before-{number}" / NAME).exists():
        number += 1
    aside = dossier.ledger / f"before-{number}"
    try:
        aside.mkdir(exist_ok=True)
        for path in sorted(dossier.ledger.iterdir(), key=lambda path: (path.name == NAME, path.name)):
            if path.is_file() and path.suffix != ".partial":
                path.rename(aside / path.name)
    except OSError as error:
        raise refused(aside, error) from error


def _enter_earlier(dossier: Dossier, log: Log, clock: Clock) -> Log:
    """The first entry of a log that follows another; made up for where a writer was killed before it was entered.
    The log, which is closed when that fails."""
    with ExitStack() as failed:
        failed.callback(log.close)
        _enter_taken_over(dossier, log, clock)
        failed.pop_all()
    return log


def _enter_taken_over(dossier: Dossier, log: Log, clock: Clock) -> None:
    asides = sorted(dossier.ledger.glob(f"before-*/{NAME}"), key=lambda path: (len(path.parent.name), path.parent.name))
    if log.size or not asides:
        return
    with closing(SqliteStore(asides[-1], writable=False)) as old:
        origin, size = old.origin(), old.size()
    files = {path: hashlib.sha256(_read(dossier.path / path)).hexdigest() for path in _files(dossier)}
    name = f"{LEDGER}/taken-over.sha256"
    body = listing(files)
    _write(dossier.path / name, body)
    log.append(Entry("key", origin.rpartition("/")[2], int(clock()), {name: digest(body)}, {"entries": size}))
    log.checkpoint()


@contextmanager
def _using(dossier: Dossier, *, alone: bool = False) -> Iterator[None]:
    """Many may enter acts at once; nobody takes a log over while another process has it open."""
    try:
        dossier.ledger.mkdir(exist_ok=True)
        folder = os.open(dossier.ledger, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise refused(dossier.ledger, error) from error
    try:
        fcntl.flock(folder, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise UsageError(
            Text(f"another process is writing to {dossier.ledger}", f"另一个进程正在写入 {dossier.ledger}"),
            Text("wait for it to end", "请等待其结束"),
        ) from error
    finally:
        os.close(folder)


def _files(dossier: Dossier) -> list[str]:
    """Every plain file of a dossier that an entry may vouch for: all but the lock and the log in use.

    A name that no list can carry was not given by assay; verifying says that no entry names it.
    """
    own = {"lock", *(f"{LEDGER}/{NAME}{end}" for end in ("", "-wal", "-shm"))}
    plain = (path for path in dossier.path.rglob("*") if path.is_file() and not path.is_symlink())
    found = (path.relative_to(dossier.path).as_posix() for path in plain)
    return sorted(path for path in found if path not in own and path.isprintable() and "\\" not in path)


def _outcome(
    product: Product,
    artifact: str,
    books: Iterable[RulebookRef],
    judgements: Iterable[Judgement],
    evidence: Mapping[str, str],
    at: str,
) -> Outcome:
    rules: dict[str, list[str]] = {"met": [], "broken": [], "open": []}
    for judgement in judgements:
        if judgement.outcome in rules:
            rules[judgement.outcome].append(f"{judgement.book}:{judgement.rule}")
    named = {name: sha256.removeprefix("sha256:") for name, sha256 in evidence.items()}
    return Outcome(
        product.name, artifact, at, **rules, books=[Book(book.id, book.digest) for book in books], evidence=named
    )


def _counts(judgements: Iterable[Judgement]) -> dict[str, int]:
    outcomes = [judgement.outcome for judgement in judgements]
    return {name: outcomes.count(name) for name in ("met", "broken", "open", "not-applicable")}


def _books(books: Iterable[RulebookRef]) -> dict[str, str]:
    return {f"book:{book.id}".replace(":", "-"): f"sha256:{book.digest}" for book in books}


def _stream(review: Review, stream: str) -> dict[str, str]:
    return {stream: digest(canonical([segment.digest for segment in review.streams.get(stream, ())]))}


def _read(path: Path) -> bytes:
    return read_given(path, _LARGEST)


def _write(path: Path, content: bytes) -> None:
    try:
        write_durably(path, content)
    except OSError as error:
        raise refused(path, error) from error
