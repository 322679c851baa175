"""What the verbs of a deposit's parties share: the room, the deposit that its vendor signed, keys and files."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.signing import own_keys, party, trusted_keys
from assay.cli.words import say, talk
from assay.core.errors import UsageError
from assay.core.text import Text
from assay.dossier.durable import read_given

if TYPE_CHECKING:
    from assay.deposit.deposits import Deposit
    from assay.deposit.opening import Host
    from assay.ledger.party import Party

F = TypeVar("F", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)
LARGEST = 64 << 20


def room(function: F) -> F:
    about = say(
        Text("The host's folder for this deposit; else ASSAY_ROOM.", "主机方存放此保管件的目录；默认取 ASSAY_ROOM。")
    )
    return click.option("--room", type=PATH, envvar="ASSAY_ROOM", required=True, help=about)(function)


def signed_deposit(address: str, deposit: str, trusted: tuple[str, ...]) -> "Deposit":
    """A deposit that a key which was named signed, or this party's own key: never on its own word. NotVerifiedError."""
    from assay.deposit.deposits import Deposit  # noqa: PLC0415
    from assay.deposit.storage import open_storage  # noqa: PLC0415

    keys = trusted_keys(trusted) if trusted else own_keys()
    if not keys:
        raise UsageError(
            Text("whose deposit is it? no key was named", "未指定公钥：这是谁的保管件？"),
            Text("name the vendor's key as you had it from the vendor: --key", "请用 --key 给出从供应方取得的公钥"),
        )
    return Deposit.open(open_storage(address), deposit, keys)


def signing() -> "Party":
    """This terminal's party, which must be somebody. Raises UsageError."""
    me = party()
    if not me.known:
        raise UsageError(
            Text("an act under a deposit is signed, and there is no key", "保管件的行为须签名，当前没有密钥"),
            Text("type a passphrase, or set ASSAY_KEY_PASSPHRASE", "请输入口令，或设置 ASSAY_KEY_PASSPHRASE"),
        )
    return me


def secret(*, new: bool = False) -> str:
    """The passphrase of a sealing key, or of a room."""
    from assay.deposit.wrapping import passphrase  # noqa: PLC0415

    return passphrase(os.environ, _ask, new=new)


def _ask(new: bool) -> str | None:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    about = say(Text("Passphrase of the sealing key or room", "密封密钥或阅览室的口令"))
    again = say(Text("The same again", "请再次输入")) if new else False
    typed: str = click.prompt(
        about, default="", hide_input=True, show_default=False, err=True, confirmation_prompt=again
    )
    return typed


@contextmanager
def hosting(address: str, deposit: str, trusted: tuple[str, ...], folder: Path) -> Iterator["Host"]:
    """The host's side, its log signed at the end."""
    from assay.deposit.opening import Host  # noqa: PLC0415

    me = signing()
    with Host(folder, signed_deposit(address, deposit, trusted), me, time.time) as host:
        yield host
        behind = host.acts.size - host.acts.seen(host.terms.witnesses)
    if behind:
        talk(
            Text(
                f"entries that wait for a witness: {behind}; assay ledger witness ask {folder}/ledger.sqlite",
                f"{behind} 条记录待会签；assay ledger witness ask {folder}/ledger.sqlite",
            )
        )


def content(path: Path) -> bytes:
    """A file that the caller named. Raises InputError."""
    return read_given(path, LARGEST)
