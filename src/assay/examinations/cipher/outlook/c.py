"""C's text: words in macros, names pasted together, headers."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook.base import Outlook
from assay.source.parsed import Parsed

_FOLLOWED = re.compile(rb"\s*[(,;})]")
_HEADERS = ("openssl/", "gmssl/")


class CText(Outlook):
    language = "C"
    rootless = True

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        return _FOLLOWED.match(content, end) is not None or _ends_macro(content, hit.offset, end)

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

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:  # noqa: ARG002
        return True

    def literals(self) -> frozenset[bytes]:
        return stems(self.language)

    def stranger(self, line: bytes, name: bytes) -> bool:
        header = re.escape(name)
        if b"/" not in name and not name.endswith(b".h"):
            return re.match(rb"# ?include ?[<\"][^>\"]+\." + header + rb"[>\"]", line) is not None
        form = rb"# ?(include|import|include_next) ?[<\"](?!openssl/|gmssl/)([\w./+-]*/)?" + header
        return re.match(form, line) is not None

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:
        """Parts of names that a macro pastes together."""
        if b"##" not in view.content:
            return
        for hit in hits:
            after, before = view.content[hit.offset + len(hit.literal) :][:16], view.content[: hit.offset][-16:]
            pasted = after.lstrip(b" \t").startswith(b"##") or before.rstrip(b" \t").endswith(b"##")
            if pasted and hit.literal in stems(self.language):
                yield hit.offset, f"a name pasted together with {hit.literal.decode()}"


@lru_cache(maxsize=4)
def stems(language: str) -> frozenset[bytes]:
    """What the names of C functions begin or end with, as macros paste them: `EVP_` of `EVP_##name()`."""
    names = (call for call in catalogue_of(language).entries if call[:1] not in {"=", "."})
    places = ((name, place.end()) for name in names for place in re.finditer("_", name))
    return frozenset(part.encode() for name, at in places for part in (name[:at], name[at - 1 :]) if len(part) > 2)


def _ends_macro(content: bytes, start: int, end: int) -> bool:
    """Whether a word is the last of a `#define`."""
    if content[end : end + 1] not in {b"", b"\r", b"\n"}:
        return False
    line = content[content.rfind(b"\n", 0, start) + 1 : start].lstrip()
    return line.startswith(b"#") and b"define" in line
