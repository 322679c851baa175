"""The one YAML reader of assay: rule files, catalogues and manifests all pass through here.

It takes the event stream of PyYAML (libyaml where the wheel has it, else the Python parser) and composes plain values
itself, so that a file means the same to every reader:

- scalars follow the YAML 1.2 core schema: `yes`, `no`, `on`, `off` and dates are strings, `0o17` is octal, `017` is 17;
- mapping keys are always text; a key that is given twice, and the merge key `<<`, are refused;
- anchors, aliases, tags, directives and a second document are refused: none is needed, each has been an attack;
- size, depth and the number of values are limited before anything is built; only UTF-8 is read;
- integers beyond 53 bits and numbers that overflow are refused: they would not survive canonical JSON.

What it cannot see: comments and the order in which equal files were written. Block and quoted scalars are strings,
always. PyYAML's scanner is YAML 1.1: the three characters that end a line there but not in 1.2 (U+0085, U+2028,
U+2029) are refused rather than read in two ways.
Source: yaml.org/spec/1.2.2, sections 3.2 and 10.3.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import msgspec
from msgspec import Struct

from assay.core import late
from assay.core.errors import InputError
from assay.core.text import Text
from assay.rulebooks import prepared

if TYPE_CHECKING:
    from assay.rulebooks import events as yaml
else:
    yaml = late.module("assay.rulebooks.events")

MAX_BYTES = 4 * 2**20
MAX_DEPTH = 40
MAX_VALUES = 200_000
_LARGEST_INTEGER = 2**53 - 1

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_DECIMAL = late.expression(r"[-+]?[0-9]+")
_PREFIXED = late.expression(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = late.expression(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = late.expression(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_AMBIGUOUS = late.expression("[\u0085\u2028\u2029]")
_SURROGATE = late.expression("[\ud800-\udfff]")

_SAYS: dict[str, tuple[Text, Text]] = {
    "size": (Text("larger than {limit} bytes", "超过 {limit} 字节"), Text("split the file", "请拆分文件")),
    "values": (Text("more than {limit} values", "超过 {limit} 个值"), Text("split the file", "请拆分文件")),
    "depth": (Text("nested deeper than {limit}", "嵌套超过 {limit} 层"), Text("flatten it", "请减少嵌套")),
    "encoding": (Text("not UTF-8", "不是 UTF-8 编码"), Text("save the file as UTF-8", "请以 UTF-8 编码保存")),
    "line-end": (
        Text("character {shown} ends a line in YAML 1.1 only", "字符 {shown} 仅在 YAML 1.1 中换行"),
        Text("write it as an escape in double quotes", "请在双引号内以转义形式书写"),
    ),
    "syntax": (
        Text("not valid YAML: {problem}", "不是有效的 YAML：{problem}"),
        Text(
            "check the indentation (spaces only, no tabs), the quotes and the brackets near that line",
            "请检查该行附近的缩进（只用空格，不用制表符）、引号和括号",
        ),
    ),
    "directive": (Text("a directive (%)", "出现指令（%）"), Text("remove the line", "请删除该行")),
    "documents": (
        Text("a second document", "出现第二个文档"),
        Text("write one document a file", "每个文件只写一个文档"),
    ),
    "alias": (
        Text("an anchor or alias (& or *)", "出现锚点或别名（& 或 *）"),
        Text("write the value out; quote text that starts with & or *", "请直接写出该值；以 & 或 * 开头的文本请加引号"),
    ),
    "tag": (
        Text("a tag (!)", "出现标签（!）"),
        Text("remove it; quote text that starts with !", "请删除；以 ! 开头的文本请加引号"),
    ),
    "twice": (Text("key {shown} is given twice", "键 {shown} 重复"), Text("keep one", "请只保留一个")),
    "key": (Text("a key that is not text", "键不是文本"), Text("write `key: value`", "请写作 `key: value`")),
    "surrogate": (
        Text("half of a surrogate pair", "出现不成对的代理项"),
        Text("write the character itself", "请直接写该字符"),
    ),
    "integer": (
        Text("an integer beyond 53 bits", "整数超过 53 位"),
        Text("quote it if it is text", "若为文本请加引号"),
    ),
    "overflow": (Text("a number that overflows", "数值溢出"), Text("quote it if it is text", "若为文本请加引号")),
}

Key = str | int


class PlaceError(InputError):
    """A place in a file that the operator supplied is not what it should be. `what` leaves the place out."""

    def __init__(self, file: str, line: int, what: Text, advice: Text) -> None:
        super().__init__(Text(f"{file}:{line}: {what.en}", f"{file}:{line}：{what.zh}"), advice)
        self.file = file
        self.line = line
        self.what = what

    def __reduce__(self) -> tuple[object, ...]:
        return (PlaceError, (self.file, self.line, self.what, self.advice))


class _Mark(Struct):
    """Lines of a value, of its key, and of what it holds."""

    line: int
    key_line: int
    inside: dict[Key, "_Mark"] | None = None


class Parsed(Struct, frozen=True):
    """A document as plain dict, list, str, int, float, bool and None, with the line of each value."""

    value: Any
    name: str
    _root: Callable[[], _Mark]

    def line(self, path: tuple[Key, ...]) -> int:
        """1-based line where the value at `path` starts; of the nearest value around it when there is none."""
        return self._mark(path).line

    def key_line(self, path: tuple[Key, ...]) -> int:
        """1-based line of the key (or list item) at `path`."""
        return self._mark(path).key_line

    def _mark(self, path: tuple[Key, ...]) -> _Mark:
        mark = self._root()
        for step in path:
            below = (mark.inside or {}).get(step)
            if below is None:
                break
            mark = below
        return mark


def parse(data: bytes, name: str, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read one document. `name` is what errors call the file. Raises PlaceError, and nothing else, on bad input."""
    if len(data) > max_bytes:
        _refuse(name, 1, "size", limit=max_bytes)
    known = prepared.found(data)
    if known is not None:
        return Parsed(msgspec.json.decode(known), name, lambda: compose(data, name)[1])
    value, mark = compose(data, name)
    return Parsed(value, name, lambda: mark)


def compose(data: bytes, name: str) -> tuple[Any, _Mark]:
    """The value and the lines of a document, from the YAML itself."""
    return _Composer(name, _decoded(data, name)).document()


def _decoded(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(name, data.count(b"\n", 0, error.start) + 1, "encoding")
    text = text.removeprefix("\ufeff")
    found = _AMBIGUOUS.search(text)
    if found:
        _refuse(name, text.count("\n", 0, found.start()) + 1, "line-end", shown=f"U+{ord(found[0]):04X}")
    return text


def _refuse(name: str, line: int, why: str, **values: object) -> NoReturn:
    what, advice = _SAYS[why]
    raise PlaceError(name, line, what.fill(**values), advice)


class _Composer:
    """Builds values from events; holds the budget of values."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.left = MAX_VALUES
        self.text = text
        self.events: Iterator[Any] = iter(())

    def fail(self, line: int, why: str, **values: object) -> NoReturn:
        _refuse(self.name, line, why, **values)

    def document(self) -> tuple[Any, _Mark]:
        try:
            self.events = iter(yaml.Parser(self.text).get_event, None)
            return self._document()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.fail(mark.line + 1 if mark else 1, "syntax", problem=error.problem or error.context or "")
        except yaml.ReaderError as error:
            line = self.text.count("\n", 0, error.position if isinstance(error.position, int) else 0) + 1
            self.fail(line, "syntax", problem="a control character")
        except (yaml.YAMLError, ValueError, OverflowError):  # an escape beyond Unicode, in the Python parser
            self.fail(1, "syntax", problem="an escape that is no character")

    def _document(self) -> tuple[Any, _Mark]:
        result: tuple[Any, _Mark] | None = None
        for event in self.events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            line = _line(event)
            if event.version or event.tags:
                self.fail(line, "directive")
            if result is not None:
                self.fail(line, "documents")
            result = self._value(next(self.events), 1, None)
        return result if result is not None else (None, _Mark(1, 1))

    def _value(self, event: Any, depth: int, key_line: int | None) -> tuple[Any, _Mark]:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or event.tag is not None:
            self._untagged(event, line)
        self.left -= 1
        if self.left < 0:
            self.fail(line, "values", limit=MAX_VALUES)
        mark = _Mark(line, line if key_line is None else key_line)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line), mark
        if depth > MAX_DEPTH:
            self.fail(line, "depth", limit=MAX_DEPTH)
        inside: dict[Key, _Mark] = {}
        mark.inside = inside
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(inside, depth), mark
        return self._sequence(inside, depth), mark

    def _untagged(self, event: Any, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.fail(line, "alias")
        if event.tag is not None:
            self.fail(line, "tag")

    def _mapping(self, inside: dict[Key, _Mark], depth: int) -> dict[str, Any]:
        value: dict[str, Any] = {}
        for event in self.events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = _line(event)
            key = self._key(event, line)
            if key in value:
                self.fail(line, "twice", shown=_shown(key))
            value[key], inside[key] = self._value(next(self.events), depth + 1, line)
        return value

    def _key(self, event: Any, line: int) -> str:
        self._untagged(event, line)
        if not isinstance(event, yaml.ScalarEvent) or (event.implicit[0] and event.value in ("", "<<")):
            self.fail(line, "key")
        return self._whole(event.value, line)

    def _sequence(self, inside: dict[Key, _Mark], depth: int) -> list[Any]:
        value: list[Any] = []
        for event in self.events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            item, inside[len(value)] = self._value(event, depth + 1, None)
            value.append(item)
        return value

    def _whole(self, text: str, line: int) -> str:
        if not text.isascii() and _SURROGATE.search(text):
            self.fail(line, "surrogate")
        return text

    def _scalar(self, event: Any, line: int) -> str | int | float | bool | None:
        text = self._whole(event.value, line)
        if not event.implicit[0]:
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        return self._number(text, line) if text[0] in "+-.0123456789" else text

    def _number(self, text: str, line: int) -> str | int | float:
        integer = None
        if _DECIMAL.fullmatch(text):
            integer = int(text) if len(text.lstrip("+-0")) <= 16 and len(text) < 4000 else _LARGEST_INTEGER + 1
        elif _PREFIXED.fullmatch(text):
            integer = int(text, 0)
        if integer is not None:
            if abs(integer) > _LARGEST_INTEGER:
                self.fail(line, "integer")
            return integer
        if _SPECIAL.fullmatch(text):
            return float(text.replace(".", "", 1))
        if not _FLOAT.fullmatch(text):
            return text
        number = float(text)
        if number in (float("inf"), float("-inf")):
            self.fail(line, "overflow")
        return number


def _shown(key: str) -> str:
    return ascii(key if len(key) <= 60 else key[:60] + "...")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
