"""The lines of a file that show a use."""

from collections.abc import Mapping, Sequence

from assay.core.examination import FileView
from assay.core.facts import Evidence
from assay.examinations.cipher.masking import excerpt
from assay.examinations.cipher.uses import MOST_PLACES
from assay.source.answers import Answer
from assay.source.parsed import Parsed
from assay.source.places import Call, Site

_DECIDING = ("algorithm", "mode", "key_bits", "curve", "iterations")


def lines_of(
    view: FileView, parsed: Parsed, site: Site, answers: Mapping[str, Answer], later: Sequence[Call]
) -> tuple[Evidence, ...]:
    """The call; then, on other lines, where the values that decide were found and the calls that its object is used
    in."""
    path, content = view.meta.path, view.content
    node = (site.node.child_by_field_name("name") if site.node.type == "method_declaration" else None) or site.node
    start = site.at if site.at is not None else node.start_byte
    line, found = parsed.line_at(start) if site.at is not None else parsed.line(node), ""
    others: dict[int, int] = {}
    for role in _DECIDING:
        for offset in answers[role].origins if role in answers else ():
            other = parsed.line_at(offset)
            if other != line:
                found = found or f"{path}:{other}"
                others.setdefault(other, offset)
    for call in later:
        others.setdefault(parsed.line_at(call.node.start_byte), call.node.start_byte)
    others.pop(line, None)
    more = sorted(others.items())[:MOST_PLACES]
    first = Evidence(path, line, excerpt(content, start), origin=found)
    return (first, *(Evidence(path, other, excerpt(content, offset)) for other, offset in more))
