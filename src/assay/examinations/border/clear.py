"""Whether authentication data stands in clear: by what it is called and by the form of its value.

`standing` gives True only for what nobody stores when it is protected: three or four digits under the name of a card's
security code, four under PIN, a chosen password, the stripe of a card. False is what surely shows nothing: masks,
placeholders, flags, slow salted hashes. None is everything else: hexadecimal and Base64 may be a cipher text or a
plain digest of six digits, a token may have ended long ago, and six digits under PIN are a postal code in India.

*It cannot see* whose password it is, and whether it ever worked. Source: JR/T 0171-2020, C3 (`grades.yaml`).
"""

import re
from functools import cache
from operator import itemgetter

_CHOSEN = r"(?i)passw|pwd|passphrase|密码|(?<!动态)口令|dlmm|zfmm|jymm"
_CODE = r"(?i)cv[vcn]|安全码|卡验证码"
_PIN = r"(?i)(?<![a-z])pin(?![a-z])|(?<![a-z])pin[ _-]?code"
_FORMS = (
    (_CODE, r"\d{3,4}"),
    (_CHOSEN, r"(?a)\d{6,8}|(?=[^A-Za-z]*[A-Za-z])(?=[^\d!@#&?]*[\d!@#&?])[\w!@#&?.+~^*-]{6,24}"),
    (_PIN, r"\d{4}"),
)
_STRIPE = r"(?:%B|;)?\d{13,19}[=^][^?\n]{5,60}\??"
_CODED = r"[0-9A-Fa-f]{16,}|(?=.{16})[A-Za-z0-9+/_-]+={0,2}"
_SHOWS_NOTHING = (
    r"(?i)[*x#•●-]{1,64}|.*\*{3,}.*|.*●{3,}.*|null|none|nil|n/?a|true|false|yes|no|[yn01]|"
    r"\$\{[^}]*\}|\{\{[^}]*\}\}|<[^>]*>|"
    r"\$2[abxy]?\$\d\d\$[./a-z0-9]{53}|\$argon2(?:id|i|d)\$.+|\$(?:scrypt|7|y|pbkdf2[-a-z0-9]*)\$.+|pbkdf2(?:_|:).+"
)


_compiled = cache(re.compile)


def standing(called: str, value: str) -> bool | None:
    """Whether `value` is authentication data in clear. `called` is a column's name, or the label before the value."""
    value = value.strip()
    if not value or _compiled(_SHOWS_NOTHING).fullmatch(value):
        return False
    if _compiled(_STRIPE).fullmatch(value):
        return True
    named = [(found.end(), form) for name, form in _FORMS for found in _compiled(name).finditer(called)]
    nearest = max(named, key=itemgetter(0), default=None)
    if nearest is None or not _compiled(nearest[1]).fullmatch(value) or _compiled(_CODED).fullmatch(value):
        return None
    return True
