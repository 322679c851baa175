"""Types that compiled code refers to, whose names speak of cryptography and that nobody has listed.

What imports are to source, names of types are to compiled code. One that no catalogue lists is a blind spot of its
file, unless the delivery holds it: in a file of the same kind, which was examined as this one was, or as source.

*It cannot see* a type whose name says nothing of cryptography, and that a type of the same name is another library's.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from assay.core.examination import Artifact, Concluded, Index, Lab, Shortfall
from assay.examinations.cipher.in_delivery import Delivery
from assay.examinations.cipher.unlisted import is_unlisted


class Named(Struct, frozen=True):
    """Of one file: the summary of its examination. Qualified names, each once."""

    referred: tuple[str, ...]
    defined: tuple[str, ...]


def named(referred: Iterable[str], defined: Iterable[str], language: str) -> Named | None:
    """None where no name says anything."""
    own = dict.fromkeys(_spelt(name) for name in defined if is_unlisted(name, language))
    others = dict.fromkeys(_spelt(name) for name in referred if is_unlisted(name, language))
    return Named(tuple(name for name in others if name not in own), tuple(own)) if own or others else None


def _spelt(name: str) -> str:
    """Compiled code may call a type what no text can say."""
    return name.encode("utf-8", "replace").decode()


class CompiledPackages:
    """An `Examination` over the summaries of one examination of compiled code."""

    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")

    def __init__(self, summaries_of: str, language: str) -> None:
        self.summaries_of, self.language = summaries_of, language
        self.id = f"cipher.packages.{summaries_of.removeprefix('cipher.')}"

    def __reduce__(self) -> tuple[type["CompiledPackages"], tuple[str, str]]:
        return (type(self), (self.summaries_of, self.language))

    def conclude(
        self,
        artifact: Artifact,
        summaries: Mapping[str, Sequence[object]],
        index: Index,
        lab: Lab,  # noqa: ARG002
    ) -> Concluded:
        told = {path: row for path, rows in summaries.items() for row in rows if isinstance(row, Named)}
        defined = {name for row in told.values() for name in row.defined}
        delivery = Delivery(self.language, artifact.files, index)
        missing = []
        for meta in artifact.files if told else ():
            row = told.get(meta.path)
            names = [name for name in row.referred if name not in defined and not delivery.has(name)] if row else []
            if names:
                more = f" and {len(names) - 1} more" if len(names) > 1 else ""
                missing.append((meta, Shortfall("blind-spot", f"a library that nobody has listed: {names[0]}{more}")))
        return Concluded(shortfalls=tuple(missing))
