"""`assay doctor`: what this installation can do, tried rather than assumed."""

import platform
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import click

from assay import __version__
from assay.cli import options
from assay.cli.signing import own_keys
from assay.cli.words import say
from assay.core.errors import AssayError, Exit
from assay.core.text import Text

_NATIVE = {
    "tree-sitter": "tree_sitter",
    "ahocorasick-rs": "ahocorasick_rs",
    "google-re2": "re2",
    "lief": "lief",
    "numba": "numba",
    "numpy": "numpy",
    "pyarrow": "pyarrow",
    "msgspec": "msgspec",
    "pyyaml": "yaml",
    "zstandard": "zstandard",
}


@click.command("doctor", help=say(Text("Check this installation.", "检查本机安装。")))
@options.lang
def command() -> int:
    failed = False
    click.echo(f"assay {__version__}, Python {platform.python_version()}, {platform.platform()}")
    for title, good, detail in _checks():
        failed = failed or not good
        click.echo(f"{'ok ' if good else 'NO '} {say(title)}: {detail}")
    for mark, served in _served():
        failed = failed or mark == "NO "
        click.echo(f"{mark} {served}")
    click.echo(say(_libarchive()))
    click.echo(say(_buckets()))
    click.echo(say(_scanner()))
    click.echo(say(_memory()))
    click.echo(say(_keys()))
    click.echo(say(_cage()))
    click.echo(say(_walls()))
    return int(Exit.FAULT if failed else Exit.NOTHING_TO_REPORT)


def _served() -> Iterator[tuple[str, str]]:
    """What serves SM2, SM3 and SM4, proven by its known answers; that nothing does is no fault of what is here."""
    from assay.sm.backend import UnavailableError  # noqa: PLC0415
    from assay.sm.choice import SERVED  # noqa: PLC0415

    for primitive, serving in SERVED:
        try:
            name = serving().name
            hint = Text("; the Debian package libgcrypt20 would be faster", "；安装 Debian 软件包 libgcrypt20 会更快")
            yield "ok ", f"{primitive}: {name}" + (say(hint) if name.startswith("cryptography") else "")
        except AssayError as error:
            mark = "-- " if isinstance(error, UnavailableError) else "NO "
            yield mark, f"{primitive}: {say(error.message)}" + (f"; {say(error.advice)}" if error.advice else "")


def _libarchive() -> Text:
    """The one system library that widens what is opened; its absence is no fault."""
    from assay.intake import foreign  # noqa: PLC0415

    formats = ", ".join(foreign.READERS)
    found = foreign.version()
    if found:
        return Text(f"ok  libarchive {found}: opens {formats}", f"ok  libarchive {found}：可打开 {formats}")
    return Text(
        f"--  libarchive was not found; the Debian package {foreign.PACKAGE} would let assay open {formats}",
        f"--  未找到 libarchive；安装 Debian 软件包 {foreign.PACKAGE} 后可打开 {formats}",
    )


def _buckets() -> Text:
    """What stores deposits in S3; a folder needs nothing."""
    try:
        found = version("obstore")
    except PackageNotFoundError:
        return Text(
            "--  obstore is not installed: deposits lie in folders only (pip install 'assay[s3]')",
            "--  未安装 obstore：保管件仅限存于目录（pip install 'assay[s3]'）",
        )
    return Text(f"ok  obstore {found}: deposits in S3 buckets", f"ok  obstore {found}：保管件可存于 S3 存储桶")


def _scanner() -> Text:
    """What looks for viruses in deposits; without it their first level stays open."""
    from assay.examinations.handover.scan import PACKAGES, scanner  # noqa: PLC0415

    found = [name for name in PACKAGES if scanner(name) is not None]
    if found:
        return Text(f"ok  virus scanner: {', '.join(found)}", f"ok  病毒扫描程序：{', '.join(found)}")
    packages = " ".join(PACKAGES.values())
    return Text(
        f"--  no virus scanner was found; the Debian package {packages} lets assay deposit levels check deposits",
        f"--  未找到病毒扫描程序；安装 Debian 软件包 {packages} 后，assay deposit levels 可检查保管件",
    )


def _memory() -> Text:
    """Where sealed source is examined; without such a place there is no review of it."""
    from assay.review.sealed import memory_folder  # noqa: PLC0415

    try:
        found = memory_folder()
    except AssayError as error:
        why = error.advice or error.message
        return Text(f"--  deposits: {error.message.en}; {why.en}", f"--  保管件：{error.message.zh}；{why.zh}")
    return Text(f"ok  deposits are examined in memory: {found}", f"ok  保管件在内存中审查：{found}")


def _keys() -> Text:
    """Whose key signs; that there is none is no fault."""
    keys = own_keys()
    if keys:
        labels = ", ".join(key.label for key in keys)
        return Text(f"ok  keys: {labels}", f"ok  密钥：{labels}")
    return Text(
        "--  keys: none yet, reviews are signed by nobody known; assay ledger keys makes a pair",
        "--  密钥：尚无，审查的签名者未知；assay ledger keys 可生成一对",
    )


def _cage() -> Text:
    """A cage is made and tested; without one nothing is run, which is no fault of what is here."""
    from assay.lab.cage.cage import Cage  # noqa: PLC0415

    try:
        with Cage() as cage:
            cage.assemble()
    except AssayError as error:
        why = error.advice or error.message
        return Text(f"--  cage: {error.message.en}; {why.en}", f"--  牢笼：{error.message.zh}；{why.zh}")
    return Text("ok  cage: its self-test holds, so products can be run", "ok  牢笼：自检通过，可运行产品")


def _walls() -> Text:
    """Put up in a process of its own, for they cannot be taken down."""
    script = "import sys; from assay.lab.walls import raised; sys.exit(not raised())"
    if subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0:  # noqa: S603
        return Text(
            "ok  walls: parsers open, call and start nothing else", "ok  围墙：解析器不能打开其他文件、联网或启动程序"
        )
    return Text(
        "--  walls: this kernel has no Landlock or refuses it; parsers run as workers with limits alone",
        "--  围墙：内核没有 Landlock 或不予准许；解析器仅以受限的工作进程运行",
    )


def _checks() -> Iterator[tuple[Text, bool, str]]:
    for package, module in _NATIVE.items():
        yield Text("library", "库"), *_tried(lambda module=module, package=package: _imported(module, package))  # type: ignore[misc]
    yield Text("grammars", "语法"), *_tried(_grammars)
    yield Text("rulebooks", "规则集"), *_tried(_rulebooks)
    yield Text("cipher catalogue", "密码库目录"), *_tried(_catalogue)
    yield Text("memory limit of workers", "工作进程内存限制"), *_tried(_limits)


def _tried(check: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, check()
    except (AssayError, ImportError, OSError, ValueError, PackageNotFoundError) as error:
        return False, f"{type(error).__name__}: {error}"


def _imported(module: str, package: str) -> str:
    import_module(module)
    return f"{package} {version(package)}"


def _grammars() -> str:
    from assay.source.languages import BY_NAME  # noqa: PLC0415
    from assay.source.parsed import Parsed  # noqa: PLC0415

    return ", ".join(f"{adapter.name} ({Parsed(adapter, b'').root.type})" for adapter in BY_NAME.values())


def _rulebooks() -> str:
    from assay.rulebooks import load, shipped  # noqa: PLC0415

    return ", ".join(f"{id_} ({len(load(id_).rules)})" for id_ in shipped())


def _catalogue() -> str:
    from assay.examinations.cipher.catalogue import libraries  # noqa: PLC0415

    return ", ".join(f"{library.id} ({len(library.entries)})" for library in libraries())


def _limits() -> str:
    import resource  # noqa: PLC0415  (POSIX only)

    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    known = "unlimited" if soft == resource.RLIM_INFINITY else f"{soft >> 20} MiB"
    return f"{sys.platform}, {known}"
