"""Who signs at this terminal, and the ledger of the dossier that a verb writes to."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assay.cli.words import language, say, talk
from assay.core.errors import UsageError
from assay.core.text import Text

RECEIPT = ".tlog-proof"

if TYPE_CHECKING:
    from assay.dossier.store import Dossier, Review
    from assay.ledger.party import Party
    from assay.ledger.signing import NamedKey
    from assay.review.acts import Acts


def ask(new: bool) -> str | None:
    """The passphrase, typed without an echo; None without a terminal, or when nothing is typed."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    words = (
        Text(
            "New passphrase for your signing key (empty: sign as nobody known)",
            "为签名密钥设置新口令（留空：以未知签名者签署）",
        )
        if new
        else Text(
            "Passphrase of your signing key (empty: sign as nobody known)", "签名密钥的口令（留空：以未知签名者签署）"
        )
    )
    while typed := _typed(words):
        if not new or _typed(Text("The same again", "请再次输入")) == typed:
            return typed
        talk(Text("they differ", "两次输入不一致"))
    return None


def _typed(words: Text) -> str:
    typed: str = click.prompt(say(words), default="", hide_input=True, show_default=False, err=True)
    return typed


def home() -> Path:
    """The caller's home folder. A user without HOME and without an account has none, and no key of theirs lies in /."""
    try:
        return Path.home()
    except RuntimeError:
        return Path("/")


def party() -> "Party":
    """This terminal's party; see `ledger.party`."""
    from assay.ledger.party import open_party  # noqa: PLC0415

    return open_party(os.environ, home(), ask)


def own_keys() -> "list[NamedKey]":
    """This party's public keys, as far as they were made; no passphrase is asked for."""
    from assay.ledger.party import own_keys as made  # noqa: PLC0415

    return made(os.environ, home())


def trusted_keys(given: Sequence[str]) -> "list[NamedKey]":
    """The keys that were named, each as text or in a file; this party's own when none was."""
    from assay.ledger.signing import read_key  # noqa: PLC0415

    return [read_key(key if "+" in key else _in_file(key)) for key in given] or own_keys()


def _in_file(path: str) -> str:
    from assay.dossier.durable import read_plain  # noqa: PLC0415

    try:
        return read_plain(Path(path), 1 << 16).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        message = Text(f"{path[:60]!a} is no key, and no file with one", f"{path[:60]!a} 既不是公钥，也不是公钥文件")
        raise UsageError(
            message, Text("give NAME+ID+BASE64 or a file with it", "请给出 名称+编号+BASE64 或其所在文件")
        ) from error


def verify(paths: Sequence[Path], keys: Sequence[str], more: Sequence[str] = (), *, nobody: bool) -> int:
    """Run what an auditor runs alone (`ledger/verify.py`), with the keys that were named or this party's own."""
    from assay.ledger.verify import main  # noqa: PLC0415

    trusted = [str(key) for key in own_keys()] if not keys and not nobody else list(keys)
    options = [part for key in trusted for part in ("--key", key)] + (["--nobody"] if nobody else [])
    return main([*options, *more, "--lang", language(), "--", *map(str, paths)])


@contextmanager
def entering() -> Iterator["Entering"]:
    """The passphrase is asked for now, before long work; the ledger is opened when its dossier is known."""
    with ExitStack() as opened:
        yield Entering(party(), opened)


class Entering:
    """Opens the ledger of one dossier, and signs it when the verb ends well."""

    def __init__(self, party_: "Party", opened: ExitStack) -> None:
        self._party = party_
        self._opened = opened
        self.acts: Acts | None = None

    def __call__(self, dossier: "Dossier") -> "Acts":
        from assay.review.acts import Acts  # noqa: PLC0415

        self.acts = self._opened.enter_context(Acts(dossier, self._party, time.time))
        return self.acts

    @property
    def party(self) -> "Party":
        return self._party

    @property
    def signed(self) -> Text:
        return self._party.words

    def report(self, review: "Review", form: str, content: bytes, output: Path | None) -> None:
        """Enter what was rendered; where it went to a file, its receipt lies beside it."""
        if self.acts is not None and self.acts.report(review, form, content, output) is None and output is not None:
            talk(
                Text(
                    "no receipt: this ledger is another key's, which signs what was entered when it is next used",
                    "未出具回执：此账本属于另一密钥，待其下次使用时为所登记内容签名",
                )
            )
