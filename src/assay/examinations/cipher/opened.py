"""Files of the product that are opened again after the first pass: each is read and parsed once, whoever asks.

A worker that parsed a file in the first pass hands its tree on (`kept`), as long as there is room: what a tree tells
does not hang on who parsed it.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

from assay.core.examination import FileMeta, FileView, Index
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed

MOST_BYTES = 96 << 20  # kept; what comes later is read again each time
MOST_TREES = 8 << 20  # bytes of text whose trees are handed on; a tree takes twenty times as much


class _Trees:
    """Trees of the first pass by path, the first ones that fit."""

    def __init__(self) -> None:
        self._trees: dict[str, Parsed] = {}
        self._room = MOST_TREES

    def keep(self, view: FileView, parsed: Parsed) -> None:
        """Keep the tree of a file whose uses wait; of all files it would cost more memory, and time, than it saves."""
        if view.whole and view.meta.path not in self._trees and len(view.content) <= self._room:
            self._room -= len(view.content)
            self._trees[view.meta.path] = parsed

    def take(self, view: FileView) -> Parsed | None:
        """The tree of exactly this text, as good as new."""
        parsed = self._trees.pop(view.meta.path, None)
        if parsed is None:
            return None
        self._room += len(parsed.content)
        parsed.too_deep = 0
        return parsed if (parsed.content, parsed.module) == (view.content, view.meta.module) else None


kept: Final = _Trees()  # of this process


class Opened:
    """Files by path. A file of more than one unit is None."""

    def __init__(self, metas: Mapping[str, FileMeta], index: Index) -> None:
        self.metas, self.index = metas, index
        self._views: dict[str, FileView | None] = {}
        self._parsed: dict[str, Parsed] = {}
        self._kept = 0

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each file stands in the delivery."""
        return {path: at for at, path in enumerate(self.metas)}

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
        parsed = kept.take(view)
        if parsed is None:
            parsed = Parsed(BY_NAME[view.meta.format], view.content, view.first_line, view.meta.module)
        if path in self._views:
            self._parsed[path] = parsed
        return parsed
