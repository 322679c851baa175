"""Tools of cryptography that source starts: `Process.Start("openssl", "req ...")`, `exec.Command("openssl", "md5")`.

A call whose arguments begin with the name of a tool, one by one or as a list, and a call that starts programs and is
given the whole command as one text, say what the tool is told, as a line of a shell script does (`shell/`). What starts
programs is known by its name, so that a product's own helper counts as well (`Helpers.Exec("openssl", [...])`); where
no name around says so, it is a *possible* use. A word that cannot be determined is one that could be anything.

`cipher.outward` says of each call that starts a program what nobody can see; that stays as it is.

*It cannot see* a command whose program is a constant that stands apart from its words, or a tool under another name.
"""

import re
import shlex
from collections.abc import Iterator, Sequence

from tree_sitter import Node

from assay.core import late
from assay.core.examination import Examined, FileMeta, FileView, Hit, Lab
from assay.core.facts import Evidence, Fact
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.masking import LONGEST
from assay.examinations.cipher.shell.tools import statements
from assay.source.languages import BY_NAME, parsed
from assay.source.parsed import Parsed
from assay.source.values import Resolver

_NAMED = late.expression(
    rb"[\"'`](?:[\w./\\:-]*[/\\])?((?:openssl|gmssl|tongsuo|bssl|ssh-keygen|curl|wget|(?:md5|sha\d+|sm3)sum)(?:\.exe)?)"
    rb"(?=[\"'`\s])"
)
_STARTS = late.expression(
    r"(?i)exec|run|start|spawn|popen|system|process|command|shell|call|invoke|^cmd|_output$|^sh$|^arg"
)
_TELLS = late.expression(
    r"(?i)(?:error|exception|exit|failure)$|(?:^|[.:>])(?:warn\w*|log\w*|f?print\w*|echo|fail\w*|assert\w*|debug|info)$"
)  # what is given a text to show it
_LISTS = late.expression(r"array|list|collection|initializer|creation|element|literal|tuple|slice|composite|argument$")
_OF_A_LIST = late.expression(r"type|dimension|rank")  # what stands before its items
_MAKES = late.expression(r"object_creation|^new_expression")
_FILLED_IN = late.expression(r"[{}%$<>`]")
_FURTHER = frozenset({"arg", "args", "addArgument", "addArguments", "Arguments", "ArgumentList"})
_PROGRAM = frozenset({"FileName"})
_OPTION = late.expression(r"--?[A-Za-z][\w-]*")
_END = late.expression(rb"[\"'`\n]")
_LONGEST = 400
_AROUND = 64
_HIGHEST = 6  # calls around a list of words


class StartedTools:
    """A `FileExamination` over the source languages that are read."""

    id = "cipher.started@1"
    kinds = ("crypto.use", "crypto.protocol", "crypto.misuse")
    literals = frozenset({b"openssl", b"gmssl", b"tongsuo", b"bssl", b"keygen", b"curl", b"wget", b"md5sum", b"sha1sum",
                          b"sha256sum", b"sha512sum", b"sm3sum"})  # fmt: skip
    fold_case = False
    by_format = True

    def accepts(self, meta: FileMeta) -> bool:
        return meta.file_class == "source" and meta.format in BY_NAME

    def examine(self, view: FileView, hits: Sequence[Hit], lab: Lab) -> Examined:
        places = [place for hit in hits if (place := _place(view.content, hit)) >= 0]
        if not places:
            return Examined()
        unit, catalogue = parsed(view), catalogue_of(view.meta.format)
        resolver = Resolver(unit, catalogue.known, lab.limits.steps_per_value, catalogue.constant)
        facts = tuple(fact for place in places for fact in self._told(view, unit, resolver, place))
        resolver.forget()
        return Examined(facts)

    def _told(self, view: FileView, unit: Parsed, resolver: Resolver, place: int) -> Iterator[Fact]:
        node = unit.at(place, 1)
        if node is None:
            return
        calls = list(_calls(unit, node))
        named = [] if calls else _set_apart(unit, resolver, node)
        if (not calls and not named) or (calls and _TELLS.search(calls[0][1])):
            return
        sure = bool(named) or any(_STARTS.search(name) for _, name in calls)
        words = named or _words(unit, resolver, calls[0][0], whole=sure)
        words = words or (_beginning(view.content, place) if sure else [])
        program = _tool(words[0]) if words and words[0] is not None else ""
        rest = words[1:]
        while rest[:1] and rest[0] is not None and _tool(rest[0]) == program:  # execlp names the program twice
            rest = rest[1:]
        for kind, value in statements(program, rest) or ():
            found = Evidence(view.meta.path, unit.line_at(place), _shown(program, rest))
            subject = view.meta.subject(unit.name_of(calls[0][0] if calls else node))
            reach = "certain" if sure else "possible"
            common = {"library": "command-line", "seen": "call", "state": "used", "reach": reach}
            yield Fact(kind, subject, {**common, **value}, self.id, (found,))


def _shown(program: str, words: Sequence[str | None]) -> str:
    """A command with its options, and without what they are given."""
    options = [word for word in words[1:] if word is not None and _OPTION.fullmatch(word)]
    return " ".join([program, *(word for word in words[:1] if word is not None), *options])[:LONGEST]


def _place(content: bytes, hit: Hit) -> int:
    """Where a text begins with the name of a tool, -1 where the word stands elsewhere."""
    found = _NAMED.search(content, max(0, hit.offset - _AROUND), hit.offset + _AROUND)
    while found is not None and not found.start(1) <= hit.offset < found.end(1):
        found = _NAMED.search(content, found.end(1), hit.offset + _AROUND)
    return found.start(1) if found is not None else -1


def _tool(word: str) -> str:
    return re.split(r"[/\\]", word)[-1].removesuffix(".exe")


def _calls(unit: Parsed, node: Node) -> Iterator[tuple[Node, str]]:
    """The calls around a text with the names of what is called, innermost first."""
    adapter, found = unit.adapter, 0
    for above in unit.above(node):
        if above.type in adapter.blocks or found >= _HIGHEST:
            return
        if above.type in adapter.calls or _MAKES.search(above.type):
            found += 1
            callee = adapter.callee(above) or above.child_by_field_name("type")
            yield above, unit.text(callee).rpartition("\n")[2][-80:] if callee is not None else ""


def _words(unit: Parsed, resolver: Resolver, call: Node, *, whole: bool) -> list[str | None]:
    """The words of the command that a call is given; None for one that cannot be determined."""
    given = unit.adapter.arguments(unit, unit.adapter.argument_list(call))
    parts = [list(_texts(resolver, node)) for node in given.positional]
    for later in sorted(unit.later_calls(call), key=lambda one: one.method not in _PROGRAM):  # the program comes first
        if later.method in _FURTHER | _PROGRAM:
            more = unit.adapter.arguments(unit, unit.adapter.argument_list(later.node))
            parts += [list(_texts(resolver, node)) for node in more.positional]
    heads = [part[0] or "" if part else "" for part in parts]
    at = next((at for at, head in enumerate(heads) if statements(_first(head), ()) is not None), -1)
    if at < 0:
        return []
    first = heads[at]
    if " " in first:
        return _split(first) if whole else []
    words = [word for part in parts[at:] for word in part]
    if len(words) == 2 and words[1] is not None and " " in words[1]:  # all further words in one text
        return [words[0], *_split(words[1])]
    return words


def _set_apart(unit: Parsed, resolver: Resolver, node: Node) -> list[str | None]:
    """The words of a command whose program is set on an object, `p.FileName = "openssl"`, as its arguments are."""
    value = next((one for one in (node, *unit.above(node)[:3]) if unit.assigned_to(one)), None)
    owner, _, last = unit.assigned_to(value).rpartition(".") if value is not None else ("", "", "")
    if value is None or last not in _PROGRAM or not owner:
        return []
    scope = unit.function_of(value) or unit.root
    rows = [row for row in unit.calls_of_name(owner, scope) if row.method in _FURTHER]
    rows += [row for row in unit.calls_of_name(f"{owner}.ArgumentList", scope) if row.method == "Add"]
    words = [_tool(word) if word is not None else None for word in _texts(resolver, value)][:1]
    for row in sorted(rows, key=lambda one: one.node.start_byte):
        given = unit.adapter.arguments(unit, unit.adapter.argument_list(row.node)).positional
        for word in (word for one in given for word in _texts(resolver, one)):
            words += _split(word) if word is not None and row.method != "Add" else [word]
    return words if len(words) > 1 else [*words, None]


def _beginning(content: bytes, place: int) -> list[str | None]:
    """The words of a text with something put in, up to its end: others may follow."""
    end = _END.search(content, place)
    text = content[place : end.start() if end is not None else place + _LONGEST]
    return [*_split(text.decode("utf-8", "replace")), None]


def _first(text: str) -> str:
    return _tool(text.split(maxsplit=1)[0]) if text.strip() else ""


def _split(text: str) -> list[str | None]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    return [None if _FILLED_IN.search(word) else word for word in words]


def _texts(resolver: Resolver, node: Node) -> Iterator[str | None]:
    """The texts of an argument: one, or those of a list."""
    answer = resolver.resolve(node)
    if answer.certain and answer.values[0].kind == "text":
        yield answer.values[0].text
    elif answer.certain and answer.values[0].kind == "list":
        yield from (item.text if item.kind == "text" else None for item in answer.values[0].items)
    elif _LISTS.search(node.type) and node.named_children:
        for child in node.named_children:
            if _OF_A_LIST.search(child.type) is None:
                yield from _texts(resolver, child)
    else:
        yield None
