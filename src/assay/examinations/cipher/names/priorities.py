"""Priority strings of GnuTLS: `NORMAL:-VERS-ALL:+VERS-TLS1.0:+ARCFOUR-128`.

*It cannot see* what a keyword such as NORMAL, SYSTEM or @POLICY switches on: that depends on the library's version and
on the machine.
Source: GnuTLS 3.8 manual, "Priority strings".
"""

import re
from collections.abc import Iterator
from typing import Final

from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.reading import Reading

_VERSION: Final = re.compile(r"VERS-(SSL|TLS|DTLS)(\d\.\d)")
_BY_CLASS: Final = frozenset(
    {"LEGACY", "VERS-ALL", "VERS-TLS-ALL", "VERS-DTLS-ALL", "CIPHER-ALL", "MAC-ALL", "SIGN-ALL"}
)
_SPELT: Final = {"ARCFOUR-128": "RC4-128", "ARCFOUR-40": "RC4-40", "3DES-CBC": "3DES-168-CBC", "NULL": "eNULL"}


def priority(text: str) -> tuple[tuple[str, ...], tuple[Reading, ...], bool]:
    """Protocols and algorithms that a string switches on by name, and whether it switches weak ones on by class."""
    items = [item.strip().upper() for item in re.split(r"[:, ]", text)]
    on = [item.removeprefix("+") for item in items if not item.startswith(("-", "!"))]
    versions = (_VERSION.fullmatch(item) for item in on)
    protocols = tuple(f"{found[1]}v{found[2]}".replace("SSLv3.0", "SSLv3") for found in versions if found is not None)
    return protocols, tuple(_named(on)), not _BY_CLASS.isdisjoint(on)


def _named(items: list[str]) -> Iterator[Reading]:
    for item in items:
        name = item.removeprefix("SIGN-").removeprefix("MAC-")
        name = "MD5" if item in {"%VERIFY_ALLOW_SIGN_RSA_MD5", "SIGN-RSA-MD5"} else _SPELT.get(name, name)
        reading = read(name) if "-ALL" not in name else None
        if reading is not None:
            yield from (reading, *reading.parts)
