"""What a unit assigns to one name, looked for where the name stands, is what its assignments as a whole hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source import assigned
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.places import Binding

STATEMENTS = {
    "Python": (
        "{0} = {1}", "{0}, {1} = f()", "{0} += 1", "for {0} in {1}: pass", "x = ({0} := {1})", "f({0}, {1}={0})",
        "class C:\n    {0} = {1}\n    def g(self, {1}):\n        self.{0} = {1}\n        {0} = self.{1}",
        "def h({0}={1}):\n    {1} = {0}\n    global {0}", "g = lambda: ({0} := 1)", "with f() as {0}: {1} = {0}",
    ),
    "C": (
        "static const int {0} = {1};", "#define {0} {1}", "int *{0};", "enum {{ {0} = 1, {1} }};",
        "int {0}[4] = {{0}};",
        "void f(int {1}) {{ int {0} = {1}; {1} = {0}; g(&{0}); {1}++; }}", "int h(void) {{ {0} = 2; }}",
    ),
    "Go": (
        "var {0} = {1}", "const {0} = 1", "const (\n\t{0} = 1\n\t{1} = {0}\n)", "var {0}, {1} = f()",
        "func f({0} int) {{ {1} := {0}; {0}, {1} = {1}, {0}; x.{0} = {1} }}", "type T struct {{ {0} string }}",
    ),
    "Java": (
        "class A {{ static final int {0} = {1}; int {1}; void f(int {0}) {{ this.{1} = {0}; {1} = 2; }} }}",
        "class B {{ String {0} = \"{1}\"; B() {{ int {1} = 1; {0} = f({1}); }} }}", "enum E {{ {0}, {1} }}",
    ),
    "PHP": (
        "<?php ${0} = ${1};",
        "<?php class A {{ const {0} = 1; private ${1} = 2; function f() {{ $this->{1} = ${0}; }} }}",
        "<?php define('{0}', 1); function g(${0}) {{ ${1} = ${0}; }}",
    ),
    "JavaScript": ("const {0} = {1};", "let {{ {0} }} = {1};", "function f() {{ {0} = {1}; this.{0} = 1; }}", "{0}: 1"),
}  # fmt: skip


def _rows(parsed: Parsed, bound: tuple[Binding, ...]) -> list[tuple[object, ...]]:
    def span(node: Node | None) -> tuple[int, int, str] | None:
        return (node.start_byte, node.end_byte, node.type) if node is not None else None

    return [(span(item.place), span(item.value), item.final, item.filled) for item in bound]


@pytest.mark.parametrize("language", STATEMENTS)
@given(data=st.data())
def test_a_name_alone_and_in_the_whole_file(language: str, data: st.DataObject) -> None:
    names = st.sampled_from(["a", "ab", "KEY", "self"])
    form = st.builds(str.format, st.sampled_from(STATEMENTS[language]), names, names)
    code = "\n".join(data.draw(st.lists(form, max_size=6))).encode()
    alone, whole = Parsed(BY_NAME[language], code), Parsed(BY_NAME[language], code)
    whole.bindings(whole.root)
    for name in ("a", "ab", "KEY", "$a", "nowhere"):
        assert _rows(alone, alone.declared(name)) == _rows(whole, whole.declared(name))
        assert _rows(alone, alone.fields(name)) == _rows(whole, whole.fields(name))


def test_a_name_that_stands_too_often_is_looked_up_in_the_whole() -> None:
    code = b"".join(b"a = %d\n" % number for number in range(assigned.MOST_PLACES + 1))
    parsed = Parsed(BY_NAME["Python"], code)
    assert len(parsed.declared("a")) == assigned.MOST_PLACES + 1
    assert parsed.root.id in parsed._bindings
