"""No control, bidi or invisible character of a product survives in an output; JSON keeps every string exactly."""

import json
import re
import unicodedata
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import asdict

from assay.core.text import LANGS, Lang
from assay.report import escape
from assay.report import html as html_output
from assay.report import json as json_output
from assay.report import text as text_output
from assay.report.layout import cells

from .poison import poisoned
from .sample import EVIL, sample

DOCUMENT = sample(hostile=False)
FORBIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HAZARDS = st.sampled_from(
    [
        *map(chr, range(0x20)), "\x7f", *map(chr, range(0x80, 0xA0)), *BIDI, "\u200b", "\u200d", "\u2028", "\u2029",
        "\ufeff", "\ufe0f", "\U000e0041", "\ud800", "\udfff", "\u3164", "\xad",
    ]
)  # fmt: skip
MARKUP = st.sampled_from(["<", ">", '"', "'", "&", "<script>", "</style>", "-->", "{{", "{%", "<img onerror=x>", "\\"])
EVILS = st.lists(st.one_of(HAZARDS, MARKUP, st.characters()), min_size=1, max_size=12).map("".join)


def hazards(shown: str) -> list[str]:
    return [char for char in shown if char != "\n" and unicodedata.category(char) in FORBIDDEN]


class Outline(HTMLParser):
    """Elements and attribute names in order, and all the text."""

    def __init__(self) -> None:
        super().__init__()
        self.outline: list[tuple[str, tuple[str, ...]]] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.outline.append((tag, tuple(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.outline.append(("/" + tag, ()))

    def handle_comment(self, data: str) -> None:
        self.outline.append(("!", (data,)))

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def outline(page: bytes) -> Outline:
    parser = Outline()
    parser.feed(page.decode("utf-8"))
    parser.close()
    return parser


PLAIN = {lang: outline(html_output.render(poisoned(DOCUMENT, "x"), lang)).outline for lang in LANGS}


@given(EVILS, st.sampled_from(LANGS))
@settings(max_examples=60, deadline=None)
def test_html_gets_no_element_and_no_character_from_the_product(evil: str, lang: Lang) -> None:
    page = html_output.render(poisoned(DOCUMENT, evil), lang)
    assert not hazards(page.decode("utf-8"))
    parsed = outline(page)
    assert parsed.outline == PLAIN[lang]
    assert escape.terminal(evil).strip() in "".join(parsed.said)


@given(EVILS, st.sampled_from(LANGS), st.integers(20, 160))
@settings(max_examples=60, deadline=None)
def test_text_moves_no_cursor_and_keeps_its_width(evil: str, lang: Lang, width: int) -> None:
    document = poisoned(DOCUMENT, evil)
    plain = text_output.render(document, lang, width=width).decode("utf-8")
    assert not hazards(plain)
    assert max(cells(line) for line in plain.split("\n")) <= max(width, text_output.NARROWEST)
    colored = text_output.render(document, lang, width=width, color=True).decode("utf-8")
    assert re.sub(r"\x1b\[[0-9;]{1,4}m", "", colored) == plain


@given(EVILS)
@settings(max_examples=60, deadline=None)
def test_json_is_exact_and_harmless_on_a_screen(evil: str) -> None:
    document = poisoned(DOCUMENT, evil)
    rendered = json_output.render(document, "en").decode("utf-8")
    assert not hazards(rendered)
    expected = re.sub("[\ud800-\udfff]", lambda found: f"\\u{{{ord(found.group()):x}}}", document.product.name)
    assert json.loads(rendered)["product"]["name"] == expected


def test_every_control_format_and_separator_character_is_shown() -> None:
    left = [
        n for n in range(0x110000) if unicodedata.category(chr(n)) in FORBIDDEN and escape.terminal(chr(n)) == chr(n)
    ]
    assert left == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202e", "\\u{202e}"),
        ("\U000e0041", "\\u{e0041}"),
        ("a\nb", "a\\x0ab"),
        ("商密", "商密"),
    ],
)
def test_the_visible_form(text: str, shown: str) -> None:
    assert escape.terminal(text) == shown


def test_html_leaves_markup_alone_and_escapes_the_rest_once() -> None:
    assert escape.html(Markup("<b>")) == "<b>"
    assert escape.html("<b>&\x1b") == "&lt;b&gt;&amp;\\x1b"


def test_json_pairs_surrogates_of_high_characters() -> None:
    encoded = json.dumps("\U000e0041\x7f\ud800", ensure_ascii=False)
    assert escape.json(encoded) == '"\\udb40\\udc41\\u007f\\\\u{d800}"'


def test_hostile_facts_through_the_whole_composition() -> None:
    document = sample(hostile=True)
    for lang in LANGS:
        for shown in (text_output.render(document, lang), html_output.render(document, lang)):
            assert not hazards(shown.decode("utf-8"))
    said = outline(html_output.render(document, "en"))
    tags = {tag for tag, _ in said.outline}
    assert not tags & {"script", "img", "iframe", "object", "link", "form", "base"}
    assert not [name for _, names in said.outline for name in names if name.startswith("on")]
    assert escape.terminal(EVIL) in "".join(said.said)


def test_the_document_itself_is_not_escaped() -> None:
    strings: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, str):
            strings.append(value)
        elif isinstance(value, tuple):
            for item in value:
                walk(item)
        elif isinstance(value, Struct):
            for item in asdict(value).values():
                walk(item)

    walk(sample(hostile=True))
    assert any("\x1b" in text for text in strings)


# Outputs for other programs


@given(EVILS)
def test_xml_holds_any_text_and_shows_it(evil: str) -> None:
    root = ElementTree.fromstring(f'<a b="{escape.xml(evil)}">{escape.xml(evil)}</a>')
    assert root.text == root.attrib["b"] == escape.terminal(evil)
    assert len(root) == 0


@given(EVILS)
def test_a_sarif_message_has_no_placeholder_and_no_link(evil: str) -> None:
    shown = escape.sarif(evil)
    assert hazards(shown) == []
    assert not re.search(r"(?<!\{)(?:\{\{)*\{(?!\{)", shown)
    assert not re.search(r"(?<!\\)(?:\\\\)*[\[\]]", shown)


@given(EVILS)
def test_oscal_markup_means_nothing(evil: str) -> None:
    shown = escape.markup(evil)
    assert hazards(shown) == []
    assert "<" not in shown
    assert ">" not in shown
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_{}\[\]()#!|~^$]", shown)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_a_path_is_a_relative_reference_below_its_base_or_none(path: str) -> None:
    uri = escape.uri(path)
    climbs = {".", ".."} & set(re.split("[/!]", path))
    assert bool(uri) == (bool(path) and path[0] not in "/!" and not climbs)
    if uri:
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/!-]|%[0-9A-F]{2})+", uri)
        assert unquote(uri) == path


def test_paths_as_uris() -> None:
    assert escape.uri("lib/a b.jar!com/K#1.class") == "lib/a%20b.jar!com/K%231.class"
    assert escape.uri("C:\\x?y") == "C%3A%5Cx%3Fy"
    assert [escape.uri(path) for path in ("../a", "a/../../b", "/etc/passwd", "a.jar!../b", "")] == [""] * 5
    assert escape.uri("a\udc80") == "a%EF%BF%BD"
