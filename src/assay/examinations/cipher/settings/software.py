"""Whose configuration a file is, and taking it apart.

The name and the folders decide, then words that only one program uses. What is recognised is read by that program's
grammar; everything else by the grammar of its format, with `generic` for its software: the meaning of a key then
comes from its words alone.

*It cannot see* a file that another one reads under a name of its own; `includes` reads such a file again in the
grammar of the file that includes it.
"""

import re
from collections.abc import Callable

from assay.core import late
from assay.core.examination import FileMeta
from assay.examinations.cipher.settings import lines
from assay.examinations.cipher.settings.blocks import read_blocks
from assay.examinations.cipher.settings.entries import Entry, Include, Reading, decoded
from assay.examinations.cipher.settings.haproxy import expanded
from assay.examinations.cipher.settings.lines import Dialect, read_lines
from assay.examinations.cipher.settings.markup import read_xml
from assay.examinations.cipher.settings.messages import without_columns, without_messages
from assay.examinations.cipher.settings.other import read_dockerfile, read_text, read_toml
from assay.examinations.cipher.settings.templates import doubted, filled, is_template
from assay.examinations.cipher.settings.trees import read_json, read_loosely, read_yaml
from assay.examinations.cipher.settings.values import paired

_HEAD = 200_000
_NAMES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (software, late.expression(pattern))
    for software, pattern in (
        ("nginx", r"(^|.*/)(nginx|tengine|openresty)([\w.-]*\.conf|/.*\.conf|/(sites|snippets|conf)[^/]*/[^/]+)[^/]*$"),
        ("apache", r"(^|.*/)(apache2?|httpd)([\w.-]*\.conf|/.*\.conf)[^/]*$"),
        ("haproxy", r"(^|.*/)haproxy([\w.-]*|/.*)\.(cfg|conf)[^/]*$"),
        ("openssl", r"(^|.*/)(openssl|ssleay)[\w.-]*\.c(nf|onf)[^/]*$"),
        ("sshd", r"(^|.*/)sshd_config(\.d/.*)?[^/]*$"),
        ("ssh", r"(^|.*/)(ssh_config(\.d/.*)?[^/]*|\.ssh/config)$"),
        ("java-security", r"(^|.*/)java\.security[^/]*$"),
        ("postgresql", r"(^|.*/)postgresql[\w.-]*\.conf[^/]*$"),
        ("spring", r"(^|.*/)(application|bootstrap)(-[\w-]+)?\.(properties|ya?ml)$"),
        ("tomcat", r"(^|.*/)(server|context)[\w-]*\.xml$"),
        ("stunnel", r"(^|.*/)stunnel[\w./-]*\.(conf|pem)[^/]*$"),
        ("redis", r"(^|.*/)(redis|sentinel|valkey)[\w.-]*\.conf[^/]*$"),
        ("mysql", r"(^|.*/)(my|mysqld?|mariadb)[\w.-]*\.cnf[^/]*$|.*/(mysql|mariadb)(\.conf)?(\.d)?/.*\.cnf$"),
        ("ipsec", r"(^|.*/)(ipsec|strongswan|swanctl|libreswan|openswan)([\w.-]*|\.d/.*)\.conf[^/]*$"),
        ("crypto-policies", r".*crypto-policies/.*|.*\.pol$"),
    )
)
_NGINX = (
    r"^[ \t]*(?:(?:server|http|upstream[ \t]+\S+|events)[ \t]*\{|"
    r"ssl_(?:protocols|ciphers|certificate)[ \t][^;=\n]*;)"
)
_APACHE = (
    r"^[ \t]*(?i:<(?:VirtualHost|IfModule|Directory|Location|IfDefine|Proxy)\b|"
    r"SSL(?:Engine|Protocol|CipherSuite|Proxy\w+)[ \t])"
)
_CONTENT: tuple[tuple[str, tuple[re.Pattern[str], ...]], ...] = tuple(
    (software, tuple(late.expression(pattern, re.MULTILINE) for pattern in patterns))
    for software, patterns in (
        ("nginx", (_NGINX,)),
        ("apache", (_APACHE,)),
        ("haproxy", (r"^(?:frontend|backend|listen)[ \t]+\S", r"^[ \t]+(?:bind|server|mode)[ \t]")),
        ("openssl", (r"^[ \t]*(?:openssl_conf|distinguished_name|default_md|MinProtocol|CipherString)[ \t]*=",)),
        ("java-security", (r"^[ \t]*(?:jdk\.tls\.disabledAlgorithms|security\.provider\.\d+)[ \t]*=",)),
        ("ipsec", (r"^conn[ \t]+\S", r"^[ \t]+(?:ike|esp|phase2alg|left|keyexchange|authby)[ \t]*=")),
        ("sshd", (r"^[ \t]*(?i:PermitRootLogin|HostKeyAlgorithms|AuthorizedKeysFile|PubkeyAuthentication)[ \t]",)),
    )
)  # fmt: skip
_DIALECTS: dict[str, Dialect] = {
    "apache": lines.APACHE,
    "haproxy": lines.HAPROXY,
    "openssl": lines.OPENSSL,
    "ipsec": lines.IPSEC,
    "ssh": lines.SSH,
    "sshd": lines.SSH,
    "java-security": lines.PROPERTIES,
}
_LINED = frozenset(
    {"INI", "SSH", "nginx", "java.security", "settings", "editor", "environment", "properties", "hosts", "lock"}
)


def software_of(meta: FileMeta, text: str) -> str:
    """One of the names that `meanings.TABLES` and facts use; `generic` when it does not show."""
    path = meta.logical.lower().replace("!", "/")
    for software, name in _NAMES:
        if name.fullmatch(path):
            return software
    if meta.format in _LINED:
        head = text[:_HEAD]
        for software, patterns in _CONTENT:
            if all(pattern.search(head) for pattern in patterns):
                return software
    return "generic"


def read_as(software: str, meta: FileMeta, content: bytes) -> Reading:
    """A file in the grammar of its software, or of its format."""
    text = decoded(content)
    doubtful: frozenset[int] = frozenset()
    if meta.format not in _NO_TEMPLATES and is_template(text):
        text, doubtful = filled(text)
    reading = doubted(_taken_apart(software, meta.format, text, content), doubtful)
    if software == "haproxy":
        reading.entries = list(expanded(reading.entries))
    reading.entries = [*map(_nested, without_columns(without_messages(meta, reading.entries)))]
    if meta.format not in _MARKUP:  # whose reader knows which name and value stand in one element
        reading.entries += list(paired(reading.entries))
    if software == "generic":
        reading.includes = [one for one in reading.includes if meta.format in _INCLUDING and _looks_like_file(one)]
    return reading


_MARKUP = frozenset({"XML", "Maven"})
_NO_TEMPLATES = _MARKUP | {"TOML", "JSON"}
_INCLUDING = frozenset({"INI", "settings"})
_SETTING_FORMATS = _LINED | {"HCL"}


def _looks_like_file(include: Include) -> bool:
    return "/" in include.pattern or include.pattern.lower().endswith((".conf", ".cnf", ".cfg", ".inc", ".ext"))


def _taken_apart(software: str, format_: str, text: str, content: bytes) -> Reading:
    if format_ in _MARKUP:
        return read_xml(content)
    if format_ == "YAML":
        whole = read_yaml(text)
        return whole if whole.broken is None or "${" not in text else read_loosely(text)
    if format_ in _BY_FORMAT:
        return _BY_FORMAT[format_](text)
    if software == "nginx":
        return read_blocks(text)
    if software in _DIALECTS:
        return read_lines(text, _DIALECTS[software])
    if format_ == "properties":
        return read_lines(_unescaped(text), lines.PROPERTIES)
    if format_ == "environment":
        return read_lines(text, lines.ENVIRONMENT)
    if software != "generic" or format_ in _SETTING_FORMATS:
        return read_lines(text, lines.PLAIN)
    return read_text(text, format_)


_BY_FORMAT: dict[str, Callable[[str], Reading]] = {
    "JSON": read_json,
    "TOML": read_toml,
    "Dockerfile": read_dockerfile,
}
_COMMANDS = frozenset({"ssl_conf_command", "sslopensslconfcmd", "proxy_ssl_conf_command", "grpc_ssl_conf_command"})


def _nested(entry: Entry) -> Entry:
    """`ssl_conf_command MinProtocol TLSv1.2` is MinProtocol = TLSv1.2."""
    if entry.key.lower() in _COMMANDS and len(entry.values) > 1:
        return Entry((*entry.path, entry.key), entry.values[0], entry.values[1:], entry.line, entry.doubt)
    return entry


_UNICODE = late.expression(r"\\u([0-9a-fA-F]{4})")


def _unescaped(text: str) -> str:
    r"""java.util.Properties: \uXXXX anywhere, \: and \= in keys."""
    if "\\" not in text:
        return text
    return _UNICODE.sub(lambda found: chr(int(found[1], 16)), text).replace("\\:", ":").replace("\\=", "=")
