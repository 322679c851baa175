"""Keys of SSH: OpenSSH private keys, PuTTY files, and public keys as lines or in SSH2 blocks.

The public half of every one of them is in clear, so algorithm, size and fingerprint are stated whatever the password;
comments, which name persons and hosts, are not kept. Source: OpenSSH PROTOCOL.key; RFC 4253, 5656, 8709, 4716; the
appendix on file formats of the PuTTY manual.
"""

import binascii
import re
from collections.abc import Iterator

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms, keys
from assay.examinations.cipher.material.found import Found, Item, Value, damaged, joined, unread, use
from assay.examinations.cipher.names import compose, recognise

LINE = re.compile(
    rb"(?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp\d{3}|sk-[a-z0-9-]{1,40}@openssh\.com) {1,4}"
    rb"(AAAA[A-Za-z0-9+/]{16,32768}={0,2})"
)
BEGINNING = b" AAAA"  # of the key in a `LINE`
_MAGIC = b"openssh-key-v1\0"
_CURVES = {b"nistp256": "1.2.840.10045.3.1.7", b"nistp384": "1.3.132.0.34", b"nistp521": "1.3.132.0.35"}
_PURE = {b"ssh-ed25519": "1.3.101.112", b"ssh-ed448": "1.3.101.113"}
_MOST_KEYS = 64
_PUTTY_FIELD = re.compile(r"^([A-Za-z0-9-]{1,40}): (.{0,200}?)\r?$", re.MULTILINE)


class _CutShortError(ValueError):
    pass


def _strings(blob: bytes) -> Iterator[bytes]:
    """The strings of the wire format one after the other. Raises _CutShortError."""
    at = 0
    while at < len(blob):
        size = int.from_bytes(blob[at : at + 4], "big")
        if at + 4 + size > len(blob):
            raise _CutShortError(f"cut short at {at}")
        yield blob[at + 4 : at + 4 + size]
        at += 4 + size


def private_key(data: bytes) -> Found:
    """An OpenSSH private key, decoded from its PEM."""
    if not data.startswith(_MAGIC):
        return damaged("OPENSSH PRIVATE KEY: without its first bytes")
    try:
        head = _strings(data[len(_MAGIC) :])
        cipher, kdf, options = next(head), next(head), next(head)
        at = len(_MAGIC) + 12 + len(cipher) + len(kdf) + len(options)
        count = int.from_bytes(data[at : at + 4], "big")
        if not 0 < count <= _MOST_KEYS:
            return damaged(f"OPENSSH PRIVATE KEY: {count} keys")
        blobs = _strings(data[at + 4 :])
        public = [_public(next(blobs)) for _ in range(count)]
        told, uses = _protection(cipher, kdf, options)
    except (_CutShortError, StopIteration) as fault:
        return damaged(f"OPENSSH PRIVATE KEY: {fault or 'cut short'}")
    return joined(_private("OpenSSH", one, told, uses) for one in public)


def public_key(blob: bytes, form: str = "OpenSSH") -> Found:
    """A public key in the wire format."""
    try:
        found = _public(blob)
    except (_CutShortError, StopIteration):
        return damaged("an SSH public key")
    return keys.stated_public(*found, form) if found is not None else unread("an SSH public key of an unknown type")


def public_line(text: bytes) -> Found:
    """The base64 of `LINE`."""
    try:
        return public_key(binascii.a2b_base64(text))
    except binascii.Error:
        return damaged("an SSH public key")


def putty(content: bytes) -> Found:
    """A PuTTY private key of version 1, 2 or 3."""
    text = content[: 1 << 20].decode("utf-8", "replace")
    fields = dict(_PUTTY_FIELD.findall(text))
    lines = text.splitlines()
    at = next((place for place, line in enumerate(lines) if line.startswith("Public-Lines: ")), -1)
    count = fields.get("Public-Lines", "")
    if at < 0 or not (count.isascii() and count.isdigit() and len(count) < 5):
        return damaged("a PuTTY key without its public half")
    try:
        public = _public(binascii.a2b_base64("".join(lines[at + 1 : at + 1 + int(count)])))
    except (binascii.Error, ValueError, StopIteration):
        return damaged("a PuTTY key")
    cipher = fields.get("Encryption", "none")
    if cipher == "none":
        return _private("PuTTY", public, {"protection": "none"}, ())
    algorithm = _named(cipher)
    kdf = _named(fields.get("Key-Derivation", "SHA-1"))
    passes = fields.get("Argon2-Passes", "1")
    rounds = int(passes) if passes.isascii() and passes.isdigit() and len(passes) < 10 else None
    told = {
        "protection": "encrypted",
        "encryption": algorithm["algorithm"],
        "kdf": kdf["algorithm"],
        "iterations": rounds,
    }
    uses = (use(algorithm, "encryption"), use(kdf, "key-derivation", iterations=rounds))
    return _private("PuTTY", public, told, uses)


def _public(blob: bytes) -> tuple[Value, str] | None:
    """Fields and fingerprint of a public key, None for a type that is not known."""
    parts = list(_strings(blob))
    if not parts:
        raise _CutShortError("empty")
    kind = parts[0].removesuffix(b"-cert-v01@openssh.com")
    if kind != parts[0] and len(parts) > 2:
        parts = [kind, *parts[2:]]  # a certificate of OpenSSH: its nonce comes first
    if kind == b"ssh-rsa" and len(parts) >= 3:
        spki = keys.spki_of_numbers(algorithms.RSA, parts[2], parts[1])
        bits = int.from_bytes(parts[2], "big").bit_length()
        return algorithms.sized(algorithms.named(algorithms.RSA)[0], bits), keys.fingerprint(spki)
    if kind == b"ssh-dss" and len(parts) >= 5:
        bits = int.from_bytes(parts[1], "big").bit_length()
        spki = keys.spki_of_dsa(*parts[1:5])
        return algorithms.sized(algorithms.named(algorithms.DSA)[0], bits), keys.fingerprint(spki)
    if kind.startswith((b"ecdsa-sha2-", b"sk-ecdsa-sha2-")) and len(parts) >= 3 and parts[1] in _CURVES:
        oid = _CURVES[parts[1]]
        fields = compose(algorithms.named(algorithms.EC)[0], curve=oid)
        return compose(fields, primitive="signature"), keys.fingerprint(keys.spki_of_point(oid, parts[2]))
    kind = b"ssh-ed25519" if kind == b"sk-ssh-ed25519@openssh.com" else kind
    if kind in _PURE and len(parts) >= 2:
        oid = _PURE[kind]
        return algorithms.named(oid)[0], keys.fingerprint(keys.spki_of_bytes(oid, parts[1]))
    return None


def _private(form: str, public: tuple[Value, str] | None, told: Value, uses: tuple[Value, ...]) -> Found:
    if public is None:
        return joined((keys.sealed_key(form, told, uses), unread(f"a key of {form} of an unknown type")))
    fields, mark = public
    value: dict[str, Scalar] = {"material": "private-key", "format": form, **algorithms.of_key(fields)}
    return Found((Item({**value, "fingerprint": mark, **told}, (use(fields, None), *uses)),))


def _protection(cipher: bytes, kdf: bytes, options: bytes) -> tuple[Value, tuple[Value, ...]]:
    if cipher == b"none":
        return {"protection": "none"}, ()
    algorithm = _named(cipher.decode("ascii", "replace").partition("@")[0])
    given = options[4 + int.from_bytes(options[:4], "big") :]
    rounds = int.from_bytes(given[:4], "big") if len(given) >= 4 else None
    derivation = _named(kdf.decode("ascii", "replace"))
    told = {"protection": "encrypted", "encryption": algorithm["algorithm"], "kdf": derivation["algorithm"]}
    told["iterations"] = rounds
    return told, (use(algorithm, "encryption"), use(derivation, "key-derivation", iterations=rounds))


def _named(text: str) -> Value:
    text = text[:40]
    found = recognise("bcrypt" if text == "bcrypt" else text, "any") or recognise(text, "openssl")
    return found[0].fields if found else {"algorithm": text, "family": None, "primitive": None}
