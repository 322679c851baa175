"""Weak cryptography hidden in the code of apps, and apps that hide none: see test_no_false_acquittal.py.

The files are those of tests/fixtures/compiled, made of Hidden.java and Mobile.java, each delivered alone.
"""

from collections.abc import Mapping

from tests.review.hidden_in_classes import CERT, DES, ECB, HOST, KEY, MD, RC4, TLS, WEAK, read

IV = "crypto.static-iv"
DEXES: Mapping[str, bytes] = read("dexes.zip")
_RULES = {
    MD: "Plain Builder Joined Reflected Handle Referred Native Loader Given Chosen Switched Looped Later Caught Slots "
    "Elsewhere Nest Characters Listed Literal Lambda Command Script Own "
    "Passed Written Initialised Layers Filled Refilled Lent Copied Chained Added Renamed Meeting Held Copies Bought",
    RC4: "Stream",
    DES: "Table",
    ECB: "Blocks Kept",
    HOST: "Verifier Desugared",
    CERT: "Trusting Page Insecure Anonymous",
    TLS: "Old Enabled Property",
    KEY: "Key",
    WEAK: "Token",
    IV: "Fixed",
}
_PLAIN = DEXES["Plain.dex"]
_MADE = {
    "cut short": _PLAIN[:-10],
    "of an unknown version": _PLAIN[:4] + b"099" + _PLAIN[7:],
    "of a run time": b"dey\n036" + _PLAIN[7:],
    "of numbers the other way round": _PLAIN[:40] + b"\x12\x34\x56\x78" + _PLAIN[44:],
    "no more than its mark": b"dex\n035\0",
}
HIDDEN: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    **{
        f"dex: {name}": (rule, {"classes.dex": DEXES[f"{name}.dex"]})
        for rule, names in _RULES.items()
        for name in names.split()
    },
    **{f"dex {what}": (MD, {"classes.dex": content}) for what, content in _MADE.items()},
}
HARMLESS: Mapping[str, tuple[str, Mapping[str, bytes]]] = {
    f"dex: {name}": (rule, {"classes2.dex": DEXES[f"{name}.dex"]})
    for rule, names in {MD: "Whole Gallery Store", ECB: "Store", WEAK: "Gallery", CERT: "Gallery Whole"}.items()
    for name in names.split()
}
