"""What happened in a cage, as the keeper tells it: one JSON object a line, bounded in number and size.

Strings come from the product and are hostile; they are kept as text with every byte that is not UTF-8 written `\\xNN`,
and escaped by whoever prints them. What is told twice is told once: an event counts as the same when all but its time
is. When a product makes more different events than the limit, the last one says so, and the record is partial.
"""

import json
import socket
import threading
import time

LONGEST = 2_000


def plain(content: bytes, limit: int = LONGEST) -> str:
    """Bytes of a product as text."""
    return content[:limit].decode("utf-8", "backslashreplace")


class Teller:
    """The keeper's end of the socket to the outside. Safe to use from any thread."""

    def __init__(self, channel: socket.socket, limit: int) -> None:
        self._channel = channel
        self._limit = limit
        self._lock = threading.Lock()
        self._seen: set[str] = set()
        self._begun = time.monotonic()
        self.phase = ""
        self.run = ""

    def tell(self, kind: str, **values: object) -> None:
        """Say it once per phase."""
        body = {"kind": kind, "phase": self.phase, "run": self.run, **values}
        text = json.dumps(body, sort_keys=True)
        with self._lock:
            if text in self._seen:
                return
            if len(self._seen) >= self._limit:
                if len(self._seen) > self._limit:
                    return
                self._seen.add("")
                body = {"kind": "limit", "phase": self.phase, "run": self.run, "what": "events"}
            else:
                self._seen.add(text)
            self._send(body)

    def reply(self, **values: object) -> None:
        """Answer a command; never left out."""
        with self._lock:
            self._send({"kind": "reply", **values})

    def _send(self, body: dict[str, object]) -> None:
        line = json.dumps({**body, "at": round(time.monotonic() - self._begun, 3)}, sort_keys=True)
        self._channel.sendall(line.encode() + b"\n")
