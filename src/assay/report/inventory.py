"""The inventory of a report: cryptography that was seen, whatever any rule says of it."""

from msgspec import Struct

from assay.report.seen import Place


class Count(Struct, frozen=True):
    """`name` is None where it could not be determined."""

    name: str | int | None
    count: int


class AlgorithmRow(Struct, frozen=True):
    """Uses of one algorithm: facts, and the places they name; `shipped` uses are in shipped or vendored files."""

    algorithm: str
    family: str | None
    primitive: str | None
    uses: int
    shipped: int
    places: int
    quantum_vulnerable: bool | None
    libraries: tuple[Count, ...]
    purposes: tuple[Count, ...]
    key_bits: tuple[Count, ...]
    first: tuple[Place, ...]


class FamilyRow(Struct, frozen=True):
    family: str | None
    uses: int
    quantum_vulnerable: int


class KeySizeRow(Struct, frozen=True):
    family: str | None
    bits: int | None
    uses: int


class SpottedRow(Struct, frozen=True):
    """A protocol with its version, or a misuse with its CWE number, and where it was spotted."""

    name: str | None
    detail: str | int | None
    uses: int
    shipped: int
    places: int
    libraries: tuple[Count, ...]
    first: tuple[Place, ...]


class Quantum(Struct, frozen=True):
    """Uses by what a large quantum computer would do to them."""

    vulnerable: int = 0
    unaffected: int = 0
    undetermined: int = 0


class Inventory(Struct, frozen=True):
    """Cryptography that was seen, whatever any rule says of it. `unlisted` facts had too many distinct values."""

    uses: int
    algorithms: tuple[AlgorithmRow, ...]
    families: tuple[FamilyRow, ...]
    libraries: tuple[Count, ...]
    key_sizes: tuple[KeySizeRow, ...]
    quantum: Quantum
    protocols: tuple[SpottedRow, ...]
    misuses: tuple[SpottedRow, ...]
    unresolved: int
    unresolved_first: tuple[Place, ...]
    unlisted: int = 0
