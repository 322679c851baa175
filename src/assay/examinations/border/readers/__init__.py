"""Readers: each turns one format into batches of columns, says what it could not read, and holds little in memory.

A reader is a function of a stream that yields `Batch` and `Shortfall` (`batches.py`); `formats.py` tells which one a
file has. It never raises for what the stream holds: what was read before a fault is yielded, and the fault is a
shortfall. No shortfall quotes a value.
"""
