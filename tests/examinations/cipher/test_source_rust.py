"""Ways of writing Rust that a reader of calls must not be fooled by, and constants that another file declares."""

from datetime import date
from pathlib import Path

from assay.review.steps import Plan, examine_only
from tests.examinations.cipher.snippets_run import examined, facts_in


def _rows(code: str) -> list[tuple[int, object, object, object]]:
    facts = [(fact.evidence[0].line, fact.value) for fact in facts_in("Rust", code)]
    return sorted(
        ((line, row.get("misuse", row.get("algorithm")), row.get("purpose"), row["reach"]) for line, row in facts),
        key=str,
    )


def test_an_alias_is_stated_where_it_is_used_and_says_where_it_is_declared() -> None:
    code = (
        "use aes::Aes128;\nuse cbc::Decryptor;\ntype Open = Decryptor<Aes128>;\n"
        "fn f(k: &[u8], v: &[u8]) {\n    let c = Open::new_from_slices(k, v).unwrap();\n}\n"
    )
    assert _rows(code) == [(5, "AES-128-CBC", "decryption", "certain")]
    (fact,) = facts_in("Rust", code)
    assert fact.evidence[0].origin == "src/Snippet.rs:3"


def test_a_nonce_that_is_filled_is_not_static() -> None:
    start = (
        "use aes_gcm::{Aes256Gcm, Nonce};\nfn f(k: &K) {\n    let c = Aes256Gcm::new(k);\n    let mut n = [0u8; 12];\n"
    )
    end = "    c.encrypt(Nonce::from_slice(&n), x);\n}\n"
    assert "static-iv" in {row[1] for row in _rows(start + end)}
    assert "static-iv" not in {row[1] for row in _rows(start + "    rng.fill_bytes(&mut n);\n" + end)}


def test_a_choice_of_ciphers() -> None:
    code = (
        "use openssl::symm::{decrypt, Cipher};\nfn f(old: bool) {\n"
        "    let c = match old { true => Cipher::des_cbc(), false => Cipher::aes_256_cbc() };\n"
        "    decrypt(c, k, None, x).unwrap();\n}\n"
    )
    assert _rows(code) == [(4, "AES-256-CBC", "decryption", "possible"), (4, "DES-CBC", "decryption", "possible")]


def test_chained_settings_of_a_client() -> None:
    code = (
        "fn f() -> Client {\n    reqwest::ClientBuilder::new()\n        .danger_accept_invalid_certs(true)\n"
        "        .danger_accept_invalid_hostnames(cfg!(debug))\n        .build()\n        .unwrap()\n}\n"
    )
    assert {row[1:] for row in _rows(code)} == {
        ("certificate-check-off", None, "certain"),
        ("host-name-check-off", None, "certain"),
        ("host-name-check-off", None, "possible"),
    }


def test_random_numbers_by_what_they_are_for() -> None:
    code = "use rand::rngs::SmallRng;\nfn %s() { let %s = SmallRng::from_entropy(); }\n"
    assert [row[1] for row in _rows(code % ("new_password", "rng"))] == ["weak-random"]
    assert _rows(code % ("shuffle", "rng")) == []


def test_what_only_a_test_build_holds_is_absent() -> None:
    code = "use md5::Md5;\nfn f() { Md5::new(); }\n#[cfg(test)]\nmod tests {\n    fn g() { Md5::new(); }\n}\n"
    assert [row[0] for row in _rows(code)] == [2]


def test_text_that_does_not_parse_is_a_shortfall() -> None:
    _, found = examined("Rust", "use md5::Md5;\n)) Md5::new( ]] {{ \n")
    assert found.facts or found.shortfalls


def test_constants_of_another_module(tmp_path: Path) -> None:
    (tmp_path / "product" / "src").mkdir(parents=True)
    (tmp_path / "product" / "src" / "conf.rs").write_text("pub const ROUNDS: u32 = 1000;\n")
    (tmp_path / "product" / "src" / "main.rs").write_text(
        "mod conf;\nuse crate::conf::ROUNDS;\nfn f() {\n"
        "    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(p, s, ROUNDS, &mut o);\n"
        "    openssl::rsa::Rsa::generate(conf::BITS);\n}\n"
    )
    (tmp_path / "product" / "src" / "bits.rs").write_text("pub mod conf { pub const BITS: u32 = 1024; }\n")
    plan = Plan(tmp_path / "product", date(2026, 1, 1), dossier=tmp_path / "x.assay")
    values = [fact.value for fact in examine_only(plan)[0].latest().facts("crypto.use")]
    assert 1000 in [value.get("iterations") for value in values]
    assert 1024 in [value.get("key_bits") for value in values]
