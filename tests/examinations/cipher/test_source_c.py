"""Ways of writing C that a reader of calls must not be fooled by."""

from assay.core.facts import Fact
from assay.examinations.cipher.use import Waiting
from tests.examinations.cipher.snippets_run import examined, facts_in


def _named(code: str) -> list[tuple[int, object, object, object]]:
    facts = facts_in("C", code)
    return sorted((_row(fact) for fact in facts), key=str)


def _row(fact: Fact) -> tuple[int, object, object, object]:
    value = fact.value
    return fact.evidence[0].line, value.get("misuse", value.get("algorithm")), value.get("purpose"), value["reach"]


def test_a_getter_in_a_variable_is_stated_once_with_its_purpose() -> None:
    code = """
    int f(EVP_CIPHER_CTX *ctx, unsigned char *k, unsigned char *v) {
        const EVP_CIPHER *c = EVP_aes_128_cbc();
        return EVP_EncryptInit_ex(ctx, c, NULL, k, v);
    }
    """
    (fact,) = facts_in("C", code)
    assert (fact.value["algorithm"], fact.value["purpose"], fact.subject.name) == ("AES-128-CBC", "encryption", "f")
    assert [(item.line, item.origin) for item in fact.evidence] == [(4, "src/Snippet.c:3"), (3, "")]


def test_a_macro_names_the_digest_of_a_call() -> None:
    assert _named("#define H EVP_md5()\nint f(C *c) { return EVP_DigestInit_ex(c, H, NULL); }\n") == [
        (2, "MD5", "digest", "certain")
    ]


def test_every_algorithm_in_the_body_of_a_macro_counts_and_its_strings_do_not() -> None:
    code = '#define BOTH(c) do { MD5_Init(c); \\\n  SHA1_Init(c, "EVP_sm3()"); } while (0)\n'
    assert [row[:2] for row in _named(code)] == [(1, "MD5"), (2, "SHA-1")]


def test_a_shorter_name_that_a_header_gives_is_no_use() -> None:
    assert _named("#define EVP_aes_128_cfb EVP_aes_128_cfb128\n") == []


def test_a_definition_before_the_standard_and_its_parameters() -> None:
    code = "int digest(c, md)\n  EVP_MD_CTX *c;\n  const EVP_MD *md;\n{\n  return EVP_DigestInit(c, md);\n}\n"
    assert _named(code) == [(5, None, "digest", "certain")]


def test_code_under_if_zero_is_absent_and_its_else_is_present() -> None:
    code = "#if 0\nvoid f(C *c) { MD5_Init(c); }\n#else\nvoid f(C *c) { SHA1_Init(c); }\n#endif\n"
    assert _named(code) == [(4, "SHA-1", "digest", "certain")]


def test_both_branches_of_any_other_condition_are_present() -> None:
    code = "void f(C *c) {\n#ifdef X\n  MD5_Init(c);\n#else\n  SHA1_Init(c);\n#endif\n}\n"
    assert [row[1] for row in _named(code)] == ["MD5", "SHA-1"]


def test_a_table_of_function_pointers() -> None:
    code = 'static const struct row t[] = {\n  { "md5", EVP_md5 },\n  { "sm3", &EVP_sm3 },\n};\n'
    assert _named(code) == [(2, "MD5", None, "possible"), (3, "SM3", None, "possible")]


def test_casts_ternaries_and_nested_calls() -> None:
    code = """void f(C *c, int weak, K *k, V *v) {
      const EVP_CIPHER *x = weak ? EVP_des_cbc() : EVP_sm4_cbc();
      EVP_CipherInit_ex(c, (const EVP_CIPHER *)(x), NULL, k, v, 1);
      if (EVP_DigestInit(c, EVP_get_digestbyname("sha1")) != 1) return;
    }
    """
    assert _named(code) == [
        (3, "DES-CBC", "encryption", "possible"),
        (3, "SM4-CBC", "encryption", "possible"),
        (4, "SHA-1", "digest", "certain"),
    ]


def test_a_variable_whose_address_is_handed_out_may_hold_anything() -> None:
    code = "void f(C *c, K *k, V *v) {\n  const EVP_CIPHER *x = NULL;\n"
    code += "  find(c, &x);\n  EVP_EncryptInit(c, x, k, v);\n}\n"
    assert _named(code) == [(4, None, "encryption", "possible")]


def test_an_array_of_zeros_that_is_filled_is_no_static_vector() -> None:
    start = "void f(C *c, K *k) {\n  unsigned char v[16] = { 0 };\n"
    end = "  EVP_EncryptInit(c, EVP_sm4_cbc(), k, v);\n}\n"
    assert [row[1] for row in _named(start + "  RAND_bytes(v, 16);\n" + end)] == ["SM4-CBC"]
    assert [row[1] for row in _named(start + end)] == ["SM4-CBC", "static-iv"]


def test_a_name_that_the_file_defines_is_its_own() -> None:
    assert _named("static int sm3_init(C *c) { return 0; }\nint g(C *c) { return sm3_init(c); }\n") == []
    assert _named("#define MD5_Init(c) ours(c)\nint g(C *c) { return MD5_Init(c); }\n") == []


def test_conditions_in_the_middle_of_a_statement_do_not_hide_the_function() -> None:
    filler = "".join(f"  step({number});\n" for number in range(40))
    start = "int serve(C *c)\n{\n#ifdef A\n  if (a) {\n#else\n  if (b) {\n#endif\n    SHA1_Init(c);\n  }\n"
    (fact,) = facts_in("C", start + filler + "  return 0;\n}\n")
    assert fact.evidence[0].line == 8


def test_a_function_found_by_its_name() -> None:
    _, known = examined("C", 'void *f(void *h) { return dlsym(h, "EVP_sm4_cbc"); }\n')
    assert [fact.value["algorithm"] for fact in known.facts] == ["SM4-CBC"]
    assert known.shortfalls == ()
    _, other = examined("C", 'void *f(void *h) { return dlsym(h, "printf"); }\n')
    assert (other.facts, other.shortfalls) == ((), ())
    _, unknown = examined("C", "void *f(void *h, char *n) { return dlsym(h, n); }\n")
    assert [(item.reason, item.status) for item in unknown.shortfalls] == [("blind-spot", "partial")]


def test_a_constant_of_another_file_is_waited_for() -> None:
    _, found = examined("C", "void f(R *r) { RSA_generate_key_ex(r, PRODUCT_KEY_BITS, r, 0); }\n")
    assert found.facts == ()
    assert isinstance(found.summary, Waiting)
    assert [list(use.pending()) for use in found.summary.uses] == [[("key_bits", "PRODUCT_KEY_BITS")]]
