"""A party's folder of one case: plain files that can be copied, and the party's own ledger.

    case.json                          which case this is
    acts/<id>.dsse.json                an act in its envelope
    acts/<id>.dsse.json.tlog-proof     the receipt of its party's ledger, with the entry in it
    bodies/<sha256>                    what acts name
    ledger.sqlite                      the ledger of the party whose folder this is
    lock                               held while something is written

Acts are written before their entries, parents before children: whatever is killed leaves a whole case, and the next
act enters what was not entered yet. Opening verifies everything, each time; nothing is ever deleted.
"""

import fcntl
import hashlib
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from assay.case import checking, entered
from assay.case.acts import Act, make
from assay.case.carried import LARGEST_BODY
from assay.case.contents import Body, Charter, Content, Invitation, Role, bodies_of
from assay.case.history import History, Signed
from assay.case.procedure import refusal
from assay.case.view import View
from assay.core.errors import InputError, UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain, write_durably
from assay.ledger.envelope import seal
from assay.ledger.notes import unverified
from assay.ledger.party import Party
from assay.ledger.statements import PAYLOAD_TYPE

MARK, ACTS, BODIES, LOCK = "case.json", "acts", "bodies", "lock"
ENVELOPE, RECEIPT = ".dsse.json", ".dsse.json.tlog-proof"
FORMAT = 1
_LARGEST_ACT = 1 << 20
_NAME = re.compile(r"([0-9a-f]{64})\.dsse\.json", re.ASCII)


class _Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    case: str
    format: int


class Attached(Struct, frozen=True):
    """A file to go with an act, under the name that others see."""

    name: str
    content: bytes

    @property
    def body(self) -> Body:
        return Body(self.name, hashlib.sha256(self.content).hexdigest(), len(self.content))


class Case:
    """A case as one folder holds it, verified."""

    def __init__(self, path: Path, history: History, receipts: Mapping[str, bytes]) -> None:
        self.path = path
        self.history = history
        self.receipts = dict(receipts)
        entered.check_receipts(history, receipts)

    @classmethod
    def begin(cls, path: Path, charter: Charter, party: Party, at: int) -> "Case":
        """Open a case in a new folder. Raises UsageError, InputError when the disk refuses."""
        _make(path)
        with locked(path):
            if (path / MARK).exists() or _names(path):
                raise _taken(path)
            item = signed("", party, at, (), charter)
            refused = refusal(View(_bare(item)), item.act)
            if refused is not None:
                raise _refused(refused)
            history = checking.verified([item])
            case = cls(path, history, {})
            case.keep([item], {}, [])
            mark(path, history.case)
            case._enter(party)
        return case

    @classmethod
    def open(cls, path: Path) -> "Case":
        """Raises InputError when this is no folder of a case, NotVerifiedError when anything in it is not as it was."""
        mark = _read_mark(path)
        history = checking.verified(_read_acts(path))
        if history.case != mark.case:
            raise unverified(str(path), "it is not of the case that it names", "与其所称的案件不符")
        return cls(path, history, _read_receipts(path, history))

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return View(self.history)

    @property
    def without_receipt(self) -> Sequence[Act]:
        """Acts for which no ledger of their party vouches here."""
        return [act for act in self.history.acts() if act.id not in self.receipts]

    def find(self, given: str) -> Act:
        """The act whose id begins so (eight characters at least). Raises UsageError."""
        found = [act for act in self.history.acts() if act.id.startswith(given)] if len(given) >= 8 else []
        if len(found) == 1:
            return found[0]
        raise UsageError(
            Text(f"{given!r} names no act of this case", f"{given!r} 未指明本案的行为"),
            Text(
                "assay case status lists them; 8 characters of an id are enough",
                "assay case status 会列出；8 个字符即可",
            ),
        )

    def body(self, body: Body) -> bytes | None:
        """What an act names, verified; None when it does not travel with this copy."""
        try:
            content = read_plain(self.path / BODIES / body.sha256, LARGEST_BODY)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise refused(self.path / BODIES / body.sha256, error) from error
        if len(content) != body.size or hashlib.sha256(content).hexdigest() != body.sha256:
            raise unverified(
                f"{BODIES}/{body.sha256}", f"it is not {body.name} as it was", f"与 {body.name} 原文件不同"
            )
        return content

    def bodies(self) -> dict[str, Body]:
        """All that acts name, by digest."""
        return {body.sha256: body for act in self.history.acts() for body in bodies_of(act.content)}

    def lacking(self) -> list[Body]:
        """Bodies that are not here. The others were read and are what they should be."""
        return [body for body in self.bodies().values() if self.body(body) is None]

    # -- acting --------------------------------------------------------------------------------------------------

    def act(self, content: Content, party: Party, at: int, attached: Iterable[Attached] = ()) -> Act:
        """Sign and keep an act. Raises UsageError with the reason when it is out of order, or the keys are not ours."""
        with locked(self.path):
            fresh = Case.open(self.path)  # another process may have acted meanwhile
            self.history, self.receipts = fresh.history, fresh.receipts
            view = self.view
            _must_hold_keys(view, party)
            attached = list(attached)
            for one in attached:
                _must_be_readable(one)
            item = signed(self.history.case, party, at, view.heads(), content)
            refused = refusal(view, item.act)
            if refused is not None:
                raise _refused(refused)
            self.history = checking.verified([*self.history.signed, item])
            self.keep([item], {}, [(one.body.sha256, one.content) for one in attached])
            self._enter(party)
        return item.act

    def keep(self, acts: Iterable[Signed], receipts: Mapping[str, bytes], bodies: Iterable[tuple[str, bytes]]) -> None:
        """Write what was verified: bodies, then acts in order, then receipts. Raises InputError."""
        try:
            for folder in (BODIES, ACTS):
                (self.path / folder).mkdir(exist_ok=True)
            for sha256, content in bodies:
                write_durably(self.path / BODIES / sha256, content)
            for item in acts:
                write_durably(self.path / ACTS / f"{item.act.id}{ENVELOPE}", item.envelope)
            for id_, receipt in receipts.items():
                write_durably(self.path / ACTS / f"{id_}{RECEIPT}", receipt)
        except OSError as error:
            raise refused(self.path, error) from error
        self.receipts.update(receipts)

    def _enter(self, party: Party) -> None:
        self.keep([], dict(entered.enter(self.path, self.history, party, self.receipts)), [])


def convener(party: Party, role: Role) -> Invitation:
    """A party as it names itself in a charter, or sends to whoever invites it."""
    return Invitation(party.name, role, tuple(str(key) for key in party.keys))


def signed(case: str, party: Party, at: int, parents: tuple[str, ...], content: Content) -> Signed:
    """An act of this party in its envelope. Raises UsageError for what no reader would accept, or a key for nobody."""
    if not party.known:
        raise UsageError(
            Text("an act of a case is signed by somebody known", "案件中的行为须由已知的签名者签署"),
            Text(
                "type the passphrase of your key, or set ASSAY_KEY_PASSPHRASE",
                "请输入密钥口令，或设置 ASSAY_KEY_PASSPHRASE",
            ),
        )
    try:
        act, payload = make(case, party.name, at, parents, secrets.token_hex(16), content)
    except ValueError as error:
        raise _refused(Text(str(error), f"其形式不被接受：{error}")) from error
    return Signed(act, seal(PAYLOAD_TYPE, payload, party.name, party.signers))


def prepare(path: Path, history: History) -> None:
    """Make a folder ready for acts of this case. Raises UsageError when it holds anything else, InputError."""
    _make(path)
    if (path / MARK).exists():
        if _read_mark(path).case != history.case:
            raise _taken(path)
    elif any(name not in history for name in _names(path)):  # somebody else's import, cut short
        raise _taken(path)


def mark(path: Path, case: str) -> None:
    """Say which case this is: the last thing that is written, so that a folder cut short is no case yet."""
    try:
        write_durably(path / MARK, msgspec.json.encode(_Mark(case, FORMAT)) + b"\n")
    except OSError as error:
        raise refused(path, error) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One writer at a time; the lock ends with its process. Raises UsageError while somebody else writes."""
    try:
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise refused(path, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = Text(f"another process is writing to {path}", f"另一个进程正在写入 {path}")
            raise UsageError(message, Text("wait for it to end and try again", "请等待其结束后重试")) from error
        yield
    finally:
        os.close(descriptor)


def _bare(item: Signed) -> History:
    return History([item])


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        strange = [entry.name for entry in path.iterdir() if entry.name not in (MARK, ACTS, BODIES, LOCK)]
    except OSError as error:
        raise refused(path, error) from error
    if strange and not (path / MARK).exists():
        raise UsageError(
            Text(f"{path} holds other things ({strange[0]})", f"{path} 中有其他内容（{strange[0]}）"),
            Text("name an empty folder, or one that does not exist", "请指定空文件夹，或尚不存在的文件夹"),
        )


def _read_mark(path: Path) -> _Mark:
    try:
        found = msgspec.json.decode(read_plain(path / MARK, 4096), type=_Mark)
    except (FileNotFoundError, NotADirectoryError, msgspec.MsgspecError, UnicodeError) as error:
        raise InputError(
            Text(f"{path} is no folder of a case", f"{path} 不是案件文件夹"),
            Text("make one: assay case open, or assay case import", "请新建：assay case open 或 assay case import"),
        ) from error
    except OSError as error:
        raise refused(path, error) from error
    if found.format > FORMAT:
        raise InputError(
            Text(f"{path} was written by a newer assay", f"{path} 由更新版本的 assay 写成"),
            Text("update assay", "请更新 assay"),
        )
    return found


def _names(path: Path) -> list[str]:
    """Ids of the acts that lie in a folder."""
    folder = path / ACTS
    try:
        names = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    except OSError as error:
        raise refused(folder, error) from error
    return sorted(found[1] for name in names if (found := _NAME.fullmatch(name)))


def _read_acts(path: Path) -> list[Signed]:
    found: list[Signed] = []
    for id_ in _names(path):
        name = f"{id_}{ENVELOPE}"
        try:
            item = checking.unopened(read_plain(path / ACTS / name, _LARGEST_ACT), name)
        except OSError as error:
            raise refused(path / ACTS / name, error) from error
        if item.act.id != id_:
            raise unverified(name, "it is another act than its name says", "与文件名所指的行为不同")
        found.append(item)
    return found


def _read_receipts(path: Path, history: History) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for act in history.acts():
        try:
            found[act.id] = read_plain(path / ACTS / f"{act.id}{RECEIPT}", _LARGEST_ACT)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise refused(path / ACTS, error) from error
    return found


def holds_keys(view: View, party: Party) -> bool:
    """Whether this party can act: its keys are those that the case knows of it."""
    member = view.parties.get(party.name)
    return member is not None and set(map(str, party.keys)) == set(map(str, member.keys))


def _must_hold_keys(view: View, party: Party) -> None:
    if party.name not in view.parties:
        raise _refused(Text(f"{party.name} is no party of this case", f"{party.name} 不是本案当事方"))
    if not holds_keys(view, party):
        raise UsageError(
            Text(
                f"your keys are not those that the case knows of {party.name}",
                f"您的密钥与案件所知的 {party.name} 的密钥不符",
            ),
            Text(
                "a new key is made known by the party that vouches for you: assay case revoke",
                "新密钥须由为您担保的当事方登记：assay case revoke",
            ),
        )


def _must_be_readable(one: Attached) -> None:
    """What nobody could read again would close the folder for good."""
    if len(one.content) > LARGEST_BODY:
        raise UsageError(
            Text(f"{one.name} is larger than {LARGEST_BODY} bytes", f"{one.name} 大于 {LARGEST_BODY} 字节"),
            Text("attach what matters of it", "请仅附其中相关部分"),
        )


def _refused(why: Text) -> UsageError:
    return UsageError(
        Text(f"this act is refused: {why.en}", f"此行为被拒绝：{why.zh}"),
        Text("assay case status says where the case stands", "assay case status 显示案件现状"),
    )


def _taken(path: Path) -> UsageError:
    return UsageError(
        Text(f"{path} is the folder of another case", f"{path} 是另一案件的文件夹"),
        Text("each case has a folder of its own", "每个案件须有自己的文件夹"),
    )
