#!/usr/bin/env python3
"""Check a ledger of assay alone, offline: python verify.py [options] PATH...      (Python 3.11+, `cryptography`)

PATH is a dossier, an exported log (a folder with `checkpoint` and `tile/`), a `ledger.sqlite`, a receipt
(`NAME.tlog-proof`, the entry's bytes beside it as `NAME`), a checkpoint, or a signed statement (`*.dsse.json`).

    --key KEY       a key that you had from its owner: NAME+ID+BASE64, or a file with it; it speaks for logs named
                    NAME or NAME/...; repeat for several keys (Ed25519 and SM2)
    --witness KEY   a party that must have cosigned; repeat for several
    --policy FILE   logs, witnesses and a quorum, as c2sp.org/tlog-policy writes them
    --seen FILE     a checkpoint that you kept: the log must be its continuation; repeat for several
    --both          a signed statement must bear Ed25519 and SM2
    --nobody        accept the key that the log itself names: shows that it is whole, not whose it is
    --lang zh       in Chinese

Ends 0 when everything verified, 12 when anything did not, 2 for wrong usage. What it does, in this order; each step is
marked in the code:

    1. Trust: the keys that you named, nothing that lies beside the log.
    2. A checkpoint: its form, a log key's signature, no wrong signature of a key that you know.
    3. Cosignatures of the witnesses that you named, or of the policy's quorum.
    4. The tree: entries lead to the root that was signed, for every checkpoint; tiles hold the same hashes.
    5. What you saw before is the beginning of what is here: no fork, no rollback.
    6. Entries are in the one spelling that they may have; files that they name have the digests that they name, and
       no review, judgement, waiver or statement lies there that no entry names.
    7. A receipt leads from the entry's bytes to a signed root; where it carries the entry, the file beside it is the
       one that the entry is a digest of.
    8. A signed statement: Ed25519 here, SM2 by the `openssl` on the path or assay's own library, or not at all.

It shares no code with the program that writes the log. Sources: RFC 6962 section 2.1; c2sp.org signed-note,
tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature, tlog-policy; DSSE 1.0.2; GB/T 32918 (SM2).
"""

import argparse
import base64
import codecs
import hashlib
import hmac
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ED25519, COSIGNATURE, SM2 = b"\x01", b"\x04", b"\xff1.2.156.10197.1.501\n"
SM2_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")  # RFC 5480 around 04 || x || y
LARGEST_FILE = 1 << 30
ENTRY_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?(?:/[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)*", re.ASCII)

ACTS = ("waivers/", "judgements/", "reviews/", "ledger/", "exports/", "withdrawn/")  # of a dossier, of a register
COUNTED = ("exports/", "withdrawn/")  # bodies that sums rest on: without them a sum is wrong, so none is forgotten


class Bad(Exception):  # noqa: N818  (it is what the reader is told)
    """Something does not verify: in English and in Chinese."""


@dataclass(frozen=True)
class Key:
    """A verifier key: NAME+ID+BASE64(type, public key)."""

    name: str
    kind: bytes
    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    @property
    def label(self) -> str:
        return f"{self.name}+{self.id.hex()}"

    def text(self) -> str:
        return f"{self.label}+{base64.b64encode(self.kind + self.public).decode()}"


@dataclass
class Trust:
    """What the reader named. `quorum` says whether the names that cosigned are enough."""

    keys: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    quorum: Callable[[set[str]], bool] = lambda names: True  # noqa: ARG005
    seen: list[bytes] = field(default_factory=list)
    both: bool = False
    nobody: bool = False


@dataclass(frozen=True)
class Head:
    """A checkpoint that verified."""

    origin: str
    size: int
    root: bytes


class Reader:
    """One run: what is trusted, and where to say what was found."""

    def __init__(self, trust: Trust, say: Callable[[str, str], None]) -> None:
        self.trust = trust
        self.say = say
        self.own: list[Key] = []  # keys that the log itself names; they count only with --nobody

    # -- 2, 3: checkpoints ---------------------------------------------------------------------------------------

    def checkpoint(self, note: bytes, *, quorum: bool = True) -> Head:
        """Steps 2 and 3."""
        text, signatures = split_note(note)
        origin, size, root = head_of(text)
        # 2. A log key's signature, and no wrong one.
        keys = [Key(origin, key.kind, key.public) for key in self.speaking(origin) if key.kind != COSIGNATURE]
        good = 0
        for name, id_, signature in signatures:
            for key in keys:
                if (name, id_) == (key.name, key.id):
                    good += self.signed(key, signature, text.encode())
        if not good:
            self.nobody_known(origin)
        # 3. Cosignatures: type 0x04, over the time and the text.
        names = set()
        for name, id_, signature in signatures:
            for called, key in self.trust.witnesses.items():
                if (name, id_) == (key.name, key.id):
                    time = int.from_bytes(signature[:8])
                    message = f"cosignature/v1\ntime {time}\n{text}".encode()
                    if len(signature) != 72 or time >= 1 << 63 or not ed25519(key.public, signature[8:], message):
                        raise Bad(f"the cosignature of {key.label} is wrong", f"{key.label} 的会签错误")
                    names.add(called)
        if quorum and not self.trust.quorum(names):
            have = ", ".join(sorted(names)) or "-"
            raise Bad(f"not cosigned by those who must (by: {have})", f"缺少必需的会签（已有：{have}）")
        return Head(origin, size, root)

    def known(self, note: bytes) -> bool:
        """Whether a key that counts signed it, rightly or not; an older key that you did not name says nothing."""
        text, signatures = split_note(note)
        origin = head_of(text)[0]
        ids = {Key(origin, key.kind, key.public).id for key in self.speaking(origin)}
        return any(name == origin and id_ in ids for name, id_, _ in signatures)

    def speaking(self, origin: str) -> list[Key]:
        keys = [key for key in self.trust.keys if origin == key.name or origin.startswith(key.name + "/")]
        return keys or (self.own if self.trust.nobody else [])

    def nobody_known(self, origin: str) -> None:
        if self.trust.nobody:
            raise Bad(
                f"nothing here names a key of {origin}: verify the dossier or the log that it is from",
                f"此处没有 {origin} 的公钥：请校验其所属的卷宗或日志",
            )
        found = "; ".join(key.text() for key in self.own if key.name == origin) or "-"
        raise Bad(
            f"signed by nobody known: no key that you named signed {origin}. The log itself names {found}: compare it "
            "with its owner's over another way, then use --key; or --nobody, to see only whether it is whole",
            f"签名者未知：您给出的公钥均未签署 {origin}。日志自称的公钥为 {found}："
            "请经其他途径与所有者核对后用 --key 给出；或用 --nobody 仅检查完整性",
        )

    def signed(self, key: Key, signature: bytes, message: bytes) -> bool:
        """True: verified. False: could not be checked here, which was said. Raises Bad for a wrong one."""
        good = ed25519(key.public, signature, message) if key.kind == ED25519 else sm2(key.public, signature, message)
        if good is None:
            self.say(f"SM2 signature of {key.label} present, not checked", f"存在 {key.label} 的 SM2 签名，未校验")
            if self.trust.both:
                raise Bad(
                    "SM2 signature present, not checked, and --both asks for it", "SM2 签名未校验，而 --both 要求校验"
                )
            return False
        if not good:
            raise Bad(f"the signature of {key.label} is wrong", f"{key.label} 的签名错误")
        return True

    # -- 4, 5, 6: logs -------------------------------------------------------------------------------------------

    def log(self, copy: "Copy", dossier: Path | None = None) -> None:
        """Steps 2 to 6 for a whole log, with the dossier whose files its entries name, when that is what we read."""
        entries, tiles, self.own = copy.entries, copy.tiles, copy.own
        heads = [self.checkpoint(note, quorum=False) for note in copy.notes[:-1] if self.known(note)]
        heads += [self.checkpoint(note) for note in copy.notes[-1:]]
        if not heads:
            raise Bad("it has no checkpoint", "没有检查点")
        last = max(heads, key=lambda head: head.size)
        if last.size != len(entries):
            a, b = last.size, len(entries)
            en, zh = f"{a} entries are signed, {b} are here", f"已签名 {a} 条，此处有 {b} 条"
            if b > a:  # whoever entered them was killed, or still runs
                en, zh = f"{en}: its owner signs the rest when it is next used", f"{zh}：其余由所有者在下次使用时签名"
            raise Bad(en, zh)
        leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries]
        # 4. The root of every checkpoint, and the tiles.
        roots = roots_at(leaves, {head.size for head in heads})
        for head in heads:
            if (head.origin, head.root) != (last.origin, roots[head.size]):
                raise Bad(*self.which(leaves, tiles, head.size))
        for name, content in tiles_over(leaves):
            if tiles.get(name) != content:
                raise Bad(f"{name} was changed, or is missing", f"{name} 已被更改或缺失")
        # 5. What was seen before.
        for note in self.trust.seen:
            self.continues(self.checkpoint(note, quorum=False), last, leaves)
        # 6. Entries and files.
        self.entries(entries, dossier)
        self.say(
            f"{last.origin}: {last.size} entries, {len(heads)} checkpoints, whole",
            f"{last.origin}：{last.size} 条，{len(heads)} 个检查点，完整",
        )

    def which(self, leaves: list[bytes], tiles: dict[str, bytes], size: int) -> tuple[str, str]:
        """Entries do not lead to the signed root: the first that differs from its hash in the tiles is named."""
        for name, content in tiles_over(leaves):
            kept = tiles.get(name, content)
            if kept != content and name.startswith("tile/0/"):
                inside = next(place for place in range(256) if kept[place * 32 :][:32] != content[place * 32 :][:32])
                position = leaves.index(content[inside * 32 :][:32])
                return f"entry {position} was changed", f"第 {position} 条已被更改"
        return f"the first {size} entries are not those that were signed", f"前 {size} 条与已签名的不同"

    def continues(self, seen: Head, last: Head, leaves: list[bytes]) -> None:
        if seen.origin != last.origin:
            raise Bad(f"what you saw is another log, {seen.origin}", f"您所见的是另一日志 {seen.origin}")
        if seen.size > last.size:
            raise Bad(
                f"rolled back: you saw {seen.size} entries, {last.size} are here",
                f"已被回滚：您见过 {seen.size} 条，此处有 {last.size} 条",
            )
        if roots_at(leaves, {seen.size})[seen.size] != seen.root:
            raise Bad(
                f"a fork: the first {seen.size} entries are not those that you saw",
                f"分叉：前 {seen.size} 条与您所见的不同",
            )

    def entries(self, entries: list[bytes], dossier: Path | None) -> None:
        files: dict[str, tuple[int, str]] = {}
        at = 0
        for position, entry in enumerate(entries):
            now, digests = entry_of(entry, position)
            if now < at:
                self.say(
                    f"note: entry {position} is dated before the one before it",
                    f"注意：第 {position} 条的时间早于前一条",
                )
            at = now
            files.update((name, (position, digest)) for name, digest in digests.items() if "/" in name or "." in name)
        if dossier is not None:
            named = set(files)
            for name, (position, digest) in files.items():
                named.update(self.file(dossier, name, position, digest))
            self.unnamed(dossier, named)
        elif files:
            count = len(files)
            self.say(
                f"note: {count} files that its entries name were not looked at: name the dossier to check them",
                f"注意：条目所列的 {count} 个文件未检查：请指定卷宗以检查",
            )

    def file(self, place: Path, name: str, position: int, digest: str) -> list[str]:
        """A file named by an entry; the last that names it counts. `*.sha256` lists more, as sha256sum writes it.

        Returns the files that it lists, and its salt.
        """
        kind, _, wanted = digest.partition(":")
        salt = place / (name + ".salt")
        gone = not salt.exists() and not (place / name).exists()
        if kind == "hmac-sha256" and gone and not name.startswith(COUNTED):
            self.say(f"note: {name} of entry {position} was forgotten", f"注意：第 {position} 条的 {name} 已被销毁")
            return []
        content = read(place / name)
        hashed = {
            "sha256": lambda: hashlib.sha256(content).hexdigest(),
            "hmac-sha256": lambda: hmac.new(read(salt), content, hashlib.sha256).hexdigest(),
            "sm3": lambda: hashlib.new("sm3", content).hexdigest(),
        }.get(kind, lambda: "")()
        if hashed != wanted:
            raise Bad(f"{name} is not what entry {position} says", f"{name} 与第 {position} 条所述不同")
        listed = [line.partition("  ") for line in content.decode("utf-8", "surrogateescape").splitlines()]
        listed = listed if name.endswith(".sha256") else []
        for wanted, _, path in listed:
            inside = (place / path).resolve().is_relative_to(place.resolve())
            if not inside or hashlib.sha256(read(place / path)).hexdigest() != wanted:
                raise Bad(f"{path} is not what {name} says", f"{path} 与 {name} 所述不同")
        return [path for _, _, path in listed] + ([f"{name}.salt"] if kind == "hmac-sha256" else [])

    def unnamed(self, place: Path, named: set[str]) -> None:
        """A waiver, a review, judgements or a signed statement that no entry names was put there by nobody known."""
        own = {"lock", *(f"{folder}ledger.sqlite{end}" for folder in ("", "ledger/") for end in ("", "-wal", "-shm"))}
        found = sorted(
            path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_symlink() or not path.is_dir()
        )
        strange = [path for path in found if path not in named | own and not path.endswith(".tlog-proof")]
        acts = [path for path in strange if f"{path}/".startswith(ACTS) and not path.endswith(("/journal", ".partial"))]
        if acts:
            raise Bad(f"{acts[0]} is named by no entry", f"没有条目述及 {acts[0]}")
        if strange:
            more = f"{strange[0]} (+{len(strange) - 1})" if strange[1:] else strange[0]
            self.say(f"note: no entry names {more}", f"注意：没有条目述及 {more}")

    # -- 7: receipts ---------------------------------------------------------------------------------------------

    def receipt(self, content: bytes, entry: bytes, name: str) -> None:
        head, blank, note = content.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        if lines.pop(0) != "c2sp.org/tlog-proof@v1" or not blank:
            raise Bad("it is no receipt", "不是有效回执")
        # A receipt that carries its entry lies beside the file that the entry is a digest of.
        body = entry if lines and lines[0].startswith("extra ") else None
        if body is not None:
            entry = b64(lines.pop(0).removeprefix("extra "))
        number = lines.pop(0).removeprefix("index ") if lines and lines[0].startswith("index ") else ""
        position = decimal(number)
        signed = self.checkpoint(note)
        # 7. From the leaf to the root, by the definition of RFC 6962.
        proof = [b64(line) for line in lines]
        if (
            position >= signed.size
            or path_root(position, signed.size, hashlib.sha256(b"\0" + entry).digest(), proof) != signed.root
        ):
            raise Bad(
                f"the entry is not entry {position} of {signed.origin}",
                f"该条目不是 {signed.origin} 的第 {position} 条",
            )
        if (
            body is not None
            and f"sha256:{hashlib.sha256(body).hexdigest()}" not in entry_of(entry, position)[1].values()
        ):
            raise Bad(f"{name} is not the file that entry {position} is of", f"{name} 不是第 {position} 条所指的文件")
        self.say(f"entry {position} of {signed.origin}", f"{signed.origin} 的第 {position} 条")

    # -- 8: statements -------------------------------------------------------------------------------------------

    def envelope(self, content: bytes, name: str) -> None:
        try:
            read_ = json.loads(content)
            kind, payload = read_["payloadType"], b64(read_["payload"])
            signatures = [(str(item.get("keyid", "")), b64(item["sig"])) for item in read_["signatures"]]
            covered = b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise Bad("it is no signed statement", "不是签名声明") from error
        # 8. Every signature of a key that was named; then what the policy asks for.
        good = set()
        for keyid, signature in signatures:
            own = [Key(keyid.partition("+")[0], key.kind, key.public) for key in self.own if self.trust.nobody]
            for key in self.trust.keys or own:
                if key.label == keyid and key.kind != COSIGNATURE and self.signed(key, signature, covered):
                    good.add(key)
        if not good:
            raise Bad(f"{name} is signed by nobody known", f"{name} 签名者未知")
        if self.trust.both and {key.kind for key in good} != {ED25519, SM2}:
            raise Bad(f"{name} does not bear both Ed25519 and SM2", f"{name} 未同时具有 Ed25519 与 SM2 签名")
        by = ", ".join(sorted(f"{key.label} ({'SM2' if key.kind == SM2 else 'Ed25519'})" for key in good))
        self.say(f"{name} signed by {by}", f"{name} 签名者：{by}")


# -- formats -----------------------------------------------------------------------------------------------------


def entry_of(body: bytes, position: int) -> tuple[int, dict[str, str]]:
    """Date and digests of an entry."""
    try:
        read_ = json.loads(body)
        plain = json.dumps(read_, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == body
        at, digests = int(read_["at"]), {name: str(digest) for name, digest in read_.get("digests", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        plain, at, digests = False, 0, {}
    if not plain or not all(ENTRY_NAME.fullmatch(name) for name in digests):
        raise Bad(f"entry {position} is not spelled as an entry", f"第 {position} 条格式不正确")
    return at, digests


def b64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Bad("bad base64", "base64 有误") from error
    if base64.b64encode(content).decode() != text:
        raise Bad("bad base64", "base64 有误")
    return content


def decimal(text: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text, re.ASCII):
        raise Bad(f"{text!r} is no number", f"{text!r} 不是数字")
    return int(text)


def split_note(note: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Text, and name, key id and signature of each line."""
    try:
        text, blank, lines = note.decode().rpartition("\n\n")
    except UnicodeDecodeError as error:
        raise Bad("it is no signed note", "不是签名文本") from error
    if not blank or not lines.endswith("\n") or any(ord(c) < 32 and c != "\n" for c in text + lines):
        raise Bad("it is no signed note", "不是签名文本")
    signatures = []
    for line in lines[:-1].split("\n"):
        name, _, encoded = line.removeprefix("\u2014 ").partition(" ")
        packed = b64(encoded)
        if not line.startswith("\u2014 ") or not re.fullmatch(r"[^\s+]+", name) or len(packed) < 5:
            raise Bad("a signature line is malformed", "签名行格式错误")
        signatures.append((name, packed[:4], packed[4:]))
    if len(signatures) > 100:
        raise Bad("it has more than 100 signatures", "签名超过 100 个")
    return text + "\n", signatures


def head_of(text: str) -> tuple[str, int, bytes]:
    lines = text.split("\n")
    if len(lines) < 4 or not all(lines[:-1]):
        raise Bad("it is no checkpoint", "不是检查点")
    root = b64(lines[2])
    if len(root) != 32:
        raise Bad("its root is no hash", "根不是散列值")
    return lines[0], decimal(lines[1]), root


def read_key(text: str) -> Key:
    if "+" not in text:
        text = read(Path(text[:4096])).decode("utf-8", "replace")
    name, _, rest = text.strip().partition("+")
    id_, _, encoded = rest.partition("+")
    packed = b64(encoded)
    kind = next((kind for kind in (ED25519, COSIGNATURE, SM2) if packed.startswith(kind)), b"")
    key = Key(name, kind, packed[len(kind) :])
    if not kind or len(key.public) != (65 if kind == SM2 else 32) or key.id.hex() != id_:
        raise Bad(f"{text.strip()[:60]!r} is no verifier key", f"{text.strip()[:60]!r} 不是验证公钥")
    return key


def read_policy(text: str, trust: Trust) -> None:
    """c2sp.org/tlog-policy."""
    rules: dict[str, Callable[[set[str]], bool]] = {"none": lambda names: True}  # noqa: ARG005
    for line in text.splitlines():
        match line.split():
            case [] | [str(), *_] if line.strip(" \t")[:1] in ("", "#"):
                continue
            case ["log", key, *_]:
                trust.keys.append(read_key(key))
            case ["witness", name, key, *_] if name not in rules:
                trust.witnesses[name] = read_key(key)
                rules[name] = lambda names, name=name: name in names  # type: ignore[misc]
            case ["group", name, count, *members] if (
                name not in rules and members and set(members) <= set(rules) - {"none"}
            ):
                need = {"any": 1, "all": len(members)}.get(count) or decimal(count)
                rules[name] = lambda names, need=need, parts=[rules[item] for item in members]: (  # type: ignore[misc]
                    sum(part(names) for part in parts) >= need
                )
            case ["quorum", name] if name in rules:
                trust.quorum = rules[name]
                rules["quorum line"] = rules[name]
            case _:
                raise Bad(f"the policy's line {line!r} is not understood", f"无法理解策略行 {line!r}")
    if "quorum line" not in rules:
        raise Bad("the policy has no quorum line", "策略没有 quorum 行")


# -- signatures --------------------------------------------------------------------------------------------------


def ed25519(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sm2(public: bytes, signature: bytes, message: bytes) -> bool | None:
    """With SM3 and the id 1234567812345678. None: nothing here can check it."""
    try:
        decode_dss_signature(signature)
    except ValueError:
        return False
    checked = _sm2_openssl(public, signature, message)
    return checked if checked is not None else _sm2_assay(public, signature, message)


def _sm2_openssl(public: bytes, signature: bytes, message: bytes) -> bool | None:
    program = shutil.which("openssl")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        pem = base64.encodebytes(SM2_SPKI + public).decode()
        (place / "key").write_text(f"-----BEGIN PUBLIC KEY-----\n{pem}-----END PUBLIC KEY-----\n")
        (place / "signature").write_bytes(signature)
        (place / "message").write_bytes(message)
        command = [program, "dgst", "-sm3", "-sigopt", "distid:1234567812345678", "-verify", "key"]
        run = subprocess.run(  # noqa: S603  (the auditor's own openssl, fixed arguments)
            [*command, "-signature", "signature", "message"], cwd=place, capture_output=True, check=False, timeout=60
        )
    if run.returncode == 0 and b"Verified OK" in run.stdout:
        return True
    return False if b"verification failure" in (run.stdout + run.stderr).lower() else None


def _sm2_assay(public: bytes, signature: bytes, message: bytes) -> bool | None:
    try:
        from assay.core.errors import AssayError  # noqa: PLC0415
        from assay.sm.backend import UnavailableError  # noqa: PLC0415
        from assay.sm.encoding import signature_from_der  # noqa: PLC0415
        from assay.sm.sm2 import PublicKey  # noqa: PLC0415
    except ImportError:
        return None
    try:
        PublicKey(public).verify(message, signature_from_der(signature))
    except UnavailableError:
        return None
    except AssayError:
        return False
    return True


# -- the tree ----------------------------------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def roots_at(leaves: list[bytes], sizes: set[int]) -> dict[int, bytes]:
    """The root of the tree of the first N leaves, for every N asked for."""
    roots = {0: hashlib.sha256(b"").digest()}
    subtrees: list[tuple[int, bytes]] = []  # height and hash of complete subtrees, from left to right
    for size, leaf in enumerate(leaves, 1):
        height, top = 0, leaf
        while subtrees and subtrees[-1][0] == height:
            height, top = height + 1, node(subtrees.pop()[1], top)
        subtrees.append((height, top))
        if size in sizes:
            root = subtrees[-1][1]
            for _, left in reversed(subtrees[:-1]):
                root = node(left, root)
            roots[size] = root
    return roots


def path_root(position: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """PATH(m, D[n]) of RFC 6962 section 2.1.1, read backwards."""
    if size == 1 or not path:
        if path or size != 1:
            raise Bad("the proof is too long or too short", "证明长度不符")
        return leaf
    left = 1 << (size - 1).bit_length() - 1
    if position < left:
        return node(path_root(position, left, leaf, path[:-1]), path[-1])
    return node(path[-1], path_root(position - left, size - left, leaf, path[:-1]))


def tiles_over(leaves: list[bytes]) -> Iterator[tuple[str, bytes]]:
    """Path and content of every tile of the tree."""
    level, row = 0, leaves
    while row:
        above = []
        for number in range(0, len(row), 256):
            tile = row[number : number + 256]
            yield tile_name(str(level), number // 256, len(tile)), b"".join(tile)
            if len(tile) == 256:
                above.append(roots_at(tile, {256})[256])
        level, row = level + 1, above


def tile_name(level: str, number: int, width: int) -> str:
    thousands, name = divmod(number, 1000)
    path = f"{name:03}"
    while thousands:
        thousands, name = divmod(thousands, 1000)
        path = f"x{name:03}/{path}"
    return f"tile/{level}/{path}" + ("" if width == 256 else f".p/{width}")


# -- where things lie --------------------------------------------------------------------------------------------


@dataclass
class Copy:
    """A log as it was found; nothing in it is verified."""

    entries: list[bytes]
    notes: list[bytes]
    own: list[Key]
    tiles: dict[str, bytes]


def read(path: Path) -> bytes:
    try:
        if "\0" in str(path) or not path.is_file() or path.stat().st_size > LARGEST_FILE:
            raise Bad(f"{path} is missing, or no plain file", f"{path} 缺失，或不是普通文件")
        return path.read_bytes()
    except OSError as error:
        raise Bad(f"{path}: {error.strerror}", f"{path}：{error.strerror}") from error


def exported(folder: Path) -> Copy:
    note = read(folder / "checkpoint")
    size = head_of(split_note(note)[0])[1]
    entries: list[bytes] = []
    while len(entries) < size:
        width = min(256, size - len(entries))
        name = tile_name("entries", len(entries) // 256, width)
        bundle, place, found = read(folder / name), 0, 0
        while place < len(bundle) and found < width:
            length = int.from_bytes(bundle[place : place + 2])
            entries.append(bundle[place + 2 : place + 2 + length])
            place, found = place + 2 + length, found + 1
        if found < width or place != len(bundle):
            raise Bad(f"{name} was changed: its entries do not add up", f"{name} 已被更改：条目长度不符")
    widths = [(level, size >> 8 * level) for level in range(8) if size >> 8 * level]
    names = [
        tile_name(str(level), number, min(256, count - number * 256))
        for level, count in widths
        for number in range((count + 255) // 256)
    ]
    vkeys = folder / "log.vkey"
    own = [read_key(line) for line in read(vkeys).decode(errors="replace").split()] if vkeys.is_file() else []
    return Copy(entries, [note], own, {name: read(folder / name) for name in names})


def database(path: Path) -> Copy:
    place = "file:" + quote(str(path.absolute()))
    frozen = "" if path.with_name(path.name + "-wal").exists() else "&immutable=1"
    try:
        db = sqlite3.connect(f"{place}?mode=ro{frozen}", uri=True)
        try:
            db.execute("PRAGMA trusted_schema = OFF")
            if db.execute("SELECT 1 FROM sqlite_master WHERE type NOT IN ('table', 'index')").fetchone():
                raise Bad("it is no ledger: it has views or triggers", "不是账本：含有视图或触发器")
            rows = db.execute("SELECT position, body, leaf FROM entries ORDER BY position").fetchall()
            notes = [blob(note) for (note,) in db.execute("SELECT note FROM checkpoints ORDER BY size")]
            own = [read_key(key) for (key,) in db.execute("SELECT key FROM keys")]
            kept = {(level, number): blob(hashes) for level, number, hashes in db.execute("SELECT * FROM tiles")}
        finally:
            db.close()
    except (sqlite3.Error, UnicodeDecodeError, TypeError) as error:
        raise Bad(f"it is no ledger, or damaged: {error}", f"不是账本或已损坏：{error}") from error
    missing = next((place for place, row in enumerate(rows) if row[0] != place), None)
    if missing is not None:
        raise Bad(f"entry {missing} is missing", f"缺少第 {missing} 条")
    tiles = {tile_name(str(level), number, len(hashes) // 32): hashes for (level, number), hashes in kept.items()}
    whole = len(rows) // 256 * 256
    if rows[whole:]:
        tiles[tile_name("0", whole // 256, len(rows) - whole)] = b"".join(blob(leaf) for _, _, leaf in rows[whole:])
    return Copy([blob(body) for _, body, _ in rows], notes, own, tiles)


def is_database(path: Path) -> bool:
    if path.is_file():
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\0"
    return False


def blob(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise Bad("it is damaged: a text or number stands for bytes", "已损坏：应为字节之处是文本或数字")
    return value


def verify(path: Path, reader: Reader) -> None:
    """One PATH. Raises Bad."""
    ledgers = [place for place in (path / "ledger.sqlite", path / "ledger" / "ledger.sqlite") if place.is_file()]
    if path.is_dir() and ledgers:
        reader.log(database(ledgers[0]), path)
        for other in sorted({*path.glob("*.*"), *path.glob("ledger/*.*")}):
            if other.name.endswith((".tlog-proof", ".dsse.json")):
                verify(other, reader)
    elif path.is_dir():
        reader.log(exported(path))
    elif path.name.endswith(".sqlite") or is_database(path):
        reader.log(database(path))
    elif path.name.endswith(".tlog-proof"):
        beside = path.with_name(path.name.removesuffix(".tlog-proof"))
        reader.receipt(read(path), read(beside), beside.name)
    elif (content := read(path)).lstrip()[:1] == b"{":
        reader.envelope(content, path.name)
    else:
        head = reader.checkpoint(content)
        reader.say(f"checkpoint of {head.origin}, {head.size} entries", f"{head.origin} 的检查点，{head.size} 条")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage="verify.py [options] PATH..."
    )
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--witness", action="append", default=[])
    parser.add_argument("--policy", type=Path)
    parser.add_argument("--seen", action="append", default=[], type=Path)
    parser.add_argument("--both", action="store_true")
    parser.add_argument("--nobody", action="store_true")
    parser.add_argument("--lang", choices=["en", "zh"], default="en")
    parser.add_argument("paths", nargs="+", type=Path)
    given = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a locale without Chinese ends no run
        ascii_only = codecs.lookup(sys.stdout.encoding).name == "ascii"
        sys.stdout.reconfigure(encoding="utf-8" if ascii_only else None, errors="backslashreplace")
    place, code = Path(), 0

    def say(en: str, zh: str) -> None:
        print(shown(f"{place}: {zh if given.lang == 'zh' else en}"))

    def refuse(bad: Bad) -> int:
        en, zh = bad.args
        say(f"NOT VERIFIED: {en}", f"未通过校验：{zh}")
        return 12

    def misused(bad: Bad) -> int:
        en, zh = bad.args
        print(shown(f"未校验任何内容：{zh}" if given.lang == "zh" else f"nothing was verified: {en}"), file=sys.stderr)
        return 2

    # 1. Trust: what was named on the command line, nothing else.
    trust = Trust(both=given.both, nobody=given.nobody)
    try:
        trust.keys += [read_key(key) for key in given.key]
        trust.witnesses.update((key.label, key) for key in map(read_key, given.witness))
        asked = set(trust.witnesses)
        trust.quorum = lambda names: asked <= names
        if given.policy:
            read_policy(read(given.policy).decode("utf-8", "replace"), trust)
        trust.seen = [read(path) for path in given.seen]
    except Bad as bad:
        return misused(bad)
    reader = Reader(trust, say)
    for place in given.paths:
        try:
            verify(place, reader)
        except Bad as bad:
            code = refuse(bad)
    return code


def shown(text: str) -> str:
    """No control or direction characters of what was read reach the terminal."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
