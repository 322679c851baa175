"""Which library serves what: the first one found of each list, after it gave the known answers, once per process."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

from assay.core.text import Text
from assay.sm import gcrypt, gmssl, known, openssl, pyca
from assay.sm.backend import Backend, Blocks, Digests, Seals, Signs, UnavailableError

DIGESTS: tuple[Callable[[], Digests | None], ...] = (gcrypt.find, pyca.find)
SEALS: tuple[Callable[[], Seals | None], ...] = (gcrypt.find, pyca.find)
SIGNS: tuple[Callable[[], Signs | None], ...] = (openssl.find, gmssl.find)

_B = TypeVar("_B", bound=Backend)


def first(primitive: str, finders: Sequence[Callable[[], _B | None]], prove: Callable[[_B], None]) -> _B:
    """The first library that is there, proven. One that is there and wrong is not passed over: CorruptLibraryError."""
    for find in finders:
        library = find()
        if library is not None:
            prove(library)
            return library
    advice = Text(
        "Install OpenSSL 3 (Debian: libssl3) for SM2, or `pip install gmssl-pyx`; libgcrypt (Debian: libgcrypt20) or a"
        " `cryptography` wheel for SM3 and SM4. `assay doctor` shows what is found.",
        "SM2 需要 OpenSSL 3（Debian：libssl3）或 `pip install gmssl-pyx`；"
        "SM3 与 SM4 需要 libgcrypt（Debian：libgcrypt20）或 `cryptography` 的 wheel 包。"
        "`assay doctor` 可显示已找到的密码库。",
    )
    missing = Text("No library on this machine serves {primitive}", "本机没有提供 {primitive} 的密码库")
    raise UnavailableError(missing.fill(primitive=primitive), advice)


@cache
def digests() -> Digests:
    return first("SM3", DIGESTS, known.prove_digests)


@cache
def portable_digests() -> Digests:
    """`cryptography`, which derives keys: its SM3 is proven apart from the one that digests."""
    return first("SM3", (pyca.find,), known.prove_digests)


@cache
def seals() -> Seals:
    return first("SM4-GCM", SEALS, known.prove_seals)


@cache
def blocks() -> Blocks:
    return first("SM4-CBC", (pyca.find,), known.prove_blocks)


@cache
def signs() -> Signs:
    return first("SM2", SIGNS, known.prove_signs)


SERVED: tuple[tuple[str, Callable[[], Backend]], ...] = (("SM2", signs), ("SM3", digests), ("SM4-GCM", seals))
