"""DER without a name: what it is follows from the shape of its first elements.

Names of files and labels of PEM blocks lie, shapes do not; a label decides only where two forms have one shape.
*It cannot see* OpenPGP, BCFKS, time stamps, OCSP answers and attribute certificates: they are shortfalls.
"""

from collections.abc import Callable, Sequence

from assay.examinations.cipher.material import certificates, keys, stores
from assay.examinations.cipher.material.der import BITS, INTEGER, OID, SEQUENCE, DerError, Element, parse
from assay.examinations.cipher.material.found import Found, damaged, unread
from assay.examinations.cipher.material.unlocking import Passwords

_GROUPS = ("DH PARAMETERS", "X9.42 DH PARAMETERS")
_DEEPEST = 4


def read(data: bytes, passwords: Passwords, label: str = "", depth: int = 0) -> Found:
    """Everything that one element of DER holds. Never raises."""
    if depth > _DEEPEST:
        return unread(f"nested deeper than {_DEEPEST}")
    try:
        found = _read(data, passwords, label, lambda inside: read(inside, passwords, "", depth + 1))
    except (DerError, IndexError) as fault:
        reason = str(fault) if isinstance(fault, DerError) else "elements are missing"
        return damaged(f"{label or 'DER'}: {reason}")
    return found or unread(f"{label or 'DER'} of a form that is not read")


def _read(data: bytes, passwords: Passwords, label: str, inside: Callable[[bytes], Found]) -> Found | None:
    top = Element(data, 0, len(data))
    if top.tag == OID and label.endswith("PARAMETERS"):
        return keys.curve_parameters(top)
    if top.after != len(data) and label != "TRUSTED CERTIFICATE" and data[top.after :].strip(b"\0\r\n"):
        raise DerError(f"{len(data) - top.after} bytes follow the end")
    parts = top.children(SEQUENCE)
    tags = [part.tag for part in parts[:12]]
    if tags[:3] == [SEQUENCE, SEQUENCE, BITS]:
        return certificates.signed(top, parts)
    if tags[:1] == [OID]:
        return stores.message(top, parts[0].oid(), inside)
    if tags == [SEQUENCE, BITS]:
        return keys.public_key(top)
    if tags[:2] == [INTEGER, SEQUENCE]:
        return _numbered(parts, passwords, label, inside)
    if label in _GROUPS and tags[:2] == [INTEGER, INTEGER]:
        return keys.group_parameters(parts)
    return keys.private_key(parts) or keys.encrypted_private_key(parts, passwords) or keys.bare_numbers(parts)


def _numbered(
    parts: Sequence[Element], passwords: Passwords, label: str, inside: Callable[[bytes], Found]
) -> Found | None:
    """A version, then a structure."""
    if parts[0].content == b"\3" and parts[1].children()[:1] and parts[1].children()[0].tag == OID:
        return stores.Pkcs12(passwords, inside).store(parts)
    if label.endswith("PARAMETERS"):
        return keys.curve_parameters(parse(parts[0].data))
    return keys.private_key(parts) or stores.authority_key_file(parts, inside)
