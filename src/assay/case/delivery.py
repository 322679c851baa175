"""What was handed over, file by file: a listing whose SHA-256 is the digest of the delivery.

A listing is one line for each file as intake takes it in, `["path",size,"sha256"]` in RFC 8785 form, in order of path.
A review of the same files has the same digest, so that whoever swaps a file after submitting is found out, and the
file is named. A delivery is reviewed in the form in which it was submitted: an archive as that archive.

A file that could not be read has an empty digest; it is compared by path and size, and the review leaves it open.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import Struct

from assay.case.contents import Body, Delivery
from assay.core.errors import NotVerifiedError
from assay.core.examination import FileMeta
from assay.core.facts import canonical
from assay.core.text import Text
from assay.dossier.records import FileRecord
from assay.intake import IntakeLimits, open_locator, take_in
from assay.ledger.notes import unverified

NAME = "delivery.jsonl"
_CHUNK = 1 << 20
_SHOWN = 3
Listing = Mapping[str, tuple[int, str]]
"""Path -> size and SHA-256."""


class Submitted(Struct, frozen=True):
    """What a vendor submits: the act's content, and the listing that goes with it."""

    content: Delivery
    listing: bytes


def submitted(path: Path, scratch: Path, product: str = "", version: str = "") -> Submitted:
    """Take a delivery in and list it. Raises as `intake.take_in`; `product` and `version` else as it calls itself."""
    taken = take_in(path, manifest=None, scratch=scratch, limits=IntakeLimits())
    rows = {meta.path: (meta.size, _hashed(meta)) for meta in taken.artifact.files}
    listing = b"".join(canonical([name, *rows[name]]) + b"\n" for name in sorted(rows))
    artifact = hashlib.sha256(listing).hexdigest()
    content = Delivery(
        product or taken.product.name,
        version or taken.product.version or "",
        artifact,
        len(rows),
        sum(size for size, _ in rows.values()),
        Body(NAME, artifact, len(listing)),
    )
    return Submitted(content, listing)


def read_listing(content: bytes, what: str) -> Listing:
    """Raises NotVerifiedError when these bytes are no listing."""
    found: dict[str, tuple[int, str]] = {}
    try:
        for line in content.splitlines():
            path, size, sha256 = msgspec.json.decode(line, type=tuple[str, int, str])
            found[path] = (size, sha256)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unverified(what, f"it is no list of files ({error})", f"不是文件清单（{error}）") from error
    return found


def differences(delivered: Listing, found: Listing) -> Iterator[Text]:
    """What is there and was not delivered, what was and is not there, and what is another file than it was."""
    for path in sorted({*delivered, *found}):
        before, after = delivered.get(path), found.get(path)
        if before is None:
            yield Text(f"{path} was not delivered", f"{path} 未曾交付")
        elif after is None:
            yield Text(f"{path} was delivered and is missing", f"{path} 曾交付，现缺失")
        elif before[0] != after[0] or (before[1] != after[1] and before[1] and after[1]):
            digests = f"{before[1][:12]} -> {after[1][:12]}"
            yield Text(
                f"{path} is not the file that was delivered ({digests})", f"{path} 不是所交付的文件（{digests}）"
            )


def must_be_delivered(delivered: Listing, found: Listing, what: str) -> None:
    """Raises NotVerifiedError naming the first files that differ."""
    differing = list(differences(delivered, found))
    if differing:
        raise swapped(what, differing)


def swapped(what: str, differing: list[Text]) -> NotVerifiedError:
    more = len(differing) - _SHOWN
    first = differing[:_SHOWN]
    en = "; ".join(text.en for text in first) + (f"; and {more} more" if more > 0 else "")
    zh = "；".join(text.zh for text in first) + (f"；另有 {more} 个" if more > 0 else "")
    return NotVerifiedError(
        Text(f"{what} is not what the vendor submitted: {en}", f"{what} 与供应商提交的内容不符：{zh}"),
        Text(
            "review what was submitted; a new delivery is a new act of the vendor: assay case submit",
            "请审查所提交的内容；新的交付须由供应商另行提交：assay case submit",
        ),
    )


def of_records(records: Iterable[FileRecord]) -> Listing:
    return {record.path: (record.size, record.sha256) for record in records}


def _hashed(meta: FileMeta) -> str:
    """SHA-256 of a member, "" when it cannot be read whole: as a review records it."""
    hashed, size = hashlib.sha256(), 0
    try:
        with open_locator(meta.locator) as stream:
            while part := stream.read(_CHUNK):
                hashed.update(part)
                size += len(part)
    except (OSError, EOFError, ValueError):
        return ""
    return hashed.hexdigest() if size == meta.size else ""
