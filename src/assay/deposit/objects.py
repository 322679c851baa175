"""Deposits in an S3 bucket, through `obstore` (`pip install 'assay[s3]'`): `s3://bucket/prefix`.

Endpoint, region and credentials are those of the AWS_* variables (AWS_ENDPOINT_URL for another server than Amazon's;
AWS_ALLOW_HTTP=true lets it be plain http, and loopback needs no leave). `create` is a conditional PUT (If-None-Match),
in one request: the whole object or none, and one winner. Each request carries a SHA-256 of its content.

Object lock: what a bucket locks by its default retention cannot be removed before its time, by nobody; `remove` then
raises PermissionError, and a certificate of destruction says so. In a bucket that keeps versions a removed object lies
on below a delete marker, which is not destruction either: the shares are what is destroyed.
"""

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import urlsplit

from assay.core.errors import InputError
from assay.core.text import Text
from assay.deposit.names import checked

_T = TypeVar("_T")


class Bucket:
    """Implements `storage.Storage`. Threads may share it."""

    def __init__(self, address: str) -> None:
        """Raises InputError for an address that names no bucket, and without the library."""
        parts = urlsplit(address)
        if not parts.hostname or parts.query or parts.fragment:
            raise InputError(
                Text(f"{address} names no bucket", f"{address} 未指明存储桶"),
                Text("write s3://bucket or s3://bucket/prefix", "请写作 s3://桶名 或 s3://桶名/前缀"),
            )
        try:
            self._obstore: Any = import_module("obstore")
            store = import_module("obstore.store").S3Store
        except ModuleNotFoundError as error:
            raise InputError(
                Text("a bucket needs the library obstore", "使用存储桶需要 obstore 库"),
                Text("pip install 'assay[s3]'", "请执行 pip install 'assay[s3]'"),
            ) from error
        self.address = address
        self._raises = import_module("obstore.exceptions")
        prefix = parts.path.strip("/")
        options = {"allow_http": True} if _loopback(os.environ.get("AWS_ENDPOINT_URL", "")) else {}
        self._store = store(
            parts.hostname, prefix=prefix or None, checksum_algorithm="sha256", client_options=options or None
        )

    def create(self, name: str, content: bytes) -> None:
        self._call(
            name, lambda: self._obstore.put(self._store, checked(name), content, mode="create", use_multipart=False)
        )

    def read(self, name: str, at: int = 0, size: int = -1) -> bytes:
        if at == 0 and size < 0:
            return bytes(self._call(name, lambda: self._obstore.get(self._store, checked(name)).bytes()))
        stop = self.size(name) if size < 0 else at + size
        if stop <= at:
            return b""
        try:
            got = self._call(name, lambda: self._obstore.get_range(self._store, checked(name), start=at, end=stop))
        except OSError:
            if at < self.size(name):
                raise
            return b""  # behind the end
        return bytes(got)

    def size(self, name: str) -> int:
        return int(self._call(name, lambda: self._obstore.head(self._store, checked(name)))["size"])

    def names(self, folder: str = "") -> Iterator[str]:
        return (name for name, _, _ in self.listed(folder))

    def listed(self, folder: str = "") -> Iterator[tuple[str, float, int]]:
        prefix = checked(folder) if folder else None
        found = self._call(folder, lambda: self._obstore.list(self._store, prefix).collect())
        yield from sorted((str(item["path"]), item["last_modified"].timestamp(), int(item["size"])) for item in found)

    def remove(self, name: str) -> None:
        self.size(name)  # a removal of nothing succeeds there
        self._call(name, lambda: self._obstore.delete(self._store, checked(name)))

    def _call(self, name: str, call: Callable[[], _T]) -> _T:
        """The library's errors as those of the file system, so that who stores need not know where."""
        try:
            return call()
        except self._raises.AlreadyExistsError as error:
            raise FileExistsError(name) from error
        except self._raises.NotFoundError as error:
            raise FileNotFoundError(name) from error
        except (self._raises.PermissionDeniedError, self._raises.UnauthenticatedError) as error:
            raise PermissionError(f"{self.address}/{name}: refused") from error
        except self._raises.BaseError as error:
            raise OSError(f"{self.address}/{name}: {str(error).splitlines()[0][:200]}") from error


def _loopback(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    try:
        return parts.scheme == "http" and (
            parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
        )
    except ValueError:
        return False
