"""HTML that holds no code: pages of documentation, error pages, mail.

HTML is source, because it may hold scripts; intake sees only its first bytes. Here the whole text is searched for
everything that runs or is filled in: scripts, event attributes, `javascript:`, and the marks of template languages.
A page without any is completed, for nothing in it can encrypt; any other is skipped as before, since its scripts have
no reader.

*It cannot see* what a page embeds from elsewhere (that is examined where it is delivered), or a template language
whose marks look like text.
Source: the HTML living standard, event handler content attributes; the manuals of Jinja, Thymeleaf, Vue, Angular, JSP,
FreeMarker, Velocity.
"""

from collections.abc import Sequence

import re2

from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab, Shortfall

_DATA = r"(?i:<script[^<>]*type\s*=\s*[\"']?application/(?:ld\+)?json\b[^<>]*>)"
_RUNS = (
    r"(?i:<\s*script|[\s\"'/]on\w+\s*=|(?:j\s*a\s*v\s*a|v\s*b)\s*s\s*c\s*r\s*i\s*p\s*t\s*:|srcdoc\s*=|<\s*(?:object|embed|applet)\b)",
    r"(?i:(?:href|src|action|data|to|from|values)\s*=\s*[\"']?[^\"'<>]{0,40}&(?:#|tab|newline|colon))",
    r"\{\{|\{%|\$\{|#\{|<%|<\?(?:php|=)?|<#|</?\w+:\w|\[\[|\[\(",
    r"(?m)#(?:set|foreach|if|macro|parse)\s*\(|^\s*@\w",
    r"\s(?:[@:*#]|\[\(?|\()\w[\w.:\-]*[\])]*\s*=|\s(?:th|v|x|ng|hx|data-ng)[:\-][\w:.\-]*\s*=|\sdata-bind\s*=",
)
_ACTIVE = re2.compile("|".join(f"(?:{part})" for part in _RUNS).encode())
_PROLOGUE = re2.compile(rb"^\s*<\?xml[^<>]*\?>")
_INERT = re2.compile(_DATA.encode())


class InertPages:
    """A `FileExamination` of HTML."""

    id = "cipher.markup@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    literals: frozenset[bytes] = frozenset()
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format == "HTML"

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:  # noqa: ARG002
        content = _INERT.sub(b"<data>", _PROLOGUE.sub(b"", view.content))
        found = _ACTIVE.search(content)
        if found is None:
            return Examined()
        mark = found[0].strip().decode("utf-8", "replace")[:40]
        return Examined(shortfalls=(Shortfall("no-reader", f"code or a template in a page: {mark}", "skipped"),))
