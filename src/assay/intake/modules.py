"""The name under which the rest of a package imports one of its files.

A library that reviews itself names itself nowhere: its files load each other by relative paths (JavaScript, TypeScript)
or not at all (Go, within one package). What they are called from outside stands in the nearest `package.json` with a
`name`, or in the `module` line of the nearest `go.mod`; below `node_modules/` and `vendor/` the path itself says it.

Cannot see: `exports` and workspaces of npm, `replace` of go.mod, packages named by a build tool.
Source: npm documentation, package.json; Go Modules Reference, go.mod files and vendoring.
"""

import json
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from assay.core.examination import Member
from assay.intake.places import open_locator

_LIMIT = 1 << 20
_FILES: Mapping[str, str] = {"go.mod": "Go", "package.json": "npm"}
_ECOSYSTEMS: Mapping[str, str] = {"Go": "Go", "JavaScript": "npm", "TypeScript": "npm"}
_STORES: Mapping[str, re.Pattern[str]] = {
    "Go": re.compile(r".*(?:^|[/!])(?:vendor|pkg/mod)/(?=[^/]+\.[^/]+/)"),
    "npm": re.compile(r".*(?:^|[/!])node_modules/(?!\.)"),
}
_MODULE = re.compile(rb"^[ \t]*module[ \t]+\"?([\w./~+-]+)", re.MULTILINE)
_VERSION = re.compile(r"@v[^/]*")
_NAME = re.compile(r"(?:@[\w.~-]+/)?[\w.~-]+")


class Modules(Struct, frozen=True):
    """Names of packages by ecosystem and folder; folders end in `/` or `!`, or are ''."""

    named: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, path: str, language: str) -> str:
        """What a file is called in its package, `''` when nothing tells: of Go the path of its package, else the name
        of the package and the path below it."""
        ecosystem = _ECOSYSTEMS.get(language)
        if ecosystem is None:
            return ""
        whole = self._whole(path, ecosystem)
        return whole.rpartition("/")[0] if ecosystem == "Go" else whole

    def _whole(self, path: str, ecosystem: str) -> str:
        stored = _STORES[ecosystem].match(path)
        least = stored.end() if stored is not None else 0
        named, cut = self.named.get(ecosystem, {}), len(path)
        while named and cut > max(least - 1, 0):
            cut = max(path.rfind("/", 0, cut), path.rfind("!", 0, cut)) + 1
            if cut >= least and (name := named.get(path[:cut])):
                return f"{name}/{path[cut:]}"
            cut -= 1
        return _VERSION.sub("", path[least:]) if stored is not None else ""


def read_modules(members: Iterable[Member]) -> Modules:
    named: dict[str, dict[str, str]] = {}
    for member in members:
        cut = max(member.path.rfind("/"), member.path.rfind("!")) + 1
        ecosystem = _FILES.get(member.path[cut:])
        if ecosystem is None or member.size > _LIMIT or "node_modules/" in member.path:
            continue
        name = _go(_content(member)) if ecosystem == "Go" else _npm(_content(member))
        if name:
            named.setdefault(ecosystem, {})[member.path[:cut]] = name
    return Modules(named)


def _content(member: Member) -> bytes:
    try:
        with open_locator(member.locator) as stream:
            return stream.read(_LIMIT)
    except OSError:
        return b""


def _go(content: bytes) -> str:
    found = _MODULE.search(content)
    return found[1].decode() if found is not None else ""


def _npm(content: bytes) -> str:
    try:
        package = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    name = package.get("name") if isinstance(package, dict) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""
