"""Keys of this party: made once, kept for their owner alone, ephemeral without a passphrase; tokens by PKCS#11."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from assay.core.errors import InputError, UsageError
from assay.ledger import keys
from assay.ledger.keys import configuration, open_signer, open_signers
from assay.ledger.pkcs11 import Place, TokenSigner, read_uri
from assay.ledger.signing import ED25519, SM2, Ed25519Signer, Signer, Sm2Signer, named, read_key

SAID = {"ASSAY_KEY_PASSPHRASE": "correct horse"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_ROUNDS", 1000)


def silent(_: bool) -> None:
    return None


def test_made_once_and_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "config" / "assay"
    first = open_signers(folder, "signer", "bank.example", SAID, silent)
    assert [signer.kind for signer in first] == [ED25519, SM2]
    assert all(signer.known for signer in first)
    again = open_signers(folder, "signer", "bank.example", SAID, silent)
    assert [signer.public for signer in again] == [signer.public for signer in first]
    assert open_signer(folder, "signer", "bank.example", SAID, silent).public == first[0].public
    assert sorted(path.name for path in folder.iterdir()) == [
        "signer-sm2.key",
        "signer-sm2.vkey",
        "signer.key",
        "signer.vkey",
    ]
    for name, signer in (("signer", first[0]), ("signer-sm2", first[1])):
        assert stat.S_IMODE((folder / f"{name}.key").stat().st_mode) == 0o600
        assert b"BEGIN ENCRYPTED PRIVATE KEY" in (folder / f"{name}.key").read_bytes()
        key = read_key((folder / f"{name}.vkey").read_text())
        assert key == named(signer, "bank.example")
        assert key.verify(signer.sign(b"message"), b"message")
        assert not key.verify(signer.sign(b"message"), b"another")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_roles_have_keys_of_their_own(tmp_path: Path) -> None:
    signer, witness = (open_signer(tmp_path, role, "bank.example", SAID, silent) for role in ("signer", "witness"))
    assert signer.public != witness.public


def test_asked_at_the_terminal(tmp_path: Path) -> None:
    asked: list[bool] = []

    def ask(new: bool) -> str:
        asked.append(new)
        return "typed"

    made = open_signer(tmp_path, "signer", "bank.example", {}, ask)
    assert open_signer(tmp_path, "signer", "bank.example", {}, ask).public == made.public
    assert asked == [True, False]


def test_with_no_passphrase_nobody_known_signs(tmp_path: Path) -> None:
    for environ in ({}, {"ASSAY_KEY_PASSPHRASE": ""}):
        (signer,) = open_signers(tmp_path, "signer", "bank.example", environ, silent)
        assert isinstance(signer, Ed25519Signer)
        assert not signer.known
    assert list(tmp_path.iterdir()) == []
    known = open_signer(tmp_path, "signer", "bank.example", SAID, silent)
    assert open_signer(tmp_path, "signer", "bank.example", {}, silent).public != known.public


def test_a_wrong_passphrase(tmp_path: Path) -> None:
    open_signers(tmp_path, "signer", "bank.example", SAID, silent)
    with pytest.raises(UsageError, match="does not open with this passphrase"):
        open_signer(tmp_path, "signer", "bank.example", {"ASSAY_KEY_PASSPHRASE": "wrong"}, silent)


def test_keys_that_others_could_read_or_have_put_there(tmp_path: Path) -> None:
    open_signers(tmp_path, "signer", "bank.example", SAID, silent)
    path = tmp_path / "signer.key"
    path.chmod(0o640)
    with pytest.raises(InputError, match="others may read"):
        open_signer(tmp_path, "signer", "bank.example", SAID, silent)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="is not used"):
        open_signer(tmp_path, "signer", "bank.example", SAID, silent)
    path.unlink()
    os.mkfifo(path, 0o600)
    with pytest.raises(InputError, match="not a plain file"):
        open_signer(tmp_path, "signer", "bank.example", SAID, silent)


def test_files_that_are_no_keys(tmp_path: Path) -> None:
    path = tmp_path / "signer.key"
    open_signers(tmp_path, "signer", "bank.example", SAID, silent)
    good = path.read_bytes()
    for content in (b"", good[:60], good.replace(b"M", b"N")):
        path.write_bytes(content)
        with pytest.raises(UsageError, match="does not open"):
            open_signer(tmp_path, "signer", "bank.example", SAID, silent)
    path.write_bytes((tmp_path / "signer-sm2.key").read_bytes())
    with pytest.raises((UsageError, InputError), match=r"signer\.key"):
        open_signer(tmp_path, "signer", "bank.example", SAID, silent)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="Not a directory") as caught:
        open_signer(tmp_path / "file" / "assay", "signer", "bank.example", SAID, silent)
    assert caught.value.advice is not None
    assert "XDG_CONFIG_HOME" in caught.value.advice.en
    with pytest.raises(ValueError, match="key name"):
        open_signer(tmp_path / "new", "signer", "two words", SAID, silent)
    assert not (tmp_path / "new").exists()


def test_openssl_opens_the_key_file(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    signer = open_signer(tmp_path, "signer", "bank.example", SAID, silent)
    where = ["-in", str(tmp_path / "signer.key"), "-passin", "env:ASSAY_KEY_PASSPHRASE"]
    command = ["openssl", "pkey", *where, "-pubout", "-outform", "DER"]
    run = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **SAID})
    assert run.stdout.endswith(signer.public)


def test_where_the_configuration_is(tmp_path: Path) -> None:
    assert configuration({}, tmp_path) == tmp_path / ".config" / "assay"
    assert configuration({"XDG_CONFIG_HOME": "/x"}, tmp_path) == Path("/x/assay")
    assert configuration({"XDG_CONFIG_HOME": "relative"}, tmp_path) == tmp_path / ".config" / "assay"


def test_sm2_signs_in_der(tmp_path: Path) -> None:
    signer = open_signers(tmp_path, "signer", "bank.example", SAID, silent)[1]
    assert isinstance(signer, Sm2Signer)
    key = named(signer, "bank.example")
    assert read_key(str(key)) == key
    signature = signer.sign(b"message")
    assert signature[0] == 0x30
    for wrong in (b"", signature[:-1], bytes(70), signature + b"\0"):
        assert not key.verify(wrong, b"message")


# -- tokens --------------------------------------------------------------------------------------------------------


def test_a_key_on_a_token(token: str) -> None:
    signer = TokenSigner(token, "1234")
    any_signer: Signer = signer
    key = named(any_signer, "bank.example")
    assert key.verify(signer.sign(b"message"), b"message")
    assert signer.known
    signer.close()
    with pytest.raises(InputError, match="cannot be used"):
        signer.sign(b"message")


def test_what_is_not_on_the_token(token: str) -> None:
    for wrong in (token.replace("object=signer", "object=other"), token.replace("assay%20test", "other")):
        with pytest.raises(InputError, match="cannot be used"):
            TokenSigner(wrong, "1234")
    with pytest.raises(InputError, match="the PIN is wrong"):
        TokenSigner(token, "4321")


def test_modules_that_are_none(tmp_path: Path) -> None:
    pytest.importorskip("pkcs11")
    with pytest.raises(InputError, match="cannot be used"):
        TokenSigner(f"pkcs11:token=a;object=b?module-path={tmp_path}/no.so", "1234")


def test_uris() -> None:
    assert read_uri("pkcs11:token=a%20b;id=%01%ff?module-path=/x.so") == Place("/x.so", "a b", "", "", b"\x01\xff")
    for uri in (
        "",
        "token=a",
        "pkcs11:token=a;object=b",
        "pkcs11:token=a?module-path=/x.so",
        "pkcs11:object=b?module-path=/x.so",
        "pkcs11:token=a;object=b?module-path=/x.so&pin-value=1234",
        "pkcs11:token=a;object=b?module-path=/x.so&pin-source=/etc/pin",
    ):
        with pytest.raises(UsageError, match="PKCS#11 URI is not used"):
            read_uri(uri)
