"""docs/rules.md and docs/kinds.md are what the books and the kinds say today."""

from pathlib import Path

import pytest

from assay.core.kinds import KINDS
from assay.core.text import LANGS, Lang
from assay.rulebooks import load, shipped
from assay.rulebooks.pages import COMMAND, file_name, main, render_kinds, render_rules

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("page", "render"), [("rules", render_rules), ("kinds", render_kinds)])
def test_committed_pages_are_current(page: str, render: object, lang: Lang) -> None:
    path = DOCS / file_name(page, lang)
    assert callable(render)
    assert path.read_text(encoding="utf-8") == render(lang), f"{path.name} is stale; refresh it with: {COMMAND}"


@pytest.mark.parametrize("lang", LANGS)
def test_every_rule_and_kind_is_shown(lang: Lang) -> None:
    rules, kinds = render_rules(lang), render_kinds(lang)
    for id_ in shipped():
        for rule in load(id_).rules:
            assert f"`{rule.id}`" in rules
            assert rule.remedy.to(lang) in rules
    for name, kind in KINDS.items():
        assert f"## `{name}`" in kinds
        assert all(f"| `{key}` |" in kinds for key in kind.keys)


def test_the_command_writes_four_files(tmp_path: Path) -> None:
    main(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kinds.md", "kinds.zh.md", "rules.md", "rules.zh.md"]
