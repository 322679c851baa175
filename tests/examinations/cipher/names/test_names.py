"""Names as code spells them. `names.txt` is the table of recognition; the rest states what must hold of all names."""

import builtins
import itertools
import keyword
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.core.facts import Scalar
from assay.core.kinds import KINDS, PRIMITIVES
from assay.examinations.cipher.names import (
    DIALECTS,
    FAMILIES,
    OWN_FAMILIES,
    Algorithm,
    curve,
    protocol,
    recognise,
    suite,
)
from assay.examinations.cipher.names.asymmetric import _EC_FORMS, _FF_FORMS, _RSA_FORMS, _SCHEMES
from assay.examinations.cipher.names.families import VULNERABLE
from assay.examinations.cipher.names.oids import READ, WRITTEN
from assay.examinations.cipher.names.readers import read
from assay.examinations.cipher.names.spellings import ALIASES, SECONDS, STEM_SPELLINGS
from assay.examinations.cipher.names.stems import HYBRIDS, STEMS, words
from assay.examinations.cipher.names.suites import _CIPHERS, _EXCHANGES, _KEYWORDS, _member
from assay.examinations.cipher.names.symmetric import _KEYED
from assay.examinations.cipher.names.tables import CIPHERS, DIGESTS, MODES, PADDINGS, RSA_PADDINGS, SIZES, USES

TABLE = Path(__file__).with_name("names.txt").read_text(encoding="utf-8").splitlines()
ROWS = [tuple(part.strip() for part in line.split(" |")) for line in TABLE if line and not line.startswith("#")]
NAMES = sorted({row[1] for row in ROWS if row[1]})


def fields_of(text: str, dialect: str = "openssl") -> dict[str, Scalar]:
    return dict(recognise(text, dialect)[0].fields)


def shown(found: tuple[Algorithm, ...]) -> str:
    if not found:
        return ""
    fields = found[0].fields
    words = [str(fields["algorithm"]), str(fields["family"]).replace(" ", "_"), str(fields["primitive"] or "?")]
    for key, short in (("mode", "mode"), ("padding", "padding"), ("key_bits", "bits"), ("curve", "curve")):
        if key in fields:
            words.append(f"{short}={'?' if fields[key] is None else fields[key]}")
    if fields["quantum_vulnerable"]:
        words.append("shor")
    return " + ".join([" ".join(words), *(str(part.fields["algorithm"]) for part in found[1:])])


@pytest.mark.parametrize(("dialect", "text", "expected"), ROWS, ids=lambda item: item or "-")
def test_table(dialect: str, text: str, expected: str) -> None:
    assert shown(recognise(text, dialect)) == expected


def test_table_is_large_and_covers_every_dialect() -> None:
    assert len(ROWS) >= 250
    assert {row[0] for row in ROWS} == set(DIALECTS)


def test_unknown_dialect_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="unknown dialect"):
        recognise("AES", "cobol")


# ------------------------------------------------------------------------------------------------------- invariants


def every_algorithm() -> list[Algorithm]:
    found: list[Algorithm] = []
    for text, dialect in itertools.product(NAMES, DIALECTS):
        found.extend(recognise(text, dialect))
    return found


def test_every_result_is_a_value_of_crypto_use() -> None:
    keys = KINDS["crypto.use"].keys
    for algorithm in every_algorithm():
        for key, item in algorithm.fields.items():
            assert item is None or keys[key].admits(item), algorithm
        assert algorithm.fields["family"] in FAMILIES | OWN_FAMILIES.keys()
        assert algorithm.fields["primitive"] in {None, *PRIMITIVES}
        assert algorithm.fields["quantum_vulnerable"] in {True, False}


def test_every_curve_is_written_in_its_first_group() -> None:
    for algorithm in every_algorithm():
        if algorithm.fields.get("curve"):
            found = curve(str(algorithm.fields["curve"]))
            assert found is not None
            assert found.name == algorithm.fields["curve"]


def test_families() -> None:
    assert len(FAMILIES) == 93
    assert not FAMILIES & OWN_FAMILIES.keys()
    assert FAMILIES | OWN_FAMILIES.keys() >= VULNERABLE
    assert {row.family for row in STEMS.values()} <= FAMILIES | OWN_FAMILIES.keys()
    assert {row.primitive for row in STEMS.values()} <= {None, *PRIMITIVES}
    assert set(OWN_FAMILIES) <= {row.family for row in STEMS.values()}


# An ordinary word is no algorithm where nothing is known about the place, even in the registry's spelling.
ORDINARY_NAMES = frozenset(
    words("""
EC IDEA SEED ARIA CAMELLIA Serpent Whirlpool RABBIT Fortuna Yarrow MILENAGE LMS BIKE Falcon NTRU FrodoKEM HQC
HPKE SPAKE2 GMAC eNULL aNULL
""")
)


def test_a_registry_name_reads_back_to_its_family() -> None:
    for algorithm in every_algorithm():
        name = str(algorithm.fields["algorithm"])
        if name in ORDINARY_NAMES or algorithm.fields["family"] in {"NULL", "SM1", "SM7"}:
            assert not recognise(name, "any"), name
            continue
        again = recognise(name, "any") or recognise(name, "openssl")
        assert again, name
        family = {"RSASSA-PKCS1": "RSA", "RSAES-PKCS1": "RSA"}  # one name for both; "RSA" says that the use is open
        expected = str(algorithm.fields["family"])
        assert again[0].fields["family"] in {expected, family.get(expected)}, name


def test_stems_read_back() -> None:
    for key, row in STEMS.items():
        if row.shape == "plain" and key not in {"sm2-sign", "enull", "anull"}:
            reading = read(row.name)
            assert reading is not None, row
            assert reading.row.family == row.family


def test_tables_name_only_stems() -> None:
    stems = [*STEM_SPELLINGS.values(), *DIGESTS.values(), *USES.values(), *RSA_PADDINGS.values(), *_SCHEMES.values()]
    stems += [*_EC_FORMS.values(), *_FF_FORMS.values(), *_RSA_FORMS.values(), *_KEYED.values(), *SIZES]
    stems += [stem for stem, _ in CIPHERS.values()] + [stem for stem, _ in USES]
    assert set(stems) <= set(STEMS)


def test_tables_name_only_what_is_read() -> None:
    for name in [*ALIASES.values(), *SECONDS.values(), *itertools.chain.from_iterable(HYBRIDS.values())]:
        assert read(name) is not None, name
    for table in (_EXCHANGES, _KEYWORDS, _CIPHERS):
        for name in itertools.chain.from_iterable(table.values()):
            assert _member(name)


def test_spellings_are_squeezed() -> None:
    for table in (STEM_SPELLINGS, ALIASES, SECONDS, DIGESTS, CIPHERS, MODES, PADDINGS):
        assert all(key.isalnum() and key == key.lower() for key in table)


def test_identifiers_read_back_to_their_name() -> None:
    for name, oid in WRITTEN.items():
        found = recognise(oid, "any")
        assert found, oid
        assert found[0].fields["oid"] == oid
        assert found[0].fields["algorithm"] == ("SM2" if name == "SM2-SM3" else name)
        spelt = recognise(name, "openssl")
        assert spelt[0].fields["oid"] == oid, name
    assert len(set(WRITTEN.values())) == len(WRITTEN)
    assert set(WRITTEN.values()) <= set(READ)


@pytest.mark.parametrize(
    ("oid", "name"),
    [
        ("1.2.840.113549.2.5", "MD5"),
        ("2.16.840.1.101.3.4.2.1", "SHA-256"),
        ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
        ("2.16.840.1.101.3.4.1.48", "AES-256-KWP"),
        ("1.2.840.113549.1.1.14", "RSA-PKCS1-1.5-SHA-224"),
        ("1.2.840.10045.4.3.4", "ECDSA-SHA-512"),
        ("1.2.840.113549.3.7", "3DES-168-CBC"),
        ("1.2.156.10197.1.104.7", "SM4-CTR"),
        ("1.2.156.10197.1.504", "RSA-PKCS1-1.5-SM3"),
        ("1.2.156.10197.1.302.3", "SM9-ENC"),
        ("2.16.840.1.101.3.4.4.3", "ML-KEM-1024"),
        ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
        ("2.16.840.1.101.3.4.3.25", "SLH-DSA-SHA2-256f"),
        ("2.16.840.1.101.3.4.3.26", "SLH-DSA-SHAKE-128s"),
        ("OID.1.2.840.113549.1.5.3", "PBES1-DES-CBC-MD5"),
    ],
)
def test_identifiers(oid: str, name: str) -> None:
    assert fields_of(oid, "any")["algorithm"] == name


@pytest.mark.parametrize(
    "name", ["128-EEA3", "128-EIA3", "SM2-ENC", "SM2-KEX", "SM9-KEM", "AES-128-CTR", "X25519MLKEM768"]
)
def test_disputed_or_missing_identifiers_are_not_written(name: str) -> None:
    assert "oid" not in fields_of(name)


def test_members_of_a_hybrid_are_not_vulnerable() -> None:
    alone, inside = recognise("X25519", "any")[0], recognise("X25519MLKEM768", "any")[1]
    assert (alone.fields["algorithm"], inside.fields["algorithm"]) == ("x25519", "x25519")
    assert (alone.fields["quantum_vulnerable"], inside.fields["quantum_vulnerable"]) == (True, False)


def test_a_derivation_never_shows_a_bare_hash() -> None:
    for text in ("PBKDF2WithHmacSHA1", "pbkdf2_sha256", "PBEWithHmacSHA256AndAES_128", "PBKDF2-HMAC-SHA512"):
        assert "hash" not in {algorithm.fields["primitive"] for algorithm in recognise(text, "any")}


# ------------------------------------------------------------------------------------------------------- any text

texts = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-_/.+ ", max_size=40),
    st.tuples(st.sampled_from(NAMES), st.text(max_size=6), st.sampled_from(NAMES)).map("".join),
    st.sampled_from(NAMES).flatmap(lambda name: st.permutations(list(name)).map("".join)),
)
HOSTILE = [
    "",
    " ",
    "\0",
    "A" * 10_000,
    "aes-128-cbc" * 900,
    "\u202eSEA\u202c",
    "\ud800",
    "SM4\0",
    "A\0ES",
    "P-256\0",
    "TLSv1.2\0",
    "\u0660",
    "²",
    "1" * 5000,
]
HOSTILE += [
    "RSA" + "9" * 90,
    "HmacHmac" * 10,
    "PBEWith" * 12,
    "/" * 100,
    "." * 100,
    "ECDSA" + "P" * 100,
    "1." * 59,
    "!" * 80,
]


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(sorted(DIALECTS)))
def test_recognise_never_raises_and_repeats_itself(text: str, dialect: str) -> None:
    found = recognise(text, dialect)
    assert recognise(text, dialect) == found
    for algorithm in found:
        assert algorithm.fields["family"] in FAMILIES | OWN_FAMILIES.keys()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text(text: str) -> None:
    for dialect in DIALECTS:
        assert recognise(text, dialect) == ()
    assert curve(text) is None
    assert protocol(text) is None
    assert suite(text) == ()


def test_words_of_a_language_are_no_algorithms() -> None:
    language = {*sys.stdlib_module_names, *dir(builtins), *keyword.kwlist}
    assert {word for word in language if recognise(word, "any")} == {"hmac"}


@pytest.mark.parametrize(
    "word",
    words("""
enull md2_ SM1
description desktop designer describe aesthetic rsapublic sample shame sharp message digest secret password
encrypt seeds ideas cast castle bfs ecosystem echo dhcp hashing smart sm md sha-la zucchini polygon bicycle rc
rc1 rc3 rc7 v1.0-rc4 2.0rc5 lib/aes.c org.example.AES path/to/rsa ssh tls x509 pkcs12 pkcs8 null none true
utf-8 gzip base64 crc32 adler32 sha1prng sha2 sha3 aes512 aes-129-cbc rsa-1 sm5 sm4-foo hmacfoo hmac-aes md6
sha-257 des4 4des
"""),
)
def test_near_misses(word: str) -> None:
    assert recognise(word, "any") == ()


@settings(max_examples=100, deadline=None)
@given(texts)
def test_curve_and_protocol_and_suite_never_raise(text: str) -> None:
    for found in (curve(text), protocol(text)):
        assert found is None or found
    for algorithm in suite(text):
        assert algorithm.fields["family"] in FAMILIES | OWN_FAMILIES.keys()


# ------------------------------------------------------------------------------------------------------- cost


def test_loading_is_cheap() -> None:
    """Under 60 ms of CPU on an idle machine; three times that here, so that a busy one does not fail the build."""
    code = (
        "import time, re, functools, dataclasses, assay.core.facts, assay.core\n"
        "import importlib.util, sys, types\n"
        "for name in ('assay.examinations', 'assay.examinations.cipher'):\n"
        "    spec = importlib.util.find_spec(name)\n"
        "    package = sys.modules[name] = types.ModuleType(name)\n"
        "    package.__path__ = list(spec.submodule_search_locations)\n"
        "start = time.process_time()\n"
        "import assay.examinations.cipher.names\n"
        "print(time.process_time() - start)\n"
    )
    spent = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert float(spent) < 0.18
