"""An appender that is killed: run by test_bad_days.py in a process of its own.

Usage: killed_appender.py LEDGER SEED COUNT. COUNT times a forked child appends to LEDGER in batches, tells through a
pipe what was acknowledged, and is killed with SIGKILL at a random moment. After each kill everything acknowledged must
be there, in its place, and the log must verify. Prints how many were killed and how many entries there are at the end.
"""

import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

from assay.ledger.log import Log
from assay.ledger.sqlite import SqliteStore
from tests.ledger.made import entries, signer


def append_for_ever(path: Path, rng: random.Random, told: int) -> None:
    log = Log(SqliteStore(path), [signer()])
    os.write(told, struct.pack(">Q", 0))
    while True:
        size = rng.choice([1, 1, 1, 1, 2, 10, 120])
        got = log.append(*entries(log.size, log.size + size))
        os.write(told, struct.pack(">Q", got.stop))
        if rng.random() < 0.2:
            log.checkpoint()


def kill_one(path: Path, rng: random.Random) -> int:
    """What the child acknowledged before it was killed."""
    hear, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hear)
        append_for_ever(path, rng, told)
    os.close(told)
    acknowledged = os.read(hear, 8)  # it has opened the log
    time.sleep(rng.uniform(0, 0.02))
    os.kill(child, signal.SIGKILL)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    with os.fdopen(hear, "rb") as file:
        acknowledged += file.read()
    return max(struct.unpack(f">{len(acknowledged) // 8}Q", acknowledged), default=0)


def main() -> None:
    path, rng, count = Path(sys.argv[1]), random.Random(sys.argv[2]), int(sys.argv[3])
    size = 0
    for _ in range(count):
        acknowledged = kill_one(path, random.Random(rng.random()))
        log = Log(SqliteStore(path), [signer()] if rng.random() < 0.5 else [])
        assert log.size >= max(acknowledged, size), f"lost: {log.size} of {acknowledged}"
        whole = log.verify()
        assert whole.size == log.size
        size = log.size
        if rng.random() < 0.5:
            log.checkpoint()
        log.close()
    with Log(SqliteStore(path), [signer()]) as log:
        log.checkpoint()
        assert [item for _, item in log.entries()] == entries(0, log.size)
        print(count, log.size)


if __name__ == "__main__":
    main()
