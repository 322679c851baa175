"""What a rule rests on, as a report shows it: places, the values that decide, and what was not looked at."""

from msgspec import Struct

from assay.core.attempts import Status
from assay.core.facts import Scalar
from assay.core.text import Text


class Amount(Struct, frozen=True):
    files: int = 0
    bytes: int = 0

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.files + other.files, self.bytes + other.bytes)


class Place(Struct, frozen=True):
    """Where to look. `what` names the thing seen there in the catalogue's words; `fact` is for `assay why`."""

    path: str
    line: int = 0
    excerpt: str = ""
    expression: str = ""
    address: int = -1
    name: str = ""
    what: str = ""
    fact: str = ""
    origin: str = ""  # path:line where the value that decides was found


class Value(Struct, frozen=True):
    """A deciding value: None could not be determined."""

    key: str
    value: Scalar


class Seen(Struct, frozen=True):
    """Facts that share the values which decided: how many there are, and the first few places."""

    kind: str
    values: tuple[Value, ...]
    words: Text
    facts: int
    places: tuple[Place, ...]


class Gap(Struct, frozen=True):
    """What was not, or not wholly, examined, and what would get it examined. `paths` are the first few."""

    status: Status
    reason: str
    title: Text
    advice: Text
    size: Amount
    paths: tuple[str, ...]
    formats: tuple[str, ...] = ()
    owner: str = ""
    law: str = ""


class Saw(Struct, frozen=True):
    """One ground of a judgement in words, with its evidence; `more_seen` counts groups that are not listed."""

    because: str
    words: Text
    seen: tuple[Seen, ...] = ()
    gaps: tuple[Gap, ...] = ()
    more_seen: int = 0
    more_facts: int = 0
