"""Rulebooks from folders: `book.yaml` and `<area>/<rule-id>.yaml` beside it.

A book is named by its id when assay ships it, else by the path of its folder; a shipped id wins over a folder of the
same name in the current directory (write `./name` for that). The digest covers every file that was read, by name and
content, so that a judgement can say exactly which text it applied.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import get_args

from msgspec.structs import replace

from assay.core.errors import InputError, UsageError, refused
from assay.core.facts import Scalar, canonical
from assay.core.judge import applicable, in_force
from assay.core.rules import BookStatus, Rule, Rulebook
from assay.core.text import Text
from assay.rulebooks.conditions import read_applies
from assay.rulebooks.fields import Fields
from assay.rulebooks.routes import check_routes, read_routes
from assay.rulebooks.rule_file import read_in_force, read_rule
from assay.rulebooks.strict_yaml import MAX_BYTES, PlaceError, parse
from assay.rulebooks.targets import read_targets

GRAMMAR = 1
ALWAYS = ("limits", "baseline")  # judged first, and judged always
BOOKS = Path(__file__).parent / "books"
HEAD = "book.yaml"
_BOOK = ("id", "title", "grammar", "source", "status", "owner", "about", "applies", "in_force", "targets", "routes")
_MOST_FILES = 5000


def shipped() -> tuple[str, ...]:
    """Ids of the books that come with assay, `limits` and `baseline` first."""
    found = sorted(head.parent.name for head in BOOKS.glob(f"*/{HEAD}"))
    return tuple(sorted(found, key=lambda id_: (id_ not in ALWAYS, ALWAYS.index(id_) if id_ in ALWAYS else 0)))


def load(id_or_path: str) -> Rulebook:
    """Read a whole book. Raises UsageError when there is none, PlaceError when a file of it is wrong."""
    folder = folder_of(id_or_path)
    files = dict(read_files(folder))
    head = read_head(files[HEAD], str(folder / HEAD))
    rules: dict[str, Rule] = {}
    for name, data in files.items():
        if name == HEAD:
            continue
        rule = read_rule(parse(data, str(folder / name)), head.id)
        _check_id(rule, folder / name, rules)
        rules[rule.id] = replace(rule, applies={**head.applies, **rule.applies})  # a rule applies where its book does
    check_routes(head, rules, files[HEAD], str(folder / HEAD))
    return _bound(head, tuple(rules.values()), files)


def default_books(product: Mapping[str, Scalar], as_of: date) -> tuple[Rulebook, ...]:
    """What is judged when nobody names a book: limits, baseline, and each shipped law in force that may apply."""
    books = [load(id_) for id_ in ALWAYS]
    for id_ in shipped():
        if id_ in ALWAYS:
            continue
        head = load_head(id_)
        if head.status == "law" and head.about != "export" and in_force(head.in_force_from, head.in_force_until, as_of):
            excluded = applicable(head.applies, product)
            if excluded is None or excluded[0] == "open":
                books.append(load(id_))
    return tuple(books)


def load_head(id_or_path: str) -> Rulebook:
    """The book without its rules; its digest is empty."""
    path = folder_of(id_or_path) / HEAD
    return read_head(_bytes(path), str(path))


def folder_of(id_or_path: str) -> Path:
    """The folder that an id or a path names; raises UsageError when there is no book."""
    if id_or_path in shipped():
        return BOOKS / id_or_path
    folder = Path(id_or_path)
    try:
        there = (folder / HEAD).is_file()
    except (OSError, ValueError):  # a name too long, or with a null byte
        there = False
    if there:
        return folder
    known = ", ".join(shipped())
    shown = ascii(id_or_path[:200])
    raise UsageError(
        Text(f"no rulebook {shown}", f"没有规则集 {shown}"),
        Text(f"name one of {known}, or a folder that holds {HEAD}", f"请写 {known} 之一，或含有 {HEAD} 的文件夹"),
    )


def read_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Relative name and bytes of `book.yaml` and of every rule file, sorted by name, the head first."""
    yield HEAD, _bytes(folder / HEAD)
    names = sorted(path.relative_to(folder) for path in folder.rglob("*.y*ml") if path.name != HEAD)
    if len(names) > _MOST_FILES:
        raise InputError(
            Text(f"{folder}: more than {_MOST_FILES} rule files", f"{folder}：规则文件超过 {_MOST_FILES} 个"),
            Text("name the folder of one book", "请指定单个规则集的文件夹"),
        )
    for name in names:
        if len(name.parts) != 2 or name.suffix != ".yaml":
            raise PlaceError(
                str(folder / name), 1, Text("not where a rule belongs", "规则文件的位置不对"),
                Text("put it at <book>/<area>/<rule-id>.yaml", "请放在 <book>/<area>/<rule-id>.yaml"),
            )  # fmt: skip
        yield name.as_posix(), _bytes(folder / name)


def read_head(data: bytes, name: str) -> Rulebook:
    """Build a book without rules from the bytes of `book.yaml`."""
    fields = Fields(parsed := parse(data, name), (), parsed.value, _BOOK)
    grammar = fields.number("grammar")
    if grammar != GRAMMAR:
        fields.refuse(
            "grammar",
            Text(f"grammar {grammar} is not known", f"不认识语法版本 {grammar}"),
            Text(f"this assay reads grammar {GRAMMAR}", f"此版本读取语法 {GRAMMAR}"),
        )
    start, end = read_in_force(fields)
    return Rulebook(
        id=fields.text("id"),
        title=fields.languages("title"),
        grammar=grammar,
        source=fields.languages("source"),
        status=fields.choice("status", get_args(BookStatus)),
        owner=fields.text("owner"),
        about=fields.choice("about", ("product", "review", "export"), "product"),
        applies=read_applies(fields),
        rules=(),
        digest="",
        in_force_from=start,
        in_force_until=end,
        targets=read_targets(fields),
        routes=read_routes(fields),
    )


def digest(files: Mapping[str, bytes]) -> str:
    """SHA-256 (hex) over the sorted list of [relative name, SHA-256 of the file]."""
    rows = [[name, hashlib.sha256(data).hexdigest()] for name, data in sorted(files.items())]
    return hashlib.sha256(canonical([cell for row in rows for cell in row])).hexdigest()


def _bound(head: Rulebook, rules: tuple[Rule, ...], files: Mapping[str, bytes]) -> Rulebook:
    return Rulebook(
        head.id, head.title, head.grammar, head.source, head.status, head.owner, head.about, head.applies, rules,
        digest(files), head.in_force_from, head.in_force_until, head.targets, head.routes,
    )  # fmt: skip


def _check_id(rule: Rule, path: Path, seen: Mapping[str, Rule]) -> None:
    if rule.id != path.stem:
        raise PlaceError(
            str(path),
            1,
            Text(f"id {rule.id!a} differs from the file name", f"id {rule.id!a} 与文件名不同"),
            Text("give both the same name", "请使二者一致"),
        )
    if rule.id in seen:
        raise PlaceError(
            str(path), 1, Text(f"rule {rule.id} exists twice", f"规则 {rule.id} 重复"), Text("rename one", "请改名")
        )


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise refused(path, error) from error
