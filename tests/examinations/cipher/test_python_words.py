"""What is refused before parsing is no reference: held against Python's own parser, and against what must pass."""

import ast
import warnings

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.examinations.cipher.outlook.python_words import bindings, leads_to, may_refer

_STATEMENTS = (
    "import os", "import os.path as p", "import json, os as o", "from os import system", "import a; import os",
    "from os import (system,\n  popen)", "from os import (  # ( )\n  system as s,)", "from . import os",
    "from .os import system", "from os \\\n import system", "if x: import os", "from a import os as system",
    "try: import os\nexcept E: pass",
)  # fmt: skip
_USES = (
    "os.system(1)", "os . system(1)", "(os.\n  system)", "x = system", "f(system, 1)", "o.system()", "p.os.system",
    "s(1)", "not system or 1", "a.os.system()", "return_(system)", "'the system is' + f'{system}'", "# a system\nx = 1",
    "x = 1 if system else 2", "[system for system in y]", "lambda: system", "os.system.call(1)", "print(*system)",
    "x = '''\n# it''' + system", "f'''\n # {system(1)}'''", "def system(): pass", "'system'", "y = 1or system",
)  # fmt: skip


def _offsets(content: bytes, tree: ast.Module) -> list[tuple[int, str]]:
    """Where `system` is referred to, and the head of its chain; '' for another expression."""
    lines = [0]
    for line in content.split(b"\n"):
        lines.append(lines[-1] + len(line) + 1)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "system":
            found.append((lines[node.lineno - 1] + node.col_offset, "system"))
        if isinstance(node, ast.Attribute) and node.attr == "system":
            head: ast.expr = node
            while isinstance(head, ast.Attribute):
                head = head.value
            end = lines[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
            found.append((end - len("system"), head.id if isinstance(head, ast.Name) else ""))
    return found


def _bound(tree: ast.Module) -> dict[str, set[str]]:
    bound: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for item in node.names:
                bound.setdefault(item.asname or item.name.partition(".")[0], set()).add(item.name.partition(".")[0])
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            for item in node.names:
                bound.setdefault(item.asname or item.name, set()).add((node.module or "").partition(".")[0])
    return bound


@given(st.lists(st.sampled_from(_STATEMENTS), max_size=3), st.lists(st.sampled_from(_USES), min_size=1, max_size=3))
def test_every_reference_passes(statements: list[str], uses: list[str]) -> None:
    content = "\n".join((*statements, *uses)).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(content)
    bound = _bound(tree)
    for at, head in _offsets(content, tree):
        if content[at : at + 6] != b"system":
            continue  # of an f-string, whose parts older Pythons do not place
        assert may_refer(content, at, at + len(b"system"))
        for root in bound.get(head, ()):
            assert leads_to(content, at, {root.encode()})


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("the system is", False),
        ("# call system now", False),
        ("def system(x): pass", False),
        ("'system'", False),
        ("x = system", True),
        ("assert system, 1", True),
        ("raise E from system", True),
        ("# it ''' ; system(x)", True),  # the end of a long string that began on a line before
        (" # {system(1)}", True),  # of a long f-string
        ("1or system", True),
        ("print system", True),
        ("名 system", False),
    ],
)
def test_words_of_sentences(text: str, passes: bool) -> None:
    content = text.encode()
    at = content.index(b"system")
    assert may_refer(content, at, at + len(b"system")) is passes


@pytest.mark.parametrize(
    ("text", "leads"),
    [
        ("import os\nimport json\njson.system()", False),
        ("import os\nself.system()", False),
        ("from os import *\nsystem()", True),
        ("from os import (a, # )\n b, system)\nsystem()", True),
        ("from os import (a, b\nsystem()", True),  # broken: nothing is refused
        ("from a . os import x\nx.system()", True),
        ("import os as 系\n系.system()", True),
        ("import json\n" + "a." * 3000 + "system()", True),  # too long a chain to be told
    ],
)
def test_chains(text: str, leads: bool) -> None:
    content = text.encode()
    assert leads_to(content, content.rindex(b"system"), {b"os"}) is leads


@given(st.binary(max_size=60), st.sampled_from([b"import ", b"from a import ", b"from a import (", b"\\\n", b"system"]))
def test_any_bytes(noise: bytes, word: bytes) -> None:
    content = noise + word + noise + b"system" + noise
    assume(b"system" in content)
    at = content.index(b"system")
    bindings(content)
    may_refer(content, at, at + 6)
    leads_to(content, at, {b"os"})
