"""What stands behind a label in running text: credentials, accounts, dates of birth, places, names in Latin letters,
balances, health, biometrics, and numbers of devices and permits that have a form and no check.

`exact` finds a value for `re`; `beginning` is the same for RE2 without what only `re` can say and without the end of
the value, so it is found wherever `exact` is.
"""

import re
from functools import cached_property

from msgspec import Struct

from assay.examinations.border.classes import Confidence

_SPACE = r"[\s\v\x1c-\x1f\x{85}\pZ]"  # what `re` calls a space in text, for RE2
_WORD = r"[\w\x{80}-\x{10ffff}]"
FOREIGN_DIGIT = r"[\x{660}-\x{1fff}\x{a620}-\x{abff}\x{ff10}-\x{ff19}\x{10000}-\x{10ffff}]"
"""What `re` calls a digit beside those of ASCII, and letters of the same scripts: to compile the digits of each script
over and over is most of what RE2 takes to begin."""
_INITIAL = re.compile(r"(?:^|\|)(?:\\b|\(\?:)*(\w)")
_IS = r"(?:[:：=]|是|为)"


class Label(Struct, frozen=True, dict=True):
    """`words` stand before the value, with `between` in between; `opening` is how a value begins, for RE2."""

    class_: str
    words: str
    between: str
    value: str
    opening: str
    confidence: Confidence = "plausible"

    @cached_property
    def exact(self) -> re.Pattern[str]:
        return re.compile(rf"(?:{self.words}){self.between}(?P<value>{self.value})", re.IGNORECASE)

    @cached_property
    def initials(self) -> frozenset[str]:
        """What `words` may begin with, and more: the first letter of each choice, outside of brackets and inside."""
        return frozenset(letter.lower() for letter in _INITIAL.findall(self.words))

    @property
    def beginning(self) -> str:
        before = rf"(?:{self.words}){self.between}"
        return before.replace(r"\s", _SPACE).replace(r"\w", _WORD) + f"(?:{self.opening})"


SECRET = Label(
    "credential",
    r"密码|口令|验证码|支付密码|password|passwd|\bpwd|passphrase|secret(?:[_-]?key)?|api[_-]?key|access[_-]?key|"
    r"(?:access|auth|refresh)[_-]?token|\bpin\b|cvv2?|cvn2?|cvc2?",
    rf"[\"']?\s*{_IS}\s*[\"']?",
    r"[^\s\"'，。；,;<>{}$()\[\]]{3,128}",
    r"[^\s\"'，。；,;<>{}$()\[\]]{3}",
)
LABELS = (
    SECRET,
    Label(
        "bank_account",
        r"账号|帐号|账户|户头|account(?:[ _]?(?:no|number|num))?|\bacct(?:[ _]?no)?|a/c(?: no)?",
        rf"\.?[\"']?\s*(?:{_IS}|\s)?\s*[\"']?",
        r"(?:\d{4,10}(?:[ -]\d{2,10}){1,5}|\d{9,30})(?![\dA-Za-z])",
        rf"\d{{4,10}}[ -]\d{{2}}|\d{{9}}|[\d -]*{FOREIGN_DIGIT}",
    ),
    Label(
        "birth_date",
        r"出生(?:日期|年月|于)?|生日|birth ?(?:date|day)?|date of birth|\bdob|\bborn",
        rf"[\"']?\s*(?:{_IS}|on)?\s*[\"']?",
        r"(?:19|20)\d\d(?:[-/.年]\s?(?:0?[1-9]|1[0-2])[-/.月]\s?(?:3[01]|[12]\d|0?[1-9])日?|"
        r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))",
        rf"(?:19|20)(?:\d\d[-/.年01]|\d?{FOREIGN_DIGIT})",
    ),
    Label(
        "location",
        r"经纬度|坐标|定位|位置|location|coordinates?|gps|lat(?:itude)?/?l(?:on|ng)\w*",
        r"[\"']?\s*[:：=]?\s*[\[(\"']?\s*",
        r"-?\d{1,3}\.\d{3,}\s*[,，]\s*-?\d{1,3}\.\d{3,}",
        rf"-?(?:\d{{1,3}}\.\d{{3}}|[\d.]*{FOREIGN_DIGIT})",
    ),
    Label(
        "person_name",
        r"姓名|户名|持卡人|英文名|(?:full|real|customer|client|first|last|family|given|employee|contact) ?name|"
        r"card ?holder(?: name)?|"
        r"account holder|beneficiary(?: name)?|payee(?: name)?|payer(?: name)?|passenger|patient(?: name)?|applicant",
        rf"[\"']?\s*{_IS}\s*[\"']?",
        r"(?-i:[A-Z][A-Za-z'’-]{1,20}(?:[ ,.]{1,2}[A-Z][A-Za-z'’.-]{0,20}){1,3})",
        r"(?-i:[A-Z][A-Za-z'’-]+[ ,.]{1,2}[A-Z])",
    ),
    Label(
        "balance",
        r"余额|可用额度|(?:account|available|current|ledger|closing) ?balance",
        rf"[\"']?\s*{_IS}\s*[\"']?",
        r"(?:(?:[¥￥$€£]|CNY|RMB|USD)\s?)?\d[\d,]{0,20}(?:\.\d{1,4})?\s?(?:万?元)?(?![\dA-Za-z%])",
        rf"(?:(?:[¥￥$€£]|CNY|RMB|USD){_SPACE}?)?(?:\d|{FOREIGN_DIGIT})",
    ),
    Label(
        "health",
        r"(?:临床|出院|入院|初步|术前|术后)诊断|既往史|过敏史|现病史|家族病史|病史|主诉",
        r"[\"']?\s*[:：=]\s*[\"']?",
        r"[^\s\"'，。；,;:：]{2,60}",
        r"[^\s\"'，。；,;:：]{2}",
    ),
    Label(
        "biometric",
        r"(?:指纹|人脸|面部|虹膜|声纹|掌纹)特征[值码]?|(?:fingerprint|face|iris|voiceprint) ?(?:template|feature)s?",
        rf"[\"']?\s*{_IS}\s*[\"']?",
        r"[A-Za-z0-9+/]{16,4096}={0,2}",
        r"[A-Za-z0-9+/]{16}",
    ),
    Label(
        "device_id",
        r"\bimsi|\biccid|\bidfa|\bidfv|\boaid|\bmeid|\baaid",
        rf"[\"']?\s*(?:{_IS}|\s)?\s*[\"']?",
        r"(?:[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}|\d{14,20}|[0-9A-F]{14,32})(?![0-9A-Za-z])",
        rf"[0-9A-F]{{8}}-|[0-9A-F]{{14}}|\d*{FOREIGN_DIGIT}",
    ),
    Label(
        "permit",
        r"台胞证|台湾居民来往大陆通行证|香港身份证|HKID",
        rf"(?:号码?)?[\"']?\s*(?:{_IS}|\s)?\s*[\"']?",
        r"(?:\d{8}|[A-Z]{1,2}\d{6}[(（]?[0-9A][)）]?)(?![0-9A-Za-z])",
        rf"\d{{8}}|[A-Z]{{1,2}}\d{{6}}|[A-Z]{{0,2}}\d*{FOREIGN_DIGIT}",
    ),
)
