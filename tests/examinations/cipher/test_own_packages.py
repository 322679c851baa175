"""Libraries that review themselves: their own files, their own classes, objects of their types, what selects them."""

import re

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Limits, Locator
from assay.core.facts import Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.source import SourceCryptography

_WORD = re.compile(rb"[0-9A-Za-z_\x80-\xff]+")


class _Lab:
    limits = Limits()


def facts_in(language: str, code: str, module: str = "") -> list[Fact]:
    content, words = code.encode(), catalogue_of(language).words
    meta = FileMeta("f", "f", len(content), "source", language, "main", "shipped", Locator("file", "f"), "", module)
    hits = [Hit(found[0], found.start()) for found in _WORD.finditer(content) if found[0] in words]
    found = SourceCryptography(language).examine(FileView(meta, content), hits, _Lab())
    assert not found.shortfalls
    return list(found.facts)


def rows(language: str, code: str, module: str = "") -> set[tuple[int, object, object]]:
    facts = facts_in(language, code, module)
    return {(fact.evidence[0].line, fact.value.get("algorithm"), fact.value.get("purpose")) for fact in facts}


def lines(language: str, code: str, family: str) -> set[int]:
    """All lines of evidence of a family."""
    return {
        row.line for fact in facts_in(language, code) if fact.value.get("family") == family for row in fact.evidence
    }


# JavaScript and TypeScript


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("const sm3 = require('../src/index').sm3\nsm3('abc')\n", "sm-crypto/test/a.js"),
        ("const sm3 = require('..').sm3\nsm3('abc')\n", "sm-crypto/test/a.js"),
        ("const sm3 = require('../src/sm3')\nsm3('abc')\n", "sm-crypto/test/a.js"),
        ("const {sm3} = require('./sm3')\nsm3('abc')\n", "sm-crypto/src/sm2/index.js"),
        ("import sm3 from '../src/sm3'\nsm3('abc')\n", "sm-crypto/test/a.js"),
        ("import {sm3 as digest} from '../src'\ndigest('abc')\n", "sm-crypto/test/a.mjs"),
        ("import * as sm from '../src/index.js'\nsm.sm3('abc')\n", "sm-crypto/test/a.js"),
    ],
)
def test_a_file_of_a_package_loads_another_one(code: str, module: str) -> None:
    assert rows("JavaScript", code, module) == rows("TypeScript", code, module) == {(2, "SM3", "digest")}
    assert rows("JavaScript", code, "") == set()
    assert rows("JavaScript", code, module.replace("sm-crypto", "sm-notes")) == set()


def test_a_relative_path_that_leaves_the_package_is_somebody_elses() -> None:
    code = "const sm3 = require('../../sm3')\nsm3('abc')\n"
    assert rows("JavaScript", code, "sm-crypto/test/a.js") == set()


def test_packages_with_a_scope_publish_what_is_below_their_sources() -> None:
    code = "import { sha256 } from './sha2.js';\nsha256(x)\n"
    assert rows("TypeScript", code, "@noble/hashes/src/hmac.ts") == {(2, "SHA-256", "digest")}


def test_a_function_of_the_file_itself_that_others_may_call() -> None:
    code = "function doEncrypt(m, k) { return m }\nfunction other(m, k) { return doEncrypt(m, k) }\n"
    assert rows("JavaScript", code, "sm-crypto/src/sm2/index.js") == {(2, "SM2-ENC", "encryption")}
    assert rows("JavaScript", code.replace("doEncrypt", "mix"), "sm-crypto/src/sm2/index.js") == set()
    hidden = "function a() { function doEncrypt(m) {}\n return doEncrypt(m) }\n"
    assert rows("JavaScript", hidden, "sm-crypto/src/sm2/index.js") == set()


def test_taking_a_member_of_a_module_is_an_import() -> None:
    assert rows("JavaScript", "const sm3 = require('sm-crypto').sm3\n") == set()
    assert rows("JavaScript", "const sm3 = require('sm-crypto').sm3\nsm3('abc')\n") == {(2, "SM3", "digest")}


# Go

OWN = "github.com/tjfoc/gmsm/sm2"


def test_functions_methods_and_types_of_the_own_package() -> None:
    code = (
        "package sm2\n\nfunc f(k *PrivateKey, m []byte) {\n\tuse(GenerateKey(nil))\n\tuse(k.Sign(nil, m, nil))\n"
        "\tuse(&PrivateKey{})\n\tuse(P256Sm2().Params())\n}\n\nfunc Decompress(a []byte) *PublicKey { return nil }\n"
    )
    wanted = {(4, "SM2", "key-generation"), (5, "SM2", "signature"), (6, "SM2", None), (7, "SM2", None)}
    assert rows("Go", code, OWN) == wanted
    assert rows("Go", code, "example.org/gmsm/sm2") == rows("Go", code) == set()


def test_definitions_and_variables_of_the_own_package_are_no_uses() -> None:
    code = (
        "package sm2\n\nfunc GenerateKey(r io.Reader) error { return nil }\n"
        "\nfunc (k *PrivateKey) Sign(r io.Reader) {}\n"
        "\nfunc f(GenerateKey func()) { GenerateKey() }\n\nfunc (x *T) g() { x.GenerateKey() }\n"
    )
    assert rows("Go", code, OWN) == set()


def test_an_internal_package_is_the_public_one_of_its_name() -> None:
    code = 'package x\n\nimport "github.com/emmansun/gmsm/internal/sm3"\n\nfunc f() { sm3.New() }\n'
    assert rows("Go", code) == {(5, "SM3", "digest")}
    own = "package sm3\n\nfunc f() { use(New()) }\n"
    assert rows("Go", own, "github.com/emmansun/gmsm/internal/sm3") == {(3, "SM3", "digest")}
    assert rows("Go", code.replace("emmansun", "somebody")) == set()


def test_a_receiver_with_the_name_of_a_package_is_not_that_package() -> None:
    code = (
        'package x\n\nimport "github.com/tjfoc/gmsm/sm3"\n\nfunc (sm3 *T) f() { sm3.New() }\n'
        "\nfunc g() { sm3 := make(); sm3.Sm3Sum(nil) }\n\nfunc h(sm3 T) { sm3.New() }\n"
    )
    assert rows("Go", code) == set()


def test_a_method_of_a_key_that_another_one_embeds() -> None:
    code = (
        'package x\n\nimport "github.com/tjfoc/gmsm/sm2"\n\nfunc f(k *sm2.PrivateKey) {\n'
        "\tp := &k.PublicKey\n\tp.Verify(m, s)\n}\n"
    )
    assert rows("Go", code) == {(7, "SM2", "verification")}


# Java and Kotlin

JAVA = "package cn.hutool.crypto;\npublic class %s {\n  void f(byte[] k) {\n    %s\n  }\n}\n"


@pytest.mark.parametrize(
    ("owner", "code", "algorithm"),
    [
        ("SmUtil", "sm3(k);", "SM3"),
        ("SmUtil", "this.sm3(k);", "SM3"),
        ("Other", "SmUtil.sm3(k);", "SM3"),
        ("SmUtil", "build(k, SM2_DOMAIN_PARAMS);", "SM2"),
        ("SmUtil", "use(SM2_DOMAIN_PARAMS.getN());", "SM2"),
        ("Other", "build(k, SmUtil.SM2_DOMAIN_PARAMS);", "SM2"),
        ("Other", "build(k, cn.hutool.crypto.symmetric.ZUC.ZUCAlgorithm.ZUC_128);", "ZUC"),
    ],
)
def test_members_of_the_own_class_and_package(owner: str, code: str, algorithm: str) -> None:
    assert {row[:2] for row in rows("Java", JAVA % (owner, code))} == {(4, algorithm)}
    assert rows("Java", JAVA.replace("cn.hutool.crypto;", "org.example;") % (owner, code)) == (
        {(4, algorithm, None)} if "cn.hutool" in code else set()
    )


def test_a_constant_that_is_only_compared_selects_nothing() -> None:
    assert rows("Java", JAVA % ("Other", "if (c == SmUtil.SM2_DOMAIN_PARAMS) return;")) == set()


def test_a_type_that_stands_in_the_own_class() -> None:
    code = (
        "package cn.hutool.crypto.symmetric;\npublic class ZUC {\n  enum ZUCAlgorithm { ZUC_128 }\n"
        "  void f() { start(ZUCAlgorithm.ZUC_128); }\n}\n"
    )
    assert rows("Java", code) == {(4, "ZUC", None)}


FIELD = (
    "import cn.hutool.crypto.symmetric.SM4;\nclass T {\n  private final SM4 cipher;\n"
    "  T(SM4 cipher) { this.cipher = cipher; }\n"
    "  String f(String s) { return cipher.encryptHex(s); }\n"
    "  String g(String s) { return this.cipher.decryptStr(s); }\n"
    "  String h(SM4 other, String s) { return other.encryptBase64(s); }\n  void i() { cipher.getCipher(); }\n}\n"
)


def test_methods_on_fields_and_parameters_by_their_declared_types() -> None:
    wanted = {(5, "SM4", "encryption"), (6, "SM4", "decryption"), (7, "SM4", "encryption")}
    assert rows("Java", FIELD) == wanted
    assert rows("Java", FIELD.replace("cn.hutool.crypto.symmetric", "org.example")) == set()


def test_an_object_that_is_made_here_is_stated_once_with_its_calls() -> None:
    code = FIELD.replace("cipher;\n  T", "cipher = new SM4();\n  T", 1)
    facts = facts_in("Java", code)
    assert {row.line for fact in facts for row in fact.evidence} == {3, 5, 6, 7}
    assert not {5, 6} & {fact.evidence[0].line for fact in facts}


def test_kotlin_properties_parameters_and_members_of_the_own_object() -> None:
    code = (
        "import cn.hutool.crypto.symmetric.SM4\nclass T(private val cipher: SM4) {\n"
        "  fun f(s: String) = cipher.encryptHex(s)\n  fun g(other: SM4?, s: String) { other.decryptStr(s) }\n}\n"
    )
    assert rows("Kotlin", code) == {(3, "SM4", "encryption"), (4, "SM4", "decryption")}
    own = "package cn.hutool.crypto\nobject SmUtil {\n  fun f(s: String) = sm3(s)\n}\n"
    assert rows("Kotlin", own) == {(3, "SM3", "digest")}
    assert rows("Kotlin", own.replace("cn.hutool", "org.example")) == set()


# C and C++

C = '#include "own.h"\nint f(EVP_PKEY *pkey)\n{\n    %s\n}\n'


@pytest.mark.parametrize("language", ["C", "C++"])
@pytest.mark.parametrize(
    "code",
    [
        "return make_key(1, NID_sm2);",
        "return make_key(1, EVP_PKEY_SM2);",
        'return load(NULL, "SM2", 0);',
        'TEST_true(load((char *)"SM2"));',
        "if (!make_key(\n        NID_sm2)) return 0;",
    ],
)
def test_what_a_programs_own_function_is_given_selects(language: str, code: str) -> None:
    assert lines(language, C % code, "SM2") == {4 + code[: code.index("NID_sm2" if "NID" in code else "(")].count("\n")}


@pytest.mark.parametrize("language", ["C", "C++"])
@pytest.mark.parametrize(
    "code",
    [
        "if (nid == NID_sm2) return 1;",
        "switch (nid) { case NID_sm2: return 1; }",
        'if (strcmp(name, "SM2") == 0) return 1;',
        'if (EVP_PKEY_is_a(pkey, "SM2")) return 1;',
        'printf("SM2");',
        'printf("no %s", "SM2");',
        "static const int nids[] = { NID_sm2, NID_sm3 };",
        'const char *name = "SM2";',
        'warn_of("the SM2 key is lost");',
    ],
)
def test_what_compares_prints_or_lists_selects_nothing(language: str, code: str) -> None:
    assert facts_in(language, C % code) == []


HANDLES = """
int f(void)
{
    EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL), *sm2_ctx = NULL;
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_keygen_init(pctx);
    EVP_PKEY_CTX_set_ec_paramgen_curve_nid(pctx, NID_sm2);
    EVP_PKEY_keygen(pctx, &pkey);
    if (!(sm2_ctx = EVP_PKEY_CTX_new(pkey, NULL)))
        return 0;
    EVP_PKEY_encrypt_init(sm2_ctx);
    return EVP_PKEY_encrypt(sm2_ctx, out, &n, in, 3);
}
int g(EVP_PKEY *pkey)
{
    EVP_PKEY_CTX *sm2_ctx = EVP_PKEY_CTX_new(pkey, NULL);
    return EVP_PKEY_decrypt(sm2_ctx, out, &n, in, 3);
}
"""


def test_calls_on_the_handles_of_a_key_are_lines_of_its_use() -> None:
    found = [fact for fact in facts_in("C", HANDLES) if fact.value.get("curve") == "oscaa/SM2"]
    assert {row.line for fact in found for row in fact.evidence} == {4, 6, 7, 8, 9, 11, 12}


def test_a_context_and_what_is_done_with_it() -> None:
    code = (
        "void f(EVP_MD_CTX *c) {\n EVP_DigestInit_ex(c, EVP_sm3(), NULL);\n"
        " EVP_DigestUpdate(c, a, 1);\n EVP_DigestUpdate(d, a, 1);\n}\n"
    )
    assert lines("C", code, "SM3") == {2, 3}


def test_a_part_that_made_an_object_is_a_line_of_what_is_done_with_it() -> None:
    code = "void f(void) {\n EC_KEY *k = EC_KEY_new_by_curve_name(NID_sm2);\n EC_KEY_generate_key(k);\n}\n"
    found = [fact for fact in facts_in("C", code) if fact.value.get("curve") == "oscaa/SM2"]
    assert {row.line for fact in found for row in fact.evidence} == {2, 3}
