"""What a primitive leaves of an undetermined family, against every name that the catalogue's tables know."""

import pytest

from assay.core.families import possible
from assay.core.kinds import PRIMITIVES
from assay.examinations.cipher.names import recognise
from assay.examinations.cipher.names.families import FAMILIES, OWN_FAMILIES
from assay.examinations.cipher.names.stems import STEMS


@pytest.mark.parametrize("stem", sorted(STEMS))
def test_no_family_is_ruled_out_for_a_primitive_that_it_has(stem: str) -> None:
    row = STEMS[stem]
    assert row.primitive is None or possible(row.family, row.primitive)


@pytest.mark.parametrize(
    "name",
    ["RSA-SHA1", "SHA256withRSA", "MD5withRSA", "SHA1withDSA", "HS256", "RS256", "ES256", "AES-CMAC", "HMAC-SHA-1",
     "PBKDF2WithHmacSHA1", "PBEWithMD5AndDES", "AES/GCM/NoPadding", "DESede/CBC/PKCS5Padding", "RC4", "X25519", "ECDH"],
)  # fmt: skip
def test_names_of_several_parts(name: str) -> None:
    found = recognise(name, "any")
    assert found
    for seen in found:
        assert possible(seen.fields.get("family"), seen.fields.get("primitive"))


def test_what_narrows_and_what_does_not() -> None:
    assert not possible("DES", "hash")
    assert not possible("SHA-1", "block-cipher")
    assert not possible("RSA", "kdf")
    assert possible("DES", "kdf")  # crypt(3)
    for primitive in ("other", "combiner", "key-wrap", None):
        assert all(possible(family, primitive) for family in FAMILIES | set(OWN_FAMILIES))
    assert all(possible("unheard-of", primitive) for primitive in PRIMITIVES)
