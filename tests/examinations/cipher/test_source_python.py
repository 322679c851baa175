"""Which words of a Python file count: those whose module is imported, however the import is written."""

import re

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Limits, Locator
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.source import SourceCryptography
from tests.examinations.cipher.snippets_run import facts_in


class _Lab:
    limits = Limits()


def algorithms(code: bytes) -> list[object]:
    words = catalogue_of("Python").words
    hits = [Hit(found[0], found.start()) for found in re.finditer(rb"\w+", code) if found[0] in words]
    meta = FileMeta("a.py", "a.py", len(code), "source", "Python", "product", "shipped", Locator("file", "a.py"))
    examined = SourceCryptography("Python").examine(FileView(meta, code), hits, _Lab())
    return [fact.value.get("algorithm") for fact in examined.facts if fact.kind == "crypto.use"]


@pytest.mark.parametrize(
    "code",
    [
        b"import hashlib\nx = hashlib.md5(b'')\n",
        b"import os, hashlib\r\nx = hashlib.md5(b'')\r\n",
        b"import os; import hashlib; x = hashlib.md5(b'')\n",
        b"from hashlib import md5\nx = md5(b'')\n",
        b"from hashlib import (\n    sha256,\n    md5 as m,\n)\nx = m(b'')\n",
        b"from \\\n  hashlib \\\n  import md5\nx = md5(b'')\n",
        b"from hashlib import *\nx = md5(b'')\n",
        b"def f():\n    import hashlib\n    return hashlib.md5(b'')\n",
        b"try:\n    import hashlib\nexcept ImportError:\n    hashlib = None\nx = hashlib.md5(b'')\n",
        b"if True: import hashlib\nx = hashlib.md5(b'')\n",
        b"import hashlib as h\nx = h.md5(b'')\n",
    ],
)
def test_however_it_is_imported(code: bytes) -> None:
    assert "MD5" in algorithms(code)


@pytest.mark.parametrize(
    "code",
    [b"import mylib\nx = mylib.md5(b'')\n", b"x = self.hashlib.md5(b'')\n", b"# import hashlib\nx = other.md5(b'')\n"],
)
def test_another_module_of_the_same_words_is_no_use(code: bytes) -> None:
    assert algorithms(code) == []


def reaches(code: str, misuse: str = "weak-random") -> list[object]:
    content = code.encode()
    hits = [Hit(found[0], found.start()) for found in re.finditer(rb"\w+", content)]
    hits = [hit for hit in hits if hit.literal in catalogue_of("Python").words]
    meta = FileMeta("a.py", "a.py", len(content), "source", "Python", "product", "shipped", Locator("file", "a.py"))
    examined = SourceCryptography("Python").examine(FileView(meta, content), hits, _Lab())
    return [fact.value["reach"] for fact in examined.facts if fact.value.get("misuse") == misuse]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("def token():\n    return random.choice('ab')\n", ["certain"]),
        ("random_hex = lambda x: ''.join([random.choice('0123456789abcdef') for _ in range(x)])\n", ["possible"]),
        ("class A:\n    token = lambda self: random.choice('ab')\n", ["certain"]),
        ("def random_string(n):\n    return ''.join(random.choice('ab') for _ in range(n))\n", ["possible"]),
        ("def f():\n    randomBytes = random.randbytes(16)\n", ["possible"]),
        ("def random_colour():\n    return random.choice('ab')\n", []),
        ("boundary = random.randint(0, 2**63)\n", []),
    ],
)
def test_random_text_that_others_may_use_for_a_secret(code: str, expected: list[str]) -> None:
    assert reaches("import random\n" + code) == expected


def test_an_option_that_is_not_known_may_be_the_one_that_is_known_by_its_name_is() -> None:
    code = "import pycurl\nclass A:\n    def f(self, c):\n        c.setopt(self.m.{}, {})\n"
    assert reaches(code.format("SSL_VERIFYHOST", "False"), "host-name-check-off") == ["certain"]
    assert reaches(code.format("NOSIGNAL", "0"), "host-name-check-off") == ["possible"]
    assert reaches(code.format("SSL_VERIFYHOST", "2"), "host-name-check-off") == []


@pytest.mark.parametrize(
    ("code", "misuse"),
    [
        ('import ssl\nc = ssl.create_default_context()\nsetattr(c, "check_hostname", False)\n', "host-name-check-off"),
        ('import ssl\nobject.__setattr__(c, "verify_mode", ssl.CERT_NONE)\n', "certificate-check-off"),
        ('import requests\nO = {"verify": False}\nrequests.get(u, **O)\n', "certificate-check-off"),
    ],
)
def test_a_setting_that_is_named_in_a_text(code: str, misuse: str) -> None:
    assert misuse in {fact.value.get("misuse") for fact in facts_in("Python", code)}


@pytest.mark.parametrize(
    "code",
    [
        'import ssl\nlog("check_hostname", False)\n',
        'import requests\nO = {"verify": False}\n',  # nothing unpacks it
        'import requests\nO = {"verify": True}\nrequests.get(u, **O)\n',
    ],
)
def test_a_text_that_is_no_setting(code: str) -> None:
    assert not [fact for fact in facts_in("Python", code) if fact.kind == "crypto.misuse"]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (b"import hashlib\nd = partial(hashlib.new, 'md5')\n", ["MD5"]),
        (b"import functools as t, hashlib as h\nd = t.partial(h.new, 'sha256')\n", ["SHA-256"]),
        (b"import hashlib\ndef f(x): return partial(hashlib.new, name='md5')()\n", ["MD5"]),
        (b"import hashlib\nnew = partial(hashlib.new)\n", [None]),
        (b"import hashlib\nnew = partial(hashlib.new, *names)\n", [None]),
        (b"import hashlib\nd = partial(run, hashlib.new, 'md5')\n", []),
        (b"import hashlib\nd = partial(hashlib.new, name='sha256')\nd(name='md5')\n", []),
    ],
)
def test_a_call_that_is_only_begun_has_the_arguments_that_it_is_given(code: bytes, told: list[object]) -> None:
    assert algorithms(b"from functools import partial\n" + code) == told
