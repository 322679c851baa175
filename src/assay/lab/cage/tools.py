"""The programs that a cage is made of, and the Debian package of each. A cage without one of them is no cage."""

import shutil
import sys
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from assay.core.errors import UsageError
from assay.core.text import Text

NEEDED: Mapping[str, str] = MappingProxyType(
    {
        "bwrap": "bubblewrap",
        "strace": "strace",
        "nft": "nftables",
        "ip": "iproute2",
        "bash": "bash",
        "getent": "libc-bin",
        "tar": "tar",
    }
)
WIDENING: Mapping[str, str] = MappingProxyType(
    {"bpftrace": "bpftrace", "qemu-aarch64": "qemu-user", "faketime": "faketime", "java": "default-jre-headless"}
)
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def found(program: str) -> str | None:
    """The absolute path of a program of the system; a product's folder is never searched."""
    return shutil.which(program, path=PATH)


def missing() -> Iterator[tuple[str, str]]:
    """Program and Debian package of what is not here."""
    return ((program, package) for program, package in NEEDED.items() if found(program) is None)


def require() -> None:
    """Raises UsageError naming the packages when a cage cannot be made here."""
    if sys.platform != "linux":
        raise UsageError(
            Text("the cage needs Linux", "牢笼需要 Linux"),
            Text("run the probe on a Linux machine", "请在 Linux 机器上运行 probe"),
        )
    lacking = list(missing())
    if lacking:
        programs = ", ".join(program for program, _ in lacking)
        packages = " ".join(dict.fromkeys(package for _, package in lacking))
        raise UsageError(
            Text(f"the cage lacks: {programs}", f"牢笼缺少：{programs}"),
            Text(f"install the Debian packages: {packages}", f"请安装 Debian 软件包：{packages}"),
        )
