"""What the operating system refuses is said in both languages, with the path and what to do."""

import errno
import os
from pathlib import Path

import pytest

from assay.core.errors import Exit, refused, said
from assay.core.text import Text


def test_a_refusal_names_the_path_the_reason_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="such file") as caught:
        (tmp_path / "gone {x}").read_bytes()
    error = refused(tmp_path / "gone {x}", caught.value)
    assert error.exit_code == Exit.USAGE
    assert error.to("en").splitlines() == [
        f"{tmp_path}/gone {{x}}: No such file or directory",
        "check the path, its permissions and the free space",
    ]
    assert error.to("zh").splitlines() == [f"{tmp_path}/gone {{x}}：没有该文件或目录", "请检查路径、权限与可用空间"]
    assert refused("a", caught.value, Text("name b", "请指定 b")).to("en").endswith("\nname b")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EISDIR, errno.EROFS])
def test_what_is_refused_most_often_is_said_in_chinese(number: int) -> None:
    text = said(OSError(number, os.strerror(number), "x"))
    assert text.en == os.strerror(number)
    assert not text.zh.isascii()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("not a plain file"), "not a plain file"),
        (OSError(), "OSError"),
        (OSError(errno.EXDEV, "across"), "across"),
    ],
)
def test_what_nobody_foresaw_is_said_as_it_came(error: OSError, words: str) -> None:
    assert said(error) == Text(words, words)
