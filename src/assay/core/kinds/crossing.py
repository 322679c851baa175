"""Kinds of fact about an export of data to another country."""

from collections.abc import Mapping
from types import MappingProxyType

from assay.core.kinds.kind import Key, Kind, count, flag, identity, kind, measure
from assay.core.text import Text

_CROSSING: Mapping[str, Key] = MappingProxyType(
    {
        "year": count("calendar year, counted from 1 January", "日历年度，自 1 月 1 日起累计", identity=True),
        "persons": count("distinct persons so far", "迄今去重人数"),
        "exact": flag("counted, not estimated", "为计数而非估计"),
        "reach": identity(
            "possible: only if a claimed exemption does not hold, or columns are what they seem",
            "possible：仅当所主张的豁免不成立，或字段如其所示时",
            "certain",
            "possible",
        ),
    }
)

KINDS: dict[str, Kind] = {
    "crossing.recipient": kind(
        Text("Where an export of data goes", "数据出境的接收方所在地"),
        "data",
        (),
        country=identity("country or region, ISO 3166-1 alpha-2", "国家或地区（ISO 3166-1 两位代码）"),
        recipient=identity("who receives it", "接收方"),
        year=count("calendar year", "日历年度", identity=True),
        outside=flag(
            "whether that is outside the border: Hong Kong, Macao and Taiwan are", "是否属于境外：港澳台属于境外"
        ),
        personal=flag("whether personal information goes there", "是否含个人信息"),
    ),
    "crossing.persons": kind(
        Text("Persons whose ordinary personal information leaves", "一般个人信息出境所涉人数"),
        "data",
        (),
        **_CROSSING,
    ),
    "crossing.sensitive": kind(
        Text("Persons whose sensitive personal information leaves", "敏感个人信息出境所涉人数"),
        "data",
        (),
        **_CROSSING,
    ),
    "crossing.important": kind(
        Text(
            "Whether data that leaves is important data, as its handler states",
            "出境数据是否含重要数据（据处理者陈述）",
        ),
        "data",
        (),
        year=count("calendar year", "日历年度", identity=True),
        contained=flag("contains data notified or published as important", "含有被告知或公布为重要数据的数据"),
        who=measure("who states it", "陈述人"),
    ),
    "crossing.exemption_claimed": kind(
        Text("An exemption that is claimed for an export", "就出境活动主张的豁免情形"),
        "data",
        (),
        exemption=identity("which exemption", "豁免情形"),
        year=count("calendar year", "日历年度", identity=True),
        confirmed=flag("a named person confirms its facts", "有具名人员确认其事实"),
        who=measure("who confirms it", "确认人"),
    ),
}
