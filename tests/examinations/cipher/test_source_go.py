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


MODULE = "module example.org/shop\n\ngo 1.25\n"


def _stated(root: Path, files: dict[str, str]) -> list[tuple[str, int, object, object]]:
    """Path, line, what and reach of each fact of a product."""
    for name, content in {"go.mod": MODULE, **files}.items():
        (root / "product" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "product" / name).write_text(content)
    latest = examine_only(Plan(root / "product", date(2026, 1, 1), dossier=root / "x.assay"))[0].latest()
    facts = [fact for kind in ("crypto.use", "crypto.misuse") for fact in latest.facts(kind)]
    return [
        (row.path, row.line, fact.value.get("misuse", fact.value.get("algorithm")), fact.value["reach"])
        for fact in facts for row in fact.evidence if row.path == fact.subject.path
    ]  # fmt: skip


CLIENT = (
    'package net\n\nimport (\n\t"crypto/tls"\n\t"net/http"\n)\n\ntype Made struct{ Roots bool }\n\n'
    "func (m Made) base() *http.Transport { return &http.Transport{TLSClientConfig: &tls.Config{}} }\n\n"
    "func (m Made) Remote(insecure bool) func() *http.Transport {\n\tt := m.base()\n"
    "\tt.TLSClientConfig.InsecureSkipVerify = insecure\n\treturn func() *http.Transport { return t }\n}\n"
)


def test_a_switch_that_is_handed_on_through_three_files(tmp_path: Path) -> None:
    relay = (
        'package cmd\n\nimport (\n\t"net/http"\n\n\town "example.org/shop/net"\n)\n\n'
        "func remote(insecure bool) func() *http.Transport {\n\treturn own.Made{Roots: true}.Remote(insecure)\n}\n"
    )
    files = {"net/a.go": CLIENT, "cmd/b.go": relay, "cmd/c.go": "package cmd\n\nvar t = remote(true)()\n"}
    rows = _stated(tmp_path, {**files, "cmd/d.go": "package cmd\n\nvar u = remote(false)()\n"})
    assert [row for row in rows if row[0] != "net/a.go"] == [
        ("cmd/c.go", 3, "certificate-check-off", "certain"),
        ("cmd/c.go", 3, "host-name-check-off", "certain"),
    ]
    assert {row[1:] for row in rows if row[0] == "net/a.go"} >= {(14, "certificate-check-off", "possible")}


def test_a_switch_in_an_assignment_of_two_values() -> None:
    code = (
        'package p\nimport "crypto/tls"\nfunc f() {\n\tc := &tls.Config{}\n\tvar n int\n'
        "\tc.InsecureSkipVerify, n = true, 3\n\tc.InsecureSkipVerify, n = false, 3\n"
        "\tn, c.InsecureSkipVerify = g()\n}\n"
    )
    rows = [(row[0], row[3]) for row in _rows(code) if row[1] == "certificate-check-off"]
    assert rows == [(6, "certain"), (8, "possible")]


def test_a_field_of_what_another_package_made_may_be_the_one_of_tls() -> None:
    code = 'package p\nimport "example.com/lib"\nfunc f() { t := lib.Do(); c := t.TLS; c.InsecureSkipVerify = true }\n'
    assert {row[1] for row in _rows(code)} == {"certificate-check-off", "host-name-check-off"}
    own = "package p\ntype C struct{ InsecureSkipVerify bool }\nfunc f(c *C) { c.InsecureSkipVerify = true }\n"
    assert _rows(own) == []


SUM = (
    'package sum\n\nimport (\n\t"crypto/md5"\n\t"hash"\n)\n\n// New is all there is.\n'
    "func New() hash.Hash { return md5.New() }\n\nvar Make = New\n"
)


def test_a_digest_that_a_package_of_the_product_hands_on(tmp_path: Path) -> None:
    start = 'package %s\n\nimport (\n\t"crypto/hmac"\n\t"example.org/shop/internal/sum"\n)\n\n'
    files = {
        "internal/sum/a.go": SUM,
        "a.go": start % "main" + "func f(k []byte) { use(hmac.New(sum.New, k)) }\n",
        "b.go": start % "main" + "func f(k []byte) { use(hmac.New(sum.Make, k)) }\n",
        "c.go": start % "main" + "func f(k []byte) { use(hmac.New(own, k)) }\n\nfunc own() H { return sum.New() }\n",
        "d.go": start % "main" + "func f(k []byte) { use(hmac.New(func() H { return sum.New() }, k)) }\n",
        "e.go": start % "main" + "func f(k []byte) { use(hmac.New(sum.Other, k)) }\n",
    }
    rows = {(row[0], row[2], row[3]) for row in _stated(tmp_path, files) if row[0] != "internal/sum/a.go"}
    for path in ("a.go", "c.go", "d.go"):
        assert {row for row in rows if row[0] == path and row[1] != "MD5"} == {(path, "HMAC-MD5", "certain")}
    assert ("b.go", "HMAC-MD5", "possible") in rows  # a variable may be given another one
    assert {row for row in rows if row[0] == "e.go"} == {("e.go", None, "certain")}


def test_suites_that_a_function_of_another_file_gives(tmp_path: Path) -> None:
    suites = "func %s() []uint16 { return []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_AES_128_GCM_SHA256} }\n"
    start = 'package %s\n\nimport "crypto/tls"\n\n'
    files = {
        "own/a.go": start % "own" + suites % "Suites",
        "more.go": start % "main" + suites % "more",
        "other/more.go": start % "main" + (suites % "more").replace("3DES_EDE_CBC_SHA", "RC4_128_SHA"),
        "a.go": start % "main" + "var c = tls.Config{CipherSuites: more()}\n",
        "b.go": 'package main\n\nimport (\n\t"crypto/tls"\n\t"example.org/shop/own"\n)\n\n'
        "var c = tls.Config{CipherSuites: own.Suites()}\n",
    }
    rows = _stated(tmp_path, files)
    for path in ("a.go", "b.go"):
        assert {row[2:] for row in rows if row[0] == path} >= {("3DES-168-CBC", "certain"), ("AES-128-GCM", "certain")}
        assert "RC4-128" not in {row[2] for row in rows if row[0] == path}


def test_a_list_of_which_one_item_is_unknown_still_tells_the_others() -> None:
    code = (
        'package p\nimport "golang.org/x/crypto/ssh"\nfunc f(x string) {\n'
        '\tuse(ssh.Config{Ciphers: []string{"arcfour", x}})\n'
        '\tuse(ssh.Config{Ciphers: []string{"arcfour", "3des-cbc"}})\n}\n'
    )
    rows = [(row[0], row[1], row[3]) for row in _rows(code) if row[1] != "missing-authentication"]
    assert rows == [(4, "RC4", "possible"), (4, None, "possible"), (5, "3DES-CBC", "certain"), (5, "RC4", "certain")]
