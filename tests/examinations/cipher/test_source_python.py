"""Which words of a Python file count: those whose module is imported, however the import is written."""

import re

import pytest

from assay.core.examination import FileMeta, FileView, Hit, Limits, Locator
from assay.examinations.cipher.catalogue import catalogue_of
from assay.examinations.cipher.source import SourceCryptography


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
