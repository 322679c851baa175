"""Weak cryptography hidden in compiled code, and compiled code that hides none: see test_no_false_acquittal.py.

The classes are those of tests/fixtures/compiled, each delivered alone.
"""

import zipfile
from collections.abc import Mapping
from pathlib import Path

MD, DES, ECB, RC4 = "crypto.md-family", "crypto.des", "crypto.ecb", "crypto.rc4"
TLS, CERT, HOST = "crypto.tls-old", "crypto.certificate-check-off", "crypto.host-name-check-off"
KEY, WEAK = "crypto.hard-coded-key", "crypto.weak-random"
_FOLDER = Path(__file__).parent.parent / "fixtures" / "compiled"


def read(name: str) -> dict[str, bytes]:
    """The members of an archive of the folder."""
    with zipfile.ZipFile(_FOLDER / name) as archive:
        return {member: archive.read(member) for member in archive.namelist()}


CLASSES: Mapping[str, bytes] = read("classes.zip")
_RULES = {
    MD: "Plain Builder Joined Reflected Handle Referred Native Loader Given Chosen Switched Looped Later Caught Slots "
    "Elsewhere Nest Characters Listed Literal Lambda Command Script Own "
    "Passed Written Initialised Layers Filled Refilled Lent Copied Chained",
    RC4: "Stream",
    DES: "Table",
    ECB: "Blocks",
    HOST: "Verifier",
    CERT: "Trusting",
    TLS: "Old Enabled Property",
    KEY: "Key",
    WEAK: "Token",
}
_PLAIN = CLASSES["Plain.class"]
_MADE = {
    "cut short": _PLAIN[:-10],
    "followed by more": _PLAIN + b"payload",
    "of an unknown version": _PLAIN[:6] + b"\x00\xff" + _PLAIN[8:],
    "of a broken pool": _PLAIN[:10] + b"\x02" + _PLAIN[11:],
    "no more than its mark": b"\xca\xfe\xba\xbe\0\0\0\x34",
}


def _without_names(content: bytes) -> bytes:
    """The class without names of variables: the attribute is called something else."""
    return content.replace(b"LocalVariableTable", b"LocalVariableTablE")


HIDDEN: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    **{
        f"class: {name}": (rule, {f"{name}.class": CLASSES[f"{name}.class"]})
        for rule, names in _RULES.items()
        for name in names.split()
    },
    **{f"class {what}": (MD, {"A.class": content}) for what, content in _MADE.items()},
    **{f"native: {name}": (MD, {name: content}) for name, content in read("natives.zip").items()},
    "class: a nameless token": (WEAK, {"Token.class": _without_names(CLASSES["Token.class"])}),
}
HARMLESS: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    f"class: {name}": (rule, {f"{name}.class": CLASSES[f"{name}.class"]})
    for rule, names in {MD: "Digest Either Busy Request Private Inner", DES: "Sealed Digest", ECB: "Sealed"}.items()
    for name in names.split()
    if f"{name}.class" in CLASSES
}
