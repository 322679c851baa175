"""Weak cryptography hidden in .NET assemblies, and assemblies that hide none: see test_no_false_acquittal.py.

Each is one of tests/fixtures/compiled, delivered alone.
"""

import struct
from collections.abc import Mapping

from tests.examinations.cipher.compiled.dotnet.made import kept

MD, DES, ECB, RC4 = "crypto.md-family", "crypto.des", "crypto.ecb", "crypto.rc4"
TLS, CERT, HOST = "crypto.tls-old", "crypto.certificate-check-off", "crypto.host-name-check-off"
KEY, WEAK = "crypto.hard-coded-key", "crypto.weak-random"
_ASSEMBLIES = kept()
_RULES = {
    MD: "Plain Named Joined Formatted Chosen Switched Looped Caught Lent Given Elsewhere Kept Told Waiting Yielding "
    "Lambda Closed Handed Generic Inside Reflected Loaded Imported Late Started Pointer Assigned Shadowed Borrowed "
    "Unicode Posing Nested Configured Own Modern",
    RC4: "Stream",
    DES: "Old",
    ECB: "Blocks Either",
    TLS: "Protocol",
    CERT: "Trusting Checked Modern",
    HOST: "Trusting Checked",
    KEY: "Key Words Configured Modern",
    WEAK: "Token Nameless",
}
_PLAIN = _ASSEMBLIES["Plain"]
_TABLES = _PLAIN.index(b"BSJB")


def _without_code() -> bytes:
    """The assembly with every body turned into what is no code, as a protector does that decrypts it while it runs."""
    start, size, at = struct.unpack_from("<III", _PLAIN, _PLAIN.index(b".text\0") + 12)
    return _PLAIN[: at + 0x50] + b"\x24" * (_TABLES - at - 0x50) + _PLAIN[_TABLES:] if start and size else b""


_MADE = {
    "cut short": _PLAIN[:-600],
    "without metadata": _PLAIN[:_TABLES] + bytes(4) + _PLAIN[_TABLES + 4 :],
    "without code": _without_code(),
    "under another ending": _PLAIN,
}
HIDDEN: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    **{
        f"assembly: {name} ({rule})": (rule, {f"{name}.dll": _ASSEMBLIES[name]})
        for rule, names in _RULES.items()
        for name in names.split()
    },
    **{
        f"assembly {what}": (MD, {"a.dat" if "ending" in what else "A.dll": content}) for what, content in _MADE.items()
    },
}
HARMLESS: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    f"assembly: {name} ({rule})": (rule, {f"{name}.dll": _ASSEMBLIES[name]})
    for rule, names in {
        MD: "Digest Sealed Busy Screen",
        DES: "Digest Sealed Busy",
        ECB: "Sealed",
        KEY: "Sealed",
    }.items()
    for name in names.split()
}
