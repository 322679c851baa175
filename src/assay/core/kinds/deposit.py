"""Kinds of fact about sealed source: what was drawn, which level was reached, what was examined in place."""

from assay.core.kinds.kind import Kind, count, identity, kind, measure
from assay.core.text import Text

KINDS: dict[str, Kind] = {
    "deposit.draw": kind(
        Text("Facts that a vendor submitted, checked on files drawn by lot", "供应商提交的事实，经抽签文件核对"),
        "source",
        (),
        deposit=identity("id of the deposit", "保管件编号"),
        statement=identity("SHA-256 of the vendor's signed statement", "供应商签名声明的 SHA-256"),
        seed=measure("what was drawn follows from it and the manifest (SHA-256)", "抽签种子（SHA-256）"),
        files=count("files of the manifest", "清单中的文件数"),
        drawn=count("files that were drawn", "抽取的文件数"),
        agree=count("files that say what was submitted", "与提交一致的文件数"),
        differ=count("files that say otherwise, or were not shown", "与提交不一致或未出示的文件数"),
        unclear=count("files in which something submitted was not found again", "所提交事实未能复现的文件数"),
        confidence=count("confidence of `at_most`, in parts per million", "at_most 的置信度（百万分之）"),
        at_most=count("files that may say otherwise, at that confidence", "在该置信度下至多不一致的文件数"),
        one_percent=count(
            "chance that this draw shows one, were 1 % of all files false, in parts per million",
            "若 1% 的文件不实，此次抽取发现其一的概率（百万分之）",
        ),
    ),
    "deposit.level": kind(
        Text("A verification level of a deposit, as escrow agents sell them", "保管件的核验级别（托管行业惯例）"),
        "source",
        (),
        level=identity("which level", "级别", "readable", "inventory", "complete", "built", "compared"),
        state=measure(
            "whether it was reached; null when nobody tried", "是否达到；尚未尝试为 null", "reached", "missed"
        ),
        missing=measure("what is missing for it, '' for nothing", "尚缺事项，无则为空"),
        files=count("files that it rests on", "所依据的文件数"),
    ),
    "deposit.source": kind(
        Text("Sealed source that was examined in place", "就地审查的封存源代码"),
        "source",
        (),
        deposit=identity("id of the deposit", "保管件编号"),
        vendor=identity("who sealed it", "封存方"),
        host=identity("on whose machine it was opened", "在何方的主机上开启"),
        role=measure("role of that party", "该方角色", "vendor", "neutral", "reviewer"),
        version=count("number of the sealed version", "封存版本号"),
        statement=measure("SHA-256 of the vendor's signed statement", "供应商签名声明的 SHA-256"),
        manifest=measure("SHA-256 of the signed manifest", "已签名清单的 SHA-256"),
        suite=measure("what it is sealed with", "封存所用密码套件", "aes", "sm"),
        lines=count("lines that a fact may quote", "每项事实可引用的行数"),
        files=count("files of the version", "该版本的文件数"),
        withheld=count("files that the terms keep back", "条款不予开放的文件数"),
    ),
}
