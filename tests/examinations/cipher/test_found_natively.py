"""Searches that find a literal natively and look around it give what the plain pattern gives, on any text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Hit, Locator
from assay.examinations.cipher import catalogue, disguise, prepared, tables
from assay.examinations.cipher.library import Library
from assay.examinations.cipher.outlook import OUTLOOKS, go
from assay.examinations.cipher.outlook import javascript as script
from assay.source import javascript_modules, javascript_objects, python, python_types


def texts(words: bytes) -> st.SearchStrategy[bytes]:
    """Texts made of words, which a space separates here."""
    parts = st.sampled_from([*words.split(), b" ", b" ", b"\t", b"\n", b"_", b"\xe4"])
    return st.lists(parts, max_size=24).map(b"".join)


@given(texts(b"import from ; : , a.b importx"))
def test_where_python_imports(content: bytes) -> None:
    plain = re.compile(rb"(?:^|[;:])[ \t]*((?:import|from)\b)", re.MULTILINE)
    found = [span.start() for form in python._IMPORTING for span in form.finditer(content)]
    begun = sorted(at for at in found if python._begins(content, at))
    assert begun == [match.start(1) for match in plain.finditer(content)]


@given(texts(b'import ( . "a/b" `c` ; x ) .a'))
def test_where_go_imports_everything_of_a_package(content: bytes) -> None:
    assert [found.span() for found in go._dots(content)] == [found.span() for found in go._DOT.finditer(content)]


@given(texts(b"get_args get_type_hints dataclasses.fields __args__ __value__ x__args__ ( ) [0] .get(a) .pop( = x"))
def test_where_python_takes_a_type_back(content: bytes) -> None:
    plain = [found.span() for found in python_types._CALLED_BACK.finditer(content)]
    assert [found.span() for found in python_types._called_back(content)] == plain


@given(texts(b"import require ( . x $ requires"))
def test_where_javascript_loads(content: bytes) -> None:
    plain = [match.span() for match in javascript_modules.LOADS.finditer(content)]
    assert javascript_modules.loading(content) == plain


@given(texts(b"export exports import module. * { } ( ) from require = 'a' \"b\" as then . ; , x"))
def test_modules_passed_on(content: bytes) -> None:
    plain = [match.span() for match in script._PASSED_ON.finditer(content)]
    assert [match.span() for match in script._passed_on(content)] == plain


@given(texts(b"forge forgex function ( ( ) ) => { : , = x async ."))
def test_a_module_as_a_parameter(content: bytes) -> None:
    meta = FileMeta("a.js", "a.js", len(content), "source", "JavaScript", "c", "shipped", Locator("file", "a.js"))
    found = list(OUTLOOKS["JavaScript"].around(FileView(meta, content), [Hit(b"forge", 0)]))
    plain = re.search(script._PARAMETER % b"forge", content)
    assert [at for at, why in found if why.endswith("as a parameter")] == ([plain.start()] if plain else [])


@given(texts(b"opts opts xopts .opts . = == [ ( assign( x"))
def test_an_object_that_is_changed(content: bytes) -> None:
    plain = re.compile(rb"(?<![\w.$])opts\s*(?:\.\s*\w+\s*=(?!=)|\[)|assign\(\s*opts\b")
    assert javascript_objects._is_changed(content, "opts") == (plain.search(content) is not None)


@given(texts(b"99 124 119 123 242 107 , , , ( (byte) byte) 199"))
def test_the_beginning_of_a_table(content: bytes) -> None:
    items = [b"99", b"124", b"119"]
    plain = re.compile(rb"\s*,\s*".join(rb"\(?(?:byte\s*\)\s*)?" + item for item in items), re.IGNORECASE).search(
        content
    )
    core = re.compile((rb"\s*,\s*" + tables._CAST).join(items), re.IGNORECASE)
    at = tables._begin(content, content.lower(), items[0], core)
    assert at == (plain.start() if plain else -1)


@given(texts(rb"a \ \\ 1 ( \r"))
def test_a_word_that_goes_on_in_the_next_line(content: bytes) -> None:
    plain = re.search(rb"[A-Za-z0-9_]\\[ \t]*\r?\n[A-Za-z0-9_]", content)
    assert disguise._spliced(content) == (plain.start() if plain else -1)


@pytest.mark.parametrize("library", [pytest.param(library, id=library.id) for library in catalogue.libraries()])
def test_a_library_is_read_for_each_of_its_languages(library: Library) -> None:
    content = prepared.texts()[f"{library.id}.yaml"]
    assert all(catalogue._may_be_for(language, content) for language in library.languages)


@pytest.mark.parametrize("told", [b"language:\n  - C\n", b"'language': C\n", b"language: # see below\n  [C]\n"])
def test_a_file_that_does_not_tell_its_languages_in_one_line_is_read_for_all(told: bytes) -> None:
    assert catalogue._may_be_for("C", told)
    assert catalogue._may_be_for("Java", told)


def test_of_several_variables_that_are_called_the_first_is_named() -> None:
    content = b"<?php\n" + b"".join(b"$call%d = load(%d);\n$call%d($x);\n" % (at, at, at) for at in range(9))
    assert OUTLOOKS["PHP"].disguised(content) == content.index(b"$call0")
