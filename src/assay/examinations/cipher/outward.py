"""Where cryptography may be used out of sight of the catalogue: each such place makes the attempt partial.

Three kinds of place. A call that finds code by name (`eval`, `Class.forName`, `dlsym`) hides something when its
argument cannot be determined, or names what the catalogue knows. A call into foreign code (`ctypes.CDLL`,
`System.loadLibrary`) hides something whatever it is given. A call that starts a program does when the command cannot
be determined, names a cryptographic tool, or hands a script to a shell. An import of a library that offers
cryptography and that has no entries (a *stranger*) is one more.

*It cannot see* a program that a harmless looking command starts, such as `make` or the product's own script.
"""

import re
from collections.abc import Iterator, Sequence

from assay.core.examination import Hit
from assay.examinations.cipher.catalogue import Catalogue
from assay.source.values import Answer, Value

_TOOLS = re.compile(
    r"\b(openssl|gmssl|tongsuo|gpg2?|gpgv|gpgsm|pgp|age|cfssl|keytool|jarsigner|certutil|certtool|p11tool|pkcs\d+-tool|"
    r"signtool|osslsigncode|cosign|sops|mcrypt|ccrypt|htpasswd|mkpasswd|chpasswd|cryptsetup|stunnel|ssh|scp|sftp|"
    r"ssh-keygen|ssh-add|(md[245]|sha\d*|b2|cksum)(sum|deep)?|zip|7za?|curl|wget)\b",
    re.IGNORECASE,
)
_SHELLS = re.compile(r"(^|/)(sh|bash|dash|zsh|ksh|cmd|cmd\.exe|powershell|pwsh|python[\d.]*|perl|node|java|env|sudo)$")
_WORD = re.compile(r"\w+")


def hides(answer: Answer | None, catalogue: Catalogue) -> bool:
    """Whether what a call finds by name may be cryptography that is not stated otherwise."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(item.kind != "text" or _mentions(item.text, catalogue) for item in answer.values)


def _mentions(text: str, catalogue: Catalogue) -> bool:
    """Whether a text holds a name of the catalogue: an entry, the start of one, or a word of one."""
    if any(name == text or name.startswith((f"{text}.", f"{text}/")) for name in catalogue.entries) or (
        text in catalogue.modules
    ):
        return True
    words = {word.encode() for word in _WORD.findall(text)}
    return bool(words & catalogue.telling)


def starts_cryptography(answer: Answer | None) -> bool:
    """Whether a command is not a plain literal, names a cryptographic tool, or is a script for a shell."""
    if answer is None or not answer.complete or not answer.values:
        return True
    return any(_telling(item) for item in answer.values)


def _telling(command: Value) -> bool:
    words = [part.text for part in command.items] if command.kind == "list" else [command.text]
    if command.kind not in {"text", "list", "bytes"} or not words or not words[0]:
        return True
    if command.kind == "list" and _SHELLS.search(words[0]):
        return True
    return any(_TOOLS.search(word) for word in words)


def strangers(language: str, content: bytes, hits: Sequence[Hit], catalogue: Catalogue) -> Iterator[tuple[int, str]]:
    """Offsets and names of libraries that the text imports, includes or calls by their full name."""
    for hit in hits:
        for name in catalogue.strangers.get(hit.literal, ()):
            if _named(language, content, hit, name):
                yield hit.offset, name


def _named(language: str, content: bytes, hit: Hit, name: str) -> bool:
    start = content.rfind(b"\n", 0, hit.offset) + 1
    end = content.find(b"\n", hit.offset)
    line = b" ".join(content[start : end if end >= 0 else len(content)][:1000].split())
    wanted = name.encode()
    if language == "C":
        return re.match(rb"# ?(include|import|include_next) ?[<\"]([\w./+-]*/)?" + re.escape(wanted), line) is not None
    if wanted in line and (b"." in wanted or line.startswith((b"import ", b"from "))):
        return re.search(rb"(?<![\w.])" + re.escape(wanted) + rb"(?!\w)", line) is not None
    parent, _, last = wanted.rpartition(b".")
    return bool(parent) and language == "Python" and line.startswith(b"from " + parent + b" import ") and last in line
