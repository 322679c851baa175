"""What personal and commercial data a delivery, an export or a text holds: classes, grades, how many persons.

`find(text)` gives every hit of a text; files are counted by `files.count`, persons by `persons.Sketch`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.examinations.border.text import Hit, find

__all__ = ["Hit", "find"]


def __getattr__(name: str) -> object:
    """On first use: a worker that meets no data loads neither numpy nor pyarrow."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.text"), name)
