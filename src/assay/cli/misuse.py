"""What is wrong with a command line, in the language that was asked for: click says it in English alone.

A sentence that is not known here is passed on as it is.
"""

import re

import click

from assay.cli.words import language

_IN_CHINESE = tuple(
    (re.compile(english, re.DOTALL), chinese)
    for english, chinese in (
        (r"No such option:? '?([^' ]+?)'?\.?(?: Did you mean (?:one of: )?(.+?)\?)?", "没有选项 {0}"),
        (r"No such command '(.+)'\.", "没有命令 {0}"),
        (r"Missing command\.", "缺少命令"),
        (r"Missing (?:option|argument|parameter):? '?(.+?)'?\.(?: Choose from:\s+(.+))?", "缺少 {0}"),
        (r"Got unexpected extra arguments? \((.*)\)", "多余的参数：{0}"),
        (r"Option '(.+)' requires an argument\.", "选项 {0} 须带参数"),
        (r"Option '(.+)' does not take a value\.", "选项 {0} 不带参数"),
        (r"Invalid value for (.+?): (.+)", "{0} 的值无效：{1}"),
        (r"'(.*)' is not one of (.+)\.", "{0} 不在 {1} 之列"),
        (r"(.+) is not in the range (.+)\.", "{0} 不在范围 {1} 之内"),
        (r"'(.*)' is not a valid (?:integer|float).*", "{0} 不是数字"),
        (r"\S+ '(.+)' does not exist\.", "{0} 不存在"),
        (r"\S+ '(.+)' is not (?:readable|writable)\.", "{0} 的权限不足"),
        (r"\S+ '(.+)' is a directory\.", "{0} 是目录"),
        (r"\S+ '(.+)' is a file\.", "{0} 是文件"),
    )
)


def tell(error: click.ClickException) -> None:
    """The error on stderr, with the way to the help page."""
    if language() == "en":
        error.show()
        return
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        click.echo(context.get_usage().replace("Usage: ", "用法：", 1), err=True)
        click.echo(f"参见 {context.command_path} --help\n", err=True)
    click.echo(f"错误：{in_chinese(error.format_message())}", err=True)


def in_chinese(message: str) -> str:
    for english, chinese in _IN_CHINESE:
        found = english.fullmatch(message)
        if found is not None:
            said = [" ".join(in_chinese(part or "").split()) for part in found.groups()]
            more = f"（可用：{said[1]}）" if len(said) == 2 and said[1] and "{1}" not in chinese else ""
            return chinese.format(*said) + more
    return message
