"""Invented data of China, from a fixed seed: identifiers that are right, and near-misses that only look so.

Everything here is drawn at random; that a number belongs to somebody would be chance. Used by the tests and by
`benchmarks/border.py`, which says what is measured on it. The check digits are computed here, from the standards and
not by the code under test.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

SEED = 20261122
_REGIONS = [
    "110101",
    "110105",
    "110108",
    "120103",
    "130102",
    "140105",
    "150102",
    "210202",
    "220102",
    "230103",
    "310101",
    "310115",
    "320106",
    "320505",
    "330106",
    "330203",
    "340103",
    "350203",
    "350582",
    "360102",
    "370202",
    "370602",
    "410105",
    "420106",
    "422801",
    "430102",
    "440106",
    "440305",
    "441900",
    "450103",
    "460105",
    "500103",
    "510107",
    "512301",
    "520102",
    "530102",
    "540102",
    "610113",
    "620102",
    "630102",
    "640104",
    "650102",
    "652301",
]
_MOBILE = (  # noqa: SIM905
    "130 131 132 133 134 135 136 137 138 139 147 150 151 152 155 158 159 166 173 177 180 185 186 188 189 191 198 199"
).split()
_CARD_19 = "622202 621700 622848 621660 622588 621226 623058 621483 622908 621785".split()  # noqa: SIM905
_CARD_16 = "622580 625958 622689 403361 421349 512425 518710 552534 354389 356827 601100 654321".split()  # noqa: SIM905
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜"
    "叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪"
)
_GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂兰建国志鹏晓红玉梅浩宇欣怡子涵佳琪雨泽思远文博一诺梓轩"
_PLACES = (
    ("北京市朝阳区", "建国路 望京西路 东三环北路 酒仙桥路"),
    ("上海市浦东新区", "世纪大道 张杨路 陆家嘴环路"),
    ("广东省深圳市南山区", "科技园路 深南大道 后海大道"),
    ("浙江省杭州市西湖区", "文三路 天目山路 曙光路"),
    ("四川省成都市武侯区", "人民南路 科华北路"),
    ("江苏省苏州市工业园区", "星湖街 现代大道"),
)
_PLATE_AREA = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_ORG = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_BANKS = "ICBKCNBJ ABOCCNBJ BKCHCNBJ PCBCCNBJ CMBCCNBS COMMCNSH HSBCHKHH DEUTDEFF".split()  # noqa: SIM905


def luhn_digit(body: str) -> str:
    """The digit that makes `body` + digit right (ISO/IEC 7812-1 annex B)."""
    doubled = [int(char) * (2 if place % 2 == 0 else 1) for place, char in enumerate(reversed(body))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def id_digit(body: str) -> str:
    """GB 11643-1999, from its table of weights."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return "10X98765432"[sum(int(char) * weight for char, weight in zip(body, weights, strict=True)) % 11]


class Maker:
    """One stream of invented values."""

    def __init__(self, seed: int = SEED) -> None:
        self.random = random.Random(seed)

    def digits(self, count: int) -> str:
        return "".join(self.random.choices("0123456789", k=count))

    def pick(self, items: str | list[str] | tuple[str, ...]) -> str:
        return self.random.choice(items)

    def day(self, low: int = 1945, high: int = 2010) -> str:
        return f"{self.random.randint(low, high)}{self.random.randint(1, 12):02}{self.random.randint(1, 28):02}"

    def resident_id(self) -> str:
        body = self.pick(_REGIONS) + self.day() + self.digits(3)
        return body + id_digit(body)

    def bad_id(self) -> str:
        right = self.resident_id()
        return right[:-1] + self.pick([char for char in "0123456789X" if char != right[-1]])

    def uscc(self) -> str:
        org = ("MA" if self.random.random() < 0.6 else self.digits(2)) + "".join(
            self.random.choices(_ORG if self.random.random() < 0.5 else "0123456789", k=6)
        )
        value = {char: place for place, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
        check = (11 - sum(value[c] * w for c, w in zip(org, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11) % 11
        body = (
            self.pick(["91", "91", "92", "12", "51"]) + self.pick(_REGIONS) + org + ("X" if check == 10 else str(check))
        )
        total = sum(_ORG.index(char) * pow(3, place, 31) for place, char in enumerate(body))
        return body + _ORG[-total % 31]

    def bad_uscc(self) -> str:
        right = self.uscc()
        return right[:-1] + self.pick([char for char in _ORG if char != right[-1]])

    def bank_card(self) -> str:
        long = self.random.random() < 0.75
        body = self.pick(_CARD_19) + self.digits(12) if long else self.pick(_CARD_16) + self.digits(9)
        return body + luhn_digit(body)

    def grouped_card(self) -> str:
        card, separator = self.bank_card(), self.pick(" -")
        return separator.join(card[at : at + 4] for at in range(0, len(card), 4))

    def bad_card(self) -> str:
        right = self.bank_card()
        return right[:-1] + self.pick([char for char in "0123456789" if char != right[-1]])

    def serial(self) -> str:
        """Right by Luhn, from no card issuer."""
        body = self.pick(["1", "7", "8", "90", "0"]) + self.digits(14)
        return body[:15] + luhn_digit(body[:15])

    def mobile(self) -> str:
        return self.pick(_MOBILE) + self.digits(8)

    def phone_like(self) -> str:
        return self.pick(["10", "11", "12"]) + self.digits(9)

    def landline(self) -> str:
        area, size = self.random.choice([("010", 8), ("021", 8), ("0755", 8), ("0571", 8), ("0312", 7)])
        return f"{area}-{self.pick('2345678')}{self.digits(size - 1)}"

    def email(self) -> str:
        name = "".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=self.random.randint(3, 10)))
        return f"{name}{self.digits(2)}@{self.pick(['qq.com', '163.com', 'example.com.cn', 'mail.example.org'])}"

    def ip(self) -> str:
        return ".".join(str(self.random.randint(low, high)) for low, high in ((128, 223), (1, 254), (1, 254), (1, 254)))

    def mac(self) -> str:
        return ":".join(f"{self.random.randint(0, 255):02x}" for _ in range(6))

    def plate(self) -> str:
        body = "".join(self.random.choices("0123456789", k=4)) + self.pick(_PLATE)
        return self.pick(_PLATE_AREA) + self.pick(_PLATE) + "".join(self.random.sample(body, 5))

    def iban(self) -> str:
        account = "370400" + self.digits(12)
        return f"DE{98 - int(account + '131400') % 97:02}{account}"

    def name(self) -> str:
        return self.pick(_SURNAMES) + "".join(self.random.choices(_GIVEN, k=self.random.choice([1, 2, 2, 2])))

    def address(self) -> str:
        area, streets = self.random.choice(_PLACES)
        room = (
            f"{self.random.randint(1, 30)}号楼{self.random.randint(101, 2504)}室" if self.random.random() < 0.5 else ""
        )
        return f"{area}{self.pick(streets.split())}{self.random.randint(1, 999)}号{room}"

    def bic(self) -> str:
        return self.pick(_BANKS)

    def cnaps(self) -> str:
        return self.pick(["102", "103", "104", "105", "301", "308"]) + self.digits(9)

    def order_no(self) -> str:
        return self.digits(18)

    def order_16(self) -> str:
        return self.digits(16)

    def order_19(self) -> str:
        return self.digits(19)

    def dated(self) -> str:
        moment = f"{self.random.randint(0, 23):02}{self.random.randint(0, 59):02}{self.random.randint(0, 59):02}"
        return self.day(2015, 2026) + moment + self.digits(4)

    def epoch_ms(self) -> str:
        return str(self.random.randint(1_400_000_000_000, 1_790_000_000_000))

    def glued(self) -> str:
        return self.mobile() + self.digits(4)

    def uuid(self) -> str:
        text = f"{self.random.getrandbits(128):032x}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def order_24(self) -> str:
        return " ".join(self.digits(4) for _ in range(6))

    def amount(self) -> str:
        return f"{self.random.randint(0, 10**7)}.{self.digits(2)}"

    def version(self) -> str:
        return ".".join(str(self.random.randint(0, 9)) for _ in range(4))


RIGHT: dict[str, str] = {
    "resident_id": "resident_id", "uscc": "uscc", "bank_card": "bank_card", "grouped_card": "bank_card",
    "mobile": "mobile", "landline": "landline", "email": "email", "ip": "ip", "mac": "device_id", "plate": "plate",
    "iban": "iban",
}  # fmt: skip
"""Makers of values that are right, and the class of each."""
NEAR = (
    "order_no", "dated", "epoch_ms", "serial", "phone_like", "glued", "uuid", "bad_id", "bad_uscc", "bad_card",
    "order_24", "amount", "version",
)  # fmt: skip
"""Makers of values that must not be taken for any class without a word that says so."""
HARD = ("order_16", "order_19")
"""Digits drawn at random at the length of a card: one in forty (16) or a thousand (19) *is* a right card number."""


def column(make: str, rows: int, seed: int = SEED) -> list[str]:
    maker = Maker(seed + sum(map(ord, make)))
    method: Callable[[], str] = getattr(maker, make)
    return [method() for _ in range(rows)]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text with one value, its place and class; '' is a near-miss."""

    text: str
    start: int
    end: int
    class_: str
    make: str


_FRAMES = (
    "客户来电{}请核实",
    "备注：{}。",
    "{}",
    "系统记录 {} 已处理",
    "转{}完成",
    "ref={}; ok",
    "（{}）",
    "【{}】到账",
)


def lines(rows: int, seed: int = SEED) -> list[Line]:
    """Lines without any label, in turns of every maker."""
    maker = Maker(seed)
    makes = (*RIGHT, *NEAR)
    result = []
    for place in range(rows):
        make = makes[place % len(makes)]
        value: str = getattr(maker, make)()
        frame = maker.pick(_FRAMES)
        start = frame.index("{}")
        result.append(Line(frame.format(value), start, start + len(value), RIGHT.get(make, ""), make))
    return result


def memo(maker: Maker) -> str:
    """What a teller writes: mostly nothing of note."""
    chance = maker.random.random()
    if chance < 0.10:
        return f"客户身份证{maker.resident_id()}已核验"
    if chance < 0.20:
        return f"请联系{maker.mobile()}确认转账"
    if chance < 0.28:
        return f"补卡{maker.grouped_card()}费用已收"
    if chance < 0.45:
        return f"流水{maker.order_no()}入账"
    if chance < 0.50:
        return f"订单{maker.order_24()}退款"
    return maker.pick(["柜面办理存款业务", "网银转账手续费", "代发工资", "客户咨询理财产品", "系统自动扣款"])


TABLE = (
    "resident_id", "mobile", "bank_card", "email", "address", "name", "plate", "uscc", "iban", "bic", "cnaps", "ip",
    "order_no", "dated", "bad_id", "bad_uscc", "serial", "phone_like", "epoch_ms", "glued", "uuid",
)  # fmt: skip


def table(rows: int, seed: int = SEED) -> dict[str, list[str]]:
    """The columns of a bank's table under names that say nothing (`c01` and on), a memo last."""
    columns = {f"c{place:02}": column(make, rows, seed) for place, make in enumerate(TABLE, 1)}
    maker = Maker(seed)
    return {**columns, "memo": [memo(maker) for _ in range(rows)]}
