"""A review of sealed source: `assay review deposit:ID`. What is found leaves the room; the source does not.

1. An order for review must be in force at this host (`deposit.in_place.opened`), and the act is entered before anything
   is opened. 2. The deposit is checked; a damaged one is not reviewed. 3. The keys of the files that the terms allow go
into a file in memory, for the workers; the root key is let go of. 4. The files are examined in place, by the tools
that the terms allow. 5. Facts keep as much source as the terms let leave (`quoting`); what they keep is entered
before the dossier has it.

What it cannot do: keep the pages of a process from being swapped to disk, or protect from whoever administers the host.
"""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from msgspec.structs import replace

from assay.core.errors import UsageError
from assay.core.facts import Fact, Scalar, Subject
from assay.core.text import Text
from assay.deposit.deposits import Deposit
from assay.deposit.disclosures import Facts, Passages
from assay.deposit.in_place import Opened
from assay.deposit.manifest import Row, Version
from assay.deposit.tree import SealedTree, file_keys
from assay.intake import DEFAULT_COMPONENT
from assay.lab.scratch import scratch_folder
from assay.review.gaps import BY
from assay.review.quoting import Denied, Quoting
from assay.review.steps import Plan
from assay.review.under import Under

_IN_MEMORY = ("tmpfs", "ramfs")


@contextmanager
def sealed_plan(plan: Plan, deposit: Deposit, version: Version, opened: Opened) -> Iterator[Plan]:
    """The plan of a review of a version, while its keys lie in memory. Raises NotVerifiedError, UsageError."""
    with scratch_folder(memory_folder()) as scratch, _in_memory() as keys:
        opened.journal.enter("review", {"statement": f"sha256:{version.digest}"}, {"version": version.number})  # 1
        for fault in deposit.check():  # 2
            raise fault
        unsealed = deposit.unlock(opened.root)
        rows = {row.path: row for row in unsealed.manifest(version).rows if opened.terms.allows(row.path)}
        keys.write(file_keys(unsealed, version, opened.terms.allows, version.label))  # 3
        keys.flush()
        unsealed.forget()
        tree = SealedTree(Path(f"/proc/{os.getpid()}/fd/{keys.fileno()}"))
        try:
            yield replace(plan, path=tree, scratch=scratch, under=_under(deposit, version, opened, tree, rows))
        finally:
            tree.close()


@contextmanager
def _in_memory() -> Iterator[BinaryIO]:
    """A file without a name, that ends with this process and its workers however they end."""
    descriptor = os.memfd_create("assay", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "wb") as file:
        yield file


def memory_folder() -> Path:
    """A folder that lies in memory: what is opened never reaches a disk. Raises UsageError when there is none."""
    for name in (os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"):  # noqa: S108  (memory is what is wanted)
        if name and _kind_of_mount(Path(name)) in _IN_MEMORY and os.access(name, os.W_OK):
            return Path(name)
    raise UsageError(
        Text(
            "no folder here lies in memory, and opened source is not written to a disk",
            "本机没有位于内存中的目录，而已开启的源代码不得写入磁盘",
        ),
        Text("mount a tmpfs and name it in XDG_RUNTIME_DIR", "请挂载 tmpfs 并以 XDG_RUNTIME_DIR 指定"),
    )


def _kind_of_mount(folder: Path) -> str:
    """The file system that a folder lies on, as Linux tells it; '' where it does not."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text("utf-8").splitlines()]
        place = folder.resolve(strict=True)
    except OSError:
        return ""
    found = [mount for mount in mounts if place.is_relative_to(mount[1].encode().decode("unicode_escape"))]
    return max(found, key=lambda mount: len(mount[1]))[2] if found else ""


def _under(deposit: Deposit, version: Version, opened: Opened, tree: SealedTree, rows: Mapping[str, Row]) -> Under:
    terms, of = opened.terms, sum(row.size for row in rows.values())
    denied = Denied(item.path for item in tree.withheld)
    quoting = Quoting(terms.excerpt_lines, opened.allowance, of, rows, denied)

    def leave(files: tuple[Passages, ...]) -> None:
        order, number = opened.order_digest, version.number
        opened.journal.leave(
            Facts(deposit=deposit.id, order=order, version=number, of=of, files=files, salt=secrets.token_hex(32))
        )

    value: dict[str, Scalar] = {
        "deposit": deposit.id,
        "version": version.number,
        "statement": version.digest,
        "manifest": version.sha256,
        "vendor": deposit.header.vendor,
        "host": terms.host.name,
        "role": terms.form.host,
        "suite": deposit.suite.name,
        "lines": terms.excerpt_lines,
        "files": version.files,
        "withheld": len(tree.withheld),
    }
    stated = Fact("deposit.source", Subject(DEFAULT_COMPONENT, "", "", "unknown"), value, BY, ())
    return Under(quoting, terms.tools, deposit.header.vendor, stated, leave)
