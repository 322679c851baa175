"""Java keystores: JKS, JCEKS, BKS. Entries, their certificates in clear, and how the keys are protected.

JKS seals a key with a key stream of SHA-1, JCEKS with triple DES under an MD5 of the password; the digest over the
whole is one SHA-1. With a password of the operator a JKS key is opened; without, it is what the first certificate of
its chain says. Aliases are not kept. *It cannot see* the contents of sealed keys of JCEKS and BKS, and what follows a
secret key in JCEKS (a serialized object without a length).
Source: the format as documented with sun.security.provider.JavaKeyStore and com.sun.crypto.provider.JceKeyStore;
Bouncy Castle's specification of BKS.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms, keys, schemes
from assay.examinations.cipher.material.der import INTEGER, OCTETS, SEQUENCE, Element, parse
from assay.examinations.cipher.material.found import Found, Item, Value, closed, damaged, joined, unread, use
from assay.examinations.cipher.material.unlocking import Passwords
from assay.examinations.cipher.names import recognise

MAGICS: Final = {b"\xfe\xed\xfe\xed": "JKS", b"\xce\xce\xce\xce": "JCEKS"}
_WORDS: Final = b"Mighty Aphrodite"
_JKS_SEAL = "1.3.6.1.4.1.42.2.17.1.1"
_JCEKS_SEAL = "1.3.6.1.4.1.42.2.19.1"
_MOST_ENTRIES = 100_000
_LONGEST_SALT = 64
Read = Callable[[bytes], Found]


class _CutShortError(ValueError):
    pass


class _Cursor:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self.lost = False  # what follows cannot be found

    def number(self, size: int = 4) -> int:
        return int.from_bytes(self.take(size), "big")

    def take(self, size: int) -> bytes:
        if size > len(self.data) - self.at:
            raise _CutShortError(f"cut short at {self.at}")
        self.at += size
        return self.data[self.at - size : self.at]

    def block(self) -> bytes:
        size = self.number()
        if not size:
            raise _CutShortError(f"nothing at {self.at}")
        return self.take(size)

    def text(self) -> str:
        return self.take(self.number(2)).decode("utf-8", "replace")


def java_store(data: bytes, passwords: Passwords, read: Read) -> Found:
    """A JKS or JCEKS keystore."""
    form = MAGICS[data[:4]]
    cursor = _Cursor(data, 4)
    inside: list[Found] = []
    entries = 0
    try:
        version, announced = cursor.number(), cursor.number()
        if version not in {1, 2} or announced > _MOST_ENTRIES:
            return unread(f"{form} of version {version} with {announced} entries")
        for entry in _entries(cursor, form, version, announced, passwords, read):
            inside.append(entry)
            entries += 1
        whole = cursor.at
        code = b"" if cursor.lost else cursor.take(20)
    except _CutShortError as fault:
        return joined((_store(form, entries, False), *inside, damaged(f"{form}: {fault}")))
    return joined((_store(form, entries, _intact(data[:whole], code)), *inside))


def _entries(
    cursor: _Cursor, form: str, version: int, announced: int, passwords: Passwords, read: Read
) -> Iterator[Found]:
    for _ in range(announced):
        tag = cursor.number()
        cursor.text()
        cursor.take(8)
        if tag == 1:
            sealed = cursor.block()
            chain = [_certificate(cursor, version, read) for _ in range(cursor.number())]
            yield joined((_key(form, sealed, chain, passwords), *chain))
        elif tag == 2:
            yield _certificate(cursor, version, read)
        else:
            cursor.lost = True
            secret = keys.sealed_key(form, {**_JCEKS_TOLD, "iterations": None}, (), "secret-key")
            missing = unread(f"{form}: an entry without a length, and what follows it")
            yield joined((secret, missing) if tag == 3 else (missing,))
            return


def _certificate(cursor: _Cursor, version: int, read: Read) -> Found:
    kind = cursor.text() if version == 2 else "X.509"
    content = cursor.block()
    return read(content) if kind in {"X.509", "X509"} else unread(f"a certificate of type {kind[:20]!r}")


def _store(form: str, entries: int, intact: bool) -> Found:
    digest = recognise("SHA-1", "any")[0].fields
    value: dict[str, Scalar] = {
        "material": "keystore",
        "format": form,
        "protection": "none" if intact else None,
        "mac": "SHA-1",
        "mac_iterations": 1,
        "entries": entries,
    }
    return Found((Item(value, (use(digest, "mac"),)),))


def _intact(content: bytes, code: bytes) -> bool:
    """Whether the digest is right under the empty password: then anybody may change the store."""
    return hmac.compare_digest(hashlib.sha1(_WORDS + content, usedforsecurity=False).digest(), code)


_JKS_TOLD: Final[Value] = {"encryption": "JKS", "kdf": "SHA-1", "iterations": 1}
_JCEKS_TOLD: Final[Value] = {"encryption": "PBES1-3DES-168-CBC-MD5", "kdf": "MD5"}


def _key(form: str, sealed: bytes, chain: Sequence[Found], passwords: Passwords) -> Found:
    try:
        algorithm, content = parse(sealed).children(SEQUENCE)[:2]
        oid, parameters = algorithms.identifier(algorithm)
        told, uses = _seal(algorithm, oid, parameters)
        secret = content.octets() if oid == _JKS_SEAL else b""
    except (ValueError, IndexError):
        return damaged(f"{form}: a private key")
    for where, password in passwords.given if secret else ():
        opened = _jks_opened(secret, password)
        found = _opened(opened) if opened is not None else None
        if found is not None:
            more = {**told, "protection": "encrypted" if where else "none"}
            return Found(tuple(Item({**one.material, **more}, (*one.uses, *uses)) for one in found.items))
    of_chain = next((item.material for found in chain for item in found.items), None)
    if of_chain is not None:
        return keys.sealed_key(form, {**algorithms.of_key(of_chain), **told}, uses)
    why = passwords.why() if oid == _JKS_SEAL else "no way to open it"
    return joined((keys.sealed_key(form, told, uses), closed(f"a private key of {form}: {why}")))


def _seal(algorithm: Element, oid: str, parameters: Element | None) -> tuple[Value, tuple[Value, ...]]:
    """How a key is sealed, as measures of crypto.material and as uses."""
    if oid == _JKS_SEAL:
        return _JKS_TOLD, (use(recognise("SHA-1", "any")[0].fields, "key-derivation", iterations=1),)
    if oid != _JCEKS_SEAL:
        scheme = schemes.read(algorithm)
        return (scheme.told, scheme.uses) if scheme is not None else ({}, ())
    inside = parameters.children() if parameters is not None else []
    cost = inside[1].number() if [one.tag for one in inside] == [OCTETS, INTEGER] else None
    whole, *parts = (part.fields for part in recognise("PBEWithMD5AndTripleDES", "any"))
    uses = [use(whole, "encryption", iterations=cost)]
    uses += [use(part, "key-derivation" if part["primitive"] == "hash" else "encryption") for part in parts]
    return {**_JCEKS_TOLD, "iterations": cost}, tuple(uses)


def _jks_opened(content: bytes, password: str) -> bytes | None:
    """The key under SHA-1's key stream, None when its check does not fit."""
    if len(content) < 40:
        return None
    secret = password.encode("utf-16-be", "surrogatepass")
    stream, last = b"", content[:20]
    sealed, check = content[20:-20], content[-20:]
    while len(stream) < len(sealed):
        last = hashlib.sha1(secret + last, usedforsecurity=False).digest()
        stream += last
    plain = bytes(map(int.__xor__, sealed, stream))
    return plain if hmac.compare_digest(hashlib.sha1(secret + plain, usedforsecurity=False).digest(), check) else None


def _opened(secret: bytes) -> Found | None:
    try:
        return keys.private_key(parse(secret).children(SEQUENCE))
    except (ValueError, IndexError):
        return None


def bouncy_store(data: bytes, read: Read) -> Found | None:
    """A BKS keystore, None when the bytes are not one. Its MAC is HMAC-SHA-1 under PKCS#12's derivation."""
    cursor = _Cursor(data, 0)
    inside: list[Found] = []
    try:
        version, salt = cursor.number(), cursor.block()
        iterations = cursor.number()
    except _CutShortError:
        return None
    if version not in {1, 2} or len(salt) > _LONGEST_SALT:
        return None
    try:
        while kind := cursor.number(1):
            inside += _bouncy_entry(cursor, kind, read)
    except _CutShortError as fault:
        inside.append(damaged(f"BKS: {fault}"))
    if not inside and len(data) - cursor.at != 20:
        return None
    code = recognise("HMAC-SHA-1", "any")[0].fields
    kdf = recognise("PKCS12-KDF", "any")[0].fields
    uses = (use(code, "mac"), use(kdf, "key-derivation", iterations=iterations))
    value: dict[str, Scalar] = {"material": "keystore", "format": "BKS", "protection": None, "mac": "HMAC-SHA-1"}
    value |= {"mac_kdf": "PKCS12-KDF", "mac_iterations": iterations, "entries": len(inside)}
    return joined((Found((Item(value, uses),)), *inside))


def _bouncy_entry(cursor: _Cursor, kind: int, read: Read) -> Iterator[Found]:
    cursor.text()
    cursor.take(8)
    for _ in range(cursor.number()):
        yield _certificate(cursor, 2, read)
    if kind == 1:
        yield _certificate(cursor, 2, read)
    elif kind == 2:
        cursor.take(1)
        cursor.text()
        cursor.text()
        yield read(cursor.block())
    elif kind in {3, 4}:
        cursor.block()
        yield joined((keys.sealed_key("BKS", {}, ()), closed("a key of BKS: no way to open it")))
    else:
        raise _CutShortError(f"an entry of type {kind} at {cursor.at}")
