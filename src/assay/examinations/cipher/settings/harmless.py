"""Values that set nothing about cryptography, although a word of it stands in them: paths, addresses, names of files.

`weighty` gives the words of a text that could: a name of an algorithm or of a version, a tool, an assignment. What is
left after file names, addresses, content digests and words such as `tls`, `cert` or `ssh` are taken away is weighty
when a table of names knows it, or a part of it. `variable` says that a value is filled in elsewhere.
"""

import re
from functools import lru_cache
from itertools import pairwise

from assay.core import late
from assay.examinations.cipher.names import curve, protocol, recognise, suite
from assay.examinations.cipher.settings.mentions import mentions

_VARIABLE = late.expression(
    r"\$\{|\$\(|\$[A-Za-z_]|\{\{|\{%|<%|%\{|#\{|@[A-Za-z][A-Za-z_.]*@|^%\w+%|^<[\w .-]+>$|__[A-Z][A-Z_]+__|\$\[|^!\w+"
)
_DEFAULT = late.expression(
    r"\$\{[\w.]+:[-=]?([^${}]*)\}$|\{\{.*\|\s*default\(?\s*[\"']?([\w.,:+! -]+?)[\"']?\)?\s*\}\}$"
)
_SIMPLE = late.expression(
    r"(?i:true|false|yes|no|on|off|null|none|~|nil|enabled?|disabled?|default|auto|required?|optional|always|never|"
    r"allow|deny|prefer(?:red)?|any|all|root|nobody)"
    r"|[-+]?[\d.,_]+ ?(?i:[kmgtp]?i?b?|ms|s|m|h|d|sec|min|hours?|days?|%)?"
)
_PATH = late.expression(
    r"(?:file:|classpath\*?:|exec:|unix:|jar:|resource:)?(?:[A-Za-z]:)?[\w.~${}@+*-]*[/\\][\w./\\~${}@+*:-]*"
)
_FILE = late.expression(
    r"[\w.*+-]+\.(?:pem|crt|cert?|key|der|p12|pfx|jks|jceks|bcfks|keystore|truststore|csr|crl|p7b|pub|gpg|asc|sig|[cho]|hh?|cc|cpp|"
    r"go|py|js|ts|java|class|jar|so|a|lo|la|obj|lib|dll|exe|asm|s|pl|pm|rb|rs|cs|kt|php|sh|mk|am|in|txt|md|rst|html?|json|"
    r"ya?ml|toml|xml|conf|cfg|cnf|ini|properties|d|def|rc|pc|m4|ac|inc|map|db|log|sock|service|socket|target|timer|path|"
    r"example|sample|test|data|bin|dat|out|proto|sum|mod|lock|tar|gz|xz|zip|whl|deb|rpm)(?:\.\w+)*"
)
_URL = late.expression(r"[a-z][a-z0-9+.-]*:(?://)?[^\s\"'<>]+", re.IGNORECASE)
_SCHEME = late.expression(
    r"(?:https?|wss?|ftps?|ldaps?|ssh|git(?:\+ssh)?|amqps?|redis?s|tls|ssl|jdbc|urn|tcp|udp|oci|mailto)://?",
    re.IGNORECASE,
)
_DIGEST = late.expression(
    r"(?:sha\d*|md5|h1)[:=-]?[A-Za-z0-9+/=_-]{24,}|[0-9a-fA-F]{32,}|[\w+/.:-]+@sha\d+:[0-9a-f]+", re.IGNORECASE
)
_TOOLS = late.expression(
    r"(?:openssl|gmssl|tongsuo|gpg2?|keytool|jarsigner|certutil|certtool|ssh-keygen|htpasswd|mkpasswd|cosign|sops|cfssl|"
    r"easyrsa|cryptsetup|signtool|pkcs\d+-tool|md5sum|sha\d+sum|shasum)(?:\.exe)?"
)
_COMMAND = late.expression(
    r"(?:^|[\s\"'`/;|&(@=])(?:openssl|gmssl|tongsuo)(?:\.exe)?\s+(?:enc|dgst|mac|kdf|passwd|s_client|s_server|x509|ca|cms|smime|req|ts|"
    r"gen(?:rsa|pkey|dsa|dh)|dhparam|ecparam|rsa|dsa|ec|rsautl|pkey|pkeyutl|pkcs\d+|sm[234]\S*|md[245]|sha\d+|(?:des|rc[245]|bf|"
    r"cast|idea|aes|camellia|seed|aria)\d?(?:-\S+)?)(?=\s|$|[\"'`;|&)])"
)
_TOKENS = late.expression(r"[^\s\"'`,;|&()<>\[\]{}=]+")
_LONGEST = 400
_KEPT = 80  # longer words do not come back
_MOST_PARTS = 2_000
_PARTS = late.expression(r"[A-Z]+(?![a-z])\d*|[A-Z]?[a-z]+\d*|\d+")
_GENERIC = frozenset(
    {"tls", "ssl", "https", "ssh", "sshd", "x509", "x.509", "pem", "key", "keys", "ca", "cert", "certs", "crl",
     "ocsp", "jwt", "pki", "crypto", "pkcs", "crypt", "cryptography", "pkcs12", "pkcs11", "pkcs8", "pkcs1", "jks",
     "openssl", "nss", "gnutls", "mbedtls", "libressl", "boringssl", "hmac", "signature", "enc", "mac", "macs",
     "seed", "esp", "ipsec", "idea", "cipher", "ciphers", "encryption", "encrypted", "encrypt", "decrypt", "digest",
     "hash", "algorithm", "algorithms", "curve", "curves", "verify", "verification", "gpg", "pgp", "certificate",
     "certificates", "mtls", "starttls", "jce", "jca", "jsse", "jwk", "jws", "jwe", "dtls", "rsync", "ike", "wep",
     "spki"}
)  # fmt: skip


@lru_cache(maxsize=4096)
def variable(text: str) -> bool:
    return _VARIABLE.search(text) is not None


def fallback(text: str) -> str:
    """What stands in a variable for the case that nothing is filled in, '' when nothing does."""
    found = _DEFAULT.search(text.strip()) if len(text) <= _LONGEST else None
    return (found[1] or found[2] or "").strip() if found else ""


def simple(text: str) -> bool:
    """A switch, a number, a duration, a path, an address or a file name."""
    text = text.strip().strip("\"'")
    if not text or _SIMPLE.fullmatch(text) or _DIGEST.fullmatch(text):
        return True
    return _is_place(text)


def _is_place(text: str) -> bool:
    """An address, a path or a file name. `md5/sha1` and `DES/ECB/PKCS5Padding` are no paths."""
    if len(text) > _LONGEST:
        return False
    if _URL.fullmatch(text) and _SCHEME.match(text):
        return "=" not in text
    if _FILE.fullmatch(text):
        return True
    parts = text.split("/")
    return _PATH.fullmatch(text) is not None and not (len(parts) <= 3 and names_something(parts[0]))


@lru_cache(maxsize=32_768)
def names_something(token: str) -> bool:
    """Whether a table of names knows the word: an algorithm, a version of a protocol, a curve, or a suite."""
    if token.lower() in _GENERIC or len(token) < 2:
        return False
    if recognise(token, "any") or curve(token):
        return True
    version = protocol(token)
    return (version is not None and token.lower() not in _GENERIC) or (len(token) > 8 and bool(suite(token)))


def weighty(text: str) -> str:
    """The first word of a text that could set something, '' when none could."""
    if not mentions(text):
        return ""
    if told := _COMMAND.search(text):
        return " ".join(told[0].split()).strip("\"'`/;|&(@=")
    for word in _TOKENS.findall(text):
        token = word.strip(".:!?*#-+")
        if _weighs(token) if len(token) <= _KEPT else _weighs.__wrapped__(token):
            return str(token)
    return ""


@lru_cache(maxsize=32_768)
def _weighs(token: str) -> bool:
    """Whether a word could set something."""
    if not token or token.lower() in _GENERIC or not mentions(token):
        return False
    if _TOOLS.fullmatch(token.rpartition("/")[2]):
        return True
    if _DIGEST.fullmatch(token) or (_URL.fullmatch(token) and _SCHEME.match(token)) or _is_place(token):
        return False
    return names_something(token) or _holds_name(token)


def _holds_name(token: str) -> bool:
    """Whether a part of a longer name is the name of an algorithm: `with-sha1-legacy`, `useRC4`."""
    parts = _PARTS.findall(token)[:_MOST_PARTS]
    joined = [*parts, *(a + b for a, b in pairwise(parts))]
    return any(
        part.lower() not in _GENERIC and mentions(part) and names_something(part) for part in joined if len(part) > 2
    )
