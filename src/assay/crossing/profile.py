"""The handler's profile: what only the one who exports can say, each with who says it.

    handler: Example Bank
    home: CN                      # where the data is collected
    sector: banking
    critical: false               # an operator of critical information infrastructure
    important_data: false         # data that an authority notified or published as important
    stated_by: Li Wei
    exemptions:
      - {id: contract-with-individual, confirmed_by: Anna Roth, document: <sha256>}
    held:
      - route: contract-or-certification
        country: SG
        recipient: Regional Desk    # as --recipient names it: no route was gone for whoever else receives
        until: 2029-01-01
        confirmed_by: Anna Roth
        document: <sha256>

What is left out is not known, and leaves the rules open that ask for it. An exemption that is claimed and not confirmed
here exempts nothing: it only makes the outcome uncertain. No country is ever guessed.
"""

import re
from datetime import date
from pathlib import Path

from msgspec import Struct

from assay.core.facts import Scalar
from assay.core.text import Text
from assay.dossier.durable import read_given
from assay.rulebooks.fields import Fields
from assay.rulebooks.strict_yaml import parse

COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_KEYS = ("handler", "home", "sector", "critical", "important_data", "stated_by", "exemptions", "held")
_HELD = ("route", "country", "recipient", "until", "confirmed_by", "document")
_COUNTRY = Text("two capital letters, such as CN", "两位大写字母，如 CN")
_LARGEST = 1 << 20


class Exemption(Struct, frozen=True):
    """An exemption whose facts a named person confirms; `document` is the SHA-256 of what shows them."""

    id: str
    confirmed_by: str
    document: str = ""


class Held(Struct, frozen=True):
    """A route that was gone already, for one recipient: an assessment passed, a contract filed, a certificate."""

    route: str
    country: str
    recipient: str
    until: date
    confirmed_by: str
    document: str = ""


class Profile(Struct, frozen=True):
    """None is "not said". `home` is where the data was collected."""

    handler: str
    home: str
    sector: str | None = None
    critical: bool | None = None
    important_data: bool | None = None
    stated_by: str = ""
    exemptions: tuple[Exemption, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def attributes(self) -> dict[str, Scalar]:
        """What a rule's `applies` may ask; what was not said is not among them."""
        said = {"home": self.home, "sector": self.sector, "critical": self.critical}
        return {name: item for name, item in said.items() if item is not None}

    def confirms(self, exemption: str) -> Exemption | None:
        return next((item for item in self.exemptions if item.id == exemption), None)

    def holds(self, route: str, country: str, recipient: str, day: date) -> Held | None:
        """The route, when it was gone for this recipient and still holds on that day."""
        to = (route, country, recipient)
        gone = (one for one in self.held if (one.route, one.country, one.recipient) == to)
        return next((one for one in gone if day <= one.until), None)


def read_profile(path: Path) -> Profile:
    """Raises InputError when the file cannot be read, PlaceError naming file, line and key."""
    content = read_given(path, _LARGEST)
    parsed = parse(content, str(path))
    fields = Fields(parsed, (), parsed.value, _KEYS)
    profile = Profile(
        handler=fields.text("handler"),
        home=_matching(fields, "home", COUNTRY, _COUNTRY),
        sector=fields.text("sector", "") or None,
        critical=_flag(fields, "critical"),
        important_data=_flag(fields, "important_data"),
        stated_by=fields.text("stated_by", ""),
        exemptions=tuple(_exemption(item) for item in fields.each("exemptions", ("id", "confirmed_by", "document"))),
        held=tuple(_held(item) for item in fields.each("held", _HELD)),
    )
    if (profile.critical is not None or profile.important_data is not None) and not profile.stated_by:
        fields.refuse(
            None,
            Text("nobody states what is stated here", "未注明由谁陈述"),
            Text("name the person: stated_by", "请以 stated_by 注明姓名"),
        )
    return profile


def _exemption(fields: Fields) -> Exemption:
    return Exemption(_id(fields, "id"), fields.text("confirmed_by"), _document(fields))


def _held(fields: Fields) -> Held:
    until = fields.day("until")
    if until is None:
        fields.refuse(
            None,
            Text("key until is missing", "缺少键 until"),
            Text("write until: 2029-01-01", "请写 until: 2029-01-01"),
        )
    country = _matching(fields, "country", COUNTRY, _COUNTRY)
    who = fields.text("confirmed_by")
    return Held(_id(fields, "route"), country, fields.text("recipient"), until, who, _document(fields))


def _id(fields: Fields, key: str) -> str:
    return _matching(fields, key, NAME, Text("lower case words with hyphens", "小写字母、数字与连字符"))


def _document(fields: Fields) -> str:
    if "document" not in fields:
        return ""
    return _matching(
        fields, "document", _SHA256, Text("the SHA-256 of the document, in hex", "文件的 SHA-256（十六进制）")
    )


def _flag(fields: Fields, key: str) -> bool | None:
    return fields.flag(key) if key in fields else None


def _matching(fields: Fields, key: str, form: re.Pattern[str], advice: Text) -> str:
    item = fields.text(key)
    if not form.fullmatch(item):
        fields.refuse(key, Text(f"{item[:60]!a} is not of the right form", f"{item[:60]!a} 格式不正确"), advice)
    return item
