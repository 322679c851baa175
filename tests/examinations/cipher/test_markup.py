"""A page without code is completed; whatever runs or is filled in leaves it open."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.core.examination import FileMeta, FileView, Limits, Locator
from assay.examinations.cipher.markup import InertPages


class _Lab:
    limits = Limits()


def _status(content: bytes) -> list[str]:
    meta = FileMeta("a.html", "a.html", len(content), "source", "HTML", "main", "shipped", Locator("file", "a.html"))
    assert InertPages().accepts(meta)
    return [short.status for short in InertPages().examine(FileView(meta, content), (), _Lab()).shortfalls]


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body><h1>MD5 and DES</h1><a href='x.html'>x</a></body></html>",
        b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><p>one two</p></html>',
        b'<script type="application/ld+json">{"@type": "A"}</script><p>a</p>'.replace(b"</script>", b""),
        b'<form action="/a"><input name="only" value="on"></form>',
    ],
)
def test_nothing_runs(content: bytes) -> None:
    assert _status(content) == []


@pytest.mark.parametrize(
    "content",
    [
        b"<p>a</p>" * 9_000 + b"<script>CryptoJS.MD5(1)</script>",
        b"<SCRIPT src=a.js></SCRIPT>",
        b"< script>md5()</script>",
        b'<script type="application/json"></script><script>md5()</script>',
        b"<svg><svg:script>md5()</svg:script></svg>",
        b"<body onload=md5()>",
        b"<img src=x\nonerror='md5()'>",
        b"<svg/onload=md5()>",
        b'<a href="java&#115;cript:md5()" onclick="1">x</a>',
        b'<a href=" JavaScript :md5()">x</a>',
        b"<p>{{ value | md5 }}</p>",
        b"{% set x = md5(1) %}",
        b"<p>${T(java.security.MessageDigest).getInstance('MD5')}</p>",
        b"<?php echo md5(1); ?>",
        b"<%= Digest::MD5.hexdigest('a') %>",
        b'<p th:text="1">a</p>',
        b'<p v-on:click="md5()">a</p>',
        b'<p @click="md5()">a</p>',
        b'<p (click)="md5()">a</p>',
        b'<p *ngIf="md5()">a</p>',
        b'<p [title]="md5()">a</p>',
        b"<#if md5>a</#if>",
        b"#set( $x = $digest.md5('a') )",
        b'<jsp:useBean id="a" class="Md5"/>',
        b"<object data=a.swf></object>",
        b'<iframe srcdoc="&lt;script&gt;"></iframe>',
        b'<a href="jav&#x09;ascript:md5()">x</a>',
    ],
)
def test_something_may_run(content: bytes) -> None:
    assert _status(content) == ["skipped"]


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    assert _status(content + b"<script>") == ["skipped"]
