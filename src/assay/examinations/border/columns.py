"""Column verdicts: what a column holds, from its name and from every one of its values, without keeping a value.

A `Column` takes Arrow arrays, scans their strings where they lie, and adds up counts; two add into one, so batches,
files and workers may be counted apart. `verdicts` weighs at the end:

- a value that the scan calls valid counts as valid, unless the column holds as many of the same form with a wrong
  check digit as chance would give beside it: then the right ones are chance, and nothing is said;
- a value that is likely, or only shaped, counts when the column's name or most of its values say the same class, or a
  label stands before it inside its cell;
- names and addresses are believed when the name of the column, or nearly all of its (many) values, say so;
- transactions, balances, health and the like are told by the column's name, and counted by what fits in it.

*It cannot see* a class whose values and column name both say nothing, and counts labels inside cells, names and
addresses from a sample of large batches (`_SAMPLE` cells of each), scaled up.
"""

import base64
import importlib
import re
from collections.abc import Iterator
from functools import cache
from operator import add
from typing import Any

from msgspec import Struct, field

from assay.examinations.border import names
from assay.examinations.border.cells import Cells, Rows, distinct, filled, like, matching, taken, times
from assay.examinations.border.classes import (
    CODES,
    CREDENTIAL_CLASSES,
    LIKELY,
    NEVER_VALID,
    SHAPED,
    VALID,
    Confidence,
)
from assay.examinations.border.clear import standing
from assay.examinations.border.folding import LEADS, ODD_BYTES, plain
from assay.examinations.border.scanned import CODE_COUNT, Scanned
from assay.examinations.border.scanning import scan
from assay.examinations.border.semantics import called, labelled, values_of
from assay.examinations.border.sieve import HIDDEN
from assay.examinations.border.wording import CREDENTIAL_WORDS, may_hold_secrets, secrets

Array = Any  # pyarrow.Array, or Cells
_SAMPLE = 2_000
_CODED = 64
_BASE64 = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9+/_-]{8,}={0,2}")
_ODD_LEADS = bytes(LEADS)
_HAN_LEADS = bytes(range(0xE3, 0xEA))
_EASTERN_LEADS = bytes(range(0xE3, 0x100))
_FULL_DIGIT = re.compile(rb"\xef\xbc[\x90-\x99]")
_BY_CHANCE = {
    "resident_id": 1 / 10,
    "permit": 1 / 10,
    "bank_card": 1 / 9,
    "uscc": 1 / 30,
    "iban": 1 / 96,
    "device_id": 1 / 9,
}
_BY_CHANCE |= {"mobile": 1 / 20}
"""How many values pass for each that does not, when numbers of the right form are drawn at random."""
_BY_NAME_ONLY = frozenset({"ip", "cnaps"})
"""Of these, versions and serial numbers fill whole columns as well."""
_SECRET_MARKS = (b"=", b":", b"^")  # one of these, or Chinese
_MOST, _NEARLY_ALL, _FEW = 0.5, 0.9, 10
_ANYBODY = frozenset({"name", "names"})
_FITS = {
    "number": r"^\s*[-+]?[¥￥$€£]?\s*[0-9][0-9,]*(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?\s*(?:%|元|万元)?\s*$",
    "digits": r"^[\s0-9-]{6,40}$",
    "date": r"^\s*(?:18|19|20)[0-9]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}",
    "word": r"\pL",
}


class Verdict(Struct, frozen=True):
    """One class in one column: of `cells` that hold something, how many are valid and how many plausible.

    Of authentication data, how many stand in clear, and of how many that cannot be said (`clear.py`).
    """

    column: str
    class_: str
    cells: int
    valid: int
    plausible: int
    by_name: bool
    clear: int = 0
    unclear: int = 0


class Column(Struct):
    """Counts of one column. `hits` and `whole` are by code of the scan, `in_text` by class, both in cells."""

    name: str
    cells: int = 0
    hits: list[int] = field(default_factory=lambda: [0] * CODE_COUNT)
    whole: list[int] = field(default_factory=lambda: [0] * CODE_COUNT)
    in_text: dict[str, float] = field(default_factory=dict)
    fitting: int = 0
    named: float = 0
    placed: float = 0
    holding: float = 0  # cells with an address somewhere
    distinct: int = 0  # in the batch that has most
    secrets: dict[Confidence, float] = field(default_factory=dict)  # cells with a credential among other words
    clear: float = 0
    unclear: float = 0

    def add(self, array: Array) -> Scanned | None:
        """Count an array; what the scan found in it, None when it holds no text. Rows are those of the array."""
        values = as_text(array)
        return None if values is None else self.add_text(values)

    def add_text(self, values: Array) -> Scanned:
        """The same for what `as_text` gave."""
        buffer, edges = bytes_of(values)
        rows = filled(edges)
        self.cells += len(rows)
        found = scan(buffer, edges)
        self.hits = list(map(add, self.hits, found.cells))
        self.whole = list(map(add, self.whole, found.whole))
        class_ = called(self.name)
        self._labels(buffer, edges, found)
        self._words(values, buffer, rows)
        if class_ and (fits := values_of(class_)):
            self.fitting += len(matching(values, _FITS[fits]) if fits in _FITS else rows)
        if class_ in CREDENTIAL_CLASSES:
            self._standing(values)
        else:
            self._secrets(values, buffer)
        return found

    def merge(self, other: "Column") -> None:
        self.cells += other.cells
        self.hits = list(map(add, self.hits, other.hits))
        self.whole = list(map(add, self.whole, other.whole))
        self.fitting += other.fitting
        self.named += other.named
        self.placed += other.placed
        self.holding += other.holding
        self.distinct = max(self.distinct, other.distinct)
        self.clear += other.clear
        self.unclear += other.unclear
        for sort, cells in other.secrets.items():
            self.secrets[sort] = self.secrets.get(sort, 0) + cells
        for class_, count in other.in_text.items():
            self.in_text[class_] = self.in_text.get(class_, 0) + count

    def _labels(self, buffer: Any, edges: Any, found: Scanned) -> None:
        """Uncertain hits inside longer cells, by the labels before them."""
        for code, cells in enumerate(found.cells):
            if code % 4 == VALID or cells == found.whole[code]:
                continue
            class_ = CODES[code // 4]
            of_code = found.of(code)
            some = of_code[:: max(len(of_code) // _SAMPLE, 1)]
            told = 0
            for start, end, _, row in some if isinstance(some, list) else some.tolist():
                low, high = max(int(edges[row]), start - 72), min(int(edges[row + 1]), end + 30)
                before = bytes(buffer[low:start]).decode("utf-8", "ignore")
                value = bytes(buffer[start:high]).decode("utf-8", "ignore")
                told += labelled(class_, before + value, len(before), len(before) + end - start)
            self.in_text[class_] = self.in_text.get(class_, 0) + told * len(of_code) / max(len(some), 1)

    def _standing(self, values: Array) -> None:
        """Of a column that is called so, how each value stands."""
        for value, count in times(values).items():
            stands = standing(self.name, value)
            self.clear += count * (stands is True)
            self.unclear += count * (stands is None)

    def _secrets(self, values: Array, buffer: Any) -> None:
        """Credentials among other words: passwords in messages, stripes of cards; not keys and tokens alone."""
        content = bytes(buffer)
        marked = any(mark in content for mark in _SECRET_MARKS) or _has_han(buffer)
        if not marked or not may_hold_secrets(content):
            return
        rows = matching(values, CREDENTIAL_WORDS)
        some = rows[:: max(len(rows) // _SAMPLE, 1)]
        for cell in taken(values, some).to_pylist():
            found = list(secrets(cell))
            if found:
                stands = [standing(cell[max(start - 24, 0) : start], cell[start:end]) for start, end, *_ in found]
                sort: Confidence = "valid" if any(level == "valid" for *_, level in found) else "plausible"
                each = len(rows) / len(some)
                self.secrets[sort] = self.secrets.get(sort, 0) + each
                self.clear += each * (True in stands)
                self.unclear += each * (True not in stands and None in stands)

    def _words(self, values: Array, buffer: Any, rows: Rows) -> None:
        """Names and addresses, in batches that hold Chinese or are called so. `rows` hold something."""
        if not len(rows) or (called(self.name) not in ("person_name", "address") and not _has_han(buffer)):
            return
        some = taken(values, rows[:: max(len(rows) // _SAMPLE, 1)])
        scale = len(rows) / len(some)
        of_persons = called(self.name) == "person_name"
        self.named += len(matching(some, names.CELL if of_persons else names.CHINESE_CELL)) * scale
        self.distinct = max(self.distinct, distinct(some))
        eastern = _holds(bytes(bytes_of(some)[0]), _EASTERN_LEADS)  # no address is without; Arrow compiles each time
        held = len(matching(some, names.CELL_ADDRESS)) * scale if eastern else 0
        self.holding += held
        if held:
            self.placed += len(matching(some, rf"^\s*(?:{names.ADDRESS}|{names.PLACES})")) * scale

    def verdicts(self) -> Iterator[Verdict]:
        """Every class that the column holds, by its own counts."""
        class_ = called(self.name)
        if not self.cells:
            return
        for position, one in enumerate(CODES):
            if not any(self.hits[position * 4 : position * 4 + 4]):
                continue
            valid, plausible = self._counted(position, one, by_name=one == class_)
            if valid + plausible:
                yield Verdict(self.name, one, self.cells, valid, plausible, one == class_)
        if class_ and class_ not in CODES and self._fitting(class_):
            stands = (round(self.clear), round(self.unclear)) if class_ in CREDENTIAL_CLASSES else (0, 0)
            yield Verdict(self.name, class_, self.cells, 0, self._fitting(class_), True, *stands)
        if self.secrets:
            valid = _of(self.secrets.get("valid", 0), self.cells)
            plausible = _of(self.secrets.get("plausible", 0), self.cells - valid)
            stands = (round(self.clear), round(self.unclear))
            yield Verdict(self.name, "credential", self.cells, valid, plausible, False, *stands)
        if not class_ and self.cells >= _FEW:
            if self.named >= _NEARLY_ALL * self.cells and 2 * self.distinct >= min(self.cells, 16):
                yield Verdict(self.name, "person_name", self.cells, 0, _of(self.named, self.cells), by_name=False)
            elif self.holding:
                yield Verdict(self.name, "address", self.cells, 0, _of(self.holding, self.cells), by_name=False)

    def _fitting(self, class_: str) -> int:
        """How many cells fit a class that the column's name says; `name` alone says it of names of persons only."""
        if class_ == "person_name" and self.name.strip().lower() in _ANYBODY:
            return _of(self.named, self.cells) if self.named >= _MOST * self.cells else 0
        return min(self.fitting, self.cells)

    def _counted(self, position: int, class_: str, *, by_name: bool) -> tuple[int, int]:
        valid, likely, shaped = (self.hits[position * 4 + level] for level in (VALID, LIKELY, SHAPED))
        whole = self.whole[position * 4 + VALID] + self.whole[position * 4 + LIKELY]
        most = class_ not in _BY_NAME_ONLY and self.cells >= _FEW and whole >= _MOST * self.cells
        by_chance = _BY_CHANCE.get(class_, 0.0) * shaped
        if not by_name and valid <= by_chance + 3 * by_chance**0.5:
            valid = 0
        if by_name or most:
            valid, plausible = valid + likely, shaped
        else:
            plausible = _of(self.in_text.get(class_, 0), likely + shaped)
        if class_ in NEVER_VALID:
            valid, plausible = 0, valid + plausible
        valid = min(valid, self.cells)
        return valid, min(plausible, self.cells - valid)


def _of(estimate: float, most: int) -> int:
    return min(round(estimate), most)


@cache
def _arrow() -> Any:
    return importlib.import_module("pyarrow")


@cache
def _compute() -> Any:
    return importlib.import_module("pyarrow.compute")


def as_text(array: Array) -> Array | None:
    """Strings of an array of strings, whole numbers or decimals; None for what holds none."""
    if isinstance(array, Cells):
        return _out_of_base64(meant(array))
    pa, pc = _arrow(), _compute()
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_floating(kind):
        whole = pc.and_(pc.equal(pc.round(array), array), pc.less(pc.abs(array), 1e30))
        plain = pc.if_else(whole, array, None).cast(pa.decimal128(38, 0), safe=False).cast(pa.string())
        return pc.coalesce(plain, array.cast(pa.string()))
    if isinstance(kind, pa.FixedSizeBinaryType) or kind in (pa.binary(), pa.large_binary(), pa.binary_view()):
        return _decoded(array)
    if pa.types.is_string(kind):
        values = array
    elif (
        (
            pa.types.is_large_string(kind)
            or pa.types.is_integer(kind)
            or pa.types.is_decimal(kind)
            or pa.types.is_string_view(kind)
        )
        or pa.types.is_date(kind)
        or pa.types.is_timestamp(kind)
    ):
        values = array.cast(pa.string())
    else:
        return None
    return _out_of_base64(meant(values))


def meant(values: Array) -> Array:
    """The cells without what hides them (`folding.py`). Most columns need nothing, which their bytes tell at once."""
    buffer, edges = bytes_of(values)
    content = bytes(buffer[edges[0] : edges[-1]])
    if not (any(mark in content for mark in ODD_BYTES) if content.isascii() else _holds(content, _ODD_LEADS)):
        return values
    if HIDDEN.search(content) is None and _FULL_DIGIT.search(content) is None:
        return values
    return like(values, [None if one is None else plain(one) for one in values.to_pylist()])


def _out_of_base64(values: Array) -> Array:
    """Decoded where nearly all of the first cells are text in Base64, which no other text is by chance."""
    first = [one for one in values[:_CODED].to_pylist() if one]
    if not first or sum(_from_base64(one) is not None for one in first) < _NEARLY_ALL * len(first):
        return values
    decoded = [one and (_from_base64(one) or one) for one in values.to_pylist()]
    return like(values, decoded)


def _from_base64(cell: str) -> str | None:
    if len(cell) % 4 or _BASE64.fullmatch(cell) is None:
        return None
    try:
        text = base64.b64decode(cell, altchars=b"-_" if "-" in cell or "_" in cell else None).decode("utf-8")
    except (ValueError, UnicodeDecodeError):
        return None
    return text if text.isprintable() else None


def _decoded(array: Array) -> Array | None:
    """Bytes that are text, row by row; pictures and keys are not."""
    pa = _arrow()
    texts = []
    for one in array.to_pylist():
        try:
            texts.append(None if one is None else bytes(one).decode("utf-8"))
        except UnicodeDecodeError:
            texts.append(None)
    return pa.array(texts, pa.string())


def bytes_of(values: Array) -> tuple[Any, Any]:
    """The bytes and the row edges of strings, where they lie. A null row is empty."""
    if isinstance(values, Cells):
        return values.laid_out
    import numpy as np  # noqa: PLC0415

    _, offsets, content = values.buffers()
    if len(values) == 0 or offsets is None:
        return np.empty(0, np.uint8), np.zeros(1, np.int64)
    edges = np.frombuffer(offsets, np.int32, len(values) + 1, values.offset * 4).astype(np.int64)
    buffer = np.frombuffer(content, np.uint8) if content is not None and content.size else np.empty(0, np.uint8)
    return buffer, edges


def cut(buffer: Any, starts: Any, ends: Any) -> Array:
    """The texts between these bytes of a buffer of UTF-8."""
    if isinstance(buffer, bytes):
        return Cells([buffer[start:end].decode() for start, end in zip(starts, ends, strict=True)])
    import numpy as np  # noqa: PLC0415

    pa = _arrow()
    lengths = ends - starts
    edges = np.concatenate([[0], np.cumsum(lengths)])
    content = buffer[np.repeat(starts - edges[:-1], lengths) + np.arange(edges[-1])]
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(edges.astype(np.int32)), pa.py_buffer(content))


def _has_han(buffer: Any) -> bool:
    """Whether the first bytes hold a Chinese character (UTF-8 begins with E3 to E9)."""
    return _holds(bytes(buffer[: 1 << 16]), _HAN_LEADS)


def _holds(content: bytes, leads: bytes) -> bool:
    """Whether any of these bytes stands in what is not ASCII."""
    return not content.isascii() and len(content.translate(None, leads)) < len(content)
