"""`assay deposit VERB`: sealed source, from the vendor who seals it to the auditor who verifies what became of it."""

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.verbs import Verbs
from assay.cli.words import say
from assay.core.text import Text

if TYPE_CHECKING:
    from assay.deposit.deposits import Deposit

F = TypeVar("F", bound=Callable[..., Any])

# Verb -> module of this folder, name in it, what it does. The order is that of the help page.
VERBS = MappingProxyType(
    {
        "seal": ("deposit_seal", "seal", Text("Seal a folder of source as a deposit.", "将源代码目录封存为保管件。")),
        "list": ("deposit_show", "list_", Text("The deposits of a store.", "列出存储中的保管件。")),
        "show": ("deposit_show", "show", Text("What a deposit holds and who signed it.", "保管件的内容与签名者。")),
        "verify": (
            "deposit_show",
            "verify",
            Text("Check every signature, pack and object; with an order, every file.", "校验签名、数据包与对象。"),
        ),
        "sweep": ("deposit_sweep", "sweep_", Text("Remove what killed sealers left.", "清除被中断的封存所留内容。")),
        "levels": ("deposit_levels", "levels_", Text("How far source is verified.", "源代码核验到哪一级。")),
        "terms": ("deposit_custody", "terms_", Text("Check terms before anybody signs.", "签署前检查条款。")),
        "key": ("deposit_custody", "key_", Text("Make a key to which a share is sealed.", "生成接收份额的密钥。")),
        "share": ("deposit_custody", "share_", Text("Check your share.", "检查您的份额。")),
        "order": ("deposit_opening", "order_", Text("Draft an order to open, at the host.", "在主机方起草开启命令。")),
        "sign": ("deposit_opening", "sign_", Text("Sign an order or a certificate.", "签署命令或证书。")),
        "enter": (
            "deposit_opening",
            "enter_",
            Text("Enter an order or a revocation in the host's log.", "将命令或撤销登记到主机方日志。"),
        ),
        "watch": ("deposit_reading", "watch_", Text("Read a host's log, then cosign it.", "阅读主机方日志并会签。")),
        "notice": (
            "deposit_opening",
            "notice_",
            Text("Prove to custodians that an order was seen.", "向保管人证明命令已经见证。"),
        ),
        "release": ("deposit_custody", "release_", Text("Give your share for one order.", "为一份命令给出您的份额。")),
        "open": ("deposit_opening", "open_", Text("Combine shares under an order.", "凭命令合并份额。")),
        "drill": (
            "deposit_opening",
            "drill_",
            Text("Prove that shares open it, and open nothing.", "验证份额可用，而不开启任何内容。"),
        ),
        "revoke": (
            "deposit_opening",
            "revoke_",
            Text("Sign the end of an order or a grant.", "签署命令或授权的终止。"),
        ),
        "room": (
            "deposit_reading",
            "room_",
            Text("The reading room, on the loopback address.", "回环地址上的阅览室。"),
        ),
        "read": ("deposit_examiner", "read_", Text("Read a granted file in a terminal.", "在终端阅读已授权文件。")),
        "search": ("deposit_examiner", "search_", Text("Search the granted files.", "检索已授权文件。")),
        "quote": ("deposit_examiner", "quote_", Text("Quote what you were shown.", "摘录已显示的内容。")),
        "admit": ("deposit_reading", "admit_", Text("Sign a challenge of the reading room.", "签署阅览室的质询。")),
        "countersign": (
            "deposit_reading",
            "countersign_",
            Text("The vendor's signature on an excerpt.", "供应方对摘录会签。"),
        ),
        "draw": (
            "deposit_drawing",
            "draw",
            Text("Review without hand-over: files drawn by lot.", "不移交的审查：抽签出示文件。"),
        ),
        "gave-up": ("deposit_custody", "gave_up_", Text("State that shares were destroyed.", "声明份额已销毁。")),
        "close": ("deposit_reading", "close_", Text("End the room.", "终结阅览室。")),
        "certificate": (
            "deposit_reading",
            "certificate_",
            Text("All that the log names, in one signed file.", "日志所载内容汇成一份签名文件。"),
        ),
        "audit": (
            "deposit_reading",
            "audit_",
            Text("Check a deposit that has ended, offline.", "离线核验已终结的保管件。"),
        ),
    }
)


# What rows of text are called; JSON has the names.
LABELS = MappingProxyType(
    {
        "deposit": Text("deposit", "保管件"),
        "vendor": Text("vendor", "供应商"),
        "signed": Text("signed by", "签名者"),
        "checked": Text("checked with", "校验依据"),
        "suite": Text("suite", "密码套件"),
        "made": Text("made", "建立时间"),
        "terms": Text("terms", "条款"),
        "custody": Text("custody", "份额名册"),
        "version": Text("version", "版本"),
        "label": Text("label", "名称"),
        "sealed": Text("sealed", "封存时间"),
        "files": Text("files", "文件数"),
        "bytes": Text("bytes", "字节数"),
        "packs": Text("packs", "数据包"),
        "stored": Text("bytes stored", "存储字节数"),
        "manifest": Text("manifest", "清单"),
        "manifest-sm3": Text("manifest, SM3", "清单 SM3"),
        "statement": Text("statement", "声明"),
    }
)


@click.group(
    "deposit",
    cls=Verbs,
    verbs=VERBS,
    help=say(
        Text(
            "Hand source over sealed, under the vendor's terms; both sides can prove what became of it.",
            "按供应商条款封存并移交源代码；双方均可证明其去向。",
        )
    ),
)
def command() -> None:
    pass


def store(function: F) -> F:
    """Where deposits lie: `--store`, else ASSAY_DEPOSITS, else ./deposits."""
    about = say(
        Text(
            "Folder or s3://bucket/prefix of the deposits; else ASSAY_DEPOSITS, else ./deposits.",
            "保管件所在目录或 s3://桶名/前缀；默认取 ASSAY_DEPOSITS，其次为 ./deposits。",
        )
    )
    default = os.environ.get("ASSAY_DEPOSITS") or "deposits"
    return click.option("--store", "address", metavar="PLACE", default=default, help=about)(function)


def keys(function: F) -> F:
    about = say(
        Text(
            "Verifier key of the vendor, as text or in a file, repeatable; else your own must have signed. "
            "Without one, list, show and verify hold the deposit to its own word.",
            "供应商的验证公钥（文本或文件），可重复；缺省时须为本方密钥所签。"
            "list、show 与 verify 缺省时仅以保管件自称的公钥校验。",
        )
    )
    return click.option("--key", "trusted", metavar="KEY|FILE", multiple=True, help=about)(function)


def opened_at(address: str, deposit: str, trusted: tuple[str, ...]) -> "Deposit":
    """A deposit of a store. Raises InputError, NotVerifiedError."""
    from assay.cli.signing import trusted_keys  # noqa: PLC0415
    from assay.deposit.deposits import Deposit  # noqa: PLC0415
    from assay.deposit.storage import open_storage  # noqa: PLC0415

    return Deposit.open(open_storage(address), deposit, trusted_keys(trusted) if trusted else ())


def rows(values: Mapping[str, object]) -> None:
    """One line a value, on stdout."""
    from assay.report.escape import terminal  # noqa: PLC0415

    for name, value in values.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        click.echo(terminal(f"{padded(say(LABELS[name]))}{shown}"))


def padded(label: str) -> str:
    """To a column, wide characters counted twice."""
    return label + " " * max(1, 16 - sum(2 if ord(one) > 0x2E80 else 1 for one in label))
