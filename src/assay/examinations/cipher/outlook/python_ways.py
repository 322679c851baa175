"""Ways out of Python text whose end is bounded although the argument that decides is not wholly known.

Imports, programs and libraries have a module each. `attrgetter` and `methodcaller` with an unknown name are what
`getattr` is: what they take something from is handed on to them in sight.
"""

from assay.examinations.cipher.outlook.python_imports import imports_known
from assay.examinations.cipher.outlook.python_libraries import is_of_the_system
from assay.examinations.cipher.outlook.python_programs import runs_known
from assay.examinations.cipher.ways import ways
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_IMPORTING = frozenset({"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"})
_TAKING = frozenset({"operator.attrgetter", "operator.methodcaller"})


def bounded(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    """Whether what a way out leads to is bounded, and holds no cryptography that is not stated otherwise."""
    if not site.settled:
        return True  # compared, deleted, or named as a type
    if name in _IMPORTING:
        return site.arguments is not None and imports_known(parsed, resolver, site, name)
    if name in _TAKING:
        return site.arguments is None or not _is_literal(resolver, site)
    if name in ways("Python").commands:
        return site.arguments is not None and runs_known(parsed, resolver, site, name)
    return name.startswith("ctypes.") and is_of_the_system(parsed, resolver, site, name)


def _is_literal(resolver: Resolver, site: Site) -> bool:
    """Whether any text is known; what a known one names is looked at by the caller."""
    given = site.arguments.positional if site.arguments is not None else ()
    return any(value.kind == "text" for node in given for value in resolver.resolve(node).values)
