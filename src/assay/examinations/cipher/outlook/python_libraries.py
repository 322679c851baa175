"""Libraries of the operating system, and functions of them, that are no cryptography and lead to none.

Nothing but such functions may be taken from a library, in sight: as members of it, or of the one local variable that
holds it. Of libraries that hash and encrypt too (advapi32, libc), only what is known to do neither counts.

*It cannot see* a function that another module takes from a library of this one; such a library is a blind spot.
Sources: Python documentation of ctypes; Win32 API index (advapi32 and ntdll hold MD5, DES and RC4; kernel32 and user32
hold none); index of the GNU C library.
"""

import re
from functools import lru_cache

from tree_sitter import Node

from assay.core import late
from assay.source.parsed import Parsed
from assay.source.places import Site
from assay.source.values import Resolver

_SYSTEM = late.expression(
    r"(?i)(?:kernel32|user32|gdi32|shell32|ws2_32|psapi|winmm|dwmapi|shcore|version|iphlpapi|shlwapi)(?:\.dll)?"
)
_C_LIBRARY = late.expression(r"libc\.so\.6|libc\.dylib|/usr/lib/libSystem\.B\.dylib")
_GUARDED = late.expression(r"(?i)advapi32(?:\.dll)?")
_GUARDED_ONLY = late.expression(
    r"(?:OpenProcessToken|OpenThreadToken|GetTokenInformation|InitializeSecurityDescriptor|(?:Get|Set)SecurityDescriptor\w+|"
    r"(?:Get|Set)(?:Named)?SecurityInfo[AW]?|(?:Get|Set)FileSecurity[AW]?|LookupAccount\w+|LookupPrivilege\w+|"
    r"AdjustTokenPrivileges|Reg(?:Open|Close|Query|Enum|Set|Create|Delete)\w+|Convert(?:String)?Sid\w+|IsValidSid|EqualSid|"
    r"GetLengthSid|CopySid|FreeSid|GetUserName[AW]|(?:Open|Close|Query|Control|Start)Service\w*|OpenSCManager[AW])"
)
_C_ONLY = late.expression(
    r"(?:inotify_\w+|getpid|getppid|gettid|getuid|geteuid|getgid|getegid|getifaddrs|freeifaddrs|prctl|setns|mlock|munlock|"
    r"madvise|malloc|calloc|free|memcpy|memmove|memset|strlen|strerror|errno|__errno_location|getenv|isatty|ioctl|fcntl|"
    r"mount|umount2?|sethostname|gethostname|if_nametoindex|sched_\w+|eventfd|timerfd_\w+|signalfd|poll|usleep|nanosleep|"
    r"clock_gettime|fflush|fopen|fclose|printf|puts|statvfs|posix_fadvise|fallocate|syncfs|sync|malloc_trim)"
)
_LEADING_OUT = late.expression(
    r"(?:CreateProcess\w*|WinExec|LoadLibrary\w*|LoadModule|LoadPackagedLibrary|GetProcAddress|GetModuleHandle\w*|"
    r"ShellExecute\w*|Shell_\w+|CreateRemoteThread\w*|CallWindowProc\w*|EnumSystem\w*|QueueUserAPC|system|Crypt\w*|"
    r"\w*(?:MD[245]|SHA|RC4|DES|AES|HMAC|Hash|Random|Rand)\w*)"
)
_MOST_PLACES = 256  # of one variable that are looked at
_LIBRARIES = frozenset({"cdll", "windll", "oledll", "pydll"})
_LOADING = frozenset(
    {"ctypes.CDLL", "ctypes.WinDLL", "ctypes.OleDLL", "ctypes.PyDLL"}
    | {f"ctypes.{loader}.LoadLibrary" for loader in _LIBRARIES}
)


def is_of_the_system(parsed: Parsed, resolver: Resolver, site: Site, name: str) -> bool:
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
    if not function.isidentifier():
        return False
    if _C_LIBRARY.fullmatch(library):
        return _C_ONLY.fullmatch(function) is not None
    if _GUARDED.fullmatch(library):
        return _GUARDED_ONLY.fullmatch(function) is not None
    return _LEADING_OUT.fullmatch(function) is None


def _is_followed(parsed: Parsed, node: Node, library: str) -> bool:
    """Whether all that is taken from a library is in sight: members of it, or of a local variable that holds it."""
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
    places = _places(parsed.content, function.start_byte, function.end_byte, name)
    own = range(node.start_byte, node.end_byte)  # may name it in quotes
    return 0 < len(places) <= _MOST_PLACES and all(
        at in own or given or (member and _is_plain(library, member)) for at, member, given in places
    )


@lru_cache(maxsize=8)
def _places(content: bytes, start: int, end: int, name: str) -> tuple[tuple[int, str, bool], ...]:
    """Where a function names a variable: offset, member taken from it, and whether it is assigned; () if it is not its
    own."""
    word = re.escape(name.encode())
    if re.search(rb"\b(?:global|nonlocal)\b[^\n]*\b%b\b" % word, content[start:end]):
        return ()
    form = re.compile(rb"(?<![\w.])%b(?!\w)\s*(?:\.\s*(\w+)|(=)(?!=))?" % word)
    found = form.finditer(content, start, end)
    return tuple((place.start(), (place[1] or b"").decode(), place[2] is not None) for place in found)
