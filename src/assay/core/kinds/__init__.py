"""The kinds of fact, each key declared as identity or measure. Docs, schemas and the fact browser come from here.

A kind is one entry in the module of its subject.
"""

from collections.abc import Mapping
from types import MappingProxyType

from assay.core.kinds import crossing, cryptography, data, deposit, review, run
from assay.core.kinds.cryptography import PRIMITIVES, PURPOSES
from assay.core.kinds.kind import DEMANDS, Demand, FileClass, Key, Kind

__all__ = ["DEMANDS", "KINDS", "PRIMITIVES", "PURPOSES", "STATED", "Demand", "FileClass", "Key", "Kind"]

# What only a party can say: where nobody did, nothing follows.
STATED = frozenset({"statement"})

KINDS: Mapping[str, Kind] = MappingProxyType(
    cryptography.KINDS | run.KINDS | crossing.KINDS | data.KINDS | deposit.KINDS | review.KINDS
)
