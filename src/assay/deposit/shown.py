"""Drawn files, shown: each with its row and the proof that the row stands in the manifest that the vendor signed.

`show` is the vendor's: it has source and manifest. `received` is the reviewer's: a file counts as shown when its row
stands where the lot says and its content has the row's SHA-256; everything else was not shown, whatever the reason.
Where the reviewer hosts the deposit too, what it was shown so is entered there (`enter_draw`).
"""

import base64
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from assay.core.errors import NotVerifiedError, refused
from assay.core.paths import raw
from assay.core.paths import shown as shown_path
from assay.deposit.disclosures import FOLDERS, Draw, DrawnFile
from assay.deposit.documents import Document, read, sha256, written
from assay.deposit.drawn import Lot
from assay.deposit.manifest import Manifest, Version, check_row
from assay.deposit.opening import Host
from assay.dossier.durable import read_given, read_plain, write_durably

ROWS, FILES = "rows.json", "files"
_LARGEST = 1 << 30


class ShownRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`row` and `proof` are base64."""

    position: int
    row: str
    proof: tuple[str, ...]


class Shown(Document, frozen=True, kw_only=True):
    """`rows.json`; the content of a file lies beside it, in `files/POSITION`."""

    rows: tuple[ShownRow, ...]


def show(manifest: Manifest, source: Path, positions: Sequence[int], folder: Path) -> None:
    """Write rows, proofs and contents of the drawn files. Raises InputError when one cannot be read or written."""
    rows = tuple(
        ShownRow(
            position=at,
            row=base64.b64encode(manifest.rows[at].canonical()).decode(),
            proof=tuple(base64.b64encode(item).decode() for item in manifest.prove(at)),
        )
        for at in positions
    )
    try:
        (folder / FILES).mkdir(parents=True, exist_ok=True)
        for at in positions:
            row = manifest.rows[at]
            content = b"" if row.link else read_plain(source / os.fsdecode(raw(row.path)), _LARGEST)
            write_durably(folder / FILES / str(at), content)
        write_durably(folder / ROWS, written(Shown(rows=rows)))
    except OSError as error:
        raise refused(folder, error) from error


def received(folder: Path, version: Version, positions: Sequence[int], into: Path) -> Mapping[int, str | None]:
    """Drawn positions -> the delivered path of a file that was shown and now lies below `into`; None: it was not.

    Raises NotVerifiedError when `rows.json` is none, InputError when something cannot be written.
    """
    content = read_given(folder / ROWS, _LARGEST)
    rows = {item.position: item for item in read(Shown, content, str(folder / ROWS)).rows}
    return {at: _one(folder, version, rows.get(at), into) for at in positions}


def files_below(folder: Path) -> list[DrawnFile]:
    """The files that `received` laid down, in order of path."""
    found = []
    for path in sorted(item for item in folder.rglob("*") if item.is_file() and not item.is_symlink()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        name = os.fsencode(path.relative_to(folder))
        found.append(DrawnFile(path=shown_path(name), sha256=digest, size=path.stat().st_size))
    return found


def enter_draw(host: Host, drawn: Lot, submission: bytes, files: Sequence[DrawnFile]) -> None:
    """Enter at the host what the vendor showed by lot; it counts with all that was shown. Once for each submission."""
    allowed = tuple(file for file in files if host.terms.allows(file.path))
    digest = sha256(submission)
    body = written(Draw(deposit=host.deposit.id, version=drawn.submission.version, submission=digest, files=allowed))
    name = f"sha256:{sha256(body)}"
    if host.acts.find("draw", "draw", name) is None:
        host.keep(FOLDERS["draw"], body)
        size = sum(file.size for file in allowed)
        host.acts.enter("draw", {"draw": name}, {"files": len(allowed), "bytes": size})


def _one(folder: Path, version: Version, item: ShownRow | None, into: Path) -> str | None:
    if item is None:
        return None
    try:
        proof = [base64.b64decode(one, validate=True) for one in item.proof]
        row = check_row(base64.b64decode(item.row, validate=True), item.position, proof, version)
        content = read_plain(folder / FILES / str(item.position), _LARGEST)
    except (NotVerifiedError, ValueError, OSError):
        return None
    if len(content) != row.size or sha256(content) != row.sha256:
        return None
    if row.link:
        return row.path
    path = into / os.fsdecode(raw(row.path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise refused(path, error) from error
    return row.path
