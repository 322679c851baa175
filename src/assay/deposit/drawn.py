"""Review without hand-over: the vendor reviews at home and submits facts; files drawn by lot are shown and looked at
again.

    submission   the vendor signs: the version (whose manifest it signed before), the SHA-256 of its facts, without
                 excerpts, and the hash of a number that it keeps for now
    answer       the reviewer signs: which submission, how many files, a number of its own
    reveal       the vendor shows its number; `seed` follows from both, and neither could choose it
    draw         the positions of the manifest that the seed names; each file is shown with its row and the proof that
                 the row stands there in the signed manifest (`manifest.check_row`)
    compare      what the files say now against what was submitted about them
    assurance    what that says of the files that nobody was shown: exact, hypergeometric, in integers

A file *differs* when it shows a fact that was not submitted, or was not shown at all; it is *unclear* when something
that was submitted is not found again (it may rest on files that were not drawn). Both count against the submission. A
vendor that will not reveal its number, or show a drawn file, has not shown that file: silence never counts for it.

What this does not show: that the manifest is of the product that is delivered or running. A vendor can sign the
manifest of another tree, and every drawn file will agree. That is the matter of correspondence, which compares the
deposited source with the delivered binaries; until it was made, the report says so.

Sources: the hypergeometric distribution, without replacement; the commitment is SHA-256 over 32 random bytes.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from math import comb

from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import InputError, UsageError
from assay.core.facts import Evidence, Fact, Scalar
from assay.core.kinds import KINDS
from assay.core.text import Text
from assay.deposit.documents import Document, open_signed, sha256, written
from assay.ledger.envelope import seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.signing import NamedKey

SUBMISSION = "application/vnd.assay.drawn-submission+json"
ANSWER = "application/vnd.assay.drawn-answer+json"
REVEAL = "application/vnd.assay.drawn-reveal+json"
MILLION = 1_000_000
_SIZE = 32


class Submission(Document, frozen=True, kw_only=True):
    """`statement` is the SHA-256 of the signed statement of a version, `facts` of what was found at home."""

    deposit: str
    version: int
    statement: str
    files: int
    facts: str
    assay: str
    commitment: str


class Answer(Document, frozen=True, kw_only=True):
    """`submission` by SHA-256 of what was signed; `draw` files are asked for."""

    submission: str
    draw: int
    number: str


class Reveal(Document, frozen=True, kw_only=True):
    """`answer` by SHA-256 of what was signed."""

    answer: str
    number: str


class Lot(Struct, frozen=True):
    """What was drawn: positions of the manifest, in order, and the seed that says so."""

    submission: Submission
    seed: bytes
    positions: tuple[int, ...]


class Compared(Struct, frozen=True):
    """Drawn files by what came of them: paths."""

    agree: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()

    @property
    def against(self) -> int:
        return len(self.differ) + len(self.unclear)


class Assurance(Struct, frozen=True):
    """Of `files`, `drawn` were looked at and `against` spoke against the submission.

    `at_most`: with at least `confidence` (parts per million) no more files than this do so. `one_percent`: how likely
    (ppm, rounded down) such a draw shows at least one file, when 1 % of all do.
    """

    files: int
    drawn: int
    against: int
    confidence: int
    at_most: int
    one_percent: int

    def words(self) -> Text:
        share = -(-self.at_most * 100 * 100 // max(self.files, 1))
        sure, shown = self.confidence * 100 // MILLION, f"{share // 100}.{share % 100:02}"
        lies = -(-self.files // 100)
        return Text(
            f"{self.drawn} of {self.files} files were drawn; {self.against} spoke against the submission. With {sure} %"
            f" confidence at most {self.at_most} files ({shown} %) do. Had {lies} files (1 %) done so, this draw would "
            f"have shown one of them with {_percent(self.one_percent)} %: 1 - C({self.files - lies}, {self.drawn}) / "
            f"C({self.files}, {self.drawn}). It does not show that the manifest is that of the product.",
            f"在 {self.files} 个文件中抽取 {self.drawn} 个，其中 {self.against} 个与提交的事实不符。"
            f"在 {sure}% 的置信度下，至多 {self.at_most} 个文件（{shown}%）不符。"
            f"若有 {lies} 个文件（1%）不符，此次抽取发现其中之一的概率为 "
            f"{_percent(self.one_percent)}%：1 - C({self.files - lies}, {self.drawn}) / C({self.files}, {self.drawn})。"
            f"这并不表明该清单就是产品的清单。",
        )


def submit(
    *, deposit: str, version: int, statement: str, files: int, facts: bytes, assay: str, party: Party
) -> tuple[bytes, bytes]:
    """The signed submission, and the number that the vendor keeps until the reviewer has answered."""
    number = secrets.token_bytes(_SIZE)
    body = Submission(
        deposit=deposit,
        version=version,
        statement=statement,
        files=files,
        facts=sha256(facts),
        assay=assay,
        commitment=_commitment(number),
    )
    return seal(SUBMISSION, written(body), party.name, party.signers), number


def read_number(text: bytes) -> bytes:
    """The vendor's number as it was kept. Raises InputError."""
    try:
        number = bytes.fromhex(text.decode("ascii").strip())
    except ValueError as error:
        raise _no_number() from error
    if len(number) != _SIZE:
        raise _no_number()
    return number


def must_be_facts(submission: Submission, facts: bytes) -> None:
    """Raises NotVerifiedError when these are not the facts that the vendor submitted."""
    if sha256(facts) != submission.facts:
        raise unverified("the submitted facts", "they are not those that the vendor signed", "与供应商签名的不符")


def open_submission(envelope: bytes, vendor: Sequence[NamedKey]) -> Submission:
    """Raises NotVerifiedError when the vendor did not sign it."""
    return open_signed(Submission, SUBMISSION, envelope, vendor, "the submission")[0]


def answer(envelope: bytes, vendor: Sequence[NamedKey], draw: int, party: Party) -> bytes:
    """The reviewer's signed answer: it commits to its number while the vendor's is fixed and unknown to it."""
    submission, payload = open_signed(Submission, SUBMISSION, envelope, vendor, "the submission")
    if not 1 <= draw <= submission.files:
        raise UsageError(
            Text(
                f"{draw} of {submission.files} files cannot be drawn",
                f"无法从 {submission.files} 个文件中抽取 {draw} 个",
            ),
            Text(
                f"{needed(submission.files, 10_000, 950_000)} would show 1 % with 95 %",
                f"抽取 {needed(submission.files, 10_000, 950_000)} 个可以 95% 发现 1%",
            ),
        )
    body = Answer(submission=sha256(payload.content), draw=draw, number=secrets.token_bytes(_SIZE).hex())
    return seal(ANSWER, written(body), party.name, party.signers)


def reveal(envelope: bytes, answered: bytes, number: bytes, reviewer: Sequence[NamedKey], party: Party) -> bytes:
    """The vendor's number, signed. Raises NotVerifiedError when the answer is to another submission, or not signed."""
    _, payload = open_signed(Submission, SUBMISSION, envelope, party.keys, "the submission")
    said, signed = open_signed(Answer, ANSWER, answered, reviewer, "the answer")
    if said.submission != sha256(payload.content):
        raise unverified("the answer", "it is to another submission", "它针对另一份提交")
    body = Reveal(answer=sha256(signed.content), number=number.hex())
    return seal(REVEAL, written(body), party.name, party.signers)


def lot(
    envelope: bytes, answered: bytes, revealed: bytes, vendor: Sequence[NamedKey], reviewer: Sequence[NamedKey]
) -> Lot:
    """What was drawn; both sides, and anybody later, come to the same. Raises NotVerifiedError naming who cheated."""
    # 1. Signatures, and that each names the one before.
    submission, first = open_signed(Submission, SUBMISSION, envelope, vendor, "the submission")
    said, second = open_signed(Answer, ANSWER, answered, reviewer, "the answer")
    shown, third = open_signed(Reveal, REVEAL, revealed, vendor, "the reveal")
    if said.submission != sha256(first.content) or not 1 <= said.draw <= submission.files:
        raise unverified("the answer", "it is to another submission", "它针对另一份提交")
    if shown.answer != sha256(second.content):
        raise unverified("the reveal", "it is for another answer", "它针对另一份答复")
    # 2. The vendor's number is the one to which it committed.
    try:
        number = bytes.fromhex(shown.number)
    except ValueError as error:
        raise unverified("the reveal", str(error), str(error)) from error
    if len(number) != _SIZE or _commitment(number) != submission.commitment:
        raise unverified("the reveal", "its number is not the one committed to", "其数与先前的承诺不符")
    if number.hex() != shown.number:  # or the vendor tries spellings until the lot suits it
        raise unverified("the reveal", "its number is not in its one spelling", "其数不是规范写法")
    # 3. The seed, from all three.
    parts = b"".join(hashlib.sha256(item.content).digest() for item in (first, second, third))
    seed = hashlib.sha256(b"assay draw v1\n" + parts).digest()
    return Lot(submission, seed, draw(seed, submission.files, said.draw))


def draw(seed: bytes, files: int, number: int) -> tuple[int, ...]:
    """`number` positions out of `files`, each set as likely as any other: those with the smallest SHA-256(seed, i)."""
    ranked = sorted(range(files), key=lambda at: hashlib.sha256(seed + at.to_bytes(8)).digest())
    return tuple(sorted(ranked[:number]))


def stripped(fact: Fact) -> Fact:
    """A fact as a vendor submits it: places, and not one word of source."""
    places = {Evidence(item.path, item.line, address=item.address) for item in fact.evidence}
    return replace(fact, evidence=tuple(sorted(places)))


def compare(
    paths: Iterable[str], submitted: Mapping[str, Sequence[Fact]], found: Mapping[str, Sequence[Fact] | None]
) -> Compared:
    """Drawn files by logical path; None is a file that was not shown or could not be read again."""
    rows: dict[str, list[str]] = {"agree": [], "differ": [], "unclear": []}
    for path in paths:
        again = found.get(path)
        rows[_file("" if again is None else path, submitted.get(path, ()), again)].append(path)
    return Compared(*(tuple(rows[name]) for name in ("agree", "differ", "unclear")))


def assurance(files: int, drawn: int, against: int, confidence: int = 950_000) -> Assurance:
    """Exact. `at_most` is the largest number of files that such a draw would not contradict at this confidence."""
    low, high = against, files - drawn + against
    while low < high:  # the chance of so few falls as more files are bad
        middle = (low + high + 1) // 2
        few = sum(comb(middle, bad) * comb(files - middle, drawn - bad) for bad in range(against + 1))
        if few * MILLION > (MILLION - confidence) * comb(files, drawn):
            low = middle
        else:
            high = middle - 1
    return Assurance(files, drawn, against, confidence, low, shows(files, -(-files // 100), drawn))


def shows(files: int, bad: int, drawn: int) -> int:
    """How likely (ppm, rounded down) a draw holds at least one of `bad` files."""
    none, all_ = comb(files - bad, drawn), comb(files, drawn)
    return (all_ - none) * MILLION // all_


def needed(files: int, share: int, confidence: int) -> int:
    """How many files to draw, so that lies in `share` (ppm) of all are shown with `confidence` (ppm)."""
    bad = max(1, -(-files * share // MILLION))
    low, high = 1, files
    while low < high:
        middle = (low + high) // 2
        if shows(files, bad, middle) >= confidence:
            high = middle
        else:
            low = middle + 1
    return low


def _file(path: str, submitted: Sequence[Fact], found: Sequence[Fact] | None) -> str:
    if not path or found is None:
        return "differ"
    if not all(any(_same(said, fact) for said in submitted) for fact in found):
        return "differ"
    return "agree" if all(any(_same(said, fact) for fact in found) for said in submitted) else "unclear"


def _same(said: Fact, seen: Fact) -> bool:
    """Whether what was submitted says what is seen now, or more: alone, a file leaves some values undetermined."""
    if (said.kind, said.subject.name) != (seen.kind, seen.subject.name):
        return False
    keys: frozenset[str] = KINDS[said.kind].identity
    return all(_agree(said.value, seen.value, key) for key in keys)


def _agree(said: Mapping[str, Scalar], seen: Mapping[str, Scalar], key: str) -> bool:
    if key in seen and seen[key] is None:
        return True
    return (key in said) == (key in seen) and said.get(key) == seen.get(key)


def _no_number() -> InputError:
    return InputError(
        Text("that is not the number that was kept", "这不是所保存的随机数"),
        Text("give the file that `draw submit` wrote", "请给出 `draw submit` 所写的文件"),
    )


def _commitment(number: bytes) -> str:
    return hashlib.sha256(b"assay draw commitment v1\n" + number).hexdigest()


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000}.{ppm // 1_000 % 10}"
