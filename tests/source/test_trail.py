"""The way to a node, as it is remembered, is the one that going upwards takes."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tree_sitter import Node

from assay.source.languages import BY_NAME
from assay.source.parsed import DEEPEST, Parsed
from assay.source.trail import Below, noted

TEXT = b"""
const {hash, seal = 1} = tools
function outer(a) {
  let one = a, two
  const inner = (b) => { one = b; two += 1; exports.kept = one; return () => one }
  for (const item of a) { this.last = item; two = inner(item).then((x) => { let one = x; return one }) }
  return two
}
class Box { field = 1; open(key) { const one = key; return one } }
module.exports = { outer, name: function (c) { var one = c } }
"""
PIECES = (
    "const a = 1;",
    "function f(b) {",
    "}",
    "(x) => {",
    "a = b",
    "let {c, d} = e",
    "(",
    ")",
    "é",
    "'s'",
    "\n",
    "[",
    "]",
)


def nodes(root: Node) -> list[Node]:
    found = [root]
    for node in found:  # grows
        found += node.children
    return found


def upwards(node: Node) -> list[Node]:
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


@given(st.lists(st.sampled_from(PIECES), max_size=25), st.randoms(use_true_random=False))
def test_any_order_of_nodes_in_any_text_gives_the_nodes_around(pieces: list[str], random: Random) -> None:
    parsed = Parsed(BY_NAME["JavaScript"], " ".join(pieces).encode())
    rows = nodes(parsed.root)
    random.shuffle(rows)
    for node in rows:
        if node.start_byte == node.end_byte and node != parsed.root:
            continue  # what a broken text lacks: no place of a word
        around = upwards(node)
        assert parsed.above(node) == around
        functions = (one for one in (node, *around) if one.type in parsed.adapter.functions)
        assert parsed.function_of(node) == next(functions, None)


def test_a_function_is_told_what_is_around_it() -> None:
    parsed = Parsed(BY_NAME["JavaScript"], TEXT)
    functions = [node for node in nodes(parsed.root) if node.type in parsed.adapter.functions]
    assert len(functions) > 4
    for function in functions:
        around = (one for one in upwards(function) if one.type in parsed.adapter.functions)
        assert parsed.function_around(function) == next(around, None)


def test_a_tree_that_is_too_deep_is_given_up_and_counted_wherever_one_was_before() -> None:
    parsed = Parsed(BY_NAME["JavaScript"], b"first(" + b"(" * (2 * DEEPEST) + b"last" + b")" * (2 * DEEPEST) + b")")
    deep = parsed.content.index(b"last")
    assert parsed.at(deep, 4) is None
    assert parsed.at(0, 5) is not None
    node = parsed.root.named_descendant_for_byte_range(deep, deep + 4)
    assert node is not None
    assert len(parsed.above(node)) > DEEPEST
    assert parsed.at(deep, 4) is None
    assert parsed.too_deep == 2


def test_assignments_of_a_function_are_those_that_a_query_of_it_finds() -> None:
    for language in ("JavaScript", "TypeScript"):
        parsed, alone = Parsed(BY_NAME[language], TEXT), Parsed(BY_NAME[language], TEXT)
        placed = Below((next(iter(row.values()))[0], row) for row in parsed.assignments)
        for scope in nodes(parsed.root):
            if scope.type in parsed.adapter.functions:
                assert placed.below(scope) == alone.matches(alone.adapter.binding_query, scope)


def test_a_question_about_a_unit_is_answered_once_for_each() -> None:
    asked = []

    @noted
    def size(parsed: Parsed) -> int:
        asked.append(parsed)
        return len(parsed.content)

    one, two = Parsed(BY_NAME["JavaScript"], b"a"), Parsed(BY_NAME["JavaScript"], b"bb")
    assert [size(one), size(two), size(one)] == [1, 2, 1]
    assert asked == [one, two]


@given(st.binary(max_size=60).map(lambda text: text.replace(b"a", b"\n")), st.lists(st.integers(0, 60), max_size=20))
def test_lines_are_the_same_in_whatever_order_they_are_asked_for(text: bytes, offsets: list[int]) -> None:
    parsed = Parsed(BY_NAME["JavaScript"], text, first_line=7)
    assert [parsed.line_at(at) for at in offsets] == [7 + text.count(b"\n", 0, at) for at in offsets]
