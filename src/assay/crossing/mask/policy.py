"""What is done with each class of data, by default and by the operator's word.

    pseudonym    HMAC under the key, 32 hex characters; the same value gets the same one everywhere
    format       digits are enciphered in place (FF1): length, separators and type stay
    generalise   a date becomes its year, an address its province, an IP address its network, a position one decimal
    remove       the cell becomes empty
    redact       what was found inside a text is replaced, the rest of the text stays
    keep         as it is

A column that holds several classes takes the strictest. A policy file overrides by class or by column:

    classes: {mobile: format, transaction: remove}
    columns: {branch_code: keep, nickname: pseudonym}

A column of credentials or biometric references is never kept, whatever a policy says. What stands inside the texts of a
column that the policy keeps by name stays.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from msgspec import Struct, field

from assay.core.text import Text
from assay.dossier.durable import read_given
from assay.examinations.border.classes import CLASSES, CREDENTIAL_CLASSES
from assay.rulebooks.fields import Fields
from assay.rulebooks.strict_yaml import parse

Action = Literal["keep", "redact", "generalise", "format", "pseudonym", "remove"]
ACTIONS: tuple[Action, ...] = get_args(Action)
STRICTNESS: Mapping[Action, int] = MappingProxyType({action: place for place, action in enumerate(ACTIONS)})
_LARGEST = 1 << 20

_PSEUDONYM = (
    "resident_id", "bank_card", "mobile", "landline", "passport", "permit", "plate", "person_name", "email",
    "device_id", "bank_account", "iban", "customer_id",
)  # fmt: skip
_NUMBERS = ("resident_id", "bank_card", "mobile", "landline", "passport", "permit", "bank_account", "customer_id")
_GENERALISE = ("address", "ip", "location", "birth_date")
_REMOVE = ("credential", "biometric", "health", "religion", "ethnicity", "minor")
_LISTED: tuple[tuple[tuple[str, ...], Action], ...] = (
    (tuple(CLASSES), "keep"),
    (_PSEUDONYM, "pseudonym"),
    (_GENERALISE, "generalise"),
    (_REMOVE, "remove"),
)
DEFAULTS: Mapping[str, Action] = MappingProxyType({class_: action for listed, action in _LISTED for class_ in listed})
GENERALISED = frozenset(_GENERALISE)


class Policy(Struct, frozen=True):
    """`columns` go before `classes`."""

    classes: Mapping[str, Action] = field(default_factory=lambda: DEFAULTS)
    columns: Mapping[str, Action] = field(default_factory=dict)

    def of(self, column: str, classes: tuple[str, ...]) -> Action:
        """What is done with a column that holds these classes as whole cells."""
        wanted = self.columns.get(column)
        if any(class_ in CREDENTIAL_CLASSES for class_ in classes):
            return "remove"
        if wanted is not None:
            return wanted
        return max((self.classes[class_] for class_ in classes), key=STRICTNESS.__getitem__, default="keep")


def in_format(policy: Policy) -> Policy:
    """The same with numbers enciphered in place wherever a pseudonym was asked for."""
    return Policy(
        {**policy.classes, **{of: "format" for of in _NUMBERS if policy.classes[of] == "pseudonym"}}, policy.columns
    )


def read_policy(path: Path) -> Policy:
    """Raises InputError when the file cannot be read, PlaceError naming file, line and key."""
    content = read_given(path, _LARGEST)
    parsed = parse(content, str(path))
    fields = Fields(parsed, (), parsed.value, ("classes", "columns"))
    classes = _actions(fields.under("classes", None)) if "classes" in fields else {}
    columns = _actions(fields.under("columns", None)) if "columns" in fields else {}
    for class_, action in classes.items():
        if class_ not in CLASSES or (class_ in CREDENTIAL_CLASSES and action != "remove"):
            fields.under("classes", None).refuse(
                class_,
                Text("is no class, or may not be kept", "不是已知类别，或不得保留"),
                Text(
                    "see docs/border.md for the classes; credentials are removed",
                    "类别见 docs/border.zh.md；鉴别信息一律删除",
                ),
            )
    return Policy(MappingProxyType({**DEFAULTS, **classes}), MappingProxyType(columns))


def _actions(fields: Fields) -> dict[str, Action]:
    return {str(key): fields.choice(key, ACTIONS) for key in fields.value}
