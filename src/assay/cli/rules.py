"""`assay rules list | show | lint | test | weigh`: rulebooks as data."""

from datetime import date
from pathlib import Path

import click

from assay.cli import options
from assay.cli.deliver import deliver, deliver_sheet, progress
from assay.cli.dossiers import tell_unfinished
from assay.cli.words import language, say, talk
from assay.core.errors import Exit, UsageError
from assay.core.text import Text


@click.group(
    "rules", help=say(Text("List, show, lint, test and weigh rulebooks.", "列出、查看、检查、测试规则集，评估其影响。"))
)
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
        for target in loaded.targets:
            share = f"≥ {target.share / 10_000:g} %"
            click.echo(terminal(f"  {target.by}  {share:<9} {target.id:<33}{target.title.to(lang)}"))
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


@command.command(
    "weigh",
    help=say(
        Text(
            "What BOOK would do to the products of a register: their dossiers are judged again, and what is newly "
            "broken, met or open is counted by clause. Three figures are about the book itself: breadth, opacity, "
            "disparity.",
            "BOOK 对登记册中产品的影响：重新判定其卷宗，按条款统计新增的违反、符合与待定。"
            "另有三项针对规则集本身的指标：广度、不明度、差异度。",
        )
    ),
)
@click.argument("book")
@click.option(
    "--estate",
    required=True,
    type=click.Path(path_type=Path),
    metavar="REGISTER",
    help=say(Text("The register.", "登记册。")),
)
@click.option(
    "--against",
    metavar="ID|PATH",
    help=say(Text("Book to compare with; else what each review holds.", "用于对照的规则集；默认为各次审查所存判定。")),
)
@options.as_of
@options.jobs
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html"]),
    default="text",
    help=say(Text("Form.", "输出格式。")),
)
@options.output
@options.lang
@options.color
def weigh(
    book: str,
    estate: Path,
    against: str | None,
    as_of: date,
    jobs: int,
    form: str,
    output: Path | None,
    no_color: bool,
) -> int:
    from assay.estate import files, json  # noqa: PLC0415
    from assay.estate.contradictions import contradictions  # noqa: PLC0415
    from assay.estate.standing import overtaken, worst_exit  # noqa: PLC0415
    from assay.estate.weigh import weighed  # noqa: PLC0415
    from assay.estate.weigh_sheet import weigh_sheet  # noqa: PLC0415
    from assay.rulebooks import load  # noqa: PLC0415

    loaded, other = load(book), load(against) if against is not None else None
    held = files.read(estate)
    found, standings = weighed(held, loaded, other, as_of, jobs=jobs, progress=progress())
    tell_unfinished(overtaken(standings))
    contradicting = contradictions(held, standings)
    if form == "json":
        deliver(json.of_weighing(held, found, contradicting), output)
    else:
        deliver_sheet(weigh_sheet(held, found, contradicting, language()), form, output, no_color=no_color)
    return int(worst_exit(standings))


def _lint(paths: tuple[str, ...]) -> int:
    from assay.report.escape import terminal  # noqa: PLC0415
    from assay.rulebooks import shipped  # noqa: PLC0415
    from assay.rulebooks.lint import lint as problems_of  # noqa: PLC0415
    from assay.rulebooks.loader import folder_of  # noqa: PLC0415

    found = 0
    for path in paths or shipped():
        for problem in problems_of(str(folder_of(path))):
            click.echo(terminal(f"{problem.file}:{problem.line}: {problem.text.to(language())}"))
            found += 1
    return int(Exit.BROKEN if found else Exit.NOTHING_TO_REPORT)
