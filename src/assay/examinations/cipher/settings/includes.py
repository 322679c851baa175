"""Files that other files pull in, once all files were seen.

Every file was examined by itself already. What is left: a file that was read in another grammar than that of the file
which includes it is read again; a file that is named and not delivered makes the including one partial, and so does a
circle; and what listens with TLS without saying versions takes those of a file that it belongs with, or the
software's default, which is undetermined. A pattern that matches nothing pulls in nothing.

*It cannot see* where a file will be installed: names are compared from their end, so that `/etc/nginx/conf.d/*.conf`
is any delivered `.../etc/nginx/conf.d/*.conf` or `.../conf.d/*.conf` beside the including file.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import translate

from msgspec import Struct

from assay.core.examination import Artifact, Concluded, FileMeta, Index, Lab, Shortfall
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.settings.entries import Entry, Include
from assay.examinations.cipher.settings.harmless import variable
from assay.examinations.cipher.settings.mentions import anywhere
from assay.examinations.cipher.settings.services import DIRECTIVES
from assay.examinations.cipher.settings.software import read_as
from assay.examinations.cipher.settings.stating import Stating, stated

MOST_INCLUDES = 5_000
MOST_MATCHED = 200
_HARMLESS = re.compile(
    r"(mime\.types|(fastcgi|uwsgi|scgi)(_params|\.conf|-php\.conf)|proxy_params|koi-\w+|win-utf|ports\.conf|fipsmodule\.cnf)$"
)
_WILD = re.compile(r"[*?\[]")
_READ: frozenset[str] = frozenset({"configuration", "unknown", "text", "data"})


class Included(Struct, frozen=True):
    """What a file tells about its neighbours: the summary of `cipher.setting`."""

    software: str
    includes: tuple[Include, ...] = ()
    waiting: tuple[Entry, ...] = ()
    general: bool = False


class IncludedSettings:
    """An `Examination` over the summaries of `cipher.setting`."""

    id = "cipher.includes@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse", "crypto.setting")
    summaries_of = "cipher.setting@2"

    def conclude(
        self,
        artifact: Artifact,
        summaries: Mapping[str, Sequence[object]],
        index: Index,
        lab: Lab,  # noqa: ARG002
    ) -> Concluded:
        told = {path: row for path, rows in summaries.items() for row in rows if isinstance(row, Included)}
        if not any(row.includes or row.waiting for row in told.values()):
            return Concluded()
        folders = _Folders(artifact)
        metas = {meta.path: meta for meta in artifact.files if meta.path in told}
        pulls: dict[str, list[str]] = {}
        shortfalls: list[tuple[FileMeta, Shortfall]] = []
        again: dict[tuple[str, str], FileMeta] = {}
        left = MOST_INCLUDES
        for path, row in told.items():
            for include in row.includes:
                left -= 1
                found = folders.matching(metas[path], include.pattern) if left >= 0 else []
                if left < 0 or (not found and _missed(include)):
                    detail = f"line {include.line}: includes {include.pattern[:120]}, which is not in the delivery"
                    shortfalls.append((metas[path], Shortfall("configuration", detail)))
                pulls.setdefault(path, []).extend(meta.path for meta in found)
                for meta in found:
                    if meta.path not in told or told[meta.path].software != row.software:
                        again[row.software, meta.path] = meta
        shortfalls += [
            (metas[circle[0]], Shortfall("configuration", "includes run in a circle: " + " > ".join(circle)))
            for circle in _circles(pulls)
        ]
        facts = list(self._waiting(told, metas, _neighbours(pulls)))
        for (software, _), meta in again.items():
            stating = self._read_again(software, meta, told.get(meta.path), index)
            facts += stated(stating.facts)
            shortfalls += [(meta, shortfall) for shortfall in stating.shortfalls()]
        return Concluded(tuple(facts), tuple(shortfalls))

    def _read_again(self, software: str, meta: FileMeta, told: Included | None, index: Index) -> Stating:
        stating = Stating(meta, software, self.id)
        if software == "generic" or meta.file_class not in _READ or (told and told.software != "generic"):
            return stating
        view = index.view(meta)
        if view is None:
            stating.lines[1] = "larger than one unit"
        elif anywhere(view.content):
            stating.read(read_as(software, meta, view.content))
        return stating

    def _waiting(
        self, told: Mapping[str, Included], metas: Mapping[str, FileMeta], near: Mapping[str, set[str]]
    ) -> Iterator[Fact]:
        for path, row in told.items():
            if any(told[other].general for other in near.get(path, ()) if other in told):
                continue
            for entry in row.waiting:
                yield from self._default(row.software, metas[path], entry)

    def _default(self, software: str, meta: FileMeta, entry: Entry) -> Iterator[Fact]:
        subject = meta.subject(entry.place[:200])
        evidence = (
            Evidence(meta.path, entry.line, f"{entry.key} {entry.text}"[:160], expression="the software's default"),
        )
        directive = DIRECTIVES[software]
        yield Fact(
            "crypto.setting",
            subject,
            {"software": software, "meaning": "protocols", "directive": directive, "place": entry.place[:200],
             "content": None, "default": True},
            self.id,
            evidence,
        )  # fmt: skip
        value = {"protocol": "TLS", "version": None, "seen": "config", "state": "used", "reach": "possible"}
        yield Fact("crypto.protocol", subject, value, self.id, evidence)


def _missed(include: Include) -> bool:
    """Whether a file that is not there leaves a gap."""
    return not (
        include.optional
        or _WILD.search(include.pattern)
        or include.pattern.endswith("/")
        or _HARMLESS.search(include.pattern.lower())
    )


class _Folders:
    """The delivered files by the last name of their folder."""

    def __init__(self, artifact: Artifact) -> None:
        self.by_name: dict[str, list[tuple[str, FileMeta]]] = {}
        for meta in artifact.files:
            if meta.file_class in _READ:
                path = meta.path.replace("!", "/")
                self.by_name.setdefault(posixpath.basename(posixpath.dirname(path)), []).append((path, meta))

    def matching(self, meta: FileMeta, pattern: str) -> list[FileMeta]:
        """Files that the pattern may mean, those beside the including file first."""
        if variable(pattern) and not _WILD.search(pattern):
            return []
        folder, _, name = re.sub(r"^(?:\./)+|^[A-Za-z]:", "", pattern).rpartition("/")
        own = posixpath.dirname(meta.path.replace("!", "/"))
        last = posixpath.basename(folder) or posixpath.basename(own)
        wanted = re.compile(translate(name or "*"))
        beside = posixpath.normpath(posixpath.join(own, folder)) if not folder.startswith("/") else ""
        tail = folder.lstrip("/")
        found: list[FileMeta] = []
        for path, other in self.by_name.get(last, ()) if ".." not in folder else self._all():
            where, _, base = path.rpartition("/")
            fits = where == beside or (tail and (where == tail or where.endswith("/" + tail)))
            if fits and wanted.match(base) and other.component == meta.component:
                found.append(other)
                if len(found) >= MOST_MATCHED:
                    break
        return found

    def _all(self) -> Iterator[tuple[str, FileMeta]]:
        for group in self.by_name.values():
            yield from group


def _neighbours(pulls: Mapping[str, Sequence[str]]) -> dict[str, set[str]]:
    """Files that belong together by includes, in either direction."""
    parent: dict[str, str] = {}

    def root(path: str) -> str:
        while parent.setdefault(path, path) != path:
            parent[path] = parent[parent[path]]
            path = parent[path]
        return path

    for path, others in pulls.items():
        for other in others:
            parent[root(other)] = root(path)
    groups: dict[str, set[str]] = {}
    for path in list(parent):
        groups.setdefault(root(path), set()).add(path)
    return {path: groups[root(path)] for path in parent}


def _circles(pulls: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """One list of paths per circle, in the order in which they include each other; without recursion."""
    done: set[str] = set()
    for start in pulls:
        trail: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = [(start, iter(pulls.get(start, ())))] if start not in done else []
        while stack:
            path, others = stack[-1]
            if len(trail) < len(stack):
                trail.append(path)
            following = next(others, None)
            if following is None:
                done.add(path)
                stack.pop()
                trail.pop()
            elif following in trail:
                yield [*trail[trail.index(following) :], following]
            elif following not in done:
                stack.append((following, iter(pulls.get(following, ()))))
