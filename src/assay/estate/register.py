"""The buyer's register: one row for each product bought, as the buyer states it.

A cell is empty where the buyer does not know; nothing is filled in. A row names its product, and what it states is
checked strictly: a country comes with how it is known (a statement of somebody, or evidence that is named), a value
with its currency, a decision with where it is kept. Rows that contradict each other are shown (`contradictions.py`),
never resolved. What the register cannot say: what was taken out of use, and which copy of a product runs where.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Literal, NoReturn, get_args

from msgspec import Struct
from msgspec.structs import replace

from assay.core.errors import InputError
from assay.core.text import Text

CountryKnown = Literal["", "statement", "evidence"]
Criticality = Literal["", "critical", "important", "other"]
Decided = Literal["", "admit", "admit-with-conditions", "decline"]  # the outcomes of a case

BETWEEN = ";"  # between the functions of one cell
MOST_ROWS = 200_000
_LONGEST = 500
_SHOWN_FAULTS = 20
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
_COUNT = re.compile(r"[1-9][0-9]{0,11}")
_VALUE = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,4})?")


class Row(Struct, frozen=True):
    """What the register states of one product bought. '' and None are "not stated".

    `country` is that of the vendor (ISO 3166-1 alpha-2), `country_source` who stated it or which evidence shows it.
    `value` is in units of `currency` (ISO 4217), for all `count` pieces. `functions` are the bank's functions that rest
    on it. `dossier` is a path, from the register's folder; `decision` says where the signed decision is kept, `decided`
    what it came to.
    """

    product: str
    version: str = ""
    vendor: str = ""
    country: str = ""
    country_known: CountryKnown = ""
    country_source: str = ""
    category: str = ""
    year: int | None = None
    count: int | None = None
    value: Decimal | None = None
    currency: str = ""
    functions: tuple[str, ...] = ()
    criticality: Criticality = ""
    dossier: str = ""
    decision: str = ""
    decided: Decided = ""

    @property
    def named(self) -> str:
        """The product as people call it."""
        return f"{self.product} {self.version}".strip()

    @property
    def key(self) -> tuple[str, str, str]:
        """Product, version and vendor, however they are capitalised and spaced."""
        return folded(self.product), folded(self.version), folded(self.vendor)


COLUMNS: tuple[str, ...] = Row.__struct_fields__


class Register(Struct, frozen=True):
    """The rows, with the file's name and folder, and the number that the first row has in that file."""

    path: Path
    rows: tuple[Row, ...]
    first: int = 2  # as a spreadsheet numbers them: the header is row 1

    def place(self, index: int) -> int:
        """The number of a row in its file."""
        return index + self.first

    def dossier(self, row: Row) -> Path:
        return self.path.parent / row.dossier


class CellError(Exception):
    """What is wrong with one cell; caught by `rows_of`, which names the row."""

    def __init__(self, column: str, what: Text, advice: Text) -> None:
        super().__init__(column)
        self.column, self.what, self.advice = column, what, advice


def folded(text: str) -> str:
    return " ".join(text.casefold().split())


def rows_of(cells: Iterable[Mapping[str, str]], name: str, first: int) -> tuple[Row, ...]:
    """Rows from cells of text. Raises InputError: file, row, column and remedy of the first faults."""
    found: list[Row] = []
    faults: list[tuple[int, CellError]] = []
    for number, cell in enumerate(cells, first):
        if len(found) >= MOST_ROWS:
            raise InputError(
                Text(f"{name}: more than {MOST_ROWS:,} rows", f"{name}：超过 {MOST_ROWS:,} 行"),
                Text("split the register", "请拆分登记册"),
            )
        try:
            found.append(_row(cell))
        except CellError as fault:
            faults.append((number, fault))
            if len(faults) == _SHOWN_FAULTS:
                break
    if faults:
        raise InputError(_joined(_worded(name, number, fault) for number, fault in faults))
    return tuple(found)


def check_header(header: list[str], name: str) -> None:
    """Raises InputError for an unknown or repeated column, or when `product` is missing."""
    known = ", ".join(COLUMNS)
    for place, column in enumerate(header):
        if column not in COLUMNS or column in header[:place]:
            shown = ascii(column[:60])
            twice = column in COLUMNS
            raise InputError(
                Text(f"{name}: column {place + 1}: {shown} is given twice", f"{name}：第 {place + 1} 列：{shown} 重复")
                if twice
                else Text(
                    f"{name}: column {place + 1}: {shown} is no column of a register",
                    f"{name}：第 {place + 1} 列：{shown} 不是登记册的列",
                ),
                Text(f"columns, separated by commas: {known}", f"列名（以逗号分隔）：{known}"),
            )
    if "product" not in header:
        raise InputError(
            Text(f"{name}: no column product", f"{name}：缺少 product 列"),
            Text(f"the first row names the columns: {known}", f"首行应为列名：{known}"),
        )


def cells_of(row: Row) -> dict[str, str]:
    """The row as cells of text, as `rows_of` reads them."""
    return {name: _cell(getattr(row, name)) for name in COLUMNS}


def _cell(item: object) -> str:
    if item is None:
        return ""
    if isinstance(item, tuple):
        return f"{BETWEEN} ".join(item)
    return format(item, "f") if isinstance(item, Decimal) else str(item)


def checked(row: Row) -> Row:
    """The row as it would be read back. Raises InputError where it could not be."""
    return rows_of([cells_of(row)], row.product[:60] or "-", 1)[0]


def _row(cells: Mapping[str, str]) -> Row:
    given = {name: _text(name, cell) for name, cell in cells.items()}
    made = {name: read(name, given[name]) for name, read in _READERS.items() if given.get(name)}
    plain = {name: item for name, item in given.items() if name not in _READERS}
    row = replace(Row(""), **plain, **made)
    _whole(row)
    return row


def _text(column: str, cell: str) -> str:
    text = cell.strip()
    if len(text) > _LONGEST:
        _refuse(column, f"longer than {_LONGEST} characters", f"超过 {_LONGEST} 个字符", "shorten it", "请缩短")
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text):
        _refuse(column, "holds a line break or a control character", "含有换行或控制字符", "remove it", "请删除")
    return text


def _pattern(pattern: re.Pattern[str], en: str, zh: str, advice: Text) -> Callable[[str, str], str]:
    def read(column: str, text: str) -> str:
        if not pattern.fullmatch(text):
            raise CellError(column, Text(f"{text[:40]!a} is {en}", f"{text[:40]!a} {zh}"), advice)
        return text

    return read


def _choice(choices: tuple[str, ...]) -> Callable[[str, str], str]:
    listed = ", ".join(filter(None, choices))

    def read(column: str, text: str) -> str:
        if text not in choices:
            _refuse(
                column, f"{text[:40]!a} is none of its values", f"{text[:40]!a} 不在可选值之中",
                f"one of {listed}, or leave it empty", f"可选 {listed}，或留空",
            )  # fmt: skip
        return text

    return read


def _functions(column: str, text: str) -> tuple[str, ...]:
    parts = [part.strip() for part in text.split(BETWEEN)]
    if not all(parts) or len({folded(part) for part in parts}) < len(parts):
        _refuse(
            column, "holds an empty function, or one twice", "含有空的职能或重复的职能",
            "write each once, with ; between them", "每项只写一次，以 ; 分隔",
        )  # fmt: skip
    return tuple(parts)


_country = _pattern(
    _COUNTRY, "no country code", "不是国家代码", Text("ISO 3166-1 alpha-2, e.g. DE", "ISO 3166-1 二字母代码，如 CN")
)
_currency = _pattern(
    _CURRENCY, "no currency code", "不是货币代码", Text("ISO 4217, e.g. EUR", "ISO 4217 三字母代码，如 CNY")
)
_year = _pattern(_YEAR, "no year", "不是年份", Text("write it as 2015", "写作 2015"))
_count = _pattern(
    _COUNT, "no count", "不是数量", Text("digits only, from 1; empty if unknown", "只写数字，从 1 起；未知则留空")
)
_value = _pattern(
    _VALUE, "no value", "不是金额",
    Text("digits and one point, e.g. 1250000.50; no sign, no commas", "数字与小数点，如 1250000.50；无符号与逗号"),
)  # fmt: skip
_READERS: Mapping[str, Callable[[str, str], object]] = {
    "country": _country,
    "country_known": _choice(get_args(CountryKnown)),
    "year": lambda column, text: int(_year(column, text)),
    "count": lambda column, text: int(_count(column, text)),
    "value": lambda column, text: Decimal(_value(column, text)),
    "currency": _currency,
    "functions": _functions,
    "criticality": _choice(get_args(Criticality)),
    "decided": _choice(get_args(Decided)),
}


def _whole(row: Row) -> None:
    """What one cell cannot say without another."""
    if not row.product:
        _refuse("product", "is empty", "为空", "name the product", "请填写产品名称")
    if row.country and not row.country_known:
        _refuse(
            "country_known", "a country is given, but not how it is known", "给出了国别，但未说明如何得知",
            "write statement or evidence; a guess is left out, with country empty",
            "请写 statement（声明）或 evidence（证据）；猜测的国别应留空",
        )  # fmt: skip
    if (row.country_known or row.country_source) and not row.country:
        _refuse("country", "is empty, but how it is known is given", "为空，却说明了如何得知", "give it", "请填写")
    if row.country_known == "evidence" and not row.country_source:
        _refuse(
            "country_source", "evidence of the country is claimed and not named", "称有国别证据，但未指明",
            "name it: a document and its digest", "请指明：文件及其摘要",
        )  # fmt: skip
    if (row.value is None) != (not row.currency):
        _refuse(
            "currency" if row.value is not None else "value", "value and currency go together", "金额与货币须同时填写",
            "give both or neither", "请同时填写或同时留空",
        )  # fmt: skip
    if bool(row.decided) != bool(row.decision):
        _refuse(
            "decision" if row.decided else "decided", "a decision is named with what it came to",
            "决定须同时写明结论与出处", "give decision and decided, or neither",
            "请同时填写 decision 与 decided，或同时留空",
        )  # fmt: skip


def _refuse(column: str, en: str, zh: str, advice_en: str, advice_zh: str) -> NoReturn:
    raise CellError(column, Text(en, zh), Text(advice_en, advice_zh))


def _worded(name: str, number: int, fault: CellError) -> Text:
    return Text(
        f"{name}: row {number}: {fault.column}: {fault.what.en}; {fault.advice.en}",
        f"{name}：第 {number} 行：{fault.column}：{fault.what.zh}；{fault.advice.zh}",
    )


def _joined(texts: Iterator[Text]) -> Text:
    lines = list(texts)
    return Text("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines))
