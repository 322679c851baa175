"""PHP's text: names in any case, functions and classes by strings, options of streams and of cURL.

A string that is called (`$f($x)`) hides what it calls only where a part of it is not in the text: a whole name of the
catalogue in quotes is found as a reference wherever it stands.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core.examination import FileMeta, FileView, Hit
from assay.examinations.cipher.catalogue import Catalogue, shape_of
from assay.examinations.cipher.outlook.base import DOTTED, Outlook, line_of
from assay.examinations.cipher.ways import Ways

_SETTING = re.compile(rb"[\"']?\s*\]?\s*(?:=>?(?!=)|,|:(?!:))")
_CALLED = re.compile(rb"\s*\(")
_QUOTED = frozenset({b"'", b'"', b"\\"})
_VARIABLE_CALLS = re.compile(
    rb"(?<![>:$\w])\$(\w+)\s*\("
    rb"|\b(?:call_user_func(?:_array)?|forward_static_call(?:_array)?|array_map)\s*\(\s*\$(\w+)\s*[,)]"
    rb"|\bu[ak]?sort\s*\(\s*\$[^,;()]+,\s*\$(\w+)\s*[,)]",  # what is sorted comes first
    re.IGNORECASE,
)
_CONSTANT_CALLS = re.compile(rb"\(\s*(?:self|static|[A-Z]\w*)::[A-Z_]\w*\s*\)\s*\(")
_CALLERS = re.compile(
    rb"(?<![>:$\w])(?:call_user_func(?:_array)?|forward_static_call(?:_array)?)\s*\("
    rb"(?!\s*(?:\$\w+\s*[,)]|\$\w+\s*->|\[|array\b|function\b|static\b|fn\b|self::|parent::|'[\w\\\\:]+'\s*[,)]"
    rb"|\"[\w\\\\:]+\"\s*[,)]))",
    re.IGNORECASE,
)
_INCLUDES = re.compile(  # an expression, not the prose of a page
    rb"(?<![>:$\w])(?:include|require)(?:_once)?\b\s*\(?\s*((?=[$'\"(\\_]|[A-Za-z]\w*\s*(?:\(|::|\.|;))[^;?]{1,400})[;?]",
    re.IGNORECASE,
)
_READ = re.compile(rb"\.(?:php\d?|inc|phtml)[\"']\s*\)?\s*$", re.IGNORECASE)
_NEW_VARIABLE = re.compile(rb"(?<![>:$\w])\bnew\s+\$(\w+)")
_HARMLESS = (
    rb"\$%b\s*=(?![=>])(?!\s*(?:(?:static\s+)?(?:function|fn)\b|\$this->|\[|array\b|new\b|null\b|Closure|self::|static::"
    rb"|parent::|'[\w\\\\]*'\s*[;,)]|\"[\w\\\\]*\"\s*[;,)]|\$\w+\s*[;,)]))"
)
_CLASSES = re.compile(
    rb"(?<![\w$>])(?:\\{1,2}?[A-Za-z_]|[A-Za-z_]\w*\\)[\\\w]+|\b(?:new|extends)\s+[A-Za-z_]\w*|\b[A-Za-z_]\w*(?=::)"
)
_SHELL = re.compile(rb"(?:^|[=(,;.\s])`([^`\n]{1,400})`")


class PhpText(Outlook):
    language = "PHP"

    def reachable(self, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> list[Hit]:
        """Hits whose word needs no namespace, or one whose root stands anywhere in the text."""
        lower = content.lower()
        there = {
            root: root in lower
            for hit in hits
            if catalogue.shapes[hit.literal] == DOTTED
            for root in catalogue.roots[hit.literal]
        }
        return [
            hit
            for hit in hits
            if catalogue.shapes[hit.literal] != DOTTED or any(there[root] for root in catalogue.roots[hit.literal])
        ]

    def promising(self, content: bytes, hit: Hit, shapes: frozenset[str]) -> bool:
        end, before = hit.offset + len(hit.literal), content[hit.offset - 1 : hit.offset]
        if before == b"$":
            return False
        behind = content[end : end + 1]
        if "setting" in shapes and _SETTING.match(content, end):
            return True
        if (
            "method" in shapes
            and content[hit.offset - 2 : hit.offset] in {b"->", b"::"}
            and _CALLED.match(content, end)
        ):
            return True
        if "bare" in shapes and content[hit.offset - 2 : hit.offset] not in {b"->", b"::"}:
            quoted = before in _QUOTED and behind in {b"'", b'"'}
            constant = content[hit.offset : end].isupper()
            renamed = behind == b" " and content[end : end + 4].lower() == b" as "
            if (quoted or constant or renamed or _CALLED.match(content, end)) and self.used(content, hit):
                return True
        return "any" in shapes and self.used(content, hit)

    def used(self, content: bytes, hit: Hit) -> bool:
        line, ahead = line_of(content, hit)
        if line.startswith((b"//", b"* ", b"#", b"/*")):
            return False
        return not line.startswith((b"use ", b"namespace ")) or b" as " in line or b"{" in line or b";" in ahead

    # Constants of other files

    rootless = True

    def declaration(self, constant: str) -> re.Pattern[bytes]:
        name = re.escape(constant.encode())
        return re.compile(
            rb"\bconst\s+(?:\w+\s+)?%b\s*=|define\(\s*[\"']%b[\"']|\bcase\s+%b\s*=" % (name, name, name), re.IGNORECASE
        )

    def declares(self, owner: str, meta: FileMeta, content: bytes) -> bool:  # noqa: ARG002
        holder = owner.rpartition(".")[2].encode()
        return (
            not holder
            or re.search(rb"\b(?:class|interface|enum|trait)\s+%b\b" % re.escape(holder), content, re.IGNORECASE)
            is not None
        )

    # Ways out of sight

    def literals(self) -> frozenset[bytes]:
        return frozenset({b"include", b"require", b"include_once", b"require_once"})

    def strangers(self, content: bytes, hits: Sequence[Hit], here: Ways) -> Iterator[tuple[int, str]]:
        """One search for names with namespaces, and for classes that are made, extended or asked."""
        if all(hit.literal not in here.strangers for hit in hits):
            return
        known = {name for names in here.strangers.values() for name in names}
        for found in _CLASSES.finditer(content):
            parts = re.split(r"\\+", found[0].split()[-1].decode("utf-8", "replace").strip("\\").lower())
            name = next((name for end in range(1, len(parts) + 1) if (name := ".".join(parts[:end])) in known), "")
            if name:
                yield found.start(), name

    def calls_out(self, content: bytes, hit: Hit, here: Ways, imported: set[bytes]) -> bool:  # noqa: ARG002
        end = hit.offset + len(hit.literal)
        member = content[hit.offset - 2 : hit.offset] in {b"->", b"::"}
        for name in here.words.get(hit.literal, ()):
            shape = shape_of(name)
            if (shape == "any" or (shape == "method") == member) and _CALLED.match(content, end):
                return content[hit.offset - 1 : hit.offset] != b"$"
        return False

    def around(self, view: FileView, hits: Sequence[Hit]) -> Iterator[tuple[int, str]]:  # noqa: ARG002
        """Files whose path, or whose ending, shows no PHP."""
        for found in _INCLUDES.finditer(view.content):
            if _READ.search(found[1]) is None and not _in_text(view.content, found.start()):
                yield found.start(), "a file included by a computed path"

    def disguised(self, content: bytes) -> int:
        """A variable that is called, or made an object of, and gets its name from something other than a literal; and
        a command in backquotes."""
        for found in _SHELL.finditer(content) if b"`" in content else ():
            if re.search(rb"openssl|gpg|sum\b|\$", found[1]) and not _in_text(content, found.start(1) - 1):
                return found.start(1)
        if b"$" not in content:
            return -1
        calls = b"call_user_func" in content or b"forward_static_call" in content
        if calls and (called := _CALLERS.search(content)) is not None:
            return called.start()
        if (called := _CONSTANT_CALLS.search(content)) is not None:
            return called.start()
        for pattern in (_VARIABLE_CALLS, _NEW_VARIABLE) if _may_call(content) else ():
            for name in dict.fromkeys(found[found.lastindex or 1] for found in pattern.finditer(content)):
                made = re.search(_HARMLESS % re.escape(name), content)
                if made is not None and name != b"this":
                    return made.start()
        return -1


def _may_call(content: bytes) -> bool:
    return _VARIABLE_CALLS.search(content) is not None or _NEW_VARIABLE.search(content) is not None


def _in_text(content: bytes, at: int) -> bool:
    """Whether a place lies in a string or a comment, judged by its line."""
    line = content[content.rfind(b"\n", 0, at) + 1 : at]
    return (
        line.lstrip().startswith((b"*", b"//", b"#", b"/*")) or line.count(b"'") % 2 == 1 or line.count(b'"') % 2 == 1
    )
