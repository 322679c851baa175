"""SM2 (GB/T 32918): signatures with SM3 and the signer's id, and encryption of short secrets.

    key = PrivateKey.generate()
    signature = key.sign(message)                            64 bytes, r and s; `encoding.signature_to_der` writes DER
    key.public.verify(message, signature)                    or NotVerifiedError
    wrapped = key.public.encrypt(sixteen_bytes)              DER; `encoding.ciphertext_to_raw` writes 04 x1 y1 C3 C2
    secret = key.decrypt(wrapped)                            or NotVerifiedError

What is signed is SM3(Z, message); Z binds the curve, the signer's public key and an id that both sides must know. The
usual id is 1234567812345678 (GM/T 0009); another one is passed as `id_`, and it is then part of what must match.
For a message that does not fit in memory: `digest = public.begin(); digest.update(...); key.sign_digest(digest)`.
"""

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm import choice, encoding
from assay.sm.backend import CorruptLibraryError
from assay.sm.encoding import LONGEST_WRAPPED, SHORTEST_WRAPPED, checked_number, checked_point, checked_signature
from assay.sm.sm3 import Sm3

USUAL_ID = b"1234567812345678"
LONGEST_ID = 0xFFFF // 8
"""In bytes; its length in bits is written in two."""

_PAIR = b"assay: do both halves of this key belong together?"


class PublicKey:
    """A point of the curve, checked. May be used by several threads at once."""

    def __init__(self, point: bytes) -> None:
        """`point` is 04, x, y; a SubjectPublicKeyInfo goes through `keys`."""
        self.point = checked_point(point)
        self._public = choice.signs().public(self.point)

    def begin(self, id_: bytes = USUAL_ID) -> Sm3:
        """SM3 that has seen Z: what is added to it is the message."""
        if len(id_) > LONGEST_ID:
            message = Text("The id of the SM2 signer is too long", "SM2 签名者标识过长")
            raise InputError(message, Text(f"It has at most {LONGEST_ID} bytes.", f"最长 {LONGEST_ID} 字节。"))
        curve = encoding.field(encoding.A) + encoding.field(encoding.B) + encoding.G[1:]
        return Sm3(Sm3((8 * len(id_)).to_bytes(2) + id_ + curve + self.point[1:]).digest())

    def verify(self, message: bytes, signature: bytes, id_: bytes = USUAL_ID) -> None:
        """Raises NotVerifiedError when `signature` is not one of `message` by this key under this id."""
        digest = self.begin(id_)
        digest.update(message)
        self.verify_digest(digest, signature)

    def verify_digest(self, digest: Sm3, signature: bytes) -> None:
        if not self._public.verify(digest.digest(), checked_signature(signature)):
            raise NotVerifiedError(
                Text("The SM2 signature does not match", "SM2 签名不符"),
                Text(
                    "The content or the signature was changed, or it was made with another key or another signer id.",
                    "内容或签名被改动，或签名使用了其他密钥或其他签名者标识。",
                ),
            )

    def encrypt(self, secret: bytes) -> bytes:
        if not SHORTEST_WRAPPED <= len(secret) <= LONGEST_WRAPPED:
            message = Text("SM2 encrypts {low} to {high} bytes here", "此处 SM2 只加密 {low} 至 {high} 字节")
            advice = Text("Encrypt a key, and the rest with SM4-GCM.", "请仅加密密钥，其余内容用 SM4-GCM 加密。")
            raise InputError(message.fill(low=SHORTEST_WRAPPED, high=LONGEST_WRAPPED), advice)
        return self._public.encrypt(secret)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self.point == other.point

    def __hash__(self) -> int:
        return hash(self.point)

    def __repr__(self) -> str:
        return f"PublicKey({self.point.hex()})"


class PrivateKey:
    """A number and its point, which belong together. Threads may share it. It never prints the number."""

    def __init__(self, number: bytes, point: bytes) -> None:
        """Raises InputError when one is out of range or the point is not that of the number."""
        self._number = checked_number(number)
        self.public = PublicKey(point)
        self._private = choice.signs().private(self._number, self.public.point)
        try:
            self.public.verify(_PAIR, self.sign(_PAIR))
        except NotVerifiedError as error:
            message = Text("The two halves of the SM2 key do not belong together", "SM2 密钥的公钥与私钥不匹配")
            raise InputError(message, Text("Make a new key pair.", "请生成新的密钥对。")) from error

    @classmethod
    def generate(cls) -> "PrivateKey":
        number, point = choice.signs().generate()
        try:
            return cls(number, point)
        except InputError as error:
            raise CorruptLibraryError(error.message, error.advice) from error

    def sign(self, message: bytes, id_: bytes = USUAL_ID) -> bytes:
        digest = self.public.begin(id_)
        digest.update(message)
        return self.sign_digest(digest)

    def sign_digest(self, digest: Sm3) -> bytes:
        """Signs what `public.begin(...)` has seen."""
        return self._private.sign(digest.digest())

    def decrypt(self, wrapped: bytes) -> bytes:
        encoding.ciphertext_to_raw(wrapped)
        secret = self._private.decrypt(wrapped)
        if secret is None:
            raise NotVerifiedError(
                Text("What was encrypted with SM2 does not verify", "SM2 密文校验不通过"),
                Text("It was changed, or encrypted for another key.", "密文被改动，或是为其他密钥加密的。"),
            )
        return secret

    def pkcs8(self) -> bytes:
        """In clear: for `keys`, which encrypts it."""
        return encoding.pkcs8(self._number, self.public.point)
