"""Numbering plans that the scan looks values up in, as flat byte tables.

Sources: GB/T 2260 (first two digits of an administrative division; the next two only by range, since abolished codes
live on in identity cards), GB 11643, GB 32100, YD/T 1161 and the number segments that operators use, ISO/IEC 7812
issuer ranges as the card schemes publish them, ISO 3166-1, the IBAN registry (lengths), the long-distance codes of the
national telephone plan. A range that is reserved for later is in none of them.
"""

_PROVINCES: tuple[int, ...] = (
    11,
    12,
    13,
    14,
    15,
    21,
    22,
    23,
    31,
    32,
    33,
    34,
    35,
    36,
    37,
    41,
    42,
    43,
    44,
    45,
    46,
    50,
    51,
    52,
    53,
    54,
)
_PROVINCES += (61, 62, 63, 64, 65, 71)
_SPECIAL = (81, 82, 83)  # residents of Hong Kong, Macao and Taiwan hold a residence permit of the same form
_CITIES = (*range(1, 36), *range(40, 44), *range(51, 54), 90)
_MOBILE = {13: "0123456789", 14: "01456789", 15: "012356789", 16: "2567", 17: "012345678", 18: "0123456789"}
_MOBILE |= {19: "012356789"}
_AREA_TENS = {3: "1345679", 4: "12345678", 5: "123456789", 6: "36", 7: "123456789", 8: "123456789", 9: "0123456789"}
_COUNTRIES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
""".split()  # noqa: SIM905
_IBAN = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
""".split()  # noqa: SIM905
PLATE_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领"
PLATE_ENDS = "挂学警港澳领使"
ORG_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _marked(size: int, places: dict[int, int]) -> bytes:
    table = bytearray(size)
    for place, value in places.items():
        table[place] = value
    return bytes(table)


def pair(letters: str) -> int:
    """Two capital letters as a place of a table of 676."""
    return (ord(letters[0]) - 65) * 26 + ord(letters[1]) - 65


PROVINCE = _marked(100, dict.fromkeys(_PROVINCES, 1) | dict.fromkeys(_SPECIAL, 2))
CITY = _marked(100, dict.fromkeys(_CITIES, 1))
MOBILE = _marked(1000, {tens * 10 + int(digit): 1 for tens, digits in _MOBILE.items() for digit in digits})
AREA = _marked(
    1000,
    {10: 3, **{20 + digit: 3 for digit in (0, 1, 2, 3, 4, 5, 7, 8, 9)}}
    | {
        first * 100 + int(ten) * 10 + unit: 4
        for first, tens in _AREA_TENS.items()
        for ten in tens
        for unit in range(10)
    },
)
"""By the code without its 0, right-aligned: 10 and 2x are three digits long with their 0, the others four."""
COUNTRY = _marked(676, {pair(code): 1 for code in _COUNTRIES})
IBAN = _marked(676, {pair(row): int(row[2:]) for row in _IBAN})
MONTH_DAYS = bytes((0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31))
ID_WEIGHTS = bytes(2 ** (17 - place) % 11 for place in range(17))
USCC_WEIGHTS = bytes(3**place % 31 for place in range(17))
ORG_WEIGHTS = bytes((3, 7, 9, 10, 5, 8, 4, 2))
USCC_VALUE = _marked(256, {ord(char): place + 1 for place, char in enumerate(ORG_CHARACTERS)})  # 0 is not allowed
BASE36 = _marked(256, {ord(char): place for place, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")})
HEX = _marked(256, dict.fromkeys(b"0123456789abcdefABCDEF", 1))
LOCAL = _marked(256, dict.fromkeys(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._%+-", 1))
"""What stands before the @ of an address, as people write them: fewer characters than RFC 5321 allows."""
