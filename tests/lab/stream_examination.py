"""An examination that reads files by itself, for the bench's tests: module-level, so that workers can import it."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from msgspec import Struct

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.core.facts import Evidence, Fact


class Sizes(Struct, dict=True):
    """States how many bytes it read itself; a file that begins with `!` raises, one with `?` falls short."""

    id: str = "test.sizes@1"
    kinds: tuple[str, ...] = ("data.set",)
    literals: frozenset[bytes] = frozenset()
    fold_case: bool = False
    by_format: bool = False

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "data"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError

    def read(self, meta: FileMeta, stream: BinaryIO, lab: Lab, alive: Callable[[], None]) -> Examined:
        content = stream.read()
        alive()
        if content.startswith(b"!"):
            raise ValueError("no")
        fact = Fact("data.set", meta.subject(), {"form": "text", "rows": len(content)}, self.id, (Evidence(meta.path),))
        short = (Shortfall("damaged", "part"),) if content.startswith(b"?") else ()
        return Examined((fact,), shortfalls=short)
