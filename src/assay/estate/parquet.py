"""Registers as Apache Parquet, through pyarrow (the `parquet` extra). One column for each field of `Row`.

Written: strings, `year` int32, `count` int64, `value` decimal(19, 4), `functions` a list of strings. Read: the same,
and any width of integer or decimal; a floating-point value is refused, because it is not what was paid. pyarrow is
native code that parses somebody else's file: read such a file in a container, or ask for CSV.
"""

import io
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import ModuleType
from typing import Any

from assay.core.errors import InputError
from assay.core.text import Text
from assay.estate.register import BETWEEN, COLUMNS, MOST_ROWS, Row, check_header

_UNPACKED = 1 << 30


def cells(content: bytes, name: str) -> Iterator[Mapping[str, str]]:
    """The cells of each row as text. Raises InputError for what is no register."""
    import pyarrow as pa  # noqa: PLC0415  (native, on first use)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(io.BytesIO(content))
        metadata = file.metadata
        size = sum(metadata.row_group(place).total_byte_size for place in range(metadata.num_row_groups))
        if metadata.num_rows > MOST_ROWS or size > _UNPACKED:
            raise InputError(
                Text(f"{name}: more than {MOST_ROWS:,} rows or 1 GB", f"{name}：超过 {MOST_ROWS:,} 行或 1 GB"),
                Text("split the register", "请拆分登记册"),
            )
        check_header(list(file.schema_arrow.names), name)
        _check_types(file.schema_arrow, pa, name)
        for batch in file.iter_batches(batch_size=4096):
            for row in batch.to_pylist():
                yield {column: _text(item) for column, item in row.items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise InputError(
            Text(
                f"{name}: not a Parquet file that can be read: {reason}", f"{name}：不是可读的 Parquet 文件：{reason}"
            ),
            Text("export it again, or as CSV", "请重新导出，或导出为 CSV"),
        ) from error


def render(rows: tuple[Row, ...]) -> bytes:
    """The rows as one Parquet file."""
    import pyarrow as pa  # noqa: PLC0415  (native, on first use)
    import pyarrow.parquet as pq  # noqa: PLC0415

    types = {"year": pa.int32(), "count": pa.int64(), "value": pa.decimal128(19, 4), "functions": pa.list_(pa.string())}
    schema = pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])
    columns = {name: [_stated(getattr(row, name)) for row in rows] for name in COLUMNS}
    table = pa.table({name: pa.array(columns[name], schema.field(name).type) for name in COLUMNS}, schema=schema)
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _stated(item: Any) -> Any:
    if isinstance(item, tuple):
        return list(item)
    return None if item == "" else item


def _text(item: Any) -> str:
    if item is None:
        return ""
    if isinstance(item, list):
        # one that holds the mark between functions becomes an empty one, which `rows_of` refuses
        return BETWEEN.join((part or "").replace(BETWEEN, BETWEEN * 2) for part in item)
    return _money(item) if isinstance(item, Decimal) else str(item)


def _money(item: Decimal) -> str:
    """Without the zeros that the column's scale adds."""
    text = format(item, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _check_types(schema: Any, pa: ModuleType, name: str) -> None:
    kinds = pa.types

    def text(type_: Any) -> bool:
        return bool(kinds.is_string(type_) or kinds.is_large_string(type_))

    def texts(type_: Any) -> bool:
        return text(type_) or ((kinds.is_list(type_) or kinds.is_large_list(type_)) and text(type_.value_type))

    def money(type_: Any) -> bool:
        return bool(kinds.is_integer(type_) or kinds.is_decimal(type_))

    wanted: dict[str, tuple[Callable[[Any], bool], str]] = {
        "year": (kinds.is_integer, "integer"),
        "count": (kinds.is_integer, "integer"),
        "value": (money, "decimal"),
        "functions": (texts, "list<string>"),
    }
    for field in schema:
        fits, type_ = wanted.get(field.name, (text, "string"))
        if not fits(field.type) and not kinds.is_null(field.type):
            raise InputError(
                Text(
                    f"{name}: column {field.name} holds {field.type}, not {type_}",
                    f"{name}：{field.name} 列的类型是 {field.type}，应为 {type_}",
                ),
                Text("write the column with that type", "请以该类型写出此列"),
            )
