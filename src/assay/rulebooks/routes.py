"""Routes of a book about exports: `routes:` in `book.yaml`, the legal ways on which data may leave, the gravest first.

    about: export
    routes:
      - id: security-assessment
        title: {en: ..., zh: ...}
        rules: [export.important-data, export.persons-1m]   # broken: this route is needed
        needs: [impact-assessment, field-list]
        clause: {document: ..., at: ..., known: copy}
      - id: no-filing                                       # last: what is left when none of the others is needed
        ...

The first route that is not excluded is the route of an export. A route is excluded when all of its rules are met; an
open one makes that "cannot be decided", whatever follows.
"""

import re
from collections.abc import Mapping

from assay.core.rules import Route, Rule, Rulebook
from assay.core.text import Text
from assay.rulebooks.fields import Fields
from assay.rulebooks.rule_file import CLAUSE, read_clause
from assay.rulebooks.strict_yaml import PlaceError, parse

NEEDS = ("impact-assessment", "field-list", "contract", "declaration")
_ROUTE = ("id", "title", "clause", "rules", "needs")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def read_routes(fields: Fields) -> tuple[Route, ...]:
    """The routes of a book's head; none when the key is absent. Raises PlaceError."""
    found: dict[str, Route] = {}
    for item in fields.each("routes", _ROUTE):
        route = Route(
            id=item.text("id"),
            title=item.languages("title"),
            clause=read_clause(item.under("clause", CLAUSE)),
            rules=_words(item, "rules"),
            needs=_words(item, "needs"),
        )
        if not _ID.fullmatch(route.id) or route.id in found:
            item.refuse(
                "id",
                Text("must be lower case words with hyphens, once", "须为小写字母、数字与连字符，且不重复"),
                Text("write e.g. security-assessment", "例如 security-assessment"),
            )
        unknown = [need for need in route.needs if need not in NEEDS]
        if unknown:
            known = ", ".join(NEEDS)
            item.refuse("needs", Text(f"{unknown[0]} is not known", f"不认识 {unknown[0]}"), Text(known, known))
        found[route.id] = route
    return tuple(found.values())


def _words(fields: Fields, key: str) -> tuple[str, ...]:
    found = fields.list(key) if key in fields else []
    if not all(isinstance(item, str) for item in found):
        fields.refuse(key, Text("must be a list of names", "须为名称列表"), Text("write [a, b]", "请写 [a, b]"))
    return tuple(found)


def check_routes(head: Rulebook, rules: Mapping[str, Rule], data: bytes, file: str) -> None:
    """Raises PlaceError when a route names a rule that is not there, a rule is on none, or the last one has rules."""
    if not head.routes and head.about != "export":
        return
    named = [rule for route in head.routes for rule in route.rules]
    line = parse(data, file).line(("routes",))
    missing = sorted({*named} ^ {id_ for id_, rule in rules.items() if not rule.clause.informative})
    if missing:
        raise PlaceError(
            file,
            line,
            Text(f"rule {missing[0]} is not on exactly one route", f"规则 {missing[0]} 未列于恰好一条路径"),
            Text("name each rule of the book on one route", "请将规则集中的每条规则列于一条路径"),
        )
    if not head.routes or head.routes[-1].rules or len(named) != len(set(named)):
        raise PlaceError(
            file,
            line,
            Text("the last route must have no rules, and no rule two routes", "最后一条路径不得有规则，规则不得重复"),
            Text("end with what is left when no other route is needed", "请以无须其他路径时的情形结尾"),
        )
