"""`assay doctor` on what serves SM2, SM3 and SM4."""

from collections.abc import Callable

import click
import pytest
from click.testing import CliRunner

from assay.cli import doctor
from assay.core.text import Text
from assay.sm import choice
from assay.sm.backend import Backend, CorruptLibraryError, UnavailableError


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name


def _raising(error: Exception) -> Callable[[], Backend]:
    def serve() -> Backend:
        raise error

    return serve


@pytest.mark.parametrize(
    ("serve", "line", "fails"),
    [
        (lambda: _Named("libquick 1.0"), "ok  SM4-GCM: libquick 1.0\n", False),
        (lambda: _Named("cryptography 50.0"), "ok  SM4-GCM: cryptography 50.0; the Debian package libgcrypt20", False),
        (
            _raising(UnavailableError(Text("nobody", "无"), Text("get it", "安装"))),
            "--  SM4-GCM: nobody; get it\n",
            False,
        ),
        (_raising(CorruptLibraryError(Text("it lies", "错误"))), "NO  SM4-GCM: it lies\n", True),
    ],
)
def test_what_serves(serve: Callable[[], Backend], line: str, fails: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "SERVED", (("SM4-GCM", serve),))
    monkeypatch.setattr(doctor, "_checks", lambda: iter(()))
    assert isinstance(doctor.command, click.Command)
    done = CliRunner().invoke(doctor.command, [], standalone_mode=False)
    assert line in done.output
    assert done.return_value == int(fails)
