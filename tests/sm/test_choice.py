"""What is looked for, and when it counts as found."""

import sys
from types import ModuleType

import pytest

from assay.sm import choice, gcrypt, gmssl, openssl, pyca
from assay.sm.backend import Backend, UnavailableError

SYSTEM: list[ModuleType] = [gcrypt, openssl]


@pytest.mark.parametrize("library", SYSTEM)
def test_a_library_of_the_system_that_is_not_there(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_NAME", "libnothing-of-that-name.so.0")
    assert library.find() is None


@pytest.mark.parametrize("library", SYSTEM)
def test_a_file_of_that_name_without_its_functions(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "_NAME", None)  # the program itself
    monkeypatch.setattr(library, "_SIGNATURES", {"assay_has_no_such_function": (None,)})
    assert library.find() is None


@pytest.mark.parametrize("library", SYSTEM)
def test_another_system_than_linux(library: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert library.find() is None


@pytest.mark.skipif(gcrypt.find() is None, reason="no libgcrypt")
def test_a_libgcrypt_that_is_too_old_or_has_no_sm4(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(gcrypt, "_SM4", 9999)
        assert gcrypt.find() is None
    monkeypatch.setattr(gcrypt, "_OLDEST", b"99.0.0")
    assert gcrypt.find() is None


def test_no_gmssl(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gmssl_pyx", None)
    assert gmssl.find() is None


def test_the_first_that_is_there_serves() -> None:
    found = pyca.find()
    assert found is not None
    proven: list[Backend] = []
    assert choice.first("SM3", (lambda: None, lambda: found, lambda: pytest.fail("not asked")), proven.append) is found
    assert proven == [found]
    with pytest.raises(UnavailableError, match="SM9"):
        choice.first("SM9", (), proven.append)


def test_every_primitive_is_served_here_by_somebody_with_a_name() -> None:
    for primitive, serving in choice.SERVED:
        assert serving().name.split()[-1][0].isdigit(), primitive
