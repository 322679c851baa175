"""Protocol versions as libraries and configurations spell them."""

import pytest

from assay.core.kinds import KINDS
from assay.examinations.cipher.names import protocol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("TLSv1", ("TLS", "1.0")),
        ("TLSv1.0", ("TLS", "1.0")),
        ("TLSv1.1", ("TLS", "1.1")),
        ("TLSv1.2", ("TLS", "1.2")),
        ("TLSv1.3", ("TLS", "1.3")),
        ("TLS 1.2", ("TLS", "1.2")),
        ("tlsv1_2", ("TLS", "1.2")),
        ("TLSv1.2;", ("TLS", "1.2")),
        ("+TLSv1.2", ("TLS", "1.2")),
        ("TLS1_2_VERSION", ("TLS", "1.2")),
        ("TLS1_VERSION", ("TLS", "1.0")),
        ("PROTOCOL_TLSv1", ("TLS", "1.0")),
        ("ssl.PROTOCOL_TLSv1_1", ("TLS", "1.1")),
        ("PROTOCOL_TLS_CLIENT", ("TLS", "negotiated")),
        ("PROTOCOL_SSLv23", ("TLS", "negotiated")),
        ("TLSVersion.TLSv1_2", ("TLS", "1.2")),
        ("VersionTLS13", ("TLS", "1.3")),
        ("SSLv23_server_method", ("TLS", "negotiated")),
        ("TLS_method", ("TLS", "negotiated")),
        ("TLSv1_2_client_method", ("TLS", "1.2")),
        ("TLS", ("TLS", "negotiated")),
        ("SSL", ("TLS", "negotiated")),
        ("SSLv2", ("SSL", "2.0")),
        ("SSLv3", ("SSL", "3.0")),
        ("SSL3_VERSION", ("SSL", "3.0")),
        ("PROTOCOL_SSLv3", ("SSL", "3.0")),
        ("DTLS", ("DTLS", "negotiated")),
        ("DTLSv1.2", ("DTLS", "1.2")),
        ("DTLS1_2_VERSION", ("DTLS", "1.2")),
        ("TLCP", ("TLCP", "1.1")),
        ("NTLS", ("TLCP", "1.1")),
        ("NTLS_client_method", ("TLCP", "1.1")),
        ("SSH-2.0", ("SSH", "2.0")),
        ("SSH-1.99", ("SSH", "1.99")),
        ("IKEv1", ("IPsec", "IKEv1")),
        ("-SSLv3", None),
        ("!TLSv1", None),
        ("SSLv2Hello", None),
        ("TLSv1.4", None),
        ("TLSv2", None),
        ("HTTP", None),
        ("", None),
        ("DTLSv1.1", None),
        ("OP_NO_SSLv3", None),
        ("SSL_OP_NO_TLSv1", None),
        ("TLS_RSA_WITH_RC4_128_MD5", None),
        ("tlsx", None),
    ],
)
def test_protocol(text: str, expected: tuple[str, str] | None) -> None:
    assert protocol(text) == expected
    if expected is not None:
        assert KINDS["crypto.protocol"].keys["protocol"].admits(expected[0])
