"""What the literal prefilter costs, beside the ways that were not taken: `python benchmarks/prefilter.py TREE`.

Every way answers the same question over the same bytes in memory: which files hold a literal as a whole word, and
where. The answers are compared, so that a faster way that finds less is not a faster way. The identifier set also
yields the index of identifiers; the others would have to do that work on top, which the line "regex, index" shows.
Figures are MB per CPU-second of one process; below 50 ms they mean nothing.
"""

import argparse
import hashlib
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.lab.hits import Prefilter
from assay.lab.identifiers import words

SUFFIXES = {".c", ".cc", ".cpp", ".go", ".h", ".java", ".js", ".py", ".pyx", ".ts"}
LITERALS = frozenset(
    b"""AES AES_ecb_encrypt AES_set_encrypt_key AESGCM ARC4 Blowfish CAST Cipher CipherInputStream
    create_default_context DES DES3 DES_set_key DSA ECDSA EVP_aes_128_ecb EVP_CipherInit_ex EVP_des_ede3_cbc
    EVP_DigestInit_ex EVP_EncryptInit_ex EVP_md5 EVP_MD_fetch EVP_PKEY_CTX_new EVP_rc4 EVP_sha1 EVP_sm3
    EVP_sm4_cbc Fernet generate_private_key getInstance hashlib HMAC HmacSHA256 IvParameterSpec KeyAgreement
    KeyGenerator KeyPairGenerator Mac MD5 MD5_Init MessageDigest PBEKeySpec pbkdf2_hmac PBKDF2HMAC PKCS1_OAEP
    RSA RSA_generate_key SecretKeyFactory SecretKeySpec SecureRandom SHA1 SHA1_Init SHA256 sha256 Signature SM2
    SM3 SM4 ssl SSL_CTX_new SSLContext TLSv1_2 X25519
    """.split()
)


@dataclass
class Catalogue:
    """The literals as an examination, as far as the prefilter asks."""

    id: str = "benchmark@1"
    kinds: tuple[str, ...] = ("crypto.use",)
    literals: frozenset[bytes] = LITERALS
    fold_case: bool = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        raise NotImplementedError(f"{self.id} only filters: {view.meta.path}, {len(hits)}, {lab.limits}")


@dataclass
class Way:
    name: str
    places: Callable[[bytes], set[int]]  # offsets of the hits of one file
    seconds: float = 0.0
    files: int = 0
    found: list[set[int]] = field(default_factory=list)


def identifier_set() -> Callable[[bytes], set[int]]:
    prefilter = Prefilter([Catalogue()], 10**9)

    def places(content: bytes) -> set[int]:
        found = prefilter.interested(content, (0,), words(content)).get(0)
        return {hit.offset for hit in found.hits} if found is not None else set()

    return places


def automaton_only() -> Callable[[bytes], set[int]]:
    prefilter = Prefilter([Catalogue()], 10**9)

    def places(content: bytes) -> set[int]:
        found = prefilter.interested(content, (0,)).get(0)
        return {hit.offset for hit in found.hits} if found is not None else set()

    return places


def regex(*, index: bool) -> Callable[[bytes], set[int]]:
    alternatives = b"|".join(sorted(LITERALS, reverse=True))  # longer ones before their prefixes
    pattern = re.compile(rb"(?<![0-9A-Za-z_\x80-\xff])(?:" + alternatives + rb")(?![0-9A-Za-z_\x80-\xff])")
    word = re.compile(rb"[0-9A-Za-z_\x80-\xff]+")

    def places(content: bytes) -> set[int]:
        if index:
            set(word.findall(content))
        return {found.start() for found in pattern.finditer(content)}

    return places


def hyperscan_database() -> Callable[[bytes], set[int]] | None:
    try:
        import hyperscan
    except ImportError:
        return None
    database = hyperscan.Database()
    expressions = [b"\\b" + literal + b"\\b" for literal in sorted(LITERALS)]
    flags = [hyperscan.HS_FLAG_SOM_LEFTMOST] * len(expressions)
    database.compile(expressions=expressions, flags=flags)

    def places(content: bytes) -> set[int]:
        found: set[int] = set()

        def on_match(_id: int, start: int, *_rest: object) -> None:
            found.add(start)

        database.scan(content, match_event_handler=on_match)
        return found

    return places


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--megabytes", type=int, default=60, help="stop reading the tree after this much")
    options = parser.parse_args()
    contents, size = [], 0
    started = time.process_time()
    for path in sorted(options.tree.rglob("*")):
        if path.suffix in SUFFIXES and path.is_file() and size < options.megabytes << 20:
            contents.append(path.read_bytes())
            size += len(contents[-1])
    reading = time.process_time() - started
    if not contents:
        parser.error("the tree holds no source that this benchmark knows")
    started = time.process_time()
    for content in contents:
        hashlib.sha256(content)
    hashing = time.process_time() - started
    ways = [
        Way("identifier set (taken)", identifier_set()),
        Way("ahocorasick-rs on all", automaton_only()),
        Way("regex (re)", regex(index=False)),
        Way("regex, index", regex(index=True)),
    ]
    scanner = hyperscan_database()
    if scanner is not None:
        ways.append(Way("hyperscan (\\b is ASCII)", scanner))
    megabytes = size / 1e6
    print(f"{len(contents)} files, {megabytes:.1f} MB, {len(LITERALS)} literals")
    print(f"{'read':26}{megabytes / max(reading, 1e-9):8.0f} MB/CPU-s")
    print(f"{'SHA-256':26}{megabytes / max(hashing, 1e-9):8.0f} MB/CPU-s")
    for way in ways:
        started = time.process_time()
        way.found = [way.places(content) for content in contents]
        way.seconds = time.process_time() - started
        same = sum(mine == first for mine, first in zip(way.found, ways[0].found, strict=True))
        kept = sum(map(bool, way.found))
        places = sum(map(len, way.found))
        print(
            f"{way.name:26}{megabytes / max(way.seconds, 1e-9):8.0f} MB/CPU-s, {kept} files, {places} places, "
            f"{same} of {len(contents)} files agree"
        )


if __name__ == "__main__":
    main()
