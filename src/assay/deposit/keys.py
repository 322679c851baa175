"""The keys of a deposit, and which of them opens what.

    root key     32 random bytes. It alone is split into shares; nobody keeps it. It opens the private key below.
    key pair     X25519 or SM2. Sealing wraps to the public key; only who has the root key unwraps.
    naming key   32 bytes, kept by the vendor: names contents and reads where they lie, so that a further version needs
                 no shares and stores nothing twice. It opens no content.
    epoch key    32 random bytes of one version, wrapped to the public key. Under it every piece of content has a key of
                 its own, so that one file can be given away without the rest.

There is no other key and no way around the shares. Who has the naming key and the store can tell whether a content that
he already has is in the deposit, and how long its pieces are; it is the vendor's, as the contents are.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from msgspec import Struct

from assay.core.errors import InputError, refused
from assay.core.text import Text
from assay.deposit import container
from assay.deposit.suites import AES, Suite
from assay.deposit.wrapping import SealingKey, SealingPair
from assay.ledger.keys import private_bytes, write_private
from assay.ledger.notes import unverified
from assay.sm import sm2
from assay.sm.encoding import split_pkcs8

SIZE = 32
CANARY = b"This canary was sealed with the deposit. Whoever reads it can open the deposit."


def new_key() -> bytes:
    """A new root, naming or epoch key."""
    return os.urandom(SIZE)


class KeyBlock(Struct, frozen=True):
    """What the header of a deposit holds of its keys: the public key, and three messages under the root key."""

    public: bytes
    private: bytes
    naming: bytes
    canary: bytes


class NamingKey(Struct, frozen=True):
    """Names contents, and opens the index of where they lie."""

    deposit: str
    suite: Suite
    key: bytes

    def name(self, content_digest: bytes) -> bytes:
        """The keyed name of a content with this digest of the suite, 32 bytes."""
        return self.suite.expand(self.key, b"assay deposit name" + content_digest, SIZE)

    def index_key(self) -> bytes:
        return self.suite.expand(self.key, b"assay deposit index", self.suite.key_size)


class EpochKey(Struct, frozen=True):
    """Under which the contents and the manifest of one version are sealed."""

    deposit: str
    suite: Suite
    key: bytes

    def piece_key(self, name: bytes) -> bytes:
        return self.suite.expand(self.key, b"assay deposit piece" + name, self.suite.key_size)

    def manifest_key(self) -> bytes:
        return self.suite.expand(self.key, b"assay deposit manifest", self.suite.key_size)


def context(deposit: str, role: str) -> bytes:
    """What binds a sealed message to its deposit and to what it is there."""
    return f"assay deposit {deposit} {role}".encode()


def make(deposit: str, suite: Suite, root: bytes, naming: bytes) -> KeyBlock:
    """The key pair of a new deposit, its private half and the naming key sealed under the root key, and a canary."""
    pair = SealingPair.generate(deposit, "x25519" if suite is AES else "sm2")
    own = pair.private
    private = own.private_bytes_raw() if isinstance(own, X25519PrivateKey) else own.pkcs8()
    key = _under(root, suite)

    def sealed(role: str, content: bytes) -> bytes:
        return bytes(container.seal(suite, key, context(deposit, role), content))

    return KeyBlock(
        pair.key.public, sealed("private key", private), sealed("naming key", naming), sealed("canary", CANARY)
    )


def wrap(deposit: str, suite: Suite, public: bytes, epoch: bytes) -> bytes:
    """An epoch key, for whoever can open the private key."""
    return _public(deposit, suite, public).seal(epoch, context(deposit, "epoch key"))


def probe(deposit: str, suite: Suite, root: bytes, block: KeyBlock) -> None:
    """Read the canary and the private key, and nothing else. Raises NotVerifiedError when this is not the root key."""
    PrivateKeys(deposit, suite, root, block)
    what = f"deposit {deposit}: the canary"
    if container.unseal(suite, _under(root, suite), context(deposit, "canary"), block.canary, what) != CANARY:
        raise unverified(what, "it is another", "内容不符")


class PrivateKeys:
    """The private half and the naming key, opened with the root key."""

    def __init__(self, deposit: str, suite: Suite, root: bytes, block: KeyBlock) -> None:
        """Raises NotVerifiedError when this is not the root key of the deposit."""
        key = _under(root, suite)

        def opened(role: str, sealed: bytes) -> bytes:
            return bytes(container.unseal(suite, key, context(deposit, role), sealed, f"deposit {deposit}: the {role}"))

        private = opened("private key", block.private)
        self.naming = NamingKey(deposit, suite, opened("naming key", block.naming))
        own: X25519PrivateKey | sm2.PrivateKey
        if suite is AES:
            own = X25519PrivateKey.from_private_bytes(private)
            public = own.public_key().public_bytes_raw()
        else:
            own = sm2.PrivateKey(*split_pkcs8(private))
            public = own.public.point
        if public != block.public:
            raise unverified(
                f"deposit {deposit}: its key pair", "the halves do not belong together", "公钥与私钥不匹配"
            )
        self._pair = SealingPair(_public(deposit, suite, block.public), own)

    def unwrap(self, wrapped: bytes, number: int) -> EpochKey:
        """The epoch key of a version. Raises NotVerifiedError naming it."""
        deposit, suite = self.naming.deposit, self.naming.suite
        what = f"deposit {deposit}: the key of version {number}"
        epoch = self._pair.open(wrapped, context(deposit, "epoch key"), what)
        if len(epoch) != SIZE:
            raise unverified(what, f"it has {len(epoch)} bytes", f"其长度为 {len(epoch)} 字节")
        return EpochKey(deposit, suite, epoch)


def keep(folder: Path, naming: NamingKey) -> Path:
    """Write the naming key into the vendor's folder, 0600, never over another. Raises InputError."""
    path = _kept(folder, naming.deposit)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, naming.key.hex().encode() + b"\n")
    except OSError as error:
        advice = Text(
            "without it no further version can be sealed into this deposit", "缺少它将无法向该保管件封存新版本"
        )
        raise refused(path, error, advice) from error
    return path


def kept(folder: Path, deposit: str, suite: Suite) -> NamingKey:
    """The naming key of a deposit that was sealed from here. Raises InputError."""
    path = _kept(folder, deposit)
    try:
        return NamingKey(deposit, suite, bytes.fromhex(private_bytes(path).decode("ascii").strip()))
    except ValueError as error:
        raise InputError(
            Text(f"{path} is no naming key", f"{path} 不是命名密钥"),
            Text("take it from where the deposit was first sealed", "请从首次封存处取回"),
        ) from error


def _kept(folder: Path, deposit: str) -> Path:
    return folder / "deposits" / f"{deposit}.naming"


def _public(deposit: str, suite: Suite, public: bytes) -> SealingKey:
    return SealingKey(deposit, "x25519" if suite is AES else "sm2", public)


def _under(root: bytes, suite: Suite) -> bytes:
    if len(root) != SIZE:
        raise InputError(
            Text(f"a root key has {SIZE} bytes, not {len(root)}", f"根密钥应为 {SIZE} 字节，实为 {len(root)} 字节"),
            Text("combine the shares again", "请重新合并密钥份额"),
        )
    return suite.expand(root, b"assay deposit root", suite.key_size)
