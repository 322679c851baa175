"""Kotlin and C# beside their snippets: constants of other files, objects whose making says more, ways out."""

import re
from collections.abc import Collection, Iterable, Iterator

import pytest

from assay.core.examination import Artifact, FileMeta, FileView, Hit, Limits, Locator
from assay.core.facts import Scalar
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.constants import CrossFileConstants
from assay.examinations.cipher.outward import OutOfSight
from assay.examinations.cipher.source import SourceCryptography
from tests.examinations.cipher.snippets_run import examined, facts_in, shown

_FORMATS = {"kt": "Kotlin", "cs": "C#", "java": "Java"}
_USING = "using System.Security.Cryptography;\n"


class _Lab:
    limits = Limits()


class _Index:
    """Files in memory, as the identifier index of a review finds them."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = {path: (self._meta(path, content), content) for path, content in files.items()}

    def _meta(self, path: str, content: bytes) -> FileMeta:
        language = _FORMATS[path.rpartition(".")[2]]
        return FileMeta(path, path, len(content), "source", language, "main", "shipped", Locator("file", path))

    def files_with(self, word: bytes) -> Iterable[FileMeta]:
        return [meta for meta, content in self.files.values() if word in content]

    def holding(
        self, words: Collection[bytes], formats: frozenset[str] | None = None
    ) -> Iterator[tuple[FileMeta, bytes]]:
        return ((meta, word) for word in words for meta in self.files_with(word))

    def view(self, meta: FileMeta) -> FileView | None:
        return FileView(meta, self.files[meta.path][1])


def algorithms(path: str, files: dict[str, str]) -> list[Scalar]:
    """Algorithms of the uses in one file that wait for constants of the others."""
    index = _Index({name: text.encode() for name, text in files.items()})
    meta, content = index.files[path]
    words = catalogue_of(meta.format).words
    hits = [Hit(found[0], found.start()) for found in re.finditer(rb"\w+", content) if found[0] in words]
    found = SourceCryptography(meta.format).examine(FileView(meta, content), hits, _Lab())
    assert found.summary is not None
    artifact = Artifact(tuple(meta for meta, _ in index.files.values()))
    concluded = CrossFileConstants(meta.format).conclude(artifact, {path: (found.summary,)}, index, _Lab())  # type: ignore[arg-type]
    return [fact.value["algorithm"] for fact in concluded.facts]


@pytest.mark.parametrize(
    ("declared", "imports", "named"),
    [
        ({"N.kt": 'package k\nobject Names {\n  const val D = "MD5"\n}\n'}, "", "Names.D"),
        ({"N.kt": 'package k\nclass Names { companion object { const val D = "MD5" } }\n'}, "", "Names.D"),
        ({"N.kt": 'package k\nconst val D = "MD5"\n'}, "", "D"),
        ({"N.kt": 'package other\nconst val D = "MD5"\n'}, "import other.D", "D"),
        ({"N.kt": 'package other\nconst val D = "MD5"\n'}, "import other.D as E", "E"),
        ({"N.java": 'package k;\nclass Names { static final String D = "MD5"; }\n'}, "", "Names.D"),
    ],
)
def test_a_kotlin_constant_of_another_file(declared: dict[str, str], imports: str, named: str) -> None:
    use = f"package k\nimport java.security.MessageDigest\n{imports}\nfun f() = MessageDigest.getInstance({named})\n"
    assert algorithms("A.kt", {"A.kt": use, **declared}) == ["MD5"]


def test_a_java_use_of_a_kotlin_constant() -> None:
    use = "package k;\nclass A { Object o = java.security.MessageDigest.getInstance(Names.D); }\n"
    assert algorithms("A.java", {"A.java": use, "N.kt": 'package k\nobject Names {\n  const val D = "MD5"\n}\n'}) == [
        "MD5"
    ]


@pytest.mark.parametrize(
    "declared",
    [
        'namespace My { static class Names { public const string D = "MD5"; } }',
        'namespace My { struct Names { public static readonly string D = "MD5"; } }',
        'namespace My { static class Names { public static string D => "MD5"; } }',
        'namespace My { static class Names { public static string D { get; } = "MD5"; } }',
    ],
)
def test_a_csharp_constant_of_another_file(declared: str) -> None:
    use = _USING + "namespace My { class T { object o = HashAlgorithm.Create(Names.D); } }\n"
    assert algorithms("A.cs", {"A.cs": use, "N.cs": declared}) == ["MD5"]


def test_a_csharp_property_that_can_be_set_is_not_certain() -> None:
    use = _USING + "namespace My { class T { object o = HashAlgorithm.Create(Names.D); } }\n"
    declared = 'namespace My { static class Names { public static string D { get; set; } = "MD5"; } }'
    assert algorithms("A.cs", {"A.cs": use, "N.cs": declared}) == ["MD5", None]


def values(code: str, language: str = "C#") -> list[dict[str, Scalar]]:
    return [shown(fact) for fact in facts_in(language, code)]


def test_a_one_shot_call_on_an_object_that_is_followed_is_one_use() -> None:
    code = _USING + "class T { void f(byte[] b) { var a = Aes.Create();\na.EncryptEcb(b, PaddingMode.PKCS7); } }"
    assert [row["algorithm"] for row in values(code) if "misuse" not in row] == ["AES-256-ECB-PKCS7"]


def test_a_key_that_is_read_in_later_says_nothing_of_its_size() -> None:
    code = _USING + "class T { void f(string x) { var r = new RSACryptoServiceProvider();\nr.FromXmlString(x); } }"
    assert [row["key_bits"] for row in values(code)] == [None]


def test_a_size_that_the_library_decides_is_unknown() -> None:
    code = 'import cn.hutool.crypto.KeyUtil;\nclass T { Object o = KeyUtil.generateKeyPair("EC"); }'
    assert [row["key_bits"] for row in values(code, "Java")] == [None]


def test_flags_are_told_apart() -> None:
    code = (
        "using System.Net;\nclass T { void f() { ServicePointManager.SecurityProtocol = "
        "SecurityProtocolType.Tls12 | SecurityProtocolType.Tls11; } }"
    )
    assert sorted(str(row["version"]) for row in values(code)) == ["1.1", "1.2"]


def test_what_stands_under_a_broken_declaration_is_a_shortfall() -> None:
    """The grammar loses such a file from its second line on."""
    head = 'package p\nobject K { const val N = "b" }\n'
    code = head + 'class T { fun f() {\njava.security.MessageDigest.getInstance("MD5")\n} }\n'
    _, found = examined("Kotlin", code)
    assert found.facts or [item.reason for item in found.shortfalls] == ["syntax"]


def blind(code: str, language: str) -> list[str]:
    content = code.encode()
    examination = OutOfSight(language)
    hits = [Hit(item[0], item.start()) for item in re.finditer(rb"\w+", content) if item[0] in examination.literals]
    meta = FileMeta("a", "a", len(content), "source", language, "main", "shipped", Locator("file", "a"))
    return [item.detail for item in examination.examine(FileView(meta, content), hits, _Lab()).shortfalls]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("class T { object o = MD5.Create(); }", "MD5 of a namespace that this file does not name"),
        ("class T { object o = new AesManaged(); }", "AesManaged of a namespace that this file does not name"),
        ("using Sodium;\nclass T { }", "Sodium"),
        ('class T { [DllImport("libcrypto")] static extern int f(); }', "a function of a native library"),
        ("using static System.Security.Cryptography.MD5;\n", "everything of System.Security.Cryptography.MD5 imported"),
    ],
)
def test_csharp_ways_out(code: str, named: str) -> None:
    assert [item.partition(": ")[2] for item in blind(code, "C#")] == [named]


@pytest.mark.parametrize(
    "code",
    [
        _USING + "class T { object o = MD5.Create(); }",
        "// MD5.Create()\nclass T { }",
        "class MD5 { static object Create() => 1; }\nclass T { object o = MD5.Create(); }",
        "class T { string Sodium = 1; void f(JWT token) { } }",
        'class T { [DllImport("user32.dll")] static extern int f(); }',
    ],
)
def test_no_csharp_way_out(code: str) -> None:
    assert blind(code, "C#") == []


def test_a_provider_of_the_names_that_are_known_hides_nothing() -> None:
    head = "import org.bouncycastle.jce.provider.BouncyCastleProvider;\nclass A { void f(P p) { java.security.Security."
    assert blind(head + "addProvider(new BouncyCastleProvider()); } }", "Java") == []
    assert blind(head + "addProvider(p); } }", "Java") != []
