"""Sorting more facts than memory holds: each worker writes sorted runs, and the runs are merged as one stream.

A line of a run is `order key, tab, fact as JSON`. The order key is canonical JSON, which has no raw tab or newline and
is never a proper prefix of another, so comparing whole lines compares the keys first. Equal facts are merged with all
their evidence; a fact that occurs once is never decoded. The result does not depend on which run a fact is in, nor on
the order of the runs.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from assay.core.facts import Fact, fact_id, merged, order_key
from assay.dossier import records
from assay.dossier.durable import PARTIAL

FAN_IN = 128  # runs merged at once: each is an open file


def write_run(facts: Iterable[Fact], path: Path) -> int:
    """Sort and merge `facts` in memory and write them as one run; returns how many. The file is whole or absent.

    Raises KeyError on an undeclared kind and ValueError on a value that has no canonical form.
    """
    ids: dict[bytes, str] = {}
    keyed: list[tuple[bytes, Fact]] = []
    for fact in facts:
        id_ = fact_id(fact)
        key = order_key(fact, id_)
        ids[key] = id_
        keyed.append((key, fact))
    keyed.sort(key=lambda pair: pair[0])
    _write((_line(key, fact, ids[key]) for key, fact in merged(keyed)), path)
    return len(ids)


def merge_runs(paths: Sequence[Path], *, fan_in: int = FAN_IN) -> Iterator[bytes]:
    """The facts of all runs in dossier order, as JSON without newline. Intermediate runs lie beside the first one."""
    with ExitStack() as stack:
        if len(paths) > fan_in:
            scratch = Path(stack.enter_context(TemporaryDirectory(dir=paths[0].parent)))
            paths = _fewer(paths, scratch, fan_in)
        for line in _merge(paths, stack):
            yield line[line.index(b"\t") + 1 : -1]


def _fewer(paths: Sequence[Path], scratch: Path, fan_in: int) -> Sequence[Path]:
    """Merge runs until at most `fan_in` are left; every line is rewritten at most log(runs) / log(fan_in) times."""
    level = 0
    while len(paths) > fan_in:
        targets = []
        for start in range(0, len(paths), fan_in):
            target = scratch / f"{level}-{start}.run"
            with ExitStack() as stack:
                _write(_merge(paths[start : start + fan_in], stack), target)
            targets.append(target)
        if level:
            for path in paths:
                path.unlink()
        paths, level = targets, level + 1
    return paths


def _merge(paths: Sequence[Path], stack: ExitStack) -> Iterator[bytes]:
    files = [stack.enter_context(path.open("rb")) for path in paths]
    return _unique(heapq.merge(*files))


def _unique(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Lines with equal keys become one."""
    held: list[bytes] = []
    held_key = b""
    for line in lines:
        if held and line.startswith(held_key):
            held.append(line)
            continue
        if held:
            yield _one(held_key, held)
        held_key = line[: line.index(b"\t") + 1]
        held = [line]
    if held:
        yield _one(held_key, held)


def _one(key: bytes, lines: list[bytes]) -> bytes:
    if len(lines) == 1:
        return lines[0]
    facts = [(key, records.decode_fact(line[len(key) : -1])) for line in lines]
    ((_, fact),) = merged(facts)
    return _line(key[:-1], fact, records.glimpse(lines[0][len(key) : -1]).id)


def _line(key: bytes, fact: Fact, id_: str) -> bytes:
    return b"%b\t%b\n" % (key, records.encode_fact(fact, id_))


def _write(lines: Iterable[bytes], path: Path) -> None:
    aside = path.with_name(path.name + PARTIAL)
    with aside.open("wb") as file:
        file.writelines(lines)
    aside.replace(path)
