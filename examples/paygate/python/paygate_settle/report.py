"""The daily report: one line per payment, in the order in which the gateway took them."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha1 as legacy_digest


@dataclass(frozen=True)
class Line:
    token: str
    merchant: str
    minor_units: int
    currency: str
    md5: str = ""  # column of the 2.x file format; carried along, neither computed nor compared


def render(lines: Iterable[Line]) -> bytes:
    """The report as the clearing house reads it: semicolons, UTF-8, no header."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    for line in lines:
        writer.writerow([line.token, line.merchant, line.minor_units, line.currency, line.md5])
    return out.getvalue().encode()


def total(lines: Iterable[Line], currency: str) -> int:
    return sum(line.minor_units for line in lines if line.currency == currency)


def etag(body: bytes) -> str:
    """Lets a browser skip a report that it has already seen; nothing depends on it but traffic."""
    return '"' + hashlib.md5(body, usedforsecurity=False).hexdigest() + '"'


def digest(body: bytes) -> str:
    """The report's digest on the cover sheet."""
    return hashlib.new("sm3", body).hexdigest()


def branch_digest(body: bytes) -> str:
    """The same for branches that were never upgraded. Not hashlib.md5(body): that was format 1."""
    return legacy_digest(body).hexdigest()


def archive_name(body: bytes, day: str) -> str:
    algorithm = "sha256"
    return f"{day}-{hashlib.new(algorithm, body).hexdigest()[:16]}.csv"
