"""A log as a static directory: `checkpoint`, `tile/...`, as c2sp.org/tlog-tiles names them; any tile client reads it.

Files are written once and never changed, except `checkpoint`, which is written last: a reader sees a whole log at any
moment. A directory that holds another history is refused, never overwritten. `log.vkey` is the key that the log says
it is signed with, for convenience: a reader compares it with the owner's over another channel.
"""

from pathlib import Path

from assay.core.errors import refused
from assay.core.text import Text
from assay.dossier.durable import read_plain, write_durably
from assay.ledger.checkpoints import Believed, open_checkpoint
from assay.ledger.log import Log
from assay.ledger.merkle import leaf_hash
from assay.ledger.notes import unverified
from assay.ledger.tiles import HASH, WIDTH, Edge, bundle, tile_path

CHECKPOINT, KEYS = "checkpoint", "log.vkey"
_LARGEST_FILE = 32 << 20


def export(log: Log, folder: Path) -> Believed:
    """Write what is signed, verified as a whole first. Raises NotVerifiedError, InputError when the disk refuses."""
    signed = log.checkpoint()
    before = exported(folder, log)
    if before is not None:
        log.must_continue(before.checkpoint)
    log.verify()
    edge, held = Edge(), list[bytes]()
    try:
        for _, body in log.bodies():
            held.append(body)
            for level, number, hashes in edge.push(leaf_hash(body)):
                _write_once(folder, tile_path(level, number), hashes)
            if len(held) == WIDTH:
                _write_once(folder, tile_path("entries", edge.size // WIDTH - 1), bundle(held))
                held.clear()
        if held:
            _write_once(folder, tile_path("entries", edge.size // WIDTH, len(held)), bundle(held))
        for level, row in enumerate(edge.rows):
            if row:
                hashes = b"".join(row)
                _write_once(folder, tile_path(level, edge.size >> 8 * (level + 1), len(hashes) // HASH), hashes)
        folder.mkdir(parents=True, exist_ok=True)
        write_durably(folder / KEYS, "".join(f"{key}\n" for key in log.claimed).encode())
        write_durably(folder / CHECKPOINT, signed.note.render())
    except OSError as error:
        raise refused(error.filename or folder, error) from error
    return signed


def exported(folder: Path, log: Log) -> Believed | None:
    """The checkpoint that the directory has, when it has one. Raises NotVerifiedError when it is not this log's."""
    try:
        content = read_plain(folder / CHECKPOINT, 1 << 20)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(error.filename or folder, error) from error
    return open_checkpoint(content, log.keys, f"{folder}/{CHECKPOINT}")


def _write_once(folder: Path, name: str, content: bytes) -> None:
    path = folder / name
    try:
        kept = read_plain(path, _LARGEST_FILE)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_durably(path, content)
        return
    if kept != content:
        raise unverified(
            str(path),
            "it is not what this log has there: it was changed, or is of another history",
            "与此日志相应内容不同：已被更改，或属于另一历史",
            Text("keep it for inquiry and export to an empty folder", "请保留以备调查，并导出到空文件夹"),
        )
