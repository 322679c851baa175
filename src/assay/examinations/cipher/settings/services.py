"""What listens with TLS and does not say in which versions: the software's own default decides.

nginx, Apache and haproxy only. Their defaults held TLS 1.0 in versions that still run (nginx before 1.27.3, httpd
2.4, haproxy before 2.2; from memory), so the version is undetermined. A setting above a server holds for it; one in
another file may, which is why `includes` decides once it knows which files belong together.
"""

from collections.abc import Sequence

from assay.examinations.cipher.settings.entries import Entry
from assay.examinations.cipher.settings.meanings import meaning_of

_VERSIONS = frozenset({"protocols", "min-protocol", "max-protocol"})
DIRECTIVES = {"nginx": "ssl_protocols", "apache": "SSLProtocol", "haproxy": "ssl-min-ver"}


def pending(software: str, entries: Sequence[Entry]) -> tuple[tuple[Entry, ...], bool]:
    """Where TLS is switched on without versions, and whether the file sets versions for other files as well."""
    if software not in DIRECTIVES:
        return (), False
    set_at = {_holder(software, entry) for entry in entries if _sets(software, entry)}
    waiting: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        if _listens(software, entry):
            path = entry.path
            if not any(path[:depth] in set_at for depth in range(len(path) + 1)):
                waiting.setdefault(path, entry)
    general = any(not path or path[-1] in {"http", "stream", "mail"} or _open_to_all(path) for path in set_at)
    return tuple(waiting.values()), general


def _open_to_all(path: tuple[str, ...]) -> bool:
    """Apache's blocks that only ask for a module."""
    return all(name.lower().startswith("ifmodule") for name in path)


def _holder(software: str, entry: Entry) -> tuple[str, ...]:
    """The block that a setting holds for. haproxy's defaults hold for all of the file."""
    if software == "haproxy" and entry.path and "default" in entry.path[-1]:
        return ()
    return tuple(name for name in entry.path if not _open_to_all((name,))) if software == "apache" else entry.path


def _sets(software: str, entry: Entry) -> bool:
    meaning = meaning_of(software, entry.key, entry.around)
    return meaning is not None and meaning.what in _VERSIONS and "proxy" not in entry.key.lower()


def _listens(software: str, entry: Entry) -> bool:
    key, values = entry.key.lower(), [value.lower() for value in entry.values]
    if software == "nginx":
        return (key == "listen" and bool({"ssl", "quic"} & set(values))) or (key == "ssl" and values == ["on"])
    if software == "apache":
        return key == "sslengine" and values[:1] in (["on"], ["optional"])
    return key == "ssl" and bool(entry.path) and entry.path[-1].startswith("bind")
