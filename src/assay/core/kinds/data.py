"""Kinds of fact about personal and commercial data."""

from assay.core.kinds.kind import FileClass, Kind, count, flag, identity, kind, measure
from assay.core.text import Text

_DATA: tuple[FileClass, ...] = ("data", "text", "configuration", "archive", "unknown")
_GRADES = {
    "grade_financial": measure(
        "class of personal financial information, JR/T 0171-2020",
        "个人金融信息类别（JR/T 0171-2020）",
        "C1",
        "C2",
        "C3",
    ),
    "grade_level": count("level of financial data, 1 to 5, JR/T 0197-2020", "金融数据级别，1 至 5（JR/T 0197-2020）"),
    "grade_nfra": measure(
        "class of the NFRA measures, as far as a program can tell",
        "金融监管总局办法的类别（以程序可判断者为限）",
        "sensitive",
        "other",
    ),
    "grade_pipl": measure("personal information law", "个人信息保护法分类", "sensitive", "personal"),
}

KINDS: dict[str, Kind] = {
    "data.field": kind(
        Text("A class of personal or commercial data in a column or a text", "某列或某文本中的一类个人或商业数据"),
        "data",
        _DATA,
        column=identity("name of the column; empty for running text", "列名；普通文本为空"),
        **{"class": identity("class of data, e.g. resident_id", "数据类别，例如 resident_id")},
        cells=count("cells (or lines) that hold anything", "非空单元格数（或行数）"),
        valid=count("of these, how many pass their checksum or range", "其中通过校验或范围检查者"),
        plausible=count("how many more are likely by name, label or form", "依列名、标签或形式判断为疑似者"),
        share=count("valid and plausible together, parts per million", "二者合计占比（百万分率）"),
        named=flag("the name of the column says the class too", "列名亦表明该类别"),
        clear=count(
            "of authentication data: cells in clear; null when that cannot be said",
            "鉴别信息中以明文出现的单元格数；无法判断时为 null",
        ),
        place=measure("what kind of file it stands in", "所在文件的种类", "table", "log", "text", "configuration"),
        **_GRADES,
    ),
    "data.set": kind(
        Text("A table, sheet or text that was read for data", "已读取的数据表、工作表或文本"),
        "data",
        _DATA,
        form=identity("a table, or running text", "数据表或普通文本", "table", "text"),
        rows=count("rows or lines", "行数"),
        columns=count("columns", "列数"),
        personal=count("classes of personal data, over all columns", "各列个人数据类别合计数"),
        whole=flag("all of the file could be read", "该文件全部可读"),
        unkeyed=flag(
            "names or addresses without any identifier: its persons are not counted",
            "仅有姓名或地址而无标识：未计入人数",
        ),
        **_GRADES,
    ),
    "data.persons": kind(
        Text("Distinct natural persons in a set, or in all of a delivery", "某数据集或整个交付物中的自然人人数"),
        "data",
        _DATA,
        of=identity("one set, or all of the delivery", "单个数据集或整个交付物", "set", "delivery"),
        persons=count("distinct persons", "去重后人数"),
        exact=flag(
            "counted by keys of persons; false above about two million, which is estimated, and where an identifier "
            "stands in rows that may be of others: then at least so many",
            "以能区分个人的标识精确计数；约二百万以上为估计，或同一标识出现在可能属于他人的多行中（此时为至少人数）者为否",
        ),
        basis=measure("the identifiers by which they are told apart", "区分所依据的标识"),
        sensitive=flag("the set holds sensitive personal information", "该数据集含敏感个人信息"),
    ),
}
