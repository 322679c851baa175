"""A small book on disk for tests: one valid rule that each test spoils in its own way."""

from pathlib import Path

HEAD = """\
id: mine
title: {en: Mine, zh: 自定}
grammar: 1
source: {en: My source, zh: 我的来源}
status: draft
owner: me
"""

RULE = """\
id: x.rc4
title: {en: No RC4, zh: 不用 RC4}
clause: {document: My standard, at: section 1, known: text}
severity: high
forbid:
  - fact: crypto.use
    where: {family: RC4, state: used, scope: [shipped, vendored]}
because: {en: It is broken, zh: 已被攻破}
remedy: {en: Use AES, zh: 改用 AES}
examples:
  broken:
    - facts: [{kind: crypto.use, value: {family: RC4, state: used}}]
  met:
    - facts: [{kind: crypto.use, value: {family: AES, state: used}}]
  open:
    - attempts: []
"""


def book(folder: Path, *rules: str, head: str = HEAD, names: tuple[str, ...] = ("area/x.rc4.yaml",)) -> str:
    """Write a book named `mine` and return its path."""
    root = folder / "mine"
    root.mkdir()
    (root / "book.yaml").write_text(head, encoding="utf-8")
    for name, rule in zip(names, rules or (RULE,), strict=True):
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text(rule, encoding="utf-8")
    return str(root)
