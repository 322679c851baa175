"""Strangers that are the delivery's own: what it imports is in it, and is read as files of its own.

`outward.py` hands on two kinds of import, and once all files are known each that is not the delivery's own is a blind
spot. A listed stranger of Python that carries the name of a folder around the file is its own when the folder is a
package (it has an `__init__.py`) that holds the module: Python takes submodules from the package that is loaded
already. A library that nobody has listed (`unlisted.py`) is its own when `in_delivery.py` finds it.

*It cannot see* a program that is started inside of a package, as `python package/file.py`, under another name.
Source: Python Language Reference, The import system.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from assay.core.examination import Artifact, Concluded, Index, Lab, Shortfall
from assay.examinations.cipher.in_delivery import Delivery
from assay.examinations.cipher.ways import ways
from assay.source.languages import slug_of


class OwnPackages:
    """An `Examination` over the summaries of `cipher.outward` for one language."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")

    def __init__(self, language: str) -> None:
        slug = slug_of(language)
        self.language = language
        self.id = f"cipher.packages.{slug}@1"
        self.summaries_of = f"cipher.outward.{slug}@1"

    def __reduce__(self) -> tuple[type["OwnPackages"], tuple[str]]:
        return (type(self), (self.language,))

    def conclude(
        self,
        artifact: Artifact,
        summaries: Mapping[str, Sequence[object]],
        index: Index,
        lab: Lab,  # noqa: ARG002
    ) -> Concluded:
        metas = {meta.path: meta for meta in artifact.files if meta.format == self.language}
        listed = {name for names in ways(self.language).strangers.values() for name in names}
        delivery = Delivery(self.language, artifact.files, index)
        return Concluded(
            shortfalls=tuple(
                (metas[path], Shortfall("blind-spot", f"line {line}: {name}"))
                for path, rows in summaries.items()
                for line, name in _strangers(rows)
                if not (is_own(path, name, metas.keys()) if name in listed else delivery.has(name))
            )
        )


def _strangers(rows: Sequence[object]) -> Iterator[tuple[int, str]]:
    for row in rows:
        if isinstance(row, tuple):
            yield from row


def is_own(path: str, name: str, paths: Set[str]) -> bool:
    """Whether a module that a file imports is one of the package that the file is in."""
    folders, parts = path.split("/")[:-1], name.split(".")
    for at, folder in enumerate(folders):
        if folder == parts[0]:
            root = "/".join(folders[:at])
            package, module = ("/".join(filter(None, (root, *names))) for names in (parts[:1], parts))
            if f"{package}/__init__.py" in paths and not {f"{module}.py", f"{module}/__init__.py"}.isdisjoint(paths):
                return True
    return False
