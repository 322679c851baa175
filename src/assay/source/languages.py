"""The languages that are read. To add one: an adapter beside these, its grammar wheel, one entry here."""

from types import MappingProxyType

from assay.source.c import C
from assay.source.java import Java
from assay.source.parsed import Adapter
from assay.source.python import Python

LANGUAGES: tuple[Adapter, ...] = (Java(), Python(), C())
BY_NAME = MappingProxyType({adapter.name: adapter for adapter in LANGUAGES})
