"""A token for the tests, where SoftHSM is installed, and stores that are closed behind each test."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.made import OPENED


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    """Whatever store a test left open."""
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def python() -> list[str]:
    """Python that sees nothing but what it is given."""
    return [sys.executable, "-I"]


MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture(scope="session")
def token(tmp_path_factory: pytest.TempPathFactory) -> str:
    """URI of an Ed25519 key on a SoftHSM token, PIN 1234."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: pip install 'assay[pkcs11]'")
    module = next((path for path in MODULES if Path(path).exists()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed: the Debian package softhsm2")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    make = ["softhsm2-util", "--init-token", "--free", "--label", "assay test", "--pin", "1234", "--so-pin", "5678"]
    subprocess.run(make, check=True, capture_output=True)
    with pkcs11.lib(module).get_token(token_label="assay test").open(user_pin="1234", rw=True) as session:
        curve = b"\x13\x0cedwards25519"  # PrintableString
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC_EDWARDS, {pkcs11.Attribute.EC_PARAMS: curve}, local=True
        )
        parameters.generate_keypair(mechanism=pkcs11.Mechanism.EC_EDWARDS_KEY_PAIR_GEN, store=True, label="signer")
    return f"pkcs11:token=assay%20test;object=signer?module-path={module}"
