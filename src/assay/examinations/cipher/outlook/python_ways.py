"""Ways out of Python text whose end is bounded although the argument that decides is not wholly known.

1. An import by a name that begins with a certain package (`f"myapp.backends.{name}"`), or that is relative to the
   package of the file itself: the name cannot lead out of that package, whatever follows. An import whose result
   nobody takes runs no more than an import statement does; what takes it from `sys.modules` is a way out of its own.
2. A program that a list, or a text that no shell reads, names by its first word: the words behind it do not change
   which program runs, unless it is one that starts others or encrypts by its arguments.
3. A library of the operating system that offers no cryptography, and functions of it that start no program and load no
   code, as long as nothing but such functions is taken from it.
4. `attrgetter` and `methodcaller`: what they take something from is handed on to them in sight.

*It cannot see* what a program or an imported module does by itself. Sources: Python documentation of importlib,
subprocess and ctypes; Win32 API index (advapi32 and ntdll hold MD5, DES and RC4; kernel32 and user32 hold none).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.ways import TOOLS, ways
from assay.source.answers import Answer
from assay.source.parsed import Parsed, Site
from assay.source.values import Resolver

_IMPORTING = frozenset({"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"})
_TAKING = frozenset({"operator.attrgetter", "operator.methodcaller"})
_OWN_PACKAGE = frozenset({"__name__", "__package__", "__spec__.parent"})
_FROM_MODULES = re.compile(rb"\bsys\s*\.\s*modules\b|\bimport\b[^\n]*\bmodules\b")
_HOLE = re.compile(r"%(?:\(\w*\))?[-#0 +]*[\d*]*(?:\.[\d*]+)?[a-zA-Z]|\{[^{}]*\}")
_WORD = re.compile(r"\w+")
_PLAIN_WORD = re.compile(r"[\w./\\:+-]+")

# Programs that start others, that run what their arguments say, or that encrypt or hash when told to.
_STARTING = re.compile(
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

_SYSTEM = re.compile(r"(?i)(?:kernel32|user32|gdi32|shell32|ws2_32|psapi|winmm|dwmapi|shcore|version|iphlpapi|shlwapi)(?:\.dll)?")
_C_LIBRARY = re.compile(r"libc\.so\.6|libc\.dylib|/usr/lib/libSystem\.B\.dylib")
_GUARDED = re.compile(r"(?i)advapi32(?:\.dll)?")
# Of advapi32 and libc, whose other functions hash and encrypt, only what is known to do neither.
_GUARDED_ONLY = re.compile(
    r"(?:OpenProcessToken|OpenThreadToken|GetTokenInformation|InitializeSecurityDescriptor|(?:Get|Set)SecurityDescriptor\w+|"
    r"(?:Get|Set)(?:Named)?SecurityInfo[AW]?|(?:Get|Set)FileSecurity[AW]?|LookupAccount\w+|LookupPrivilege\w+|"
    r"AdjustTokenPrivileges|Reg(?:Open|Close|Query|Enum|Set|Create|Delete)\w+|Convert(?:String)?Sid\w+|IsValidSid|EqualSid|"
    r"GetLengthSid|CopySid|FreeSid|GetUserName[AW]|(?:Open|Close|Query|Control|Start)Service\w*|OpenSCManager[AW])"
)
_C_ONLY = re.compile(
    r"(?:inotify_\w+|getpid|getppid|gettid|getuid|geteuid|getgid|getegid|getifaddrs|freeifaddrs|prctl|setns|mlock|munlock|"
    r"madvise|malloc|calloc|free|memcpy|memmove|memset|strlen|strerror|errno|__errno_location|getenv|isatty|ioctl|fcntl|"
    r"mount|umount2?|sethostname|gethostname|if_nametoindex|sched_\w+|eventfd|timerfd_\w+|signalfd|poll|usleep|nanosleep|"
    r"clock_gettime|fflush|fopen|fclose|printf|puts|statvfs|posix_fadvise|fallocate|syncfs|sync|malloc_trim)"
)
# Of every library: what starts a program, loads code, or finds a function by its name.
_LEADING_OUT = re.compile(
    r"(?:CreateProcess\w*|WinExec|LoadLibrary\w*|LoadModule|LoadPackagedLibrary|GetProcAddress|GetModuleHandle\w*|"
    r"ShellExecute\w*|Shell_\w+|CreateRemoteThread\w*|CallWindowProc\w*|EnumSystem\w*|QueueUserAPC|system|Crypt\w*|"
    r"\w*(?:MD[245]|SHA|RC4|DES|AES|HMAC|Hash|Random|Rand)\w*)"
)
_LIBRARIES = frozenset({"cdll", "windll", "oledll", "pydll"})
_LOADING = frozenset(
    {"ctypes.CDLL", "ctypes.WinDLL", "ctypes.OleDLL", "ctypes.PyDLL"}
    | {f"ctypes.{loader}.LoadLibrary" for loader in _LIBRARIES}
)


def bounded(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    """Whether what a way out leads to is bounded, and holds no cryptography that is not stated otherwise."""
    if not site.settled:
        return True  # compared, deleted, or named as a type
    if name in _IMPORTING:
        return site.arguments is not None and _imports(parsed, resolver, site)
    if name in _TAKING:
        return site.arguments is None or not _is_literal(resolver, site)
    if name in ways()["Python"].commands:
        return site.arguments is not None and _runs(parsed, resolver, site, name)
    return name.startswith("ctypes.") and _is_of_the_system(parsed, resolver, site, name)


def _is_literal(resolver: Resolver, site: Site) -> bool:
    """Whether any text is known; what a known one names is looked at by the caller."""
    given = site.arguments.positional if site.arguments is not None else ()
    return any(value.kind == "text" for node in given for value in resolver.resolve(node).values)


# Imports


def _imports(parsed: Parsed, resolver: Resolver, site: Site) -> bool:
    given = site.arguments
    node = given.get(0, "name") if given is not None else None
    if node is None or given is None or given.spread:
        return False
    answer = resolver.resolve(node)
    if answer.complete and answer.values:
        return False  # known: the caller looks at what it names
    if site.node.parent is not None and site.node.parent.type == "expression_statement":
        return _FROM_MODULES.search(parsed.content) is None
    heads = list(_heads(parsed, node, 0))
    anchor = given.get(1, "package")
    relative = anchor is not None and parsed.text(anchor) in _OWN_PACKAGE and _untouched(parsed, parsed.text(anchor))
    return bool(heads) and all(
        (head.startswith(".") and relative) or ("." in head and _is_unknown_package(head)) for head in heads
    )


def _untouched(parsed: Parsed, name: str) -> bool:
    """Whether a text leaves the names alone that say which package it is of."""
    given = rb"\b%b\s*=(?!=)|[(,]\s*%b\s*[,)=:]|[\"']%b[\"']"
    word = name.partition(".")[0].encode()
    named = [place for place in re.finditer(given.replace(b"%b", word), parsed.content)]
    return not any(not place[0].endswith((b",", b")")) or _declares(parsed, place.start()) for place in named)


def _declares(parsed: Parsed, offset: int) -> bool:
    """Whether a place is among the parameters of a function."""
    line = parsed.content[parsed.content.rfind(b"\n", 0, offset) + 1 : offset]
    return b"def " in line or b"lambda" in line


def _is_unknown_package(head: str) -> bool:
    """Whether a package is neither of the catalogue nor of the ways out: an import of it would be no way out either."""
    return head.partition(".")[0] not in _roots()


def _mentions(text: str) -> bool:
    """Whether a text holds a word of the catalogue or of the ways out."""
    words = {word.encode() for word in _WORD.findall(text)}
    telling = catalogue_of("Python").words | ways()["Python"].literals | {root.encode() for root in _roots()}
    return not words.isdisjoint(telling)


@lru_cache(maxsize=1)
def _roots() -> frozenset[str]:
    catalogue, here = catalogue_of("Python"), ways()["Python"]
    strangers = {name for names in here.strangers.values() for name in names}
    names = {*catalogue.entries, *catalogue.aliases, *catalogue.values, *here.by_name, *here.foreign, *here.commands}
    roots = {name.partition(".")[0] for name in names | strangers if name[:1] not in {"=", "."}}
    return frozenset({*roots, "sys", "six", "pkg_resources", "types", "inspect", "gc", ""})


def _heads(parsed: Parsed, node: Node, depth: int) -> Iterator[str]:
    """What a text certainly begins with, for each value that it can have; '' where nothing is certain."""
    if depth > 4:
        yield ""
        return
    inner = node
    while inner.type == "parenthesized_expression" and inner.named_children:
        inner = inner.named_children[0]
    match inner.type:
        case "string":
            yield _literal_head(parsed, inner)
        case "concatenated_string":
            yield _literal_head(parsed, inner.named_children[0])
        case "binary_operator":
            sign, left = inner.child_by_field_name("operator"), inner.child_by_field_name("left")
            heads = list(_heads(parsed, left, depth + 1)) if left is not None and sign is not None else [""]
            if sign is not None and sign.type == "%":
                heads = [_HOLE.split(head)[0].replace("%%", "%") for head in heads]
            yield from heads if sign is not None and sign.type in {"+", "%"} else [""]
        case "call":
            function = inner.child_by_field_name("function")
            owner = function.child_by_field_name("object") if function is not None else None
            method = function.child_by_field_name("attribute") if function is not None else None
            formats = owner is not None and method is not None and parsed.text(method) == "format"
            yield from (_HOLE.split(head)[0] for head in _heads(parsed, owner, depth + 1)) if formats and owner else [""]
        case "conditional_expression":
            for branch in parsed.adapter.branches(inner):
                yield from _heads(parsed, branch, depth + 1)
        case "identifier":
            yield from _bound_heads(parsed, inner, depth)
        case _:
            yield ""


def _literal_head(parsed: Parsed, node: Node) -> str:
    """The text of a literal up to the first expression in it."""
    pieces = [child for child in node.named_children if child.type not in {"string_start", "string_end"}]
    if any(child.type == "escape_sequence" for piece in pieces for child in (piece, *piece.named_children)):
        return ""
    head = next((child for child in pieces), None)
    return parsed.text(head) if head is not None and head.type == "string_content" else ""


def _bound_heads(parsed: Parsed, node: Node, depth: int) -> Iterator[str]:
    name, function = parsed.text(node), parsed.function_of(node)
    if function is None or parsed.adapter.parameter(parsed, function, name)[0]:
        yield ""
        return
    bound = parsed.reaching(parsed.bindings(function).get(name, ()), node)
    for binding in bound:
        yield from _heads(parsed, binding.value, depth + 1) if binding.value is not None else [""]
    if not bound:
        yield ""


# Programs


def _runs(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    given = site.arguments
    at = ways()["Python"].commands[name]
    node = given.get(*(at if isinstance(at, tuple) else (at, None))) if given is not None else None
    by_a_shell = name.endswith(("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell", "pexpect.spawn"))
    if node is None or given is None or given.spread or by_a_shell or "executable" in given.named:
        return False
    if "shell" in given.named and parsed.text(given.named["shell"]) != "False":
        return False
    if len(given.positional) > 1 and name.startswith("subprocess."):
        return False  # positions of Popen that nobody uses: the third is the program
    words = [_words(parsed, resolver, found) for found in _commands(parsed, node)]
    return bool(words) and all(_is_harmless(row) for row in words)


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


def _is_rewritten(parsed: Parsed, function: Node, name: str) -> bool:
    """Whether anything but the end of a list is changed, or the list is handed to what could do so."""
    text = parsed.content[function.start_byte : function.end_byte]
    word = re.escape(name.encode())
    changed = rb"(?<![\w.])%b\s*(?:\[[^\]\n]*\]\s*=(?!=)|\.\s*(?!append\b|extend\b|index\b|count\b|copy\b)\w)|\bdel\s+%b\b"
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
        first = _words(parsed, resolver, left) if sign.type == "+" and left is not None and left.type != "string" else None
        if first is not None:
            return [*first, None]
    heads = list(_heads(parsed, node, 0)) if node.type in {"string", "binary_operator", "call"} else []
    head = heads[0] if len(heads) == 1 else ""
    word, space, _ = head.partition(" ")
    return [word, None] if space and _PLAIN_WORD.fullmatch(word) else None


def _word(parsed: Parsed, resolver: Resolver, node: Node) -> str | None:
    if node.type in {"list_splat", "dictionary_splat"}:
        return None
    if node.type == "attribute" and "sys.executable" in parsed.adapter.qualified(parsed, node):
        return "python"
    answer: Answer = resolver.resolve(node)
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
        return words[1] == "-c" or (told.partition(".")[0] not in _roots() and not _STARTING.fullmatch(told))
    return _STARTING.fullmatch(words[0]) is None


# Libraries of the operating system


def _is_of_the_system(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
    if name in _LOADING:
        return _is_loaded(parsed, resolver, site)
    parts = site.names[0].split(".") if site.names else []
    if len(parts) < 3 or parts[0] != "ctypes" or parts[1] not in _LIBRARIES or parts[2] in {"LoadLibrary", "*"}:
        return False
    if not (_SYSTEM.fullmatch(parts[2]) or _GUARDED.fullmatch(parts[2])):
        return False
    if len(parts) > 3:
        return _is_plain(parts[2], parts[3])
    return _is_followed(parsed, site.node, parts[2])


def _is_loaded(parsed: Parsed, resolver: Resolver, site: Site) -> bool:
    node = site.arguments.get(0, "name") if site.arguments is not None else None
    if node is None or site.arguments is None:
        return False
    if parsed.text(node).replace("'", '"') in {'find_library("c")', 'ctypes.util.find_library("c")'}:
        return _is_followed(parsed, site.node, "libc.so.6")
    answer = resolver.resolve(node)
    library = answer.values[0].text if answer.certain and answer.values[0].kind == "text" else ""
    known = _SYSTEM.fullmatch(library) or _GUARDED.fullmatch(library) or _C_LIBRARY.fullmatch(library)
    return known is not None and _is_followed(parsed, site.node, library)


def _is_plain(library: str, function: str) -> bool:
    """Whether a function of a library of the system is no cryptography and leads to none."""
    if _C_LIBRARY.fullmatch(library):
        return _C_ONLY.fullmatch(function) is not None
    if _GUARDED.fullmatch(library):
        return _GUARDED_ONLY.fullmatch(function) is not None
    return _LEADING_OUT.fullmatch(function) is None


def _is_followed(parsed: Parsed, node: Node, library: str) -> bool:
    """Whether all that is taken from a library is in sight: members of it, or of the one local variable that holds it."""
    above = node.parent
    if above is not None and above.type == "attribute" and above.child_by_field_name("object") == node:
        member = above.child_by_field_name("attribute")
        return member is not None and _is_plain(library, parsed.text(member))
    if above is not None and above.type in {"tuple", "argument_list"} and len(above.named_children) == 2:
        first = above.named_children[0]  # a function prototype is given ("name", library)
        return first.type == "string" and above.type == "tuple" and _is_plain(library, parsed.text(first).strip("\"'"))
    name, function = parsed.assigned_to(node), parsed.function_of(node)
    if function is None or not name.isidentifier():
        return False
    text = parsed.content[function.start_byte : function.end_byte]
    word = re.escape(name.encode())
    if re.search(rb"\b(?:global|nonlocal)\b[^\n]*\b%b\b" % word, text):
        return False
    places = list(re.finditer(rb"(?<![\w.])%b(?!\w)\s*(?:\.\s*(\w+)|(=)(?!=))?" % word, text))
    return all(place[2] or (place[1] and _is_plain(library, place[1].decode())) for place in places)
