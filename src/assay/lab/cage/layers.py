"""The files that a product sees: read-only layers below, one bounded temporary file system above that takes all writes.

    /          overlay of what was unpacked, over a skeleton made here (or over a container's root)
    /usr       overlay of what was unpacked, over this machine's /usr, read only
    /product   the delivered product, unpacked, inside the first

Nothing else of the machine is bound: no /home, /run, /tmp, /var, and of /etc only what programs need to start. What a
product changed is what lies in the upper folders; a deleted file is a character device 0:0 there (overlayfs).
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assay.lab.cage import bait
from assay.lab.cage.namespaces import mount
from assay.lab.cage.spec import HOME, MARKER, RESOLVER

_FOLDERS = (
    "etc/ssl/certs", "etc/alternatives", "home", "mnt", "opt", "product", "root", "run", "srv", "sys", "tmp",
    "usr", "dev", "proc", "var/cache", "var/home/app", "var/lib",
    "var/log", "var/tmp", "var/spool", "var/mail", "in", "stage",
)  # fmt: skip
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64", "var/run": "/run"}
_FROM_HOST = (
    "etc/ssl/certs", "etc/ssl/openssl.cnf", "etc/alternatives", "etc/ld.so.cache", "etc/ld.so.conf", "etc/ld.so.conf.d",
    "etc/mime.types", "etc/services", "etc/protocols", "etc/ca-certificates.conf", "etc/maven",
)  # fmt: skip
_MOST_CHANGES = 5_000
_HASHED = 32 << 20


class Change(Struct, frozen=True):
    """`how`: created, changed, deleted. `mode` is in octal digits; `sha256` is '' for what is no plain file."""

    path: str
    how: str
    type: str
    size: int
    mode: str
    sha256: str


class Layers(Struct, frozen=True):
    """Folders of one session, below `folder`; those under `up` exist only in the keeper's mount namespace."""

    folder: Path
    number: int = 0  # how often it was assembled; each time with upper folders of its own

    @property
    def up(self) -> Path:
        return self.folder / "up"

    @property
    def root(self) -> Path:
        return self.up / f"{self.number}.root"

    @property
    def usr(self) -> Path:
        return self.up / f"{self.number}.usr"

    @property
    def memory(self) -> Path:
        """What is shared memory inside: /dev/shm."""
        return self.up / f"{self.number}.shm"

    @property
    def stage(self) -> Path:
        """Where a package is unpacked before it becomes a layer."""
        return self.up / "stage"

    @property
    def container(self) -> bool:
        """Whether what was unpacked brings a root of its own: then nothing of the machine's /usr is there."""
        return (self.stage / ".whole-root").exists()


def skeleton(folder: Path, *, marker: bool, uid: int) -> None:
    """The lowest layer, written by the owner of the session."""
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, target in _LINKS.items():
        (folder / name).symlink_to(target)
    for name in (*_FROM_HOST, *(str(path.relative_to("/")) for path in Path("/etc").glob("java-*"))):
        _copied(Path("/", name), folder / name)
    (folder / "tmp").chmod(0o1777)
    (folder / "var/tmp").chmod(0o1777)
    texts = {
        "etc/passwd": f"root:x:0:0:root:/root:/bin/bash\napp:x:{uid or 1000}:{uid or 1000}:app:{HOME}:/bin/bash\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
        "etc/group": f"root:x:0:\napp:x:{uid or 1000}:\nnogroup:x:65534:\n",
        "etc/hosts": "127.0.0.1 localhost\n::1 localhost\n127.0.0.1 probe\n",
        "etc/hostname": "probe\n",
        "etc/resolv.conf": f"nameserver {RESOLVER}\noptions timeout:2 attempts:2\n",
        "etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    }
    if marker:
        texts[MARKER.lstrip("/")] = "inert fixtures may start here\n"
    for name, text in texts.items():
        (folder / name).write_text(text)
    bait.folders(folder)


def _copied(source: Path, target: Path) -> None:
    try:
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True, ignore_dangling_symlinks=True)
        elif source.is_file():
            shutil.copy(source, target)
    except (OSError, shutil.Error):
        return  # not readable to an ordinary user: the product would not read it either


def prepare(layers: Layers, disk: int) -> None:
    """The bounded file system for all writes, and the folder that a package is unpacked into."""
    layers.up.mkdir(exist_ok=True)
    mount("tmpfs", str(layers.up), "tmpfs", options=f"size={disk},nr_inodes=200000,mode=0700")
    layers.stage.mkdir()


def assemble(layers: Layers) -> Layers:
    """Mount the two overlays over whatever was staged; returns where they are."""
    layers = replace(layers, number=layers.number + 1)
    for folder in (layers.root, layers.usr):
        for suffix in ("", ".up", ".work"):
            folder.with_name(folder.name + suffix).mkdir()
    layers.memory.mkdir()
    layers.memory.chmod(0o1777)
    lower = [str(layers.stage)]
    shadow = layers.folder / "shadow"
    if not layers.container:
        lower.append(str(layers.folder / "skeleton"))
        below = [str(path) for path in (shadow / "usr", layers.stage / "usr", Path("/usr")) if path.is_dir()]
        _overlay(below, layers.usr)
    _overlay(lower, layers.root)
    return layers


def _overlay(lower: list[str], target: Path) -> None:
    upper, work = _upper(target), target.with_name(f"{target.name}.work")
    options = f"userxattr,lowerdir={':'.join(lower)},upperdir={upper},workdir={work}"
    mount("overlay", str(target), "overlay", options=options)


def difference(layers: Layers, inside: str = "", most: int = _MOST_CHANGES) -> tuple[list[Change], bool]:
    """What was created, changed or deleted since `assemble`; False when there was more than is listed.

    `inside`: only what lies in this folder of the root, and then without digests: who asks for a folder reads it.
    """
    if inside:
        return _inside(layers, inside, most)
    changes: list[Change] = []
    whole = True
    lowers = [layers.stage] if layers.container else [layers.stage, layers.folder / "skeleton"]
    for upper, below, prefix in (
        (_upper(layers.root), lowers, "/"),
        (_upper(layers.usr), [layers.stage / "usr", Path("/usr")], "/usr"),
        (layers.memory, [], "/dev/shm"),  # noqa: S108
    ):
        for path in _walk(upper):
            if len(changes) >= _MOST_CHANGES:
                whole = False
                break
            try:
                change = _change(path, upper, below, prefix)
            except FileNotFoundError:  # removed while this was looked at
                continue
            if change is not None:
                changes.append(change)
    return sorted(changes, key=lambda change: change.path), whole


def _inside(layers: Layers, folder: str, most: int) -> tuple[list[Change], bool]:
    upper, changes = _upper(layers.root), list[Change]()
    lowers = [layers.stage] if layers.container else [layers.stage, layers.folder / "skeleton"]
    start = upper / folder.strip("/")
    for path in _walk(start) if start.is_dir() and not start.is_symlink() else ():
        if len(changes) >= most:
            return changes, False
        change = _change(path, upper, lowers, "/", digest=False)
        if change is not None:
            changes.append(change)
    return sorted(changes, key=lambda change: change.path), True


def opened(layers: Layers, path: str) -> int:
    """A descriptor of a plain file that was written in the root. No link is followed on the way.

    Raises OSError, ValueError for a path that is no such file's.
    """
    *folders, name = Path(path.lstrip("/")).parts or ("",)
    if ".." in (*folders, name):
        raise ValueError(path)
    at = os.open(_upper(layers.root), os.O_PATH | os.O_DIRECTORY)
    try:
        for folder in folders:
            below = os.open(folder, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = below
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ValueError(path)
    return file


def _upper(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.up")


def _walk(folder: Path) -> Iterator[Path]:
    for base, names, files in os.walk(folder, followlinks=False):
        for name in sorted((*names, *files)):
            yield Path(base, name)


def _change(path: Path, upper: Path, below: list[Path], prefix: str, *, digest: bool = True) -> Change | None:
    status = path.lstat()
    inner = path.relative_to(upper)
    shown = os.fsencode(Path(prefix, inner)).decode("utf-8", "backslashreplace")[:2000]
    existed = any(os.path.lexists(base / inner) for base in below)
    mode = f"{stat.S_IMODE(status.st_mode):04o}"
    if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
        return Change(shown, "deleted", "", 0, "", "") if existed else None
    if stat.S_ISDIR(status.st_mode):
        return None if existed else Change(shown, "created", "folder", 0, mode, "")
    how = "changed" if existed else "created"
    if stat.S_ISREG(status.st_mode):
        if not existed and not status.st_size and shown in bait.PLACES:
            return None  # put there by the keeper; who opened it was told
        sha256 = _digest(path, status.st_size) if digest else ""
        return Change(shown, how, "file", status.st_size, mode, sha256)
    kinds = {stat.S_IFLNK: "link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return Change(shown, how, kinds.get(stat.S_IFMT(status.st_mode), "device"), 0, mode, "")


def _digest(path: Path, size: int) -> str:
    """SHA-256 of a plain file of at most 32 MiB; opened without following a link that was put in its place."""
    if size > _HASHED:
        return ""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(number, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
