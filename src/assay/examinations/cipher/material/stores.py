"""Keystores and containers in DER: PKCS#12, PKCS#7 (CMS), the SM2 file of Chinese authorities.

What is in clear is stated whatever the password: the MAC and its iterations, the cipher and derivation of every part,
certificates that nobody encrypted. The rest is read when a password opens it, and is a shortfall when none does. Of
signed messages the certificates and the algorithms of the signers are stated, of encrypted ones the cipher.
Source: RFC 7292, RFC 5652, RFC 2315; GM/T 0010.
"""

from collections.abc import Callable, Sequence

from assay.core.facts import Scalar
from assay.examinations.cipher.material import algorithms, keys, schemes
from assay.examinations.cipher.material.der import INTEGER, SEQUENCE, SET, DerError, Element, parse
from assay.examinations.cipher.material.found import Found, Item, Value, closed, joined, unread, use
from assay.examinations.cipher.material.unlocking import Passwords

_PKCS7, _BAG, _SM_CMS = "1.2.840.113549.1.7.", "1.2.840.113549.1.12.10.1.", "1.2.156.10197.6.1.4.2."
_DATA, _SIGNED, _ENVELOPED, _SIGNED_ENVELOPED, _ENCRYPTED = 1, 2, 3, 4, 6
_DEEPEST = 4
MOST_BAGS = 20_000
Read = Callable[[bytes], Found]


def content_type(oid: str) -> int:
    """Which content of PKCS#7 an identifier names, in its own arc or that of GM/T 0010; 0 is none."""
    for arc in (_PKCS7, _SM_CMS):
        last = oid.removeprefix(arc)
        if last != oid and last.isdigit():
            return int(last)
    return 0


class Pkcs12:
    """One keystore. `read` reads a DER element that a bag holds."""

    def __init__(self, passwords: Passwords, read: Read) -> None:
        self._passwords = passwords
        self._read = read
        self._bags = 0
        self._sealed = 0
        self._told: dict[str, Scalar] = {}
        self._uses: dict[tuple[tuple[str, Scalar], ...], Value] = {}
        self._why = ""

    def store(self, parts: Sequence[Element]) -> Found:
        """PFX: version, contents, MAC."""
        oid, content = _content(parts[1])
        if content_type(oid) != _DATA:
            return joined((self._stated(), unread("a PKCS#12 keystore that is signed instead of having a MAC")))
        safe = content.octets()
        if len(parts) > 2:
            self._mac(parts[2], safe)
        inside = [self._part(part) for part in parse(safe).children(SEQUENCE)]
        missing = (closed(f"a PKCS#12 keystore, {self._sealed} of its parts: {self._why}"),) if self._sealed else ()
        return joined((self._stated(), *inside, *missing))

    def _mac(self, element: Element, safe: bytes) -> None:
        told, uses, derivation, code = schemes.mac(element)
        self._tell(told, uses)
        found = self._passwords.verifies(derivation, safe, code) if derivation is not None else None
        if found is not None:  # the others need not be tried on every part
            self._passwords.given = (found,)

    def _part(self, element: Element) -> Found:
        oid, content = _content(element)
        kind = content_type(oid)
        if kind == _DATA:
            return self._contents(content.octets(), 0)
        if kind == _ENCRYPTED:
            return self._encrypted(*_sealed(content))
        self._sealed += 1
        self._why = self._why or "encrypted for the holder of a key"
        return Found()

    def _encrypted(self, algorithm: Element, sealed: bytes) -> Found:
        scheme = schemes.read(algorithm)
        if scheme is None:
            return unread("a part of a PKCS#12 keystore under an unknown scheme")
        self._tell(scheme.told, scheme.uses)
        opened = self._passwords.open(scheme, sealed, lambda content: bool(parse(content).children(SEQUENCE)))
        if opened.content is None:
            self._sealed += 1
            self._why = opened.why
            return Found()
        return self._contents(opened.content, 0)

    def _contents(self, content: bytes, depth: int) -> Found:
        if depth > _DEEPEST:
            raise DerError(f"bags nested deeper than {_DEEPEST}")
        return joined(self._bag(bag, depth) for bag in parse(content).children(SEQUENCE))

    def _bag(self, bag: Element, depth: int) -> Found:
        self._bags += 1
        if self._bags > MOST_BAGS:
            raise DerError(f"more than {MOST_BAGS} bags")
        parts = bag.children(SEQUENCE)
        oid, value = parts[0].oid(), parts[1].inner()
        match oid.removeprefix(_BAG):  # RFC 7292, section 4.2: key, sealed key, certificate, list, secret, bags
            case "1":
                return keys.private_key(value.children(SEQUENCE)) or unread("a key bag")
            case "2":
                return keys.encrypted_private_key(value.children(SEQUENCE), self._passwords) or unread("a key bag")
            case "3" | "4":
                return self._read(value.children(SEQUENCE)[1].inner().octets())
            case "5":
                return keys.sealed_key("PKCS#12", {"protection": None}, (), "secret-key")
            case "6":
                return self._contents(value.raw, depth + 1)
        return unread(f"a bag of type {oid}")

    def _tell(self, told: Value, uses: Sequence[Value]) -> None:
        for key, item in told.items():
            self._told.setdefault(key, item)
        for one in uses:
            self._uses.setdefault(tuple(one.items()), one)

    def _stated(self) -> Found:
        value: dict[str, Scalar] = {"material": "keystore", "format": "PKCS#12", **self._told}
        value["protection"] = "encrypted" if self._sealed else "none" if "encryption" not in self._told else "encrypted"
        value["entries"] = self._bags
        return Found((Item(value, tuple(self._uses.values())),))


def message(top: Element, oid: str, read: Read) -> Found | None:
    """A ContentInfo of PKCS#7; None when its content is of no kind that is read."""
    parts = top.children()
    kind = content_type(oid)
    if kind not in {_SIGNED, _ENVELOPED, _SIGNED_ENVELOPED, _ENCRYPTED} or len(parts) < 2:
        return None
    body = parts[1].inner()
    inside = body.children(SEQUENCE)
    if kind in {_ENVELOPED, _ENCRYPTED}:
        algorithm, _ = _sealed(body)
        scheme = schemes.read(algorithm)
        return (
            Found(
                (
                    Item(
                        {"material": "message", "format": "PKCS#7", "protection": "encrypted", **scheme.told},
                        scheme.uses,
                    ),
                )
            )
            if scheme
            else None
        )
    held = [part for part in inside if part.tag in {0xA0, 0xA1}]
    found = [read(one.raw) for part in held for one in part.children() if one.tag == SEQUENCE]
    uses: dict[tuple[tuple[str, Scalar], ...], Value] = {}
    for signer in inside[-1].children() if inside[-1].tag == SET else ():
        for one in _signer(signer):
            uses.setdefault(tuple(one.items()), one)
    entries = sum(len(part.items) for part in found)
    value: dict[str, Scalar] = {"material": "message", "format": "PKCS#7", "protection": "none", "entries": entries}
    return joined((Found((Item(value, tuple(uses.values())),)), *found))


def authority_key_file(parts: Sequence[Element], read: Read) -> Found | None:
    """SEQUENCE { 1, { data, SM4, sealed key }, { data, certificate } }: a `.sm2` file; None when it is not that."""
    if [part.tag for part in parts] != [INTEGER, SEQUENCE, SEQUENCE]:
        return None
    sealed, public = parts[1].children(), parts[2].children()
    if len(sealed) != 3 or len(public) != 2 or sealed[0].tag != 6 or content_type(sealed[0].oid()) != _DATA:
        return None
    cipher = algorithms.named(sealed[1].oid())[0]
    told = {"encryption": str(cipher["algorithm"])}
    key = keys.sealed_key("CFCA", told, (use(cipher, "encryption"),))
    return joined((key, read(public[1].octets()), closed("the private key of an SM2 file: no way to open it")))


def _signer(signer: Element) -> list[Value]:
    """Digest and signature algorithm of one SignerInfo."""
    named = [part for part in signer.children(SEQUENCE)[2:] if part.tag == SEQUENCE]
    if len(named) < 2:
        return []
    digest, signature = named[0], algorithms.signature(named[-1].raw)
    of_digest = algorithms.named(algorithms.identifier(digest)[0], "hash")[0]
    return [*(use(fields, "signature") for fields in signature), use(of_digest, "signature")]


def _content(element: Element) -> tuple[str, Element]:
    """Type and content of a ContentInfo."""
    parts = element.children(SEQUENCE)
    if len(parts) < 2:
        raise DerError(f"no content at {element.start}")
    return parts[0].oid(), parts[1].inner()


def _sealed(body: Element) -> tuple[Element, bytes]:
    """Algorithm and ciphertext of the EncryptedContentInfo inside a message."""
    for part in body.children(SEQUENCE):
        inside = part.children() if part.tag == SEQUENCE else []
        if len(inside) >= 2 and [one.tag for one in inside[:2]] == [6, SEQUENCE]:
            return inside[1], inside[2].octets() if len(inside) > 2 else b""
    raise DerError(f"no encrypted content at {body.start}")
