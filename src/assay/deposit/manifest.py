"""What the vendor signs: the manifest of a version, and the statement that carries its digests.

A manifest is text, one row per file in order of path, each an RFC 8785 object on a line:

    {"path":"src/a.c","salt":"...","sha256":"...","size":120,"sm3":"..."}

SHA-256 and SM3 are over the whole file; `executable` and `link` (the target of a symbolic link, which has no content)
stand where they apply. The statement names the manifest by SHA-256, by SM3, and by the root of an RFC 6962 tree over
its rows: one row with its proof can be shown without the others, and the salt keeps the others from being guessed.
Statement and header are DSSE envelopes; they are public, hold no name of a file, and of sizes the number of files only.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeVar

import msgspec
from msgspec import Struct

from assay.core.errors import InputError, UsageError
from assay.core.text import Text
from assay.deposit.keys import KeyBlock
from assay.deposit.suites import SUITES, Suite
from assay.ledger import envelope, merkle
from assay.ledger.notes import unverified
from assay.ledger.signing import NamedKey, Signer, read_key
from assay.sm import sm3

HEADER_TYPE = "application/vnd.assay.deposit.header+json"
VERSION_TYPE = "application/vnd.assay.deposit.version+json"
FORMAT = 1
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SALT = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LARGEST = 2**53 - 1
_path = attrgetter("path")


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One file. Fields stand in the order of RFC 8785. `path` is as `core.paths` writes it."""

    executable: bool = False
    link: str = ""
    path: str
    salt: str
    sha256: str
    size: int
    sm3: str = ""

    def canonical(self) -> bytes:
        return _rows.encode(self)


class Manifest(Struct, frozen=True):
    """The rows of a version, in order of path; `places` finds them."""

    rows: tuple[Row, ...]
    places: Mapping[str, int]

    @classmethod
    def of(cls, rows: Iterable[Row]) -> "Manifest":
        kept = tuple(sorted(rows, key=_path))
        return cls(kept, {row.path: place for place, row in enumerate(kept)})

    def row(self, path: str) -> Row:
        """Raises UsageError when there is no such file."""
        if path not in self.places:
            raise UsageError(
                Text(f"the version has no file {path}", f"该版本中没有文件 {path}"),
                Text("assay deposit show ID --files lists them", "可用 assay deposit show ID --files 列出文件"),
            )
        return self.rows[self.places[path]]

    def prove(self, position: int) -> list[bytes]:
        """The RFC 6962 path from a row to the root: who has the statement checks the row with it alone."""
        leaves = [merkle.leaf_hash(row.canonical()) for row in self.rows]
        return merkle.inclusion_proof(position, len(leaves), lambda start, stop: merkle.fold(leaves[start:stop]))

    def write(self) -> bytes:
        """As it is signed, and as a vendor may hand it out."""
        return b"".join(row.canonical() + b"\n" for row in self.rows)

    def root(self) -> bytes:
        return merkle.fold([merkle.leaf_hash(row.canonical()) for row in self.rows])


class Header(Struct, frozen=True):
    """What a deposit is from its first day. `terms` and `custody` are the SHA-256 (hex) of these documents.

    `at` is in POSIX seconds. `signing` are the keys that the vendor signs with, by its own word; `signed_by` are those
    that signed the header.
    """

    id: str
    suite: Suite
    vendor: str
    terms: str
    custody: str
    at: int
    keys: KeyBlock
    signing: tuple[NamedKey, ...]
    signed_by: tuple[NamedKey, ...] = ()


class Version(Struct, frozen=True):
    """One sealed version, as its signed statement says. `packs` are all that it needs, with their sizes.

    `sha256` and `sm3` (hex) are of the manifest, `root` is of the tree over its rows; `prior` is the digest of the
    statement before, '' for the first.
    """

    deposit: str
    number: int
    label: str
    at: int
    files: int
    sha256: str
    sm3: str
    root: bytes
    epoch: bytes
    contents: str
    index: str
    packs: tuple[tuple[str, int], ...]
    prior: str = ""
    statement: bytes = b""
    signed_by: tuple[NamedKey, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the statement as it is stored."""
        return hashlib.sha256(self.statement).hexdigest()


class _Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    canary: bytes
    custody: str
    id: str
    keys: list[str]
    naming: bytes
    private: bytes
    public: bytes
    suite: str
    terms: str
    v: int
    vendor: str


class _Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    at: int
    contents: str
    deposit: str
    epoch: bytes
    files: int
    index: str
    label: str
    number: int
    packs: list[tuple[str, int]]
    prior: str
    root: bytes
    sha256: str
    sm3: str
    v: int


class _Carried(msgspec.Struct, frozen=True):
    """An envelope as far as its payload, which says whose keys to look for."""

    payload: bytes


_rows = msgspec.json.Encoder()
_row = msgspec.json.Decoder(Row)
_T = TypeVar("_T", _Header, _Version)


def write_header(header: Header, signers: Sequence[Signer]) -> bytes:
    block = header.keys
    spelled = _Header(
        header.at,
        block.canary,
        header.custody,
        header.id,
        [str(key) for key in header.signing],
        block.naming,
        block.private,
        block.public,
        header.suite.name,
        header.terms,
        FORMAT,
        header.vendor,
    )
    return envelope.seal(HEADER_TYPE, msgspec.json.encode(spelled), header.vendor, signers)


def read_header(content: bytes, id_: str, trusted: Sequence[NamedKey] = ()) -> Header:
    """The header of a deposit, signed by one of `trusted`, or by the keys that it names itself when there are none.

    Raises NotVerifiedError.
    """
    what = f"deposit {id_}: its header"
    try:
        claimed = msgspec.json.decode(msgspec.json.decode(content, type=_Carried).payload, type=_Header)
        keys = tuple(read_key(text) for text in claimed.keys)
    except (msgspec.MsgspecError, InputError, UnicodeError, RecursionError) as error:
        raise unverified(what, str(error), str(error)) from error
    spelled, by = _opened(content, trusted or keys, what, HEADER_TYPE, _Header)
    if spelled.v != FORMAT or spelled.id != id_ or spelled.suite not in SUITES:
        raise unverified(what, "it is of another deposit or a newer format", "属于另一保管件，或格式版本更新")
    if not (_HEX.fullmatch(spelled.terms) and _HEX.fullmatch(spelled.custody) and 0 <= spelled.at <= _LARGEST):
        raise unverified(what, "a digest or a number in it is none", "其中的摘要或数字无效")
    block = KeyBlock(spelled.public, spelled.private, spelled.naming, spelled.canary)
    suite = SUITES[spelled.suite]
    return Header(id_, suite, spelled.vendor, spelled.terms, spelled.custody, spelled.at, block, keys, by)


def write_version(version: Version, name: str, signers: Sequence[Signer]) -> bytes:
    spelled = _Version(
        version.at,
        version.contents,
        version.deposit,
        version.epoch,
        version.files,
        version.index,
        version.label,
        version.number,
        list(version.packs),
        version.prior,
        version.root,
        version.sha256,
        version.sm3,
        FORMAT,
    )
    return envelope.seal(VERSION_TYPE, msgspec.json.encode(spelled), name, signers)


def read_version(content: bytes, id_: str, number: int, keys: Sequence[NamedKey]) -> Version:
    """Raises NotVerifiedError: not signed by one of `keys`, or not the statement of this version."""
    what = f"deposit {id_}: the statement of version {number}"
    spelled, by = _opened(content, keys, what, VERSION_TYPE, _Version)
    digests = [spelled.sha256, spelled.contents, spelled.index, *(pack for pack, _ in spelled.packs)]
    digests += [digest for digest in (spelled.sm3, spelled.prior) if digest]
    numbers = [spelled.at, spelled.files, *(size for _, size in spelled.packs)]
    if not all(map(_HEX.fullmatch, digests)) or not all(0 <= item <= _LARGEST for item in numbers):
        raise unverified(what, "a digest or a number in it is none", "其中的摘要或数字无效")
    if (spelled.v, spelled.deposit, spelled.number) != (FORMAT, id_, number):
        raise unverified(what, "it is of another deposit or version, or newer", "属于另一保管件或另一版本，或格式更新")
    return Version(
        id_,
        number,
        spelled.label,
        spelled.at,
        spelled.files,
        spelled.sha256,
        spelled.sm3,
        spelled.root,
        spelled.epoch,
        spelled.contents,
        spelled.index,
        tuple(spelled.packs),
        spelled.prior,
        content,
        by,
    )


def read_manifest(content: bytes, version: Version) -> Manifest:
    """The manifest that the version's statement names. Raises NotVerifiedError when it is another."""
    what = f"deposit {version.deposit}: the manifest of version {version.number}"
    if hashlib.sha256(content).hexdigest() != version.sha256:
        raise unverified(what, "its SHA-256 is not the signed one", "其 SHA-256 与签名声明不符")
    if version.sm3 and sm3.digest(content).hex() != version.sm3:
        raise unverified(what, "its SM3 is not the signed one", "其 SM3 与签名声明不符")
    manifest = Manifest.of(_parsed(line, f"{what}, row {at}") for at, line in enumerate(content.splitlines()))
    whole = len(manifest.places) == len(manifest.rows) == version.files
    if not whole or manifest.root() != version.root or manifest.write() != content:
        raise unverified(what, "its rows are not those that were signed", "其条目与签名声明不符")
    return manifest


def check_row(row: bytes, position: int, proof: Sequence[bytes], version: Version) -> Row:
    """A row that stands at `position` of the version's manifest, for who has nothing but the statement.

    Raises NotVerifiedError.
    """
    what = f"deposit {version.deposit}: row {position} of version {version.number}"
    try:
        root = merkle.root_of_inclusion(position, version.files, merkle.leaf_hash(row), proof)
    except ValueError as error:
        raise unverified(what, str(error), str(error)) from error
    if root != version.root:
        raise unverified(what, "its proof does not lead to the signed root", "其证明无法导出已签名的根")
    return _parsed(row, what)


def _parsed(line: bytes, what: str) -> Row:
    """A row of the right form, in its one spelling."""
    try:
        row = _row.decode(line)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise unverified(what, str(error), str(error)) from error
    good = _HEX.fullmatch(row.sha256) and _SALT.fullmatch(row.salt) and 0 <= row.size <= _LARGEST
    parts = row.path.split("/")
    if not good or (row.sm3 and not _HEX.fullmatch(row.sm3)) or {"", ".", ".."} & set(parts) or "\0" in row.path:
        raise unverified(what, "a field is not of its form", "字段形式不符")
    if row.canonical() != line:
        raise unverified(what, "it is not in its one spelling", "不是规范写法")
    return row


def _opened(
    content: bytes, keys: Sequence[NamedKey], what: str, type_: str, form: type[_T]
) -> tuple[_T, tuple[NamedKey, ...]]:
    payload = envelope.open_envelope(content, keys, what)
    if payload.type != type_:
        raise unverified(what, f"it is a {payload.type}", f"其类型为 {payload.type}")
    try:
        return msgspec.json.decode(payload.content, type=form), payload.by
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise unverified(what, str(error), str(error)) from error
