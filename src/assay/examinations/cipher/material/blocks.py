"""What a block of PEM holds, by its label and its content."""

from typing import Final

from assay.examinations.cipher.material import keys, schemes, shapes, ssh
from assay.examinations.cipher.material.der import SEQUENCE, Element, parse
from assay.examinations.cipher.material.found import Found, closed, damaged, joined, unread
from assay.examinations.cipher.material.pem import Block
from assay.examinations.cipher.material.unlocking import Passwords

_ELSEWHERE: Final = ("PGP ", "SSL SESSION", "ATTRIBUTE CERTIFICATE", "AGE ", "SSH SIGNATURE", "TOR ", "OPENVPN ")


def read(block: Block, passwords: Passwords) -> Found:
    """Everything that the block holds. Never raises."""
    if block.label.startswith(_ELSEWHERE):
        return unread(f"{block.label} is not read")
    if block.data is None:
        return damaged(f"{block.label}: its content does not decode")
    if "ENCRYPTED" in block.headers.get("Proc-Type", ""):
        return _old(block, block.data, passwords)
    if block.label == "OPENSSH PRIVATE KEY":
        return ssh.private_key(block.data)
    if block.label == "SSH2 PUBLIC KEY":
        return ssh.public_key(block.data)
    found = shapes.read(block.data, passwords, block.label)
    return found if block.ended or not found.items else joined((found, damaged(f"{block.label}: no end line")))


def _old(block: Block, data: bytes, passwords: Passwords) -> Found:
    """A key under the header DEK-Info."""
    cipher, _, iv = block.headers.get("DEK-Info", "").partition(",")
    scheme = schemes.old_pem(cipher.strip(), iv.strip())
    form = {"RSA PRIVATE KEY": "PKCS#1", "EC PRIVATE KEY": "SEC1"}.get(block.label, "traditional")
    opened = passwords.open(scheme, data, _is_key)
    if opened.content is not None:
        inside = keys.private_key(parse(opened.content).children(SEQUENCE))
        if inside is not None:
            return keys.with_scheme(inside, scheme, empty=opened.empty)
    return joined((keys.sealed_key(form, scheme.told, scheme.uses), closed(f"{block.label}: {opened.why}")))


def _is_key(content: bytes) -> bool:
    return keys.private_key(Element(content, 0, len(content)).children(SEQUENCE)) is not None
