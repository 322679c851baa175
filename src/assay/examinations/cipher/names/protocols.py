"""Protocol versions as libraries and configurations spell them, to the values of crypto.protocol.

Sources: JSSE Standard Names (SSL is another name of TLS there); ssl(3), SSL_CTX_new(3): SSLv23_method is TLS_method;
Python's ssl; GB/T 38636-2020: the one version of TLCP is 1.1.
"""

from collections.abc import Mapping
from typing import Final

from assay.examinations.cipher.names.reading import squeeze

LONGEST: Final = 60
_NEGOTIATED: Final = "negotiated"
_FIXED: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("ssl", "sslv23", "ssl23", "tls", "tlsany"), ("TLS", _NEGOTIATED)),
    **dict.fromkeys(("dtls", "dtlsany"), ("DTLS", _NEGOTIATED)),
    **dict.fromkeys(("sslv2", "ssl2", "sslv20", "ssl20"), ("SSL", "2.0")),
    **dict.fromkeys(("sslv3", "ssl3", "sslv30", "ssl30"), ("SSL", "3.0")),
    **dict.fromkeys(("ssh1", "sshv1", "ssh10"), ("SSH", "1.0")),
    **dict.fromkeys(("ssh2", "sshv2", "ssh20"), ("SSH", "2.0")),
    "ssh15": ("SSH", "1.5"),
    "ssh199": ("SSH", "1.99"),
    "ssh": ("SSH", _NEGOTIATED),
    "ipsec": ("IPsec", _NEGOTIATED),
    "ikev1": ("IPsec", "IKEv1"),
    "ikev2": ("IPsec", "IKEv2"),
    **dict.fromkeys(("tlcp", "tlcp11", "tlcpv11", "tlcpv1", "ntls", "ntls11", "ntlsv11"), ("TLCP", "1.1")),
    **dict.fromkeys(("gmtls", "gmtls11", "gmssl", "gmsslv11", "gmvpn"), ("TLCP", "1.1")),
}
_VERSIONS: Final = {"1": "1.0", "10": "1.0", "11": "1.1", "12": "1.2", "13": "1.3"}
_HEADS: Final = ("sslcontext", "sslprotocol", "tlsversion", "protocol", "version")
_TAILS: Final = ("method", "client", "server", "version")


def protocol_version(text: str) -> tuple[str, str] | None:
    """See `names.protocol`."""
    text = text.strip(" \t\r\n;,'\"").removeprefix("+")
    if not text or len(text) > LONGEST or not (text.isascii() and text.isprintable()) or text[0] in "!-":
        return None
    return _version(squeeze(text)) or (_version(squeeze(text.rpartition(".")[2])) if "." in text else None)


def _version(key: str) -> tuple[str, str] | None:
    for head in _HEADS:
        key = key.removeprefix(head)
    for tail in _TAILS:
        key = key.removesuffix(tail)
    if key in _FIXED:
        return _FIXED[key]
    for name in ("DTLS", "TLS"):
        head, _, number = key.partition(name.lower())
        version = _VERSIONS.get(number.removeprefix("v")) if not head and number else None
        if version is not None and (name, version) != ("DTLS", "1.1"):
            return name, version
    return None
