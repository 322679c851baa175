"""Who and what is reviewed: product, components, manifest, consent, statements. Plain values; `intake/` reads them."""

import datetime
from collections.abc import Mapping

from msgspec import Struct, field

from assay.core.facts import Scalar


class Component(Struct, frozen=True):
    """A part of the product with a role of its own, e.g. server, agent, console. `path` is a folder inside it."""

    role: str
    path: str = ""


class Vendor(Struct, frozen=True):
    name: str
    country: str | None = None  # ISO 3166-1 alpha-2, as stated; never guessed


class Interface(Struct, frozen=True):
    """An interface that the vendor declares: what listens, on which port, for whom."""

    name: str
    protocol: str = ""
    port: int | None = None
    audience: str = ""


class Declaration(Struct, frozen=True):
    """What the vendor says that the product does. None is "not declared"; an empty tuple is "declared: none".

    A `draft` was written down by a program for the vendor to edit: until the vendor makes it its own, it declares
    nothing.
    """

    interfaces: tuple[Interface, ...] | None = None
    destinations: tuple[str, ...] | None = None
    files: tuple[str, ...] | None = None
    accounts: tuple[str, ...] | None = None
    privileges: tuple[str, ...] | None = None
    ciphers: tuple[str, ...] | None = None
    telemetry: tuple[str, ...] | None = None
    processes: tuple[str, ...] | None = None
    draft: bool = False


class SignedDeclaration(Struct, frozen=True):
    """Where the vendor's signature of a declaration is found. Operator-given only: no product vouches for itself.

    Either `file`, an envelope of `assay probe sign` that one of `keys` (the vendor's, as the operator knows them)
    signed; or `digest`, the delivery that the vendor submitted in a case: then the declaration in it is signed.
    """

    file: str = ""
    keys: tuple[str, ...] = ()
    digest: str = ""


class Consent(Struct, frozen=True):
    """The owner's permission, bound to one delivery, named tests and addresses, until a day."""

    by: str
    digest: str
    until: datetime.date
    key: str = ""
    tests: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class Statement(Struct, frozen=True, kw_only=True):
    """Something a party states. It becomes a fact of kind `statement`, never more than that. Of several claims, or
    about several documents, it is as many statements."""

    claim: str = ""
    claims: tuple[str, ...] = ()  # instead of `claim`
    content: str
    who: str
    role: str
    date: datetime.date
    document: str = ""  # SHA-256, hex, of the supporting document
    documents: tuple[str, ...] = ()  # instead of `document`
    expires: datetime.date | None = None


class Withheld(Struct, frozen=True):
    """What an owner refuses to hand over: `what` is a path or folder of the product, or a fact kind."""

    what: str
    by: str
    reason: str
    law: str = ""


class Unlock(Struct, frozen=True):
    """Where the password of a file is found: in an environment variable, or in a file. Operator-given only.

    `file` is the path as delivered, or the logical one. The password itself stands in no manifest.
    """

    file: str
    password_env: str = ""
    password_file: str = ""


class Manifest(Struct, frozen=True):
    """What is said about a product before anybody looks. Which fields count depends on who says it (`intake/`).

    `build` is the shell command that builds its source, run at the root of the source: see `assay deposit levels`.

    `markets` are where its buyers are (ISO 3166-1 alpha-2, or EU); `critical` says that they operate critical
    information infrastructure.
    """

    name: str | None = None
    version: str | None = None
    vendor: Vendor | None = None
    sector: str | None = None
    category: str | None = None
    markets: tuple[str, ...] = ()
    critical: bool | None = None
    components: tuple[Component, ...] = ()
    declares: Declaration = field(default_factory=Declaration)
    consent: Consent | None = None
    statements: tuple[Statement, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    unlock: tuple[Unlock, ...] = ()
    declaration: SignedDeclaration | None = None
    build: str = ""


class Product(Struct, frozen=True):
    """What is known of the product after intake. `attributes` are what a rule's `applies` may name, operator-given."""

    name: str
    version: str | None
    vendor: Vendor | None
    attributes: Mapping[str, Scalar]
