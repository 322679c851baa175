"""What compiled code calls and nobody has listed is a blind spot, unless the delivery holds it."""

import struct
from typing import Any

import pytest

from assay.core.examination import Artifact, FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.compiled.classes import CompiledJava
from assay.examinations.cipher.compiled.unlisted import CompiledPackages, Named, named

CALLING = Named(("fr.pay.crypto.Box", "fr.pay.crypto.Seal"), ())


class _Lab:
    limits = Limits()


def class_naming(*names: str) -> bytes:
    """A class file without members: its own name, its parent's, and names of other classes."""
    pool = b""
    for at, name in enumerate(names):
        pool += b"\x01" + struct.pack(">H", len(name)) + name.encode() + b"\x07" + struct.pack(">H", 2 * at + 1)
    return b"\xca\xfe\xba\xbe\0\0\0\x41" + struct.pack(">H", 2 * len(names) + 1) + pool + struct.pack(
        ">HHHHHHH", 0x21, 2, 4, 0, 0, 0, 0
    )  # fmt: skip


def meta(path: str, format_: str = "Java class", file_class: Any = "binary") -> FileMeta:
    return FileMeta(path, path, 1, file_class, format_, "p", "shipped", Locator("file", ""))


class _NoWords:
    """An index of no words: no source declares a package."""

    def files_with(self, word: bytes) -> list[FileMeta]:
        assert word.isalnum()
        return []


def blind(*others: tuple[FileMeta, Named | None]) -> list[str]:
    rows = [(meta("app.jar!app/Main.class"), CALLING), *others]
    summaries = {one.path: [told] for one, told in rows if told is not None}
    whole = CompiledPackages(CompiledJava.id, "Java")
    found = whole.conclude(Artifact(tuple(one for one, _ in rows)), summaries, _NoWords(), _Lab())  # type: ignore[arg-type]
    assert {one.path for one, _ in found.shortfalls} <= {"app.jar!app/Main.class"}
    return [short.detail for _, short in found.shortfalls]


def test_a_class_tells_what_it_names() -> None:
    names = ("fr/pay/crypto/Own", "java/lang/Object", "fr/pay/crypto/Box$Inner", "[Lfr/pay/crypto/Box;",
             "javax/crypto/Cipher", "fr/pay/crypto/CryptoException", "fr/pay/text/Plain")  # fmt: skip
    view = FileView(meta("a.jar!fr/pay/crypto/Own.class"), class_naming(*names))
    told = CompiledJava().examine(view, (), _Lab()).summary
    assert told == Named(("fr.pay.crypto.Box",), ("fr.pay.crypto.Own",))


def test_a_name_that_no_source_could_spell_is_looked_for_nowhere() -> None:
    other = meta("b.jar!app/B.class"), named(["fr.pay.crypto.B\no x", "fr.pay.crypto.\ud800"], (), "Java")
    whole = CompiledPackages(CompiledJava.id, "Java")
    summaries = {other[0].path: [other[1]]}
    found = whole.conclude(Artifact((other[0],)), summaries, _NoWords(), _Lab())  # type: ignore[arg-type]
    assert len(found.shortfalls) == 1


def test_what_says_nothing_is_no_summary() -> None:
    assert named(["java.lang.String", "app.Orders"], ["app.Main"], "Java") is None


def test_a_library_that_was_not_delivered_is_a_blind_spot_of_its_file() -> None:
    assert blind() == ["a library that nobody has listed: fr.pay.crypto.Box and 1 more"]


@pytest.mark.parametrize(
    "holder",
    [
        (meta("box.jar!fr/pay/crypto/Box.class"), Named((), ("fr.pay.crypto.Box",))),
        (meta("src/fr/pay/crypto/Box.java", "Java", "source"), None),
    ],
)
def test_what_the_delivery_holds_is_none(holder: tuple[FileMeta, Named | None]) -> None:
    assert blind(holder) == ["a library that nobody has listed: fr.pay.crypto.Seal"]
