"""A file name for the dossier of a product, whatever the product calls itself.

A name may hold separators, control and direction characters, or be thousands of characters long. Letters, marks and
digits of any script, `-`, `_` and `.` are kept and white space becomes `-`; when anything else had to go, eight digits
of the name's SHA-256 are added, so that two products never share a dossier for want of letters.
"""

import hashlib
import unicodedata
from pathlib import Path

SUFFIX = ".assay"
_LONGEST = 120  # bytes of UTF-8, of the 255 that file systems take
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def default_path(product: str, folder: Path) -> Path:
    """`<folder>/<product>.assay`, one path component whatever `product` is."""
    return folder / (_safe(product) + SUFFIX)


def _safe(product: str) -> str:
    wanted = "-".join(unicodedata.normalize("NFC", product).split())
    kept = "".join(letter if letter in "-_." or unicodedata.category(letter)[0] in "LMN" else "-" for letter in wanted)
    kept = kept.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore").strip("-.")
    if kept == wanted and kept and kept.split(".")[0].lower() not in _RESERVED:
        return kept
    digest = hashlib.sha256(product.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{kept or 'product'}-{digest}"
