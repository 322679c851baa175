"""What stands where a system keeps it: known by place and form, and unknown as soon as one of them does not fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.intake.identify import HEAD, head_size, identify
from assay.intake.systems import IN_VIEW, placed

_COBOL = (
    "       IDENTIFICATION DIVISION.\n       PROGRAM-ID. A.\n       PROCEDURE DIVISION.\n           CALL 'EVP_md5'.\n"
)
_HASKELL = 'import Crypto.Hash\nmain :: IO ()\nmain = print (hashWith MD5 "a")\n'
_PROSE = (
    "This is the list of the things that changed in this release of the program, and that you need to know of.\n"
    "It is read by the people who use it, and it is not a part of the program. It comes with the documents.\n"
)
KNOWN = (
    ("var/lib/dpkg/info/a.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n", ("text", "Debian control")),
    ("var/lib/dpkg/info/a.list", "/.\n/usr\n/usr/bin/a\n", ("text", "Debian control")),
    ("var/lib/dpkg/info/a.triggers", "# why\nactivate-noawait ldconfig\n", ("text", "Debian control")),
    ("var/lib/dpkg/info/liba.shlibs", "liba 1 liba1 (>= 1.0)\n", ("text", "Debian control")),
    ("var/lib/dpkg/status",
     "Package: a\nStatus: install ok installed\nDescription: a\n b\n",
     ("text", "Debian control")),
    ("usr/share/lintian/overrides/a", "# why\na: hardening-no-pie usr/bin/a\n", ("text", "lintian overrides")),
    ("usr/share/doc-base/a", "Document: a\nTitle: A\n", ("text", "Debian control")),
    ("usr/share/man/man8/a.8x.gz!a.8x", '.\\" a comment\n.TH A 8\n', ("text", "manual page")),
    ("usr/share/info/a.info-1.gz!a.info-1", "This is a.info, produced by makeinfo\n", ("text", "Texinfo")),
    ("data.tar.xz!usr/share/doc/a/DETAILS.gz!DETAILS", _PROSE, ("text", "text")),
    ("etc/haproxy/errors/400.http",
     "HTTP/1.0 400 Bad request\n\n<html><body>no</body></html>\n",
     ("text", "HTTP message")),
    ("etc/ssh/moduli", "# Time\n20180101000000 2 6 100 2047 5 AB01\n", ("data", "moduli")),
    ("etc/mime.types", "text/html html htm\n", ("data", "media types")),
    ("etc/apache2/magic", "0\tstring\t\\037\\213\tapplication/octet-stream\tx-gzip\n", ("data", "magic")),
    ("lib/udev/hwdb.d/20-a.hwdb", "usb:v0001*\n ID_VENDOR=a b\n", ("data", "hardware database")),
    ("usr/share/vim/addons/ftdetect/a.vim", "au BufRead,BufNewFile *.a set ft=a\n", ("data", "Vim syntax")),
    ("usr/share/a/sums", "d41d8cd98f00b204e9800998ecf8427e\n", ("data", "checksums")),
    ("etc/default/a", '# options\nOPTIONS="-x $OTHER"\n#B=1\n', ("configuration", "environment")),
    ("etc/pam.d/a", "@include common-auth\npassword [success=1] pam_unix.so sha512\n", ("configuration", "settings")),
    ("etc/logrotate.d/a",
     "/var/log/a.log {\n  weekly\n  postrotate\n    kill 1\n  endscript\n}\n",
     ("configuration", "logrotate")),
    ("etc/cron.d/a", "0 5 * * * root /usr/bin/a\n", ("configuration", "crontab")),
    ("etc/apparmor.d/usr.bin.a",
     "/usr/bin/a {\n  #include <abstractions/base>\n  /etc/a r,\n}\n",
     ("configuration", "AppArmor")),
    ("etc/iptables/rules.v4",
     "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n",
     ("configuration", "settings")),
    ("lib/systemd/system/a.path", "[Path]\nPathChanged=/etc/a\n", ("configuration", "INI")),
    ("etc/nginx/sites-available/default", "server {\n  ssl_protocols TLSv1;\n}\n", ("configuration", "nginx")),
    ("etc/apache2/mods-available/ssl.load", "LoadModule ssl_module /a/mod_ssl.so\n", ("configuration", "INI")),
    ("etc/tomcat10/policy.d/01.policy",
     "// a\ngrant {\n  permission java.util.PropertyPermission \"a\", \"read\";\n};\n",
     ("configuration", "Java policy")),
    ("etc/a/a", "[main]\nkey = value\n", ("configuration", "settings")),
    ("etc/default/b", 'A=$(openssl md5 /etc/a)\n', ("source", "Shell")),
    ("usr/share/bash-completion/completions/a", "_a() {\n  COMPREPLY=()\n}\n", ("source", "Shell")),
    ("usr/share/a/functions-of-a", "a() {\n  if [ -z \"$1\" ]; then\n    return\n  fi\n}\n", ("source", "Shell")),
    ("a/ftplugin/a.vim", "call system('md5sum')\n", ("source", "Vim script")),
)  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), KNOWN)
@pytest.mark.parametrize("root", ["", "rootfs/", "data.tar.xz!", "x/a.deb!data.tar.zst!"])
def test_place_and_form(root: str, path: str, text: str, expected: tuple[str, str]) -> None:
    identity = identify(root + path, text.encode(), len(text))
    assert (identity.file_class, identity.format) == expected


INERT = [path for path, _, (file_class, _) in KNOWN if file_class in {"text", "data"}]


@pytest.mark.parametrize("path", INERT)
@pytest.mark.parametrize("code", [_COBOL, _HASKELL, "puts MD5(x)\n", "10 PRINT MD5(A$)\n", "x = md5(y);\n"])
def test_code_in_an_inert_place_is_not_inert(path: str, code: str) -> None:
    """Also where the file begins as it should: one line without the form is enough."""
    begins_only = ("manual page", "Texinfo", "HTTP message")  # documents whose lines may be anything
    told = next((text, expected) for place, text, expected in KNOWN if place == path)
    for text in (code, told[0] + code):
        if text == code or told[1][1] not in (*begins_only, "text"):
            assert identify(path, text.encode(), len(text)).file_class not in {"text", "data"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("usr/share/a/strange", _COBOL),
        ("etc/a/strange", _HASKELL),
        ("etc/strange", "print md5(x)\n"),
        ("usr/share/doc/a/strange", _COBOL),
        ("usr/share/doc/a/examples/strange", _HASKELL),
        ("usr/share/doc/a/strange", "the of to and is are in for that this with be by you\n" * 3 + _HASKELL * 2),
        ("fetch/strange", "key = value\n"),
        ("usr/share/vim/addons/syntax/a.vim", "au BufRead * call system('md5sum')\n"),
        ("etc/haproxy/errors/400.http", "HTTP/1.0 400 Bad\n\n<script>md5(1)</script>\n"),
    ],
)
def test_what_may_be_code_stays_unknown(path: str, text: str) -> None:
    assert identify(path, text.encode(), len(text)).file_class in {"unknown", "source"}


@pytest.mark.parametrize(
    ("line", "format_"),
    [
        ("#!/lib/init/init-d-script", "Shell"),
        ("#!/usr/bin/env /lib/runit/invoke-run", "Shell"),
        ("#!/sbin/openrc-run", "Shell"),
        ("#!/bin/busybox sh", "Shell"),
        ("#!/bin/busybox awk -f", "AWK"),
        ("#!/usr/bin/env -S bash -e", "Shell"),
        ("#!/usr/bin/execlineb", "script"),
    ],
)
def test_interpreters(line: str, format_: str) -> None:
    assert identify("etc/init.d/a", f"{line}\necho\n".encode(), 99).format == format_


def test_a_cut_line_has_no_form() -> None:
    """A list of digests longer than the view ends in the middle of a line."""
    text = "d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\n" * 400
    head = text[:IN_VIEW].encode()
    assert identify("var/lib/dpkg/info/a.md5sums", head, len(text)).file_class == "text"
    assert identify("var/lib/dpkg/info/a.md5sums", head, len(head)).file_class == "unknown"


def test_little_is_read_where_the_name_says_enough() -> None:
    assert head_size("src/a.java") < HEAD < head_size("etc/pam.d/a") <= head_size("include/a.h")
    assert head_size("a.js") == head_size("README.md") == head_size("lib/a.html") == HEAD


@given(st.sampled_from([path for path, _, _ in KNOWN]), st.text(max_size=300), st.booleans())
def test_anything_may_stand_there(path: str, text: str, cut: bool) -> None:
    found = placed(path, text, cut=cut)
    assert found is None or found[0] in {"text", "data", "configuration", "source"}
