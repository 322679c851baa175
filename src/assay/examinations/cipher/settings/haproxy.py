"""haproxy's lines of options: `bind :443 ssl crt x ssl-min-ver TLSv1.2` is one entry per option.

On a `server` line `verify none` turns the check of the server off; on a `bind` line it says that clients need no
certificate. `ssl-server-verify none` does the former for all servers.
Source: haproxy's configuration manual, sections 5.1 and 5.2 (from memory).
"""

from collections.abc import Iterable, Iterator

from assay.examinations.cipher.settings.entries import Entry

_LINES = frozenset(
    {"bind", "server", "default-server", "ssl-default-bind-options", "ssl-default-server-options", "server-template"}
)
_ONE = frozenset(
    {"ssl-min-ver", "ssl-max-ver", "ciphers", "ciphersuites", "curves", "ecdhe", "crt", "ca-file", "verify",
     "verifyhost", "sigalgs", "client-sigalgs", "crl-file", "crt-list", "ca-verify-file"}
)  # fmt: skip
_FORCED = {"force-sslv3": "SSLv3", "force-tlsv10": "TLSv1.0", "force-tlsv11": "TLSv1.1", "force-tlsv12": "TLSv1.2",
           "force-tlsv13": "TLSv1.3"}  # fmt: skip


def expanded(entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        key = entry.key.lower()
        if key == "ssl-server-verify":
            yield Entry(entry.path, "proxy-ssl-verify", entry.values, entry.line)
        elif key in _LINES:
            yield from _options(entry, key)
        elif key in {"ssl-default-bind-ciphers", "ssl-default-server-ciphers"} or "ssl" in key or key != "bind":
            yield entry


def _options(entry: Entry, key: str) -> Iterator[Entry]:
    named = 0 if "options" in key or key == "default-server" else 1 if key == "bind" else 2
    path = (*entry.path, " ".join((key, *entry.values[: min(named, 1)])))
    words = iter(entry.values[named:])
    for word in words:
        if word in _FORCED:
            yield Entry(path, "ssl-protocols", (_FORCED[word],), entry.line)
        elif word in _ONE:
            name = "ssl-verify-client" if word == "verify" and key == "bind" else word
            name = "ssl-verify" if word == "verify" and key != "bind" else name
            yield Entry(
                path,
                "ssl-verify-name" if word == "verifyhost" else name,
                tuple(filter(None, (next(words, ""),))),
                entry.line,
            )
        elif word in {"ssl", "no-sslv3", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13"}:
            yield Entry(path, word, ("on",), entry.line)
