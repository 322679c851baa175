"""The resolver: what an argument can be, and how sure that is."""

import pytest

from assay.source.answers import Answer
from assay.source.languages import BY_NAME
from assay.source.parsed import Parsed
from assay.source.values import Resolver

KNOWN = {"hashlib.sha1", "lib.AES.<init>", "lib.Names.CBC", "lib.AES"}


def resolved(language: str, code: str, steps: int = 2000) -> Answer:
    """Values of the first argument of the call of `ask`."""
    parsed = Parsed(BY_NAME[language], code.encode())
    at = code.index("ask(")
    node = parsed.at(at, 3)
    assert node is not None
    while node.child_by_field_name("arguments") is None:
        assert node.parent is not None
        node = node.parent
    arguments = parsed.adapter.arguments(parsed, node.child_by_field_name("arguments"))
    return Resolver(parsed, KNOWN.__contains__, steps).resolve(arguments.positional[0])


def texts(answer: Answer) -> list[str]:
    return [value.text for value in answer.values]


def python(body: str, head: str = "") -> Answer:
    return resolved(
        "Python", f"{head}\ndef f(given, other='d'):\n" + "".join(f"    {line}\n" for line in body.split("\n"))
    )


def java_whole(code: str) -> Answer:
    return resolved("Java", code)


def java(body: str, fields: str = "") -> Answer:
    return resolved("Java", f"import lib.*;\nclass T {{\n{fields}\nvoid f(String given) {{\n{body}\n}}\n}}\n")


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        ("ask('MD5')", "MD5", "text"),
        ("ask('M' 'D' '5')", "MD5", "text"),
        ("ask('M' + 'D5')", "MD5", "text"),
        (r"ask('\x4dD5')", "MD5", "text"),
        (r"ask(r'\x4d')", r"\x4d", "text"),
        ("ask(1024)", "1024", "number"),
        ("ask(0x400)", "1024", "number"),
        ("ask(1_024)", "1024", "number"),
        ("ask(2 * 512)", "1024", "number"),
        ("ask(1 << 10)", "1024", "number"),
        ("ask((1024))", "1024", "number"),
        ("ask(True)", "true", "boolean"),
        ("ask(None)", "", "null"),
        ("ask('md5'.upper())", "MD5", "text"),
        ("x = 'MD5'\nask(x)", "MD5", "text"),
        ("x = 'MD5'\ny = x\nask(y)", "MD5", "text"),
        ("ask(lambda h: True)", "true", "yields"),
        ("ask(lambda h: h)", "", "yields"),
    ],
)
def test_one_certain_value(code: str, text: str, kind: str) -> None:
    answer = python(code)
    assert answer.certain
    assert (answer.values[0].text, answer.values[0].kind) == (text, kind)


@pytest.mark.parametrize(
    ("code", "size"),
    [
        ("ask(b'0123')", 4),
        ("ask(b'\\0' * 16)", 16),
        ("ask(bytes(16))", 16),
        ("ask(bytes([1, 2, 3]))", 3),
        ("ask('0123'.encode())", 4),
        ("ask(bytes.fromhex('00ff'))", 4),
    ],
)
def test_bytes_keep_their_size_only(code: str, size: int) -> None:
    answer = python(code)
    assert answer.certain
    assert answer.values[0].size == size


@pytest.mark.parametrize(
    "code",
    [
        "ask(given)",
        "ask(given + 'x')",
        "ask(f'{given}')",
        "ask(load())",
        "ask(given.name)",
        "for x in given:\n    ask(x)",
        "x = 1\nx += 1\nask(x)",
        "ask(x for x in given)",
        "ask(2 ** 4096)",
        "ask(1 << 100000000)",
        "ask(99999999999999999999)",
        "ask(1 // 0)",
        "ask(1.5)",
    ],
)
def test_what_cannot_be_determined_is_never_complete(code: str) -> None:
    answer = python(code)
    assert not answer.complete
    assert answer.reason


def test_a_parameter_with_a_default_has_that_value_among_others() -> None:
    answer = python("ask(other)")
    assert (texts(answer), answer.complete) == (["d"], False)


def test_branches_give_possible_values() -> None:
    answer = python("x = 'A'\nif given:\n    x = 'B'\nask(x)")
    assert (sorted(texts(answer)), answer.complete) == (["A", "B"], True)
    assert sorted(texts(python("ask('A' if given else 'B')"))) == ["A", "B"]


def test_either_side_of_or_and_perhaps_more() -> None:
    answer = python("ask(given or 'A')")
    assert (texts(answer), answer.complete) == (["A"], False)


def test_an_assignment_that_is_replaced_on_every_path_is_no_value() -> None:
    assert texts(python("x = 'A'\nx = 'B'\nask(x)")) == ["B"]
    assert texts(python("x = 'A'\nask(x)\nx = 'B'")) == ["A"]
    assert texts(python("x = 'A'\nif given:\n    x = 'B'\n    ask(x)")) == ["B"]


def test_an_assignment_behind_the_use_reaches_it_through_a_loop() -> None:
    answer = python("x = 'A'\nwhile given:\n    ask(x)\n    x = 'B'")
    assert sorted(texts(answer)) == ["A", "B"]


def test_a_replacement_inside_the_loop_stops_what_comes_round() -> None:
    assert texts(python("x = 'A'\nwhile given:\n    x = 'B'\n    ask(x)\n    x = 'C'")) == ["B"]


def test_a_goto_voids_the_order_of_text() -> None:
    body = 'const char *x = "A";\nagain:\nask(x);\nx = "B";\ngoto again;'
    answer = resolved("C", f"void f(void) {{\n{body}\n}}\n")
    assert sorted(texts(answer)) == ["A", "B"]


def test_a_closure_sees_every_assignment_of_the_function_around() -> None:
    answer = python("x = 'A'\ndef g():\n    return ask(x)\nx = 'B'")
    assert sorted(texts(answer)) == ["A", "B"]


def test_references_are_those_that_the_asker_knows() -> None:
    answer = python("ask(h.sha1)", "import hashlib as h")
    assert (answer.certain, answer.values[0].names) == (True, ("hashlib.sha1",))
    assert not python("ask(h.md5)", "import hashlib as h").complete


def test_a_getattr_with_a_literal_is_that_member() -> None:
    assert python("ask(getattr(hashlib, 'sha1'))", "import hashlib").values[0].names == ("hashlib.sha1",)
    assert not python("ask(getattr(hashlib, given))", "import hashlib").complete


def test_a_module_constant() -> None:
    assert python("ask(NAME)", "NAME = 'MD5'").certain


def test_a_constant_of_another_module_is_pending() -> None:
    answer = python("ask(names.DIGEST)", "from app import names")
    assert answer.pending == "app.names.DIGEST"


def test_java_locals_fields_and_constants() -> None:
    assert texts(java('String x = "A"; x = "B"; ask(x);')) == ["B"]
    assert java("ask(NAME);", 'static final String NAME = "MD5";').certain
    loose = java("ask(name);", 'String name = "MD5";')
    assert (texts(loose), loose.complete) == (["MD5"], False)
    assert sorted(texts(java('ask(c ? "A" : "B");'))) == ["A", "B"]
    assert java("ask(Names.CBC);").values[0].names == ("lib.Names.CBC",)
    assert java("ask(new AES());").values[0].names == ("lib.AES.<init>",)
    assert java("ask(Other.NAME);").pending.endswith("Other.NAME")


def test_java_arrays() -> None:
    assert java("ask(new byte[] {1, 2, (byte) 0x80});").values[0].size == 3
    assert java("ask(new byte[16]);").values[0].size == 16
    assert java("byte[] x = new byte[16]; ask(x);").values[0].size == 16
    assert not java("byte[] x = new byte[16]; fill(x); ask(x);").complete
    assert not java("byte[] x = new byte[16]; random.nextBytes(x); ask(x);").values
    listed = java('ask(new String[] {"A", "B"});').values[0]
    assert (listed.kind, [item.text for item in listed.items]) == ("list", ["A", "B"])
    assert not java('ask(new String[] {"A", given});').complete


def test_java_functions_that_yield_a_literal() -> None:
    assert texts(java("ask((h, s) -> true);")) == ["true"]
    assert texts(java("ask((h, s) -> { return true; });")) == ["true"]
    assert texts(java("ask((h, s) -> h.equals(s));")) == [""]


def test_c_numbers_and_macros() -> None:
    assert texts(resolved("C", '#define NAME "MD5"\nvoid f(void) { ask(NAME); }\n')) == ["MD5"]
    assert texts(resolved("C", "void f(void) { ask(010); }\n")) == ["8"]
    assert texts(resolved("C", "void f(void) { ask(1024UL); }\n")) == ["1024"]


def test_steps_bound_the_work() -> None:
    chain = "x0 = 'A'\n" + "\n".join(f"x{n} = x{n - 1}" for n in range(1, 50)) + "\nask(x49)"
    assert python(chain).certain
    parsed = resolved("Python", "def f():\n" + "".join(f"    {line}\n" for line in chain.split("\n")), steps=20)
    assert (parsed.complete, parsed.reason) == (False, "too many steps")


def test_a_value_defined_by_itself_ends() -> None:
    answer = resolved("Python", "x = y\ny = x\nask(x)\n")
    assert not answer.complete


def test_many_values_are_cut_and_not_complete() -> None:
    body = "x = 'v'\n" + "\n".join(f"if given:\n    x = 'v{n}'" for n in range(40)) + "\nask(x)"
    answer = python(body)
    assert (len(answer.values), answer.complete) == (16, False)


CALLED = """
class A {{
  {0} void go(String name, int choice) {{
    String chosen = "DES";
    if (choice > 1) chosen = name;
    ask(chosen);
  }}
  static void use() {{ new A().go("AES", 2); }}
}}
"""


def test_a_parameter_is_what_the_calls_of_a_private_method_pass() -> None:
    answer = java_whole(CALLED.format("private"))
    assert ([value.text for value in answer.values], answer.complete) == (["AES"], True)


def test_a_parameter_of_a_public_method_may_be_given_by_others() -> None:
    answer = java_whole(CALLED.format("public"))
    assert {value.text for value in answer.values} == {"DES", "AES"}
    assert not answer.complete


def test_a_condition_that_is_never_met_gives_nothing() -> None:
    assert [value.text for value in java('String x = "A"; int n = 3; if (n > 5) x = "B"; ask(x);').values] == ["A"]
    assert [value.text for value in java('String x = "A"; int n = 7; if (n > 5) x = "B"; ask(x);').values] == ["B"]
    assert len(java('String x = "A"; if (given > 5) x = "B"; ask(x);').values) == 2
    assert [value.text for value in java('ask((7 * 18) + 106 > 200 ? "A" : given);').values] == ["A"]


def test_an_item_of_a_map_is_what_was_put_there_last() -> None:
    put = 'java.util.Map<String, String> m = new java.util.HashMap<>(); m.put("a", "DES"); m.put("b", "AES"); '
    assert [value.text for value in java(put + 'ask(m.get("b"));').values] == ["AES"]
    assert not java(put + "ask(m.get(given));").complete


def test_a_setting_waits_for_configuration_and_keeps_its_default() -> None:
    answer = java('ask(props.getProperty("cipher.name", "AES"));')
    assert (answer.pending, [value.text for value in answer.values], answer.complete) == (
        "?cipher.name",
        ["AES"],
        False,
    )


def test_what_a_method_of_the_unit_returns() -> None:
    whole = 'class A { private String name(String mode) { return "AES/" + mode; } void f() { ask(name("GCM")); } }'
    assert [value.text for value in java_whole(whole).values] == ["AES/GCM"]


def test_a_field_that_is_asked_for_again_hangs_on_the_same() -> None:
    """What it holds is kept: the functions and names that were asked for on the way, and the steps, come with it."""
    code = (
        "class A { final String a = B.NAME + make(1); void f() { ask(a, a); } String make(int n) { return C.X + n; } }"
    )
    parsed = Parsed(BY_NAME["Java"], code.encode())
    node = parsed.at(code.index("ask("), 3)
    assert node is not None
    assert node.parent is not None
    given = parsed.adapter.arguments(parsed, node.parent.child_by_field_name("arguments")).positional
    resolver = Resolver(parsed, KNOWN.__contains__, 2000)
    answers, left, asked = [], [], []
    for argument in given:
        resolver.asked = {}
        answers.append(resolver.resolve(argument))
        left.append(resolver._left)
        asked.append(set(resolver.asked))
    first, second = answers
    assert first.within
    assert (first.values, first.within, first.pending) == (second.values, second.within, second.pending)
    assert left[0] == left[1] < 2000
    assert asked[0] == asked[1]
