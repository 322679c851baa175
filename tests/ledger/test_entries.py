"""Entries: one spelling each, and no room for anything personal."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.errors import NotVerifiedError
from assay.core.facts import canonical
from assay.ledger.entries import ACTS, LARGEST, Entry, digest, listing, read_entry, salted
from tests.ledger.made import entry

names = st.from_regex(r"[a-z0-9]{1,8}(/[a-z0-9]{1,8}\.json)?", fullmatch=True)
entries = st.builds(
    Entry,
    act=st.sampled_from([*ACTS, "deposit.opening", "probe-run"]),
    review=st.from_regex(r"[0-9a-f]{8,64}(/[0-9]{1,9})?", fullmatch=True).filter(str.isascii),
    at=st.integers(0, 2**53 - 1),
    digests=st.dictionaries(names, st.binary(max_size=9).map(digest), max_size=4),
    counts=st.dictionaries(names, st.integers(0, 2**53 - 1), max_size=4),
    by=st.sampled_from(["", "530d903a"]),
)


@given(entries)
def test_bytes_are_rfc_8785_and_read_back(made: Entry) -> None:
    body = made.canonical()
    assert body == canonical(json.loads(body))
    assert read_entry(body, 0) == made


def test_what_an_entry_looks_like() -> None:
    body = Entry("verdict", "deadbeef/1", 7, {"verdict": digest(b"")}, {"open": 2}, "530d903a").canonical()
    assert body == (
        b'{"act":"verdict","at":7,"by":"530d903a","counts":{"open":2},"digests":{"verdict":"sha256:'
        b'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},"review":"deadbeef/1","v":1}'
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"act": "Verdict"},
        {"act": "signed by Li Lei"},
        {"act": "a" * 41},
        {"review": "review of the payments gateway"},
        {"review": "deadbeef/1\n"},
        {"by": "li.lei@bank.example"},
        {"at": -1},
        {"at": 2**53},
        {"at": True},
        {"digests": {"body": "sha256:00"}},
        {"digests": {"body": "Li Lei"}},
        {"digests": {"../body": digest(b"")}},
        {"digests": {"/etc/passwd": digest(b"")}},
        {"digests": {"Li Lei": digest(b"")}},
        {"counts": {"open": 1.5}},
        {"counts": {"Li Lei": 1}},
    ],
)
def test_what_does_not_fit_in_one(changed: dict[str, object]) -> None:
    good: dict[str, object] = {"act": "verdict", "review": "deadbeef", "at": 1}
    Entry(**good)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"."):
        Entry(**{**good, **changed})  # type: ignore[arg-type]


def test_too_many_digests() -> None:
    many = {f"body{number}": digest(b"") for number in range(300)}
    with pytest.raises(ValueError, match=f"larger than {LARGEST}"):
        Entry("facts", "deadbeef", 1, many).canonical()


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b'"v":1', b'"v":2'),
        lambda body: body.replace(b'"v":1', b'"v":1,"x":1'),
        lambda body: body.replace(b'{"act"', b'{ "act"'),
        lambda body: body.replace(b'"at":', b'"at":0'),
        lambda body: body[:-1],
        lambda _: b"[" * 100_000,
        lambda _: b"",
        lambda body: body.replace(b"sha256:", b"sha256:\xff"),
        lambda body: body.replace(b'"act":"consent",', b"") + b'"act":"consent"}',
        lambda body: body.replace(b'"v":1', b'"by":"","v":1'),
    ],
)
def test_other_spellings_are_refused(change: object) -> None:
    body = entry(1).canonical()
    changed = change(body)  # type: ignore[operator]
    assert changed != body
    with pytest.raises(NotVerifiedError, match="entry 17 of the ledger"):
        read_entry(changed, 17)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_read(body: bytes) -> None:
    try:
        assert read_entry(body, 0).canonical() == body
    except NotVerifiedError:
        pass


def test_a_salted_digest_needs_its_salt() -> None:
    salt = bytes(range(32))
    assert salted(b"yes", salt) != salted(b"yes", bytes(32))
    assert salted(b"yes", salt) != salted(b"no", salt)
    Entry("consent", "deadbeef", 1, {"consent": salted(b"yes", salt)})
    with pytest.raises(ValueError, match="32 random bytes"):
        salted(b"yes", b"short")


def test_a_listing_is_what_sha256sum_reads(tmp_path: Path) -> None:
    files = {"b/文件.zst": b"1", "a b.json": b"2"}
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    body = listing({path: hashlib.sha256(content).hexdigest() for path, content in files.items()})
    assert body.decode().splitlines()[0].endswith("  a b.json")
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "-"], input=body, check=True, cwd=tmp_path)
    for path in ("/a", "a/../b", "a//b", "", ".", "a\nb", "a\\b"):
        with pytest.raises(ValueError, match="cannot be listed"):
            listing({path: "0" * 64})
    with pytest.raises(ValueError, match="cannot be listed"):
        listing({"a": "sha256:" + "0" * 64})
