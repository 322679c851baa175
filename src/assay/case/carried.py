"""The one file in which a case travels: lines of JSON, each with one spelling, in one order.

    {"case":"<id>","format":1}
    {"act":{...DSSE envelope...},"receipt":"..."}     parents first; a receipt where its party's ledger gave one
    {"body":"<base64>","sha256":"..."}                what acts name: evidence, listings, reviews; by digest
    {"end":"<sha256 of all before>","acts":n,"bodies":n}

Equal contents give equal bytes. The last line shows a file that was cut off or damaged on its way; who wrote it, and
whether anything was left out, is shown by the acts. Bodies may be left out: then nobody can say what was in them.

Nothing in a file is believed here except that it is whole: `checking` believes acts, `entered` receipts.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from msgspec import Struct

from assay.case.checking import unopened
from assay.case.history import MOST, History, Signed
from assay.core.errors import InputError, NotVerifiedError, said
from assay.core.text import Text
from assay.dossier.durable import PARTIAL, sync_folder
from assay.ledger.notes import unverified

FORMAT = 1
SUFFIX = ".case"
LARGEST_BODY = 64 << 20
MOST_BODIES = 100_000
LARGEST = 8 << 30
_LONGEST_ACT = 8 << 20
_LONGEST_LINE = LARGEST_BODY // 3 * 4 + 1024


class _Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: str
    format: int


class _Act(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    act: msgspec.Raw
    receipt: str = ""


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: str
    sha256: str


class _End(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    end: str
    acts: int
    bodies: int


S = TypeVar("S", _Head, _Act, _Body, _End)


class Carried(Struct, frozen=True):
    """A file that is whole. Acts are unverified and in file order; `bodies` are offset and length of their lines."""

    path: Path
    case: str
    acts: Sequence[Signed]
    receipts: Mapping[str, bytes]
    bodies: Mapping[str, tuple[int, int]]

    def body(self, sha256: str) -> bytes:
        """The bytes with this digest. Raises KeyError, and NotVerifiedError when the file changed meanwhile."""
        offset, length = self.bodies[sha256]
        with self.path.open("rb") as file:
            file.seek(offset)
            return _body(file.read(length), self.path.name)[1]


def write(path: Path, history: History, receipts: Mapping[str, bytes], bodies: Sequence[tuple[str, Path]]) -> None:
    """Write a case file, whole or not at all. `bodies` are digests and where they lie. Raises OSError."""
    aside = path.with_name(path.name + PARTIAL)
    path.parent.mkdir(parents=True, exist_ok=True)
    with aside.open("wb") as file:
        hashed = hashlib.sha256()
        for line in _lines(history, receipts, bodies):
            hashed.update(line)
            file.write(line)
        file.write(_line(_End(hashed.hexdigest(), len(history), len(bodies))))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def read(path: Path) -> Carried:
    """Raises InputError when the file cannot be read or is none of ours, NotVerifiedError when it is not whole."""
    try:
        if not path.is_file():
            raise _none(path, "it is no plain file", "不是普通文件")
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise _none(path, f"larger than {LARGEST} bytes", f"大于 {LARGEST} 字节")
            return _read(file, path)
    except OSError as error:
        why = said(error)
        raise _none(path, why.en, why.zh) from error


def _lines(history: History, receipts: Mapping[str, bytes], bodies: Sequence[tuple[str, Path]]) -> Iterator[bytes]:
    yield _line(_Head(history.case, FORMAT))
    for item in history.signed:
        receipt = receipts.get(item.act.id, b"").decode()
        yield _line(_Act(msgspec.Raw(item.envelope.rstrip(b"\n")), receipt))
    for sha256, path in sorted(bodies):
        yield _line(_Body(base64.b64encode(path.read_bytes()).decode(), sha256))


def _read(file: BinaryIO, path: Path) -> Carried:
    name, hashed = path.name, hashlib.sha256()
    # 1. The first line says that it is a case, and which form it has.
    line = file.readline(1024)
    if not line.startswith(b'{"case":"'):
        raise _none(path, "it does not begin as a case file", "开头不是案件文件")
    head = _spelled(_Head, line, name)
    if head.format > FORMAT:
        raise _none(path, "it was written by a newer assay", "由更新版本的 assay 写成")
    acts: list[Signed] = []
    receipts: dict[str, bytes] = {}
    bodies: dict[str, tuple[int, int]] = {}
    last = ""
    while True:
        hashed.update(line)
        offset = file.tell()
        line = file.readline(_LONGEST_LINE)
        if not line.endswith(b"\n"):
            raise _cut(name, len(acts))
        # 2. Acts, each once, and before all bodies.
        if line.startswith(b'{"act":') and not bodies:
            item, receipt = _act(line, name, len(acts))
            if item.act.id in receipts:
                raise _twice(name, item)
            acts.append(item)
            receipts[item.act.id] = receipt
        # 3. Bodies, each what its digest says, in order.
        elif line.startswith(b'{"body":'):
            sha256, _ = _body(line, name)
            if sha256 <= last or len(bodies) >= MOST_BODIES:
                raise unverified(name, "its bodies are not in order, or too many", "其附件次序不对或过多")
            last = sha256
            bodies[sha256] = (offset, len(line))
        else:
            break
    # 4. The end: digest and counts of all before, and nothing after.
    end = _spelled(_End, line, name)
    if end != _End(hashed.hexdigest(), len(acts), len(bodies)):
        raise unverified(
            name, "it is not what its last line says: it was changed or cut", "与末行所述不符：被更改或截断"
        )
    if file.read(1):
        raise unverified(name, "something follows its last line", "末行之后还有内容")
    return Carried(path, head.case, acts, {id_: item for id_, item in receipts.items() if item}, bodies)


def in_order(carried: Carried, history: History) -> None:
    """The acts stand where they belong, and are of the case that the first line names. Raises NotVerifiedError."""
    if [item.act.id for item in carried.acts] != [act.id for act in history.acts()]:
        raise unverified(carried.path.name, "its acts were reordered", "其中行为的次序被改动")
    if carried.case != history.case:
        raise unverified(carried.path.name, "it is not of the case that it names", "与其所称的案件不符")


def _act(line: bytes, name: str, number: int) -> tuple[Signed, bytes]:
    if number >= MOST or len(line) > _LONGEST_ACT:
        raise unverified(name, f"more than {MOST} acts, or one that is too long", f"行为多于 {MOST} 项或过长")
    read_ = _spelled(_Act, line, name)
    return unopened(bytes(read_.act) + b"\n", f"act {number} of {name}"), read_.receipt.encode()


def _body(line: bytes, name: str) -> tuple[str, bytes]:
    read_ = _spelled(_Body, line, name)
    try:
        content = base64.b64decode(read_.body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unverified(name, f"a body is not base64 ({error})", f"有附件不是 base64（{error}）") from error
    if hashlib.sha256(content).hexdigest() != read_.sha256:
        raise unverified(name, f"the body {read_.sha256[:12]} was changed", f"附件 {read_.sha256[:12]} 被更改")
    return read_.sha256, content


def _line(record: _Head | _Act | _Body | _End) -> bytes:
    return msgspec.json.encode(record) + b"\n"


def _spelled(type_: type[S], line: bytes, name: str) -> S:
    try:
        found = msgspec.json.decode(line, type=type_)
        same = _line(found) == line
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unverified(name, f"a line is damaged ({error})", f"有一行损坏（{error}）") from error
    if not same:
        raise unverified(name, "a line is not spelled as it is written", "有一行的书写形式不符")
    return found


def _cut(name: str, acts: int) -> NotVerifiedError:
    return unverified(
        name,
        f"it is cut off after {acts} acts, or a line of it is longer than any can be",
        f"在第 {acts} 项行为之后被截断，或有一行过长",
    )


def _twice(name: str, item: Signed) -> NotVerifiedError:
    return unverified(name, f"{item.act.label} was replayed: it is there twice", f"{item.act.label} 被重放：出现两次")


def _none(path: Path, en: str, zh: str) -> InputError:
    return InputError(
        Text(f"{path} is no case file: {en}", f"{path} 不是案件文件：{zh}"),
        Text("name a file that assay case export wrote", "请指定由 assay case export 写出的文件"),
    )
