"""Known answers: what a library must give before it serves, asked once per process at first use (`choice`).

Sources: SM3 from appendix A of GB/T 32905, SM4 from that of GB/T 32907, SM4-GCM from RFC 8998 appendix A.1, SM2 from
the examples of GB/T 32918.5. The long ones run the code for many blocks at once, which is other code than that for one;
they were computed with an independent implementation, and the tests compute them again. Signing and encrypting use a
fresh random number each time, so their results are checked by the library's own other half, whose answers are known. A
refusal is asked for as well: a library that finds everything in order is as wrong as one that finds nothing.
"""

import hashlib
from collections.abc import Iterator

from assay.core.text import Text
from assay.sm.backend import Backend, Blocks, CorruptLibraryError, Digests, Seals, Signs

LONG = bytes(range(251)) * 17
SM3 = {
    b"abc": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
    b"abcd" * 16: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
    LONG: "4a4f2b50571bb4bff02699fc4501edd14a7dc8a3f7f09113a946dd61a5dc8594",
}

KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
BLOCK = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
"""KEY encrypted with itself (GB/T 32907 appendix A)."""
NONCE = bytes.fromhex("00001234567800000000abcd")
ASSOCIATED = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
MESSAGE = b"".join(bytes([octet]) * 8 for octet in b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa")
SEALED = bytes.fromhex(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397"
    "b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
)
SHA256_OF_LONG_SEALED = "fe22fdbb6f1abc81a49a0c262ee107929b0417e021d5592512dfab53f5c58ba8"

NUMBER = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
POINT = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
DIGEST = bytes.fromhex("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640")
"""SM3(Z, "message digest") for the id 1234567812345678."""
SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)
WRAPPED = b"encryption standard"
CIPHERTEXT = bytes.fromhex(
    "307c022004ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73022100e858f9d81e5430a57b36daab8f950a3c64"
    "e6ee6a63094d99283aff767e124df0042059983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766041321886ca989"
    "ca9c7d58087307ca93092d651efa"
)


def prove_digests(library: Digests) -> None:
    _prove(library, "SM3", _sm3(library))


def prove_seals(library: Seals) -> None:
    _prove(library, "SM4-GCM", _sm4_gcm(library))


def prove_blocks(library: Blocks) -> None:
    _prove(library, "SM4-CBC", _sm4_cbc(library))


def prove_signs(library: Signs) -> None:
    _prove(library, "SM2", _sm2(library))


def _sm3(library: Digests) -> Iterator[bool]:
    for message, digest in SM3.items():
        state = library.sm3()
        state.update(message[:70])
        other = state.copy()
        state.update(message[70:])
        other.update(b"something else")
        yield state.digest().hex() == digest


def _sm4_gcm(library: Seals) -> Iterator[bool]:
    key = library.sm4_gcm(KEY)
    yield key.seal(NONCE, MESSAGE, ASSOCIATED) == SEALED
    yield key.open(NONCE, SEALED, ASSOCIATED) == MESSAGE
    yield key.open(NONCE, SEALED[:-1] + bytes([SEALED[-1] ^ 1]), ASSOCIATED) is None
    yield key.open(NONCE, SEALED, ASSOCIATED[1:]) is None
    sealed = key.seal(NONCE, LONG, b"")
    yield hashlib.sha256(sealed).hexdigest() == SHA256_OF_LONG_SEALED
    yield key.open(NONCE, sealed, b"") == LONG


def _sm4_cbc(library: Blocks) -> Iterator[bool]:
    yield library.sm4_cbc(KEY, bytes(16), KEY, encrypt=True) == BLOCK
    yield library.sm4_cbc(KEY, KEY, bytes(16) + BLOCK, encrypt=False)[16:] == KEY


def _sm2(library: Signs) -> Iterator[bool]:
    private, public = library.private(NUMBER, POINT), library.public(POINT)
    other = bytes([DIGEST[0] ^ 1]) + DIGEST[1:]
    yield public.verify(DIGEST, SIGNATURE)
    yield not public.verify(other, SIGNATURE)
    yield not public.verify(DIGEST, SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]))
    yield public.verify(other, private.sign(other))
    yield private.decrypt(CIPHERTEXT) == WRAPPED
    yield private.decrypt(CIPHERTEXT[:-1] + b"\0") is None
    yield private.decrypt(public.encrypt(KEY)) == KEY


def _prove(library: Backend, primitive: str, answers: Iterator[bool]) -> None:
    """Ask; anything but the known answers is an error that nobody may catch and go on."""
    cause: Exception | None = None
    try:
        if all(answers):
            return
    except (OSError, ValueError) as error:
        cause = error
    message = Text("{name} gives wrong answers for {primitive}", "{name} 的 {primitive} 计算结果错误")
    advice = Text(
        "The library on this machine is damaged, replaced or broken for this processor. Install it again, or remove it"
        " so that another one serves; do not trust what was signed or sealed with it.",
        "本机的该密码库已损坏、被替换或不适用于本处理器。请重新安装，或将其卸载以改用其他密码库；"
        "请勿信任用它签名或加密的内容。",
    )
    raise CorruptLibraryError(message.fill(name=library.name, primitive=primitive), advice) from cause
