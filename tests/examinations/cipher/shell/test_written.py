"""What a script writes into files of configuration is read as those files would be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.examinations.cipher.shell.commands import read
from tests.examinations.cipher.shell.test_shell import examined

_CONN = "conn a\n  ike=3des-md5;modp1024\n"


@pytest.mark.parametrize(
    ("code", "file", "line"),
    [
        (f"cat > /etc/ipsec.conf <<EOF\n{_CONN}EOF", "/etc/ipsec.conf", 2),
        (f"cat <<EOF > /etc/ipsec.conf\n{_CONN}EOF", "/etc/ipsec.conf", 2),
        (f"cat >> /etc/ipsec.conf <<-'EOF'\n{_CONN}EOF", "/etc/ipsec.conf", 2),
        (f"cat <<'EOF' | sudo tee -a /etc/ipsec.conf >/dev/null\n{_CONN}EOF", "/etc/ipsec.conf", 2),
        (f"sudo tee /etc/ipsec.conf <<EOF\n{_CONN}EOF", "/etc/ipsec.conf", 2),
        (f'F=/etc/ipsec.conf\ncat > "$F" <<EOF\n{_CONN}EOF', "/etc/ipsec.conf", 3),
        (f'cat > "$F" <<EOF\n{_CONN}EOF', "", 2),
    ],
)
def test_a_here_document_is_read_by_the_file_that_it_goes_into(code: str, file: str, line: int) -> None:
    first = read(code.encode()).commands[0]
    assert (first.writes, first.fed_line) == (file, line)
    found = examined(code)
    rows = {(fact.value.get("algorithm") or fact.value.get("directive"), fact.evidence[0].line) for fact in found.facts}
    assert {("3DES-CBC", line + 1), ("HMAC-MD5", line + 1), ("FFDH-1024", line + 1), ("ike", line + 1)} <= rows
    assert {fact.value.get("misuse") for fact in found.facts if fact.kind == "crypto.misuse"} == {"short-key"}
    assert all(fact.subject.path == "a.sh" for fact in found.facts)


@pytest.mark.parametrize("name", ["echo", "printf"])
def test_a_text_that_is_known_counts_as_well(name: str) -> None:
    found = examined(f"{name} 'ssl_protocols TLSv1;' >> /etc/nginx/conf.d/tls.conf")
    assert [fact.value["version"] for fact in found.facts if fact.kind == "crypto.protocol"] == ["1.0"]


def test_a_variable_that_is_given_a_setting_is_read() -> None:
    found = examined('NEW="  ssl_protocols = TLSv1"\nsed -i "s/x/$NEW/" /etc/x.conf')
    told = [(fact.value["version"], fact.evidence[0].line) for fact in found.facts if "version" in fact.value]
    assert told == [("1.0", 1)]
    unread = examined('IKE_NEW="  ike=3des-md5;modp1024"')
    assert [short.detail for short in unread.shortfalls] == ["what is written from line 1: line 1 ike 3des-md5"]
    assert examined("CIPHER=AES-256-CBC\nX=1").facts == ()


@pytest.mark.parametrize(
    "code",
    [
        "cat <<EOF\nssl_protocols TLSv1;\nEOF",  # shown, and written nowhere
        "echo 'ssl_protocols TLSv1;'",
        "cat > a.txt <<EOF\nnothing of the kind\nEOF",
        "echo 'ssl_protocols TLSv1;' >&2",
    ],
)
def test_what_is_only_shown_sets_nothing(code: str) -> None:
    found = examined(code)
    assert (found.facts, found.shortfalls) == ((), ())


def test_what_is_not_understood_is_open_with_its_place() -> None:
    found = examined("x=1\ncat > /etc/nginx/nginx.conf <<EOF\nserver { ssl_protocols $VERSIONS; }\nEOF")
    assert [short.detail for short in found.shortfalls] == ["what is written from line 3: line 1 ssl_protocols"]


def test_a_tool_that_a_variable_may_replace_is_possible_and_open() -> None:
    found = examined("${OPENSSL:-openssl} dgst -md5 x")
    assert [(fact.value["algorithm"], fact.value["reach"]) for fact in found.facts] == [("MD5", "possible")]
    assert [short.reason for short in found.shortfalls] == ["blind-spot"]


@given(st.text(alphabet="cat>tee|<EOF\n'\"$ {}/ike=3des;-", max_size=120))
def test_any_text_is_read(code: str) -> None:
    examined(code)
