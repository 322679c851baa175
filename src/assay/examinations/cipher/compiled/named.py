"""What the examinations of Java look for, by the internal names that compiled code spells.

Source: `catalogue/*.yaml`, `outward.yaml`.
"""

from collections.abc import Mapping
from functools import lru_cache

from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.ways import ways

LANGUAGE = "Java"
# Run time systems of languages whose calls are resolved by name while the program runs, and Kotlin's own random values.
RESOLVING = (
    b"org/codehaus/groovy/runtime/", b"groovy/lang/GroovyShell", b"clojure/lang/", b"org/jruby/", b"org/python/",
    b"kotlin/reflect/full", b"kotlin/random/", b"scala/reflect/runtime",
)  # fmt: skip


@lru_cache(maxsize=1)
def strangers() -> tuple[bytes, ...]:
    rows = ways(LANGUAGE).strangers.values()
    return tuple(name.replace(".", "/").encode() for names in rows for name in names)


@lru_cache(maxsize=1)
def owners() -> tuple[Mapping[bytes, frozenset[bytes]], frozenset[bytes]]:
    """What the catalogue and the ways out name: classes with their members, and members of any object."""
    catalogue, here = catalogue_of(LANGUAGE), ways(LANGUAGE)
    found: dict[bytes, set[bytes]] = {}
    members: set[bytes] = set()
    for call in (*catalogue.entries, *catalogue.blind, *here.by_name, *here.foreign, *here.commands):
        owner, _, member = call.rpartition(".")
        if not owner:
            members.add(member.encode())
            continue
        parts = owner.split(".")
        last = next((at for at, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
        inner = "/".join(parts[: last + 1])
        named = "$".join((inner, *parts[last + 1 :])).encode()
        found.setdefault(named, set()).add(member.encode())
        if member[:1].isupper():  # a type that is implemented, or a constant of one
            found.setdefault(named + (b"$" if parts[-1][:1].isupper() else b"/") + member.encode(), set())
    return {name: frozenset(row) for name, row in found.items()}, frozenset(members)


@lru_cache(maxsize=8192)
def is_named(owner: str, member: str) -> bool:
    """Whether a class, or a member of it, is one of the catalogue, a way out or a stranger's."""
    classes, members = owners()
    known = classes.get(owner.encode("utf-8", "replace"))
    if known is not None and (not member or not owner.startswith("java/lang/") or member.encode() in known):
        return True
    own = member.encode("utf-8", "replace") in members
    return own or owner.encode("utf-8", "replace").startswith((*strangers(), *RESOLVING))


@lru_cache(maxsize=8192)
def carries(name: str) -> bool:
    """Whether objects of a class are followed: those of the JDK, and of packages that hold classes of the catalogue."""
    return name.startswith(("java/", "javax/")) or "/".join(name.split("/")[:3]) in _packages()


@lru_cache(maxsize=1)
def _packages() -> frozenset[str]:
    return frozenset("/".join(owner.decode().split("/")[:3]) for owner in owners()[0])
