"""Names of the constants that compilers put in as numbers, by type, and by method where the parameter is a number.

Only those that the catalogue asks for. Source: .NET 9 class documentation of the types; Bouncy Castle C# 2.5 source.
"""

from collections.abc import Iterator, Mapping

_SSL = {12: "Ssl2", 48: "Ssl3", 192: "Tls", 768: "Tls11", 3072: "Tls12", 12288: "Tls13"}
_CRYPTOGRAPHY = "System.Security.Cryptography"
_FLAGS: Mapping[str, Mapping[int, str]] = {
    "System.Net.SecurityProtocolType": {0: "SystemDefault", **_SSL},
    "System.Security.Authentication.SslProtocols": {0: "None", 240: "Default", **_SSL},
}
_NAMES: Mapping[str, Mapping[int, str]] = {
    f"{_CRYPTOGRAPHY}.CipherMode": {1: "CBC", 2: "ECB", 3: "OFB", 4: "CFB", 5: "CTS"},
    f"{_CRYPTOGRAPHY}.PaddingMode": {1: "None", 2: "PKCS7", 3: "Zeros", 4: "ANSIX923", 5: "ISO10126"},
    f"{_CRYPTOGRAPHY}.RSASignaturePaddingMode": {0: "Pkcs1", 1: "Pss"},
    f"{_CRYPTOGRAPHY}.RSAEncryptionPaddingMode": {0: "Pkcs1", 1: "Oaep"},
    "System.ServiceModel.Security.X509CertificateValidationMode": {
        0: "None", 1: "PeerTrust", 2: "ChainTrust", 3: "PeerOrChainTrust", 4: "Custom",
    },
    "Microsoft.AspNetCore.Cryptography.KeyDerivation.KeyDerivationPrf": {
        0: "HMACSHA1", 1: "HMACSHA256", 2: "HMACSHA512",
    },
    "Microsoft.AspNetCore.Identity.PasswordHasherCompatibilityMode": {0: "IdentityV2", 1: "IdentityV3"},
}  # fmt: skip
_ARGON = "Org.BouncyCastle.Crypto.Parameters.Argon2Parameters"
_GIVEN: Mapping[tuple[str, str, int], Mapping[int, str]] = {
    (f"{_ARGON}.Builder", ".ctor", 0): {0: f"{_ARGON}.Argon2d", 1: f"{_ARGON}.Argon2i", 2: f"{_ARGON}.Argon2id"},
}
ENUMS = _FLAGS.keys() | _NAMES.keys()


def named(told: str, number: int) -> str:
    """A value of a type as the source names it; flags joined. '' where it has no name."""
    known = _NAMES.get(told, _FLAGS.get(told, {})).get(number)
    if known is not None:
        return f"{told}.{known}"
    return " | ".join(f"{told}.{name}" for name in _parts(told, number)) if told in _FLAGS else ""


def given(owner: str, name: str, place: int, number: int | None) -> str:
    """The constant that a number stands for as an argument of one method. '' for all others."""
    return _GIVEN.get((owner, name, place), {}).get(-1 if number is None else number, "")


def _parts(told: str, number: int) -> Iterator[str]:
    """Each flag; the words for both directions are one."""
    known = {bits: name for bits, name in _FLAGS[told].items() if bits and bits != 240}
    left = number
    for bits in known:
        left &= ~bits
    if left:
        return
    for bits, name in known.items():
        if number & bits:
            yield name
