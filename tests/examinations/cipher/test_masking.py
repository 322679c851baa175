"""No secret of the product survives in an excerpt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.masking import LONGEST, excerpt, masked


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ('key = new PBEKeySpec("hunter".toCharArray());', "hunter"),
        ("cipher = AES.new(b'opensesameab', AES.MODE_ECB)", "opensesameab"),
        ("byte[] k = {1, 2, 3, 4, 5, 6, 7, 8, 9, 0x10};", "7, 8, 9"),
        ("token: deadbeefdeadbeefdeadbeefdeadbeef", "deadbeef"),
        ("x = '''swordfish'''", "swordfish"),
        ('x = "a\\"swordfish"', "swordfish"),
        ("x = 'unclosed swordfish", "swordfish"),
        ("/* don't */ f('swordfish', 'x')", "swordfish"),
        ("return'swordfish'", "swordfish"),
        ('x = ["swordfish"]', "swordfish"),
        ('f(["swordfish"], 1)', "swordfish"),
        ('return["swordfish"]', "swordfish"),
        ('if(x)["swordfish"].map(f)', "swordfish"),
        ('users["swordfish"] = x', "swordfish"),
        ('secrets["swordfish"]', "swordfish"),
        ('x["Tr0ub4dor3"]', "Tr0ub4dor3"),
        ('x["swordfish" + y]', "swordfish"),
        ('x["opensesameopensesameopensesame"]', "opensesame"),
        ('os.environ.get("NAME", "swordfish")', "swordfish"),
        ('password = "abc"', "abc"),
        ('{"password": "none"}', "none"),
        ("pin := '123'", "123"),
        ("my_token='CBC'", "CBC"),
        ('x["pwd"] = "ecb"', "ecb"),
    ],
)
def test_a_secret_is_masked(line: str, secret: str) -> None:
    assert secret not in masked(line)


@pytest.mark.parametrize(
    "line",
    [
        'Cipher.getInstance("AES/CBC/PKCS5Padding", "BC")',
        "hashlib.new('sm3')",
        'x = "utf-8"',
        'ec("prime256v1")',
        'SSLContext.getInstance("TLSv1.2")',
        'x = info["group"]',
        "os.environ['CIPHER_SUITE']",
        'd["a"]["mode-name"]',
        "AES.new(k, mode='MODE_CBC', padding='pkcs7')",
        'f("OAEPPadding", "ISO7816-4", "CFB8")',
        'os.getenv("CIPHER_NAME")',
        'password_hash = "bcrypt"',
        'password == ""',
        "EVP_get_cipherbynid_with_a_very_long_identifier(NID_sm4_gcm)",
    ],
)
def test_names_of_algorithms_stay(line: str) -> None:
    assert masked(line) == line


@given(st.text(alphabet=st.characters(codec="ascii", categories=["Ll"]), min_size=8, max_size=30))
def test_a_literal_in_a_line_too_long_to_show_is_never_quoted(secret: str) -> None:
    code = ("x = 1; " * 2000 + f'f("zz{secret}zz", "zz{secret}zz"); ' + "y = 2; " * 2000).encode()
    shown = excerpt(code, code.index(b"f("))
    assert shown == "f("
    assert len(shown) <= LONGEST


def test_the_excerpt_is_the_line_of_the_offset() -> None:
    assert excerpt(b"a\n  b = md5(x)\nc", 5) == "b = md5(x)"
