"""A sealer that is killed: run by test_bad_days.py in a process of its own.

Usage: killed_sealer.py FOLDER SEED COUNT. COUNT times a forked child seals one version after the other, tells through a
pipe which are acknowledged, and is killed with SIGKILL at a random moment; half of the times a second child seals into
the same deposit. After each kill every acknowledged version must be there and whole. Prints how many were killed and
how many versions there are at the end.
"""

import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from tests.deposit.made import Made, made, tree, written


def seal_for_ever(kept: Made, folder: Path, told: int) -> None:
    os.write(told, struct.pack(">Q", 0))
    while True:
        number = len(kept.deposit().versions) + 1
        source = written(folder / f"{os.getpid()}-{number}", tree(number))
        os.write(told, struct.pack(">Q", kept.seal(source, str(source)).version.number))


def start(kept: Made, folder: Path) -> tuple[int, int]:
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        seal_for_ever(kept, folder, told)
    os.close(told)
    return child, hear


def kill(child: int, hear: int) -> int:
    """The newest version that the child acknowledged before it was killed."""
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    with os.fdopen(hear, "rb") as file:
        told = file.read()
    return max(struct.unpack(f">{len(told) // 8}Q", told), default=0)


def whole(kept: Made, acknowledged: int, *, everything: bool) -> int:
    """Every acknowledged version is there; the last few, or all, open to what was sealed."""
    deposit = kept.deposit()
    assert len(deposit.versions) >= acknowledged, f"lost: {len(deposit.versions)} of {acknowledged}"
    assert list(deposit.check()) == []
    for version in deposit.versions if everything else deposit.versions[-2:]:
        source = Path(version.label)
        found = kept.contents(version.number)
        assert found == {path: (source / path).read_bytes() for path in found}
        assert len(found) == sum(path.is_file() for path in source.rglob("*"))
    return len(deposit.versions)


def main() -> None:
    folder, rng, count = Path(sys.argv[1]), random.Random(sys.argv[2]), int(sys.argv[3])
    kept = made(folder / "store", suite=rng.choice(["aes", "sm"]))
    for number in (1, 2):  # libraries are loaded and proven before anybody forks
        began = time.perf_counter()
        kept.seal(written(folder / str(number), tree(number)), str(folder / str(number)))
        takes = time.perf_counter() - began
    most = 2
    for _ in range(count):
        children = [start(kept, folder) for _ in range(rng.choice([1, 2]))]
        for _, hear in children:
            for _ in range(rng.choice([1, 2])):  # it is at work, and perhaps has sealed one version
                most = max(most, *struct.unpack(">Q", os.read(hear, 8)))
        time.sleep(rng.uniform(0, 2 * takes))
        most = max(most, *(kill(*child) for child in children))
        most = max(most, whole(kept, most, everything=False))
    print(count, whole(kept, most, everything=True))


if __name__ == "__main__":
    main()
