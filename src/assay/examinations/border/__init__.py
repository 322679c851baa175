"""What personal and commercial data a delivery, an export or a text holds: classes, grades, how many persons.

`find(text)` gives every hit of a text; files are counted by `examination.count`, persons by `persons.Sketch`.
"""

from assay.examinations.border.text import Hit, find

__all__ = ["Hit", "find"]
