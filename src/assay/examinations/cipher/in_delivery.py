"""Whether a library that a file imports is in the delivery: then it is read, whoever wrote it.

Each language says where a module lies: in Go by its path, in Java, Kotlin, Python and Rust by folders and files, in
JavaScript by a package's folder. C# and PHP say nothing, and of Kotlin the folders may say less than the names: there a
file must declare the package or namespace.

*It cannot see* that a path which ends alike is another library's.
Source: The Go Programming Language Specification; JLS 7.2; PEP 328; PSR-4; The Rust Reference, Modules.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from assay.core.examination import FileMeta, Index
from assay.examinations.cipher.unlisted import parts_of
from assay.lab.identifiers import is_one_word

_MOST_READ = 64  # files that are opened to see whether one declares a namespace
_ENDINGS = {
    "Java": (".java", ".kt", ".class"), "Kotlin": (".kt", ".java", ".class"), "Python": (".py",),
    "JavaScript": (".js", ".mjs", ".cjs", ".ts", ".jsx"), "TypeScript": (".ts", ".tsx", ".js", ".mts"),
}  # fmt: skip


class Delivery:
    """What one language's files can import from the delivery itself."""

    def __init__(self, language: str, files: Iterable[FileMeta], index: Index) -> None:
        self._language, self._index = language, index
        self._metas = [
            meta for meta in files if meta.file_class in {"source", "configuration"} or meta.format == "Java class"
        ]
        self.has = cache(self._has)

    def _has(self, name: str) -> bool:
        parts = parts_of(name, self._language)
        if self._language == "Go":
            return any(meta.module == name or meta.module.endswith(f"/vendor/{name}") for meta in self._metas)
        if self._language == "Rust":
            return self._is_there(_crate_files(name))
        if self._language == "C#":
            return self._declares(rb"\bnamespace\s+%b(?![\w])", parts, parts[-1])
        if self._language == "PHP":
            several = name.endswith("\\")  # `use A\\Crypto\\{B, C};`
            return self._declares(rb"\bnamespace\s+%b\s*[;{]", parts if several else parts[:-1], parts[-1])
        if self._language in {"JavaScript", "TypeScript"}:
            scopeless = parts[1:] if name.startswith("@") else parts
            return self._is_there(
                [*self._files(parts), *self._files((*parts, "index")), f"{scopeless[0]}/package.json"]
            )
        if self._language == "Python":
            return self._is_there([*self._files(parts), *self._files((*parts, "__init__"))])
        package = parts[: next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts))]
        files = [file for end in range(len(package), len(parts) + 1) for file in self._files(parts[:end])]
        holders = dict.fromkeys((package, parts[:-1]))  # what is imported may be a function of a package
        form = rb"^\s*package\s+%b\s*;?\s*$"
        return self._is_there(files) or any(self._declares(form, one, parts[-1]) for one in holders if one)

    def _files(self, parts: tuple[str, ...]) -> Iterator[str]:
        return ("/".join(parts) + ending for ending in _ENDINGS[self._language])

    def _is_there(self, ends: Iterable[str]) -> bool:
        return any(f"/{end}" in self._tails for end in ends)

    @cached_property
    def _tails(self) -> frozenset[str]:
        """Every end of a path that begins at a folder."""
        paths = (meta.logical.replace("!", "/").split("/") for meta in self._metas)  # archives are folders as well
        return frozenset("/" + "/".join(parts[at:]) for parts in paths for at in range(len(parts)))

    def _declares(self, form: bytes, parts: tuple[str, ...], word: str) -> bool:
        """Whether one of the files that hold the word declares the package or namespace."""
        if not is_one_word(word.encode()):
            return False  # compiled code may call a type anything
        joint = "\\" if self._language == "PHP" else "."
        named = re.compile(form % re.escape(joint.join(parts)).encode(), re.MULTILINE | re.IGNORECASE)
        holding = (meta for meta in self._index.files_with(word.encode()) if meta.file_class == "source")
        nearest = sorted(holding, key=lambda meta: word.lower() not in meta.logical.lower())  # many only use the name
        views = (self._index.view(meta) for meta in nearest[:_MOST_READ])
        return any(view is not None and named.search(view.content) is not None for view in views)


def _crate_files(name: str) -> Iterator[str]:
    """Files that a module or a crate of this name would have; in the names of folders crates are spelt with hyphens."""
    for spelt in dict.fromkeys((name, name.replace("_", "-"))):
        yield from (f"{spelt}.rs", f"{spelt}/mod.rs", f"{spelt}/Cargo.toml", f"{spelt}/src/lib.rs")
