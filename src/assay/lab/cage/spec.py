"""What a cage is asked for, and what it holds a product to. Plain values, passed to the keeper as JSON.

Limits bound one session, not one process: processes are counted for the session's own user namespace, everything that
can be written lies on one temporary file system of `disk` bytes, and a watch adds up resident memory. RLIMIT_AS is no
use here: runtimes reserve tens of gigabytes that they never touch.
"""

import json
from collections.abc import Mapping

from msgspec import Struct, field, to_builtins

MARKER = "/etc/assay-cage"  # present only for fixtures that imitate malice: without it they refuse to start
MACHINE = "198.51.100.1"  # the cage's own address (RFC 5737)
RESOLVER = "198.51.100.53"
PRODUCT = "/product"
HOME = "/var/home/app"


class CageLimits(Struct, frozen=True):
    """Bytes, counts and seconds. `wall` bounds one launch, `session` all of them."""

    processes: int = 256
    open_files: int = 4096
    disk: int = 512 << 20
    memory: int = 2 << 30  # resident, all processes together
    private: int = 4 << 30  # writable private memory of one process (RLIMIT_DATA)
    cpu: int = 300  # seconds of one process
    wall: float = 120.0
    session: float = 900.0
    output: int = 1 << 20
    events: int = 20_000


class CageSpec(Struct, frozen=True):
    """`folder` lies outside the cage and holds the sink's log; `root` is a container's root, '' for the host's /usr.

    `uid` is who the product is inside; `raw` grants CAP_NET_RAW over the cage's own network, which needs uid 0.
    """

    folder: str
    limits: CageLimits = field(default_factory=CageLimits)
    uid: int = 1000
    raw: bool = False
    marker: bool = False
    answers: Mapping[str, str] = field(default_factory=dict)  # names that the operator wants at a fixed address

    def dump(self) -> str:
        return json.dumps(to_builtins(self), sort_keys=True)

    @classmethod
    def load(cls, text: str) -> "CageSpec":
        raw = json.loads(text)
        return cls(**{**raw, "limits": CageLimits(**raw["limits"])})


class Launch(Struct, frozen=True):
    """One program to run inside. `traced` puts strace outside the sandbox around it. Paths are the cage's.

    `opens`: the trace has every open too, also what was looked for in vain or refused; up to ten times the CPU.

    `staging`: /stage can be written to; what lies there when the cage is assembled again is a layer of its files.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = PRODUCT
    traced: bool = True
    staging: bool = False
    opens: bool = False
