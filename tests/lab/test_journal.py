"""What ended a worker, from its last words."""

from pathlib import Path

import pytest

from assay.lab.journal import post_mortem


@pytest.mark.parametrize(
    ("fault", "printed", "reason", "detail"),
    [
        ("Timeout (0:01:00)!\nThread 0x1", "", "hang", "watchdog"),
        ("Fatal Python error: Aborted", "tree-sitter failed to allocate 64 bytes", "memory", "native code"),
        (
            "Fatal Python error: Segmentation fault",
            "",
            "crash",
            "Segmentation fault; in a large file that is a lack of",
        ),
        ("Fatal Python error: Illegal instruction", "", "crash", "Illegal instruction"),
        ("", "", "crash", "without a trace"),
    ],
)
def test_what_ended_a_worker(tmp_path: Path, fault: str, printed: str, reason: str, detail: str) -> None:
    (tmp_path / "fault").write_text(fault)
    (tmp_path / "stderr").write_text(printed)
    death = post_mortem(tmp_path, 1)
    assert death.reason == reason
    assert detail in death.detail
