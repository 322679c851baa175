"""Files of certificates, keys and keystores, read by their content.

States `crypto.material`, one fact per certificate, request, revocation list, key, group of parameters, keystore and
signed message, and `crypto.use` with seen: certificate for the algorithms of keys and signatures, for the ciphers and
derivations that protect keys, and for the MACs of keystores. Never a byte of a private key, a password or a name.

What a password closes is a shortfall `encrypted`, beside everything that is in clear; what is cut short or contradicts
its own lengths is `damaged`; what is of no form that is read (OpenPGP, BCFKS, verified boot, time stamps) is
`material`. *It cannot see* whether a signature is right, whether a chain ends in a trusted root, whether a key is used
for what its certificate allows, and a private key under another encoding. Text around blocks of PEM is not read.
Source: the standards named in the modules of this package.
"""

import binascii
import re
from collections.abc import Sequence

from msgspec.structs import replace

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.product import Unlock
from assay.examinations.cipher.material import blocks, javastores, shapes, ssh
from assay.examinations.cipher.material.found import Found, unread
from assay.examinations.cipher.material.pem import blocks as blocks_in
from assay.examinations.cipher.material.statements import Statements
from assay.examinations.cipher.material.unlocking import Passwords

MOST_ITEMS = 50_000
_UNREAD = frozenset({"OpenPGP", "GnuPG keybox", "Android verified boot"})
_BASE64 = re.compile(rb"\s*M[A-Za-z0-9+/=\s]{40,}\Z")
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


class Material:
    """A `FileExamination` over class material. `unlock` is the operator's, see `unlocking.py`."""

    id = "cipher.material@1"
    kinds = ("crypto.material", "crypto.use")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def __init__(self, unlock: Sequence[Unlock] = ()) -> None:
        self.unlock = tuple(unlock)

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "material"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        if view.meta.format in _UNREAD or not view.content:
            return _unread(view)
        passwords = Passwords.of([one for one in self.unlock if one.file in {view.meta.path, view.meta.logical}])
        content = _plain(view.content)
        statements = Statements(view.meta, self.id)
        if b"-----BEGIN " in content or b"---- BEGIN SSH2" in content:
            missing = _blocks(content, view.first_line, passwords, statements)
        elif ssh.LINE.search(content) is not None:
            missing = lines(content, view.first_line, statements)
        elif not view.whole:
            return Examined()  # in regions: the attempt is partial already
        else:
            found = _whole(content, passwords)
            for item in found.items:
                statements.add(item, 0, "", "DER" if content[:1] == b"\x30" else "binary")
            missing = list(found.missing)
        return Examined(tuple(statements.facts()), shortfalls=_settled(missing, nothing=not len(statements)))


def lines(content: bytes, first_line: int, statements: Statements) -> list[Shortfall]:
    """Public keys of SSH, one a line."""
    missing: list[Shortfall] = []
    at, line = 0, first_line
    for found in ssh.LINE.finditer(content) if ssh.BEGINNING in content else ():
        line += content.count(b"\n", at, found.start())
        at = found.start()
        key = ssh.public_line(found[1])
        for item in key.items:
            statements.add(item, line, "", "text")
        missing += key.missing
    return missing


def _blocks(content: bytes, first_line: int, passwords: Passwords, statements: Statements) -> list[Shortfall]:
    missing: list[Shortfall] = []
    at, line = 0, first_line
    for block in blocks_in(content):
        line += content.count(b"\n", at, block.at)
        at = block.at
        found = blocks.read(block, passwords)
        for item in found.items:
            statements.add(item, line, f"-----BEGIN {block.label}-----", "PEM")
        missing += (replace(one, detail=f"line {line}: {one.detail}") for one in found.missing)
        if len(statements) + len(missing) > MOST_ITEMS:
            missing.append(Shortfall("too-many", f"line {line}: more than {MOST_ITEMS} facts and faults"))
            break
    return missing


def _whole(content: bytes, passwords: Passwords) -> Found:
    """A file that is one thing."""

    def inside(data: bytes) -> Found:
        return shapes.read(data, passwords)

    if content[:4] in javastores.MAGICS:
        return javastores.java_store(content, passwords, inside)
    if content.startswith(b"openssh-key-v1\0"):
        return ssh.private_key(content)
    if content.startswith(b"PuTTY-User-Key-File-"):
        return ssh.putty(content)
    if content[:1] == b"\x30":
        return inside(content)
    if _BASE64.match(content):
        try:
            return inside(binascii.a2b_base64(content))
        except binascii.Error:
            return unread("base64 that does not decode")
    return javastores.bouncy_store(content, inside) or unread("no form that is read")


def _plain(content: bytes) -> bytes:
    """Without a byte order mark, and in one byte per character."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace").encode("utf-8", "replace")
    return content


def _unread(view: FileView) -> Examined:
    if not view.content:
        return Examined()
    return Examined(shortfalls=(Shortfall("material", f"{view.meta.format} is not read", "skipped"),))


def _settled(missing: Sequence[Shortfall], *, nothing: bool) -> tuple[Shortfall, ...]:
    """With nothing read at all, what could not be read is skipped, and what is damaged failed."""
    if not nothing:
        return tuple(missing)
    whole = {"material": "skipped", "damaged": "failed"}
    return tuple(replace(one, status=whole.get(one.reason, one.status)) for one in missing)
