"""Coarser values: a year for a date, a province for an address, a network for an IP address, a decimal for a position.

What does not have the form of its class becomes empty: a value that nobody understood does not leave.
"""

import importlib
from typing import Any

Array = Any  # pyarrow.Array of strings

_YEAR = r"^\s*(?P<year>(?:18|19|20)[0-9]{2}).*$"
_PROVINCE = (  # by name (GB/T 2260): "anything before 省" would let a person's name in front of it leave
    r"^\s*(?:中华人民共和国|中国)?\s*(?P<place>(?:北京|天津|上海|重庆)市?|内蒙古(?:自治区)?|广西(?:壮族自治区)?|西藏(?:自治区)?"
    r"|宁夏(?:回族自治区)?|新疆(?:维吾尔自治区)?|(?:香港|澳门)(?:特别行政区)?|(?:河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建"
    r"|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾)省?)(?s:.*)$"
)
_IPV4 = r"^\s*(?P<net>[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3})\.[0-9]{1,3}\s*$"
_POSITION = r"^\s*(?P<first>-?[0-9]{1,3}\.[0-9])[0-9]*(?:\s*[,，]\s*(?P<second>-?[0-9]{1,3}\.[0-9])[0-9]*)?\s*$"


def generalised(class_: str, values: Array) -> Array:
    """Strings of the same length; `class_` is one of `policy.GENERALISED`."""
    pc: Any = importlib.import_module("pyarrow.compute")
    if class_ == "birth_date":
        return pc.struct_field(pc.extract_regex(values, _YEAR), "year")
    if class_ == "ip":
        return pc.binary_join_element_wise(pc.struct_field(pc.extract_regex(values, _IPV4), "net"), "0", ".")
    if class_ == "location":
        found = pc.extract_regex(values, _POSITION)
        first, second = pc.struct_field(found, "first"), pc.struct_field(found, "second")
        both = pc.binary_join_element_wise(first, second, ",")
        return pc.if_else(pc.equal(second, ""), first, both)
    return pc.struct_field(pc.extract_regex(values, _PROVINCE), "place")
