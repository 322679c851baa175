"""HTML that holds no code, or code and templates that name nothing of cryptography.

HTML is source, because it may hold scripts; intake sees only its first bytes. Here the whole text is searched for
everything that runs or is filled in: scripts, event attributes, `javascript:`, and the marks of template languages.
A page without any is completed, for nothing in it can encrypt.

A page with scripts or a template is completed when nothing in all of its text is a word of cryptography (`_TELLS`, in
any case and inside other words), a way to run or load what is not in the text (`_WAYS`), a constant of a common
algorithm, or a name in disguise. Words of the page's prose count too: that costs a completed page, never a hidden use.
A page with a program of a server in it (PHP, JSP, ASP) is skipped, as is any page with such a word.

*It cannot see* what a page embeds from elsewhere (that is examined where it is delivered), a template language whose
marks look like text, or what the product's own functions do that a template calls by harmless names; they are read
where they are.
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
    r"(?i:(?:src|href|data)\s*=\s*[\"']?\s*data\s*:\s*(?:text|application|image/svg))",
    r"\{\{|\{%|\$\{|#\{|<%|<\?(?:php|=)?|<#|</?\w+:\w|\[\[|\[\(",
    r"(?m)#(?:set|foreach|if|macro|parse)\s*\(|^\s*@\w",
    r"\s(?:[@:*#]|\[\(?|\()\w[\w.:\-]*[\])]*\s*=|\s(?:th|v|x|ng|hx|data-ng)[:\-][\w:.\-]*\s*=|\sdata-bind\s*=",
)
_SERVER = r"<\?(?:php|=)?|<%"
_TELLS = (
    r"(?i:md[245]|sha[-_]?[0-9]|sha\b|crypt|cipher|hmac|digest|hash|\baes|\bdes\b|3des|\brc[245]\b|\brsa(?:[^q]|$)|ecdsa|ecdh|sm[2349]"
    r"|pbkdf|argon|nonce|\bsalt|random|uuid|ssl|\btls|certificat|signature|signer|\bsign\s*\(|verify|keystore|secret|jose\b"
    r"|jwt|pgp|blowfish|twofish|serpent|xxtea|rabbit|salsa|chacha|25519|elgamal|keccak|ripemd|whirlpool"
    r"|strenc|desenc|nacl|sodium|forge|sjcl|password\s*[=+]|key\s*[:=]|\biv\b)"
)
_WAYS = (
    r"\beval\b|\bFunction\b|\bimport\b|\brequire\b|document\.write"
    r"|(?i:createelement\s*\(\s*(?:['\"]?\s*script|[^'\"\s]))|getScript|dataType\s*:|CreateObject|\bWorker\b"
    r"|WebAssembly|ActiveX|importScripts|set(?:Timeout|Interval)\s*\(\s*['\"`+]|\b(?:window|self|globalThis|top|parent|this)\s*\["
    r"|\[\s*['\"][^'\"\]]*['\"]\s*\+|atob|fromCharCode|fromCodePoint|unescape|decodeURI|\\x[0-9a-fA-F]|\\u[0-9a-fA-F{]"
    r"|\bT\s*\(|getClass|forName|[gG]etMethod|invoke|newInstance|\.class\b|\bclass\.|Runtime|ProcessBuilder|ScriptEngine|\.exec\b"
    r"|\bnew\s+\w+\.|\?(?:new|eval|interpret|api)\b|__\w+__|utility\.|(?i:<\s*(?:object|embed|applet|iframe)\b|srcdoc\s*=)"
    r"|(?i:data\s*:\s*(?:text|application)/)|(?i:<script[^<>]*src\s*=\s*['\"]?\s*(?:[a-z]+:)?//)"
    r"|(?i:<script[^<>]*src\s*=\s*['\"]?[^'\"<>]*(?:\{\{|\$\{|#\{|\[\[))|(?i:(?:src|href)\s*=\s*['\"]?\s*data:)"
)
_CONSTANTS = (
    r"(?i:67452301|1732584193|d76aa478|3614090360|680876936|6a09e667|1779033703|5a827999|1518500249|7380166f|1937774191"
    r"|a3b1bac6|2746333894|0x63,\s*0x7c|\b99,\s*124,\s*119|61707865|1634760805|428a2f98|1116352408)"
)
_ENTITIES = r"(?i:&#(?:x0*(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])|0*(?:6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[0-2])))"
_TELLING = re2.compile("|".join(f"(?:{part})" for part in (_SERVER, _TELLS, _WAYS, _CONSTANTS, _ENTITIES)).encode())
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
        if b"\0" in view.content:  # UTF-16, in which no word would be found
            return Examined(shortfalls=(Shortfall("not-text", "NUL bytes, as in UTF-16"),))
        content = _INERT.sub(b"<data>", _PROLOGUE.sub(b"", view.content))
        telling = _TELLING.search(content) if _ACTIVE.search(content) is not None else None
        if telling is None:
            return Examined()
        mark = " ".join(telling[0].decode("utf-8", "replace").split())[:40]
        line = view.first_line + content.count(b"\n", 0, telling.start())
        detail = f"line {line}: code or a template in a page: {mark}"
        return Examined(shortfalls=(Shortfall("no-reader", detail, "skipped"),))
