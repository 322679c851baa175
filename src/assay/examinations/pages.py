"""Writes docs/libraries.md and its Chinese twin: every library of the cipher catalogue, by language.

python -m assay.examinations.pages docs
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from assay.core.text import LANGS, Lang, Text
from assay.examinations.cipher.catalogue import libraries
from assay.examinations.cipher.library import Library
from assay.source.languages import BY_NAME

COMMAND = "python -m assay.examinations.pages"
_TITLE = Text("Libraries of cryptography", "密码库")
_HEAD = Text(
    "What the catalogue recognises in source, by language. A library that is not listed is not recognised: the import "
    "of one that is known to offer cryptography leaves rules open. [How to add one](catalogue.md).",
    "目录在源代码中可识别的密码库，按语言排列。未列出者无法识别：其中已知提供密码功能的，一经导入即令规则待定。"
    "[如何添加](catalogue.md)。",
)
_WRITTEN = Text(
    f"Written by `{COMMAND}` from `src/assay/examinations/cipher/catalogue`; do not edit.",
    f"由 `{COMMAND}` 根据 `src/assay/examinations/cipher/catalogue` 生成，请勿编辑。",
)
_COLUMNS = (Text("id", "标识"), Text("library", "密码库"), Text("entries", "条目"), Text("read from", "依据"))


def file_name(lang: Lang) -> str:
    return "libraries.md" if lang == "en" else f"libraries.{lang}.md"


def render(lang: Lang) -> str:
    """One page in one language."""
    return "\n".join(_lines(lang)) + "\n"


def _lines(lang: Lang) -> Iterator[str]:
    yield f"# {_TITLE.to(lang)}\n\n{_WRITTEN.to(lang)}\n\n{_HEAD.to(lang)}\n"
    for language in BY_NAME:
        yield f"## {language}\n"
        yield f"| {' | '.join(column.to(lang) for column in _COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}"
        for library in libraries():
            if language in library.languages:
                yield _row(library, lang)
        yield ""


def _row(library: Library, lang: Lang) -> str:
    calls = len({call for entry in library.entries for call in entry.calls})
    source = " ".join(library.source.split()).replace("|", "\\|")
    return f"| `{library.id}` | {library.title.to(lang)} | {calls} | {source} |"


def main(folder: str) -> None:
    for lang in LANGS:
        Path(folder, file_name(lang)).write_text(render(lang), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "docs")
