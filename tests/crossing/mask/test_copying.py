"""Masked copies: same columns and types, one pseudonym for one value everywhere, nothing of a person left."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet
import pytest

from assay.core.errors import InputError, UsageError
from assay.crossing.mask.columns import Masker
from assay.crossing.mask.copying import Copied, copy
from assay.crossing.mask.policy import Action, Policy, in_format, read_policy

MASKER = Masker(b"a key of the tests, 32 bytes long")
ROWS = 60
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity(number: int) -> str:
    body = f"110105{1950 + number % 50}{1 + number % 12:02}{1 + number % 28:02}{number % 1000:03}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def table(rows: int = ROWS) -> Any:
    ids = [identity(number * 7919) for number in range(rows)]
    return pa.table(
        {
            "客户姓名": ["王伟", "李芳", "张敏"] * (rows // 3),
            "身份证号": ids,
            "mobile": pa.array([13800000000 + number for number in range(rows)], pa.int64()),
            "birth_date": pa.array([None, *range(rows - 1)], pa.int32()).cast(pa.date32()),
            "地址": ["广东省深圳市南山区科技园1号", "北京市朝阳区建国路88号", "?"] * (rows // 3),
            "备注": [f"请致电139{number:08}联系" if number % 2 else "ok" for number in range(rows)],
            "password": ["hunter2"] * rows,
            "branch": ["north", "south"] * (rows // 2),
        }
    )


def written(folder: Path, form: str, of: Any) -> Path:
    path = folder / f"in.{form}"
    if form == "csv":
        pyarrow.csv.write_csv(of, path)
    elif form == "parquet":
        pyarrow.parquet.write_table(of, path)
    else:
        with pyarrow.ipc.new_file(path, of.schema) as writer:
            writer.write_table(of, max_chunksize=20)
    return path


def read(path: Path) -> Any:
    if path.suffix == ".csv":
        return pyarrow.csv.read_csv(path)
    return pyarrow.parquet.read_table(path) if path.suffix == ".parquet" else pyarrow.ipc.open_file(path).read_all()


def masked(folder: Path, form: str = "parquet", policy: Policy | None = None, **how: Any) -> tuple[Copied, Any]:
    source = written(folder, form, table())
    copied = copy(source, folder / "out" / source.name, how.pop("masker", MASKER), policy or Policy(), **how)
    return copied, read(copied.output)


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_nothing_of_a_person_is_left_and_the_schema_stays(tmp_path: Path, form: str) -> None:
    copied, made = masked(tmp_path, form)
    before = read(tmp_path / f"in.{form}")
    assert made.schema.names == before.schema.names
    if form != "csv":
        assert made.schema.equals(before.schema)
    assert (copied.rows, made.num_rows, copied.missing) == (ROWS, ROWS, [])
    content = json.dumps(made.to_pydict(), default=str, ensure_ascii=False)
    for value in ("王伟", identity(0), "13800000007", "13900000007", "hunter2", "科技园", "朝阳"):
        assert value in json.dumps(before.to_pydict(), default=str, ensure_ascii=False)
        assert value not in content
    assert set(made["branch"].to_pylist()) == {"north", "south"}
    assert set(made["地址"].to_pylist()) - {None, ""} == {"广东省", "北京市"}
    assert made["备注"].to_pylist()[0] == "ok"
    assert made["备注"].to_pylist()[1].startswith("请致电[mobile:")


def test_one_value_has_one_pseudonym_in_every_file_and_run_under_one_key(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    _, first = masked(tmp_path / "a")
    _, second = masked(tmp_path / "b", "csv")
    _, other = masked(tmp_path / "c", masker=Masker(b"another key, as long as the first"))
    for column in ("客户姓名", "身份证号"):
        assert first[column].to_pylist() == second[column].to_pylist()
        assert not set(first[column].to_pylist()) & set(other[column].to_pylist())
    assert len(set(first["身份证号"].to_pylist())) == len({identity(number * 7919) for number in range(ROWS)})


def test_a_number_has_one_pseudonym_however_it_is_written() -> None:
    values = pa.array(["6222 0212 3450 0000", "6222-0212-3450-0000", "6222021234500000", None])
    made = MASKER.apply("pseudonym", "bank_card", values).to_pylist()
    assert made[0] == made[1] == made[2]
    assert made[3] is None
    assert MASKER.apply("pseudonym", "resident_id", pa.array(["11x", "11X"])).to_pylist()[0] is not None


def test_sm3_pseudonyms_are_others(tmp_path: Path) -> None:
    values = pa.array(["13800000000"])
    made = [Masker(MASKER.key, name).apply("pseudonym", "mobile", values) for name in ("hmac-sha256", "hmac-sm3")]
    assert made[0] != made[1]


def test_formats_are_kept_where_asked(tmp_path: Path) -> None:
    _, made = masked(tmp_path, policy=in_format(Policy()))
    ids = made["身份证号"].to_pylist()
    assert all(len(one) == 18 and one[:17].isdigit() for one in ids)
    assert all(len(str(one)) == 11 for one in made["mobile"].to_pylist())
    values = pa.array(["138-0000 0001", "12345", None, "x" * 3 + "1234567"])
    kept = MASKER.apply("format", "mobile", values).to_pylist()
    assert (kept[0][3], kept[0][8], len(kept[0]), kept[1], kept[2], kept[3][:3]) == ("-", " ", 13, None, None, "xxx")


def test_a_slice_of_an_array_is_masked_as_the_whole(tmp_path: Path) -> None:
    values = pa.array([f"138{number:08}" for number in range(100)])
    actions: tuple[Action, ...] = ("pseudonym", "format", "redact")
    for action in actions:
        whole = MASKER.apply(action, "mobile", values).to_pylist()
        part = MASKER.apply(action, "mobile", values.slice(40, 20)).to_pylist()
        assert part == whole[40:60]


def test_a_policy_decides_and_never_keeps_a_credential(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("classes: {person_name: remove}\ncolumns: {branch: pseudonym, password: keep, mobile: keep}\n")
    _, made = masked(tmp_path, policy=read_policy(path))
    assert set(made["客户姓名"].to_pylist()) == {None}
    assert set(made["password"].to_pylist()) == {None}
    assert made["mobile"].to_pylist()[0] == 13800000000
    assert len(made["branch"].to_pylist()[0]) == 32
    path.write_text("classes: {credential: keep}\n")
    with pytest.raises(InputError, match="credential"):
        read_policy(path)
    path.write_text("classes: {mobile: forget}\n")
    with pytest.raises(InputError, match="mobile"):
        read_policy(path)


def test_groups_are_counted_over_what_leaves(tmp_path: Path) -> None:
    copied, made = masked(tmp_path, quasi=("地址", "branch"))
    assert copied.groups is not None
    sizes: dict[tuple[Any, Any], int] = {}
    for pair in zip(made["地址"].to_pylist(), made["branch"].to_pylist(), strict=True):
        sizes[pair] = sizes.get(pair, 0) + 1
    assert (copied.groups.groups, copied.groups.smallest()) == (len(sizes), min(sizes.values()))
    assert copied.groups.below(11) == sum(size for size in sizes.values() if size < 11)
    with pytest.raises(UsageError, match="no column"):
        copy(tmp_path / "in.parquet", tmp_path / "x.parquet", MASKER, Policy(), ("nowhere",))


def test_structures_and_lists_are_rebuilt(tmp_path: Path) -> None:
    nested = pa.table(
        {
            "person": pa.array([{"mobile": f"138{n:08}", "n": n} for n in range(20)]),
            "phones": pa.array([[f"139{n:08}", f"137{n:08}"] if n % 3 else None for n in range(20)]),
        }
    )
    path = written(tmp_path, "parquet", nested)
    copied = copy(path, tmp_path / "out.parquet", MASKER, Policy())
    made = read(copied.output)
    assert made.schema.equals(nested.schema)
    content = json.dumps(made.to_pydict())
    assert "138000000" not in content
    assert "139000000" not in content
    assert made["phones"].to_pylist()[0] is None
    assert len(made["phones"].to_pylist()[1]) == 2


def test_what_stands_in_a_sentence_is_redacted_however_rare(tmp_path: Path) -> None:
    notes = [f"第{number}号工单已经处理完毕" for number in range(200)]
    notes[7] = "客户姓名：王小明，住址：北京市朝阳区建国路88号，来电投诉"
    path = written(tmp_path, "parquet", pa.table({"note": notes, "code": [f"A{number}" for number in range(200)]}))
    made = read(copy(path, tmp_path / "out.parquet", MASKER, Policy()).output)
    assert "王小明" not in made["note"].to_pylist()[7]
    assert "建国路" not in made["note"].to_pylist()[7]
    assert made["note"].to_pylist()[8] == notes[8]
    assert made["code"].to_pylist()[7] == "A7"


def test_a_header_that_is_a_value_does_not_leave(tmp_path: Path) -> None:
    path = tmp_path / "headless.csv"
    path.write_text("".join(f"{identity(number)},13800000{number:03}\n" for number in range(20)))
    copied = copy(path, tmp_path / "out.csv", MASKER, Policy())
    assert identity(0) not in (tmp_path / "out.csv").read_text()
    assert copied.rows == 20


@pytest.mark.parametrize("name", ["a.xlsx", "a.db", "a.json", "a"])
def test_a_format_that_cannot_be_written_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x")
    with pytest.raises(UsageError, match="format"):
        copy(tmp_path / name, tmp_path / "out", MASKER, Policy())


def test_damaged_files_are_refused_and_leave_no_copy(tmp_path: Path) -> None:
    source = written(tmp_path, "parquet", table())
    for keep in (0, 4, 200):
        path = tmp_path / f"cut{keep}.parquet"
        path.write_bytes(source.read_bytes()[:keep])
        with pytest.raises(InputError):
            copy(path, tmp_path / "out" / path.name, MASKER, Policy())
        assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_a_damaged_row_group_is_missing_and_said(tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    pyarrow.parquet.write_table(table(), path, row_group_size=20, compression="none", write_page_checksum=True)
    content = bytearray(path.read_bytes())
    at = content.find(identity(7919 * 25).encode())
    content[at : at + 4] = b"\0\0\0\0"
    path.write_bytes(content)
    copied = copy(path, tmp_path / "out.parquet", MASKER, Policy())
    assert copied.missing
    assert copied.rows == 40


def test_an_output_that_exists_is_not_written_over(tmp_path: Path) -> None:
    source = written(tmp_path, "csv", table())
    with pytest.raises(UsageError, match="exists"):
        copy(source, source, MASKER, Policy())


MOBILES = [f"1380000{number:04}" for number in range(ROWS)]


def of(folder: Path, form: str, made: Any, policy: Policy | None = None, quasi: tuple[str, ...] = ()) -> Any:
    source = folder / f"made.{form}"
    if isinstance(made, bytes):
        source.write_bytes(made)
    elif form == "parquet":
        pyarrow.parquet.write_table(made, source)
    else:
        with pyarrow.ipc.new_file(source, made.schema) as writer:
            writer.write_table(made)
    copy(source, folder / "out" / source.name, MASKER, policy or Policy(), quasi)
    return (folder / "out" / source.name).read_bytes() if form == "csv" else read(folder / "out" / source.name)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([b"\xff" + one.encode() for one in MOBILES], pa.binary()),
        pa.array([one.encode() + b"\xff" for one in MOBILES], pa.binary(12)),
        pa.array([b"\xff" + one.encode() for one in MOBILES], pa.binary()).dictionary_encode(),
        pa.array([one.encode() for one in MOBILES], pa.binary_view()),
        pa.array([[one] for one in MOBILES], pa.list_view(pa.string())),
        pa.array([[one] for one in MOBILES], pa.list_(pa.string(), 1)),
        pa.array([[(one, one)] for one in MOBILES], pa.map_(pa.string(), pa.string())),
        pa.array([f'{{"p": "{one}"}}' for one in MOBILES]).cast(pa.json_(pa.string())),
        pa.compute.run_end_encode(pa.array(MOBILES)),
        pa.UnionArray.from_sparse(pa.array([0] * ROWS, pa.int8()), [pa.array(MOBILES)]),
        pa.array([{MOBILES[7]: one} for one in MOBILES]),
    ],
    ids=lambda array: str(array.type),
)
def test_what_no_scan_reads_does_not_leave(tmp_path: Path, array: Any) -> None:
    copied = of(tmp_path, "arrow", pa.table({"c": array, "n": range(ROWS)}))
    assert copied.num_rows == ROWS
    assert copied["n"].to_pylist() == list(range(ROWS))
    assert "1380000" not in str(copied.schema) + str(copied.to_pydict())


@pytest.mark.parametrize("form", ["arrow", "parquet"])
def test_metadata_stays_behind_and_what_was_never_null_can_be_emptied(tmp_path: Path, form: str) -> None:
    fields = [
        pa.field("m", pa.string(), nullable=False, metadata={"example": MOBILES[0]}),
        pa.field("password", pa.string(), nullable=False),
        pa.field("s", pa.struct([pa.field("m", pa.string(), nullable=False)]), nullable=False),
    ]
    nested = pa.array([{"m": one} for one in MOBILES], fields[2].type)
    schema = pa.schema(fields, metadata={"seen": MOBILES[1]})
    copied = of(tmp_path, form, pa.table([pa.array(MOBILES), pa.array(["x1y2z3"] * ROWS), nested], schema=schema))
    assert "1380000" not in str(copied.schema) + str(copied.to_pydict())
    assert copied["password"].null_count == ROWS


@pytest.mark.parametrize("name", ["mobile", "手机号"])
def test_a_column_that_says_what_it_is_is_masked_whatever_form_its_values_have(tmp_path: Path, name: str) -> None:
    abroad = "".join(f"+852 9{number:03} 4567,x\n" for number in range(ROWS))
    assert b"4567" not in of(tmp_path, "csv", f"{name},y\n{abroad}".encode())


def test_a_few_names_that_recur_are_masked(tmp_path: Path) -> None:
    rows = "".join(
        f"{name},{place}\n" for name, place in zip(["王伟", "李芳", "张敏"] * 20, ["x", "y"] * 30, strict=True)
    )
    assert "王伟".encode() not in of(tmp_path, "csv", rows.encode())


def test_one_sentence_far_down_makes_a_column_running_text(tmp_path: Path) -> None:
    rows = "ok,1\n" * 6_000 + "客户：张伟，电话稍后再说,1\n" + "ok,1\n" * 100
    assert "张伟".encode() not in of(tmp_path, "csv", f"note,b\n{rows}".encode())


def test_a_name_before_a_province_does_not_leave_with_it(tmp_path: Path) -> None:
    cells = [
        "张三，广东省深圳市科技路1号",
        "王小明在广州市天河区",
        "内蒙古自治区呼和浩特市新城区1号",
        "李四收 上海市浦东新区",
    ]
    copied = of(tmp_path, "parquet", pa.table({"address": cells * 15}))
    assert copied["address"].to_pylist()[:4] == [None, None, "内蒙古自治区", None]


def test_words_in_a_column_of_numbers_do_not_pass_for_digits(tmp_path: Path) -> None:
    more = [
        "call Wang Xiaoming at 13800001234",
        "王小明 13800001234",
        "１３８００００１２３４ 123456",
        "HKG 138-0000-1234",
    ]
    copied = of(tmp_path, "parquet", pa.table({"mobile": MOBILES + more}), in_format(Policy()))
    *_, words, name, wide, plain = copied["mobile"].to_pylist()
    assert (words, name, wide) == (None, None, None)
    assert plain.startswith("HKG ")
    assert plain != more[-1]


@pytest.mark.parametrize(("kind", "first"), [(pa.int32(), 2_147_400_000), (pa.int64(), 9_223_372_036_854_000_000)])
def test_whole_numbers_stay_apart_and_in_their_type(tmp_path: Path, kind: Any, first: int) -> None:
    numbers = pa.array([first + number for number in range(5_000)], kind)
    copied = of(tmp_path, "parquet", pa.table({"customer_id": numbers}))
    values = copied["customer_id"].to_pylist()
    assert len(set(values)) == len(numbers)
    assert all(len(str(value)) == len(str(first)) and value > 0 for value in values)


def test_a_table_without_rows_is_copied(tmp_path: Path) -> None:
    copied = of(tmp_path, "parquet", pa.table({"mobile": pa.array([], pa.string())}))
    assert (copied.num_rows, copied.column_names) == (0, ["mobile"])


@pytest.mark.parametrize(
    ("made", "quasi"),
    [
        (pa.table({"s": [{"a": 1}] * ROWS, "b": range(ROWS)}), ("s.a",)),
        (pa.table({"s": [[1]] * ROWS, "b": range(ROWS)}), ("s",)),
        (pa.table({"a": [{"b": one} for one in MOBILES], "a.b": ["x"] * ROWS}), ()),
    ],
)
def test_columns_that_cannot_be_told_or_compared_are_refused(tmp_path: Path, made: Any, quasi: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        of(tmp_path, "arrow", made, quasi=quasi)
    assert not list((tmp_path / "out").glob("*"))


def test_a_fault_of_the_library_is_told_without_its_words(tmp_path: Path) -> None:
    zone = pa.timestamp("us", tz="Nowhere/13800000001")
    with pytest.raises(InputError) as caught:
        of(tmp_path, "arrow", pa.table({"birth_date": pa.array([1] * ROWS, zone)}))
    assert "1380000" not in str(caught.value)


def test_a_damaged_batch_ends_the_copy_where_it_ended_the_looking(tmp_path: Path) -> None:
    bad = pa.StringArray.from_buffers(2, pa.array([0, 3, 1], pa.int32()).buffers()[1], pa.py_buffer(b"abc"))
    source = tmp_path / "torn.arrow"
    with pyarrow.ipc.new_file(source, pa.schema([("c", pa.string())])) as writer:
        for array in (pa.array(["ok"] * 5), bad, pa.array(MOBILES)):
            writer.write_batch(pa.record_batch([array], names=["c"]))
    copied = copy(source, tmp_path / "out" / "torn.arrow", MASKER, Policy())
    assert (copied.rows, len(copied.missing)) == (5, 1)


def test_columns_of_one_name_are_masked_each(tmp_path: Path) -> None:
    made = pa.table([MOBILES, ["x"] * ROWS, MOBILES], names=["a", "a (2)", "a"])
    pyarrow.parquet.write_table(made, tmp_path / "in.parquet")
    copied = copy(tmp_path / "in.parquet", tmp_path / "out.parquet", MASKER, Policy())
    assert [(one.column, one.action) for one in copied.columns] == [
        ("a", "pseudonym"),
        ("a (2)", "keep"),
        ("a (3)", "pseudonym"),
    ]
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").column_names == ["a", "a (2)", "a (3)"]
