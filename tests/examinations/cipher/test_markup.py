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
        b"<SCRIPT src=a.js></SCRIPT>",
        b'<p th:text="1">a</p>',
        b'<script th:src="@{/js/a.js}"></script><p th:text="${user.name}">&rsaquo;</p>',
        b"{% load static %}<script src=\"{% static 'a.js' %}\"></script>{% for x in rows %}{{ x.title }}{% endfor %}",
        b"<script>$('#a').on('click', function () { $(this).hide(); });</script>",
    ],
)
def test_nothing_runs(content: bytes) -> None:
    assert _status(content) == []


@pytest.mark.parametrize(
    "content",
    [
        b"<p>a</p>" * 9_000 + b"<script>CryptoJS.MD5(1)</script>",
        b"<SCRIPT src=https://cdn.example/a.js></SCRIPT>",
        b"<script src='//cdn.example/a.js'></script>",
        b"<script src='{{ library }}'></script>",
        b"<script>document.write('<scr' + 'ipt src=a.js>')</script>",
        b"<script>var s = document.createElement('script'); s.src = u</script>",
        b"<script>document.createElement(kind)</script>",
        b"<script>window['m' + 'd5'](x)</script>",
        b"<script>window[name](x)</script>",
        b"<script>x['create' + 'It']('m')</script>",
        b"<script>\\u006dd5(x)</script>",
        b"<script>'\\x6dd5'</script>",
        b"<script>eval(x)</script>",
        b"<script>new Function('x', y)</script>",
        b"<script>setTimeout('m' + n)</script>",
        b"<script>var h = [1732584193, -271733879]</script>",
        b"<script>var k = 0x67452301</script>",
        b"<script>var token = Math.random()</script>",
        b"<script>strEnc(p, {key: 'abc'})</script>",
        b"<a onclick='&#109;&#100;5(x)'>x</a>",
        b"<a onclick='&#x6d;d5(x)'>x</a>",
        b"<script>doSM4(x)</script>",
        b"<script>hex_sha(x)</script>",
        b"<script>gmssl.go(x)</script>",
        b"<script>strEnc(x, '1', '2', '3')</script>",
        b"<script>RSAUtils.go(x)</script>",
        b"<iframe src='data:text/html;base64,AAAA'></iframe>",
        b"<script type=module>import x from './x.js'</script>",
        b"<p>${x.getClass().forName(y)}</p>",
        b"<p>${'x'?new()}</p>",
        b"<p>{{ x.__class__ }}</p>",
        b"<script language=vbscript>CreateObject(x)</script>",
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
        b'<p th:text="${T(a.B).c()}">a</p>',
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
    assert _status(content + b"<script>md5(") in (["skipped"], ["partial"])
