"""Programs that a command names for certain although not all of its words are known.

A list, or a text that no shell reads, names the program by its first word. The words behind do not change which one
runs, unless it starts others, or encrypts or hashes when it is told to. A text that a shell reads is only known when
all of it is: what is put into it could hold a second command.

*It cannot see* what a program does by itself, or one that is found first in a changed PATH.
Source: Python documentation of subprocess; manual pages of the programs listed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from assay.core import late
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.outlook.python_imports import heads, roots
from assay.examinations.cipher.ways import TOOLS, ways
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_WORD = late.expression(r"\w+")
_PLAIN_WORD = late.expression(r"[\w./\\:+-]+")
_STARTING = late.expression(
    r"(?i)(?:^|.*[/\\])(?:env|sudo|doas|su|runuser|nohup|nice|ionice|chrt|time|timeout|xargs|parallel|find|fd|busybox|toybox|docker|"
    r"podman|nerdctl|kubectl|oc|helm|crictl|systemd-run|systemctl|chroot|nsenter|unshare|strace|ltrace|gdb|lldb|valgrind|perf|watch|"
    r"setsid|stdbuf|script|expect|unbuffer|screen|tmux|make|gmake|nmake|ninja|cmake|meson|scons|awk|gawk|mawk|nawk|sed|ed|ex|vi|vim|"
    r"nvim|emacs|tclsh|wish|lua\w*|php|perl\w*|ruby|python[\w.]*|pypy\w*|node|deno|bun|java|javaw|jshell|scala|kotlin|groovy|"
    r"dotnet|mono|npm|npx|yarn|pnpm|pip[\w.]*|pipx|uv|uvx|poetry|tox|nox|pytest|go|cargo|rustc|gcc|g\+\+|cc|clang|tcc|mvn|gradle\w*|"
    r"ant|sbt|git|hg|svn|bzr|tar|bsdtar|rsync|rclone|zip|unzip|rar|unrar|cpio|\w*sh|cmd|command|powershell|pwsh|rundll32|mshta|"
    r"cscript|wscript|regsvr32|start|open|osascript|at|batch|crontab|schtasks|wmic|psexec|ssh\w*|plink|putty|telnet|nc|ncat|socat|"
    r"psql|mysql|sqlite3|sqlplus|mongo\w*|redis-cli|ansible\S*|salt\S*|vault|aws|az|gcloud|gsutil|rpm\w*|dpkg\S*|apt\S*|yum|dnf|"
    r"initdb|jq|yq|less|more|most|man|ld\.so|ld-linux\S*|qemu\S*|wine\w*|flatpak|snap|xdg-\w+|exec|eval|rhash|cksum|shasum|"
    r"hashdeep|htdigest|slappasswd|cipher|certreq|kinit|wg|ipsec|tpm2\w*|sbsign|pesign|debsign|dd|losetup|mount|virsh|vagrant)"
    r"(?:\.(?:exe|com|bat|cmd|py|pl|rb|sh|js))?$"
)
_OPENING = frozenset({"xdg-open", "wslview", "explorer.exe"})  # show what they are given, and take no arguments for it


def runs_known(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    given = site.arguments
    at = ways("Python").commands[name]
    node = given.get(*(at if isinstance(at, tuple) else (at, None))) if given is not None else None
    by_a_shell = name.endswith(
        ("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell", "pexpect.spawn")
    )
    if node is None or given is None or given.spread or by_a_shell or "executable" in given.named:
        return False
    if "shell" in given.named and parsed.text(given.named["shell"]) != "False":
        return False
    if len(given.positional) > 1 and name.startswith("subprocess."):
        return False  # positions of Popen that nobody uses: the third is the program
    words = [_words(parsed, resolver, found) for found in _commands(parsed, node)]
    return bool(words) and all(_is_harmless(row) for row in words)


def doubted(parsed: Parsed, site: Site) -> bool:
    """Whether a program is not the first word of the command, or the list of its words is changed before it is used."""
    given = site.arguments
    if given is None or "executable" in given.named:
        return given is not None
    node = given.positional[0] if given.positional else given.named.get("args")
    if node is None or node.type != "identifier":
        return False
    return _is_rewritten(parsed, parsed.function_of(node) or parsed.root, parsed.text(node))


def _commands(parsed: Parsed, node: Node) -> Iterator[Node | None]:
    """The expressions that a command can be; None for one that is changed or cannot be followed."""
    if node.type != "identifier":
        yield node
        return
    name, function = parsed.text(node), parsed.function_of(node)
    if function is None or parsed.adapter.parameter(parsed, function, name)[0] or _is_rewritten(parsed, function, name):
        yield None
        return
    bound = parsed.bindings(function).get(name, ())
    for binding in bound:
        yield binding.value
    if not bound:
        yield None


def _is_rewritten(parsed: Parsed, scope: Node, name: str) -> bool:
    return _changes(parsed.content, scope.start_byte, scope.end_byte, name)


@lru_cache(maxsize=64)
def _changes(content: bytes, start: int, end: int, name: str) -> bool:
    """Whether anything but the end of a list is changed, or the list is handed to what could do so."""
    text, word = content[start:end], re.escape(name.encode())
    changed = (
        rb"(?<![\w.])%b\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.\s*(?!append\b|extend\b|index\b|count\b|copy\b)\w)|\bdel\s+%b\b"
    )
    aliased = rb"=\s*%b\s*(?:$|[;#)])|\b(?:global|nonlocal)\b[^\n]*\b%b\b"
    return any(re.search(form.replace(b"%b", word), text, re.MULTILINE) for form in (changed, aliased))


def _words(parsed: Parsed, resolver: Resolver, node: Node | None) -> list[str | None] | None:
    """The words of a command, None for one that is not known; None where even the program is not certain."""
    if node is None:
        return None
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    if node.type in {"list", "tuple"}:
        items = [child for child in node.named_children if not child.is_extra]
        return [_word(parsed, resolver, item) for item in items] if items else None
    if node.type == "binary_operator" and (sign := node.child_by_field_name("operator")) is not None:
        left = node.child_by_field_name("left")
        first = (
            _words(parsed, resolver, left) if sign.type == "+" and left is not None and left.type != "string" else None
        )
        if first is not None:
            return [*first, None]
    found = list(heads(parsed, node, 0)) if node.type in {"string", "binary_operator", "call"} else []
    head = found[0] if len(found) == 1 else ""
    word, space, _ = head.partition(" ")
    return [word, None] if space and _PLAIN_WORD.fullmatch(word) else None


def _word(parsed: Parsed, resolver: Resolver, node: Node) -> str | None:
    if node.type in {"list_splat", "dictionary_splat"}:
        return None
    if node.type == "attribute" and "sys.executable" in parsed.adapter.qualified(parsed, node):
        return "python"
    answer = resolver.resolve(node)
    return answer.values[0].text if answer.certain and answer.values[0].kind == "text" else None


def _is_harmless(words: list[str | None] | None) -> bool:
    """Whether a program is certain, and does nothing of its own for the words that are not known."""
    if not words or words[0] is None or not words[0]:
        return False
    if any(word is not None and TOOLS.search(word) for word in words):
        return False
    if words[0] in _OPENING:
        return True
    if words[0] == "python" and len(words) > 2 and words[1] in {"-m", "-c"}:
        told = words[2]
        if told is None or _mentions(told):
            return False
        return words[1] == "-c" or (told.partition(".")[0] not in roots() and not _STARTING.fullmatch(told))
    return _STARTING.fullmatch(words[0]) is None


def _mentions(text: str) -> bool:
    """Whether a text holds a word of the catalogue or of the ways out."""
    words = {word.encode() for word in _WORD.findall(text)}
    telling = catalogue_of("Python").words | ways("Python").literals | {root.encode() for root in roots()}
    return not words.isdisjoint(telling)
