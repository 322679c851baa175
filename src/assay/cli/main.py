"""`assay`: the group of verbs, the language of help and errors, and the one place where errors become exit codes."""

import atexit
import gc
import os
import signal
import sys
from io import TextIOWrapper
from types import MappingProxyType

import click

from assay import __version__
from assay.cli import options
from assay.cli.verbs import Verbs
from assay.cli.words import discard_output, say, spoken
from assay.core.errors import AssayError, Exit, refused
from assay.core.text import Text

# Objects are freed by counting references; looking for cycles among all that is imported, and once more at the end,
# took a fifth of the review of a small product.
_OBJECTS_PER_COLLECTION = 100_000
# Verb -> module of this folder. The order is that of the help page.
VERBS = MappingProxyType(
    {
        "review": Text(
            "Review a product: intake, examine, judge and report in one go.", "审查产品：接收、检查、判定并出具报告。"
        ),
        "intake": Text("Take a delivery in: what it holds, what was refused.", "接收交付物：内容与被拒条目。"),
        "examine": Text("Take in and examine; state facts, judge nothing.", "接收并检查，只陈述事实，不作判定。"),
        "facts": Text("Print the facts of a dossier.", "输出卷宗中的事实。"),
        "judge": Text("Judge a dossier again, by other rulebooks or another day.", "按其他规则集或日期重新判定卷宗。"),
        "why": Text("Why a rule was judged as it was, down to the bytes.", "解释某条规则的判定依据，直至具体字节。"),
        "questions": Text("What a person could answer of what stayed open.", "列出可由人员答复的未决问题。"),
        "probe": Text(
            "Run a product in a cage and compare it with its declaration.", "在牢笼中运行产品并与其声明对照。"
        ),
        "diff": Text("What changed between two reviews.", "比较两次审查的差异。"),
        "waive": Text(
            "Waive what breaks a rule, for a reason and until a day.", "豁免违反规则的事项，须有理由与期限。"
        ),
        "report": Text("Render the report of a dossier.", "输出卷宗的报告。"),
        "ledger": Text("Enter acts, prove them, verify what others show.", "登记行为、出具证明、校验他方所示内容。"),
        "border": Text("Personal and commercial data: find it.", "个人与商业数据：查找。"),
        "estate": Text("The register of products bought, and its shares.", "采购产品登记册及其占比。"),
        "deposit": Text("Hand source over sealed, under terms.", "按条款封存并移交源代码。"),
        "case": Text(
            "A review between parties: deliver, ask, answer, object, decide.",
            "多方参与的审查：交付、提问、答复、异议与决定。",
        ),
        "rules": Text("List, show, lint, test and weigh rulebooks.", "列出、查看、检查、测试规则集，评估其影响。"),
        "doctor": Text("Check this installation and say what would widen it.", "检查本机安装，并提示可扩展之处。"),
    }
)


@click.group(
    cls=Verbs,
    verbs={name: (name, "command", about) for name, about in VERBS.items()},
    help=say(Text("The cybersecurity review of technology sold to banks.", "面向银行的技术产品网络安全审查。")),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@options.lang
@click.version_option(__version__, "--version", message="assay %(version)s")
def assay() -> None:
    pass


def _open_streams() -> None:
    """A caller may have closed stdin, stdout or stderr: no file of ours may get their number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
            os.set_inheritable(number, True)
            setattr(sys, name, open(number, "r" if number == 0 else "w", encoding="utf-8", closefd=False))  # noqa: SIM115
    if isinstance(sys.stdout, TextIOWrapper):  # a locale without Chinese ends no verb
        sys.stdout.reconfigure(errors="backslashreplace")


def _end_quickly() -> None:
    """Nothing is looked through for cycles at the end, unless a library is loaded that lists on stderr what was not."""
    if "lief" not in sys.modules:
        gc.freeze()


def main() -> None:
    """Entry point. Ends the process with one of the exit codes of the design."""
    gc.set_threshold(_OBJECTS_PER_COLLECTION)
    atexit.register(_end_quickly)
    _open_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end: what was unpacked is removed first
    try:
        with assay.make_context("assay", sys.argv[1:]) as context:  # click's own `main` turns a closed pipe into 1
            code = assay.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(say(Text("stopped", "已中止")), err=True)
        code = 130
    except click.ClickException as error:
        from assay.cli.misuse import tell  # noqa: PLC0415  (only when something went wrong)

        tell(error)
        code = Exit.USAGE
    except AssayError as error:
        click.echo(f"assay: {spoken(error)}", err=True)
        code = error.exit_code
    except BrokenPipeError:
        discard_output()
        code = Exit.NOTHING_TO_REPORT
    except OSError as error:  # a full disk behind stdout, most often: the caller can mend it
        click.echo(f"assay: {spoken(refused(error.filename or 'stdout', error))}", err=True)
        discard_output()
        code = Exit.USAGE
    sys.exit(int(code) if isinstance(code, int) else 0)
