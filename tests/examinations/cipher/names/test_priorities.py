from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.names import priority


def test_what_a_string_switches_on_by_name() -> None:
    protocols, algorithms, by_class = priority(
        "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-SSL3.0:+ARCFOUR-128:!3DES-CBC:%COMPAT"
    )
    assert protocols == ("TLSv1.0", "SSLv3")
    assert [item.fields["algorithm"] for item in algorithms] == ["RC4-128"]
    assert not by_class


def test_what_is_switched_off_or_left_to_the_library_is_not_stated() -> None:
    assert priority("SECURE256:-VERS-TLS1.0:-ARCFOUR-128") == ((), (), False)
    assert priority("@SYSTEM") == ((), (), False)


def test_a_class_that_holds_weak_ones_is_said() -> None:
    assert priority("NONE:+VERS-ALL:+CIPHER-ALL")[2]
    assert priority("LEGACY")[2]


def test_a_flag_that_lets_md5_in_is_md5() -> None:
    assert [item.fields["algorithm"] for item in priority("NORMAL:%VERIFY_ALLOW_SIGN_RSA_MD5")[1]] == ["MD5"]


@given(st.text(max_size=200))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert len(priority(text)) == 3
