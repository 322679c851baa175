"""The commands of a shell script, by the tree-sitter-bash grammar (POSIX sh and bash; other shells as far as it reads).

A command is its words. A word is its text where the script itself says it: a literal, or a variable that the script
assigns once, to a literal, at its top; without quotes that is as many words as it has. Every other word is None.
`sudo`, `env`, `exec` and the like are looked through, and so is a short script given to `sh -c`. Where a command is
`${TOOL:-openssl}`, the program of a run for which nobody sets the variable is *supposed*.

*It cannot see* aliases, functions named like programs, or what the environment puts into a variable.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct
from tree_sitter import Language, Node, Parser, Query, QueryCursor

MOST_COMMANDS = 20_000
_TOLD = """
(command) @command
(variable_assignment name: (variable_name) @name value: (_)? @value) @place
"""
_BROKEN = "(ERROR) @error"
_NESTED = 3  # scripts inside scripts
_TRANSPARENT = frozenset({"sudo", "env", "exec", "nice", "nohup", "time", "command", "builtin", "timeout", "xargs",
                          "setsid", "chroot", "stdbuf", "ionice", "runuser", "su", "doas", "busybox"})  # fmt: skip
_WITH_VALUE = re.compile(r"-[unCgkspIdLnP]$")  # options of those whose value is the next word
_ESCAPED = re.compile(r"\\(.)")
_EXPANDED = re.compile(r"\$\{?(\w+)\}?")
_SUPPOSED = re.compile(r"\"?\$\{\w+:[-=]([\w./-]+)\}\"?")
_INTO = re.compile(r"1?>{1,2}\|?(?!&)")
_TEE = re.compile(r"(?:^|[\s/|])tee(?:[ \t]+-\S+)*[ \t]+[\"']?([^\s\"'|;&<>]+)")
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})


class Command(Struct, frozen=True):
    """`words` from the program on; `fed` is what a here-document or here-string gives it, None where nothing does.
    `writes` is the file that the output goes into, '' for one that is named at run time."""

    words: tuple[str | None, ...]
    line: int
    offset: int
    fed: str | None = None
    into: "str | None" = None  # the program that the output is piped into
    looked_for: bool = False  # only asked whether it is there
    writes: str | None = None
    fed_line: int = 0  # where a here-document begins, else that of the command
    supposed: str = ""  # the program of `${X:-program}`: that of a run for which nobody sets X

    @property
    def program(self) -> str | None:
        return self.words[0].rpartition("/")[2] if self.words and self.words[0] else None


class Script(Struct, frozen=True):
    commands: tuple[Command, ...]
    broken: tuple[int, ...]  # lines of what does not parse
    whole: bool
    assigned: tuple[tuple[str, int], ...] = ()  # texts that variables are given, with their lines


@lru_cache(maxsize=1)
def _language() -> Language:
    import tree_sitter_bash  # noqa: PLC0415  (native, on first use)

    return Language(tree_sitter_bash.language())


@lru_cache(maxsize=8)
def _query(text: str) -> Query:
    return Query(_language(), text)


def read(content: bytes, first_line: int = 1, depth: int = 0) -> Script:
    """The commands in order of text; at most `MOST_COMMANDS`."""
    root = Parser(_language()).parse(content).root_node
    told = _matches(_TOLD, root)
    values = _values([row for row in told if "place" in row])
    found: list[Command] = []
    for node in (row["command"][0] for row in told if "command" in row):
        command = _command(node, values, first_line)
        if command is None:
            continue
        if len(found) >= MOST_COMMANDS:
            return Script(tuple(found), (), False)
        found.append(command)
        inner = _script_of(command)
        if inner is not None and depth < _NESTED:
            found += read(inner.encode(), command.line, depth + 1).commands
    errors = _matches(_BROKEN, root)[:5] if root.has_error else ()
    broken = tuple(row["error"][0].start_point.row + first_line for row in errors)
    given = ((_literal(row["value"][0], values), row["value"][0]) for row in told if "place" in row and "value" in row)
    assigned = tuple((text, node.start_point.row + first_line) for text, node in given if text)
    return Script(tuple(found), broken, True, assigned)


def _matches(query: str, root: Node) -> list[dict[str, list[Node]]]:
    return [captures for _, captures in QueryCursor(_query(query)).matches(root)]


def _values(rows: Iterable[Mapping[str, list[Node]]]) -> Mapping[str, str]:
    """Variables that are assigned once in the whole script, to a literal. `rows` are its assignments."""
    assigned: dict[str, list[str | None]] = {}
    for row in rows:
        value = row["value"][0] if "value" in row else None
        name = _text(row["name"][0])
        plain = "" if value is None else _literal(value, {})
        appended = b"+=" in (row["place"][0].text or b"")[: len(name) + 2]
        assigned.setdefault(name, []).append(None if appended else plain)
    return {name: row[0] for name, row in assigned.items() if len(row) == 1 and row[0] is not None}


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def _literal(node: Node, values: Mapping[str, str]) -> str | None:
    match node.type:
        case "word" | "number" | "string_content" | "heredoc_content":
            text = _text(node)
            return _ESCAPED.sub(r"\1", text) if "\\" in text else text
        case "raw_string":
            return _text(node)[1:-1]
        case "ansi_c_string":
            return None  # escapes may spell anything
        case "simple_expansion" | "expansion":
            name = _EXPANDED.fullmatch(_text(node))
            return values.get(name[1]) if name is not None else None
        case "string" | "concatenation" | "command_name" | "translated_string":
            if node.type == "command_name" and not node.named_children:
                return _text(node)
            if node.type == "string" and not node.named_children:
                return _text(node)[1:-1]
            return _joined(node, values)
    return None


def _joined(node: Node, values: Mapping[str, str]) -> str | None:
    """The parts of a word, the text between them included."""
    edge = 1 if node.type == "string" else 0
    raw, start, at = node.text or b"", node.start_byte, edge
    out: list[str] = []
    for child in node.named_children:
        said = _literal(child, values)
        if said is None:
            return None
        out += [raw[at : child.start_byte - start].decode("utf-8", "replace"), said]
        at = child.end_byte - start
    return "".join((*out, raw[at : len(raw) - edge].decode("utf-8", "replace")))


def _command(node: Node, values: Mapping[str, str], first_line: int) -> Command | None:
    name = node.child_by_field_name("name")
    if name is None:
        return None
    arguments = [child for child in node.named_children if child.start_byte >= name.end_byte]
    parts = [name, *(child for child in arguments if not _redirects(child))]
    words = [word for part in parts for word in _words(part, values)]
    if not words:
        return None
    asked = words[:2] in (["command", "-v"], ["command", "-V"]) or words[0] in {"which", "type", "hash"}
    return Command(
        tuple(words) if asked else _looked_through(words),
        node.start_point.row + first_line,
        node.start_byte,
        _fed(node, values),
        _piped_into(node, values),
        asked,
        _written_to(node, values),
        _fed_line(node, first_line),
        "" if words[0] else _supposed(name),
    )


def _supposed(name: Node) -> str:
    found = _SUPPOSED.fullmatch(_text(name))
    return found[1].rpartition("/")[2] if found is not None else ""


def _written_to(node: Node, values: Mapping[str, str]) -> str | None:
    """The file that `>`, `>>` or `tee` writes, None where the output goes into none."""
    parent = node.parent
    redirected = parent is not None and parent.type == "redirected_statement"
    statement = parent if redirected and parent is not None else node
    parts = statement.named_children if redirected else []
    parts = [*parts, *(inner for part in parts if part.type == "heredoc_redirect" for inner in part.named_children)]
    for part in parts:
        target = part.child_by_field_name("destination") if part.type == "file_redirect" else None
        if target is not None and _INTO.match(_text(part)):
            return _literal(target, values) or ""
    piped = [part for part in parts if part.type == "pipeline"]  # that of `cat <<END | tee x`
    if statement.parent is not None and statement.parent.type == "pipeline":
        piped += [part for part in statement.parent.named_children if part.start_byte >= statement.end_byte]
    teed = next(filter(None, (_TEE.search(_text(part)) for part in (node, *piped))), None)
    return None if teed is None else "" if "$" in teed[1] else teed[1]


def _fed_line(node: Node, first_line: int) -> int:
    for holder in (node, node.parent):
        for child in holder.named_children if holder is not None else ():
            body = [part for part in child.named_children if part.type == "heredoc_body"]
            if child.type == "heredoc_redirect" and body:
                return body[0].start_point.row + first_line
    return node.start_point.row + first_line


def _words(node: Node, values: Mapping[str, str]) -> list[str | None]:
    """The word that a part of a command is; a variable without quotes is as many as its text has."""
    inner = node.named_children[0] if node.type == "command_name" and len(node.named_children) == 1 else node
    said = _literal(node, values)
    return [*said.split()] if said is not None and inner.type in {"simple_expansion", "expansion"} else [said]


def _redirects(node: Node) -> bool:
    return node.type.endswith("redirect") or node.type == "comment"


def _looked_through(words: list[str | None]) -> tuple[str | None, ...]:
    """Without `sudo`, `env A=1` and the like in front; the program that they start."""
    for _ in range(4):
        first = words[0].rpartition("/")[2] if words and words[0] else None
        if first not in _TRANSPARENT or len(words) < 2:
            break
        rest = words[1:]
        while rest and rest[0] is not None and (rest[0].startswith("-") or "=" in rest[0].partition("/")[0]):
            rest = rest[2:] if _WITH_VALUE.match(rest[0]) else rest[1:]
        if first in {"timeout", "chroot"} and rest:
            rest = rest[1:]
        if not rest:
            break
        words = rest
    return tuple(words)


def _fed(node: Node, values: Mapping[str, str]) -> str | None:
    """What a here-document or here-string of the command holds; '' where it is made at run time."""
    parent = node.parent
    holders = [node, *([parent] if parent is not None and parent.type == "redirected_statement" else [])]
    for holder in holders:
        for child in holder.named_children:
            if child.type == "heredoc_redirect":
                body = next((part for part in child.named_children if part.type == "heredoc_body"), None)
                return _text(body) if body is not None else ""
            if child.type == "herestring_redirect":
                return (_literal(child.named_children[0], values) or "") if child.named_children else ""
    return None


def _piped_into(node: Node, values: Mapping[str, str]) -> str | None:
    """The program behind the next `|`; that of `cat <<END | sh` stands inside the redirection."""
    inner: Node | None = node
    while inner is not None and inner.parent is not None and inner.parent.type != "pipeline":
        if inner.parent.type not in {"redirected_statement", "subshell", "compound_statement", "heredoc_redirect"}:
            return None
        inner = inner.parent
        for child in inner.named_children if inner.type == "redirected_statement" else ():
            pipes = [part for part in child.named_children if part.type == "pipeline"]
            if child.type == "heredoc_redirect" and pipes:
                return _program(next(iter(pipes[0].named_children), None), values)
    if inner is None or inner.parent is None:
        return None
    after = next((child for child in inner.parent.named_children if child.start_byte >= inner.end_byte), None)
    return _program(after, values)


def _program(node: Node | None, values: Mapping[str, str]) -> str | None:
    while node is not None and node.type in {"redirected_statement", "subshell"} and node.named_children:
        node = node.named_children[0]
    name = node.child_by_field_name("name") if node is not None and node.type == "command" else None
    said = _literal(name, values) if name is not None else None
    return said.rpartition("/")[2] if said else None


def _script_of(command: Command) -> str | None:
    """The script in `sh -c '...'`, or in a here-document of a shell."""
    if command.program not in _SHELLS:
        return None
    for place, word in enumerate(command.words[1:], 1):
        if word is not None and re.fullmatch(r"-[a-z]*c", word) and place + 1 < len(command.words):
            return command.words[place + 1]
    return command.fed or None


def commands(content: bytes, first_line: int = 1) -> Iterator[Command]:
    yield from read(content, first_line).commands
