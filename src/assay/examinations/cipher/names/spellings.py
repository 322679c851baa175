"""Spellings that are whole names: squeezed text to a stem, or to another name that is then read.

Sources: JCA Standard Algorithm Names and Bouncy Castle's provider; OpenSSL's name tables; RFC 7518 (JOSE); the
IANA registry of SSH names; Open Quantum Safe for the drafts before FIPS 203-205.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from assay.examinations.cipher.names.stems import STEMS, words
from assay.examinations.cipher.names.tables import DIGESTS

_INTERNAL: Final = frozenset(("sm2-sign",))  # shares its registry name with the key


def _squeeze(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower().replace("+", "plus")))


_OTHERS = """
a51=a51 a52=a52 argon2=argon2 argon2d=argon2d argon2i=argon2i argon2id=argon2id ascon128=ascon-aead128
asconaead128=ascon-aead128 asconaead=ascon-aead128 bcrypt=bcrypt bcryptpasswordencoder=bcrypt bcryptsha256=bcrypt
bikel1=bike bikel3=bike blake2bmac=blake2b-mac blake2smac=blake2s-mac bls=bls12-381 blssig=bls12-381 chacha20=chacha20
chacha20ietf=chacha20 chacha20poly1305ietf=chacha20poly1305 chacha20poly1305opensshcom=chacha20poly1305
chacha7539=chacha20 chacha=chacha20 chachapoly=chacha20poly1305 cmac=cmac cmce=classic-mceliece ctrdrbg=ctr_drbg
curve25519=x25519 curve25519sha256=x25519 curve448sha512=x448 curvesm2mlkem768=curvesm2mlkem768 dh=ffdh dhe=ffdhe
dhkeyagreement=ffdh dhx=ffdh diffiehellman=ffdh dilithium=dilithium dsaencryption=dsa ec=ec ecc=ec ecccdh=ecdh
ecdhcofactor=ecdh ecgost34102012=gostr3410 ecgost3410=gostr3410 ed25519=ed25519 eddsa=eddsa edh=ffdhe eea1=eea1
eea3=eea3 eecdh=ecdhe eia1=eia1 eia3=eia3 elg=elgamal elgamal=elgamal ellipticcurve=ec ffdh=ffdh ffdhe=ffdhe
fhellipticcurve=ec frodo=frodokem gost28147mac=gost28147-mac gost34102012=gostr3410 gost3410=gostr3410
gostmac=gost28147-mac gostr34102001=gostr3410 gostr34102012=gostr3410 gostr3410=gostr3410 hashdrbg=hash_drbg
hashmldsa=ml-dsa hashslhdsa=slh-dsa hc128=hc128 hc256=hc256 hkdf=hkdf hmacdrbg=hmac_drbg hpke=hpke hss=lms
idecpublickey=ec idpbkdf2=pbkdf2 idrsaespkcs1=rsa-encrypt idscrypt=scrypt jpake=j-pake kbkdf=kbkdf kdhe=ffdhe
keccak=keccak-256 keccakkmac128=kmac128 keccakkmac256=kmac256 kmac128=kmac128 kmac256=kmac256 kmac=kmac256 kyber=kyber
lmshss=lms mceliece348864=classic-mceliece mceliece460896=classic-mceliece mceliece6688128=classic-mceliece
mceliece6960119=classic-mceliece mceliece8192128=classic-mceliece mceliece=classic-mceliece md5sess=md5
milenage=milenage mldsa=ml-dsa mlkem1024p384=secp384r1mlkem1024 mlkem768kyber=ml-kem-768
mlkem768p256=secp256r1mlkem768 mlkem768x25519=x25519mlkem768 mlkem=ml-kem mqv=ffmqv ntruhps2048509=ntru
ntruhps2048677=ntru ntruhps4096821=ntru ntruhrss701=ntru ntrulpr=ntru ntruprime=sntrup761 opaque=opaque-3dh
openbsdbcrypt=bcrypt p256kyber768=secp256r1kyber768draft00 p256mlkem768=secp256r1mlkem768
p384mlkem1024=secp384r1mlkem1024 passwordargon2i=argon2i passwordargon2id=argon2id passwordbcrypt=bcrypt pbe=pbes1
pbes1=pbes1 pbes2=pbes2 pbkdf2=pbkdf2 pkcs12=pkcs12kdf pkcs12kdf=pkcs12kdf poly1305=poly1305 poly1305aes=poly1305
rabbit=rabbit rsa15=rsa-encrypt rsaencryption=rsa rsaes=rsa-encrypt rsaespkcs1v15=rsa-encrypt salsa20=salsa20
rsassapkcs1v15=rsa-sign
scrypt=scrypt secretbox=xsalsa20poly1305 sha256sess=sha-256 sha512256sess=sha-512/256 siphash13=siphash
siphash24=siphash siphash48=siphash siphash=siphash slhdsa=slh-dsa sm2256=sm2 sm22mlkem768=curvesm2mlkem768
sm2dh=sm2-kex sm2encrypt=sm2-enc sm2encryption=sm2-enc sm2keyagreement=sm2-kex sm2keyexchange=sm2-kex
sm2mlkem768=curvesm2mlkem768 sm2pke=sm2-enc sm2sign=sm2-sign sm2signature=sm2-sign sm9encrypt=sm9-enc
sm9encryption=sm9-enc sm9keyagreement=sm9-kex sm9keyencapsulation=sm9-kem sm9keyexchange=sm9-kex sm9pke=sm9-enc
sm9sign=sm9-sign sm9signature=sm9-sign snow3g=eea1 sntrup761x25519sha512opensshcom=sntrup761x25519-sha512
spake2=spake2 spake2plus=spake2+ sphincs=sphincs+ sphincsplus=sphincs+ srp6=srp srp6a=srp srp=srp sshed25519=ed25519
sskdf=sskdf tls13kdf=tls13prf tls1prf=tls1prf umac128=umac umac64=umac umac=umac x25519=x25519
x25519kyber512=x25519kyber512draft00 x25519kyber768=x25519kyber768draft00 x3dh=x3dh x448=x448 x942dh=ffdh
xchacha20poly1305ietf=xchacha20poly1305 xchacha=xchacha20 xdh=ecdh xmss=xmss xmssmt=xmssmt xsalsa20=xsalsa20
xwing=x-wing yescrypt=yescrypt zuc128=zuc zuc128eea3=eea3 zuc128eia3=eia3 zuc128mac=eia3 zuc256=zuc256
zuc256mac=zuc-256-mac zuc=zuc zuceea3=eea3 zuceia3=eia3 zucstream=zuc
dstu4145=dstu4145 ecnr=ecnr grain128=grain-128 grainv1=grain-v1 skeinmac=skein-mac
sphincs256=sphincs-256 rsakem=rsa-kem ecieskem=ecies-kem vmpcksa3=vmpc-ksa3 bip340=bip340 dstu7624mac=kalyna-mac
dstu7564mac=kupyna-mac
"""


_SPHINCS_SETS: Final = [f"{size}{speed}" for size in (128, 192, 256) for speed in "sf"]
_PREHASHES: Final = ("sha256", "sha512", "shake128", "shake256")


def _drafts() -> Iterator[tuple[str, str]]:
    """Parameter sets of the post-quantum schemes by the names of their drafts and libraries."""
    for size, level in ((512, 128), (768, 192), (1024, 256)):
        yield from ((f"kyber{size}{tail}", f"kyber{size}") for tail in ("90s", "draft00"))
        yield f"mlkem{size}ipd", f"ml-kem-{size}"
        yield f"hqc{1 if level == 128 else 3 if level == 192 else 5}", f"hqc-{level}"
    for size in (2, 3, 5):
        yield f"dilithium{size}aes", f"dilithium{size}"
    for size in (44, 65, 87):
        yield f"mldsa{size}withsha512", f"hashml-dsa-{size}"
    for size in (640, 976, 1344):
        for kind in ("aes", "shake"):
            yield f"frodokem{size}{kind}", f"frodokem-{size}"
            yield f"frodo{size}{kind}", f"frodokem-{size}"


def _hash_based() -> Iterator[tuple[str, str]]:
    for set_ in _SPHINCS_SETS:
        for hash_ in ("sha2", "shake", "haraka", "sha256", "shake256"):
            for tail in ("", "simple", "robust"):
                yield f"sphincs{hash_}{set_}{tail}", "sphincs+"
                yield f"sphincsplus{hash_}{set_}{tail}", "sphincs+"
        for hash_ in ("sha2", "shake"):
            yield from ((f"slhdsa{hash_}{set_}with{pre}", f"hashslh-dsa-{hash_}-{set_}") for pre in _PREHASHES)


def _stem_spellings() -> dict[str, str]:
    spellings = {
        _squeeze(row.name): stem for stem, row in STEMS.items() if row.shape == "plain" and stem not in _INTERNAL
    }
    spellings.update((spelling, stem) for spelling, _, stem in (row.partition("=") for row in words(_OTHERS)))
    spellings.update(_drafts())
    spellings.update(_hash_based())
    return {spelling: stem for spelling, stem in spellings.items() if spelling not in DIGESTS}


STEM_SPELLINGS: Mapping[str, str] = _stem_spellings()

ALIASES: Mapping[str, str] = {
    **{f"hs{bits}": f"HMAC-SHA-{bits}" for bits in (256, 384, 512)},
    **{f"rs{bits}": f"RSA-PKCS1-1.5-SHA-{bits}" for bits in (256, 384, 512)},
    **{f"ps{bits}": f"RSA-PSS-SHA-{bits}" for bits in (256, 384, 512)},
    "es256": "ECDSA-P-256-SHA-256",
    "es384": "ECDSA-P-384-SHA-384",
    "es512": "ECDSA-P-521-SHA-512",
    "es256k": "ECDSA-secp256k1-SHA-256",
    "rsaoaep256": "RSA-OAEP-SHA-256",
    "rsaoaep384": "RSA-OAEP-SHA-384",
    "rsaoaep512": "RSA-OAEP-SHA-512",
    "ecdhes": "ECDHE",
    **{f"ecdhesplusa{bits}kw": "ECDHE" for bits in (128, 192, 256)},
    **{f"a{bits}{mode}": f"AES-{bits}-{mode}" for bits in (128, 192, 256) for mode in ("kw", "gcm")},
    **{f"a{bits}gcmkw": f"AES-{bits}-GCM" for bits in (128, 192, 256)},
    **{f"pbes2hs{h}plusa{b}kw": f"PBES2-AES-{b}-KW-SHA-{h}" for h, b in ((256, 128), (384, 192), (512, 256))},
    **{f"aes{b}cbchmacsha{h}": f"AES-{b}-CBC" for b in (128, 192, 256) for h in (1, 256, 384, 512)},
    **{f"a{b}cbchs{h}": f"AES-{b}-CBC" for b, h in ((128, 256), (192, 384), (256, 512))},
    "rc4hmacmd5": "RC4",
    "sshrsa": "RSA-PKCS1-1.5-SHA-1",
    "sshdss": "DSA-SHA-1",
    "dss": "DSA",
    "ecdsasha2nistp256": "ECDSA-P-256-SHA-256",
    "ecdsasha2nistp384": "ECDSA-P-384-SHA-384",
    "ecdsasha2nistp521": "ECDSA-P-521-SHA-512",
    "ecdhsha2nistp256": "ECDHE-P-256",
    "ecdhsha2nistp384": "ECDHE-P-384",
    "ecdhsha2nistp521": "ECDHE-P-521",
    "rsa1024sha1": "RSA-1024",
    "rsa2048sha256": "RSA-2048",
    "iddsawithsha1": "DSA-SHA-1",
    "idsmimealgcms3deswrap": "3DES-KW",
    **{f"idrsassapkcs1v15withsha3{bits}": f"RSA-PKCS1-1.5-SHA3-{bits}" for bits in (224, 256, 384, 512)},
    "camelliawrap": "CAMELLIA-KW",
    "desedemac": "3DES-CBC-MAC",
    "hmacblake2b": "HMAC-BLAKE2b-512",
    "sm3withrsaencryption": "RSA-PKCS1-1.5-SM3",
    "aesccm8": "AES-CCM8",
    "desedewrap": "3DES-KW",
    "rsasha12": "RSA-PKCS1-1.5-SHA-1",
    "rawdsa": "DSA",
    "x942kdfasn1": "ANSI-KDF-X9.42",
    "x942kdfconcat": "ANSI-KDF-X9.63",
    "sm2signwithsm3": "SM2-SM3",
    "pkcs1oaep": "RSA-OAEP",
    "rsaoaepmgf1p": "RSA-OAEP",
    "kwtripledes": "3DES-KW",
    **{f"kwaes{bits}": f"AES-{bits}-KW" for bits in (128, 192, 256)},
}
# Names that put two algorithms into one word: the second, which follows the first as a part.
SECONDS: Mapping[str, str] = {
    **{f"aes{b}cbchmacsha{h}": f"HMAC-SHA-{h}" for b in (128, 192, 256) for h in (1, 256, 384, 512)},
    **{f"a{b}cbchs{h}": f"HMAC-SHA-{h}" for b, h in ((128, 256), (192, 384), (256, 512))},
    "rc4hmacmd5": "HMAC-MD5",
    **{f"ecdhesplusa{bits}kw": f"AES-{bits}-KW" for bits in (128, 192, 256)},
    "rsa1024sha1": "SHA-1",
    "rsa2048sha256": "SHA-256",
}
