"""The walk of the scan: rows, runs, what stands around a run, and where each hit is written. See `kernel.py`.

Split from `kernel.py` by what it knows: that module knows numbers, this one knows text.
"""

from assay.examinations.border import kernel
from assay.examinations.border.kernel import (
    AREA,
    CARD,
    DEVICE,
    EMAIL,
    HEX,
    IP,
    LANDLINE,
    LIKELY,
    LOCAL,
    MOBILE,
    MOBILE_SEGMENT,
    NOTHING,
    PLATE,
    RUN,
    SHAPED,
    VALID,
    Array,
    Buffer,
    all_digits,
    identity,
    international_account,
    is_digit,
    issuer,
    luhn,
    mixed,
    number,
    plate_body,
    plated,
)

_IBAN = kernel.IBAN
_SKIP = 63  # no hit, and nothing inside the text up to the end that is returned
_AT, _COLON, _DOT, _DASH, _SPACE, _LINE = 64, 58, 46, 45, 32, 95


def place(end: int, code: int) -> int:
    """An end and a code in one number; NOTHING stays NOTHING."""
    return end * 64 + code if code >= 0 else NOTHING


def glued(buf: Buffer, s: int, e: int, low: int, high: int) -> bool:
    """Whether a run of digits is a part of something longer: 1.5, 2024-13800138000, 138..._7."""
    if s - 1 > low and buf[s - 1] in (_DOT, _DASH, _LINE) and RUN[buf[s - 2]] and not is_letter(buf[s - 2]):
        country = buf[s - 1] == _DASH and s - 3 >= low and buf[s - 2] == 54 and buf[s - 3] == 56
        if not (country and not is_digit(buf, s - 4, low, high)):
            return True
    if not is_digit(buf, e + 1, low, high):
        return False
    if buf[e] == _DOT:
        return not (buf[e + 1] == 48 and not is_digit(buf, e + 2, low, high))
    return buf[e] in (_DASH, _LINE)


def is_letter(c: int) -> bool:
    return c >= 65


def dotted(buf: Buffer, s: int, low: int, high: int) -> int:
    """An IPv4 address that begins at `s`."""
    if s - 1 > low and buf[s - 1] in (_DOT, _DASH) and RUN[buf[s - 2]]:
        return NOTHING
    at, total, first = s, 0, 0
    for part in range(4):
        begin, value = at, 0
        while is_digit(buf, at, low, high) and at - begin < 4:
            value = value * 10 + buf[at] - 48
            at += 1
        if at == begin or value > 255 or at - begin > 3 or (buf[begin] == 48 and at - begin > 1):
            return NOTHING
        total += value
        if part == 0:
            first = value
        if part < 3:
            if at >= high or buf[at] != _DOT:
                return NOTHING
            at += 1
    if at < high and (RUN[buf[at]] or (buf[at] in (_DOT, _DASH) and is_digit(buf, at + 1, low, high))):
        return NOTHING
    if first in (0, 127) or first >= 224:
        return place(at, _SKIP)
    return place(at, IP * 4 + (LIKELY if total < 40 and first != 10 else VALID))


def colons(buf: Buffer, s: int, low: int, high: int) -> int:
    """An IPv6 or MAC address that begins at `s`: hexadecimal groups with one separator."""
    if s - 1 > low and buf[s - 1] in (_COLON, _DASH, _DOT) and (RUN[buf[s - 2]] or buf[s - 2] == _COLON):
        return NOTHING
    at, groups, pairs, longest, doubles, separator = s, 0, 0, 0, 0, 0
    while at < high:
        begin = at
        while at < high and HEX[buf[at]]:
            at += 1
        size = at - begin
        groups += 1
        pairs += size == 2
        longest = max(longest, size)
        doubles += size == 0
        if at >= high or buf[at] not in (_COLON, _DASH) or (separator and buf[at] != separator):
            break
        separator = buf[at]
        if at + 1 >= high or not (HEX[buf[at + 1]] or buf[at + 1] == separator == _COLON):
            break
        at += 1
    if at < high and RUN[buf[at]]:
        return NOTHING
    if groups == 6 and pairs == 6:
        return place(at, DEVICE * 4 + VALID)
    whole = (groups == 8 and doubles == 0) or (3 <= groups <= 8 and doubles == 1)
    if whole and separator == _COLON and longest in (3, 4) and at - s >= 7:
        return place(at, IP * 4 + VALID)
    return NOTHING


def grouped(buf: Buffer, s: int, e: int, low: int, high: int, scratch: Array) -> int:
    """Digits in groups with one separator: cards, mobile and landline numbers, identity numbers."""
    separator, at, groups, widths, total = buf[e], s, 0, 0, 0
    while groups < 9:
        begin = at
        while is_digit(buf, at, low, high):
            if total < 32:
                scratch[total] = buf[at]
            total += 1
            at += 1
        groups += 1
        widths = widths * 16 + min(at - begin, 15)
        if not (at + 1 < high and buf[at] == separator and is_digit(buf, at + 1, low, high)):
            break
        at += 1
    if widths == 0x683 and at < high and buf[at] in (88, 120):
        scratch[17] = 88
        at, total, widths = at + 1, 18, 0x684
    if at < high and RUN[buf[at]]:
        return NOTHING
    if s > low + 1 and buf[s - 1] == separator == _DASH and RUN[buf[s - 2]]:
        return NOTHING
    code = group_code(widths, total, scratch)
    if code >= 0:
        return place(at, code)
    fours = widths
    while fours and fours % 16 == 4:
        fours //= 16
    return place(at, _SKIP) if fours == 0 and groups > 2 else NOTHING


def group_code(widths: int, total: int, scratch: Array) -> int:
    """What digits are that were written in groups of these widths (one hexadecimal place each)."""
    if widths in (0x344, 0x2344, 0x2B):
        skip = total - 11
        country = skip == 0 or (scratch[0] == 56 and scratch[1] == 54)
        right = country and scratch[skip] == 49 and MOBILE_SEGMENT[number(scratch, skip, 3)]
        return MOBILE * 4 + VALID if right else NOTHING
    if widths == 0x684:
        return identity(scratch, 0)
    if widths in (0x38, 0x47, 0x48) or (widths // 16 in (0x38, 0x47, 0x48) and widths % 16 < 6):
        size = 3 if 0x38 in (widths, widths // 16) else 4
        area = AREA[number(scratch, 1, size - 1)]
        return LANDLINE * 4 + VALID if scratch[0] == 48 and area == size and scratch[size] > 49 else NOTHING
    if 14 <= total <= 19 and (widths // 16**3 == 4 or widths // 16**2 == 4 or widths // 256 in (0x444, 0x4444, 0x44)):
        fours = widths // 16 in (0x444, 0x4444) or widths in (0x465, 0x464)
        if fours and issuer(number(scratch, 0, 6), total) != NOTHING:
            return CARD * 4 + (VALID if luhn(scratch, 0, total) else SHAPED)
    if widths in (0x6A, 0x6D) and issuer(number(scratch, 0, 6), total) == VALID:
        return CARD * 4 + (VALID if luhn(scratch, 0, total) else SHAPED)
    return NOTHING


def bracketed(buf: Buffer, s: int, e: int, low: int, high: int) -> int:
    """(010)12345678"""
    at = e + 1
    while is_digit(buf, at, low, high):
        at += 1
    size = e - s
    right = buf[s] == 48 and AREA[number(buf, s + 1, size - 1)] == size and at - e - 1 in (7, 8) and buf[e + 1] > 49
    return place(at, LANDLINE * 4 + VALID) if right else NOTHING


def account_groups(buf: Buffer, s: int, low: int, high: int) -> int:  # noqa: ARG001
    """IBAN in groups of four."""
    at, end, n = s, s, 0
    while at < high and n < 40:
        begin = at
        while at < high and RUN[buf[at]] and buf[at] <= 90:
            at += 1
        size = at - begin
        if size == 0 or size > 4 or (at < high and RUN[buf[at]]):
            break
        n, end = n + size, at
        if size < 4 or at >= high or buf[at] != _SPACE:
            break
        at += 1
    if not 15 <= n <= 34:
        return NOTHING
    level = international_account(buf, s, end)
    return place(end, _IBAN * 4 + level) if level == VALID else NOTHING


def mail(buf: Buffer, at: int, low: int, high: int) -> int:  # noqa: ARG001
    """Where the domain ends that begins behind the @ at `at`, else 0."""
    end, label, letters, dots = at + 1, 0, True, 0
    last = 0
    while end < high:
        c = buf[end]
        if c == _DOT:
            if label == 0 or end + 1 >= high or not RUN[buf[end + 1]]:
                break
            dots, label, letters = dots + 1, 0, True
        elif RUN[c] or c == _DASH:
            label += 1
            letters = letters and c >= 65
            if dots and letters and label >= 2:
                last = end + 1
        else:
            break
        end += 1
    return last if last and letters and label >= 2 else 0


def run(buf: Buffer, s: int, e: int, low: int, high: int, digits: int, uppers: int, scratch: Array) -> int:  # noqa: C901, PLR0912
    """What the run [s, e) begins: end and code in one number, or NOTHING."""
    n, after = e - s, buf[e] if e < high else _SPACE
    if after == _AT:
        return NOTHING
    if n <= 4 and (after == _COLON or (after == _DASH and n == 2)) and HEX[buf[s]]:
        found = colons(buf, s, low, high)
        if found != NOTHING:
            return found
    if digits == n:
        if n <= 3 and after == _DOT:
            return dotted(buf, s, low, high)
        if n <= 6 and after in (_SPACE, _DASH) and is_digit(buf, e + 1, low, high):
            return grouped(buf, s, e, low, high, scratch)
        if 3 <= n <= 4 and after == 41 and s > low and buf[s - 1] == 40 and is_digit(buf, e + 1, low, high):
            return bracketed(buf, s, e, low, high)
        if n < 10 or n > 19 or glued(buf, s, e, low, high):
            return NOTHING
        return place(e, all_digits(buf, s, e, n))
    if uppers and plated(buf, s, low):
        begin = s + 1
        if n == 1 and after in (0xC2, 0xE2, _SPACE, _DASH):
            begin = e + (3 if after == 0xE2 else 2 if after == 0xC2 else 1)
            e = begin
            while e < high and RUN[buf[e]]:
                e += 1
        if 4 <= e - begin <= 6 and plate_body(buf, begin, e, high):
            return place(e + (3 if e - begin == 4 else 0), PLATE * 4 + VALID)
    if n == 4 and digits == 2 and uppers == 2 and after == _SPACE and buf[s + 1] >= 65 and buf[s + 2] < 65:
        return account_groups(buf, s, low, high)
    if n < 8 or n > 34:
        return NOTHING
    return place(e, mixed(buf, s, e, n, digits, uppers))


def scan(buf: Buffer, edges: Array, rows: int, out: Array, cells: Array, whole: Array, scratch: Array) -> int:  # noqa: C901, PLR0912
    """Scan rows [edges[i], edges[i + 1]) of `buf`. Returns how many hits stand in `out`.

    `out` is int64 of shape (n, 4): start, end, class * 4 + level, row; n must be at least a sixth of the bytes.
    `cells[code]` counts rows that hold such a hit, `whole[code]` rows that are nothing else.
    """
    found = 0
    for row in range(rows):
        low, high = edges[row], edges[row + 1]
        at, first, bits = low, found, 0
        while at < high:
            c = buf[at]
            if RUN[c] == 0:
                at += 1
                if c == _AT:
                    end = mail(buf, at - 1, low, high)
                    start = at - 1
                    while end and start > low and LOCAL[buf[start - 1]] and at - start < 66:
                        start -= 1
                    while start < at - 1 and buf[start] == _DOT:
                        start += 1
                    if end and start < at - 1:
                        while found > first and out[found - 1, 1] > start:
                            found -= 1
                        out[found, 0], out[found, 1], out[found, 2], out[found, 3] = start, end, EMAIL * 4 + VALID, row
                        found += 1
                        at = end
                continue
            s, mix = at, 0
            while at < high:
                step = RUN[buf[at]]
                if step == 0:
                    break
                mix += step
                at += 1
            digits, uppers = mix & 0xFFFFF, (mix >> 20) & 0xFFFFF
            if (
                digits == 0
                and (uppers == 0 or at - s not in (1, 8, 11))
                and not (at - s <= 4 and at < high and buf[at] in (_COLON, _DASH))
            ):
                continue
            result = run(buf, s, at, low, high, digits, uppers, scratch)
            if result < 0:
                continue
            at, code = result >> 6, result & 63
            if code != _SKIP:
                start = s - 3 if code >> 2 == PLATE else s
                out[found, 0], out[found, 1], out[found, 2], out[found, 3] = start, at, code, row
                found += 1
        for hit in range(first, found):
            code = out[hit, 2]
            if not (bits >> code) & 1:
                bits |= 1 << code
                cells[code] += 1
            if out[hit, 0] - low + high - out[hit, 1] <= 2:
                whole[code] += 1
    return found


FUNCTIONS = (
    "number", "is_digit", "day_of", "luhn_add", "identity", "old_identity", "organisation", "issuer", "luhn",
    "bank_card", "landline_code", "all_digits", "international_account", "plated", "plate_body", "travel", "mixed",
    "place", "is_letter", "glued", "dotted", "colons", "group_code", "grouped", "bracketed", "account_groups", "mail",
    "run", "scan",
)  # fmt: skip
"""Callees before callers: the order in which numba gets them."""
