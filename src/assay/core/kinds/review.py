"""Kinds of fact about the review itself: what was delivered, what nobody looked at, what a party states."""

from assay.core.kinds.kind import CODE, Kind, count, identity, kind, measure
from assay.core.text import Text

KINDS: dict[str, Kind] = {
    "intake.content": kind(
        Text("What a delivery contains, by class and format", "交付物内容（按类别与格式）"),
        "source",
        CODE,
        **{"class": identity("file class", "文件类别")},
        format=identity("language or format", "语言或格式"),
        files=count("number of files", "文件数"),
        bytes=count("bytes", "字节数"),
    ),
    "review.gap": kind(
        Text("Something that this review did not or could not look at", "本次审查未能查看的内容"),
        "source",
        (),
        reason=identity("why it was not examined", "未审查的原因"),
        **{"class": identity("file class", "文件类别")},
        format=identity("language or format", "语言或格式"),
        files=count("number of files", "文件数"),
        bytes=count("bytes", "字节数"),
    ),
    "statement": kind(
        Text("A statement by a party, not verified", "某一方未经核实的声明"),
        "source",
        (),
        claim=identity("what is stated", "声明事项"),
        content=identity("the stated value", "声明内容"),
        who=identity("who states it", "声明人"),
        role=identity("role of the party", "声明人角色"),
        document=identity("SHA-256 of the supporting document", "支持文件的 SHA-256"),
        date=measure("date of the statement", "声明日期"),
        expires=measure("date until which it is valid", "有效期至"),
        trust=measure(
            "operator: given by the operator; claim: found inside the delivery",
            "operator：操作者给出；claim：交付物自称",
            "operator",
            "claim",
        ),
    ),
}
