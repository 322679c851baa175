"""The marked test files of sonar-cryptography: is the algorithm that each mark names stated on its line?

    python benchmarks/accuracy/sonar_markers.py CHECKOUT [--variant NAME|all] [--misses N]

CHECKOUT is cbomkit/sonar-cryptography; read are the test files of its Java, Python and Go rules. A mark such as
`Noncompliant {{(BlockCipher) AES128-ECB-PKCS5}}` gives primitive, algorithm, key size and mode on its line, or on the
line that `@+1` counts to. Marks are cut off before anything is examined. Marks that name no algorithm (made-up
classes of the project's own tests, bare values, curves by themselves counted as curves) are left out, and so are the
files of a rule that marks no algorithm of any library.

Two figures per language: recall of (file, line, family), and of the same with primitive, mode and key size as the
mark has them. A size that the mark has and the program does not (the project's own default) counts against assay,
which does not guess it. Marks are only the roots of the rule under test: precision cannot be read off them.

Bar: 0.85 and 0.70 over Java and Go; within 0.15 on the variants.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import scoring
import variants

from assay.core.facts import Fact

_MARK = re.compile(r"(?://|#)[ \t]*Noncompliant(?:@([+-]\d+))?[ \t]*((?:\{\{[^}]*\}\}[ \t]*)+).*")
_NAMED = re.compile(r"\{\{(?:\((\w+)\) )?([^}]*)\}\}")
_PRIMITIVES = {
    "BlockCipher": {"block-cipher", "ae"}, "AuthenticatedEncryption": {"ae"}, "MessageDigest": {"hash"},
    "Mac": {"mac"}, "Signature": {"signature"}, "ProbabilisticSignatureScheme": {"signature"},
    "PublicKeyEncryption": {"pke"}, "KeyAgreement": {"key-agree"}, "KeyDerivationFunction": {"kdf"},
    "PasswordBasedKeyDerivationFunction": {"kdf"}, "PasswordBasedEncryption": {"block-cipher", "kdf", "pke", "other"},
    "KeyEncapsulationMechanism": {"kem"}, "StreamCipher": {"stream-cipher"}, "KeyWrap": {"key-wrap"},
    "ExtendableOutputFunction": {"xof"}, "PseudorandomNumberGenerator": {"drbg"},
}  # fmt: skip
# What a mark calls an algorithm, and the families under which the CycloneDX registry has it.
_FAMILIES: Sequence[tuple[str, str]] = (
    (r"HMAC", "HMAC"), (r"SHA\d*withML-DSA|ML-DSA", "ML-DSA"), (r"\w*withRSA|RSASSA|RSA-OAEP|RSA-KEM|RSA|OAEP", "RSA"),
    (r"\w*with(?:EC)?DSA|ECDSA", "DSA ECDSA"), (r"HKDF", "HKDF"), (r"PBKDF2", "PBKDF2"), (r"PBES", "PBES1 PBES2 DES"),
    (r"SHAKE", "SHA-3"), (r"SHA-?3(?!\d)", "SHA-3"), (r"SHA-?1\b", "SHA-1"), (r"SHA-?\d", "SHA-2"), (r"MD5", "MD5"),
    (r"3DES|DESede", "3DES"), (r"DES", "DES"), (r"Fernet", "Fernet AES"), (r"AES-CMAC", "CMAC AES"), (r"AES", "AES"),
    (r"Ed25519|Ed448", "EdDSA"), (r"x25519|x448|ECDH", "ECDH"), (r"DH", "FFDH"), (r"DSA", "DSA"),
    (r"ML-KEM|Kyber", "ML-KEM Kyber"), (r"EC\b|EC-", "EC ECDSA ECDH"), (r"ECIES|IES", "ECIES IES"),
    (r"ElGamal", "ElGamal"),
    (r"RC4", "RC4"), (r"RC6", "RC6"), (r"ChaCha20", "ChaCha20"), (r"Poly1305", "Poly1305"), (r"SipHash", "SipHash"),
    (r"SM2", "SM2"), (r"ZUC", "ZUC"), (r"SCRYPT", "scrypt"), (r"Camellia", "CAMELLIA"), (r"CAST", "CAST5 CAST6"),
    (r"BLAKE3", "BLAKE3"), (r"BIKE", "BIKE"), (r"ConcatenationKDF", "SP800-56C"), (r"KDF in Counter", "SP800-108"),
    (r"ANSI X9.63", "ANSI-KDF"), (r"GOST ?28147", "GOST GOST28147"), (r"GOST", "GOST"), (r"KMAC", "KMAC"),
    (r"Ascon", "Ascon"), (r"SPHINCS", "SPHINCS SLH-DSA SPHINCS+"), (r"Skein", "Skein"), (r"Kalyna", "Kalyna"),
    (r"Kupyna", "Kupyna"), (r"Grain", "Grain"), (r"TLS", "TLS"),
)  # fmt: skip
_CURVES = {
    "SECP384R1": "P-384", "SECP256R1": "P-256", "SECP192R1": "P-192", "BrainpoolP256R1": "brainpoolP256r1",
}  # fmt: skip
_MODES = re.compile(r"-(ECB|CBC|CTR|CFB|OFB|CTS|GCM-SIV|GCM|CCM|EAX|OCB|SIV)\b")
_BITS = re.compile(r"(?:AES|DES|RSA-|DH-|DSA-)(\d{2,5})\b")


@dataclass(frozen=True, slots=True)
class Mark:
    """What is to be stated on a line: one of the families, or a curve."""

    path: str
    line: int
    primitive: str
    name: str
    families: frozenset[str]
    curve: str

    @property
    def language(self) -> str:
        return {"java": "Java", "py": "Python", "go": "Go"}[self.path.rpartition(".")[2]]


def marks_in(path: str, text: str) -> Iterator[Mark]:
    for number, line in enumerate(text.splitlines(), 1):
        found = _MARK.search(line)
        for primitive, name in _NAMED.findall(found[2]) if found is not None else ():
            at = number + int(found[1] or 0) if found is not None else number
            curve = _CURVES.get(name, "")
            families = next((row.split() for form, row in _FAMILIES if re.match(form, name, re.IGNORECASE)), [])
            if curve or (families and primitive):
                yield Mark(path, at, primitive, name, frozenset(families), curve)


def unmarked(checkout: Path, target: Path) -> list[Mark]:
    """Copy the test files without their marks."""
    marks: list[Mark] = []
    for language in ("java", "python", "go"):
        for file in sorted((checkout / language / "src" / "test" / "files").rglob("*")):
            if file.suffix not in {".java", ".py", ".go"}:
                continue
            path, text = file.relative_to(checkout).as_posix().replace("/src/test/files", ""), file.read_text("utf-8")
            marks += marks_in(path, text)
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            (target / path).write_text(_MARK.sub("", text), "utf-8")
    return marks


def names(mark: Mark, fact: Fact) -> bool:
    value = fact.value
    if fact.kind == "crypto.protocol":
        return "TLS" in mark.families
    if fact.kind != "crypto.use":
        return False
    if mark.curve:
        return str(value.get("curve")).endswith(mark.curve)
    family = str(value.get("family"))
    return family in mark.families or ("RSA" in mark.families and family.startswith("RSA"))


def agrees(mark: Mark, fact: Fact) -> bool:
    """Whether primitive, mode and key size are those of the mark, where it has them."""
    value, wanted = fact.value, _PRIMITIVES.get(mark.primitive)
    mode, bits = _MODES.search(mark.name), _BITS.match(mark.name)
    return (
        names(mark, fact)
        and (wanted is None or value.get("primitive") in wanted)
        and (mode is None or value.get("mode") == mode[1].lower())
        and (bits is None or value.get("key_bits") == int(bits[1]))
    )


def score(marks: Iterable[Mark], facts: dict[tuple[str, int], list[Fact]], misses: int) -> None:
    counts: Counter[tuple[str, str]] = Counter()
    wrong = []
    for mark in marks:
        here = facts.get((mark.path, mark.line), [])
        named, agreed = any(names(mark, fact) for fact in here), any(agrees(mark, fact) for fact in here)
        for group in (mark.language, *(["Java and Go"] if mark.language != "Python" else [])):
            counts[group, "all"] += 1
            counts[group, "named"] += named
            counts[group, "agreed"] += agreed
        if not agreed:
            wrong.append(
                f"{'details of' if named else 'missed'} ({mark.primitive}) {mark.name}: {mark.path}:{mark.line}"
            )
    for group in sorted({group for group, _ in counts}):
        every = counts[group, "all"]
        share, whole = counts[group, "named"] / every, counts[group, "agreed"] / every
        print(f"  {group:12} {every:4} marks: family {share:.3f}; with primitive, mode, size {whole:.3f}")
    for line in sorted(wrong, reverse=True)[:misses]:
        print(f"    {line}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    arguments.add_argument("checkout", type=Path)
    arguments.add_argument("--variant", choices=[*variants.LINES, "all"])
    arguments.add_argument("--misses", type=int, default=0, help="name so many marks that are missed")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "marked"
        marks = unmarked(given.checkout, source)
        for name, tree, _ in variants.trees(source, Path(folder), given.variant, variants.LINES):
            seen = scoring.seen_in(tree)
            print(f"== {name}: assay {seen.cpu:.1f} CPU-s; {scoring.inside(tree)}")
            facts: dict[tuple[str, int], list[Fact]] = {}
            for fact in (fact for rows in seen.facts.values() for fact in rows):
                for place in fact.evidence:
                    facts.setdefault((place.path, place.line), []).append(fact)
            score(marks, facts, given.misses)


if __name__ == "__main__":
    main()
