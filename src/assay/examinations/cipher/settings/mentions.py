"""Which text speaks of cryptography at all.

`anywhere` looks through a whole file natively: a file in which it finds nothing is not taken apart. It knows stems
(`cipher`, `keystore`, `tlsv`) inside longer words, so that `minTlsVersion` and `ssl_min_protocol_version` are seen,
and short names (`aes`, `rsa`, `des`) where no letter touches them, or where a capital letter begins them. Escapes
that may spell a letter (`\\u0074`, `&#116;`) count as well: what they spell is judged once the file is taken apart.

`mentions` judges a single key or value by the same words.

*It cannot see* a setting spelt in none of these ways, in another script, or put together from variables.
"""

from functools import lru_cache

import re2

_STEMS = (
    r"ssl|tls|tlcp|cipher|crypt|aes[-_]?\d|aes[-_](?:cbc|gcm|ecb|ctr|ccm)|arcfour|blowfish|camellia|chacha|salsa20",
    r"poly1305|serpent|twofish|rijndael|sm[2349](?:[^a-z0-9]|$|with|dh|p256|enc|sign)|sha[-_]?[0-3](?:[^0-9]|$)",
    r"sha[-_/]?(?:224|256|384|512)|md[245](?:[^0-9]|$)|ripemd|whirlpool|hmac|pbkdf|pbe[-_w]|argon2|key[-_.]?store",
    r"trust[-_.]?store|keytool|key[-_.]?pass|pkcs|x\.?509|x25519|x448|25519|certificat",
    r"cert[-_.]?(?:file|path|key|chain|verif|check|valid|req)|ca[-_.]?(?:file|cert|path)|private[-_.]?key",
    r"(?:public|secret|master|signing|session|api)[-_.]?key|key[-_.]?(?:pair|exchange|size|length|algorithm|agree)",
    r"signature|diffie|ecdh|ecdsa|eddsa|dhparam|kex|host[-_.]?key|jwt|jws|jwe|jasypt|(?:hs|rs|es|ps)(?:256|384|512)",
    r"verif|validate[-_.]?cert|insecure|reject[-_]?unauthorized|trust[-_.]?(?:all|any|server)|self[-_.]?signed",
    r"unsafe[-_.]?legacy|password[-_.]?(?:encryption|encoder|hash|algorithm)|securerandom|security\.provider",
    r"algorithm|digest|(?:checksum|hash)[-_.]?(?:type|alg|func|method)|hostname[-_.]?(?:check|aware)|identification",
    r"https\.protocols|protocol[ \t]+[12][\s,]|default_bits|secp\d|prime\d{3}v|brainpool",
    r"mlkem|kyber|mldsa|begin +(?:[a-z]+ +)*(?:private|public) +key|strict-transport|strict[-_.]?host|gpg|pgp",
)
_SHORT = (
    r"aes|rsa|dsa|ecc|ecb|cbc|gcm|ccm|des|des3|3des|desede|tdes|tripledes|rc2|rc4|rc5|idea|cast5|cast128|seed|pem|jks",
    r"jce|jceks|jsse|bcfks|dhe|kdf|prf|ssh[d12]?|enc|macs?|sha1?|zuc|zuc256|ike|ikev[12]|ipsec|esp|wep|pki|crl|ocsp",
    r"p12|pfx|csr|ca|certs?|curves?",
)
_CAPITAL = (
    r"(?:Aes|Rsa|Dsa|Ecb|Cbc|Gcm|Des|Rc[24]|Pem|Jks|Ssh|Macs?|Sha|Certs?|Curves?|AES|RSA|DSA|DES|SHA|SSH|MAC|RC4)"
)
_ANYWHERE = "|".join(
    (
        f"(?i:{'|'.join(_STEMS)})",
        f"(?:^|[^A-Za-z])(?i:{'|'.join(_SHORT)})(?:$|[^a-z])",
        f"[a-z]{_CAPITAL}(?:$|[^a-z])",
    )
)
_ESCAPED = r"|\\u00[4-7][0-9a-fA-F]|\\x[4-7][0-9a-fA-F]|&#x?[0-9a-fA-F]"
_BYTES = re2.compile((_ANYWHERE + _ESCAPED).encode())
_TEXT = re2.compile(_ANYWHERE.encode())  # of bytes: of texts all offsets would be counted again
_KEPT = 80  # longer texts do not come back
_AROUND = " \t-_.:;,=\"'(){}[]<>/"


def anywhere(content: bytes) -> bool:
    """Whether any of the bytes mention cryptography."""
    return _BYTES.search(content) is not None


def mentions(text: str) -> str:
    """The first words of `text` that mention cryptography, '' when none does."""
    return _mentions(text) if len(text) <= _KEPT else _search(text)


@lru_cache(maxsize=32_768)
def _mentions(text: str) -> str:
    return _search(text)


def _search(text: str) -> str:
    found = _TEXT.search(text.encode())
    said = found[0].decode() if found is not None else ""
    return " ".join(said.split()).strip(_AROUND) or said
