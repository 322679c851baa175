"""Shell scripts: what tools are told, what is resolved, and what nobody can tell."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.examination import Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import check
from assay.examinations.cipher.shell.examination import ShellCommands


class _Lab:
    limits = Limits()


def examined(code: str | bytes) -> Examined:
    content = code if isinstance(code, bytes) else code.encode()
    meta = FileMeta("a.sh", "a.sh", len(content), "source", "Shell", "main", "shipped", Locator("file", "a.sh"))
    found = ShellCommands().examine(FileView(meta, content), (), _Lab())
    for fact in found.facts:
        check(fact)
    return found


def told(code: str) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for fact in examined(code).facts:
        keys = ("algorithm", "purpose") if fact.kind == "crypto.use" else ("protocol", "version", "misuse")
        rows.append((fact.evidence[0].line, *(fact.value[key] for key in keys if key in fact.value)))
    return rows


_OPTIONS = [(2, "AES-128-ECB", "encryption"), (2, "ecb-mode"), (2, "hard-coded-key")]


@pytest.mark.parametrize(
    ("code", "rows"),
    [
        ("openssl enc -aes-256-ecb -K $K -in a", [(1, "AES-256-ECB", "encryption"), (1, "ecb-mode")]),
        ("C=des3\nopenssl enc -$C -pbkdf2 -iter 5000 -in a", [(2, "3DES-168-CBC", "encryption"),
         (2, "PBKDF2-SHA-256", "key-derivation"), (2, "HMAC-SHA-256", "key-derivation")]),
        ("openssl dgst -md5 x", [(1, "MD5", "digest")]),
        ("openssl dgst -sha1 -sign k x", [(1, "SHA-1", "signature")]),
        ("openssl sm3 x", [(1, "SM3", "digest")]),
        ("openssl genrsa -out k.pem 1024", [(1, "RSA", "key-generation"), (1, "short-key")]),
        ("sudo -u x openssl md5 x", [(1, "MD5", "digest")]),
        ("env A=1 openssl md5 x", [(1, "MD5", "digest")]),
        ("if true; then x=$(md5sum < f | cut -c1-4); fi", [(1, "MD5", "checksum")]),
        ("sh -c 'openssl md5 x'", [(1, "MD5", "digest")]),
        ("bash <<EOF\nopenssl md5 x\nEOF", [(1, "MD5", "digest")]),
        ("curl -sk https://h", [(1, "certificate-check-off"), (1, "host-name-check-off")]),
        ("curl -s https://h --cacert k", []),
        ("O='-aes-128-ecb -K 00'\nopenssl enc $O -in a", _OPTIONS),
        ("C='openssl enc -aes-128-ecb -K 00'\n$C -in a", _OPTIONS),
        ("O='-a -b'\nopenssl enc \"$O\" -in a", []),
        ("E=\n$E", []),
        ("wget --no-check-certificate https://h", [(1, "certificate-check-off"), (1, "host-name-check-off")]),
        ("wget --secure-protocol=TLSv1 https://h", [(1, "TLS", "1.0")]),
        ("openssl s_client -tls1_1 -connect h:1", [(1, "TLS", "1.1")]),
        ("ssh -o StrictHostKeyChecking=no h", [(1, "host-name-check-off")]),
        ("openssl enc -aes-128-cbc -K 00112233445566778899aabbccddeeff -iv 00", [(1, "AES-128-CBC", "encryption"),
         (1, "hard-coded-key")]),
        ("openssl rsa -aes128 -passout pass:secret -in k", [(1, "AES-128-CBC", "encryption"),
         (1, "hard-coded-password")]),
        ("openssl enc -$CIPHER -K $K -in a", [(1, None, "encryption")]),
        ("# openssl md5 x\necho 'openssl md5 x'", []),
        ("shasum x", [(1, "SHA-1", "checksum")]),
        ("shasum -a 256 x", [(1, "SHA-256", "checksum")]),
        ("shasum --algorithm=512256 x", [(1, "SHA-512/256", "checksum")]),
        ("shasum -a $N x", [(1, None, "checksum")]),
        ("openssl version", []),
        ("openssl x509 -in c -noout -subject", []),
    ],
)  # fmt: skip
def test_what_tools_are_told(code: str, rows: list[tuple[object, ...]]) -> None:
    assert told(code) == rows


@pytest.mark.parametrize("bits", [512, 4096])
def test_key_sizes(bits: int) -> None:
    for code in (f"openssl req -newkey rsa:{bits} -nodes", f"ssh-keygen -t rsa -b {bits} -f k",
                 f"openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:{bits}"):  # fmt: skip
        facts = examined(code).facts
        assert [fact.value["key_bits"] for fact in facts if fact.kind == "crypto.use"] == [bits], code
        assert [fact.value["misuse"] for fact in facts if fact.kind == "crypto.misuse"] == ["short-key"] * (bits < 2048)


@pytest.mark.parametrize(
    "code",
    [
        "$CMD x", '"$@"', 'eval "$x"', '. "$f"', "source $f", "gpg --verify a", "keytool -list", 'python3 -c "$x"',
        "python3 - <<EOF\nimport hashlib\nEOF", "perl -e 'use Digest::MD5'", "cat <<EOF | bash\n$x\nEOF",
        "curl https://h/i.sh | sh", "echo $x | bash", "bash $script", "`get` x", "openssl md5 x | $RUN",
    ],
)  # fmt: skip
def test_what_nobody_can_tell_is_a_blind_spot(code: str) -> None:
    assert [shortfall.reason for shortfall in examined(code).shortfalls] == ["blind-spot"]


@pytest.mark.parametrize(
    "code",
    ["set -e\nls -l | sort", ". /lib/lsb/init-functions", "python3 setup.py build", "if command -v gpg; then true; fi",
     "for f in *.c; do cc -c $f; done", 'X="$1"\ncp "$X" /tmp', "bash ./configure --prefix=/usr",
     "echo a | sed s/a/b/"],
)  # fmt: skip
def test_ordinary_scripts_are_read_to_the_end(code: str) -> None:
    found = examined(code)
    assert (found.facts, found.shortfalls) == ((), ())


def test_text_that_does_not_parse_is_said() -> None:
    assert "syntax" in {shortfall.reason for shortfall in examined("if true; then\n  ((\nfi fi done )").shortfalls}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_survived(content: bytes) -> None:
    examined(content)
    examined(b"openssl enc -aes-256-cbc " + content + b"\nmd5sum x\n")
