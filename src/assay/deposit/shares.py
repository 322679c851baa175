"""Shares: the root key of a deposit in parts (SLIP-39), each sealed to its custodian's key and to nothing else.

`deal` splits the root in the groups that the terms name, seals each share to its holder (`wrapping`), and writes one
file for each. What it says in public, the *custody*, names the holders and commits to every share by a salted digest;
the vendor signs its SHA-256 in the header of the deposit. So a custodian sees alone that the share it holds is the one
that was dealt (`open_share`), and a host that combines shares sees which one is false (`combine`).

There is no master key and no other way: fewer shares than the terms ask for say nothing about the root. What a custody
cannot show is that the dealt shares give the root: that is what the drill is for (`opening.drill`).

Source: SLIP-0039. The arithmetic is that of `shamir-mnemonic`, its authors' reference implementation, which is not
hardened against whoever measures time or power: split and combine on a machine that runs nothing else.
"""

import base64
import hashlib
import secrets
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from assay.core.errors import InputError, NotVerifiedError, refused
from assay.core.text import Text
from assay.deposit.documents import Document, read, sha256, written
from assay.deposit.terms import Terms
from assay.deposit.wrapping import SealingKey, SealingPair, read_sealing_key
from assay.dossier.durable import read_given, write_durably
from assay.ledger.notes import unverified
from assay.rulebooks import strict_yaml
from assay.rulebooks.strict_yaml import Key, PlaceError

SUFFIX = ".share"
_LARGEST = 64 << 10
_SALT = 32


class Holder(Struct, frozen=True):
    """Somebody who keeps one share, in a group of the terms."""

    name: str
    group: str
    key: SealingKey


class Recipients(Struct, frozen=True):
    """Who gets a share, in the order of the terms' groups."""

    terms: Terms
    holders: tuple[Holder, ...]


class Held(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share in the custody: its holder, and SHA-256 (hex) over salt and share."""

    holder: str
    key: str
    commitment: str

    @property
    def label(self) -> str:
        """Name and id of the key."""
        return "+".join(self.key.split("+", 2)[:2])


class CustodyGroup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    party: str
    needs: int
    held: tuple[Held, ...]


class Custody(Document, frozen=True, kw_only=True):
    """Who holds which share. `terms` is the SHA-256 of the terms."""

    deposit: str
    terms: str
    groups_needed: int
    groups: tuple[CustodyGroup, ...]


class ShareFile(Document, frozen=True, kw_only=True):
    """`NAME.share`: one share, sealed to its holder. `salt` is inside as well."""

    deposit: str
    group: str
    holder: str
    sealed: str


class Dealt(Struct, frozen=True):
    """The files, one for each holder, and the custody as bytes."""

    paths: tuple[Path, ...]
    custody: bytes


class Share(Struct, frozen=True):
    """An opened share: SLIP-39 words. Never written anywhere."""

    group: str
    holder: str
    salt: bytes
    words: str

    def packed(self) -> bytes:
        return self.salt + self.words.encode("ascii")

    @property
    def commitment(self) -> str:
        return hashlib.sha256(self.packed()).hexdigest()


def read_recipients(path: Path, terms: Terms) -> Recipients:
    """`recipients.yaml`: a list of `{name, group, key}`. Raises InputError naming file, line and remedy."""
    advice = Text("check the path given with --recipients", "请检查 --recipients")
    parsed = strict_yaml.parse(read_given(path, _LARGEST, advice), str(path))
    holders: list[Holder] = []

    def fault(index: int, key: str, en: str, zh: str, advice: Text) -> PlaceError:
        at: tuple[Key, ...] = (index, key) if key else (index,)
        return PlaceError(
            str(path), parsed.line(at), Text(f"{key or 'holder'}: {en}", f"{key or 'holder'}：{zh}"), advice
        )

    form = Text("a list of {name, group, key}", "由 {name, group, key} 组成的列表")
    for index, item in enumerate(parsed.value if isinstance(parsed.value, list) else [None]):
        if not isinstance(item, dict) or set(item) != {"name", "group", "key"}:
            raise fault(index, "", "is not name, group and key", "不是 name、group 与 key", form)
        if not all(isinstance(value, str) and value for value in item.values()):
            raise fault(index, "", "holds something that is no text", "含有非文本的值", form)
        if item["group"] not in {group.name for group in terms.groups}:
            known = ", ".join(group.name for group in terms.groups)
            raise fault(index, "group", "is not in the terms", "不在条款之中", Text(known, known))
        try:
            key = read_sealing_key(item["key"])
        except InputError as error:
            raise fault(index, "key", error.message.en, error.message.zh, error.advice or form) from error
        if any(key.public == other.key.public for other in holders):
            once = Text("one share for one holder: two would be one person's", "每位持有人一份：两份即归同一人")
            raise fault(index, "key", "is given twice", "重复给出", once)
        holders.append(Holder(item["name"], item["group"], key))
    counts = Counter(holder.group for holder in holders)
    for group in terms.groups:
        if counts[group.name] != group.of:
            what = Text(
                f"group {group.name} has {counts[group.name]} holders, the terms say {group.of}",
                f"组 {group.name} 有 {counts[group.name]} 位持有人，条款为 {group.of} 位",
            )
            raise PlaceError(str(path), 1, what, Text("name exactly as many", "请如数列出"))
    order = [group.name for group in terms.groups]
    return Recipients(terms, tuple(sorted(holders, key=lambda holder: order.index(holder.group))))


def deal(root: bytes, recipients: Recipients, folder: Path, deposit_id: str) -> Dealt:
    """Split and seal. The files are on disk when it returns; a file that is there already is never replaced."""
    from shamir_mnemonic import generate_mnemonics  # noqa: PLC0415  (on first use)

    opening = recipients.terms.form.opening
    # No passphrase and the fewest rounds: the secret is random, there is nothing to stretch.
    dealt = generate_mnemonics(
        opening.groups_needed, [(group.needs, group.of) for group in opening.groups], root, iteration_exponent=0
    )
    groups: list[CustodyGroup] = []
    files: list[tuple[Path, bytes]] = []
    for group, words in zip(opening.groups, dealt, strict=True):
        holders = [holder for holder in recipients.holders if holder.group == group.name]
        held: list[Held] = []
        for holder, mnemonic in zip(holders, words, strict=True):
            label = holder.key.label
            share = Share(group.name, label, secrets.token_bytes(_SALT), mnemonic)
            sealed = holder.key.seal(share.packed(), context(deposit_id, group.name, label))
            file = ShareFile(
                deposit=deposit_id, group=group.name, holder=label, sealed=base64.b64encode(sealed).decode()
            )
            files.append((folder / f"{group.name}-{len(held) + 1}{SUFFIX}", written(file)))
            held.append(Held(holder=holder.name, key=str(holder.key), commitment=share.commitment))
        groups.append(CustodyGroup(name=group.name, party=group.party, needs=group.needs, held=tuple(held)))
    custody = Custody(
        deposit=deposit_id,
        terms=recipients.terms.digest,
        groups_needed=opening.groups_needed,
        groups=tuple(groups),
    )
    _write(folder, files)
    return Dealt(tuple(path for path, _ in files), written(custody))


def read_custody(content: bytes, deposit_id: str, terms: Terms) -> Custody:
    """Raises NotVerifiedError when it is not the custody of this deposit under these terms."""
    what = f"the custody of deposit {deposit_id}"
    custody = read(Custody, content, what)
    asked = [(group.name, group.party, group.needs, group.of) for group in terms.groups]
    given = [(group.name, group.party, group.needs, len(group.held)) for group in custody.groups]
    if (custody.deposit, custody.terms, custody.groups_needed) != (
        deposit_id,
        terms.digest,
        terms.form.opening.groups_needed,
    ) or asked != given:
        raise unverified(what, "it is of another deposit, or of other terms", "它属于另一托管，或另一份条款")
    return custody


def open_share(content: bytes, pair: SealingPair, custody: Custody, name: str) -> Share:
    """A custodian's own share, as it was dealt. Raises NotVerifiedError naming the file and what is wrong with it."""
    # 1. The form, and the deposit that it is of.
    file = read(ShareFile, content, name)
    if file.deposit != custody.deposit:
        raise unverified(name, f"it is a share of deposit {file.deposit}", f"它是托管 {file.deposit} 的份额")
    # 2. It opens with this key, for this deposit, group and holder.
    try:
        sealed = base64.b64decode(file.sealed, validate=True)
    except ValueError as error:
        raise unverified(name, "it is not base64", "不是 base64") from error
    packed = pair.open(sealed, context(file.deposit, file.group, file.holder), name)
    # 3. It is the share to which the vendor committed.
    return unpacked(packed, file.group, file.holder, custody, name)


def unpacked(packed: bytes, group: str, holder: str, custody: Custody, name: str) -> Share:
    """A share from its bytes. Raises NotVerifiedError when it is not the one that was dealt to this holder."""
    try:
        share = Share(group, holder, packed[:_SALT], packed[_SALT:].decode("ascii"))
    except UnicodeDecodeError as error:
        raise unverified(name, "it holds no words of a share", "不含份额的词") from error
    found = held(custody, group, holder)
    if found is None or share.commitment != found.commitment:
        raise unverified(
            name,
            f"it is not the share that was dealt to {holder}: of another set, or changed",
            f"它不是分发给 {holder} 的份额：属于另一套，或已被更改",
        )
    return share


def held(custody: Custody, group: str, holder: str) -> Held | None:
    """What the custody says of a holder, by the label of its key."""
    found = next((item for item in custody.groups if item.name == group), None)
    return next((item for item in found.held if item.label == holder), None) if found else None


def missing(custody: Custody, shares: Iterable[Share]) -> list[str]:
    """What is still needed, as `group: N more`; empty when these shares open."""
    have = Counter(group for group, _ in {(share.group, share.holder) for share in shares})
    short = sorted((max(0, group.needs - have[group.name]), group.name) for group in custody.groups)
    return [f"{name}: {number}" for number, name in short[: custody.groups_needed] if number]


def combine(shares: Sequence[Share], custody: Custody) -> bytes:
    """The root, from enough shares that were verified. Raises NotVerifiedError when they are too few or do not fit."""
    from shamir_mnemonic import MnemonicError, combine_mnemonics  # noqa: PLC0415

    what = f"the shares of deposit {custody.deposit}"
    short = missing(custody, shares)
    if short:
        more = ", ".join(short)
        raise NotVerifiedError(
            Text(f"{what} are too few; still needed: {more}", f"托管 {custody.deposit} 的份额不足，尚缺：{more}"),
            Text("ask more custodians of these groups", "请向这些组的更多保管人索取"),
        )
    words: list[str] = []
    complete = 0
    for group in custody.groups:
        own = sorted({share.words for share in shares if share.group == group.name})
        if len(own) >= group.needs and complete < custody.groups_needed:
            words += own[: group.needs]
            complete += 1
    try:
        root: bytes = combine_mnemonics(words)
    except (MnemonicError, ValueError) as error:
        raise unverified(what, f"they do not fit together ({error})", f"彼此不相合（{error}）") from error
    return root


def context(deposit_id: str, group: str, holder: str) -> bytes:
    """Binds a sealed share to its place."""
    return b"assay deposit share v1\n" + f"{deposit_id}\n{group}\n{holder}\n".encode()


def digest(custody: bytes) -> str:
    """What the header of a deposit says of the custody: SHA-256, hex."""
    return sha256(custody)


def _write(folder: Path, files: Sequence[tuple[Path, bytes]]) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path, _ in files:
            if path.exists():
                raise FileExistsError(17, "there already", str(path))
        for path, content in files:
            write_durably(path, content)
    except OSError as error:
        advice = Text("name an empty folder for the shares", "请为份额指定空文件夹")
        raise refused(error.filename or folder, error, advice) from error
