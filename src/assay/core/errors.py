"""What assay raises on purpose. Each error names the thing that is wrong and what to do about it.

Exit codes are a contract (design, section 10): programs that run assay decide by them.
"""

import errno
from enum import IntEnum
from types import MappingProxyType

from assay.core.text import Lang, Text

# What operating systems refuse most often; they say the rest in English alone.
_REFUSALS = MappingProxyType(
    {
        errno.ENOENT: "没有该文件或目录",
        errno.EACCES: "权限不足",
        errno.EPERM: "不允许此操作",
        errno.EEXIST: "文件已存在",
        errno.EISDIR: "这是目录",
        errno.ENOTDIR: "不是目录",
        errno.ENOTEMPTY: "目录不为空",
        errno.ENOSPC: "设备上没有剩余空间",
        errno.EDQUOT: "超出磁盘配额",
        errno.EFBIG: "文件过大",
        errno.EROFS: "文件系统只读",
        errno.EIO: "输入/输出错误",
        errno.ELOOP: "符号链接层数过多",
        errno.ENAMETOOLONG: "文件名过长",
        errno.EMFILE: "打开的文件过多",
        errno.EADDRINUSE: "地址已被占用",
    }
)
CHECK = Text("check the path, its permissions and the free space", "请检查路径、权限与可用空间")


class Exit(IntEnum):
    NOTHING_TO_REPORT = 0
    FAULT = 1
    USAGE = 2
    NOTHING_TO_EXAMINE = 3
    BROKEN = 10
    OPEN = 11
    NOT_VERIFIED = 12


class AssayError(Exception):
    """Base of every expected error. `message` says what is wrong, `advice` what to do."""

    exit_code: Exit = Exit.FAULT

    def __init__(self, message: Text, advice: Text | None = None) -> None:
        super().__init__(message.en)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.advice))

    def to(self, lang: Lang) -> str:
        lines = [self.message.to(lang)]
        if self.advice is not None:
            lines.append(self.advice.to(lang))
        return "\n".join(lines)


class UsageError(AssayError):
    """The caller asked for something that cannot be done: a wrong option, file or value."""

    exit_code = Exit.USAGE


class InputError(AssayError):
    """A file that the operator supplied (manifest, rulebook, dossier) is not what it should be."""

    exit_code = Exit.USAGE


class NothingToExamineError(AssayError):
    """The product holds no file that could be examined."""

    exit_code = Exit.NOTHING_TO_EXAMINE


class NotVerifiedError(AssayError):
    """A digest, a segment or a signature does not match what was sealed."""

    exit_code = Exit.NOT_VERIFIED


def said(error: OSError) -> Text:
    """What the operating system answered, without its path."""
    en = error.strerror or str(error) or type(error).__name__
    return Text(en, _REFUSALS.get(error.errno or 0, en))


def refused(place: object, error: OSError, advice: Text = CHECK) -> InputError:
    """What the operating system refused at a path, as an error with advice."""
    return InputError(Text("{place}: {why}", "{place}：{why}").fill(place=place, why=said(error)), advice)
