"""An assembly says what its source would: the same entries, the same facts, the type and method as subject."""

import base64
import io
import random
import shutil
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import Examined, FileMeta, FileView, Limits, Locator
from assay.core.facts import Fact, check
from assay.examinations.cipher.compiled.dotnet.assemblies import FORMAT, CompiledDotNet
from assay.examinations.cipher.compiled.dotnet.assembly import Assembly
from assay.examinations.cipher.compiled.dotnet.metadata import metadata_of
from assay.examinations.cipher.compiled.dotnet.transcript import Transcript, statics_of
from assay.examinations.cipher.compiled.rereading import Rereading, Written
from tests.examinations.cipher.compiled.dotnet.made import compiled, kept, parts

ASSEMBLIES = kept()
HIDDEN, HARMLESS = parts("Hidden.cs"), parts("Harmless.cs")


class _Lab:
    limits = Limits()


def examined(content: bytes) -> Examined:
    meta = FileMeta("a.dll", "a.dll", len(content), "binary", FORMAT, "p", "shipped", Locator("file", ""))
    found = CompiledDotNet().read(meta, io.BytesIO(content), _Lab(), lambda: None)
    for fact in found.facts:
        check(fact)
        assert fact.by == CompiledDotNet.id
        assert {one.line for one in fact.evidence} == {0}
    return found


def facts(name: str, kind: str = "crypto.use") -> list[Fact]:
    return [fact for fact in examined(ASSEMBLIES[name]).facts if fact.kind == kind]


def text(name: str, of: str = "") -> str:
    assembly = Assembly(metadata_of(ASSEMBLIES[name]))
    kind = next(kind for kind in assembly.kinds if kind.name.startswith(of or name))
    return Transcript(assembly, kind, statics_of(assembly)).written().text


def told(found: list[Fact] | tuple[Fact, ...]) -> set[tuple[object, ...]]:
    keys = ("misuse", "algorithm", "version", "purpose", "mode", "reach")
    return {(fact.kind, *(fact.value.get(key) for key in keys)) for fact in found}


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("Plain", "Bank.Cards.Plain.Of"),
        ("Named", "Named.F"),
        ("Joined", "Joined.F"),
        ("Formatted", "Formatted.F"),
        ("Told", "Told.F"),
        ("Waiting", "Waiting.F"),
        ("Yielding", "Yielding.F"),
        ("Lambda", "Lambda.Lambda"),
        ("Inside", "Inside.Deeper.Deepest.F"),
    ],
)
def test_a_name_that_the_compiler_left_is_certain(name: str, where: str) -> None:
    (found,) = facts(name)
    assert (found.value["algorithm"], found.value["reach"], found.value["seen"]) == ("MD5", "certain", "call")
    assert found.subject.name == where


@pytest.mark.parametrize("name", ["Chosen", "Switched", "Looped", "Caught", "Closed", "Assigned", "Nested"])
def test_every_name_that_can_arrive_is_possible(name: str) -> None:
    found = facts(name)
    assert {fact.value["reach"] for fact in found if fact.value["algorithm"] == "MD5"} == {"possible"}
    assert len({fact.value["algorithm"] for fact in found}) > 1


@pytest.mark.parametrize("name", ["Given", "Elsewhere", "Lent", "Kept", "Pointer", "Borrowed", "Shadowed", "Posing"])
def test_what_cannot_be_followed_is_not_determined(name: str) -> None:
    assert None in {fact.value["algorithm"] for fact in facts(name)}


@pytest.mark.parametrize(
    ("name", "misuse", "reach"),
    [
        ("Trusting", {"certificate-check-off", "host-name-check-off"}, "certain"),
        ("Checked", {"certificate-check-off", "host-name-check-off"}, "certain"),
        ("Words", {"hard-coded-key"}, "certain"),
        ("Blocks", {"ecb-mode"}, "certain"),
        ("Either", {"ecb-mode"}, "certain"),
        ("Token", {"weak-random"}, "certain"),
        ("Nameless", {"weak-random"}, "possible"),
        ("Xor", {"homemade-cipher"}, "possible"),
    ],
)
def test_misuse(name: str, misuse: set[str], reach: str) -> None:
    found = facts(name, "crypto.misuse")
    assert {fact.value["misuse"] for fact in found} == misuse
    assert {fact.value["reach"] for fact in found} == {reach}


def test_a_key_stands_in_the_file_beside_the_code() -> None:
    found = examined(ASSEMBLIES["Key"]).facts
    assert ("hard-coded-key", "certain") in {(fact.value.get("misuse"), fact.value["reach"]) for fact in found}
    assert "SECRET = new byte[] {200, 1, 2, 3" in text("Key")


def test_a_class_of_settings_is_read_where_it_is_used() -> None:
    found = {(fact.subject.name, fact.value.get("misuse") or fact.value.get("algorithm"), fact.value["reach"])
             for fact in examined(ASSEMBLIES["Configured"]).facts}  # fmt: skip
    assert found >= {("Configured.F", "MD5", "certain"), ("Configured.G", "hard-coded-key", "certain")}
    assert {what for where, what, _ in found if where == "Configured.E"} == {None, "SHA-256"}
    assert not any(where == "Configured.H" and what == "hard-coded-key" for where, what, _ in found)


@pytest.mark.parametrize(("name", "algorithm"), [("Own", "MD5"), ("Stream", "RC4")])
def test_tables_and_shapes_are_possible(name: str, algorithm: str) -> None:
    (found,) = facts(name)
    assert (found.value["algorithm"], found.value["reach"], found.subject.name) == (algorithm, "possible", name)


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("Reflected", "Reflected: System.Type.GetType"),
        ("Loaded", "Loaded: System.Reflection.Assembly.Load"),
        ("Imported", "Imported: a function of a native library"),
        ("Late", "calls of Microsoft.CSharp.RuntimeBinder, which are not followed"),
        ("Handed", "Handed: System.Security.Cryptography.HashAlgorithm.Create handed on uncalled"),
        ("Generic", "Generic: System.Security.Cryptography.MD5CryptoServiceProvider.class handed on"),
        ("Started", "Started: System.Diagnostics.Process.Start"),
    ],
)
def test_ways_out_of_sight(name: str, detail: str) -> None:
    assert detail in {one.detail for one in examined(ASSEMBLIES[name]).shortfalls}


@pytest.mark.parametrize("name", sorted(HARMLESS))
def test_plain_code_is_examined_whole(name: str) -> None:
    assert examined(ASSEMBLIES[name]).shortfalls == ()


OTHERWISE = {  # the compiler worked something out, a name is lost, a type is read alone, or the source has blind spots
    *{"Joined", "Formatted", "Told", "Kept", "Nameless", "Elsewhere", "Late"},
    *{"Named", "Lent", "Pointer", "Assigned", "Shadowed", "Borrowed", "Unicode", "Posing", "Nested", "Configured"},
}


@pytest.mark.parametrize("name", sorted(HIDDEN.keys() - OTHERWISE))
def test_the_source_says_the_same(name: str) -> None:
    code = HIDDEN[name]
    meta = FileMeta("a.cs", "a.cs", len(code), "source", "C#", "p", "shipped", Locator("file", ""))
    found, missing = Rereading("C#", "cipher.source@1").read(meta, Written(code, [], []), _Lab())
    other = examined(ASSEMBLIES[name])
    assert told(found) == told(other.facts)
    assert bool(missing) == bool(other.shortfalls)


def test_the_text_keeps_what_the_source_said() -> None:
    assert "aes.Mode = " not in text("Blocks")  # names of variables stand elsewhere
    assert ".Mode = System.Security.Cryptography.CipherMode.ECB;" in text("Blocks")
    assert "SecurityProtocolType.Ssl3 | System.Net.SecurityProtocolType.Tls;" in text("Protocol")
    assert "class Inherited : System.Security.Cryptography.HMACMD5 {\npublic Inherited(byte[] key) : base(key) {" in (
        text("Inherited")
    )
    assert '[DllImport("libcrypto.so.3")]\nstatic extern System.IntPtr MD5(byte[] d, int n, byte[] md);' in (
        text("Imported")
    )
    assert 'string name_0 = "MD5";' in text("Waiting")
    assert "yield return System.Security.Cryptography.HashAlgorithm.Create(name_0);" in text("Yielding")
    assert "(d_1) => {\nreturn System.Security.Cryptography.MD5.Create().ComputeHash(d_1);\n};" in text("Lambda")
    assert "while (maybe__) {" in text("Looped")
    assert "readonly System.Collections.Generic.Dictionary held = new" in text("Busy")


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Filled.F", {("MD5", "certain")}),  # DefaultInterpolatedStringHandler
        ("Cached.F", {("certificate-check-off", "certain"), ("host-name-check-off", "certain")}),
        ("Spanned.F", {("HMAC-SHA-256", "certain"), ("SHA-256", "certain"), ("hard-coded-key", "certain")}),
        ("Awaited.F", {("MD5", "certain")}),
        ("Locals.F", {("SHA-256", "possible"), (None, "possible")}),  # what a local function does to it is not followed
        ("Veiled.F", {("DES-CBC-PKCS7", "certain")}),
        ("Make", {("MD5", "certain")}),
    ],
)
def test_what_later_compilers_make(where: str, expected: set[tuple[str, str]]) -> None:
    found = [fact for fact in examined(ASSEMBLIES["Modern"]).facts if fact.subject.name.endswith(where)]
    assert {
        (fact.value.get("misuse") or fact.value.get("algorithm"), fact.value["reach"]) for fact in found
    } == expected


def test_a_function_that_is_called_by_its_address_is_partial() -> None:
    (one,) = examined(ASSEMBLIES["Modern"]).shortfalls
    assert one.detail == "Addressed: F: a function of which only the address is known is called"


def test_machine_code_beside_the_instructions_is_partial() -> None:
    content = bytearray(ASSEMBLIES["Digest"])
    at = bytes(content).index(b"\x48\0\0\0\2\0")  # the header of the runtime
    content[at + 16] &= 0xFE
    assert {one.reason for one in examined(bytes(content)).shortfalls} == {"binary"}


def test_a_body_that_is_no_code_is_partial() -> None:
    content = bytearray(ASSEMBLIES["Digest"])
    at = Assembly(metadata_of(bytes(content))).body(1)
    assert at is not None
    content[at.at] = 0x24  # no operation
    found = examined(bytes(content)).shortfalls
    assert "1 methods whose code is none, Digest..ctor first" in {one.detail for one in found}


def test_a_key_in_a_resource() -> None:
    key = base64.b64encode(random.Random(1).randbytes(300)).decode()
    block = f"-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n".encode()
    found = examined(ASSEMBLIES["Digest"] + b"\0" + block)
    assert {fact.kind for fact in found.facts} >= {"crypto.material", "crypto.misuse"}


@pytest.mark.parametrize(
    "content", [b"", b"MZ", b"MZ" + bytes(200), b"MZ" + bytes(58) + struct.pack("<I", 64) + b"PE\0\0"]
)
def test_what_is_no_assembly(content: bytes) -> None:
    assert {one.status for one in examined(content).shortfalls} == {"failed"}


@given(st.integers(min_value=0, max_value=len(ASSEMBLIES["Busy"]) - 600))
def test_an_assembly_cut_short_is_damaged(size: int) -> None:
    assert examined(ASSEMBLIES["Busy"][:size]).shortfalls


@given(
    st.sampled_from(["Key", "Busy", "Caught", "Waiting", "Closed", "Imported", "Own"]),
    st.lists(st.tuples(st.integers(min_value=0, max_value=1 << 16), st.binary(min_size=1, max_size=4)), max_size=6),
)
def test_hostile_bytes_give_an_answer(name: str, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(ASSEMBLIES[name])
    for at, put in changes:
        at %= len(content)  # noqa: PLW2901
        content[at : at + len(put)] = put
    examined(bytes(content))


@given(st.integers(min_value=0, max_value=1 << 32))
def test_hostile_metadata_gives_an_answer(seed: int) -> None:
    """Changes where they hurt: tables, heaps and code, not the padding around them."""
    chance, content = random.Random(seed), bytearray(ASSEMBLIES["Busy"])
    start = bytes(content).index(b"BSJB")
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(start, min(len(content), start + 9000))
        content[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, content[at] ^ 1 << chance.randrange(8)))
    examined(bytes(content))


@pytest.mark.skipif(shutil.which("mcs") is None, reason="no mcs (Debian: mono-mcs)")
@pytest.mark.parametrize("name", ["Waiting", "Closed", "Key"])
def test_the_assemblies_are_those_of_the_sources(name: str) -> None:
    assert told(examined(compiled(name, HIDDEN[name])).facts) == told(examined(ASSEMBLIES[name]).facts)


def test_it_is_given_streams_alone() -> None:
    meta = FileMeta("a.dll", "a.dll", 0, "binary", FORMAT, "p", "shipped", Locator("file", ""))
    with pytest.raises(NotImplementedError):
        CompiledDotNet().examine(FileView(meta, b""), (), _Lab())
