"""The page: self-contained, no script, accessible, printable."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from assay.core.text import LANGS, Lang
from assay.report import html

from .sample import sample

VOID = {"meta", "br", "img", "link", "input", "hr"}


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.problems: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")


def parsed(lang: Lang) -> Page:
    page = Page()
    page.feed(html.render(sample(), lang).decode("utf-8"))
    return page


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_is_whole_and_loads_nothing(lang: Lang) -> None:
    page = parsed(lang)
    assert page.problems == []
    assert page.open == []
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags
    policy = next(
        a["content"] for t, a in page.tags if t == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    references = [a[name] for _, a in page.tags for name in ("src", "href") if name in a]
    assert all(reference and reference.startswith("#") for reference in references)


@pytest.mark.parametrize("lang", LANGS)
def test_every_link_has_its_target_and_every_id_is_single(lang: Lang) -> None:
    page = parsed(lang)
    ids = [a["id"] for _, a in page.tags if "id" in a]
    assert len(ids) == len(set(ids))
    links = {a["href"][1:] for t, a in page.tags if t in ("a", "use") and a.get("href")}  # type: ignore[index]
    assert links <= set(ids)


@pytest.mark.parametrize("lang", LANGS)
def test_accessible(lang: Lang) -> None:
    page = parsed(lang)
    tags = [tag for tag, _ in page.tags]
    assert dict(page.tags)["html"]["lang"] == ("zh-Hans" if lang == "zh" else "en")
    assert tags.count("h1") == 1
    assert tags.count("table") == tags.count("caption")
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(a.get("scope") for t, a in page.tags if t == "th")
    assert all(a.get("aria-hidden") or a.get("aria-label") for t, a in page.tags if t == "svg")


@pytest.mark.parametrize("lang", LANGS)
def test_every_chart_has_a_table_with_a_head_for_each_bar(lang: Lang) -> None:
    page = html.render(sample(hostile=False), lang).decode("utf-8")
    figures = 0
    for section in re.findall(r"<section.*?</section>", page, re.DOTALL):
        heads = [
            re.sub(r"<[^>]+>", "", head).strip() for head in re.findall(r'<th scope=".*?</th>', section, re.DOTALL)
        ]
        for figure in re.findall(r"<figure>.*?</figure>", section, re.DOTALL):
            figures += 1
            assert 'role="img"' in figure
            assert "<figcaption" in figure
            labels = re.findall(r'class="chart-label"[^>]*>([^<]*)<', figure)
            assert labels
            for label in labels:  # a long one is cut in the picture
                assert any(head.startswith(label.removesuffix("…")) for head in heads), (label, heads)
    assert figures == 5


@pytest.mark.parametrize("lang", LANGS)
def test_what_scrolls_is_reached_by_keyboard_and_the_page_can_be_skipped_into(lang: Lang) -> None:
    page = parsed(lang)
    scrolling = [a for _, a in page.tags if a.get("class") == "scroll"]
    assert scrolling
    assert all((a.get("role"), a.get("tabindex")) == ("region", "0") and a.get("aria-label") for a in scrolling)
    anchors = [a for tag, a in page.tags if tag == "a"]
    assert (anchors[0].get("class"), anchors[0].get("href")) == ("skip", "#glance")
    assert not [a for _, a in page.tags if (a.get("tabindex") or "0") > "0"], "the order is that of the text"


def test_the_first_screen_answers_before_anything_else() -> None:
    page = html.render(sample(hostile=False), "en").decode("utf-8")
    order = [page.index(f">{heading}<") for heading in ("What is broken", "What is open", "What to do first")]
    assert order == sorted(order)
    assert order[-1] < page.index("<table")


def test_details_are_open_on_paper() -> None:
    page = html.render(sample(), "en").decode("utf-8")
    paper = page[page.index("@media print") :]
    assert "details::details-content" in paper
