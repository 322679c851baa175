"""C's text: words in macros, names pasted together, headers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, catalogue_of, word_of
from assay.examinations.cipher.outlook.base import Outlook
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed

_FOLLOWED = re.compile(rb"\s*[(,;})|]")
_CPP = re.compile(
    rb"^[ \t]*(?:template[ \t]*<|namespace[ \t]+\w+\s*\{|(?:public|private|protected)[ \t]*:)", re.MULTILINE
)
_CPP_WORDS = frozenset({b"template", b"namespace", b"public", b"private", b"protected"})
_HEADERS = (
    "openssl/",
    "gmssl/",
    "mbedtls/",
    "psa/",
    "wolfssl/",
    "gnutls/",
    "nettle/",
    "sodium",
    "gcrypt",
    "CommonCrypto/",
)
_READ = rb"(?:openssl|gmssl|wolfssl|mbedtls|psa|nettle|gnutls|sodium|botan|cryptopp|crypto\+\+|CommonCrypto|tinycrypt)/"


class CText(Outlook):
    language = "C"
    rootless = True

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no header, or one that is named in the text."""
        needs = _needs(catalogue.language)
        words = {hit.literal for hit in hits}
        absent = {word for word in words & needs.keys() if not any(need in content for need in needs[word])}
        return [hit for hit in hits if hit.literal not in absent]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        if hit.literal in catalogue_of(self.language).only_passed:
            return in_brackets(content, hit.offset)
        followed = _FOLLOWED.match(content, end)
        if followed is not None and followed[0][-1:] == b"(" and BY_NAME["C"].declares(content, hit.offset):
            return False
        return followed is not None or ends_macro(content, hit.offset, end)

    def may_hand_on(self, parsed: Parsed) -> bool:
        """In C the name may be somebody's own, so that the library's header must be there."""
        return any(path.startswith(_HEADERS) for path in parsed.imports.stars)

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        name = re.escape(constant.encode())
        macro = rb"^[ \t]*#[ \t]*define[ \t]+%b\b" % name
        at_file_level = rb"^[A-Za-z_][^\n;(]*\b%b\b\s*(\[[^\]\n]*\])?\s*=[^=]" % name
        enumerator = rb"^\s+%b\s*=[^=]" % name
        forms = (macro, at_file_level, *((enumerator,) if constant.isupper() else ()))
        return re.compile(b"|".join(forms), re.MULTILINE)

    @property
    def shares(self) -> frozenset[str]:
        return frozenset({"C", "C++"})

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:  # noqa: ARG002
        return True

    def literals(self) -> frozenset[bytes]:
        return stems(self.language) | _CPP_WORDS

    def stranger(self, line: bytes, name: bytes) -> bool:
        if not line.startswith(b"#"):
            return False
        header = re.escape(name)
        if b"/" not in name and not name.endswith(b".h"):
            return re.match(rb"# ?include ?[<\"][^>\"]+\." + header + rb"[>\"]", line) is not None
        form = rb"# ?(include|import|include_next) ?[<\"](?!" + _READ + rb")([\w./+-]*/)?" + header
        return re.match(form, line) is not None

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """Parts of names that a macro pastes together, and a header that turns out to be C++ behind its beginning."""
        header = self.language == "C" and view.meta.logical.endswith(".h")
        spoken = header and any(word in view.content for word in _CPP_WORDS)  # a tenth of what the search costs
        if spoken and (found := _CPP.search(view.content)):
            yield found.start(), "C++ in a header that is read as C"
        if b"##" not in view.content:
            return
        for hit in hits:
            after, before = view.content[hit.offset + len(hit.literal) :][:16], view.content[: hit.offset][-16:]
            pasted = after.lstrip(b" \t").startswith(b"##") or before.rstrip(b" \t").endswith(b"##")
            if pasted and hit.literal in stems(self.language):
                yield hit.offset, f"a name pasted together with {hit.literal.decode()}"


# What so many functions of any library begin or end with that pasting it says nothing.
_ORDINARY = frozenset(
    {"", "init", "final", "update", "encrypt", "decrypt", "cipher", "key", "hash", "digest", "sign", "verify", "open",
     "new", "set", "get", "ex", "ret", "starts", "start", "finish", "setup", "buffer", "buffers", "data", "generate",
     "keypair", "derive", "method", "client", "server", "block", "blocks", "transform", "out", "setkey", "compute",
     "message", "make", "create", "params", "secret", "public", "private", "shared", "list", "easy", "seed", "fast",
     "enable", "read", "mac", "crypt", "alloc", "fetch", "name", "type", "info", "bits", "config", "crypto", "direct",
     "process", "agree", "str", "wrap", "unwrap", "export", "import", "detached", "check", "extract", "expand", "ossl",
     "certificate", "priority"}
)  # fmt: skip


@lru_cache(maxsize=4)
def stems(language: str) -> frozenset[bytes]:
    """What the names of C functions begin or end with, as macros paste them: `EVP_` of `EVP_##name()`."""
    entries = catalogue_of(language).entries.items()
    names = (
        call
        for call, rows in entries
        if "." not in call and call[:1] != "=" and not all(row.needs or row.passed for row in rows)
    )
    places = ((name, place.end()) for name in names for place in re.finditer("_", name))
    parts = {part for name, at in places for part in (name[:at], name[at - 1 :])}
    return frozenset(part.encode() for part in parts if len(part) > 2 and not _ORDINARY.issuperset(part.split("_")))


@lru_cache(maxsize=4)
def _needs(language: str) -> Mapping[bytes, frozenset[bytes]]:
    """The headers and namespaces of which a text must name one for a word to lead anywhere, where a word needs one."""
    found: dict[bytes, set[str]] = {}
    catalogue = catalogue_of(language)
    for call, rows in catalogue.entries.items():
        found.setdefault(word_of(call, language).encode(), set()).update(*(row.needs or ("",) for row in rows))
    for call in catalogue.blind:
        found.setdefault(word_of(call, language).encode(), set()).add("")
    return {word: frozenset(map(str.encode, asked)) for word, asked in found.items() if "" not in asked}


_FURTHEST = 400  # bytes between a bracket and an argument of it


def in_brackets(content: bytes, start: int) -> bool:
    """Whether the innermost bracket around a place is that of a call, and not that of a block or a table."""
    closed = 0
    for byte in reversed(content[max(0, start - _FURTHEST) : start]):
        if byte == 0x29:
            closed += 1
        elif byte == 0x28:
            if not closed:
                return True
            closed -= 1
        elif byte in b"{};#":
            return False
    return False


def ends_macro(content: bytes, start: int, end: int) -> bool:
    """Whether a word is the last of a `#define`."""
    if content[end : end + 1] not in {b"", b"\r", b"\n"}:
        return False
    line = content[content.rfind(b"\n", 0, start) + 1 : start].lstrip()
    return line.startswith(b"#") and b"define" in line
