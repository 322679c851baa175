"""The classes of data, each with its names for people, and which of them the scan looks for in values.

`CODES` is the order of the scan's codes and of nothing else. A class that identifies one person on its own is in
`PERSONS`, the strongest first: rows are counted by the first of these that they hold.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from assay.core.text import Text

Confidence = Literal["valid", "plausible"]

CODES = (
    "resident_id",
    "uscc",
    "bank_card",
    "mobile",
    "landline",
    "passport",
    "permit",
    "plate",
    "email",
    "ip",
    "device_id",
    "cnaps",
    "bic",
    "iban",
)
VALID, LIKELY, SHAPED = 2, 1, 0
"""What the scan says of a value. VALID: checksum or range right and hardly by chance. LIKELY: right, but numbers of
other kinds are right as easily; it counts with context only. SHAPED: the form is right and the check digit is wrong."""

NEVER_VALID = frozenset({"passport", "cnaps", "bic"})
"""No public checksum and no range: form and context make them plausible and no more."""

PERSONS = ("resident_id", "passport", "permit", "customer_id", "mobile", "email", "bank_card", "bank_account", "iban")
CREDENTIAL_CLASSES = frozenset({"credential", "biometric"})


class DataClass(Struct, frozen=True):
    """`personal` says that the value is about a natural person wherever it stands."""

    id: str
    title: Text
    personal: bool


def _rows() -> tuple[DataClass, ...]:
    return tuple(DataClass(id_, Text(en, zh), personal) for id_, en, zh, personal in _CLASSES)


_CLASSES = (
    ("resident_id", "resident identity number", "居民身份证号", True),
    ("uscc", "unified social credit code", "统一社会信用代码", False),
    ("bank_card", "bank card number", "银行卡号", True),
    ("mobile", "mobile number", "手机号", True),
    ("landline", "landline number", "固定电话", True),
    ("passport", "passport number", "护照号", True),
    ("permit", "travel or residence permit", "通行证或居留证号", True),
    ("plate", "vehicle plate", "车牌号", True),
    ("person_name", "name of a person", "姓名", True),
    ("address", "address", "地址", True),
    ("email", "e-mail address", "电子邮箱", True),
    ("ip", "IP address", "IP 地址", True),
    ("device_id", "device identifier", "设备标识", True),
    ("bank_account", "bank account", "银行账号", True),
    ("cnaps", "CNAPS bank code", "大额支付行号", False),
    ("bic", "SWIFT/BIC code", "SWIFT/BIC 代码", False),
    ("iban", "IBAN", "国际银行账号", True),
    ("transaction", "transaction record", "交易记录", True),
    ("balance", "balance or amount held", "余额", True),
    ("income", "income, credit or loan", "收入、征信或贷款", True),
    ("credential", "credential: password, PIN, CVN, track, key", "鉴别信息：口令、PIN、CVN、磁道、密钥", True),
    ("biometric", "biometric reference", "生物特征", True),
    ("health", "health", "健康信息", True),
    ("location", "position or track", "位置与行踪", True),
    ("birth_date", "date of birth", "出生日期", True),
    ("gender", "gender", "性别", True),
    ("ethnicity", "ethnic group", "民族", True),
    ("religion", "religious belief", "宗教信仰", True),
    ("minor", "data of a child below 14", "未满十四周岁未成年人信息", True),
    ("customer_id", "customer number", "客户号", True),
    ("customer", "customer list of a business", "企业客户名单", False),
    ("price", "price list or quotation", "价格与报价", False),
    ("contract", "contract", "合同", False),
    ("position", "trading position or holding", "持仓与头寸", False),
)
CLASSES: Mapping[str, DataClass] = MappingProxyType({row.id: row for row in _rows()})
