"""What a `terms.yaml` holds, as types. `terms` reads it, `soundness` says what types cannot."""

from datetime import date
from typing import Literal

import msgspec

Role = Literal["vendor", "reviewer", "agent"]
Host = Literal["vendor", "neutral", "reviewer"]
ROLES: tuple[Role, ...] = ("vendor", "reviewer", "agent")
HOSTS: dict[Host, Role] = {"vendor": "vendor", "neutral": "agent", "reviewer": "reviewer"}


class TermsParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A party under the name that its verifier keys bear."""

    name: str
    keys: tuple[str, ...]


class Parties(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    vendor: TermsParty
    reviewer: TermsParty
    agent: TermsParty | None = None


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shares held by people of one party; `needs` of the `of` shares give the group's part."""

    name: str
    party: Role
    needs: int
    of: int


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`witnesses` are cosigning keys: one of them has seen an order
    in the ledger before any share is given."""

    groups_needed: int
    groups: tuple[Group, ...]
    witnesses: tuple[str, ...]
    alone: tuple[Role, ...] = ()


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a deposit may be opened: `signed_by` all of these parties, for at most `days`."""

    id: str
    what: dict[Literal["en", "zh"], str]
    signed_by: tuple[Role, ...]
    days: int


class Examiner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    key: str


class Paths(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    allow: tuple[str, ...] = ("**",)
    deny: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of the reading room. Shares are in percent of bytes; `unseen_views` may be shown until a witness
    must have cosigned again."""

    examiners: tuple[Examiner, ...]
    paths: Paths = Paths()
    page_lines: int = 60
    lines_per_hour: int = 3000
    file_percent: int = 100
    total_percent: int = 100
    alarm_percent: int = 25
    unseen_views: int = 50


class Excerpts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may leave: `lines` of one excerpt, 0 for none; shares as in `Reading`."""

    lines: int = 0
    file_percent: int = 10
    total_percent: int = 1


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    terms: int
    title: str
    host: Host
    until: date
    parties: Parties
    opening: Opening
    conditions: tuple[Condition, ...]
    reading: Reading
    excerpts: Excerpts = Excerpts()
    tools: tuple[str, ...] = ()
