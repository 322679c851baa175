"""The languages that are read. To add one: an adapter beside these, its grammar wheel, one entry here."""

from functools import lru_cache
from types import MappingProxyType

from assay.core.examination import FileView
from assay.source.adapter import Adapter
from assay.source.c import C
from assay.source.cpp import Cpp
from assay.source.csharp import CSharp
from assay.source.go import Go
from assay.source.java import Java
from assay.source.javascript import JavaScript
from assay.source.kotlin import Kotlin
from assay.source.parsed import Parsed
from assay.source.php import Php
from assay.source.python import Python
from assay.source.rust import Rust
from assay.source.typescript import Tsx, TypeScript

LANGUAGES: tuple[Adapter, ...] = (
    Java(),
    Kotlin(),
    CSharp(),
    Python(),
    C(),
    Cpp(),
    Go(),
    Rust(),
    JavaScript(Tsx()),  # Flow's annotations are nearly TypeScript's
    TypeScript(Tsx()),
    Php(),
)
BY_NAME = MappingProxyType({adapter.name: adapter for adapter in LANGUAGES})


@lru_cache(maxsize=1)
def parsed(view: FileView) -> Parsed:
    """The unit, parsed once for all examinations that look at it one after the other.

    Raises KeyError when its language is not read. What is returned is shared: nobody may change it.
    """
    return Parsed(BY_NAME[view.meta.format], view.content, view.first_line, view.meta.module)
