"""What other files may say of a path that the terms keep back."""

import pytest

from assay.review.quoting import Denied

PATHS = ("src/secret/Key.java", "my docs/plan (old).txt", "密钥/主 密钥.c")


@pytest.mark.parametrize(
    "text",
    ["see src/secret/Key.java:3", "#include <key.java>", r"src\secret\Key.java", "../secret/key.java",
     '"secret/Key.java"', 'read("my docs/plan (old).txt")', "docs/plan (old).txt", "plan (old).txt",
     "见 密钥/主 密钥.c"],
)  # fmt: skip
def test_a_path_that_is_kept_back_is_recognised(text: str) -> None:
    assert Denied(PATHS).tells(text)


@pytest.mark.parametrize("text", ["", "other/Key.java", "MyKey.java", "plan.txt", "explan (old).txt", "src/secret"])
def test_other_words_are_not(text: str) -> None:
    assert not Denied(PATHS).tells(text)
    assert not Denied(()).tells(text)
