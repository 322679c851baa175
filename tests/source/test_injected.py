"""What frameworks put into fields and parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.source.answers import Answer, Value
from assay.source.injected import injected


def told(content: str, name: str, known: dict[str, str] | None = None) -> tuple[list[str], str] | None:
    settings = {key: Answer((Value("text", value, len(value)),)) for key, value in (known or {}).items()}
    answer = injected(content.encode(), name, settings)
    return ([value.text for value in answer.values], answer.pending) if answer is not None else None


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ('@Value("${app.alg:DES}") private String alg;', "alg", (["DES"], "?app.alg")),
        ('@Value("${app.alg}")\n  private final String alg;', "alg", ([], "?app.alg")),
        ('A(@Value("${app.alg}") String alg, int n) {', "alg", ([], "?app.alg")),
        ('@Value("${a:${b:RC4}}") String alg;', "alg", (["RC4"], "?a")),
        ('@Value("DES") String alg;', "alg", (["DES"], "")),
        ('@Value("#{config.alg}") String alg;', "alg", ([], "")),
        ('class A(@Value("\\${app.alg:DES}") private val alg: String)', "alg", (["DES"], "?app.alg")),
        ('@ConfigProperty(name = "x.y", defaultValue = "DES") String alg;', "alg", (["DES"], "?x.y")),
        ('@ConfigProperty(name = "x.y") String alg;', "alg", ([], "?x.y")),
        ('@ConfigurationProperties(prefix = "app")\nclass A { private String cipherName; }', "cipherName",
         ([], "?app.cipher-name")),
        ('type C struct {\n\tHash string `yaml:"hash" default:"md5"`\n}', "Hash", (["md5"], "?hash")),
        ('type C struct {\n\tHash string `env:"HASH,required"`\n}', "Hash", ([], "?HASH")),
        ('@Value("${app.alg:DES}") private String other;', "alg", None),
        ('@Value("${app.alg:DES}") private String alg() {', "alg", None),
        ("private String alg;", "alg", None),
        ('// @Value("${app.alg:DES}")\nprivate String alg;', "alg", None),
        ('/**\n * @Value("${app.alg:DES}") String alg\n */\nprivate String alg;', "alg", None),
        ('String url = "http://x";\n@Value("${app.alg:DES}") private String alg;', "alg", (["DES"], "?app.alg")),
        ('type C struct {\n\tHash string `validate:"required"`\n}', "Hash", None),
    ],
)  # fmt: skip
def test_what_is_put_in(content: str, name: str, expected: tuple[list[str], str] | None) -> None:
    assert told(content, name) == expected


def test_a_file_that_was_read_outdoes_the_default() -> None:
    assert told('@Value("${app.alg:DES}") String alg;', "alg", {"?app.alg": "AES"}) == (["AES"], "")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('class A { @Value("AES") String alg; } class B { @Value("DES") String alg; }', ["AES", "DES"]),
        (
            'type A struct {\n\tAlg string `default:"aes"`\n}\ntype B struct {\n\tAlg string `default:"des"`\n}',
            ["aes", "des"],
        ),
    ],
)
def test_of_two_fields_of_one_name_both_count(content: str, expected: list[str]) -> None:
    found = told(content, "alg" if "@" in content else "Alg")
    assert found is not None
    assert found[0] == expected


@given(st.binary(max_size=200), st.sampled_from([b"@Value(", b"@ConfigProperty(", b"struct { `", b"@ConfigMapping("]))
def test_any_text_is_read(content: bytes, mark: bytes) -> None:
    injected(mark + content, "alg", {})
