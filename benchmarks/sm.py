"""SM3, SM4-GCM and SM2 as assay serves them, beside the libraries called straight: `python benchmarks/sm.py`.

SM4-GCM is timed over messages of 16 KiB, as the deposit seals, each with a nonce of its own; the bound is one message
of 32 MiB. SM2 is timed beside `openssl speed`, which has no Python around it, and `gmalg`, the oracle of the tests.
Every figure is CPU time of one process, the best of five; the answers of all are compared first. Ends 1 when what
serves falls behind another one that is here: under 0.9 of it for SM3 and SM4-GCM, under half for SM2 signatures.
"""

import argparse
import hashlib
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import gmalg

from assay.sm import choice, encoding, gcrypt, gmssl, known, openssl, pyca, sm2, sm3, sm4
from assay.sm.backend import Digests, Seals, Signs

CHUNK = 16 << 10
PIECE = 1 << 20
TIMES = 5


def rate(work: Callable[[], object], amount: float) -> float:
    """`amount` per CPU-second, the best of five."""
    best = float("inf")
    for _ in range(TIMES):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return amount / best


def table(title: str, unit: str, rows: dict[str, float], served: str) -> None:
    print(f"\n{title}")
    for name, figure in rows.items():
        print(f"  {name:42}{figure:10,.0f} {unit}   {figure / rows[served]:5.2f} of assay")


def digesting(megabytes: int) -> bool:
    content = secrets.token_bytes(PIECE)

    def through(make: Callable[[], object]) -> Callable[[], bytes]:
        def work() -> bytes:
            state = make()
            for _ in range(megabytes):
                state.update(content)  # type: ignore[attr-defined]
            return bytes(state.digest())  # type: ignore[attr-defined]

        return work

    served = f"assay ({choice.digests().name})"
    libraries: list[Digests] = [library for library in (gcrypt.find(), pyca.find()) if library]
    ways = {served: through(sm3.Sm3)} | {f"{library.name}": through(library.sm3) for library in libraries}
    if "sm3" in hashlib.algorithms_available:
        ways["hashlib"] = through(lambda: hashlib.new("sm3"))
    if len({work() for work in ways.values()}) != 1:
        raise SystemExit("the libraries disagree about SM3")
    rows = {name: rate(work, megabytes * PIECE / 1e6) for name, work in ways.items()}
    table(f"SM3, {megabytes} MiB in pieces of 1 MiB", "MB/s", rows, served)
    return rows[served] >= 0.9 * max(rows.values())


def sealing(megabytes: int) -> bool:
    key, message = secrets.token_bytes(16), secrets.token_bytes(CHUNK)
    nonces = [number.to_bytes(12) for number in range(megabytes * PIECE // CHUNK)]
    served = f"assay ({choice.seals().name})"
    libraries: list[Seals] = [library for library in (gcrypt.find(), pyca.find()) if library]
    keys = {served: sm4.Key(key)} | {library.name: library.sm4_gcm(key) for library in libraries}
    if len({way.seal(nonces[0], message, b"") for way in keys.values()}) != 1:
        raise SystemExit("the libraries disagree about SM4-GCM")
    sealed = keys[served].seal(nonces[0], message, b"")
    amount = len(nonces) * CHUNK / 1e6
    seals = {
        name: rate(lambda way=way: [way.seal(nonce, message, b"") for nonce in nonces], amount)  # type: ignore[misc]
        for name, way in keys.items()
    }
    opens = {
        name: rate(lambda way=way: [way.open(nonces[0], sealed, b"") for _ in nonces], amount)  # type: ignore[misc]
        for name, way in keys.items()
    }
    whole, bound = bytes(32 * PIECE), libraries[0].sm4_gcm(key)
    name = f"{libraries[0].name}, one message of 32 MiB"
    seals[name] = rate(lambda: bound.seal(nonces[0], whole, b""), len(whole) / 1e6)
    table(f"SM4-GCM seal, {len(nonces)} messages of 16 KiB", "MB/s", seals, served)
    table(f"SM4-GCM open, {len(nonces)} messages of 16 KiB", "MB/s", opens, served)
    return all(rows[served] >= 0.9 * rows[library.name] for rows in (seals, opens) for library in libraries)


def signing(times: int) -> bool:
    served = f"assay ({choice.signs().name})"
    key = sm2.PrivateKey(known.NUMBER, known.POINT)
    message, secret = b"message digest", secrets.token_bytes(16)
    signature, wrapped = key.sign(message), key.public.encrypt(secret)
    sign = {served: rate(lambda: [key.sign(message) for _ in range(times)], times)}

    def verified() -> None:
        for _ in range(times):
            key.public.verify(message, signature)

    verify = {served: rate(verified, times)}
    encrypt = {served: rate(lambda: [key.public.encrypt(secret) for _ in range(times)], times)}
    decrypt = {served: rate(lambda: [key.decrypt(wrapped) for _ in range(times)], times)}
    libraries: list[Signs] = [library for library in (openssl.find(), gmssl.find()) if library]
    for library in libraries:
        private, public = library.private(known.NUMBER, known.POINT), library.public(known.POINT)
        if not public.verify(known.DIGEST, signature) or private.decrypt(wrapped) != secret:
            raise SystemExit(f"{library.name} disagrees about SM2")
        sign[library.name] = rate(lambda own=private: [own.sign(known.DIGEST) for _ in range(times)], times)  # type: ignore[misc]
        verify[library.name] = rate(
            lambda own=public: [own.verify(known.DIGEST, signature) for _ in range(times)],  # type: ignore[misc]
            times,
        )
        encrypt[library.name] = rate(lambda own=public: [own.encrypt(secret) for _ in range(times)], times)  # type: ignore[misc]
        decrypt[library.name] = rate(lambda own=private: [own.decrypt(wrapped) for _ in range(times)], times)  # type: ignore[misc]
    oracle = gmalg.SM2(known.NUMBER, sm2.USUAL_ID, known.POINT)
    raw, few = encoding.ciphertext_to_raw(wrapped), 5
    sign["gmalg"] = rate(lambda: [oracle.sign(message) for _ in range(few)], few)
    verify["gmalg"] = rate(lambda: [oracle.verify(message, signature[:32], signature[32:]) for _ in range(few)], few)
    encrypt["gmalg"] = rate(lambda: [oracle.encrypt(secret) for _ in range(few)], few)
    decrypt["gmalg"] = rate(lambda: [oracle.decrypt(raw) for _ in range(few)], few)
    speed = openssl_speed()
    if speed:
        sign["openssl speed"], verify["openssl speed"] = speed
    for title, rows in (("sign", sign), ("verify", verify), ("encrypt", encrypt), ("decrypt", decrypt)):
        table(f"SM2 {title}", "/s", rows, served)
    return sign[served] >= 0.5 * max(sign[library.name] for library in libraries)


def openssl_speed() -> tuple[float, float] | None:
    """Signatures and verifications a second by the `openssl` on the path, when there is one with SM2."""
    program = shutil.which("openssl")
    if program is None:
        return None
    command = [program, "speed", "-mr", "-seconds", "1", "sm2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    for line in done.stdout.splitlines():
        if line.startswith("+F7:"):
            sign, verify = line.split(":")[-2:]
            return float(sign), float(verify)
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=32)
    parser.add_argument("--signatures", type=int, default=300)
    options = parser.parse_args()
    good = [digesting(options.megabytes), sealing(options.megabytes), signing(options.signatures)]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
