"""Whether authentication data stands in clear: by what it is called and by the form of its value.

`standing` gives True only for what nobody stores when it is protected: three or four digits under the name of a card's
security code, four under PIN, a chosen password, the stripe of a card. False is what surely shows nothing: masks,
placeholders, flags, slow salted hashes. None is everything else: hexadecimal and Base64 may be a cipher text or a
plain digest of six digits, a token may have ended long ago, and six digits under PIN are a postal code in India.

*It cannot see* whose password it is, and whether it ever worked. Source: JR/T 0171-2020, C3 (`grades.yaml`).
"""

import re
from operator import itemgetter

_PASSWORD = re.compile(r"passw|pwd|passphrase|密码|(?<!动态)口令|dlmm|zfmm|jymm", re.IGNORECASE)
_CODE = re.compile(r"cv[vcn]|安全码|卡验证码", re.IGNORECASE)
_PIN = re.compile(r"(?<![a-z])pin(?![a-z])|(?<![a-z])pin[ _-]?code", re.IGNORECASE)
_FORMS = (
    (_CODE, re.compile(r"\d{3,4}")),
    (_PASSWORD, re.compile(r"\d{6,8}|(?=[^A-Za-z]*[A-Za-z])(?=[^\d!@#&?]*[\d!@#&?])[\w!@#&?.+~^*-]{6,24}", re.ASCII)),
    (_PIN, re.compile(r"\d{4}")),
)
_STRIPE = re.compile(r"(?:%B|;)?\d{13,19}[=^][^?\n]{5,60}\??")
_CODED = re.compile(r"[0-9A-Fa-f]{16,}|(?=.{16})[A-Za-z0-9+/_-]+={0,2}")
_SHOWS_NOTHING = re.compile(
    r"(?i)[*x#•●-]{1,64}|.*\*{3,}.*|.*●{3,}.*|null|none|nil|n/?a|true|false|yes|no|[yn01]|"
    r"\$\{[^}]*\}|\{\{[^}]*\}\}|<[^>]*>|"
    r"\$2[abxy]?\$\d\d\$[./a-z0-9]{53}|\$argon2(?:id|i|d)\$.+|\$(?:scrypt|7|y|pbkdf2[-a-z0-9]*)\$.+|pbkdf2(?:_|:).+"
)


def standing(called: str, value: str) -> bool | None:
    """Whether `value` is authentication data in clear. `called` is a column's name, or the label before the value."""
    value = value.strip()
    if not value or _SHOWS_NOTHING.fullmatch(value):
        return False
    if _STRIPE.fullmatch(value):
        return True
    named = [(found.end(), form) for name, form in _FORMS for found in name.finditer(called)]
    nearest = max(named, key=itemgetter(0), default=None)
    return True if nearest is not None and nearest[1].fullmatch(value) and not _CODED.fullmatch(value) else None
