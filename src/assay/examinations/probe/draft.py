"""A declaration written down from a run: what was seen, for the vendor to go through, correct, and make its own.

It is a `product.yaml` whose `declares` says `draft: true`. While that stands it declares nothing: no rule is met by it
and no fact is held against it. The vendor knows what belongs there and what does not; a run knows only what happened.
"""

import json
from collections.abc import Iterable, Iterator

from assay.core.facts import Fact

_HEAD = """\
# A draft, written down from a run by assay. Go through every line: keep what the product is meant to do, remove
# what it is not, add what the run did not reach. Then remove the line "draft: true" and sign the
# file: assay probe sign. From there on this is the vendor's word.
# 由 assay 根据一次运行起草。请逐行核对：保留产品应有的行为，删去不应有的，补上运行未触及的；
# 然后删去 “draft: true” 一行，并以 assay probe sign 签名，此后即为供应方的声明。
"""
_WRITTEN = frozenset({"created", "changed", "deleted", "written"})


def draft(facts: Iterable[Fact], name: str = "") -> str:
    """YAML, sorted and without duplicates; `name` is the product's."""
    facts = [fact for fact in facts if fact.kind.startswith("run.")]
    rows = {
        "destinations": _destinations(facts),
        "files": (str(fact.value["path"]) for fact in facts if fact.value.get("operation") in _WRITTEN | {"read"}),
        "privileges": (str(fact.value["privilege"]) for fact in facts if fact.kind == "run.privilege"),
        "ciphers": (str(fact.value["algorithm"]) for fact in facts if fact.kind == "run.cipher"),
        "processes": (str(fact.value["program"]) for fact in facts if fact.value.get("conduct") == "started"),
    }
    named = [f"name: {_quoted(name)}\n"] if name else []
    lines = [_HEAD, *named, "declares:\n  draft: true\n", _interfaces(facts)]
    for part, found in rows.items():
        items = sorted(set(found))
        lines.append(f"  {part}:\n" if items else f"  {part}: []\n")
        lines += [f"    - {_quoted(item)}\n" for item in items]
    return "".join(lines)


def _interfaces(facts: Iterable[Fact]) -> str:
    rows: dict[tuple[str, int, str], str] = {}
    for fact in facts:
        if fact.kind == "run.listener":
            value = fact.value
            protocol = str(value["transport"] if value["transport"] != "tcp" else value.get("protocol") or "tcp")
            protocol = "tcp" if protocol in ("silent", "unknown") else protocol
            port, name = int(value.get("port") or 0), str(value.get("name") or "")
            audience = "local" if value.get("address") == "loopback" else ""
            rows.setdefault((name, port, str(value["transport"])), f"{protocol}|{audience}")
    if not rows:
        return "  interfaces: []\n"
    lines = ["  interfaces:\n"]
    for (name, port, transport), said in sorted(rows.items()):
        protocol, _, audience = said.partition("|")
        shown = [("name", name or f"{protocol}-{port or 'dynamic'}"), ("protocol", protocol)]
        lines.append("    - {" + ", ".join(f"{key}: {_quoted(item)}" for key, item in shown))
        lines.append(f", port: {port}" if port else "")
        lines.append(f", audience: {_quoted(audience)}" if audience and transport != "unix" else "")
        lines.append("}\n")
    return "".join(lines)


def _destinations(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        value = fact.value
        if fact.kind == "run.name":
            yield str(value["name"])
        elif fact.kind == "run.contact":
            host = str(value["destination"])
            host = f"[{host}]" if ":" in host and value["transport"] != "unix" else host
            port = f":{value['port']}" if value.get("port") else ""
            yield (
                host
                if value["transport"] == "unix"
                else (f"{host}{port}" if value["transport"] == "tcp" else f"{value['transport']}://{host}{port}")
            )


def _quoted(text: str) -> str:
    """A double-quoted scalar: JSON's escapes are YAML's."""
    return json.dumps(text)
