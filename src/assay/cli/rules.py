"""`assay rules list | show | lint | test`: rulebooks as data."""

import click

from assay.cli import options
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text


@click.group("rules", help=say(Text("List, show, lint and test rulebooks.", "列出、查看、检查并测试规则集。")))
def command() -> None:
    pass


@command.command("list", help=say(Text("The rulebooks that come with assay.", "随 assay 提供的规则集。")))
@options.lang
def list_books() -> int:
    from assay.rulebooks import load, shipped  # noqa: PLC0415

    for id_ in shipped():
        book = load(id_)
        rules = say(Text(f"{len(book.rules)} rules", f"{len(book.rules)} 条规则"))
        click.echo(f"{id_:<24}{book.status:<10}{rules:<12}{say(book.title)}")
    return int(Exit.NOTHING_TO_REPORT)


@command.command("show", help=say(Text("A rulebook, or one of its rules.", "查看规则集或其中一条规则。")))
@click.argument("book")
@click.argument("rule", required=False)
@options.lang
def show(book: str, rule: str | None) -> int:
    from assay.report.escape import terminal  # noqa: PLC0415
    from assay.rulebooks import load  # noqa: PLC0415

    loaded = load(book)
    found = [item for item in loaded.rules if rule is None or item.id == rule]
    if not found:
        raise UsageError(
            Text(f"{book} has no rule {rule}", f"{book} 中没有规则 {rule}"),
            Text(f"see: assay rules show {book}", f"参见：assay rules show {book}"),
        )
    lang = language()
    if rule is None:
        click.echo(terminal(f"{loaded.id}: {loaded.title.to(lang)} ({loaded.status}); {loaded.source.to(lang)}"))
        for item in found:
            click.echo(terminal(f"  {item.severity:<10}{item.id:<44}{item.title.to(lang)}"))
        return int(Exit.NOTHING_TO_REPORT)
    item = found[0]
    for clause in (item.clause, *item.also):
        click.echo(terminal(f"{clause.document}, {clause.at} [{clause.known}]"))
    for part in (item.title, item.because, item.remedy):
        click.echo(terminal(part.to(lang)))
    return int(Exit.NOTHING_TO_REPORT)


@command.command(
    "lint", help=say(Text("Check a rulebook; no path: the shipped ones.", "检查规则集；不给路径则检查自带的。"))
)
@click.argument("paths", nargs=-1)
@options.lang
def lint(paths: tuple[str, ...]) -> int:
    return _lint(paths)


@command.command("test", help=say(Text("Run every rule against its own examples.", "用规则自带的示例测试每条规则。")))
@click.argument("paths", nargs=-1)
@options.lang
def test(paths: tuple[str, ...]) -> int:
    from assay.rulebooks import load, shipped  # noqa: PLC0415

    books = [load(path) for path in paths or shipped()]
    tried = sum(len(examples) for book in books for rule in book.rules for examples in rule.examples.values())
    code = _lint(paths)
    talk(Text(f"{tried} examples tried", f"已试 {tried} 个示例"))
    return code


def _lint(paths: tuple[str, ...]) -> int:
    from assay.report.escape import terminal  # noqa: PLC0415
    from assay.rulebooks import lint as problems_of  # noqa: PLC0415
    from assay.rulebooks import shipped  # noqa: PLC0415
    from assay.rulebooks.loader import folder_of  # noqa: PLC0415

    found = 0
    for path in paths or shipped():
        for problem in problems_of(str(folder_of(path))):
            click.echo(terminal(f"{problem.file}:{problem.line}: {problem.text.to(language())}"))
            found += 1
    return int(Exit.BROKEN if found else Exit.NOTHING_TO_REPORT)
