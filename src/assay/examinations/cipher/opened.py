"""Files of the product that are opened again after the first pass: each is read and parsed once, whoever asks."""

from collections.abc import Mapping

from assay.core.examination import FileMeta, FileView, Index
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed

MOST_BYTES = 96 << 20  # kept; what comes later is read again each time


class Opened:
    """Files by path. A file of more than one unit is None."""

    def __init__(self, metas: Mapping[str, FileMeta], index: Index) -> None:
        self.metas, self.index = metas, index
        self._views: dict[str, FileView | None] = {}
        self._parsed: dict[str, Parsed] = {}
        self._kept = 0

    def view(self, path: str) -> FileView | None:
        if path in self._views:
            return self._views[path]
        view = self.index.view(self.metas[path])
        size = len(view.content) if view is not None else 0
        if self._kept + size <= MOST_BYTES:
            self._kept += size
            self._views[path] = view
        return view

    def parsed(self, path: str) -> Parsed | None:
        """The tree of a source file."""
        known = self._parsed.get(path)
        if known is not None:
            return known
        view = self.view(path)
        if view is None:
            return None
        parsed = Parsed(BY_NAME[view.meta.format], view.content, view.first_line, view.meta.module)
        if path in self._views:
            self._parsed[path] = parsed
        return parsed
