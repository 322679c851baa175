"""Rulebooks are data: strict YAML, a loader, a linter, the shipped books, and the pages that show them."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.rulebooks.loader import default_books, load, shipped

__all__ = ["default_books", "load", "shipped"]


def __getattr__(name: str) -> object:
    """On first use: every worker reads YAML, and none judges."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.loader"), name)
