"""What the command-line tools of cryptography are told, from their manual pages.

Each tool gives statements: a kind and the values of a fact. A tool that is known and whose command says nothing more
gives none; an argument that decides and is made at run time gives a statement with None.

Sources: openssl(1), openssl-enc(1), openssl-dgst(1), openssl-req(1), openssl-genrsa(1), openssl-genpkey(1),
openssl-pkcs12(1), openssl-s_client(1) of OpenSSL 3.0; ssh-keygen(1), ssh(1) of OpenSSH 9; md5sum(1); shasum(1);
curl(1); wget(1).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from assay.core.facts import Scalar
from assay.examinations.cipher.misuses import MODULI, SHORTEST
from assay.examinations.cipher.names import curve, protocol, recognise

Words = Sequence[str | None]
Statement = tuple[str, Mapping[str, Scalar]]

_SUM = re.compile(r"(md[245]|sha\d*|b2|sm3)(sum|deep)?")
_VERSIONS = {"-ssl3": "SSLv3", "-tls1": "TLSv1.0", "-tls1_1": "TLSv1.1", "-tls1_2": "TLSv1.2", "-tls1_3": "TLSv1.3"}
_CURL = {"--sslv2": "SSLv2", "--sslv3": "SSLv3", "-2": "SSLv2", "-3": "SSLv3", "--tlsv1.0": "TLSv1.0",
         "--tlsv1.1": "TLSv1.1", "--tlsv1.2": "TLSv1.2", "--tlsv1.3": "TLSv1.3"}  # fmt: skip
_BY_OPTION = frozenset({"block-cipher", "stream-cipher", "ae", "hash", "xof"})
_KDF = frozenset({"-pbkdf2", "-iter"})


def statements(program: str, words: Words) -> Iterator[Statement] | None:
    """What a command states; None where the program is no tool that is known here. `words` are its arguments."""
    reader = _TOOLS.get(program)
    if reader is not None:
        return _with_weaknesses(reader(words))
    if program == "shasum":
        return _shasum(words)
    found = _SUM.fullmatch(program)
    if found is not None:
        name = {"sha": "sha1", "b2": "blake2b"}.get(found[1], found[1])
        return _digest(name, "checksum")
    return None


def _shasum(words: Words) -> Iterator[Statement]:
    """Perl's: SHA-1 where no `-a` says otherwise; SHA-512/t as `-a 512256`."""
    glued = next((word[2:] for word in words if word is not None and re.fullmatch(r"-a\d+", word)), None)
    given, size = (True, glued) if glued else _option(words, "-a", "--algorithm")
    name = None if given and not size else f"sha{size or 1}".replace("512224", "512-224").replace("512256", "512-256")
    yield from _digest(name, "checksum")


def _with_weaknesses(told: Iterator[Statement]) -> Iterator[Statement]:
    """Also what a use says against itself: blocks by themselves, a modulus that can be factored."""
    for kind, value in told:
        yield kind, value
        bits, named = value.get("key_bits"), {"algorithm": value.get("algorithm")}
        if value.get("mode") == "ecb" and value.get("purpose") in {"encryption", "decryption"}:
            yield "crypto.misuse", {"misuse": "ecb-mode", "cwe": 327, **named}
        if value.get("family") in MODULI and isinstance(bits, int) and bits < SHORTEST:
            yield "crypto.misuse", {"misuse": "short-key", "cwe": 326, **named}


def _use(name: str | None, dialect: str, purpose: str, **more: Scalar) -> Iterator[Statement]:
    if name is None:
        yield "crypto.use", {"algorithm": None, "family": None, "primitive": None, "purpose": purpose, **more}
        return
    for place, part in enumerate(recognise(name, dialect)):
        yield "crypto.use", {**part.fields, "purpose": purpose, **(more if not place else {})}


def _digest(name: str | None, purpose: str) -> Iterator[Statement]:
    yield from _use(name, "openssl", purpose)


def _option(words: Words, *names: str) -> tuple[bool, str | None]:
    """Whether one of the options is given, and the word behind it."""
    for place, word in enumerate(words):
        if word in names:
            return True, words[place + 1] if place + 1 < len(words) else None
        for name in names:
            if word is not None and name.startswith("--") and word.startswith(f"{name}="):
                return True, word.partition("=")[2]
    return False, None


def _openssl(words: Words) -> Iterator[Statement]:
    if not words:
        return
    command, rest = words[0], words[1:]
    if command is None:
        yield from _use(None, "openssl", "encryption")
        return
    reader = _SUBCOMMANDS.get(command.lower())
    if reader is not None:
        yield from reader(rest)
        return
    for part in recognise(command, "openssl")[:1]:
        if part.fields.get("primitive") == "hash":
            yield from _dgst((f"-{command}", *rest))
        else:
            yield from _use(command, "openssl", "encryption")


def _crypted(words: Words) -> Iterator[Statement]:
    for option, name in (("-1", "md5crypt"), ("-5", "sha256crypt"), ("-6", "sha512crypt"), ("-apr1", "apr1")):
        if option in words:
            yield from _use(name, "any", "password-hash")


def _random(words: Words) -> Iterator[Statement]:  # noqa: ARG001  one signature for every subcommand
    yield "crypto.use", {"algorithm": "DRBG", "family": "DRBG", "primitive": "drbg", "purpose": "random"}


def _named(words: Words, skip: frozenset[str] = frozenset()) -> Iterator[str]:
    """Options that are names of ciphers and digests, as `-aes-256-cbc`."""
    for word in words:
        if word is not None and word.startswith("-") and word not in skip:
            known = recognise(word.lstrip("-"), "openssl")
            if known and known[0].fields.get("primitive") in _BY_OPTION:
                yield word.lstrip("-")


def _enc(words: Words) -> Iterator[Statement]:
    purpose = "decryption" if "-d" in words or "-decrypt" in words else "encryption"
    if any(option in words for option in ("-base64", "-a")) and not list(_named(words)) and None not in words:
        return
    given, cipher = _option(words, "-cipher")
    names = [cipher] if given else list(_named(words, frozenset({"-md"})))
    if not names and None in words:
        yield from _use(None, "openssl", purpose)
    for name in names:
        yield from _use(name, "openssl", purpose)
    keyed, _ = _option(words, "-K")
    if names and not keyed:
        counted, rounds = _option(words, "-iter")
        iterations = int(rounds) if rounds and rounds.isdigit() and len(rounds) < 10 else None
        iterations = iterations if counted or None in words else 10_000
        digest = _option(words, "-md")[1] or "sha256"
        if _KDF.intersection(word for word in words if word):
            yield from _use(f"PBKDF2WithHmac{digest.upper()}", "jca-secretkeyfactory", "key-derivation",
                            iterations=iterations)  # fmt: skip
        else:
            yield from _use(digest, "openssl", "key-derivation", iterations=1)
    key = _option(words, "-K")[1]
    if key:
        yield "crypto.misuse", {"misuse": "hard-coded-key", "cwe": 321}
    yield from _password(words)


def _password(words: Words) -> Iterator[Statement]:
    for option in ("-pass", "-passin", "-passout", "-k"):
        word = _option(words, option)[1]
        if word is not None and (word.startswith("pass:") or option == "-k") and word != "pass:":
            yield "crypto.misuse", {"misuse": "hard-coded-password", "cwe": 259}
            return


def _dgst(words: Words) -> Iterator[Statement]:
    given = list(_named(words))
    signs, verifies = "-sign" in words, any(option in words for option in ("-verify", "-prverify"))
    purpose = "signature" if signs else "verification" if verifies else "mac" if "-hmac" in words else "digest"
    default = None if None in words else "sha256"
    for name in given or (default,):
        yield from _use(name, "openssl", purpose)
    yield from _password(words)


def _generated(name: str, words: Words) -> Iterator[Statement]:
    sizes = [word for word in words if word is None or (word.isdigit() and len(word) < 7)]
    size = 2048 if not sizes else int(sizes[-1]) if sizes[-1] is not None else None
    yield from _use(name, "jca-keygen", "key-generation", key_bits=size)
    yield from _protected(words)


def _key(words: Words) -> Iterator[Statement]:
    """`-newkey rsa:2048`, `-algorithm RSA -pkeyopt rsa_keygen_bits:1024`, `-name prime256v1`, `-md5`."""
    new = _option(words, "-newkey")[1]
    algorithm = _option(words, "-algorithm")[1]
    if new is not None:
        name, _, size = new.partition(":")
        yield from _sized(name, size)
    elif algorithm is not None:
        sizes = [word.partition(":")[2] for word in words if word and "keygen_bits:" in word]
        yield from _sized(algorithm, sizes[0] if sizes else "")
    on = _option(words, "-name")[1] or next(
        (word.partition(":")[2] for word in words if word and word.startswith("ec_paramgen_curve:")), None
    )
    if on is not None:
        known = curve(on)
        value: dict[str, Scalar] = {"algorithm": "EC", "family": "EC", "primitive": None, "purpose": "key-generation"}
        if known is not None:
            value |= {"curve": known.name, "key_bits": known.bits}
        if recognise(on, "any"):
            value |= recognise(on, "any")[0].fields
        yield "crypto.use", value
    for name in _named(words, frozenset({"-newkey", "-name"})):
        yield from _use(name, "openssl", "certificate")
    yield from _password(words)


def _sized(name: str, size: str) -> Iterator[Statement]:
    bits = int(size) if size.isdigit() and len(size) < 7 else None
    if name.lower() in {"rsa", "dsa", "dh", "rsa-pss"} and not size:
        bits = 2048
    known = recognise(name, "jca-keygen") or recognise(name, "openssl")
    for part in known[:1]:
        value = {**part.fields, "purpose": "key-generation"}
        yield "crypto.use", {**value, "key_bits": bits} if bits is not None else value


def _protected(words: Words) -> Iterator[Statement]:
    for option in ("-keypbe", "-certpbe", "-v1", "-v2", "-macalg"):
        name = _option(words, option)[1]
        if name is not None and name.upper() != "NONE":
            yield from _use(name, "openssl", "mac" if option == "-macalg" else "encryption")
    for name in _named(words, frozenset({"-v1", "-v2"})):
        yield from _use(name, "openssl", "encryption")
    yield from _password(words)


def _channel(words: Words) -> Iterator[Statement]:
    for option, version in _VERSIONS.items():
        if option in words:
            yield from _protocol(version)


def _protocol(version: str) -> Iterator[Statement]:
    read = protocol(version)
    if read is not None:
        yield "crypto.protocol", {"protocol": read[0], "version": read[1]}


def _ssh_keygen(words: Words) -> Iterator[Statement]:
    if any(option in words for option in ("-l", "-y", "-R", "-F", "-A", "-H", "-e", "-i", "-Y", "-V")):
        return
    kind = _option(words, "-t")[1]
    size = _option(words, "-b")[1]
    if kind is None and _option(words, "-t")[0]:
        yield from _use(None, "any", "key-generation")
        return
    kind = {"dsa": "DSA", "rsa": "RSA", "ecdsa": "ECDSA", "ed25519": "Ed25519"}.get(
        (kind or "ed25519").partition("-")[0]
    )
    bits = int(size) if size and size.isdigit() and len(size) < 7 else {"DSA": 1024, "RSA": 3072}.get(kind or "")
    if kind is not None:
        for part in recognise(kind, "jca-keygen") or recognise(kind, "any"):
            value = {**part.fields, "purpose": "key-generation"}
            yield "crypto.use", {**value, "key_bits": bits} if bits is not None else value
            break
    phrase = _option(words, "-N")[1]
    if phrase:
        yield "crypto.misuse", {"misuse": "hard-coded-password", "cwe": 259}


def _ssh(words: Words) -> Iterator[Statement]:
    for word in words:
        if word is not None and re.search(r"StrictHostKeyChecking[= ]*no\b", word, re.IGNORECASE):
            yield "crypto.misuse", {"misuse": "host-name-check-off", "cwe": 295}
    for option, purpose in (("-c", "encryption"), ("-m", "mac")):
        given, names = _option(words, option)
        if given:
            for name in (names or "").split(","):
                yield from _use(name or None, "any", purpose)


def _curl(words: Words) -> Iterator[Statement]:
    for word in words:
        if word in {"--insecure", "--proxy-insecure", "--doh-insecure"} or (
            word is not None and re.fullmatch(r"-[a-zA-Z]*k[a-zA-Z]*", word) and not word.startswith("--")
        ):
            yield from _unchecked()
        elif word in _CURL:
            yield from _protocol(_CURL[word])


def _unchecked() -> Iterator[Statement]:
    """Whoever takes any certificate takes one with any name."""
    yield "crypto.misuse", {"misuse": "certificate-check-off", "cwe": 295}
    yield "crypto.misuse", {"misuse": "host-name-check-off", "cwe": 297}


def _wget(words: Words) -> Iterator[Statement]:
    if "--no-check-certificate" in words:
        yield from _unchecked()
    given, version = _option(words, "--secure-protocol")
    if given and version and version.upper() != "AUTO":
        yield from _protocol(version.replace("_", "."))


_SUBCOMMANDS: Mapping[str, Callable[[Words], Iterator[Statement]]] = {
    "enc": _enc, "cms": _enc, "smime": _enc, "dgst": _dgst, "genrsa": partial(_generated, "RSA"),
    "dsaparam": partial(_generated, "DSA"), "dhparam": partial(_generated, "DH"), "genpkey": _key, "req": _key,
    "ecparam": _key, "pkcs12": _protected, "pkcs8": _protected, "rsa": _protected, "ec": _protected,
    "s_client": _channel, "s_server": _channel, "passwd": _crypted, "rand": _random,
}  # fmt: skip
_TOOLS: Mapping[str, Callable[[Words], Iterator[Statement]]] = {
    "openssl": _openssl, "gmssl": _openssl, "tongsuo": _openssl, "bssl": _openssl, "ssh-keygen": _ssh_keygen,
    "ssh": _ssh, "scp": _ssh, "sftp": _ssh, "curl": _curl, "wget": _wget,
}  # fmt: skip
