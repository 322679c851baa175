"""Readers: each turns one format into batches of columns, says what it could not read, and holds little in memory.

A reader is a function of a stream that yields `Batch` and `Shortfall`. It never raises for what the stream holds: what
was read before a fault is yielded, and the fault is a shortfall. No shortfall quotes a value.
"""

from assay.examinations.border.readers.batches import Batch, Read, Reader
from assay.examinations.border.readers.formats import reader_of

__all__ = ["Batch", "Read", "Reader", "reader_of"]
