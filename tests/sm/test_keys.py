"""Key files: read back, read and written by openssl, and nothing else is taken for one."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat import asn1
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.errors import AssayError, InputError, NotVerifiedError
from assay.sm import encoding, keys, known, sm2

FEW = 1000  # rounds: enough for a test
KEY = sm2.PrivateKey(known.NUMBER, known.POINT)
WRITTEN = keys.private_pem(KEY, "口令 pass".encode(), FEW)

_OPENSSL = shutil.which("openssl")


def _openssl(*arguments: str, cwd: Path) -> bytes:
    assert _OPENSSL
    return subprocess.run([_OPENSSL, *arguments], cwd=cwd, capture_output=True, check=True, timeout=60).stdout


def _openssl_has_sm2() -> bool:
    if not _OPENSSL:
        return False
    command = [_OPENSSL, "genpkey", "-algorithm", "SM2"]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


needs_openssl = pytest.mark.skipif(not _openssl_has_sm2(), reason="no openssl with SM2 on the path")


def test_read_back() -> None:
    read = keys.read_private(WRITTEN, "口令 pass".encode())
    assert read.public == KEY.public == keys.read_public(keys.public_pem(KEY.public))
    assert encoding.split_pkcs8(read.pkcs8())[0] == known.NUMBER
    assert b"ENCRYPTED" in WRITTEN
    assert keys.private_pem(KEY, "口令 pass".encode(), FEW) != WRITTEN
    assert keys.read_private(KEY.pkcs8(), None).public == KEY.public
    assert keys.read_public(encoding.spki(known.POINT)) == KEY.public


def test_the_wrong_passphrase() -> None:
    for number in range(40):  # some of them give a right padding by chance
        with pytest.raises(NotVerifiedError):
            keys.read_private(WRITTEN, f"wrong {number}".encode())
    with pytest.raises(InputError, match="encrypted"):
        keys.read_private(WRITTEN, None)
    with pytest.raises(InputError, match="without a passphrase"):
        keys.private_pem(KEY, b"")


@needs_openssl
def test_openssl_reads_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(keys.private_pem(KEY, b"secret", FEW))
    (tmp_path / "public.pem").write_bytes(keys.public_pem(KEY.public))
    written = _openssl("pkey", "-in", "key.pem", "-passin", "pass:secret", "-pubout", cwd=tmp_path)
    assert written == (tmp_path / "public.pem").read_bytes()
    (tmp_path / "message").write_bytes(b"signed by one, verified by the other")
    (tmp_path / "signature").write_bytes(
        encoding.signature_to_der(KEY.sign(b"signed by one, verified by the other", b"vendor@example"))
    )
    verify = ("pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin", "-in", "message", "-digest", "sm3")
    said = _openssl(*verify, "-pkeyopt", "distid:vendor@example", "-sigfile", "signature", cwd=tmp_path)
    assert b"Verified" in said


@needs_openssl
@pytest.mark.parametrize(
    "options",
    [
        ("-v2", "sm4-cbc", "-v2prf", "hmacWithSHA256", "-iter", "1000"),
        ("-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512", "-iter", "1000"),
        ("-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1", "-iter", "1000"),
        ("-v2", "aes-192-cbc", "-scrypt"),
        ("-nocrypt",),
    ],
)
def test_what_openssl_writes_is_read(tmp_path: Path, options: tuple[str, ...]) -> None:
    _openssl("genpkey", "-algorithm", "SM2", "-out", "clear.pem", cwd=tmp_path)
    _openssl(
        "pkcs8", "-topk8", "-in", "clear.pem", "-passout", "pass:secret", "-out", "key.pem", *options, cwd=tmp_path
    )
    public = _openssl("pkey", "-in", "clear.pem", "-pubout", cwd=tmp_path)
    assert keys.read_private((tmp_path / "key.pem").read_bytes(), b"secret").public == keys.read_public(public)


@needs_openssl
def test_openssl_signs_what_is_verified(tmp_path: Path) -> None:
    _openssl("genpkey", "-algorithm", "SM2", "-out", "key.pem", cwd=tmp_path)
    (tmp_path / "message").write_bytes(b"message")
    sign = ("pkeyutl", "-sign", "-inkey", "key.pem", "-rawin", "-in", "message", "-digest", "sm3")
    signature = _openssl(*sign, "-pkeyopt", "distid:1234567812345678", cwd=tmp_path)
    public = keys.read_public(_openssl("pkey", "-in", "key.pem", "-pubout", cwd=tmp_path))
    public.verify(b"message", encoding.signature_from_der(signature))


@needs_openssl
@pytest.mark.parametrize("algorithm", ["ED25519", "RSA", "EC"])
def test_keys_of_other_algorithms_are_refused(tmp_path: Path, algorithm: str) -> None:
    options = ("-pkeyopt", "ec_paramgen_curve:P-256") if algorithm == "EC" else ()
    _openssl("genpkey", "-algorithm", algorithm, *options, "-out", "key.pem", cwd=tmp_path)
    with pytest.raises(InputError):
        keys.read_private((tmp_path / "key.pem").read_bytes(), None)
    with pytest.raises(InputError):
        keys.read_public(_openssl("pkey", "-in", "key.pem", "-pubout", cwd=tmp_path))


def _encrypted(**changes: object) -> bytes:
    """WRITTEN with other parameters of its derivation."""
    _, der = keys._der(WRITTEN)
    read = asn1.decode_der(keys._EncryptedKey, der)
    old = read.algorithm.parameters.derivation.parameters.parse(keys._Pbkdf2)
    fields = {"salt": old.salt, "rounds": old.rounds, "size": old.size, "prf": old.prf} | changes
    kind: Any = keys._Pbkdf2
    if "cost" in changes:
        kind, fields = keys._Scrypt, {"salt": old.salt, "size": None} | changes
    algorithm = keys._SCRYPT if "cost" in changes else keys._PBKDF2
    parameters = asn1.decode_der(asn1.TLV, asn1.encode_der(kind(**fields)))
    derivation = keys._Derivation(algorithm=algorithm, parameters=parameters)
    scheme = read.algorithm.parameters.scheme
    pbes2 = keys._Pbes2(derivation=derivation, scheme=scheme)
    whole = keys._Algorithm(algorithm=read.algorithm.algorithm, parameters=pbes2)
    return asn1.encode_der(keys._EncryptedKey(algorithm=whole, content=read.content))


@pytest.mark.parametrize(
    "changes",
    [
        {"rounds": 0},
        {"rounds": -5},
        {"rounds": 1 << 40},
        {"rounds": 1 << 90},
        {"size": 3},
        {"prf": keys._Prf(algorithm=keys._SM4_CBC, nothing=None)},
        {"cost": 1 << 40, "block": 8, "lanes": 1},
        {"cost": 1 << 14, "block": 1 << 20, "lanes": 1},
        {"cost": 1000, "block": 8, "lanes": 1},
        {"cost": -16384, "block": 8, "lanes": 1},
        {"cost": 16384, "block": 8, "lanes": -1},
        {"cost": 1, "block": -1, "lanes": 1},
    ],
)
def test_derivations_that_would_take_for_ever_or_make_no_sense(changes: dict[str, object]) -> None:
    with pytest.raises(InputError):
        keys.read_private(_encrypted(**changes), b"secret")


def test_files_that_are_no_key() -> None:
    clear = keys._pem("PRIVATE KEY", KEY.pkcs8())
    for content in (
        b"",
        b"\0",
        WRITTEN + clear,
        bytes(1 << 17),
        b"-----BEGIN PRIVATE KEY-----\n=AA=\n-----END PRIVATE KEY-----",
    ):
        with pytest.raises(InputError):
            keys.read_private(content, b"secret")
        with pytest.raises(InputError):
            keys.read_public(content)
    with pytest.raises(InputError):
        keys.read_public(clear)
    with pytest.raises(InputError):
        keys.read_private(keys.public_pem(KEY.public), None)


def test_a_private_key_without_its_public_key_is_refused() -> None:
    bare = asn1.encode_der(encoding._EcPrivateKey(version=1, number=known.NUMBER, curve=None, point=None))
    algorithm = encoding._Algorithm(algorithm=encoding._EC, curve=encoding._SM2)
    info = encoding._PrivateKeyInfo(version=0, algorithm=algorithm, key=bare, attributes=None)
    with pytest.raises(InputError, match="without its public key"):
        keys.read_private(asn1.encode_der(info), None)


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0), bit=st.integers(0, 7), cut=st.integers(0, 300))
def test_a_changed_file_is_refused_or_holds_the_same_key(at: int, bit: int, cut: int) -> None:
    """DER of a key file has no check value: a change in a salt or in what is encrypted shows in what comes out."""
    _, der = keys._der(WRITTEN)
    changed = bytearray(der[: max(1, len(der) - cut)])
    changed[at % len(changed)] ^= 1 << bit
    try:
        read = keys.read_private(bytes(changed), "口令 pass".encode())
    except AssayError:
        return
    assert read.public == KEY.public


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_bytes_from_outside(content: bytes) -> None:
    for read in (keys.read_public, lambda pem: keys.read_private(pem, b"secret"), encoding.split_pkcs8):
        with pytest.raises(AssayError):
            read(content)
        with pytest.raises(AssayError):
            read(keys._pem("PRIVATE KEY", content))
