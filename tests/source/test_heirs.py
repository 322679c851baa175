"""What a class gives to the maker of its parent, in each language."""

import pytest

from assay.source.heirs import given_to_parent
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed

_SPREAD = ["..."]


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("Java", 'class A extends B { A() { super("x", 1); } }', ['"x"', "1"]),
        ("Java", "class A extends B { }", []),
        ("Java", "class A extends B { A() { super(1); } A(int a) { super(a); } }", _SPREAD),
        ("Java", "class A extends B { void f() { super.close(2); } class C extends D { C() { super(3); } } }", []),
        ("Kotlin", 'class A(x: Int) : B("x", 1)', ['"x"', "1"]),
        ("Kotlin", 'class A : B {\n  constructor(y: String) : super("q") { }\n}', ['"q"']),
        ("C#", 'class A : B { A() : base("x") { } }', ['"x"']),
        ("C#", "class A(string p) : B(p, 1) { }", ["p", "1"]),
        ("PHP", "<?php class A extends B { function __construct() { parent::__construct('x'); } }", ["'x'"]),
        ("PHP", "<?php class A extends B { }", _SPREAD),
        ("TypeScript", "class A extends B { constructor() { super('x'); } }", ["'x'"]),
        ("JavaScript", "class A extends B { }", _SPREAD),
        ("Python", "class A(B):\n    def __init__(self):\n        super().__init__('x', b=1)\n", ["'x'"]),
        ("Python", "class A(B):\n    def __init__(self):\n        B.__init__(self, 'x')\n", ["'x'"]),
        ("Python", "class A(B):\n    pass\n", _SPREAD),
    ],
)
def test_what_is_given(language: str, code: str, expected: list[str]) -> None:
    parsed = Parsed(BY_NAME[language], code.encode())
    at = code.index("extends B" if "extends" in code else "B")
    node = parsed.at(code.index("B", at), 1)
    assert node is not None
    while language == "Kotlin" and node.type != "user_type" and node.parent is not None:
        node = node.parent
    given = given_to_parent(parsed, node)
    assert (_SPREAD if given.spread else [parsed.text(one) for one in given.positional]) == expected
