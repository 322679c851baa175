"""The languages that are read. To add one: an adapter beside these, its grammar wheel, one entry here."""

from functools import lru_cache

from assay.core.examination import FileView
from assay.core.late import Late
from assay.source.adapter import Adapter
from assay.source.parsed import Parsed

BY_NAME: Late[Adapter] = Late(
    {
        "Java": "assay.source.java:Java",
        "Kotlin": "assay.source.kotlin:Kotlin",
        "C#": "assay.source.csharp:CSharp",
        "Python": "assay.source.python:Python",
        "C": "assay.source.c:C",
        "C++": "assay.source.cpp:Cpp",
        "Go": "assay.source.go:Go",
        "Rust": "assay.source.rust:Rust",
        "JavaScript": "assay.source.typescript:flow",
        "TypeScript": "assay.source.typescript:typescript",
        "PHP": "assay.source.php:Php",
    }
)
FOLDING = frozenset({"PHP"})  # languages whose names of functions and classes are the same in any case


def slug_of(language: str) -> str:
    """The name of a language as a part of identifiers."""
    return language.lower().replace("+", "p").replace("#", "sharp")


@lru_cache(maxsize=1)
def parsed(view: FileView) -> Parsed:
    """The unit, parsed once for all examinations that look at it one after the other.

    Raises KeyError when its language is not read. What is returned is shared: nobody may change it.
    """
    return Parsed(BY_NAME[view.meta.format], view.content, view.first_line, view.meta.module)
