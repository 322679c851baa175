"""Report formats that an operator adds by configuration: name, separator, digest."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    name: str
    separator: str
    digest: str


def from_settings(settings: Mapping[str, str]) -> Format:
    return Format(settings["name"], settings.get("separator", ";"), settings["digest"])


def footer(body: bytes, chosen: Format) -> str:
    """The last line of a report. The digest is whatever this Python offers under the configured name."""
    function = getattr(hashlib, chosen.digest)
    return f"{chosen.digest.upper()}={function(body).hexdigest()}"


def footer_by_name(body: bytes, chosen: Format) -> str:
    return hashlib.new(chosen.digest, body).hexdigest()


def describe(chosen: Format) -> str:
    warning = "hashlib.md5() and hashlib.sha1() are for old readers only"
    return f"{chosen.name}: {warning}" if chosen.digest in {"md5", "sha1"} else chosen.name
