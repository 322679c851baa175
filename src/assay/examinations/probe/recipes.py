"""How a delivered thing is laid out in the cage, installed and started.

Known: a command over any tree, wheel and sdist, npm package, jar, deb, a container's root, programs (static, dynamic,
of another architecture by qemu-user), scripts. Read here are the names that intake found, first bytes, and one list of
entry points; unpacking and everything else happens inside the cage, by the cage's own tar, dpkg-deb and python3.

What it cannot do: resolve dependencies (there is no network: deliver them beside the product), build from source with
tools that the cage does not have, emulate a kernel. What it cannot start is an attempt with that reason.
"""

import configparser
import platform
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from msgspec import Struct, field
from msgspec.structs import replace

from assay.core.examination import FileMeta
from assay.intake import open_locator
from assay.lab.cage.spec import PRODUCT

Argv = tuple[str, ...]
_PYTHON = "/usr/bin/python3"
_PACKED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_LARGEST_TEXT = 1 << 20
_MACHINES = {3: "i386", 8: "mips", 20: "ppc", 21: "ppc64", 22: "s390x", 40: "arm", 183: "aarch64", 243: "riscv64"}
_NATIVE = {"x86_64": 62, "aarch64": 183}
_NPM_INSTALL = """
const s = require("/product/package.json").scripts || {}, { spawnSync } = require("child_process");
for (const k of ["preinstall", "install", "postinstall"])
  if (s[k] && spawnSync("sh", ["-c", s[k]], { stdio: "inherit", cwd: "/product" }).status !== 0) process.exit(1);
"""
_NPM_START = """
const p = require("/product/package.json"), s = p.scripts || {};
const { spawnSync } = require("child_process");
const bin = typeof p.bin === "string" ? p.bin : Object.values(p.bin || {})[0];
if (s.start) spawnSync("sh", ["-c", "exec " + s.start], { stdio: "inherit", cwd: "/product" });
else require(require("path").resolve("/product", bin || p.main || "index.js"));
"""
# What any runtime lays over a container's root: its resolver, and places to mount at.
_LAID_OVER = """
cd /stage && touch .whole-root && mkdir -p dev proc tmp run product var/home/app && chmod 1777 tmp
rm -f etc/resolv.conf etc/hosts && cp /etc/resolv.conf /etc/hosts etc/
"""
_AS_A_ROOT: Argv = ("/bin/sh", "-c", _LAID_OVER)
_DEB_CONTROL = "/var/lib/dpkg/assay"
_DEB_MERGED = """
for folder in bin sbin lib lib64; do
  [ -d /stage/$folder ] && [ ! -L /stage/$folder ] || continue
  mkdir -p /stage/usr/$folder && cp -a /stage/$folder/. /stage/usr/$folder/ && rm -r /stage/$folder
done
"""
_DEB_UNITS = (
    f"cd /stage && find . -path '*/systemd/system/*.service' ! -name '*@.service' > .{_DEB_CONTROL}/units || true"
)
# The command of the first service, written down before anything is observed.
_DEB_START = f"""
cd /stage && line=""
while read -r unit && [ -z "$line" ]; do
  line=$(sed -n 's/^ExecStart=[-@:+!]*//p' "$unit" | head -n1)
done < .{_DEB_CONTROL}/units
printf '%s\\n' "${{line:+exec $line}}" 'echo "no service in this package" >&2; exit 127' > .{_DEB_CONTROL}/start
"""
# There is one user id inside. Installation scripts add users, hand files to groups and speak to a service manager:
# every name stands for that one id here, and what would need dpkg's own state says that it is done.
_DEB_MACHINE = f"""
cd /stage && mkdir -p etc usr/sbin usr/bin && cp /etc/passwd /etc/group etc/ && me=$(id -u)
for name in daemon bin sys adm tty disk lp mail news man proxy www-data backup list games users staff utmp shadow; do
  echo "$name:x:$me:$me::/nonexistent:/usr/sbin/nologin" >> etc/passwd; echo "$name:x:$me:" >> etc/group
done
for tool in adduser addgroup useradd groupadd; do
  printf '#!/bin/sh\\nme=%s\\n' "$me" > usr/sbin/$tool && chmod 755 usr/sbin/$tool && cat >> usr/sbin/$tool <<'END'
for name; do case $name in -*) ;; *) last=$name ;; esac; done
while IFS=: read -r name rest; do [ "$name" != "$last" ] || exit 0; done < /etc/group
echo "$last:x:$me:$me::/nonexistent:/usr/sbin/nologin" >> /etc/passwd; echo "$last:x:$me:" >> /etc/group
END
done
for tool in usermod deb-systemd-helper deb-systemd-invoke invoke-rc.d update-rc.d systemctl dpkg-statoverride \
  dpkg-maintscript-helper; do
  printf '#!/bin/sh\\n[ "$1" != --list ]\\n' > usr/bin/$tool && chmod 755 usr/bin/$tool
done
for script in .{_DEB_CONTROL}/*/; do
  [ -f "$script/postinst" ] || printf '#!/bin/sh\\n' > "$script/postinst"
  chmod 755 "$script/postinst"
done
"""


class Recipe(Struct, frozen=True):
    """`stage` runs with /in and /stage, before anything is observed; `start` is () when nothing tells how.

    `needs` names a program of the machine without which it cannot run, and `package` its Debian package.
    """

    name: str
    stage: tuple[Argv, ...]
    install: tuple[Argv, ...] = ()
    start: Argv = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = PRODUCT
    needs: str = ""
    package: str = ""
    emulated: bool = False


def recipe_for(path: Path, files: Sequence[FileMeta], command: Argv = ()) -> Recipe:
    """The recipe for a delivery, whose `files` intake found; a command given by the operator replaces the start."""
    recipe = _folder(path, files) if path.is_dir() else _file(path, files)
    return replace(recipe, start=command) if command else recipe


def _folder(path: Path, files: Sequence[FileMeta]) -> Recipe:
    inside = f"/in/{path.name}/."
    names = {entry.name for entry in path.iterdir()}
    if "etc" in names and names & {"bin", "usr"} and names & {"lib", "usr", "sbin"}:
        stage = (("cp", "-a", inside, "/stage"), _AS_A_ROOT)
        return Recipe("container root", stage, cwd="/")
    laid: tuple[Argv, ...] = (("mkdir", "/stage/product"), ("cp", "-a", inside, "/stage/product"))
    if "package.json" in names:
        return _npm(laid)
    wheels = sorted(name for name in names if name.endswith(".whl"))
    if wheels:
        unpack = tuple((_PYTHON, "-m", "zipfile", "-e", f"/in/{path.name}/{name}", "/stage/product") for name in wheels)
        return _python("wheels", (("mkdir", "/stage/product"), *unpack), _wheel_start(files, f"{wheels[0]}!"))
    debs = sorted(name for name in names if name.endswith(".deb"))
    if debs:
        return _debs([f"/in/{path.name}/{name}" for name in debs])
    if names & {"pyproject.toml", "setup.py", "PKG-INFO"}:
        return _python("source tree (Python)", laid, ())
    return Recipe("tree", laid)


def _file(path: Path, files: Sequence[FileMeta]) -> Recipe:
    delivered, lower = f"/in/{path.name}", path.name.lower()
    with path.open("rb") as file:
        head = file.read(512)
    mkdir: Argv = ("mkdir", "/stage/product")
    unzip: Argv = (_PYTHON, "-m", "zipfile", "-e", delivered, "/stage/product")
    if lower.endswith(".whl"):
        return _python("wheel", (mkdir, unzip), _wheel_start(files, ""))
    if lower.endswith((".jar", ".war")):
        copy = (mkdir, ("cp", delivered, f"/stage/product/{path.name}"))
        start = ("/usr/bin/java", "-jar", f"{PRODUCT}/{path.name}")
        return Recipe("jar", copy, start=start, needs="/usr/bin/java", package="default-jre-headless")
    if head.startswith(b"!<arch>\ndebian"):
        return _debs([delivered])
    if head.startswith(b"\x7fELF"):
        return _program(path, head)
    if head.startswith(b"#!"):
        return _single(path, "script")
    if head.startswith(b"PK\x03\x04"):
        return Recipe("zip", (mkdir, unzip))
    if head.startswith(_PACKED) or head[257:262] == b"ustar":
        return _archive(path, [meta.path for meta in files], mkdir)
    return _single(path, "file", start=False)


def _debs(delivered: Sequence[str]) -> Recipe:
    """Packages laid over this machine's own /usr; their services are looked for among their own files only."""
    stage: list[Argv] = [("mkdir", "-p", f"/stage{_DEB_CONTROL}")]
    scripts: list[Argv] = []
    for number, package in enumerate(delivered):
        control = f"{_DEB_CONTROL}/{number}"
        stage += [("dpkg-deb", "-x", package, "/stage"), ("dpkg-deb", "-e", package, f"/stage{control}")]
        scripts.append((f"{control}/postinst", "configure", ""))
    stage += [("/bin/sh", "-c", text) for text in (_DEB_MERGED, _DEB_UNITS, _DEB_START, _DEB_MACHINE)]
    return Recipe("deb", tuple(stage), tuple(scripts), ("/bin/sh", f"{_DEB_CONTROL}/start"), cwd="/")


def _archive(path: Path, names: Sequence[str], mkdir: Argv) -> Recipe:
    names = [name.removeprefix("./") for name in names]
    tops = {PurePosixPath(name).parts[0] for name in names if PurePosixPath(name).parts}
    strip = ("--strip-components=1",) if len(tops) == 1 and len(names) > 1 else ()
    delivered = f"/in/{path.name}"
    laid = (mkdir, ("tar", "-xf", delivered, "-C", "/stage/product", "--no-same-owner", *strip))
    second = {"/".join(PurePosixPath(name).parts[len(strip) :]) for name in names}
    if "package.json" in second:
        return _npm(laid)
    if "PKG-INFO" in second:
        return _python("sdist", laid, ())
    if "etc" in tops and tops & {"bin", "usr"}:
        stage = (("tar", "-xf", delivered, "-C", "/stage", "--no-same-owner"), _AS_A_ROOT)
        return Recipe("container root", stage, cwd="/")
    return Recipe("archive", laid)


def _npm(laid: tuple[Argv, ...]) -> Recipe:
    env = {"NODE_PATH": f"{PRODUCT}/node_modules"}
    return Recipe(
        "npm package", laid, (("/usr/bin/node", "-e", _NPM_INSTALL),), ("/usr/bin/node", "-e", _NPM_START), env,
        needs="/usr/bin/node", package="nodejs",
    )  # fmt: skip


def _python(name: str, laid: tuple[Argv, ...], start: Argv) -> Recipe:
    """A setup.py is run as an installer would run it; a wheel has nothing to run at installation."""
    install: tuple[Argv, ...] = ()
    if "wheel" not in name:
        install = (("/bin/sh", "-c", f"[ ! -f setup.py ] || {_PYTHON} setup.py --quiet egg_info -e /tmp"),)
    env = {"PYTHONPATH": f"{PRODUCT}:{PRODUCT}/src"}
    return Recipe(name, laid, install, start, env, needs=_PYTHON, package="python3")


def _wheel_start(files: Sequence[FileMeta], prefix: str) -> Argv:
    """The first console script, else an import of the first top-level module; () when nothing tells."""
    inside = {meta.path.removeprefix(prefix): meta for meta in files if meta.path.startswith(prefix)}
    points = next((meta for name, meta in inside.items() if name.endswith(".dist-info/entry_points.txt")), None)
    text = ""
    if points is not None:
        with open_locator(points.locator) as stream:
            text = stream.read(_LARGEST_TEXT).decode("utf-8", "replace")
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",))
    try:
        parser.read_string(text)
    except configparser.Error:
        parser.clear()
    scripts = dict(parser["console_scripts"]) if parser.has_section("console_scripts") else {}
    for target in scripts.values():
        module, _, function = target.partition("[")[0].strip().partition(":")
        if all(part.isidentifier() for part in (*module.split("."), *function.split("."))):
            code = f"import sys; from {module} import {function.split('.')[0]}; sys.exit({function}())"
            return (_PYTHON, "-c", code)
    tops = sorted({name.partition("/")[0].removesuffix(".py") for name in inside if name.endswith(".py")})
    module = next((top for top in tops if top.isidentifier()), "")
    return (_PYTHON, "-c", f"import {module}") if module else ()


def _program(path: Path, head: bytes) -> Recipe:
    head = head.ljust(20, b"\0")
    order = ">" if head[5] == 2 else "<"
    machine = struct.unpack(f"{order}H", head[18:20])[0]
    if machine == _NATIVE.get(platform.machine()):
        return _single(path, "program")
    name = _MACHINES.get(machine, "")
    little = {"mips": "mipsel", "ppc64": "ppc64le"}
    name = little.get(name, name) if order == "<" else name
    emulator = f"/usr/bin/qemu-{name}"
    recipe = _single(path, f"program of another architecture ({name or machine})")
    return replace(recipe, start=(emulator, *recipe.start), needs=emulator, package="qemu-user", emulated=True)


def _single(path: Path, name: str, *, start: bool = True) -> Recipe:
    target = f"/stage/product/{path.name}"
    stage = (("mkdir", "/stage/product"), ("cp", f"/in/{path.name}", target), ("chmod", "755", target))
    return Recipe(name, stage, start=(f"{PRODUCT}/{path.name}",) if start else ())
