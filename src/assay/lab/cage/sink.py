"""Where every connection of a product ends: it is answered enough to learn what it is, recorded, and closed.

Recorded are the original destination, the name that was resolved to it, the first bytes, the client hello, whether
the client accepted a certificate that nobody vouches for, and what it then said. Spoken to: DNS (UDP, TCP, TLS, and
HTTPS bodies), HTTP, CONNECT and SOCKS 5 proxies (the wanted target is named), TLS by a self-signed certificate, and a
short greeting for protocols in which the server speaks first.

What it cannot see: what is inside TLS when the client checks certificates; names that never reach a resolver.
"""

import contextlib
import datetime
import ipaddress
import os
import re
import socket
import ssl
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from assay.lab.cage import dns
from assay.lab.cage.events import Teller, plain
from assay.lab.cage.hello import is_hello, missing_bytes, read_hello
from assay.lab.cage.network import SINK_PORT, destination
from assay.lab.cage.packets import Packet

_FIRST = 512
_PATIENCE = 4.0
_SILENCE = 1.0  # how long a client may be silent before it is greeted
_AT_ONCE = 128
_GREETINGS = {21: b"220 ready\r\n", 22: b"SSH-2.0-sink\r\n", 25: b"220 ready\r\n", 110: b"+OK\r\n", 143: b"* OK\r\n"}
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
_HTTP = re.compile(rb"(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+ HTTP/1\.[01]\r?\n")
_CONNECT = re.compile(rb"CONNECT (\S{1,260}) HTTP/1\.[01]\r?\n")
_HOST = re.compile(rb"(?im)^host:[ \t]*([^\r\n]{1,260})")


class Contact(Struct, dict=True):
    """What is known of one connection so far; told when it ends."""

    destination: str
    port: int
    name: str = ""
    via: str = ""
    first: str = ""
    protocol: str = "unknown"
    host: str = ""
    accepted: bool | None = None
    cipher: str = ""
    hello: dict[str, object] | None = None
    ended: str = ""
    phase: str = ""
    run: str = ""


class Sink:
    """Listens on every address of the namespace. `start` returns when all sockets are bound, or raises OSError."""

    def __init__(self, names: dns.Names, teller: Teller, context: ssl.SSLContext) -> None:
        self._names = names
        self._teller = teller
        self._context = context
        self._slots = threading.BoundedSemaphore(_AT_ONCE)
        self._open: dict[int, Contact] = {}
        self._replies: Counter[tuple[str, int]] = Counter()

    def flush(self, seconds: float) -> None:
        """Wait for conversations under way, then tell of those that still are."""
        until = time.monotonic() + seconds
        while self._open and time.monotonic() < until:
            time.sleep(0.02)
        for contact in tuple(self._open.values()):
            self._told(replace(contact, ended="still open"))

    def start(self) -> None:
        for family, anywhere in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104
            server = socket.create_server((anywhere, SINK_PORT), family=family, backlog=512)
            resolver = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                resolver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            resolver.setsockopt(*_packet_info(family), 1)
            resolver.bind((anywhere, 53))
            _in_background(self._accept, server)
            _in_background(self._resolve, resolver)

    def _resolve(self, resolver: socket.socket) -> None:
        while True:
            try:
                message, extra, _, client = resolver.recvmsg(4096, 256)
            except OSError:
                time.sleep(0.01)
                continue
            reply = self.asked(message, _addressed(extra), "udp")
            if reply:
                self._replies[str(ipaddress.ip_address(client[0].partition("%")[0])), client[1]] += 1
                with contextlib.suppress(OSError):
                    resolver.sendto(reply, client)

    def replied(self, packet: Packet) -> bool:
        """Whether a packet is the answer to a query; each query accounts for one."""
        to = packet.destination, packet.port
        if packet.source_port != 53 or to not in self._replies:
            return False
        self._replies[to] -= 1
        if not self._replies[to]:
            del self._replies[to]
        return True

    def asked(self, message: bytes, resolver: str, transport: str) -> bytes:
        """Answer a query and record its name; b'' for what is none."""
        try:
            question = dns.question(message)
        except ValueError:
            self._teller.tell("packet", protocol="udp", destination=resolver, port=53, first=plain(message[:64]))
            return b""
        self._teller.tell("name", name=question.name, type=question.type_name, resolver=resolver, transport=transport)
        return dns.answer(message, question, self._names)

    def _accept(self, server: socket.socket) -> None:
        while True:
            connection, _ = server.accept()
            if not self._slots.acquire(blocking=False):
                contact = self._begun(connection)
                contact.ended = "not listened to: too many at once"
                connection.close()
                self._told(contact)
                continue
            _in_background(self._one, connection)

    def _begun(self, connection: socket.socket) -> Contact:
        address, port = destination(connection)
        name = self._names.name_of(address)
        return Contact(address, port, name, phase=self._teller.phase, run=self._teller.run)

    def _one(self, connection: socket.socket) -> None:
        try:
            with connection:
                contact = self._open[id(connection)] = self._begun(connection)
                try:
                    self._talk(connection, contact)
                except (OSError, ssl.SSLError, ValueError) as fault:
                    contact.ended = str(fault)[:200]
                finally:
                    self._told(contact)  # whatever went wrong, that somebody came is a record
        finally:
            self._open.pop(id(connection), None)
            self._slots.release()

    def _told(self, contact: Contact) -> None:
        self._teller.tell("contact", transport="tcp", **to_builtins(contact))

    def _talk(self, connection: socket.socket, contact: Contact) -> None:
        first = _peek(connection, contact.port)
        contact.first = contact.first or plain(first[:_FIRST])
        if contact.port == 53:
            contact.protocol = "dns"
            self._dns_stream(connection, contact)
        elif is_hello(first):
            self._tls(connection, contact)
        elif match := _CONNECT.match(first):
            connection.recv(len(first))
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            self._proxied(connection, contact, "http-proxy", match[1].decode("ascii", "backslashreplace"))
        elif first[:1] == b"\x05" and len(first) >= 3 and first[1] == len(first) - 2:
            self._socks(connection, contact)
        elif _HTTP.match(first):
            self._http(connection, contact, first)
        elif first.startswith(b"SSH-"):
            contact.protocol = "ssh"

    def _http(self, connection: socket.socket, contact: Contact, first: bytes) -> None:
        contact.protocol = "http" if contact.protocol == "unknown" else contact.protocol
        host = _HOST.search(first)
        contact.host = plain(host[1]).strip() if host else ""
        wire = first.partition(b"\r\n\r\n")[2]
        if b"application/dns-message" in first and wire:
            self.asked(wire, contact.name or contact.destination, "https")
        connection.sendall(_OK)

    def _dns_stream(self, connection: socket.socket | ssl.SSLSocket, contact: Contact) -> None:
        size = int.from_bytes(_exactly(connection, 2), "big")
        message = _exactly(connection, size)
        transport = "tls" if isinstance(connection, ssl.SSLSocket) else "tcp"
        reply = self.asked(message, contact.name or contact.destination, transport)
        connection.sendall(len(reply).to_bytes(2, "big") + reply)

    def _tls(self, connection: socket.socket, contact: Contact) -> None:
        first = connection.recv(1 << 14, socket.MSG_PEEK)
        for _ in range(20):
            if not missing_bytes(first):
                break
            threading.Event().wait(0.02)
            first = connection.recv(1 << 15, socket.MSG_PEEK)
        hello = read_hello(first)
        contact.protocol = "tlcp" if hello is not None and hello.version == "0101" else "tls"
        if hello is not None:
            contact.hello = to_builtins(hello)
            contact.name = hello.name or contact.name
        contact.accepted = False
        with self._context.wrap_socket(connection, server_side=True) as secured:
            agreed = secured.cipher()
            contact.cipher = agreed[0] if agreed else ""
            secured.settimeout(_PATIENCE)
            if contact.port == 853:
                self._dns_stream(secured, contact)
                contact.accepted = True
                return
            said = secured.recv(4096)
            contact.accepted = bool(said)
            if said:
                contact.first = plain(said[:_FIRST])
                if _HTTP.match(said):
                    self._http(secured, contact, said)

    def _proxied(self, connection: socket.socket, contact: Contact, protocol: str, target: str) -> None:
        host, _, port = target.rpartition(":")
        contact.via = f"{protocol} {contact.name or contact.destination}:{contact.port}"
        self._told(replace(contact, via="", protocol=protocol))
        host = host.strip("[]") or target
        contact.destination, contact.name = (host, "") if _is_address(host) else ("", host)
        contact.port, contact.first, contact.protocol = int(port) if port.isdecimal() else 0, "", "unknown"
        self._talk(connection, contact)

    def _socks(self, connection: socket.socket, contact: Contact) -> None:
        connection.recv(2 + connection.recv(2, socket.MSG_PEEK)[1])
        connection.sendall(b"\x05\x00")
        kind = _exactly(connection, 4)[3]
        if kind == 3:
            host = _exactly(connection, _exactly(connection, 1)[0]).decode("ascii", "backslashreplace")
        else:
            host = str(ipaddress.ip_address(_exactly(connection, 4 if kind == 1 else 16)))
        port = int.from_bytes(_exactly(connection, 2), "big")
        connection.sendall(b"\x05\x00\x00\x01" + bytes(6))
        self._proxied(connection, contact, "socks-proxy", f"[{host}]:{port}" if ":" in host else f"{host}:{port}")


def _peek(connection: socket.socket, port: int) -> bytes:
    """The first bytes without taking them; a client that waits to be greeted is greeted once."""
    connection.settimeout(_SILENCE if port in _GREETINGS else _PATIENCE)
    try:
        return connection.recv(4096, socket.MSG_PEEK)
    except TimeoutError:
        if port not in _GREETINGS:
            return b""
        connection.sendall(_GREETINGS[port])
        connection.settimeout(_PATIENCE)
        return connection.recv(4096, socket.MSG_PEEK)


def _exactly(connection: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        piece = connection.recv(count - len(content))
        if not piece:
            raise ValueError("the client closed early")
        content += piece
    return content


def _packet_info(family: socket.AddressFamily) -> tuple[int, int]:
    return (socket.IPPROTO_IPV6, 49) if family == socket.AF_INET6 else (socket.IPPROTO_IP, 8)


def _addressed(extra: list[tuple[int, int, bytes]]) -> str:
    """Which address a datagram was sent to: the resolver that the product wanted."""
    for level, _, content in extra:
        if level == socket.IPPROTO_IPV6 and len(content) >= 20:
            return str(ipaddress.IPv6Address(content[:16]))
        if level == socket.IPPROTO_IP and len(content) >= 12:
            return str(ipaddress.IPv4Address(struct.unpack("=I4s4s", content[:12])[2]))
    return ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _in_background(work: Callable[[socket.socket], None], given: socket.socket) -> None:
    threading.Thread(target=work, args=(given,), daemon=True).start()


def self_signed() -> ssl.SSLContext:
    """A server context with a certificate that nobody vouches for, made for this session alone; it touches no disk."""
    from cryptography import x509  # noqa: PLC0415  (heavy)
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "untrusted.invalid")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with os.fdopen(os.memfd_create("sink"), "wb") as held:
        held.write(private + certificate.public_bytes(serialization.Encoding.PEM))
        held.flush()
        context.load_cert_chain(f"/proc/self/fd/{held.fileno()}")
    context.set_alpn_protocols(["http/1.1"])
    return context
