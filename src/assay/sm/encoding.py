"""How SM2 keys, signatures and ciphertexts are written, and the ranges they must keep. Strict: one spelling each.

SubjectPublicKeyInfo and PKCS#8 name id-ecPublicKey with the named curve sm2p256v1 and hold uncompressed points. In an
ECPrivateKey the public key is optional and attributes may follow; the number alone is no key pair here, because no
library used here derives the point. A ciphertext is SEQUENCE { x1, y1, C3, C2 } (GB/T 35276) or the raw 04 x1 y1 C3 C2.
"""

from typing import Annotated

from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.x509 import ObjectIdentifier

from assay.core.errors import InputError, NotVerifiedError
from assay.core.text import Text
from assay.sm.backend import DIGEST_SIZE, POINT_SIZE, PRIVATE_SIZE, SIGNATURE_SIZE, exactly

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = bytes.fromhex(
    "0432c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7"
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0"
)
POINT_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
"""What stands before the point in a SubjectPublicKeyInfo."""
SHORTEST_WRAPPED, LONGEST_WRAPPED = 16, 255
"""Bytes that SM2 encrypts here: keys. GmSSL takes no more. Few bytes can meet a key stream of zeros, which the
standard has the writer throw away; OpenSSL before 2024 does not, so it is given nothing that chance does not protect.
"""

_EC, _SM2 = ObjectIdentifier("1.2.840.10045.2.1"), ObjectIdentifier("1.2.156.10197.1.301")
_POINT, _NUMBER = Text("The SM2 public key", "SM2 公钥"), Text("The SM2 private key", "SM2 私钥")
_LENGTHS = Text("The SM2 ciphertext has wrong lengths", "SM2 密文长度错误")
_AGAIN = Text("Ask its author for it again, as he made it.", "请向其制作者重新索取原件。")


def field(number: int) -> bytes:
    return number.to_bytes(PRIVATE_SIZE)


def _on_curve(point: bytes) -> bool:
    """For 65 bytes. The curve has prime order: every point on it but infinity, which is not spelt so, is right."""
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    return point[0] == 4 and x < P and y < P and not (y * y - (x * x + A) * x - B) % P


def checked_point(point: bytes) -> bytes:
    """`point` when it is 04, x, y on the curve."""
    point = exactly(_POINT, point, POINT_SIZE)
    if not _on_curve(point):
        raise InputError(Text("The SM2 public key is no point of the curve", "SM2 公钥不是曲线上的点"), _AGAIN)
    return point


def checked_number(number: bytes) -> bytes:
    """`number` when it may be a private key: 1 to n - 2."""
    number = exactly(_NUMBER, number, PRIVATE_SIZE)
    if not 1 <= int.from_bytes(number) <= N - 2:
        raise InputError(Text("The SM2 private key is out of range", "SM2 私钥超出范围"), _AGAIN)
    return number


def checked_signature(signature: bytes) -> bytes:
    """`signature` when it is r, s, each from 1 to n - 1. What is not cannot be one of anything: NotVerifiedError."""
    if len(signature) != SIGNATURE_SIZE:
        raise NotVerifiedError(Text("The SM2 signature has a wrong length", "SM2 签名长度错误"), _AGAIN)
    if not all(1 <= int.from_bytes(part) < N for part in (signature[:DIGEST_SIZE], signature[DIGEST_SIZE:])):
        raise NotVerifiedError(Text("The SM2 signature is out of range", "SM2 签名超出范围"), _AGAIN)
    return bytes(signature)


def signature_to_der(signature: bytes) -> bytes:
    signature = checked_signature(signature)
    return encode_dss_signature(int.from_bytes(signature[:DIGEST_SIZE]), int.from_bytes(signature[DIGEST_SIZE:]))


def signature_from_der(der: bytes) -> bytes:
    """r and s, 64 bytes, of SEQUENCE { r, s }."""
    try:
        r, s = decode_dss_signature(der)
        return checked_signature(field(r) + field(s))
    except (ValueError, OverflowError) as error:
        raise NotVerifiedError(Text("The SM2 signature is not DER", "SM2 签名不是 DER 编码"), _AGAIN) from error


@asn1.sequence
class _Ciphertext:
    x: int
    y: int
    digest: bytes
    content: bytes


def ciphertext_to_raw(der: bytes) -> bytes:
    """04 x1 y1 C3 C2 of a DER ciphertext whose point is on the curve and whose lengths are right."""
    try:
        read = asn1.decode_der(_Ciphertext, der)
        point = b"\4" + field(read.x) + field(read.y)
    except (ValueError, OverflowError) as error:
        raise NotVerifiedError(Text("The SM2 ciphertext is not DER", "SM2 密文不是 DER 编码"), _AGAIN) from error
    if len(read.digest) != DIGEST_SIZE:
        raise NotVerifiedError(_LENGTHS, _AGAIN)
    return _checked_ciphertext(point + read.digest + read.content)


def ciphertext_from_raw(raw: bytes) -> bytes:
    """The DER of 04 x1 y1 C3 C2."""
    raw = _checked_ciphertext(raw)
    x, y, rest = int.from_bytes(raw[1:33]), int.from_bytes(raw[33:POINT_SIZE]), raw[POINT_SIZE:]
    return asn1.encode_der(_Ciphertext(x=x, y=y, digest=rest[:DIGEST_SIZE], content=rest[DIGEST_SIZE:]))


def _checked_ciphertext(raw: bytes) -> bytes:
    """An x1, y1 beside the curve would tell an attacker about the private number, so no library gets to see one."""
    if not POINT_SIZE + DIGEST_SIZE < len(raw) <= POINT_SIZE + DIGEST_SIZE + LONGEST_WRAPPED:
        raise NotVerifiedError(_LENGTHS, _AGAIN)
    if not _on_curve(raw[:POINT_SIZE]):
        raise NotVerifiedError(Text("The SM2 ciphertext has no point of the curve", "SM2 密文中的点不在曲线上"), _AGAIN)
    return raw


def spki(point: bytes) -> bytes:
    return POINT_PREFIX + point


def split_spki(der: bytes) -> bytes:
    """The point of a SubjectPublicKeyInfo."""
    if not der.startswith(POINT_PREFIX):
        what = Text("This is no SubjectPublicKeyInfo with an SM2 key", "这不是含 SM2 公钥的 SubjectPublicKeyInfo")
        advice = Text(
            "Write it again with `openssl pkey -pubin -outform DER -ec_conv_form uncompressed`, if it is one.",
            "若确为此类公钥，请用 `openssl pkey -pubin -outform DER -ec_conv_form uncompressed` 重新写出。",
        )
        raise InputError(what, advice)
    return checked_point(der[len(POINT_PREFIX) :])


@asn1.sequence
class _Algorithm:
    algorithm: ObjectIdentifier
    curve: ObjectIdentifier


@asn1.sequence
class _PrivateKeyInfo:
    version: int
    algorithm: _Algorithm
    key: bytes
    attributes: Annotated[asn1.SetOf[asn1.TLV] | None, asn1.Implicit(0)]


@asn1.sequence
class _EcPrivateKey:
    version: int
    number: bytes
    curve: Annotated[ObjectIdentifier | None, asn1.Explicit(0)]
    point: Annotated[asn1.BitString | None, asn1.Explicit(1)]


def pkcs8(number: bytes, point: bytes) -> bytes:
    """PrivateKeyInfo, as OpenSSL writes it."""
    key = asn1.encode_der(_EcPrivateKey(version=1, number=number, curve=None, point=asn1.BitString(point, 0)))
    algorithm = _Algorithm(algorithm=_EC, curve=_SM2)
    return asn1.encode_der(_PrivateKeyInfo(version=0, algorithm=algorithm, key=key, attributes=None))


def split_pkcs8(der: bytes) -> tuple[bytes, bytes]:
    """The number and the point of a PrivateKeyInfo. That they belong together is not checked here."""
    try:
        info = asn1.decode_der(_PrivateKeyInfo, der)
        key = asn1.decode_der(_EcPrivateKey, info.key)
    except ValueError as error:
        raise InputError(Text("This is no PKCS#8 private key", "这不是 PKCS#8 私钥"), _AGAIN) from error
    if info.algorithm.algorithm != _EC or info.algorithm.curve != _SM2 or key.curve not in {None, _SM2}:
        raise InputError(Text("This private key is not one of SM2", "该私钥不是 SM2 私钥"), _AGAIN)
    if key.point is None or key.point.padding_bits():
        advice = Text("Write it again with `openssl pkcs8 -topk8`.", "请用 `openssl pkcs8 -topk8` 重新写出。")
        raise InputError(Text("The private key comes without its public key", "私钥中缺少对应的公钥"), advice)
    return checked_number(key.number), checked_point(key.point.as_bytes())
