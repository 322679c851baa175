"""The registry of languages, whose adapters are made on first use."""

import subprocess
import sys

import pytest

from assay.examinations.cipher.outlook import OUTLOOKS
from assay.source.languages import BY_NAME, FOLDING, slug_of


@pytest.mark.parametrize("language", list(BY_NAME))
def test_each_language_has_its_adapter_and_its_outlook(language: str) -> None:
    assert BY_NAME[language].name == language == OUTLOOKS[language].language
    assert BY_NAME[language] is BY_NAME[language]
    assert BY_NAME[language].folds == (language in FOLDING)
    assert slug_of(language).isalpha()


def test_another_language_is_none_of_them() -> None:
    assert "COBOL" not in BY_NAME
    assert list(BY_NAME) == list(OUTLOOKS)
    with pytest.raises(KeyError):
        BY_NAME["COBOL"]


def test_no_language_is_loaded_before_a_file_of_it_is_met() -> None:
    code = "import sys, assay.examinations\nprint(*(name for name in sys.modules if name.startswith('assay.source.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not {"java", "go", "rust", "php", "javascript"} & {name.rpartition(".")[2] for name in done.stdout.split()}
