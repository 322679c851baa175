"""Examinations for the bench's tests: module-level, so that spawned workers can import them."""

import contextlib
import ctypes
import os
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from assay.core.examination import (
    Artifact,
    Concluded,
    Examined,
    FileMeta,
    FileView,
    Hit,
    Index,
    Lab,
    Limits,
    Locator,
    Shortfall,
)
from assay.core.facts import Evidence, Fact
from assay.core.kinds import FileClass
from assay.dossier.runs import write_run

__all__ = ["write_run"]

MISDEEDS = frozenset(
    b"do_sleep do_spin do_abort do_null do_vanish do_eat do_raise do_exit do_recurse do_lie do_short do_fine".split()
)


def open_path(locator: Locator) -> BinaryIO:
    if "opening-kills" in locator.path:
        os.abort()
    if "opening-fails" in locator.path:
        raise PermissionError(13, "not yours", locator.path)
    return Path(locator.path).open("rb")


def meta_of(path: Path, file_class: FileClass = "source", format_: str = "java") -> FileMeta:
    size = path.stat().st_size if path.exists() else 0
    return FileMeta(path.name, path.name, size, file_class, format_, "app", "shipped", Locator("file", str(path)))


class Words(Struct, dict=True):
    """States one fact for each hit, at its line."""

    id: str = "test.words@1"
    kinds: tuple[str, ...] = ("crypto.use",)
    literals: frozenset[bytes] = frozenset({b"MD5", b"SHA1", b"MD5withRSA"})
    fold_case: bool = False
    by_format: bool = False
    also: tuple[FileClass, ...] = ()

    def accepts(self, meta: FileMeta) -> bool:
        return (meta.file_class == "source" and meta.format in {"java", "c"}) or meta.file_class in self.also

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        facts = tuple(
            Fact(
                "crypto.use",
                view.meta.subject(f"line{(line := view.first_line + view.content.count(10, 0, hit.offset))}"),
                {"algorithm": hit.literal.decode(), "seen": "call"},
                self.id,
                (Evidence(view.meta.path, line, hit.literal.decode(), view.offset + hit.offset),),
            )
            for hit in hits
        )
        return Examined(facts, tuple(hit.literal for hit in hits))


class Trouble(Struct, dict=True):
    """Does what the first literal says, and otherwise states that it was there."""

    id: str = "test.trouble@1"
    kinds: tuple[str, ...] = ("crypto.protocol",)
    literals: frozenset[bytes] = MISDEEDS
    fold_case: bool = False
    by_format: bool = False

    def accepts(self, meta: FileMeta) -> bool:
        if "accept-kills" in meta.path:
            os.abort()
        if "accept-raises" in meta.path:
            raise KeyError(meta.path)
        return meta.file_class == "source" and meta.format == "java"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        return act(hits[0].literal.decode(), view, self.id)


def act(what: str, view: FileView, by: str) -> Examined:  # noqa: C901  (a list of misdeeds)
    subject = view.meta.subject()
    if what == "do_sleep":
        time.sleep(3600)
    elif what == "do_spin":
        while True:
            pass
    elif what == "do_abort":
        os.abort()
    elif what == "do_null":
        ctypes.string_at(0)
    elif what == "do_vanish":
        os._exit(0)
    elif what == "do_eat":
        hoard = [bytes(32 << 20) for _ in range(10_000)]  # address space only: quick on any machine
        raise AssertionError(len(hoard))
    elif what == "do_raise":
        raise ValueError("text of the product: " + view.content.decode("latin-1"))
    elif what == "do_exit":
        sys.exit(3)
    elif what == "do_recurse":
        act(what, view, by)
    elif what == "do_lie":
        return Examined((Fact("crypto.protocol", subject, {"protocol": "\ud800"}, by, ()),))
    elif what == "do_short":
        shortfalls = (Shortfall("syntax", "a"), Shortfall("blind-spot", "b"), Shortfall("syntax", "c"))
        return Examined((), None, shortfalls)
    return Examined((Fact("crypto.protocol", subject, {"protocol": "TLS", "version": "1.2"}, by, ()),))


class Anywhere(Struct, dict=True):
    """Has no literals: sees every material whole."""

    id: str = "test.anywhere@1"
    kinds: tuple[str, ...] = ("crypto.misuse",)
    literals: frozenset[bytes] = frozenset()
    fold_case: bool = False
    by_format: bool = False

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "material"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        assert not hits
        value = {"cwe": len(view.content)}
        return Examined((Fact("crypto.misuse", view.meta.subject(), value, self.id, ()),))


class Total(Struct, dict=True):
    """One fact per file of the summaries, with how many files hold the identifier `common` and what a view shows."""

    id: str = "test.total@1"
    kinds: tuple[str, ...] = ("crypto.misuse",)
    summaries_of: str = "test.words@1"
    misdeed: str = ""

    def conclude(
        self, artifact: Artifact, summaries: Mapping[str, Sequence[object]], index: Index, lab: Lab
    ) -> Concluded:
        if self.misdeed:
            act(self.misdeed, FileView(artifact.files[0], b"private"), self.id)
        common = list(index.files_with(b"common"))
        seen = [view for view in map(index.view, common) if view is not None]
        by_path = {meta.path: meta for meta in artifact.files}
        value: dict[str, str | int | bool | None] = {"algorithm": ",".join(view.meta.path for view in seen)}
        facts = []
        for path, units in summaries.items():
            hits = sum(len(unit) for unit in units if isinstance(unit, tuple))
            facts.append(Fact("crypto.misuse", by_path[path].subject(), {**value, "cwe": hits}, self.id, ()))
        short = tuple((meta, Shortfall("blind-spot", "reflection")) for meta in index.files_with(b"reflective"))
        return Concluded(tuple(facts), short)


SMALL = Limits(unit_bytes=4096, hits_per_unit=50, watchdog_seconds=0.8, memory_bytes=500 << 20)


class Exploited(Struct, dict=True):
    """What a parser does when a file has taken it over; states each thing that it could do."""

    id: str = "test.exploited@1"
    kinds: tuple[str, ...] = ("crypto.use",)
    literals: frozenset[bytes] = frozenset({b"exploit"})
    fold_case: bool = False
    by_format: bool = False

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        acts = {
            "shadow": lambda: os.open("/etc/shadow", os.O_RDONLY),
            "passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
            "beside": lambda: os.open(Path(view.meta.locator.path).parents[1] / "taken", os.O_WRONLY | os.O_CREAT),
            "connect": lambda: socket.create_connection(("127.0.0.1", 9), 1),
            "forks": _forks,
            "secret": _secret,
        }
        facts = []
        for name, act in acts.items():
            with contextlib.suppress(PermissionError):
                with contextlib.suppress(ConnectionError):
                    act()
                value = {"algorithm": name, "seen": "call"}
                facts.append(Fact("crypto.use", view.meta.subject(name), value, self.id, (Evidence(view.meta.path),)))
        return Examined(tuple(facts), ())


def _secret() -> None:
    if b"ASSAY_KEY" not in Path("/proc/self/environ").read_bytes():
        raise PermissionError


def _forks() -> None:
    for _ in range(20):
        if os.fork() == 0:
            os._exit(0)
