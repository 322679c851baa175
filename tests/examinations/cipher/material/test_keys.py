"""Keys in every form: size, curve and fingerprint, and never a byte of the private part."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from assay.core.product import Unlock
from assay.examinations.cipher.material import der as asn1
from tests.examinations.cipher.material.made import (
    Key,
    ec_key,
    examined,
    fixture,
    mark,
    only,
    pem,
    private,
    reasons,
    rsa_key,
    uses,
)

OLD, NEW = PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize(
    ("key", "form", "named", "algorithm"),
    [
        (rsa_key(), OLD, "PKCS#1", "RSA-2048"),
        (rsa_key(), NEW, "PKCS#8", "RSA-2048"),
        (ec_key(), OLD, "SEC1", "EC-P-256"),
        (ec_key(), NEW, "PKCS#8", "EC-P-256"),
    ],
)
def test_a_private_key(encoding: Encoding, key: Key, form: PrivateFormat, named: str, algorithm: str) -> None:
    content = private(key, form, encoding)
    found = examined(content)
    value = only(found)
    written = "PEM" if encoding == Encoding.PEM else "DER"
    assert (value["material"], value["format"], value["encoding"]) == ("private-key", named, written)
    assert (value["algorithm"], value["protection"], value["fingerprint"]) == (algorithm, "none", mark(key))
    numbers = key.private_numbers()
    secret = numbers.d if hasattr(numbers, "d") else numbers.private_value
    assert f"{secret:x}"[:16] not in repr(found)
    assert base64.b64encode(content)[40:60].decode() not in repr(found)


@pytest.mark.parametrize("key", [rsa_key(), ec_key()])
def test_a_public_key_has_the_fingerprint_of_its_private_half(key: Key) -> None:
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    line = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    for content in (spki, pem("PUBLIC KEY", spki), base64.encodebytes(spki), line + b" somebody@somewhere"):
        value = only(examined(content))
        assert (value["material"], value["fingerprint"]) == ("public-key", mark(key))
    assert "somebody" not in repr(examined(line + b" somebody@somewhere"))


def test_other_kinds_of_keys() -> None:
    key = dsa.generate_private_key(1024)
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    old = only(examined(key.private_bytes(Encoding.PEM, OLD, NoEncryption())))
    assert (old["algorithm"], old["format"]) == ("DSA-1024", "traditional")
    assert old["fingerprint"] == only(examined(public))["fingerprint"]
    edwards = ed25519.Ed25519PrivateKey.generate()
    found = only(examined(edwards.private_bytes(Encoding.PEM, NEW, NoEncryption())))
    assert (found["algorithm"], found["curve"], found["fingerprint"]) == ("Ed25519", "other/Ed25519", None)
    rsa_public = rsa_key().public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert only(examined(rsa_public))["fingerprint"] == mark(rsa_key())


def test_sm2_keys() -> None:
    value = only(fixture("sm2-key.pem"))
    assert (value["algorithm"], value["curve"], value["protection"]) == ("SM2", "oscaa/SM2", "none")
    sealed = fixture("sm2-sealed.pem")
    value = only(sealed)
    assert (value["algorithm"], value["encryption"], value["kdf"]) == (None, "SM4-CBC", "PBKDF2-SHA-256")
    assert reasons(sealed) == [("encrypted", "partial")]
    assert ("SM4-CBC", "encryption", "used") in uses(sealed)


def test_a_group_and_a_curve() -> None:
    prime = asn1.written_integer(b"\xff" * 128)
    group = asn1.written(asn1.SEQUENCE, prime, asn1.written_integer(b"\2"))
    value = only(examined(pem("DH PARAMETERS", group)))
    assert (value["material"], value["algorithm"], value["key_bits"]) == ("parameters", "FFDH", 1024)
    value = only(examined(pem("EC PARAMETERS", asn1.written_oid("1.2.156.10197.1.301"))))
    assert value["algorithm"] == "SM2"


def test_two_numbers_of_one_size_are_a_signature() -> None:
    half = asn1.written_integer(b"\x71" * 32)
    assert reasons(examined(asn1.written(asn1.SEQUENCE, half, half))) == [("material", "skipped")]


def test_explicit_curve_parameters_leave_the_curve_undetermined() -> None:
    field = asn1.written(asn1.SEQUENCE, asn1.written_oid("1.2.840.10045.1.1"), asn1.written_integer(b"\xff" * 24))
    curve = asn1.written(asn1.SEQUENCE, asn1.written(4, b"a"), asn1.written(4, b"b"))
    parameters = asn1.written(
        asn1.SEQUENCE, asn1.written_integer(b"\1"), field, curve, asn1.written(4, b"\4g"), asn1.written_integer(b"\7")
    )
    algorithm = asn1.written(asn1.SEQUENCE, asn1.written_oid("1.2.840.10045.2.1"), parameters)
    value = only(examined(asn1.written(asn1.SEQUENCE, algorithm, asn1.written(3, b"\0\4xy"))))
    assert (value["curve"], value["key_bits"]) == (None, 192)


class TestProtection:
    WORD = "correct"

    @pytest.fixture
    def unlock(self, monkeypatch: pytest.MonkeyPatch) -> tuple[Unlock, ...]:
        monkeypatch.setenv("ASSAY_TEST_PASSWORD", self.WORD)
        return (Unlock("a", "ASSAY_TEST_PASSWORD"),)

    def test_of_pkcs8(self, unlock: tuple[Unlock, ...]) -> None:
        sealed = ec_key().private_bytes(Encoding.PEM, NEW, BestAvailableEncryption(self.WORD.encode()))
        found = examined(sealed)
        value = only(found)
        assert (value["protection"], value["encryption"], value["family"]) == ("encrypted", "AES-256-CBC", None)
        assert isinstance(value["iterations"], int)
        assert reasons(found) == [("encrypted", "partial")]
        opened = examined(sealed, "a", unlock)
        value = only(opened)
        assert (value["protection"], value["curve"], value["fingerprint"]) == (
            "encrypted",
            "nist/P-256",
            mark(ec_key()),
        )
        assert not opened.shortfalls
        assert self.WORD not in repr(opened)

    def test_of_old_pem(self, unlock: tuple[Unlock, ...]) -> None:
        sealed = rsa_key().private_bytes(Encoding.PEM, OLD, BestAvailableEncryption(self.WORD.encode()))
        assert b"DEK-Info" in sealed
        found = examined(sealed)
        assert (only(found)["kdf"], only(found)["iterations"]) == ("MD5", 1)
        assert ("MD5", "key-derivation", "used") in uses(found)
        assert only(examined(sealed, "a", unlock))["fingerprint"] == mark(rsa_key())

    def test_a_wrong_password_names_its_place_and_not_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ASSAY_TEST_PASSWORD", "battery-staple")
        sealed = ec_key().private_bytes(Encoding.PEM, NEW, BestAvailableEncryption(self.WORD.encode()))
        (shortfall,) = examined(sealed, "a", (Unlock("a", "ASSAY_TEST_PASSWORD"),)).shortfalls
        assert "ASSAY_TEST_PASSWORD does not open it" in shortfall.detail
        assert "battery" not in shortfall.detail
        (shortfall,) = examined(sealed, "a", (Unlock("a", "ASSAY_TEST_ABSENT"),)).shortfalls
        assert "ASSAY_TEST_ABSENT holds no password" in shortfall.detail
        (shortfall,) = examined(sealed, "a", (Unlock("another", "ASSAY_TEST_PASSWORD"),)).shortfalls
        assert "was not given" in shortfall.detail

    def test_work_is_bounded(self, unlock: tuple[Unlock, ...]) -> None:
        salt, count = asn1.written(4, b"saltsalt"), asn1.written_integer((2**40).to_bytes(6, "big"))
        kdf = asn1.written(0x30, asn1.written_oid("1.2.840.113549.1.5.12"), asn1.written(asn1.SEQUENCE, salt, count))
        cipher = asn1.written(0x30, asn1.written_oid("2.16.840.1.101.3.4.1.42"), asn1.written(4, bytes(16)))
        scheme = asn1.written(0x30, asn1.written_oid("1.2.840.113549.1.5.13"), asn1.written(0x30, kdf, cipher))
        found = examined(asn1.written(0x30, scheme, asn1.written(4, bytes(64))), "a", unlock)
        assert only(found)["iterations"] == 2**40
        assert "more work" in found.shortfalls[0].detail

    def test_of_openssh_the_public_half_is_in_clear(self) -> None:
        found = fixture("openssh-ed25519")
        value = only(found)
        assert (value["algorithm"], value["protection"], value["kdf"]) == ("Ed25519", "encrypted", "bcrypt")
        assert value["iterations"] == 16
        assert value["fingerprint"] == only(fixture("openssh-ed25519.pub"))["fingerprint"]
        assert not found.shortfalls


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key(), "RSA-2048"), (ec_key(), "ECDSA-P-256"), (ec.generate_private_key(ec.SECP521R1()), "ECDSA-P-521")],
)
def test_openssh_in_clear(key: Key, algorithm: str) -> None:
    value = only(examined(private(key, PrivateFormat.OpenSSH)))
    assert (value["format"], value["algorithm"], value["fingerprint"]) == ("OpenSSH", algorithm, mark(key))


def test_putty() -> None:
    line = rsa_key().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).split()[1].decode()
    rows = "\n".join(line[at : at + 64] for at in range(0, len(line), 64))
    head = "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: {}\nComment: somebody\nPublic-Lines: {}\n{}\n"
    tail = "Private-Lines: 1\nAAAA\nPrivate-MAC: 00\n"
    count = rows.count("\n") + 1
    plain = examined((head.format("none", count, rows) + tail).encode(), "a.ppk")
    assert (only(plain)["fingerprint"], only(plain)["protection"]) == (mark(rsa_key()), "none")
    assert "somebody" not in repr(plain)
    kdf = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Passes: 21\nArgon2-Parallelism: 1\n"
    sealed = only(examined((head.format("aes256-cbc", count, rows) + kdf + tail).encode(), "a.ppk"))
    assert (sealed["encryption"], sealed["kdf"], sealed["iterations"]) == ("AES-256-CBC", "Argon2id", 21)
    assert reasons(examined(b"PuTTY-User-Key-File-2: ssh-rsa\nPublic-Lines: x\n", "a.ppk")) == [("damaged", "failed")]
