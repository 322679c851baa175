"""A worker's word: values come through, nothing is called, no file but its own is read."""

import pickle
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from assay.core.attempts import Attempt
from assay.core.errors import AssayError
from assay.lab.lanes import _Spawned
from assay.lab.place import Outcome
from assay.lab.returned import inside, loads


class Calls:
    """Pickles as a call of any function."""

    def __init__(self, function: Any, *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> Any:
        return self._call


def named(module: str, name: str) -> bytes:
    """A pickle that fetches a name, dots and all."""
    return b"\x80\x04" + b"".join(b"\x8c" + bytes([len(word)]) + word.encode() for word in (module, name)) + b"\x93."


def test_values_come_through() -> None:
    attempt = Attempt("x@1", ("a",), "completed", "", "source", "java", "", "shipped")
    outcome = Outcome([Path("/s/a.run")], [attempt], {1: {}}, ["aa"], peak_memory=7)
    assert loads(pickle.dumps((outcome, ValueError("no"), {1, 2}, frozenset({3}))))[0] == outcome


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Calls(print, "called")),
        pickle.dumps(Calls(eval, "1")),
        named("os", "system"),
        named("builtins", "exec"),
        named("assay.lab.lanes", "deque"),
        named("assay.lab.bench", "run"),
        named("assay.lab.walls", "os.system"),
        named("assay.lab.cage.session", "subprocess.Popen"),
        named("assay.intake.foreign", "entries"),
    ],
)
def test_nothing_is_called_and_no_function_is_fetched(content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(pickle.UnpicklingError, match="handed back"):
        loads(content)
    assert capsys.readouterr().out == ""


def taken_over(path: str) -> object:
    return Calls(open, path, "w")


def test_a_pool_whose_worker_hands_back_a_call_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None, raising=False)
    with ProcessPoolExecutor(1, mp_context=_Spawned()) as pool:
        assert pool.submit(len, "abc").result() == 3
        with pytest.raises(BrokenExecutor):
            pool.submit(taken_over, str(tmp_path / "made")).result()
    assert not (tmp_path / "made").exists()


def test_no_file_is_read_that_is_not_a_workers(tmp_path: Path) -> None:
    inside([tmp_path / "pieces" / "a"], tmp_path)
    for path in (Path("/etc/shadow"), tmp_path / ".." / "x", Path("relative")):
        with pytest.raises(AssayError, match="not its own"):
            inside([path], tmp_path)
