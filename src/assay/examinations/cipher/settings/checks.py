"""Checks that a setting turns off, and secrets that stand in it.

A check is off by a word that means no (`proxy_ssl_verify off`, `rejectUnauthorized: false`) or by a switch that means
danger (`insecureSkipVerify: true`). libpq's and Connector/J's modes verify nobody up to `require` (certain), although
libpq verifies the authority when a root file lies at its usual place: `require` is *possible*.

*It cannot see* whether a password in an example is meant: what is no placeholder counts.
Sources: the PostgreSQL documentation, SSL support of libpq; MySQL's --ssl-mode; CWE-259, 295, 297, 321 (from memory).
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from assay.core.facts import Scalar
from assay.examinations.cipher.settings.harmless import simple, variable
from assay.examinations.cipher.settings.meanings import Meaning

_OFF = frozenset({"off", "false", "no", "0", "none", "disabled", "disable", "never", "verify_none", "ssl_verify_none",
                  "openssl::ssl::verify_none", "n", "f", "noverify", "no_verify", "cert_none", "ssl.cert_none",
                  "skip", "insecure", "allow_all", "noop", "ignore", "optional_no_ca", "trust_all", "trustall",
                  "noophostnameverifier", "allow_all_hostname_verifier", "any"})  # fmt: skip
_ON = frozenset({"on", "true", "yes", "1", "required", "require", "peer", "verify_peer", "full", "strict", "enabled",
                 "enable", "https", "always", "demand", "hard", "verify_full", "verify-full", "fail_if_no_peer_cert",
                 "cert_required", "y", "t", "default", "system", "browser_compatible", "ask", "accept-new",
                 "client_once", "default_and_localhost", "verify_peer,verify_fail_if_no_peer_cert", "2", "3", "4",
                 "ldaps", "verify", "identity",                 "full_verification", "verify_identity"})  # fmt: skip
_CERTIFICATE_ONLY = frozenset({"certificate", "ca", "verify-ca", "verify_ca", "chain"})
_MODES: Mapping[str, str] = {
    "disable": "certain", "disabled": "certain", "allow": "certain", "prefer": "certain", "preferred": "certain",
    "require": "possible", "required": "certain",
}  # fmt: skip
_PLACEHOLDER = re.compile(
    r"<.*>|\*+|x{3,}|\.{3,}|ENC\(.*\)|\{cipher\}.*|OBF:.*|vault:.*|env:.*|file:.*|pass:$|CRYPT:.*", re.IGNORECASE
)
_RANDOM = re.compile(r"[0-9a-fA-F]{16,}|(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{20,}")
_NOT_A_SECRET = frozenset(
    {"file", "path", "command", "source", "provider", "env", "ref", "alias", "type", "name", "location", "length",
     "size", "prompt", "dialog", "policy", "id", "exec", "encoder", "algorithm", "bits", "url", "uri", "min", "max",
     "field"}
)  # fmt: skip


class Checked(Struct, frozen=True):
    facts: tuple[Mapping[str, Scalar], ...] = ()
    unknown: str = ""


def _misuse(what: str, reach: str = "certain") -> Mapping[str, Scalar]:
    cwe = {"certificate-check-off": 295, "host-name-check-off": 297}[what]
    return {"misuse": what, "cwe": cwe, "reach": reach}


def check(text: str, meaning: Meaning) -> Checked | None:
    """What a value makes of a check. None when it is no value of a check."""
    word = text.lower().rstrip(",;")
    name = meaning.what == "host-name-check"
    off = "host-name-check-off" if name else "certificate-check-off"
    if meaning.how == "sslmode":
        if word in _MODES:
            return Checked((_misuse(off, _MODES[word]),))
        return _checked_name(word) or (Checked() if word in {"verify-full", "verify_identity"} else None)
    if not word:
        return Checked((_misuse(off),) if name else ())
    if meaning.how == "off":
        if word in {"true", "yes", "1", "on", "y", "t", "enabled", "all", "*"}:
            return Checked((_misuse(off),))
        return Checked() if word in _OFF or simple(text) else Checked(unknown=word[:40])
    if word in _OFF:
        expiry = meaning.how == "expiry"
        return Checked((_misuse(off, "possible" if expiry else "certain"),))
    if word in {"optional", "if_given", "try", "warn", "prefer"}:
        return Checked((_misuse(off, "possible"),))
    if word in _ON or (not name and simple(text) and not word.isdigit()):
        return Checked()
    return (_checked_name(word) if not name else None) or Checked(unknown=word[:40])


def _checked_name(word: str) -> Checked | None:
    return Checked((_misuse("host-name-check-off"),)) if word in _CERTIFICATE_ONLY else None


def secret(text: str, meaning: Meaning, words: Sequence[str]) -> list[Mapping[str, Scalar]]:
    """A password, key, salt or vector in clear. What is filled in elsewhere, or points somewhere, is none."""
    given = text.strip().strip("\"'")
    pointing = _NOT_A_SECRET.intersection(words) or meaning.how == "path"
    if not given or pointing or variable(given) or _PLACEHOLDER.fullmatch(given):
        return []
    if "".join(words).endswith(re.sub(r"[\W_]", "", given).lower() or " "):
        return []  # the label of a field, as `SecretKey` of `server_secret_key`
    if given.lower() in {"true", "false", "null", "none", "yes", "no", "~", "required", "optional"} or "/" in given[:2]:
        return []
    if meaning.what == "keystore-password":
        return [{"misuse": "hard-coded-password", "cwe": 259, "reach": "certain"}]
    last = words[-1] if words else ""
    if last in {"salt", "iv"}:
        kind, cwe = ("static-salt", 760) if last == "salt" else ("static-iv", 329)
        return [{"misuse": kind, "cwe": cwe, "reach": "possible"}] if len(given) >= 4 else []
    if _RANDOM.fullmatch(given):
        return [{"misuse": "hard-coded-key", "cwe": 321, "reach": "certain"}]
    return (
        [{"misuse": "hard-coded-key", "cwe": 321, "reach": "possible"}] if len(given) >= 8 and " " not in given else []
    )
