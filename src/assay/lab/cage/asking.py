"""A first question to a listener of the product, asked by the keeper from inside the cage's network.

One connection with a plain HTTP request, one with a TLS client hello. What is answered names the protocol, and for TLS
the version and suite that the listener chose and its certificate. Nothing is attacked here: no password is tried, no
malformed byte sent. Loopback and the cage's own address only; there is nothing else to reach.
"""

import hashlib
import socket
import ssl

from assay.lab.cage.events import Teller, plain

_PATIENCE = 3.0
_REQUEST = b"GET / HTTP/1.1\r\nHost: probe\r\nConnection: close\r\nUser-Agent: assay\r\n\r\n"


def ask(bound: str, port: int, teller: Teller) -> dict[str, object]:
    """Tell what a TCP listener answers; returns the protocol that it seems to speak. `bound` is what it listens on."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound, bound)  # noqa: S104
    said = _plainly(address, port)
    protocol = _protocol(said)
    secured = _secured(address, port)
    if secured:
        protocol = "tls"
    teller.tell("answer", address=bound, port=port, protocol=protocol, first=plain(said[:400]), **secured)
    return {"protocol": protocol}


def _plainly(address: str, port: int) -> bytes:
    try:
        with socket.create_connection((address, port), _PATIENCE) as connection:
            connection.sendall(_REQUEST)
            connection.settimeout(_PATIENCE)
            return connection.recv(4096)
    except OSError:
        return b""


def _secured(address: str, port: int) -> dict[str, object]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # whoever listens in the cage is the product; what it shows is recorded
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    try:
        with (
            socket.create_connection((address, port), _PATIENCE) as connection,
            context.wrap_socket(connection, server_hostname="probe.invalid") as secured,
        ):
            suite, version, bits = secured.cipher() or ("", "", 0)
            shown = secured.getpeercert(binary_form=True) or b""
            digest = hashlib.sha256(shown).hexdigest() if shown else ""
            return {"suite": suite, "version": secured.version() or version, "bits": bits, "certificate": digest}
    except (OSError, ssl.SSLError, ValueError):
        return {}


def _protocol(said: bytes) -> str:
    for start, name in ((b"HTTP/", "http"), (b"SSH-", "ssh"), (b"220", "ftp-or-smtp"), (b"-ERR", "redis-or-pop3")):
        if said.startswith(start):
            return name
    return "unknown" if said else "silent"
