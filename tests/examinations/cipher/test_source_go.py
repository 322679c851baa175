"""Ways of writing Go that a reader of calls must not be fooled by, and constants that another file declares."""

from datetime import date
from pathlib import Path

from assay.review.steps import Plan, examine_only
from tests.examinations.cipher.snippets_run import examined, facts_in


def _rows(code: str) -> list[tuple[int, object, object, object]]:
    facts = [(fact.evidence[0].line, fact.value) for fact in facts_in("Go", code)]
    return sorted(
        ((line, row.get("misuse", row.get("algorithm")), row.get("purpose"), row["reach"]) for line, row in facts),
        key=str,
    )


def test_a_block_cipher_and_the_mode_around_it_are_stated_each_at_its_place() -> None:
    code = (
        'package p\nimport ("crypto/aes"; "crypto/cipher")\nfunc f(k, n []byte) {\n'
        "\tblock, err := aes.NewCipher(k)\n\tif err != nil { return }\n\tgcm, err := cipher.NewGCM(block)\n"
        "\tuse(gcm.Seal(nil, n, k, nil), err)\n}\n"
    )
    assert _rows(code) == [(4, "AES", None, "certain"), (6, "AES-GCM", "encryption", "certain")]
    origin = [fact.evidence[0].origin for fact in facts_in("Go", code) if fact.value["algorithm"] == "AES-GCM"]
    assert origin == ["src/Snippet.go:4"]


def test_a_cipher_that_a_condition_chooses() -> None:
    code = (
        'package p\nimport ("crypto/aes"; "crypto/cipher"; "crypto/des")\nfunc f(old bool, k, v []byte) {\n'
        "\tblock, _ := aes.NewCipher(k)\n\tif old {\n\t\tblock, _ = des.NewCipher(k)\n\t}\n"
        "\tuse(cipher.NewCBCDecrypter(block, v))\n}\n"
    )
    assert [row for row in _rows(code) if row[0] == 8] == [
        (8, "AES-CBC", "decryption", "possible"),
        (8, "DES-CBC", "decryption", "possible"),
    ]


def test_a_vector_that_is_filled_is_not_static() -> None:
    start = 'package p\nimport ("crypto/cipher"; "io")\nfunc f(b cipher.Block) {\n\tv := make([]byte, 16)\n'
    end = "\tuse(cipher.NewCTR(b, v))\n}\n"
    assert "static-iv" in {row[1] for row in _rows(start + end)}
    assert "static-iv" not in {row[1] for row in _rows(start + "\tio.ReadFull(r, v)\n" + end)}


def test_random_numbers_by_what_they_are_for() -> None:
    code = 'package p\nimport "math/rand"\nfunc %s() { %s := rand.Intn(9); use(%s) }\n'
    assert [row[1] for row in _rows(code % ("newToken", "n", "n"))] == ["weak-random"]
    assert [row[1] for row in _rows(code % ("f", "sessionSecret", "sessionSecret"))] == ["weak-random"]
    assert _rows(code % ("jitter", "delay", "delay")) == []
    assert _rows((code % ("newToken", "n", "n")).replace("math/rand", "crypto/rand")) == []


def test_everything_of_a_package_in_one_file_and_nothing_in_the_next() -> None:
    assert _rows('package p\nimport "crypto/md5"\nvar a = md5.Size\n') == []
    assert _rows('package p\n\n// import "crypto/md5"\nfunc f() { md5.New() }\n') == []


def test_text_that_does_not_parse_is_a_shortfall() -> None:
    _, found = examined("Go", 'package p\nimport "crypto/md5"\n)) md5.New( ]] {{ \n')
    assert found.facts or found.shortfalls


def test_constants_of_the_package_and_of_another(tmp_path: Path) -> None:
    (tmp_path / "product" / "conf").mkdir(parents=True)
    (tmp_path / "product" / "go.mod").write_text("module example.org/product\n")
    (tmp_path / "product" / "conf" / "conf.go").write_text("package conf\n\nconst Rounds = 1000\n")
    (tmp_path / "product" / "bits.go").write_text("package main\n\nconst (\n\tother = 1\n\tkeyBits = 1024\n)\n")
    (tmp_path / "product" / "main.go").write_text(
        'package main\n\nimport (\n\t"crypto/pbkdf2"\n\t"crypto/rsa"\n\t"crypto/sha256"\n'
        '\t"example.org/product/conf"\n)\n\nfunc f(p string, s []byte) {\n\trsa.GenerateKey(nil, keyBits)\n'
        "\tpbkdf2.Key(sha256.New, p, s, conf.Rounds, 32)\n}\n"
    )
    plan = Plan(tmp_path / "product", date(2026, 1, 1), dossier=tmp_path / "x.assay")
    values = [fact.value for fact in examine_only(plan)[0].latest().facts("crypto.use")]
    assert 1024 in [value.get("key_bits") for value in values]
    assert 1000 in [value.get("iterations") for value in values]
