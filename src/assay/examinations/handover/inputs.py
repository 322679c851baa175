"""What a build of the deposit needs, and whether the deposit holds it: a fact `deposit.input` for each.

    instructions   a file that says how to build: BUILD, INSTALL, HACKING ..., or a README that speaks of it
    recipe         the file of a build system (`systems`)
    parts-list     a list of third-party parts: an SBOM, a lock file, notices
    documents      anything written for people
    dependency     a third-party part that a build file asks for (`dependencies`): delivered, or not
    submodule      a Git submodule: its folder holds files, or not
    large-file     a pointer of Git LFS where the file should be
    include        a header in quotes (C, C++) that is nowhere in the deposit
    import         a module of the own package (Python, JavaScript, TypeScript) that is nowhere in the deposit

`state` is null where reading cannot tell: a part that the machine is asked for, a header or module that a build may
make or that only another platform wants. A build in the clean room settles those; see `levels`.

What it cannot see: whether instructions are right, names that build files compute, imports of Java, Go and others
(their compilers say). Tests, examples and vendored code are not asked what they need.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from assay.core import late
from assay.core.attempts import Attempt
from assay.core.errors import said
from assay.core.examination import FileMeta
from assay.core.facts import Evidence, Fact, Scalar, Subject
from assay.examinations.handover import systems
from assay.examinations.handover.dependencies import READERS, UnreadableError

KIND = "deposit.input"
BY = "handover.inputs@1"
LARGEST = 1 << 20  # bytes of a file that is read for this
MOST = 2_000  # facts of one class
_PLACES = 5
_POINTER = b"version https://git-lfs.github.com/spec/v1"
_WORSE = ("present", None, "absent")
_NOT_ASKED = ("test", "example", "vendored")
_NAMED: Mapping[str, re.Pattern[str]] = {
    "instructions": re.compile(
        r"(build(ing)?|install(ing|ation)?|hacking|compil(e|ing)|contributing)([-_.].*)?\.?(md|txt|rst|adoc|html?|pdf|docx?)?"
        r"|.*(构建|编译|安装)(说明|指南|手册)?.*",
        re.IGNORECASE,
    ),
    "parts-list": re.compile(
        r".*\.(spdx(\.json|\.rdf|\.yaml)?|cdx\.(json|xml))|bom\.(json|xml)|sbom.*|package-lock\.json|yarn\.lock"
        r"|pnpm-lock\.yaml|poetry\.lock|uv\.lock|pipfile\.lock|requirements.*\.(txt|lock)|cargo\.lock|go\.sum"
        r"|gradle\.lockfile|packages\.lock\.json|composer\.lock|gemfile\.lock|third[-_]?party.*|notice(\.[a-z]+)?",
        re.IGNORECASE,
    ),
    "documents": re.compile(r".*\.(md|rst|adoc|pdf|docx?|odt|html?)|readme.*|manual.*|changelog.*", re.IGNORECASE),
}
_README = late.expression(r"readme(\.[a-z]+)?(\.[a-z]+)?", re.IGNORECASE)
_SPEAKS_OF_BUILDING = late.expression(
    rb"\b(build|compile|make install|cmake|mvn|gradle|cargo build|go build|npm (ci|install|run)|pip install)\b"
    + "|构建|编译".encode(),
    re.IGNORECASE,
)
_INCLUDE = late.expression(rb'^[ \t]*#[ \t]*include[ \t]*"([^"\r\n]{1,300})"', re.MULTILINE)
_RELATIVE = late.expression(rb"^[ \t]*from[ \t]+(\.+)([A-Za-z_][\w.]*)[ \t]+import\b", re.MULTILINE)
_REQUIRED = late.expression(rb"""(?:\brequire\(|\bfrom|\bimport\(?)[ \t]*["'](\.{1,2}/[^"'\r\n]{1,300})["']""")
_SCRIPT_ENDS = ("", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".json", ".vue", ".svelte", ".d.ts", ".css", ".node")
_PYTHON_ENDS = (".py", "/__init__.py", ".pyi", ".pyx", ".so", ".pyd", "")
_MADE_FROM = (".in", ".cmake", ".tmpl", ".template", ".j2", ".m4", ".def")

Read = Callable[[FileMeta], bytes]


class _Held(Struct):
    """Paths of a deposit, by whole path, folder and last part; `files` are names of delivered packages."""

    paths: set[str]
    lower: set[str]
    folders: set[str]
    names: dict[str, list[str]]
    packages: list[str]

    @classmethod
    def of(cls, files: Iterable[FileMeta], beside: Iterable[str]) -> "_Held":
        held = cls(set(), set(), set(), {}, [])
        packages = set(beside)
        for meta in files:
            held.paths.add(meta.logical)
            held.lower.add(meta.logical.lower())
            held.names.setdefault(posixpath.basename(meta.logical), []).append(meta.logical)
            folder = posixpath.dirname(meta.logical)
            while folder and folder not in held.folders:
                held.folders.add(folder)
                folder = posixpath.dirname(folder)
            packages |= {posixpath.basename(part) for part in meta.path.split("!")}
        ends = (".whl", ".gz", ".zip", ".tgz", ".jar", ".pom", ".war", ".aar", ".nupkg", ".crate", ".gem", ".xz")
        held.packages = sorted(name for name in packages if name.lower().endswith(ends))
        return held

    def folder(self, below: str, folders: Sequence[str]) -> bool:
        """Whether one of the folders is there, below this one or one above."""
        while True:
            places = {posixpath.normpath(posixpath.join(below, folder)) for folder in folders}
            if places & self.folders or places & self.paths:
                return True
            if not below:
                return False
            below = posixpath.dirname(below)

    def package(self, pattern: str) -> bool:
        matcher = re.compile(pattern, re.IGNORECASE)
        return any(matcher.fullmatch(name) for name in self.packages)

    def header(self, name: str) -> bool:
        """Whether a header of this name, or what it is made from, lies anywhere."""
        base = posixpath.basename(name)
        if any(base + end in self.names for end in _MADE_FROM):
            return True
        tail = re.sub(r"^(\.{1,2}/)+", "", posixpath.normpath(name))
        return any(path == tail or path.endswith(f"/{tail}") for path in self.names.get(base, ()))


def inputs(
    files: Sequence[FileMeta], read: Read, component: str, beside: Iterable[str] = ()
) -> tuple[list[Fact], list[Attempt]]:
    """Facts of all classes. `beside` are names of files that were delivered with the deposit for its build.

    `read` gives the first `LARGEST` bytes of a file and may raise OSError: the attempt is then partial.
    """
    found = _Found(files, read, component, _Held.of(files, beside))
    found.written()
    found.parts()
    found.left_out()
    found.referred()
    return found.whole()


class _Found:
    """What was found so far."""

    def __init__(self, files: Sequence[FileMeta], read: Read, component: str, held: _Held) -> None:
        self._files, self._read, self._held = files, read, held
        self._subject = Subject(component, "", "", "unknown")
        self._facts: dict[tuple[str, str], Fact] = {}
        self._short: list[Attempt] = []
        self._counts: dict[str, int] = {}

    def written(self) -> None:
        """Instructions, recipe, list of parts, documents: one fact each, with the places."""
        self._one("recipe", [meta for meta in self._own() if systems.system_of(_base(meta)) is not None])
        readme = [meta for meta in self._own() if _README.fullmatch(_base(meta))]
        told = [meta for meta in readme if _SPEAKS_OF_BUILDING.search(self._content(meta))]
        for what, pattern in _NAMED.items():
            named = [meta for meta in self._own() if pattern.fullmatch(_base(meta)) and _is_text(meta, what)]
            self._one(what, [*named, *told] if what == "instructions" else named)

    def parts(self) -> None:
        """Third-party parts, by the lock file where there is one."""
        for meta in self._own():
            name, folder = _base(meta).lower(), posixpath.dirname(meta.logical)
            for pattern, system, reader, lock in READERS:
                locked = lock and posixpath.join(folder, lock).lower() in self._held.lower
                if not pattern.fullmatch(name) or locked:
                    continue
                if meta.size > LARGEST:
                    self._fell_short(meta, "larger than what is read of a build file")
                    continue
                try:
                    asked = list(reader(self._content(meta).decode("utf-8", "replace")))
                except UnreadableError as error:
                    self._fell_short(meta, f"it does not parse as a file of {system}: {error}")
                    continue
                for part in asked:
                    here = self._held.folder(folder, part.folders) or (part.files and self._held.package(part.files))
                    state = "present" if here else None if part.unsure else "absent"
                    self._state("dependency", part.name[:200], state, meta, system, part.version[:100])

    def left_out(self) -> None:
        """Submodules without files, and pointers instead of large files."""
        for meta in self._files:
            if _base(meta) == ".gitmodules":
                for path in re.findall(
                    rb"^[ \t]*path[ \t]*=[ \t]*([^\r\n]+?)[ \t]*$", self._content(meta), re.MULTILINE
                ):
                    place = posixpath.normpath(
                        posixpath.join(posixpath.dirname(meta.logical), path.decode("utf-8", "replace"))
                    )
                    self._state(
                        "submodule", place[:200], "present" if place in self._held.folders else "absent", meta, "Git"
                    )
            elif len(_POINTER) < meta.size < 400 and self._content(meta).startswith(_POINTER):
                self._state("large-file", meta.logical, "absent", meta, "Git LFS")

    def referred(self) -> None:
        """Headers and modules of the own package that lie nowhere."""
        for meta in self._own():
            if meta.file_class != "source":
                continue
            if meta.format in ("C", "C++"):
                for name in _INCLUDE.findall(self._content(meta)):
                    self._refer("include", name.decode("utf-8", "replace"), self._held.header, meta)
            elif meta.format == "Python":
                for dots, module in _RELATIVE.findall(self._content(meta)):
                    folder = posixpath.normpath(
                        posixpath.join(posixpath.dirname(meta.logical), "../" * (len(dots) - 1))
                    )
                    place = posixpath.normpath(posixpath.join(folder, module.decode().replace(".", "/")))
                    self._refer("import", place, lambda one: self._any(one, _PYTHON_ENDS), meta)
            elif meta.format in ("JavaScript", "TypeScript", "TSX"):
                for name in _REQUIRED.findall(self._content(meta)):
                    place = posixpath.join(posixpath.dirname(meta.logical), name.decode("utf-8", "replace"))
                    self._refer("import", posixpath.normpath(place), self._script, meta)

    def whole(self) -> tuple[list[Fact], list[Attempt]]:
        facts = sorted(self._facts.values(), key=lambda fact: (str(fact.value["input"]), str(fact.value["name"])))
        tried = Attempt(BY, (KIND,), "completed", "", "unknown", "", self._subject.component, "unknown", ran="inline")
        return facts, [*self._short, tried]

    def _own(self) -> Iterator[FileMeta]:
        """Files of the product itself; what lies inside an archive is somebody's package."""
        return (meta for meta in self._files if meta.scope not in _NOT_ASKED and "!" not in meta.logical)

    def _one(self, what: str, places: Sequence[FileMeta]) -> None:
        value: dict[str, Scalar] = {"input": what, "name": what, "state": "present" if places else "absent"}
        evidence = tuple(Evidence(meta.path) for meta in places[:_PLACES])
        self._facts[what, what] = Fact(KIND, self._subject, value, BY, evidence)

    def _state(
        self, what: str, name: str, state: str | None, meta: FileMeta, system: str = "", version: str = ""
    ) -> None:
        """One fact for a name, however many files ask for it; that one asks in vain counts."""
        before = self._facts.get((what, name))
        if before is None:
            self._counts[what] = self._counts.get(what, 0) + 1
            if self._counts[what] > MOST:
                if self._counts[what] == MOST + 1:
                    self._fell_short(meta, f"more than {MOST} of {what}; the rest is not listed")
                return
        else:
            state = max(state, before.value["state"], key=_WORSE.index)  # type: ignore[assignment]
        places = {*(before.evidence if before else ()), Evidence(meta.path)}
        value: dict[str, Scalar] = {"input": what, "name": name, "state": state, "system": system, "version": version}
        self._facts[what, name] = Fact(KIND, self._subject, value, BY, tuple(sorted(places)[:_PLACES]))

    def _refer(self, what: str, name: str, held: Callable[[str], bool], meta: FileMeta) -> None:
        if not held(name):
            self._state(what, name[:200], None, meta, meta.format)

    def _any(self, place: str, ends: Sequence[str]) -> bool:
        return any(place + end in self._held.paths for end in ends) or place in self._held.folders

    def _script(self, place: str) -> bool:
        bare = re.sub(r"\.[mc]?jsx?$", "", place)
        return self._any(place, _SCRIPT_ENDS) or self._any(bare, _SCRIPT_ENDS)

    def _content(self, meta: FileMeta) -> bytes:
        try:
            return self._read(meta)
        except OSError as error:
            self._fell_short(meta, f"it cannot be read: {said(error).en}"[:200])
            return b""

    def _fell_short(self, meta: FileMeta, detail: str) -> None:
        own = (meta.file_class, meta.format, meta.component, meta.scope, meta.path, detail)
        attempt = Attempt(BY, (KIND,), "partial", "unreadable", *own, bytes=meta.size, ran="inline")
        if attempt not in self._short:
            self._short.append(attempt)


def _base(meta: FileMeta) -> str:
    return posixpath.basename(meta.logical)


def _is_text(meta: FileMeta, what: str) -> bool:
    """Instructions are written for people: a program called build.py is a recipe at best."""
    return what != "instructions" or meta.file_class not in ("source", "configuration", "archive")
