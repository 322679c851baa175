from hypothesis import given
from hypothesis import strategies as st

from assay.core.paths import raw, shown
from assay.intake.names import escape_of, plain


@given(st.binary(max_size=60))
def test_the_raw_name_can_be_had_back(name: bytes) -> None:
    assert raw(shown(name)) == name


@given(st.text(max_size=30).filter(lambda text: "\\" not in text))
def test_utf_8_is_written_as_it_is(text: str) -> None:
    assert shown(text.encode("utf-8", "ignore")) == text.encode("utf-8", "ignore").decode()


@given(st.binary(max_size=60))
def test_an_accepted_name_stays_inside(name: bytes) -> None:
    if not escape_of(name):
        parts = plain(name).split(b"/")
        assert not {b"..", b".", b""} & set(parts)


def test_plain_names_are_accepted() -> None:
    for name in (b"a", b"./a", b"a/b.py", b"..a/b..", b"a//b", "密码.py".encode("gbk"), b"dir/"):
        assert escape_of(name) == ""
    assert plain(b"./a//b/./c/") == b"a/b/c"
