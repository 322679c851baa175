"""A dossier's default name: one safe path component, and another one for another product."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.dossier.names import default_path

HERE = Path("here")


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("paygate", "paygate.assay"), ("Acme Pay", "Acme-Pay.assay"), ("pay_gate-2.x", "pay_gate-2.x.assay"),
        ("支付网关", "支付网关.assay"), ("Cafe\u0301", "Café.assay"), ("  a \t b ", "a-b.assay"),
    ],
)  # fmt: skip
def test_plain_names_stay(product: str, name: str) -> None:
    assert default_path(product, HERE) == HERE / name


@pytest.mark.parametrize(
    "product",
    ["", ".", "..", "../../etc/passwd", "/etc/passwd", "a/b", "a\\b", "a:b", "-rf", ".hidden", "a\x00b",
     "a\x1b[31mb",
     "abc\u202egnp.exe", "\u2066a\u2069", "CON", "nul.txt", "com1",
     "x" * 5000, "密" * 5000, "<b>&", "a\nb\r", "\ud800"],
)  # fmt: skip
def test_hostile_names_are_made_safe_and_marked(product: str) -> None:
    name = default_path(product, HERE).name
    assert default_path(product, HERE).parent == HERE
    assert name.endswith(".assay")
    assert len(name.encode()) <= 255
    assert name[0] not in ".-"
    assert all(letter in "-_." or unicodedata.category(letter)[0] in "LMN" for letter in name)


@given(st.text(), st.text())
def test_two_products_do_not_share_a_name(one: str, other: str) -> None:
    def folded(product: str) -> str:
        return "-".join(unicodedata.normalize("NFC", product).split())

    assert (default_path(one, HERE) == default_path(other, HERE)) <= (folded(one) == folded(other))
