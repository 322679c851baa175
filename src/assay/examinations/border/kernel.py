"""One pass from left to right over UTF-8 bytes: what stands there, checked, with its place.

The text is cut into maximal runs of ASCII letters and digits (one table addition per byte), and what a run can be
follows from its length and mix: nearly all runs die there. A byte above 127 ends a run, so a number that touches
Chinese is found. Digits in groups, `@`, dots and colons are followed from the run they touch.

These are plain functions over indexable bytes. As they stand the interpreter runs them, which answers at once for
small input; `scanning.py` gives copies of them to numba for large input. So they use whole numbers, loops and the
tables of `tables.py` and nothing else; numba compiles them in the order of `FUNCTIONS`.

Levels and what they promise: see `classes.py`. *It cannot see* full-width digits (the callers fold them), values split
over cells or lines, numbers in words, names and addresses. Checks: GB 11643-1999 (ISO 7064 MOD 11-2), GB 32100-2015
with GB 11714 inside it, ISO/IEC 7812 (Luhn), ISO 13616 (MOD 97-10).
"""

from typing import Any

from assay.examinations.border import tables

Buffer = Any  # bytes, or uint8[:] when compiled
Array = Any

ID, USCC, CARD, MOBILE, LANDLINE, PASSPORT, PERMIT, PLATE, EMAIL, IP, DEVICE, CNAPS, BIC, IBAN = range(14)
VALID, LIKELY, SHAPED = 2, 1, 0
NOTHING = -1
_DIGIT, _UPPER, _LOWER = 1, 1 << 20, 1 << 40
_MASK = (1 << 20) - 1

RUN: tuple[int, ...] = tuple(
    _DIGIT if 48 <= c <= 57 else _UPPER if 65 <= c <= 90 else _LOWER if 97 <= c <= 122 else 0 for c in range(256)
)
PROVINCE, CITY, MOBILE_SEGMENT, AREA = tables.PROVINCE, tables.CITY, tables.MOBILE, tables.AREA
COUNTRY, IBAN_LENGTH, MONTH_DAYS = tables.COUNTRY, tables.IBAN, tables.MONTH_DAYS
ID_WEIGHTS, USCC_WEIGHTS, ORG_WEIGHTS = tables.ID_WEIGHTS, tables.USCC_WEIGHTS, tables.ORG_WEIGHTS
USCC_VALUE, BASE36, HEX, LOCAL = tables.USCC_VALUE, tables.BASE36, tables.HEX, tables.LOCAL
PLATE_PROVINCES = b"".join(sorted(char.encode() for char in tables.PLATE_PROVINCES))
PLATE_ENDS = b"".join(char.encode() for char in tables.PLATE_ENDS)


def number(buf: Buffer, start: int, size: int) -> int:
    """The digits [start, start + size) as a number."""
    value = 0
    for at in range(start, start + size):
        value = value * 10 + buf[at] - 48
    return value


def is_digit(buf: Buffer, at: int, low: int, high: int) -> bool:
    return low <= at < high and 48 <= buf[at] <= 57


def day_of(year: int, month: int, day: int) -> bool:
    return 1900 <= year <= 2035 and 1 <= month <= 12 and 1 <= day <= MONTH_DAYS[month]


def identity(buf: Buffer, s: int) -> int:
    """18 places of GB 11643 at `s`: class * 4 + level, or NOTHING. Permits of residents share the form."""
    region = PROVINCE[number(buf, s, 2)]
    foreign = buf[s] == 57 and PROVINCE[number(buf, s + 1, 2)] == 1  # permanent residents of other countries
    if not foreign and (region == 0 or (region == 1 and CITY[number(buf, s + 2, 2)] == 0)):
        return NOTHING
    if not day_of(number(buf, s + 6, 4), number(buf, s + 10, 2), number(buf, s + 12, 2)):
        return NOTHING
    total = 0
    for place in range(17):
        total += (buf[s + place] - 48) * ID_WEIGHTS[place]
    check = (12 - total % 11) % 11
    last = buf[s + 17]
    right = last in (88, 120) if check == 10 else last == 48 + check
    return (ID if not foreign and region == 1 else PERMIT) * 4 + (VALID if right else SHAPED)


def old_identity(buf: Buffer, s: int) -> bool:
    """15 digits: the form before 1999, without a check digit."""
    if PROVINCE[number(buf, s, 2)] != 1 or CITY[number(buf, s + 2, 2)] == 0:
        return False
    return day_of(1900 + number(buf, s + 6, 2), number(buf, s + 8, 2), number(buf, s + 10, 2))


def organisation(buf: Buffer, s: int) -> int:
    """18 places of GB 32100 at `s`: a level, or NOTHING."""
    total = 0
    for place in range(18):
        value = USCC_VALUE[buf[s + place]]
        if value == 0 or (2 <= place < 8 and value > 10):
            return NOTHING
        if place < 17:
            total += (value - 1) * USCC_WEIGHTS[place]
    registry, sort = buf[s], buf[s + 1]
    if not (49 <= registry <= 57 or registry in (65, 78, 89)) or not (49 <= sort <= 57 or sort in (65, 66, 67, 71)):
        return NOTHING
    if registry == 57 and sort > 51:
        return NOTHING
    area = number(buf, s + 2, 2)
    if area != 10 and (PROVINCE[area] == 0 or (CITY[number(buf, s + 4, 2)] == 0 and number(buf, s + 4, 2) != 0)):
        return NOTHING
    inner = 0
    for place in range(8):
        inner += BASE36[buf[s + 8 + place]] * ORG_WEIGHTS[place]
    inner = 11 - inner % 11
    own = buf[s + 16]
    body = own == 88 if inner == 10 else own == 48 + inner % 11
    right = (31 - total % 31) % 31 == USCC_VALUE[buf[s + 17]] - 1
    return VALID if right and body else LIKELY if right else SHAPED


def issuer(first: int, size: int) -> int:
    """Whether a card scheme issues numbers that begin with these six digits at this length: a level, or NOTHING."""
    two, three, four = first // 10000, first // 1000, first // 100
    if two == 62:
        return VALID if size in (16, 17, 19) else LIKELY if size == 18 else NOTHING
    if first // 100000 == 4:
        return VALID if size == 16 else LIKELY if size in (13, 19) else NOTHING
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return VALID if size == 16 else NOTHING
    if two in (34, 37):
        return VALID if size == 15 else NOTHING
    if 3528 <= four <= 3589 or four == 6011 or two == 65 or 644 <= three <= 649:
        return VALID if size == 16 else LIKELY if size in (17, 18, 19) else NOTHING
    if 300 <= three <= 305 or three == 309 or two in (36, 38, 39):
        return LIKELY if size in (14, 16) else NOTHING
    if two in (50, 56, 57, 58, 67) or four == 6304 or 810 <= three <= 817:
        return LIKELY if 13 <= size <= 19 else NOTHING
    if four in (9555, 9558, 9559) or three == 103:
        return LIKELY if 16 <= size <= 19 else NOTHING
    return LIKELY if four in (1800, 2131) and size == 15 else NOTHING


def luhn_add(total: int, double: bool, digit: int) -> int:
    if not double:
        return total + digit
    return total + digit * 2 - (9 if digit > 4 else 0)


def luhn(buf: Buffer, s: int, e: int) -> bool:
    """Over the digits of [s, e); what is no digit is passed over."""
    total, double = 0, False
    for back in range(e - s):
        c = buf[e - 1 - back]
        if 48 <= c <= 57:
            total = luhn_add(total, double, c - 48)
            double = not double
    return total % 10 == 0


def all_digits(buf: Buffer, s: int, e: int, n: int) -> int:  # noqa: C901, PLR0912
    """What a run of n digits is: class * 4 + level, or NOTHING."""
    if n == 11:
        if buf[s] == 49 and MOBILE_SEGMENT[number(buf, s, 3)]:
            return MOBILE * 4 + VALID
        return LANDLINE * 4 + LIKELY if landline_code(buf, s, n) else NOTHING
    if n == 18:
        found = identity(buf, s)
        if found != NOTHING and found % 4 == VALID:
            return found
        level = organisation(buf, s)
        if level == VALID:
            return USCC * 4 + level
        return found if found != NOTHING else bank_card(buf, s, e, n)
    if n == 15:
        if old_identity(buf, s):
            return ID * 4 + LIKELY
        if buf[s] == 48 and buf[s + 1] == 48:
            prefixed = buf[s + 2] == 56 and buf[s + 3] == 54 and buf[s + 4] == 49
            return MOBILE * 4 + VALID if prefixed and MOBILE_SEGMENT[number(buf, s + 4, 3)] else NOTHING
        card = bank_card(buf, s, e, n)
        if card != NOTHING and card % 4 == VALID:
            return card
        if number(buf, s, 2) in (1, 10, 30, 33, 35, 44, 45, 49, 50, 51, 52, 53, 54, 86, 91, 98, 99):
            return DEVICE * 4 + (LIKELY if luhn(buf, s, e) else SHAPED)
        return card
    if 13 <= n <= 19:
        if n == 13 and buf[s] == 56 and buf[s + 1] == 54 and MOBILE_SEGMENT[number(buf, s + 2, 3)]:
            return MOBILE * 4 + VALID
        return bank_card(buf, s, e, n)
    if n == 12 and buf[s] != 48 and not (buf[s] == 50 and buf[s + 1] == 48):  # 20... is a point in time
        return CNAPS * 4 + LIKELY if 102 <= number(buf, s, 3) <= 999 else NOTHING
    return LANDLINE * 4 + LIKELY if (n in (10, 12) and landline_code(buf, s, n)) else NOTHING


def landline_code(buf: Buffer, s: int, n: int) -> bool:
    """0 and an area code in front of a subscriber number that fills the n digits."""
    if buf[s] != 48 or n < 10:
        return False
    size = AREA[number(buf, s + 1, 2)]
    if size != 3:
        size = AREA[number(buf, s + 1, 3)]
        if size != 4:
            return False
    return n - size in (7, 8) and buf[s + size] > 49


def bank_card(buf: Buffer, s: int, e: int, n: int) -> int:
    level = issuer(number(buf, s, 6), n)
    if level == NOTHING:
        return NOTHING
    return CARD * 4 + (level if luhn(buf, s, e) else SHAPED)


def international_account(buf: Buffer, s: int, e: int) -> int:
    """IBAN in [s, e), spaces passed over: a level, or NOTHING."""
    country = (buf[s] - 65) * 26 + buf[s + 1] - 65
    n = 0
    for at in range(s, e):
        n += buf[at] != 32
    if not 0 <= country < 676 or IBAN_LENGTH[country] != n:
        return NOTHING
    rest = 0
    for step in range(e - s):
        at = s + 4 + step
        if at >= e:
            at -= e - s
        c = buf[at]
        if c != 32:
            rest = (rest * 10 + c - 48) % 97 if c < 65 else (rest * 100 + c - 55) % 97
    return VALID if rest == 1 else SHAPED


def plated(buf: Buffer, s: int, low: int) -> bool:
    """Whether a capital letter stands at `s` and the character of a province before it."""
    if s - 3 < low or not 65 <= buf[s] <= 90 or buf[s - 3] < 0xE4:
        return False
    known = False
    for at in range(0, len(PLATE_PROVINCES), 3):
        if buf[s - 3] == PLATE_PROVINCES[at] and buf[s - 2] == PLATE_PROVINCES[at + 1]:
            known = known or buf[s - 1] == PLATE_PROVINCES[at + 2]
    return known


def plate_body(buf: Buffer, s: int, e: int, high: int) -> bool:
    """The places behind the letter."""
    n, digits = e - s, 0
    for at in range(s, e):
        c = buf[at]
        if c > 90 or c in (73, 79):
            return False
        digits += c < 65
    if n == 4:
        if e + 3 > high:
            return False
        ends = False
        for at in range(0, len(PLATE_ENDS), 3):
            ends = ends or (
                buf[e] == PLATE_ENDS[at] and buf[e + 1] == PLATE_ENDS[at + 1] and buf[e + 2] == PLATE_ENDS[at + 2]
            )
        return ends and digits >= 2
    return digits >= 2 if n == 5 else n == 6 and digits >= 4


def travel(document: int) -> int:
    return document * 4 + LIKELY if document else NOTHING


def mixed(buf: Buffer, s: int, e: int, n: int, digits: int, uppers: int) -> int:  # noqa: C901, PLR0912
    """What a run of letters and digits is: class * 4 + level, or NOTHING."""
    if n == 18 and digits == 17 and buf[e - 1] in (88, 120):
        found = identity(buf, s)
        if found != NOTHING and found % 4 == VALID:
            return found
        level = organisation(buf, s)
        return USCC * 4 + level if level == VALID else found if found != NOTHING else NOTHING
    if digits + uppers != n:
        return NOTHING
    if n == 18 and digits >= 9:
        level = organisation(buf, s)
        if level != NOTHING:
            return USCC * 4 + level
    if 15 <= n <= 34 and buf[s] >= 65 and buf[s + 1] >= 65 and buf[s + 2] < 65 and buf[s + 3] < 65:
        level = international_account(buf, s, e)
        return IBAN * 4 + level if level != NOTHING else NOTHING
    if n == 9 and buf[s] >= 65:
        if digits == 8:
            return travel(
                PASSPORT if buf[s] in (69, 71, 68, 83, 80, 75) else PERMIT if buf[s] in (67, 72, 77, 84, 76, 87) else 0
            )
        if digits == 7 and buf[s + 1] >= 65:
            return travel(PASSPORT if buf[s] in (69, 68, 83, 80, 75, 77) else PERMIT if buf[s] == 67 else 0)
    if n == 11 and digits == 10 and buf[s] in (72, 77):
        return PERMIT * 4 + LIKELY
    if n in (8, 11) and uppers >= 6:
        letters = True
        for at in range(s, s + 6):
            letters = letters and buf[at] >= 65
        if letters and COUNTRY[(buf[s + 4] - 65) * 26 + buf[s + 5] - 65]:
            return BIC * 4 + LIKELY
    return NOTHING
