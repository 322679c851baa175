"""Keys and certificates inside text: PEM blocks in string literals, values of configuration, documents.

In source that is read for cryptography, a private key followed by its content is `crypto.misuse` hard-coded-key, and
everything that a block holds is `crypto.material` and `crypto.use` as in a file of its own (`material/`). In
configuration, documents, text of no known kind and other languages only `crypto.material` is stated, for such a file
was not read for anything else; there, lines of SSH public keys are looked for as well. A header alone, as in code that
reads key files, is none. Nothing of a key is kept.

In a comment of source a block shows what one looks like: its material is of scope `example`, so that no certificate
there expires. A private key there may still be one that was used: its misuse is *possible*, in the scope of the file.

*It cannot see* a key in another encoding, such as an array of bytes or base64 of the whole block, or a block whose
content is put together from parts. No password is tried here.
Source: RFC 7468; CWE-321.
"""

import re
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall
from assay.examinations.cipher.material import blocks, keys
from assay.examinations.cipher.material.examination import lines
from assay.examinations.cipher.material.found import Found
from assay.examinations.cipher.material.pem import LEAST, Block
from assay.examinations.cipher.material.pem import blocks as blocks_in
from assay.examinations.cipher.material.statements import Statements
from assay.examinations.cipher.material.unlocking import Passwords
from assay.source.languages import BY_NAME

_DOCUMENTS = frozenset({"Markdown", "reStructuredText", "text", "Org"})
_SIGNATURES = frozenset({"PGP SIGNATURE", "PGP MESSAGE", "SSH SIGNATURE"})  # in text they are about the text
_MOST_BLOCKS = 20_000
_COMMENT = re.compile(rb"([ \t]*(?:\*|//|#))[ \t]*")


class EmbeddedKeys:
    """A `FileExamination` over the source languages that are read."""

    id = "cipher.embedded@1"
    kinds = ("crypto.material", "crypto.use", "crypto.misuse")
    literals = frozenset({b"BEGIN"})
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        statements = Statements(view.meta, self.id)
        shown = statements
        if view.meta.scope in {"shipped", "vendored"}:
            shown = Statements(replace(view.meta, scope="example", scope_from="a comment"), self.id)
        missing = tuple(_stated(view, statements, shown, code=True))
        facts = (*statements.facts(), *(shown.facts() if shown is not statements else ()))
        return Examined(facts, shortfalls=missing)


class EnclosedMaterial:
    """A `FileExamination` over text that is not read as source."""

    id = "cipher.enclosed@1"
    kinds = ("crypto.material",)
    literals = frozenset({b"BEGIN", b"rsa", b"dss", b"ed25519", b"nistp256", b"nistp384", b"nistp521"})
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        match meta.file_class:
            case "configuration":
                return True
            case "source":
                return meta.format not in BY_NAME
            case "text":
                return meta.format in _DOCUMENTS
        return meta.file_class == "unknown" and meta.format == "text"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        statements = Statements(view.meta, self.id, uses=False)
        missing: list[Shortfall] = []
        if any(hit.literal == b"BEGIN" for hit in hits) or len(hits) >= lab.limits.hits_per_unit:
            missing += _stated(view, statements, statements, code=False)
        missing += lines(view.content, view.first_line, statements)
        return Examined(tuple(statements.facts()), shortfalls=tuple(missing))


def _stated(view: FileView, statements: Statements, shown: Statements, *, code: bool) -> Iterator[Shortfall]:
    """`shown` takes the material that stands in comments."""
    at, line = 0, view.first_line
    passwords = Passwords(empty=False)
    for number, block in enumerate(blocks_in(view.content)):
        if number >= _MOST_BLOCKS:
            yield Shortfall("too-many", f"more than {_MOST_BLOCKS} blocks")
            return
        line += view.content.count(b"\n", at, block.at)
        at = block.at
        if block.characters < LEAST or (block.label in _SIGNATURES and not code):
            continue
        found = blocks.read(block, passwords)
        private = "PRIVATE KEY" in block.label
        if private and not found.private:
            found = Found((*found.items, *keys.sealed_key(_form(block), {"protection": None}, ()).items), found.missing)
        excerpt = f"-----BEGIN {block.label}-----"
        comment = code and _in_comment(view.content, block.at)
        for item in found.items:
            (shown if comment else statements).add(item, line, excerpt, "PEM")
            if code and item.material["material"] == "private-key":
                reach = "possible" if comment and shown is not statements else "certain"
                statements.misuse(item.material["algorithm"], line, excerpt, reach)
        yield from (replace(one, detail=f"line {line}: {one.detail}") for one in found.missing)


def _in_comment(content: bytes, at: int) -> bool:
    """Whether nothing but the mark of a comment stands before a block and before the line that follows."""
    start = content.rfind(b"\n", 0, at) + 1
    mark = _COMMENT.fullmatch(content, start, at)
    follows = content.find(b"\n", at) + 1
    return mark is not None and follows > 0 and content.startswith(mark[1], follows)


def _form(block: Block) -> str:
    return "OpenPGP" if block.label.startswith("PGP") else "PEM"
