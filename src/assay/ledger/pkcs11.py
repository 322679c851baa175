"""A key that never leaves its token: Ed25519 by PKCS#11 (EdDSA), with the extra `assay[pkcs11]`.

The key is named by a URI of RFC 7512: `pkcs11:token=NAME;object=LABEL?module-path=/path/to/module.so`, where `token` or
`serial`, and `object` or `id`, find exactly one. The PIN is the passphrase: typed, or ASSAY_KEY_PASSPHRASE; a PIN
inside the URI is refused, as URIs end up in scripts. The key pair is made with the token's own tools. SM2 on a token
has no mechanism in PKCS#11 that two modules share, so it is not offered.
"""

from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qs, unquote, unquote_to_bytes

from msgspec import Struct

from assay.core.errors import InputError, UsageError
from assay.core.text import Text
from assay.ledger.signing import ED25519, NamedKey

_POINT_LENGTH = 32


class Place(Struct, frozen=True):
    """Where a key is: the parts of a PKCS#11 URI that we use."""

    module: str
    token: str
    serial: str
    label: str
    id: bytes


class TokenSigner:
    """A private key on a token, in one open session. See `signing.Signer`; close it with `close`."""

    kind = ED25519
    known = True

    def __init__(self, uri: str, pin: str) -> None:
        """Raises UsageError for a wrong URI or PIN, InputError when token or key are not there or of another kind."""
        try:
            import pkcs11  # noqa: PLC0415  (an extra)
        except ImportError as error:
            raise UsageError(
                Text(
                    "a key on a token needs python-pkcs11, which is not installed",
                    "令牌密钥需要 python-pkcs11，尚未安装",
                ),
                Text("run: pip install 'assay[pkcs11]'", "请运行：pip install 'assay[pkcs11]'"),
            ) from error
        self._pkcs11: Any = pkcs11
        place = read_uri(uri)
        try:
            self._open(place, pin)
        except (pkcs11.exceptions.PinIncorrect, pkcs11.exceptions.PinLenRange, pkcs11.exceptions.PinLocked) as error:
            raise _unusable("the PIN is wrong, or locked", "PIN 错误或已锁定") from error
        except (pkcs11.exceptions.PKCS11Error, RuntimeError, OSError) as error:
            raise _unusable(_said(error), _said(error)) from error

    def _open(self, place: Place, pin: str) -> None:
        named = {"token_label": place.token or None, "token_serial": place.serial.encode() or None}
        token = self._pkcs11.lib(place.module).get_token(**{name: item for name, item in named.items() if item})
        self._session = token.open(user_pin=pin)
        with ExitStack() as refused:
            refused.callback(self._session.close)
            wanted = {"label": place.label or None, "id": place.id or None}
            found = {name: item for name, item in wanted.items() if item}
            kind = self._pkcs11.KeyType.EC_EDWARDS
            self._private = self._session.get_key(
                key_type=kind, object_class=self._pkcs11.ObjectClass.PRIVATE_KEY, **found
            )
            public = self._session.get_key(key_type=kind, object_class=self._pkcs11.ObjectClass.PUBLIC_KEY, **found)
            point = bytes(public[self._pkcs11.Attribute.EC_POINT])
            # PKCS#11 wraps the point in an OCTET STRING; some modules give it bare.
            self.public = point[2:] if len(point) == _POINT_LENGTH + 2 and point[:2] == b"\x04\x20" else point
            probe = b"assay: is this key what it says?"
            if len(self.public) != _POINT_LENGTH or not NamedKey("x", ED25519, self.public).verify(
                self.sign(probe), probe
            ):
                raise _unusable(
                    "the key is no Ed25519 key, or its halves do not match", "不是 Ed25519 密钥，或公私钥不匹配"
                )
            refused.pop_all()

    def sign(self, message: bytes) -> bytes:
        try:
            return bytes(self._private.sign(message, mechanism=self._pkcs11.Mechanism.EDDSA))
        except self._pkcs11.exceptions.PKCS11Error as error:
            raise _unusable(_said(error), _said(error)) from error

    def close(self) -> None:
        self._session.close()


def read_uri(uri: str) -> Place:
    """Raises UsageError when the URI does not name module, token and key, or holds a PIN."""
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    parts = dict(part.split("=", 1) for part in path.split(";") if "=" in part)
    asked = parse_qs(query, keep_blank_values=True)
    module = asked.get("module-path", [""])[0]
    place = Place(
        module,
        unquote(parts.get("token", "")),
        unquote(parts.get("serial", "")),
        unquote(parts.get("object", "")),
        unquote_to_bytes(parts.get("id", "")),
    )
    if "pin-value" in asked or "pin-source" in asked:
        raise _bad_uri("it holds a PIN", "其中含有 PIN")
    if scheme != "pkcs11" or not module or not (place.token or place.serial) or not (place.label or place.id):
        raise _bad_uri("it names no module, token or key", "未指明模块、令牌或密钥")
    return place


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


def _bad_uri(en: str, zh: str) -> UsageError:
    return UsageError(
        Text(f"the key's PKCS#11 URI is not used: {en}", f"未使用该 PKCS#11 URI：{zh}"),
        Text(
            "write pkcs11:token=NAME;object=LABEL?module-path=/path/to/module.so; the PIN is asked for",
            "请写为 pkcs11:token=名称;object=标签?module-path=/模块路径.so；PIN 将另行询问",
        ),
    )


def _unusable(en: str, zh: str) -> InputError:
    return InputError(
        Text(f"the key on the token cannot be used: {en}", f"无法使用令牌中的密钥：{zh}"),
        Text(
            "check module, token, label and PIN with the token's own tool", "请用令牌自带工具检查模块、令牌、标签与 PIN"
        ),
    )
