"""Bytes that nobody meant well: a shortfall or a fact, never an exception, never a hang, and no loss of the rest."""

import base64
import time
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.examinations.cipher.material import der as asn1
from assay.examinations.cipher.material import pem as armour
from tests.examinations.cipher.material.made import (
    FIXTURES,
    certificate,
    der,
    ec_key,
    examined,
    materials,
    only,
    pem,
    reasons,
    rsa_key,
)

CERTIFICATE = der(certificate(ec_key(), rsa_key(), usage=True))
SECONDS = 5.0  # of CPU: none of these needs a tenth of it


@lru_cache
def seeds() -> tuple[bytes, ...]:
    """Files, and what their blocks of PEM hold."""
    whole = [path.read_bytes() for path in sorted(FIXTURES.iterdir()) if path.suffix != ".md"]
    inside = [block.data for content in whole for block in armour.blocks(content) if block.data]
    return (*whole, *inside, CERTIFICATE)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_changed_file_raises_nothing(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(seeds())))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        put = data.draw(st.sampled_from([b"\0", b"\x30", b"\x80", b"\x84\xff\xff\xff\xff", b"\xff", b""]))
        content[at : at + data.draw(st.integers(0, 3))] = put
    examined(bytes(content))
    label = data.draw(st.sampled_from(["CERTIFICATE", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "EC PARAMETERS", "PKCS7"]))
    examined(pem(label, bytes(content)))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\x30\x80", b"\xfe\xed\xfe\xed\0\0\0\2", b"openssh-key-v1\0"]))
def test_any_bytes_raise_nothing(content: bytes, head: bytes) -> None:
    examined(head + content)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_around_a_block_leaves_the_block(text: str) -> None:
    text = text.replace("-", "_")
    content = (
        text.encode("utf-8", "replace") + b"\n" + pem("CERTIFICATE", CERTIFICATE) + text.encode("utf-8", "replace")
    )
    if content[:3] in {b"\xff\xfe", b"\xfe\xff"}:
        return
    assert any(value["material"] == "certificate" for value in materials(examined(content)))


@settings(max_examples=300)
@given(st.recursive(st.binary(max_size=20).map(lambda it: asn1.written(4, it)),
                    lambda inner: st.lists(inner, max_size=4).map(lambda parts: asn1.written(0x30, *parts)),
                    max_leaves=20))  # fmt: skip
def test_what_is_written_is_read(content: bytes) -> None:
    def again(element: asn1.Element) -> bytes:
        if element.tag == 4:
            return asn1.written(4, element.content)
        return asn1.written(0x30, *(again(child) for child in element.children()))

    assert again(asn1.parse(content)) == content


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_identifiers_there_and_back(rest: list[int], first: int, second: int) -> None:
    text = ".".join(map(str, (first, second, *rest)))
    assert asn1.parse(asn1.written_oid(text)).oid() == text


def _extensions(count: int) -> bytes:
    top = asn1.parse(CERTIFICATE)
    body, signature, bits = top.children()
    one = asn1.written(0x30, asn1.written_oid("1.2.3.4"), asn1.written(4, b"x"))
    last = asn1.written(0xA3, asn1.written(0x30, one * count))
    inside = (part.raw for part in body.children()[:-1])
    return asn1.written(0x30, asn1.written(0x30, *inside, last), signature.raw, bits.raw)


def _modulus(size: int) -> bytes:
    key = asn1.written(0x30, asn1.written_integer(b"\x7f" * size), asn1.written_integer(b"\1\0\1"))
    algorithm = asn1.written(0x30, asn1.written_oid("1.2.840.113549.1.1.1"), asn1.written(5))
    return asn1.written(0x30, algorithm, asn1.written(3, b"\0", key))


def _nested(depth: int) -> bytes:
    content = b"\5\0"
    for _ in range(depth):
        content = asn1.written(0x30, content)
    return content


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (_extensions(100_000), None),
        (_modulus(1 << 20), None),
        (_nested(2_000), "material"),
        (b"\x30\x80" * 500_000, "damaged"),
        (asn1.written(0x30, b"\x30\0" * 1_000_000), "damaged"),
        (b"\x30\x84\xff\xff\xff\xff" + b"A" * 50, "damaged"),
        (b"-----BEGIN A-----" * 200_000, "damaged"),
        (b"-----BEGIN CERTIFICATE-----\n" + b"-" * 3_000_000, "damaged"),
        (b"-----BEGIN CERTIFICATE-----\n" + b'" +' * 1_000_000, "damaged"),
        (b"ssh-rsa " + b"AAAA" * 700_000, "damaged"),
        (b"\0" * 3_000_000, "material"),
        (b"M" + b"A" * 3_000_000, "material"),
    ],
    ids=["extensions", "modulus", "nested", "endless", "children", "length", "begins", "dashes", "quotes", "line",
         "zeros", "base64"],
)  # fmt: skip
def test_absurd_sizes(content: bytes, reason: str | None) -> None:
    started = time.process_time()
    found = examined(content)
    assert time.process_time() - started < SECONDS
    if reason is None:
        assert materials(found)
    else:
        assert {one.reason for one in found.shortfalls} <= {reason, "too-many"}
        assert found.shortfalls


def test_a_modulus_of_a_megabyte_is_measured() -> None:
    assert only(examined(_modulus(1 << 20)))["key_bits"] == (8 << 20) - 1


def test_ten_thousand_certificates_are_fast() -> None:
    """The bar is 5 MB per CPU-second; half of it leaves room for a busy machine."""
    made = bytearray(CERTIFICATE)
    bundle = bytearray()
    for number in range(10_000):
        made[-4:] = number.to_bytes(4, "big")
        bundle += pem("CERTIFICATE", bytes(made))
    started = time.process_time()
    found = examined(bytes(bundle))
    spent = time.process_time() - started
    assert len(materials(found)) == 10_000
    assert len(bundle) / spent > 2.5e6


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-be"])
def test_other_encodings(encoding: str) -> None:
    text = pem("CERTIFICATE", CERTIFICATE).decode()
    content = text.encode(encoding) if encoding != "utf-16-be" else b"\xfe\xff" + text.encode(encoding)
    assert only(examined(content))["material"] == "certificate"


def test_a_block_without_its_end() -> None:
    body = base64.encodebytes(CERTIFICATE)
    found = examined(b"-----BEGIN CERTIFICATE-----\n" + body)
    assert only(found)["material"] == "certificate"
    assert reasons(found) == [("damaged", "partial")]
    cut = examined(b"-----BEGIN CERTIFICATE-----\n" + body[:200])
    assert reasons(cut) == [("damaged", "failed")]


@pytest.mark.parametrize(("content", "name"), [
    (pem("PGP PUBLIC KEY BLOCK", b"\x99\x01\x0d\x04" + bytes(60)), "a.asc"),
    (pem("ATTRIBUTE CERTIFICATE", CERTIFICATE), "a.pem"),
    (b"\x99\x01\x0d\x04" + bytes(60), "a.gpg"),
    (b"not a key at all, whatever its name", "a.jks"),
    (asn1.written(0x30, asn1.written(12, b"text"), asn1.written(12, b"text")), "a.der"),
])  # fmt: skip
def test_what_is_not_read_is_recorded_with_its_reason(content: bytes, name: str) -> None:
    found = examined(content, name)
    assert reasons(found) == [("material", "skipped")]
    assert not found.facts
