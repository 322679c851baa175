"""A folder of everything that a delivery should not be; `python -m tests.review.junk FOLDER COUNT` makes one."""

import io
import os
import random
import sys
import tarfile
import zipfile
from pathlib import Path

EVIL = "\x1b]0;owned\x07\x1b[2J<script>alert(1)</script>\u202egnp.exe"
LONG_LINE = 200 << 20


def make(folder: Path, count: int, *, large: bool, seed: int = 1) -> None:
    """`count` small junk files of every sort; with `large` also a line of 200 MB."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    sorts = (_random_source, _truncated_archive, _empty, _half_code, _control_code, _random_binary)
    for number in range(count):
        place = folder / f"d{number % 97}"
        place.mkdir(exist_ok=True)
        sorts[number % len(sorts)](place, number, rng)
    _names(folder)
    _links(folder)
    _archives(folder)
    (folder / "brackets.c").write_bytes(b"int x = MD5_Init(" + b"(" * 200_000)
    (folder / "brackets.java").write_bytes(b"class A { Object o = Cipher.getInstance(" + b"{" * 200_000)
    (folder / "brackets.py").write_bytes(b"import hashlib\nx = hashlib.md5(" + b"[" * 200_000)
    if large:
        with (folder / "line.py").open("wb") as file:
            file.write(b"import hashlib; x = ")
            for _ in range(LONG_LINE >> 20):
                file.write(b"hashlib.md5(y) + " * ((1 << 20) // 17))


def _random_source(place: Path, number: int, rng: random.Random) -> None:
    suffix = (".py", ".java", ".c")[number % 3]
    (place / f"r{number}{suffix}").write_bytes(rng.randbytes(rng.randrange(1, 4000)))


def _truncated_archive(place: Path, number: int, rng: random.Random) -> None:
    whole = io.BytesIO()
    if number % 2:
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.py", "import hashlib\nhashlib.md5(b'')\n" * 50)
    else:
        with tarfile.open(fileobj=whole, mode="w:gz") as archive:
            archive.addfile(_member("a.py", 40), io.BytesIO(b"import hashlib\nhashlib.md5(b'')\n".ljust(40)))
    content = whole.getvalue()
    suffix = ".zip" if number % 2 else ".tar.gz"
    (place / f"t{number}{suffix}").write_bytes(content[: rng.randrange(1, len(content))])


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _empty(place: Path, number: int, rng: random.Random) -> None:
    (place / f"e{number}{rng.choice(('.py', '.java', '.zip', '.pem', ''))}").touch()


def _half_code(place: Path, number: int, rng: random.Random) -> None:
    code = b"import hashlib, ssl\nclass A:\n  def f(self):\n    return hashlib.new('md5', self.x).hexdigest()\n"
    cut = rng.randrange(len(code))
    (place / f"h{number}.py").write_bytes(code[:cut] + rng.randbytes(3).replace(b"\0", b"?") + code[cut:])


def _control_code(place: Path, number: int, rng: random.Random) -> None:
    code = f"import hashlib\nx = hashlib.md5(b'{EVIL}')  # {EVIL}{rng.random()}\n"
    (place / f"c{number}.py").write_text(code, encoding="utf-8")


def _random_binary(place: Path, number: int, rng: random.Random) -> None:
    magic = rng.choice(
        (b"\x7fELF", b"MZ", b"PK\x03\x04", b"\xca\xfe\xba\xbe", b"\x1f\x8b\x08", b"hsqs", b"070701", b"")
    )
    (place / f"b{number}").write_bytes(magic + rng.randbytes(rng.randrange(0, 2000)))


def _names(folder: Path) -> None:
    code = b"import hashlib\nhashlib.md5(b'')\n"
    for name in ("密码.py".encode("gbk"), b"\xff\xfe.py", EVIL.replace("/", "_").encode() + b".py", b"a" * 240 + b".py",
                 b"new\nline.py", b"<b>bold.py", b"back\\slash.py", b"%2e%2e.py", b"..hidden.py", b" .py"):  # fmt: skip
        with open(os.path.join(os.fsencode(folder), name), "wb") as file:  # noqa: PTH118, PTH123  (names are bytes)
            file.write(code)


def _links(folder: Path) -> None:
    loop = folder / "loop"
    loop.mkdir(exist_ok=True)
    for name, target in (("self", "self"), ("up", ".."), ("a", "b"), ("b", "a"), ("out.py", "/etc/passwd"),
                         ("out", "/"), ("gone.py", "nowhere.py")):  # fmt: skip
        if not os.path.lexists(loop / name):
            (loop / name).symlink_to(target)
    if not (folder / "pipe.py").exists():
        os.mkfifo(folder / "pipe.py")


def _archives(folder: Path) -> None:
    with zipfile.ZipFile(folder / "traversal.zip", "w") as archive:
        for name in ("../escaped.py", "/tmp/escaped.py", "..\\escaped.py", "C:\\escaped.py", "ok.py"):
            archive.writestr(name, "import hashlib\nhashlib.md5(b'')\n")
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.py", b"\0" * (200 << 20))
    with tarfile.open(folder / "links.tar", "w") as tar:
        for name, target in (("link.py", "../../etc/passwd"), ("abs.py", "/etc/passwd")):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = tarfile.SYMTYPE, target
            tar.addfile(member)
        device = tarfile.TarInfo("device")
        device.type = tarfile.CHRTYPE
        tar.addfile(device)
        tar.addfile(_member("good.py", 31), io.BytesIO(b"import hashlib\nhashlib.md5(b'')"))


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]), large=True)
