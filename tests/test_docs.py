"""Documentation that is tested: what the pages promise is there, what they show works, and both languages agree.

Commands are parsed by the program's own parser without being run; manifests, rules and the catalogue file are read by
the readers that read them in use.
"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest

from assay.cli.main import VERBS, assay
from assay.core.errors import Exit
from assay.core.facts import Fact
from assay.core.kinds import KINDS
from assay.examinations.cipher import source
from assay.examinations.cipher.catalogue import Catalogue, combined, libraries
from assay.examinations.cipher.library import load_library
from assay.intake.manifest import parse as parse_manifest
from assay.rulebooks import load, shipped
from assay.rulebooks.lint import lint
from assay.rulebooks.strict_yaml import parse
from tests.examinations.cipher import snippets_run

ROOT = Path(__file__).parents[1]
GUIDES = (ROOT / "docs/guide.md", ROOT / "docs/guide.zh.md")
READMES = (ROOT / "README.md", ROOT / "README.zh.md")
CATALOGUE = ROOT / "docs/catalogue.md"
_GENERATED = {"rules", "kinds", "libraries"}
PAGES = [
    (page.with_name(page.name.replace(".zh.md", ".md")), page)
    for page in sorted((ROOT / "docs").glob("*.zh.md"))
    if page.name.removesuffix(".zh.md") not in _GENERATED
]
TWINS = [READMES, *PAGES]
_OURS = ("src", "docs", "tests", "benchmarks", "examples", ".ci")
_READ = {".md", ".py", ".yaml", ".yml", ".toml", ".sh", ".in", ".lock", ".txt", ".j2", ".css", ".json", ""}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_END = {"|", "||", "&&", ";"}


def _files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in _READ)
    for name in _OURS:
        yield from (path for path in (ROOT / name).rglob("*") if path.is_file() and path.suffix in _READ)


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _pages() -> list[Path]:
    return sorted({path for path in _files() if path.suffix == ".md"})


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _blocks(path: Path) -> list[tuple[str, str]]:
    return _FENCE.findall(_text(path))


def _yaml(path: Path, key: str) -> list[str]:
    """The YAML examples of a page that have this key at the top."""
    return [body for form, body in _blocks(path) if form == "yaml" and key in parse(body.encode(), path.name).value]


def _headings(path: Path) -> list[tuple[str, str]]:
    return _HEADING.findall(_FENCE.sub("", _text(path)))


def _commands() -> Iterator[tuple[click.Group, str, click.Command]]:
    """(group, name, command) of every verb and every verb below a verb."""
    waiting: list[click.Group] = [assay]
    while waiting:
        group = waiting.pop()
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            assert command is not None
            yield group, name, command
            if isinstance(command, click.Group):
                waiting.append(command)


# What is promised is there.


@pytest.mark.parametrize("page", [*GUIDES, *READMES], ids=_name)
def test_every_verb_is_mentioned(page: Path) -> None:
    assert [verb for verb in VERBS if f"assay {verb}" not in _text(page)] == []


@pytest.mark.parametrize("language", [0, 1], ids=["en", "zh"])
def test_every_verb_and_option_is_in_the_pages(language: int) -> None:
    """In the guide, or in the page of a room that the guide leads to."""
    pages = "\n".join(_text(pair[language]) for pair in PAGES)
    missing = []
    for group, name, command in _commands():
        if not command.hidden and not re.search(
            rf"\bassay (?:[a-z-]+ )*{'' if group is assay else f'{group.name} '}{name}\b", pages
        ):
            missing.append(name)
        options = [param for param in command.params if isinstance(param, click.Option)]
        longs = [opt for option in options for opt in option.opts if opt.startswith("--")]
        missing += [
            f"{name} {long}" for long in longs if not re.search(rf"`{long}[` =]|^assay .*{long}\b", pages, re.MULTILINE)
        ]
    assert missing == []


@pytest.mark.parametrize("language", [0, 1], ids=["en", "zh"])
def test_the_guide_leads_to_every_page(language: int) -> None:
    guide = _text(GUIDES[language])
    assert [
        page.name for pair in PAGES if (page := pair[language]) not in GUIDES and f"({page.name}" not in guide
    ] == []


def test_no_page_promises_an_option_that_no_verb_has() -> None:
    known = {"--help", "--version"}
    known |= {opt for _, _, command in _commands() for param in command.params for opt in param.opts}
    for guide in (*GUIDES, *READMES):
        promised = set(re.findall(r"^\| `(--[a-z-]+)", _text(guide), re.MULTILINE))
        assert promised <= known, _name(guide)


@pytest.mark.parametrize("page", [*READMES, *GUIDES], ids=_name)
def test_the_table_of_exit_codes_is_whole(page: Path) -> None:
    rows = [int(code) for code in re.findall(r"^\| (\d+) \|", _text(page), re.MULTILINE)]
    assert rows == sorted(Exit)


def test_everything_that_ships_is_named() -> None:
    for page in READMES:
        assert [id_ for id_ in shipped() if f"`{id_}`" not in _text(page)] == []
    for language in (0, 1):
        pages = "\n".join(_text(pair[language]) for pair in PAGES)
        assert [kind for kind in KINDS if f"`{kind}`" not in pages] == []
        assert [id_ for id_ in shipped() if f"`{id_}`" not in pages] == []


def test_the_page_of_the_catalogue_has_every_key() -> None:
    from assay.examinations.cipher import library

    known = library._ENTRY_KEYS | library.FIXED | library.ROLES
    # `dialect` is listed with the keys of the file, `named_after` with `algorithm`
    assert [key for key in sorted(known) if not re.search(rf"`{key}[`:]", _text(CATALOGUE))] == []


# What is shown works.


@pytest.mark.parametrize("page", _pages(), ids=_name)
def test_relative_links_resolve(page: Path) -> None:
    broken = []
    for link in _LINK.findall(_CODE.sub("", _FENCE.sub("", _text(page)))):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        if not path.exists() or (anchor and anchor not in {_anchor(title) for _, title in _headings(path)}):
            broken.append(link)
    assert broken == []


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _shown() -> list[Any]:
    found = []
    for page in _pages():
        for form, body in _blocks(page):
            for line in body.replace("\\\n", " ").splitlines() if form in {"sh", "console"} else ():
                command = line.strip().removeprefix("$ ")
                if command.startswith("assay "):
                    found.append(pytest.param(command, id=f"{_name(page)}: {command[:60]}"))
    return found


@pytest.mark.parametrize("line", _shown())
def test_every_command_shown_parses(line: str) -> None:
    line = re.sub(r'"\$\(date[^)]*\)"', "2026-03-31", line)
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    words = list(lexer)[1:]
    words = words[: next((at for at, word in enumerate(words) if word in _END), len(words))]
    _parsed(words)


def _parsed(words: list[str]) -> click.Context:
    """Parse as the program would, without running anything. Raises click.UsageError or AssayError."""
    command: click.Command = assay
    name: str | None = "assay"
    context: click.Context | None = None
    while isinstance(command, click.Group):
        context = click.Context(command, info_name=name, parent=context)
        name, found, words = command.resolve_command(context, words)
        assert found is not None
        command = found
    return command.make_context(name, words, parent=context)


def test_a_wrong_command_would_be_noticed() -> None:
    for words in (["report", "d", "--kind", "x"], ["reviw", "p"], ["judge", "d", "--format", "pdf"], ["facts"]):
        with pytest.raises(click.UsageError):
            _parsed(words)


@pytest.mark.parametrize("guide", GUIDES, ids=_name)
def test_the_manifest_shown_is_one(guide: Path) -> None:
    shown = _yaml(guide, "consent")
    assert len(shown) == 1
    manifest = parse_manifest(shown[0].encode(), "product.yaml")
    assert manifest.consent is not None
    assert manifest.withheld
    assert manifest.statements
    assert manifest.declares.telemetry == ()


@pytest.mark.parametrize("guide", GUIDES, ids=_name)
def test_the_rulebook_shown_is_one(guide: Path, tmp_path: Path) -> None:
    (head,), rules = _yaml(guide, "grammar"), _yaml(guide, "severity")
    assert rules
    book = tmp_path / "house"
    (book / "cipher").mkdir(parents=True)
    (book / "book.yaml").write_text(head, encoding="utf-8")
    for rule in rules:
        name = parse(rule.encode(), "rule").value["id"]
        (book / "cipher" / f"{name}.yaml").write_text(rule, encoding="utf-8")
    assert lint(str(book)) == []
    assert len(load(str(book)).rules) == len(rules)


@pytest.mark.parametrize("readme", READMES, ids=_name)
def test_the_rule_of_the_readme_is_the_beginning_of_the_guide_s(readme: Path) -> None:
    (shown,), (whole,) = _yaml(readme, "severity"), _yaml(GUIDES[0], "severity")
    part, rule = (parse(text.encode(), "rule").value for text in (shown, whole))
    assert part.items() <= rule.items()


def test_the_library_shown_finds_what_the_page_says(monkeypatch: pytest.MonkeyPatch) -> None:
    (shown,) = _yaml(CATALOGUE, "entries")
    (program,) = (body for form, body in _blocks(CATALOGUE) if form == "python")
    library = load_library(shown.encode(), "pydes.yaml")
    assert library.id not in {item.id for item in libraries()}, "it ships now: show another example"

    def only_this(language: str) -> Catalogue:
        return combined(language, [library])

    monkeypatch.setattr(source, "catalogue_of", only_this)
    monkeypatch.setattr(snippets_run, "catalogue_of", only_this)
    facts: list[Fact] = snippets_run.facts_in("Python", program)
    (use,) = (fact.value for fact in facts if fact.kind == "crypto.use")
    assert (use["family"], use["mode"], use["purpose"], use["library"]) == ("DES", "cbc", "encryption", "pydes")
    assert [fact.value["misuse"] for fact in facts if fact.kind == "crypto.misuse"] == ["static-iv"]


# Both languages agree, and nothing private is in either.


@pytest.mark.parametrize(("english", "chinese"), TWINS, ids=[english.stem for english, _ in TWINS])
def test_both_languages_have_the_same_shape(english: Path, chinese: Path) -> None:
    assert [level for level, _ in _headings(english)] == [level for level, _ in _headings(chinese)]
    assert _blocks(english) == _blocks(chinese)


def test_the_guides_tables_agree() -> None:
    english, chinese = ([line.count("|") for line in _text(guide).splitlines() if line[:1] == "|"] for guide in GUIDES)
    assert english == chinese


def test_the_readme_stays_short_and_its_picture_small() -> None:
    assert all(len(_text(readme).splitlines()) <= 160 for readme in READMES)
    picture = ROOT / "docs/report.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 300_000


def test_no_file_names_this_machine_or_a_registry() -> None:
    homes, scratch = "|".join(("home", "root", "Users", "work")), "tmp"
    machine = re.compile(rf"(?<![\w.:/$}}-])/(?:(?:{homes})/[\w.-]+|{scratch}/[\w.-]+/[\w.-]+)")
    hosts = re.compile(
        "|".join(
            (r"pypi[.]org", r"pythonhosted[.]org", r"npmjs[.]org", r"maven[.]org", r"(?:proxy|sum)[.]golang[.]org")
        )
    )
    found = []
    for path in _files():
        if path == Path(__file__) or "__pycache__" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{_name(path)}: {hit[0]}" for pattern in (machine, hosts) for hit in pattern.finditer(text)]
    assert found == []
