"""Who signs here: this party's name, its keys, and what it remembers of logs.

A party is known by the name on its verifier key. The name is chosen when the key is made: ASSAY_PARTY
(`bank.example`), else an opaque one that says nothing about who or where. Keys lie in the user's configuration folder
(`keys`), or on a token that ASSAY_KEY names by its PKCS#11 URI. Without a passphrase nobody signs: a key for this
session keeps a log whole, and everything says that it is signed by nobody known.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from assay.core.errors import UsageError, refused
from assay.core.text import Text
from assay.dossier.durable import read_plain
from assay.ledger.keys import PASSPHRASE, SIGNER, WITNESS, Ask, configuration, open_signer, open_signers
from assay.ledger.log import Memory
from assay.ledger.signing import COSIGNATURE, NamedKey, Signer, ephemeral, named, read_key
from assay.ledger.witness import Seen

PARTY, TOKEN = "ASSAY_PARTY", "ASSAY_KEY"
NOBODY = "nobody.invalid"  # a name that nobody can register (RFC 6761)
_LARGEST = 64 << 10


class Party(Struct, frozen=True):
    """Signs acts under `name` with all of `signers`; `memory` is None for nobody, who remembers nothing."""

    name: str
    signers: tuple[Signer, ...]
    memory: Memory | None = None

    @property
    def known(self) -> bool:
        return all(signer.known for signer in self.signers)

    @property
    def keys(self) -> tuple[NamedKey, ...]:
        return tuple(named(signer, self.name) for signer in self.signers)

    @property
    def words(self) -> Text:
        """By whom what it signs is signed, as reports say it."""
        if not self.known:
            return Text("signed by nobody known", "签名者未知")
        by = ", ".join(key.label for key in self.keys)
        return Text(f"signed by {by}", f"签名者：{by}")


def nobody() -> Party:
    """A party for this session: what it signs is whole, and signed by nobody known."""
    return Party(NOBODY, (ephemeral(),))


def open_party(environ: Mapping[str, str], home: Path, ask: Ask) -> Party:
    """This party, its keys made on first use; `nobody` when no passphrase is given.

    Raises UsageError for a wrong passphrase, PIN or name, InputError when a key cannot be read or written.
    """
    folder = configuration(environ, home)
    uri = environ.get(TOKEN, "")
    if uri:
        return _on_token(uri, folder, environ, ask)
    name = _name(folder / f"{SIGNER}.vkey", environ)
    try:
        signers = open_signers(folder, SIGNER, name, environ, ask)
    except ValueError as error:
        raise _bad_name(name) from error
    party = Party(name, signers, Seen(folder / "seen"))
    return party if party.known else nobody()


def open_witness(environ: Mapping[str, str], home: Path, ask: Ask) -> tuple[str, Signer, Seen]:
    """Name, key and memory with which this party cosigns: its own name, and `/witness`. Raises as `open_party`."""
    folder = configuration(environ, home)
    name = f"{_name(folder / f'{SIGNER}.vkey', environ)}/{WITNESS}"
    try:
        signer = open_signer(folder, WITNESS, name, environ, ask)
    except ValueError as error:
        raise _bad_name(name) from error
    if not signer.known:
        raise UsageError(
            Text("a cosignature of nobody known is worth nothing", "签名者未知的会签没有意义"),
            Text(f"type a passphrase, or set {PASSPHRASE}", f"请输入口令，或设置 {PASSPHRASE}"),
        )
    return _known_as(folder / f"{WITNESS}.vkey") or name, signer, Seen(folder / "seen")


def own_keys(environ: Mapping[str, str], home: Path) -> list[NamedKey]:
    """Public keys of this party that were made already, cosigning ones last; no passphrase is asked for."""
    folder = configuration(environ, home)
    signing = [_public(folder / f"{name}.vkey") for name in (SIGNER, f"{SIGNER}-sm2")]
    cosigning = _public(folder / f"{WITNESS}.vkey")
    found = [key for key in signing if key is not None]
    if cosigning is not None:
        found.append(NamedKey(cosigning.name, COSIGNATURE, cosigning.public))
    return found


def _on_token(uri: str, folder: Path, environ: Mapping[str, str], ask: Ask) -> Party:
    from assay.ledger.pkcs11 import TokenSigner  # noqa: PLC0415  (an extra)

    name = environ.get(PARTY, "")
    if not name:
        raise UsageError(
            Text(f"a key on a token needs the name of its party in {PARTY}", f"令牌密钥须在 {PARTY} 中给出所属方名称"),
            Text(f"set {PARTY}=bank.example", f"请设置 {PARTY}=bank.example"),
        )
    pin = environ.get(PASSPHRASE) or ask(False)
    return Party(name, (TokenSigner(uri, pin),), Seen(folder / "seen")) if pin else nobody()


def _name(path: Path, environ: Mapping[str, str]) -> str:
    """The name that the key has, else the one that it shall have."""
    wanted, known = environ.get(PARTY, ""), _known_as(path)
    if known and wanted and known != wanted:
        raise UsageError(
            Text(f"your key is known as {known}, not as {wanted}", f"您的密钥名称为 {known}，而非 {wanted}"),
            Text(
                f"unset {PARTY}, or keep the key of another party in a folder of its own (XDG_CONFIG_HOME)",
                f"请取消设置 {PARTY}，或将另一方的密钥放在单独的文件夹（XDG_CONFIG_HOME）",
            ),
        )
    return known or wanted or f"party-{secrets.token_hex(8)}.invalid"


def _known_as(path: Path) -> str:
    key = _public(path)
    return key.name if key is not None else ""


def _public(path: Path) -> NamedKey | None:
    try:
        return read_key(read_plain(path, _LARGEST).decode("utf-8", "replace"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise refused(path, error, Text("set its permissions right", "请修正其权限")) from error


def _bad_name(name: str) -> UsageError:
    return UsageError(
        Text(f"{name!r} is no name for a party", f"{name!r} 不能用作一方的名称"),
        Text(f"set {PARTY} to a name like bank.example", f"请将 {PARTY} 设为类似 bank.example 的名称"),
    )
