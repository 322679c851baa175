"""How much source the facts of a review in place may quote: what does not fit is cut before the dossier is written.

Details of attempts, which may quote the product, go where nothing may be quoted. What leaves counts with all that left
before (`deposit.allowance`).
"""

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.attempts import Attempt
from assay.core.facts import Evidence, Fact
from assay.core.kinds import KINDS
from assay.deposit.allowance import Allowance, Piece
from assay.deposit.disclosures import DIGITS, Passages
from assay.deposit.documents import sha256
from assay.deposit.manifest import Row

_OWN = ("intake@", "lab@", "review@", "handover.levels@")
_WORD = re.compile(r"[A-Za-z0-9_.$:/+@#<>,*-]{1,80}|[\w.$:/+@#<>,*-]{1,24}")  # Chinese is written without blanks
_PATHS = re.compile(r"[\w.+@#$~/-]+")
_COMPARED = 500  # passages of a file that a shorter one is looked for in


class Denied:
    """Paths that the terms keep back, as other files may name them: whole, or from some folder on."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._ends: dict[str, list[str]] = {}
        odd: set[str] = set()
        for path in map(str.lower, paths):
            name = path.rpartition("/")[2]
            if _PATHS.fullmatch(path):
                self._ends.setdefault(name, []).append("/" + path)
            else:
                odd.add(name)  # where it ends in a text nobody can say, so that its name alone tells
        self._odd = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, sorted(odd)))})(?![\w.])") if odd else None

    def tells(self, text: str) -> bool:
        """Whether a text names one of them."""
        lower = text.lower()
        if self._odd is not None and self._odd.search(lower) is not None:
            return True
        for word in _PATHS.findall(lower) if self._ends else ():
            plain = re.sub(r"^(?:\.{0,2}/)+", "", word)
            if any(path.endswith("/" + plain) for path in self._ends.get(plain.rpartition("/")[2], ())):
                return True
        return False


class Quoting(Struct):
    """How much source facts may quote: lines of one passage, and what is left of the deposit's allowance.

    Counted as quotations are excerpts, expressions and details, and every value and name that is more than one word:
    a word without a blank (an algorithm, a host, a qualified name) is what was found, anything longer is what stands
    there. What may not leave becomes '' in evidence and undetermined in a value. A path that the terms deny is not
    told by what other files say of it. Facts are asked for in their order, so that the same facts quote the same.
    """

    lines: int
    allowance: Allowance
    of: int
    files: Mapping[str, Row]
    denied: Denied
    _left: dict[str, dict[str, int]] = field(default_factory=dict)
    _texts: dict[str, set[str]] = field(default_factory=dict)

    def fact(self, fact: Fact) -> Fact:
        evidence = tuple(self._evidence(item) for item in fact.evidence)
        if fact.by.startswith(_OWN):
            return replace(fact, evidence=evidence)
        path = fact.evidence[0].path if fact.evidence else fact.subject.path
        keys = KINDS[fact.kind].keys
        value = {
            key: self._value(path, item) if isinstance(item, str) and not keys[key].choices else item
            for key, item in fact.value.items()
        }
        name = self._value(path, fact.subject.name) or ""
        return replace(fact, subject=replace(fact.subject, name=name), value=value, evidence=evidence)

    def attempt(self, attempt: Attempt) -> Attempt:
        """Details of examinations, and of what does not parse, may quote the product: they count as excerpts."""
        own = attempt.by.startswith(_OWN) and attempt.reason != "syntax"
        return attempt if own else replace(attempt, detail=self._quote(attempt.path, attempt.detail))

    def left(self) -> tuple[Passages, ...]:
        """What these facts and attempts carry that had not left before."""
        by_file = ((self.files[path], words) for path, words in sorted(self._left.items()))
        return tuple(
            Passages(path=row.path, sha256=row.sha256, size=row.size, words=tuple(sorted(words.items())))
            for row, words in by_file
        )

    def _evidence(self, place: Evidence) -> Evidence:
        excerpt, expression = self._quote(place.path, place.excerpt), self._quote(place.path, place.expression)
        origin = "" if self.denied.tells(place.origin) else place.origin
        return replace(place, excerpt=excerpt, expression=expression, origin=origin)

    def _value(self, path: str, text: str) -> str | None:
        if self.denied.tells(text):
            return None
        return text if not text or _WORD.fullmatch(text) or self._quote(path, text) == text else None

    def _quote(self, path: str, text: str) -> str:
        """As many lines as may be quoted, '' when no more may leave of this file or at all."""
        text = "\n".join(text.splitlines()[: self.lines])
        row = self.files.get(path.partition("!")[0])
        if not text or row is None or self.denied.tells(text):
            return ""
        known = self._texts.setdefault(row.path, set())
        if text in known or (len(known) < _COMPARED and any(text in other for other in known)):
            return text
        content = text.encode("utf-8", "replace")
        piece = Piece(row.path, row.sha256, row.size, 0, len(content), sha256(content)[:DIGITS])
        if self.allowance.refusal(piece, self.of, leaving=True) is not None:
            return ""
        if piece.new_in(self.allowance.left):
            self._left.setdefault(row.path, {})[piece.words] = piece.stop
        self.allowance.take(piece, leaving=True)
        known.add(text)
        return text
