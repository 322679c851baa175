"""A reading room that is killed: run by test_bad_room.py in a process of its own.

Usage: killed_reader.py FOLDER SEED COUNT. COUNT times a forked child opens a file under a new order (one time in four)
or shows pages and hits of searches in turn, tells through a pipe what it has shown, and is killed with SIGKILL at a
random moment. After each kill the log must be whole and go on from what the vendor saw, every page that was shown must
stand in it, and no grant may lie here that it does not name. Prints how many were killed and how many pages were
shown.
"""

import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from assay.deposit.documents import sha256, written
from assay.deposit.room import Room
from assay.deposit.searching import search
from tests.deposit.parties import SECRET, TERMS, Scene, scene
from tests.deposit.test_story import admitted

FREE = (
    TERMS.replace("lines_per_hour: 60", "lines_per_hour: 1000000")
    .replace("unseen_views: 3", "unseen_views: 1000000")
    .replace("alarm_percent: 40", "alarm_percent: 100")
)


def read_for_ever(made: Scene, told: int) -> None:
    with made.host() as host:
        room = Room(host, SECRET)
        session = admitted(room)
        while True:
            os.write(told, struct.pack(">Q", room.view(session, "src/pay.c", 1, 3).number))
            os.write(told, struct.pack(">Q", search(room, session, "pay_7").number))


def open_for_ever(made: Scene) -> None:
    with made.host() as host:
        while True:
            name = made.ordered(host)
            host.open(name, made.released(host, name), SECRET)


def killed(made: Scene, after: float, *, reading: bool) -> list[int]:
    """The positions of pages that a child showed before it was killed."""
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        if reading:
            read_for_ever(made, told)
        open_for_ever(made)
    os.close(told)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    with os.fdopen(hear, "rb") as file:
        content = file.read()
    return list(struct.unpack(f">{len(content) // 8}Q", content))


def whole(made: Scene, shown: list[int]) -> None:
    with made.host() as host:
        Room(host, SECRET)  # every view that the log names has its record
        entered = {position for act in ("view", "search") for position, _ in host.acts.entered(act)}
        assert set(shown) <= entered, "a page was shown and not entered"
        for grant in host.grants():
            digest = f"sha256:{sha256(written(grant))}"
            assert host.acts.find("grant", "grant", digest) is not None, "a grant lies here that nobody entered"
        made.witnessed(host.acts)


def main(folder: Path, seed: str, count: int) -> None:
    chance = random.Random(seed)
    made = scene(folder, terms=FREE)
    with made.host() as host:
        name = made.ordered(host)
        host.open(name, made.released(host, name), SECRET)
    pages = 0
    for number in range(count):
        reading = number % 4 != 3
        shown = killed(made, chance.uniform(0.02, 0.6 if reading else 1.5), reading=reading)
        whole(made, shown)
        pages += len(shown)
    print(count, pages)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
